//! Files in segments of whole lines, read in order and in bounded memory.

use std::path::Path;
use std::sync::Arc;

use memchr::memchr;

use super::discovery::LogFile;
use super::format::Format;
use super::header_lines::{find_header_line, read_header_lines};
use super::notice::{Notice, Trouble};
use super::open_file::{OpenFile, Step};
use super::position::{FileStart, Fingerprint, KnownFile};
use super::row::{Row, RowError};
use super::row_parser::{LineEnd, RowParser};
use super::stretch::Stretch;

/// What [`SegmentReader`] hands out.
#[derive(Debug)]
pub enum SegmentReaderItem {
    /// Lines of a file.
    Segment(Segment),
    /// Lines of a file that are still to be read, which needs no order.
    Stretch(Stretch),
    /// There is no more of a file.
    FileEnd(FileEnd),
}

/// A file that was read to its end or given up.
#[derive(Debug)]
pub struct FileEnd {
    /// The index of the file.
    pub file: usize,
    /// What gave it up; its line counts from the end of the file's last segment.
    pub notice: Option<Notice>,
    /// What was met beside its contents.
    pub notices: Vec<Notice>,
    /// How far it was read, if that was asked for; its lines are counted from the end of its last
    /// segment. `None` if it could not be read, or is no longer what was read.
    pub(crate) known: Option<KnownFile>,
}

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
        mut each: impl FnMut(Line, Result<&Row<'data>, RowError>),
    ) -> LinesRead {
        let data = &self.data[..];
        let mut parser = RowParser::new(&self.format.columns);
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

/// Reads files one after the other, in segments.
pub struct SegmentReader {
    files: Arc<[LogFile]>,
    next_file: usize,
    current: Option<OpenFile>,
    segment_size: usize,
    spare_buffers: Vec<Vec<u8>>,
    bytes_read: u64,
    /// By the index of the file; none = all are read whole, and nobody asks where they end.
    starts: Vec<FileStart>,
    /// What the file being read is read on from.
    resumed: Option<KnownFile>,
    notices: Vec<Notice>,
}

/// The size of a segment unless a caller asks for another.
pub(crate) const SEGMENT_SIZE: usize = 1 << 20;

impl SegmentReader {
    /// A reader of these files. A segment has about `segment_size` bytes; one line always fits.
    #[must_use]
    pub fn new(files: Arc<[LogFile]>, segment_size: usize) -> Self {
        Self {
            files,
            next_file: 0,
            current: None,
            segment_size: segment_size.max(16),
            spare_buffers: Vec::new(),
            bytes_read: 0,
            starts: Vec::new(),
            resumed: None,
            notices: Vec::new(),
        }
    }

    /// A reader that reads each file on from where it was read before.
    pub(crate) fn resume(
        files: Arc<[LogFile]>,
        segment_size: usize,
        starts: Vec<FileStart>,
    ) -> Self {
        Self { starts, ..Self::new(files, segment_size) }
    }

    /// The next item; `None` when every file is read.
    pub fn next_item(&mut self) -> Option<SegmentReaderItem> {
        loop {
            let mut open = match self.current.take().map_or_else(|| self.open_next(), Ok) {
                Ok(open) => open,
                Err(item) => return item,
            };
            let result = open.next_segment(&mut self.spare_buffers, self.segment_size);
            self.bytes_read += open.take_bytes_read();
            match result {
                Ok(Step::Segment(segment)) => {
                    self.current = Some(open);
                    return Some(SegmentReaderItem::Segment(segment));
                }
                Ok(Step::Stretch(stretch)) => {
                    self.current = Some(open);
                    return Some(SegmentReaderItem::Stretch(stretch));
                }
                Ok(Step::Again) => self.current = Some(open),
                Ok(Step::End) => {
                    let known = self.known_end(&open);
                    let end = self.file_end(open.index, None);
                    self.recycle(open.into_buffer());
                    return Some(SegmentReaderItem::FileEnd(FileEnd { known, ..end }));
                }
                Err(trouble) => {
                    let notice = trouble.into_notice(&self.files[open.index].path);
                    let end = self.file_end(open.index, Some(notice));
                    return Some(SegmentReaderItem::FileEnd(end));
                }
            }
        }
    }

    fn open_next(&mut self) -> Result<OpenFile, Option<SegmentReaderItem>> {
        let index = self.next_file;
        let file = self.files.get(index).ok_or(None)?;
        self.next_file += 1;
        let start = self.starts.get(index).cloned().unwrap_or_default();
        let checked = start.known.map_or(Ok(None), |known| {
            let found = Fingerprint::of(&file.path, known.position.offset)?;
            if found == Some(known.fingerprint) {
                return Ok(Some(known));
            }
            let lines = known.position.lines;
            self.notices.push(Notice::replaced(&file.path, found.is_none(), lines));
            Ok(None)
        });
        let path = Arc::clone(&file.path);
        checked
            .and_then(|known| {
                self.resumed = known;
                let position = self.resumed.as_ref().map(|known| &known.position);
                OpenFile::open(index, &path, position, start.is_growing)
            })
            .map_err(|error| {
                let notice = Notice::unreadable(&path, &error);
                Some(SegmentReaderItem::FileEnd(self.file_end(index, Some(notice))))
            })
    }

    fn file_end(&mut self, file: usize, notice: Option<Notice>) -> FileEnd {
        FileEnd { file, notice, notices: std::mem::take(&mut self.notices), known: None }
    }

    /// How far a file was read that is at its end, if that was asked for.
    fn known_end(&mut self, open: &OpenFile) -> Option<KnownFile> {
        self.starts.get(open.index)?;
        let position = open.position();
        let resumed = self.resumed.take();
        let is_as_before = |known: &KnownFile| known.position.offset == position.offset;
        let path = &self.files[open.index].path;
        let fingerprint = match resumed.filter(is_as_before) {
            Some(known) => Ok(Some(known.fingerprint)),
            None => Fingerprint::of(path, position.offset),
        };
        match fingerprint {
            Ok(fingerprint) => fingerprint.map(|fingerprint| KnownFile { position, fingerprint }),
            Err(error) => {
                self.notices.push(Notice::unreadable(path, &error));
                None
            }
        }
    }

    /// Takes the buffer of a segment back, to be filled again.
    pub fn recycle(&mut self, buffer: Vec<u8>) {
        if buffer.capacity() > 0 {
            self.spare_buffers.push(buffer);
        }
    }

    /// Bytes read so far, of all files.
    #[must_use]
    pub fn bytes_read(&self) -> u64 {
        self.bytes_read
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::NoticeCode;
    use crate::log::row::MAXIMUM_LINE;

    const HEADER: &str = "#Software: Microsoft Exchange Server\r\n#Version: 15.0.0.0\r\n\
        #Log-type: SMTP Send Protocol Log\r\n#Date: 2026-11-15T01:00:00.000Z\r\n\
        #Fields: date-time,connector-id,session-id,sequence-number,local-endpoint,remote-endpoint,\
        event,data,context\r\n";

    fn row(number: u32) -> String {
        format!("2026-11-15T01:02:03.100Z,To EOP,08DE23A1F00D0001,{number},,192.0.2.1:25,*,,x\r\n")
    }

    /// (line number in the file, byte offset, sequence number or error) of every line.
    type Seen = Vec<(u64, u64, Result<u64, RowError>)>;

    fn read(content: &[u8], segment_size: usize) -> (Seen, Option<Notice>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.log");
        std::fs::write(&path, content).unwrap();
        let file =
            LogFile { path: path.into(), server: None, source: 0, size: content.len() as u64 };
        let mut reader = SegmentReader::new(Arc::from([file]), segment_size);
        let mut seen = Vec::new();
        let mut base = 0;
        loop {
            let item = reader.next_item().map(|item| match item {
                SegmentReaderItem::Stretch(stretch) => {
                    SegmentReaderItem::Segment(stretch.read().unwrap())
                }
                item => item,
            });
            match item {
                Some(SegmentReaderItem::Segment(segment)) => {
                    base += segment.lines_before;
                    if let Some(offset) = segment.oversized_line {
                        seen.push((base, offset, Err(RowError::TooLong)));
                    }
                    let LinesRead { count, header_line } = segment.for_each_row(|line, row| {
                        let row = row.map(|row| row.sequence_number.unwrap());
                        seen.push((
                            base + line.number + 1,
                            segment.offset + line.start as u64,
                            row,
                        ));
                    });
                    assert_eq!(header_line, None);
                    base += count;
                    reader.recycle(segment.data);
                }
                Some(SegmentReaderItem::FileEnd(FileEnd { file: 0, notice, .. })) => {
                    assert!(reader.next_item().is_none());
                    if notice.is_none() {
                        assert_eq!(reader.bytes_read(), content.len() as u64);
                    }
                    return (seen, notice);
                }
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn every_line_has_its_number_and_offset_whatever_the_segment_size() {
        let content =
            format!("\u{feff}{HEADER}{}{}\r\n{HEADER}{}{}", row(0), row(1), row(2), row(3));
        let (expected, notice) = read(content.as_bytes(), 1 << 20);
        assert_eq!(notice, None);
        let numbers: Vec<u64> = expected.iter().map(|(line, ..)| *line).collect();
        assert_eq!(numbers, [6, 7, 14, 15]);
        for (line, offset, sequence) in &expected {
            let at = usize::try_from(*offset).unwrap();
            let sequence = *sequence.as_ref().unwrap();
            assert!(content[at..].starts_with(&row(u32::try_from(sequence).unwrap())), "{line}");
        }
        for segment_size in [16, 17, 100, 256, 400, 1000] {
            assert_eq!(read(content.as_bytes(), segment_size).0, expected, "{segment_size}");
        }
    }

    #[test]
    fn a_line_without_end_costs_one_row_and_no_memory() {
        let monster = "x".repeat(3 * MAXIMUM_LINE);
        let content = format!("{HEADER}{}{monster}\r\n{}", row(0), row(1));
        for segment_size in [4096, 1 << 20, 8 << 20] {
            let (seen, notice) = read(content.as_bytes(), segment_size);
            assert_eq!(notice, None);
            let offset = (HEADER.len() + row(0).len()) as u64;
            let lines: Vec<_> = seen.iter().map(|(line, _, row)| (*line, *row)).collect();
            assert_eq!(lines, [(6, Ok(0)), (7, Err(RowError::TooLong)), (8, Ok(1))]);
            assert_eq!(seen[1].1, offset);
        }
        let (seen, _) = read(format!("{HEADER}{}{monster}", row(0)).as_bytes(), 4096);
        assert_eq!(seen.len(), 2);
        assert_eq!(seen[1].2, Err(RowError::TooLong));
    }

    #[test]
    fn a_damaged_line_costs_one_row_and_no_more() {
        let start = "2026-11-15T01:02:03.100Z,To EOP,08DE23A1F00D0001,7,,192.0.2.1:25,<,";
        let nul = "\0".repeat(512);
        for damage in [
            format!("{start}\"220 open quote\r\n"),
            format!("{nul}{}", row(1)),
            format!("{start}a,b,c\n"),
        ] {
            let content = format!("{HEADER}{}{damage}{}", row(0), row(2));
            let (seen, _) = read(content.as_bytes(), 4096);
            let rows: Vec<_> = seen.iter().map(|(_, _, row)| row.ok()).collect();
            assert_eq!(rows, [Some(0), None, Some(2)], "{damage:?}");
        }
    }

    #[test]
    fn utf_16_and_missing_marks_read_the_same() {
        let text = format!("{HEADER}{}{}", row(0), row(1)).replace("To EOP", "В облако 世界");
        let expected: Vec<_> =
            read(text.as_bytes(), 4096).0.into_iter().map(|(line, _, row)| (line, row)).collect();
        assert_eq!(expected.len(), 2);
        let units: Vec<u16> = std::iter::once(0xFEFF).chain(text.encode_utf16()).collect();
        let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
        let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
        let unix = text.replace("\r\n", "\n").into_bytes();
        let marked = format!("\u{feff}{text}").into_bytes();
        for content in [little, big, unix, marked] {
            let seen: Vec<_> =
                read(&content, 100).0.into_iter().map(|(line, _, row)| (line, row)).collect();
            assert_eq!(seen, expected);
        }
    }

    #[test]
    fn a_foreign_file_is_refused_by_name_with_its_line() {
        let proxy =
            "#Software: Microsoft Exchange Server\n#Version: 15.01\n#Log-type: HttpProxy Logs\n";
        let (seen, notice) = read(proxy.as_bytes(), 4096);
        let notice = notice.unwrap();
        assert!(seen.is_empty());
        assert_eq!((notice.code, notice.line), (NoticeCode::NotAProtocolLog, Some(3)));
        assert!(notice.message.contains("HttpProxy Logs"), "{}", notice.message);

        let (_, notice) = read(b"Dear all,\nplease find attached\n", 4096);
        assert_eq!(notice.unwrap().code, NoticeCode::NotAProtocolLog);
        let (_, notice) = read(&[0xCA; 5000], 64);
        assert_eq!(notice.unwrap().code, NoticeCode::NotAProtocolLog);
    }

    #[test]
    fn a_masked_log_without_header_is_taken_for_a_log_with_damaged_rows() {
        let line =
            "Date/Time,To EOP,SessionId,16,192.0.2.1:5,192.0.2.2:25,*,,Sending certificate\n";
        let (seen, notice) = read(line.repeat(2).as_bytes(), 4096);
        assert_eq!(notice, None);
        let errors: Vec<_> = seen.iter().map(|(_, _, row)| *row).collect();
        assert_eq!(errors, [Err(RowError::DateTime); 2]);
    }

    #[test]
    fn an_exported_table_is_read_by_its_column_names() {
        let content = "\"event\",\"x\"\n";
        assert!(read(content.as_bytes(), 4096).1.is_some());
        let content = "\"date-time\",\"session-id\",\"event\",\"data\",\"sequence-number\"\n\
            \"2026-11-15T01:02:03.100Z\",\"08DE23A1F00D0001\",\"*\",\"\",\"5\"\n";
        assert_eq!(read(content.as_bytes(), 4096).0, [(2, 58, Ok(5))]);
    }

    #[test]
    fn an_empty_file_and_a_header_alone_are_no_trouble() {
        for content in ["", "\r\n", HEADER, HEADER.trim_end()] {
            assert_eq!(read(content.as_bytes(), 64), (vec![], None), "{content:?}");
        }
    }
}
