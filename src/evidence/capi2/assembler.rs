//! Events joined into validations, with bounded memory.

use std::collections::{BTreeMap, HashMap};

use super::model::ChainEvent;
use super::record::ChainEventRecord;

/// The most validations that wait for further events; the oldest is emitted then.
const MAXIMUM_OPEN: usize = 1024;
/// The most events of one validation; further ones begin another.
const MAXIMUM_RECORDS: usize = 256;

/// Joins events by TaskId and chainRef.
///
/// A validation is emitted when a thousand younger ones have begun: its last event then lies far
/// behind. Validations come out in the order of their first events.
#[derive(Default)]
pub(super) struct Assembler {
    open: BTreeMap<u64, Draft>,
    /// Which draft a TaskId or a chainRef belongs to.
    keys: HashMap<String, u64>,
    next_number: u64,
}

#[derive(Default)]
struct Draft {
    records: Vec<ChainEventRecord>,
    keys: Vec<String>,
}

impl Assembler {
    /// Adds an event; returns the validation that it completes.
    pub(super) fn add(&mut self, record: ChainEventRecord) -> Option<ChainEvent> {
        let keys: Vec<String> = record.chain_ref.iter().chain(&record.task_id).cloned().collect();
        let mut numbers: Vec<u64> =
            keys.iter().filter_map(|key| self.keys.get(key).copied()).collect();
        numbers.sort_unstable();
        numbers.dedup();
        let known = numbers.first().copied().filter(|number| self.has_room(*number));
        let number = known.unwrap_or_else(|| {
            self.next_number += 1;
            self.next_number
        });
        // An event 30 joins what its TaskId and its chainRef had held apart.
        for other in numbers.into_iter().filter(|other| *other > number) {
            self.merge(other, number);
        }
        let draft = self.open.entry(number).or_default();
        draft.records.push(record);
        for key in keys {
            if self.keys.insert(key.clone(), number) != Some(number) {
                draft.keys.push(key);
            }
        }
        if self.open.len() > MAXIMUM_OPEN { self.take_oldest() } else { None }
    }

    /// The oldest validation that waits; `None` if there is none.
    pub(super) fn take_oldest(&mut self) -> Option<ChainEvent> {
        let (number, draft) = self.open.pop_first()?;
        for key in &draft.keys {
            if self.keys.get(key) == Some(&number) {
                self.keys.remove(key);
            }
        }
        Some(ChainEvent::of(draft.records))
    }

    fn has_room(&self, number: u64) -> bool {
        self.open.get(&number).is_some_and(|draft| draft.records.len() < MAXIMUM_RECORDS)
    }

    fn merge(&mut self, from: u64, into: u64) {
        if !self.open.contains_key(&into) {
            return;
        }
        let Some(mut moved) = self.open.remove(&from) else { return };
        for key in &moved.keys {
            self.keys.insert(key.clone(), into);
        }
        if let Some(draft) = self.open.get_mut(&into) {
            draft.records.append(&mut moved.records);
            draft.keys.append(&mut moved.keys);
        }
    }
}
