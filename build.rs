//! Generates the C header of the ABI out of `src/ffi`, into `OUT_DIR`, and for Windows the version
//! resource of the library.
//!
//! The committed `include/eop_relay.h` is never written here: a test compares the two.

use std::env;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

/// The sources of the header, in the order of its sections.
const SOURCES: &[&str] = &[
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
    "src/ffi/cancellation.rs",
    "src/ffi/chain.rs",
    "src/ffi/pfx.rs",
    "src/ffi/evidence.rs",
    "src/ffi/diagnosis.rs",
    "src/ffi/open_diagnosis.rs",
    "src/ffi/machine.rs",
    "src/ffi/redaction.rs",
    "src/ffi/view.rs",
    "src/ffi/probe.rs",
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
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let header = out.join("eop_relay.h");
    builder.generate()?.write_to_file(&header);
    let layout = layout(&fs::read_to_string(header)?, &fs::read_to_string("cbindgen.toml")?);
    fs::write(out.join("layout.rs"), layout)?;
    if env::var("CARGO_CFG_TARGET_OS")? == "windows" {
        add_version_resource()?;
    }
    Ok(())
}

/// For the tests of the ABI: a `describe!` of each struct of the header with all its members, by the
/// name that it has in Rust.
fn layout(header: &str, config: &str) -> String {
    let mut layout = String::from("{\n");
    let mut is_inside = false;
    for line in header.lines() {
        if let Some(name) = line.strip_prefix("typedef struct ").and_then(|l| l.strip_suffix(" {"))
        {
            let renamed = config
                .lines()
                .filter_map(|line| line.split_once(" = "))
                .find(|(_, c_name)| c_name.trim_matches('"') == name);
            if let Some((rust_name, _)) = renamed {
                is_inside = true;
                let _ = write!(
                    layout,
                    "describe!(text, {} as \"{name}\":",
                    rust_name.trim_matches('"')
                );
            }
        } else if line.starts_with('}') && is_inside {
            is_inside = false;
            layout.push_str(");\n");
        } else if is_inside && line.starts_with("  ") && line.ends_with(';') {
            let member = line.trim_end_matches(';').split('[').next().unwrap_or_default();
            let member = member.rsplit([' ', '*']).next().unwrap_or_default();
            let _ = write!(layout, " {member},");
        }
    }
    layout + "}\n"
}

/// What the Details page of the DLL's properties shows, and what an antivirus product reports.
/// Needs `windres` (gnu) or `rc.exe` (msvc), which come with the linker of the target.
fn add_version_resource() -> Result<(), Box<dyn Error>> {
    const ENGLISH: u16 = 0x0409;
    const VFT_DLL: u64 = 2;
    winresource::WindowsResource::new()
        .set_language(ENGLISH)
        .set_version_info(winresource::VersionInfo::FILETYPE, VFT_DLL)
        .set("ProductName", "EopRelay")
        .set("FileDescription", "EopRelay: why does Exchange Online Protection refuse mail?")
        .set("CompanyName", "The EopRelay project")
        .set("LegalCopyright", "MIT OR Apache-2.0")
        .set("OriginalFilename", "eop_relay.dll")
        .compile()?;
    Ok(())
}
