//! Sessions out of their parts, and back from what they were serialised to: what [`Session`]'s
//! `Serialize` writes, and what is left of it after PowerShell has carried it about.

use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Deserializer};

use super::content::{ContentWriter, SessionTexts};
use super::note::SessionNote;
use super::outcome::{MessageOutcome, Outcome, TlsStatus};
use super::session::Session;
use super::spans::{MessageSpans, RecipientSpans};
use crate::certificate::LoggedCertificate;
use crate::log::LogType;
use crate::reply::RejectionClass;
use crate::timestamp::Timestamp;

/// A [`Session`] whose texts and mails are values of their own, to make or to change one.
///
/// Read by the names that the session is written with. Absent fields are those that the log does not
/// hold; the few without which a session means nothing are required. Unknown fields are ignored.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "each is what the session's field or method of that name gives")]
pub struct OwnedSession {
    pub log_type: LogType,
    pub server: Option<Arc<str>>,
    #[serde(default, deserialize_with = "or_default")]
    pub log_path: PathBuf,
    #[serde(default)]
    pub line: u64,
    #[serde(skip)]
    pub log_offset: u64,
    pub start_time: Timestamp,
    /// `None` is the same as `start_time`.
    pub end_time: Option<Timestamp>,
    #[serde(default, deserialize_with = "or_default")]
    pub connector: String,
    #[serde(default, deserialize_with = "or_default")]
    pub session_id: String,
    pub proxy_session_id: Option<String>,
    pub local_endpoint: Option<String>,
    pub remote_endpoint: Option<String>,
    pub remote_host: Option<String>,
    pub ehlo_name: Option<String>,
    #[serde(rename = "PublicIPAddress")]
    pub public_ip_address: Option<String>,
    pub is_eop: Option<bool>,
    pub start_tls_offered: Option<bool>,
    pub tls_status: TlsStatus,
    pub tls_protocol: Option<String>,
    pub tls_cipher: Option<String>,
    pub tls_error: Option<String>,
    pub tls_error_code: Option<i32>,
    pub sent_certificate: Option<Arc<LoggedCertificate>>,
    pub remote_certificate: Option<Arc<LoggedCertificate>>,
    pub messages: Vec<OwnedMessage>,
    pub reply: Option<String>,
    pub rejection: Option<RejectionClass>,
    pub outcome: Outcome,
    pub complete: bool,
    #[serde(default)]
    pub row_count: u64,
    #[serde(default, deserialize_with = "notes")]
    pub notes: Vec<SessionNote>,
}

/// A mail in [`OwnedSession`].
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "each is what the message's method of that name gives")]
pub struct OwnedMessage {
    pub mail_from: Option<String>,
    pub record_id: Option<String>,
    pub internet_message_id: Option<String>,
    pub reply: Option<String>,
    pub outcome: MessageOutcome,
    pub recipients: Vec<OwnedRecipient>,
}

/// A recipient in [`OwnedMessage`].
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "each is what the recipient's method of that name gives")]
pub struct OwnedRecipient {
    pub address: String,
    pub reply: Option<String>,
    pub rejection: Option<RejectionClass>,
}

/// `null` as an empty value: PowerShell makes it of empty texts and lists.
fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// Notes by their words.
fn notes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<SessionNote>, D::Error> {
    let messages: Vec<String> = or_default(deserializer)?;
    let is_among = |note: &SessionNote| messages.iter().any(|message| message == note.message());
    Ok(SessionNote::ALL.iter().copied().filter(is_among).collect())
}

impl<'de> Deserialize<'de> for Session {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut parts = OwnedSession::deserialize(deserializer)?;
        if parts.notes.contains(&SessionNote::SubjectIssuerAmbiguous) {
            // The note does not say which of the two it means.
            let certificates = [&mut parts.sent_certificate, &mut parts.remote_certificate];
            for certificate in certificates.into_iter().flatten() {
                Arc::make_mut(certificate).subject_issuer_ambiguous = true;
            }
        }
        Ok(parts.into())
    }
}

impl OwnedSession {
    /// A session of which only its start is known: of a send log, complete, without TLS or mail.
    #[must_use]
    pub fn starting_at(start_time: Timestamp) -> Self {
        Self {
            log_type: LogType::Send,
            server: None,
            log_path: PathBuf::new(),
            line: 0,
            log_offset: 0,
            start_time,
            end_time: None,
            connector: String::new(),
            session_id: String::new(),
            proxy_session_id: None,
            local_endpoint: None,
            remote_endpoint: None,
            remote_host: None,
            ehlo_name: None,
            public_ip_address: None,
            is_eop: None,
            start_tls_offered: None,
            tls_status: TlsStatus::NotStarted,
            tls_protocol: None,
            tls_cipher: None,
            tls_error: None,
            tls_error_code: None,
            sent_certificate: None,
            remote_certificate: None,
            messages: Vec::new(),
            reply: None,
            rejection: None,
            outcome: Outcome::NoMail,
            complete: true,
            row_count: 0,
            notes: Vec::new(),
        }
    }
}

