//! A file of the file system, and how much may come of one.

use std::fs::File;
use std::io;
use std::path::Path;

/// The most that one file or archive may unpack to, in bytes.
pub const MAXIMUM_UNPACKED: u64 = 8 << 30;

/// A file that others may write, rename or delete meanwhile.
pub(super) fn open_shared(path: &Path) -> io::Result<File> {
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
