//! Lines of a file whose place is known before they are read.

use std::io;
use std::sync::Arc;

use super::segment::Segment;
use super::shared_file::SharedFile;

/// Complete lines of a file that any thread may read, in any order.
#[derive(Debug)]
pub struct UnreadRange {
    pub(super) open: Arc<SharedFile>,
    /// The segment they will be, with a used buffer.
    pub(super) segment: Segment,
    /// How many bytes they have.
    pub(super) length: usize,
}

impl UnreadRange {
    /// The index of the file.
    #[must_use]
    pub fn file(&self) -> usize {
        self.segment.file
    }

    /// Reads the lines.
    ///
    /// # Errors
    /// The file cannot be read, or was cut since the place of the lines was found.
    pub fn read(self) -> io::Result<Segment> {
        let Self { open, mut segment, length } = self;
        // A used buffer need not be zeroed again.
        segment.data.resize(length, 0);
        if open.at(segment.offset).fill(&mut segment.data)? < length {
            // What follows would be read as if these lines had never been there.
            return Err(io::Error::new(
                io::ErrorKind::UnexpectedEof,
                "the file was cut while it was read",
            ));
        }
        Ok(segment)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::{Edges, Format};

    #[test]
    fn a_file_that_cannot_be_read_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.log");
        std::fs::write(&path, "").unwrap();
        let open = SharedFile::open(&path).unwrap();
        let segment = Segment {
            file: 7,
            data: Vec::new(),
            offset: 0,
            lines_before: 0,
            oversized_line: None,
            skipped: Edges::default(),
            format: Arc::new(Format::from_file_name("a.log")),
        };
        let range = UnreadRange { open: Arc::new(open), segment, length: 1 };
        assert_eq!(range.file(), 7);
        assert!(range.read().is_err());
    }
}
