//! Generates the C header of the ABI out of `src/ffi`, into `OUT_DIR`.
//!
//! The committed `include/eop_relay.h` is never written here: a test compares the two.

use std::env;
use std::error::Error;
use std::path::Path;

/// The sources of the header, in the order of its sections.
const SOURCES: [&str; 13] = [
    "src/ffi/status.rs",
    "src/ffi/values.rs",
    "src/ffi/error.rs",
    "src/ffi/input.rs",
    "src/ffi/records.rs",
    "src/ffi/about.rs",
    "src/ffi/query.rs",
    "src/ffi/session_reader.rs",
    "src/ffi/explain.rs",
    "src/ffi/delivery_error.rs",
    "src/ffi/chain.rs",
    "src/ffi/diagnosis.rs",
    "src/ffi/text.rs",
];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=cbindgen.toml");
    let mut builder =
        cbindgen::Builder::new().with_config(cbindgen::Config::from_file("cbindgen.toml")?);
    for source in SOURCES {
        println!("cargo::rerun-if-changed={source}");
        builder = builder.with_src(source);
    }
    let header = Path::new(&env::var("OUT_DIR")?).join("eop_relay.h");
    builder.generate()?.write_to_file(header);
    Ok(())
}
