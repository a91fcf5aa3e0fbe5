//! An incident: sessions that are alike in end, certificate and sender, as one.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use super::origins::Servers;
pub(crate) use super::part::Ending;
use super::part::{Part, is_certificate_known};
use crate::certificate::LoggedCertificate;
use crate::connector::MailFrom;
pub(crate) use crate::diagnosis::observation::SenderKind;
use crate::diagnosis::observation::{
    Difference, End, IdentityKey, ServerKey, Shown, Standing, Trouble, Weight, weight_of,
    weight_of_tls_error,
};
use crate::diagnosis::report::EvidenceLine;
use crate::finding::Side;
use crate::log::LogType;
use crate::reply::RejectionClass;
use crate::session::{Session, SessionNote, TlsStatus};
use crate::stated_time::StatedTime;
use crate::timestamp::Timestamp;

/// Whether a protocol is one that Exchange Online does not take any more.
pub(crate) fn is_legacy_tls(protocol: Option<&str>) -> bool {
    let protocol = protocol.unwrap_or_default();
    ["TLS 1.0", "TLS 1.1", "SSL"].iter().any(|old| protocol.starts_with(old))
}

/// The certificate that a session shows.
pub(super) fn shown_in(session: &Session) -> Shown {
    shown(session.sent_certificate.as_deref(), is_certificate_known(session))
}

fn shown(sent: Option<&LoggedCertificate>, is_certificate_known: bool) -> Shown {
    match sent {
        Some(sent) => {
            let text = sent.thumbprint.clone().or_else(|| sent.subject.clone());
            Shown::Certificate(text.unwrap_or_default())
        }
        None if is_certificate_known => Shown::Nothing,
        None => Shown::Unknown,
    }
}

/// Domains that texts choose from; the ledger counts all.
pub(crate) const MAXIMUM_NAMES: usize = 32;

/// Servers of one incident that are distinguished.
const MAXIMUM_SERVERS: usize = 4096;

/// The newest session of an incident on one server.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct LastSession {
    pub time: Timestamp,
    pub path: Arc<Path>,
    pub line: u64,
    /// The byte at which that line begins.
    pub offset: u64,
    pub session_id: String,
}

impl LastSession {
    pub fn of(session: &Session) -> Self {
        Self {
            time: session.end_time,
            path: Arc::clone(&session.log_path),
            line: session.line,
            offset: session.log_offset,
            session_id: session.session_id().to_owned(),
        }
    }

    fn is_before(&self, session: &Session) -> bool {
        let time = self.time.cmp(&session.end_time);
        let place = || (&self.path, self.line).cmp(&(&session.log_path, session.line));
        time.then_with(place).is_lt()
    }

    fn become_of(&mut self, session: &Session) {
        self.time = session.end_time;
        (self.line, self.offset) = (session.line, session.log_offset);
        session.session_id().clone_into(&mut self.session_id);
        if !Arc::ptr_eq(&self.path, &session.log_path) {
            self.path = Arc::clone(&session.log_path);
        }
    }
}

/// What makes incidents one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct IncidentKey {
    ending: Ending,
    sender: SenderKind,
    mail_from: Option<MailFrom>,
    connector: Arc<str>,
    tls_status: TlsStatus,
    has_legacy_tls: bool,
    tls_error: Option<Arc<str>>,
    public_address: Option<Arc<str>>,
    is_certificate_known: bool,
    log_type: LogType,
    is_reported: bool,
    /// The thumbprint and the subject of the certificate that was sent.
    sent: Option<[Option<Arc<str>>; 2]>,
}

/// Sessions with one server's end, one certificate, one kind of sender and one ending.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "facts that do not exclude each other")]
pub(crate) struct Incident {
    pub ending: Ending,
    pub sender: SenderKind,
    pub mail_from: MailFrom,
    /// Whether others of the same kind of sender, and of another domain, are other incidents.
    pub keeps_domain: bool,
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
    /// The reply of the newest session.
    pub reply: Option<String>,
    pub notes: Vec<SessionNote>,
    /// The row of the newest session with the banner that something on the way masks: line and text.
    pub masked_banner: Option<(u64, String)>,
    pub count: u64,
    /// Messages that ended so.
    pub messages: u32,
    pub first: Timestamp,
    pub last: Timestamp,
    /// The newest session by server.
    pub last_on: BTreeMap<ServerKey, LastSession>,
    pub recipient_domains: BTreeSet<String>,
    /// Where the newest session begins, or the row that it ended with where that was found.
    pub path: String,
    pub line: u64,
    /// Whether that line is the row that it ended with.
    pub is_located: bool,
    pub session_id: String,
    /// Whether it holds today, on any of its servers.
    pub standing: Standing,
    /// What the logs show of it, a trouble for each server where it does not pass for over; for a
    /// delivery there is none.
    pub troubles: Vec<Trouble>,
    /// What shows it in place of a session: `The queue EX1\3`.
    pub reported_by: Option<String>,
    /// Whether `first` and `last` are known; else they are the time of the diagnosis.
    pub is_dated: bool,
    /// Whether the zone of that time is given; else it is taken for UTC, and not printed as such.
    pub has_zone: bool,
}

