//! Hosts that the public DNS does not know.

use crate::certificate::is_within_domain;

/// Whether a host has no top-level domain of the public DNS (RFC 6761, RFC 6762, ICANN's
/// reservation of .internal).
pub(crate) fn is_internal_host(host: &str) -> bool {
    const SPECIAL_USE: [&str; 7] =
        ["localhost", "local", "internal", "test", "invalid", "lan", "home.arpa"];
    !host.contains('.') || SPECIAL_USE.iter().any(|domain| is_within_domain(host, domain))
}
