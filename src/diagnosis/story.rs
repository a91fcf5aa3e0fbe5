//! Sessions that tell the same story, told once.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use super::locate::locate;
use super::report::EvidenceLine;
use crate::certificate::LoggedCertificate;
use crate::connector::{AcceptedDomains, Coverage, MailFrom};
use crate::log::LogType;
use crate::reply::{RejectionClass, classify};
use crate::session::{MessageOutcome, Outcome, Session, SessionNote, TlsStatus};
use crate::timestamp::Timestamp;

/// Of how many stories, the failed ones first, the very row is looked up in the log.
const MAXIMUM_LOCATED: usize = 32;

/// How a mail, or a session without one, ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    Delivered,
    Refused(RejectionClass),
    TlsFailed,
    ConnectFailed,
    /// No mail, or the log does not say.
    Open,
}

/// What kind of sender, as far as attribution tells them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SenderKind {
    Unknown,
    Null,
    Accepted,
    Foreign,
}

/// What is kept of the recipients' domains and the servers of one story.
const MAXIMUM_NAMES: usize = 32;

/// Sessions with one server's end, one certificate, one kind of sender and one ending.
#[derive(Clone, Debug)]
pub(super) struct Story {
    pub ending: Ending,
    sender: SenderKind,
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
    pub recipient_domains: BTreeSet<String>,
    /// The newest session's first row.
    pub path: String,
    pub line: u64,
    pub session_id: Arc<str>,
    /// Whether later sessions show that this has passed.
    pub is_past: bool,
}

impl Story {
    /// The server of the newest session.
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

    fn is_same(&self, other: &Self) -> bool {
        let thumbprint = |story: &Self| {
            story.sent.as_ref().map(|sent| (sent.thumbprint.clone(), sent.subject.clone()))
        };
        self.ending == other.ending
            && self.sender == other.sender
            && self.connector == other.connector
            && self.tls_status == other.tls_status
            && self.tls_error == other.tls_error
            && self.public_address == other.public_address
            && self.is_certificate_known == other.is_certificate_known
            && self.log_type == other.log_type
            && thumbprint(self) == thumbprint(other)
    }

