//! Where the reading of a file stopped, and by what the file is known again.

use std::sync::Arc;

use super::edges::{Edges, Fingerprint};
use super::format::Format;

/// How far a file was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Position {
    /// Where the first line that was not read begins, in bytes (of the decoded text in a UTF-16
    /// file).
    pub(crate) offset: u64,
    /// How many lines lie before it.
    pub(crate) lines: u64,
    /// What the header lines said so far.
    pub(crate) format: Arc<Format>,
    /// Whether the file was found to be a protocol log.
    pub(crate) is_recognised: bool,
}

/// A file that was read before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KnownFile {
    /// How far it was read.
    pub(crate) position: Position,
    /// What it held up to there.
    pub(crate) fingerprint: Fingerprint,
}

/// How a file is to be read.
#[derive(Clone, Debug, Default)]
pub(crate) struct FileStart {
    /// How far it was read before; `None` = not at all.
    pub(crate) known: Option<KnownFile>,
    /// Whether more is to be expected of it, so that a last line without a line end is left for the
    /// next reading.
    pub(crate) is_growing: bool,
}

/// The end of a file that was read to it.
#[derive(Clone, Debug)]
pub(crate) struct LastPosition {
    /// Its lines are counted from the end of the file's last segment.
    pub(crate) position: Position,
    /// What lies between the file's last segment and there.
    pub(crate) skipped: Edges,
}
