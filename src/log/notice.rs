//! Trouble that does not stop the reading.

use std::path::Path;
use std::sync::Arc;

use serde::Serialize;

/// What kind of trouble a [`Notice`] reports. The numbers are those of the C ABI, never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[repr(i32)]
pub enum NoticeCode {
    /// A path that does not exist, or a pattern or folder that holds no log file.
    NothingFound = 1,
    /// A file or folder that cannot be opened or read.
    Unreadable = 2,
    /// A file that is not an SMTP protocol log.
    NotAProtocolLog = 3,
    /// Rows that cannot be read: `count` of them, the first at `line`.
    DamagedRows = 4,
    /// Rows of sessions that had already been put out: `count` of them, the first at `line`.
    LateRows = 5,
    /// Sessions put out before their end because too many were open at once: `count` of them.
    SessionsEvicted = 6,
    /// Sessions of which not everything is kept: `count` of them, the first at `line`.
    ContentCapped = 7,
    /// A pattern that is not valid.
    InvalidPattern = 8,
}

/// Trouble that did not stop the reading: said once, with its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Notice {
    /// What kind of trouble.
    pub code: NoticeCode,
    /// The file or folder, as given or found.
    pub path: Option<Arc<Path>>,
    /// The line of the first trouble, counted from 1.
    pub line: Option<u64>,
    /// The byte offset of that line in the file (of the decoded text in a UTF-16 file).
    pub offset: Option<u64>,
    /// The operating system's error number.
    pub os_error: Option<i32>,
    /// How many rows or sessions are meant; 1 for a file.
    pub count: u64,
    /// What happened, and what to do, in one or two sentences.
    pub message: String,
}

impl Notice {
    /// Whether something could not be read at all (an error), rather than in part (a warning).
    #[must_use]
    pub fn is_error(&self) -> bool {
        matches!(
            self.code,
            NoticeCode::NothingFound
                | NoticeCode::Unreadable
                | NoticeCode::NotAProtocolLog
                | NoticeCode::InvalidPattern
        )
    }
}
