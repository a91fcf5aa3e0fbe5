//! Where in a log the row stands that a session ended with: sessions know their first row alone.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use super::incident::LastSession;
use crate::log::{Event, Format, Row, open_text};

/// What is read of a file from where the session begins, in bytes: its rows lie close together.
const MAXIMUM_BYTES: u64 = 8 << 20;
/// The same where it is not known where it begins.
const MAXIMUM_BYTES_FROM_START: u64 = 64 << 20;
/// What is compared of a text, in bytes.
const COMPARED: usize = 60;

/// The first row of that session whose data or context begins as the text does, or holds the first
/// line of it: its line, and what it says. `None` where there is none, or the file cannot be read (any more).
pub(crate) fn find_row_of_session(session: &LastSession, text: &str) -> Option<(u64, String)> {
    let session_id = u64::from_str_radix(&session.session_id, 16).ok()?;
    let text = text.as_bytes();
    let wanted = text.get(..COMPARED.min(text.len())).filter(|text| !text.is_empty())?;
    let is_it = |field: &[u8]| {
        // Of a reply in several lines a row holds one.
        field.starts_with(wanted) || (field.len() > 8 && text.starts_with(field))
    };
    let mut format = Format::from_file_name("");
    let (mut line, limit) = if session.offset == 0 {
        (0, MAXIMUM_BYTES_FROM_START)
    } else {
        read_header(&session.path, &mut format)?;
        (session.line.checked_sub(1)?, MAXIMUM_BYTES)
    };
    let content = open_text(&session.path, session.offset).ok()?;
    let mut reader = BufReader::new(content.take(limit));
    let mut row = Vec::new();
    while reader.read_until(b'\n', &mut row).ok()? > 0 {
        line += 1;
        let bytes = row.trim_ascii_end();
        if bytes.starts_with(b"#") {
            format.read_header_line(bytes).ok()?;
        } else if line >= session.line
            && let Ok(row) = Row::parse(bytes, &format.columns)
            && row.session_id == session_id
        {
            let fields = [row.data.value(), row.context.value()];
            if let Some(field) = fields.iter().find(|field| is_it(field)) {
                return Some((line, String::from_utf8_lossy(field).into_owned()));
            }
            if row.event == Event::Disconnect {
                return None;
            }
        }
        row.clear();
    }
    None
}

/// Reads the lines that begin with `#` at the beginning of a file.
fn read_header(path: &Path, format: &mut Format) -> Option<()> {
    let mut reader = BufReader::new(open_text(path, 0).ok()?.take(MAXIMUM_BYTES));
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line).ok()? > 0 {
        let content = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&line).trim_ascii_end();
        if !content.starts_with(b"#") {
            break;
        }
        format.read_header_line(content).ok()?;
        line.clear();
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::Arc;

    use super::*;
    use crate::timestamp::Timestamp;

    fn row(id: &str, event: &str, data: &str) -> String {
        format!("2026-11-15T01:02:03.100Z,To EOP,{id},1,,192.0.2.1:25,{event},{data},\r\n")
    }

    #[test]
    fn the_row_of_the_session_is_found_and_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let path: Arc<Path> = folder.path().join("SEND.LOG").into();
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
        fs::write(&path, rows.concat()).unwrap();
        let offset_of =
            |line: u64| rows[..usize::try_from(line).unwrap() - 1].concat().len() as u64;
        let find = |line, offset, text| {
            let path = Arc::clone(&path);
            let (time, session_id) = (Timestamp::from_ticks(0).unwrap(), own.to_owned());
            let session = LastSession { time, path, line, offset, session_id };
            find_row_of_session(&session, text).map(|(line, _)| line)
        };
        for is_known in [false, true] {
            let find = |line, text| find(line, if is_known { offset_of(line) } else { 0 }, text);
            assert_eq!(find(1, "550 5.7.64 \"no\", not"), Some(5));
            assert_eq!(find(4, "550 5.7.64 \"no\", not"), Some(5));
            assert_eq!(find(1, "550 5.7.64 \"no\", not in several lines, joined"), Some(5));
            assert_eq!(find(5, "550 5.7.64 \"no\", not"), Some(5));
            assert_eq!(find(6, "550 5.7.64"), None);
            // Another session alone says so.
            assert_eq!(find(1, "550 5.7.64 no"), None);
            assert_eq!(find(1, ""), None);
        }
        fs::remove_file(&path).unwrap();
        assert_eq!(find(1, 0, "550"), None);
    }

    /// The columns are those of the header, of which a session in the middle of the file holds nothing.
    #[test]
    fn the_row_is_read_by_the_header_of_its_file() {
        let folder = tempfile::tempdir().unwrap();
        let path: Arc<Path> = folder.path().join("SEND.LOG").into();
        let own = "08DE23A1F00D0001";
        let header = "\u{feff}#Software: Microsoft Exchange Server\r\n#Fields: date-time,session-id,\
                      connector-id,sequence-number,local-endpoint,remote-endpoint,event,data,context\r\n";
        let row = |data: &str| {
            format!("2026-11-15T01:02:03.100Z,{own},To EOP,1,,192.0.2.1:25,<,{data},\r\n")
        };
        let rows = [row("220 x"), row("250-SIZE"), row("250-SIZE 157286400")].concat();
        fs::write(&path, [header, &rows].concat()).unwrap();
        let find = |offset: usize, text| {
            let (time, session_id) = (Timestamp::from_ticks(0).unwrap(), own.to_owned());
            let (path, offset) = (Arc::clone(&path), offset as u64);
            find_row_of_session(&LastSession { time, path, line: 3, offset, session_id }, text)
        };
        for offset in [0, header.len()] {
            // The row of eight bytes is too short to be the beginning of a text.
            assert_eq!(find(offset, "250-SIZE 157286400").map(|(line, _)| line), Some(5));
            assert_eq!(find(offset, "220 x").map(|(line, _)| line), Some(3));
            assert_eq!(find(offset, "550"), None);
        }
    }

    /// Where a session begins is a place in the text as it was read.
    #[test]
    fn the_row_is_found_however_the_lines_are_written() {
        let own = "08DE23A1F00D0001";
        let before = row("08DE23A1F00D0002", "<", "220 \u{e9}");
        let rows =
            [before.clone(), row(own, "<", "220 x"), row(own, "<", "550 5.7.64 no")].concat();
        let utf16 = rows.encode_utf16().flat_map(u16::to_le_bytes);
        for (content, offset) in [
            (rows.clone().into_bytes(), before.len()),
            (rows.replace("\r\n", "\n").into_bytes(), before.len() - 1),
            (rows.replace("\r\n", "\r").into_bytes(), before.len() - 1),
            ([0xFF, 0xFE].into_iter().chain(utf16).collect(), before.len()),
        ] {
            let folder = tempfile::tempdir().unwrap();
            let path: Arc<Path> = folder.path().join("SEND.LOG").into();
            fs::write(&path, content).unwrap();
            let (time, session_id) = (Timestamp::from_ticks(0).unwrap(), own.to_owned());
            let session = LastSession { time, path, line: 2, offset: offset as u64, session_id };
            let found = find_row_of_session(&session, "550 5.7.64 no");
            assert_eq!(found, Some((3, "550 5.7.64 no".to_owned())));
        }
    }
}
