//! How old the newest session is.

use crate::timestamp::{TICKS_PER_DAY, Timestamp};

/// Days without a newer session from which on evidence is called ageing.
pub(crate) const AGEING_DAYS: i64 = 3;

/// Days without a newer session from which on nothing is accepted.
pub(crate) const OLD_DAYS: i64 = 14;

/// How old the newest session is at the time of judgement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Age {
    /// Less than [`AGEING_DAYS`], or newer than the judgement.
    Fresh,
    /// That many whole days, less than [`OLD_DAYS`].
    Ageing(i64),
    /// That many whole days, [`OLD_DAYS`] or more.
    Old(i64),
}

impl Age {
    /// The age of what ended at `newest`, judged at `at`.
    pub fn of(newest: Timestamp, at: Timestamp) -> Self {
        match (at.ticks() - newest.ticks()) / TICKS_PER_DAY {
            days if days >= OLD_DAYS => Self::Old(days),
            days if days >= AGEING_DAYS => Self::Ageing(days),
            _ => Self::Fresh,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evidence_ages_after_three_days_and_is_old_after_fourteen() {
        let at = Timestamp::parse("2026-11-21T00:00:00Z").unwrap();
        for (newest, age) in [
            ("2026-11-20T23:00:00Z", Age::Fresh),
            ("2026-11-22T00:00:00Z", Age::Fresh),
            ("2026-11-18T00:00:01Z", Age::Fresh),
            ("2026-11-18T00:00:00Z", Age::Ageing(3)),
            ("2026-11-07T00:00:01Z", Age::Ageing(13)),
            ("2026-11-07T00:00:00Z", Age::Old(14)),
            ("2026-10-30T08:00:00Z", Age::Old(21)),
        ] {
            assert_eq!(Age::of(Timestamp::parse(newest).unwrap(), at), age, "{newest}");
        }
    }
}
