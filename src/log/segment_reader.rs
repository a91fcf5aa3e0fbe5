//! Files read one after the other, in segments and in bounded memory.

use std::io;
use std::path::Path;
use std::sync::Arc;

use super::discovery::LogFile;
use super::edges::Edges;
use super::notice::Notice;
use super::open_file::{OpenFile, Step};
use super::position::{FileStart, LastPosition};
use super::segment::Segment;
use super::unread_range::UnreadRange;

/// What [`SegmentReader`] returns.
#[derive(Debug)]
pub enum SegmentReaderItem {
    /// Lines of a file.
    Segment(Segment),
    /// A range of lines that any thread may read, in any order.
    UnreadRange(UnreadRange),
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
    /// Where it ends; `None` if it was given up.
    pub(crate) last: Option<LastPosition>,
}

/// Reads files one after the other, in segments.
pub struct SegmentReader {
    files: Arc<[LogFile]>,
    next_file: usize,
    current: Option<OpenFile>,
    segment_size: usize,
    spare_buffers: Vec<Vec<u8>>,
    bytes_read: u64,
    /// By the index of the file; none = all are read from their beginning, and nobody asks where they end.
    starts: Vec<FileStart>,
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
            let mut open = if let Some(open) = self.current.take() {
                open
            } else {
                let file = self.next_file;
                let path = Arc::clone(&self.files.get(file)?.path);
                self.next_file += 1;
                match self.open(file, &path) {
                    Ok(open) => open,
                    Err(error) => {
                        let notice = Notice::unreadable(&path, &error);
                        return Some(SegmentReaderItem::FileEnd(self.file_end(file, Some(notice))));
                    }
                }
            };
            let result = open.next_segment(&mut self.spare_buffers, self.segment_size);
            self.bytes_read += open.take_bytes_read();
            match result {
                Ok(Step::Segment(segment)) => {
                    self.current = Some(open);
                    return Some(SegmentReaderItem::Segment(segment));
                }
                Ok(Step::UnreadRange(range)) => {
                    self.current = Some(open);
                    return Some(SegmentReaderItem::UnreadRange(range));
                }
                Ok(Step::Again) => self.current = Some(open),
                Ok(Step::End) => {
                    let last = Some(open.last_position());
                    self.compare_sizes(&open);
                    let end = self.file_end(open.index, None);
                    self.recycle(open.into_buffer());
                    return Some(SegmentReaderItem::FileEnd(FileEnd { last, ..end }));
                }
                Err(trouble) => {
                    let notice = trouble.into_notice(&self.files[open.index].path);
                    let end = self.file_end(open.index, Some(notice));
                    return Some(SegmentReaderItem::FileEnd(end));
                }
            }
        }
    }

    fn open(&mut self, file: usize, path: &Path) -> io::Result<OpenFile> {
        let FileStart { known, is_growing } = self.starts.get(file).cloned().unwrap_or_default();
        let Some(known) = known else { return OpenFile::open(file, path, None, is_growing) };
        let edges = Edges::of_file(path, known.position.offset)?;
        let is_shorter = edges.is_none();
        let edges = edges.filter(|edges| edges.fingerprint() == known.fingerprint);
        if edges.is_none() {
            self.notices.push(Notice::replaced(path, is_shorter, known.position.lines));
        }
        let resumed = edges.map(|edges| (&known.position, edges));
        OpenFile::open(file, path, resumed, is_growing)
    }

    fn file_end(&mut self, file: usize, notice: Option<Notice>) -> FileEnd {
        FileEnd { file, notice, notices: std::mem::take(&mut self.notices), last: None }
    }

    /// Reports a file that has become shorter while it was read.
    fn compare_sizes(&mut self, open: &OpenFile) {
        let Some(file) = self.files.get(open.index) else { return };
        if open.bytes_taken() < file.size {
            self.notices.push(Notice::truncated(&file.path, file.size, open.bytes_taken()));
        }
    }

    /// Accepts the buffer of a segment back, to be filled again.
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
    use crate::log::row::MAXIMUM_LINE;
    use crate::log::segment::tests::Reported;
    use crate::log::{Line, LinesRead, NoticeCode, Row, RowError};

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
                SegmentReaderItem::UnreadRange(range) => {
                    SegmentReaderItem::Segment(range.read().unwrap())
                }
                item => item,
            });
            match item {
                Some(SegmentReaderItem::Segment(segment)) => {
                    base += segment.lines_before;
                    if let Some(offset) = segment.oversized_line {
                        seen.push((base, offset, Err(RowError::TooLong)));
                    }
                    let mut reported = Reported::of(&segment.data);
                    let LinesRead { count, header_line } = segment.read_rows(&mut reported);
                    for reported in reported.lines {
                        let (line, row) = match reported {
                            Ok(row) => (row.line, Ok(sequence_number(&segment, row.line))),
                            Err((line, error)) => (line, Err(error)),
                        };
                        let offset = segment.offset + line.start as u64;
                        seen.push((base + line.number + 1, offset, row));
                    }
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

    fn sequence_number(segment: &Segment, line: Line) -> u64 {
        let text = &segment.data[line.start..line.end];
        Row::parse(text, &segment.format.columns).unwrap().sequence_number.unwrap()
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
    fn a_row_that_is_completed_while_the_file_is_read_is_not_taken_in_halves() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.log");
        let content = format!("{HEADER}{}{}{}", row(0), row(1), row(2));
        for (segment_size, is_growing) in [(1 << 20, false), (100, false), (1 << 20, true)] {
            for cut in content.len() - 2 * row(1).len()..content.len() {
                std::fs::write(&path, &content[..cut]).unwrap();
                let size = cut as u64;
                let file = LogFile { path: path.as_path().into(), server: None, source: 0, size };
                let starts = vec![FileStart { known: None, is_growing }];
                let mut reader = SegmentReader::resume(Arc::from([file]), segment_size, starts);
                while let Some(item) = reader.next_item() {
                    let segment = match item {
                        SegmentReaderItem::Segment(segment) => segment,
                        SegmentReaderItem::UnreadRange(range) => range.read().unwrap(),
                        SegmentReaderItem::FileEnd(end) => {
                            assert_eq!(end.notice, None);
                            continue;
                        }
                    };
                    let start = usize::try_from(segment.offset).unwrap();
                    let end = start + segment.data.len();
                    if end > cut - row(1).len() {
                        std::fs::write(&path, &content).unwrap();
                    }
                    let begins_line =
                        |offset: usize| offset == 0 || content[..offset].ends_with('\n');
                    assert_eq!(&content.as_bytes()[start..end], segment.data);
                    assert!(begins_line(start), "{cut}: {start}");
                    assert!(begins_line(end) || end == cut, "{cut}: {end}");
                }
            }
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

    #[test]
    fn a_file_that_is_cut_before_lines_of_it_are_read_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.log");
        std::fs::write(&path, format!("{HEADER}{}", row(0).repeat(200))).unwrap();
        let file = LogFile { path: path.as_path().into(), server: None, source: 0, size: 0 };
        let mut reader = SegmentReader::new(Arc::from([file]), 4096);
        assert!(matches!(reader.next_item(), Some(SegmentReaderItem::Segment(_))));
        let Some(SegmentReaderItem::UnreadRange(range)) = reader.next_item() else { panic!() };
        std::fs::File::options().write(true).open(&path).unwrap().set_len(5000).unwrap();
        assert_eq!(range.read().unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
        let end = reader.next_item();
        assert!(
            matches!(end, Some(SegmentReaderItem::FileEnd(FileEnd { notice: None, .. }))),
            "{end:?}"
        );
    }

    #[test]
    fn each_of_several_lines_without_end_is_counted() {
        let monster = format!("{}\n", "x".repeat(3 * MAXIMUM_LINE));
        for count in [2, 3] {
            let content = format!("{HEADER}{}{}{}", row(0), monster.repeat(count), row(1));
            for segment_size in [4096, 1 << 20, 1 << 23] {
                let (seen, notice) = read(content.as_bytes(), segment_size);
                assert_eq!(notice, None);
                let rows: Vec<_> = seen.iter().map(|(_, _, row)| *row).collect();
                let mut expected = vec![Err(RowError::TooLong); count + 2];
                (expected[0], expected[count + 1]) = (Ok(0), Ok(1));
                assert_eq!(rows, expected, "{segment_size}");
                let lines: Vec<_> = seen.iter().map(|(line, ..)| *line).collect();
                assert_eq!(lines, (6..8 + count as u64).collect::<Vec<_>>());
            }
        }
    }
}
