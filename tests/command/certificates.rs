//! `eop-relay certificates`: logs and exports in, rows or JSON and an exit code out.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

const FOLDER: &str = "examples/certificates";

/// What an administrator types, from the root of the repository.
const RENEWAL: &[&str] = &[
    "certificates",
    "--log",
    "examples/certificates/SEND2026111501-1.LOG",
    "--send-connector",
    "examples/certificates/send.json",
    "--installed",
    "examples/certificates/installed.json",
    "--server",
    "EX01",
    "--at",
    "2026-11-20",
];

fn run(arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_eop-relay"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(arguments)
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

#[test]
fn json_is_one_object_as_in_the_golden_file() {
    let (code, printed, _) = run(&[RENEWAL, &["--json"]].concat());
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/certificates.json");
    let golden: Value = serde_json::from_str(&fs::read_to_string(golden).unwrap()).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&printed).unwrap(), golden);
    assert_eq!(code, 10);
}

#[test]
fn the_exit_code_says_what_the_rows_say() {
    let send = format!("{FOLDER}/send.json");
    let installed = format!("{FOLDER}/installed.json");
    let log = format!("{FOLDER}/SEND2026111501-1.LOG");
    for (code, arguments) in [
        (0, vec!["--send-connector", &send, "--installed", &installed, "--warn-days", "7"]),
        (10, vec!["--send-connector", &send, "--installed", &installed]),
        (0, vec!["--log", &log]),
        (30, vec!["--send-connector", &send]),
        (30, vec![]),
        (40, vec!["--send-connector", "missing.xml", "--installed", &installed]),
        (40, vec!["--log", "missing", "--send-connector", &send]),
        (64, vec!["--warn-days", "soon"]),
        (64, vec!["--at", "last tuesday"]),
    ] {
        let (found, printed, errors) =
            run(&[&["certificates", "--at", "2026-11-20"], &arguments[..]].concat());
        assert_eq!(found, code, "{arguments:?}\n{printed}{errors}");
        assert_eq!(code >= 40, !errors.is_empty(), "{arguments:?} {errors}");
    }
}

#[test]
fn what_cannot_be_read_is_said_with_its_path_and_the_rest_is_reported() {
    let installed = format!("{FOLDER}/installed.json");
    let log = format!("{FOLDER}/SEND2026111501-1.LOG");
    let (_, printed, errors) = run(&[
        "certificates",
        "--log",
        &log,
        "--send-connector",
        "missing.xml",
        "--installed",
        &installed,
    ]);
    assert!(errors.starts_with("eop-relay: error: missing.xml: "), "{errors}");
    assert!(printed.contains("Outbound to Microsoft 365"), "{printed}");
}
