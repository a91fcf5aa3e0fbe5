//! Behaviour of the whole path from files to sessions.

use std::fmt::Write as _;
use std::path::PathBuf;

use proptest::prelude::*;

use super::*;
use crate::log::NoticeCode;
use crate::session::{MessageOutcome, Outcome, SessionNote, TlsStatus};
use crate::timestamp::Timestamp;

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

#[test]
fn the_long_form_gives_the_sent_and_the_remote_certificate_unmixed() {
    let received = [
        "* |Received certificate",
        "* FFFF567890ABCDEF1234567890ABCDEF12345678|Certificate thumbprint",
    ];
    let session = session_of_rows(&joined(&[
        &GREETING,
        &LONG_FORM,
        &REMOTE_LONG_FORM,
        &[TLS_SUCCEEDED],
        &received,
        &["- |Local"],
    ]));
    let sent = session.sent_certificate.as_ref().unwrap();
    assert_eq!(sent.subject.as_deref(), Some("CN=*.contoso.com, OU=IT, O=Contoso Ltd"));
    assert_eq!(sent.issuer.as_deref(), Some("CN=Fabrikam CA 5, O=\"Fabrikam, Inc\", C=US"));
    assert_eq!(sent.serial_number.as_deref(), Some("0A1B2C"));
    assert_eq!(session.sent_thumbprint(), Some(THUMBPRINT));
    assert_eq!(sent.dns_names.len(), 2);
    let remote = session.remote_certificate.as_ref().unwrap();
    assert_eq!(remote.thumbprint.as_deref(), Some(REMOTE_THUMBPRINT));
    assert_eq!(session.tls_status, TlsStatus::Succeeded);
    assert_eq!(session.tls_protocol.as_deref(), Some("TLS 1.2"));
    assert_eq!(session.outcome, Outcome::NoMail);
    assert!(session.complete);
}

#[test]
fn the_condensed_form_gives_the_same_and_its_blank_is_not_trimmed_first() {
    let condensed = format!(
        "*  CN=*.contoso.com, O=Contoso Ltd CN=Fabrikam CA 5, C=US 0A1B2C {THUMBPRINT} \
         2026-01-17T00:00:00.000Z 2027-01-17T23:59:59.000Z *.contoso.com;contoso.com|Sending \
         certificate Subject Issuer name Serial number Thumbprint Not before Not after Subject \
         alternate names"
    );
    let received = format!("*  {REMOTE_THUMBPRINT}|Received certificate Certificate thumbprint");
    let mut lines = GREETING.to_vec();
    lines.extend([condensed.as_str(), TLS_SUCCEEDED, received.as_str()]);
    let session = session_of_rows(&lines);
    let sent = session.sent_certificate.as_ref().unwrap();
    assert_eq!(sent.subject.as_deref(), Some("CN=*.contoso.com, O=Contoso Ltd"));
    assert_eq!(sent.issuer.as_deref(), Some("CN=Fabrikam CA 5, C=US"));
    assert_eq!(sent.not_after.unwrap().to_string(), "2027-01-17T23:59:59.000Z");
    let remote = session.remote_certificate.as_ref().unwrap();
    assert_eq!(remote.thumbprint.as_deref(), Some(REMOTE_THUMBPRINT));
    assert_eq!(session.outcome, Outcome::Incomplete, "neither a mail nor an end");
    assert!(!session.complete);
}

#[test]
fn an_ambiguous_split_of_subject_and_issuer_is_said() {
    let condensed = format!(
        "*  CN=a O=b CN=c 0A {THUMBPRINT} 2026-01-17T00:00:00.000Z 2027-01-17T23:59:59.000Z \
         a.test|Sending certificate Subject"
    );
    let session = session_of_rows(&["+ ", &condensed]);
    assert_eq!(session.notes, [SessionNote::SubjectIssuerAmbiguous]);
    assert_eq!(session.sent_thumbprint(), Some(THUMBPRINT));
}

