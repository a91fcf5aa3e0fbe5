//! The native format: fourteen fields separated by comma and blank, then text in which commas are
//! not quoted.

use memchr::memmem;

use super::row::{IisRow, number, speaker, value, with_blanks};
use crate::log::row::RowError;
use crate::timestamp::Timestamp;

const FIELDS: usize = 14;
const SEPARATOR: &[u8] = b", ";

pub(super) fn parse(line: &[u8]) -> Result<IisRow<'_>, RowError> {
    let mut fields = [&b""[..]; FIELDS];
    let mut rest = line;
    for (found, field) in fields.iter_mut().enumerate() {
        // Each line ends with a comma.
        let (before, after) = match memmem::find(rest, SEPARATOR) {
            Some(end) => (&rest[..end], &rest[end + SEPARATOR.len()..]),
            None if found + 1 == FIELDS => (rest.strip_suffix(b",").unwrap_or(rest), &b""[..]),
            None => return Err(RowError::FieldCount { found: found + 1, expected: FIELDS }),
        };
        *field = before;
        rest = after;
    }
    let [client, user, date, time, service, computer, server, .., status, _, verb, target] =
        fields.map(value);
    let parameters = value(rest.strip_suffix(b",").unwrap_or(rest));
    let text = if parameters.is_empty() { target } else { parameters };
    // Where blanks are written as they are, a plus is a plus.
    let text = if text.contains(&b' ') { text.trim_ascii().into() } else { with_blanks(text) };
    let status = number(status);
    Ok(IisRow {
        date_time: date_time(date, time).ok_or(RowError::IisDateTime)?,
        speaker: speaker(Some(user), verb, &text, status),
        client_address: client,
        server_address: server,
        port: b"",
        service,
        computer,
        verb,
        text,
        status,
        version: b"",
    })
}

/// `11/15/26` (month, day, year, as Microsoft documents it; a first number above 12 is the day) or
/// `15.11.2026`, and `7:55:20`.
fn date_time(date: &[u8], time: &[u8]) -> Option<Timestamp> {
    let text = std::str::from_utf8(date).ok()?;
    let separator = ['/', '.', '-'].into_iter().find(|separator| text.contains(*separator))?;
    let [first, second, third] = numbers(text, separator)?;
    let (year, month, day) = match separator {
        '-' => (first, second, third),
        '.' => (third, second, first),
        _ if first > 12 => (third, second, first),
        _ => (third, first, second),
    };
    // Two digits: IIS of Windows Server 2003 and later.
    let year = if year < 100 { 2000 + year } else { year };
    let [hour, minute, second] = numbers(std::str::from_utf8(time).ok()?, ':')?;
    let stamp = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.000Z");
    Timestamp::from_log_stamp(stamp.as_bytes())
}

fn numbers(text: &str, separator: char) -> Option<[u32; 3]> {
    let mut parts = text.split(separator).map(|part| part.trim().parse().ok());
    let numbers = [parts.next()??, parts.next()??, parts.next()??];
    parts.next().is_none().then_some(numbers)
}
