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
    #[expect(clippy::large_stack_arrays, reason = "22 KiB that go to the heap at once")]
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
mod tests {
    use fearless_simd::dispatch;
    use memchr::memchr;
    use proptest::prelude::*;

    use super::*;
    use crate::log::RowError;
    use crate::log::separators::levels;

    /// Reads a line, without its line end, as a segment's are read.
    fn parse<'log, S: Simd>(
        parser: &mut RowParser<'log, S>,
        line: &'log [u8],
    ) -> Result<Row<'log>, RowError> {
        match parser.parse_expected(line) {
            Some(end) if end.length == line.len() => Ok(*parser.row()),
            _ => Row::parse(line, &Columns::STANDARD),
        }
    }

    fn each_line_is_read_as_the_plain_parser_reads_it<S: Simd>(simd: S, lines: &[&str]) {
        let mut parser = RowParser::new(simd, &Columns::STANDARD);
        for line in lines {
            let plain = Row::parse(line.as_bytes(), &Columns::STANDARD);
            assert_eq!(parse(&mut parser, line.as_bytes()), plain, "{line}");
        }
    }

    fn each_line_is_read_alike_alone_and_before_others<S: Simd>(simd: S, text: &[u8]) {
        let mut parser = RowParser::new(simd, &Columns::STANDARD);
        let mut start = 0;
        while let Some(newline) = memchr(b'\n', &text[start..]) {
            let line = &text[start..start + newline];
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            if let Some(end) = parser.parse_expected(&text[start..]) {
                assert_eq!(Ok(*parser.row()), Row::parse(line, &Columns::STANDARD));
                assert_eq!(end, LineEnd { length: line.len(), next: newline + 1 });
            }
            start += newline + 1;
        }
    }

    proptest! {
        #[test]
        fn the_fast_parser_and_the_plain_one_agree(
            lines in prop::collection::vec(almost_a_row(), 1..12),
        ) {
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            for level in levels() {
                dispatch!(level, simd => each_line_is_read_as_the_plain_parser_reads_it(simd, &lines));
            }
        }

        #[test]
        fn a_line_is_read_alike_alone_and_before_others(
            lines in prop::collection::vec((almost_a_row(), "\r?\n"), 1..12),
        ) {
            let text = lines.iter().flat_map(|(line, end)| [line.as_str(), end]).collect::<String>();
            let text = text.as_bytes();
            for level in levels() {
                dispatch!(level, simd => each_line_is_read_alike_alone_and_before_others(simd, text));
            }
        }
    }

    #[test]
    fn lines_that_were_once_misread_are_read_as_the_plain_parser_reads_them() {
        let row = "2026-11-15T01:02:03.100Z,To EOP,08DE23A1F00D0001,7,,192.0.2.1:25,*,,";
        let other = "2026-11-15T01:02:03.100Z,To EOP 2,08de23a1f00d0002,7,,192.0.2.1:25,*,,";
        let without_comma = "2026-11-15T01:02:03.100Z\"To EOP,08DE23A1F00D0001,0,,192.0.2.1:25,*,,";
        let return_in_quotes =
            "2026-11-15T01:02:03.100Z,To EOP,08DE23A1F00D0001,0,,192.0.2.1:25,*,\"a\"\rb\",";
        let without_number = "2026-11-15T01:02:03.100Z,To EOP,08DE23A1F00D0001,,,192.0.2.1:25,*,,";
        for lines in [
            [without_comma, row, other],
            [return_in_quotes, row, other],
            [other, without_number, other],
            [row, without_number, other],
        ] {
            for level in levels() {
                dispatch!(level, simd => each_line_is_read_as_the_plain_parser_reads_it(simd, &lines));
            }
        }
    }

    /// Lines that are rows but for at most one change of a byte.
    fn almost_a_row() -> impl Strategy<Value = String> {
        let stamp = prop::sample::select(vec![
            "2026-11-15T01:02:03.100Z",
            "2026-11-15T01:02:59.999Z",
            "2026-11-15T01:02:60.000Z",
            "2026-02-30T01:02:03.100Z",
            "Date/Time",
        ]);
        let connector = prop::sample::select(vec!["To EOP", "\"To, EOP\"", "", "To EOP 2"]);
        let value =
            prop::sample::select(vec!["", "a", "\"a,b\"", "\"a\"\"b\"", "\"a\"b", "a\"b", "\""]);
        let change = prop::option::of((0..120_usize, "[ ,\"0Z*é\0\r\n]"));
        let id = prop::sample::select(vec!["08DE23A1F00D0001", "08de23a1f00d0002", "8DE", ""]);
        let sequence = prop::sample::select(vec!["0", "00", "7", "123", "12345678901", "", "x"]);
        let endpoints = prop::sample::select(vec![
            ",192.0.2.1:25",
            "192.0.2.10:4321,192.0.2.1:25",
            "\"192.0.2.10:4321\",192.0.2.1:25",
            ",",
        ]);
        let heading = (stamp, connector, id, sequence, endpoints);
        (heading, value.clone(), value, change).prop_map(
            |((stamp, connector, id, sequence, endpoints), data, context, change)| {
                let mut line =
                    format!("{stamp},{connector},{id},{sequence},{endpoints},*,{data},{context}");
                if let Some((at, text)) = change
                    && at < line.len()
                {
                    line.replace_range(at..=at, &text);
                }
                line
            },
        )
    }
}
