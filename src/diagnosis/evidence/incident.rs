//! An incident: sessions that are alike in end, certificate and sender, as one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::certificate::LoggedCertificate;
use crate::connector::MailFrom;
pub(crate) use crate::diagnosis::observation::SenderKind;
use crate::diagnosis::observation::{
    Difference, End, IdentityKey, Shown, Standing, Trouble, Weight, weight_of, weight_of_tls_error,
};
use crate::diagnosis::report::EvidenceLine;
use crate::log::LogType;
use crate::reply::RejectionClass;
use crate::session::{SessionNote, TlsStatus};
use crate::timestamp::Timestamp;

/// How a mail, or a session without one, ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Ending {
    Delivered,
    Refused(RejectionClass),
    TlsFailed,
    ConnectFailed,
    /// No mail, or the log does not say.
    Open,
}

/// What is kept of the recipients' domains and the servers of one incident.
pub(crate) const MAXIMUM_NAMES: usize = 32;

/// The newest session of an incident on one server.
#[derive(Clone, Debug)]
pub(crate) struct LastSession {
    pub time: Timestamp,
    pub path: String,
    pub line: u64,
    pub session_id: Arc<str>,
}

/// Sessions with one server's end, one certificate, one kind of sender and one ending.
#[derive(Clone, Debug)]
pub(crate) struct Incident {
    pub ending: Ending,
    pub sender: SenderKind,
    pub mail_from: MailFrom,
    pub connector: Arc<str>,
    pub log_type: LogType,
    pub sent: Option<Arc<LoggedCertificate>>,
    /// Whether the log would show a certificate if one had been offered.
    pub is_certificate_known: bool,
    pub tls_status: TlsStatus,
    pub tls_protocol: Option<Arc<str>>,
    pub tls_error: Option<Arc<str>>,
    pub remote: Option<Arc<LoggedCertificate>>,
    pub remote_host: Option<Arc<str>>,
    pub public_address: Option<Arc<str>>,
    pub reply: Option<Arc<str>>,
    pub notes: Vec<SessionNote>,
    pub count: u64,
    /// Messages that ended so.
    pub messages: u32,
    pub first: Timestamp,
    pub last: Timestamp,
    pub servers: BTreeSet<Arc<str>>,
    /// The newest session by server; `None` where the log does not show the server.
    pub last_on: BTreeMap<Option<Arc<str>>, LastSession>,
    pub recipient_domains: BTreeSet<String>,
    /// The newest session's first row.
    pub path: String,
    pub line: u64,
    pub session_id: Arc<str>,
    /// Whether it holds today, on any of its servers.
    pub standing: Standing,
    /// What the logs show of it, a trouble for each server where it does not pass for over; for a
    /// delivery and an error of a queue there is none.
    pub troubles: Vec<Trouble>,
    /// What shows it in place of a session: `The queue EX1\3`.
    pub reported_by: Option<String>,
    /// Whether `first` and `last` are known; else they are the time of the diagnosis.
    pub is_dated: bool,
}

impl Incident {
    /// The first server by name.
    pub fn server(&self) -> Option<&str> {
        self.servers.iter().next().map(|server| &**server)
    }

    pub fn proof(&self) -> EvidenceLine {
        let text = match (self.ending, &self.tls_error, &self.reply) {
            (Ending::TlsFailed, Some(error), _) => {
                format!("TLS negotiation failed with error {error}")
            }
            (_, _, Some(reply)) => reply.to_string(),
            (_, Some(error), None) => format!("TLS negotiation failed with error {error}"),
            _ => format!("session {}", self.session_id),
        };
        EvidenceLine { path: self.path.clone(), line: self.line, text }
    }

    pub fn is_same(&self, other: &Self) -> bool {
        let thumbprint = |incident: &Self| {
            incident.sent.as_ref().map(|sent| (sent.thumbprint.clone(), sent.subject.clone()))
        };
        self.ending == other.ending
            && self.sender == other.sender
            && self.connector == other.connector
            && self.tls_status == other.tls_status
            && self.tls_error == other.tls_error
            && self.public_address == other.public_address
            && self.is_certificate_known == other.is_certificate_known
            && self.log_type == other.log_type
            && self.reported_by.is_some() == other.reported_by.is_some()
            && thumbprint(self) == thumbprint(other)
    }

    /// Gives sessions that do not name their server that one.
    pub fn name_server(&mut self, server: &Arc<str>) {
        let Some(unnamed) = self.last_on.remove(&None) else { return };
        self.servers.insert(Arc::clone(server));
        let known = self.last_on.entry(Some(Arc::clone(server))).or_insert_with(|| unnamed.clone());
        if unnamed.time >= known.time {
            *known = unnamed;
        }
    }

    pub fn add(&mut self, other: Self) {
        self.count += other.count;
        self.messages = self.messages.saturating_add(other.messages);
        self.first = self.first.min(other.first);
        for server in other.servers {
            if self.servers.len() < MAXIMUM_NAMES {
                self.servers.insert(server);
            }
        }
        for (server, last) in other.last_on {
            let is_newer = match self.last_on.get(&server) {
                Some(known) => last.time >= known.time,
                None => self.last_on.len() < MAXIMUM_NAMES,
            };
            if is_newer {
                self.last_on.insert(server, last);
            }
        }
        for domain in other.recipient_domains {
            if self.recipient_domains.len() < MAXIMUM_NAMES {
                self.recipient_domains.insert(domain);
            }
        }
        if other.last >= self.last {
            self.last = other.last;
            (self.path, self.line, self.session_id) = (other.path, other.line, other.session_id);
            self.reply = other.reply;
        }
        for note in other.notes {
            if !self.notes.contains(&note) {
                self.notes.push(note);
            }
        }
        self.remote = self.remote.take().or(other.remote);
        self.remote_host = self.remote_host.take().or(other.remote_host);
        self.tls_protocol = self.tls_protocol.take().or(other.tls_protocol);
    }

