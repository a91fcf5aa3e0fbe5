//! The eight stories of examples/stories: a folder of evidence each, and the report that resolves
//! it, compared whole.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// (folder, exit code)
pub const STORIES: &[(&str, i32)] = &[
    ("renewed-under-another-name", 20),
    ("public-address-changed", 20),
    ("missing-intermediate", 20),
    ("only-automatic-replies-refused", 20),
    ("certificate-not-bound-to-smtp", 20),
    ("two-causes", 20),
    ("wizard-changed-the-connector", 20),
    ("healthy", 0),
];

pub fn folder(story: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/stories").join(story)
}

pub fn show(story: &str, more: &[&str]) -> Output {
    let arguments = fs::read_to_string(folder(story).join("arguments")).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_eop-relay"));
    command.arg("test").args(arguments.lines()).args(more).current_dir(folder(story));
    command.output().unwrap()
}

#[test]
fn every_story_is_resolved_by_its_report() {
    for (story, exit_code) in STORIES {
        let output = show(story, &[]);
        let report = String::from_utf8(output.stdout).unwrap();
        let golden = fs::read_to_string(folder(story).join("report.txt")).unwrap();
        assert_eq!(report, golden.replace("\r\n", "\n"), "{story}");
        assert_eq!(output.status.code(), Some(*exit_code), "{story}");
        assert!(output.stderr.is_empty(), "{story}");
    }
}

#[test]
fn every_folder_is_a_story() {
    let folders = fs::read_dir(folder("")).unwrap();
    let names: Vec<String> =
        folders.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(names.len(), STORIES.len(), "{names:?}");
}

#[test]
fn the_healthy_server_is_told_nothing() {
    let report = fs::read_to_string(folder("healthy").join("report.txt")).unwrap();
    assert!(report.starts_with("ACCEPTED"), "{report}");
    assert!(!report.contains("WHAT TO DO") && !report.contains("WHAT ELSE"), "{report}");
    // That the root of the story's own authority is in no list is good to know, and no more.
    let mut notes = report.lines().filter(|line| line.starts_with("    note: "));
    assert!(notes.all(|line| line.contains("RootNotKnown")), "{report}");
    assert!(!report.contains("warning: ") && !report.contains("error: "), "{report}");
}

#[test]
fn the_report_is_the_same_as_json() {
    for (story, exit_code) in STORIES {
        let output = show(story, &["--json"]);
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(report["ExitCode"], *exit_code, "{story}");
        let names = [
            "SchemaVersion",
            "ProductVersion",
            "JudgedAt",
            "Inputs",
            "Verdict",
            "Cause",
            "Scopes",
            "Changes",
            "Headline",
            "Reason",
            "Summary",
            "Findings",
            "Certificate",
            "Chain",
            "Connector",
            "ExitCode",
        ];
        let object = report.as_object().unwrap();
        assert_eq!(object.len(), names.len());
        assert!(names.iter().all(|name| object.contains_key(*name)), "{story}");
    }
}

#[test]
fn an_input_that_cannot_be_read_is_exit_code_40_and_the_rest_is_judged() {
    let output = show("two-causes", &["--installed", "absent.xml"]);
    assert_eq!(output.status.code(), Some(40));
    assert!(String::from_utf8_lossy(&output.stderr).contains("absent.xml"));
    assert!(String::from_utf8_lossy(&output.stdout).starts_with("REFUSED"));
}

#[test]
fn without_any_evidence_there_is_no_verdict() {
    let output = Command::new(env!("CARGO_BIN_EXE_eop-relay")).arg("test").output().unwrap();
    assert_eq!(output.status.code(), Some(64));
    assert!(String::from_utf8_lossy(&output.stderr).contains("Usage: eop-relay test"));
    let output = Command::new(env!("CARGO_BIN_EXE_eop-relay"))
        .args(["test", "--at", "2026-11-20"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(30));
    assert!(String::from_utf8_lossy(&output.stdout).starts_with("UNCERTAIN: NoEvidence"));
    let output = Command::new(env!("CARGO_BIN_EXE_eop-relay"))
        .args(["test", "--mail-from", "nobody at all"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(64));
}

/// Taken for a list without inbound connectors, it would be the cause ConnectorMissing.
#[test]
fn an_export_of_other_objects_is_not_taken_for_an_empty_list() {
    let story = folder("renewed-under-another-name");
    let other = folder("certificate-not-bound-to-smtp").join("send.json");
    let output = Command::new(env!("CARGO_BIN_EXE_eop-relay"))
        .current_dir(story)
        .args(["test", "--log", "SEND2026111601-1.LOG", "--inbound-connector"])
        .arg(other)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(40));
    let report = String::from_utf8_lossy(&output.stdout);
    assert!(report.starts_with("REFUSED: ConnectorsNotGiven"), "{report}");
    let words = report.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("1 object of another kind is left out"), "{report}");
}

/// Taken for a domain, `accepted.xml` would cover nothing, and mail be refused for that.
#[test]
fn an_export_that_is_not_there_is_not_taken_for_an_accepted_domain() {
    let output = show("healthy", &["--accepted-domain", "missing.xml"]);
    assert_eq!(output.status.code(), Some(40));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(errors.starts_with("eop-relay: error: missing.xml: "), "{errors}");
    assert!(!errors.contains(": ,"), "{errors}");
}

#[test]
fn a_file_of_no_known_format_is_told_with_its_place() {
    let output = show("healthy", &["--inbound-connector", "sent.pem"]);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(errors.starts_with("eop-relay: error: sent.pem: line 1, byte 0: neither"), "{errors}");
}
