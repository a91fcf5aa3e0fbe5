//! What is kept between two runs, as it is written.

use std::path::PathBuf;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Serialize};

use crate::certificate::LoggedCertificate;
use crate::log::{Columns, Fingerprint, Format, KnownFile, LogType, Position};
use crate::session::model::Session;

/// Everything that is kept.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct State {
    /// What the others name by index.
    pub(super) formats: Vec<StoredFormat>,
    pub(super) sources: Vec<StoredSource>,
    pub(super) files: Vec<StoredFile>,
    /// In the order of their last rows.
    pub(super) open_sessions: Vec<StoredSession>,
    /// Halves of proxied sessions that wait for the other half, in the order of their arrival.
    pub(super) waiting: Vec<StoredHalf>,
    /// The sessions that ended last, the first to be forgotten first.
    pub(super) ended: Vec<StoredIds>,
    pub(super) has_forgotten: bool,
    pub(super) has_evictions: bool,
}

/// [`Format`].
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct StoredFormat {
    log_type: Option<LogType>,
    column_count: usize,
    columns: [Option<usize>; 9],
    declared: bool,
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
}

/// An open session.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct StoredSession {
    pub(super) rows: Vec<StoredRow>,
    pub(super) text: StoredText,
}

/// A row: its source, line, byte offset, format, and how many bytes of the text are its line.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct StoredRow(
    pub(super) usize,
    pub(super) u64,
    pub(super) u64,
    pub(super) usize,
    pub(super) usize,
);

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

impl StoredFormat {
    pub(super) fn new(format: &Format) -> Self {
        let Format { log_type, columns: Columns { count, position }, declared } = *format;
        Self { log_type, column_count: count, columns: position, declared }
    }

    pub(super) fn restore(&self) -> Arc<Format> {
        let columns = Columns { count: self.column_count, position: self.columns };
        Arc::new(Format { log_type: self.log_type, columns, declared: self.declared })
    }
}

impl StoredFile {
    pub(super) fn new(path: PathBuf, known: &KnownFile, format: usize, is_growing: bool) -> Self {
        let Position { offset, lines, is_recognised, .. } = known.position;
        let fingerprint = hexadecimal(&known.fingerprint.0);
        Self { path, offset, lines, format, is_recognised, fingerprint, is_growing }
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
        let formats = [StoredFormat::new(&format).restore()];
        assert_eq!(stored.restore(&formats), Some(known));
        assert_eq!(stored.restore(&[]), None);
        for fingerprint in ["", "A7", &"é".repeat(32), &"XY".repeat(32), &"A7".repeat(33)] {
            let damaged = StoredFile { fingerprint: fingerprint.to_owned(), ..stored.clone() };
            assert_eq!(damaged.restore(&formats), None, "{fingerprint}");
        }
    }
}
