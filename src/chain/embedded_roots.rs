//! The roots that the program brings along: Mozilla's list, as the crate webpki-root-certs holds it.
//!
//! Exchange Online follows Microsoft's programme, which shares most of its roots with Mozilla's: a
//! root in this list is taken as trusted, a root outside it as unknown.

use once_cell::sync::Lazy;
use serde::Serialize;

use crate::certificate::Certificate;
use crate::timestamp::Timestamp;

/// The version of webpki-root-certs in Cargo.lock; a test holds the two together.
const CRATE_VERSION: &str = "1.0.11";

static ROOTS: Lazy<Vec<Certificate>> = Lazy::new(|| {
    webpki_root_certs::TLS_SERVER_ROOT_CERTS
        .iter()
        .filter_map(|der| Certificate::from_der(der).ok())
        .collect()
});

/// What list of roots is embedded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct EmbeddedRoots {
    /// Where the list comes from.
    pub source: String,
    /// How many roots it has.
    pub count: usize,
    /// When its newest root began to be valid: the list is not older than that.
    pub newest_root: Option<Timestamp>,
}

impl EmbeddedRoots {
    /// Describes the embedded list.
    #[must_use]
    pub fn describe() -> Self {
        let newest = ROOTS.iter().max_by_key(|root| root.not_before);
        let newest_root = newest.and_then(Certificate::not_before);
        Self {
            source: format!("Mozilla, by webpki-root-certs {CRATE_VERSION}"),
            count: ROOTS.len(),
            newest_root,
        }
    }
}

/// The embedded roots.
#[must_use]
pub fn embedded_roots() -> &'static [Certificate] {
    &ROOTS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_embedded_roots_are_read_and_described() {
        assert_eq!(ROOTS.len(), webpki_root_certs::TLS_SERVER_ROOT_CERTS.len());
        let described = EmbeddedRoots::describe();
        assert!(described.count > 100 && described.newest_root.is_some());
    }

    #[test]
    fn the_version_that_is_printed_is_the_one_that_is_locked() {
        let lock = include_str!("../../Cargo.lock");
        let entry = format!("name = \"webpki-root-certs\"\nversion = \"{CRATE_VERSION}\"");
        assert!(lock.contains(&entry), "set CRATE_VERSION to the version in Cargo.lock");
    }
}
