//! The bytes of an exported file, of bounded size.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::problem::EvidenceError;

/// The largest file that is read, in bytes.
const MAXIMUM_SIZE: u64 = 128 * 1024 * 1024;

pub(in crate::evidence) fn read_file(path: &Path) -> Result<Vec<u8>, EvidenceError> {
    let unreadable = |source| EvidenceError::Unreadable { path: path.to_owned(), source };
    let file = File::open(path).map_err(unreadable)?;
    let size = file.metadata().map_err(unreadable)?.len();
    if size > MAXIMUM_SIZE {
        let (path, maximum) = (path.to_owned(), MAXIMUM_SIZE);
        return Err(EvidenceError::TooLarge { path, size, maximum });
    }
    let mut bytes = Vec::new();
    file.take(MAXIMUM_SIZE).read_to_end(&mut bytes).map_err(unreadable)?;
    Ok(bytes)
}
