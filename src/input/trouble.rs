//! Words for what the system says.

use std::io::{Error, ErrorKind};

/// There is nothing by a path.
pub(crate) const NOT_FOUND: &str = "no file or folder has this path";
/// There is nothing by a path with wildcards.
pub(crate) const NO_MATCH: &str = "no file or folder has this path or matches this pattern";

/// Why a file or folder cannot be read, in the same words for every kind of input.
#[must_use]
pub fn unreadable(error: &Error) -> String {
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => NOT_FOUND.to_owned(),
        ErrorKind::PermissionDenied => {
            format!("cannot be read: {error}; run this elevated, or as an account that may read it")
        }
        _ => format!("cannot be read: {error}"),
    }
}

/// What is said of a path or pattern that leads nowhere.
pub(crate) fn nothing_by(pattern: &str) -> &'static str {
    if has_wildcards(pattern) { NO_MATCH } else { NOT_FOUND }
}

/// Whether a path that does not exist as it stands may be meant as a pattern.
pub(crate) fn has_wildcards(path: &str) -> bool {
    path.contains(['*', '?', '['])
}

/// Why a walk through folders does not go on: what the system says, or a link that leads round in circles.
pub(crate) fn walk_error(error: walkdir::Error) -> Error {
    error.into_io_error().unwrap_or_else(|| Error::other("a link leads back to a folder above it"))
}
