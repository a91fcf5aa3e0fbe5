//! Certificates and their chains.

// clippy.toml allows it in #[test] functions alone; what they share is no less a test.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

#[path = "../support/mod.rs"]
mod support;

mod breaches;
mod certificate_files;
mod findings;
mod limbo;
mod mutations;
mod pfx;
mod pkits;
mod remedies;
mod reports;
mod revocation;
mod scene;
mod trust;
