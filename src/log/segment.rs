//! Lines of a file read together.

use std::path::Path;
use std::sync::Arc;

use fearless_simd::prelude::*;
use fearless_simd::{Level, dispatch};
use memchr::memchr;

use super::format::Format;
use super::header_lines::{find_header_line, read_header_lines};
use super::notice::{Notice, Trouble};
use super::row::{Row, RowError};
use super::row_parser::{LineEnd, RowParser};

/// Whole lines of one file. All of them are rows under one format, up to a header line that tells of
/// another one.
#[derive(Debug)]
pub struct Segment {
    /// The index of the file.
    pub file: usize,
    /// The lines with their line ends; only a file's last line can lack one.
    pub data: Vec<u8>,
    /// Where `data` begins in the file, in bytes (of the decoded text in a UTF-16 file).
    pub offset: u64,
    /// Lines of the file between the segment before it and this one: header lines and oversized ones.
    pub lines_before: u64,
    /// The offset of a line longer than any row that was passed over just before `data`; it is the
    /// last of `lines_before`.
    pub oversized_line: Option<u64>,
    /// The format of the rows.
    pub format: Arc<Format>,
}

/// One line of a segment.
#[derive(Clone, Copy, Debug)]
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

/// How far the lines of a segment were read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinesRead {
    /// How many lines that is, blank ones among them.
    pub count: u64,
    /// Where a header line begins behind which another format holds; `None` at the segment's end.
    pub header_line: Option<usize>,
}

impl Segment {
    /// Calls `each` with every line that is not blank, and with its row or what is wrong with it, up
    /// to a header line that tells of another format. Header lines that repeat the format, as a
    /// restarted service writes them, are passed over.
    pub fn for_each_row<'data>(
        &'data self,
        each: impl FnMut(Line, Result<&Row<'data>, RowError>),
    ) -> LinesRead {
        dispatch!(Level::new(), simd => self.for_each_row_with(simd, each))
    }

    #[expect(clippy::inline_always, reason = "compiled for what each processor can do")]
    #[inline(always)]
    fn for_each_row_with<'data, S: Simd>(
        &'data self,
        simd: S,
        mut each: impl FnMut(Line, Result<&Row<'data>, RowError>),
    ) -> LinesRead {
        let data = &self.data[..];
        let mut parser = RowParser::new(simd, &self.format.columns);
        let mut number = 0;
        let mut start = 0;
        while start < data.len() {
            let expected = parser.parse_expected(&data[start..]);
            let line_end = expected.unwrap_or_else(|| line_end(&data[start..]));
            let (end, next) = (start + line_end.length, start + line_end.next);
            let line = Line { number, start, end, is_terminated: line_end.length < line_end.next };
            let plain;
            let row = if expected.is_some() {
                Ok(parser.row())
            } else if data[start] == b'#' {
                if !self.format.is_repeated_by(&data[start..end]) {
                    return LinesRead { count: number, header_line: Some(start) };
                }
                number += 1;
                start = next;
                continue;
            } else {
                plain = Row::parse(&data[start..end], &self.format.columns);
                plain.as_ref().map_err(|error| *error)
            };
            if end > start {
                each(line, row);
            }
            number += 1;
            start = next;
        }
        LinesRead { count: number, header_line: None }
    }

    /// The lines behind the header lines that begin there, up to the next header line, and where that
    /// begins.
    ///
    /// # Errors
    /// The notice that gives the file up, if what they tell of is no log of SMTP. Its line counts
    /// from that place.
    pub(crate) fn behind_header_lines(
        &self,
        at: usize,
        path: &Path,
    ) -> Result<(Self, Option<usize>), Notice> {
        let mut format = Arc::clone(&self.format);
        let mut lines_before = 0;
        let lines = self.data.get(at..).unwrap_or_default();
        let length = read_header_lines(lines, &mut format, &mut lines_before)
            .map_err(|trouble| trouble.into_notice(path))?;
        if format.iis.is_some() {
            let reason = "a log of IIS follows within it".to_owned();
            return Err(Trouble::Foreign { line: lines_before, reason }.into_notice(path));
        }
        let start = at + length;
        let next = find_header_line(&self.data[start..]).map(|next| start + next);
        let part = Self {
            file: self.file,
            data: self.data[start..next.unwrap_or(self.data.len())].to_vec(),
            offset: self.offset + start as u64,
            lines_before,
            oversized_line: None,
            format,
        };
        Ok((part, next))
    }
}

/// Where the line at the beginning of a text ends.
fn line_end(text: &[u8]) -> LineEnd {
    let newline = memchr(b'\n', text);
    let line = &text[..newline.unwrap_or(text.len())];
    LineEnd {
        length: line.strip_suffix(b"\r").unwrap_or(line).len(),
        next: newline.map_or(text.len(), |newline| newline + 1),
    }
}
