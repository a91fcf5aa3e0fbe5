//! An object of an export, and where it stands.

use crate::evidence::{ExchangeObjects, ParsedObject};

/// An object, and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Located<T> {
    /// The object.
    pub object: T,
    /// The file, or what else it came from.
    pub path: String,
    /// The line where it begins, from 1; 0 where the whole file is meant.
    pub line: u64,
}

impl<T: Clone> Located<T> {
    /// An object of an export.
    pub(super) fn of(found: &ParsedObject<T>, export: &ExchangeObjects) -> Self {
        Self { object: found.object.clone(), path: export.source_name.clone(), line: found.line }
    }
}
