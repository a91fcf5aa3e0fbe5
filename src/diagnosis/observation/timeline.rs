//! How the sessions of each identity ended in the course of time.

use std::collections::{BTreeMap, HashMap};

use super::attempt::End;
use super::ledger::{IdentityKey, PlaceKey, Record};
use super::place::PlaceView;
use super::weight::Weight;
use crate::diagnosis::report::TimelineBucket;
use crate::timestamp::{TICKS_PER_MINUTE, Timestamp};

/// Buckets of a timeline; their width is the smallest of [`WIDTHS`] by which that many suffice.
const MAXIMUM_BUCKETS: i64 = 96;

/// Widths in minutes: up to a quarter of a year.
const WIDTHS: [i64; 15] =
    [1, 2, 5, 10, 15, 30, 60, 120, 240, 360, 720, 1440, 2880, 10_080, 131_040];

/// The sessions of one identity at one place; buckets without a session are left out.
#[derive(Clone, Debug)]
pub(crate) struct Timeline {
    pub place: PlaceKey,
    pub identity: IdentityKey,
    pub buckets: Vec<TimelineBucket>,
}

/// The common width of the buckets of all places, which begin at whole multiples of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct BucketWidth(i64);

impl BucketWidth {
    /// The width by which so long a time has few enough buckets; times are in ticks.
    pub fn of(times: impl Iterator<Item = i64> + Clone) -> Self {
        let span = times.clone().max().unwrap_or(0) - times.min().unwrap_or(0);
        let suffices = |minutes: &i64| span / (minutes * TICKS_PER_MINUTE) < MAXIMUM_BUCKETS - 1;
        let longest = span / (MAXIMUM_BUCKETS - 1) + 1;
        let width = WIDTHS.into_iter().find(suffices);
        Self(width.map_or(longest, |minutes| minutes * TICKS_PER_MINUTE))
    }
}

/// How a session ended; the gravest of a session counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    Other,
    Delivered,
    ConnectFailed,
    TlsFailed,
    Refused,
}

fn class_of(view: &PlaceView<'_>, record: &Record) -> Class {
    match view.end(record) {
        End::Delivered => Class::Delivered,
        End::Refused(_) if matches!(record.weight, Weight::Refusal | Weight::ReceiversRule) => {
            Class::Refused
        }
        End::Refused(_) | End::Open => Class::Other,
        End::TlsFailed(_) => Class::TlsFailed,
        End::ConnectFailed => Class::ConnectFailed,
    }
}

/// The timelines of a place, in the order in which its identities occur.
pub(super) fn timelines_of_place(view: &PlaceView<'_>, width: BucketWidth) -> Vec<Timeline> {
    let mut known: Vec<(u32, Timeline, BTreeMap<i64, TimelineBucket>)> = Vec::new();
    let mut slots: HashMap<u32, usize> = HashMap::new();
    // A session has a record for each sender and end.
    let mut sessions: HashMap<(u32, u32), (i64, Class)> = HashMap::new();
    for (record, _) in view.sessions().filter(|(record, _)| record.count == 1) {
        let class = class_of(view, record);
        let known =
            sessions.entry((record.identity, record.session)).or_insert((record.time, class));
        *known = (known.0.max(record.time), known.1.max(class));
    }
    let add = |buckets: &mut BTreeMap<i64, TimelineBucket>, time: i64, class, count: u32| {
        let number = time.div_euclid(width.0);
        let at = |number: i64| {
            Timestamp::from_ticks(number.saturating_mul(width.0)).unwrap_or(Timestamp::MINIMUM)
        };
        let bucket = buckets
            .entry(number)
            .or_insert_with(|| TimelineBucket::between(at(number), at(number + 1)));
        *match class {
            Class::Other => &mut bucket.other,
            Class::Delivered => &mut bucket.delivered,
            Class::ConnectFailed => &mut bucket.connect_failed,
            Class::TlsFailed => &mut bucket.tls_failed,
            Class::Refused => &mut bucket.refused,
        } += u64::from(count);
    };
    for (record, _) in view.sessions() {
        let slot = *slots.entry(record.identity).or_insert_with(|| {
            let (place, identity) = (view.place_of(record), view.identity_of(record));
            let timeline = Timeline { place, identity, buckets: Vec::new() };
            known.push((record.identity, timeline, BTreeMap::new()));
            known.len() - 1
        });
        let Some((_, _, buckets)) = known.get_mut(slot) else { continue };
        if record.count > 1 {
            add(buckets, record.time, class_of(view, record), record.count);
        } else if let Some((time, class)) = sessions.remove(&(record.identity, record.session)) {
            add(buckets, time, class, 1);
        }
    }
    known
        .into_iter()
        .map(|(_, timeline, buckets)| Timeline {
            buckets: buckets.into_values().collect(),
            ..timeline
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_width_is_taken_by_which_there_are_few_enough_buckets() {
        let width = |span: i64| BucketWidth::of([7, 7 + span].into_iter()).0;
        let minutes = |count: i64| count * TICKS_PER_MINUTE;
        for (span, expected) in [
            (0, 1),
            (95, 2),
            (94, 1),
            (24 * 60, 30),
            (7 * 24 * 60, 120),
            (90 * 24 * 60, 1440),
            (95 * 131_040 - 1, 131_040),
        ] {
            assert_eq!(width(minutes(span)), minutes(expected), "{span} minutes");
        }
        let longest = minutes(100 * 131_040);
        assert_eq!(width(longest), longest / 95 + 1);
    }
}
