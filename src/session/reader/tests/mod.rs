//! Behaviour of the whole path from files to sessions.

use std::fmt::Write as _;

use super::*;
use crate::log::NoticeCode;
use crate::session::{MessageOutcome, Outcome, SessionNote, TlsStatus};
use crate::timestamp::Timestamp;

mod bounds;
mod certificates;
mod dialogue;
mod failures;
#[cfg(unix)]
mod faults;
mod files;
mod header_lines;
mod iis;
mod properties;
mod proxy;
mod series;
mod state;

const HEADER: &str = "#Software: Microsoft Exchange Server\r\n#Version: 15.0.0.0\r\n\
    #Log-type: SMTP Send Protocol Log\r\n#Date: 2026-11-15T01:00:00.000Z\r\n\
    #Fields: date-time,connector-id,session-id,sequence-number,local-endpoint,remote-endpoint,\
    event,data,context\r\n";
const ID: &str = "08DE23A1F00D0001";
const THUMBPRINT: &str = "1234567890ABCDEF1234567890ABCDEF12345678";
const REMOTE_THUMBPRINT: &str = "89ABCDEF0123456789ABCDEF0123456789ABCDEF";

/// Rows of one session: each `event data` or `event data|context`, quoted where need be.
fn rows(id: &str, first_sequence: usize, lines: &[&str]) -> String {
    let mut text = String::new();
    for (index, line) in lines.iter().enumerate() {
        let (event, rest) = line.split_at(1);
        let rest = rest.strip_prefix(' ').unwrap_or(rest);
        let (data, context) = rest.split_once('|').unwrap_or((rest, ""));
        let field = |value: &str| {
            if value.contains([',', '"']) {
                format!("\"{}\"", value.replace('"', "\"\""))
            } else {
                value.to_owned()
            }
        };
        let sequence = first_sequence + index;
        let _ = write!(
            text,
            "2026-11-15T01:02:{:02}.{:03}Z,Outbound to Office 365,{id},{sequence},192.0.2.10:44276,\
             104.47.2.36:25,{event},{},{}\r\n",
            sequence / 10 % 60,
            sequence % 10,
            field(data),
            field(context),
        );
    }
    text
}

struct Folder(tempfile::TempDir);

impl Folder {
    fn new(files: &[(&str, &[u8])]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, content) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, content).unwrap();
        }
        Self(folder)
    }

    fn query(&self) -> SessionQuery {
        let path = self.0.path().to_owned();
        SessionQuery {
            inputs: vec![LogInput { path, ..LogInput::default() }],
            recurse: true,
            threads: 1,
            ..SessionQuery::default()
        }
    }
}

fn read_all(mut reader: SessionReader) -> (Vec<Session>, Vec<Notice>) {
    let (mut sessions, mut notices) = (Vec::new(), Vec::new());
    while let Some(mut batch) = reader.next_batch(7, 1000) {
        assert!(batch.sessions.len() <= 7);
        sessions.append(&mut batch.sessions);
        notices.append(&mut batch.notices);
    }
    (sessions, notices)
}

fn read(query: SessionQuery) -> (Vec<Session>, Vec<Notice>) {
    read_all(SessionReader::new(query).unwrap())
}

/// The only session of a log with these rows.
fn session_of(content: &str) -> Session {
    let folder = Folder::new(&[("SEND20261115-1.LOG", content.as_bytes())]);
    let (mut sessions, notices) = read(folder.query());
    assert_eq!(notices, []);
    assert_eq!(sessions.len(), 1, "{sessions:#?}");
    sessions.remove(0)
}

fn session_of_rows(lines: &[&str]) -> Session {
    session_of(&format!("{HEADER}{}", rows(ID, 0, lines)))
}

const TLS_SUCCEEDED: &str = "* |TLS protocol SP_PROT_TLS1_2_CLIENT negotiation succeeded using bulk \
    encryption algorithm CALG_AES_256 with strength 256 bits, MAC hash algorithm CALG_SHA_384 with \
    strength 384 bits and key exchange algorithm CALG_ECDHE with strength 384 bits";

const GREETING: [&str; 7] = [
    "* |attempting to connect",
    "+ ",
    "< 220 EX.mail.protection.outlook.com Microsoft ESMTP ready at Sun, 15 Nov 2026 01:02:02 +0000",
    "> EHLO mail.contoso.com",
    "< 250  EX.mail.protection.outlook.com Hello [203.0.113.7] SIZE 157286400 STARTTLS 8BITMIME",
    "> STARTTLS",
    "< 220 2.0.0 SMTP server ready",
];

const LONG_FORM: [&str; 6] = [
    "* |Sending certificate",
    "* CN=*.contoso.com, OU=IT, O=Contoso Ltd|Certificate subject",
    "* CN=Fabrikam CA 5, O=\"Fabrikam, Inc\", C=US|Certificate issuer name",
    "* 0A1B2C|Certificate serial number",
    "* 1234567890abcdef1234567890abcdef12345678|Certificate thumbprint",
    "* *.contoso.com;contoso.com;CONTOSO.com|Certificate alternate names",
];

const REMOTE_LONG_FORM: [&str; 4] = [
    "* |Remote certificate",
    "* CN=mail.protection.outlook.com, O=Microsoft Corporation|Certificate subject",
    "* 89ABCDEF0123456789ABCDEF0123456789ABCDEF|Certificate thumbprint",
    "* mail.protection.outlook.com|Certificate alternate names",
];

fn joined(parts: &[&[&'static str]]) -> Vec<&'static str> {
    parts.iter().flat_map(|part| part.iter().copied()).collect()
}
