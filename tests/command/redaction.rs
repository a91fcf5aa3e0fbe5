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

/// The evidence of a story without its report.
fn evidence(story: &str, to: &Path) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/stories").join(story);
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if name != "arguments" && name != "report.txt" {
            fs::copy(&path, to.join(name)).unwrap();
        }
    }
}

pub fn judged(evidence: &Path) -> Value {
    let path = evidence.to_str().unwrap();
    let output = run(&["test", "--evidence", path, "--at", "2026-11-24T12:00:00Z", "--json"]);
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Every part of the report that says what is the matter, without texts.
pub fn shape(report: &Value) -> Value {
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
    let mut forms = vec![value.as_bytes().to_vec(), units, hexadecimal.into_bytes()];
    // Digits can stand as the bytes that they are.
    let pairs = value.as_bytes().chunks(2);
    let bytes: Option<Vec<u8>> =
        pairs.map(|two| u8::from_str_radix(std::str::from_utf8(two).ok()?, 16).ok()).collect();
    forms.extend(bytes.filter(|bytes| bytes.len() >= 8));
    forms
}

/// What the runs of base64 in a text hold, in small letters.
fn unpacked(text: &[u8]) -> Vec<u8> {
    let is_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=".contains(byte);
    let runs = text.split(|byte| !is_base64(byte)).filter(|run| run.len() >= 24);
    let decoded = runs.filter_map(|run| base64::engine::general_purpose::STANDARD.decode(run).ok());
    decoded.flatten().collect::<Vec<u8>>().to_ascii_lowercase()
}

/// Complains of each value of a key that is found in redacted files, in whatever form.
pub fn assert_nothing_private(key: &Path, redacted: &Path, what: &str) {
    let key: Value = serde_json::from_slice(&fs::read(key).unwrap()).unwrap();
    let values: Vec<&str> = ["Words", "Numbers", "Addresses"]
        .iter()
        .flat_map(|kind| key[kind].as_object().unwrap().keys())
        .map(String::as_str)
        // A word that everybody knows is private in a name only.
        .filter(|value| value.len() >= 6 && !KNOWN_WORDS.lines().any(|word| word == *value))
        .collect();
    assert!(values.len() > 5, "{what}: {values:?}");
    for file in files_below(redacted) {
        let raw = fs::read(&file).unwrap();
        for content in [raw.to_ascii_lowercase(), unpacked(&raw)] {
            for value in &values {
                for form in forms(value) {
                    let is_there = memchr::memmem::find(&content, &form).is_some();
                    assert!(!is_there, "{what}: {value} in {}", file.display());
                }
            }
        }
    }
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
        assert_nothing_private(&folder.path().join("redacted.key.json"), &redacted, story);
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

/// A redacted package is one to redact: what is known by facts stays so.
#[test]
fn what_is_redacted_twice_is_judged_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::create_dir(path("original")).unwrap();
    evidence("missing-intermediate", &path("original"));
    for (from, to) in [("original", "once"), ("once", "twice.zip")] {
        let paths = [path(from), path(to)].map(|path| path.to_str().unwrap().to_owned());
        let output = run(&["redact", &paths[0], &paths[1]]);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
    }
    assert_eq!(shape(&judged(&path("original"))), shape(&judged(&path("twice.zip"))));
}

/// The certificate of an export stands there as base64 or as a list of numbers, of which neither stays.
#[test]
fn certificates_inside_of_exports_become_their_facts() {
    let stories = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/stories");
    let pem = fs::read_to_string(stories.join("missing-intermediate/sent.pem")).unwrap();
    let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let der = base64::engine::general_purpose::STANDARD.decode(&body).unwrap();
    let numbers: Vec<String> = der.iter().map(u8::to_string).collect();
    let lines = numbers.join(",\r\n                    ");
    let numbers = numbers.join(", ");
    let thumbprint = eop_relay::certificate::Thumbprint::of(&der).to_string();
    let object =
        format!("\"Services\": \"IIS, SMTP\", \"Thumbprint\": \"{thumbprint}\", \"RawData\":");
    for (name, export) in [
        ("installed.json", format!("[{{ {object} \"{body}\" }}]")),
        ("installed.json", format!("[{{ {object} [ {numbers} ] }}]")),
        ("installed.json", format!("[\r\n{{ {object}  [\r\n        {lines}\r\n   ] }}]")),
        (
            "installed.txt",
            format!(
                "Thumbprint : {thumbprint}\nServices   : IIS, SMTP\nRawData    : {{{numbers}}}\n"
            ),
        ),
        (
            "installed.xml",
            format!(
                "<Objs Version=\"1.1.0.1\" xmlns=\"http://schemas.microsoft.com/powershell/2004/04\">\
                 <Obj RefId=\"0\"><MS><S N=\"Services\">IIS, SMTP</S><S N=\"Thumbprint\">{thumbprint}</S><BA N=\"RawData\">{body}</BA></MS>\
                 </Obj></Objs>"
            ),
        ),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::create_dir(path("original")).unwrap();
        fs::copy(
            stories.join("missing-intermediate/SEND2026112401-1.LOG"),
            path("original/SEND2026112401-1.LOG"),
        )
        .unwrap();
        fs::write(path(&format!("original/{name}")), &export).unwrap();
        let paths = [path("original"), path("sent")].map(|path| path.to_str().unwrap().to_owned());
        let output = run(&["redact", &paths[0], &paths[1]]);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        assert_nothing_private(&path("sent.key.json"), &path("sent"), &export[..60]);
        let (before, after) = (judged(&path("original")), judged(&path("sent")));
        // A long line of Format-List counts as one that may be cut; base64 is none.
        assert_eq!(before["Cause"], after["Cause"], "{}", &export[..60]);
        if name != "installed.txt" {
            assert_eq!(shape(&before), shape(&after), "{}", &export[..60]);
        }
        assert!(!before["Certificate"].is_null(), "{before}");
        assert_eq!(before["Certificate"].is_null(), after["Certificate"].is_null());
    }
}

/// Another's evidence, where it is beside the project.
#[test]
fn redacted_cases_are_judged_the_same_and_hold_nothing_private() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/samples/cases");
    let Ok(entries) = fs::read_dir(&cases) else {
        eprintln!("left out: {} is not there", cases.display());
        return;
    };
    for case in entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()) {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        for file in files_below(&case) {
            let below = file.strip_prefix(&case).unwrap();
            if !["cmd", "right", "report.txt"].iter().any(|name| below.ends_with(name)) {
                let to = path("original").join(below);
                fs::create_dir_all(to.parent().unwrap()).unwrap();
                fs::write(to, fs::read(&file).unwrap()).unwrap();
            }
        }
        let paths = [path("original"), path("sent")].map(|path| path.to_str().unwrap().to_owned());
        run(&["redact", &paths[0], &paths[1]]);
        assert_eq!(
            shape(&judged(&path("original"))),
            shape(&judged(&path("sent"))),
            "{}",
            case.display()
        );
        assert_nothing_private(&path("sent.key.json"), &path("sent"), &case.display().to_string());
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
