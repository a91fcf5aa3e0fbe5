//! The C ABI: its header, C programs over the shipped library, and the library for Windows.

// clippy.toml allows it in #[test] functions alone; what they share is no less a test.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

#[path = "../support/mod.rs"]
mod support;

#[cfg(unix)]
mod c_programs;
mod header;
mod storm;
#[cfg(target_os = "linux")]
mod windows;
