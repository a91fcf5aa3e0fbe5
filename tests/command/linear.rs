//! Work grows with its input and no faster, counted in instructions by valgrind where that is installed.
//! A minute's work: only with EOP_RELAY_LONG_TESTS, which `tests/run.sh --all` sets. Where EOP_RELAY_COMMAND
//! names the command as it is shipped, it is counted at the sizes that a stranger tries: 100,000.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::json;
use tempfile::TempDir;

use crate::support::forge::{Forge, SUBJECT_ALT_NAME, dns_names};
use crate::support::{root, say};

/// The instructions of one run.
fn instructions(command: &Path, folder: &Path, arguments: &[&str]) -> Option<u64> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(command)
        .args(arguments)
        .current_dir(folder)
        .output()
        .ok()?;
    let messages = String::from_utf8_lossy(&output.stderr).into_owned();
    let count = messages.lines().find_map(|line| line.split("Collected : ").nth(1));
    Some(count?.trim().parse().unwrap())
}

/// One kind of input: writes a file of that many parts.
type Write = fn(&Path, usize);

fn connectors(path: &Path, count: usize) {
    let one = |number: usize| {
        json!({
            "Name": format!("In {number}"), "Enabled": true, "ConnectorType": "OnPremises",
            "TlsSenderCertificateName": format!("mail{number}.contoso.com"),
            "SenderIPAddresses": [format!("10.{}.{}.{}", number / 65_536, number / 256 % 256, number % 256)],
        })
    };
    fs::write(path, json!((0..count).map(one).collect::<Vec<_>>()).to_string()).unwrap();
}

fn names(path: &Path, count: usize) {
    let names: Vec<String> = (0..count).map(|n| format!("mail{n}.contoso.com")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let server = Forge::server("mail0.contoso.com", "Issuing CA");
    fs::write(path, server.with(SUBJECT_ALT_NAME, false, dns_names(&names)).der()).unwrap();
}

/// The certificate, and issuers of one name beside it.
fn issuers(path: &Path, count: usize) {
    let mut pem = String::new();
    let mut add = |der: Vec<u8>| {
        use base64::Engine as _;
        let text = base64::engine::general_purpose::STANDARD.encode(der);
        let _ = write!(pem, "-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n");
    };
    add(Forge::server("mail0.contoso.com", "Issuing CA").der());
    for number in 0..count {
        let serial = u32::try_from(number).unwrap().to_be_bytes();
        let issuer = Forge::authority("Issuing CA", "Root CA");
        add(issuer.but(|forge| forge.serial = [&[1], &serial[..]].concat()).der());
    }
    fs::write(path, pem).unwrap();
}

fn report_parts(path: &Path, count: usize) {
    let mut mail = String::from(
        "MIME-Version: 1.0\nSubject: Undeliverable\nContent-Type: multipart/report; \
         report-type=delivery-status; boundary=b\n\n",
    );
    for number in 0..count {
        let _ = write!(
            mail,
            "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns;ex1\n\n\
             Final-Recipient: rfc822;a{number}@fabrikam.com\nAction: failed\nStatus: 5.7.64\n\
             Diagnostic-Code: smtp;550 5.7.64 TenantAttribution; Relay Access Denied {number}\n\n"
        );
    }
    fs::write(path, mail + "--b--\n").unwrap();
}

fn queue_errors(path: &Path, count: usize) {
    let one = |number: usize| {
        let (minute, second) = (number / 60 % 60, number % 60);
        json!({
            "Identity": format!("EX1\\{number}"), "Status": "Retry",
            "NextHopDomain": "contoso-com.mail.protection.outlook.com",
            "LastError": format!(
                "[{{LRT=11/15/2026 1:{minute:02}:{second:02} AM}};{{LED=450 4.4.101 Proxy session \
                 setup failed {number:08X}}}]"
            ),
        })
    };
    fs::write(path, json!((0..count).map(one).collect::<Vec<_>>()).to_string()).unwrap();
}

#[test]
fn twice_the_input_is_twice_the_work() {
    if std::env::var_os("EOP_RELAY_LONG_TESTS").is_none() {
        say("growth of work is not tested: EOP_RELAY_LONG_TESTS is not set");
        return;
    }
    let shipped = std::env::var_os("EOP_RELAY_COMMAND").map(|path| root().join(path));
    let command = shipped.clone().unwrap_or_else(|| env!("CARGO_BIN_EXE_eop-relay").into());
    // The least of three sizes, each twice the one before, and that of the command as it is shipped.
    let cases: [(&str, Write, &[&str], [usize; 2]); 5] = [
        (
            "inbound connectors",
            connectors,
            &["test", "--inbound-connector", "file.json"],
            [500, 25_000],
        ),
        ("names of a certificate", names, &["chain", "file.cer"], [4000, 25_000]),
        ("issuers of one name", issuers, &["chain", "file.pem"], [400, 5000]),
        ("parts of a report", report_parts, &["test", "--queue-error", "file.eml"], [250, 25_000]),
        ("errors of queues", queue_errors, &["test", "--queue-error", "file.json"], [60, 5000]),
    ];
    let mut wrong = Vec::new();
    for (what, write, arguments, [few, many]) in cases {
        let count = if shipped.is_some() { many } else { few };
        let folder = TempDir::new().unwrap();
        let path = folder.path().join(arguments[arguments.len() - 1]);
        let mut arguments = arguments.to_vec();
        if what == "inbound connectors" {
            names(&folder.path().join("server.cer"), 1);
            arguments.extend(["--certificate", "server.cer"]);
        }
        let counts = [count, 2 * count, 4 * count].map(|count| {
            write(&path, count);
            instructions(&command, folder.path(), &arguments)
        });
        let [Some(one), Some(two), Some(four)] = counts else {
            say("growth of work is not tested: no valgrind");
            return;
        };
        // What every run costs falls out: 2 for work that grows with its input, 4 for its square.
        #[allow(clippy::cast_precision_loss, reason = "a ratio")]
        let growth = (four - two) as f64 / (two - one) as f64;
        println!("{what}: {one}, {two}, {four} instructions: {growth:.2}");
        if !(1.5..2.5).contains(&growth) {
            wrong.push(format!("{what}: {growth:.2}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}
