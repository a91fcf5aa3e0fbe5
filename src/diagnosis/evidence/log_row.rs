//! Where in a log the row stands that a session ended with: sessions know their first row alone.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use crate::input;
use crate::log::{Format, Row};

/// What is read of a file to find a row, in bytes: a session lies close together.
const MAXIMUM_BYTES: u64 = 64 << 20;
/// What is compared of a text, in bytes.
const COMPARED: usize = 60;

/// The line of the first row of that session, from `first_line` on, whose data or context begins as
/// the text does, or holds the first line of it. `None` where there is none, or the file cannot be
/// read (any more).
pub(crate) fn find_row_of_session(
    path: &Path,
    first_line: u64,
    session_id: &str,
    text: &str,
) -> Option<u64> {
    let session_id = u64::from_str_radix(session_id, 16).ok()?;
    let text = text.as_bytes();
    let wanted = text.get(..COMPARED.min(text.len())).filter(|text| !text.is_empty())?;
    let is_it = |field: &[u8]| {
        // Of a reply in several lines a row holds one.
        field.starts_with(wanted) || (field.len() > 8 && text.starts_with(field))
    };
    let mut format = Format::from_file_name("");
    let mut reader = BufReader::new(input::open(path).ok()?.take(MAXIMUM_BYTES));
    let mut row = Vec::new();
    let mut line = 0;
    while reader.read_until(b'\n', &mut row).ok()? > 0 {
        line += 1;
        let bytes = row.trim_ascii_end();
        if bytes.starts_with(b"#") {
            format.read_header_line(bytes).ok()?;
        } else if line >= first_line
            && let Ok(row) = Row::parse(bytes, &format.columns)
            && row.session_id == session_id
            && (is_it(&row.data.value()) || is_it(&row.context.value()))
        {
            return Some(line);
        }
        row.clear();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: &str, event: &str, data: &str) -> String {
        format!("2026-11-15T01:02:03.100Z,To EOP,{id},1,,192.0.2.1:25,{event},{data},\r\n")
    }

    #[test]
    fn the_row_of_the_session_is_found_and_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("SEND.LOG");
        let (own, other) = ("08DE23A1F00D0001", "08DE23A1F00D0002");
        let naming = format!("session id {own}; 550 5.7.64 no");
        let rows = [
            row(own, "<", "220 x"),
            row(other, "<", "550 5.7.64 no"),
            row(other, "*", &naming),
            row(own, ">", "RCPT TO:<550 5.7.64 no>"),
            row(own, "<", "\"550 5.7.64 \"\"no\"\", not\""),
            row(own, "-", ""),
        ];
        std::fs::write(&path, rows.concat()).unwrap();
        let find = |from, text| find_row_of_session(&path, from, own, text);
        assert_eq!(find(1, "550 5.7.64 \"no\", not"), Some(5));
        assert_eq!(find(1, "550 5.7.64 \"no\", not in several lines, joined"), Some(5));
        assert_eq!(find(6, "550 5.7.64"), None);
        assert_eq!(find(1, ""), None);
        assert_eq!(find_row_of_session(&folder.path().join("none"), 1, own, "550"), None);
    }
}
