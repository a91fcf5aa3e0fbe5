//! One physical line of a protocol log as a row.

use std::borrow::Cow;

use memchr::memchr;

use super::format::{Columns, MAXIMUM_COLUMNS};
use crate::timestamp::Timestamp;

/// The longest line that is read as a row; a longer one is damage.
pub(crate) const MAXIMUM_LINE: usize = 1 << 20;

/// A row, borrowed from its line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row<'line> {
    /// When.
    pub date_time: Timestamp,
    /// The session's id: 16 hexadecimal digits.
    pub session_id: u64,
    /// The number of the row in its session; real files repeat and skip numbers.
    pub sequence_number: Option<u64>,
    /// What happened.
    pub event: Event,
    /// The connector.
    pub connector: Field<'line>,
    /// This server's end.
    pub local_endpoint: Field<'line>,
    /// The other server's end.
    pub remote_endpoint: Field<'line>,
    /// The SMTP line or the value.
    pub data: Field<'line>,
    /// The label or message.
    pub context: Field<'line>,
}

/// The event of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// `+`
    Connect,
    /// `-`
    Disconnect,
    /// `>`
    Sent,
    /// `<`
    Received,
    /// `*`
    Information,
}

/// A field as it stands in the line, still quoted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Field<'line>(&'line [u8]);

impl<'line> Field<'line> {
    /// Takes the bytes of a field, with its quotes if it has any.
    #[must_use]
    pub fn new(bytes: &'line [u8]) -> Self {
        Self(bytes)
    }

    /// The field's value: quotes taken off, doubled quotes single.
    #[must_use]
    pub fn value(self) -> Cow<'line, [u8]> {
        match self.0 {
            [b'"', inner @ .., b'"'] => unquote(inner),
            plain => Cow::Borrowed(plain),
        }
    }

    /// Whether the value is empty.
    #[must_use]
    pub fn is_empty(self) -> bool {
        matches!(self.0, b"" | b"\"\"")
    }

    /// The bytes as they stand in the line.
    #[must_use]
    pub fn raw(self) -> &'line [u8] {
        self.0
    }
}

fn unquote(inner: &[u8]) -> Cow<'_, [u8]> {
    if memchr(b'"', inner).is_none() {
        return Cow::Borrowed(inner);
    }
    let mut value = Vec::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(quote) = memchr(b'"', rest) {
        value.extend_from_slice(&rest[..=quote]);
        rest = rest.get(quote + 2..).unwrap_or_default();
    }
    value.extend_from_slice(rest);
    Cow::Owned(value)
}

/// Why a line is not a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RowError {
    /// Longer than any row.
    #[error("the line is longer than 1 MiB")]
    TooLong,
    /// A NUL byte, as a crash leaves them.
    #[error("the line holds NUL bytes")]
    Nul,
    /// A quoted field that does not end before a comma or the line's end.
    #[error("a quoted field is not closed")]
    UnbalancedQuote,
    /// Too few or too many fields.
    #[error("the line has {found} fields where {expected} are expected")]
    FieldCount {
        /// How many it has.
        found: usize,
        /// How many the `#Fields` line names.
        expected: usize,
    },
    /// The date-time field is no stamp of the form `2026-11-15T01:02:03.100Z`.
    #[error("its date-time is not of the form 2026-11-15T01:02:03.100Z")]
    DateTime,
    /// The session-id field is not 1 to 16 hexadecimal digits.
    #[error("its session-id is not made of 16 hexadecimal digits")]
    SessionId,
    /// The event field is none of `+`, `-`, `>`, `<`, `*`.
    #[error("its event is none of + - > < *")]
    Event,
}

impl RowError {
    /// Whether the line has at least the shape of a row, so that it speaks for a protocol log.
    #[must_use]
    pub fn has_row_shape(self) -> bool {
        matches!(self, Self::DateTime | Self::SessionId)
    }
}

