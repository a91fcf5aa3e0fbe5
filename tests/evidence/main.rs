//! What is read: protocol logs, event logs, replies and the texts that hold them.

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

#[cfg(target_os = "linux")]
mod chain_event_memory;
mod chain_events;
mod documented;
mod found_forms;
mod fuzz;
mod generated_logs;
mod mail_programs;
mod reply_classification;
mod reply_explanation;
mod reply_sides;
mod shared_samples;
#[cfg(target_os = "linux")]
mod tracking_log_memory;
