//! A stream of XML cut into events, without trust in what stands around them.
//!
//! An event is found by its start tag and ends with its end tag, so that damage ends with the event
//! that it is in: the roots of `wevtutil qe`, which have none around them, files that were cut, and
//! texts of a web page are all read alike. Bodies that were copied without their Event are events too.

use std::io::{self, Read};

use memchr::{memchr, memchr_iter, memmem};

use super::record::ChainEventKind;

/// More than any event: the log's own limit for one is 64 KiB.
const MAXIMUM_EVENT: usize = 1 << 20;
/// What is read at once.
const READ_SIZE: usize = 64 << 10;
/// More than any start of a tag that is looked for.
const LOOKAHEAD: usize = 64;

/// How an event came out of the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FrameEnd {
    Whole,
    /// The next event begins, or the file ends, before its end.
    Cut,
    /// Longer than any event; not returned.
    TooLong,
}

/// What a stream returns next.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next<T> {
    Item(T),
    /// Nothing yet: some input was passed over.
    Again,
    End,
}

/// One event as it stands in the stream.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Frame<'b> {
    pub(super) bytes: &'b [u8],
    /// The line where it begins, from 1.
    pub(super) line: u64,
    pub(super) offset: u64,
    pub(super) end: FrameEnd,
}

/// The beginning of an event, by its element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Opening {
    Event,
    /// A body alone.
    Body(ChainEventKind),
}

impl Opening {
    /// Recognises an opening by what follows `<`.
    fn of(tag: &[u8]) -> Option<Self> {
        let length = tag.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
        let name = &tag[..length];
        // Where the blank is lost, the name ends in that of the first attribute.
        let name = name.strip_suffix(b"xmlns").unwrap_or(name);
        if name == b"Event" {
            return Some(Self::Event);
        }
        let kinds = ChainEventKind::ALL.iter().copied();
        kinds.into_iter().find(|kind| kind.name().as_bytes() == name).map(Self::Body)
    }

    fn end_tag(self) -> Vec<u8> {
        let element = match self {
            Self::Event => "Event",
            Self::Body(kind) => kind.name(),
        };
        format!("</{element}").into_bytes()
    }
}

pub(super) struct Framer<R> {
    input: R,
    buffer: Vec<u8>,
    start: usize,
    /// Where `start` stands.
    line: u64,
    offset: u64,
    is_at_end: bool,
    /// Within an event that was too long: only the next Event is a beginning.
    skips_bodies: bool,
}

impl<R: Read> Framer<R> {
    pub(super) fn new(input: R) -> Self {
        Self {
            input,
            buffer: Vec::new(),
            start: 0,
            line: 1,
            offset: 0,
            is_at_end: false,
            skips_bodies: false,
        }
    }

    /// How far the stream has been read.
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// The next event, after a bounded amount of input.
    pub(super) fn next(&mut self) -> io::Result<Next<Frame<'_>>> {
        let opening = match self.find_opening() {
            Some(opening) => opening,
            None if self.is_at_end => return Ok(Next::End),
            None => {
                self.fill()?;
                return Ok(Next::Again);
            }
        };
        let end_tag = opening.end_tag();
        let (length, end) = loop {
            let rest = &self.buffer[self.start..];
            let closed = find_end(rest, &end_tag);
            // What was read last may be half a tag, in which `<EventData` begins like `<Event`.
            let whole =
                if self.is_at_end { rest.len() } else { rest.len().saturating_sub(LOOKAHEAD) };
            let next = || next_event(&rest[..closed.unwrap_or(whole)], opening);
            match closed {
                Some(length) if length <= MAXIMUM_EVENT => {
                    break next().map_or((length, FrameEnd::Whole), |next| (next, FrameEnd::Cut));
                }
                None if self.is_at_end && rest.len() <= MAXIMUM_EVENT => {
                    break (next().unwrap_or(rest.len()), FrameEnd::Cut);
                }
                None if rest.len() <= MAXIMUM_EVENT => self.fill()?,
                _ => break next().map_or((1, FrameEnd::TooLong), |next| (next, FrameEnd::Cut)),
            }
        };
        self.skips_bodies = end == FrameEnd::TooLong;
        let (line, offset, from) = (self.line, self.offset, self.start);
        self.advance(length);
        Ok(Next::Item(Frame { bytes: &self.buffer[from..from + length], line, offset, end }))
    }

    /// Goes to the next opening in what was read; without one to its end, or to half a tag there.
    fn find_opening(&mut self) -> Option<Opening> {
        let rest = &self.buffer[self.start..];
        let mut passed = rest.len();
        let mut found = None;
        for at in memchr_iter(b'<', rest) {
            if rest.len() - at < LOOKAHEAD && !self.is_at_end {
                passed = at;
                break;
            }
            let opening = Opening::of(&rest[at + 1..]);
            let is_wanted = opening == Some(Opening::Event) || !self.skips_bodies;
            if let Some(opening) = opening.filter(|_| is_wanted) {
                (passed, found) = (at, Some(opening));
                break;
            }
        }
        self.advance(passed);
        found
    }

    fn advance(&mut self, length: usize) {
        let passed = &self.buffer[self.start..self.start + length];
        self.line += memchr_iter(b'\n', passed).count() as u64;
        self.start += length;
        self.offset += length as u64;
    }

    fn fill(&mut self) -> io::Result<()> {
        self.buffer.drain(..self.start);
        self.start = 0;
        let before = self.buffer.len();
        match self.input.by_ref().take(READ_SIZE as u64).read_to_end(&mut self.buffer) {
            Ok(read) => self.is_at_end = read == 0,
            // More may come later; what came so far counts.
            Err(error)
                if error.kind() == io::ErrorKind::WouldBlock && self.buffer.len() > before => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }
}

