//! The header lines of a log, which stand at its beginning and again behind each restart.

use std::sync::Arc;

use memchr::{memchr, memchr_iter};

use super::format::Format;
use super::notice::Trouble;

/// Reads the header lines at the beginning of lines, and counts them and the blank lines before and
/// between them. Returns their length.
pub(super) fn read_header_lines(
    lines: &[u8],
    format: &mut Arc<Format>,
    count: &mut u64,
) -> Result<usize, Trouble> {
    let mut length = 0;
    loop {
        let line = first_line(&lines[length..]);
        match line {
            [b'#', ..] => read_header_line(line, format, count)?,
            b"\n" | b"\r\n" => *count += 1,
            _ => return Ok(length),
        }
        length += line.len();
    }
}

pub(super) fn read_header_line(
    line: &[u8],
    format: &mut Arc<Format>,
    count: &mut u64,
) -> Result<(), Trouble> {
    *count += 1;
    Arc::make_mut(format)
        .read_header_line(line.trim_ascii_end())
        .map_err(|reason| Trouble::Foreign { line: *count, reason })
}

/// The first of some lines, with its line end.
pub(super) fn first_line(lines: &[u8]) -> &[u8] {
    let length = memchr(b'\n', lines).map_or(lines.len(), |newline| newline + 1);
    &lines[..length]
}

/// Where the first line behind others begins that is a header line.
pub(super) fn find_header_line(lines: &[u8]) -> Option<usize> {
    memchr_iter(b'#', lines).find(|at| *at > 0 && lines[at - 1] == b'\n')
}