#[test]
fn certificate_rows_without_their_opener_are_attributed_by_the_order_of_the_rows() {
    let values = &LONG_FORM[1..];
    let failed = session_of(&rows(
        ID,
        16,
        &joined(&[values, &["* |TLS negotiation failed with error UnknownCredentials"]]),
    ));
    assert_eq!(failed.sent_thumbprint(), Some(THUMBPRINT));
    assert_eq!(failed.remote_certificate, None);
    assert_eq!(failed.tls_error.as_deref(), Some("UnknownCredentials"));
    assert_eq!(failed.tls_error_code, Some(-2_146_893_043));
    assert_eq!((failed.outcome, failed.complete), (Outcome::TlsFailed, false));

    let succeeded = session_of(&rows(ID, 16, &joined(&[values, &[TLS_SUCCEEDED]])));
    assert_eq!(succeeded.sent_certificate, None);
    assert!(succeeded.remote_certificate.is_some());

    let both = session_of(&rows(ID, 16, &joined(&[values, &REMOTE_LONG_FORM])));
    assert_eq!(both.sent_thumbprint(), Some(THUMBPRINT));
    assert_eq!(both.remote_certificate.unwrap().thumbprint.as_deref(), Some(REMOTE_THUMBPRINT));

    let cut = session_of(&rows(ID, 16, values));
    assert_eq!((cut.sent_certificate, cut.remote_certificate), (None, None));
    assert_eq!(cut.notes, [SessionNote::CertificateUnattributed]);
}

#[test]
fn pipelined_commands_get_their_replies_in_order() {
    let session = session_of_rows(&joined(&[
        &GREETING,
        &[
            TLS_SUCCEEDED,
            "* |sending message with RecordId 17 and InternetMessageId <one@contoso.com>",
            "> MAIL FROM:<alice@contoso.com> SIZE=18019",
            "> RCPT TO:<bob@fabrikam.com>",
            "> RCPT TO:<carol@fabrikam.com>",
            "< 250 2.1.0 Sender OK",
            "< 550 5.7.64 TenantAttribution; Relay Access Denied [EX.prod.protection.outlook.com]",
            "< 250 2.1.5 Recipient OK",
            "> BDAT 5371",
            "< 250 2.6.0 CHUNK received OK",
            "> BDAT 12 LAST",
            "< 250 2.6.0 <one@contoso.com> [InternalId=1] Queued mail for delivery",
            "* |sending message with RecordId 18 and InternetMessageId <two@contoso.com>",
            "> MAIL FROM:<> SIZE=18",
            "> RCPT TO:<dave@fabrikam.com>",
            "< 250 2.1.0 Sender OK",
            "< 250 2.1.5 Recipient OK",
            "> DATA",
            "< 354 Start mail input; end with <CRLF>.<CRLF>",
            "< 550-5.7.1 Not this one,",
            "< 550 5.7.1 says the policy",
            "> MAIL FROM:<erin@contoso.com>",
            "< 250 2.1.0 Sender OK",
            "> QUIT",
            "< 221 2.0.0 Service closing transmission channel",
            "- |Local",
        ],
    ]));
    assert_eq!(session.notes, []);
    let [one, two, three] = &session.messages[..] else { panic!("{session:#?}") };
    assert_eq!(one.mail_from.as_deref(), Some("alice@contoso.com"));
    assert_eq!(one.record_id.as_deref(), Some("17"));
    assert_eq!(one.internet_message_id.as_deref(), Some("<one@contoso.com>"));
    assert_eq!(one.outcome, MessageOutcome::PartlyRefused);
    assert!(one.reply.as_deref().unwrap().contains("Queued mail"));
    assert_eq!(one.recipients[0].rejection.unwrap().name(), "RelayDenied");
    assert_eq!(one.recipients[1].reply.as_deref(), Some("250 2.1.5 Recipient OK"));
    assert_eq!(one.recipients[1].rejection, None);
    assert_eq!(two.mail_from.as_deref(), Some("<>"));
    assert_eq!(two.outcome, MessageOutcome::Refused);
    assert_eq!(two.reply.as_deref(), Some("550-5.7.1 Not this one, 550 5.7.1 says the policy"));
    assert_eq!((three.outcome, three.reply.as_deref()), (MessageOutcome::Incomplete, None));
    assert_eq!(session.outcome, Outcome::PartlyRefused);
    assert!(session.reply.as_deref().unwrap().starts_with("550 5.7.64"), "the first refusal");
    assert_eq!(session.rejection.unwrap().name(), "RelayDenied");
}

