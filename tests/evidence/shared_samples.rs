//! The reader against public sample logs, where the machine has them beside the project.

use std::path::{Path, PathBuf};

use eop_relay::evidence::delivery_error::DeliveryErrors;
use eop_relay::log::{LogInput, LogType, NoticeCode};
use eop_relay::reply::RejectionClass;
use eop_relay::session::{Outcome, Session, SessionNote, SessionQuery, SessionReader, TlsStatus};

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
fn a_sample_log_of_iis_gives_its_outbound_and_its_inbound_session() {
    let Some(folder) = samples() else { return };
    let (sessions, notices) = read(&folder.join("synth-iis-5764.log"));
    assert_eq!(notices, []);
    let [outbound, inbound] = &sessions[..] else { panic!("{sessions:#?}") };
    assert_eq!((outbound.outcome, rejection(outbound)), (Outcome::Refused, "RelayDenied"));
    assert_eq!((outbound.is_eop, outbound.complete), (Some(true), true));
    assert_eq!(outbound.public_ip_address(), Some("203.0.113.7"));
    assert_eq!(inbound.row_count, 3);
    assert!(inbound.notes.contains(&SessionNote::ReceivedByIis));
    assert!(sessions.iter().all(|session| session.log_type == LogType::IisSmtp));
}

/// Each form in which an administrator meets the reply, and the articles themselves.
#[test]
fn the_forms_of_a_refusal_and_the_articles_about_it_are_explained() {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let Ok(forms) = std::fs::read_to_string(shared.join("samples/connectors/ndr-forms.txt")) else {
        println!("forms of refusals not read: there is no ../shared/samples/connectors");
        return;
    };
    let class = |read: DeliveryErrors| {
        read.errors.iter().next().unwrap().explanation.rejection.map(RejectionClass::name)
    };
    for (form, expected) in [
        ("message tracking log", "TenantInboundAttribution"),
        ("NDR text", "RelayDenied"),
        ("Application event 2004", "TlsChannelUntrustedRoot"),
        ("Exchange Online message trace", "CannotConnectToRemoteServer"),
    ] {
        let block = forms.split("\n## ").find(|block| block.starts_with(form)).unwrap();
        let (_, text) = block.split_once('\n').unwrap();
        let read = DeliveryErrors::from_bytes(form, text.as_bytes()).unwrap();
        assert_eq!(class(read), Some(expected), "{form}");
    }
    for (seed, expected) in
        [("002", "RelayDenied"), ("003", "RelayDenied"), ("004", "ConnectionTimedOut")]
    {
        let mut files = std::fs::read_dir(shared.join("seeds")).unwrap();
        let file = files.find_map(|entry| {
            let path = entry.unwrap().path();
            path.file_name()?.to_str()?.starts_with(seed).then_some(path)
        });
        let read = DeliveryErrors::from_file(&file.unwrap()).unwrap();
        assert_eq!(class(read), Some(expected), "{seed}");
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
    assert_eq!(session.public_ip_address(), Some("203.0.113.7"));
}

fn refused_by_attr36(session: &Session) {
    assert_eq!((session.outcome, rejection(session)), (Outcome::Refused, "RelayDeniedAttr36"));
    assert_eq!(
        session.sent_subject(),
        Some("CN=*.contoso.com, OU=IT, O=Contoso Ltd, L=Oslo, C=NO")
    );
    assert_eq!(session.start_tls_offered, Some(true));
    assert_eq!(session.messages().next().unwrap().recipients().len(), 1);
}

fn unknown_credentials(session: &Session) {
    assert_eq!((session.outcome, session.tls_status), (Outcome::TlsFailed, TlsStatus::Failed));
    assert_eq!(session.tls_error(), Some("UnknownCredentials"));
    assert_eq!(session.tls_error_code.map(i32::cast_unsigned), Some(0x8009_030D));
    assert!(session.sent_subject().unwrap().starts_with("CN=*.domain.com, "));
    assert!(session.remote_certificate.is_none());
}

fn received(session: &Session) {
    assert_eq!(session.log_type.name(), "Receive");
    assert_eq!((session.outcome, session.complete), (Outcome::Refused, false));
    assert_eq!(session.tls_protocol(), Some("TLS 1.2"));
    assert_eq!(session.sent_subject(), Some("CN=SERVER-HOSTNAME"));
}
