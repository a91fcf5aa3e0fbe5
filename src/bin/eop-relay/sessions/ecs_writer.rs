//! Sessions in the Elastic Common Schema, one JSON object a line.
//!
//! Names are those of ECS 9 (elastic/ecs, generated/csv/fields.csv); what it has no field for stands
//! below `eop_relay`.

use std::io::{self, Write};
use std::net::SocketAddr;

use eop_relay::certificate::LoggedCertificate;
use eop_relay::log::LogType;
use eop_relay::reply::RejectionClass;
use eop_relay::session::{Message, Outcome, Recipient, Session, TlsStatus};
use serde_json::{Map, Value, json};

use super::writer::SessionWriter;
use crate::json;

/// The version whose names are used.
const VERSION: &str = "9.5.0-dev";

/// Nanoseconds of a tick.
const NANOSECONDS_PER_TICK: i64 = 100;

/// Writes each session as an event.
pub struct EcsWriter<W> {
    output: W,
    /// Written at once: an event is many small pieces.
    line: Vec<u8>,
}

impl<W: Write> EcsWriter<W> {
    pub fn new(output: W) -> Self {
        Self { output, line: Vec::new() }
    }
}

impl<W: Write> SessionWriter for EcsWriter<W> {
    fn write(&mut self, session: &Session) -> io::Result<()> {
        self.line.clear();
        json::line(&mut self.line, &event(session))?;
        self.output.write_all(&self.line)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}

/// The session as an event; what the log does not say is left out.
fn event(session: &Session) -> Value {
    let is_client = session.log_type == LogType::Send;
    let reply = session.reply();
    let (local, remote) = (session.local_endpoint(), session.remote_endpoint());
    let mut local = endpoint(local);
    let mut remote = endpoint(remote);
    let (client, address) =
        (if is_client { &mut local } else { &mut remote }, session.public_ip_address());
    if let Some(address) = address.and_then(|address| address.parse::<std::net::IpAddr>().ok()) {
        client.insert("nat".to_owned(), json!({ "ip": address.to_string() }));
    }
    if let Some(host) = session.remote_host() {
        remote.insert("domain".to_owned(), json!(host));
    }
    let (source, destination) = if is_client { (local, remote) } else { (remote, local) };
    let duration = session.end_time.ticks().saturating_sub(session.start_time.ticks());
    without_empty(json!({
        "@timestamp": session.start_time,
        "ecs": { "version": VERSION },
        "message": reply,
        "event": {
            "kind": "event",
            "category": ["email", "network"],
            "type": event_types(session.outcome),
            "action": "smtp-session",
            "outcome": event_outcome(session.outcome),
            "module": "eop_relay",
            "dataset": "eop_relay.session",
            "provider": "Microsoft Exchange",
            "start": session.start_time,
            "end": session.end_time,
            "duration": duration.saturating_mul(NANOSECONDS_PER_TICK),
            "reason": session.rejection.map(|_| reply),
            "code": session.rejection.map(RejectionClass::name),
        },
        "host": { "name": session.server },
        "log": { "file": { "path": session.log_path.display().to_string() } },
        "network": {
            "protocol": "smtp",
            "transport": "tcp",
            "direction": if is_client { "outbound" } else { "inbound" },
        },
        "source": source,
        "destination": destination,
        "email": email(session, is_client),
        "tls": tls(session, is_client),
        "error": {
            "message": session.tls_error(),
            "code": session.tls_error_code.map(|code| code.to_string()),
        },
        "related": { "hosts": [session.remote_host(), session.ehlo_name()] },
        "eop_relay": own(session),
    }))
}

fn event_outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Delivered => "success",
        Outcome::Incomplete | Outcome::NoMail => "unknown",
        _ => "failure",
    }
}

fn event_types(outcome: Outcome) -> &'static [&'static str] {
    match outcome {
        Outcome::Delivered => &["connection", "allowed", "end"],
        Outcome::PartlyRefused | Outcome::Refused => &["connection", "denied", "end"],
        _ => &["connection", "end"],
    }
}

/// `address`, and `ip` and `port` where the address is not masked.
fn endpoint(endpoint: Option<&str>) -> Map<String, Value> {
    let mut fields = Map::new();
    if let Some(text) = endpoint {
        fields.insert("address".to_owned(), json!(text));
        if let Ok(address) = text.parse::<SocketAddr>() {
            fields.insert("ip".to_owned(), json!(address.ip().to_string()));
            fields.insert("port".to_owned(), json!(address.port()));
        }
    }
    fields
}

/// The addresses of all mails; the ids only where there is one mail.
fn email(session: &Session, is_client: bool) -> Value {
    let mails = session.messages();
    let only = (mails.len() == 1).then(|| session.messages().next()).flatten();
    let recipients = session.messages().flat_map(Message::recipients).map(Recipient::address);
    let senders = session.messages().filter_map(Message::mail_from);
    json!({
        "direction": if is_client { "outbound" } else { "inbound" },
        "from": { "address": unique(senders) },
        "to": { "address": unique(recipients) },
        "message_id": only.and_then(Message::internet_message_id),
        "local_id": only.and_then(Message::record_id),
    })
}

fn unique<'a>(values: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut known = std::collections::HashSet::new();
    values.filter(|value| known.insert(*value)).collect()
}

