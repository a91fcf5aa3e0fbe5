//! The PowerShell module: its C# layer, its scripts, and the package.

// clippy.toml allows it in #[test] functions alone; what they share is no less a test.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

#[path = "../support/mod.rs"]
mod support;

#[cfg(target_os = "linux")]
mod causes;
mod interop;
#[cfg(target_os = "linux")]
mod package;
mod powershell;
#[cfg(target_os = "linux")]
mod signing;
