//! `eop-relay events`, and `eop-relay test --chain-event`: files in, a list and an exit code out.

use std::process::{Command, Output};

const FIXTURES: &str = "tests/fixtures/chain-events";

fn run(arguments: &[&str]) -> (i32, String, String) {
    let Output { status, stdout, stderr } = Command::new(env!("CARGO_BIN_EXE_eop-relay"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(arguments)
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code().unwrap(), text(stdout), text(stderr))
}

fn file(name: &str) -> String {
    format!("{FIXTURES}/{name}.xml")
}

#[test]
fn what_failed_is_listed_with_its_meaning() {
    let (code, output, messages) = run(&["events", &file("partial-chain")]);
    assert_eq!(code, 10);
    let expected = "\
FAULT                           TIMES  LAST (UTC)           PROCESS
PartialChain                        1  2026-11-16 01:17:40  lsass.exe
    of      E8412F6A9C03D7B5518E2A4C6F90B3D5E7F81A2C mail.contoso.com
    found   event 30 (record 4711): CERT_E_UNTRUSTEDROOT (0x800B0109),
            CERT_CHAIN_POLICY_SSL
    means   most likely an issuer of the certificate was not found on this
            computer: an intermediate is missing in LocalMachine\\CA, so that the
            certificate is sent without its chain (KB 3212877)
    log     tests/fixtures/chain-events/partial-chain.xml:2
";
    assert_eq!(output, expected);
    assert_eq!(
        messages,
        "1 of 1 validations failed; event 30: 1; from 2026-11-16T01:17:40.456Z to \
         2026-11-16T01:17:40.456Z; files: 1\n"
    );
}

#[test]
fn the_same_failure_is_told_once_and_a_folder_read_whole() {
    let (code, output, _) = run(&["events", FIXTURES]);
    assert_eq!(code, 10);
    assert!(output.contains("PartialChain                        2  "), "{output}");
    for fault in ["PrivateKeyUnavailable", "UntrustedRoot"] {
        assert!(output.contains(fault), "{output}");
    }
    assert!(output.lines().all(|line| line.chars().count() <= 80), "{output}");
    assert!(!output.contains("\nnone "), "{output}");
    let (_, output, _) = run(&["events", "--all", FIXTURES]);
    assert!(output.contains("\nnone "), "{output}");
}

#[test]
fn json_has_an_object_a_line() {
    let (code, output, _) = run(&["events", "--json", &file("partial-chain"), &file("german")]);
    assert_eq!(code, 10);
    let faults: Vec<String> = output
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
        .map(|event| event["Fault"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(faults, ["UntrustedRoot", "PartialChain"], "in the order of the files' names");
}

#[test]
fn the_exit_code_tells_what_was_found() {
    let healthy = tempfile::NamedTempFile::with_suffix(".xml").unwrap();
    let text = std::fs::read_to_string(file("partial-chain")).unwrap();
    std::fs::write(healthy.path(), text.replace("800B0109", "0")).unwrap();
    let healthy = healthy.path().to_str().unwrap();
    for (arguments, expected) in [
        (vec!["events", healthy], 0),
        (vec!["events", healthy, "--start", "2026-11-01"], 10),
        (vec!["events", healthy, "--end", "2026-11-01"], 30),
        (vec!["events", "Cargo.toml"], 40),
        (vec!["events", "no-such.evtx"], 40),
        (vec!["events", healthy, "no-such.evtx"], 40),
        (vec!["events", healthy, "--thumbprint", "xyz"], 64),
        (vec!["events"], 64),
    ] {
        let (code, _, messages) = run(&arguments);
        assert_eq!(code, expected, "{arguments:?}: {messages}");
        if expected == 30 {
            assert!(messages.contains("wevtutil sl"), "{messages}");
        }
    }
}

#[test]
fn the_log_is_evidence_of_the_verdict() {
    let story = "examples/stories/missing-intermediate";
    let log = format!("{story}/SEND2026112401-1.LOG");
    let events = format!("{story}/capi2.xml");
    let connectors = format!("{story}/inbound.csv");
    let arguments = [
        "test",
        "--log",
        &log,
        "--inbound-connector",
        &connectors,
        "--accepted-domain",
        "contoso.com",
        "--server",
        "EX01",
        "--at",
        "2026-11-24T12:00:00Z",
    ];
    let (_, without, _) = run(&arguments);
    assert!(without.starts_with("REFUSED: AttributedButRefused"), "{without}");
    let (code, with, _) = run(&[&arguments[..], &["--chain-event", &events]].concat());
    assert_eq!(code, 20);
    assert!(with.starts_with("REFUSED: ChainIncompleteLogged"), "{with}");
    assert!(with.contains("capi2.xml:2: event 30 (record 20417)"), "{with}");
    assert!(with.contains("Most likely"), "{with}");
    let (code, missing, messages) =
        run(&[&arguments[..], &["--chain-event", "none.evtx"]].concat());
    assert_eq!(code, 40);
    assert!(missing.contains("InputUnreadable") && messages.contains("none.evtx"), "{messages}");
}