#[test]
fn a_mail_refused_for_every_recipient_is_refused_by_the_first_of_their_replies() {
    let session = session_of_rows(&[
        "+ ",
        "< 220 mx.fabrikam.com ready",
        "> MAIL FROM:<alice@contoso.com>",
        "> RCPT TO:<bob@fabrikam.com>",
        "< 250 2.1.0 Sender OK",
        "< 550 5.4.1 Recipient address rejected: Access denied",
        "> RSET",
        "< 250 2.0.0 Resetting",
    ]);
    assert_eq!(session.messages[0].outcome, MessageOutcome::Refused);
    assert_eq!(
        session.messages[0].reply.as_deref(),
        Some("550 5.4.1 Recipient address rejected: Access denied")
    );
    assert_eq!((session.outcome, session.is_eop), (Outcome::Refused, Some(false)));
}

#[test]
fn a_damaged_row_does_not_shift_the_replies() {
    let before = rows(ID, 0, &["+ ", "< 220 mx.fabrikam.com ready", "> MAIL FROM:<a@contoso.com>"]);
    let damaged = "2026-11-15T01:02:00.003Z,Outbound,08DE23A1F00D0001,3,,,<,\"250 2.1.0 Send\r\n";
    let after = rows(
        ID,
        4,
        &[
            "> RCPT TO:<b@fabrikam.com>",
            "< 250 2.1.5 Recipient OK",
            "> BDAT 1 LAST",
            "< 250 2.6.0 Queued",
        ],
    );
    let content = format!("{HEADER}{before}{damaged}{after}");
    let folder = Folder::new(&[("a.log", content.as_bytes())]);
    let (sessions, notices) = read(folder.query());
    assert_eq!(sessions[0].outcome, Outcome::Delivered);
    assert_eq!(
        sessions[0].messages[0].recipients[0].reply.as_deref(),
        Some("250 2.1.5 Recipient OK")
    );
    assert_eq!(sessions[0].notes, [SessionNote::RepliesOutOfStep]);
    let [notice] = &notices[..] else { panic!("{notices:#?}") };
    assert_eq!((notice.code, notice.line, notice.count), (NoticeCode::DamagedRows, Some(9), 1));
    let offset = usize::try_from(notice.offset.unwrap()).unwrap();
    assert!(content[offset..].starts_with("2026-11-15T01:02:00.003Z,Outbound,"));
    assert!(notice.message.contains("not closed"), "{}", notice.message);
}

#[test]
fn start_tls_is_seen_in_both_shapes_of_the_reply_and_its_absence_too() {
    let one_row_each = [
        "+ ",
        "< 220 mx.fabrikam.com ready",
        "> EHLO mail.contoso.com",
        "< 250-mx.fabrikam.com Hello [203.0.113.7]",
        "< 250-SIZE 37748736",
        "< 250-STARTTLS",
        "< 250 CHUNKING",
    ];
    let session = session_of_rows(&one_row_each);
    assert_eq!(session.start_tls_offered, Some(true));
    assert_eq!(session.tls_status, TlsStatus::NotStarted);
    assert_eq!(session.public_ip_address.as_deref(), Some("203.0.113.7"));
    assert_eq!(session.remote_host.as_deref(), Some("mx.fabrikam.com"));
    let masked = session_of_rows(&[
        "+ ",
        "< 220 ********************",
        "> EHLO mail.contoso.com",
        "< 250 mx.fabrikam.com Hello [203.0.113.7] SIZE 37748736 XXXXXXXA 8BITMIME",
    ]);
    assert_eq!(masked.start_tls_offered, Some(false));
    assert_eq!(masked.tls_status, TlsStatus::NotOffered);
    assert_eq!(masked.notes, [SessionNote::SmtpRewritten]);
    let after_tls = session_of_rows(&joined(&[
        &GREETING,
        &[
            "> EHLO mail.contoso.com",
            "< 250  EX.mail.protection.outlook.com Hello [203.0.113.7] SIZE 1",
        ],
    ]));
    assert_eq!(after_tls.start_tls_offered, Some(true), "only the first EHLO reply counts");
    assert_eq!(after_tls.tls_status, TlsStatus::Succeeded, "an EHLO follows the handshake");
}

