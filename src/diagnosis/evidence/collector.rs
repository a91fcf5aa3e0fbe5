//! Sessions as they come in, before all else of the evidence is known.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::incident::{Ending, Incident, SenderKind};
use super::incidents::Incidents;
use super::incidents_of_session::{incidents_of, kind_of, speaks_of_eop};
use crate::connector::{AcceptedDomains, MailFrom};
use crate::diagnosis::observation::{
    self, Attempt, Ledger, Sender, Weight, weight_of, weight_of_tls_error,
};
use crate::eop_host::{address_of_endpoint, is_eop_address};
use crate::log::LogType;
use crate::session::{Outcome, Session, SessionNote, TlsStatus};
use crate::timestamp::Timestamp;

/// Destinations of other sessions that are named.
const MAXIMUM_ELSEWHERE: usize = 16;

/// Incidents that are distinguished while sessions come in.
const MAXIMUM_COLLECTED: usize = 4096;

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
    /// The server of sessions that do not name theirs.
    pub server: Option<&'a Arc<str>>,
    /// Whether the connector of a name sends to EOP; `None`: no such connector is known.
    pub sends_to_eop: &'a dyn Fn(&str) -> Option<bool>,
}

/// What makes two incidents one while the accepted domains may yet come.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    ending: Ending,
    sender: SenderKind,
    /// The sender's domain, where its kind is not settled.
    domain: Option<String>,
    destination: Destination,
    connector: Arc<str>,
    log_type: LogType,
    tls_status: TlsStatus,
    tls_error: Option<Arc<str>>,
    public_address: Option<Arc<str>>,
    is_certificate_known: bool,
    /// The thumbprint and the subject of the certificate that was sent.
    certificate: Option<[Option<Arc<str>>; 2]>,
}

/// Sessions in brief, in the order in which they came.
#[derive(Clone, Debug, Default)]
pub(crate) struct Collector {
    incidents: Vec<(Incident, Destination)>,
    places: HashMap<Key, usize>,
    /// How many sessions there are whose connector decides where they go.
    undecided: BTreeMap<(Arc<str>, Destination), u64>,
    /// Connectors of which a session shows that they send to EOP.
    eop_connectors: BTreeSet<Arc<str>>,
    ledger: Ledger,
    elsewhere: u64,
    /// Where those went, by connector and host, as far as they are distinguished.
    elsewhere_to: BTreeSet<(String, String)>,
    received: u64,
    capped: u64,
    total: u64,
    window: Option<(Timestamp, Timestamp)>,
}

impl Collector {
    /// Adds a session; `accepted` are the accepted domains as far as they are known by now.
    pub fn add(&mut self, session: &Session, accepted: Option<&AcceptedDomains>) {
        self.total += 1;
        let (time, known) = (session.start_time, self.window);
        self.window =
            Some(known.map_or((time, time), |(first, last)| (first.min(time), last.max(time))));
        let is_received = session.log_type == LogType::Receive
            || session.notes.contains(&SessionNote::ReceivedByIis);
        if is_received {
            self.received += 1;
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
            None if speaks_of_eop(session) || is_bound_for_eop(session) => {
                Destination::EopByItsWords
            }
            None if matches!(session.outcome, Outcome::ConnectFailed | Outcome::TlsFailed) => {
                Destination::FailedBefore
            }
            None => Destination::Unknown,
        };
        if destination != Destination::Eop {
            *self.undecided.entry((session.connector().into(), destination)).or_default() += 1;
        }
        self.ledger.begin_session();
        for incident in incidents_of(session, accepted) {
            self.record(session, &incident, destination);
            self.add_incident(incident, destination, accepted.is_some());
        }
    }

    fn record(&mut self, session: &Session, incident: &Incident, destination: Destination) {
        let weight = match incident.ending {
            Ending::Delivered | Ending::Open => Weight::Everyday,
            Ending::Refused(class) => weight_of(class, incident.reply.as_deref()),
            Ending::TlsFailed => weight_of_tls_error(incident.tls_error.as_deref()),
            Ending::ConnectFailed => Weight::Network,
        };
        let identity = incident.identity();
        let domains: Vec<&str> = incident.recipient_domains.iter().map(String::as_str).collect();
        self.ledger.add(&Attempt {
            server: session.server.as_ref(),
            connector: &incident.connector,
            shown: identity.shown,
            address: identity.address.as_deref(),
            remote_host: incident.remote_host.as_deref(),
            sender: match &incident.mail_from {
                MailFrom::Unknown => Sender::Unknown,
                MailFrom::Null => Sender::Null,
                MailFrom::Domain(domain) => Sender::Domain(domain.as_str().into()),
            },
            end: incident.end(),
            weight,
            has_tls: incident.tls_status == TlsStatus::Succeeded,
            domains: &domains,
            time: session.end_time,
            messages: incident.messages,
            mark: destination.mark(),
        });
    }

    fn add_incident(&mut self, incident: Incident, destination: Destination, is_settled: bool) {
        let domain = match &incident.mail_from {
            MailFrom::Domain(domain) if !is_settled => Some(domain.as_str().to_owned()),
            _ => None,
        };
        let key = Key {
            ending: incident.ending,
            sender: incident.sender,
            domain,
            destination,
            connector: Arc::clone(&incident.connector),
            log_type: incident.log_type,
            tls_status: incident.tls_status,
            tls_error: incident.tls_error.clone(),
            public_address: incident.public_address.clone(),
            is_certificate_known: incident.is_certificate_known,
            certificate: incident
                .sent
                .as_ref()
                .map(|sent| [sent.thumbprint.clone(), sent.subject.clone()]),
        };
        if let Some(place) = self.places.get(&key) {
            self.incidents[*place].0.add(incident);
        } else if self.incidents.len() < MAXIMUM_COLLECTED {
            self.places.insert(key, self.incidents.len());
            self.incidents.push((incident, destination));
        } else {
            self.capped += 1;
        }
    }

    /// The incidents in the light of the rest of the evidence.
    pub fn finish(&self, context: &Context<'_>) -> Incidents {
        let mut incidents = Incidents {
            elsewhere: self.elsewhere,
            elsewhere_to: self.elsewhere_to.clone(),
            received: self.received,
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
            if let Some(server) = context.server {
                incident.name_server(server);
            }
            incidents.add(incident);
        }
        let accepted = context.accepted;
        let kind_of_domain = |domain: &str| kind_of(&domain.parse().unwrap_or_default(), accepted);
        incidents.observation = self.ledger.observe(&observation::Context {
            kind_of: &|sender| match sender {
                Sender::Unknown => SenderKind::Unknown,
                Sender::Null => SenderKind::Null,
                Sender::Domain(domain) => kind_of_domain(domain),
            },
            is_own: &|domain| accepted.is_some() && kind_of_domain(domain) == SenderKind::Accepted,
            is_judged: &|connector, mark| {
                goes_to_eop(connector, Destination::of_mark(mark)) == Some(true)
            },
            server: context.server,
        });
        incidents
    }
}

/// Whether a session without a banner went to an address of EOP.
fn is_bound_for_eop(session: &Session) -> bool {
    let address = session.remote_endpoint().and_then(address_of_endpoint);
    session.remote_host().is_none() && address.is_some_and(is_eop_address)
}
