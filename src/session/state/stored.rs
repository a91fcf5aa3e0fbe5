//! What is kept between two runs, as it is written.

use std::path::PathBuf;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Serialize};

use crate::certificate::LoggedCertificate;
use crate::log::{Event, Fingerprint, Format, KnownFile, LogType, Position, RowSpans, Span, Stamp};
use crate::session::assembly::SavedConversation;
use crate::session::decode::{RowPosition, SessionRows, Start};
use crate::session::model::Session;
use crate::timestamp::Timestamp;

/// Everything that is kept.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct State {
    /// What the others name by index.
    pub(super) formats: Vec<Format>,
    pub(super) sources: Vec<StoredSource>,
    pub(super) files: Vec<StoredFile>,
    /// In the order of their last rows.
    pub(super) open_sessions: Vec<StoredSession>,
    /// The number of the last session of logs of IIS, which have no ids of their own.
    pub(super) last_conversation: u64,
    /// By what rows of such logs find their session.
    pub(super) conversations: Vec<StoredConversation>,
    /// Halves of proxied sessions that wait for the other half, in the order of their arrival.
    pub(super) waiting: Vec<StoredHalf>,
    /// The sessions that ended last, the first to be forgotten first.
    pub(super) ended: Vec<StoredIds>,
    pub(super) has_forgotten: bool,
    pub(super) has_evictions: bool,
    /// Files that could not be read. Absolute.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) unreadable: Vec<PathBuf>,
}

/// A file that holds rows of open sessions, and may be gone.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct StoredSource {
    /// Absolute.
    pub(super) path: PathBuf,
    pub(super) server: Option<String>,
}

/// A file and how far it was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct StoredFile {
    /// Absolute.
    pub(super) path: PathBuf,
    offset: u64,
    lines: u64,
    format: usize,
    is_recognised: bool,
    /// 64 hexadecimal digits.
    fingerprint: String,
    /// Whether more was expected of it.
    pub(super) is_growing: bool,
    /// Since when it is gone, in ticks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) gone_since: Option<i64>,
}

/// An open session. Times are ticks.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct StoredSession {
    session_id: u64,
    log_type: Option<LogType>,
    /// Where its first row stands.
    source: usize,
    line: u64,
    offset: u64,
    is_opening: bool,
    start_time: i64,
    end_time: Option<i64>,
    row_count: u64,
    notes: u32,
    connector: StoredText,
    local_endpoint: StoredText,
    remote_endpoint: StoredText,
    rows: Vec<StoredRow>,
}

/// A row: its event, data and context with their quotes.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct StoredRow(Event, StoredText, StoredText);

/// The conversation of one address in logs of IIS.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct StoredConversation {
    pub(super) server: Option<String>,
    /// Absolute.
    pub(super) folder: PathBuf,
    pub(super) group: SavedConversation,
}

/// Bytes as text where they are UTF-8.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum StoredText {
    Text(String),
    Bytes {
        #[serde(rename = "Base64")]
        base64: String,
    },
}

/// A session that waits for its other half.
#[allow(clippy::struct_excessive_bools, reason = "independent facts, each with its name in JSON")]
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct StoredHalf {
    pub(super) session: Session,
    /// A session's JSON does not say which of its certificates a note about their names means.
    pub(super) is_sent_ambiguous: bool,
    pub(super) is_remote_ambiguous: bool,
    pub(super) is_found_by_id: bool,
    pub(super) is_found_by_proxy_id: bool,
}

/// Ids of ended sessions of one server, or else of one folder, 16 hexadecimal digits each.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct StoredIds {
    pub(super) server: Option<String>,
    /// Absolute.
    pub(super) folder: PathBuf,
    pub(super) ids: String,
}

impl StoredSession {
    /// `source` gives the number of a file. `None` of a session without rows.
    pub(super) fn new(session: &SessionRows, source: impl FnOnce(usize) -> usize) -> Option<Self> {
        let Start { position, time, session_id, log_type, is_opening } = session.start?;
        let text = |span: Span| StoredText::new(span.get(session.text(&[])));
        let row = |row: &RowSpans| StoredRow(row.event, text(row.data), text(row.context));
        Some(Self {
            session_id,
            log_type,
            source: source(position.file),
            line: position.line,
            offset: position.offset,
            is_opening,
            start_time: time.ticks(),
            end_time: session.end_time().map(Timestamp::ticks),
            row_count: session.row_count,
            notes: session.notes(),
            connector: text(session.connector),
            local_endpoint: text(session.local_endpoint),
            remote_endpoint: text(session.remote_endpoint),
            rows: session.rows.iter().map(row).collect(),
        })
    }

