//! Files as they are given: as they stand, compressed (`.gz`), inside an archive (`.zip`), or standard
//! input.
//!
//! An entry of an archive has a path below that of the archive, `case.zip/EX01/SEND20261115-1.LOG`: it
//! stands in messages and is opened like any other. Names of entries are only looked up in the
//! archive's directory and never become paths of the file system.

#![forbid(unsafe_code)]

mod archive;
mod guard;

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use flate2::read::MultiGzDecoder;

pub use archive::{PackedFile, is_archive, is_packed, packed_files};
pub(crate) use guard::Counted;
use guard::Guard;

/// The most that one file or archive may unpack to, in bytes.
pub const MAXIMUM_UNPACKED: u64 = 8 << 30;
/// How a gzip stream begins (RFC 1952, 2.3.1).
const GZIP: &[u8] = b"\x1F\x8B\x08";
/// How standard input is named.
const STANDARD_INPUT: &str = "-";

static STANDARD_INPUT_IS_OFFERED: AtomicBool = AtomicBool::new(false);

/// Lets `-` name the standard input of this process. A library inside of another process, whose
/// standard input it is not, never reads it.
pub fn offer_standard_input() {
    STANDARD_INPUT_IS_OFFERED.store(true, Ordering::Relaxed);
}

/// Whether a path names the standard input.
#[must_use]
pub fn is_standard_input(path: &Path) -> bool {
    path == Path::new(STANDARD_INPUT) && STANDARD_INPUT_IS_OFFERED.load(Ordering::Relaxed)
}

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

/// Opens what is no file of the file system: standard input, or an entry of an archive. `None` for
/// all else.
///
/// # Errors
/// Those of [`open`].
pub fn open_special(path: &Path) -> io::Result<Option<Box<dyn Read + Send>>> {
    if is_standard_input(path) {
        return unpacked(Box::new(io::stdin())).map(Some);
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

/// A file that others may write, rename or delete meanwhile.
fn open_shared(path: &Path) -> io::Result<File> {
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

#[cfg(test)]
mod tests;
