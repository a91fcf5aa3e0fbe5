//! Files read by several threads while others write to them.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Opens a file for reading while others write, rename or delete it.
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

/// A file from a place on, whatever place others read at the same time.
pub(super) struct PositionedFile<'file> {
    pub(super) file: &'file File,
    pub(super) offset: u64,
}

impl PositionedFile<'_> {
    /// Fills a buffer, unless the file ends before. Returns how many bytes there were.
    pub(super) fn fill(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        while filled < buffer.len() {
            match self.read(&mut buffer[filled..]) {
                Ok(0) => break,
                Ok(length) => filled += length,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(filled)
    }
}

impl Read for PositionedFile<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        #[cfg(unix)]
        let length = std::os::unix::fs::FileExt::read_at(self.file, buffer, self.offset)?;
        #[cfg(windows)]
        let length = std::os::windows::fs::FileExt::seek_read(self.file, buffer, self.offset)?;
        self.offset += length as u64;
        Ok(length)
    }
}
