//! A flat batch says the same as the sessions it was made from: read back by its numbers alone, it
//! gives their JSON.

mod read_back;

use std::path::Path;
use std::sync::Arc;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::Value;

use self::read_back::{own_spans, session_json, text_of};
use super::flat::ABSENT;
use super::*;
use crate::certificate::LoggedCertificate;
use crate::ffi::records::{EOP_ABSENT, NoticeRecord, SessionRecord};
use crate::ffi::{EOP_FALSE, EOP_NO_OFFSET, EOP_SEVERITY_ERROR, EOP_SEVERITY_WARNING, EOP_TRUE};
use crate::log::{LogType, Notice, NoticeCode};
use crate::reply::RejectionClass;
use crate::session::{
    MessageOutcome, Outcome, OwnedMessage, OwnedRecipient, OwnedSession, Session, SessionNote,
    TlsStatus,
};
use crate::timestamp::Timestamp;

proptest! {
    #[test]
    fn a_flat_batch_gives_the_json_of_its_sessions(
        sessions in vec(session(), 0..6),
        at_a_time in 1_usize..4,
    ) {
        let expected: Vec<Value> =
            sessions.iter().map(|session| serde_json::to_value(session).unwrap()).collect();
        let mut flattening = Flattening::new(Batch { sessions, notices: Vec::new() });
        let mut read_back = Vec::new();
        loop {
            let mut flat = FlatBatch::default();
            let is_whole = flattening.fill(&mut flat, at_a_time).unwrap();
            prop_assert!(flat.sessions.len() <= at_a_time);
            read_back.extend(flat.sessions.iter().map(|record| session_json(&flat, record)));
            if is_whole {
                break;
            }
        }
        prop_assert_eq!(read_back, expected);
    }
}

proptest! {
    #[test]
    fn the_own_texts_of_a_session_lie_in_a_piece_that_holds_nothing_else(
        sessions in vec(session(), 0..6),
    ) {
        let flat = flatten(Batch { sessions, notices: Vec::new() });
        let mut end_of_last = 0;
        for session in &flat.sessions {
            let piece = session.own_texts;
            let end = piece.offset + piece.length;
            prop_assert!(end_of_last <= piece.offset && end as usize <= flat.text.len());
            end_of_last = end;
            let spans = own_spans(&flat, session);
            for span in &spans {
                prop_assert!(piece.offset <= span.offset && span.offset + span.length <= end);
            }
        }
    }

    /// The view in C# takes the recipients of all mails of a session in one piece.
    #[test]
    fn the_recipients_of_a_sessions_mails_follow_one_another(sessions in vec(session(), 0..6)) {
        let flat = flatten(Batch { sessions, notices: Vec::new() });
        let mut next = 0;
        for message in &flat.messages {
            prop_assert_eq!(message.recipients.first, next);
            next += message.recipients.count;
        }
    }
}

#[test]
fn what_sessions_share_is_stored_once_also_where_each_has_its_own_copy() {
    let certificate = || {
        Some(Arc::new(LoggedCertificate {
            subject: Some("CN=mail.fabrikam.example".into()),
            thumbprint: Some("00".repeat(20).into()),
            dns_names: vec!["mail.fabrikam.example".into()],
            ..LoggedCertificate::default()
        }))
    };
    let shared = certificate();
    let session = |certificate: &Option<Arc<LoggedCertificate>>| Session {
        sent_certificate: certificate.clone(),
        remote_certificate: certificate.clone(),
        server: Some("EX01".into()),
        notes: vec![SessionNote::Evicted],
        ..plain_session()
    };
    let sessions = vec![session(&shared), session(&certificate()), session(&shared)];
    let flat = flatten(Batch { sessions, notices: Vec::new() });
    assert_eq!((flat.certificates.len(), flat.names.len()), (1, 1));
    let [first, others @ ..] = &flat.sessions[..] else { panic!() };
    for other in others {
        assert_eq!(first.server, other.server);
        assert_eq!(first.log_path, other.log_path);
        assert_eq!(first.sent_certificate, other.sent_certificate);
        assert_eq!(first.sent_certificate, other.remote_certificate);
        let note = |session: &SessionRecord| flat.notes[session.notes.first as usize].message;
        assert_eq!(note(first), note(other));
    }
}

#[test]
fn other_certificates_paths_and_servers_are_other_records_and_texts() {
    let session = |name: &str| Session {
        sent_certificate: Some(Arc::new(LoggedCertificate {
            subject: Some(name.into()),
            ..LoggedCertificate::default()
        })),
        server: Some(name.into()),
        log_path: Path::new(name).into(),
        ..plain_session()
    };
    let names = ["EX01", "EX02", "EX01", "EX02"];
    let flat = flatten(Batch { sessions: names.map(session).to_vec(), notices: Vec::new() });
    assert_eq!(flat.certificates.len(), 2);
    for (session, name) in flat.sessions.iter().zip(names) {
        let certificate = &flat.certificates[session.sent_certificate as usize];
        for span in [session.server, session.log_path, certificate.subject] {
            assert_eq!(text_of(&flat, span).as_deref(), Some(name));
        }
    }
}