    /// `sources` are the indices of the files. `None` if a value is not possible.
    pub(super) fn restore(self, sources: &[usize]) -> Option<SessionRows> {
        let file = *sources.get(self.source)?;
        let start = Start {
            position: RowPosition { file, line: self.line, offset: self.offset },
            time: Timestamp::from_ticks(self.start_time)?,
            session_id: self.session_id,
            log_type: self.log_type,
            is_opening: self.is_opening,
        };
        let mut session = SessionRows::restored(start, self.row_count, self.notes);
        session.end = match self.end_time {
            Some(ticks) => Some(Stamp::of_time(Timestamp::from_ticks(ticks)?)),
            None => None,
        };
        session.connector = session.carry_text(&self.connector.restore()?);
        session.local_endpoint = session.carry_text(&self.local_endpoint.restore()?);
        session.remote_endpoint = session.carry_text(&self.remote_endpoint.restore()?);
        for StoredRow(event, data, context) in self.rows {
            let data = session.carry_text(&data.restore()?);
            let context = session.carry_text(&context.restore()?);
            session.rows.push(RowSpans { event, data, context });
        }
        Some(session)
    }
}

impl StoredFile {
    pub(super) fn new(path: PathBuf, known: &KnownFile, format: usize, is_growing: bool) -> Self {
        let Position { offset, lines, is_recognised, .. } = known.position;
        let fingerprint = hexadecimal(&known.fingerprint.0);
        Self {
            path,
            offset,
            lines,
            format,
            is_recognised,
            fingerprint,
            is_growing,
            gone_since: None,
        }
    }

    /// `None` if a number or digit is not possible.
    pub(super) fn restore(&self, formats: &[Arc<Format>]) -> Option<KnownFile> {
        let format = Arc::clone(formats.get(self.format)?);
        let mut fingerprint = [0; 32];
        let digits = self.fingerprint.as_bytes().chunks(2);
        if digits.len() != fingerprint.len() {
            return None;
        }
        for (byte, digits) in fingerprint.iter_mut().zip(digits) {
            *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
        }
        let Self { offset, lines, is_recognised, .. } = *self;
        Some(KnownFile {
            position: Position { offset, lines, format, is_recognised },
            fingerprint: Fingerprint(fingerprint),
        })
    }
}

impl StoredHalf {
    pub(super) fn restore(self) -> Session {
        let certificate = |certificate: Option<Arc<LoggedCertificate>>, is_ambiguous| {
            certificate.map(|certificate| {
                let certificate = Arc::unwrap_or_clone(certificate);
                Arc::new(LoggedCertificate {
                    subject_issuer_ambiguous: is_ambiguous,
                    ..certificate
                })
            })
        };
        Session {
            sent_certificate: certificate(self.session.sent_certificate, self.is_sent_ambiguous),
            remote_certificate: certificate(
                self.session.remote_certificate,
                self.is_remote_ambiguous,
            ),
            ..self.session
        }
    }
}

impl StoredText {
    pub(super) fn new(bytes: &[u8]) -> Self {
        match std::str::from_utf8(bytes) {
            Ok(text) => Self::Text(text.to_owned()),
            Err(_) => Self::Bytes { base64: BASE64.encode(bytes) },
        }
    }

    pub(super) fn restore(self) -> Option<Vec<u8>> {
        match self {
            Self::Text(text) => Some(text.into_bytes()),
            Self::Bytes { base64 } => BASE64.decode(base64).ok(),
        }
    }
}

/// Bytes as upper-case hexadecimal digits.
pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut digits, byte| {
        // Writing to a String cannot fail.
        let _ = write!(digits, "{byte:02X}");
        digits
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_bytes_come_back() {
        for bytes in [&b""[..], b"plain,text", "Привет".as_bytes(), b"m\xFCller", b"\xFF\x00\""]
        {
            let json = serde_json::to_string(&StoredText::new(bytes)).unwrap();
            let back: StoredText = serde_json::from_str(&json).unwrap();
            assert_eq!(back.restore().as_deref(), Some(bytes), "{json}");
        }
    }

    #[test]
    fn a_known_file_comes_back_and_a_damaged_one_does_not() {
        let format = Arc::new(Format::from_file_name("SEND20261115-1.LOG"));
        let known = KnownFile {
            position: Position {
                offset: 700,
                lines: 12,
                format: Arc::clone(&format),
                is_recognised: true,
            },
            fingerprint: Fingerprint([0xA7; 32]),
        };
        let stored = StoredFile::new(PathBuf::from("a.log"), &known, 0, true);
        let formats = [Arc::clone(&format)];
        assert_eq!(stored.restore(&formats), Some(known));
        assert_eq!(stored.restore(&[]), None);
        for fingerprint in ["", "A7", &"é".repeat(32), &"XY".repeat(32), &"A7".repeat(33)] {
            let damaged = StoredFile { fingerprint: fingerprint.to_owned(), ..stored.clone() };
            assert_eq!(damaged.restore(&formats), None, "{fingerprint}");
        }
    }
}
