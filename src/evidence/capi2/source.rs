//! Where events come from: a file of XML or JSON or an `.evtx` file, recognised by content, or a text.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::path::Path;

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE, WINDOWS_1252};
use encoding_rs_io::DecodeReaderBytesBuilder;

use super::evtx_file::{EvtxFile, SIGNATURE};
use super::framer::{FrameEnd, Framer, Next};
use super::json_events::JsonEvents;
use super::parser::{Parsed, parse};
use crate::input;

/// What is kept of a compressed `.evtx` file, in bytes; the log has one megabyte by default.
const MAXIMUM_UNPACKED: u64 = 512 << 20;

/// How much of a file shows what it is, in bytes.
const BEGINNING: u64 = 16 << 10;

/// One event of a source.
pub(super) struct Item {
    /// What it came to, or why it cannot be read.
    pub(super) parsed: Result<Parsed, String>,
    /// The line, from 1; 0 in an `.evtx` file.
    pub(super) line: u64,
    pub(super) offset: u64,
}

pub(super) enum Source {
    /// Text, and whether its beginning may be that of events.
    Xml(Framer<Box<dyn Read + Send>>, bool),
    Evtx(Box<EvtxFile>),
    Json(Box<JsonEvents>),
}

/// Why a file cannot be read as events.
pub(super) enum OpenError {
    Io(io::Error),
    Evtx(String),
}

impl Source {
    pub(super) fn open(path: &Path) -> Result<Self, OpenError> {
        let mut file = input::open(path).map_err(OpenError::Io)?;
        let mut start = Vec::new();
        file.by_ref().take(BEGINNING).read_to_end(&mut start).map_err(OpenError::Io)?;
        if !start.starts_with(SIGNATURE) {
            return Ok(Self::of_bytes(start, file));
        }
        // Chunks are read at their places: the file itself where it is one, else what it unpacks to.
        let mut beginning = Vec::with_capacity(SIGNATURE.len());
        let plain = File::open(path).and_then(|mut plain| {
            plain.by_ref().take(SIGNATURE.len() as u64).read_to_end(&mut beginning)?;
            plain.seek(SeekFrom::Start(0))?;
            Ok(plain)
        });
        let opened = match plain {
            Ok(plain) if beginning == SIGNATURE => EvtxFile::open(plain),
            _ => {
                file.take(MAXIMUM_UNPACKED).read_to_end(&mut start).map_err(OpenError::Io)?;
                EvtxFile::open(Cursor::new(start))
            }
        };
        let file = opened.map_err(OpenError::Io)?;
        file.map(|file| Self::Evtx(Box::new(file))).map_err(OpenError::Evtx)
    }

    /// XML or JSON in a file that is in memory, or begins there: `start` is followed by `rest`.
    pub(super) fn of_bytes(start: Vec<u8>, rest: impl Read + Send + 'static) -> Self {
        let encoding = encoding_of(&start);
        let beginning = match encoding {
            Some(encoding) => encoding.decode(&start).0,
            None => String::from_utf8_lossy(&start),
        };
        let is_json = JsonEvents::begin(beginning.as_bytes());
        let may_be_events = is_blank_or_of_events(&beginning);
        drop(beginning);
        let input = Cursor::new(start).chain(rest);
        let input: Box<dyn Read + Send> = match encoding {
            // wevtutil and Out-File write UTF-16; what is said is that of the decoded text.
            Some(encoding) => Box::new(
                DecodeReaderBytesBuilder::new()
                    .encoding(Some(encoding))
                    .bom_override(true)
                    .strip_bom(true)
                    .build(input),
            ),
            None => Box::new(input),
        };
        if is_json {
            return Self::Json(Box::new(JsonEvents::new(input)));
        }
        Self::Xml(Framer::new(input), may_be_events)
    }

    /// How far it has been read, in bytes.
    pub(super) fn offset(&self) -> u64 {
        match self {
            Self::Xml(framer, _) => framer.offset(),
            Self::Evtx(file) => file.offset(),
            Self::Json(events) => events.count(),
        }
    }

    /// The next event, after a bounded amount of input.
    pub(super) fn next(&mut self) -> io::Result<Next<Item>> {
        match self {
            Self::Xml(framer, _) => {
                let frame = match framer.next()? {
                    Next::Item(frame) => frame,
                    Next::Again => return Ok(Next::Again),
                    Next::End => return Ok(Next::End),
                };
                let parsed = match frame.end {
                    FrameEnd::Whole => parse_bytes(frame.bytes),
                    FrameEnd::Cut => Err("the event is cut: its end is missing".to_owned()),
                    FrameEnd::TooLong => Err("an event longer than the log can hold".to_owned()),
                };
                Ok(Next::Item(Item { parsed, line: frame.line, offset: frame.offset }))
            }
            Self::Evtx(file) => Ok(match file.next()? {
                Some(item) => {
                    let parsed = item.xml.and_then(|xml| parse_bytes(xml.as_bytes()));
                    Next::Item(Item { parsed, line: 0, offset: item.offset })
                }
                None => Next::End,
            }),
            Self::Json(events) => Ok(match events.next()? {
                Some(xml) => {
                    let parsed = parse_bytes(xml.as_bytes());
                    Next::Item(Item { parsed, line: 0, offset: events.count() })
                }
                None => Next::End,
            }),
        }
    }
}

/// Whether a text may hold events: an empty log is exported as nothing, as an empty list or as an
/// element of that name.
fn is_blank_or_of_events(beginning: &str) -> bool {
    let text = beginning.trim_matches(|one: char| one.is_whitespace() || one == '\u{feff}');
    text.is_empty() || text == "[]" || text.contains("<Event") || text.contains("<Objs")
}

/// Bytes that are no UTF-8 are taken for Windows-1252, the ANSI code page of most servers: only
/// localised texts, which are not read, and names of subjects have such letters.
fn parse_bytes(bytes: &[u8]) -> Result<Parsed, String> {
    let parsed = match std::str::from_utf8(bytes) {
        Ok(text) => parse(text),
        Err(_) => parse(&WINDOWS_1252.decode_without_bom_handling(bytes).0),
    };
    parsed.map_err(|damage| damage.to_string())
}

/// UTF-16 by its byte order mark, or by the zero bytes of its first characters.
fn encoding_of(start: &[u8]) -> Option<&'static Encoding> {
    match start {
        [0xFF, 0xFE, ..] => Some(UTF_16LE),
        [0xFE, 0xFF, ..] => Some(UTF_16BE),
        [first, 0, ..] if *first != 0 => Some(UTF_16LE),
        [0, first, ..] if *first != 0 => Some(UTF_16BE),
        _ => None,
    }
}
