//! Section 5: what the logs of the Hybrid Configuration Wizard add.

use std::fmt::Write as _;

use crate::connector::{NameRelation, ShownCertificate, match_certificate};
use crate::diagnosis::case::Case;
use crate::diagnosis::case::wizard_state::{OLD_DAYS, Staleness, age_text};
use crate::diagnosis::evidence::incident::Ending;
use crate::diagnosis::literal::{capital, counted};
use crate::diagnosis::remedies;
use crate::diagnosis::report::{EvidenceLine, Remedy, Severity};
use crate::diagnosis::rules::rule::Proof;
use crate::evidence::{
    HybridChange, HybridConnector, HybridObjectType, HybridOutcome, PropertyChange,
};
use crate::reply::RejectionClass;
use crate::timestamp::Timestamp;

const TICKS_PER_HOUR: i64 = 36_000_000_000;
/// How long before the first failure a change counts as shortly before: it takes up to about an
/// hour to arrive (observed), and at night little mail is sent.
const SHORTLY: i64 = 24 * TICKS_PER_HOUR;
/// How far a time may be off whose zone is not known.
const GREATEST_ZONE: i64 = 14 * TICKS_PER_HOUR;

pub(crate) fn stands_in(case: &Case<'_>) -> Option<Proof> {
    let states = &case.evidence.wizard_states;
    if states.is_empty() || !case.is_known() || !case.rests_on_attribution() {
        return None;
    }
    let lines: Vec<EvidenceLine> =
        (0..states.len()).flat_map(|index| case.inbound_proof(index)).collect();
    let is_old = |state: &HybridConnector| Staleness::of(state, case.evidence.at) == Staleness::Old;
    let is_open = states.iter().any(|state| is_old(state) || !state.unsettled.is_empty());
    let severity = is_open.then_some(Severity::Warning);
    Some(Proof { severity, ..Proof::of(lines) })
}

pub(crate) fn stands_in_message(case: &Case<'_>) -> String {
    let states = &case.evidence.wizard_states;
    let known: Vec<String> = states
        .iter()
        .map(|state| format!("{} {}", state.name, age_text(state, case.evidence.at)))
        .collect();
    let mut text = format!(
        "No export of the inbound connectors was given; the logs of the Hybrid Configuration \
         Wizard stand in for it: {}. What was changed since by hand, they do not know.",
        known.join("; ")
    );
    let first = case.incident.map(|incident| incident.first);
    let is_later = |state: &&HybridConnector| state.as_of.zip(first).is_some_and(|(a, b)| a > b);
    if states.iter().any(|state| is_later(&state)) {
        text.push_str(
            " They are of a later time than the first session of the log, which may have met \
             other connectors.",
        );
    }
    for state in states.iter().filter(|state| !state.unsettled.is_empty()) {
        let _ = write!(
            text,
            " The wizard set out to change {} of {}, and its log does not show whether it did.",
            state.unsettled.join(", "),
            state.name
        );
    }
    text
}

pub(crate) fn stands_in_remedy(_: &Case<'_>) -> Vec<Remedy> {
    vec![remedies::export_inbound_connectors()]
}

fn changes<'c>(case: &'c Case<'_>) -> impl Iterator<Item = &'c HybridChange> {
    case.evidence.hybrid.iter().flat_map(|history| &history.changes)
}

fn proof_of(change: &HybridChange) -> EvidenceLine {
    let cmdlet = change.cmdlet.as_deref().unwrap_or("wanted otherwise");
    let identity = change.identity.as_deref().unwrap_or("an object that is not told");
    let values = change.properties.iter().filter(|one| one.is_different()).map(|one| {
        let before = one.before.as_deref().unwrap_or("empty");
        let after = one.after.as_deref().unwrap_or("empty");
        format!(", {} from {before} to {after}", one.name)
    });
    let outcome = match change.outcome {
        HybridOutcome::Succeeded => "",
        HybridOutcome::Failed => ", failed",
        HybridOutcome::NotShown => ", end not shown",
    };
    let text = format!("{cmdlet} {identity}{}{outcome}", values.collect::<String>());
    EvidenceLine { path: change.log_path.clone(), line: change.line, text }
}

/// Whether a change came shortly before the incident began.
fn is_shortly_before(change: &HybridChange, first: Timestamp) -> bool {
    let slack = if change.is_time_zone_known { 0 } else { GREATEST_ZONE };
    change
        .time()
        .is_some_and(|time| (-slack..=SHORTLY + slack).contains(&(first.ticks() - time.ticks())))
}

