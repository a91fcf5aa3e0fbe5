//! Finding the session of the log that an error is about, while the sessions pass by.

use std::borrow::Cow;

use hashbrown::HashMap;

use super::candidates::{Candidates, bare_id};
use super::error::{DeliveryError, DeliveryErrorSource};
use super::packed::{DeliveryErrorList, Packed};
use super::session_match::{MatchBasis, MatchCertainty, SessionMatch};
use super::wording;
use crate::eop_host::is_eop_host;
use crate::finding::Placeholder;
use crate::reply::{RejectionClass, classify, explain};
use crate::session::{Message, Outcome, Recipient, Session, TlsStatus};
use crate::timestamp::{TICKS_PER_MINUTE, Timestamp};

/// How far the clock of an error may lie from its session: that of the other server, or the moment
/// at which the queue took note.
const TOLERANCE: i64 = 2 * TICKS_PER_MINUTE;

/// Finds the session for each of many errors; keeps one for each, and so runs in bounded memory.
#[derive(Clone, Debug, Default)]
pub struct SessionMatcher {
    errors: DeliveryErrorList,
    /// The best session so far, by the place of its error.
    best: HashMap<usize, Box<(Rank, SessionMatch)>>,
    candidates: Candidates,
    has_looked: bool,
}

/// The better, the greater: the basis, whether the session failed alike, whether it is known to go to
/// EOP, how near in time, how new.
type Rank = (MatchBasis, bool, bool, i64, Timestamp);

impl SessionMatcher {
    /// Looks for the sessions of these errors.
    #[must_use]
    pub fn new(errors: Vec<DeliveryError>) -> Self {
        let mut matcher = Self::default();
        for error in errors {
            matcher.add(error);
        }
        matcher
    }

    /// Looks for the session of one error more, among the sessions yet to come.
    pub fn add(&mut self, error: DeliveryError) {
        self.errors.push(error);
    }

    /// Looks for the sessions of more errors, among the sessions yet to come.
    pub fn add_all(&mut self, errors: DeliveryErrorList) {
        self.errors.append(errors);
    }

    /// Holds a session against the errors that may be about it.
    pub fn offer(&mut self, session: &Session) {
        self.has_looked = true;
        if self.errors.is_empty() {
            return;
        }
        let facts = Facts::of(session);
        let errors = self.errors.packed();
        self.candidates.update(errors);
        // Most sessions are those of mail that was delivered.
        let time = facts.is_failure.then(|| near(session));
        for place in self.candidates.of(&facts.ids, &facts.replies, time) {
            let error = &errors[place];
            let Some(rank) = facts.rank(error) else { continue };
            if self.best.get(&place).is_none_or(|known| known.0 < rank) {
                let message = wording::message(&error.unpack(), session, rank.0);
                let found = SessionMatch::new(rank.0, session, message);
                self.best.insert(place, Box::new((rank, found)));
            }
        }
    }

    /// Whether a session has passed by: an error that is added now is not looked for in it.
    #[must_use]
    pub fn has_looked(&self) -> bool {
        self.has_looked
    }

    /// The errors, each with its session where one was found.
    #[must_use]
    pub fn finish(self) -> Vec<DeliveryError> {
        self.joined().collect()
    }

    /// The same, one after the other.
    pub(crate) fn joined(&self) -> impl Iterator<Item = DeliveryError> + '_ {
        self.errors.iter().enumerate().map(|(place, mut error)| {
            if let Some((_, session)) = self.best.get(&place).map(|found| &**found) {
                let session = session.clone();
                if session.certainty > MatchCertainty::Possible {
                    lift_cover(&mut error, &session);
                    fill_steps(&mut error, &session);
                }
                error.session = Some(session);
            }
            error
        })
    }
}

/// Where a text only covers what happened, and the session is known that it covers, what is to be
/// done is what the session's TLS error asks for.
fn lift_cover(error: &mut DeliveryError, session: &SessionMatch) {
    let Some(name) = &session.tls_error else { return };
    if !error.explanation.cover {
        return;
    }
    let reported = explain(&format!("TLS negotiation failed with error {name}"));
    if reported.recognised {
        error.explanation.lift_cover(reported);
    }
}

/// Puts what the session shows into the commands: they are copied as they stand.
fn fill_steps(error: &mut DeliveryError, session: &SessionMatch) {
    let is_thumbprint =
        |text: &&str| text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let of_queue = error.reporting_server.clone().filter(|_| !is_from_anywhere(error));
    let known = [
        (
            Placeholder::SendConnector,
            Some(session.connector.as_str()).filter(|name| !name.is_empty()),
        ),
        (Placeholder::Thumbprint, session.sent_thumbprint.as_deref().filter(is_thumbprint)),
        (Placeholder::Server, session.server.as_deref().or(of_queue.as_deref())),
    ];
    for (placeholder, value) in known {
        error.explanation.fill(placeholder, value);
    }
}

/// What is compared of a session, found out once for all errors.
struct Facts<'s> {
    session: &'s Session,
    ids: Vec<&'s str>,
    replies: Vec<&'s str>,
    /// The classes of its refusals.
    classes: Vec<RejectionClass>,
    is_failure: bool,
}