#[test]
fn texts_beyond_ascii_are_told_in_units() {
    let parts = OwnedSession {
        connector: "\u{1F4E7} \u{d8}st".into(),
        reply: Some("250 2.1.5 J\u{f8}rgen".into()),
        ..plain_parts()
    };
    let flat = flatten(Batch { sessions: vec![parts.into()], notices: Vec::new() });
    let record = &flat.sessions[0];
    assert_eq!((record.connector.length, record.reply.length), (6, 16));
    assert_eq!(text_of(&flat, record.connector).as_deref(), Some("\u{1F4E7} \u{d8}st"));
    assert_eq!(text_of(&flat, record.reply).as_deref(), Some("250 2.1.5 J\u{f8}rgen"));
}

#[test]
fn an_absent_text_is_not_an_empty_one() {
    let parts = OwnedSession { server: None, remote_host: Some(String::new()), ..plain_parts() };
    let flat = flatten(Batch { sessions: vec![parts.into()], notices: Vec::new() });
    assert_eq!(flat.sessions[0].server, ABSENT);
    assert_eq!(flat.sessions[0].remote_host.length, 0);
    assert_ne!(flat.sessions[0].remote_host.offset, EOP_ABSENT);
}

#[test]
fn an_error_number_of_zero_is_not_an_unknown_one() {
    let session = |tls_error_code| Session { tls_error_code, ..plain_session() };
    let sessions = vec![session(None), session(Some(0)), session(Some(-2_146_893_043))];
    let flat = flatten(Batch { sessions, notices: Vec::new() });
    let codes: Vec<_> = flat
        .sessions
        .iter()
        .map(|record| (record.tls_error_code_known, record.tls_error_code))
        .collect();
    assert_eq!(codes, [(EOP_FALSE, 0), (EOP_TRUE, 0), (EOP_TRUE, -2_146_893_043)]);
}

#[test]
fn notes_carry_their_number_and_their_words() {
    let session = Session { notes: SessionNote::ALL.to_vec(), ..plain_session() };
    let flat = flatten(Batch { sessions: vec![session], notices: Vec::new() });
    let notes: Vec<_> =
        flat.notes.iter().map(|note| (note.code, text_of(&flat, note.message).unwrap())).collect();
    let expected: Vec<_> =
        SessionNote::ALL.iter().map(|note| (note.number(), note.message().to_owned())).collect();
    assert_eq!(notes, expected);
}

#[test]
fn notices_keep_every_field_and_come_once() {
    let full = Notice {
        code: NoticeCode::Unreadable,
        path: Some(Path::new("/logs/SEND20261115-1.LOG").into()),
        line: Some(17),
        offset: Some(0),
        os_error: Some(13),
        count: 1,
        message: "cannot be opened".to_owned(),
    };
    let bare = Notice {
        code: NoticeCode::SessionsEvicted,
        path: None,
        line: None,
        offset: None,
        os_error: None,
        count: 3,
        message: String::new(),
    };
    let sessions = vec![plain_session(), plain_session()];
    let mut flattening = Flattening::new(Batch { sessions, notices: vec![full, bare] });
    let mut flat = FlatBatch::default();
    assert!(!flattening.fill(&mut flat, 1).unwrap());
    let [first, second] = flat.notices[..] else { panic!("{:?}", flat.notices) };
    let numbers = |notice: NoticeRecord| {
        (notice.code, notice.severity, notice.os_error_known, notice.os_error, notice.count)
    };
    assert_eq!(numbers(first), (2, EOP_SEVERITY_ERROR, EOP_TRUE, 13, 1));
    assert_eq!((first.line, first.offset), (17, 0));
    assert_eq!(text_of(&flat, first.path).unwrap(), "/logs/SEND20261115-1.LOG");
    assert_eq!(text_of(&flat, first.message).unwrap(), "cannot be opened");
    assert_eq!(numbers(second), (6, EOP_SEVERITY_WARNING, EOP_FALSE, 0, 3));
    assert_eq!((second.line, second.offset), (0, EOP_NO_OFFSET));
    assert_eq!((text_of(&flat, second.path), second.message.length), (None, 0));

    let mut next = FlatBatch::default();
    assert!(flattening.fill(&mut next, 1).unwrap());
    assert_eq!((next.notices.len(), next.sessions.len()), (0, 1));
}

