//! The rules: one table, in the order in which the first hit is the cause.

mod addresses;
mod attribution;
mod certificate;
mod chain_log;
mod connectors;
pub(crate) mod engine;
mod evidence_as_a_whole;
mod local_stores;
mod missing_evidence;
mod own_certificate;
mod queue_errors;
mod renewals_and_stores;
pub(crate) mod rule;
mod senders;
pub(crate) mod table;
mod tls;
pub(crate) mod wizard;
