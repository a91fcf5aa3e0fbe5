//! Every attempt in a few bytes, from which all counts are made.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use super::attempt::{Attempt, End, Sender, Shown};
use super::interner::Interner;
use super::server_key::ServerKey;
use super::weight::Weight;

/// Records that are kept; beyond them deliveries are put together.
const MAXIMUM_RECORDS: usize = 400_000;

/// Recipient domains that are distinguished; beyond them the rest is one.
const MAXIMUM_DOMAINS: usize = 200_000;

/// Identities, places, hosts and senders that are distinguished, of each.
const MAXIMUM_KEYS: usize = 100_000;

/// A server and a send connector.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct PlaceKey {
    /// The server.
    pub server: ServerKey,
    /// The send connector; empty: not known.
    pub connector: Arc<str>,
}

/// What Exchange Online can see of a sender.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct IdentityKey {
    /// The certificate.
    pub shown: Shown,
    /// The public address.
    pub address: Option<Arc<str>>,
}

/// One attempt, or deliveries that were put together.
#[derive(Clone, Copy, Debug)]
pub(super) struct Record {
    pub time: i64,
    /// Attempts of one session have one number.
    pub session: u32,
    /// Sessions that it stands for.
    pub count: u32,
    pub messages: u32,
    pub place: u32,
    pub identity: u32,
    pub host: u32,
    pub sender: u32,
    pub end: u32,
    /// The set of recipient domains.
    pub domains: u32,
    pub weight: Weight,
    pub has_tls: bool,
    pub is_reported: bool,
    pub mark: u8,
}

/// A number that stands for what is not distinguished.
pub(super) const OTHER: u32 = u32::MAX;

/// Every attempt, in the order in which the logs were read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ledger {
    pub(super) records: Vec<Record>,
    pub(super) places: Interner<PlaceKey>,
    pub(super) identities: Interner<IdentityKey>,
    pub(super) hosts: Interner<Arc<str>>,
    pub(super) senders: Interner<Sender>,
    pub(super) ends: Interner<End>,
    pub(super) domains: Interner<Arc<str>>,
    sets: Interner<Box<[u32]>>,
    sessions: u32,
    /// The place and the identity of the attempt before, with their numbers: the next one mostly has
    /// the same.
    last_place: Option<(PlaceKey, u32)>,
    last_identity: Option<(IdentityKey, u32)>,
    maximum: Limit,
    /// Whether deliveries were put together, or names not distinguished, for want of room.
    pub(super) is_capped: bool,
}

/// How many records are kept.
#[derive(Clone, Copy, Debug)]
struct Limit(usize);

impl Default for Limit {
    fn default() -> Self {
        Self(MAXIMUM_RECORDS)
    }
}

impl Ledger {
    /// One that keeps no more than that many records.
    #[cfg(test)]
    pub fn with_maximum(maximum: usize) -> Self {
        Self { maximum: Limit(maximum), ..Self::default() }
    }

    /// Begins a session: the attempts that follow are its own.
    pub fn begin_session(&mut self) {
        self.sessions = self.sessions.saturating_add(1);
    }

    /// Adds an attempt of the session that was begun last.
    pub fn add(&mut self, attempt: &Attempt<'_>) {
        if self.records.len() >= self.maximum.0 {
            self.put_deliveries_together();
        }
        let place = self.number_of_place(attempt);
        let identity = self.number_of_identity(attempt);
        let host = attempt.remote_host.map(|host| self.hosts.number(host, MAXIMUM_KEYS));
        let sender = self.senders.number_of(&attempt.sender, MAXIMUM_KEYS);
        let end = self.ends.number_of(&attempt.end, MAXIMUM_KEYS);
        let domains = self.set_of(attempt.domains);
        self.is_capped |= [place, identity, sender, end].contains(&None) || host == Some(None);
        self.records.push(Record {
            time: attempt.time.ticks(),
            session: self.sessions,
            count: 1,
            messages: attempt.messages,
            place: place.unwrap_or(OTHER),
            identity: identity.unwrap_or(OTHER),
            host: host.flatten().unwrap_or(OTHER),
            sender: sender.unwrap_or(OTHER),
            end: end.unwrap_or(OTHER),
            domains,
            weight: attempt.weight,
            has_tls: attempt.has_tls,
            is_reported: attempt.is_reported,
            mark: attempt.mark,
        });
    }

