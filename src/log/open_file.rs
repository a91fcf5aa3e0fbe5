//! One file, read on and cut into segments.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use encoding_rs_io::DecodeReaderBytesBuilder;
use memchr::{memchr, memchr_iter, memrchr};

use super::format::Format;
use super::iis::IisFormat;
use super::notice::{Notice, NoticeCode};
use super::position::{Position, skip_by_reading};
use super::row::{MAXIMUM_LINE, Row};
use super::segment::Segment;

/// Opens a file for reading while others write, rename or delete it.
pub(super) fn open_shared(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.read(true);
    #[cfg(windows)]
    {
        use std::os::windows::fs::OpenOptionsExt;
        // FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE (winnt.h)
        options.share_mode(0x1 | 0x2 | 0x4);
    }
    options.open(path)
}

/// A file that counts what is read of it.
struct CountedFile {
    file: File,
    bytes_read: Arc<AtomicU64>,
}

impl Read for CountedFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.file.read(buffer)?;
        self.bytes_read.fetch_add(length as u64, Ordering::Relaxed);
        Ok(length)
    }
}

pub(super) enum Trouble {
    Io(io::Error),
    Foreign { line: u64, reason: String },
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl Trouble {
    pub(super) fn into_notice(self, path: &Path) -> Notice {
        match self {
            Self::Io(error) => Notice::unreadable(path, &error),
            Self::Foreign { line, reason } => Notice {
                line: Some(line),
                message: format!(
                    "neither an Exchange SMTP protocol log nor a log of the SMTP service of IIS, \
                     so it is left out: {reason}"
                ),
                ..Notice::new(NoticeCode::NotAProtocolLog, path)
            },
        }
    }
}

pub(super) enum Step {
    Segment(Segment),
    /// Nothing to hand out yet.
    Again,
    End,
}

/// A file that is being read.
pub(super) struct OpenFile {
    pub(super) index: usize,
    input: Box<dyn Read + Send>,
    /// Bytes read, and from `start` on not yet handed out: whole lines up to `lines_end`, then the
    /// beginning of a line.
    pending: Vec<u8>,
    /// The beginning of a line, while the buffer it was read to is away as a segment.
    tail: Vec<u8>,
    start: usize,
    lines_end: usize,
    /// Where `start` stands in the file.
    offset: u64,
    lines_before: u64,
    oversized_line: Option<u64>,
    /// Inside a line longer than any row, of which nothing is kept.
    is_discarding: bool,
    format: Arc<Format>,
    is_recognised: bool,
    /// Whether a last line without a line end is left unread.
    leaves_cut_line: bool,
    /// Bytes read of the file itself and not yet counted; those of a UTF-16 file are counted
    /// before they are decoded.
    raw_bytes: u64,
    decoded_bytes: Option<Arc<AtomicU64>>,
}

impl OpenFile {
    /// Opens a file; with a position, to read on from there.
    pub(super) fn open(
        index: usize,
        path: &Path,
        position: Option<&Position>,
        leaves_cut_line: bool,
    ) -> io::Result<Self> {
        let mut file = open_shared(path)?;
        let mut start = Vec::with_capacity(3);
        file.by_ref().take(3).read_to_end(&mut start)?;
        let mut raw_bytes = 0;
        let mut offset = 0;
        let (input, decoded_bytes): (Box<dyn Read + Send>, _) =
            if start.starts_with(b"\xFF\xFE") || start.starts_with(b"\xFE\xFF") {
                raw_bytes = start.len() as u64;
                let count = Arc::new(AtomicU64::new(0));
                let counted = CountedFile { file, bytes_read: Arc::clone(&count) };
                let unread = Cursor::new(start).chain(counted);
                let mut decoder = DecodeReaderBytesBuilder::new().strip_bom(true).build(unread);
                if let Some(position) = position {
                    skip_by_reading(&mut decoder, position.offset)?;
                    raw_bytes = 0;
                    count.store(0, Ordering::Relaxed);
                }
                (Box::new(decoder), Some(count))
            } else if let Some(position) = position {
                file.seek(SeekFrom::Start(position.offset))?;
                (Box::new(file), None)
            } else {
                if start.starts_with(b"\xEF\xBB\xBF") {
                    raw_bytes = 3;
                    offset = 3;
                    start.clear();
                }
                (Box::new(Cursor::new(start).chain(file)), None)
            };
        let position = position.cloned().unwrap_or_else(|| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let format = Arc::new(Format::from_file_name(&name));
            Position { offset, lines: 0, format, is_recognised: false }
        });
        Ok(Self {
            index,
            input,
            pending: Vec::new(),
            tail: Vec::new(),
            start: 0,
            lines_end: 0,
            offset: position.offset,
            lines_before: position.lines,
            oversized_line: None,
            is_discarding: false,
            format: position.format,
            is_recognised: position.is_recognised,
            leaves_cut_line,
            raw_bytes,
            decoded_bytes,
        })
    }

