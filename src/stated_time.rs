//! Times as evidence states them, with or without a zone.

#![forbid(unsafe_code)]

use std::cmp::Ordering;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::timestamp::Timestamp;

/// A time as evidence states it: with its zone, or by a clock whose zone is not given, as in CSV,
/// Format-List text and the LRT of a queue's error.
///
/// Serialised and displayed like a [`Timestamp`], without the `Z` where the zone is not given
/// (`2026-11-15T01:02:03.100`). Compared as if that clock showed UTC, as which it is off by 14 hours
/// at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StatedTime {
    time: Timestamp,
    has_zone: bool,
}

impl StatedTime {
    /// A time by a clock whose zone is not given, as if it were UTC.
    #[must_use]
    pub fn without_zone(time: Timestamp) -> Self {
        Self { time, has_zone: false }
    }

    /// The time, where its zone is not given as if it were UTC.
    #[must_use]
    pub fn time(self) -> Timestamp {
        self.time
    }

    /// Whether the zone is given.
    #[must_use]
    pub fn has_zone(self) -> bool {
        self.has_zone
    }
}

impl From<Timestamp> for StatedTime {
    fn from(time: Timestamp) -> Self {
        Self { time, has_zone: true }
    }
}

impl From<StatedTime> for Timestamp {
    fn from(stated: StatedTime) -> Self {
        stated.time
    }
}

impl PartialEq<Timestamp> for StatedTime {
    fn eq(&self, other: &Timestamp) -> bool {
        self.time == *other
    }
}

impl PartialOrd<Timestamp> for StatedTime {
    fn partial_cmp(&self, other: &Timestamp) -> Option<Ordering> {
        self.time.partial_cmp(other)
    }
}

impl fmt::Display for StatedTime {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.time.to_string();
        formatter.write_str(if self.has_zone { &text } else { text.trim_end_matches('Z') })
    }
}

impl Serialize for StatedTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for StatedTime {
    /// Takes what [`Timestamp::parse`] takes.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let time = Timestamp::parse(&text)
            .ok_or_else(|| serde::de::Error::custom(format_args!("{text:?} is no time")))?;
        let clock = text.split_once(['T', 't', ' ']).map_or("", |(_, clock)| clock);
        Ok(Self { time, has_zone: clock.contains(['Z', 'z', '+', '-']) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_without_a_zone_is_written_without_one_and_read_back_so() {
        for (json, has_zone) in
            [("\"2026-11-15T01:02:03.100Z\"", true), ("\"2026-11-15T01:02:03.100\"", false)]
        {
            let stated: StatedTime = serde_json::from_str(json).unwrap();
            assert_eq!(stated.has_zone(), has_zone);
            assert_eq!(serde_json::to_string(&stated).unwrap(), json);
        }
        assert!(
            serde_json::from_str::<StatedTime>("\"2026-11-15T03:02:03+02:00\"").unwrap().has_zone()
        );
    }
}
