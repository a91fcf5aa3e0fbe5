//! What the sessions say was sent, by connector and server.

use std::path::Path;
use std::sync::Arc;

use super::origins::Servers;
use crate::certificate::LoggedCertificate;
use crate::diagnosis::observation::ServerKey;
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
    key: ServerKey,
    pub uses: Vec<CertificateUse>,
}

impl PlaceUses {
    /// The name of the server, else what its sessions are kept apart by.
    pub fn server(&self) -> Option<&str> {
        self.key.text().map(|text| &**text)
    }
}

/// What the sessions say was sent.
#[derive(Clone, Debug, Default)]
pub(crate) struct CertificateUses {
    places: Vec<PlaceUses>,
    /// The place of the session before.
    last: usize,
    capped: u64,
}

impl CertificateUses {
    /// Takes a session of a send log; those of receive logs send nothing that is asked for here.
    pub fn add(&mut self, session: &Session, server: &ServerKey) {
        let is_received = session.log_type == LogType::Receive
            || session.notes.contains(&SessionNote::ReceivedByIis);
        if is_received {
            return;
        }
        let is_it = |place: &PlaceUses| {
            place.key == *server && place.connector.eq_ignore_ascii_case(session.connector())
        };
        // The next session is mostly of the same place.
        let known = match self.places.get(self.last) {
            Some(last) if is_it(last) => Some(self.last),
            _ => self.places.iter().position(is_it),
        };
        let place = match known {
            Some(place) => place,
            None if self.places.len() < MAXIMUM_PLACES => {
                self.places.push(PlaceUses {
                    connector: session.connector().into(),
                    key: server.clone(),
                    uses: Vec::new(),
                });
                self.places.len() - 1
            }
            None => {
                self.capped += 1;
                return;
            }
        };
        self.last = place;
        let uses = &mut self.places[place].uses;
        let sent = session.sent_certificate.as_deref();
        match uses.iter().position(|one| is_same(one.certificate.as_deref(), sent)) {
            Some(place) => uses[place].take(session),
            None if uses.len() < MAXIMUM_CERTIFICATES => uses.push(CertificateUse::of(session)),
            None => self.capped += 1,
        }
    }

    /// The same with the servers that the evidence as a whole shows.
    pub(crate) fn resolved(&self, servers: &Servers) -> Self {
        let mut resolved = Self { capped: self.capped, ..Self::default() };
        for place in &self.places {
            let place = PlaceUses { key: servers.of(&place.key), ..place.clone() };
            let is_known = |known: &&mut PlaceUses| {
                known.connector.eq_ignore_ascii_case(&place.connector) && known.key == place.key
            };
            match resolved.places.iter_mut().find(is_known) {
                Some(known) => known.uses.extend(place.uses),
                None => resolved.places.push(place),
            }
        }
        resolved
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
