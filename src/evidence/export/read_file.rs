//! The bytes of an exported file, of bounded size.

use std::io;
use std::path::Path;

use super::problem::EvidenceError;
use crate::input;

/// The largest file that is read, in bytes.
const MAXIMUM_SIZE: u64 = 128 * 1024 * 1024;

/// Reads a file, unpacked.
pub(in crate::evidence) fn read_file(path: &Path) -> Result<Vec<u8>, EvidenceError> {
    input::read(path, MAXIMUM_SIZE).map_err(|source| match source.kind() {
        io::ErrorKind::FileTooLarge if source.get_ref().is_none() => {
            let size = std::fs::metadata(path).map_or(MAXIMUM_SIZE, |metadata| metadata.len());
            EvidenceError::TooLarge { path: path.to_owned(), size, maximum: MAXIMUM_SIZE }
        }
        _ => EvidenceError::Unreadable { path: path.to_owned(), source },
    })
}
