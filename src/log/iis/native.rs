//! The native format: fourteen fields separated by comma and blank, then text in which commas are
//! not quoted.

use memchr::memmem;

use super::row::{IisRow, number, speaker, value, with_blanks};
use crate::log::row::RowError;
use crate::timestamp::Timestamp;

const FIELDS: usize = 14;
const SEPARATOR: &[u8] = b", ";

pub(super) fn parse(line: &[u8], day_first: bool) -> Result<IisRow<'_>, RowError> {
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
        date_time: date_time(date, time, day_first).ok_or(RowError::IisDateTime)?,
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

/// Whether the date of a row shows that the day stands first: a number above 12 is no month, and of two
/// others the one that is `month`, in which the file was written, is it. `None`: it shows nothing.
pub(super) fn is_day_first(line: &[u8], month: Option<u8>) -> Option<bool> {
    let date = line.split(|byte| *byte == b',').nth(2)?.trim_ascii();
    let [first, second, _] = numbers(std::str::from_utf8(date).ok()?, '/')?;
    if first > 12 || second > 12 {
        return Some(first > 12);
    }
    let month = u32::from(month?);
    ((first == month) != (second == month)).then_some(second == month)
}

/// `11/15/26` or `15/11/26`, a number above 12 being the day and the others in that order, or
/// `15.11.2026`, and `7:55:20`.
fn date_time(date: &[u8], time: &[u8], day_first: bool) -> Option<Timestamp> {
    let text = std::str::from_utf8(date).ok()?;
    let separator = ['/', '.', '-'].into_iter().find(|separator| text.contains(*separator))?;
    let [first, second, third] = numbers(text, separator)?;
    let (year, month, day) = match separator {
        '-' => (first, second, third),
        '.' => (third, second, first),
        _ if first > 12 || day_first && second <= 12 => (third, second, first),
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
