//! At which hours of the day something happens, and whether that separates it from something else.

use std::collections::BTreeSet;

use crate::timestamp::{TICKS_PER_DAY, TICKS_PER_MINUTE};

const TICKS_PER_HOUR: i64 = 60 * TICKS_PER_MINUTE;

/// On so many days at least, or the hours are those of one spell.
const DAYS: usize = 2;

/// In so many hours of the day at most, or they are no part of it.
const HOURS: usize = 12;

/// The hours of the day, and the days, on which something happened; UTC.
#[derive(Clone, Debug, Default)]
pub(super) struct TimesOfDay {
    hours: BTreeSet<i64>,
    days: BTreeSet<i64>,
}

impl TimesOfDay {
    /// Adds a time in ticks.
    pub fn add(&mut self, time: i64) {
        self.hours.insert(time.rem_euclid(TICKS_PER_DAY) / TICKS_PER_HOUR);
        if self.days.len() < DAYS {
            self.days.insert(time.div_euclid(TICKS_PER_DAY));
        }
    }

    /// The hours of refusals against those of deliveries, if on several days each has its own.
    pub fn difference(&self, delivered: &Self) -> Option<(Vec<String>, Vec<String>)> {
        let recurs = self.days.len() >= DAYS && delivered.days.len() >= DAYS;
        let separates = self.hours.is_disjoint(&delivered.hours) && self.hours.len() <= HOURS;
        (recurs && separates).then(|| (spans(&self.hours), spans(&delivered.hours)))
    }
}

/// Hours that follow each other as one span: `02:00 to 04:00 UTC`.
fn spans(hours: &BTreeSet<i64>) -> Vec<String> {
    let mut spans: Vec<(i64, i64)> = Vec::new();
    for hour in hours {
        match spans.last_mut() {
            Some((_, end)) if *end == *hour => *end += 1,
            _ => spans.push((*hour, hour + 1)),
        }
    }
    spans.into_iter().map(|(start, end)| format!("{start:02}:00 to {end:02}:00 UTC")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(days: &[i64], hours: &[i64]) -> TimesOfDay {
        let mut times = TimesOfDay::default();
        for day in days {
            for hour in hours {
                times.add(day * TICKS_PER_DAY + hour * TICKS_PER_HOUR);
            }
        }
        times
    }

    #[test]
    fn hours_of_their_own_on_several_days_are_a_difference() {
        let day: Vec<i64> = (5..24).collect();
        let found = times(&[1, 2], &[2, 3]).difference(&times(&[1, 2, 3], &day)).unwrap();
        assert_eq!(found.0, ["02:00 to 04:00 UTC"]);
        assert_eq!(found.1, ["05:00 to 24:00 UTC"]);
        assert!(times(&[1], &[2, 3]).difference(&times(&[1, 2], &day)).is_none(), "one spell");
        assert!(
            times(&[1, 2], &[2, 5]).difference(&times(&[1, 2], &day)).is_none(),
            "an hour of both"
        );
        let found = times(&[1, 2], &[2, 5]).difference(&times(&[1, 2], &[20])).unwrap();
        assert_eq!(found.0, ["02:00 to 03:00 UTC", "05:00 to 06:00 UTC"]);
        let half: Vec<i64> = (0..12).collect();
        assert!(times(&[1, 2], &half).difference(&times(&[1, 2], &[20])).is_some());
        assert!(times(&[1, 2], &[2]).difference(&times(&[1], &[20])).is_none(), "one day");
        let most: Vec<i64> = (0..13).collect();
        assert!(times(&[1, 2], &most).difference(&times(&[1, 2], &[20])).is_none(), "half the day");
    }
}
