//! What several tests need built, built once: each test is a process of its own.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

/// The folder of that name below the target directory, made by `build` when one of these files or
/// folders has changed since. The other processes wait meanwhile.
pub fn built_once(name: &str, inputs: &[PathBuf], build: impl FnOnce(&Path)) -> PathBuf {
    let tmp = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let folder = tmp.join(name);
    let lock = File::create(tmp.join(format!("{name}.lock"))).unwrap();
    lock.lock().unwrap();
    let mut state = String::new();
    for input in inputs {
        add_state(input, &mut state);
    }
    let marker = tmp.join(format!("{name}.state"));
    if fs::read_to_string(&marker).is_ok_and(|built| built == state) {
        return folder;
    }
    let _ = fs::remove_file(&marker);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    build(&folder);
    fs::write(marker, state).unwrap();
    folder
}

fn add_state(path: &Path, state: &mut String) {
    if path.is_dir() {
        let mut entries: Vec<PathBuf> =
            fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect();
        entries.sort();
        for entry in entries {
            add_state(&entry, state);
        }
        return;
    }
    let metadata = fs::metadata(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let changed = metadata.modified().unwrap().duration_since(UNIX_EPOCH).unwrap();
    writeln!(state, "{} {} {changed:?}", path.display(), metadata.len()).unwrap();
}
