//! The command as its users meet it: what it prints where, and how it ends.

// clippy.toml allows it in #[test] functions alone; what they share is no less a test.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

#[path = "../../benches/common/mod.rs"]
mod common;
#[path = "../support/mod.rs"]
mod support;

mod case_folder;
mod certificates;
mod chain;
mod chain_events;
mod documentation;
mod endless;
mod exit_codes;
mod explain;
mod file_faults;
mod folded_commands;
mod follow;
mod hostile;
mod hybrid;
mod linear;
mod options;
mod output;
mod packages;
mod packed;
mod redaction;
mod renew;
mod schemas;
mod sessions;
mod stories;
mod views;
mod wild;
#[cfg(target_os = "linux")]
mod windows;
