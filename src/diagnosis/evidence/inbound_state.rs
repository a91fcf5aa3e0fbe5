//! The inbound connectors as the evidence last shows them: an export, the logs of the Hybrid
//! Configuration Wizard, or an export that these show to be older than a change.

use std::borrow::Cow;

use super::{Evidence, Located};
use crate::connector::InboundConnector;
use crate::evidence::{
    HybridChange, HybridConnector, HybridHistory, HybridObjectType, HybridOutcome,
};
use crate::timestamp::{TICKS_PER_HOUR, Timestamp};

/// How far the clocks of the wizard's computer and of Exchange Online may differ.
const SLACK: i64 = TICKS_PER_HOUR;

/// Inbound connectors, of an export or out of the wizard's logs.
type Connectors<'a> = Cow<'a, [Located<InboundConnector>]>;

/// The connectors that are judged, and where they come from.
#[derive(Default)]
pub(crate) struct InboundState<'a> {
    /// `None`: nothing shows them.
    pub connectors: Option<Connectors<'a>>,
    /// The state in the wizard's logs of each, as far as it comes from these.
    pub wizard_states: Vec<Option<HybridConnector>>,
    /// Those of the export that the wizard has taken away since, with the change.
    pub taken_away: Vec<(String, HybridChange)>,
    /// Whether there is an export, older than changes in the wizard's logs.
    pub is_export_older: bool,
}

impl<'a> InboundState<'a> {
    /// An export wins, be it empty, but for what the wizard changed after the WhenChangedUTC that it
    /// shows: had it been made later, it would show that change. Without an export the last state
    /// of the wizard's logs stands in.
    pub fn of(given: &'a Evidence, tenant: usize) -> Self {
        let history = given.hybrid.as_ref();
        match (given.tenant(tenant).inbound_connectors, history) {
            (Some(exported), Some(history)) => {
                // Of several tenants the wizard's logs are of one, and of which they do not say.
                let newer = if given.tenant_count() > 1 {
                    Vec::new()
                } else {
                    changes_since(exported, history)
                };
                if newer.is_empty() {
                    Self::exported(exported)
                } else {
                    Self::brought_up_to_date(exported, history, &newer)
                }
            }
            (Some(exported), None) => Self::exported(exported),
            (None, Some(history)) => Self::of_history(history),
            (None, None) => Self::default(),
        }
    }

    fn exported(exported: &'a [Located<InboundConnector>]) -> Self {
        Self { connectors: Some(Cow::Borrowed(exported)), ..Self::default() }
    }

    fn of_history(history: &HybridHistory) -> Self {
        let (connectors, wizard_states): (Vec<_>, Vec<_>) = history
            .inbound_connectors()
            .map(|(state, object)| (located(state, object), Some(state.clone())))
            .unzip();
        // That the logs name no connector is no proof that there is none.
        let connectors = (!connectors.is_empty()).then_some(Cow::Owned(connectors));
        Self { connectors, wizard_states, ..Self::default() }
    }

    fn brought_up_to_date(
        exported: &[Located<InboundConnector>],
        history: &HybridHistory,
        newer: &[&HybridChange],
    ) -> Self {
        let mut found = Self { is_export_older: true, ..Self::default() };
        let mut connectors = Vec::new();
        for one in exported {
            let own: Vec<&HybridChange> =
                newer.iter().copied().filter(|change| is_of(change, &one.object.name)).collect();
            let state = state_of(history, &one.object.name);
            match (own.last(), state) {
                (Some(last), None) => {
                    found.taken_away.push((one.object.name.clone(), (*last).clone()));
                }
                (Some(_), Some(state)) => {
                    let changed = with_changes(&one.object, state, &own);
                    connectors.push(located(state, changed));
                    found.wizard_states.push(Some(state.clone()));
                }
                (None, _) => {
                    connectors.push(one.clone());
                    found.wizard_states.push(None);
                }
            }
        }
        let first = newer.iter().filter_map(|change| change.time()).min();
        let is_made_since = |name: &str| {
            history.changes.iter().any(|change| {
                is_certain(change)
                    && is_of(change, name)
                    && is_new(change)
                    && change.time() >= first
            })
        };
        for (state, object) in history.inbound_connectors() {
            let is_exported = exported.iter().any(|one| is_same(&one.object.name, &state.name));
            if !is_exported && is_made_since(&state.name) {
                connectors.push(located(state, object));
                found.wizard_states.push(Some(state.clone()));
            }
        }
        Self { connectors: Some(Cow::Owned(connectors)), ..found }
    }
}

fn located(state: &HybridConnector, object: InboundConnector) -> Located<InboundConnector> {
    Located { object, path: state.log_path.clone(), line: state.line }
}

fn is_same(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

fn is_of(change: &HybridChange, name: &str) -> bool {
    change.identity.as_deref().is_some_and(|identity| is_same(identity, name))
}

fn is_new(change: &HybridChange) -> bool {
    change.cmdlet.as_deref().is_some_and(|cmdlet| cmdlet.to_ascii_lowercase().starts_with("new-"))
}

/// A change of an inbound connector that was made, and of which it is known when.
fn is_certain(change: &HybridChange) -> bool {
    change.object_type == HybridObjectType::InboundConnector
        && change.outcome == HybridOutcome::Succeeded
        && change.is_time_zone_known
}

fn state_of<'h>(history: &'h HybridHistory, name: &str) -> Option<&'h HybridConnector> {
    history.connectors.iter().find(|state| {
        state.object_type == HybridObjectType::InboundConnector && is_same(&state.name, name)
    })
}

/// The changes of exported connectors that are later than the last one that the export shows.
fn changes_since<'h>(
    exported: &[Located<InboundConnector>],
    history: &'h HybridHistory,
) -> Vec<&'h HybridChange> {
    let last_change = |change: &HybridChange| -> Option<Timestamp> {
        let named = exported.iter().find(|one| is_of(change, &one.object.name))?;
        named.object.when_changed_utc
    };
    let is_newer = |change: &&HybridChange| {
        let times = last_change(change).zip(change.time());
        is_certain(change) && times.is_some_and(|(of, time)| time.ticks() - of.ticks() > SLACK)
    };
    history.changes.iter().filter(is_newer).collect()
}

/// The exported connector with what was set since.
fn with_changes(
    exported: &InboundConnector,
    state: &HybridConnector,
    changes: &[&HybridChange],
) -> InboundConnector {
    let mut since = state.clone();
    since.properties.retain(|(name, _)| {
        // Enable- and Disable- set nothing by name.
        changes.iter().any(|change| change.property(name).is_some())
    });
    let Some(set) = since.to_inbound_connector() else { return exported.clone() };
    let mut now = exported.clone();
    if set.knows_certificate_name {
        now.tls_sender_certificate_name = set.tls_sender_certificate_name;
        now.knows_certificate_name = true;
    }
    now.enabled = set.enabled.or(now.enabled);
    now.connector_type = set.connector_type.or(now.connector_type);
    now.sender_ip_addresses = set.sender_ip_addresses.or(now.sender_ip_addresses);
    now.associated_accepted_domains =
        set.associated_accepted_domains.or(now.associated_accepted_domains);
    now.when_changed_utc = changes.last().and_then(|change| change.time()).or(now.when_changed_utc);
    now
}
