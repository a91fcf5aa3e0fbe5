//! Unsafe code stands in the C ABI and in the calls of Windows alone.

use crate::rooms::{LAYERS, room_of};
use crate::sources;

/// It translates, and so may hold unsafe code.
const TRANSLATION: &str = "ffi";

/// Of its files only the calls of Windows may.
const MACHINE: &str = "windows";
const CALLS: &str = "windows/crypt32";

/// It defines a macro and nothing else.
const MACRO: &str = "named_enum";

const FORBIDDEN: &str = "#![forbid(unsafe_code)]";

#[test]
fn unsafe_code_is_forbidden_wherever_nothing_is_translated() {
    let sources = sources();
    let rooms = LAYERS.concat().into_iter();
    for room in rooms.filter(|room| ![TRANSLATION, MACHINE, MACRO, "command"].contains(room)) {
        let file = [format!("{room}.rs"), format!("{room}/mod.rs")];
        let Some(file) = file.iter().find(|file| sources.contains_key(*file)) else { continue };
        assert!(sources[file].contains(FORBIDDEN), "{file} does not forbid unsafe code");
    }
    assert!(sources["bin/eop-relay/main.rs"].contains(FORBIDDEN), "nor may the command");
}

#[test]
fn only_the_calls_of_windows_are_unsafe_beside_the_abi() {
    let sources = sources();
    let is_call = |file: &str| file.starts_with(CALLS);
    assert!(sources.keys().filter(|file| is_call(file)).count() > 3);
    let others = sources.iter().filter(|(file, _)| room_of(file) == MACHINE && !is_call(file));
    for (file, text) in others.filter(|(file, _)| *file != "windows/mod.rs") {
        assert!(text.contains(FORBIDDEN), "{file}");
    }
}