/// Behind the end tag; `</EventID>` is not that of Event.
fn find_end(bytes: &[u8], end_tag: &[u8]) -> Option<usize> {
    memmem::find_iter(bytes, end_tag).find_map(|at| {
        let behind = at + end_tag.len();
        let is_longer = bytes.get(behind).is_none_or(u8::is_ascii_alphanumeric);
        if is_longer { None } else { Some(behind + memchr(b'>', &bytes[behind..])? + 1) }
    })
}

/// Where the next Event begins within what was taken for one: its end is missing.
fn next_event(bytes: &[u8], opening: Opening) -> Option<usize> {
    memchr_iter(b'<', bytes).skip(1).find(|at| match Opening::of(&bytes[at + 1..]) {
        Some(Opening::Event) => true,
        Some(Opening::Body(_)) => opening != Opening::Event,
        None => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames(text: &str) -> Vec<(String, u64, FrameEnd)> {
        let mut framer = Framer::new(text.as_bytes());
        let mut all = Vec::new();
        loop {
            match framer.next().unwrap() {
                Next::Item(frame) => {
                    let text = String::from_utf8_lossy(frame.bytes).into_owned();
                    all.push((text, frame.line, frame.end));
                }
                Next::Again => {}
                Next::End => break,
            }
        }
        assert_eq!(framer.offset(), text.len() as u64);
        all
    }

    #[test]
    fn events_are_found_whatever_stands_around_them() {
        use FrameEnd::{Cut, Whole};
        let one = "<Event xmlns='x'><EventID>30</EventID></Event>";
        let lost = "<Eventxmlns=\"x\"><EventID>30</EventID></Event >";
        let body = "<X509Objects><Certificate /></X509Objects>";
        for (text, expected) in [
            (one.to_owned(), vec![(one, 1, Whole)]),
            (format!("<Events>\n{one}\r\n{one}</Events>"), vec![(one, 2, Whole), (one, 3, Whole)]),
            (format!("{one}{lost}"), vec![(one, 1, Whole), (lost, 1, Whole)]),
            (format!("<Record>{body}</Record>"), vec![(body, 1, Whole)]),
            (format!("<?xml version='1.0'?>\n\n{one}"), vec![(one, 3, Whole)]),
            (
                format!("<Event><EventID>\n{one}"),
                vec![("<Event><EventID>\n", 1, Cut), (one, 2, Whole)],
            ),
            (format!("{one}<Event><EventID"), vec![(one, 1, Whole), ("<Event><EventID", 1, Cut)]),
            ("<Events><EventData/><Eventually/></Events>".to_owned(), vec![]),
            (String::new(), vec![]),
            ("no <XML".to_owned(), vec![]),
        ] {
            let expected: Vec<_> = expected
                .into_iter()
                .map(|(text, line, end)| (text.to_owned(), line, end))
                .collect();
            assert_eq!(frames(&text), expected, "{text}");
        }
    }

    #[test]
    fn an_event_is_whole_wherever_a_read_ends() {
        let event = "<Event><EventID>1</EventID><EventAuxInfo/><X509Objects/></Event>";
        for before_the_end in 0..=event.len() {
            let text = " ".repeat(READ_SIZE - before_the_end) + event + event;
            let ends: Vec<FrameEnd> = frames(&text).into_iter().map(|(.., end)| end).collect();
            assert_eq!(ends, [FrameEnd::Whole; 2], "{before_the_end}");
        }
    }

    #[test]
    fn an_event_without_end_costs_no_more_memory_than_one_of_the_greatest_length() {
        let text = format!(
            "<Event><X509Objects>{}</X509Objects><Event></Event>",
            "<Certificate/>".repeat(300_000)
        );
        let mut framer = Framer::new(text.as_bytes());
        let mut ends = Vec::new();
        loop {
            match framer.next().unwrap() {
                Next::Item(frame) => ends.push(frame.end),
                Next::Again => {}
                Next::End => break,
            }
        }
        assert_eq!(ends, [FrameEnd::TooLong, FrameEnd::Whole]);
        assert!(framer.buffer.capacity() < 4 * MAXIMUM_EVENT, "{}", framer.buffer.capacity());
    }
}
