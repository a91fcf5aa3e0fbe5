//! Sessions as they come in, before all else of the evidence is known.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::hash::BuildHasher;
use std::sync::Arc;

use hashbrown::{DefaultHashBuilder, HashTable};

use super::incident::{Ending, Incident, SenderKind, is_legacy_tls, shown_in};
use super::incidents::Incidents;
use super::origins::Servers;
use super::part::{Part, is_certificate_known};
use super::parts::{destination_of, kind_of, parts_of, speaks_of_eop};
use super::received::Received;
use super::reported::add_reported;
use crate::connector::{AcceptedDomains, MailFrom};
use crate::diagnosis::observation::{
    self, Attempt, Ledger, Sender, ServerKey, Weight, weight_of, weight_of_tls_error,
};
use crate::eop_host::{address_of_endpoint, is_eop_address, is_eop_host};
use crate::log::LogType;
use crate::session::{Outcome, Session, SessionNote, TlsStatus};
use crate::timestamp::Timestamp;

/// Destinations of other sessions that are named.
const MAXIMUM_ELSEWHERE: usize = 16;

/// Incidents that are distinguished; the sessions of further ones are counted, and in the ledger.
const MAXIMUM_COLLECTED: usize = 16_384;

/// Whether sessions go to EOP, as far as they say it themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Destination {
    /// They do.
    Eop,
    /// They failed in words that only EOP speaks: they do, unless their connector goes elsewhere.
    EopByItsWords,
    /// They failed before the other side said who it is: their connector can show, or another
    /// session of it.
    FailedBefore,
    /// Their connector alone can show.
    Unknown,
}

impl Destination {
    const ALL: [Self; 4] = [Self::Eop, Self::EopByItsWords, Self::FailedBefore, Self::Unknown];

    fn mark(self) -> u8 {
        self as u8
    }

    fn of_mark(mark: u8) -> Self {
        Self::ALL.into_iter().find(|one| one.mark() == mark).unwrap_or(Self::Unknown)
    }
}

/// What the rest of the evidence says of sessions.
pub(crate) struct Context<'a> {
    pub accepted: Option<&'a AcceptedDomains>,
    /// The servers of the sessions.
    pub servers: &'a Servers,
    /// Whether senders' domains stay apart, as with several tenants.
    pub keeps_domains: bool,
    /// Whether the connector of a name sends to EOP; `None`: no such connector is known.
    pub sends_to_eop: &'a dyn Fn(&str) -> Option<bool>,
}

/// Sessions in brief, in the order in which they came.
#[derive(Clone, Debug, Default)]
pub(crate) struct Collector {
    incidents: Vec<(Incident, Destination)>,
    /// The incidents by what makes them one.
    places: HashTable<usize>,
    hashes: Vec<u64>,
    hasher: DefaultHashBuilder,
    /// How many sessions there are whose connector decides where they go.
    undecided: BTreeMap<(Arc<str>, Destination), u64>,
    /// Connectors of which a session shows that they send to EOP.
    eop_connectors: BTreeSet<Arc<str>>,
    ledger: Ledger,
    elsewhere: u64,
    /// Where those went, by connector and host, as far as they are distinguished.
    elsewhere_to: BTreeSet<(String, String)>,
    /// Destination domains of connections that failed.
    failed_to: BTreeSet<String>,
    received: u64,
    /// Those of Exchange Online among them.
    received_from_cloud: Received,
    capped: u64,
    total: u64,
    window: Option<(Timestamp, Timestamp)>,
}

