//! Points in time as .NET counts them.

#![forbid(unsafe_code)]

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// A point in time, UTC, in .NET ticks: units of 100 ns since 0001-01-01T00:00:00Z
/// (`System.DateTime.Ticks`).
///
/// Every value lies between year 1 and year 9999, so that `System.DateTime` can hold it. Serialised
/// and displayed as `2026-11-15T01:02:03.100Z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

pub(crate) const TICKS_PER_MILLISECOND: i64 = 10_000;
pub(crate) const TICKS_PER_SECOND: i64 = 1_000 * TICKS_PER_MILLISECOND;
pub(crate) const TICKS_PER_MINUTE: i64 = 60 * TICKS_PER_SECOND;
pub(crate) const TICKS_PER_HOUR: i64 = 60 * TICKS_PER_MINUTE;
pub(crate) const TICKS_PER_DAY: i64 = 24 * TICKS_PER_HOUR;
const SECONDS_PER_DAY: i64 = 86_400;
const TICKS_AT_UNIX_EPOCH: i64 = 621_355_968_000_000_000;
const MAXIMUM_TICKS: i64 = 3_155_378_975_999_999_999;

impl Timestamp {
    /// The beginning of year 1.
    pub const MINIMUM: Self = Self(0);

    /// The point in time with that many ticks, or `None` outside the range of `System.DateTime`.
    #[must_use]
    #[inline]
    pub fn from_ticks(ticks: i64) -> Option<Self> {
        (0..=MAXIMUM_TICKS).contains(&ticks).then_some(Self(ticks))
    }

    /// 100 ns units since 0001-01-01T00:00:00Z, 0 to 3155378975999999999.
    #[must_use]
    pub fn ticks(self) -> i64 {
        self.0
    }

    /// The day in UTC: `2026-11-15`.
    #[must_use]
    pub(crate) fn day(self) -> String {
        let text = self.to_string();
        text.split('T').next().unwrap_or_default().to_owned()
    }

    /// Seconds since 1970-01-01T00:00:00Z, negative before.
    #[must_use]
    pub fn unix_seconds(self) -> i64 {
        (self.0 - TICKS_AT_UNIX_EPOCH).div_euclid(TICKS_PER_SECOND)
    }

    /// That much later, or the last point in time there is.
    #[inline]
    pub(crate) fn plus_milliseconds(self, milliseconds: u16) -> Self {
        let ticks = self.0 + i64::from(milliseconds) * TICKS_PER_MILLISECOND;
        Self(ticks.min(MAXIMUM_TICKS))
    }

    /// Reads the stamp of Exchange protocol logs, `yyyy-MM-ddTHH:mm:ss.fffZ` in exactly 24 bytes.
    ///
    /// Returns `None` for anything else, impossible dates among them; second 60 is refused, as
    /// `System.DateTime` refuses it.
    #[must_use]
    pub fn from_log_stamp(stamp: &[u8]) -> Option<Self> {
        let stamp: &[u8; 24] = stamp.try_into().ok()?;
        let separators_fit = stamp[4] == b'-'
            && stamp[7] == b'-'
            && stamp[10] == b'T'
            && stamp[13] == b':'
            && stamp[16] == b':'
            && stamp[19] == b'.'
            && stamp[23] == b'Z';
        if !separators_fit {
            return None;
        }
        let number = |range: std::ops::Range<usize>| {
            stamp[range].iter().try_fold(0_i64, |value, byte| {
                byte.is_ascii_digit().then(|| value * 10 + i64::from(byte - b'0'))
            })
        };
        let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
        let (hour, minute, second) = (number(11..13)?, number(14..16)?, number(17..19)?);
        let milliseconds = number(20..23)?;
        if hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        let days = days_before(year, month, day)?;
        let seconds = days * SECONDS_PER_DAY + hour * 3600 + minute * 60 + second;
        Some(Self(seconds * TICKS_PER_SECOND + milliseconds * TICKS_PER_MILLISECOND))
    }

    /// `2026-11-15T01:02:03.100Z`
    fn stamp(self) -> [u8; 24] {
        let moment = OffsetDateTime::from(self);
        let mut stamp = *b"0000-00-00T00:00:00.000Z";
        for (last_digit, number) in [
            (3, moment.year().unsigned_abs()),
            (6, u8::from(moment.month()).into()),
            (9, moment.day().into()),
            (12, moment.hour().into()),
            (15, moment.minute().into()),
            (18, moment.second().into()),
            (22, moment.millisecond().into()),
        ] {
            let (mut at, mut rest) = (last_digit, number);
            while rest > 0 {
                stamp[at] = b'0' + (rest % 10) as u8;
                rest /= 10;
                at = at.saturating_sub(1);
            }
        }
        stamp
    }