#[test]
fn every_way_to_end_has_its_outcome() {
    let cases: &[(&[&str], Outcome)] = &[
        (
            &[
                "* |attempting to connect",
                "* |Failed to connect. Winsock error code: 10060, Win32 error code: 10060",
            ],
            Outcome::ConnectFailed,
        ),
        (&["+ ", "< 554 5.7.1 Service unavailable", "- |Remote"], Outcome::Refused),
        (
            &[
                "+ ",
                "< 220 mx ready",
                "> EHLO a",
                "< 500 What?",
                "> HELO a",
                "< 250 mx.b.test",
                "> QUIT",
                "< 221 Bye",
                "- |Local",
            ],
            Outcome::NoMail,
        ),
        (
            &["+ ", "< 220 mx ready", "> EHLO a", "< 500 What?", "> QUIT", "< 221 Bye", "- |Local"],
            Outcome::Refused,
        ),
        (
            &[
                "+ ",
                "< 220 mx ready",
                "> EHLO a",
                "< 250 STARTTLS",
                "> STARTTLS",
                "< 454 4.7.0 Failed to establish appropriate TLS channel: UntrustedRoot: Access Denied",
                "- |Local",
            ],
            Outcome::Refused,
        ),
        (
            &[
                "+ ",
                "< 220 mx ready",
                "> EHLO a",
                "< 250 STARTTLS",
                "> STARTTLS",
                "< 220 2.0.0 Go",
                "- |Remote",
            ],
            Outcome::TlsFailed,
        ),
        (
            &[
                "+ ",
                "< 220 mx ready",
                "> MAIL FROM:<a@b.test>",
                "< 530 5.7.57 Client not authenticated to send mail.",
                "- |Local",
            ],
            Outcome::Refused,
        ),
        (
            &[
                "+ ",
                "< 220 mx ready",
                "> MAIL FROM:<a@b.test>",
                "> RCPT TO:<c@d.test>",
                "< 250 2.1.0 OK",
                "< 250 2.1.5 OK",
                "- |Remote",
            ],
            Outcome::Incomplete,
        ),
        (
            &[
                "+ ",
                "< 220 mx ready",
                "> MAIL FROM:<a@b.test>",
                "> RCPT TO:<c@d.test>",
                "< 250 OK",
                "< 250 OK",
                "> DATA",
                "< 354 go",
                "< 250 queued",
                "< 421 4.4.2 Idle",
                "- |Remote",
            ],
            Outcome::Delivered,
        ),
        (&["+ ", "< 220 mx ready", "- |Local"], Outcome::NoMail),
        (&["+ ", "< 421 4.3.2 Service not available", "- |Remote"], Outcome::Refused),
        (&["+ ", "< 220 mx ready"], Outcome::Incomplete),
    ];
    for (lines, outcome) in cases {
        let session = session_of_rows(lines);
        assert_eq!(session.outcome, *outcome, "{lines:?}\n{session:#?}");
        assert_eq!(
            session.complete,
            lines.last().unwrap().starts_with('-') || *outcome == Outcome::ConnectFailed
        );
    }
    let failed = session_of_rows(cases[0].0);
    assert!(failed.reply.unwrap().contains("10060"));
    assert_eq!(failed.rejection, None);
}

#[test]
fn the_words_of_a_refusal_in_a_context_are_no_refusal() {
    let session = session_of_rows(&[
        "+ ",
        "* |550 5.7.64 TenantAttribution; Relay Access Denied",
        "- |550 5.7.64",
    ]);
    assert_eq!((session.outcome, session.rejection), (Outcome::NoMail, None));
}

#[test]
fn a_session_may_cross_files_in_the_order_of_their_numbers() {
    let lines =
        joined(&[&GREETING, &LONG_FORM, &["* |TLS negotiation failed with error NoCredentials"]]);
    let whole = rows(ID, 0, &lines);
    let cut = whole.match_indices('\n').nth(9).unwrap().0 + 1;
    let folder = Folder::new(&[
        ("SEND2026111501-10.LOG", format!("{HEADER}{}", &whole[cut..]).as_bytes()),
        ("SEND2026111501-9.LOG", format!("\u{feff}{HEADER}{}", &whole[..cut]).as_bytes()),
    ]);
    let (sessions, notices) = read(folder.query());
    assert_eq!((sessions.len(), notices.len()), (1, 0));
    assert_eq!(sessions[0].row_count, lines.len() as u64);
    assert_eq!(sessions[0].sent_thumbprint(), Some(THUMBPRINT));
    assert!(sessions[0].log_path.ends_with("SEND2026111501-9.LOG"));
    assert_eq!(sessions[0].line, 6);
}

