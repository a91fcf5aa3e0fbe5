//! The reader against public sample logs, where the machine has them beside the project.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};

use eop_relay::log::{LogInput, NoticeCode};
use eop_relay::session::{Outcome, Session, SessionQuery, SessionReader, TlsStatus};

fn samples() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/samples/logs");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("sample logs not read: there is no ../shared/samples/logs");
    None
}

#[test]
fn each_sample_log_gives_the_sessions_that_stand_in_it() {
    let Some(folder) = samples() else { return };
    for (pattern, check) in [
        ("synth-condensed-5764.log", refused_by_attribution as fn(&Session)),
        ("synth-span-*.LOG", refused_by_attribution),
        ("synth-longform-attr36.log", refused_by_attr36),
        ("send-2017-kb4051498-*.log", unknown_credentials),
        ("recv-2023-condensed.log", received),
    ] {
        let (sessions, notices) = read(&folder.join(pattern));
        assert_eq!(notices, [], "{pattern}");
        let [session] = &sessions[..] else { panic!("{pattern}: {sessions:#?}") };
        check(session);
    }
}

#[test]
fn what_is_no_protocol_log_is_refused_by_name_and_a_template_is_reported() {
    let Some(folder) = samples() else { return };
    let (sessions, notices) = read(&folder.join("other-2023-httpproxy.log"));
    assert!(sessions.is_empty());
    assert_eq!(notices[0].code, NoticeCode::NotAProtocolLog);
    assert!(notices[0].message.contains("HttpProxy Logs"), "{}", notices[0].message);

    let (sessions, notices) = read(&folder.join("send-kb4495258-nocredentials-template.log"));
    assert!(sessions.is_empty());
    assert_eq!(
        (notices[0].code, notices[0].count, notices[0].line),
        (NoticeCode::DamagedRows, 7, Some(1))
    );
}

fn read(path: &Path) -> (Vec<Session>, Vec<eop_relay::log::Notice>) {
    let input = LogInput { path: path.to_owned(), wildcards: true, server: None };
    let query = SessionQuery { inputs: vec![input], ..SessionQuery::default() };
    let mut reader = SessionReader::new(query).unwrap();
    let (mut sessions, mut notices) = (Vec::new(), Vec::new());
    while let Some(batch) = reader.next_batch(1000, u64::MAX) {
        sessions.extend(batch.sessions);
        notices.extend(batch.notices);
    }
    (sessions, notices)
}

fn rejection(session: &Session) -> &str {
    session.rejection.unwrap().name()
}

fn refused_by_attribution(session: &Session) {
    assert_eq!((session.outcome, rejection(session)), (Outcome::Refused, "RelayDenied"));
    assert_eq!((session.is_eop, session.complete, session.row_count), (Some(true), true, 22));
    assert_eq!(session.sent_thumbprint(), Some("1234567890ABCDEF1234567890ABCDEF12345678"));
    assert_eq!(
        session.sent_certificate.as_ref().unwrap().issuer.as_deref(),
        Some("CN=DigiCert TLS RSA SHA256 2020 CA1, O=DigiCert Inc, C=US")
    );
    assert_eq!(session.public_ip_address.as_deref(), Some("203.0.113.7"));
}

fn refused_by_attr36(session: &Session) {
    assert_eq!((session.outcome, rejection(session)), (Outcome::Refused, "RelayDeniedAttr36"));
    assert_eq!(
        session.sent_subject(),
        Some("CN=*.contoso.com, OU=IT, O=Contoso Ltd, L=Oslo, C=NO")
    );
    assert_eq!(session.start_tls_offered, Some(true));
    assert_eq!(session.messages[0].recipients.len(), 1);
}

fn unknown_credentials(session: &Session) {
    assert_eq!((session.outcome, session.tls_status), (Outcome::TlsFailed, TlsStatus::Failed));
    assert_eq!(session.tls_error.as_deref(), Some("UnknownCredentials"));
    assert_eq!(session.tls_error_code.map(i32::cast_unsigned), Some(0x8009_030D));
    assert!(session.sent_subject().unwrap().starts_with("CN=*.domain.com, "));
    assert!(session.remote_certificate.is_none());
}

fn received(session: &Session) {
    assert_eq!(session.log_type.name(), "Receive");
    assert_eq!((session.outcome, session.complete), (Outcome::Incomplete, false));
    assert_eq!(session.tls_protocol.as_deref(), Some("TLS 1.2"));
    assert_eq!(session.sent_subject(), Some("CN=SERVER-HOSTNAME"));
}