    /// Reads an RFC 3339 time (`2026-11-15T01:02:03Z`, any offset), a time without an offset
    /// (taken as UTC), or a bare date (its midnight, UTC).
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let parsed = OffsetDateTime::parse(text, &Rfc3339)
            .or_else(|_| {
                OffsetDateTime::parse(&format!("{}Z", text.replacen(' ', "T", 1)), &Rfc3339)
            })
            .or_else(|_| {
                OffsetDateTime::parse(&format!("{text}:00Z").replacen(' ', "T", 1), &Rfc3339)
            })
            .or_else(|_| OffsetDateTime::parse(&format!("{text}T00:00:00Z"), &Rfc3339))
            .ok()?;
        Self::try_from(parsed).ok()
    }
}

/// Days from 0001-01-01 to that day of the proleptic Gregorian calendar.
fn days_before(year: i64, month: i64, day: i64) -> Option<i64> {
    const DAYS_BEFORE_MONTH: [i64; 13] =
        [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365];
    if !(1..=12).contains(&month) || year < 1 {
        return None;
    }
    let is_leap_year = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let month = usize::try_from(month).ok()?;
    let leap_day = i64::from(is_leap_year);
    let length = DAYS_BEFORE_MONTH[month] - DAYS_BEFORE_MONTH[month - 1]
        + if month == 2 { leap_day } else { 0 };
    if !(1..=length).contains(&day) {
        return None;
    }
    let elapsed = year - 1;
    let leap_days =
        elapsed / 4 - elapsed / 100 + elapsed / 400 + if month > 2 { leap_day } else { 0 };
    Some(elapsed * 365 + leap_days + DAYS_BEFORE_MONTH[month - 1] + day - 1)
}

impl TryFrom<OffsetDateTime> for Timestamp {
    type Error = TimeOutOfRange;

    fn try_from(value: OffsetDateTime) -> Result<Self, Self::Error> {
        let ticks = value.unix_timestamp_nanos() / 100 + i128::from(TICKS_AT_UNIX_EPOCH);
        i64::try_from(ticks).ok().and_then(Self::from_ticks).ok_or(TimeOutOfRange)
    }
}

impl From<Timestamp> for OffsetDateTime {
    fn from(value: Timestamp) -> Self {
        let nanoseconds = i128::from(value.0 - TICKS_AT_UNIX_EPOCH) * 100;
        Self::from_unix_timestamp_nanos(nanoseconds).unwrap_or(Self::UNIX_EPOCH)
    }
}

/// A time outside the years 1 to 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the time lies outside the years 1 to 9999")]
pub struct TimeOutOfRange;

impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(str::from_utf8(&self.stamp()).unwrap_or_default())
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(str::from_utf8(&self.stamp()).unwrap_or_default())
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    /// Takes what [`Timestamp::parse`] takes.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text)
            .ok_or_else(|| serde::de::Error::custom(format_args!("{text:?} is no time")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn log_stamps_agree_with_the_time_crate() {
        for stamp in [
            "0001-01-01T00:00:00.000Z",
            "1970-01-01T00:00:00.000Z",
            "2000-02-29T23:59:59.999Z",
            "2026-11-15T01:02:03.100Z",
            "2100-03-01T00:00:00.001Z",
            "9999-12-31T23:59:59.999Z",
        ] {
            let own = Timestamp::from_log_stamp(stamp.as_bytes()).unwrap();
            let oracle = OffsetDateTime::parse(stamp, &Rfc3339).unwrap();
            assert_eq!(OffsetDateTime::from(own), oracle, "{stamp}");
            assert_eq!(Timestamp::try_from(oracle), Ok(own), "{stamp}");
            assert_eq!(own.to_string(), stamp);
        }
    }

    #[test]
    fn what_is_not_a_log_stamp_is_refused() {
        for text in [
            "",
            "Date/Time.ConnectorId",
            "2026-11-15T01:02:03Z",
            "2026-02-29T00:00:00.000Z",
            "2026-13-01T00:00:00.000Z",
            "2026-00-01T00:00:00.000Z",
            "2026-01-00T00:00:00.000Z",
            "2026-11-15T24:00:00.000Z",
            "2026-11-15T01:02:60.000Z",
            "2026-11-15 01:02:03.100Z",
            "2026-11-15T01:02:0x.100Z",
            "0000-01-01T00:00:00.000Z",
        ] {
            assert_eq!(Timestamp::from_log_stamp(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn times_of_an_administrator_are_read() {
        let expected = Timestamp::from_log_stamp(b"2026-11-15T01:02:00.000Z");
        for text in ["2026-11-15T01:02:00Z", "2026-11-15 01:02", "2026-11-15T03:02:00+02:00"] {
            assert_eq!(Timestamp::parse(text), expected, "{text}");
        }
        assert_eq!(
            Timestamp::parse("2026-11-15"),
            Timestamp::from_log_stamp(b"2026-11-15T00:00:00.000Z")
        );
        assert_eq!(Timestamp::parse("yesterday"), None);
    }
}
