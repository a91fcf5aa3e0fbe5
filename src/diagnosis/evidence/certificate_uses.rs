//! What the sessions say was sent, by connector and server.

use std::path::Path;
use std::sync::Arc;

use crate::certificate::LoggedCertificate;
use crate::log::LogType;
use crate::session::{Outcome, Session, SessionNote};
use crate::timestamp::Timestamp;

/// How many connectors and servers are distinguished.
const MAXIMUM_PLACES: usize = 1024;
/// How many certificates of one connector and server are distinguished: years of renewals.
const MAXIMUM_CERTIFICATES: usize = 64;

/// A certificate, or that none was shown, and the sessions in which that was so.
#[derive(Clone, Debug)]
pub(crate) struct CertificateUse {
    pub certificate: Option<Arc<LoggedCertificate>>,
    pub sessions: u64,
    pub eop_sessions: u64,
    pub other_sessions: u64,
    pub failed_sessions: u64,
    pub first: Timestamp,
    pub last: Timestamp,
    pub last_outcome: Outcome,
    pub path: Arc<Path>,
    pub line: u64,
}

/// The sessions of one connector on one server.
#[derive(Clone, Debug)]
pub(crate) struct PlaceUses {
    pub connector: Arc<str>,
    pub server: Option<Arc<str>>,
    pub uses: Vec<CertificateUse>,
}

/// What the sessions say was sent.
#[derive(Clone, Debug, Default)]
pub(crate) struct CertificateUses {
    places: Vec<PlaceUses>,
    capped: u64,
}

impl CertificateUses {
    /// Takes a session of a send log; those of receive logs send nothing that is asked for here.
    pub fn add(&mut self, session: &Session) {
        let is_received = session.log_type == LogType::Receive
            || session.notes.contains(&SessionNote::ReceivedByIis);
        if is_received {
            return;
        }
        let known = self.places.iter().position(|place| {
            place.connector.eq_ignore_ascii_case(session.connector())
                && place.server == session.server
        });
        let place = match known {
            Some(place) => place,
            None if self.places.len() < MAXIMUM_PLACES => {
                self.places.push(PlaceUses {
                    connector: session.connector().into(),
                    server: session.server.clone(),
                    uses: Vec::new(),
                });
                self.places.len() - 1
            }
            None => {
                self.capped += 1;
                return;
            }
        };
        let uses = &mut self.places[place].uses;
        let sent = session.sent_certificate.as_deref();
        match uses.iter().position(|one| is_same(one.certificate.as_deref(), sent)) {
            Some(place) => uses[place].take(session),
            None if uses.len() < MAXIMUM_CERTIFICATES => uses.push(CertificateUse::of(session)),
            None => self.capped += 1,
        }
    }

    /// Whether sessions do not name their server.
    pub(crate) fn has_unnamed(&self) -> bool {
        self.places.iter().any(|place| place.server.is_none())
    }

    /// Gives sessions that do not name their server that one.
    pub(crate) fn name_server(&mut self, server: &Arc<str>) {
        for place in std::mem::take(&mut self.places) {
            let server = place.server.unwrap_or_else(|| Arc::clone(server));
            let is_known = |known: &&mut PlaceUses| {
                known.connector.eq_ignore_ascii_case(&place.connector)
                    && known.server.as_ref() == Some(&server)
            };
            match self.places.iter_mut().find(is_known) {
                Some(known) => known.uses.extend(place.uses),
                None => self.places.push(PlaceUses { server: Some(server), ..place }),
            }
        }
    }

    /// The sessions by connector and server, in the order in which these were met.
    pub(crate) fn places(&self) -> &[PlaceUses] {
        &self.places
    }

    /// How many sessions found no room.
    pub(crate) fn capped(&self) -> u64 {
        self.capped
    }
}

/// Rows of one certificate need not say the same of it, but the thumbprint is the same.
fn is_same(one: Option<&LoggedCertificate>, other: Option<&LoggedCertificate>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) if one.thumbprint.is_some() || other.thumbprint.is_some() => {
            one.thumbprint == other.thumbprint
        }
        (one, other) => one == other,
    }
}

impl CertificateUse {
    fn of(session: &Session) -> Self {
        let mut first = Self {
            certificate: session.sent_certificate.clone(),
            sessions: 0,
            eop_sessions: 0,
            other_sessions: 0,
            failed_sessions: 0,
            first: session.start_time,
            last: session.start_time,
            last_outcome: session.outcome,
            path: Arc::clone(&session.log_path),
            line: 0,
        };
        first.take(session);
        first
    }

    fn take(&mut self, session: &Session) {
        self.sessions += 1;
        self.eop_sessions += u64::from(session.is_eop == Some(true));
        self.other_sessions += u64::from(session.is_eop == Some(false));
        self.failed_sessions += u64::from(session.outcome.is_failure());
        self.first = self.first.min(session.start_time);
        if session.start_time >= self.last {
            self.last = session.start_time;
            self.last_outcome = session.outcome;
            self.path = Arc::clone(&session.log_path);
            self.line = session.line;
        }
    }
}
