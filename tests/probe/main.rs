//! The probe against a stand-in for a front end of Exchange Online: in memory, and on loopback.

// clippy.toml allows it in #[test] functions alone; what they share is no less a test.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

#[path = "../support/mod.rs"]
mod support;

mod command;
mod credentials;
mod dialogue;
mod front_end;
mod hostile;
mod inbound;
mod stories;
#[cfg(target_os = "linux")]
mod windows;
