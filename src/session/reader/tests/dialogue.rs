//! Commands, replies and how a session ends.

use super::*;

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
    let messages: Vec<_> = session.messages().collect();
    let [one, two, three] = messages[..] else { panic!("{session:#?}") };
    assert_eq!(one.mail_from(), Some("alice@contoso.com"));
    assert_eq!(one.record_id(), Some("17"));
    assert_eq!(one.internet_message_id(), Some("<one@contoso.com>"));
    assert_eq!(one.outcome(), MessageOutcome::PartlyRefused);
    assert!(one.reply().unwrap().contains("Queued mail"));
    assert_eq!(one.recipients().next().unwrap().rejection().unwrap().name(), "RelayDenied");
    assert_eq!(one.recipients().nth(1).unwrap().reply(), Some("250 2.1.5 Recipient OK"));
    assert_eq!(one.recipients().nth(1).unwrap().rejection(), None);
    assert_eq!(two.mail_from(), Some("<>"));
    assert_eq!(two.outcome(), MessageOutcome::Refused);
    assert_eq!(two.reply(), Some("550-5.7.1 Not this one, 550 5.7.1 says the policy"));
    assert_eq!((three.outcome(), three.reply()), (MessageOutcome::Incomplete, None));
    assert_eq!(session.outcome, Outcome::PartlyRefused);
    assert!(session.reply().unwrap().starts_with("550 5.7.64"), "the first refusal");
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
    assert_eq!(session.messages().next().unwrap().outcome(), MessageOutcome::Refused);
    assert_eq!(
        session.messages().next().unwrap().reply(),
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
        sessions[0].messages().next().unwrap().recipients().next().unwrap().reply(),
        Some("250 2.1.5 Recipient OK")
    );
    assert_eq!(sessions[0].notes, [SessionNote::RepliesOutOfStep]);
    let [notice] = &notices[..] else { panic!("{notices:#?}") };
    assert_eq!((notice.code, notice.line, notice.count), (NoticeCode::DamagedRows, Some(9), 1));
    let offset = usize::try_from(notice.offset.unwrap()).unwrap();
    assert!(content[offset..].starts_with("2026-11-15T01:02:00.003Z,Outbound,"));
    assert!(notice.message.contains("not closed"), "{}", notice.message);
}

/// The rows of a session, and how it ended.
const ENDS: &[(&[&str], Outcome)] = &[
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

#[test]
fn every_way_to_end_has_its_outcome() {
    for (lines, outcome) in ENDS {
        let session = session_of_rows(lines);
        assert_eq!(session.outcome, *outcome, "{lines:?}\n{session:#?}");
        assert_eq!(
            session.complete,
            lines.last().unwrap().starts_with('-') || *outcome == Outcome::ConnectFailed
        );
    }
    let failed = session_of_rows(ENDS[0].0);
    assert!(failed.reply().unwrap().contains("10060"));
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
        assert_eq!(session.ehlo_name(), Some("mail-am.outbound.protection.outlook.com"));
        assert_eq!(session.remote_host(), None, "the banner is this server's own");
        assert_eq!(session.public_ip_address(), Some("40.107.0.1"));
        assert_eq!(session.is_eop, Some(true));
        assert_eq!(session.start_tls_offered, Some(true));
        assert_eq!(session.messages().next().unwrap().outcome(), MessageOutcome::Refused);
    }
}

#[test]
fn an_end_behind_a_failed_connection_is_no_late_row() {
    let session = session_of_rows(&[
        "* |attempting to connect",
        "* |Failed to connect. Winsock error code: 10061, Win32 error code: 10061",
        "- |Local",
    ]);
    assert_eq!((session.outcome, session.complete), (Outcome::ConnectFailed, true));
}

#[test]
fn an_ehlo_reply_within_tls_says_nothing_about_starttls() {
    // The reply to the first EHLO is lost; the second never offers STARTTLS.
    let mut lines = joined(&[&GREETING, &[TLS_SUCCEEDED]]);
    lines.remove(4);
    lines.extend([
        "> EHLO mail.contoso.com",
        "< 250  EX.mail.protection.outlook.com SIZE 1",
        "- |",
    ]);
    let session = session_of_rows(&lines);
    assert_eq!(session.start_tls_offered, None);
    assert_eq!(session.tls_status, TlsStatus::Succeeded);
}

#[test]
fn the_endpoints_are_those_that_are_reported_first() {
    let reported = rows(ID, 0, &["* |attempting to connect", "+ ", "< 220 hello", "> QUIT", "- |"]);
    let [local, remote] = ["192.0.2.10:44276", "104.47.2.36:25"];
    // Each row shows one more, or another one.
    let changed: Vec<String> = reported
        .lines()
        .zip([["", ""], ["", remote], ["", "192.0.2.1:25"], [local, remote], ["192.0.2.2:1", ""]])
        .map(|(row, reported)| row.replace(local, reported[0]).replace(remote, reported[1]))
        .collect();
    let session = session_of(&format!("{HEADER}{}\r\n", changed.join("\r\n")));
    assert_eq!([session.local_endpoint(), session.remote_endpoint()], [Some(local), Some(remote)]);
}
