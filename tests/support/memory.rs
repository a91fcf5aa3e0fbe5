//! Memory of a process of its own, so that nothing else is measured, however the tests are run.

use std::env;
use std::fs;
use std::process::Command;

use super::assert_success;

/// The most memory that the process has ever had, in bytes.
pub fn peak_memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
}

/// Runs the test of that name, which calls this, in a process of its own; `true` in that process.
pub fn is_alone(name: &str) -> bool {
    const ALONE: &str = "EOP_RELAY_TEST_ALONE";
    if env::var_os(ALONE).is_some() {
        return true;
    }
    let mut alone = Command::new(env::current_exe().unwrap());
    alone.args(["--exact", name]).env(ALONE, "1");
    let output = alone.output().unwrap();
    assert_success(name, &output);
    assert!(String::from_utf8_lossy(&output.stdout).contains("1 passed"));
    false
}
