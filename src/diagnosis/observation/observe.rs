//! From attempts to what they show.

use std::collections::HashSet;

use super::attempt::{End, Sender, SenderKind};
use super::ledger::{Ledger, OTHER, Record};
use super::place::{PlaceView, Places};
use super::server_key::ServerKey;
use super::timeline::{BucketWidth, Timeline, timelines_of_place};
use super::trouble::{Trouble, troubles_of_place};
use super::usage::{Usage, usages_of_place};
use super::weight::Weight;
use crate::timestamp::Timestamp;

/// What the rest of the evidence says of attempts.
pub(crate) struct Context<'a> {
    /// The kind of a sender.
    pub kind_of: &'a dyn Fn(&Sender) -> SenderKind,
    /// Whether a domain belongs to the organisation.
    pub is_own: &'a dyn Fn(&str) -> bool,
    /// Whether attempts over a connector with that mark are judged.
    pub is_judged: &'a dyn Fn(&str, u8) -> bool,
    /// The server of an attempt, in the light of all evidence.
    pub server_of: &'a dyn Fn(&ServerKey) -> ServerKey,
}

/// Sessions with failures that decide nothing, by what they concern.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Everyday {
    /// A recipient or a message.
    pub messages: u64,
    /// Temporary replies that do not repeat.
    pub temporary: u64,
    /// Connections that broke, or did not come about, and do so not repeatedly.
    pub connections: u64,
}

impl Everyday {
    /// All of them.
    pub fn count(self) -> u64 {
        self.messages + self.temporary + self.connections
    }

    fn of(troubles: &[Trouble]) -> Self {
        let mut everyday = Self::default();
        for trouble in troubles.iter().filter(|one| one.is_everyday_session()) {
            let count = match (trouble.weight, &trouble.end) {
                (Weight::Everyday, _) => &mut everyday.messages,
                (Weight::Network, End::Refused(_)) => &mut everyday.temporary,
                (Weight::Network, _) => &mut everyday.connections,
                (Weight::Refusal | Weight::ReceiversRule, _) => continue,
            };
            *count += trouble.refused;
        }
        everyday
    }
}

/// What the logs show.
#[derive(Clone, Debug, Default)]
pub(crate) struct Observation {
    /// What failed, by place, identity, kind of sender and end; the newest first.
    pub troubles: Vec<Trouble>,
    /// Every identity at every place.
    pub usages: Vec<Usage>,
    /// How their sessions ended in the course of time.
    pub timelines: Vec<Timeline>,
    /// The end of the newest session.
    pub newest: Option<Timestamp>,
    /// Sessions that delivered everything that the log reports.
    pub delivered: u64,
    /// Failures that decide nothing.
    pub everyday: Everyday,
    /// Whether there was more than can be distinguished.
    pub is_capped: bool,
}

impl Ledger {
    /// Judges what the attempts show.
    pub fn observe(&self, context: &Context<'_>) -> Observation {
        let kinds: Vec<SenderKind> =
            self.senders.values().iter().map(|sender| (context.kind_of)(sender)).collect();
        let places = Places::of(self.places.values(), context.server_of);
        let judged: Vec<Record> = self
            .records
            .iter()
            .filter(|record| {
                let place = places.key(places.one_of(record.place));
                let connector = place.map_or("", |place| &place.connector);
                (context.is_judged)(connector, record.mark)
            })
            .map(|record| Record { place: places.one_of(record.place), ..*record })
            .collect();
        let mut records: Vec<(&Record, SenderKind)> = judged
            .iter()
            .map(|record| {
                let kind = kinds.get(record.sender as usize).copied();
                (record, kind.unwrap_or(SenderKind::Unknown))
            })
            .collect();
        let identities = self.identities.ranks();
        let ends = self.ends.ranks();
        let rank =
            |ranks: &[u32], number: u32| ranks.get(number as usize).copied().unwrap_or(OTHER);
        // Among equal times what failed comes last: it is then not taken for overcome.
        records.sort_by_cached_key(|(record, kind)| {
            (
                places.rank(record.place),
                record.time,
                !matches!(self.end_of(record), End::Delivered),
                rank(&identities, record.identity),
                rank(&ends, record.end),
                *kind,
            )
        });
        let sessions = || judged.iter().filter(|record| !record.is_reported);
        let mut observation = Observation {
            newest: sessions().map(|record| record.time).max().and_then(Timestamp::from_ticks),
            is_capped: self.is_capped,
            ..Observation::default()
        };
        let width = BucketWidth::of(sessions().map(|record| record.time));
        let outside = self.domains_refused_as_outside(&judged);
        for of_place in records.chunk_by(|(one, _), (other, _)| one.place == other.place) {
            let view =
                PlaceView { ledger: self, places: &places, records: of_place, all: &records };
            observation.troubles.extend(troubles_of_place(&view));
            observation.usages.extend(usages_of_place(&view, &outside, context.is_own));
            observation.timelines.extend(timelines_of_place(&view, width));
        }
        observation.troubles.sort_by_key(|trouble| std::cmp::Reverse(trouble.last));
        observation.everyday = Everyday::of(&observation.troubles);
        let mut counted: HashSet<u32> = HashSet::new();
        for (record, _) in &records {
            let is_delivered = matches!(self.end_of(record), End::Delivered);
            if is_delivered && (record.count > 1 || counted.insert(record.session)) {
                observation.delivered += u64::from(record.count);
            }
        }
        observation
    }

    /// Domains of which a 5.7.64 shows that they lie outside Microsoft 365.
    fn domains_refused_as_outside(&self, judged: &[Record]) -> HashSet<u32> {
        judged
            .iter()
            .filter(|record| self.end_of(record).is_relay_denied())
            .flat_map(|record| self.domains_of(record.domains).iter().copied())
            .collect()
    }
}
