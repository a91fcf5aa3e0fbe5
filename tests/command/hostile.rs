//! What strangers wrote steers no terminal: file names, values of options, and the contents of every
//! kind of evidence.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use eop_relay::view::is_unprintable;

/// Each kind of what must not be printed, between letters.
const HOSTILE: &str =
    "h\u{1B}[31m\u{9B}2J\u{7}\u{7F}\u{202E}\u{200E}\u{61C}\u{2028}\u{200B}\u{FEFF}\u{E0041}t";
/// The same without what XML cannot hold.
const HOSTILE_IN_XML: &str =
    "h\u{9B}2J\u{7F}\u{202E}\u{200E}\u{61C}\u{2028}\u{200B}\u{FEFF}\u{E0041}t";
/// A line of its own, if it is printed as it stands.
const FORGED: &str = "eop-relay: error: forged";

/// Runs the command, and checks all that it prints.
fn check(folder: &Path, arguments: &[&str]) {
    let output = Command::new(env!("CARGO_BIN_EXE_eop-relay"))
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    for (name, bytes) in [("output", &output.stdout), ("messages", &output.stderr)] {
        let text = String::from_utf8_lossy(bytes);
        let steering = |character: char| character != '\n' && is_unprintable(character);
        let found: Vec<char> = text.chars().filter(|character| steering(*character)).collect();
        assert!(found.is_empty(), "{arguments:?}: {name}: {found:?} in {text:?}");
        assert!(!text.lines().any(|line| line == FORGED), "{arguments:?}: {name}: {text}");
    }
    assert!(output.status.code().is_some_and(|code| code != 101), "{arguments:?}");
}

/// Values that are pasted or come from a script: hostile in two ways.
fn values() -> [String; 2] {
    [HOSTILE.to_owned(), format!("x\n{FORGED}\n")]
}

#[test]
fn the_value_of_no_option_steers_the_terminal() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("SEND2026111501-1.LOG"), send_log("Outbound", "host")).unwrap();
    let certificate = include_bytes!("../fixtures/certificates/mail.contoso.com.cer");
    fs::write(folder.path().join("new.cer"), certificate).unwrap();
    let log = "SEND2026111501-1.LOG";
    // Nothing listens at port 1.
    let probe =
        ["--smart-host", "127.0.0.1", "--port", "1", "--from", "a@b.com", "--to", "c@d.com"];
    let mut tried = 0;
    for command in subcommands(&[]) {
        let further: &[&str] = match command[0].as_str() {
            "sessions" => &[log],
            "test" | "certificates" => &["--log", log],
            "renew" => &["--new", "new.cer"],
            "probe" => &probe,
            _ => &[],
        };
        let command: Vec<&str> = command.iter().map(String::as_str).collect();
        for value in &values() {
            let value = value.as_str();
            check(folder.path(), &[&command[..], &[value]].concat());
            check(folder.path(), &[&command[..], &[&format!("--{value}")]].concat());
            for option in options(&command) {
                let arguments = [&command[..], further, &[&option, value]].concat();
                check(folder.path(), &arguments);
                check(folder.path(), &[&arguments[..], &["--json"]].concat());
                tried += 1;
            }
        }
    }
    assert!(tried > 200, "{tried}");
}

fn help(command: &[&str]) -> String {
    let mut program = Command::new(env!("CARGO_BIN_EXE_eop-relay"));
    String::from_utf8(program.args(command).arg("--help").output().unwrap().stdout).unwrap()
}

/// Every subcommand, with those of its own.
fn subcommands(of: &[&str]) -> Vec<Vec<String>> {
    let help = help(of);
    let Some((_, list)) = help.split_once("\nCommands:\n") else {
        return vec![of.iter().map(|word| (*word).to_owned()).collect()];
    };
    let names = list.lines().take_while(|line| !line.is_empty()).filter_map(|line| {
        let name = line.strip_prefix("  ")?.split(' ').next()?;
        (!name.is_empty() && name != "help").then_some(name)
    });
    names.flat_map(|name| subcommands(&[of, &[name]].concat())).collect()
}

/// The options of a command that take a value.
fn options(command: &[&str]) -> Vec<String> {
    let help = help(command);
    let lines = help.lines().map(str::trim_start);
    let of_line = |line: &str| {
        let (name, rest) = line[line.find("--")?..].split_once(' ')?;
        let begins = line.starts_with("--") || line.starts_with('-') && line[2..].starts_with(", ");
        (begins && rest.starts_with(['<', '['])).then(|| name.to_owned())
    };
    lines.filter_map(of_line).collect()
}