impl<'line> Row<'line> {
    /// Reads one line, without its line end.
    ///
    /// # Errors
    /// [`RowError`] says what is wrong with it first.
    pub fn parse(line: &'line [u8], columns: &Columns) -> Result<Self, RowError> {
        if line.len() > MAXIMUM_LINE {
            return Err(RowError::TooLong);
        }
        let mut fields = [&b""[..]; MAXIMUM_COLUMNS];
        let count = split(line, &mut fields)?;
        if count != columns.count {
            return Err(RowError::FieldCount { found: count, expected: columns.count });
        }
        let field = |index: usize| {
            Field(
                columns.position[index].and_then(|at| fields.get(at)).copied().unwrap_or_default(),
            )
        };
        let [
            date_time,
            connector,
            session_id,
            sequence_number,
            local,
            remote,
            event,
            data,
            context,
        ] = std::array::from_fn(field);
        // The event comes first: a line with an event has the shape of a row.
        let event = Event::parse(&event.value()).ok_or(RowError::Event)?;
        let date_time = Timestamp::from_log_stamp(&date_time.value()).ok_or(RowError::DateTime)?;
        let session_id = parse_session_id(&session_id.value()).ok_or(RowError::SessionId)?;
        Ok(Row {
            date_time,
            session_id,
            sequence_number: parse_decimal(&sequence_number.value()),
            event,
            connector,
            local_endpoint: local,
            remote_endpoint: remote,
            data,
            context,
        })
    }
}

impl Event {
    fn parse(field: &[u8]) -> Option<Self> {
        Some(match field {
            b"+" => Self::Connect,
            b"-" => Self::Disconnect,
            b">" => Self::Sent,
            b"<" => Self::Received,
            b"*" => Self::Information,
            _ => return None,
        })
    }
}

/// Reads the rows of a log one after the other, faster than [`Row::parse`] and with the same
/// result: it expects the standard columns and what the row before had, verifies, and leaves every
/// other line to [`Row::parse`].
#[derive(Debug)]
pub struct RowParser<'log> {
    columns: &'log Columns,
    has_standard_columns: bool,
    connector: &'log [u8],
    stamp: StampParser,
}

impl<'log> RowParser<'log> {
    /// A parser for lines with these columns.
    #[must_use]
    pub fn new(columns: &'log Columns) -> Self {
        Self {
            columns,
            has_standard_columns: *columns == Columns::STANDARD,
            connector: b"",
            stamp: StampParser::default(),
        }
    }

