//! The command, over loopback.

use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Output};

use crate::credentials::pem;
use crate::front_end::{ACCEPTED, FrontEnd, Quirk, REFUSED, sec1};
use crate::support::forge::Forge;

fn probe(address: SocketAddr, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_eop-relay"))
        .args(["probe", "--smart-host", "127.0.0.1", "--port", &address.port().to_string()])
        .args(["--fqdn", "ex01.contoso.com", "--server", "EX01"])
        .args(arguments)
        .output()
        .unwrap()
}

pub const MAIL: [&str; 4] = ["--from", "anna@contoso.com", "--to", "bob@fabrikam.com"];

pub fn words(output: &[u8]) -> String {
    String::from_utf8_lossy(output).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A PEM file with a certificate and its key.
pub fn pem_file(folder: &Path, host: &str) -> String {
    let certificate = Forge::server(host, "Test CA").der();
    let text = pem("CERTIFICATE", &certificate) + &pem("EC PRIVATE KEY", &sec1(host));
    let path = folder.join(format!("{host}.pem"));
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

#[test]
fn a_refusal_is_shown_with_its_report_and_its_log_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let certificate = pem_file(folder.path(), "mail.contoso.com");
    let log = folder.path().join("probe.log").display().to_string();
    let address = FrontEnd::by(|_| REFUSED.to_owned()).serve();
    let more = ["--certificate", &certificate, "--out-log", &log];
    let output = probe(address, &[&MAIL[..], &more].concat());
    assert_eq!(output.status.code(), Some(20), "{}", words(&output.stderr));
    let text = words(&output.stdout);
    assert!(text.starts_with("PROBE: REFUSED, nothing was submitted"), "{text}");
    assert!(text.contains("550 5.7.64 TenantAttribution"), "{text}");
    assert!(text.contains("REFUSED: ConnectorsNotGiven"), "{text}");
    assert!(text.contains("CERTIFICATES SENT"), "{text}");

    let sessions = Command::new(env!("CARGO_BIN_EXE_eop-relay"))
        .args(["sessions", "--json", &log])
        .output()
        .unwrap();
    let session: serde_json::Value = serde_json::from_slice(&sessions.stdout).unwrap();
    assert_eq!(session["Outcome"], "Refused");
    assert_eq!(session["Rejection"], "RelayDenied");

    // A log is never written over.
    let output = probe(address, &[&MAIL[..], &more].concat());
    assert_eq!(output.status.code(), Some(40));
    assert!(words(&output.stderr).contains("not there yet"), "{}", words(&output.stderr));
}

#[test]
fn a_pfx_file_has_certificate_and_key() {
    let address = FrontEnd::by(|_| REFUSED.to_owned()).serve();
    let fixtures = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/certificates");
    let pfx = format!("{fixtures}/mail.contoso.com.pfx");
    let folder = tempfile::tempdir().unwrap();
    let password = folder.path().join("password.txt");
    for (text, code) in [("correct horse", 20), ("another", 64)] {
        std::fs::write(&password, text).unwrap();
        let more = ["--certificate", &pfx, "--password-file", password.to_str().unwrap()];
        let output = probe(address, &[&MAIL[..], &more].concat());
        assert_eq!(output.status.code(), Some(code), "{}", words(&output.stderr));
    }
}

#[test]
fn the_outcome_is_one_json_object() {
    let address = FrontEnd::by(|_| ACCEPTED.to_owned()).with(Quirk::Dribbles).serve();
    let output = probe(address, &[&MAIL[..], &["--no-certificate", "--json"]].concat());
    let outcome: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(outcome["SchemaVersion"], 1);
    assert_eq!(outcome["Steps"][7]["Step"], "Recipient");
    assert_eq!(outcome["Steps"][7]["Reply"], ACCEPTED);
    assert_eq!(outcome["CertificateRequested"], true);
    assert_eq!(outcome["RemoteChain"][0]["Subject"], "CN=mail.protection.outlook.com");
    assert_eq!(outcome["Session"]["ConnectorName"], serde_json::Value::Null);
    assert!(outcome["Report"]["ExitCode"].is_number());
}

#[test]
fn what_cannot_be_asked_is_a_matter_of_usage() {
    let address = FrontEnd::accepting().serve();
    for (arguments, part) in [
        (&["--from", "a@contoso.com", "--to", "b@fabrikam.com,c@fabrikam.com"][..], "is a list"),
        (&["--from", "a@contoso.com", "--to", "<>"], "no recipient"),
        (&["--from", "nobody", "--to", "b@fabrikam.com"], "no address"),
        (&["--from", "a@contoso.com"], "--to"),
        (&MAIL, "give a file with the certificate and its key"),
    ] {
        let output = probe(address, arguments);
        assert_eq!(output.status.code(), Some(64), "{arguments:?}");
        assert!(words(&output.stderr).contains(part), "{}", words(&output.stderr));
    }
}

#[test]
fn a_file_that_cannot_be_read_is_named_also_where_nothing_can_be_asked_without_it() {
    let address = FrontEnd::accepting().serve();
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().to_str().unwrap();
    for option in ["--send-connector", "--installed", "--certificate", "--password-file"] {
        for path in ["nowhere.xml", folder] {
            let output = probe(address, &[&MAIL[..], &[option, path]].concat());
            let errors = words(&output.stderr);
            assert_eq!(output.status.code(), Some(40), "{option} {path}: {errors}");
            assert!(errors.contains(path), "{option}: {errors}");
        }
    }
}

#[test]
fn a_host_that_nobody_answers_at_is_a_failed_connection() {
    // A port that was free a moment ago.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let output = probe(port, &[&MAIL[..], &["--no-certificate"]].concat());
    let text = words(&output.stdout);
    assert!(text.contains("no connection came about"), "{text}");
    assert_ne!(output.status.code(), Some(0));
}

#[test]
fn a_silent_host_is_left_in_time() {
    let address = FrontEnd::accepting().with(Quirk::SilentAt("EHLO")).serve();
    let begun = std::time::Instant::now();
    let output = probe(address, &[&MAIL[..], &["--no-certificate", "--timeout", "1"]].concat());
    assert!(begun.elapsed().as_secs() < 20);
    assert!(words(&output.stdout).contains("did not answer in time at EHLO"));
}

#[test]
fn the_receive_connector_is_looked_at_without_an_address() {
    let mut front_end = FrontEnd::accepting();
    front_end.certificate = Forge::server("mail.contoso.com", "Test CA");
    let address = front_end.serve();
    let output = probe(address, &["--inbound", "--tls-domain", "mail.contoso.com"]);
    let text = words(&output.stdout);
    assert!(text.contains("which has the name mail.contoso.com"), "{text}");
    assert_eq!(output.status.code(), Some(20), "its authority is in no list");
}

#[test]
fn the_send_connector_tells_host_and_name() {
    let folder = tempfile::tempdir().unwrap();
    let connector = folder.path().join("send.json");
    std::fs::write(
        &connector,
        r#"[{"Name": "To Microsoft 365", "SmartHosts": ["[127.0.0.1]"], "Fqdn": "mail.contoso.com",
            "AddressSpaces": ["SMTP:*;1"], "RequireTLS": true}]"#,
    )
    .unwrap();
    let address = FrontEnd::by(|_| REFUSED.to_owned()).serve();
    let output = Command::new(env!("CARGO_BIN_EXE_eop-relay"))
        .args(["probe", "--json", "--no-certificate", "--port", &address.port().to_string()])
        .args(MAIL)
        .arg("--send-connector")
        .arg(&connector)
        .output()
        .unwrap();
    let outcome: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(outcome["Host"], "127.0.0.1");
    assert_eq!(outcome["Session"]["Connector"], "To Microsoft 365");
    assert_eq!(outcome["Session"]["EhloName"], "mail.contoso.com");
}
