//! What failed: how often among what it can be compared with, and whether it does so today.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use super::attempt::{End, SenderKind};
use super::chance::is_no_chance;
use super::difference::{Difference, MAXIMUM_REFUSED_DOMAINS, differences};
use super::ledger::{IdentityKey, PlaceKey, Record};
use super::network::{self, Result};
use super::place::PlaceView;
use super::usage::Leaves;
use super::weight::{Weight, minutes_of_each_hour};
use crate::reply::RejectionClass;
use crate::timestamp::{TICKS_PER_MINUTE, Timestamp};

/// Whether a trouble holds today.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It holds.
    Present,
    /// Refused and delivered in turn.
    NowAndThen,
    /// The identity has left its place, or delivers again so often that chance is no explanation.
    Past,
    /// It concerns one recipient or message, a rule of the receiver, or single connections.
    Everyday,
}

/// Attempts of one identity at one place, for one kind of sender, that failed alike.
#[derive(Clone, Debug)]
pub(crate) struct Trouble {
    /// The place.
    pub place: PlaceKey,
    /// The identity.
    pub identity: IdentityKey,
    /// The kind of sender.
    pub sender: SenderKind,
    /// How the attempts ended.
    pub end: End,
    /// Whether errors of queues or NDRs show it, and no session.
    pub is_reported: bool,
    /// What they weigh.
    pub weight: Weight,
    /// Whether it holds today.
    pub standing: Standing,
    /// Sessions that failed so.
    pub refused: u64,
    /// Sessions that it can be compared with, these included.
    pub total: u64,
    /// Messages that failed so; 0 where none came so far.
    pub refused_messages: u64,
    /// Messages of the comparable sessions.
    pub total_messages: u64,
    /// Sessions of the place that failed so, whatever their identity and sender.
    pub refused_of_place: u64,
    /// Sessions of the place.
    pub total_of_place: u64,
    /// The end of the first session that failed so.
    pub since: Timestamp,
    /// The end of the last one.
    pub last: Timestamp,
    /// The end of the last comparable session that succeeded.
    pub last_delivery: Option<Timestamp>,
    /// Comparable sessions that succeeded after the last one that failed.
    pub delivered_since: u64,
    /// The domains that were refused, at most 256.
    pub domains: Vec<Arc<str>>,
    /// Whether there were more: those are counted together.
    pub has_more_domains: bool,
    /// What differs between what was refused and what was delivered at the place.
    pub differences: Vec<Difference>,
}

impl Trouble {
    /// Whether sessions failed so, and it decides nothing.
    pub fn is_everyday_session(&self) -> bool {
        self.standing == Standing::Everyday && !self.is_reported
    }
}

/// What makes a trouble one: identity, kind of sender, end, and whether sessions show it; a connection
/// that failed has neither identity nor sender.
type Key = (u32, SenderKind, u32, bool);

/// The troubles of one place.
pub(super) fn troubles_of_place(view: &PlaceView<'_>) -> Vec<Trouble> {
    let mut keys: BTreeSet<Key> = BTreeSet::new();
    for (record, kind) in view.records {
        if matches!(view.end(record), End::Refused(_) | End::TlsFailed(_) | End::ConnectFailed) {
            keys.insert((record.identity, *kind, record.end, record.is_reported));
        }
    }
    if keys.is_empty() {
        return Vec::new();
    }
    let leaves = Leaves::of_place(view);
    let mut by_identity: HashMap<u32, Vec<(&Record, SenderKind)>> = HashMap::new();
    for (record, kind) in view.records {
        by_identity.entry(record.identity).or_default().push((record, *kind));
    }
    let of_place = OfPlace::of(view);
    keys.into_iter()
        .filter_map(|key| {
            let own = by_identity.get(&key.0)?;
            trouble(view, key, own, &leaves, &of_place)
        })
        .collect()
}

/// Counts over the whole place, made once.
struct OfPlace {
    sessions: u64,
    failed: HashMap<u32, u64>,
    repeats: HashMap<u32, bool>,
}