impl Collector {
    /// Adds a session; `accepted` are the accepted domains as far as they are known by now.
    pub fn add(
        &mut self,
        session: &Session,
        server: &ServerKey,
        accepted: Option<&AcceptedDomains>,
    ) {
        self.total += 1;
        let (time, known) = (session.start_time, self.window);
        self.window =
            Some(known.map_or((time, time), |(first, last)| (first.min(time), last.max(time))));
        let is_received = session.log_type == LogType::Receive
            || session.notes.contains(&SessionNote::ReceivedByIis);
        if is_received {
            self.received += 1;
            self.received_from_cloud.add(session);
            return;
        }
        let destination = match session.is_eop {
            Some(true) => {
                if !self.eop_connectors.contains(session.connector()) {
                    self.eop_connectors.insert(session.connector().into());
                }
                Destination::Eop
            }
            Some(false) => {
                self.elsewhere += 1;
                if self.elsewhere_to.len() < MAXIMUM_ELSEWHERE {
                    let host = session.remote_host().or(session.remote_endpoint());
                    let host = host.unwrap_or_default().to_owned();
                    self.elsewhere_to.insert((session.connector().to_owned(), host));
                }
                return;
            }
            None if speaks_of_eop(session)
                || is_bound_for_eop(session)
                || destination_of(session).is_some_and(is_eop_host) =>
            {
                Destination::EopByItsWords
            }
            None if matches!(session.outcome, Outcome::ConnectFailed | Outcome::TlsFailed) => {
                if let Some(domain) = destination_of(session)
                    && self.failed_to.len() < MAXIMUM_ELSEWHERE
                {
                    self.failed_to.insert(domain.to_owned());
                }
                Destination::FailedBefore
            }
            None => Destination::Unknown,
        };
        if destination != Destination::Eop {
            *self.undecided.entry((session.connector().into(), destination)).or_default() += 1;
        }
        self.ledger.begin_session();
        for part in parts_of(session, accepted) {
            self.record(session, &part, server, destination);
            self.add_part(session, &part, server, destination, accepted.is_some());
        }
    }

    fn record(
        &mut self,
        session: &Session,
        part: &Part<'_>,
        server: &ServerKey,
        destination: Destination,
    ) {
        let weight = match part.ending {
            Ending::Delivered | Ending::Open => Weight::Everyday,
            Ending::Refused(class) => weight_of(class, part.reply),
            Ending::TlsFailed => weight_of_tls_error(session.tls_error()),
            Ending::ConnectFailed => Weight::Network,
        };
        // A connection that failed compares with all of its place.
        let is_of_mail = part.ending != Ending::ConnectFailed;
        let domains = part.domains.iter().filter(|_| is_of_mail);
        let domains: Vec<&str> = domains.map(|domain| &**domain).collect();
        self.ledger.add(&Attempt {
            server,
            connector: session.connector(),
            shown: shown_in(session),
            address: session.public_ip_address(),
            remote_host: session.remote_host(),
            sender: match &part.mail_from {
                MailFrom::Unknown => Sender::Unknown,
                MailFrom::Null => Sender::Null,
                MailFrom::Domain(domain) => Sender::Domain(domain.as_str().into()),
            },
            end: part.ending.end(session.tls_error()),
            weight,
            has_tls: session.tls_status == TlsStatus::Succeeded,
            domains: &domains,
            time: session.end_time,
            messages: part.messages,
            is_reported: false,
            mark: destination.mark(),
        });
    }

