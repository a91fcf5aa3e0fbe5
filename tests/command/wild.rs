//! Evidence as it is found in the wild, as an administrator reads what is said of it: one command in
//! each row of a table.

use std::path::{Path, PathBuf};
use std::process::Command;

const TABLE: &str = include_str!("../fixtures/wild/cases.tsv");

/// The folder in which a row is run; `None` where it lies beside the project and is not there.
fn folder(name: &str) -> Option<PathBuf> {
    let project = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = match name {
        "own" => project.join("tests/fixtures/wild"),
        name => project.join("../shared/samples").join(name),
    };
    if !folder.is_dir() {
        println!("not run: {} is not there", folder.display());
        return None;
    }
    Some(folder)
}

/// The text with one blank between words, so that line breaks do not matter.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What is printed of a row and should not be, or not printed and should be.
fn wrong(folder: &Path, fields: [&str; 4]) -> Vec<String> {
    let [command, exit, holds, lacks] = fields;
    let output = Command::new(env!("CARGO_BIN_EXE_eop-relay"))
        .args(command.split(' '))
        .current_dir(folder)
        .output()
        .unwrap();
    let bytes = [output.stdout, output.stderr].concat();
    let printed = words(&String::from_utf8_lossy(&bytes));
    let parts = |column: &str| -> Vec<String> {
        column.split('|').map(words).filter(|part| !part.is_empty()).collect()
    };
    let mut wrong = Vec::new();
    if output.status.code().map(|code| code.to_string()).as_deref() != Some(exit) {
        wrong.push(format!("exit {:?} in place of {exit}", output.status.code()));
    }
    let missing = parts(holds).into_iter().filter(|part| !printed.contains(part));
    wrong.extend(missing.map(|part| format!("lacks {part:?}")));
    let present = parts(lacks).into_iter().filter(|part| printed.contains(part));
    wrong.extend(present.map(|part| format!("holds {part:?}")));
    wrong
}

#[test]
fn what_is_found_in_the_wild_is_told_as_an_administrator_needs_it() {
    let mut failures = Vec::new();
    let mut own = 0;
    for row in TABLE.lines().filter(|row| !row.starts_with('#') && !row.is_empty()) {
        let [place, fields @ ..] = &row.split('\t').collect::<Vec<_>>()[..] else { continue };
        let Ok(fields) = <[&str; 4]>::try_from(fields) else { panic!("not five fields: {row}") };
        own += usize::from(*place == "own");
        let Some(folder) = folder(place) else { continue };
        let wrong = wrong(&folder, fields);
        if !wrong.is_empty() {
            failures.push(format!("{place}: {}: {}", fields[0], wrong.join("; ")));
        }
    }
    assert!(own > 20, "{own}");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