impl OfPlace {
    fn of(view: &PlaceView<'_>) -> Self {
        let mut seen: HashSet<u32> = HashSet::new();
        let mut counted: HashSet<(u32, u32)> = HashSet::new();
        let mut sessions = 0;
        let mut failed: HashMap<u32, u64> = HashMap::new();
        let mut network: BTreeSet<u32> = BTreeSet::new();
        for (record, _) in view.records {
            let count = if record.is_reported { 0 } else { u64::from(record.count) };
            if record.count > 1 || seen.insert(record.session) {
                sessions += count;
            }
            match view.end(record) {
                End::Delivered | End::Open => {}
                _ => {
                    if record.weight == Weight::Network {
                        network.insert(record.end);
                    }
                    if counted.insert((record.session, record.end)) {
                        *failed.entry(record.end).or_default() += count;
                    }
                }
            }
        }
        let repeats = network.into_iter().map(|end| (end, repeats_at(view, end))).collect();
        Self { sessions, failed, repeats }
    }
}

/// Whether a trouble of the network repeats at the place, among the attempts that report it.
fn repeats_at(view: &PlaceView<'_>, end: u32) -> bool {
    let failure = view.end_numbered(end);
    network::repeats(view.records.iter().filter_map(|(record, _)| {
        let result = if record.end == end {
            Some(Result::Failed)
        } else if succeeded(failure, view.end(record), record.has_tls) {
            Some(Result::Succeeded)
        } else {
            None
        };
        result.map(|result| (record.time, result))
    }))
}

/// Whether an attempt got through what failed with `failure`.
fn succeeded(failure: &End, end: &End, has_tls: bool) -> bool {
    match failure {
        End::ConnectFailed => *end != End::ConnectFailed,
        End::TlsFailed(_) => has_tls,
        _ => *end == End::Delivered,
    }
}

/// Whether what failed so can pass for another kind of sender: what fails before a sender is named
/// cannot.
fn depends_on_sender(end: &End) -> bool {
    matches!(end, End::Refused(class) if *class != RejectionClass::TlsCertificateNameNotFound)
}

/// One comparable session.
#[derive(Default)]
struct Compared {
    time: i64,
    count: u64,
    is_refused: bool,
    is_delivered: bool,
    messages: u64,
    refused_messages: u64,
}

fn trouble(
    view: &PlaceView<'_>,
    (_, kind, end_number, is_reported): Key,
    own: &[(&Record, SenderKind)],
    leaves: &Leaves,
    of_place: &OfPlace,
) -> Option<Trouble> {
    let is_failure = |record: &Record, of: SenderKind| {
        record.end == end_number && of == kind && record.is_reported == is_reported
    };
    let (sample, _) = own.iter().rfind(|(record, of)| is_failure(record, *of))?;
    let end = view.end(sample);
    let mut refused_domains: BTreeSet<u32> = BTreeSet::new();
    let mut has_more_domains = false;
    for (record, of) in own {
        if !is_failure(record, *of) {
            continue;
        }
        for domain in view.domains(record) {
            if refused_domains.len() < MAXIMUM_REFUSED_DOMAINS || refused_domains.contains(domain) {
                refused_domains.insert(*domain);
            } else {
                has_more_domains = true;
            }
        }
    }
    // A failed connection has shown no identity: every attempt of the place compares.
    let candidates =
        if *end == End::ConnectFailed || !view.is_identified(sample) { view.records } else { own };
    let mut sessions: Vec<Compared> = Vec::new();
    let mut slots: HashMap<u32, usize> = HashMap::new();
    for (record, of) in candidates {
        let is_refused = is_failure(record, *of);
        let is_of_kind = *of == kind || !depends_on_sender(end);
        let meets = refused_domains.is_empty()
            || view.domains(record).iter().any(|domain| refused_domains.contains(domain));
        if !(is_refused || is_of_kind && meets && !record.is_reported) {
            continue;
        }
        let slot = match slots.get(&record.session) {
            Some(slot) if record.count == 1 => *slot,
            _ => {
                slots.insert(record.session, sessions.len());
                sessions.push(Compared { count: u64::from(record.count), ..Compared::default() });
                sessions.len() - 1
            }
        };
        let session = &mut sessions[slot];
        session.time = record.time;
        session.messages += u64::from(record.messages);
        if is_refused {
            session.is_refused = true;
            session.refused_messages += u64::from(record.messages);
        } else {
            session.is_delivered |= succeeded(end, view.end(record), record.has_tls);
        }
    }
    let counts = Counts::of(&sessions)?;
    let weight = sample.weight;
    let is_counted = match weight {
        Weight::Refusal => true,
        Weight::Network => of_place.repeats.get(&end_number).copied().unwrap_or_default(),
        Weight::Everyday | Weight::ReceiversRule => false,
    };
    let has_left = view.is_identified(sample) && leaves.has_left(sample.identity);
    let standing = if !is_counted {
        Standing::Everyday
    } else if has_left || is_over(end, &counts, &sessions) {
        Standing::Past
    } else if counts.delivered_between > 0 || counts.delivered_since > 0 {
        Standing::NowAndThen
    } else {
        Standing::Present
    };
    let time = |ticks: i64| Timestamp::from_ticks(ticks);
    Some(Trouble {
        place: view.place_of(sample),
        identity: view.identity_of(sample),
        sender: kind,
        end: end.clone(),
        is_reported,
        weight,
        standing,
        refused: counts.refused,
        total: counts.total,
        refused_messages: sessions.iter().map(|session| session.refused_messages).sum(),
        total_messages: sessions.iter().map(|session| session.messages).sum(),
        refused_of_place: of_place.failed.get(&end_number).copied().unwrap_or_default(),
        total_of_place: of_place.sessions,
        since: time(counts.first)?,
        last: time(counts.last)?,
        last_delivery: counts.last_delivery.and_then(time),
        delivered_since: counts.delivered_since,
        domains: {
            let names = refused_domains.iter().filter_map(|domain| view.domain(*domain).cloned());
            // The numbers are those of the order of reading.
            names.collect::<BTreeSet<_>>().into_iter().collect()
        },
        has_more_domains,
        differences: differences(view, sample, &refused_domains, |record, of| {
            record.identity == sample.identity && is_failure(record, of)
        }),
    })
}

