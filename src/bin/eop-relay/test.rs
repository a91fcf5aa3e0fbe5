//! `eop-relay test`: one verdict out of logs, certificates and exports.

mod arguments;
mod case_folder;
mod inputs;

use std::process::ExitCode;

use eop_relay::diagnosis::diagnose;
use eop_relay::view;

pub use self::arguments::TestArguments;
use crate::exit::Exit;
use crate::{json, message, output};

/// Judges, and prints the report.
pub fn run(arguments: &TestArguments) -> ExitCode {
    let evidence = match inputs::collect(arguments) {
        Ok(evidence) => evidence,
        Err(reason) => {
            message::error(&reason);
            return Exit::Usage.into();
        }
    };
    for (path, reason) in &evidence.unreadable {
        message::error(&format_args!("{path}: {reason}"));
    }
    let report = diagnose(&evidence);
    output::answer(report.exit_code, |output| {
        if arguments.json {
            json::pretty(output, &report)
        } else {
            output::text(output, &view::text(&report, output::width()))
        }
    })
}
