//! The way in: log files to sessions, in batches.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::log::{LogInput, Notice};
use crate::session::model::{Outcome, Session};
use crate::timestamp::Timestamp;

/// What to read and which sessions to hand out.
#[derive(Clone, Debug, Default)]
pub struct SessionQuery {
    /// Files, folders, patterns.
    pub inputs: Vec<LogInput>,
    /// Whether folders below the given ones are read too.
    pub recurse: bool,
    /// Which sessions are handed out.
    pub filter: SessionFilter,
    /// How many threads read, at least 1; 0 = the default (2, or 1 on a single processor).
    pub threads: usize,
}

/// Which sessions are handed out: those that pass every condition given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SessionFilter {
    /// A pattern (`*`, `?`, `[...]`, any case) for the connector.
    pub connector: Option<String>,
    /// A pattern for the remote host, or for the remote endpoint with or without its port.
    pub remote_host: Option<String>,
    /// The thumbprint of the sent or remote certificate, as pasted (blanks, colons, U+200E).
    pub thumbprint: Option<String>,
    /// Sessions that start at that time or later.
    pub start: Option<Timestamp>,
    /// Sessions that start before that time.
    pub end: Option<Timestamp>,
    /// Sessions that ended in one of these ways; empty = in any.
    pub outcomes: Vec<Outcome>,
    /// Only sessions that failed ([`Outcome::is_failure`]).
    pub failed: bool,
    /// Only sessions known to go to EOP.
    pub eop_only: bool,
}

/// Sessions and the notices of the input read for them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batch {
    /// The sessions, in the order of their last rows.
    pub sessions: Vec<Session>,
    /// Trouble met on the way.
    pub notices: Vec<Notice>,
}

/// How far the reading is, in bytes of bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Bytes read.
    pub bytes_read: u64,
    /// Bytes in all files found, as of the start; files that grow can bring `bytes_read` above it.
    pub bytes_total: u64,
    /// Files read to their end.
    pub files_read: u64,
    /// Files found.
    pub files_total: u64,
    /// The file being read.
    pub path: Option<Arc<Path>>,
}

/// Reads sessions out of logs, batch by batch.
pub struct SessionReader {}

impl SessionReader {
    /// Finds the files. Trouble with single inputs comes as notices of the first batch.
    ///
    /// # Errors
    /// [`QueryError`] if a pattern or the thumbprint of the filter is not valid.
    pub fn new(_query: SessionQuery) -> Result<Self, QueryError> {
        Ok(Self {})
    }

    /// The next sessions: at most `max_sessions`, after at most about `budget` bytes of input, so
    /// that a batch can be empty before the end. `None` at the end.
    pub fn next_batch(&mut self, _max_sessions: usize, _budget: u64) -> Option<Batch> {
        None
    }

    /// How far it is.
    #[must_use]
    pub fn progress(&self) -> Progress {
        Progress::default()
    }

    /// Set it (from any thread) to end the reading: the next batch is then `None`.
    #[must_use]
    pub fn cancellation(&self) -> Arc<AtomicBool> {
        Arc::new(AtomicBool::new(false))
    }
}

/// A query that cannot be carried out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// A pattern is not valid.
    #[error("the pattern '{pattern}' is not valid: {reason}")]
    InvalidPattern {
        /// The pattern as given.
        pattern: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A thumbprint is not 40 hexadecimal digits.
    #[error("the thumbprint '{0}' is not 40 hexadecimal digits")]
    InvalidThumbprint(String),
}
