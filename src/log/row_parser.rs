//! Rows read fast, by expecting what Exchange writes.
//!
//! This is clever on purpose; read this first. It splits no line: it predicts that a row has the stamp's
//! form, the connector and session of the row before (or of one of 256 others, by the last two digits
//! of the id) and the same endpoints, compares these prefixes in one step each, and looks for commas
//! only behind them. Nothing is trusted that was not compared: whatever differs from what is expected,
//! by one byte, is no error but `None`, and [`Row::parse`], the plain reader, decides. So a change here
//! can make reading slower, and never wrong, as long as `Some` means exactly what [`Row::parse`] says
//! of that line; the property tests hold it to that on every instruction set of the machine.

use fearless_simd::prelude::*;
use fearless_simd::u8x64;

use super::columns::Columns;
use super::fields::Fields;
use super::line::Line;
use super::prefix::Prefix;
use super::row::{Event, Field, MAXIMUM_LINE, Row, is_opening, parse_decimal};
use super::row_receiver::{RowPart, RowSpans};
use super::separators::{BLOCK, marks};
use super::span::Span;
use super::stamp_parser::{Stamp, StampParser};

/// Reads the rows of a log one after the other, faster than [`Row::parse`] and with the same
/// result: it expects the standard columns and what earlier rows of the session had, verifies, and
/// leaves every other line to [`Row::parse`].
#[derive(Debug)]
pub(super) struct RowParser<'log, S> {
    simd: S,
    data: &'log [u8],
    stamp: StampParser,
    /// What rows share with others of their session, and which of it the row before shares.
    headings: Box<[Heading<'log>; HEADINGS]>,
    place: usize,
}

/// A row that was read as expected, without its heading.
#[derive(Clone, Copy, Debug)]
pub(super) struct ExpectedRow {
    pub(super) stamp: Stamp,
    pub(super) sequence_number: u64,
    pub(super) spans: RowSpans,
    /// The line's length without its line end.
    pub(super) length: usize,
    /// The same with it: there is no need to search for that before the fields.
    pub(super) next: usize,
    /// It has the heading of the row before.
    pub(super) is_alike: bool,
}

/// What the rows of a session share, as it stands in one of them; nothing at first.
#[derive(Clone, Copy, Debug)]
struct Heading<'log> {
    /// `,connector,session-id,`
    start: Prefix<'log>,
    connector: Field<'log>,
    session_id: u64,
    /// `local-endpoint,remote-endpoint,`; these are not alike in the first rows.
    endpoints: Prefix<'log>,
    local_endpoint: Field<'log>,
    remote_endpoint: Field<'log>,
}

impl ExpectedRow {
    #[inline]
    pub(super) fn is_opening(&self) -> bool {
        is_opening(Some(self.sequence_number), self.spans.event)
    }

    /// What is known of it without its heading; its line begins there.
    #[inline]
    pub(super) fn part(&self, start: usize, number: u64) -> RowPart {
        let end = start + self.length;
        let line = Line { number, start, end, is_terminated: true };
        RowPart { line, stamp: self.stamp, spans: self.spans, is_opening: self.is_opening() }
    }
}

/// Where data and context stand behind the event, and where the line ends.
#[derive(Clone, Copy)]
struct Values {
    data_length: usize,
    context_start: usize,
    context_length: usize,
    next: usize,
}

impl<'log, S: Simd> RowParser<'log, S> {
    /// A parser for lines of that data, if these columns are the standard ones.
    pub(super) fn new(simd: S, columns: &Columns, data: &'log [u8]) -> Option<Self> {
        if *columns != Columns::STANDARD || u32::try_from(data.len()).is_err() {
            return None;
        }
        let headings: Box<[_]> = vec![Heading::NONE; HEADINGS].into();
        let headings = headings.try_into().ok()?;
        Some(Self { simd, data, stamp: StampParser::default(), headings, place: 0 })
    }

    /// The session of the row that was read last.
    #[inline]
    pub(super) fn session_id(&self) -> u64 {
        self.headings[self.place % HEADINGS].session_id
    }