/// The last change of a property of that kind of object shortly before the incident failed.
fn change_before<'c>(
    case: &'c Case<'_>,
    object_type: HybridObjectType,
    property: &str,
) -> Option<&'c HybridChange> {
    let first = case.incident.filter(|incident| incident.ending != Ending::Delivered)?.first;
    changes(case)
        .filter(|change| {
            change.object_type == object_type
                && change.outcome != HybridOutcome::Failed
                && change.property(property).is_some_and(PropertyChange::is_different)
                && is_shortly_before(change, first)
        })
        .last()
}

/// When, in words, a change came before the first failure.
fn when(case: &Case<'_>, change: &HybridChange) -> String {
    let Some(time) = change.time() else { return String::new() };
    if !change.is_time_zone_known {
        return format!("at {time} (its log does not tell the time zone)");
    }
    let first = case.incident.map_or(time, |incident| incident.first);
    let hours = (first.ticks() - time.ticks()) / TICKS_PER_HOUR;
    let before = match u64::try_from(hours) {
        Ok(hours @ 1..) => counted(hours, "hour"),
        _ => "less than an hour".to_owned(),
    };
    format!("at {time}, {before} before the first of these sessions")
}

fn did(change: &HybridChange) -> &'static str {
    match change.outcome {
        HybridOutcome::NotShown => "set out to change",
        _ => "changed",
    }
}

fn sender_name_change<'c>(case: &'c Case<'_>) -> Option<&'c HybridChange> {
    let change =
        change_before(case, HybridObjectType::InboundConnector, "TlsSenderCertificateName");
    change.filter(|_| case.is_relay_denied())
}

pub(crate) fn changed_sender_name(case: &Case<'_>) -> Option<Proof> {
    let change = sender_name_change(case)?;
    Some(Proof::of([vec![proof_of(change)], case.log_proof()].concat()))
}

/// Whether a value matches a name of the certificate that was sent.
fn fits(case: &Case<'_>, value: Option<&str>) -> bool {
    let (Some(value), ShownCertificate::Names(names)) = (value, &case.presented) else {
        return false;
    };
    matches!(match_certificate(value, names).relation, NameRelation::Match(_))
}

pub(crate) fn changed_sender_name_message(case: &Case<'_>) -> String {
    let Some(change) = sender_name_change(case) else { return String::new() };
    let before = change.tls_sender_certificate_name_before.as_deref();
    let after = change.tls_sender_certificate_name_after.as_deref();
    let is_certain = change.outcome == HybridOutcome::Succeeded;
    let verdict = match (fits(case, before), fits(case, after)) {
        (true, false) if is_certain => {
            " The certificate that was sent has the former name and not the new one: this is most \
             likely what broke it."
        }
        (true, false) => {
            " The certificate that was sent has the former name and not the new one: if the change \
             was made, it is most likely what broke it."
        }
        (false, true) => {
            " The certificate that was sent has the new name: unless the change had not arrived yet \
             (up to about an hour), it is not what broke it."
        }
        _ => " A change takes up to about an hour to arrive.",
    };
    format!(
        "The Hybrid Configuration Wizard {} TlsSenderCertificateName of {} from {} to {} {}.{verdict}",
        did(change),
        change.identity.as_deref().unwrap_or("an inbound connector"),
        before.unwrap_or("nothing"),
        after.unwrap_or("nothing"),
        when(case, change),
    )
}

pub(crate) fn changed_sender_name_remedy(case: &Case<'_>) -> Vec<Remedy> {
    let Some(change) = sender_name_change(case) else { return Vec::new() };
    let before = change.tls_sender_certificate_name_before.as_deref();
    let after = change.tls_sender_certificate_name_after.as_deref();
    match (before, change.identity.as_deref()) {
        (Some(former), Some(connector)) if fits(case, before) && !fits(case, after) => {
            let action = "If the server goes on sending this certificate: set the connector back \
                          to the former name."
                .to_owned();
            vec![remedies::set_sender_name(connector, former, after, action)]
        }
        _ => Vec::new(),
    }
}

fn certificate_name_change<'c>(case: &'c Case<'_>) -> Option<&'c HybridChange> {
    let change = change_before(case, HybridObjectType::SendConnector, "TlsCertificateName")?;
    let is_same_connector = case.send_connector_name().is_none_or(|name| {
        change.identity.as_deref().is_none_or(|identity| identity.eq_ignore_ascii_case(name))
    });
    let has_failed = case.is_relay_denied()
        || case.tls_error().is_some()
        || case.class() == Some(RejectionClass::TlsCertificateNameNotFound);
    (is_same_connector && has_failed).then_some(change)
}

pub(crate) fn changed_certificate_name(case: &Case<'_>) -> Option<Proof> {
    let change = certificate_name_change(case)?;
    Some(Proof::of([vec![proof_of(change)], case.log_proof()].concat()))
}