impl Incident {
    /// The names of its servers, as commands take them.
    pub fn servers(&self) -> impl Iterator<Item = &str> {
        self.last_on.keys().filter_map(ServerKey::name).map(|name| &**name)
    }

    /// The names of its servers and the labels of those that have none, for texts.
    pub fn server_texts(&self) -> impl Iterator<Item = &str> {
        self.last_on.keys().filter_map(ServerKey::text).map(|text| &**text)
    }

    /// The first server by name.
    pub fn server(&self) -> Option<&str> {
        self.servers().next()
    }

    pub fn proof(&self) -> EvidenceLine {
        let text = match self.last_words() {
            None => format!("session {}", self.session_id),
            // Of a log that was not kept there is no line.
            Some(words) if self.is_located || self.line == 0 => words,
            // The line is that of another row.
            Some(words) => {
                format!("session {} begins here; it ended with {words}", self.session_id)
            }
        };
        EvidenceLine { path: self.path.clone(), line: self.line, text }
    }

    /// What the newest session ended with, as its row says it.
    pub fn last_words(&self) -> Option<String> {
        match (self.ending, &self.tls_error, &self.reply) {
            (Ending::TlsFailed, Some(error), _) | (_, Some(error), None) => {
                Some(format!("TLS negotiation failed with error {error}"))
            }
            (_, _, reply) => reply.clone(),
        }
    }

    /// Whether TLS was negotiated in a version that Exchange Online does not take any more.
    pub fn has_legacy_tls(&self) -> bool {
        is_legacy_tls(self.tls_protocol.as_deref())
    }

    /// What two incidents have in common that are one.
    pub fn key(&self) -> IncidentKey {
        IncidentKey {
            ending: self.ending,
            sender: self.sender,
            mail_from: self.keeps_domain.then(|| self.mail_from.clone()),
            connector: Arc::clone(&self.connector),
            tls_status: self.tls_status,
            has_legacy_tls: self.has_legacy_tls(),
            tls_error: self.tls_error.clone(),
            public_address: self.public_address.clone(),
            is_certificate_known: self.is_certificate_known,
            log_type: self.log_type,
            is_reported: self.reported_by.is_some(),
            sent: self.sent.as_ref().map(|sent| [sent.thumbprint.clone(), sent.subject.clone()]),
        }
    }

    /// Gives its sessions the servers that the evidence as a whole shows.
    pub fn resolve_servers(&mut self, servers: &Servers) {
        for (key, last) in std::mem::take(&mut self.last_on) {
            self.take_last(servers.of(&key), last);
        }
    }

    fn take_last(&mut self, server: ServerKey, last: LastSession) {
        let has_room = self.last_on.len() < MAXIMUM_SERVERS;
        match self.last_on.get_mut(&server) {
            Some(known) if *known < last => *known = last,
            None if has_room => {
                self.last_on.insert(server, last);
            }
            Some(_) | None => {}
        }
    }

    /// The newest of its sessions.
    pub fn newest(&self) -> Option<&LastSession> {
        self.last_on.values().max()
    }

    /// Lets it stand where its newest session does.
    pub(super) fn stand_at_newest(&mut self) {
        let Some(newest) = self.newest().cloned() else { return };
        self.last = newest.time;
        self.path = newest.path.display().to_string();
        (self.line, self.session_id) = (newest.line, newest.session_id);
    }

    /// Takes a session that is alike; `part` is of that session.
    pub fn take(&mut self, session: &Session, part: &Part<'_>, server: &ServerKey) {
        self.count += 1;
        self.messages = self.messages.saturating_add(part.messages);
        self.first = self.first.min(session.start_time);
        if self.newest_of(session) {
            self.last = session.end_time;
            match (&mut self.reply, part.reply) {
                (Some(known), Some(reply)) => reply.clone_into(known),
                (known, reply) => *known = reply.map(str::to_owned),
            }
        }
        match self.last_on.get_mut(server) {
            Some(known) if known.is_before(session) => known.become_of(session),
            Some(_) => {}
            None => self.take_last(server.clone(), LastSession::of(session)),
        }
        for domain in &part.domains {
            if self.recipient_domains.len() < MAXIMUM_NAMES
                && !self.recipient_domains.contains(&**domain)
            {
                self.recipient_domains.insert(domain.to_string());
            }
        }
        for note in &session.notes {
            if !self.notes.contains(note) {
                self.notes.push(*note);
            }
        }
        if self.remote.is_none() {
            self.remote.clone_from(&session.remote_certificate);
        }
        if self.remote_host.is_none() {
            self.remote_host = session.remote_host().map(Arc::from);
        }
        if self.tls_protocol.is_none() {
            self.tls_protocol = session.tls_protocol().map(Arc::from);
        }
    }

