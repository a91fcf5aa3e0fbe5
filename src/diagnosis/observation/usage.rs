//! Which identities a place uses, and what each has shown.

use std::collections::{HashMap, HashSet};

use super::attempt::End;
use super::chance::is_no_chance;
use super::ledger::{IdentityKey, PlaceKey};
use super::place::PlaceView;
use crate::timestamp::Timestamp;

/// Deliveries to that many different domains outside the organisation, without a 5.7.64, are
/// evidence of attribution (inferred).
pub(crate) const RELAYED_DOMAINS: usize = 30;

/// Domains of an identity's deliveries that are remembered to show attribution.
const MAXIMUM_RELAYED: usize = 256;

/// One identity at one place.
#[derive(Clone, Debug)]
pub(crate) struct Usage {
    /// The place.
    pub place: PlaceKey,
    /// The identity.
    pub identity: IdentityKey,
    /// Whether it is among the last sessions of the place; else it has left.
    pub is_in_use: bool,
    /// Its sessions.
    pub sessions: u64,
    /// Those that delivered.
    pub delivered: u64,
    /// The end of its last session.
    pub last: Timestamp,
    /// The end of its last session that delivered.
    pub last_delivery: Option<Timestamp>,
    /// Different domains outside the organisation to which it delivered, at most 256.
    pub relayed_domains: usize,
    /// Whether it delivered to a domain that another refusal shows to lie outside Microsoft 365.
    pub reached_outside: bool,
    /// Whether one of its sessions was refused with 5.7.64.
    pub is_relay_denied: bool,
}

impl Usage {
    /// Whether its deliveries show that Exchange Online attributes it.
    pub fn shows_attribution(&self) -> bool {
        self.reached_outside || (self.relayed_domains >= RELAYED_DOMAINS && !self.is_relay_denied)
    }
}

/// A session of a place: its identity, and whether it delivered.
struct Turn {
    identity: u32,
    count: u64,
    has_delivered: bool,
}

struct Tally {
    first: usize,
    last: usize,
    sessions: u64,
}

/// The identities of a place that are known.
pub(super) fn usages_of_place(
    view: &PlaceView<'_>,
    outside: &HashSet<u32>,
    is_own: &dyn Fn(&str) -> bool,
) -> Vec<Usage> {
    let turns = turns_of(view);
    let leaves = Leaves::of(&turns);
    let mut usages: Vec<(u32, Usage)> = Vec::new();
    let mut slots: HashMap<u32, usize> = HashMap::new();
    let mut relayed: HashMap<u32, HashSet<u32>> = HashMap::new();
    for (record, _) in view.sessions() {
        if !view.is_identified(record) {
            continue;
        }
        let Some(time) = Timestamp::from_ticks(record.time) else { continue };
        let slot = *slots.entry(record.identity).or_insert_with(|| {
            usages.push((
                record.identity,
                Usage {
                    place: view.place_of(record),
                    identity: view.identity_of(record),
                    is_in_use: !leaves.has_left(record.identity),
                    sessions: leaves.sessions(record.identity),
                    delivered: 0,
                    last: time,
                    last_delivery: None,
                    relayed_domains: 0,
                    reached_outside: false,
                    is_relay_denied: false,
                },
            ));
            usages.len() - 1
        });
        let usage = &mut usages[slot].1;
        usage.last = usage.last.max(time);
        match view.end(record) {
            End::Delivered => {
                usage.last_delivery = usage.last_delivery.max(Some(time));
                let known = relayed.entry(record.identity).or_default();
                for domain in view.domains(record) {
                    usage.reached_outside |= outside.contains(domain);
                    let is_foreign = || view.domain(*domain).is_some_and(|name| !is_own(name));
                    if known.len() < MAXIMUM_RELAYED && !known.contains(domain) && is_foreign() {
                        known.insert(*domain);
                    }
                }
            }
            end if end.is_relay_denied() => {
                usage.is_relay_denied = true;
            }
            _ => {}
        }
    }
    for turn in turns.iter().filter(|turn| turn.has_delivered) {
        if let Some(slot) = slots.get(&turn.identity) {
            usages[*slot].1.delivered += turn.count;
        }
    }
    for (identity, usage) in &mut usages {
        usage.relayed_domains = relayed.get(identity).map_or(0, HashSet::len);
    }
    usages.into_iter().map(|(_, usage)| usage).collect()
}

/// The sessions of the place that show an identity, in the order of time.
fn turns_of(view: &PlaceView<'_>) -> Vec<Turn> {
    let mut turns: Vec<Turn> = Vec::new();
    let mut last: HashMap<u32, usize> = HashMap::new();
    for (record, _) in view.sessions() {
        if !view.is_identified(record) {
            continue;
        }
        let has_delivered = matches!(view.end(record), End::Delivered);
        match last.get(&record.session) {
            Some(slot) if record.count == 1 => turns[*slot].has_delivered |= has_delivered,
            _ => {
                last.insert(record.session, turns.len());
                turns.push(Turn {
                    identity: record.identity,
                    count: u64::from(record.count),
                    has_delivered,
                });
            }
        }
    }
    turns
}

/// Which identities of a place have left it.
pub(super) struct Leaves {
    tallies: HashMap<u32, (Tally, bool)>,
}

impl Leaves {
    /// Of a place.
    pub fn of_place(view: &PlaceView<'_>) -> Self {
        Self::of(&turns_of(view))
    }

    fn of(turns: &[Turn]) -> Self {
        let mut tallies: HashMap<u32, Tally> = HashMap::new();
        // Sessions before each turn.
        let mut before: Vec<u64> = Vec::with_capacity(turns.len() + 1);
        let mut total = 0;
        // The last turn that delivered.
        let mut last_delivered: Option<usize> = None;
        for (place, turn) in turns.iter().enumerate() {
            before.push(total);
            total += turn.count;
            let tally = tallies.entry(turn.identity).or_insert(Tally {
                first: place,
                last: place,
                sessions: 0,
            });
            tally.last = place;
            tally.sessions += turn.count;
            if turn.has_delivered {
                last_delivered = Some(place);
            }
        }
        before.push(total);
        let left = |tally: &Tally| {
            let after = total - before[tally.last + 1];
            let there = before[tally.last + 1] - before[tally.first];
            // After its own last turn it is another identity that delivered.
            let is_replaced = last_delivered.is_some_and(|place| place > tally.last);
            is_replaced && is_no_chance(tally.sessions, there, after)
        };
        let tallies = tallies
            .into_iter()
            .map(|(identity, tally)| {
                let has_left = left(&tally);
                (identity, (tally, has_left))
            })
            .collect();
        Self { tallies }
    }

    pub fn has_left(&self, identity: u32) -> bool {
        self.tallies.get(&identity).is_some_and(|(_, has_left)| *has_left)
    }

    fn sessions(&self, identity: u32) -> u64 {
        self.tallies.get(&identity).map_or(0, |(tally, _)| tally.sessions)
    }
}
