//! Lines of a file read together.

use std::path::Path;
use std::sync::Arc;

use fearless_simd::prelude::*;
use fearless_simd::{Level, dispatch};
use memchr::memchr;

use super::edges::Edges;
use super::format::Format;
use super::header_lines::{find_header_line, read_header_lines};
use super::iis::{IisFormat, IisRow};
use super::line::Line;
use super::notice::{Notice, Trouble};
use super::row::{Row, RowError};
use super::row_parser::RowParser;
use super::row_receiver::{RowPart, RowReceiver};

/// Complete lines of one file. All of them are rows under one format, up to a header line that names
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
    /// What lies between the end of the segment before, or the beginning of the file, and `data`.
    pub(crate) skipped: Edges,
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
    /// A segment of a log without a header, to test with.
    #[cfg(test)]
    pub(crate) fn of_rows(text: &str) -> Self {
        Self {
            file: 0,
            data: text.as_bytes().to_vec(),
            offset: 0,
            lines_before: 0,
            oversized_line: None,
            format: Arc::new(Format::from_file_name("SEND.LOG")),
            skipped: Edges::default(),
        }
    }

    /// Passes all rows to a receiver, and every line that is neither a row nor blank, up to a header
    /// line that names another format. Header lines that repeat the format, as a restarted service
    /// writes them, are passed over.
    pub fn read_rows(&self, receiver: &mut impl RowReceiver) -> LinesRead {
        dispatch!(Level::new(), simd => self.read_rows_with(simd, receiver))
    }

    #[expect(clippy::inline_always, reason = "compiled for what each processor can do")]
    #[inline(always)]
    fn read_rows_with<S: Simd>(&self, simd: S, receiver: &mut impl RowReceiver) -> LinesRead {
        let data = &self.data[..];
        let mut parser = RowParser::new(simd, &self.format.columns, data);
        let mut number = 0;
        let mut start = 0;
        while start < data.len() {
            // A line that is not as expected stands between the rows before and behind it.
            let mut is_further = false;
            while let Some(parser) = &mut parser
                && let Some(row) = parser.parse_expected(start)
            {
                let part = row.part(start, number);
                if is_further && row.is_alike && !part.is_opening {
                    receiver.further_row(part);
                } else {
                    receiver.row(parser.session_id(), part, || parser.row(row));
                }
                is_further = true;
                number += 1;
                start += row.next;
            }
            if start == data.len() {
                break;
            }
            let (line, next) = Line::at(data, start, number);
            let text = &data[line.start..line.end];
            if text.starts_with(b"#") {
                if !self.format.is_repeated_by(text) {
                    return LinesRead { count: number, header_line: Some(start) };
                }
            } else if !text.is_empty() {
                match Row::parse(text, &self.format.columns) {
                    Ok(row) => {
                        let part = RowPart::of_row(&row, line, data);
                        receiver.row(row.session_id, part, || row);
                    }
                    Err(error) => receiver.damage(line, error),
                }
            }
            number += 1;
            start = next;
        }
        LinesRead { count: number, header_line: None }
    }

    /// Calls `each` with every line that is not blank, and with its row or what is wrong with it,
    /// where this is a segment of a log of IIS. Returns how many lines there are.
    pub fn for_each_iis_row<'data>(
        &'data self,
        format: &IisFormat,
        mut each: impl FnMut(Line, Result<IisRow<'data>, RowError>),
    ) -> u64 {
        let data = &self.data[..];
        let (mut number, mut start) = (0, 0);
        while start < data.len() {
            let newline = memchr(b'\n', &data[start..]).map(|length| start + length);
            let next = newline.map_or(data.len(), |newline| newline + 1);
            let end = start + data[start..newline.unwrap_or(next)].trim_ascii_end().len();
            if end > start {
                let line = Line { number, start, end, is_terminated: newline.is_some() };
                each(line, format.parse(&data[start..end]));
            }
            number += 1;
            start = next;
        }
        number
    }

    /// The lines behind the header lines that begin there, up to the next header line, and where that
    /// begins.
    ///
    /// # Errors
    /// The notice that gives the file up, if what they name is no log of SMTP. Its line counts
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
            skipped: Edges::default(),
        };
        Ok((part, next))
    }
}

#[cfg(test)]
pub(super) mod tests;
