//! The records of one place, with the names behind their numbers.

use std::sync::Arc;

use super::attempt::{End, SenderKind, Shown};
use super::interner::Interner;
use super::ledger::{IdentityKey, Ledger, OTHER, PlaceKey, Record};
use super::server_key::ServerKey;

/// The places, with the servers that the evidence as a whole shows.
pub(super) struct Places {
    keys: Vec<PlaceKey>,
    /// The one number of places that are the same so.
    numbers: Vec<u32>,
    ranks: Vec<u32>,
}

impl Places {
    pub fn of(places: &[PlaceKey], server_of: &dyn Fn(&ServerKey) -> ServerKey) -> Self {
        let mut known: Interner<PlaceKey> = Interner::default();
        let numbers = places
            .iter()
            .map(|place| {
                let server = server_of(&place.server);
                let place = PlaceKey { server, connector: Arc::clone(&place.connector) };
                known.number_of(&place, usize::MAX).unwrap_or(OTHER)
            })
            .collect();
        Self { ranks: known.ranks(), keys: known.values().to_vec(), numbers }
    }

    pub fn one_of(&self, place: u32) -> u32 {
        self.numbers.get(place as usize).copied().unwrap_or(OTHER)
    }

    /// The key of the one number of a place.
    pub fn key(&self, number: u32) -> Option<&PlaceKey> {
        self.keys.get(number as usize)
    }

    pub fn rank(&self, number: u32) -> u32 {
        self.ranks.get(number as usize).copied().unwrap_or(OTHER)
    }
}

/// The records of one place, in the order of time.
pub(super) struct PlaceView<'a> {
    pub ledger: &'a Ledger,
    pub places: &'a Places,
    pub records: &'a [(&'a Record, SenderKind)],
    /// Those of every place, place by place.
    pub all: &'a [(&'a Record, SenderKind)],
}

impl<'a> PlaceView<'a> {
    /// The records of sessions, errors of queues left aside.
    pub fn sessions(&self) -> impl Iterator<Item = &'a (&'a Record, SenderKind)> {
        self.records.iter().filter(|(record, _)| !record.is_reported)
    }

    pub fn end(&self, record: &Record) -> &'a End {
        self.ledger.end_of(record)
    }

    pub fn end_numbered(&self, number: u32) -> &'a End {
        self.ledger.ends.value(number).unwrap_or(&End::Open)
    }

    pub fn domains(&self, record: &Record) -> &'a [u32] {
        self.ledger.domains_of(record.domains)
    }

    pub fn domain(&self, number: u32) -> Option<&'a Arc<str>> {
        self.ledger.domains.value(number)
    }

    pub fn host(&self, record: &Record) -> Option<&'a Arc<str>> {
        self.ledger.hosts.value(record.host)
    }

    pub fn place_of(&self, record: &Record) -> PlaceKey {
        self.places
            .key(record.place)
            .cloned()
            .unwrap_or(PlaceKey { server: ServerKey::Unknown, connector: Arc::from("") })
    }

    pub fn identity_of(&self, record: &Record) -> IdentityKey {
        self.ledger
            .identities
            .value(record.identity)
            .cloned()
            .unwrap_or(IdentityKey { shown: Shown::Unknown, address: None })
    }

    /// Whether the identity of a record is known: the session came as far as showing one.
    pub fn is_identified(&self, record: &Record) -> bool {
        let identity = self.ledger.identities.value(record.identity);
        identity.is_some_and(|identity| identity.shown != Shown::Unknown)
    }
}
