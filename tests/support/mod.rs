//! What several test programs need.

#![allow(dead_code, reason = "each program uses a part")]

pub mod cases;
pub mod chain_event_log;
pub mod evtx_forge;
pub mod forge;
pub mod library;
pub mod limbo;
#[cfg(target_os = "linux")]
pub mod memory;
pub mod mutation;
pub mod once;
pub mod storm;
#[cfg(target_os = "linux")]
pub mod wine;

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output};

/// Says it past the test harness, which swallows what `eprintln!` says in a test that passes.
#[allow(clippy::explicit_write, reason = "see above")]
pub fn say(what: &str) {
    writeln!(std::io::stderr(), "{what}").unwrap();
}

/// The root of the project.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Whether a program can be started.
pub fn is_installed(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success())
}

pub fn assert_success(what: &str, output: &Output) {
    assert!(
        output.status.success(),
        "{what}: {}\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
}
