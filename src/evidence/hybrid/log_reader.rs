//! A log as a stream of entries: one entry at a time is kept, whatever the size of the file.

use std::io::{self, BufRead, BufReader, Read};

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE};
use encoding_rs_io::DecodeReaderBytesBuilder;

use super::entry::{HybridEntry, decode_line};

/// What is kept of the text of one entry, in bytes; the largest tables of the wizard have some ten
/// thousand.
pub(super) const MAXIMUM_ENTRY: usize = 1 << 20;

/// Reads a log entry by entry.
pub struct HybridLogReader<R: Read> {
    input: BufReader<R>,
    line: Vec<u8>,
    /// The line that begins the next entry.
    ahead: Option<HybridEntry>,
    line_number: u64,
    offset: u64,
    /// Entries of which not all text is kept, and the line of the first.
    capped: Option<(u64, u64)>,
    ends_in_line: bool,
}

/// The bytes of a file as UTF-8: UTF-16 is decoded, known by its mark or its zero bytes; whatever
/// else it is stays as it is.
pub(super) fn decoded<'a>(
    mut input: impl Read + Send + 'a,
) -> io::Result<Box<dyn Read + Send + 'a>> {
    let mut start = Vec::with_capacity(4);
    input.by_ref().take(4).read_to_end(&mut start)?;
    let encoding: Option<&'static Encoding> = match start.as_slice() {
        [0xFF, 0xFE, ..] => Some(UTF_16LE),
        [0xFE, 0xFF, ..] => Some(UTF_16BE),
        [first, 0, ..] if *first != 0 => Some(UTF_16LE),
        [0, first, ..] if *first != 0 => Some(UTF_16BE),
        _ => None,
    };
    if encoding.is_none() && start.starts_with(b"\xEF\xBB\xBF") {
        start.drain(..3);
    }
    let whole = io::Cursor::new(start).chain(input);
    Ok(match encoding {
        Some(encoding) => Box::new(
            DecodeReaderBytesBuilder::new().encoding(Some(encoding)).strip_bom(true).build(whole),
        ),
        None => Box::new(whole),
    })
}

impl<'a> HybridLogReader<Box<dyn Read + Send + 'a>> {
    /// Reads a log in any of its encodings: UTF-8, UTF-16, Windows-1252.
    ///
    /// # Errors
    /// What the input says.
    pub fn new(input: impl Read + Send + 'a) -> io::Result<Self> {
        Ok(HybridLogReader {
            input: BufReader::with_capacity(1 << 16, decoded(input)?),
            line: Vec::new(),
            ahead: None,
            line_number: 0,
            offset: 0,
            capped: None,
            ends_in_line: false,
        })
    }
}

impl<R: Read> HybridLogReader<R> {
    /// The next entry; `None` at the end. What stands before the first stamp is an entry without
    /// one.
    ///
    /// # Errors
    /// What the input says.
    pub fn next_entry(&mut self) -> io::Result<Option<HybridEntry>> {
        let mut entry = self.ahead.take();
        loop {
            let (number, offset) = (self.line_number + 1, self.offset);
            let Some(is_capped) = self.read_line()? else { return Ok(entry) };
            if is_capped {
                self.count_capped(number);
            }
            let text = decode_line(&self.line);
            let text = text.trim_end();
            let begun = HybridEntry::parse(text, number, offset);
            match (begun, &mut entry) {
                (Some(begun), None) => entry = Some(begun),
                (Some(begun), Some(_)) => {
                    self.ahead = Some(begun);
                    return Ok(entry);
                }
                (None, None) if text.trim().is_empty() => {}
                (None, None) => {
                    let mut first = HybridEntry::without_stamp(number, offset);
                    text.clone_into(&mut first.text);
                    entry = Some(first);
                }
                (None, Some(entry)) if entry.is_capped => {}
                (None, Some(entry)) if entry.text.len() + text.len() < MAXIMUM_ENTRY => {
                    entry.text.push('\n');
                    entry.text.push_str(text);
                }
                (None, Some(entry)) => {
                    entry.is_capped = true;
                    let line = entry.line;
                    self.count_capped(line);
                }
            }
        }
    }

    /// How many entries or lines were longer than what is kept, and the first one's line.
    #[must_use]
    pub fn capped(&self) -> Option<(u64, u64)> {
        self.capped
    }

    /// How many bytes were read, of the decoded text in a UTF-16 file.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Whether the last line read has no line end: the file was cut, or is being written.
    #[must_use]
    pub fn ends_in_line(&self) -> bool {
        self.ends_in_line
    }

    fn count_capped(&mut self, line: u64) {
        self.capped =
            self.capped.map_or(Some((1, line)), |(count, first)| Some((count + 1, first)));
    }

    /// Reads a line without its end; `None` at the end of the file. Says whether it was longer
    /// than what is kept.
    fn read_line(&mut self) -> io::Result<Option<bool>> {
        self.line.clear();
        let mut length = 0;
        loop {
            let buffer = match self.input.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                other => other?,
            };
            if buffer.is_empty() {
                self.ends_in_line |= length > 0;
                break;
            }
            let newline = memchr::memchr(b'\n', buffer);
            let taken = newline.map_or(buffer.len(), |newline| newline + 1);
            let kept = MAXIMUM_ENTRY.saturating_sub(self.line.len()).min(taken);
            self.line.extend_from_slice(&buffer[..kept]);
            self.input.consume(taken);
            length += taken;
            if newline.is_some() {
                self.ends_in_line = false;
                break;
            }
        }
        if length == 0 {
            return Ok(None);
        }
        self.line_number += 1;
        self.offset += length as u64;
        Ok(Some(length > MAXIMUM_ENTRY))
    }
}
