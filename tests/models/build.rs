//! The table of handles as it is shipped, with loom's locks and counters in place of those of std.

use std::path::Path;
use std::{env, fs};

const SOURCE: &str = "../../src/ffi/handle.rs";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed={SOURCE}");
    let source = fs::read_to_string(SOURCE)?.replace("\r\n", "\n");
    let (mut code, _) =
        source.split_once("\n#[cfg(test)]\nmod tests {").ok_or("the tests of the table are not found")?;
    // Comments of a module do not stand in what is included.
    while let Some(rest) = code.strip_prefix("//!") {
        code = rest.split_once('\n').ok_or("nothing but comments")?.1;
    }
    let mut code = code.to_owned();
    for (std, loom) in [
        ("use std::sync::atomic::{AtomicBool, Ordering};", "use loom::sync::atomic::{AtomicBool, Ordering};"),
        (
            "use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};",
            "use loom::sync::{Arc, Mutex, MutexGuard};\nuse std::sync::{PoisonError, TryLockError};",
        ),
        ("pub const fn new(kind: Kind)", "pub fn new(kind: Kind)"),
    ] {
        if !code.contains(std) {
            return Err(format!("the table has no line `{std}`").into());
        }
        code = code.replace(std, loom);
    }
    fs::write(Path::new(&env::var("OUT_DIR")?).join("handle.rs"), code)?;
    Ok(())
}
