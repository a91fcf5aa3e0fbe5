//! All incidents of the logs, and what of them was not judged.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::incident::{Ending, Incident, IncidentKey, SenderKind};
use super::log_row::find_row_of_session;
use super::received::Received;
use crate::diagnosis::observation::{
    End, IdentityKey, Observation, ServerKey, Standing, Trouble, Usage, Weight,
};
use crate::session::{SessionNote, TlsStatus};
use crate::timestamp::Timestamp;

/// Of how many incidents, the failed ones first, the very row is looked up in the log.
const MAXIMUM_LOCATED: usize = 32;

/// Errors without a session that are told apart by server, connector and ending: each is a case, which is
/// held against all others. Errors of further ones are counted, but for the first of each ending.
const MAXIMUM_REPORTED: usize = 1024;
const MAXIMUM_OF_ENDING: usize = 8;

/// How a banner begins that a firewall masks.
const MASKED_BANNER: &str = "220 **";

/// What a trouble and its incident have in common: end, kind of sender, identity, connector, and
/// whether no session shows it.
type TroubleKey<'a> = (&'a End, SenderKind, &'a IdentityKey, &'a str, bool);

/// All incidents, and what was not judged.
#[derive(Clone, Debug, Default)]
pub(crate) struct Incidents {
    pub all: Vec<Incident>,
    pub(super) places: HashMap<IncidentKey, usize>,
    /// The end of the newest session that shows what is sent, by server and send connector.
    pub(super) newest_shown: HashMap<(ServerKey, Arc<str>), Timestamp>,
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
    /// Incidents of errors without a session, by ending.
    pub(super) reported: HashMap<Ending, usize>,
    /// Errors that found no room, because there were too many.
    pub capped_errors: u64,
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

    /// Whether deliveries of the identity of an incident show that Exchange Online attributes it.
    pub fn shows_attribution(&self, incident: &Incident) -> bool {
        self.usages_of(incident).any(Usage::shows_attribution)
    }

    /// Whether the identity of an incident is in use at the end of the logs, at any of its places.
    pub fn is_in_use(&self, incident: &Incident) -> bool {
        let mut usages = self.usages_of(incident).peekable();
        usages.peek().is_none() || usages.any(|usage| usage.is_in_use)
    }

    /// Whether no newer session of its places shows what is sent now.
    pub fn is_newest_of_place(&self, incident: &Incident) -> bool {
        !incident.last_on.iter().all(|(server, last)| {
            let place = (server.clone(), Arc::clone(&incident.connector));
            self.newest_shown.get(&place).is_some_and(|newest| *newest > last.time)
        })
    }

    fn note_newest(&mut self) {
        for one in self.all.iter().filter(|one| one.is_certificate_known) {
            for (server, last) in &one.last_on {
                let place = (server.clone(), Arc::clone(&one.connector));
                let newest = self.newest_shown.entry(place).or_insert(last.time);
                *newest = (*newest).max(last.time);
            }
        }
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

    /// Adds an error without a session; `false`: it found no room, and was counted.
    pub fn add_error(&mut self, error: Incident) -> bool {
        if !self.places.contains_key(&error.key()) {
            let all: usize = self.reported.values().sum();
            let of_ending = self.reported.entry(error.ending).or_default();
            if all >= MAXIMUM_REPORTED && *of_ending >= MAXIMUM_OF_ENDING {
                self.capped_errors += 1;
                return false;
            }
            *of_ending += 1;
        }
        self.add(error);
        true
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
        self.note_newest();
        let mut troubles: HashMap<TroubleKey<'_>, Vec<&Trouble>> = HashMap::new();
        for trouble in &self.observation.troubles {
            let connector = &*trouble.place.connector;
            let (sender, is_reported) = (trouble.sender, trouble.is_reported);
            let key = (&trouble.end, sender, &trouble.identity, connector, is_reported);
            troubles.entry(key).or_default().push(trouble);
        }
        for incident in self.all.iter_mut().filter(|incident| incident.has_failed()) {
            let (end, identity) = (incident.end(), incident.identity());
            let (connector, is_reported) =
                (Arc::clone(&incident.connector), incident.reported_by.is_some());
            let own = troubles.get(&(&end, incident.sender, &identity, &*connector, is_reported));
            incident.settle(own.map(Vec::as_slice).unwrap_or_default());
        }
        self.add_unproven();
        let is_delivered = |incident: &&mut Incident| incident.ending == Ending::Delivered;
        let (delivered, failed): (Vec<&mut Incident>, Vec<&mut Incident>) =
            self.all.iter_mut().partition(is_delivered);
        let of_logs = |incident: &&mut Incident| incident.reported_by.is_none();
        let located = failed.into_iter().chain(delivered).filter(of_logs).take(MAXIMUM_LOCATED);
        for incident in located {
            if incident.notes.contains(&SessionNote::SmtpRewritten) {
                let masked = |session| find_row_of_session(session, MASKED_BANNER);
                incident.masked_banner = incident.newest().and_then(masked);
            }
            let Some((session, words)) = incident.newest().zip(incident.last_words()) else {
                continue;
            };
            if let Some((line, _)) = find_row_of_session(session, &words) {
                (incident.line, incident.is_located) = (line, true);
            }
        }
    }

    /// Whether any mail was delivered, or refused for more than its recipient or content.
    pub fn have_ended(&self) -> bool {
        self.all.iter().any(|one| {
            one.ending == Ending::Delivered
                || one.has_failed() && one.standing != Standing::Everyday
        })
    }

    /// Where nothing but everyday failures shows a sender, the rules say what they expect of it, as of
    /// one whose session had no mail.
    fn add_unproven(&mut self) {
        if self.have_ended() {
            return;
        }
        let shows_sender = |one: &&Incident| {
            matches!(one.ending, Ending::Refused(_))
                && one.tls_status == TlsStatus::Succeeded
                && one.is_certificate_known
                && one.reported_by.is_none()
                && one.weight() == Weight::Everyday
        };
        let mut unproven: Vec<Incident> = Vec::new();
        for one in self.all.iter().filter(shows_sender) {
            let one = Incident {
                ending: Ending::Open,
                reply: None,
                standing: Standing::Present,
                troubles: Vec::new(),
                ..one.clone()
            };
            let key = one.key();
            if !self.all.iter().chain(&unproven).any(|known| known.key() == key) {
                unproven.push(one);
            }
        }
        self.all.extend(unproven);
    }
}
