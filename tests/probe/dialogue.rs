//! What is said, in which order, and how the log of it is read.

use std::io::Write;

use eop_relay::diagnosis::{Evidence, Verdict};
use eop_relay::log::LogInput;
use eop_relay::probe::{self, Envelope, Expectations, Mailbox, Step, TlsUse};
use eop_relay::session::{Outcome, Session, SessionQuery, SessionReader, TlsStatus};
use eop_relay::timestamp::Timestamp;
use eop_relay::windows::KeyAccess;
use std::sync::Arc;

use crate::credentials::{Signer, in_store, of_host, plan};
use crate::front_end::{FrontEnd, HOST, Quirk, REFUSED, STARTED, converse};
use crate::support::forge::Forge;

/// The sessions of a log.
fn sessions(log: &str) -> Vec<Session> {
    let mut file = tempfile::Builder::new().suffix(".LOG").tempfile().unwrap();
    file.write_all(log.as_bytes()).unwrap();
    let input = LogInput { path: file.path().into(), ..LogInput::default() };
    let query = SessionQuery { inputs: vec![input], ..SessionQuery::default() };
    let mut reader = SessionReader::new(query).unwrap();
    let mut sessions = Vec::new();
    while let Some(batch) = reader.next_batch(16, 1 << 20) {
        assert!(batch.notices.is_empty(), "{:?}", batch.notices);
        sessions.extend(batch.sessions);
    }
    sessions
}

#[test]
fn one_sender_and_one_recipient_are_named_and_then_it_takes_its_leave() {
    let credential = of_host("mail.contoso.com", Vec::new());
    let (record, commands) = converse(plan(Some(credential)), &FrontEnd::accepting());
    assert_eq!(
        commands,
        [
            "CONNECT",
            "EHLO ex01.contoso.com",
            "STARTTLS",
            "EHLO ex01.contoso.com",
            "MAIL FROM:<anna@contoso.com>",
            "RCPT TO:<bob@fabrikam.com>",
            "RSET",
            "QUIT",
        ]
    );
    assert_eq!(record.fault, None);
    let steps: Vec<&str> = record.steps.iter().map(|taken| taken.step.name()).collect();
    assert_eq!(
        steps,
        [
            "Connect",
            "Banner",
            "Hello",
            "StartTls",
            "Handshake",
            "SecureHello",
            "Sender",
            "Recipient",
            "Reset",
            "Quit"
        ]
    );
}

#[test]
fn the_log_is_read_like_one_of_exchange() {
    for (quirk, protocol) in [(Quirk::None, "TLS 1.3"), (Quirk::OldTls, "TLS 1.2")] {
        let credential = of_host("mail.contoso.com", Vec::new());
        let front_end = FrontEnd::by(|_| REFUSED.to_owned()).with(quirk);
        let (record, _) = converse(plan(Some(credential)), &front_end);
        let [session] = &sessions(&record.log)[..] else { panic!("{}", record.log) };
        assert!(session.complete && session.notes.is_empty(), "{session:?}");
        assert_eq!(session.connector(), "Outbound to Microsoft 365");
        assert_eq!(session.remote_host(), Some(HOST));
        assert_eq!(session.ehlo_name(), Some("ex01.contoso.com"));
        assert_eq!(session.public_ip_address(), Some("203.0.113.40"));
        assert_eq!(session.is_eop, Some(true));
        assert_eq!(session.tls_status, TlsStatus::Succeeded);
        assert_eq!(session.tls_protocol(), Some(protocol));
        assert!(session.tls_cipher().unwrap().starts_with("CALG_AES_256 (256 bits)"));
        let own = Forge::server("mail.contoso.com", "Test CA").certificate();
        let sent = session.sent_certificate.as_ref().unwrap();
        assert_eq!(sent.thumbprint.as_deref().unwrap(), own.thumbprint().to_string());
        assert_eq!(sent.subject.as_deref(), Some("CN=mail.contoso.com"));
        assert_eq!(sent.not_after, own.not_after());
        assert_eq!(&*sent.dns_names[0], "mail.contoso.com");
        let remote = session.remote_certificate.as_ref().unwrap();
        assert_eq!(remote.subject.as_deref(), Some("CN=mail.protection.outlook.com"));
        assert_eq!((session.outcome, session.reply()), (Outcome::Refused, Some(REFUSED)));
    }
}

