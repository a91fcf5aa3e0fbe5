//! Trouble that does not stop the reading.

use std::io;
use std::path::Path;
use std::sync::Arc;

use serde::Serialize;

use crate::finding::Severity;
use crate::input::unreadable;
use crate::named_enum::named_enum;

named_enum! {
    /// What kind of trouble a [`Notice`] reports.
    NoticeCode {
        /// A path that does not exist, or a pattern or folder that leads to no log file.
        NothingFound = 1,
        /// A file or folder that cannot be opened or read.
        Unreadable = 2,
        /// A file that is not an SMTP protocol log.
        NotAProtocolLog = 3,
        /// Rows that cannot be read: `count` of them, the first at `line`.
        DamagedRows = 4,
        /// Rows of sessions that had already been emitted: `count` of them, the first at `line`.
        LateRows = 5,
        /// Sessions emitted before their end because too many were open at once: `count` of them.
        SessionsEvicted = 6,
        /// Sessions of which not everything is kept: `count` of them, the first at `line`.
        ContentCapped = 7,
        /// A pattern that is not valid.
        InvalidPattern = 8,
        /// The last row of a file is cut: Exchange is still writing it, or the copy was made then.
        LastRowCut = 9,
        /// A file that holds something else than what is read.
        OtherContent = 10,
        /// Records of evidence that cannot be read: `count` of them, the first at `line`.
        DamagedRecords = 11,
        /// Evidence that is empty, or does not reach back as far as was asked.
        EvidenceIncomplete = 12,
        /// A file that is not, or no longer wholly, the one that was read before.
        FileReplaced = 13,
        /// Sessions that are still open and kept in the state file: `count` of them.
        SessionsKept = 14,
        /// Sessions without a row for days, emitted without their end: `count` of them.
        SessionsOverdue = 15,
        /// There was no state file yet: everything is read.
        StateCreated = 16,
        /// An error or a warning that the Hybrid Configuration Wizard reports in its log.
        ReportedByWizard = 17,
        /// Files of other kinds in a folder or archive that was searched: `count` of them.
        OtherFilesLeftOut = 18,
    }
}

impl NoticeCode {
    /// How much it matters.
    #[must_use]
    pub fn severity(self) -> Severity {
        match self {
            Self::NothingFound
            | Self::Unreadable
            | Self::NotAProtocolLog
            | Self::InvalidPattern
            | Self::OtherContent => Severity::Error,
            Self::DamagedRows
            | Self::LateRows
            | Self::SessionsEvicted
            | Self::ContentCapped
            | Self::DamagedRecords
            | Self::EvidenceIncomplete
            | Self::FileReplaced => Severity::Warning,
            Self::LastRowCut
            | Self::SessionsKept
            | Self::SessionsOverdue
            | Self::StateCreated
            | Self::ReportedByWizard
            | Self::OtherFilesLeftOut => Severity::Information,
        }
    }
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
    /// What happened, and what to do, in one or two sentences, without the path.
    pub message: String,
}

impl Notice {
    pub(crate) fn new(code: NoticeCode, path: &Path) -> Self {
        Self {
            code,
            path: Some(path.into()),
            line: None,
            offset: None,
            os_error: None,
            count: 1,
            message: String::new(),
        }
    }

    pub(crate) fn unreadable(path: &Path, error: &io::Error) -> Self {
        Self {
            os_error: error.raw_os_error(),
            message: unreadable(error),
            ..Self::new(NoticeCode::Unreadable, path)
        }
    }

    /// About sessions of any files.
    pub(crate) fn of_sessions(code: NoticeCode, count: u64, message: String) -> Self {
        Self { code, path: None, line: None, offset: None, os_error: None, count, message }
    }

    /// The file has other bytes where `lines` lines were read before, or less than those.
    pub(crate) fn replaced(path: &Path, is_shorter: bool, lines: u64) -> Self {
        let change = if is_shorter { "it is shorter than that" } else { "it holds others now" };
        Self {
            message: format!(
                "{lines} lines of this file were read before, and {change}: it was replaced or \
                 truncated; it is read anew from its beginning, so a session that was emitted \
                 before can come again"
            ),
            ..Self::new(NoticeCode::FileReplaced, path)
        }
    }

    /// The file had more bytes when it was found than when it was read.
    pub(crate) fn truncated(path: &Path, found: u64, read: u64) -> Self {
        Self {
            message: format!(
                "this file had {found} bytes when it was found and {read} when it was read: it was \
                 truncated or is being replaced; rows of it may be missing"
            ),
            ..Self::new(NoticeCode::FileReplaced, path)
        }
    }

    /// How much it matters.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.code.severity()
    }
}

/// What ends the reading of a file before its end.
pub(super) enum Trouble {
    Io(io::Error),
    Foreign { line: u64, reason: String },
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl Trouble {
    pub(super) fn into_notice(self, path: &Path) -> Notice {
        match self {
            Self::Io(error) => Notice::unreadable(path, &error),
            Self::Foreign { line, reason } => Notice {
                line: Some(line),
                message: format!(
                    "neither an Exchange SMTP protocol log nor a log of the SMTP service of IIS, \
                     so it is left out: {reason}"
                ),
                ..Notice::new(NoticeCode::NotAProtocolLog, path)
            },
        }
    }
}