    /// All of the row that was read last, of which this is the rest.
    pub(super) fn row(&self, row: ExpectedRow) -> Row<'log> {
        let heading = &self.headings[self.place % HEADINGS];
        Row {
            date_time: row.stamp.time(),
            session_id: heading.session_id,
            sequence_number: Some(row.sequence_number),
            event: row.spans.event,
            connector: heading.connector,
            local_endpoint: heading.local_endpoint,
            remote_endpoint: heading.remote_endpoint,
            data: Field::new(row.spans.data.get(self.data)),
            context: Field::new(row.spans.context.get(self.data)),
        }
    }

    /// Reads the line that begins there, if it is as expected and has a line end.
    #[expect(clippy::inline_always, reason = "called for each row, from one place in each loop")]
    #[inline(always)]
    pub(super) fn parse_expected(&mut self, start: usize) -> Option<ExpectedRow> {
        let (stamp, rest) = self.data.get(start..)?.split_first_chunk::<24>()?;
        let stamp = self.stamp.parse(stamp)?;
        let mut is_alike = true;
        let heading = &self.headings[self.place % HEADINGS];
        let rest = if let Some(rest) = heading.start.strip(self.simd, rest) {
            rest
        } else {
            is_alike = false;
            match self.find_heading(rest) {
                Some(rest) => rest,
                None => self.read_heading(rest)?,
            }
        };
        let (sequence_number, rest) = decimal(rest)?;
        let heading = &self.headings[self.place % HEADINGS];
        let rest = if let Some(rest) = heading.endpoints.strip(self.simd, rest) {
            rest
        } else {
            is_alike = false;
            self.read_endpoints(rest)?
        };
        let [event, b',', rest @ ..] = rest else { return None };
        let event = Event::of(*event)?;
        let found = match rest.first_chunk() {
            Some(block) => marks::<S, b','>(self.simd, block),
            None => 0,
        };
        let values = match read_short(rest, found) {
            Some(values) => values,
            None => self.read_long(rest, found)?,
        };
        let at = self.data.len() - rest.len();
        let Values { data_length, context_start, context_length, next } = values;
        let spans = RowSpans {
            event,
            data: Span::within(at, data_length),
            context: Span::within(at + context_start, context_length),
        };
        let before = at - start;
        let (length, next) = (before + context_start + context_length, before + next);
        let row = ExpectedRow { stamp, sequence_number, spans, length, next, is_alike };
        (length <= MAXIMUM_LINE).then_some(row)
    }

    #[inline(never)]
    fn read_long(&self, text: &[u8], found: u64) -> Option<Values> {
        let simd = self.simd;
        simd.vectorize(
            #[inline(always)]
            || {
                if let Some(values) = read_within_two_blocks(simd, text, found) {
                    return Some(values);
                }
                let mut fields = Fields::resume(simd, text, found);
                let data_length = fields.next()?.len();
                let context_start = fields.start;
                let (context, next) = fields.last()?;
                Some(Values { data_length, context_start, context_length: context.len(), next })
            },
        )
    }

    /// Finds what stands before the sequence number in a row of another session than the one before.
    #[expect(clippy::inline_always, reason = "called for each change of session, from one place")]
    #[inline(always)]
    fn find_heading(&mut self, text: &'log [u8]) -> Option<&'log [u8]> {
        let id = likely_id(self.simd, text)?;
        self.find_heading_of(id, text)
    }

    #[expect(clippy::inline_always, reason = "for the instructions that the caller may use")]
    #[inline(always)]
    fn find_heading_of(&mut self, id: &[u8; 16], text: &'log [u8]) -> Option<&'log [u8]> {
        let place = place_of(id);
        let rest = self.headings[place % HEADINGS].start.strip(self.simd, text)?;
        self.place = place;
        Some(rest)
    }

    /// Reads the same where the id does not lead at once to where it is remembered, and remembers it.
    #[inline(never)]
    fn read_heading(&mut self, text: &'log [u8]) -> Option<&'log [u8]> {
        let simd = self.simd;
        simd.vectorize(
            #[inline(always)]
            || {
                // The names that the Hybrid Configuration Wizard gives reach into the second block.
                if let Some(behind) = text.get(BLOCK - 18..)
                    && let Some(id) = likely_id(simd, behind)
                    && let Some(rest) = self.find_heading_of(id, text)
                {
                    return Some(rest);
                }
                let mut fields = Fields::from(simd, text.strip_prefix(b",")?);
                let connector = fields.next()?;
                let id: &[u8; 16] = fields.next()?.try_into().ok()?;
                if let Some(rest) = self.find_heading_of(id, text) {
                    return Some(rest);
                }
                let place = place_of(id);
                let session_id = parse_hexadecimal(id)?;
                let (start, rest) = text.split_at_checked(1 + fields.start)?;
                let (start, connector) = (Prefix::of(start), Field::new(connector));
                self.remember(Heading { start, connector, session_id, ..Heading::NONE }, place);
                Some(rest)
            },
        )
    }

    fn remember(&mut self, heading: Heading<'log>, place: usize) {
        self.headings[place % HEADINGS] = heading;
        self.place = place;
    }

    #[inline(never)]
    fn read_endpoints(&mut self, text: &'log [u8]) -> Option<&'log [u8]> {
        let simd = self.simd;
        simd.vectorize(
            #[inline(always)]
            || {
                let mut fields = Fields::from(simd, text);
                let local_endpoint = Field::new(fields.next()?);
                let remote_endpoint = Field::new(fields.next()?);
                let (endpoints, rest) = text.split_at_checked(fields.start)?;
                let heading = self.headings[self.place % HEADINGS];
                let endpoints = Prefix::of(endpoints);
                let heading = Heading { endpoints, local_endpoint, remote_endpoint, ..heading };
                self.remember(heading, self.place);
                Some(rest)
            },
        )
    }
}

impl Heading<'_> {
    const NONE: Self = Self {
        start: Prefix::NONE,
        connector: Field::new(b""),
        session_id: 0,
        endpoints: Prefix::NONE,
        local_endpoint: Field::new(b""),
        remote_endpoint: Field::new(b""),
    };
}

/// Reads data and context where both lie within a block, without quotes, as most do.
#[expect(clippy::inline_always, reason = "called for each row, from one place")]
#[inline(always)]
fn read_short(text: &[u8], first: u64) -> Option<Values> {
    let second = first & first.wrapping_sub(1);
    if second == 0 {
        return None;
    }
    let block: &[u8; BLOCK] = text.first_chunk()?;
    plain_values(block, first.trailing_zeros() as usize, second.trailing_zeros() as usize)
}

/// Reads them where they lie within two blocks.
#[expect(clippy::inline_always, reason = "for the instructions that the caller may use")]
#[inline(always)]
fn read_within_two_blocks<S: Simd>(simd: S, text: &[u8], first: u64) -> Option<Values> {
    let blocks: &[u8; 2 * BLOCK] = text.first_chunk()?;
    if blocks[0] == b'"' {
        return None;
    }
    let (_, block) = blocks.split_last_chunk()?;
    let mut found = u128::from(marks::<S, b','>(simd, block)) << BLOCK | u128::from(first);
    let data_length = found.trailing_zeros() as usize;
    found &= found.wrapping_sub(1);
    if found == 0 {
        None
    } else {
        plain_values(blocks, data_length, found.trailing_zeros() as usize)
    }
}

/// Data and context, if the first mark ends the one and the second one the other and the line.
#[expect(clippy::inline_always, reason = "called for each row")]
#[inline(always)]
fn plain_values<const LENGTH: usize>(
    text: &[u8; LENGTH],
    data_length: usize,
    end: usize,
) -> Option<Values> {
    let context_start = data_length + 1;
    if context_start >= LENGTH || end >= LENGTH {
        return None;
    }
    let is_quoted = text[0] == b'"' || text[context_start] == b'"';
    if is_quoted || text[data_length] != b',' || text[end] != b'\n' {
        return None;
    }
    let has_return = context_start < end && text[end - 1] == b'\r';
    let context_length = end - context_start - usize::from(has_return);
    Some(Values { data_length, context_start, context_length, next: end + 1 })
}

/// How many headings are remembered, a power of two: more than sessions that are mostly open at once.
const HEADINGS: usize = 256;

/// Where the heading of a session is remembered. Ids count up, so that their last digits keep those
/// of a time apart.
#[inline]
fn place_of(id: &[u8; 16]) -> usize {
    let [.., tens, ones] = *id;
    let value = |digit: u8| usize::from(digit & 15) + 9 * usize::from(digit >> 6);
    value(tens) << 4 | value(ones)
}

/// What may be the session id: 16 bytes between two commas, of which the first is `0`. Ids are
/// points in time, and begin so for another 1600 years. Without one it is whatever stands behind the
/// block: the heading shows whether it was right.
#[expect(clippy::inline_always, reason = "for the instructions that the caller may use")]
#[inline(always)]
fn likely_id<S: Simd>(simd: S, text: &[u8]) -> Option<&[u8; 16]> {
    let block: &[u8; BLOCK] = text.first_chunk()?;
    let commas = marks::<S, b','>(simd, block);
    let zeros = u8x64::from_slice(simd, block).simd_eq(b'0').to_bitmask();
    let comma = (commas & commas >> 17 & zeros >> 1).trailing_zeros() as usize;
    text.get(comma + 1..)?.first_chunk()
}

/// The number at the beginning, and what follows its comma.
#[inline]
fn decimal(text: &[u8]) -> Option<(u64, &[u8])> {
    match text {
        [ones @ b'0'..=b'9', b',', rest @ ..] => Some((u64::from(ones - b'0'), rest)),
        [tens @ b'0'..=b'9', ones @ b'0'..=b'9', b',', rest @ ..] => {
            Some((u64::from(tens - b'0') * 10 + u64::from(ones - b'0'), rest))
        }
        _ => {
            let (number, rest) = text.split_at(text.iter().position(|byte| *byte == b',')?);
            Some((parse_decimal(number)?, rest.strip_prefix(b",")?))
        }
    }
}

/// The value of each hexadecimal digit, 0xFF for other bytes.
const HEXADECIMAL: [u8; 256] = {
    let mut values = [0xFF; 256];
    let mut digit = 0;
    while digit < 16 {
        values[b"0123456789ABCDEF"[digit as usize] as usize] = digit;
        values[b"0123456789abcdef"[digit as usize] as usize] = digit;
        digit += 1;
    }
    values
};

fn parse_hexadecimal(digits: &[u8; 16]) -> Option<u64> {
    let mut value = 0;
    let mut all = 0;
    for byte in digits {
        let digit = HEXADECIMAL[usize::from(*byte)];
        all |= digit;
        value = value << 4 | u64::from(digit & 0xF);
    }
    (all <= 0xF).then_some(value)
}

#[cfg(test)]
pub(super) mod tests;
