//! Runs x509-limbo's test cases: `cargo run --release --example limbo [strict|windows] < limbo.json`
//! writes x509-limbo's result JSON to standard output, and the mode and the counts to standard
//! error. The profile is fixed for a run; nothing depends on the id of a case.

#[path = "../tests/support/limbo.rs"]
mod limbo;

use std::io::{Read, Write};
use std::process::ExitCode;

use eop_relay::chain::Profile;
use serde_json::json;

fn main() -> ExitCode {
    let profile = match std::env::args().nth(1).as_deref() {
        None | Some("strict") => Profile::Strict,
        Some("windows") => Profile::Windows,
        Some(other) => {
            eprintln!("unknown profile {other}: give strict or windows");
            return ExitCode::from(64);
        }
    };
    let mut input = String::new();
    if let Err(error) = std::io::stdin().read_to_string(&mut input) {
        eprintln!("cannot read standard input: {error}");
        return ExitCode::from(40);
    }
    let suite = match limbo::Suite::parse(&input) {
        Ok(suite) => suite,
        Err(error) => {
            eprintln!("not a limbo.json: {error}");
            return ExitCode::from(40);
        }
    };
    let mut agreements = 0;
    let mut results = Vec::with_capacity(suite.testcases.len());
    for case in &suite.testcases {
        let outcome = case.run(profile);
        agreements += usize::from(outcome.is_success == case.expects_success());
        let actual = if outcome.is_success { "SUCCESS" } else { "FAILURE" };
        results.push(json!({
            "id": case.id, "actual_result": actual, "context": outcome.context,
        }));
    }
    let mode = format!("verdict mode, {profile:?} profile");
    eprintln!("{mode}: {agreements} of {} as expected", results.len());
    let document = json!({
        "version": 1,
        "harness": format!("eop-relay {} ({mode})", env!("CARGO_PKG_VERSION")),
        "results": results,
    });
    match writeln!(std::io::stdout().lock(), "{document:#}") {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("cannot write the result: {error}");
            ExitCode::from(40)
        }
    }
}
