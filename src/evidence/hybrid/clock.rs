//! What the stamps of a log mean: its first line names the time zone and gives the time in it.

use crate::timestamp::{TICKS_PER_MINUTE, Timestamp};

const MINUTES_PER_DAY: i64 = 24 * 60;

/// Whether the stamps are known to be UTC.
///
/// The first line of a log reads `Current Time Zone: <name> (<time of day>)`. Where that time of day
/// differs from the line's own stamp by whole quarters of an hour, the stamp is UTC; where they are
/// the same, the stamps are times of that zone, and UTC only where the zone is. (Inferred: every log
/// seen is one or the other.)
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Clock {
    pub(super) is_utc: bool,
}

impl Clock {
    /// Reads the line; `None` for any other text.
    pub(super) fn from_header(stamp: Timestamp, text: &str) -> Option<Self> {
        let (_, rest) = text.split_once("Time Zone:")?;
        let (zone, bracket) = rest.rsplit_once('(')?;
        let local = minute_of_day(bracket.split(')').next()?)?;
        let stamp = stamp.ticks() / TICKS_PER_MINUTE % MINUTES_PER_DAY;
        let zone = zone.to_ascii_lowercase();
        // Greenwich Standard Time is Iceland's, all year; GMT Standard Time has a summer.
        let is_utc_zone =
            ["utc", "coordinated universal", "greenwich"].iter().any(|name| zone.contains(name));
        // A text in another language may write twelve hours without saying which.
        let half_days = if bracket.is_ascii() { MINUTES_PER_DAY } else { MINUTES_PER_DAY / 2 };
        let difference = (local - stamp).rem_euclid(half_days);
        let is_same = difference <= 1 || difference >= half_days - 1;
        let quarter = difference % 15;
        Some(Self { is_utc: is_utc_zone || (!is_same && (quarter <= 1 || quarter >= 14)) })
    }
}

/// Reads `4:34:51 PM`, `16:34:51`, or a time with such words in another language.
fn minute_of_day(text: &str) -> Option<i64> {
    let digits: String =
        text.chars().filter(|next| next.is_ascii_digit() || *next == ':').collect();
    let mut parts = digits.split(':').map(str::parse::<i64>);
    let (hour, minute) = (parts.next()?.ok()?, parts.next()?.ok()?);
    let hour = match text.to_ascii_uppercase() {
        upper if upper.contains("PM") && hour < 12 => hour + 12,
        upper if upper.contains("AM") && hour == 12 => 0,
        _ => hour,
    };
    // Computed within its range alone: any number may stand there.
    (hour < 24 && minute < 60).then(|| hour * 60 + minute)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stamps_are_utc_where_the_zone_is_or_its_time_differs() {
        let stamp = Timestamp::from_log_stamp(b"2026-11-02T20:34:51.011Z").unwrap();
        for (text, expected) in [
            ("Current Time Zone: Coordinated Universal Time (8:34:51 PM)", Some(true)),
            ("Current Time Zone: Eastern Standard Time (4:34:51 PM)", Some(true)),
            ("Current Time Zone: India Standard Time (2:04:51 AM)", Some(true)),
            ("Current Time Zone: W. Europe Standard Time (20:34:51)", Some(false)),
            ("Current Time Zone: W. Europe Standard Time (21:34:50)", Some(true)),
            ("Current Time Zone: GMT Standard Time (20:34:51)", Some(false)),
            ("Current Time Zone: GMT Standard Time (21:34:51)", Some(true)),
            ("Current Time Zone: Greenwich Standard Time (20:34:51)", Some(true)),
            ("Current Time Zone: Korea (\u{c624}\u{d6c4} 8:34:51)", Some(false)),
            ("Current Time Zone: X (20:41:51)", Some(false)),
            ("Current Time Zone: X", None),
            ("Current Time Zone: X (9223372036854775807:00)", None),
            ("Current Time Zone: X (9:9223372036854775807)", None),
            ("Startup Options:", None),
        ] {
            let clock = Clock::from_header(stamp, text).map(|clock| clock.is_utc);
            assert_eq!(clock, expected, "{text}");
        }
    }
}
