//! All incidents of the logs, and what of them was not judged.

use std::collections::BTreeSet;
use std::path::Path;

use super::incident::{Ending, Incident};
use super::log_row::find_row_of_session;
use crate::diagnosis::observation::{Observation, Usage};
use crate::timestamp::Timestamp;

/// Of how many incidents, the failed ones first, the very row is looked up in the log.
const MAXIMUM_LOCATED: usize = 32;

/// All incidents, and what was not judged.
#[derive(Clone, Debug, Default)]
pub(crate) struct Incidents {
    pub all: Vec<Incident>,
    /// Sessions that go elsewhere than to EOP.
    pub elsewhere: u64,
    /// Where those went: connector and host.
    pub elsewhere_to: BTreeSet<(String, String)>,
    /// Sessions of receive logs.
    pub received: u64,
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

/// More different incidents than an administrator could read.
const MAXIMUM_INCIDENTS: usize = 512;

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
        match self.all.iter().position(|known| known.is_same(&incident)) {
            Some(place) => self.all[place].add(incident),
            None if self.all.len() < MAXIMUM_INCIDENTS => self.all.push(incident),
            None => self.capped += 1,
        }
    }

    /// Judges what holds today, and finds the rows that prove the incidents.
    pub fn settle(&mut self) {
        let incidents = self.all.clone();
        for incident in self.all.iter_mut().filter(|incident| incident.has_failed()) {
            if incident.reported_by.is_some() {
                incident.settle_reported(&incidents);
            } else {
                incident.settle(&self.observation.troubles);
            }
        }
        let is_delivered = |incident: &&mut Incident| incident.ending == Ending::Delivered;
        let (delivered, failed): (Vec<&mut Incident>, Vec<&mut Incident>) =
            self.all.iter_mut().partition(is_delivered);
        let of_logs = |incident: &&mut Incident| incident.reported_by.is_none();
        let located = failed.into_iter().chain(delivered).filter(of_logs).take(MAXIMUM_LOCATED);
        for incident in located {
            let text = incident.proof().text;
            let found = find_row_of_session(
                Path::new(&incident.path),
                incident.line,
                &incident.session_id,
                &text,
            );
            incident.line = found.unwrap_or(incident.line);
        }
    }
}
