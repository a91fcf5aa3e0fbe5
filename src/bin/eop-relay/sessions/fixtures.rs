//! Sessions made by hand, for the tests of the writers.

use std::sync::Arc;

use eop_relay::certificate::LoggedCertificate;
use eop_relay::reply::RejectionClass;
use eop_relay::session::{
    MessageOutcome, Outcome, OwnedMessage, OwnedRecipient, OwnedSession, Session, TlsStatus,
};
use eop_relay::timestamp::Timestamp;

pub const THUMBPRINT: &str = "5B9D0C7E12A4F8369DE1B05C7F2A4E6881D3C5B7";

fn certificate() -> LoggedCertificate {
    LoggedCertificate {
        subject: Some(Arc::from("CN=mail.contoso.com, O=Contoso Ltd, C=NO")),
        issuer: Some(Arc::from("CN=Adatum TLS CA G2, C=US")),
        thumbprint: Some(Arc::from(THUMBPRINT)),
        dns_names: vec![Arc::from("mail.contoso.com"), Arc::from("contoso.com")],
        ..LoggedCertificate::default()
    }
}

/// A session with some of its parts changed.
pub fn changed(session: &Session, change: impl FnOnce(&mut OwnedSession)) -> Session {
    let mut parts = OwnedSession::from(session);
    change(&mut parts);
    parts.into()
}

/// One mail to one recipient, delivered over TLS 1.2.
pub fn delivered() -> Session {
    let time = Timestamp::parse("2026-11-16T01:02:09.114Z").unwrap();
    OwnedSession {
        server: Some("EX01".into()),
        log_path: "SEND2026111601-1.LOG".into(),
        line: 6,
        connector: "Outbound to Office 365".into(),
        session_id: "08DE24A7C31F0A51".into(),
        local_endpoint: Some("192.0.2.10:31877".into()),
        remote_endpoint: Some("198.51.100.36:25".into()),
        remote_host: Some("DB9EUR01FT036.mail.protection.outlook.com".into()),
        ehlo_name: Some("mail.contoso.com".into()),
        public_ip_address: Some("203.0.113.25".into()),
        is_eop: Some(true),
        start_tls_offered: Some(true),
        tls_status: TlsStatus::Succeeded,
        tls_protocol: Some("TLS 1.2".into()),
        tls_cipher: Some("CALG_AES_256 (256 bits)".into()),
        sent_certificate: Some(Arc::new(certificate())),
        messages: vec![OwnedMessage {
            mail_from: Some("alice@contoso.com".into()),
            record_id: Some("167503004549".into()),
            internet_message_id: Some("<a81c44e2@contoso.com>".into()),
            reply: Some("250 2.6.0 Queued mail for delivery".into()),
            outcome: MessageOutcome::Delivered,
            recipients: vec![OwnedRecipient {
                address: "bob@fabrikam.com".into(),
                reply: Some("250 2.1.5 Recipient OK".into()),
                rejection: None,
            }],
        }],
        reply: Some("250 2.6.0 Queued mail for delivery".into()),
        outcome: Outcome::Delivered,
        row_count: 24,
        ..OwnedSession::starting_at(time)
    }
    .into()
}

/// A session of which everything is known, with certificates of both sides that tell all.
pub fn complete() -> Session {
    let known = || {
        Arc::new(LoggedCertificate {
            serial_number: Some(Arc::from("0A1B2C3D")),
            not_before: Timestamp::parse("2026-01-01"),
            not_after: Timestamp::parse("2027-01-01"),
            ..certificate()
        })
    };
    changed(&delivered(), |parts| {
        parts.sent_certificate = Some(known());
        parts.remote_certificate = Some(known());
    })
}

/// A mail to seven recipients, refused for each of them.
pub fn refused() -> Session {
    let reply = "550 5.7.64 TenantAttribution; Relay Access Denied \
                 [DB9EUR01FT036.eop-eur01.prod.protection.outlook.com 2026-11-16T01:17:40.861Z]";
    changed(&delivered(), |parts| {
        parts.outcome = Outcome::Refused;
        parts.reply = Some(reply.into());
        parts.rejection = Some(RejectionClass::RelayDenied);
        let refusal = |number| OwnedRecipient {
            address: format!("user{number}@fabrikam.com"),
            reply: Some(reply.into()),
            rejection: Some(RejectionClass::RelayDenied),
        };
        parts.messages[0].outcome = MessageOutcome::Refused;
        parts.messages[0].recipients = (1..=7).map(refusal).collect();
    })
}

/// A handshake that fails for want of a usable private key.
pub fn tls_failed() -> Session {
    changed(&delivered(), |parts| {
        parts.outcome = Outcome::TlsFailed;
        parts.tls_status = TlsStatus::Failed;
        parts.tls_protocol = None;
        parts.tls_error = Some("UnknownCredentials".into());
        parts.tls_error_code = Some(-2_146_893_043);
        parts.messages.clear();
        parts.reply = Some("220 2.0.0 SMTP server ready".into());
    })
}

/// A connection that never came about: hardly anything is known.
pub fn connect_failed() -> Session {
    changed(&tls_failed(), |parts| {
        parts.outcome = Outcome::ConnectFailed;
        parts.tls_status = TlsStatus::NotStarted;
        parts.tls_error = None;
        parts.tls_error_code = None;
        parts.sent_certificate = None;
        parts.remote_host = None;
        parts.is_eop = None;
        parts.start_tls_offered = None;
        parts.reply = Some("Failed to connect. Winsock error code: 10060".into());
    })
}