impl<'s> Facts<'s> {
    fn of(session: &'s Session) -> Self {
        let ids = session.messages().filter_map(Message::internet_message_id);
        let of_mails = session.messages().flat_map(|mail| {
            let recipients = mail.recipients().filter_map(Recipient::reply);
            mail.reply().into_iter().chain(recipients)
        });
        let mut replies: Vec<&str> = session.reply().into_iter().chain(of_mails).collect();
        replies.dedup();
        let classes: Vec<RejectionClass> =
            replies.iter().filter_map(|reply| classify(reply)).collect();
        let is_failure = !classes.is_empty()
            || session.tls_status == TlsStatus::Failed
            || matches!(session.outcome, Outcome::TlsFailed | Outcome::ConnectFailed);
        Self { session, ids: ids.map(bare_id).collect(), replies, classes, is_failure }
    }

    fn rank(&self, packed: &Packed) -> Option<Rank> {
        let Self { session, .. } = self;
        let is_alike = self.failed_alike(packed);
        let is_eop = session.is_eop == Some(true);
        let distance = packed.time.map(|time| distance(time.time(), session));
        let nearness = -distance.unwrap_or_default();
        let rank = |basis| Some((basis, is_alike, is_eop, nearness, session.start_time));
        let holds = |id: &str| self.replies.iter().any(|reply| reply.contains(id));
        if packed.server_session_id().is_some_and(|id| holds(&id)) {
            return rank(MatchBasis::ServerSessionId);
        }
        let id = packed.internet_message_id();
        if id.is_some_and(|id| self.ids.contains(&bare_id(&id))) {
            return rank(MatchBasis::InternetMessageId);
        }
        if !is_alike || same_server(packed, session) == Some(false) {
            return None;
        }
        let is_near = distance.map(|distance| distance <= TOLERANCE);
        match (is_near, same_host(packed, session)) {
            (Some(true), Some(true)) => rank(MatchBasis::TimeAndHost),
            (Some(true), None) => rank(MatchBasis::Time),
            (None, Some(true)) => rank(MatchBasis::Host),
            // Where nothing can be compared, a session that went elsewhere is none of interest.
            (None, None) if session.is_eop != Some(false) => rank(MatchBasis::SameFailure),
            _ => None,
        }
    }

    /// Whether the session ended in a way that can be what the error says: a cover text stands for a
    /// session that came to no mail, any other for its own class.
    fn failed_alike(&self, error: &Packed) -> bool {
        let Self { session, .. } = self;
        let explanation = &error.common.explanation;
        let is_same_error = explanation.tls_error.as_ref().is_some_and(|reported| {
            session.tls_error().is_some_and(|found| found.eq_ignore_ascii_case(&reported.name))
        });
        if is_same_error {
            return true;
        }
        match explanation.rejection {
            Some(class) if explanation.cover => {
                matches!(session.outcome, Outcome::TlsFailed | Outcome::ConnectFailed)
                    || session.tls_status == TlsStatus::Failed
                    || session.rejection == Some(class)
            }
            None | Some(RejectionClass::Unclassified) => error.reply().is_some_and(|reported| {
                let is_same =
                    |reply: &&str| reply.split_whitespace().eq(reported.split_whitespace());
                self.replies.iter().any(is_same)
            }),
            Some(class) => self.classes.contains(&class),
        }
    }
}

/// The ticks between which an error may be about a session.
fn near(session: &Session) -> (i64, i64) {
    (session.start_time.ticks() - TOLERANCE, session.end_time.ticks() + TOLERANCE)
}

/// Ticks between a time and a session; 0 within it.
fn distance(time: Timestamp, session: &Session) -> i64 {
    let (time, start, end) = (time.ticks(), session.start_time.ticks(), session.end_time.ticks());
    (start - time).max(time - end).max(0)
}

/// Whether the log is that of the server whose queue it is; `None` where that is not known.
fn same_server(error: &Packed, session: &Session) -> Option<bool> {
    if is_from_anywhere(&error.common) {
        return None;
    }
    let (reported, found) = (error.reporting_server()?, session.server.as_deref()?);
    Some(first_label(&reported) == first_label(found))
}

/// Whether it need not be the sending server that reports: an NDR is written by any on the way.
fn is_from_anywhere(error: &DeliveryError) -> bool {
    matches!(error.source, DeliveryErrorSource::Text | DeliveryErrorSource::NonDeliveryReport)
}

/// Whether error and session name the same host; `None` where that cannot be compared.
fn same_host(error: &Packed, session: &Session) -> Option<bool> {
    let mut reported = error.hosts().filter(|host| host.contains('.')).peekable();
    let address = session.remote_endpoint().map(|end| {
        end.rsplit_once(':').map_or(end, |(address, _)| address).trim_matches(['[', ']'])
    });
    if address.is_some() && error.ip_address().as_deref() == address {
        return Some(true);
    }
    reported.peek()?;
    let found = session.remote_host();
    let is_same = |host: Cow<'_, str>| {
        let host = host.trim_matches(['[', ']']);
        let is_named = found.is_some_and(|found| first_label(found) == first_label(host));
        // A smart host of EOP answers under many names.
        let is_service = is_eop_host(host) && session.is_eop == Some(true);
        is_named || is_service || address == Some(host)
    };
    if reported.any(is_same) {
        return Some(true);
    }
    // A session without a banner cannot be compared by name.
    found.map(|_| false)
}

fn first_label(host: &str) -> String {
    host.split('.').next().unwrap_or_default().to_ascii_lowercase()
}
