//! One physical line of a protocol log as a row.
//!
//! [`Row::parse`] is the plain reader of lines, and the oracle of the fast one in `row_parser`.

use std::borrow::Cow;

use memchr::memchr;
use serde::{Deserialize, Serialize};

use super::columns::{Columns, MAXIMUM_COLUMNS};
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    pub const fn new(bytes: &'line [u8]) -> Self {
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
    /// The date or the time of a row of IIS.
    #[error("its date and time are none that IIS writes")]
    IisDateTime,
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
    /// Whether it stands at the beginning of a session.
    #[must_use]
    pub fn is_opening(&self) -> bool {
        is_opening(self.sequence_number, self.event)
    }

    /// Reads one line, without its line end.
    ///
    /// # Errors
    /// [`RowError`] says what is wrong with it first.
    pub fn parse(line: &'line [u8], columns: &Columns) -> Result<Self, RowError> {
        if line.len() > MAXIMUM_LINE {
            return Err(RowError::TooLong);
        }
        if memchr(0, line).is_some() {
            return Err(RowError::Nul);
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

/// Whether a row with that number and event stands at the beginning of a session.
#[inline]
pub(super) fn is_opening(sequence_number: Option<u64>, event: Event) -> bool {
    sequence_number == Some(0) || event == Event::Connect
}

impl Event {
    fn parse(field: &[u8]) -> Option<Self> {
        match field {
            [event] => Self::of(*event),
            _ => None,
        }
    }

    #[inline]
    pub(super) fn of(event: u8) -> Option<Self> {
        // A table: which event comes next cannot be foreseen, so that a branch would cost more.
        const EVENTS: [Option<Event>; 128] = {
            let mut events = [None; 128];
            events[b'+' as usize] = Some(Event::Connect);
            events[b'-' as usize] = Some(Event::Disconnect);
            events[b'>' as usize] = Some(Event::Sent);
            events[b'<' as usize] = Some(Event::Received);
            events[b'*' as usize] = Some(Event::Information);
            events
        };
        EVENTS.get(usize::from(event)).copied().flatten()
    }
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
pub(super) fn quoted_length(rest: &[u8]) -> Result<usize, RowError> {
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

pub(super) fn parse_decimal(field: &[u8]) -> Option<u64> {
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
            (&format!("{START}r:25,*,a\0,"), RowError::Nul),
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
        fn no_bytes_make_the_parser_panic(line in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = Row::parse(&line, &Columns::STANDARD);
        }
    }
}