    /// Adds it to the incident that is alike; while the accepted domains may yet come, senders'
    /// domains are kept apart.
    fn add_part(
        &mut self,
        session: &Session,
        part: &Part<'_>,
        server: &ServerKey,
        destination: Destination,
        is_settled: bool,
    ) {
        let domain = match &part.mail_from {
            MailFrom::Domain(domain) if !is_settled => Some(domain),
            _ => None,
        };
        let sent = session.sent_certificate.as_deref();
        let sent = sent.map(|sent| (sent.thumbprint.as_deref(), sent.subject.as_deref()));
        let key = (
            (part.ending, part.sender, domain, destination, sent),
            (session.connector(), session.public_ip_address(), session.tls_error()),
            (session.log_type, session.tls_status, is_certificate_known(session)),
            is_legacy_tls(session.tls_protocol()),
        );
        let hash = self.hasher.hash_one(key);
        let is_same = |place: &usize| {
            let (known, goes_to) = &self.incidents[*place];
            let known_domain = match &known.mail_from {
                MailFrom::Domain(domain) if !is_settled => Some(domain),
                _ => None,
            };
            let known_sent = known.sent.as_deref();
            let known_sent =
                known_sent.map(|sent| (sent.thumbprint.as_deref(), sent.subject.as_deref()));
            let (address, error) = (known.public_address.as_deref(), known.tls_error.as_deref());
            key == (
                (known.ending, known.sender, known_domain, *goes_to, known_sent),
                (&*known.connector, address, error),
                (known.log_type, known.tls_status, known.is_certificate_known),
                known.has_legacy_tls(),
            )
        };
        if let Some(place) = self.places.find(hash, is_same) {
            self.incidents[*place].0.take(session, part, server);
        } else if self.incidents.len() < MAXIMUM_COLLECTED {
            // The place alone is kept of a key: the hashes come along when the table grows.
            let place = self.incidents.len();
            self.incidents.push((Incident::of(session, part, server), destination));
            self.hashes.push(hash);
            let hashes = &self.hashes;
            self.places.insert_unique(hash, place, |place| hashes[*place]);
        } else {
            self.capped += 1;
        }
    }

    /// The incidents in the light of the rest of the evidence; `reported` are errors of queues that
    /// belong to no session.
    pub fn finish(
        &self,
        context: &Context<'_>,
        reported: impl Iterator<Item = Incident>,
    ) -> Incidents {
        let mut incidents = Incidents {
            elsewhere: self.elsewhere,
            elsewhere_to: self.elsewhere_to.clone(),
            failed_to: self.failed_to.clone(),
            received: self.received,
            received_from_cloud: self.received_from_cloud.clone(),
            capped: self.capped,
            total: self.total,
            window: self.window,
            ..Incidents::default()
        };
        let goes_to_eop = |connector: &str, destination: Destination| match destination {
            Destination::Eop => Some(true),
            Destination::EopByItsWords => (context.sends_to_eop)(connector).or(Some(true)),
            Destination::FailedBefore => (context.sends_to_eop)(connector)
                .or_else(|| self.eop_connectors.contains(connector).then_some(true)),
            Destination::Unknown => (context.sends_to_eop)(connector),
        };
        for ((connector, destination), count) in &self.undecided {
            match goes_to_eop(connector, *destination) {
                Some(true) => {}
                Some(false) => incidents.elsewhere += count,
                None => incidents.unknown += count,
            }
        }
        for (incident, destination) in &self.incidents {
            if goes_to_eop(&incident.connector, *destination) != Some(true) {
                continue;
            }
            let mut incident = incident.clone();
            incident.sender = kind_of(&incident.mail_from, context.accepted);
            incident.keeps_domain = context.keeps_domains;
            incident.resolve_servers(context.servers);
            incidents.add(incident);
        }
        let mut ledger = Cow::Borrowed(&self.ledger);
        let mut reported = reported.peekable();
        if reported.peek().is_some() {
            add_reported(&mut incidents, ledger.to_mut(), reported, Destination::Eop.mark());
        }
        let accepted = context.accepted;
        let kind_of_domain = |domain: &str| kind_of(&domain.parse().unwrap_or_default(), accepted);
        incidents.observation = ledger.observe(&observation::Context {
            kind_of: &|sender| match sender {
                Sender::Unknown => SenderKind::Unknown,
                Sender::Null => SenderKind::Null,
                Sender::Domain(domain) => kind_of_domain(domain),
            },
            is_own: &|domain| accepted.is_some() && kind_of_domain(domain) == SenderKind::Accepted,
            is_judged: &|connector, mark| {
                goes_to_eop(connector, Destination::of_mark(mark)) == Some(true)
            },
            server_of: &|key| context.servers.of(key),
        });
        incidents
    }
}

/// Whether a session without a banner went to an address of EOP.
fn is_bound_for_eop(session: &Session) -> bool {
    let address = session.remote_endpoint().and_then(address_of_endpoint);
    session.remote_host().is_none() && address.is_some_and(is_eop_address)
}
