//! Times.

use std::str::FromStr;

use eop_relay::timestamp::Timestamp;
use time::{Duration, OffsetDateTime, PrimitiveDateTime};

/// How a time is given, for the help and for the one message about times.
pub const FORMS: &str = "2026-11-15, 2026-11-15T01:02:03Z, -24h, yesterday or \"today 08:00\"";

/// A time of the command line, in UTC where it names no zone: a date, a date with a time of day,
/// that long ago (`-30m`, `-24h`, `-7d`, `-2w`), `now`, or `today` or `yesterday`, both also with
/// a time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Time(Timestamp);

impl FromStr for Time {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text, OffsetDateTime::now_utc())
            .ok_or_else(|| format!("give a time such as {FORMS}"))
    }
}

impl Time {
    fn parse(text: &str, now: OffsetDateTime) -> Option<Self> {
        let text = text.trim();
        if let Some(time) = Timestamp::parse(text) {
            return Some(Self(time));
        }
        let relative = match text.strip_prefix('-') {
            Some(ago) => now.checked_sub(duration(ago)?),
            None => named(text, now),
        };
        Timestamp::try_from(relative?).ok().map(Self)
    }
}

/// A time to wait, such as `90s`, `30m` or `2h`.
///
/// # Errors
/// It is none of these.
pub fn parse_duration(text: &str) -> Result<std::time::Duration, String> {
    let duration = duration(text).and_then(|duration| duration.try_into().ok());
    duration.ok_or_else(|| "give a time such as 90s, 30m or 2h".to_owned())
}

/// `24h` and the like.
fn duration(text: &str) -> Option<Duration> {
    let unit = text.chars().next_back()?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        'd' => 86_400,
        'w' => 604_800,
        _ => return None,
    };
    let number = &text[..text.len() - unit.len_utf8()];
    if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    number.parse::<i64>().ok()?.checked_mul(seconds).map(Duration::seconds)
}

/// `now`; `today` and `yesterday`, which begin at midnight or at the time of day that follows.
fn named(text: &str, now: OffsetDateTime) -> Option<OffsetDateTime> {
    let (name, time_of_day) = text.split_once(' ').unwrap_or((text, "00:00"));
    let day = match name.to_ascii_lowercase().as_str() {
        "now" if name.len() == text.len() => return Some(now),
        "today" => now.date(),
        "yesterday" => now.date().previous_day()?,
        _ => return None,
    };
    let mut parts = time_of_day.trim().split(':');
    let mut part = || {
        let part = parts.next()?;
        (part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit())).then_some(part)
    };
    let (hour, minute) = (part()?.parse().ok()?, part()?.parse().ok()?);
    let second = match parts.next() {
        None => 0,
        Some(second) if second.len() == 2 => second.parse().ok()?,
        Some(_) => return None,
    };
    if parts.next().is_some() {
        return None;
    }
    let time = time::Time::from_hms(hour, minute, second).ok()?;
    Some(PrimitiveDateTime::new(day, time).assume_utc())
}

impl From<Time> for Timestamp {
    fn from(time: Time) -> Self {
        time.0
    }
}

/// The time that was given, else that of this computer's clock.
///
/// # Errors
/// The clock is outside the years 1 to 9999.
pub fn given_or_now(time: Option<Time>) -> Result<Timestamp, String> {
    time.map_or_else(
        || {
            Timestamp::try_from(OffsetDateTime::now_utc())
                .map_err(|error| format!("the clock of this computer is wrong: {error}"))
        },
        |time| Ok(time.into()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Option<String> {
        let now = time::macros::datetime!(2026-11-15 10:20:30 UTC);
        Time::parse(text, now).map(|time| Timestamp::from(time).to_string())
    }

    #[test]
    fn times_are_read_in_every_form_of_the_help() {
        for (text, expected) in [
            ("2026-11-15", "2026-11-15T00:00:00.000Z"),
            ("2026-11-15T01:02:03Z", "2026-11-15T01:02:03.000Z"),
            ("2026-11-15T01:02:03+01:00", "2026-11-15T00:02:03.000Z"),
            ("now", "2026-11-15T10:20:30.000Z"),
            ("-90s", "2026-11-15T10:19:00.000Z"),
            ("-30m", "2026-11-15T09:50:30.000Z"),
            ("-24h", "2026-11-14T10:20:30.000Z"),
            ("-7d", "2026-11-08T10:20:30.000Z"),
            ("-2w", "2026-11-01T10:20:30.000Z"),
            ("today", "2026-11-15T00:00:00.000Z"),
            ("Yesterday", "2026-11-14T00:00:00.000Z"),
            ("today 08:00", "2026-11-15T08:00:00.000Z"),
            ("yesterday 23:59:58", "2026-11-14T23:59:58.000Z"),
        ] {
            assert_eq!(parsed(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "-",
            "-h",
            "-1",
            "24h",
            "--24h",
            "-1.5h",
            "-24H",
            "-24 h",
            "-9223372036854775807w",
            "-999999999d",
            "now 08:00",
            "today 8",
            "today 24:00",
            "today 08:60",
            "today 08:00:00:00",
            "today +8:00",
            "tomorrow",
            "15.11.2026",
            "\u{1B}[2J",
            "-1\u{20AC}",
        ] {
            assert_eq!(parsed(text), None, "{text}");
        }
    }
}
