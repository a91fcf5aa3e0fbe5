//! How the lines of a file are written: by what bytes, with which line ends.

use std::io::{self, Read};

use encoding_rs_io::DecodeReaderBytesBuilder;
use memchr::memchr;

/// How the text of a file is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TextKind {
    /// Its bytes are the text.
    Plain,
    /// UTF-16 with a byte order mark.
    Utf16,
    /// Its lines end with a carriage return alone, as some editors and transfers leave them.
    ReturnsAlone,
}

/// How much of a file's beginning decides: more than a line has, mostly.
pub(super) const SAMPLE: usize = 4096;

impl TextKind {
    /// The kind of a file that begins so.
    pub(super) fn of(start: &[u8]) -> Self {
        if start.starts_with(b"\xFF\xFE") || start.starts_with(b"\xFE\xFF") {
            return Self::Utf16;
        }
        // The last byte may be the first one of a usual line end.
        let within = start.get(..start.len().saturating_sub(1)).unwrap_or_default();
        if memchr(b'\r', within).is_some() && memchr(b'\n', start).is_none() {
            Self::ReturnsAlone
        } else {
            Self::Plain
        }
    }

    /// Reads such a file as UTF-8 with line feeds.
    pub(super) fn decode(self, file: impl Read + Send + 'static) -> Box<dyn Read + Send> {
        match self {
            Self::Plain => Box::new(file),
            Self::Utf16 => Box::new(DecodeReaderBytesBuilder::new().strip_bom(true).build(file)),
            Self::ReturnsAlone => Box::new(ReturnsAsLineFeeds(file)),
        }
    }
}

/// Reads carriage returns as line feeds.
struct ReturnsAsLineFeeds<R>(R);

impl<R: Read> Read for ReturnsAsLineFeeds<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.0.read(buffer)?;
        for byte in buffer.iter_mut().take(length).filter(|byte| **byte == b'\r') {
            *byte = b'\n';
        }
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_beginning_of_a_file_decides_its_kind() {
        for (start, expected) in [
            (&b"#Software: x\r#Version: 15\r"[..], TextKind::ReturnsAlone),
            (b"#Software: x\r\n#Version: 15\r\n", TextKind::Plain),
            (b"#Software: x\r", TextKind::Plain),
            (b"a\rb\n", TextKind::Plain),
            (b"\xFF\xFE#\0", TextKind::Utf16),
            (b"", TextKind::Plain),
        ] {
            assert_eq!(TextKind::of(start), expected, "{start:?}");
        }
    }
}
