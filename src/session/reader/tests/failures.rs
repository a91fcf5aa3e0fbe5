//! Sessions that fail before any mail: authentication, STARTTLS that is not offered; and the rows that
//! are no failure.

use super::*;
use crate::reply::RejectionClass;

#[test]
fn an_authentication_that_fails_is_a_failure() {
    let denied = "* |Outbound Authentication failed with LogonDenied";
    for (lines, reply) in [
        (
            vec![
                "+ ",
                "< 220 ex02.contoso.com ready",
                "> EHLO ex01",
                "< 250 DSN",
                denied,
                "- |Local",
            ],
            "Outbound Authentication failed with LogonDenied",
        ),
        (
            vec![
                "+ ",
                "< 220 ex02.contoso.com ready",
                "> AUTH LOGIN",
                "< 535 5.7.3 Authentication unsuccessful",
                "- |Local",
            ],
            "535 5.7.3 Authentication unsuccessful",
        ),
    ] {
        let session = session_of_rows(&lines);
        assert_eq!((session.outcome, session.reply()), (Outcome::Refused, Some(reply)));
        assert_eq!(session.rejection, Some(RejectionClass::ServerAuthenticationFailed));
        let folder = Folder::new(&[(
            "SEND20261115-1.LOG",
            format!("{HEADER}{}", rows(ID, 0, &lines)).as_bytes(),
        )]);
        let filter = SessionFilter { failed: true, ..SessionFilter::default() };
        assert_eq!(read(SessionQuery { filter, ..folder.query() }).0.len(), 1);
    }
}

#[test]
fn a_client_that_gives_up_in_an_authentication_ends_as_it_should() {
    let session = session_of_rows(&[
        "+ ",
        "< 220 ex02.contoso.com ready",
        "> AUTH NTLM",
        "< 334 NTLM supported",
        "* |Outbound Authentication failed with LogonDenied",
        "> QUIT",
        "< 221 2.0.0 Service closing transmission channel",
        "- |Local",
    ]);
    assert_eq!(session.outcome, Outcome::Refused);
    assert_eq!(session.notes, []);
}

#[test]
fn a_greeting_of_several_lines_names_the_host_that_one_of_them_has() {
    for (lines, host) in [
        (&["< 220-Welcome", "< 220 mx.fabrikam.com ESMTP"][..], Some("mx.fabrikam.com")),
        (&["< 220-mx.fabrikam.com ESMTP", "< 220 relay.example welcome"], Some("mx.fabrikam.com")),
        (&["< 220 EX01 ESMTP"], Some("EX01")),
        (&["< 220-EX01 ESMTP", "< 220 ready"], Some("EX01")),
    ] {
        let rows = [&["+ "], lines, &["> EHLO ex01", "< 250 DSN", "> QUIT", "< 221 x", "- |Local"]];
        let session = session_of_rows(&rows.concat());
        assert_eq!(session.remote_host(), host, "{lines:?}");
    }
}

#[test]
fn an_authentication_in_several_steps_is_one_command() {
    for answers in [&[][..], &["> dXNlcg==", "> c2VjcmV0"]] {
        let mut lines =
            vec!["+ ", "< 220 mx.fabrikam.com ready", "> AUTH LOGIN", "< 334 VXNlcm5hbWU6"];
        lines.extend(answers.first());
        lines.push("< 334 UGFzc3dvcmQ6");
        lines.extend(answers.get(1));
        lines.extend([
            "< 235 2.7.0 Authentication successful",
            "> MAIL FROM:<a@contoso.com>",
            "< 250 2.1.0 OK",
            "> RCPT TO:<b@fabrikam.com>",
            "< 250 2.1.5 OK",
            "> BDAT 1 LAST",
            "< 250 2.6.0 Queued",
            "- |Local",
        ]);
        let session = session_of_rows(&lines);
        assert_eq!((session.notes.len(), session.outcome), (0, Outcome::Delivered), "{answers:?}");
    }
}