pub(crate) fn changed_certificate_name_message(case: &Case<'_>) -> String {
    let Some(change) = certificate_name_change(case) else { return String::new() };
    format!(
        "The Hybrid Configuration Wizard {} TlsCertificateName of {} from {} to {} {}: the server \
         has sent another certificate since, or looks for one that it does not have.",
        did(change),
        change.identity.as_deref().unwrap_or("a send connector"),
        change.tls_certificate_name_before.as_deref().unwrap_or("nothing"),
        change.tls_certificate_name_after.as_deref().unwrap_or("nothing"),
        when(case, change),
    )
}

fn is_long_ago(case: &Case<'_>, change: &HybridChange) -> bool {
    let days = OLD_DAYS * 24 * TICKS_PER_HOUR;
    change.time().is_some_and(|time| case.evidence.at.ticks() - time.ticks() > days)
}

/// A failed change of a name that decides, not long ago, after which none succeeded.
fn failed_change<'c>(case: &'c Case<'_>) -> Option<&'c HybridChange> {
    let decides = |change: &&HybridChange| {
        let name = match change.object_type {
            HybridObjectType::InboundConnector => "TlsSenderCertificateName",
            HybridObjectType::SendConnector => "TlsCertificateName",
            _ => return false,
        };
        change.property(name).is_some()
    };
    if !case.is_known() || case.is_delivered() {
        return None;
    }
    let all: Vec<&HybridChange> = changes(case).filter(decides).collect();
    let is_repaired = |place: usize, change: &HybridChange| {
        all.iter().skip(place + 1).any(|later| {
            later.object_type == change.object_type && later.outcome == HybridOutcome::Succeeded
        })
    };
    all.iter()
        .enumerate()
        .filter(|(_, change)| change.outcome == HybridOutcome::Failed && !is_long_ago(case, change))
        .filter(|(place, change)| !is_repaired(*place, change))
        .map(|(_, change)| *change)
        .next_back()
}

pub(crate) fn failed(case: &Case<'_>) -> Option<Proof> {
    failed_change(case).map(|change| Proof::of(vec![proof_of(change)]))
}

pub(crate) fn failed_message(case: &Case<'_>) -> String {
    let Some(change) = failed_change(case) else { return String::new() };
    let after = change
        .tls_sender_certificate_name_after
        .as_deref()
        .or(change.tls_certificate_name_after.as_deref());
    format!(
        "The Hybrid Configuration Wizard failed to set {} to {} (at {}), so that the two ends may \
         disagree: {}",
        change.identity.as_deref().unwrap_or("a connector"),
        after.unwrap_or("nothing"),
        change.time().map_or_else(|| "a time that is not told".to_owned(), |time| time.to_string()),
        change.error.as_deref().unwrap_or("its log tells no error."),
    )
}

pub(crate) fn failed_remedy(_: &Case<'_>) -> Vec<Remedy> {
    vec![remedies::rerun_wizard()]
}

/// The newest change that undid a change by hand; whether one did.
fn undone<'c>(case: &'c Case<'_>) -> Option<&'c HybridChange> {
    changes(case).filter(|change| change.undoes_manual_change).last()
}

fn kept_connector<'c>(case: &'c Case<'_>) -> Option<&'c HybridConnector> {
    let history = case.evidence.hybrid.as_ref()?;
    history
        .connectors
        .iter()
        .filter(|state| state.object_type == HybridObjectType::InboundConnector)
        .find(|state| state.text("ConnectorSource").as_deref() == Some("HybridWizard"))
}

pub(crate) fn undoes_changes(case: &Case<'_>) -> Option<Proof> {
    if !case.is_relay_denied() {
        return None;
    }
    if let Some(change) = undone(case) {
        let severity = Some(Severity::Warning);
        return Some(Proof { severity, ..Proof::of(vec![proof_of(change)]) });
    }
    let state = kept_connector(case)?;
    let text = format!("{}, ConnectorSource HybridWizard", state.name);
    Some(Proof::at(&state.log_path, state.line, &text))
}

pub(crate) fn undoes_changes_message(case: &Case<'_>) -> String {
    let name = undone(case)
        .and_then(|change| change.identity.as_deref())
        .or_else(|| kept_connector(case).map(|state| state.name.as_str()))
        .unwrap_or("the connector");
    let rule = format!(
        "the Hybrid Configuration Wizard keeps {name}: what is changed there by hand may have to \
         be done again after its next run, unless the wizard is told the same."
    );
    match undone(case) {
        Some(change) => format!(
            "At {} the wizard put back what someone had changed by hand; {rule}",
            change.time().map_or_else(|| "a time not told".to_owned(), |time| time.to_string())
        ),
        None => capital(&rule),
    }
}
