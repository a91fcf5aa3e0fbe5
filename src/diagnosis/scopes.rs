//! The scopes of a report: every identity at every place, as the logs show it.

use std::collections::{HashMap, HashSet};

use crate::diagnosis::evidence::incident::Incident;
use crate::diagnosis::finding_id::FindingId;
use crate::diagnosis::observation::{
    End, IdentityKey, Observation, PlaceKey, SenderKind, Shown, Standing, Trouble, Usage,
};
use crate::diagnosis::report::{Identity, Scope, TimelineBucket};

/// A place and an identity.
type Key<'a> = (&'a PlaceKey, &'a IdentityKey);

/// What scopes are made of, by place and identity.
struct Known<'a> {
    timelines: HashMap<Key<'a>, &'a [TimelineBucket]>,
    /// Those that are no everyday failures.
    troubles: HashMap<Key<'a>, Vec<&'a Trouble>>,
    /// Why a trouble refuses, by its end and sender too.
    causes: HashMap<(Key<'a>, &'a End, SenderKind), FindingId>,
}

/// How a scope is ranked: what is refused today, what has passed, what was never refused.
fn gravity(scope: &Scope) -> (bool, bool) {
    (!scope.is_refused, scope.refused == 0 && scope.errors == 0)
}

/// The scopes; `causes` are the incidents that a rule decides.
pub(crate) fn scopes(observation: &Observation, causes: &[(&Incident, FindingId)]) -> Vec<Scope> {
    let mut known =
        Known { timelines: HashMap::new(), troubles: HashMap::new(), causes: HashMap::new() };
    for timeline in &observation.timelines {
        known.timelines.insert((&timeline.place, &timeline.identity), &timeline.buckets);
    }
    let counted = || {
        observation
            .troubles
            .iter()
            .filter(|one| one.standing != Standing::Everyday && !one.is_reported)
    };
    for trouble in counted() {
        known.troubles.entry(key_of(trouble)).or_default().push(trouble);
    }
    for (incident, cause) in causes {
        for trouble in &incident.troubles {
            let key = (key_of(trouble), &trouble.end, trouble.sender);
            known.causes.entry(key).or_insert(*cause);
        }
    }
    let mut scopes: Vec<Scope> =
        observation.usages.iter().map(|usage| of_usage(usage, &known)).collect();
    // A connection that failed shows no identity.
    let used: HashSet<Key<'_>> =
        observation.usages.iter().map(|usage| (&usage.place, &usage.identity)).collect();
    let others = counted().filter(|trouble| !used.contains(&key_of(trouble)));
    scopes.extend(others.map(|trouble| of_trouble(trouble, &known)));
    if !scopes.is_empty() {
        for trouble in observation.troubles.iter().filter(|one| one.is_reported) {
            add_error(&mut scopes, trouble, &known);
        }
    }
    scopes.sort_by(|one, other| {
        gravity(one)
            .cmp(&gravity(other))
            .then_with(|| other.last.cmp(&one.last))
            .then_with(|| (&one.server, &one.connector).cmp(&(&other.server, &other.connector)))
    });
    scopes
}

fn key_of(trouble: &Trouble) -> Key<'_> {
    (&trouble.place, &trouble.identity)
}

fn of_usage(usage: &Usage, known: &Known<'_>) -> Scope {
    let key = (&usage.place, &usage.identity);
    let troubles = || known.troubles.get(&key).into_iter().flatten();
    let gravest = troubles()
        .max_by_key(|one| (one.standing != Standing::Past, one.refused, one.last, one.since));
    // The latest refusal of any sender is the last one of the scope.
    let latest = |is_past: bool| {
        troubles()
            .filter(|one| (one.standing == Standing::Past) == is_past)
            .map(|one| one.last)
            .max()
    };
    let scope = gravest.map(|trouble| Scope {
        last: latest(trouble.standing == Standing::Past),
        ..of_trouble(trouble, known)
    });
    let last_delivery = usage.last_delivery;
    match scope {
        Some(scope) => Scope { last_delivery: scope.last_delivery.max(last_delivery), ..scope },
        None => Scope {
            server: usage.place.server.text().map(ToString::to_string),
            connector: usage.place.connector.to_string(),
            identity: identity_of(&usage.identity),
            refused: 0,
            total: usage.sessions,
            is_refused: false,
            since: None,
            last: Some(usage.last),
            last_delivery,
            errors: 0,
            last_error: None,
            cause: None,
            timeline: timeline_of(known, key),
        },
    }
}

fn of_trouble(trouble: &Trouble, known: &Known<'_>) -> Scope {
    let is_refused = trouble.standing != Standing::Past;
    let key = key_of(trouble);
    Scope {
        server: trouble.place.server.text().map(ToString::to_string),
        connector: trouble.place.connector.to_string(),
        identity: identity_of(&trouble.identity),
        refused: trouble.refused,
        total: trouble.total,
        is_refused,
        since: Some(trouble.since),
        last: Some(trouble.last),
        last_delivery: trouble.last_delivery,
        errors: 0,
        last_error: None,
        cause: known.causes.get(&(key, &trouble.end, trouble.sender)).copied(),
        timeline: timeline_of(known, key),
    }
}

/// Adds an error without a session to the scope that it is of, else to one of the same place, else as
/// one of its own.
fn add_error(scopes: &mut Vec<Scope>, trouble: &Trouble, known: &Known<'_>) {
    if matches!(trouble.standing, Standing::Past | Standing::Everyday) {
        return;
    }
    let own = of_trouble(trouble, known);
    let is_there = |one: &Scope| (&one.server, &one.connector) == (&own.server, &own.connector);
    let place = scopes.iter().position(|one| is_there(one) && one.identity == own.identity);
    let place = place.or_else(|| scopes.iter().position(is_there)).unwrap_or_else(|| {
        scopes.push(Scope { refused: 0, total: 0, since: None, last: None, ..own.clone() });
        scopes.len() - 1
    });
    let scope = &mut scopes[place];
    scope.errors += own.refused;
    scope.last_error = scope.last_error.max(own.last);
    scope.is_refused = true;
    scope.cause = scope.cause.or(own.cause);
}

fn timeline_of(known: &Known<'_>, key: Key<'_>) -> Vec<TimelineBucket> {
    known.timelines.get(&key).map(|buckets| buckets.to_vec()).unwrap_or_default()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_refused_comes_first_then_what_has_passed_then_what_never_was() {
        let scope = |is_refused, refused, errors| Scope {
            server: None,
            connector: String::new(),
            identity: Identity { certificate: None, public_address: None },
            refused,
            total: 9,
            is_refused,
            since: None,
            last: None,
            last_delivery: None,
            errors,
            last_error: None,
            cause: None,
            timeline: Vec::new(),
        };
        let ranks = |scope: &Scope| gravity(scope);
        let refused = ranks(&scope(true, 3, 0));
        let by_error = ranks(&scope(true, 0, 2));
        let past = ranks(&scope(false, 3, 0));
        let never = ranks(&scope(false, 0, 0));
        assert_eq!(refused, by_error);
        assert!(refused < past && past < never, "{refused:?} {past:?} {never:?}");
    }
}
