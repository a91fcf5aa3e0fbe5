//! Opening a file, whatever it lies in.

use std::io::{self, BufReader, Cursor, Read, Seek, SeekFrom};
use std::path::Path;

use flate2::read::MultiGzDecoder;

use super::archive;
use super::file::{MAXIMUM_UNPACKED, open_shared};
use super::guard::{Counted, Guard};
use super::standard_input::{self, is_standard_input};

/// How a gzip stream begins (RFC 1952, 2.3.1).
const GZIP: &[u8] = b"\x1F\x8B\x08";
/// Opens a file, unpacked: from its beginning to its end.
///
/// # Errors
/// The file cannot be opened, or is an entry that cannot be unpacked; the error says why. While it
/// is read: it is damaged, or unpacks to more than [`MAXIMUM_UNPACKED`] bytes or 200 times its size.
pub fn open(path: &Path) -> io::Result<Box<dyn Read + Send>> {
    match open_special(path)? {
        Some(stream) => Ok(stream),
        None => unpacked(Box::new(open_shared(path)?)),
    }
}

/// Opens a file as [`open`] does, from that byte of its unpacked content on: in a file that is not
/// packed without reading what stands before.
///
/// # Errors
/// Those of [`open`].
pub fn open_from(path: &Path, offset: u64) -> io::Result<Box<dyn Read + Send>> {
    let mut content = if let Some(stream) = open_special(path)? {
        stream
    } else {
        let mut file = open_shared(path)?;
        let mut start = Vec::with_capacity(GZIP.len());
        file.by_ref().take(GZIP.len() as u64).read_to_end(&mut start)?;
        if !is_gzip(&start) {
            file.seek(SeekFrom::Start(offset))?;
            return Ok(Box::new(file));
        }
        file.rewind()?;
        gunzip(file)
    };
    io::copy(&mut content.by_ref().take(offset), &mut io::sink())?;
    Ok(content)
}

/// Opens what is no file of the file system: standard input, or an entry of an archive. `None` for
/// all else.
///
/// # Errors
/// Those of [`open`].
pub fn open_special(path: &Path) -> io::Result<Option<Box<dyn Read + Send>>> {
    if is_standard_input(path) {
        return unpacked(standard_input::stream()).map(Some);
    }
    match archive::open_entry(path)? {
        Some(entry) => unpacked(entry).map(Some),
        None => Ok(None),
    }
}

/// Whether content begins like a gzip stream.
#[must_use]
pub fn is_gzip(start: &[u8]) -> bool {
    start.starts_with(GZIP)
}

/// The text of a gzip stream, within the limits.
pub fn gunzip(packed: impl Read + Send + 'static) -> Box<dyn Read + Send> {
    let (packed, taken) = Counted::new(packed);
    Box::new(Guard::new(MultiGzDecoder::new(BufReader::new(packed)), taken, MAXIMUM_UNPACKED))
}

/// The content of a file, unpacked.
///
/// # Errors
/// Those of [`open`]; [`io::ErrorKind::FileTooLarge`] above `maximum` bytes.
pub fn read(path: &Path, maximum: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open(path)?.take(maximum + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > maximum {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    Ok(bytes)
}

/// The first bytes of a file, unpacked.
///
/// # Errors
/// Those of [`open`].
pub fn beginning(path: &Path, length: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open(path)?.take(length).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Without the compression that content begins with, if any.
fn unpacked(mut input: Box<dyn Read + Send>) -> io::Result<Box<dyn Read + Send>> {
    let mut start = Vec::with_capacity(GZIP.len());
    input.by_ref().take(GZIP.len() as u64).read_to_end(&mut start)?;
    let is_packed = is_gzip(&start);
    let input = Cursor::new(start).chain(input);
    Ok(if is_packed { gunzip(input) } else { Box::new(input) })
}