fn tls(session: &Session, is_client: bool) -> Value {
    let protocol = session.tls_protocol().and_then(|name| name.split_once(' '));
    let sent = session.sent_certificate.as_deref().map(certificate);
    let received = session.remote_certificate.as_deref().map(certificate);
    let (client, server) = if is_client { (sent, received) } else { (received, sent) };
    json!({
        "established": session.tls_status == TlsStatus::Succeeded,
        "version": protocol.map(|(_, version)| version),
        "version_protocol": protocol.map(|(name, _)| name.to_lowercase()),
        "cipher": session.tls_cipher(),
        "client": client,
        "server": server,
    })
}

fn certificate(certificate: &LoggedCertificate) -> Value {
    json!({
        "subject": certificate.subject,
        "issuer": certificate.issuer,
        "not_before": certificate.not_before,
        "not_after": certificate.not_after,
        "hash": { "sha1": certificate.thumbprint },
        "x509": {
            "serial_number": certificate.serial_number,
            "alternative_names": certificate.dns_names,
            "subject": { "distinguished_name": certificate.subject },
            "issuer": { "distinguished_name": certificate.issuer },
        },
    })
}

/// What has no field of its own there.
fn own(session: &Session) -> Value {
    let messages: Vec<Value> = session
        .messages()
        .map(|message| {
            let recipients: Vec<Value> = message
                .recipients()
                .map(|recipient| {
                    json!({
                        "address": recipient.address(),
                        "reply": recipient.reply(),
                        "rejection": recipient.rejection(),
                    })
                })
                .collect();
            json!({
                "mail_from": message.mail_from(),
                "record_id": message.record_id(),
                "message_id": message.internet_message_id(),
                "reply": message.reply(),
                "outcome": message.outcome(),
                "recipients": recipients,
            })
        })
        .collect();
    json!({
        "log_type": session.log_type,
        "line": session.line,
        "connector": session.connector(),
        "session_id": session.session_id(),
        "proxy_session_id": session.proxy_session_id(),
        "ehlo_name": session.ehlo_name(),
        "is_eop": session.is_eop,
        "start_tls_offered": session.start_tls_offered,
        "tls_status": session.tls_status,
        "outcome": session.outcome,
        "rejection": session.rejection,
        "complete": session.complete,
        "row_count": session.row_count,
        "messages": messages,
    })
}

/// The value without nulls, empty texts, lists and objects.
fn without_empty(value: Value) -> Value {
    let is_empty = |value: &Value| match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(values) => values.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    };
    match value {
        Value::Object(fields) => fields
            .into_iter()
            .map(|(name, value)| (name, without_empty(value)))
            .filter(|(_, value)| !is_empty(value))
            .collect::<Map<_, _>>()
            .into(),
        Value::Array(values) => values
            .into_iter()
            .map(without_empty)
            .filter(|value| !is_empty(value))
            .collect::<Vec<_>>()
            .into(),
        value => value,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;
    use crate::sessions::fixtures;

    /// The names that are used, as they were held against the published list.
    const NAMES: &str = include_str!("ecs_names.txt");

    fn names_of(prefix: &str, value: &Value, names: &mut BTreeSet<String>) {
        match value {
            Value::Object(fields) => {
                for (name, value) in fields.iter().filter(|(name, _)| *name != "eop_relay") {
                    let dot = if prefix.is_empty() { "" } else { "." };
                    names_of(&format!("{prefix}{dot}{name}"), value, names);
                }
            }
            _ => {
                names.insert(prefix.to_owned());
            }
        }
    }

    fn used() -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        let all = [
            fixtures::delivered(),
            fixtures::refused(),
            fixtures::tls_failed(),
            fixtures::connect_failed(),
            fixtures::complete(),
        ];
        for session in &all {
            names_of("", &event(session), &mut names);
        }
        names
    }

    #[test]
    fn every_name_is_one_of_the_list_that_was_checked() {
        let listed: BTreeSet<String> = NAMES.lines().map(str::to_owned).collect();
        assert_eq!(used(), listed);
    }

    #[test]
    fn every_name_is_one_of_the_schema() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/domain/ecs-fields.tsv");
        let Ok(list) = std::fs::read_to_string(path) else {
            println!("left out: the published list of the schema is not here");
            return;
        };
        let fields: BTreeSet<&str> =
            list.lines().filter_map(|line| line.split('\t').next()).collect();
        let unknown: Vec<&str> = NAMES.lines().filter(|name| !fields.contains(name)).collect();
        assert!(unknown.is_empty(), "{unknown:?}");
    }

    #[test]
    fn a_refusal_is_a_failure_of_this_server_towards_the_other() {
        let mut output = Vec::new();
        EcsWriter::new(&mut output).write(&fixtures::refused()).unwrap();
        let event: Value = serde_json::from_slice(&output).unwrap();
        assert_eq!(event["event"]["outcome"], "failure");
        assert_eq!(event["event"]["code"], "RelayDenied");
        assert_eq!(event["source"]["ip"], "192.0.2.10");
        assert_eq!(event["source"]["nat"]["ip"], "203.0.113.25");
        assert_eq!(event["destination"]["port"], 25);
        assert_eq!(event["tls"]["client"]["hash"]["sha1"], fixtures::THUMBPRINT);
        assert_eq!(event["tls"]["version"], "1.2");
        assert_eq!(event["email"]["to"]["address"].as_array().unwrap().len(), 7);
        assert_eq!(event["eop_relay"]["messages"][0]["recipients"][6]["rejection"], "RelayDenied");
    }
}
