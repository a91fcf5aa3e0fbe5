//! Sessions back from what they were serialised to, by the names of their fields: what
//! [`Session`]'s `Serialize` writes, and what is left of it after PowerShell has carried it about.

use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Deserializer};

use super::model::{Message, Outcome, Session, SessionNote, Text, TlsStatus};
use crate::certificate::LoggedCertificate;
use crate::log::LogType;
use crate::reply::RejectionClass;
use crate::timestamp::Timestamp;

/// A session as it is written. Absent fields are those that the log did not tell, but for the few
/// without which nothing can be told of a session; unknown fields are passed over.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SessionRecord {
    log_type: LogType,
    server: Option<Text>,
    log_path: Option<String>,
    #[serde(default)]
    line: u64,
    start_time: Timestamp,
    end_time: Option<Timestamp>,
    #[serde(default, deserialize_with = "or_default")]
    connector: Text,
    #[serde(default, deserialize_with = "or_default")]
    session_id: Text,
    proxy_session_id: Option<Text>,
    local_endpoint: Option<Text>,
    remote_endpoint: Option<Text>,
    remote_host: Option<Text>,
    ehlo_name: Option<Text>,
    #[serde(rename = "PublicIPAddress")]
    public_ip_address: Option<Text>,
    is_eop: Option<bool>,
    start_tls_offered: Option<bool>,
    tls_status: TlsStatus,
    tls_protocol: Option<Text>,
    tls_cipher: Option<Text>,
    tls_error: Option<Text>,
    tls_error_code: Option<i32>,
    sent_certificate: Option<LoggedCertificate>,
    remote_certificate: Option<LoggedCertificate>,
    messages: Vec<Message>,
    reply: Option<Text>,
    rejection: Option<RejectionClass>,
    outcome: Outcome,
    complete: bool,
    #[serde(default)]
    row_count: u64,
    #[serde(default, deserialize_with = "or_default")]
    notes: Vec<String>,
}

/// `null` as an empty value: PowerShell makes it of empty texts and lists.
fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

impl<'de> Deserialize<'de> for Session {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        SessionRecord::deserialize(deserializer).map(Self::from)
    }
}

impl From<SessionRecord> for Session {
    fn from(record: SessionRecord) -> Self {
        let is_told = |note: &SessionNote| record.notes.iter().any(|told| told == note.message());
        let notes: Vec<SessionNote> =
            SessionNote::ALL.iter().copied().filter(|note| is_told(note)).collect();
        let is_ambiguous = notes.contains(&SessionNote::SubjectIssuerAmbiguous);
        // The note does not say which of the two it means.
        let certificate = |certificate: Option<LoggedCertificate>| {
            certificate.map(|certificate| {
                Arc::new(LoggedCertificate {
                    subject_issuer_ambiguous: is_ambiguous,
                    ..certificate
                })
            })
        };
        Self {
            log_type: record.log_type,
            server: record.server,
            log_path: Arc::from(Path::new(record.log_path.as_deref().unwrap_or_default())),
            line: record.line,
            start_time: record.start_time,
            end_time: record.end_time.unwrap_or(record.start_time),
            connector: record.connector,
            session_id: record.session_id,
            proxy_session_id: record.proxy_session_id,
            local_endpoint: record.local_endpoint,
            remote_endpoint: record.remote_endpoint,
            remote_host: record.remote_host,
            ehlo_name: record.ehlo_name,
            public_ip_address: record.public_ip_address,
            is_eop: record.is_eop,
            start_tls_offered: record.start_tls_offered,
            tls_status: record.tls_status,
            tls_protocol: record.tls_protocol,
            tls_cipher: record.tls_cipher,
            tls_error: record.tls_error,
            tls_error_code: record.tls_error_code,
            sent_certificate: certificate(record.sent_certificate),
            remote_certificate: certificate(record.remote_certificate),
            messages: record.messages,
            reply: record.reply,
            rejection: record.rejection,
            outcome: record.outcome,
            complete: record.complete,
            row_count: record.row_count,
            notes,
        }
    }
}

#[cfg(test)]
mod tests {
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
    fn what_the_log_does_not_tell_may_be_absent_or_null() {
        let session = read(&written()).unwrap();
        assert_eq!(session.end_time, session.start_time);
        assert_eq!((session.is_eop, &*session.connector, session.line), (None, "", 0));
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
}
