//! All incidents of the logs, and what of them was not judged.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::incident::{Ending, Incident, IncidentKey, SenderKind};
use super::log_row::find_row_of_session;
use super::received::Received;
use crate::diagnosis::observation::{End, IdentityKey, Observation, Trouble, Usage};
use crate::timestamp::Timestamp;

/// Of how many incidents, the failed ones first, the very row is looked up in the log.
const MAXIMUM_LOCATED: usize = 32;

/// What a trouble and its incident have in common: end, kind of sender, identity, connector.
type TroubleKey<'a> = (&'a End, SenderKind, &'a IdentityKey, &'a str);

/// All incidents, and what was not judged.
#[derive(Clone, Debug, Default)]
pub(crate) struct Incidents {
    pub all: Vec<Incident>,
    pub(super) places: HashMap<IncidentKey, usize>,
    /// Sessions that go elsewhere than to EOP.
    pub elsewhere: u64,
    /// Where those went: connector and host.
    pub elsewhere_to: BTreeSet<(String, String)>,
    /// Destination domains of connections that failed, and need not be to Exchange Online.
    pub failed_to: BTreeSet<String>,
    /// Sessions of receive logs.
    pub received: u64,
    /// Those of Exchange Online among them.
    pub received_from_cloud: Received,
    /// Sessions of which the log does not say where they went, and which did not fail.
    pub unknown: u64,
    /// Incidents that found no room, because there were too many.
    pub capped: u64,
    pub total: u64,
    /// The beginning of the first session, and of the last: from when to when there is evidence.
    pub window: Option<(Timestamp, Timestamp)>,
    /// What the logs show.
    pub observation: Observation,
}

impl Incidents {
    /// What the logs show of the identity of an incident at its places.
    pub fn usages_of<'s>(&'s self, incident: &'s Incident) -> impl Iterator<Item = &'s Usage> {
        let identity = incident.identity();
        self.observation.usages.iter().filter(move |usage| {
            usage.place.connector == incident.connector
                && usage.identity == identity
                && incident.last_on.contains_key(&usage.place.server)
        })
    }

    /// Whether the identity of an incident is in use at the end of the logs, at any of its places.
    pub fn is_in_use(&self, incident: &Incident) -> bool {
        let mut usages = self.usages_of(incident).peekable();
        usages.peek().is_none() || usages.any(|usage| usage.is_in_use)
    }

    /// Adds an incident.
    pub fn add(&mut self, incident: Incident) {
        match self.places.entry(incident.key()) {
            Entry::Occupied(place) => self.all[*place.get()].add(incident),
            Entry::Vacant(place) => {
                place.insert(self.all.len());
                self.all.push(incident);
            }
        }
    }

    /// Judges what holds today, and finds the rows that prove the incidents.
    pub fn settle(&mut self) {
        // Of what is alike the first one is shown: it is the same in whatever order the logs were read.
        self.all
            .iter_mut()
            .filter(|one| one.reported_by.is_none())
            .for_each(Incident::stand_at_newest);
        self.all.sort_by_cached_key(|one| {
            let place = (Arc::clone(&one.connector), one.path.clone(), one.line);
            let mail_from = format!("{:?}", one.mail_from);
            (one.first, place, one.end(), one.sender, one.identity(), mail_from)
        });
        self.places.clear();
        let mut troubles: HashMap<TroubleKey<'_>, Vec<&Trouble>> = HashMap::new();
        for trouble in &self.observation.troubles {
            let key = (&trouble.end, trouble.sender, &trouble.identity, &*trouble.place.connector);
            troubles.entry(key).or_default().push(trouble);
        }
        let incidents = self.all.clone();
        for incident in self.all.iter_mut().filter(|incident| incident.has_failed()) {
            if incident.reported_by.is_some() {
                incident.settle_reported(&incidents);
            } else {
                let (end, identity) = (incident.end(), incident.identity());
                let connector = Arc::clone(&incident.connector);
                let own = troubles.get(&(&end, incident.sender, &identity, &*connector));
                incident.settle(own.map(Vec::as_slice).unwrap_or_default());
            }
        }
        let is_delivered = |incident: &&mut Incident| incident.ending == Ending::Delivered;
        let (delivered, failed): (Vec<&mut Incident>, Vec<&mut Incident>) =
            self.all.iter_mut().partition(is_delivered);
        let of_logs = |incident: &&mut Incident| incident.reported_by.is_none();
        let located = failed.into_iter().chain(delivered).filter(of_logs).take(MAXIMUM_LOCATED);
        for incident in located {
            let has_row = incident.reply.is_some() || incident.tls_error.is_some();
            let Some(session) = incident.newest().filter(|_| has_row) else { continue };
            let found = find_row_of_session(session, &incident.proof().text);
            incident.line = found.unwrap_or(incident.line);
        }
    }
}
