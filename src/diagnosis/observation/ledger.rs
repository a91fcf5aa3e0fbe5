//! Every attempt in a few bytes, from which all counts are made.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use super::attempt::{Attempt, End, Sender, SenderKind, Shown};
use super::interner::Interner;
use super::trouble::{Standing, Trouble, troubles_of_place};
use super::usage::Usage;
use super::weight::Weight;
use crate::timestamp::Timestamp;

/// Records that are kept; beyond them deliveries are put together.
const MAXIMUM_RECORDS: usize = 400_000;

/// Recipient domains that are told apart; beyond them the rest is one.
const MAXIMUM_DOMAINS: usize = 200_000;

/// Identities, places, hosts and senders that are told apart, of each.
const MAXIMUM_KEYS: usize = 100_000;

/// Domains of an identity's deliveries that are remembered to show attribution.
const MAXIMUM_RELAYED: usize = 256;

/// A server and a send connector.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct PlaceKey {
    /// The server: its name, else the label of its folder; `None`: not known.
    pub server: Option<Arc<str>>,
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
    pub mark: u8,
}

/// What the rest of the evidence says of attempts.
pub(crate) struct Context<'a> {
    /// The kind of a sender.
    pub kind_of: &'a dyn Fn(&Sender) -> SenderKind,
    /// Whether a domain belongs to the organisation.
    pub is_own: &'a dyn Fn(&str) -> bool,
    /// Whether attempts over a connector with that mark are judged.
    pub is_judged: &'a dyn Fn(&str, u8) -> bool,
    /// The server of those that do not name theirs.
    pub server: Option<&'a Arc<str>>,
}

/// Every attempt, in the order in which the logs were read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ledger {
    records: Vec<Record>,
    places: Interner<PlaceKey>,
    identities: Interner<IdentityKey>,
    hosts: Interner<Arc<str>>,
    senders: Interner<Sender>,
    ends: Interner<End>,
    domains: Interner<Arc<str>>,
    sets: Interner<Box<[u32]>>,
    sessions: u32,
    /// The place and the identity of the attempt before, with their numbers: the next one mostly has
    /// the same.
    last_place: Option<(PlaceKey, u32)>,
    last_identity: Option<(IdentityKey, u32)>,
    maximum: Limit,
    /// Whether deliveries were put together, or names not told apart, for want of room.
    is_capped: bool,
}

/// How many records are kept.
#[derive(Clone, Copy, Debug)]
struct Limit(usize);

impl Default for Limit {
    fn default() -> Self {
        Self(MAXIMUM_RECORDS)
    }
}

