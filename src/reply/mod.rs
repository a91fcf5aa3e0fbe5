//! SMTP replies, NDR and queue texts, and what they mean.

#![forbid(unsafe_code)]

use serde::Serialize;

/// What a refusal means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub enum RejectionClass {
    /// No inbound connector matched: `550 5.7.64 TenantAttribution; Relay Access Denied`.
    RelayDenied,
}

/// x
#[must_use]
pub fn classify(_: &str) -> Option<RejectionClass> {
    Some(RejectionClass::RelayDenied)
}
/// x
pub struct TlsError {
    /// x
    pub name: String,
    /// x
    pub code: Option<i32>,
}
/// x
#[must_use]
pub fn tls_error(n: &str) -> TlsError {
    TlsError { name: n.to_owned(), code: None }
}
