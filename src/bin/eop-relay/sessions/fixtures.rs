//! Sessions made by hand, for the tests of the writers.

use std::path::Path;
use std::sync::Arc;

use eop_relay::certificate::LoggedCertificate;
use eop_relay::log::LogType;
use eop_relay::reply::RejectionClass;
use eop_relay::session::{Message, MessageOutcome, Outcome, Recipient, Session, Text, TlsStatus};
use eop_relay::timestamp::Timestamp;

pub const THUMBPRINT: &str = "5B9D0C7E12A4F8369DE1B05C7F2A4E6881D3C5B7";

fn text(text: &str) -> Text {
    Arc::from(text)
}

fn certificate() -> LoggedCertificate {
    LoggedCertificate {
        subject: Some(text("CN=mail.contoso.com, O=Contoso Ltd, C=NO")),
        issuer: Some(text("CN=Adatum TLS CA G2, C=US")),
        thumbprint: Some(text(THUMBPRINT)),
        dns_names: vec![Arc::from("mail.contoso.com"), Arc::from("contoso.com")],
        ..LoggedCertificate::default()
    }
}

/// One mail to one recipient, delivered over TLS 1.2.
pub fn delivered() -> Session {
    let time = Timestamp::parse("2026-11-16T01:02:09.114Z").unwrap();
    Session {
        log_type: LogType::Send,
        server: Some(text("EX01")),
        log_path: Arc::from(Path::new("SEND2026111601-1.LOG")),
        line: 6,
        start_time: time,
        end_time: time,
        connector: Arc::from("Outbound to Office 365"),
        session_id: Arc::from("08DE24A7C31F0A51"),
        proxy_session_id: None,
        local_endpoint: Some(text("192.0.2.10:31877")),
        remote_endpoint: Some(text("198.51.100.36:25")),
        remote_host: Some(text("DB9EUR01FT036.mail.protection.outlook.com")),
        ehlo_name: Some(text("mail.contoso.com")),
        public_ip_address: Some(text("203.0.113.25")),
        is_eop: Some(true),
        start_tls_offered: Some(true),
        tls_status: TlsStatus::Succeeded,
        tls_protocol: Some(text("TLS 1.2")),
        tls_cipher: Some(text("CALG_AES_256 (256 bits)")),
        tls_error: None,
        tls_error_code: None,
        sent_certificate: Some(Arc::new(certificate())),
        remote_certificate: None,
        messages: vec![Message {
            mail_from: Some(text("alice@contoso.com")),
            record_id: Some(text("167503004549")),
            internet_message_id: Some(text("<a81c44e2@contoso.com>")),
            reply: Some(text("250 2.6.0 Queued mail for delivery")),
            outcome: MessageOutcome::Delivered,
            recipients: vec![Recipient {
                address: Arc::from("bob@fabrikam.com"),
                reply: Some(text("250 2.1.5 Recipient OK")),
                rejection: None,
            }],
        }],
        reply: Some(text("250 2.6.0 Queued mail for delivery")),
        rejection: None,
        outcome: Outcome::Delivered,
        complete: true,
        row_count: 24,
        notes: Vec::new(),
    }
}

/// A mail to seven recipients, refused for each of them.
pub fn refused() -> Session {
    let reply = "550 5.7.64 TenantAttribution; Relay Access Denied \
                 [DB9EUR01FT036.eop-eur01.prod.protection.outlook.com 2026-11-16T01:17:40.861Z]";
    let mut session = delivered();
    session.outcome = Outcome::Refused;
    session.reply = Some(text(reply));
    session.rejection = Some(RejectionClass::RelayDenied);
    let refusal = |number| Recipient {
        address: Arc::from(format!("user{number}@fabrikam.com")),
        reply: Some(text(reply)),
        rejection: Some(RejectionClass::RelayDenied),
    };
    session.messages[0].outcome = MessageOutcome::Refused;
    session.messages[0].recipients = (1..=7).map(refusal).collect();
    session
}

/// A handshake that fails for want of a usable private key.
pub fn tls_failed() -> Session {
    let mut session = delivered();
    session.outcome = Outcome::TlsFailed;
    session.tls_status = TlsStatus::Failed;
    session.tls_protocol = None;
    session.tls_error = Some(text("UnknownCredentials"));
    session.tls_error_code = Some(-2_146_893_043);
    session.messages.clear();
    session.reply = Some(text("220 2.0.0 SMTP server ready"));
    session
}

/// A connection that never came about: hardly anything is known.
pub fn connect_failed() -> Session {
    let mut session = tls_failed();
    session.outcome = Outcome::ConnectFailed;
    session.tls_status = TlsStatus::NotStarted;
    session.tls_error = None;
    session.tls_error_code = None;
    session.sent_certificate = None;
    session.remote_host = None;
    session.is_eop = None;
    session.start_tls_offered = None;
    session.reply = Some(text("Failed to connect. Winsock error code: 10060"));
    session
}
