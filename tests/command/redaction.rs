//! Redacted evidence: the same verdict, nothing private in it, and an answer that can be turned back.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use base64::Engine as _;
use serde_json::Value;

use crate::stories::STORIES;

const KNOWN_WORDS: &str = include_str!("../../src/redaction/known_words.txt");

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_eop-relay")).args(arguments).output().unwrap()
}

/// The evidence of a story without its certificates, which no redaction carries over, and its report.
fn evidence(story: &str, to: &Path) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/stories").join(story);
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let is_certificate = path.extension().is_some_and(|end| end == "pem");
        if !is_certificate && name != "arguments" && name != "report.txt" {
            fs::copy(&path, to.join(name)).unwrap();
        }
    }
}

fn judged(evidence: &Path) -> Value {
    let path = evidence.to_str().unwrap();
    let output = run(&["test", "--evidence", path, "--at", "2026-11-24T12:00:00Z", "--json"]);
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Every part of the report that says what is the matter, without texts.
fn shape(report: &Value) -> Value {
    let findings = report["Findings"].as_array().unwrap().iter().map(|finding| {
        let steps = finding["Remedy"].as_array().unwrap();
        let steps: Vec<&Value> = steps.iter().map(|step| &step["Side"]).collect();
        serde_json::json!([finding["Id"], finding["Severity"], finding["Status"], steps])
    });
    serde_json::json!([
        report["Verdict"],
        report["Cause"],
        report["ExitCode"],
        findings.collect::<Vec<_>>()
    ])
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files.extend(files_below(&path)) } else { files.push(path) }
    }
    files
}

/// The forms in which a value could have stayed.
fn forms(value: &str) -> Vec<Vec<u8>> {
    let hexadecimal = value.bytes().fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
    let units = value.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let base64 = base64::engine::general_purpose::STANDARD_NO_PAD.encode(value);
    // The last character of base64 depends on what follows.
    let base64 = base64[..base64.len() - 1].to_lowercase().into_bytes();
    vec![value.as_bytes().to_vec(), units, hexadecimal.into_bytes(), base64]
}

#[test]
fn a_redacted_story_is_judged_the_same_and_holds_nothing_private() {
    for (story, _) in STORIES {
        let folder = tempfile::tempdir().unwrap();
        let (original, redacted) = (folder.path().join("original"), folder.path().join("redacted"));
        fs::create_dir(&original).unwrap();
        evidence(story, &original);
        let paths = [&original, &redacted].map(|path| path.to_str().unwrap());
        let output = run(&["redact", paths[0], paths[1]]);
        assert_eq!(output.status.code(), Some(0), "{story}: {output:?}");
        let (before, after) = (judged(&original), judged(&redacted));
        assert_eq!(shape(&before), shape(&after), "{story}");

        let key: Value =
            serde_json::from_slice(&fs::read(folder.path().join("redacted.key.json")).unwrap())
                .unwrap();
        let values: Vec<&str> = ["Words", "Numbers", "Addresses"]
            .iter()
            .flat_map(|kind| key[kind].as_object().unwrap().keys())
            .map(String::as_str)
            // A word that everybody knows is private in a name only.
            .filter(|value| value.len() >= 6 && !KNOWN_WORDS.lines().any(|word| word == *value))
            .collect();
        assert!(values.len() > 5, "{story}: {values:?}");
        for file in files_below(&redacted) {
            let content = fs::read(&file).unwrap().to_ascii_lowercase();
            for value in &values {
                for form in forms(value) {
                    let is_there = memchr::memmem::find(&content, &form).is_some();
                    assert!(!is_there, "{story}: {value} in {}", file.display());
                }
            }
        }
    }
}

#[test]
fn the_answer_to_redacted_evidence_is_turned_back_by_the_key() {
    let folder = tempfile::tempdir().unwrap();
    let original = folder.path().join("original");
    fs::create_dir(&original).unwrap();
    evidence("renewed-under-another-name", &original);
    let out = folder.path().join("sent.zip");
    let output = run(&["redact", original.to_str().unwrap(), out.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(fs::read(&out).unwrap().starts_with(b"PK"));
    let unpacked = folder.path().join("redacted");
    let again = run(&["redact", original.to_str().unwrap(), unpacked.to_str().unwrap()]);
    assert_eq!(again.status.code(), Some(0), "{again:?}");
    let answer = folder.path().join("answer.json");
    fs::write(&answer, serde_json::to_vec(&judged(&unpacked)["Summary"]).unwrap()).unwrap();
    let key = folder.path().join("redacted.key.json");
    let restored =
        run(&["redact", "--restore", answer.to_str().unwrap(), "--key", key.to_str().unwrap()]);
    let restored: Value = serde_json::from_slice(&restored.stdout).unwrap();
    let text =
        restored.as_str().unwrap().replace(unpacked.to_str().unwrap(), original.to_str().unwrap());
    for part in
        ["relay.contoso.com", "mail.contoso.com", "5D0B1E77C2A94F6688D3107BA4E95C21F06D83AB"]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn nothing_is_overwritten_and_what_is_no_key_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let original = folder.path().join("original");
    fs::create_dir(&original).unwrap();
    evidence("two-causes", &original);
    let original = original.to_str().unwrap();
    let output = run(&["redact", original, original]);
    assert_eq!(output.status.code(), Some(40));
    assert!(String::from_utf8_lossy(&output.stderr).contains("is there already"));
    let log = format!("{original}/SEND2026111601-1.LOG");
    let output = run(&["redact", "--restore", &log, "--key", &log]);
    assert_eq!(output.status.code(), Some(40));
    assert!(String::from_utf8_lossy(&output.stderr).contains("it is no key of a redaction"));
}