    fn take_in(&mut self, other: Self) {
        self.count += other.count;
        self.first = self.first.min(other.first);
        for server in other.servers {
            if self.servers.len() < MAXIMUM_NAMES {
                self.servers.insert(server);
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

    /// Whether `later` shows that this trouble has passed: the same connector and server got
    /// through what failed here. A delivery elsewhere disproves no refusal, as mail to other
    /// tenants arrives without attribution.
    fn is_overcome_by(&self, later: &Self) -> bool {
        let same_place = self.connector == later.connector
            && (self.servers == later.servers || !self.servers.is_disjoint(&later.servers));
        if !same_place || later.last <= self.last {
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
}

/// All stories, and what was not judged.
#[derive(Clone, Debug, Default)]
pub(super) struct Stories {
    pub told: Vec<Story>,
    /// Sessions that go elsewhere than to EOP.
    pub elsewhere: u64,
    /// Sessions of receive logs.
    pub received: u64,
    /// Sessions of which the log does not tell where they went, and which did not fail.
    pub unknown: u64,
    /// Sessions that were told as another story because there were too many.
    pub capped: u64,
    pub total: u64,
}

/// More different stories than an administrator could read.
const MAXIMUM_STORIES: usize = 512;

impl Stories {
    /// Takes a session; `is_eop_connector` tells of a send connector whether its values show that
    /// it sends to EOP, where they are known.
    pub fn add(
        &mut self,
        session: &Session,
        accepted: Option<&AcceptedDomains>,
        is_eop_connector: Option<bool>,
    ) {
        self.total += 1;
        if session.log_type == LogType::Receive
            || session.notes.contains(&SessionNote::ReceivedByIis)
        {
            self.received += 1;
            return;
        }
        match session.is_eop.or(is_eop_connector) {
            Some(true) => {}
            Some(false) => {
                self.elsewhere += 1;
                return;
            }
            None if speaks_of_eop(session) => {}
            None => {
                self.unknown += 1;
                return;
            }
        }
        for story in tell(session, accepted) {
            match self.told.iter().position(|known| known.is_same(&story)) {
                Some(place) => self.told[place].take_in(story),
                None if self.told.len() < MAXIMUM_STORIES => self.told.push(story),
                None => self.capped += 1,
            }
        }
    }

    /// Marks what later sessions have overcome, and finds the rows that prove the stories.
    pub fn settle(&mut self) {
        let stories = self.told.clone();
        for story in &mut self.told {
            story.is_past = stories.iter().any(|later| story.is_overcome_by(later));
        }
        let is_delivered = |story: &&mut Story| story.ending == Ending::Delivered;
        let (delivered, failed): (Vec<&mut Story>, Vec<&mut Story>) =
            self.told.iter_mut().partition(is_delivered);
        for story in failed.into_iter().chain(delivered).take(MAXIMUM_LOCATED) {
            let text = story.proof().text;
            let found = locate(Path::new(&story.path), story.line, &story.session_id, &text);
            story.line = found.unwrap_or(story.line);
        }
    }
}

/// Whether a session that does not say where it went failed in a way that is judged all the same:
/// TLS that this server could not begin, or words that only EOP speaks.
fn speaks_of_eop(session: &Session) -> bool {
    let is_eop_word = |class: RejectionClass| {
        use RejectionClass as C;
        matches!(
            class,
            C::RelayDenied
                | C::RelayDeniedAttr36
                | C::WrongRegionAttr35
                | C::TenantInboundAttribution
                | C::DirectSendRejected
                | C::UnregisteredDomains
                | C::TenantThresholdExceeded
                | C::TrafficNotAccepted
                | C::InboundConnectorBlocked
                | C::ServerOutOfDate
                | C::TlsCertificateNameNotFound
        )
    };
    let is_local_tls = |error: &str| {
        ["UnknownCredentials", "NoCredentials"].iter().any(|name| error.eq_ignore_ascii_case(name))
    };
    let in_recipients = || {
        let recipients = session.messages.iter().flat_map(|message| &message.recipients);
        recipients.filter_map(|recipient| recipient.rejection).any(is_eop_word)
    };
    session.rejection.is_some_and(is_eop_word)
        || session.tls_error.as_deref().is_some_and(is_local_tls)
        || in_recipients()
}

/// One story for each kind of sender and ending in a session.
fn tell(session: &Session, accepted: Option<&AcceptedDomains>) -> Vec<Story> {
    let base = Story {
        ending: ending_without_mail(session),
        sender: SenderKind::Unknown,
        mail_from: MailFrom::Unknown,
        connector: Arc::clone(&session.connector),
        log_type: session.log_type,
        sent: session.sent_certificate.clone(),
        is_certificate_known: is_certificate_known(session),
        tls_status: session.tls_status,
        tls_protocol: session.tls_protocol.clone(),
        tls_error: session.tls_error.clone(),
        remote: session.remote_certificate.clone(),
        remote_host: session.remote_host.clone(),
        public_address: session.public_ip_address.clone(),
        reply: session.reply.clone(),
        notes: session.notes.clone(),
        count: 1,
        first: session.start_time,
        last: session.end_time,
        servers: session.server.iter().cloned().collect(),
        recipient_domains: BTreeSet::new(),
        path: session.log_path.display().to_string(),
        line: session.line,
        session_id: Arc::clone(&session.session_id),
        is_past: false,
    };
    let mut stories: Vec<Story> = Vec::new();
    for message in &session.messages {
        let mail_from: MailFrom = message
            .mail_from
            .as_deref()
            .map(|text| text.parse().unwrap_or_default())
            .unwrap_or_default();
        let mut add = |ending: Ending, reply: Option<&Arc<str>>, address: Option<&str>| {
            let mut story = base.clone();
            story.ending = ending;
            story.sender = kind_of(&mail_from, accepted);
            story.mail_from = mail_from.clone();
            story.reply = reply.cloned();
            story.recipient_domains = address.and_then(domain_of).into_iter().collect();
            match stories.iter_mut().find(|known| known.is_same(&story)) {
                Some(known) => known.recipient_domains.append(&mut story.recipient_domains),
                None => stories.push(story),
            }
        };
        let refused = message.reply.as_deref().and_then(classify);
        for recipient in &message.recipients {
            let (ending, reply) = match (recipient.rejection, refused) {
                (Some(class), _) => (Ending::Refused(class), recipient.reply.as_ref()),
                (None, Some(class)) => (Ending::Refused(class), message.reply.as_ref()),
                (None, None) if message.outcome == MessageOutcome::Incomplete => {
                    (Ending::Open, message.reply.as_ref())
                }
                (None, None) => (Ending::Delivered, message.reply.as_ref()),
            };
            add(ending, reply, Some(&recipient.address));
        }
        if message.recipients.is_empty() {
            let ending = refused.map_or(Ending::Open, Ending::Refused);
            add(ending, message.reply.as_ref(), None);
        }
    }
    let says_more = matches!(base.ending, Ending::TlsFailed | Ending::ConnectFailed)
        || (matches!(base.ending, Ending::Refused(_))
            && !stories.iter().any(|story| matches!(story.ending, Ending::Refused(_))));
    if stories.is_empty() || says_more {
        stories.push(base);
    }
    stories
}

fn ending_without_mail(session: &Session) -> Ending {
    match session.outcome {
        Outcome::TlsFailed => Ending::TlsFailed,
        Outcome::ConnectFailed => Ending::ConnectFailed,
        Outcome::Refused | Outcome::PartlyRefused => {
            session.rejection.map_or(Ending::Open, Ending::Refused)
        }
        Outcome::Delivered | Outcome::Incomplete | Outcome::NoMail => {
            // TLS that fails before a cut is TLS that fails.
            if session.tls_status == TlsStatus::Failed { Ending::TlsFailed } else { Ending::Open }
        }
    }
}

/// Without a `Sending certificate` block no certificate was offered (inferred), where the log holds
/// the whole session and such blocks at all.
fn is_certificate_known(session: &Session) -> bool {
    let hides = |note: &SessionNote| {
        matches!(note, SessionNote::ProxyHalfMissing | SessionNote::CertificateUnattributed)
    };
    session.sent_certificate.is_some()
        || (session.log_type == LogType::Send
            && session.complete
            && session.outcome != Outcome::ConnectFailed
            && !session.notes.iter().any(hides))
}

fn kind_of(mail_from: &MailFrom, accepted: Option<&AcceptedDomains>) -> SenderKind {
    match (mail_from, accepted) {
        (MailFrom::Null, _) => SenderKind::Null,
        (MailFrom::Unknown, _) => SenderKind::Unknown,
        (MailFrom::Domain(_), None) => SenderKind::Accepted,
        (MailFrom::Domain(domain), Some(accepted)) => match accepted.cover_domain(domain) {
            Coverage::NotCovered => SenderKind::Foreign,
            _ => SenderKind::Accepted,
        },
    }
}

fn domain_of(address: &str) -> Option<String> {
    let domain = address.rsplit_once('@')?.1.trim_end_matches('>').trim();
    (!domain.is_empty()).then(|| domain.to_ascii_lowercase())
}
