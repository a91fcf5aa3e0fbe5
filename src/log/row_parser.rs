//! Rows read fast, by expecting what the row before had.

use memchr::{memchr, memchr2};

use super::format::Columns;
use super::row::{Event, Field, MAXIMUM_LINE, Row, RowError, quoted_length};
use crate::timestamp::Timestamp;

/// Reads the rows of a log one after the other, faster than [`Row::parse`] and with the same
/// result: it expects the standard columns and what the row before had, verifies, and leaves every
/// other line to [`Row::parse`].
#[derive(Debug)]
pub struct RowParser<'log> {
    columns: &'log Columns,
    has_standard_columns: bool,
    stamp: StampParser,
    /// Of the row before, as it stands in its line: `,connector,session-id,`.
    heading: &'log [u8],
    connector: &'log [u8],
    session_id: u64,
    /// Of the row before, as it stands in its line: `local-endpoint,remote-endpoint,`.
    endpoints: &'log [u8],
    local_endpoint: &'log [u8],
    remote_endpoint: &'log [u8],
}

impl<'log> RowParser<'log> {
    /// A parser for lines with these columns.
    #[must_use]
    pub fn new(columns: &'log Columns) -> Self {
        Self {
            columns,
            has_standard_columns: *columns == Columns::STANDARD,
            stamp: StampParser::default(),
            heading: b"",
            connector: b"",
            session_id: 0,
            endpoints: b"",
            local_endpoint: b"",
            remote_endpoint: b"",
        }
    }

    /// Reads the next line, without its line end.
    ///
    /// # Errors
    /// Those of [`Row::parse`].
    #[inline]
    pub fn parse(&mut self, line: &'log [u8]) -> Result<Row<'log>, RowError> {
        match self.parse_expected(line) {
            Some(row) => Ok(row),
            None => Row::parse(line, self.columns),
        }
    }

    #[inline]
    fn parse_expected(&mut self, line: &'log [u8]) -> Option<Row<'log>> {
        if !self.has_standard_columns || line.len() > MAXIMUM_LINE {
            return None;
        }
        let (stamp, rest) = line.split_first_chunk::<24>()?;
        let date_time = self.stamp.parse(stamp)?;
        let rest = match rest.strip_prefix(self.heading) {
            Some(rest) if !self.heading.is_empty() => rest,
            _ => self.read_heading(rest)?,
        };
        let (sequence_number, rest) = decimal(rest)?;
        let rest = match rest.strip_prefix(self.endpoints) {
            Some(rest) if !self.endpoints.is_empty() => rest,
            _ => self.read_endpoints(rest)?,
        };
        let [event, b',', rest @ ..] = rest else { return None };
        let event = Event::parse(std::slice::from_ref(event))?;
        let (data, context) = match rest {
            [b',', context @ ..] => (&b""[..], context),
            _ => first_field(rest)?,
        };
        let is_one_field = match context.first() {
            None => true,
            Some(b'"') => {
                quoted_length(context) == Ok(context.len()) && memchr(0, context).is_none()
            }
            Some(_) => memchr2(b',', 0, context).is_none(),
        };
        is_one_field.then_some(Row {
            date_time,
            session_id: self.session_id,
            sequence_number: Some(sequence_number),
            event,
            connector: Field::new(self.connector),
            local_endpoint: Field::new(self.local_endpoint),
            remote_endpoint: Field::new(self.remote_endpoint),
            data: Field::new(data),
            context: Field::new(context),
        })
    }

    fn read_heading(&mut self, heading: &'log [u8]) -> Option<&'log [u8]> {
        let rest = heading.strip_prefix(b",")?;
        let (connector, rest) = match rest.strip_prefix(self.connector) {
            Some([b',', rest @ ..]) => (self.connector, rest),
            _ => first_field(rest)?,
        };
        let (session_id, rest) = rest.split_first_chunk::<16>()?;
        let session_id = parse_hexadecimal(session_id)?;
        let rest = rest.strip_prefix(b",")?;
        self.heading = &heading[..heading.len() - rest.len()];
        self.connector = connector;
        self.session_id = session_id;
        Some(rest)
    }

    fn read_endpoints(&mut self, endpoints: &'log [u8]) -> Option<&'log [u8]> {
        let (local_endpoint, rest) = unquoted(endpoints)?;
        let (remote_endpoint, rest) = unquoted(rest)?;
        self.endpoints = &endpoints[..endpoints.len() - rest.len()];
        self.local_endpoint = local_endpoint;
        self.remote_endpoint = remote_endpoint;
        Some(rest)
    }
}

/// The field at the beginning and what follows its comma; `None` if it is the last, or holds NUL.
#[inline]
fn first_field(rest: &[u8]) -> Option<(&[u8], &[u8])> {
    if rest.first() != Some(&b'"') {
        return unquoted(rest);
    }
    let (field, rest) = rest.split_at_checked(quoted_length(rest).ok()?)?;
    if memchr(0, field).is_some() {
        return None;
    }
    Some((field, rest.strip_prefix(b",")?))
}

/// The same, for a field that is not quoted.
#[inline]
fn unquoted(rest: &[u8]) -> Option<(&[u8], &[u8])> {
    if rest.first() == Some(&b'"') {
        return None;
    }
    let (field, rest) = rest.split_at_checked(memchr2(b',', 0, rest)?)?;
    Some((field, rest.strip_prefix(b",")?))
}

/// The number at the beginning, and what follows its comma.
#[inline]
fn decimal(rest: &[u8]) -> Option<(u64, &[u8])> {
    let mut number = 0;
    for (at, byte) in rest.iter().enumerate().take(10) {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return (*byte == b',' && at > 0).then(|| (number, &rest[at + 1..]));
        }
        number = number * 10 + u64::from(digit);
    }
    None
}

/// Reads stamps; most share year to minute with the one before.
#[derive(Debug)]
struct StampParser {
    minute: [u8; 17],
    minute_ticks: i64,
}

impl Default for StampParser {
    fn default() -> Self {
        Self { minute: *b"0001-01-01T00:00:", minute_ticks: 0 }
    }
}

impl StampParser {
    #[inline]
    fn parse(&mut self, stamp: &[u8; 24]) -> Option<Timestamp> {
        let (minute, rest) = stamp.split_first_chunk::<17>()?;
        if *minute != self.minute {
            self.read_minute(minute)?;
        }
        let [s1, s2, b'.', f1, f2, f3, b'Z'] = rest else { return None };
        let digits = [s1, s2, f1, f2, f3].map(|digit| i64::from(digit.wrapping_sub(b'0')));
        if digits.iter().any(|digit| *digit > 9) || digits[0] > 5 {
            return None;
        }
        let milliseconds =
            digits[0] * 10_000 + digits[1] * 1000 + digits[2] * 100 + digits[3] * 10 + digits[4];
        Timestamp::from_ticks(self.minute_ticks + milliseconds * 10_000)
    }

    fn read_minute(&mut self, minute: &[u8; 17]) -> Option<()> {
        let mut full = [0; 24];
        full[..17].copy_from_slice(minute);
        full[17..].copy_from_slice(b"00.000Z");
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
        let change = prop::option::of((0..120_usize, "[ ,\"0Z*é\0]"));
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