#[test]
fn a_certificate_is_accepted_only_where_exchange_can_use_the_key() {
    let certificate = Forge::server("mail.contoso.com", "Test CA").certificate();
    for (access, verdict, exit_code, words) in [
        (KeyAccess::Granted, Verdict::Accepted, 0, "may read it"),
        (KeyAccess::Denied, Verdict::Uncertain, 30, "may NOT read it"),
        (KeyAccess::Unknown, Verdict::Uncertain, 30, "is not known"),
    ] {
        let found = in_store(certificate.clone(), access);
        let signer = Arc::new(Signer(Some("mail.contoso.com")));
        let credential =
            probe::Credential::with_signer(&found, Vec::new(), "the store", signer).unwrap();
        let (record, _) = converse(plan(Some(credential)), &FrontEnd::accepting());
        let outcome = judged(&record);
        assert_eq!((outcome.verdict, outcome.exit_code), (verdict, exit_code), "{access:?}");
        assert!(outcome.limits.iter().any(|limit| limit.contains(words)), "{:?}", outcome.limits);
        assert!(outcome.summary.contains("accepted the sender <anna@contoso.com>"));
        assert!(outcome.limits[0].contains("only after DATA"), "{:?}", outcome.limits);
        let text = probe::text(&outcome, 80);
        assert!(text.lines().take(12).all(|line| line.len() <= 80), "{text}");
    }
}

pub fn judged(record: &probe::Record) -> probe::ProbeOutcome {
    let mut evidence = Evidence::new(Timestamp::parse(STARTED).unwrap());
    evidence.server = Some("EX01".into());
    probe::judge(record, &Expectations::default(), evidence).unwrap()
}

#[test]
fn the_null_sender_is_asked_about_as_such() {
    let mut plan = plan(None);
    let to = Mailbox::recipient("bob@fabrikam.com").unwrap();
    plan.envelope = Some(Envelope { from: Mailbox::sender("<>").unwrap(), to });
    let (_, commands) = converse(plan, &FrontEnd::accepting());
    assert!(commands.contains(&"MAIL FROM:<>".to_owned()), "{commands:?}");
}

#[test]
fn without_starttls_it_goes_on_as_the_send_connector_would() {
    let front_end = FrontEnd::accepting().with(Quirk::NoStartTls);
    for (tls, names_mail) in
        [(TlsUse::Offered, true), (TlsUse::Never, true), (TlsUse::Required, false)]
    {
        let mut plan = plan(None);
        plan.tls = tls;
        let (record, commands) = converse(plan, &front_end);
        let is_named = commands.iter().any(|command| command.starts_with("RCPT"));
        assert_eq!(is_named, names_mail, "{tls:?}");
        assert_eq!(record.fault.is_some(), !names_mail, "{tls:?}");
        let session = sessions(&record.log).remove(0);
        assert_eq!(session.tls_status, TlsStatus::NotOffered);
    }
}

#[test]
fn a_front_end_that_asks_for_no_certificate_gets_none_and_that_is_said() {
    let credential = of_host("mail.contoso.com", Vec::new());
    let front_end = FrontEnd::accepting().with(Quirk::AsksForNoCertificate);
    let (record, _) = converse(plan(Some(credential)), &front_end);
    let outcome = judged(&record);
    assert!(!outcome.certificate_requested && outcome.sent_chain.is_empty());
    assert!(outcome.limits.iter().any(|limit| limit.contains("asked for no certificate")));
    assert!(outcome.summary.contains("without a certificate"), "{}", outcome.summary);
}

#[test]
fn a_refused_sender_ends_the_question() {
    let mut front_end = FrontEnd::accepting();
    front_end.sender_reply = "451 4.7.0 Temporary server error. Please try again later".to_owned();
    let (record, commands) = converse(plan(None), &front_end);
    assert_eq!(commands[4..], ["MAIL FROM:<anna@contoso.com>", "RSET", "QUIT"]);
    assert_eq!(record.reply(Step::Sender).unwrap().code, 451);
    let attempt = judged(&record).attempt();
    assert!(!attempt.accepted);
    assert!(attempt.reply.unwrap().starts_with("451 4.7.0"));
}
