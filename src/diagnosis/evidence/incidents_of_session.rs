//! From a session to its incidents.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::connector::{AcceptedDomains, Coverage, MailFrom};
use crate::diagnosis::evidence::incident::{Ending, Incident, LastSession, SenderKind};
use crate::diagnosis::observation::Standing;
use crate::log::LogType;
use crate::reply::{RejectionClass, classify};
use crate::session::{
    Message, MessageOutcome, Outcome, Recipient, Session, SessionNote, TlsStatus,
};

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

/// One incident for each kind of sender and ending in a session.
pub(crate) fn incidents_of(session: &Session, accepted: Option<&AcceptedDomains>) -> Vec<Incident> {
    let base = Incident {
        ending: ending_without_mail(session),
        sender: SenderKind::Unknown,
        mail_from: MailFrom::Unknown,
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
        reply: session.reply().map(Arc::from),
        notes: session.notes.clone(),
        count: 1,
        messages: 0,
        first: session.start_time,
        last: session.end_time,
        servers: session.server.iter().cloned().collect(),
        last_on: BTreeMap::from([(session.server.clone(), last_session(session))]),
        recipient_domains: BTreeSet::new(),
        path: session.log_path.display().to_string(),
        line: session.line,
        session_id: session.session_id().into(),
        standing: Standing::Present,
        troubles: Vec::new(),
        reported_by: None,
        is_dated: true,
    };
    let mut incidents: Vec<Incident> = Vec::new();
    for message in session.messages() {
        let mail_from: MailFrom =
            message.mail_from().map(|text| text.parse().unwrap_or_default()).unwrap_or_default();
        let mut touched: BTreeSet<usize> = BTreeSet::new();
        let mut add = |ending: Ending, reply: Option<&str>, address: Option<&str>| {
            let mut incident = base.clone();
            incident.ending = ending;
            incident.sender = kind_of(&mail_from, accepted);
            incident.mail_from = mail_from.clone();
            incident.reply = reply.map(Arc::from);
            incident.recipient_domains = address.and_then(domain_of).into_iter().collect();
            if let Some(place) = incidents.iter().position(|known| known.is_same(&incident)) {
                incidents[place].recipient_domains.append(&mut incident.recipient_domains);
                touched.insert(place);
            } else {
                touched.insert(incidents.len());
                incidents.push(incident);
            }
        };
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
            add(ending, reply, Some(recipient.address()));
        }
        if message.recipients().len() == 0 {
            let ending = refused.map_or(Ending::Open, Ending::Refused);
            add(ending, message.reply(), None);
        }
        for place in touched {
            incidents[place].messages += 1;
        }
    }
    let says_more = matches!(base.ending, Ending::TlsFailed | Ending::ConnectFailed)
        || (matches!(base.ending, Ending::Refused(_))
            && !incidents.iter().any(|incident| matches!(incident.ending, Ending::Refused(_))));
    if incidents.is_empty() || says_more {
        incidents.push(base);
    }
    incidents
}

fn last_session(session: &Session) -> LastSession {
    LastSession {
        time: session.end_time,
        path: session.log_path.display().to_string(),
        line: session.line,
        session_id: session.session_id().into(),
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

fn domain_of(address: &str) -> Option<String> {
    let domain = address.rsplit_once('@')?.1.trim_end_matches('>').trim();
    (!domain.is_empty()).then(|| domain.to_ascii_lowercase())
}
