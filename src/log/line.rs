//! Lines of a segment.

use memchr::memchr;

/// One line of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its number in the segment, counted from 0.
    pub number: u64,
    /// Where it begins in the segment's data.
    pub start: usize,
    /// Where it ends, without its line end.
    pub end: usize,
    /// Whether it has a line end.
    pub is_terminated: bool,
}

impl Line {
    /// The line that begins there, and where the next one does.
    pub(super) fn at(data: &[u8], start: usize, number: u64) -> (Self, usize) {
        let rest = data.get(start..).unwrap_or_default();
        let newline = memchr(b'\n', rest);
        let line = &rest[..newline.unwrap_or(rest.len())];
        let end = start + line.strip_suffix(b"\r").unwrap_or(line).len();
        let next = start + newline.map_or(rest.len(), |newline| newline + 1);
        (Self { number, start, end, is_terminated: newline.is_some() }, next)
    }
}
