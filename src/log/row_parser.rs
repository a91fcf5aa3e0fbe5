//! Rows read fast, by expecting what the row before had.

use memchr::{memchr, memchr2, memchr3};

use super::format::Columns;
use super::row::{Event, Field, MAXIMUM_LINE, Row, RowError, parse_decimal, quoted_length};
use crate::timestamp::Timestamp;

/// Reads the rows of a log one after the other, faster than [`Row::parse`] and with the same
/// result: it expects the standard columns and what the row before had, verifies, and leaves every
/// other line to [`Row::parse`].
#[derive(Debug)]
pub struct RowParser<'log> {
    columns: &'log Columns,
    has_standard_columns: bool,
    stamp: StampParser,
    /// The row before, of which the next one changes what differs.
    row: Row<'log>,
    /// `,connector,session-id,` as it stands in the line before.
    heading: &'log [u8],
    /// `local-endpoint,remote-endpoint,` as it stands in the line before.
    endpoints: &'log [u8],
}

impl<'log> RowParser<'log> {
    /// A parser for lines with these columns.
    #[must_use]
    pub fn new(columns: &'log Columns) -> Self {
        Self {
            columns,
            has_standard_columns: *columns == Columns::STANDARD,
            stamp: StampParser::default(),
            row: Row::EMPTY,
            heading: b"",
            endpoints: b"",
        }
    }

    /// Reads the next line, without its line end.
    ///
    /// # Errors
    /// Those of [`Row::parse`].
    pub fn parse(&mut self, line: &'log [u8]) -> Result<Row<'log>, RowError> {
        match self.parse_expected(line) {
            Some(length) if length == line.len() => Ok(self.row),
            _ => Row::parse(line, self.columns),
        }
    }

    /// The row that was read as expected last.
    #[inline]
    pub(super) fn row(&self) -> &Row<'log> {
        &self.row
    }

    /// Reads the line at the beginning of a text, if it is as expected. Returns its length without
    /// its line end: there is no need to search for that before the fields.
    #[expect(clippy::inline_always, reason = "called for each row, from one place in each loop")]
    #[inline(always)]
    pub(super) fn parse_expected(&mut self, text: &'log [u8]) -> Option<usize> {
        if !self.has_standard_columns {
            return None;
        }
        let (stamp, rest) = text.split_first_chunk::<24>()?;
        self.row.date_time = self.stamp.parse(stamp)?;
        let rest = match rest.strip_prefix(self.heading) {
            Some(rest) if !self.heading.is_empty() => rest,
            _ => self.read_heading(rest)?,
        };
        let (sequence_number, rest) = decimal(rest)?;
        self.row.sequence_number = Some(sequence_number);
        let rest = match rest.strip_prefix(self.endpoints) {
            Some(rest) if !self.endpoints.is_empty() => rest,
            _ => self.read_endpoints(rest)?,
        };
        let [event, b',', rest @ ..] = rest else { return None };
        self.row.event = Event::of(*event)?;
        let (data, context) = last_fields(rest)?;
        self.row.data = Field::new(data);
        self.row.context = Field::new(context);
        // Both fields and the comma between them.
        let length = text.len() - rest.len() + data.len() + 1 + context.len();
        (length <= MAXIMUM_LINE).then_some(length)
    }