#[test]
fn the_same_id_in_two_folders_is_two_sessions() {
    let content = format!("{HEADER}{}", rows(ID, 0, &["+ ", "< 220 mx ready"]));
    let folder = Folder::new(&[("x/a.log", content.as_bytes()), ("y/a.log", content.as_bytes())]);
    assert_eq!(read(folder.query()).0.len(), 2);
}

#[test]
fn other_languages_and_bytes_survive() {
    let mut content = format!("{HEADER}{}", rows(ID, 0, &["+ "])).into_bytes();
    content.extend_from_slice(b"2026-11-15T01:02:03.100Z,x,08DE23A1F00D0001,1,,192.0.2.1:25,<,220 m\xFCller.test Gr\xFC\xDFe,\n");
    content.extend_from_slice(
        "2026-11-15T01:02:03.100Z,В облако 世界,08DE23A1F00D0002,0,,10.**.**.31:25,+,,\n"
            .as_bytes(),
    );
    let folder = Folder::new(&[("a.log", &content)]);
    let (sessions, notices) = read(folder.query());
    assert_eq!(notices, []);
    assert_eq!(sessions[0].reply.as_deref(), Some("220 m\u{fffd}ller.test Gr\u{fffd}\u{fffd}e"));
    assert_eq!(&*sessions[1].connector, "В облако 世界");
    assert_eq!(sessions[1].remote_endpoint.as_deref(), Some("10.**.**.31:25"), "masked stays text");
}

#[test]
fn a_receive_log_has_its_sides_the_other_way_round() {
    let content = format!(
        "{HEADER}{}",
        rows(
            ID,
            1,
            &[
                "> 220 EX01.contoso.com Microsoft ESMTP MAIL Service ready",
                "< EHLO mail-am.outbound.protection.outlook.com",
                "> 250  EX01.contoso.com Hello [40.107.0.1] SIZE 37748736 STARTTLS",
                "< MAIL FROM:<a@fabrikam.com>",
                "> 250 2.1.0 Sender OK",
                "< RCPT TO:<b@contoso.com>",
                "> 550 5.1.10 RESOLVER.ADR.RecipientNotFound",
            ]
        )
    );
    for (name, header) in [("RECV20261115-1.LOG", false), ("renamed.log", false), ("any.log", true)]
    {
        let content = if header {
            content.replace("SMTP Send", "SMTP Receive")
        } else {
            content[HEADER.len()..].to_owned()
        };
        let folder = Folder::new(&[(name, content.as_bytes())]);
        let session = read(folder.query()).0.remove(0);
        assert_eq!(session.log_type.name(), "Receive", "{name}");
        assert_eq!(session.ehlo_name.as_deref(), Some("mail-am.outbound.protection.outlook.com"));
        assert_eq!(session.remote_host, None, "the banner is this server's own");
        assert_eq!(session.public_ip_address.as_deref(), Some("40.107.0.1"));
        assert_eq!(session.is_eop, Some(true));
        assert_eq!(session.start_tls_offered, Some(true));
        assert_eq!(session.messages[0].outcome, MessageOutcome::Refused);
    }
}