    fn number_of_place(&mut self, attempt: &Attempt<'_>) -> Option<u32> {
        if let Some((known, number)) = &self.last_place
            && *known.connector == *attempt.connector
            && known.server == *attempt.server
        {
            return Some(*number);
        }
        let key =
            PlaceKey { server: attempt.server.clone(), connector: Arc::from(attempt.connector) };
        let number = self.places.number_of(&key, MAXIMUM_KEYS)?;
        self.last_place = Some((key, number));
        Some(number)
    }

    fn number_of_identity(&mut self, attempt: &Attempt<'_>) -> Option<u32> {
        if let Some((known, number)) = &self.last_identity
            && known.shown == attempt.shown
            && known.address.as_deref() == attempt.address
        {
            return Some(*number);
        }
        let key =
            IdentityKey { shown: attempt.shown.clone(), address: attempt.address.map(Arc::from) };
        let number = self.identities.number_of(&key, MAXIMUM_KEYS)?;
        self.last_identity = Some((key, number));
        Some(number)
    }

    fn set_of(&mut self, domains: &[&str]) -> u32 {
        let mut numbers: Vec<u32> = Vec::with_capacity(domains.len());
        for domain in domains {
            let number = self.domains.number(*domain, MAXIMUM_DOMAINS);
            self.is_capped |= number.is_none();
            numbers.push(number.unwrap_or(OTHER));
        }
        numbers.sort_unstable();
        numbers.dedup();
        let set = self.sets.number(numbers.as_slice(), MAXIMUM_DOMAINS);
        self.is_capped |= set.is_none();
        set.unwrap_or(OTHER)
    }

    pub(super) fn domains_of(&self, set: u32) -> &[u32] {
        self.sets.value(set).map_or(&[], |set| set)
    }

    pub(super) fn end_of(&self, record: &Record) -> &End {
        self.ends.value(record.end).unwrap_or(&End::Open)
    }

    /// Makes room: deliveries to domains that were not refused so far lose their domains, and those
    /// that are alike and near in time become one record.
    fn put_deliveries_together(&mut self) {
        self.is_capped = true;
        let is_refused = |record: &&Record| matches!(self.end_of(record), End::Refused(_));
        let refused: HashSet<u32> = self
            .records
            .iter()
            .filter(is_refused)
            .flat_map(|record| self.domains_of(record.domains).iter().copied())
            .collect();
        let is_plain = |record: &Record| {
            matches!(self.end_of(record), End::Delivered | End::Open)
                && !self.domains_of(record.domains).iter().any(|domain| refused.contains(domain))
        };
        let (plain, mut kept): (Vec<Record>, Vec<Record>) =
            self.records.iter().partition(|record| is_plain(record));
        let half = self.maximum.0 / 2;
        // Where what failed leaves no room, its oldest go: what fails now is at the end.
        if kept.len() > half {
            kept.sort_by_key(|record| record.time);
            kept.drain(..kept.len() - half);
        }
        let room = (self.maximum.0 * 3 / 4).saturating_sub(kept.len());
        let empty = self.sets.number::<[u32]>(&[], usize::MAX).unwrap_or(OTHER);
        let mut buckets = i64::try_from(room).unwrap_or(i64::MAX);
        loop {
            let together = put_together(&plain, buckets, empty);
            if together.len() <= room || buckets <= 1 {
                kept.extend(together.into_iter().take(room));
                break;
            }
            buckets /= 2;
        }
        self.records = kept;
    }
}

/// Records that are alike but for host and domains, one for each of so many parts of their time.
fn put_together(records: &[Record], buckets: i64, empty: u32) -> Vec<Record> {
    let times = records.iter().map(|record| record.time);
    let first = times.clone().min().unwrap_or_default();
    let width = (times.max().unwrap_or_default() - first) / buckets.max(1) + 1;
    let mut together: BTreeMap<_, Record> = BTreeMap::new();
    for record in records {
        let Record { time, place, identity, sender, end, has_tls, mark, .. } = *record;
        together
            .entry(((time - first) / width, place, identity, sender, end, has_tls, mark))
            .and_modify(|known| {
                known.count = known.count.saturating_add(record.count);
                known.messages = known.messages.saturating_add(record.messages);
                known.time = known.time.max(time);
            })
            .or_insert(Record { domains: empty, host: OTHER, ..*record });
    }
    together.into_values().collect()
}