    /// What Exchange Online could see of the sender.
    pub fn identity(&self) -> IdentityKey {
        let shown = match &self.sent {
            Some(sent) => {
                let text = sent.thumbprint.as_deref().or(sent.subject.as_deref());
                Shown::Certificate(text.unwrap_or_default().into())
            }
            None if self.is_certificate_known => Shown::Nothing,
            None => Shown::Unknown,
        };
        IdentityKey { shown, address: self.public_address.clone() }
    }

    /// Its end, as the ledger distinguishes ends.
    pub fn end(&self) -> End {
        match self.ending {
            Ending::Delivered => End::Delivered,
            Ending::Refused(class) => End::Refused(class),
            Ending::TlsFailed => End::TlsFailed(self.tls_error.clone()),
            Ending::ConnectFailed => End::ConnectFailed,
            Ending::Open => End::Open,
        }
    }

    pub fn is_past(&self) -> bool {
        self.standing == Standing::Past
    }

    pub fn has_failed(&self) -> bool {
        !matches!(self.ending, Ending::Delivered | Ending::Open)
    }

    /// Takes what the ledger shows of it, server by server; a server where it has passed no longer
    /// belongs to it, unless it has passed on all.
    pub fn settle(&mut self, troubles: &[Trouble]) {
        let (identity, end) = (self.identity(), self.end());
        let is_own = |trouble: &&Trouble| {
            trouble.end == end
                && trouble.sender == self.sender
                && trouble.identity == identity
                && trouble.place.connector == self.connector
        };
        let own: Vec<Trouble> = troubles.iter().filter(is_own).cloned().collect();
        let holds = |trouble: &&Trouble| {
            matches!(trouble.standing, Standing::Present | Standing::NowAndThen)
        };
        let holding: Vec<Trouble> = own.iter().filter(holds).cloned().collect();
        if holding.is_empty() {
            let is_past = own.iter().any(|trouble| trouble.standing == Standing::Past);
            self.standing = if is_past { Standing::Past } else { Standing::Everyday };
            self.troubles = own;
            return;
        }
        let is_whole = holding.iter().all(|trouble| trouble.standing == Standing::Present);
        self.standing = if is_whole { Standing::Present } else { Standing::NowAndThen };
        let kept: BTreeSet<Option<Arc<str>>> =
            holding.iter().map(|trouble| trouble.place.server.clone()).collect();
        self.servers.retain(|server| kept.contains(&Some(Arc::clone(server))));
        self.last_on.retain(|server, _| kept.contains(server));
        if let Some(newest) = self.last_on.values().max_by_key(|last| last.time).cloned() {
            self.last = newest.time;
            (self.path, self.line) = (newest.path, newest.line);
            self.session_id = newest.session_id;
        }
        self.troubles = holding;
    }

    /// Judges an error of a queue, which the ledger does not know: it has passed where a later
    /// session of its connector delivered to one of its domains, or got through TLS.
    pub fn settle_reported(&mut self, incidents: &[Self]) {
        let is_over = |later: &Self| {
            let is_same_place = self.connector.is_empty() || self.connector == later.connector;
            let is_later = self.is_dated && later.is_dated && later.last > self.last;
            let has_passed = match self.ending {
                Ending::TlsFailed => later.tls_status == TlsStatus::Succeeded,
                _ => {
                    later.ending == Ending::Delivered
                        && later.sender == self.sender
                        && !self.recipient_domains.is_disjoint(&later.recipient_domains)
                }
            };
            later.reported_by.is_none() && is_same_place && is_later && has_passed
        };
        let weight = match self.ending {
            Ending::Refused(class) => weight_of(class, self.reply.as_deref()),
            _ => weight_of_tls_error(self.tls_error.as_deref()),
        };
        self.standing = match weight {
            Weight::Everyday | Weight::ReceiversRule | Weight::Network => Standing::Everyday,
            _ if incidents.iter().any(is_over) => Standing::Past,
            Weight::Refusal => Standing::Present,
        };
    }

    /// Sessions that failed so, and those that compare with them, over all servers.
    pub fn counts(&self) -> (u64, u64) {
        let sum = |count: fn(&Trouble) -> u64| self.troubles.iter().map(count).sum();
        (sum(|trouble| trouble.refused), sum(|trouble| trouble.total))
    }

    /// Messages that were refused so, and those of the comparable sessions.
    pub fn messages(&self) -> (u64, u64) {
        let sum = |count: fn(&Trouble) -> u64| self.troubles.iter().map(count).sum();
        (sum(|trouble| trouble.refused_messages), sum(|trouble| trouble.total_messages))
    }

    /// The same for whatever identity and sender, over all servers.
    pub fn counts_of_place(&self) -> (u64, u64) {
        let sum = |count: fn(&Trouble) -> u64| self.troubles.iter().map(count).sum();
        (sum(|trouble| trouble.refused_of_place), sum(|trouble| trouble.total_of_place))
    }

    /// The end of the last comparable session that succeeded.
    pub fn last_delivery(&self) -> Option<Timestamp> {
        self.troubles.iter().filter_map(|trouble| trouble.last_delivery).max()
    }

    /// What differs from what was delivered.
    pub fn differences(&self) -> &[Difference] {
        self.troubles.first().map_or(&[], |trouble| &trouble.differences)
    }
}