fn proxied(hub_names_front: bool) -> [(String, String); 2] {
    let front_id = "08D54162A04116F1";
    let context = |id: &str| format!("* |Proxying outbound session with session id {id}");
    let (in_front, in_hub) = (context(ID), context(front_id));
    let mut front = joined(&[&GREETING, &LONG_FORM, &REMOTE_LONG_FORM, &[TLS_SUCCEEDED]]);
    let mut hub = vec!["+ "];
    if hub_names_front {
        hub.push(&in_hub)
    } else {
        front.push(&in_front)
    }
    front.push("- |Local");
    hub.extend([
        "> MAIL FROM:<alice@contoso.com>",
        "> RCPT TO:<bob@fabrikam.com>",
        "< 250 2.1.0 Sender OK",
        "< 550 5.7.64 TenantAttribution; Relay Access Denied [EX.prod.protection.outlook.com]",
        "- |Local",
    ]);
    [
        (
            "FrontEnd/SEND20261115-1.LOG".to_owned(),
            format!("{HEADER}{}", rows(front_id, 0, &front)),
        ),
        ("Hub/SEND20261115-1.LOG".to_owned(), format!("{HEADER}{}", rows(ID, 0, &hub))),
    ]
}

#[test]
fn the_halves_of_a_proxied_session_are_joined_whichever_names_the_other() {
    for hub_names_front in [true, false] {
        let files = proxied(hub_names_front);
        let files: Vec<_> =
            files.iter().map(|(name, text)| (name.as_str(), text.as_bytes())).collect();
        let folder = Folder::new(&files);
        let mut query = folder.query();
        query.filter.thumbprint = Some(THUMBPRINT.to_owned());
        query.filter.failed = true;
        let (sessions, notices) = read(query);
        assert_eq!((sessions.len(), notices.len()), (1, 0));
        let session = &sessions[0];
        assert_eq!(&*session.session_id, ID);
        assert_eq!(session.proxy_session_id.as_deref(), Some("08D54162A04116F1"));
        assert_eq!(session.outcome, Outcome::Refused);
        assert_eq!(session.sent_thumbprint(), Some(THUMBPRINT));
        assert_eq!(session.is_eop, Some(true));
        assert_eq!(session.notes, [SessionNote::ProxyHalvesJoined]);
    }
}

#[test]
fn a_half_whose_other_half_is_not_read_says_so() {
    let [_, hub] = proxied(true);
    let folder = Folder::new(&[("a.log", hub.1.as_bytes())]);
    let session = read(folder.query()).0.remove(0);
    assert_eq!(session.notes, [SessionNote::ProxyHalfMissing]);
    assert_eq!(session.sent_certificate, None);
}

#[test]
fn filters_select_sessions() {
    let failing = rows(
        "08DE23A1F00D0002",
        0,
        &joined(&[
            &GREETING,
            &LONG_FORM,
            &["* |TLS negotiation failed with error SocketError", "- |Local"],
        ]),
    );
    let content = format!(
        "{HEADER}{}{failing}",
        rows(ID, 60, &["+ ", "< 220 mx.fabrikam.com ready", "- |Local"])
    );
    let folder = Folder::new(&[("a.log", content.as_bytes())]);
    let all = SessionFilter::default();
    let stamp = |text: &str| Timestamp::parse(text);
    for (filter, expected) in [
        (all.clone(), 2),
        (SessionFilter { failed: true, ..all.clone() }, 1),
        (SessionFilter { outcomes: vec![Outcome::NoMail], ..all.clone() }, 1),
        (SessionFilter { outcomes: vec![Outcome::Delivered], ..all.clone() }, 0),
        (SessionFilter { eop_only: true, ..all.clone() }, 1),
        (SessionFilter { connector: Some("outbound*".into()), ..all.clone() }, 2),
        (SessionFilter { connector: Some("inbound*".into()), ..all.clone() }, 0),
        (SessionFilter { remote_host: Some("*.outlook.com".into()), ..all.clone() }, 1),
        (SessionFilter { remote_host: Some("104.47.2.36".into()), ..all.clone() }, 2),
        (SessionFilter { thumbprint: Some(THUMBPRINT.to_lowercase()), ..all.clone() }, 1),
        (SessionFilter { start: stamp("2026-11-15T01:02:06Z"), ..all.clone() }, 1),
        (SessionFilter { end: stamp("2026-11-15T01:02:06Z"), ..all.clone() }, 1),
        (
            SessionFilter {
                start: stamp("2026-11-15T01:02:00Z"),
                end: stamp("2026-11-15T01:02:00Z"),
                ..all.clone()
            },
            0,
        ),
    ] {
        let query = SessionQuery { filter: filter.clone(), ..folder.query() };
        assert_eq!(read(query).0.len(), expected, "{filter:?}");
    }
    let query = SessionQuery {
        filter: SessionFilter { thumbprint: Some("12".into()), ..all },
        ..folder.query()
    };
    assert!(matches!(SessionReader::new(query), Err(QueryError::InvalidThumbprint(_))));
}

