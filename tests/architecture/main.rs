//! The rooms of the crate: data flows one way through them, no file uses another in a circle, and
//! only the ABI and the calls of Windows hold unsafe code.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod circles;
mod imports;
mod limits;
mod made_up;
mod options;
mod rooms;
mod tokens;
mod unsafe_code;

use std::fs;
use std::path::Path;

use imports::{Crates, Files};

/// The crates of the project: the library, and the command over it.
const LIBRARY: (&str, &str) = ("eop_relay", "lib.rs");
const COMMAND: (&str, &str) = ("command", "bin/eop-relay/main.rs");

/// The sources by their path below `src`.
fn sources() -> Files {
    let mut files = Files::new();
    add_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), "", &mut files);
    files
}

fn add_files(folder: &Path, above: &str, files: &mut Files) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = format!("{above}{}", path.file_name().unwrap().to_str().unwrap());
        if path.is_dir() {
            add_files(&path, &format!("{name}/"), files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.insert(name, fs::read_to_string(&path).unwrap());
        }
    }
}

fn crates(files: &Files) -> Crates {
    let mut crates = Crates::default();
    for (name, root) in [LIBRARY, COMMAND] {
        crates.add(name, root, files);
    }
    crates
}

#[test]
fn no_file_uses_another_in_a_circle() {
    let uses = crates(&sources()).uses();
    let circles = circles::circles(&uses);
    let shown: Vec<String> = circles.iter().map(|circle| shown(circle, &uses)).collect();
    assert!(shown.is_empty(), "files that use each other in a circle:\n{}", shown.join("\n"));
}

/// Each file of a circle and those of it that it uses.
fn shown(circle: &[&str], uses: &imports::Uses) -> String {
    let lines = circle.iter().map(|file| {
        let inner = uses[*file].iter().filter(|other| circle.contains(&other.as_str()));
        format!("  {file} -> {}", inner.cloned().collect::<Vec<_>>().join(", "))
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn no_room_uses_one_that_comes_after_it() {
    let wrong = rooms::against_the_flow(&crates(&sources()).uses());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_room_of_the_crate_has_its_layer() {
    let map = &sources()[LIBRARY.1];
    let declared: Vec<&str> = map
        .lines()
        .filter_map(|line| line.trim_start_matches("pub ").strip_prefix("mod "))
        .map(|name| name.trim_end_matches(';'))
        .collect();
    let layered = rooms::LAYERS.concat();
    let without: Vec<&&str> = declared.iter().filter(|room| !layered.contains(room)).collect();
    assert!(declared.len() > 10 && without.is_empty(), "{without:?} of {declared:?}");
}

#[test]
fn the_limits_in_security_are_those_of_the_sources() {
    let security = Path::new(env!("CARGO_MANIFEST_DIR")).join("SECURITY.md");
    let table = fs::read_to_string(security).unwrap().replace("\r\n", "\n");
    let differences = limits::differences(&table, &sources());
    assert!(differences.is_empty(), "SECURITY.md differs:\n{}", differences.join("\n"));
    let rows: Vec<&str> = limits::rows(&table).collect();
    assert!(rows.len() > 20, "{rows:?}");
    let unheld: Vec<&&str> = rows.iter().filter(|row| !limits::is_held(row)).collect();
    assert!(unheld.is_empty(), "nothing holds these rows: {unheld:?}");
    let wrong = table.replace("| 128 MiB |", "| 129 MiB |");
    assert_eq!(limits::differences(&wrong, &sources()).len(), 2);
}
