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
    if pattern.contains(['*', '?', '[']) { NO_MATCH } else { NOT_FOUND }
}
