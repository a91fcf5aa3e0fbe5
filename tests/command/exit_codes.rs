//! A diagnosis has one exit code: that of the command is `ExitCode` of the report over the C ABI.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::ptr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use eop_relay::ffi::{EOP_OK, eop_test, eop_text_free, eop_text_get};
use serde_json::{Map, Value, json};
use widestring::U16String;

use super::stories::{STORIES, folder};

/// The report over the C ABI.
#[allow(unsafe_code, reason = "the ABI as a C program calls it")]
fn over_the_abi(request: &Value) -> Value {
    let request = U16String::from_str(&request.to_string());
    let (mut report, mut units, mut length) = (0, ptr::null(), 0);
    let no_error = ptr::null_mut();
    // SAFETY: a text and a local variable.
    let status = unsafe { eop_test(request.as_ptr(), request.len(), &raw mut report, no_error) };
    assert_eq!(status, EOP_OK);
    // SAFETY: the outputs are local variables.
    let status = unsafe { eop_text_get(report, &raw mut units, &raw mut length, no_error) };
    assert_eq!(status, EOP_OK);
    // SAFETY: the view is valid until the handle is freed below.
    let json = unsafe { U16String::from_ptr(units, length) }.to_string().unwrap();
    // SAFETY: no detail is asked for.
    assert_eq!(unsafe { eop_text_free(report, no_error) }, EOP_OK);
    serde_json::from_str(&json).unwrap()
}

/// The arguments of a story, with another time of judgement where one is given, and more.
fn arguments_of(story: &str, at: Option<&str>, more: &[&str]) -> Vec<String> {
    let text = fs::read_to_string(folder(story).join("arguments")).unwrap();
    let mut arguments: Vec<String> = text.lines().map(str::to_owned).collect();
    if let (Some(at), Some(place)) = (at, arguments.iter().position(|one| one == "--at")) {
        at.clone_into(&mut arguments[place + 1]);
    }
    arguments.extend(more.iter().map(|one| (*one).to_owned()));
    arguments
}

fn command(story: &str, arguments: &[String]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_eop-relay"));
    command.args(["test", "--json"]).args(arguments).current_dir(folder(story)).output().unwrap()
}

/// The same as a request.
fn request_of(story: &str, arguments: &[String]) -> Value {
    let mut request = Map::new();
    let mut add = |member: &str, value: Value| match request.get_mut(member) {
        Some(Value::Array(list)) => list.push(value),
        _ => drop(request.insert(member.to_owned(), json!([value]))),
    };
    let file = |path: &Path| {
        let content = STANDARD.encode(fs::read(path).unwrap());
        json!({ "Path": path, "Content": content })
    };
    let mut single = Map::new();
    for pair in arguments.chunks(2) {
        let (option, text) = (pair[0].as_str(), pair[1].as_str());
        let path = folder(story).join(text);
        match option {
            "--log" => add("Logs", json!({ "Path": path })),
            "--accepted-domain" if !path.is_file() => {
                add("AcceptedDomains", json!({ "DomainName": text }));
            }
            "--accepted-domain" => add("AcceptedDomainFiles", file(&path)),
            "--inbound-connector" => add("InboundConnectorFiles", file(&path)),
            "--send-connector" => add("SendConnectorFiles", file(&path)),
            "--installed" => add("InstalledCertificateFiles", file(&path)),
            "--certificate" => add("CertificateFiles", file(&path)),
            "--intermediates" => add("IntermediateFiles", file(&path)),
            "--roots" => add("RootFiles", file(&path)),
            "--chain-event" => add("ChainEventFiles", file(&path)),
            "--hybrid-log" => add("HybridLogFiles", file(&path)),
            "--queue-error" => add("QueueErrorFiles", file(&path)),
            "--server" => drop(single.insert("Server".to_owned(), json!(text))),
            "--at" => drop(single.insert("At".to_owned(), json!(text))),
            other => panic!("{other}"),
        }
    }
    request.extend(single);
    request.into()
}

#[test]
fn the_exit_code_over_the_c_abi_is_that_of_the_command() {
    let stories = STORIES.iter().map(|(story, code)| (*story, None, &[][..], *code));
    let made: [(&str, Option<&str>, &[&str], i32); 4] = [
        ("healthy", Some("2026-11-28T12:00:00Z"), &[], 10),
        ("healthy", Some("2026-12-20T12:00:00Z"), &[], 30),
        ("healthy", None, &["--log", "no-such.LOG"], 40),
        ("two-causes", None, &["--log", "no-such.LOG"], 40),
    ];
    let mut seen = BTreeSet::new();
    for (story, at, more, expected) in stories.chain(made) {
        let arguments = arguments_of(story, at, more);
        let command = command(story, &arguments);
        assert_eq!(command.status.code(), Some(expected), "{arguments:?}");
        let of_command: Value = serde_json::from_slice(&command.stdout).unwrap();
        let of_abi = over_the_abi(&request_of(story, &arguments));
        for member in ["ExitCode", "Verdict", "Cause", "Headline"] {
            assert_eq!(of_abi[member], of_command[member], "{arguments:?} {member}");
        }
        assert_eq!(of_abi["ExitCode"], expected, "{arguments:?}");
        seen.insert(expected);
    }
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), [0, 10, 20, 30, 40]);
}
