//! Joins the two halves of sessions that went through the front-end proxy.
//!
//! With FrontendProxyEnabled the certificate rows stand in the FrontEnd log and the mail dialogue
//! in the Hub log; a row of one half names the session id of the other.

use std::collections::{BTreeMap, HashMap};

use crate::session::model::{Outcome, OwnedSession, Session, SessionNote, TlsStatus};
use crate::timestamp::Timestamp;

/// Sessions that wait for their other half.
#[derive(Default)]
pub(crate) struct ProxyJoiner {
    /// Whether halves can lie in different folders, so that one may come long before the other.
    reads_several_folders: bool,
    /// By the number of their arrival.
    waiting: BTreeMap<u64, Session>,
    arrivals: u64,
    by_session_id: HashMap<String, u64>,
    by_proxy_session_id: HashMap<String, u64>,
}

/// A session that waits, and by what its other half finds it: a later one can have taken its place.
pub(crate) struct WaitingHalf<'joiner> {
    pub(crate) session: &'joiner Session,
    pub(crate) is_found_by_id: bool,
    pub(crate) is_found_by_proxy_id: bool,
}

/// How many sessions wait at most: those of some minutes of a busy server.
const MAXIMUM_WAITING: usize = 4096;

impl ProxyJoiner {
    pub(crate) fn new(reads_several_folders: bool) -> Self {
        Self { reads_several_folders, ..Self::default() }
    }

    /// Takes a session in; what is ready goes to `out`.
    pub(crate) fn accept(&mut self, mut session: Session, out: &mut impl FnMut(Session)) {
        if let Some(other) = self.take_other_half(&session) {
            out(join(&other, &session));
            return;
        }
        if !self.must_wait(&session) {
            out(session);
            return;
        }
        self.arrivals += 1;
        self.by_session_id.insert(session.session_id().to_owned(), self.arrivals);
        if let Some(proxy_session_id) = session.proxy_session_id() {
            self.by_proxy_session_id.insert(proxy_session_id.to_owned(), self.arrivals);
        }
        session.content.detach();
        self.waiting.insert(self.arrivals, session);
        if self.waiting.len() > MAXIMUM_WAITING {
            self.release_first(out);
        }
    }

    /// Puts out what still waits.
    pub(crate) fn finish(&mut self, out: &mut impl FnMut(Session)) {
        while !self.waiting.is_empty() {
            self.release_first(out);
        }
    }

    /// A half that names another waits for it. One that does not may be named later, by a session
    /// in another folder, if it looks like the FrontEnd half: a certificate and no mail.
    fn must_wait(&self, session: &Session) -> bool {
        session.proxy_session_id().is_some()
            || (self.reads_several_folders
                && session.sent_certificate.is_some()
                && session.messages().len() == 0)
    }

    fn take_other_half(&mut self, session: &Session) -> Option<Session> {
        if self.waiting.is_empty() {
            return None;
        }
        let named = session.proxy_session_id().and_then(|id| self.by_session_id.get(id));
        let arrival = *named.or_else(|| self.by_proxy_session_id.get(session.session_id()))?;
        let other = self.waiting.get(&arrival)?;
        let is_same_server =
            session.server.is_none() || other.server.is_none() || session.server == other.server;
        is_same_server.then(|| self.remove(arrival)).flatten()
    }

    /// Puts out what has waited since before that time, by the stamps of the log.
    pub(crate) fn release_before(&mut self, time: Timestamp, out: &mut impl FnMut(Session)) {
        let is_due =
            |(arrival, session): (&u64, &Session)| (session.end_time < time).then_some(*arrival);
        let due: Vec<u64> = self.waiting.iter().filter_map(is_due).collect();
        for arrival in due {
            self.release(arrival, out);
        }
    }

    /// What waits, in the order of its arrival.
    pub(crate) fn waiting(&self) -> impl Iterator<Item = WaitingHalf<'_>> {
        self.waiting.iter().map(|(arrival, session)| {
            let proxy_session_id = session.proxy_session_id();
            let named = proxy_session_id.and_then(|id| self.by_proxy_session_id.get(id));
            WaitingHalf {
                session,
                is_found_by_id: self.by_session_id.get(session.session_id()) == Some(arrival),
                is_found_by_proxy_id: named == Some(arrival),
            }
        })
    }

    /// Lets a session wait on that waited in another joiner.
    pub(crate) fn restore(
        &mut self,
        session: Session,
        is_found_by_id: bool,
        is_found_by_proxy_id: bool,
    ) {
        self.arrivals += 1;
        if is_found_by_id {
            self.by_session_id.insert(session.session_id().to_owned(), self.arrivals);
        }
        if let Some(id) = session.proxy_session_id().filter(|_| is_found_by_proxy_id) {
            self.by_proxy_session_id.insert(id.to_owned(), self.arrivals);
        }
        self.waiting.insert(self.arrivals, session);
    }

    fn release_first(&mut self, out: &mut impl FnMut(Session)) {
        if let Some((arrival, _)) = self.waiting.first_key_value() {
            self.release(*arrival, out);
        }
    }

    fn release(&mut self, arrival: u64, out: &mut impl FnMut(Session)) {
        if let Some(mut session) = self.remove(arrival) {
            if session.proxy_session_id().is_some() {
                add_note(&mut session, SessionNote::ProxyHalfMissing);
            }
            out(session);
        }
    }

    fn remove(&mut self, arrival: u64) -> Option<Session> {
        let session = self.waiting.remove(&arrival)?;
        self.by_session_id.remove(session.session_id());
        if let Some(proxy_session_id) = session.proxy_session_id() {
            self.by_proxy_session_id.remove(proxy_session_id);
        }
        Some(session)
    }
}

fn add_note(session: &mut Session, note: SessionNote) {
    session.notes.push(note);
    session.notes.sort_unstable();
    session.notes.dedup();
}

/// The mail dialogue of the one half, and the connection, with all else, of the other.
fn join(left: &Session, right: &Session) -> Session {
    let (left, right) = (OwnedSession::from(left), OwnedSession::from(right));
    let left_is_front =
        left.messages.is_empty() && (!right.messages.is_empty() || left.sent_certificate.is_some());
    let (front, hub) = if left_is_front { (left, right) } else { (right, left) };
    let has_connection =
        front.tls_status != TlsStatus::NotStarted || front.sent_certificate.is_some();
    let takes_outcome = hub.messages.is_empty() && front.outcome != Outcome::NoMail;
    let takes_reply = hub.rejection.is_none() && front.rejection.is_some();
    let (reply, rejection) = if takes_reply {
        (front.reply.clone(), front.rejection)
    } else {
        (hub.reply.clone(), hub.rejection)
    };
    let mut joined = Session::from(OwnedSession {
        log_type: hub.log_type,
        server: hub.server.clone(),
        log_path: hub.log_path.clone(),
        line: hub.line,
        log_offset: hub.log_offset,
        start_time: hub.start_time.min(front.start_time),
        end_time: hub.end_time.max(front.end_time),
        connector: hub.connector.clone(),
        session_id: hub.session_id.clone(),
        proxy_session_id: Some(front.session_id.clone()),
        messages: hub.messages.clone(),
        reply,
        rejection,
        outcome: if takes_outcome { front.outcome } else { hub.outcome },
        complete: hub.complete && front.complete,
        row_count: hub.row_count + front.row_count,
        notes: [&hub.notes[..], &front.notes[..]].concat(),
        ..if has_connection { front } else { hub }
    });
    add_note(&mut joined, SessionNote::ProxyHalvesJoined);
    joined
}
