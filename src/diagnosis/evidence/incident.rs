//! An incident: sessions that are alike in end, certificate and sender, as one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::certificate::LoggedCertificate;
use crate::connector::MailFrom;
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

/// What kind of sender, as far as attribution tells them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum SenderKind {
    Unknown,
    Null,
    Accepted,
    Foreign,
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
    pub first: Timestamp,
    pub last: Timestamp,
    pub servers: BTreeSet<Arc<str>>,
    /// The newest session by server; `None` where the log does not tell the server.
    pub last_on: BTreeMap<Option<Arc<str>>, LastSession>,
    pub recipient_domains: BTreeSet<String>,
    /// The newest session's first row.
    pub path: String,
    pub line: u64,
    pub session_id: Arc<str>,
    /// Whether later sessions show that this has passed.
    pub is_past: bool,
    /// What tells it in place of a session: `The queue EX1\3`.
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

    /// Whether `later` shows that this trouble has passed on a server: the same connector and server
    /// got through what failed here. A delivery elsewhere disproves no refusal, as mail to other
    /// tenants arrives without attribution.
    fn is_overcome_by(&self, later: &Self, server: Option<&Arc<str>>) -> bool {
        let time = |incident: &Self| incident.last_on.get(&server.cloned()).map(|last| last.time);
        let is_dated = self.is_dated && later.is_dated;
        if self.connector != later.connector || !is_dated || time(later) <= time(self) {
            return false;
        }
        match self.ending {
            Ending::TlsFailed => later.tls_status == TlsStatus::Succeeded,
            Ending::ConnectFailed => later.ending != Ending::ConnectFailed,
            Ending::Refused(_) => {
                later.ending == Ending::Delivered
                    && later.sender == self.sender
                    && !self.recipient_domains.is_disjoint(&later.recipient_domains)
            }
            Ending::Delivered | Ending::Open => false,
        }
    }

    /// Leaves out the servers on which later sessions show that the trouble has passed; where that
    /// is so on all of them, the incident is past.
    pub fn drop_overcome_servers(&mut self, incidents: &[Self]) {
        let is_overcome = |server: Option<&Arc<str>>| {
            incidents.iter().any(|later| self.is_overcome_by(later, server))
        };
        let overcome: Vec<Option<Arc<str>>> =
            self.last_on.keys().filter(|server| is_overcome(server.as_ref())).cloned().collect();
        if overcome.len() == self.last_on.len() {
            self.is_past = true;
            return;
        }
        if overcome.is_empty() {
            return;
        }
        self.servers.retain(|server| !overcome.contains(&Some(Arc::clone(server))));
        self.last_on.retain(|server, _| !overcome.contains(server));
        if let Some(newest) = self.last_on.values().max_by_key(|last| last.time).cloned() {
            self.last = newest.time;
            (self.path, self.line) = (newest.path, newest.line);
            self.session_id = newest.session_id;
        }
    }
}
