//! Logs, opened and read while others write to them.

use std::fs::{File, Metadata};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

/// A file that others may write, rename or delete meanwhile, read at any place by several threads.
#[derive(Debug)]
pub(super) struct SharedFile {
    file: File,
    #[cfg(test)]
    faults: Option<std::sync::Arc<super::faults::Faults>>,
}

impl SharedFile {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        #[cfg(test)]
        let faults = super::faults::of(path);
        #[cfg(test)]
        super::faults::before_call(faults.as_ref())?;
        let mut options = File::options();
        options.read(true);
        #[cfg(windows)]
        {
            use std::os::windows::fs::OpenOptionsExt;
            // FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE (winnt.h)
            options.share_mode(0x1 | 0x2 | 0x4);
        }
        Ok(Self {
            file: options.open(path)?,
            #[cfg(test)]
            faults,
        })
    }

    pub(super) fn metadata(&self) -> io::Result<Metadata> {
        #[cfg(test)]
        super::faults::before_call(self.faults.as_ref())?;
        self.file.metadata()
    }

    /// The file from a place on, whatever place others read at the same time.
    pub(super) fn at(&self, offset: u64) -> PositionedFile<'_> {
        PositionedFile { file: self, offset }
    }

    /// Reads on, into the whole buffer or a part of it.
    fn read_with(
        &self,
        buffer: &mut [u8],
        read: impl FnOnce(&File, &mut [u8]) -> io::Result<usize>,
    ) -> io::Result<usize> {
        #[cfg(test)]
        let buffer = super::faults::before_read(self.faults.as_ref(), buffer)?;
        read(&self.file, buffer)
    }
}

impl Read for SharedFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.read_with(buffer, |mut file, buffer| file.read(buffer))
    }
}

impl Seek for SharedFile {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        self.file.seek(position)
    }
}

/// A file from a place on.
pub(super) struct PositionedFile<'file> {
    file: &'file SharedFile,
    offset: u64,
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
        let offset = self.offset;
        let length = self.file.read_with(buffer, |file, buffer| {
            #[cfg(unix)]
            return std::os::unix::fs::FileExt::read_at(file, buffer, offset);
            #[cfg(windows)]
            return std::os::windows::fs::FileExt::seek_read(file, buffer, offset);
        })?;
        self.offset += length as u64;
        Ok(length)
    }
}
