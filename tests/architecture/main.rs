//! No module reaches back up the flow, and only the ABI may use unsafe code.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The modules of the crate and those that each may use, beside itself.
const LAYERS: &[(&str, &[&str])] = &[
    ("named_enum", &[]),
    ("timestamp", &[]),
    ("eop_host", &[]),
    ("finding", &["named_enum", "timestamp"]),
    ("log", &["named_enum", "timestamp", "finding"]),
    ("reply", &["named_enum", "timestamp", "finding"]),
    ("certificate", &["named_enum", "timestamp"]),
    ("windows", &["named_enum", "timestamp", "certificate"]),
    ("session", &["named_enum", "timestamp", "eop_host", "log", "reply", "certificate"]),
    ("chain", &["named_enum", "timestamp", "finding", "certificate", "windows"]),
    ("connector", &["named_enum", "timestamp", "eop_host", "certificate"]),
    (
        "evidence",
        &[
            "named_enum",
            "timestamp",
            "eop_host",
            "finding",
            "log",
            "reply",
            "certificate",
            "session",
            "windows",
            "connector",
        ],
    ),
    (
        "diagnosis",
        &[
            "named_enum",
            "timestamp",
            "eop_host",
            "finding",
            "log",
            "reply",
            "certificate",
            "windows",
            "session",
            "chain",
            "connector",
            "evidence",
        ],
    ),
];

/// It translates, and so may use everything and hold unsafe code.
const TRANSLATION: &str = "ffi";

/// Of its files only the calls of Windows may hold unsafe code.
const MACHINE: &str = "windows";
const CALLS: &str = "windows/crypt32";

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn rust_files(path: &Path) -> Vec<PathBuf> {
    if path.is_file() {
        return vec![path.to_owned()];
    }
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() || path.extension().is_some_and(|extension| extension == "rs") {
            files.extend(rust_files(&path));
        }
    }
    files
}

fn files_of(module: &str) -> Vec<PathBuf> {
    let folder = source().join(module);
    let file = source().join(format!("{module}.rs"));
    rust_files(if folder.is_dir() { &folder } else { &file })
}

/// The modules of the crate that a text names as `crate::module` or `crate::{module, ...}`.
fn modules_named(text: &str) -> BTreeSet<String> {
    let mut named = BTreeSet::new();
    for (at, path) in text.match_indices("crate::") {
        let rest = &text[at + path.len()..];
        let list = match rest.strip_prefix('{') {
            Some(list) => list.split('}').next().unwrap_or_default(),
            None => rest.split(|next: char| !next.is_alphanumeric() && next != '_').next().unwrap(),
        };
        for item in list.split(',') {
            let name = item.trim().split("::").next().unwrap_or_default();
            if name.starts_with(|first: char| first.is_ascii_lowercase()) {
                named.insert(name.to_owned());
            }
        }
    }
    named
}

#[test]
fn no_module_uses_one_that_comes_after_it() {
    for (module, allowed) in LAYERS {
        for file in files_of(module) {
            for named in modules_named(&std::fs::read_to_string(&file).unwrap()) {
                assert!(
                    named == *module || allowed.contains(&named.as_str()),
                    "{}: {module} may not use {named}",
                    file.display()
                );
            }
        }
    }
}

#[test]
fn every_module_of_the_crate_has_its_layer() {
    let map = std::fs::read_to_string(source().join("lib.rs")).unwrap();
    let declared: BTreeSet<&str> = map
        .lines()
        .filter_map(|line| line.trim_start_matches("pub ").strip_prefix("mod "))
        .map(|name| name.trim_end_matches(';'))
        .collect();
    let layered: BTreeSet<&str> =
        LAYERS.iter().map(|(module, _)| *module).chain([TRANSLATION]).collect();
    assert_eq!(declared, layered);
}

#[test]
fn unsafe_code_is_forbidden_wherever_nothing_is_translated() {
    for (module, _) in LAYERS.iter().filter(|(module, _)| *module != MACHINE) {
        let folder = source().join(module);
        let file = if folder.is_dir() {
            folder.join("mod.rs")
        } else {
            source().join(format!("{module}.rs"))
        };
        let text = std::fs::read_to_string(&file).unwrap();
        let is_macro_only = *module == "named_enum";
        assert!(
            is_macro_only || text.contains("#![forbid(unsafe_code)]"),
            "{} does not forbid unsafe code",
            file.display()
        );
    }
}

#[test]
fn only_the_calls_of_windows_are_unsafe_beside_the_abi() {
    let calls = files_of(CALLS);
    assert!(calls.len() > 3, "{calls:?}");
    let map = source().join(MACHINE).join("mod.rs");
    for file in files_of(MACHINE).iter().filter(|file| **file != map && !calls.contains(file)) {
        let text = std::fs::read_to_string(file).unwrap();
        assert!(text.contains("#![forbid(unsafe_code)]"), "{}", file.display());
    }
}
