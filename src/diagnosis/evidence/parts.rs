//! From a session to its incidents.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use crate::connector::{AcceptedDomains, Coverage, MailFrom};
use crate::diagnosis::evidence::incident::{
    Ending, Incident, LastSession, MAXIMUM_NAMES, SenderKind,
};
use crate::diagnosis::evidence::part::{Part, is_certificate_known};
use crate::diagnosis::observation::{ServerKey, Standing};
use crate::reply::{RejectionClass, classify};
use crate::session::{Message, MessageOutcome, Outcome, Recipient, Session, TlsStatus};

/// Whether a session that does not say where it went failed in a way that is judged all the same:
/// TLS that this server could not begin, or words that only EOP speaks.
pub(crate) fn speaks_of_eop(session: &Session) -> bool {
    let is_local_tls = |error: &str| {
        ["UnknownCredentials", "NoCredentials"].iter().any(|name| error.eq_ignore_ascii_case(name))
    };
    let in_recipients = || {
        let recipients = session.messages().flat_map(Message::recipients);
        recipients.filter_map(Recipient::rejection).any(RejectionClass::is_of_eop)
    };
    session.rejection.is_some_and(RejectionClass::is_of_eop)
        || session.tls_error().is_some_and(is_local_tls)
        || in_recipients()
}

/// From so many parts on they are found by a map.
const FEW: usize = 8;

/// The parts of a session, as they are gathered.
#[derive(Default)]
struct Parts<'s> {
    all: Vec<Part<'s>>,
    places: HashMap<(Ending, MailFrom), usize>,
}

impl<'s> Parts<'s> {
    fn find(&self, ending: Ending, mail_from: &MailFrom) -> Option<usize> {
        if self.all.len() < FEW {
            let is_it = |part: &Part<'_>| part.ending == ending && part.mail_from == *mail_from;
            return self.all.iter().position(is_it);
        }
        self.places.get(&(ending, mail_from.clone())).copied()
    }

    /// Adds a recipient, or a message without one.
    fn add(
        &mut self,
        ending: Ending,
        (mail_from, sender): (&MailFrom, SenderKind),
        reply: Option<&'s str>,
        domain: Option<Cow<'s, str>>,
    ) -> usize {
        let place = self.find(ending, mail_from).unwrap_or_else(|| {
            let mail_from = mail_from.clone();
            self.all.push(Part {
                ending,
                sender,
                mail_from,
                reply,
                domains: Vec::new(),
                messages: 0,
            });
            if self.all.len() == FEW {
                let all = self.all.iter().enumerate();
                self.places = all.map(|(place, one)| (one.key(), place)).collect();
            } else if self.all.len() > FEW {
                let place = self.all.len() - 1;
                self.places.insert(self.all[place].key(), place);
            }
            self.all.len() - 1
        });
        let part = &mut self.all[place];
        part.reply = reply.or(part.reply);
        if let Some(domain) = domain.filter(|domain| part.domains.last() != Some(domain)) {
            part.domains.push(domain);
        }
        place
    }
}

impl Part<'_> {
    fn key(&self) -> (Ending, MailFrom) {
        (self.ending, self.mail_from.clone())
    }
}

/// `Failed to connect. ... Destination domain: contoso.com`: where a connection that failed was to go.
pub(crate) fn destination_of(session: &Session) -> Option<&str> {
    let reply = session.reply().filter(|_| session.outcome == Outcome::ConnectFailed)?;
    let (_, rest) = reply.split_once("Destination domain:")?;
    let domain = rest.trim_start().split([' ', ',', ';']).next()?.trim_end_matches('.');
    Some(domain).filter(|domain| !domain.is_empty())
}

