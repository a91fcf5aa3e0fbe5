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
fn a_folder_without_files_is_wrong_usage() {
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_eop-relay"))
        .args(["test", "--evidence"])
        .arg(folder.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(64));
    assert!(String::from_utf8_lossy(&output.stderr).contains("holds no file"));
}