    /// Gives its buffer back when nothing is left to read.
    pub(super) fn into_buffer(self) -> Vec<u8> {
        self.pending
    }

    pub(super) fn take_bytes_read(&mut self) -> u64 {
        let decoded = self.decoded_bytes.as_ref();
        std::mem::take(&mut self.raw_bytes)
            + decoded.map_or(0, |count| count.swap(0, Ordering::Relaxed))
    }

    pub(super) fn next_segment(
        &mut self,
        buffers: &mut Vec<Vec<u8>>,
        size: usize,
    ) -> Result<Step, Trouble> {
        if self.start == self.lines_end {
            let is_end = self.fill(buffers, size)?;
            let is_left = is_end && self.leaves_cut_line && self.start == self.lines_end;
            return if !is_left && (self.start < self.pending.len() || self.is_discarding) {
                Ok(Step::Again)
            } else if self.oversized_line.is_some() && !self.is_discarding {
                Ok(Step::Segment(self.cut_segment(Vec::new())))
            } else {
                Ok(Step::End)
            };
        }
        // Within a protocol log, header lines are found and told of while its rows are read.
        let is_known = self.format.declared || self.is_recognised;
        if !is_known || self.format.iis.is_some() {
            self.read_header_lines()?;
            if self.start == self.lines_end {
                return Ok(Step::Again);
            }
        }
        self.recognise()?;
        let is_iis = self.format.iis.is_some();
        let lines = &self.pending[self.start..self.lines_end];
        let header_line = if is_iis { find_header_line(lines) } else { None };
        let data = if let Some(header_line) = header_line {
            let mut data = buffers.pop().unwrap_or_default();
            data.extend_from_slice(&lines[..header_line]);
            self.start += header_line;
            data
        } else {
            // The usual case: the lines move out without a copy, the beginning of the next line
            // stays behind.
            let mut data = std::mem::take(&mut self.pending);
            self.tail.extend_from_slice(&data[self.lines_end..]);
            data.truncate(self.lines_end);
            data.drain(..self.start);
            self.start = 0;
            self.lines_end = 0;
            data
        };
        Ok(Step::Segment(self.cut_segment(data)))
    }

    /// Where it stands once it is read to its end; the lines are those since the last segment.
    pub(super) fn position(&self) -> Position {
        Position {
            offset: self.oversized_line.unwrap_or(self.offset),
            lines: self.lines_before,
            format: Arc::clone(&self.format),
            is_recognised: self.is_recognised,
        }
    }

    /// Reads on behind what is pending, which is less than one line. Returns whether the file has
    /// no more.
    fn fill(&mut self, buffers: &mut Vec<Vec<u8>>, size: usize) -> io::Result<bool> {
        self.pending.drain(..self.start);
        self.start = 0;
        if self.pending.capacity() == 0 {
            // The buffer of a segment that was worked on is still in the processor's cache.
            self.pending = buffers.pop().unwrap_or_default();
        }
        self.pending.append(&mut self.tail);
        let wanted = size.saturating_sub(self.pending.len()).max(size / 2);
        self.pending.reserve(wanted);
        let read = self.input.by_ref().take(wanted as u64).read_to_end(&mut self.pending)?;
        self.raw_bytes += if self.decoded_bytes.is_none() { read as u64 } else { 0 };
        let is_end = read < wanted;
        let ends_last_line = is_end && !self.leaves_cut_line;

        if self.is_discarding {
            let newline = memchr(b'\n', &self.pending);
            self.is_discarding = newline.is_none() && !ends_last_line;
            self.advance(newline.map_or(self.pending.len(), |newline| newline + 1));
            self.lines_before += u64::from(!self.is_discarding);
        }
        let lines = &self.pending[self.start..];
        self.lines_end = match memrchr(b'\n', lines) {
            _ if ends_last_line => self.pending.len(),
            Some(newline) => self.start + newline + 1,
            None => self.start,
        };
        if self.lines_end == self.start && lines.len() > MAXIMUM_LINE {
            self.is_discarding = true;
            self.oversized_line = Some(self.offset);
            self.advance(lines.len());
            self.lines_end = self.start;
        }
        Ok(is_end)
    }

