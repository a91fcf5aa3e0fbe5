//! One file, read on and cut into segments.

mod recognition;

use std::io::{self, Cursor, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use memchr::{memchr, memrchr};

use super::edges::{Edges, skip_by_reading};
use super::format::Format;
use super::header_lines::{find_header_line, read_header_lines};
use super::notice::Trouble;
use super::position::{LastPosition, Position};
use super::row::MAXIMUM_LINE;
use super::segment::Segment;
use super::shared_file::SharedFile;
use super::text_kind::TextKind;
use super::text_source::TextSource;
use super::unread_range::UnreadRange;
use crate::input::Counted;

/// Where the text of a file comes from.
enum Input {
    /// The file as it stands, at any place.
    File(Arc<SharedFile>),
    /// A pipe, or a file that is decoded, from its beginning to its end.
    Stream(Box<dyn Read + Send>),
}

pub(super) enum Step {
    Segment(Segment),
    UnreadRange(UnreadRange),
    /// Nothing to return yet.
    Again,
    End,
}

/// A file that is being read.
#[allow(clippy::struct_excessive_bools, reason = "facts that do not exclude each other")]
pub(super) struct OpenFile {
    pub(super) index: usize,
    input: Input,
    /// Bytes read, and from `start` on not yet returned: complete lines up to `lines_end`, then the
    /// beginning of a line.
    pending: Vec<u8>,
    /// The beginning of a line, while the buffer it was read to is away as a segment.
    tail: Vec<u8>,
    start: usize,
    lines_end: usize,
    /// Where `start` stands in the file.
    offset: u64,
    lines_before: u64,
    /// What was passed over since the last segment.
    skipped: Edges,
    oversized_line: Option<u64>,
    /// Inside a line longer than any row, of which nothing is kept.
    is_discarding: bool,
    discarded: Edges,
    format: Arc<Format>,
    is_recognised: bool,
    /// Whether a last line without a line end is left unread.
    leaves_cut_line: bool,
    /// Whether all that there was is taken, a last line without a line end too: what is written after that
    /// need not begin a line.
    has_ended: bool,
    /// Up to where it was read, and how much of that was counted; the bytes of a UTF-16 file are
    /// counted before they are decoded.
    read_to: u64,
    counted_to: u64,
    decoded_bytes: Option<Arc<AtomicU64>>,
    /// The bytes of the file that were counted so far, and those passed over at its beginning.
    bytes_taken: u64,
}

/// That of UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// How far behind the size of a range the end of its last line is looked for: most rows are shorter.
const LONG_LINE: usize = 4096;

impl OpenFile {
    /// Opens a file; with a position, to read on from there, behind a text of those edges.
    pub(super) fn open(
        index: usize,
        path: &Path,
        known: Option<(&Position, Edges)>,
        leaves_cut_line: bool,
    ) -> io::Result<Self> {
        let (position, mut skipped) = match known {
            Some((position, edges)) => (Some(position), edges),
            None => (None, Edges::default()),
        };
        let mut bytes_taken = position.map_or(0, |position| position.offset);
        let (mut start, source) = TextSource::open(path)?;
        let bytes_of_start = start.len() as u64;
        let kind = TextKind::of(&start);
        let mut offset = 0;
        if kind != TextKind::Utf16 && position.is_none() && start.starts_with(BYTE_ORDER_MARK) {
            start.drain(..BYTE_ORDER_MARK.len());
            skipped.append(BYTE_ORDER_MARK);
            offset = BYTE_ORDER_MARK.len() as u64;
        }
        let mut decoded_bytes = None;
        let mut decoded = |mut text: Box<dyn Read + Send>, count: &Arc<AtomicU64>| {
            if let Some(position) = position {
                skip_by_reading(&mut text, position.offset)?;
                bytes_taken = count.swap(0, Ordering::Relaxed);
            }
            decoded_bytes = Some(Arc::clone(count));
            Ok::<_, io::Error>(Input::Stream(text))
        };
        let input = match (source, kind) {
            (TextSource::File(file), TextKind::Plain) => {
                let metadata = file.metadata()?;
                if position.is_some() || metadata.is_file() && metadata.len() > 0 {
                    Input::File(Arc::new(file))
                } else {
                    Input::Stream(Box::new(Cursor::new(start).chain(file)))
                }
            }
            (source, kind) => {
                let (rest, count) = match source {
                    TextSource::File(file) => {
                        let (file, count) = Counted::new(file);
                        count.fetch_add(bytes_of_start, Ordering::Relaxed);
                        (Box::new(file) as Box<dyn Read + Send>, count)
                    }
                    TextSource::Stream(stream, count) => (stream, count),
                };
                decoded(kind.decode(Cursor::new(start).chain(rest)), &count)?
            }
        };
        let counted_to = position.map_or(0, |position| position.offset);
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
            skipped,
            oversized_line: None,
            is_discarding: false,
            discarded: Edges::default(),
            format: position.format,
            is_recognised: position.is_recognised,
            leaves_cut_line,
            has_ended: false,
            read_to: counted_to,
            counted_to,
            decoded_bytes,
            bytes_taken,
        })
    }

    /// Gives its buffer back when nothing is left to read.
    pub(super) fn into_buffer(self) -> Vec<u8> {
        self.pending
    }

    /// How many bytes were read since the last call.
    pub(super) fn take_bytes_read(&mut self) -> u64 {
        let taken = match &self.decoded_bytes {
            Some(count) => count.swap(0, Ordering::Relaxed),
            None => self.read_to - std::mem::replace(&mut self.counted_to, self.read_to),
        };
        self.bytes_taken += taken;
        taken
    }

    /// How many bytes of the file there were up to where it was read.
    pub(super) fn bytes_taken(&self) -> u64 {
        self.bytes_taken
    }

    pub(super) fn next_segment(
        &mut self,
        buffers: &mut Vec<Vec<u8>>,
        size: usize,
    ) -> Result<Step, Trouble> {
        if self.start == self.lines_end {
            if self.has_passed_over_a_line() {
                return Ok(Step::Segment(self.cut_segment(Vec::new())));
            }
            if self.has_ended {
                return Ok(Step::End);
            }
            if let Some(range) = self.next_range(buffers, size)? {
                return Ok(Step::UnreadRange(range));
            }
            let is_end = self.fill(buffers, size)?;
            let is_left = is_end && self.leaves_cut_line && self.start == self.lines_end;
            let has_more = self.start < self.pending.len() || self.is_discarding;
            let is_over = (is_left || !has_more) && !self.has_passed_over_a_line();
            return Ok(if is_over { Step::End } else { Step::Again });
        }
        if !self.is_protocol_log() {
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
            data.clear();
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

    /// Whether it is known to be one. Header lines within it are found while its rows are read.
    fn is_protocol_log(&self) -> bool {
        (self.format.declared || self.is_recognised) && self.format.iis.is_none()
    }

    /// Lines to be read by any thread, if a look at the place where they are to end finds that end.
    fn next_range(
        &mut self,
        buffers: &mut Vec<Vec<u8>>,
        size: usize,
    ) -> io::Result<Option<UnreadRange>> {
        let Input::File(file) = &self.input else { return Ok(None) };
        if self.is_discarding || !self.is_protocol_log() {
            return Ok(None);
        }
        let open = Arc::clone(file);
        let mut ends = [0; LONG_LINE];
        let last = self.offset + size as u64 - 1;
        let read = open.at(last).fill(&mut ends)?;
        let Some(newline) = memchr(b'\n', &ends[..read]) else { return Ok(None) };
        let length = size + newline;
        let mut buffer = buffers.pop().unwrap_or_default();
        buffer.reserve_exact((size + LONG_LINE).saturating_sub(buffer.len()));
        self.pending.clear();
        self.tail.clear();
        (self.start, self.lines_end) = (0, 0);
        let mut segment = self.cut_segment(Vec::new());
        segment.data = buffer;
        self.offset += length as u64;
        self.read_to = self.read_to.max(self.offset);
        Ok(Some(UnreadRange { open, segment, length }))
    }

    /// Where it stands once it is read to its end.
    pub(super) fn last_position(&mut self) -> LastPosition {
        let position = Position {
            offset: self.oversized_line.unwrap_or(self.offset),
            lines: self.lines_before,
            format: Arc::clone(&self.format),
            is_recognised: self.is_recognised,
        };
        LastPosition { position, skipped: std::mem::take(&mut self.skipped) }
    }

    /// Reads on behind what is pending, which is less than one line. Returns whether the file has
    /// no more.
    fn fill(&mut self, buffers: &mut Vec<Vec<u8>>, size: usize) -> io::Result<bool> {
        self.pending.drain(..self.start);
        self.start = 0;
        if self.pending.capacity() == 0 {
            // The buffer of a segment that was worked on is still in the processor's cache.
            self.pending = buffers.pop().unwrap_or_default();
            self.pending.clear();
        }
        self.pending.append(&mut self.tail);
        let wanted = size.saturating_sub(self.pending.len()).max(size / 2);
        self.pending.reserve(wanted);
        let next = self.offset + self.pending.len() as u64;
        let read = match &mut self.input {
            Input::File(file) => {
                file.at(next).take(wanted as u64).read_to_end(&mut self.pending)?
            }
            Input::Stream(input) => {
                input.by_ref().take(wanted as u64).read_to_end(&mut self.pending)?
            }
        };
        self.read_to = self.read_to.max(next + read as u64);
        let is_end = read < wanted;
        let ends_last_line = is_end && !self.leaves_cut_line;
        self.has_ended = ends_last_line;

        if self.is_discarding {
            let newline = memchr(b'\n', &self.pending);
            self.advance(newline.map_or(self.pending.len(), |newline| newline + 1));
            self.is_discarding = newline.is_none() && !ends_last_line;
            if !self.is_discarding {
                self.lines_before += 1;
                self.skipped.append_edges(&std::mem::take(&mut self.discarded));
            }
        }
        let lines = &self.pending[self.start..];
        self.lines_end = match memrchr(b'\n', lines) {
            _ if ends_last_line => self.pending.len(),
            Some(newline) => self.start + newline + 1,
            None => self.start,
        };
        let is_oversized = self.lines_end == self.start && lines.len() > MAXIMUM_LINE;
        if is_oversized && !self.has_passed_over_a_line() {
            self.is_discarding = true;
            self.oversized_line = Some(self.offset);
            self.advance(lines.len());
            self.lines_end = self.start;
        }
        Ok(is_end)
    }

    /// Whether a line longer than any row lies behind, to be reported before the next one.
    fn has_passed_over_a_line(&self) -> bool {
        self.oversized_line.is_some() && !self.is_discarding
    }

    fn cut_segment(&mut self, data: Vec<u8>) -> Segment {
        let segment = Segment {
            file: self.index,
            offset: self.offset,
            lines_before: std::mem::take(&mut self.lines_before),
            oversized_line: self.oversized_line.take(),
            format: Arc::clone(&self.format),
            data,
            skipped: std::mem::take(&mut self.skipped),
        };
        self.offset += segment.data.len() as u64;
        segment
    }

    /// Passes over bytes that are no rows.
    fn advance(&mut self, length: usize) {
        let passed = &self.pending[self.start..self.start + length];
        if self.is_discarding {
            self.discarded.append(passed);
        } else {
            self.skipped.append(passed);
        }
        self.start += length;
        self.offset += length as u64;
    }

    fn read_header_lines(&mut self) -> Result<(), Trouble> {
        let lines = &self.pending[self.start..self.lines_end];
        let length = read_header_lines(lines, &mut self.format, &mut self.lines_before)?;
        self.advance(length);
        Ok(())
    }
}
