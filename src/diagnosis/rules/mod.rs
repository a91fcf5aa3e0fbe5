//! The rules: one table, in the order in which the first hit is the cause.

mod addresses;
mod attribution;
mod chain_effect;
mod chain_log;
mod channels;
mod connector_changes;
mod connectors;
pub(crate) mod description;
mod direct_send;
pub(crate) mod engine;
mod evidence_as_a_whole;
pub(crate) mod expectation;
mod identity;
mod local_stores;
mod missing_evidence;
mod network;
mod observed;
mod other_direction;
mod own_certificate;
mod passing_replies;
mod policies;
mod queue_errors;
mod receiving;
mod replies;
pub(crate) mod rule;
mod selection;
mod senders;
mod stores;
pub(crate) mod table;
mod tenants;
mod tls;
mod trust;
mod validity;
#[cfg(test)]
mod verdict_table;
mod wizard;
mod wizard_connectors;
