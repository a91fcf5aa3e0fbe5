//! The library that programs in other languages load.

use std::env;
use std::path::PathBuf;

/// The library that `EOP_RELAY_LIBRARY` names: the shipped one.
pub fn named() -> Option<PathBuf> {
    env::var_os("EOP_RELAY_LIBRARY").map(PathBuf::from)
}

/// The shipped library where it is named, else that of the tests' own build.
pub fn shipped() -> PathBuf {
    named().unwrap_or_else(with_assertions)
}

/// The library that Cargo has built for these tests, with debug assertions and therefore with what
/// `src/ffi/injection.rs` does on demand.
pub fn with_assertions() -> PathBuf {
    let program = env::current_exe().unwrap();
    let name = format!("{}eop_relay{}", env::consts::DLL_PREFIX, env::consts::DLL_SUFFIX);
    program.with_file_name(name)
}