impl From<OwnedSession> for Session {
    fn from(parts: OwnedSession) -> Self {
        let mut text = ContentWriter::default();
        let fields = SessionTexts {
            connector: text.text(parts.connector.as_bytes()),
            session_id: text.text(parts.session_id.as_bytes()),
            proxy_session_id: text.optional(parts.proxy_session_id.as_deref()),
            local_endpoint: text.optional(parts.local_endpoint.as_deref()),
            remote_endpoint: text.optional(parts.remote_endpoint.as_deref()),
            remote_host: text.optional(parts.remote_host.as_deref()),
            ehlo_name: text.optional(parts.ehlo_name.as_deref()),
            public_ip_address: text.optional(parts.public_ip_address.as_deref()),
            tls_protocol: text.optional(parts.tls_protocol.as_deref()),
            tls_cipher: text.optional(parts.tls_cipher.as_deref()),
            tls_error: text.optional(parts.tls_error.as_deref()),
            reply: text.optional(parts.reply.as_deref()),
        };
        let mut first_recipient = 0;
        for message in &parts.messages {
            let recipient_count = u32::try_from(message.recipients.len()).unwrap_or(u32::MAX);
            let spans = MessageSpans {
                mail_from: text.optional(message.mail_from.as_deref()),
                record_id: text.optional(message.record_id.as_deref()),
                internet_message_id: text.optional(message.internet_message_id.as_deref()),
                reply: text.optional(message.reply.as_deref()),
                outcome: message.outcome,
                first_recipient,
                recipient_count,
            };
            text.message(spans);
            first_recipient = first_recipient.saturating_add(recipient_count);
        }
        for recipient in parts.messages.iter().flat_map(|message| &message.recipients) {
            let spans = RecipientSpans {
                address: text.text(recipient.address.as_bytes()),
                reply: text.optional(recipient.reply.as_deref()),
                rejection: recipient.rejection,
            };
            text.recipient(spans);
        }
        Self {
            log_type: parts.log_type,
            server: parts.server,
            log_path: parts.log_path.into(),
            line: parts.line,
            log_offset: parts.log_offset,
            start_time: parts.start_time,
            end_time: parts.end_time.unwrap_or(parts.start_time),
            is_eop: parts.is_eop,
            start_tls_offered: parts.start_tls_offered,
            tls_status: parts.tls_status,
            tls_error_code: parts.tls_error_code,
            sent_certificate: parts.sent_certificate,
            remote_certificate: parts.remote_certificate,
            rejection: parts.rejection,
            outcome: parts.outcome,
            complete: parts.complete,
            row_count: parts.row_count,
            notes: parts.notes,
            content: text.finish(fields),
        }
    }
}

