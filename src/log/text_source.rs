//! Where the text of a file comes from: the file itself, or what it unpacks to.

use std::io::{self, Cursor, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use super::shared_file::SharedFile;
use super::text_kind::{SAMPLE, TextKind};
use crate::input::{self, Counted, gunzip, is_gzip, open_special};

/// A text behind its first bytes.
pub(super) enum TextSource {
    /// The file as it stands, which can be read at any place.
    File(SharedFile),
    /// What a compressed file, an entry of an archive or standard input gives, with a count of the
    /// bytes that were taken.
    Stream(Box<dyn Read + Send>, Arc<AtomicU64>),
}

impl TextSource {
    /// Opens a file; the first [`SAMPLE`] bytes of its text, and what follows.
    pub(super) fn open(path: &Path) -> io::Result<(Vec<u8>, Self)> {
        let mut start = Vec::with_capacity(SAMPLE);
        let (mut stream, count) = if let Some(stream) = open_special(path)? {
            let (stream, count) = Counted::new(stream);
            (Box::new(stream) as Box<dyn Read + Send>, count)
        } else {
            let mut file = SharedFile::open(path)?;
            file.by_ref().take(SAMPLE as u64).read_to_end(&mut start)?;
            if !is_gzip(&start) {
                return Ok((start, Self::File(file)));
            }
            let (packed, count) = Counted::new(Cursor::new(std::mem::take(&mut start)).chain(file));
            (gunzip(packed), count)
        };
        stream.by_ref().take(SAMPLE as u64).read_to_end(&mut start)?;
        Ok((start, Self::Stream(stream, count)))
    }
}

/// Opens the text of a log as its rows were read, unpacked and as UTF-8 with line feeds, from that byte
/// of it on: where a session says that it begins.
pub(crate) fn open_text(path: &Path, offset: u64) -> io::Result<Box<dyn Read + Send>> {
    let kind = TextKind::of(&input::beginning(path, SAMPLE as u64)?);
    if kind == TextKind::Plain {
        return input::open_from(path, offset);
    }
    let mut text = kind.decode(input::open(path)?);
    io::copy(&mut text.by_ref().take(offset), &mut io::sink())?;
    Ok(text)
}
