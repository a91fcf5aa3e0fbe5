//! `eop-relay explain` with files and logs: what it prints and how it ends.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/delivery_errors")
}

fn explain(arguments: &[&str]) -> Output {
    let command = Command::new(env!("CARGO_BIN_EXE_eop-relay"))
        .arg("explain")
        .args(arguments)
        .current_dir(folder())
        .stdin(Stdio::null())
        .output();
    command.unwrap()
}

fn printed(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// The text in one line, so that the width of the page does not matter.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_queue_and_the_log_tell_one_story() {
    let output = explain(&["--path", "queues.xml", "--log", "SEND20261117-1.LOG"]);
    assert_eq!(output.status.code(), Some(0));
    let text = flat(&printed(&output));
    assert!(text.contains("The queue EX1\\27 says '421 4.4.1 Connection timed out'"), "{text}");
    assert!(text.contains("UnknownCredentials with the certificate 0F1E2D3C"), "{text}");
    assert!(text.contains("SEND20261117-1.LOG:6"), "{text}");
    // Commands are copied as they stand, and so never wrapped.
    let is_prose = |line: &&str| !line.starts_with("       ") || line.starts_with("             ");
    for line in printed(&output).lines().filter(is_prose) {
        assert!(line.chars().count() <= 80, "{line}");
    }
}

#[test]
fn errors_that_say_the_same_are_told_once_and_in_json_each() {
    let arguments = ["--path", "messages.json", "--path", "messages.json"];
    let output = explain(&arguments);
    assert_eq!(printed(&output).matches("What to do").count(), 1);
    assert!(printed(&output).contains("Also"));
    let output = explain(&[&arguments[..], &["--json"]].concat());
    let lines: Vec<serde_json::Value> =
        printed(&output).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0]["InternetMessageId"], "<77aa10@ex1.tailspintoys.com>");
    assert_eq!(lines[0]["Session"], serde_json::Value::Null);
}

#[test]
fn a_text_is_joined_too_and_a_session_that_is_not_there_is_said() {
    let log = ["--log", "SEND20261117-1.LOG"];
    let found = explain(&[&["421 4.4.1 Connection timed out"], &log[..]].concat());
    assert!(flat(&printed(&found)).contains("Possibly the same"), "{}", printed(&found));
    let missed = explain(&[&["550 5.7.750 Service unavailable"], &log[..]].concat());
    assert!(flat(&printed(&missed)).contains("None of the 2 sessions"), "{}", printed(&missed));
    assert_eq!((found.status.code(), missed.status.code()), (Some(0), Some(0)));
}

#[test]
fn standard_input_is_a_file_too() {
    let mail = std::fs::read(folder().join("ndr.eml")).unwrap();
    for arguments in [&["explain", "--path", "-", "--json"][..], &["explain", "--json"]] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_eop-relay"))
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        command.stdin.take().unwrap().write_all(&mail).unwrap();
        let output = command.wait_with_output().unwrap();
        let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(
            (&json["Source"], &json["Path"]),
            (&"NonDeliveryReport".into(), &"standard input".into())
        );
        assert_eq!(json["Recipients"][1], "sales@wingtiptoys.com");
    }
}

#[test]
fn what_cannot_be_read_is_said_and_the_rest_explained() {
    let output = explain(&["--path", "missing.eml", "--path", "ndr.eml"]);
    assert_eq!(output.status.code(), Some(40));
    assert!(printed(&output).contains("RelayDenied"));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("missing.eml: no file or folder has this path"), "{said}");

    assert_eq!(
        explain(&["--path", "SEND20261117-1.LOG", "--log", "missing"]).status.code(),
        Some(40)
    );
    assert_eq!(explain(&["--server", "EX1", "x"]).status.code(), Some(64), "without a log");
    assert_eq!(explain(&[]).status.code(), Some(64));
    assert_eq!(explain(&["--path", "queues.xml", "nothing"]).status.code(), Some(0));
    assert_eq!(explain(&["queues.xml"]).stdout, explain(&["--path", "queues.xml"]).stdout);
}