/// Whether so much was delivered since the last refusal that chance is no explanation.
fn is_over(end: &End, counts: &Counts, sessions: &[Compared]) -> bool {
    let minutes = match end {
        End::Refused(class) => minutes_of_each_hour(*class),
        _ => None,
    };
    let Some(minutes) = minutes else {
        return is_no_chance(counts.refused, counts.between, counts.delivered_since);
    };
    // What is delivered in the same minutes of an hour shows the same.
    let width = i64::from(minutes) * TICKS_PER_MINUTE;
    let delivered = sessions.iter().filter(|one| one.time > counts.last && one.is_delivered);
    let spans: BTreeSet<i64> = delivered.map(|one| one.time.div_euclid(width)).collect();
    let (part, all) = (u64::from(minutes), 60);
    let is_rarer = counts.refused * all <= counts.between * part;
    let (part, all) = if is_rarer { (counts.refused, counts.between) } else { (part, all) };
    is_no_chance(part, all, spans.len() as u64)
}

/// What the comparable sessions come to.
struct Counts {
    refused: u64,
    total: u64,
    /// From the first refusal to the last one.
    between: u64,
    delivered_between: u64,
    delivered_since: u64,
    first: i64,
    last: i64,
    last_delivery: Option<i64>,
}

impl Counts {
    /// Of sessions in the order of time.
    fn of(sessions: &[Compared]) -> Option<Self> {
        let first = sessions.iter().position(|session| session.is_refused)?;
        let last = sessions.iter().rposition(|session| session.is_refused)?;
        let sum = |sessions: &[Compared], is_wanted: fn(&Compared) -> bool| {
            sessions.iter().filter(|one| is_wanted(one)).map(|one| one.count).sum::<u64>()
        };
        let refused: fn(&Compared) -> bool = |session| session.is_refused;
        let delivered: fn(&Compared) -> bool =
            |session| session.is_delivered && !session.is_refused;
        Some(Self {
            refused: sum(sessions, refused),
            total: sum(sessions, |_| true),
            between: sum(&sessions[first..=last], |_| true),
            delivered_between: sum(&sessions[first..=last], delivered),
            delivered_since: sum(&sessions[last..], delivered),
            first: sessions[first].time,
            last: sessions[last].time,
            last_delivery: sessions.iter().rfind(|one| delivered(one)).map(|one| one.time),
        })
    }
}