/// One part for each sender's domain and ending in a session; one without mail where there was none,
/// or where the session failed by more than its mail.
pub(crate) fn parts_of<'s>(
    session: &'s Session,
    accepted: Option<&AcceptedDomains>,
) -> Vec<Part<'s>> {
    let mut parts = Parts::default();
    let mut touched: Vec<usize> = Vec::new();
    for message in session.messages() {
        let mail_from: MailFrom =
            message.mail_from().map(|text| text.parse().unwrap_or_default()).unwrap_or_default();
        let sender = (&mail_from, kind_of(&mail_from, accepted));
        touched.clear();
        let refused = message.reply().and_then(classify);
        for recipient in message.recipients() {
            let (ending, reply) = match (recipient.rejection(), refused) {
                (Some(class), _) => (Ending::Refused(class), recipient.reply()),
                (None, Some(class)) => (Ending::Refused(class), message.reply()),
                (None, None) if message.outcome() == MessageOutcome::Incomplete => {
                    (Ending::Open, message.reply())
                }
                (None, None) => (Ending::Delivered, message.reply()),
            };
            let place = parts.add(ending, sender, reply, domain_of(recipient.address()));
            if touched.last() != Some(&place) {
                touched.push(place);
            }
        }
        if message.recipients().len() == 0 {
            let ending = refused.map_or(Ending::Open, Ending::Refused);
            touched.push(parts.add(ending, sender, message.reply(), None));
        }
        touched.sort_unstable();
        touched.dedup();
        for place in &touched {
            parts.all[*place].messages += 1;
        }
    }
    let mut parts = parts.all;
    for part in &mut parts {
        part.domains.sort_unstable();
        part.domains.dedup();
    }
    let ending = ending_without_mail(session);
    let says_more = matches!(ending, Ending::TlsFailed | Ending::ConnectFailed)
        || (matches!(ending, Ending::Refused(_))
            && !parts.iter().any(|part| matches!(part.ending, Ending::Refused(_))));
    if parts.is_empty() || says_more {
        parts.push(Part {
            ending,
            sender: SenderKind::Unknown,
            mail_from: MailFrom::Unknown,
            reply: session.reply(),
            domains: destination_of(session).map(Cow::Borrowed).into_iter().collect(),
            messages: 0,
        });
    }
    parts
}

impl Incident {
    /// The incident of one session.
    pub(super) fn of(session: &Session, part: &Part<'_>, server: &ServerKey) -> Self {
        let mut domains: BTreeSet<String> = BTreeSet::new();
        domains.extend(part.domains.iter().take(MAXIMUM_NAMES).map(ToString::to_string));
        Self {
            ending: part.ending,
            sender: part.sender,
            mail_from: part.mail_from.clone(),
            keeps_domain: false,
            connector: session.connector().into(),
            log_type: session.log_type,
            sent: session.sent_certificate.clone(),
            is_certificate_known: is_certificate_known(session),
            tls_status: session.tls_status,
            tls_protocol: session.tls_protocol().map(Arc::from),
            tls_error: session.tls_error().map(Arc::from),
            remote: session.remote_certificate.clone(),
            remote_host: session.remote_host().map(Arc::from),
            public_address: session.public_ip_address().map(Arc::from),
            reply: part.reply.map(str::to_owned),
            notes: session.notes.clone(),
            count: 1,
            messages: part.messages,
            first: session.start_time,
            last: session.end_time,
            last_on: BTreeMap::from([(server.clone(), LastSession::of(session))]),
            recipient_domains: domains,
            path: session.log_path.display().to_string(),
            line: session.line,
            is_located: false,
            session_id: session.session_id().to_owned(),
            standing: Standing::Present,
            troubles: Vec::new(),
            reported_by: None,
            masked_banner: None,
            is_dated: true,
            has_zone: true,
        }
    }
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

pub(crate) fn kind_of(mail_from: &MailFrom, accepted: Option<&AcceptedDomains>) -> SenderKind {
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

fn domain_of(address: &str) -> Option<Cow<'_, str>> {
    let domain = address.rsplit_once('@')?.1.trim_end_matches('>').trim();
    if domain.is_empty() {
        return None;
    }
    let has_upper = domain.bytes().any(|byte| byte.is_ascii_uppercase());
    Some(if has_upper { domain.to_ascii_lowercase().into() } else { domain.into() })
}