    /// Whether a session is newer than all so far; of equal times the place decides, whatever the
    /// order of reading.
    fn newest_of(&self, session: &Session) -> bool {
        session.end_time > self.last
            || session.end_time == self.last
                && self.last_on.values().all(|known| known.is_before(session))
    }

    /// Adds one that has the same key.
    pub fn add(&mut self, other: Self) {
        self.count += other.count;
        self.messages = self.messages.saturating_add(other.messages);
        self.first = self.first.min(other.first);
        if other.newest() > self.newest() {
            self.last = other.last;
            self.reply = other.reply;
            self.reported_by = other.reported_by;
        }
        for (server, last) in other.last_on {
            self.take_last(server, last);
        }
        for domain in other.recipient_domains {
            if self.recipient_domains.len() < MAXIMUM_NAMES {
                self.recipient_domains.insert(domain);
            }
        }
        self.stand_at_newest();
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
        let shown = shown(self.sent.as_deref(), self.is_certificate_known);
        IdentityKey { shown, address: self.public_address.clone() }
    }

    /// Its end, as the ledger distinguishes ends.
    pub fn end(&self) -> End {
        self.ending.end(self.tls_error.as_deref())
    }

    pub fn is_past(&self) -> bool {
        self.standing == Standing::Past
    }

    pub fn has_failed(&self) -> bool {
        !matches!(self.ending, Ending::Delivered | Ending::Open)
    }

    /// Takes what the ledger shows of it, server by server; a server where it has passed no longer
    /// belongs to it, unless it has passed on all. `own` are its troubles.
    pub fn settle(&mut self, own: &[&Trouble]) {
        let holds = |trouble: &&Trouble| {
            matches!(trouble.standing, Standing::Present | Standing::NowAndThen)
        };
        let copied = |troubles: &[&Trouble]| troubles.iter().copied().cloned().collect();
        let holding: Vec<&Trouble> = own.iter().copied().filter(holds).collect();
        if holding.is_empty() {
            let is_past = own.iter().any(|trouble| trouble.standing == Standing::Past);
            self.standing = if is_past { Standing::Past } else { Standing::Everyday };
            self.troubles = copied(own);
            return;
        }
        let is_whole = holding.iter().all(|trouble| trouble.standing == Standing::Present);
        self.standing = if is_whole { Standing::Present } else { Standing::NowAndThen };
        let kept: BTreeSet<&ServerKey> =
            holding.iter().map(|trouble| &trouble.place.server).collect();
        self.last_on.retain(|server, _| kept.contains(server));
        self.stand_at_newest();
        self.troubles = copied(&holding);
    }

    /// What the end weighs.
    pub fn weight(&self) -> Weight {
        match self.ending {
            Ending::Delivered | Ending::Open => Weight::Everyday,
            Ending::Refused(class) => weight_of(class, self.reply.as_deref()),
            Ending::TlsFailed => weight_of_tls_error(self.tls_error.as_deref()),
            Ending::ConnectFailed => Weight::Network,
        }
    }

    /// Whether it is mail that Exchange Online could not hand over to this organisation.
    pub fn is_of_other_direction(&self) -> bool {
        let Ending::Refused(class) = self.ending else { return false };
        class.entry().is_some_and(|entry| entry.side.contains(&Side::OtherDirection))
    }

    /// Whether the receiving tenant alone refuses it: by a connector, a mail flow rule, or because it
    /// takes no mail.
    pub fn is_rule_of_tenant(&self) -> bool {
        matches!(
            self.ending,
            Ending::Refused(
                RejectionClass::TenantInboundAttribution
                    | RejectionClass::TransportRuleRejected
                    | RejectionClass::UnauthenticatedMail
            )
        )
    }

    /// Whether the receiving side refuses it by a rule that another one need not have.
    pub fn is_rule_of_receiver(&self) -> bool {
        self.troubles.iter().any(|trouble| trouble.weight == Weight::ReceiversRule)
    }

    /// A time of its own as it is printed.
    pub fn stated(&self, time: Timestamp) -> StatedTime {
        if self.has_zone { time.into() } else { StatedTime::without_zone(time) }
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