#[cfg(unix)]
#[test]
fn no_name_of_a_file_steers_the_terminal() {
    for name in values() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join(&name);
        fs::create_dir(&folder).unwrap();
        let put = |file: &str, content: &str| -> String {
            let path = folder.join(file);
            fs::write(&path, content).unwrap();
            path.to_str().unwrap().to_owned()
        };
        let log = put("SEND2026111501-1.LOG", &(send_log("Outbound", "host") + "damaged,row\r\n"));
        let broken = put("broken.xml", "<Objs><Obj>");
        let note = put("ndr.eml", "no mail");
        let here = folder.to_str().unwrap();
        for arguments in [
            &["sessions", &log, &broken][..],
            &["sessions", here],
            &["sessions", "--json", &log],
            &["test", "--log", &log, "--inbound-connector", &broken, "--installed", &note],
            &[
                "test",
                "--log",
                &log,
                "--certificate",
                &note,
                "--roots",
                here,
                "--chain-event",
                &broken,
            ],
            &["explain", "--path", &note, "--path", &broken, "--log", &log],
            &["chain", &note],
            &["chain", &note, "--intermediates", here, "--crl", &broken],
            &["hybrid", here],
            &["hybrid", &note],
            &["events", &broken, &note],
            &["certificates", "--log", &log, "--send-connector", &broken, "--installed", &note],
        ] {
            check(root.path(), arguments);
        }
    }
}

#[test]
fn nothing_in_a_log_steers_the_terminal() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("SEND2026111501-1.LOG"), send_log(HOSTILE, HOSTILE)).unwrap();
    let log = "SEND2026111501-1.LOG";
    for arguments in [
        &["sessions", log][..],
        &["sessions", "--json", log],
        &["test", "--log", log],
        &["test", "--json", "--log", log],
        &["certificates", "--log", log],
        &["certificates", "--json", "--log", log],
        &["explain", "--log", log, "550 5.7.64 TenantAttribution; Relay Access Denied"],
    ] {
        check(folder.path(), arguments);
    }
}

#[test]
fn nothing_in_an_export_a_mail_or_an_event_steers_the_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let put = |file: &str, content: String| -> PathBuf {
        let path = folder.path().join(file);
        fs::write(&path, content).unwrap();
        path
    };
    let json = |value: serde_json::Value| value.to_string();
    put("SEND2026111501-1.LOG", send_log("Outbound", "host"));
    put(
        "inbound.json",
        json(serde_json::json!([{
            "Name": HOSTILE, "Identity": HOSTILE, "Enabled": true, "ConnectorType": "OnPremises",
            "TlsSenderCertificateName": HOSTILE, "SenderIPAddresses": [HOSTILE],
        }])),
    );
    put(
        "send.json",
        json(serde_json::json!([{
            "Name": HOSTILE, "Identity": HOSTILE, "Enabled": true, "Fqdn": HOSTILE,
            "SmartHosts": [HOSTILE], "AddressSpaces": ["SMTP:*;1"], "TlsCertificateName": HOSTILE,
        }])),
    );
    put("accepted.json", json(serde_json::json!([{ "Name": HOSTILE, "DomainName": HOSTILE }])));
    put(
        "installed.json",
        json(serde_json::json!([{
            "Thumbprint": "0123456789ABCDEF0123456789ABCDEF01234567", "Subject": HOSTILE,
            "Issuer": HOSTILE, "Services": "SMTP", "Server": HOSTILE, "CertificateDomains": [HOSTILE],
            "NotBefore": "2026-01-01T00:00:00Z", "NotAfter": "2027-01-01T00:00:00Z",
            "HasPrivateKey": true,
        }])),
    );
    put(
        "queues.json",
        json(serde_json::json!([{
            "Identity": HOSTILE, "NextHopDomain": HOSTILE, "MessageCount": 3,
            "LastError": format!("451 4.4.0 {HOSTILE} 550 5.7.64 TenantAttribution; Relay Access Denied"),
        }])),
    );
    put(
        "ndr.eml",
        format!(
            "From: postmaster@{HOSTILE}\r\nSubject: {HOSTILE}\r\n\r\nmx.{HOSTILE} gave this error:\r\n\
             550 5.7.64 TenantAttribution; Relay Access Denied {HOSTILE}\r\n"
        ),
    );
    let event = fs::read_to_string("examples/stories/missing-intermediate/capi2.xml").unwrap();
    put(
        "capi2.xml",
        event.replace("w3wp.exe", HOSTILE_IN_XML).replace("CN=", &format!("CN={HOSTILE_IN_XML}")),
    );
    let all = [
        "--log",
        "SEND2026111501-1.LOG",
        "--inbound-connector",
        "inbound.json",
        "--send-connector",
        "send.json",
        "--accepted-domain",
        "accepted.json",
        "--installed",
        "installed.json",
        "--chain-event",
        "capi2.xml",
        "--queue-error",
        "queues.json",
        "--queue-error",
        "ndr.eml",
        "--queue-error",
        HOSTILE,
    ];
    let pair = ["--send-connector", "send.json", "--installed", "installed.json"];
    let certificate = include_bytes!("../fixtures/certificates/mail.contoso.com.cer");
    fs::write(folder.path().join("new.cer"), certificate).unwrap();
    let of_tenant = ["--inbound-connector", "inbound.json", "--accepted-domain", "accepted.json"];
    for json in [&[][..], &["--json"]] {
        check(folder.path(), &[&["test"], &all[..], json].concat());
        check(folder.path(), &[&["certificates"], &pair[..], json].concat());
        check(
            folder.path(),
            &[&["renew", "--new", "new.cer"], &pair[..], &of_tenant, json].concat(),
        );
        check(
            folder.path(),
            &[&["explain", "--path", "queues.json", "--path", "ndr.eml"], json].concat(),
        );
        check(folder.path(), &[&["explain", &format!("550 5.7.64 {HOSTILE}")], json].concat());
        check(folder.path(), &[&["events", "--all", "capi2.xml"], json].concat());
    }
    hybrid(folder.path());
}