    fn cut_segment(&mut self, data: Vec<u8>) -> Segment {
        let segment = Segment {
            file: self.index,
            offset: self.offset,
            lines_before: std::mem::take(&mut self.lines_before),
            oversized_line: self.oversized_line.take(),
            format: Arc::clone(&self.format),
            data,
        };
        self.offset += segment.data.len() as u64;
        segment
    }

    fn advance(&mut self, length: usize) {
        self.start += length;
        self.offset += length as u64;
    }

    fn read_header_lines(&mut self) -> Result<(), Trouble> {
        let lines = &self.pending[self.start..self.lines_end];
        let length = read_header_lines(lines, &mut self.format, &mut self.lines_before)?;
        self.advance(length);
        Ok(())
    }

    /// A file without a header is taken for a protocol log if any of its first lines looks like a
    /// row; a line that names the columns, as exports have it, serves as a header.
    fn recognise(&mut self) -> Result<(), Trouble> {
        if let Some(format) = self.format.iis.clone() {
            return self.recognise_iis(&format);
        }
        if self.is_recognised || self.format.declared {
            return Ok(());
        }
        let first_line = first_line(&self.pending[self.start..self.lines_end]);
        let names = String::from_utf8_lossy(first_line).to_ascii_lowercase();
        if names.trim_start_matches('"').starts_with("date-time") && names.contains("session-id") {
            let length = first_line.len();
            let header_line = format!("#Fields: {names}");
            read_header_line(header_line.as_bytes(), &mut self.format, &mut self.lines_before)?;
            self.advance(length);
            return Ok(());
        }
        let mut first_error = None;
        let lines = self.pending[self.start..self.lines_end].split(|byte| *byte == b'\n');
        for line in lines.take_while(|line| !line.starts_with(b"#")) {
            if line.trim_ascii().is_empty() {
                continue;
            }
            match Row::parse(line.trim_ascii_end(), &self.format.columns) {
                Err(error) if !error.has_row_shape() => {
                    first_error.get_or_insert(error);
                }
                Ok(_) | Err(_) => {
                    self.is_recognised = true;
                    return Ok(());
                }
            }
        }
        if self.is_iis(&IisFormat::Native) {
            Arc::make_mut(&mut self.format).declare_iis(IisFormat::Native);
            self.is_recognised = true;
            return Ok(());
        }
        first_error.map_or(Ok(()), |error| {
            Err(Trouble::Foreign {
                line: self.lines_before + 1,
                reason: format!("it has no #Fields header and no line of it is a row ({error})"),
            })
        })
    }

    /// Columns do not tell whose log it is: a row of the SMTP service must be among the first.
    fn recognise_iis(&mut self, format: &IisFormat) -> Result<(), Trouble> {
        self.is_recognised |= self.is_iis(format);
        if self.is_recognised {
            return Ok(());
        }
        Err(Trouble::Foreign {
            line: self.lines_before + 1,
            reason: "its #Fields are those of a W3C log of IIS, but none of its first rows is of \
                     the SMTP service (SMTPSVC)"
                .to_owned(),
        })
    }

    fn is_iis(&self, format: &IisFormat) -> bool {
        let mut lines = self.pending[self.start..self.lines_end].split(|byte| *byte == b'\n');
        lines.any(|line| format.is_smtp_row(line.trim_ascii_end()))
    }
}

/// Reads the header lines at the beginning of lines, and counts them. Returns their length.
pub(super) fn read_header_lines(
    lines: &[u8],
    format: &mut Arc<Format>,
    count: &mut u64,
) -> Result<usize, Trouble> {
    let mut length = 0;
    while let [b'#', ..] = lines[length..] {
        let line = first_line(&lines[length..]);
        read_header_line(line, format, count)?;
        length += line.len();
    }
    Ok(length)
}

fn read_header_line(line: &[u8], format: &mut Arc<Format>, count: &mut u64) -> Result<(), Trouble> {
    *count += 1;
    Arc::make_mut(format)
        .read_header_line(line.trim_ascii_end())
        .map_err(|reason| Trouble::Foreign { line: *count, reason })
}

/// The first of some lines, with its line end.
fn first_line(lines: &[u8]) -> &[u8] {
    let length = memchr(b'\n', lines).map_or(lines.len(), |newline| newline + 1);
    &lines[..length]
}

/// Where the first line behind others begins that is a header line.
pub(super) fn find_header_line(lines: &[u8]) -> Option<usize> {
    memchr_iter(b'#', lines).find(|at| *at > 0 && lines[at - 1] == b'\n')
}
