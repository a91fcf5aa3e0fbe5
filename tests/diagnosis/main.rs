//! The diagnosis: verdict, cause and remedy of cases whose answer is known.

// clippy.toml allows it in #[test] functions alone; what they share is no less a test.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

#[path = "../support/mod.rs"]
mod support;

mod answered;
mod broken_chains;
mod corpus;
mod decisions;
mod headlines;
mod machine_stores;
mod model;
mod names_of_servers;
mod printed_commands;
mod properties;
mod proposals;
mod quality;
mod queue_error_memory;
mod queue_errors;
mod receiving;
mod redaction;
mod remedies;
mod renewals;
mod reports;
mod servers;