#[test]
fn nothing_in_a_package_of_evidence_steers_the_terminal() {
    for value in values() {
        let folder = tempfile::tempdir().unwrap();
        let file = serde_json::json!({
            "Path": value, "Length": 2, "Sha256": value, "Server": value, "Source": value,
        });
        let manifest = serde_json::json!({
            "SchemaVersion": 1, "ProductVersion": value, "Computer": value,
            "Start": "2026-11-15T00:00:00Z", "End": "2026-11-16T00:00:00Z",
            "Confidentiality": value, "Files": [file],
            "Missing": [{ "What": value, "Server": value, "Reason": value }],
        });
        fs::write(folder.path().join("manifest.json"), manifest.to_string()).unwrap();
        let name = value.replace('/', "");
        fs::write(folder.path().join(&name), "550 5.7.64 TenantAttribution").unwrap();
        for file in [".", &name] {
            for json in [&[][..], &["--json"]] {
                check(folder.path(), &[&["evidence", "list", file], json].concat());
                check(folder.path(), &[&["test", "--evidence", file], json].concat());
            }
        }
        check(folder.path(), &["redact", ".", "redacted", "--key", "key.json"]);
    }
}

/// The logs of the wizard, with a hostile name of a connector.
fn hybrid(folder: &Path) {
    let examples = fs::read_dir("examples/hybrid").unwrap();
    for (number, file) in examples.enumerate() {
        let log = fs::read(file.unwrap().path()).unwrap();
        let log = String::from_utf8_lossy(&log).replace("Outbound to Office 365", HOSTILE_IN_XML);
        let path = folder.join(format!("2026111{number}_010203.log"));
        fs::write(&path, log).unwrap();
        let path = path.to_str().unwrap();
        check(folder, &["hybrid", "--at", "2026-11-16", path]);
        check(folder, &["hybrid", "--json", "--at", "2026-11-16", path]);
        check(folder, &["test", "--log", "SEND2026111501-1.LOG", "--hybrid-log", path]);
    }
}

/// A refused session, with a connector and a banner.
fn send_log(connector: &str, banner: &str) -> String {
    let mut log = String::from(
        "#Software: Microsoft Exchange Server\r\n#Version: 15.0.0.0\r\n\
         #Log-type: SMTP Send Protocol Log\r\n#Date: 2026-11-15T01:00:00.000Z\r\n\
         #Fields: date-time,connector-id,session-id,sequence-number,local-endpoint,\
         remote-endpoint,event,data,context\r\n",
    );
    let rows = [
        ("*", String::new(), "attempting to connect"),
        ("+", String::new(), ""),
        ("<", format!("220 {banner}.mail.protection.outlook.com Microsoft ESMTP MAIL Service"), ""),
        (">", format!("EHLO {banner}"), ""),
        ("<", format!("250 {banner} Hello [203.0.113.7]"), ""),
        (">", format!("MAIL FROM:<anna@{banner}>"), ""),
        (">", format!("RCPT TO:<ben@{banner}>"), ""),
        ("<", "250 2.1.0 Sender OK".to_owned(), ""),
        ("<", format!("550 5.7.64 TenantAttribution; Relay Access Denied [{banner}]"), ""),
        ("-", String::new(), "Local"),
    ];
    for (number, (event, data, context)) in rows.iter().enumerate() {
        let row = format!(
            "2026-11-15T01:00:0{number}.000Z,{connector},08DE24A7C31F0001,{number},192.0.2.10:31877,\
             198.51.100.36:25,{event},\"{data}\",{context}\r\n"
        );
        log.push_str(&row);
    }
    log
}
