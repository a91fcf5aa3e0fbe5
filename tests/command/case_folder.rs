//! `eop-relay test --evidence FOLDER`: every file of a support case recognised by its content.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// The report, and what is said on standard error.
fn judged(folder: &Path, arguments: &[String]) -> (Value, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_eop-relay"))
        .current_dir(folder)
        .args(arguments)
        .arg("--json")
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    (serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{said}")), said)
}

/// The folders of the stories with the arguments of each.
fn stories() -> Vec<(PathBuf, Vec<String>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/stories");
    let folders = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let arguments = |folder: PathBuf| {
        let text = std::fs::read_to_string(folder.join("arguments")).unwrap();
        (folder, text.lines().map(str::to_owned).collect())
    };
    folders.map(arguments).collect()
}

#[test]
fn a_folder_comes_to_the_verdict_of_its_files_given_one_by_one() {
    for (folder, arguments) in stories() {
        let given = [&["test".to_owned()], arguments.as_slice()].concat();
        let at = arguments.iter().position(|one| one == "--at").unwrap();
        let as_folder = ["test", "--evidence", ".", "--at", &arguments[at + 1]].map(str::to_owned);
        let (expected, _) = judged(&folder, &given);
        let (found, said) = judged(&folder, &as_folder);
        for member in ["Verdict", "Cause"] {
            assert_eq!(found[member], expected[member], "{}: {said}", folder.display());
        }
        let reported = said.lines().find(|line| line.starts_with("SEND")).unwrap();
        assert!(reported.contains("ProtocolLog"), "{said}");
    }
}

#[test]
fn a_folder_without_files_is_an_input_that_cannot_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_eop-relay"))
        .args(["test", "--evidence"])
        .arg(folder.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(40));
    assert!(String::from_utf8_lossy(&output.stderr).contains("holds no file"));
}

/// The queue's error is a cover text: its session says what it covers, whatever it came with.
#[test]
fn an_error_of_one_folder_is_joined_to_its_session_in_another() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/delivery_errors");
    let folder = tempfile::tempdir().unwrap();
    for (part, file) in [("logs", "SEND20261117-1.LOG"), ("queues", "queues.xml")] {
        std::fs::create_dir(folder.path().join(part)).unwrap();
        std::fs::copy(fixtures.join(file), folder.path().join(part).join(file)).unwrap();
    }
    let at = ["--at", "2026-11-17T12:00:00Z"];
    let orders: [&[&str]; 4] = [
        &["--evidence", "logs", "--evidence", "queues"],
        &["--evidence", "queues", "--evidence", "logs"],
        &["--log", "logs", "--evidence", "queues"],
        &["--evidence", "logs", "--queue-error", "queues/queues.xml"],
    ];
    let reports: Vec<Value> = orders
        .iter()
        .map(|order| {
            let arguments: Vec<String> =
                ["test"].iter().chain(*order).chain(&at).map(|one| (*one).to_owned()).collect();
            judged(folder.path(), &arguments).0
        })
        .collect();
    for report in &reports {
        let findings = report["Findings"].as_array().unwrap();
        assert!(findings.iter().any(|one| one["Id"] == "QueueErrorJoined"), "{report:#}");
        assert_eq!(report["Cause"], reports[0]["Cause"]);
    }
}

#[test]
fn a_file_that_is_no_archive_is_a_case_of_one_file() {
    let folder = tempfile::tempdir().unwrap();
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/wild");
    std::fs::copy(fixtures.join("send-hoster.log"), folder.path().join("logs.txt")).unwrap();
    std::fs::write(folder.path().join("logs.rar"), b"Rar!\x1a\x07\0").unwrap();
    let (report, said) =
        judged(folder.path(), &["test", "--evidence", "logs.txt"].map(str::to_owned));
    assert!(said.contains("logs.txt") && said.contains("send log"), "{said}");
    assert!(!report["Scopes"].as_array().unwrap().is_empty(), "{report:#}");
    let (_, said) = judged(folder.path(), &["test", "--evidence", "logs.rar"].map(str::to_owned));
    assert!(said.split_whitespace().collect::<Vec<_>>().join(" ").contains("unpack it"), "{said}");
}

#[test]
fn a_log_that_is_there_twice_is_read_once_and_that_is_said() {
    use std::io::Write;

    let folder = tempfile::tempdir().unwrap();
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/wild");
    let log = std::fs::read(fixtures.join("send-hoster.log")).unwrap();
    let refused = |folder: &Path| {
        let arguments = ["test", "--evidence", ".", "--at", "2026-11-22"].map(str::to_owned);
        let (report, said) = judged(folder, &arguments);
        (report["Scopes"][0]["Total"].clone(), said)
    };
    std::fs::create_dir(folder.path().join("EX01")).unwrap();
    std::fs::write(folder.path().join("EX01/SEND.LOG"), &log).unwrap();
    let (expected, _) = refused(folder.path());
    assert!(expected.as_u64().is_some_and(|total| total > 0));
    std::fs::write(folder.path().join("EX01/SEND - Copy.LOG"), &log).unwrap();
    let file = std::fs::File::create(folder.path().join("a.log.gz")).unwrap();
    let mut packed = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
    packed.write_all(&log).unwrap();
    packed.finish().unwrap();
    let (found, said) = refused(folder.path());
    assert_eq!(found, expected, "{said}");
    assert_eq!(said.matches("the same as").count(), 2, "{said}");
}

/// The certificate of a support folder need not be the one that is sent.
#[test]
fn a_certificate_of_a_case_is_no_cause_where_the_log_shows_that_another_is_sent() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let folder = tempfile::tempdir().unwrap();
    for file in ["wild/send-hoster.log", "certificates/mail.contoso.com.cer"] {
        let name = Path::new(file).file_name().unwrap();
        std::fs::copy(fixtures.join(file), folder.path().join(name)).unwrap();
    }
    let judged_as = |option: &str, what: &str| {
        let arguments =
            ["test", option, what, "--log", "send-hoster.log", "--at", "2026-11-22T00:00:00Z"];
        judged(folder.path(), &arguments.map(str::to_owned)).0["Cause"].clone()
    };
    let of_log = judged_as("--server", "EX01");
    assert_eq!(judged_as("--evidence", "."), of_log);
    // Who asks for it gets it judged.
    assert_ne!(judged_as("--certificate", "mail.contoso.com.cer"), of_log);
}
