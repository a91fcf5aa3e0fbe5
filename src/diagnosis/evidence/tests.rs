//! What becomes of sessions, errors and exports as they come in.

mod incidents;
mod inputs;
mod updated;

use serde_json::{Value, json};

use super::Evidence;
use crate::session::Session;
use crate::timestamp::Timestamp;

fn evidence() -> Evidence {
    Evidence::new(Timestamp::parse("2026-11-20T12:00:00Z").unwrap())
}

/// A session of a send log at that minute of an hour, without mail, with changes.
fn session(minute: u32, changes: &Value) -> Session {
    let time = format!("2026-11-19T08:{minute:02}:00Z");
    let mut session = json!({
        "LogType": "Send", "LogPath": "SEND.LOG", "Line": 7, "StartTime": time, "EndTime": time,
        "Connector": "Outbound", "SessionId": "08DE24A1D0B7C3E2", "IsEop": true, "Server": "EX01",
        "TlsStatus": "Succeeded", "Messages": [], "Outcome": "NoMail", "Complete": true, "RowCount": 9,
        "SentCertificate": { "Thumbprint": "AA", "Subject": "CN=mail.contoso.com" },
    });
    for (name, value) in changes.as_object().unwrap() {
        session[name] = value.clone();
    }
    serde_json::from_value(session).unwrap()
}

/// A message of that sender to one recipient, delivered or refused.
fn message(sender: &str, recipient: &str, rejection: Option<&str>) -> Value {
    let reply = rejection.map_or("250 2.1.5 Recipient OK", |_| "550 5.7.64 TenantAttribution");
    json!({
        "MailFrom": format!("<{sender}>"), "Outcome": rejection.map_or("Delivered", |_| "Refused"),
        "Reply": "250 2.1.0 Sender OK",
        "Recipients": [{ "Address": recipient, "Reply": reply, "Rejection": rejection }],
    })
}
