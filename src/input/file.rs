//! A file of the file system, and how much may come of one.

use std::fs::{File, metadata};
use std::io;
use std::path::Path;

use super::standard_input::is_standard_input;

/// The most that one file or archive may unpack to, in bytes.
pub const MAXIMUM_UNPACKED: u64 = 8 << 30;

/// Refuses what is no file and no folder: opening a pipe may wait for ever, and a device has no end.
///
/// # Errors
/// It is one; not being able to look is none.
pub fn refuse_endless(path: &Path) -> io::Result<()> {
    match metadata(path) {
        Ok(found) if !found.is_file() && !found.is_dir() && !is_own_input(path) => {
            Err(io::Error::other("it is a pipe or a device; save what it gives in a file"))
        }
        _ => Ok(()),
    }
}

/// Whether a path names what this process was started with (`/dev/stdin`, and `/dev/fd/63` as shells
/// name the output of a command): it ends when its writer does.
#[must_use]
pub fn is_own_input(path: &Path) -> bool {
    ["/dev/stdin", "/dev/fd", "/proc/self/fd"].iter().any(|own| path.starts_with(own))
}

/// Whether a path names what can be read but once: standard input, or a pipe that this process was
/// started with.
#[must_use]
pub fn is_read_once(path: &Path) -> bool {
    let is_pipe = || metadata(path).is_ok_and(|found| !found.is_file() && !found.is_dir());
    is_standard_input(path) || (is_own_input(path) && is_pipe())
}

/// A file that others may write, rename or delete meanwhile.
pub(super) fn open_shared(path: &Path) -> io::Result<File> {
    refuse_endless(path)?;
    let mut options = File::options();
    options.read(true);
    #[cfg(windows)]
    {
        use std::os::windows::fs::OpenOptionsExt;
        // FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE (winnt.h)
        options.share_mode(0x1 | 0x2 | 0x4);
    }
    options.open(path)
}
