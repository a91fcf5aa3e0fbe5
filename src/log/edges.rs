//! The beginning and the end of a text of which the middle is not kept.

use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::path::Path;

use sha2::{Digest, Sha256};

use super::shared_file::SharedFile;
use super::text_kind::TextKind;
use super::text_source::TextSource;

/// The first and the last bytes of a text, at most [`EDGE`] of each, and its length in bytes.
///
/// Those of two texts that follow each other give those of both together: what was read of a file can
/// be known again without reading it twice, and also when it can no longer be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Edges {
    head: Vec<u8>,
    tail: Vec<u8>,
    length: u64,
}

/// A digest of a text's [`Edges`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fingerprint(pub(crate) [u8; 32]);

/// How many bytes are kept of either end. The header of a protocol log, whose `#Date` differs from
/// file to file, has less than half of that.
const EDGE: usize = 512;

impl Edges {
    /// Those of a file up to a place (of the decoded text of a UTF-16 file); `None` if it does not
    /// reach as far.
    ///
    /// # Errors
    /// The file cannot be opened or read.
    pub(crate) fn of_file(path: &Path, offset: u64) -> io::Result<Option<Self>> {
        let (start, source) = TextSource::open(path)?;
        let kind = TextKind::of(&start);
        let rest: Box<dyn Read + Send> = match source {
            TextSource::File(mut file) if kind == TextKind::Plain => {
                file.seek(SeekFrom::Start(0))?;
                return Self::of_text(&mut file, offset, |file: &mut SharedFile, count| {
                    file.seek_relative(count.try_into().map_err(io::Error::other)?)
                });
            }
            TextSource::File(file) => Box::new(file),
            TextSource::Stream(stream, _) => stream,
        };
        let mut text = kind.decode(Cursor::new(start).chain(rest));
        Self::of_text(&mut text, offset, skip_by_reading)
    }

    fn of_text<R: Read>(
        text: &mut R,
        length: u64,
        skip: impl Fn(&mut R, u64) -> io::Result<()>,
    ) -> io::Result<Option<Self>> {
        let head_end = length.min(EDGE as u64);
        let tail_start = length.saturating_sub(EDGE as u64).max(head_end);
        let mut head = Vec::with_capacity(EDGE);
        text.by_ref().take(head_end).read_to_end(&mut head)?;
        skip(text, tail_start - head_end)?;
        let mut tail = if tail_start == head_end { head.clone() } else { Vec::new() };
        let rest = text.by_ref().take(length - tail_start).read_to_end(&mut tail)? as u64;
        let is_all = head.len() as u64 == head_end && rest == length - tail_start;
        keep_last(&mut tail);
        Ok(is_all.then_some(Self { head, tail, length }))
    }

    /// How many bytes the text has.
    pub(crate) fn length(&self) -> u64 {
        self.length
    }

    /// Appends a text.
    pub(crate) fn append(&mut self, text: &[u8]) {
        let room = EDGE - self.head.len();
        self.head.extend_from_slice(&text[..room.min(text.len())]);
        self.tail.extend_from_slice(&text[text.len().saturating_sub(EDGE)..]);
        keep_last(&mut self.tail);
        self.length += text.len() as u64;
    }

    /// Appends a text of which only the edges are known.
    pub(crate) fn append_edges(&mut self, text: &Self) {
        let room = EDGE - self.head.len();
        self.head.extend_from_slice(&text.head[..room.min(text.head.len())]);
        self.tail.extend_from_slice(&text.tail);
        keep_last(&mut self.tail);
        self.length += text.length;
    }

    pub(crate) fn fingerprint(&self) -> Fingerprint {
        // The bytes of the tail that are not also of the head.
        let behind_head = usize::try_from(self.length).unwrap_or(usize::MAX) - self.head.len();
        let tail = &self.tail[self.tail.len() - behind_head.min(self.tail.len())..];
        Fingerprint(Sha256::new().chain_update(&self.head).chain_update(tail).finalize().into())
    }
}

fn keep_last(bytes: &mut Vec<u8>) {
    bytes.drain(..bytes.len().saturating_sub(EDGE));
}

/// Passes over bytes of a text that cannot be entered in its middle.
pub(super) fn skip_by_reading<R: Read>(text: &mut R, count: u64) -> io::Result<()> {
    io::copy(&mut text.by_ref().take(count), &mut io::sink()).map(drop)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn edges(content: &[u8], offset: u64) -> Option<Edges> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.log");
        std::fs::write(&path, content).unwrap();
        Edges::of_file(&path, offset).unwrap()
    }

    fn fingerprint(content: &[u8], offset: u64) -> Option<Fingerprint> {
        edges(content, offset).map(|edges| edges.fingerprint())
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

    proptest! {
        #[test]
        fn edges_of_parts_give_those_of_all(
            parts in prop::collection::vec((0..1500_usize, any::<bool>()), 0..6),
        ) {
            let length = parts.iter().map(|(length, _)| length).sum::<usize>();
            let text: Vec<u8> = (0..length).map(|at| u8::try_from(at % 251).unwrap()).collect();
            let (mut edges_of_parts, mut rest) = (Edges::default(), &text[..]);
            for (length, by_edges) in parts {
                let (part, behind) = rest.split_at(length);
                rest = behind;
                if by_edges {
                    let mut of_part = Edges::default();
                    of_part.append(part);
                    edges_of_parts.append_edges(&of_part);
                } else {
                    edges_of_parts.append(part);
                }
            }
            prop_assert_eq!(Some(edges_of_parts), edges(&text, length as u64));
        }
    }
}