    /// Reads the next line, without its line end.
    ///
    /// # Errors
    /// Those of [`Row::parse`].
    pub fn parse(&mut self, line: &'log [u8]) -> Result<Row<'log>, RowError> {
        match self.parse_expected(line) {
            Some(row) => Ok(row),
            None => Row::parse(line, self.columns),
        }
    }

    fn parse_expected(&mut self, line: &'log [u8]) -> Option<Row<'log>> {
        if !self.has_standard_columns || line.len() > MAXIMUM_LINE {
            return None;
        }
        let (stamp, rest) = line.split_at_checked(24)?;
        let date_time = self.stamp.parse(stamp)?;
        let rest = rest.strip_prefix(b",")?;
        let (connector, rest) = match rest.strip_prefix(self.connector) {
            Some([b',', rest @ ..]) => (self.connector, rest),
            _ => first_field(rest)?,
        };
        self.connector = connector;
        let (session_id, rest) = rest.split_first_chunk::<16>()?;
        let session_id = parse_hexadecimal(session_id)?;
        let (sequence_number, rest) = unquoted(rest.strip_prefix(b",")?)?;
        let (local_endpoint, rest) = unquoted(rest)?;
        let (remote_endpoint, rest) = unquoted(rest)?;
        let [event, b',', rest @ ..] = rest else { return None };
        let event = Event::parse(std::slice::from_ref(event))?;
        let (data, context) = first_field(rest)?;
        let is_one_field = match context.first() {
            None => true,
            Some(b'"') => quoted_length(context) == Ok(context.len()),
            Some(_) => memchr(b',', context).is_none(),
        };
        is_one_field.then_some(Row {
            date_time,
            session_id,
            sequence_number: parse_decimal(sequence_number),
            event,
            connector: Field(connector),
            local_endpoint: Field(local_endpoint),
            remote_endpoint: Field(remote_endpoint),
            data: Field(data),
            context: Field(context),
        })
    }
}

/// The field at the beginning and what follows its comma; `None` if it is the last.
fn first_field(rest: &[u8]) -> Option<(&[u8], &[u8])> {
    if rest.first() != Some(&b'"') {
        return unquoted(rest);
    }
    let (field, rest) = rest.split_at_checked(quoted_length(rest).ok()?)?;
    Some((field, rest.strip_prefix(b",")?))
}

/// The same, for a field that is not quoted.
fn unquoted(rest: &[u8]) -> Option<(&[u8], &[u8])> {
    if rest.first() == Some(&b'"') {
        return None;
    }
    let length = memchr(b',', rest)?;
    Some((&rest[..length], &rest[length + 1..]))
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
    fn parse(&mut self, stamp: &[u8]) -> Option<Timestamp> {
        let (minute, rest) = stamp.split_first_chunk::<17>()?;
        if *minute != self.minute {
            let mut full = [0; 24];
            full[..17].copy_from_slice(minute);
            full[17..].copy_from_slice(b"00.000Z");
            self.minute_ticks = Timestamp::from_log_stamp(&full)?.ticks();
            self.minute = *minute;
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

/// Splits a line at its commas outside quotes; a field keeps its quotes. Returns how many fields
/// the line has, which can be more than `fields` holds.
fn split<'line>(
    line: &'line [u8],
    fields: &mut [&'line [u8]; MAXIMUM_COLUMNS],
) -> Result<usize, RowError> {
    let mut rest = line;
    let mut count = 0;
    loop {
        let length = if rest.first() == Some(&b'"') {
            quoted_length(rest)?
        } else {
            memchr(b',', rest).unwrap_or(rest.len())
        };
        if let Some(field) = fields.get_mut(count) {
            *field = &rest[..length];
        }
        count += 1;
        match rest.get(length + 1..) {
            Some(after_comma) => rest = after_comma,
            None => return Ok(count),
        }
    }
}

/// The length of a quoted field with both its quotes; it must end before a comma or the line's end.
fn quoted_length(rest: &[u8]) -> Result<usize, RowError> {
    let mut at = 1;
    loop {
        let quote =
            rest.get(at..).and_then(|tail| memchr(b'"', tail)).ok_or(RowError::UnbalancedQuote)?;
        at += quote + 1;
        match rest.get(at) {
            None | Some(b',') => return Ok(at),
            Some(b'"') => at += 1,
            Some(_) => return Err(RowError::UnbalancedQuote),
        }
    }
}

fn parse_session_id(field: &[u8]) -> Option<u64> {
    if field.is_empty() || field.len() > 16 {
        return None;
    }
    field.iter().try_fold(0_u64, |value, byte| {
        let digit = (*byte as char).to_digit(16)?;
        Some(value << 4 | u64::from(digit))
    })
}

fn parse_decimal(field: &[u8]) -> Option<u64> {
    if field.is_empty() || field.len() > 19 {
        return None;
    }
    field.iter().try_fold(0_u64, |value, byte| {
        byte.is_ascii_digit().then(|| value * 10 + u64::from(byte - b'0'))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const START: &str = "2026-11-15T01:02:03.100Z,To EOP,08DE23A1F00D0001,7,192.0.2.1:1,";

    fn parse(line: &str) -> Result<Row<'_>, RowError> {
        Row::parse(line.as_bytes(), &Columns::STANDARD)
    }

    #[test]
    fn a_row_gives_its_fields() {
        let line = format!(
            r#"{START}[2001:db8::1]:25,*,"CN=*.contoso.com, O=""Contoso, Ltd""",Certificate subject"#
        );
        let row = parse(&line).unwrap();
        assert_eq!(row.date_time.to_string(), "2026-11-15T01:02:03.100Z");
        assert_eq!(row.session_id, 0x08DE_23A1_F00D_0001);
        assert_eq!(row.sequence_number, Some(7));
        assert_eq!(row.event, Event::Information);
        assert_eq!(&*row.connector.value(), b"To EOP");
        assert_eq!(&*row.local_endpoint.value(), b"192.0.2.1:1");
        assert_eq!(&*row.remote_endpoint.value(), b"[2001:db8::1]:25");
        assert_eq!(&*row.data.value(), br#"CN=*.contoso.com, O="Contoso, Ltd""#);
        assert_eq!(&*row.context.value(), b"Certificate subject");
    }

    #[test]
    fn every_kind_of_damage_has_its_error() {
        let long = format!("{START}r:25,*,{},", "x".repeat(MAXIMUM_LINE));
        for (line, error) in [
            ("", RowError::FieldCount { found: 1, expected: 9 }),
            (
                "2026-11-15T01:02:03.100Z,To EOP,08DE23A1F0",
                RowError::FieldCount { found: 3, expected: 9 },
            ),
            (&format!("{START}r:25,*,a,b,c"), RowError::FieldCount { found: 10, expected: 9 }),
            (&format!("{START}r:25,*,\"a,b"), RowError::UnbalancedQuote),
            (&format!("{START}r:25,*,\"a\"b,c"), RowError::UnbalancedQuote),
            (&format!("{START}r:25,?,a,b"), RowError::Event),
            (&format!("{START}r:25,,a,b"), RowError::Event),
            ("Date/Time,To EOP,08DE23A1F00D0001,7,,r:25,*,,", RowError::DateTime),
            ("2026-11-15T01:02:03.100Z,To EOP,SessionId,7,,r:25,*,,", RowError::SessionId),
            ("2026-11-15T01:02:03.100Z,To EOP,,7,,r:25,*,,", RowError::SessionId),
            (&long, RowError::TooLong),
        ] {
            assert_eq!(parse(line).unwrap_err(), error, "{}", &line[..line.len().min(90)]);
        }
    }

    #[test]
    fn a_sequence_number_that_is_none_does_not_damage_the_row() {
        let row = parse("2026-11-15T01:02:03.100Z,To EOP,08DE23A1F00D0001,x,,r:25,*,,").unwrap();
        assert_eq!(row.sequence_number, None);
        assert!(row.context.is_empty());
    }

    fn csv_crate_fields(line: &[u8]) -> Vec<Vec<u8>> {
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(line);
        let mut record = csv::ByteRecord::new();
        reader.read_byte_record(&mut record).unwrap();
        record.iter().map(<[u8]>::to_vec).collect()
    }

    proptest! {
        #[test]
        fn fields_agree_with_the_csv_crate_wherever_a_line_is_well_formed(
            fields in prop::collection::vec("[ -~äж]{0,12}", 2..12),
        ) {
            let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
            writer.write_record(&fields).unwrap();
            let line = writer.into_inner().unwrap();
            let line = line.strip_suffix(b"\n").unwrap();
            let mut split_fields = [&b""[..]; MAXIMUM_COLUMNS];
            let count = split(line, &mut split_fields).unwrap();
            let own: Vec<Vec<u8>> =
                split_fields[..count].iter().map(|raw| Field(raw).value().into_owned()).collect();
            prop_assert_eq!(&own, &csv_crate_fields(line));
        }

        #[test]
        fn what_splits_without_an_error_splits_as_the_csv_crate_does(
            line in "[ab,\" ]{1,40}",
        ) {
            let mut split_fields = [&b""[..]; MAXIMUM_COLUMNS];
            if let Ok(count) = split(line.as_bytes(), &mut split_fields) && count <= MAXIMUM_COLUMNS {
                let own: Vec<Vec<u8>> =
                    split_fields[..count].iter().map(|raw| Field(raw).value().into_owned()).collect();
                prop_assert_eq!(own, csv_crate_fields(line.as_bytes()));
            }
        }

        #[test]
        fn the_fast_parser_and_the_plain_one_agree(
            lines in prop::collection::vec(almost_a_row(), 1..8),
        ) {
            let mut parser = RowParser::new(&Columns::STANDARD);
            for line in &lines {
                let plain = Row::parse(line.as_bytes(), &Columns::STANDARD);
                prop_assert_eq!(parser.parse(line.as_bytes()), plain, "{}", line);
            }
        }

        #[test]
        fn no_bytes_make_the_parser_panic(line in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = Row::parse(&line, &Columns::STANDARD);
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
        let change = prop::option::of((0..120_usize, "[ ,\"0Z*é]"));
        (stamp, connector, 0..99_u32, value.clone(), value, change).prop_map(
            |(stamp, connector, sequence, data, context, change)| {
                let mut line = format!(
                    "{stamp},{connector},08DE23A1F00D0001,{sequence},,192.0.2.1:25,*,{data},{context}"
                );
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
