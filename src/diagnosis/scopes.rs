//! The scopes of a report: every identity at every place, as the logs show it.

use std::collections::HashMap;

use crate::diagnosis::evidence::incident::Incident;
use crate::diagnosis::finding_id::FindingId;
use crate::diagnosis::observation::{
    IdentityKey, Observation, PlaceKey, Shown, Standing, Trouble, Usage,
};
use crate::diagnosis::report::{Identity, Scope, TimelineBucket};

/// The timelines by place and identity.
type Timelines<'a> = HashMap<(&'a PlaceKey, &'a IdentityKey), &'a [TimelineBucket]>;

/// How a scope is ranked: what is refused today, what has passed, what was never refused.
fn gravity(scope: &Scope) -> (bool, bool) {
    (!scope.is_refused, scope.refused == 0)
}

/// The scopes; `causes` are the incidents that a rule decides.
pub(crate) fn scopes(observation: &Observation, causes: &[(&Incident, FindingId)]) -> Vec<Scope> {
    let timelines: Timelines<'_> = observation
        .timelines
        .iter()
        .map(|timeline| ((&timeline.place, &timeline.identity), timeline.buckets.as_slice()))
        .collect();
    let counts = |trouble: &&Trouble| trouble.standing != Standing::Everyday;
    let mut scopes: Vec<Scope> = observation
        .usages
        .iter()
        .map(|usage| {
            of_usage(usage, observation.troubles.iter().filter(counts), causes, &timelines)
        })
        .collect();
    // A connection that failed shows no identity.
    let has_usage = |trouble: &&Trouble| {
        observation.usages.iter().any(|usage| is_at(trouble, &usage.place, &usage.identity))
    };
    let others = observation.troubles.iter().filter(counts).filter(|one| !has_usage(one));
    scopes.extend(others.map(|trouble| of_trouble(trouble, causes, &timelines)));
    scopes.sort_by(|one, other| {
        gravity(one)
            .cmp(&gravity(other))
            .then_with(|| other.last.cmp(&one.last))
            .then_with(|| (&one.server, &one.connector).cmp(&(&other.server, &other.connector)))
    });
    scopes
}

fn is_at(trouble: &Trouble, place: &PlaceKey, identity: &IdentityKey) -> bool {
    trouble.place == *place && trouble.identity == *identity
}

fn of_usage<'a>(
    usage: &Usage,
    troubles: impl Iterator<Item = &'a Trouble>,
    causes: &[(&Incident, FindingId)],
    timelines: &Timelines<'_>,
) -> Scope {
    let gravest = troubles
        .filter(|trouble| is_at(trouble, &usage.place, &usage.identity))
        .max_by_key(|trouble| (trouble.standing != Standing::Past, trouble.refused));
    let scope = gravest.map(|trouble| of_trouble(trouble, causes, timelines));
    let last_delivery = usage.last_delivery;
    match scope {
        Some(scope) => Scope { last_delivery: scope.last_delivery.max(last_delivery), ..scope },
        None => Scope {
            server: usage.place.server.text().map(|text| text.to_string()),
            connector: usage.place.connector.to_string(),
            identity: identity_of(&usage.identity),
            refused: 0,
            total: usage.sessions,
            is_refused: false,
            since: None,
            last: Some(usage.last),
            last_delivery,
            cause: None,
            timeline: timeline_of(timelines, &usage.place, &usage.identity),
        },
    }
}

fn of_trouble(
    trouble: &Trouble,
    causes: &[(&Incident, FindingId)],
    timelines: &Timelines<'_>,
) -> Scope {
    let is_refused = trouble.standing != Standing::Past;
    let is_own = |incident: &Incident| {
        incident.troubles.iter().any(|one| {
            is_at(one, &trouble.place, &trouble.identity)
                && one.end == trouble.end
                && one.sender == trouble.sender
        })
    };
    Scope {
        server: trouble.place.server.text().map(|text| text.to_string()),
        connector: trouble.place.connector.to_string(),
        identity: identity_of(&trouble.identity),
        refused: trouble.refused,
        total: trouble.total,
        is_refused,
        since: Some(trouble.since),
        last: Some(trouble.last),
        last_delivery: trouble.last_delivery,
        cause: causes.iter().find(|(incident, _)| is_own(incident)).map(|(_, cause)| *cause),
        timeline: timeline_of(timelines, &trouble.place, &trouble.identity),
    }
}

fn timeline_of(
    timelines: &Timelines<'_>,
    place: &PlaceKey,
    identity: &IdentityKey,
) -> Vec<TimelineBucket> {
    timelines.get(&(place, identity)).map(|buckets| buckets.to_vec()).unwrap_or_default()
}

fn identity_of(identity: &IdentityKey) -> Identity {
    Identity {
        certificate: match &identity.shown {
            Shown::Unknown => None,
            Shown::Nothing => Some("none".to_owned()),
            Shown::Certificate(thumbprint) => Some(thumbprint.to_string()),
        },
        public_address: identity.address.as_deref().map(str::to_owned),
    }
}