#[test]
fn unreadable_and_foreign_files_are_said_and_the_others_go_on() {
    let good = format!("{HEADER}{}", rows(ID, 0, &["+ "]));
    let folder =
        Folder::new(&[("a.log", b"#Log-type: HttpProxy Logs\n"), ("b.log", good.as_bytes())]);
    let mut query = folder.query();
    query.inputs.push(LogInput { path: folder.0.path().join("none.log"), ..LogInput::default() });
    let (sessions, notices) = read(query);
    assert_eq!(sessions.len(), 1);
    let codes: Vec<NoticeCode> = notices.iter().map(|notice| notice.code).collect();
    assert_eq!(codes, [NoticeCode::NothingFound, NoticeCode::NotAProtocolLog]);
}

#[test]
fn a_row_cut_at_the_end_of_the_file_is_information_and_no_damage() {
    let content = format!("{HEADER}{}2026-11-15T01:02:03.1", rows(ID, 0, &["+ "]));
    let folder = Folder::new(&[("a.log", content.as_bytes())]);
    let (sessions, notices) = read(folder.query());
    assert_eq!(sessions.len(), 1);
    assert_eq!(notices.len(), 1);
    assert_eq!((notices[0].code, notices[0].line), (NoticeCode::LastRowCut, Some(7)));
}

#[test]
fn a_cancelled_reader_ends_and_a_dropped_one_releases_its_files() {
    let mut content = HEADER.to_owned();
    for number in 0..20_000 {
        content.push_str(&rows(&format!("{number:016X}"), 0, &["+ ", "- "]));
    }
    let folder = Folder::new(&[("a.log", content.as_bytes())]);
    for threads in [1, 3] {
        let query = SessionQuery { threads, ..folder.query() };
        let mut reader = SessionReader::with_settings(query, 4096, Limits::default()).unwrap();
        assert_eq!(reader.next_batch(5, u64::MAX).unwrap().sessions.len(), 5);
        assert!(
            reader.progress().bytes_read < content.len() as u64,
            "no more is read than asked for"
        );
        reader.cancellation().store(true, Ordering::Relaxed);
        assert_eq!(reader.next_batch(5, u64::MAX), None);
        drop(reader);
    }
}

#[test]
fn a_batch_returns_after_its_budget_without_a_match() {
    let mut content = HEADER.to_owned();
    for number in 0..2000 {
        content.push_str(&rows(&format!("{number:016X}"), 0, &["+ ", "- "]));
    }
    let folder = Folder::new(&[("a.log", content.as_bytes())]);
    let mut query = folder.query();
    query.filter.failed = true;
    let mut reader = SessionReader::with_settings(query, 4096, Limits::default()).unwrap();
    assert_eq!(reader.next_batch(10, 10_000), Some(Batch::default()));
    let progress = reader.progress();
    assert!((10_000..30_000).contains(&progress.bytes_read), "{progress:?}");
    assert_eq!(progress.bytes_total, content.len() as u64);
}

#[test]
fn evicted_sessions_are_marked_and_counted() {
    let mut content = HEADER.to_owned();
    for number in 0..3000 {
        content.push_str(&rows(&format!("{number:016X}"), 0, &["+ "]));
    }
    let folder = Folder::new(&[("a.log", content.as_bytes())]);
    let limits = Limits { open_bytes: 100_000, ..Limits::default() };
    let reader = SessionReader::with_settings(folder.query(), 4096, limits).unwrap();
    let (sessions, notices) = read_all(reader);
    assert_eq!(sessions.len(), 3000);
    let marked = sessions.iter().filter(|session| session.notes == [SessionNote::Evicted]).count();
    assert!(marked > 2000, "{marked}");
    assert_eq!(notices[0].code, NoticeCode::SessionsEvicted);
    assert_eq!(notices[0].count, marked as u64);
}

