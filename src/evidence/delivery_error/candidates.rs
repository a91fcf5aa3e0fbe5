//! Which errors a session can be that of, without a look at each.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};

use super::packed::Packed;

/// Places of errors by what leads to them. What is found may be too much, never too little.
#[derive(Clone, Debug, Default)]
pub(super) struct Candidates {
    hasher: RandomState,
    /// By the hashes of their ids: those of the other side's sessions and of messages; sorted.
    by_id: Vec<(u64, usize)>,
    /// By the ticks of their times; sorted.
    by_time: Vec<(i64, usize)>,
    /// What has no time, and what has an id of more than letters and digits, which cannot be found as a
    /// word of a reply.
    others: Vec<usize>,
    /// How many errors these are of.
    count: usize,
}

impl Candidates {
    /// Takes in the errors that came since, if there are any.
    pub fn update(&mut self, errors: &[Packed]) {
        if self.count == errors.len() {
            return;
        }
        let more = errors.len() - self.count;
        self.by_id.reserve_exact(2 * more);
        self.by_time.reserve_exact(more);
        for (place, error) in errors.iter().enumerate().skip(self.count) {
            let session = error.server_session_id();
            let is_word = |id: &str| id.bytes().all(|byte| byte.is_ascii_alphanumeric());
            let is_odd = session.as_deref().is_some_and(|id| !is_word(id));
            if let Some(id) = session {
                self.by_id.push((self.hash(&id), place));
            }
            if let Some(id) = error.internet_message_id() {
                self.by_id.push((self.hash(bare_id(&id)), place));
            }
            match error.time {
                Some(time) if !is_odd => self.by_time.push((time.time().ticks(), place)),
                _ => self.others.push(place),
            }
        }
        self.count = errors.len();
        self.by_id.sort_unstable();
        self.by_time.sort_unstable();
    }

    /// The errors with one of these ids of messages; of a session that failed also those with a word of its
    /// replies as the id of a session, those between two times, in ticks, and those without one. Each once, in
    /// their order.
    pub fn of(&self, ids: &[&str], replies: &[&str], failed: Option<(i64, i64)>) -> Vec<usize> {
        let mut found: Vec<usize> = ids.iter().flat_map(|id| self.with_id(id)).collect();
        if found.is_empty() && failed.is_none() {
            return found;
        }
        let words: HashSet<&str> = replies
            .iter()
            .flat_map(|reply| reply.split(|c: char| !c.is_ascii_alphanumeric()))
            .collect();
        found.extend(words.iter().flat_map(|word| self.with_id(word)));
        found.extend(&self.others);
        if let Some((first, last)) = failed {
            let start = self.by_time.partition_point(|(time, _)| *time < first);
            let near = self.by_time[start..].iter().take_while(|(time, _)| *time <= last);
            found.extend(near.map(|(_, place)| place));
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    fn with_id(&self, id: &str) -> impl Iterator<Item = usize> + use<'_> {
        let hash = self.hash(id);
        let start = self.by_id.partition_point(|(known, _)| *known < hash);
        let of_id = self.by_id[start..].iter().take_while(move |(known, _)| *known == hash);
        of_id.map(|(_, place)| *place)
    }

    fn hash(&self, id: &str) -> u64 {
        self.hasher.hash_one(id)
    }
}

/// A Message-ID without its brackets.
pub(super) fn bare_id(id: &str) -> &str {
    id.trim().trim_start_matches('<').trim_end_matches('>')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::delivery_error::DeliveryError;
    use crate::evidence::delivery_error::packed::DeliveryErrorList;
    use crate::timestamp::{TICKS_PER_MINUTE, Timestamp};

    const BASE: &str = "2026-11-15T00:00:00Z";

    /// An error a minute; the last has no time.
    fn candidates(count: usize) -> Candidates {
        let mut errors = DeliveryErrorList::default();
        let base = Timestamp::parse(BASE).unwrap().ticks();
        for (number, minute) in (0..count).zip(0..) {
            let text =
                format!("550 5.7.64 Relay Access Denied [A.outlook.com {BASE} 08DE{number:012X}]");
            let time = Timestamp::from_ticks(base + minute * TICKS_PER_MINUTE);
            let time = time.filter(|_| number + 1 < count).map(Into::into);
            errors.push(DeliveryError { time, ..DeliveryError::of_text("queue.json", &text) });
        }
        let mut candidates = Candidates::default();
        candidates.update(errors.packed());
        candidates
    }

    #[test]
    fn a_session_is_held_against_the_errors_of_its_time_and_ids_alone() {
        let base = Timestamp::parse(BASE).unwrap().ticks();
        let at = |minute: i64| base + minute * TICKS_PER_MINUTE;
        for count in [1_000, 10_000] {
            let errors = candidates(count);
            let last = count - 1;
            assert_eq!(errors.of(&[], &[], Some((at(10), at(12)))), [10, 11, 12, last]);
            let reply =
                format!("550 5.7.64 Relay Access Denied [B.outlook.com {BASE} 08DE{:012X}]", 700);
            assert_eq!(errors.of(&[], &[&reply], Some((at(-9), at(-8)))), [700, last]);
            assert_eq!(errors.of(&["a@contoso.com"], &[&reply], None), [0; 0]);
        }
    }

    #[test]
    fn errors_that_come_later_are_found_too() {
        let base = Timestamp::parse(BASE).unwrap().ticks();
        let mut errors = DeliveryErrorList::default();
        let mut candidates = Candidates::default();
        for number in 0..3 {
            let time = Timestamp::from_ticks(base - number).map(Into::into);
            errors.push(DeliveryError { time, ..DeliveryError::of_text("a", "550 5.7.64 x") });
            candidates.update(errors.packed());
        }
        assert_eq!(candidates.of(&[], &[], Some((base - 1, base))), [0, 1]);
    }
}