#[test]
fn a_cleared_batch_is_as_good_as_a_new_one() {
    let batch = |server: &str| Batch {
        sessions: vec![Session { server: Some(server.into()), ..plain_session() }],
        notices: Vec::new(),
    };
    let mut flat = flatten(batch("EX01"));
    flat.clear();
    assert!(Flattening::new(batch("EX02")).fill(&mut flat, usize::MAX).unwrap());
    let fresh = flatten(batch("EX02"));
    assert_eq!((&flat.text, &flat.sessions), (&fresh.text, &fresh.sessions));
}

fn flatten(batch: Batch) -> FlatBatch {
    let mut flat = FlatBatch::default();
    assert!(Flattening::new(batch).fill(&mut flat, usize::MAX).unwrap());
    flat
}

fn plain_session() -> Session {
    plain_parts().into()
}

fn plain_parts() -> OwnedSession {
    let start_time = Timestamp::from_log_stamp(b"2026-11-15T01:02:03.100Z").unwrap();
    OwnedSession {
        log_path: "/logs/SEND20261115-1.LOG".into(),
        line: 6,
        connector: "Outbound".into(),
        session_id: "08DE23A0B1C2D3E4".into(),
        row_count: 1,
        ..OwnedSession::starting_at(start_time)
    }
}

/// A text from few, so that texts are shared: empty, plain, beyond the basic plane.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        select(vec!["", "a", "ab", "EX01", "\u{1F4E7}\u{0416}", "\0", "550 5.7.64"]),
        Just("CN=mail.fabrikam.example, O=Fabrikam, C=NO"),
    ]
    .prop_map(str::to_owned)
}

fn time() -> impl Strategy<Value = Timestamp> {
    // From 1: zero ticks are how the ABI says absent.
    (1..3_155_378_975_999_999_999_i64).prop_map(|ticks| Timestamp::from_ticks(ticks).unwrap())
}

fn certificate() -> impl Strategy<Value = Arc<LoggedCertificate>> {
    let shared = || text().prop_map(Arc::from);
    let texts = [(); 4].map(|()| option::of(shared()));
    (texts, option::of(time()), option::of(time()), vec(shared(), 0..3)).prop_map(
        |([subject, issuer, serial_number, thumbprint], not_before, not_after, dns_names)| {
            Arc::new(LoggedCertificate {
                subject,
                issuer,
                serial_number,
                thumbprint,
                not_before,
                not_after,
                dns_names,
                subject_issuer_ambiguous: false,
            })
        },
    )
}

fn rejection_class() -> impl Strategy<Value = Option<RejectionClass>> {
    option::of(select(RejectionClass::ALL))
}

fn message() -> impl Strategy<Value = OwnedMessage> {
    let recipient = (text(), option::of(text()), rejection_class())
        .prop_map(|(address, reply, rejection)| OwnedRecipient { address, reply, rejection });
    let texts = [option::of(text()), option::of(text()), option::of(text()), option::of(text())];
    (texts, select(MessageOutcome::ALL), vec(recipient, 0..3)).prop_map(
        |([mail_from, record_id, internet_message_id, reply], outcome, recipients)| OwnedMessage {
            mail_from,
            record_id,
            internet_message_id,
            reply,
            outcome,
            recipients,
        },
    )
}

fn session() -> impl Strategy<Value = Session> {
    let texts = vec(option::of(text()), 12);
    let numbers = (any::<u64>(), any::<u64>(), option::of(any::<i32>()));
    let truths = (any::<Option<bool>>(), any::<Option<bool>>(), any::<bool>());
    let values = (select(LogType::ALL), select(TlsStatus::ALL), select(Outcome::ALL));
    let parts = (
        [option::of(certificate()), option::of(certificate())],
        vec(message(), 0..3),
        vec(select(SessionNote::ALL), 0..3),
        rejection_class(),
    );
    (texts, numbers, truths, values, parts, [time(), time()]).prop_map(
        |(texts, numbers, truths, values, parts, [start_time, end_time])| {
            let mut texts = texts.into_iter();
            let mut next = || texts.next().unwrap();
            let [sent_certificate, remote_certificate] = parts.0;
            OwnedSession {
                log_type: values.0,
                server: next().map(Arc::from),
                line: numbers.0,
                start_time,
                end_time: Some(end_time),
                connector: next().unwrap_or_default(),
                proxy_session_id: next(),
                local_endpoint: next(),
                remote_endpoint: next(),
                remote_host: next(),
                ehlo_name: next(),
                public_ip_address: next(),
                is_eop: truths.0,
                start_tls_offered: truths.1,
                tls_status: values.1,
                tls_protocol: next(),
                tls_cipher: next(),
                tls_error: next(),
                tls_error_code: numbers.2,
                sent_certificate,
                remote_certificate,
                messages: parts.1,
                reply: next(),
                rejection: parts.3,
                outcome: values.2,
                complete: truths.2,
                row_count: numbers.1,
                notes: parts.2,
                ..plain_parts()
            }
            .into()
        },
    )
}
