//! Where in a log the row stands that a session ended with: sessions know their first row alone.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

/// What is read of a file to find a row, in bytes: a session lies close together.
const MAXIMUM_BYTES: u64 = 64 << 20;
/// What is compared of a text, in bytes.
const COMPARED: usize = 60;

/// The line of the first row, from `first_line` on, that holds the session's id and the beginning
/// of the text. `None` where there is none, or the file cannot be read (any more).
pub(crate) fn find_row_of_session(
    path: &Path,
    first_line: u64,
    session_id: &str,
    text: &str,
) -> Option<u64> {
    // A quotation mark is doubled in the log.
    let text = text.split('"').next()?.as_bytes();
    let text = text.get(..COMPARED.min(text.len())).filter(|text| !text.is_empty())?;
    let id = memchr::memmem::Finder::new(session_id.as_bytes());
    let wanted = memchr::memmem::Finder::new(text);
    let mut reader = BufReader::new(File::open(path).ok()?.take(MAXIMUM_BYTES));
    let mut row = Vec::new();
    let mut line = 0;
    while reader.read_until(b'\n', &mut row).ok()? > 0 {
        line += 1;
        if line >= first_line && id.find(&row).is_some() && wanted.find(&row).is_some() {
            return Some(line);
        }
        row.clear();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_row_of_the_session_is_found_and_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("SEND.LOG");
        let rows = "a,S1,220 x\na,S2,550 5.7.64 no\na,S1,550 5.7.64 no\na,S1,-\n";
        std::fs::write(&path, rows).unwrap();
        assert_eq!(find_row_of_session(&path, 1, "S1", "550 5.7.64 no"), Some(3));
        assert_eq!(find_row_of_session(&path, 4, "S1", "550 5.7.64 no"), None);
        assert_eq!(find_row_of_session(&path, 1, "S1", ""), None);
        assert_eq!(find_row_of_session(&folder.path().join("none"), 1, "S1", "550"), None);
    }
}