#[test]
fn a_session_beyond_all_measure_is_capped_and_says_so() {
    let lines: Vec<String> =
        (0..120_000).map(|number| format!("> RCPT TO:<user{number}@fabrikam.com>")).collect();
    let mut lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    lines.push("- |Local");
    let folder = Folder::new(&[("a.log", format!("{HEADER}{}", rows(ID, 0, &lines)).as_bytes())]);
    let (sessions, notices) = read(folder.query());
    assert!(sessions[0].notes.contains(&SessionNote::ContentCapped));
    assert_eq!(sessions[0].row_count, 120_001);
    assert!(sessions[0].complete);
    assert!(notices.iter().any(|notice| notice.code == NoticeCode::ContentCapped));
}

/// Files of rows of few sessions in any order, with every kind of row and damage among them.
fn any_files() -> impl Strategy<Value = Vec<(PathBuf, String)>> {
    let pool = joined(&[
        &GREETING,
        &LONG_FORM,
        &REMOTE_LONG_FORM,
        &[
            TLS_SUCCEEDED,
            "* |TLS negotiation failed with error 10054",
            "> MAIL FROM:<a@contoso.com>",
            "> RCPT TO:<b@fabrikam.com>",
            "< 250 2.1.0 OK",
            "< 250 2.1.5 OK",
            "< 550 5.7.64 TenantAttribution; Relay Access Denied",
            "> BDAT 1 LAST",
            "< 250 2.6.0 Queued",
            "* |session id 0000000000000003",
            "- |Local",
            "- |Remote",
        ],
    ]);
    let row = (0..5_u32, 0..4_usize, prop::sample::select(pool), 0..40_u8);
    let file = (prop::sample::select(vec!["x", "y"]), prop::collection::vec(row, 0..120));
    prop::collection::vec(file, 1..4).prop_map(|files| {
        let mut named = Vec::new();
        for (number, (folder, file_rows)) in files.into_iter().enumerate() {
            let mut content = HEADER.to_owned();
            for (id, sequence, line, extra) in file_rows {
                content.push_str(&rows(&format!("{id:016X}"), sequence, &[line]));
                match extra {
                    0 => content.push_str("2026-11-15T01:02:03.100Z,\"cut\r\n"),
                    1 => content.push_str(HEADER),
                    2 => content.push_str("\r\n"),
                    _ => {}
                }
            }
            named.push((PathBuf::from(format!("{folder}/SEND20261115-{number}.LOG")), content));
        }
        named
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_number_of_threads_and_any_segment_size_give_the_same_sessions_and_notices(
        files in any_files(),
        segment_size in 16..3000_usize,
        threads in 2..5_usize,
    ) {
        let files: Vec<_> = files.iter().map(|(path, text)| (path.to_str().unwrap(), text.as_bytes())).collect();
        let folder = Folder::new(&files);
        let read_with = |segment_size, threads| {
            let query = SessionQuery { threads, ..folder.query() };
            read_all(SessionReader::with_settings(query, segment_size, Limits::default()).unwrap())
        };
        let plain = read_with(1 << 20, 1);
        prop_assert_eq!(&read_with(segment_size, 1), &plain);
        prop_assert_eq!(&read_with(segment_size, threads), &plain);
    }

    #[test]
    fn every_row_is_in_a_session_or_in_a_notice(files in any_files()) {
        let files: Vec<_> = files.iter().map(|(path, text)| (path.to_str().unwrap(), text.as_bytes())).collect();
        let folder = Folder::new(&files);
        let (sessions, notices) = read(folder.query());
        let lines: usize = files
            .iter()
            .map(|(_, content)| {
                std::str::from_utf8(content).unwrap().lines().filter(|line| !line.is_empty() && !line.starts_with('#')).count()
            })
            .sum();
        let in_sessions: u64 = sessions.iter().map(|session| session.row_count).sum();
        let in_notices: u64 = notices.iter().map(|notice| notice.count).sum();
        prop_assert_eq!(in_sessions + in_notices, lines as u64);
    }

    #[test]
    fn no_bytes_make_the_reader_panic(content in prop::collection::vec(any::<u8>(), 0..2000)) {
        let folder = Folder::new(&[("a.log", &content)]);
        read(folder.query());
        let with_header = [HEADER.as_bytes(), &content].concat();
        let folder = Folder::new(&[("a.log", &with_header)]);
        read(folder.query());
    }
}
