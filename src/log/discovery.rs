//! Which files to read, and in which order.

use std::path::PathBuf;

/// A place to read logs from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogInput {
    /// A file, a folder, or a pattern.
    pub path: PathBuf,
    /// Whether `path` may hold the wildcards `*`, `?` and `[...]` (a path that exists is taken as it is).
    pub wildcards: bool,
    /// The server whose logs they are, where the caller knows it.
    pub server: Option<String>,
}
