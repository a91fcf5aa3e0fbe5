//! Finding the session of the log that an error tells of, while the sessions pass by.

use super::session_match::{MatchBasis, MatchCertainty, SessionMatch};
use super::{DeliveryError, wording};
use crate::eop_host::is_eop_host;
use crate::reply::{RejectionClass, classify, explain};
use crate::session::{Outcome, Session, TlsStatus};
use crate::timestamp::Timestamp;

/// How far the clock of an error may lie from its session: that of the other server, or the moment
/// at which the queue took note.
const TOLERANCE: i64 = 2 * 60 * 10_000_000;

/// Finds the session for each of many errors; keeps one for each, and so runs in bounded memory.
#[derive(Clone, Debug, Default)]
pub struct SessionMatcher {
    searches: Vec<Search>,
}

/// What is looked for, and the best so far.
#[derive(Clone, Debug)]
struct Search {
    error: DeliveryError,
    best: Option<(Rank, SessionMatch)>,
}

/// The better, the greater: the basis, whether the session failed alike, how near in time, how new.
type Rank = (MatchBasis, bool, i64, Timestamp);

impl SessionMatcher {
    /// Looks for the sessions of these errors.
    #[must_use]
    pub fn new(errors: Vec<DeliveryError>) -> Self {
        let search = |error| Search { error, best: None };
        Self { searches: errors.into_iter().map(search).collect() }
    }

    /// Looks for the session of one error more, among the sessions yet to come.
    pub fn add(&mut self, error: DeliveryError) {
        self.searches.push(Search { error, best: None });
    }

    /// Whether there is nothing to look for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.searches.is_empty()
    }

    /// Holds a session against every error.
    pub fn offer(&mut self, session: &Session) {
        for Search { error, best } in &mut self.searches {
            let Some(rank) = rank(error, session) else { continue };
            if best.as_ref().is_none_or(|(known, _)| *known < rank) {
                let message = wording::message(error, session, rank.0);
                *best = Some((rank, SessionMatch::new(rank.0, session, message)));
            }
        }
    }

    /// The errors, each with its session where one was found.
    #[must_use]
    pub fn finish(self) -> Vec<DeliveryError> {
        let joined = |Search { mut error, best }: Search| {
            if let Some((_, session)) = best {
                lift_cover(&mut error, &session);
                error.session = Some(session);
            }
            error
        };
        self.searches.into_iter().map(joined).collect()
    }
}

/// Where a text only covers what happened, and the session is known that it covers, what is to be
/// done is what the session's TLS error asks for.
fn lift_cover(error: &mut DeliveryError, session: &SessionMatch) {
    let Some(name) = &session.tls_error else { return };
    if !error.explanation.cover || session.certainty == MatchCertainty::Possible {
        return;
    }
    let told = explain(&format!("TLS negotiation failed with error {name}"));
    if told.recognised {
        let explanation = &mut error.explanation;
        explanation.meaning = format!("{} {}", explanation.meaning, told.meaning);
        explanation.remedy = told.remedy;
        explanation.tls_error = told.tls_error;
        explanation.side = told.side;
    }
}

fn rank(error: &DeliveryError, session: &Session) -> Option<Rank> {
    let explanation = &error.explanation;
    let is_alike = failed_alike(error, session);
    let distance = error.time.map(|time| distance(time, session));
    let rank = |basis| Some((basis, is_alike, -distance.unwrap_or_default(), session.start_time));
    if explanation.server_session_id.as_deref().is_some_and(|id| holds_reply(session, id)) {
        return rank(MatchBasis::ServerSessionId);
    }
    let names_mail = explanation.internet_message_id.as_deref().is_some_and(|id| {
        let ids = session.messages.iter().filter_map(|mail| mail.internet_message_id.as_deref());
        ids.map(bare_id).any(|found| found == bare_id(id))
    });
    if names_mail {
        return rank(MatchBasis::InternetMessageId);
    }
    if !is_alike {
        return None;
    }
    let is_near = distance.map(|distance| distance <= TOLERANCE);
    match (is_near, same_host(error, session)) {
        (Some(true), Some(true)) => rank(MatchBasis::TimeAndHost),
        (Some(true), None) => rank(MatchBasis::Time),
        (None, Some(true)) => rank(MatchBasis::Host),
        (None, None) => rank(MatchBasis::SameFailure),
        (Some(false), _) | (_, Some(false)) => None,
    }
}

fn bare_id(id: &str) -> &str {
    id.trim().trim_start_matches('<').trim_end_matches('>')
}

/// Ticks between a time and a session; 0 within it.
fn distance(time: Timestamp, session: &Session) -> i64 {
    let (time, start, end) = (time.ticks(), session.start_time.ticks(), session.end_time.ticks());
    (start - time).max(time - end).max(0)
}

fn replies(session: &Session) -> impl Iterator<Item = &str> {
    let of_mails = session.messages.iter().flat_map(|mail| {
        let recipients = mail.recipients.iter().filter_map(|one| one.reply.as_deref());
        mail.reply.as_deref().into_iter().chain(recipients)
    });
    session.reply.as_deref().into_iter().chain(of_mails)
}

fn holds_reply(session: &Session, text: &str) -> bool {
    replies(session).any(|reply| reply.contains(text))
}

/// Whether a session ended in a way that can be what the error tells: a cover text stands for a
/// session that came to no mail, any other for its own class.
fn failed_alike(error: &DeliveryError, session: &Session) -> bool {
    let explanation = &error.explanation;
    let is_told_error = explanation.tls_error.as_ref().is_some_and(|told| {
        session.tls_error.as_deref().is_some_and(|found| found.eq_ignore_ascii_case(&told.name))
    });
    if is_told_error {
        return true;
    }
    match explanation.rejection {
        Some(class) if explanation.cover => {
            matches!(session.outcome, Outcome::TlsFailed | Outcome::ConnectFailed)
                || session.tls_status == TlsStatus::Failed
                || session.rejection == Some(class)
        }
        None | Some(RejectionClass::Unclassified) => {
            explanation.reply.as_deref().is_some_and(|told| {
                replies(session).any(|reply| reply.split_whitespace().eq(told.split_whitespace()))
            })
        }
        Some(class) => replies(session).any(|reply| classify(reply) == Some(class)),
    }
}

/// Whether error and session name the same host; `None` where that cannot be compared.
fn same_host(error: &DeliveryError, session: &Session) -> Option<bool> {
    let explanation = &error.explanation;
    let told = [
        &error.remote_server,
        &error.next_hop,
        &explanation.host,
        &explanation.fqdn,
        &explanation.server,
    ];
    let mut told = told.into_iter().flatten().filter(|host| host.contains('.')).peekable();
    let address = session.remote_endpoint.as_deref().map(|end| {
        end.rsplit_once(':').map_or(end, |(address, _)| address).trim_matches(['[', ']'])
    });
    if explanation.ip_address.is_some() && explanation.ip_address.as_deref() == address {
        return Some(true);
    }
    told.peek()?;
    let found = session.remote_host.as_deref();
    let is_same = |host: &String| {
        let host = host.trim_matches(['[', ']']);
        let is_named = found.is_some_and(|found| first_label(found) == first_label(host));
        // A smart host of EOP answers under many names.
        let is_service = is_eop_host(host) && session.is_eop == Some(true);
        is_named || is_service || address == Some(host)
    };
    if told.any(is_same) {
        return Some(true);
    }
    // A session without a banner cannot be compared by name.
    found.map(|_| false)
}

fn first_label(host: &str) -> String {
    host.split('.').next().unwrap_or_default().to_ascii_lowercase()
}
