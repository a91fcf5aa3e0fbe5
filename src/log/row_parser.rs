//! Rows read fast, by expecting what Exchange writes.

use fearless_simd::prelude::*;

use super::fields::Fields;
use super::format::Columns;
use super::prefix::Prefix;
use super::row::{Event, Field, MAXIMUM_LINE, Row, parse_decimal};
use super::separators::{BLOCK, marks};
use super::stamp_parser::StampParser;

/// Reads the rows of a log one after the other, faster than [`Row::parse`] and with the same
/// result: it expects the standard columns and what earlier rows of the session had, verifies, and
/// leaves every other line to [`Row::parse`].
#[derive(Debug)]
pub(super) struct RowParser<'log, S> {
    simd: S,
    has_standard_columns: bool,
    stamp: StampParser,
    /// The row before, of which the next one changes what differs.
    row: Row<'log>,
    /// What rows share with others of their session, and which of it the row before shares.
    headings: Box<[Heading<'log>; HEADINGS]>,
    place: usize,
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

/// Where a line ends that was read as expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct LineEnd {
    /// The line's length without its line end.
    pub(super) length: usize,
    /// The same with it.
    pub(super) next: usize,
}

impl<'log, S: Simd> RowParser<'log, S> {
    /// A parser for lines with these columns.
    #[expect(clippy::large_stack_arrays, reason = "58 KiB that go to the heap at once")]
    pub(super) fn new(simd: S, columns: &Columns) -> Self {
        Self {
            simd,
            has_standard_columns: *columns == Columns::STANDARD,
            stamp: StampParser::default(),
            row: Row::EMPTY,
            headings: Box::new([Heading::NONE; HEADINGS]),
            place: 0,
        }
    }

    /// The row that was read as expected last.
    #[inline]
    pub(super) fn row(&self) -> &Row<'log> {
        &self.row
    }

    /// Reads the line at the beginning of a text, if it is as expected. Returns where it ends:
    /// there is no need to search for that before the fields.
    #[expect(clippy::inline_always, reason = "called for each row, from one place in each loop")]
    #[inline(always)]
    pub(super) fn parse_expected(&mut self, text: &'log [u8]) -> Option<LineEnd> {
        let (stamp, rest) = text.split_first_chunk::<24>()?;
        if !self.has_standard_columns {
            return None;
        }
        self.row.date_time = self.stamp.parse(stamp)?;
        let heading = &self.headings[self.place % HEADINGS];
        let rest = match heading.start.strip(self.simd, rest) {
            Some(rest) => rest,
            None => self.read_heading(rest)?,
        };
        let (sequence_number, rest) = decimal(rest)?;
        self.row.sequence_number = Some(sequence_number);
        let heading = &self.headings[self.place % HEADINGS];
        let rest = match heading.endpoints.strip(self.simd, rest) {
            Some(rest) => rest,
            None => self.read_endpoints(rest)?,
        };
        let [event, b',', rest @ ..] = rest else { return None };
        self.row.event = Event::of(*event)?;
        let found = match rest.first_chunk() {
            Some(block) => marks::<S, b','>(self.simd, block),
            None => 0,
        };
        let LineEnd { length, next } = match self.read_short(rest, found) {
            Some(end) => end,
            None => self.read_long(rest, found)?,
        };
        let before = text.len() - rest.len();
        let length = before + length;
        (length <= MAXIMUM_LINE).then_some(LineEnd { length, next: before + next })
    }

    /// Reads data and context where both lie within a block, without quotes, as most do.
    #[expect(clippy::inline_always, reason = "called for each row, from one place")]
    #[inline(always)]
    fn read_short(&mut self, text: &'log [u8], first: u64) -> Option<LineEnd> {
        let block: &[u8; BLOCK] = text.first_chunk()?;
        let second = first & first.wrapping_sub(1);
        if second == 0 {
            return None;
        }
        let (data_end, end) = (first.trailing_zeros() as usize, second.trailing_zeros() as usize);
        let context = data_end + 1;
        let is_quoted = block[0] == b'"' || block[context] == b'"';
        if is_quoted || block[data_end] != b',' || block[end] != b'\n' {
            return None;
        }
        let has_return = context < end && block[end - 1] == b'\r';
        let length = end - usize::from(has_return);
        self.row.data = Field::new(block.get(..data_end)?);
        self.row.context = Field::new(block.get(context..length)?);
        Some(LineEnd { length, next: end + 1 })
    }

    #[inline(never)]
    fn read_long(&mut self, text: &'log [u8], found: u64) -> Option<LineEnd> {
        let simd = self.simd;
        simd.vectorize(
            #[inline(always)]
            || {
                let mut fields = Fields::resume(simd, text, found);
                self.row.data = Field::new(fields.next()?);
                let (context, next) = fields.last()?;
                self.row.context = Field::new(context);
                Some(LineEnd { length: fields.start + context.len(), next })
            },
        )
    }

    /// Reads what stands before the sequence number in a row of another session than the one before.
    #[inline(never)]
    fn read_heading(&mut self, text: &'log [u8]) -> Option<&'log [u8]> {
        let simd = self.simd;
        simd.vectorize(
            #[inline(always)]
            || {
                for id in likely_ids(simd, text) {
                    let place = place_of(id);
                    let heading = &self.headings[place % HEADINGS];
                    if let Some(rest) = heading.start.strip(simd, text) {
                        self.give_heading(place);
                        return Some(rest);
                    }
                }
                let mut fields = Fields::from(simd, text.strip_prefix(b",")?);
                let connector = fields.next()?;
                let id: &[u8; 16] = fields.next()?.try_into().ok()?;
                let place = place_of(id);
                if let Some(rest) = self.headings[place % HEADINGS].start.strip(simd, text) {
                    self.give_heading(place);
                    return Some(rest);
                }
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
        self.give_heading(place);
    }

    #[inline]
    fn give_heading(&mut self, place: usize) {
        let heading = &self.headings[place % HEADINGS];
        self.place = place;
        self.row.connector = heading.connector;
        self.row.session_id = heading.session_id;
        self.row.local_endpoint = heading.local_endpoint;
        self.row.remote_endpoint = heading.remote_endpoint;
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
        connector: Row::EMPTY.connector,
        session_id: 0,
        endpoints: Prefix::NONE,
        local_endpoint: Row::EMPTY.local_endpoint,
        remote_endpoint: Row::EMPTY.remote_endpoint,
    };
}

/// How many headings are remembered, a power of two: more than sessions that are mostly open at once.
const HEADINGS: usize = 256;

/// Where the heading of a session is remembered. Ids count up, so that their last digits tell those
/// of a time apart.
#[inline]
fn place_of(id: &[u8; 16]) -> usize {
    let [.., tens, ones] = *id;
    let value = |digit: u8| usize::from(digit & 15) + 9 * usize::from(digit >> 6);
    value(tens) << 4 | value(ones)
}

/// What may be the session id: 16 bytes between two commas.
#[expect(clippy::inline_always, reason = "for the instructions that the caller may use")]
#[inline(always)]
fn likely_ids<S: Simd>(simd: S, text: &[u8]) -> impl Iterator<Item = &[u8; 16]> + use<'_, S> {
    let commas = match text.first_chunk() {
        Some(block) => marks::<S, b','>(simd, block),
        None => 0,
    };
    let mut pairs = commas & commas >> 17;
    std::iter::from_fn(move || {
        let comma = pairs.trailing_zeros() as usize;
        pairs &= pairs.wrapping_sub(1);
        text.get(comma + 1..)?.first_chunk()
    })
    .take(2)
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
mod tests;