/// The values after a label, in one line.
fn field(text: &str, label: &str) -> String {
    let from = text.find(&format!("\n  {label} ")).unwrap_or_else(|| panic!("{label}: {text}"));
    let lines = text[from + 1..].lines().enumerate();
    let own = lines.take_while(|(index, line)| *index == 0 || line.starts_with("    "));
    let value: Vec<&str> = own.map(|(_, line)| line).collect();
    flat(value.join(" ").trim_start().strip_prefix(label).unwrap())
}

#[test]
fn a_cause_of_a_report_is_explained_by_its_name_in_any_case() {
    let output = explain(&["--cause", "namemismatch"]);
    assert_eq!(output.status.code(), Some(0));
    let text = printed(&output);
    assert!(text.starts_with("NameMismatch\n"), "{text}");
    for label in ["Says", "Why", "Example", "What helps", "How sure"] {
        assert!(field(&text, label).ends_with('.'), "{label}: {text}");
    }
    assert_eq!(field(&text, "Verdict"), "Refused, where it is the cause");
    assert_eq!(field(&text, "Rests on"), "documented");
    let others = "ConnectorDisabled, OtherTenantsExport, SelfSignedCertificate, PrivateAuthority";
    assert_eq!(field(&text, "Not where"), others);
    assert_eq!(field(&text, "Sources"), "KB 4051495");
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    let beside = printed(&explain(&["--cause", "SelectionDisputed"]));
    assert_eq!(field(&beside, "Verdict"), "none: it stands beside the cause");
    assert_eq!(field(&beside, "Rests on"), "open");
    assert!(!beside.contains("Not where"), "{beside}");
}

#[test]
fn a_cause_is_one_json_object_and_the_list_one_for_each() {
    let output = explain(&["--cause", "NameMismatch", "--json"]);
    let cause: serde_json::Value = serde_json::from_str(&printed(&output)).unwrap();
    assert_eq!(cause["Id"], "NameMismatch");
    assert_eq!(cause["Verdict"], "Refused");
    let others =
        ["ConnectorDisabled", "OtherTenantsExport", "SelfSignedCertificate", "PrivateAuthority"];
    assert_eq!(cause["Unless"], serde_json::json!(others));
    assert!(cause["Says"].as_str().is_some_and(|says| !says.is_empty()), "{cause}");
    let listed = printed(&explain(&["--list-causes", "--json"]));
    let ids: Vec<serde_json::Value> = listed
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["Id"].take())
        .collect();
    assert!(ids.len() > 80 && ids.contains(&cause["Id"]), "{ids:?}");
}

#[test]
fn all_causes_are_listed_those_that_decide_in_their_order_and_then_what_stands_beside() {
    let output = explain(&["--list-causes"]);
    assert_eq!(output.status.code(), Some(0));
    let text = printed(&output);
    let place = |name: &str| text.find(&format!("\n  {name} ")).unwrap_or_else(|| panic!("{name}"));
    let beside = text.find("What stands beside the cause:").unwrap();
    assert!(place("NoPrivateKey") < place("NameMismatch"), "{text}");
    assert!(place("NameMismatch") < beside && beside < place("CertificateExpiresSoon"), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
}

#[test]
fn a_cause_that_is_none_is_wrong_usage_and_the_list_is_named() {
    let output = explain(&["--cause", "Gremlins"]);
    assert_eq!(output.status.code(), Some(64));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.contains("Gremlins") && error.contains("--list-causes"), "{error}");
    for other in [&["x"][..], &["--path", "ndr.eml"], &["--list-causes"]] {
        let output = explain(&[&["--cause", "NameMismatch"], other].concat());
        assert_eq!(output.status.code(), Some(64), "{other:?}");
    }
}
