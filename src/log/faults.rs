//! Faults of files, injected by tests: the n-th call on any log of a folder fails.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// What goes wrong, at which call, and what happened so far.
#[derive(Debug)]
pub(crate) struct Faults {
    fault: Fault,
    /// Counted from 1.
    call: u64,
    /// Whether all calls from that one on fail, as when a share is gone.
    is_lasting: bool,
    calls: AtomicU64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The error of that number.
    Error(i32),
    /// A read gives one byte.
    ShortRead,
}

static INJECTED: Mutex<Vec<(PathBuf, Arc<Faults>)>> = Mutex::new(Vec::new());

/// Faults are injected as long as it lives.
pub(crate) struct Injection {
    folder: PathBuf,
}

impl Injection {
    pub(crate) fn begin(folder: &Path, fault: Fault, call: u64, is_lasting: bool) -> Self {
        let faults = Arc::new(Faults { fault, call, is_lasting, calls: AtomicU64::new(0) });
        injected().push((folder.to_owned(), faults));
        Self { folder: folder.to_owned() }
    }
}

impl Drop for Injection {
    fn drop(&mut self) {
        injected().retain(|(folder, _)| *folder != self.folder);
    }
}

fn injected() -> std::sync::MutexGuard<'static, Vec<(PathBuf, Arc<Faults>)>> {
    INJECTED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The faults of a file, if any are injected in its folder.
pub(super) fn of(path: &Path) -> Option<Arc<Faults>> {
    let injected = injected();
    let found = injected.iter().find(|(folder, _)| path.starts_with(folder));
    found.map(|(_, faults)| Arc::clone(faults))
}

pub(super) fn before_call(faults: Option<&Arc<Faults>>) -> io::Result<()> {
    match faults.and_then(|faults| faults.next()) {
        Some(Fault::Error(number)) => Err(io::Error::from_raw_os_error(number)),
        Some(Fault::ShortRead) | None => Ok(()),
    }
}

/// The part of the buffer that is to be read into.
pub(super) fn before_read<'buffer>(
    faults: Option<&Arc<Faults>>,
    buffer: &'buffer mut [u8],
) -> io::Result<&'buffer mut [u8]> {
    let length = buffer.len();
    match faults.and_then(|faults| faults.next()) {
        Some(Fault::Error(number)) => Err(io::Error::from_raw_os_error(number)),
        Some(Fault::ShortRead) => Ok(&mut buffer[..length.min(1)]),
        None => Ok(buffer),
    }
}

impl Faults {
    fn next(&self) -> Option<Fault> {
        let call = self.calls.fetch_add(1, Ordering::Relaxed) + 1;
        let is_due = call == self.call || (self.is_lasting && call > self.call);
        is_due.then_some(self.fault)
    }
}
