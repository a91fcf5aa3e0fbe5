//! Errors of queues and NDRs that belong to no session, as attempts of the ledger: each at the place
//! that alone it can be of, else at one of its own.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::incident::{Ending, Incident};
use super::incidents::Incidents;
use crate::certificate::LoggedCertificate;
use crate::connector::MailFrom;
use crate::diagnosis::evidence::server_name::is_same_server;
use crate::diagnosis::observation::{Attempt, IdentityKey, Ledger, Sender, ServerKey};
use crate::reply::RejectionClass;

/// A server and a send connector.
type Place = (ServerKey, Arc<str>);

/// What the sessions of a place show of their sender.
enum Senders {
    /// Nothing.
    None,
    /// All of them the same.
    One(IdentityKey, Option<Arc<LoggedCertificate>>),
    Several,
}

/// Adds errors to the incidents of sessions, and to the ledger. Messages of one queue that name the same
/// time are one attempt. `mark` is that of attempts that go to Exchange Online.
pub(super) fn add_reported(
    incidents: &mut Incidents,
    ledger: &mut Ledger,
    errors: impl Iterator<Item = Incident>,
    mark: u8,
) {
    let places = places_of(&incidents.all);
    let mut found: HashMap<Place, Option<Place>> = HashMap::new();
    // The kinds are few, and their times many.
    let mut kinds: HashMap<_, usize> = HashMap::new();
    let mut known = HashSet::new();
    for mut error in errors {
        let server = error.last_on.keys().next().cloned().unwrap_or_default();
        let own = (server, Arc::clone(&error.connector));
        let place = found.entry(own).or_insert_with_key(|own| only_place(own, &places));
        let server = match place {
            Some(place) => stand_at(&mut error, place, &places),
            None => error.last_on.keys().next().cloned().unwrap_or_default(),
        };
        if !incidents.add_error(error.clone()) {
            continue;
        }
        let next = kinds.len();
        let kind = *kinds.entry((error.key(), server.clone())).or_insert(next);
        if known.insert((kind, error.last)) {
            record(ledger, &error, &server, mark);
        }
    }
}

fn places_of(sessions: &[Incident]) -> BTreeMap<Place, Senders> {
    let mut places: BTreeMap<Place, Senders> = BTreeMap::new();
    for one in sessions {
        for server in one.last_on.keys() {
            let place = (server.clone(), Arc::clone(&one.connector));
            let known = places.entry(place).or_insert(Senders::None);
            if !one.is_certificate_known {
                continue;
            }
            match known {
                Senders::None => *known = Senders::One(one.identity(), one.sent.clone()),
                Senders::One(identity, _) if *identity != one.identity() => {
                    *known = Senders::Several;
                }
                Senders::One(..) | Senders::Several => {}
            }
        }
    }
    places
}

/// The place of sessions that an error of this server and connector must be of.
fn only_place(own: &Place, places: &BTreeMap<Place, Senders>) -> Option<Place> {
    let (own_server, own_connector) = own;
    let is_own = |server: &ServerKey| match (server, own_server) {
        (ServerKey::Unknown, _) | (_, ServerKey::Unknown) => true,
        // A queue names its server as it likes: in full or by its first label.
        (ServerKey::Name(server), ServerKey::Name(own)) => is_same_server(server, own),
        (server, own) => server == own,
    };
    let mut fitting = places.keys().filter(|(server, connector)| {
        is_own(server) && (own_connector.is_empty() || connector == own_connector)
    });
    let (Some(place), None) = (fitting.next(), fitting.next()) else { return None };
    Some(place.clone())
}

/// Gives an error the place; where all of its sessions show the same sender, an error that came after
/// TLS is taken for one of it. The server.
fn stand_at(error: &mut Incident, place: &Place, places: &BTreeMap<Place, Senders>) -> ServerKey {
    let (server, connector) = place;
    error.connector = Arc::clone(connector);
    if let Some((_, last)) = std::mem::take(&mut error.last_on).pop_first() {
        error.last_on.insert(server.clone(), last);
    }
    let is_after_tls = matches!(
        error.ending,
        Ending::Refused(class) if class != RejectionClass::TlsCertificateNameNotFound
    );
    if let Some(Senders::One(identity, sent)) = places.get(place).filter(|_| is_after_tls) {
        error.sent.clone_from(sent);
        error.public_address.clone_from(&identity.address);
        error.is_certificate_known = true;
    }
    server.clone()
}

fn record(ledger: &mut Ledger, error: &Incident, server: &ServerKey, mark: u8) {
    let domains: Vec<&str> = error.recipient_domains.iter().map(String::as_str).collect();
    ledger.begin_session();
    ledger.add(&Attempt {
        server,
        connector: &error.connector,
        shown: error.identity().shown,
        address: error.public_address.as_deref(),
        remote_host: error.remote_host.as_deref(),
        sender: match &error.mail_from {
            MailFrom::Unknown => Sender::Unknown,
            MailFrom::Null => Sender::Null,
            MailFrom::Domain(domain) => Sender::Domain(domain.as_str().into()),
        },
        end: error.end(),
        weight: error.weight(),
        has_tls: false,
        domains: &domains,
        time: error.last,
        messages: 1,
        is_reported: true,
        mark,
    });
}
