//! Where the reading of a file stopped, and by what the file is known again.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;

use encoding_rs_io::DecodeReaderBytesBuilder;
use sha2::{Digest, Sha256};

use super::format::Format;
use super::shared_file::open_shared;

/// How far a file was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Position {
    /// Where the first line that was not read begins, in bytes (of the decoded text in a UTF-16
    /// file).
    pub(crate) offset: u64,
    /// How many lines lie before it.
    pub(crate) lines: u64,
    /// What the header lines said so far.
    pub(crate) format: Arc<Format>,
    /// Whether the file was found to be a protocol log.
    pub(crate) is_recognised: bool,
}

/// A file that was read before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KnownFile {
    /// How far it was read.
    pub(crate) position: Position,
    /// What it held there.
    pub(crate) fingerprint: Fingerprint,
}

/// How a file is to be read.
#[derive(Clone, Debug, Default)]
pub(crate) struct FileStart {
    /// How far it was read before; `None` = not at all.
    pub(crate) known: Option<KnownFile>,
    /// Whether more is to be expected of it, so that a last line without a line end is left for the
    /// next reading.
    pub(crate) is_growing: bool,
}

/// A digest of a file's beginning and of the bytes just before a place in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fingerprint(pub(crate) [u8; 32]);

/// How many bytes are taken of either end. The header of a protocol log, whose `#Date` differs from
/// file to file, has less than half of that.
const EDGE: u64 = 512;

impl Fingerprint {
    /// That of a file up to a place; `None` if the file does not reach as far.
    ///
    /// # Errors
    /// The file cannot be opened or read.
    pub(crate) fn of(path: &Path, offset: u64) -> io::Result<Option<Self>> {
        let mut file = open_shared(path)?;
        let mut mark = Vec::with_capacity(2);
        file.by_ref().take(2).read_to_end(&mut mark)?;
        file.seek(SeekFrom::Start(0))?;
        if mark == b"\xFF\xFE" || mark == b"\xFE\xFF" {
            let mut text = DecodeReaderBytesBuilder::new().strip_bom(true).build(file);
            Self::of_edges(&mut text, offset, skip_by_reading)
        } else {
            Self::of_edges(&mut file, offset, |file: &mut File, count| {
                file.seek_relative(count.try_into().map_err(io::Error::other)?)
            })
        }
    }

    fn of_edges<R: Read>(
        text: &mut R,
        offset: u64,
        skip: impl Fn(&mut R, u64) -> io::Result<()>,
    ) -> io::Result<Option<Self>> {
        let head_end = offset.min(EDGE);
        let tail_start = offset.saturating_sub(EDGE).max(head_end);
        let mut edges = Vec::new();
        text.by_ref().take(head_end).read_to_end(&mut edges)?;
        skip(text, tail_start - head_end)?;
        text.by_ref().take(offset - tail_start).read_to_end(&mut edges)?;
        let is_whole = edges.len() as u64 == head_end + (offset - tail_start);
        Ok(is_whole.then(|| Self(Sha256::digest(&edges).into())))
    }
}

/// Passes over bytes of a text that cannot be entered in its middle.
pub(super) fn skip_by_reading<R: Read>(text: &mut R, count: u64) -> io::Result<()> {
    io::copy(&mut text.by_ref().take(count), &mut io::sink()).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fingerprint(content: &[u8], offset: u64) -> Option<Fingerprint> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.log");
        std::fs::write(&path, content).unwrap();
        Fingerprint::of(&path, offset).unwrap()
    }

    #[test]
    fn a_file_that_only_grew_is_known_again_and_a_changed_one_is_not() {
        let content: Vec<u8> = (0..4000_u32).map(|number| (number % 251) as u8).collect();
        for offset in [0, 1, 511, 512, 513, 1000, 1024, 1025, 3000] {
            let before = fingerprint(&content[..offset], offset as u64);
            assert_eq!(fingerprint(&content, offset as u64), before, "{offset}");
            for changed in [0, offset.saturating_sub(1)] {
                let mut other = content.clone();
                other[changed] ^= 1;
                let is_same = fingerprint(&other, offset as u64) == before;
                assert_eq!(is_same, offset == 0, "{offset} {changed}");
            }
        }
        assert_eq!(fingerprint(&content, 4001), None);
        assert_eq!(fingerprint(&content[..10], 600), None);
    }

    #[test]
    fn the_text_of_a_utf_16_file_counts() {
        let text = "#Fields: date-time,session-id\r\n".repeat(40);
        let units = |text: &str| -> Vec<u8> {
            std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
        };
        let offset = text.len() as u64;
        let grown = units(&format!("{text}more\r\n"));
        assert_eq!(fingerprint(&grown, offset), fingerprint(text.as_bytes(), offset));
        assert_eq!(fingerprint(&units(&text), offset + 1), None);
    }
}
