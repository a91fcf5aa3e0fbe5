//! Lines of a file whose place is known before they are read.

use std::fs::File;
use std::io;
use std::sync::Arc;

use super::segment::Segment;
use super::shared_file::PositionedFile;

/// Whole lines of a file that are still to be read, by any thread.
#[derive(Debug)]
pub struct Stretch {
    pub(super) open: Arc<File>,
    /// The segment they will be, with a buffer that holds anything.
    pub(super) segment: Segment,
    /// How many bytes they have.
    pub(super) length: usize,
}

impl Stretch {
    /// The index of the file.
    #[must_use]
    pub fn file(&self) -> usize {
        self.segment.file
    }

    /// Reads the lines. Those that a file lost since their place was found are not there.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn read(self) -> io::Result<Segment> {
        let Self { open, mut segment, length } = self;
        // What the buffer was used for before spares it to be zeroed.
        segment.data.resize(length, 0);
        let mut input = PositionedFile { file: &open, offset: segment.offset };
        let read = input.fill(&mut segment.data)?;
        segment.data.truncate(read);
        Ok(segment)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::Format;

    #[test]
    fn a_file_that_cannot_be_read_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let open = File::create(folder.path().join("a.log")).unwrap();
        let segment = Segment {
            file: 7,
            data: Vec::new(),
            offset: 0,
            lines_before: 0,
            oversized_line: None,
            format: Arc::new(Format::from_file_name("a.log")),
        };
        let stretch = Stretch { open: Arc::new(open), segment, length: 1 };
        assert_eq!(stretch.file(), 7);
        assert!(stretch.read().is_err());
    }
}
