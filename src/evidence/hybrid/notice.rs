//! Trouble with single files of the wizard: said once, with its place; the rest is read.

use std::fmt;
use std::path::Path;

use serde::Serialize;

use crate::finding::Severity;
use crate::input::unreadable;
use crate::log::{Notice, NoticeCode};

/// Trouble with a file of the wizard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct HybridNotice {
    /// What kind of trouble.
    pub code: NoticeCode,
    /// How much it matters: what a run leaves beside its log is no trouble.
    pub severity: Severity,
    /// The file or folder.
    pub path: String,
    /// The line of the first trouble, from 1.
    pub line: Option<u64>,
    /// The byte offset of that line (of the decoded text in a UTF-16 file).
    pub offset: Option<u64>,
    /// The operating system's error number.
    pub os_error: Option<i32>,
    /// How many files are meant.
    pub count: u64,
    /// What happened, and what to do, without the path.
    pub message: String,
}

impl HybridNotice {
    pub(super) fn new(
        code: NoticeCode,
        severity: Severity,
        path: &str,
        message: impl Into<String>,
    ) -> Self {
        let (path, message) = (path.to_owned(), message.into());
        Self { code, severity, path, line: None, offset: None, os_error: None, count: 1, message }
    }

    pub(super) fn unreadable(path: &str, error: &std::io::Error) -> Self {
        Self {
            os_error: error.raw_os_error(),
            ..Self::new(NoticeCode::Unreadable, Severity::Error, path, unreadable(error))
        }
    }

    pub(super) fn at(self, line: u64, offset: Option<u64>) -> Self {
        Self { line: Some(line), offset, ..self }
    }
}

impl From<HybridNotice> for Notice {
    fn from(notice: HybridNotice) -> Self {
        Self {
            line: notice.line,
            offset: notice.offset,
            os_error: notice.os_error,
            count: notice.count,
            message: notice.message,
            ..Self::new(notice.code, Path::new(&notice.path))
        }
    }
}

impl fmt::Display for HybridNotice {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.line, self.offset) {
            (Some(line), Some(offset)) => {
                write!(formatter, "{}, line {line}, byte {offset}: {}", self.path, self.message)
            }
            (Some(line), None) => write!(formatter, "{}, line {line}: {}", self.path, self.message),
            (None, _) => write!(formatter, "{}: {}", self.path, self.message),
        }
    }
}
