//! SMTP replies, NDR and queue texts, and what they mean.

#![forbid(unsafe_code)]

use serde::Serialize;

/// What a refusal means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub enum RejectionClass {
    /// No inbound connector matched: `550 5.7.64 TenantAttribution; Relay Access Denied`.
    RelayDenied,
}
