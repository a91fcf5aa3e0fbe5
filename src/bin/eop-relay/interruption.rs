//! What is half written goes when the command is interrupted: nobody is to take it for an answer.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

static UNFINISHED: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

fn unfinished() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A file or folder that is being written, until this is dropped.
#[derive(Debug)]
pub struct Unfinished(PathBuf);

impl Unfinished {
    /// Where an interruption comes now, what has this path is removed.
    pub fn new(path: PathBuf) -> Self {
        unfinished().insert(path.clone());
        Self(path)
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        unfinished().remove(&self.0);
    }
}

/// Leaves everything that is written: an interruption is how it ends.
pub fn leave_all() {
    unfinished().clear();
}

/// Waits for Ctrl+C (SIGINT) and SIGTERM, which then end the command as they always do.
#[cfg(unix)]
pub fn watch() {
    use signal_hook::consts::{SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;
    use signal_hook::low_level::emulate_default_handler;

    // Without it the command ends all the same.
    let Ok(mut signals) = Signals::new([SIGINT, SIGTERM]) else { return };
    std::thread::spawn(move || {
        for signal in signals.forever() {
            // Held to the end: a state is not saved whose sessions are removed here.
            let held = unfinished();
            for path in &*held {
                let _ = std::fs::remove_file(path).or_else(|_| std::fs::remove_dir_all(path));
            }
            let _ = emulate_default_handler(signal);
        }
    });
}

/// Windows ends the command by itself.
#[cfg(not(unix))]
pub fn watch() {}