/// A number that stands for what is not told apart.
const OTHER: u32 = u32::MAX;

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
        for trouble in troubles.iter().filter(|one| one.standing == Standing::Everyday) {
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
    /// The end of the newest session.
    pub newest: Option<Timestamp>,
    /// Sessions that delivered everything that the log tells of.
    pub delivered: u64,
    /// Failures that decide nothing.
    pub everyday: Everyday,
    /// Whether there was more than can be told apart.
    pub is_capped: bool,
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
            mark: attempt.mark,
        });
    }

    fn number_of_place(&mut self, attempt: &Attempt<'_>) -> Option<u32> {
        if let Some((known, number)) = &self.last_place
            && *known.connector == *attempt.connector
            && known.server.as_ref() == attempt.server
        {
            return Some(*number);
        }
        let key =
            PlaceKey { server: attempt.server.cloned(), connector: Arc::from(attempt.connector) };
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

    fn domains_of(&self, set: u32) -> &[u32] {
        self.sets.value(set).map_or(&[], |set| set)
    }

    fn end_of(&self, record: &Record) -> &End {
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

    /// Judges what the attempts show.
    pub fn observe(&self, context: &Context<'_>) -> Observation {
        let kinds: Vec<SenderKind> =
            self.senders.values().iter().map(|sender| (context.kind_of)(sender)).collect();
        let places = Places::of(self.places.values(), context.server);
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
        let mut observation = Observation {
            newest: judged.iter().map(|record| record.time).max().and_then(Timestamp::from_ticks),
            is_capped: self.is_capped,
            ..Observation::default()
        };
        let outside = self.domains_refused_as_outside(&judged);
        for of_place in records.chunk_by(|(one, _), (other, _)| one.place == other.place) {
            let view =
                PlaceView { ledger: self, places: &places, records: of_place, all: &records };
            observation.troubles.extend(troubles_of_place(&view));
            observation.usages.extend(super::usage::usages_of_place(
                &view,
                &outside,
                context.is_own,
            ));
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
        use crate::reply::RejectionClass::{RelayDenied, RelayDeniedAttr36};
        judged
            .iter()
            .filter(|record| {
                matches!(self.end_of(record), End::Refused(RelayDenied | RelayDeniedAttr36))
            })
            .flat_map(|record| self.domains_of(record.domains).iter().copied())
            .collect()
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

/// The places, with the server that was given for those that do not name theirs.
pub(super) struct Places {
    keys: Vec<PlaceKey>,
    /// The one number of places that are the same so.
    numbers: Vec<u32>,
    ranks: Vec<u32>,
}

impl Places {
    fn of(places: &[PlaceKey], server: Option<&Arc<str>>) -> Self {
        let mut known: Interner<PlaceKey> = Interner::default();
        let numbers = places
            .iter()
            .map(|place| {
                let server = place.server.as_ref().or(server).cloned();
                let place = PlaceKey { server, connector: Arc::clone(&place.connector) };
                known.number_of(&place, usize::MAX).unwrap_or(OTHER)
            })
            .collect();
        Self { ranks: known.ranks(), keys: known.values().to_vec(), numbers }
    }

    fn one_of(&self, place: u32) -> u32 {
        self.numbers.get(place as usize).copied().unwrap_or(OTHER)
    }

    /// The key of the one number of a place.
    fn key(&self, number: u32) -> Option<&PlaceKey> {
        self.keys.get(number as usize)
    }

    fn rank(&self, number: u32) -> u32 {
        self.ranks.get(number as usize).copied().unwrap_or(OTHER)
    }
}

/// The records of one place, in the order of time.
pub(super) struct PlaceView<'a> {
    ledger: &'a Ledger,
    places: &'a Places,
    pub records: &'a [(&'a Record, SenderKind)],
    /// Those of every place, place by place.
    pub all: &'a [(&'a Record, SenderKind)],
}

impl<'a> PlaceView<'a> {
    pub fn end(&self, record: &Record) -> &'a End {
        self.ledger.end_of(record)
    }

    pub fn end_numbered(&self, number: u32) -> &'a End {
        self.ledger.ends.value(number).unwrap_or(&End::Open)
    }

    pub fn domains(&self, record: &Record) -> &'a [u32] {
        self.ledger.domains_of(record.domains)
    }

    pub fn domain(&self, number: u32) -> Option<&'a Arc<str>> {
        self.ledger.domains.value(number)
    }

    pub fn host(&self, record: &Record) -> Option<&'a Arc<str>> {
        self.ledger.hosts.value(record.host)
    }

    pub fn place_of(&self, record: &Record) -> PlaceKey {
        self.places
            .key(record.place)
            .cloned()
            .unwrap_or(PlaceKey { server: None, connector: Arc::from("") })
    }

    pub fn identity_of(&self, record: &Record) -> IdentityKey {
        self.ledger
            .identities
            .value(record.identity)
            .cloned()
            .unwrap_or(IdentityKey { shown: Shown::Unknown, address: None })
    }

    /// Whether the identity of a record is known: the session came as far as showing one.
    pub fn is_identified(&self, record: &Record) -> bool {
        let identity = self.ledger.identities.value(record.identity);
        identity.is_some_and(|identity| identity.shown != Shown::Unknown)
    }
}

/// How many domains of deliveries are remembered for an identity.
pub(super) const fn maximum_relayed() -> usize {
    MAXIMUM_RELAYED
}