    fn read_heading(&mut self, heading: &'log [u8]) -> Option<&'log [u8]> {
        let rest = heading.strip_prefix(b",")?;
        let (connector, rest) = match rest.strip_prefix(self.row.connector.raw()) {
            Some([b',', rest @ ..]) => (self.row.connector.raw(), rest),
            _ => first_field(rest)?,
        };
        let (session_id, rest) = rest.split_first_chunk::<16>()?;
        let session_id = parse_hexadecimal(session_id)?;
        let rest = rest.strip_prefix(b",")?;
        self.heading = &heading[..heading.len() - rest.len()];
        self.row.connector = Field::new(connector);
        self.row.session_id = session_id;
        Some(rest)
    }

    fn read_endpoints(&mut self, endpoints: &'log [u8]) -> Option<&'log [u8]> {
        let (local_endpoint, rest) = unquoted(endpoints)?;
        let (remote_endpoint, rest) = unquoted(rest)?;
        self.endpoints = &endpoints[..endpoints.len() - rest.len()];
        self.row.local_endpoint = Field::new(local_endpoint);
        self.row.remote_endpoint = Field::new(remote_endpoint);
        Some(rest)
    }
}

/// The two fields at the end of the line at the beginning of a text.
#[inline]
fn last_fields(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let (data, rest) = match text {
        [b'"', ..] => return quoted_last_fields(text),
        [b',', rest @ ..] => (&b""[..], rest),
        _ => unquoted(text)?,
    };
    match rest {
        [b'\r', b'\n', ..] | [b'\n', ..] => return Some((data, b"")),
        [b'"', ..] => return quoted_last_fields(text),
        _ => {}
    }
    let length = end_of_field(rest).unwrap_or(rest.len());
    match rest.get(length) {
        None | Some(b'\n') => Some((data, without_carriage_return(&rest[..length]))),
        Some(_) => None,
    }
}

/// The same, where one of them may be quoted.
fn quoted_last_fields(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let line = without_carriage_return(&text[..memchr(b'\n', text).unwrap_or(text.len())]);
    let (data, context) = first_field(line)?;
    let is_one_field = match context.first() {
        None => true,
        Some(b'"') => quoted_length(context) == Ok(context.len()) && memchr(0, context).is_none(),
        Some(_) => memchr2(b',', 0, context).is_none(),
    };
    is_one_field.then_some((data, context))
}

fn without_carriage_return(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// The field at the beginning and what follows its comma; `None` if it is the last of its line, or
/// holds NUL.
fn first_field(text: &[u8]) -> Option<(&[u8], &[u8])> {
    if text.first() != Some(&b'"') {
        return unquoted(text);
    }
    let (field, rest) = text.split_at_checked(quoted_length(text).ok()?)?;
    if memchr2(b'\n', 0, field).is_some() {
        return None;
    }
    Some((field, rest.strip_prefix(b",")?))
}

/// The same, for a field that is not quoted.
#[inline]
fn unquoted(text: &[u8]) -> Option<(&[u8], &[u8])> {
    if text.first() == Some(&b'"') {
        return None;
    }
    let (field, rest) = text.split_at_checked(end_of_field(text)?)?;
    Some((field, rest.strip_prefix(b",")?))
}

/// Where a field that is not quoted ends, or what may not be in it stands: the first comma, line
/// feed or NUL.
#[inline]
fn end_of_field(text: &[u8]) -> Option<usize> {
    memchr3(b',', b'\n', 0, text)
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

/// `:00.000Z`, the first byte lowest.
const ZERO_SECOND: u64 = u64::from_le_bytes(*b":00.000Z");
/// Its bytes that are no digits.
const SEPARATORS: u64 = u64::from_le_bytes([0xFF, 0, 0, 0xFF, 0, 0, 0, 0xFF]);

/// Reads stamps; most share year to minute with the one before.
#[derive(Debug)]
struct StampParser {
    minute: [u8; 16],
    minute_ticks: i64,
}

impl Default for StampParser {
    fn default() -> Self {
        Self { minute: *b"0001-01-01T00:00", minute_ticks: 0 }
    }
}

impl StampParser {
    #[inline]
    fn parse(&mut self, stamp: &[u8; 24]) -> Option<Timestamp> {
        let (minute, second) = stamp.split_first_chunk::<16>()?;
        if *minute != self.minute {
            self.read_minute(minute)?;
        }
        // All five digits at once, each in its byte.
        let difference = u64::from_le_bytes(*second.first_chunk()?) ^ ZERO_SECOND;
        let digits = difference & !SEPARATORS;
        let are_digits = (digits | (digits + 0x0006_0606_0006_0600)) & 0x00F0_F0F0_00F0_F000 == 0;
        let digit = |byte: usize| i64::from(digits.to_le_bytes()[byte]);
        if difference & SEPARATORS != 0 || !are_digits || digit(1) > 5 {
            return None;
        }
        let milliseconds =
            digit(1) * 10_000 + digit(2) * 1000 + digit(4) * 100 + digit(5) * 10 + digit(6);
        Timestamp::from_ticks(self.minute_ticks + milliseconds * 10_000)
    }

    fn read_minute(&mut self, minute: &[u8; 16]) -> Option<()> {
        let mut full = [0; 24];
        full[..16].copy_from_slice(minute);
        full[16..].copy_from_slice(b":00.000Z");
        self.minute_ticks = Timestamp::from_log_stamp(&full)?.ticks();
        self.minute = *minute;
        Some(())
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
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_fast_parser_and_the_plain_one_agree(
            lines in prop::collection::vec(almost_a_row(), 1..12),
        ) {
            let mut parser = RowParser::new(&Columns::STANDARD);
            for line in &lines {
                let plain = Row::parse(line.as_bytes(), &Columns::STANDARD);
                prop_assert_eq!(parser.parse(line.as_bytes()), plain, "{}", line);
            }
        }

        #[test]
        fn a_line_is_read_alike_alone_and_before_others(
            lines in prop::collection::vec((almost_a_row(), "\r?\n"), 1..12),
        ) {
            let text = lines.iter().flat_map(|(line, end)| [line.as_str(), end]).collect::<String>();
            let text = text.as_bytes();
            let mut parser = RowParser::new(&Columns::STANDARD);
            let mut start = 0;
            while let Some(newline) = memchr(b'\n', &text[start..]) {
                let line = without_carriage_return(&text[start..start + newline]);
                if let Some(length) = parser.parse_expected(&text[start..]) {
                    prop_assert_eq!(Ok(*parser.row()), Row::parse(line, &Columns::STANDARD));
                    prop_assert_eq!(length, line.len());
                }
                start += newline + 1;
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