#[test]
fn a_keyword_is_no_host() {
    for first in ["< 250-********", "< 250-SIZE 37748736", "< 250-AUTH=LOGIN"] {
        let lines = [
            "+ ",
            "< 220 **************",
            "> EHLO mail.contoso.com",
            first,
            "< 250-PIPELINING",
            "< 250-MAILHOST",
            "< 250 DSN",
            "- |Local",
        ];
        assert_eq!(session_of_rows(&lines).remote_host(), None, "{first}");
    }
    let lines = ["+ ", "< 220 *****", "> EHLO a", "< 250-MAILHOST Hello", "< 250 DSN", "- |Local"];
    assert_eq!(session_of_rows(&lines).remote_host(), Some("MAILHOST"));
}

#[test]
fn exchange_online_without_starttls_is_tls_that_failed_in_either_direction() {
    let online = "NAM12-BN8-obe.outbound.protection.outlook.com";
    let hello = format!("< EHLO {online}");
    let header = HEADER.replace("Send Protocol", "Receive Protocol");
    let received = |lines: &[&str]| session_of(&format!("{header}{}", rows(ID, 0, lines)));
    let as_received = received(&[
        "+ ",
        "> 220 ex01.contoso.com ready",
        &hello,
        "> 250  ex01.contoso.com Hello [104.47.58.43] SIZE DSN",
        "< QUIT",
        "> 221 2.0.0 Bye",
        "- |Local",
    ]);
    let sent = |host: &str, offer: &str| {
        session_of_rows(&[
            "+ ",
            &format!("< 220 {host} ready"),
            "> EHLO mail.contoso.com",
            &format!("< 250  {host} Hello [203.0.113.7] SIZE {offer}"),
            "> QUIT",
            "< 221 2.0.0 Bye",
            "- |Local",
        ])
    };
    let to_online = "EX.mail.protection.outlook.com";
    for (session, expected) in [
        (as_received, Outcome::TlsFailed),
        (sent(to_online, "DSN"), Outcome::TlsFailed),
        (sent(to_online, "STARTTLS DSN"), Outcome::NoMail),
        (sent("mx.fabrikam.com", "DSN"), Outcome::NoMail),
    ] {
        assert_eq!(session.outcome, expected, "{:?}", session.remote_host());
    }
}

#[test]
fn line_ends_of_a_carriage_return_alone_are_read_and_read_on() {
    let lines = ["+ ", "< 220 mx ready", "- |Local"];
    let usual = format!("{HEADER}{}", rows(ID, 0, &lines));
    let expected = session_of(&usual);
    for content in [usual.replace("\r\n", "\r"), format!("\u{feff}{}", usual.replace("\r\n", "\r"))]
    {
        let session = session_of(&content);
        assert_eq!((session.line, session.row_count), (expected.line, 3));
        let folder = Folder::new(&[]);
        let name = "SEND20261115-1.LOG";
        let mut count = 0;
        for end in [content.len() - 40, content.len()] {
            folder.write(name, &content[..end]);
            count += folder.run().sessions.len();
        }
        assert_eq!(count, 1);
        assert_eq!(folder.run().codes(), []);
    }
}

#[test]
fn a_blank_line_within_a_header_is_no_end_of_it() {
    let log = include_str!("../../../../tests/fixtures/iis/ex261116.log");
    let blank = log.replacen("#Date", "\r\n\r\n#Date", 1);
    let read_log = |content: &str| {
        let folder = Folder::new(&[("ex261116.log", content.as_bytes())]);
        let (sessions, notices) = read(folder.query());
        (sessions.iter().map(|session| session.line).collect::<Vec<_>>(), notices.len())
    };
    let (lines, notices) = read_log(log);
    let shifted: Vec<u64> = lines.iter().map(|line| line + 2).collect();
    assert_eq!(read_log(&blank), (shifted, notices));
}