impl From<&Session> for OwnedSession {
    fn from(session: &Session) -> Self {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        let messages = session.messages().map(|message| OwnedMessage {
            mail_from: owned(message.mail_from()),
            record_id: owned(message.record_id()),
            internet_message_id: owned(message.internet_message_id()),
            reply: owned(message.reply()),
            outcome: message.outcome(),
            recipients: message
                .recipients()
                .map(|recipient| OwnedRecipient {
                    address: recipient.address().to_owned(),
                    reply: owned(recipient.reply()),
                    rejection: recipient.rejection(),
                })
                .collect(),
        });
        Self {
            log_type: session.log_type,
            server: session.server.clone(),
            log_path: session.log_path.to_path_buf(),
            line: session.line,
            log_offset: session.log_offset,
            start_time: session.start_time,
            end_time: Some(session.end_time),
            connector: session.connector().to_owned(),
            session_id: session.session_id().to_owned(),
            proxy_session_id: owned(session.proxy_session_id()),
            local_endpoint: owned(session.local_endpoint()),
            remote_endpoint: owned(session.remote_endpoint()),
            remote_host: owned(session.remote_host()),
            ehlo_name: owned(session.ehlo_name()),
            public_ip_address: owned(session.public_ip_address()),
            is_eop: session.is_eop,
            start_tls_offered: session.start_tls_offered,
            tls_status: session.tls_status,
            tls_protocol: owned(session.tls_protocol()),
            tls_cipher: owned(session.tls_cipher()),
            tls_error: owned(session.tls_error()),
            tls_error_code: session.tls_error_code,
            sent_certificate: session.sent_certificate.clone(),
            remote_certificate: session.remote_certificate.clone(),
            messages: messages.collect(),
            reply: owned(session.reply()),
            rejection: session.rejection,
            outcome: session.outcome,
            complete: session.complete,
            row_count: session.row_count,
            notes: session.notes.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn written() -> Value {
        json!({
            "LogType": "Send", "StartTime": "2026-11-15T01:02:03.100Z", "TlsStatus": "Succeeded",
            "Outcome": "Refused", "Complete": true, "Messages": [],
        })
    }

    fn read(value: &Value) -> Result<Session, String> {
        serde_json::from_value(value.clone()).map_err(|error| error.to_string())
    }

    #[test]
    fn what_the_log_does_not_say_may_be_absent_or_null() {
        let session = read(&written()).unwrap();
        assert_eq!(session.end_time, session.start_time);
        assert_eq!((session.is_eop, session.connector(), session.line), (None, "", 0));
        let mut with_nulls = serde_json::to_value(&session).unwrap();
        for name in ["Server", "Connector", "SessionId", "Notes", "SentCertificate"] {
            with_nulls[name] = Value::Null;
        }
        let back = Session { log_path: Arc::from(Path::new("")), ..session };
        assert_eq!(read(&with_nulls), Ok(back));
    }

    #[test]
    fn what_decides_may_not_be_absent_and_the_error_names_it() {
        for name in ["LogType", "StartTime", "TlsStatus", "Outcome", "Complete", "Messages"] {
            let mut value = written();
            value.as_object_mut().unwrap().remove(name);
            assert!(read(&value).unwrap_err().contains(name), "{name}");
            value[name] = json!("EopRelay.Something[]");
            let error = read(&value).unwrap_err();
            assert!(error.contains("EopRelay.Something[]"), "{name}: {error}");
        }
    }

    #[test]
    fn every_note_comes_back() {
        let notes = SessionNote::ALL.to_vec();
        let session = Session { notes, ..read(&written()).unwrap() };
        assert_eq!(read(&serde_json::to_value(&session).unwrap()), Ok(session));
    }

    const TEXTS: [&str; 12] = [
        "Connector",
        "SessionId",
        "ProxySessionId",
        "LocalEndpoint",
        "RemoteEndpoint",
        "RemoteHost",
        "EhloName",
        "PublicIPAddress",
        "TlsProtocol",
        "TlsCipher",
        "TlsError",
        "Reply",
    ];

    fn text() -> impl Strategy<Value = Option<String>> {
        proptest::option::of(prop_oneof![".{0,6}", "[a-z]{0,3}"])
    }

    fn message() -> impl Strategy<Value = Value> {
        let recipient = (".{0,6}", text()).prop_map(
            |(address, reply)| json!({ "Address": address, "Reply": reply, "Rejection": null }),
        );
        let recipients = proptest::collection::vec(recipient, 0..3);
        (proptest::array::uniform4(text()), recipients).prop_map(|(texts, recipients)| {
            let [mail_from, record_id, internet_message_id, reply] = texts;
            json!({
                "MailFrom": mail_from, "RecordId": record_id,
                "InternetMessageId": internet_message_id, "Reply": reply,
                "Outcome": "PartlyRefused", "Recipients": recipients,
            })
        })
    }

    proptest! {
        #[test]
        fn any_texts_come_back_from_json_and_from_parts(
            texts in proptest::array::uniform12(text()),
            messages in proptest::collection::vec(message(), 0..4),
        ) {
            let mut value = written();
            for (name, text) in TEXTS.iter().zip(texts) {
                // These two are never unknown.
                let is_certain = matches!(*name, "Connector" | "SessionId");
                value[name] = json!(if is_certain { Some(text.unwrap_or_default()) } else { text });
            }
            value["Messages"] = json!(messages);
            let session = read(&value).unwrap();
            let reported = serde_json::to_value(&session).unwrap();
            for name in TEXTS.iter().chain(&["Messages"]) {
                prop_assert_eq!(&reported[name], &value[name]);
            }
            prop_assert_eq!(&read(&reported).unwrap(), &session);
            prop_assert_eq!(Session::from(OwnedSession::from(&session)), session);
        }

        #[test]
        fn sessions_with_another_text_are_not_equal(
            place in 0..TEXTS.len(),
            message in message(),
            name in prop::sample::select(vec!["MailFrom", "RecordId", "InternetMessageId", "Reply"]),
        ) {
            let with = |change: &dyn Fn(&mut Value)| {
                let mut value = written();
                value["Messages"] = json!([message]);
                change(&mut value);
                read(&value).unwrap()
            };
            let plain = with(&|_| {});
            prop_assert_eq!(&with(&|_| {}), &plain);
            prop_assert_ne!(&with(&|value| value[TEXTS[place]] = json!("another text")), &plain);
            prop_assert_ne!(
                &with(&|value| value["Messages"][0][name] = json!("another text")),
                &plain
            );
            prop_assert_ne!(
                &with(&|value| {
                    let address = json!({ "Address": "another one" });
                    value["Messages"][0]["Recipients"].as_array_mut().unwrap().push(address);
                }),
                &plain
            );
        }
    }
}
