//! The order of the rooms.

use crate::imports::Uses;

/// The rooms of the crate from the ground up; each uses those before it alone, and none of its own
/// layer but itself.
pub const LAYERS: &[&[&str]] = &[
    &["named_enum", "timestamp", "eop_host", "input"],
    &["stated_time"],
    &["finding"],
    &["log", "reply", "certificate"],
    &["windows"],
    &["session", "chain", "connector"],
    &["evidence"],
    &["redaction"],
    &["diagnosis"],
    &["renewal"],
    &["view"],
    &["probe"],
    &["ffi"],
    &["command"],
];

/// What the machine says is an input of these alone: logs and connectors say the same everywhere.
const READERS_OF_THE_MACHINE: [&str; 7] =
    ["chain", "evidence", "diagnosis", "view", "probe", "ffi", "command"];
const MACHINE: &str = "windows";

/// The room of a file, by its path below `src`.
pub fn room_of(file: &str) -> &str {
    let first = file.split('/').next().unwrap().trim_end_matches(".rs");
    if first == "bin" { "command" } else { first }
}

/// The imports against the order of the rooms, as lines.
pub fn against_the_flow(uses: &Uses) -> Vec<String> {
    let layer = |room: &str| LAYERS.iter().position(|layer| layer.contains(&room));
    let pairs = uses.iter().flat_map(|(file, used)| used.iter().map(move |used| (file, used)));
    let wrong = pairs.filter(|(file, used)| {
        let (from, to) = (room_of(file), room_of(used));
        let is_upward = from != "lib" && from != to && layer(from) <= layer(to);
        is_upward || to == "lib" || (to == MACHINE && !is_reader_of_the_machine(from))
    });
    wrong.map(|(file, used)| format!("{file} may not use {used}")).collect()
}

fn is_reader_of_the_machine(room: &str) -> bool {
    room == MACHINE || room == "lib" || READERS_OF_THE_MACHINE.contains(&room)
}
