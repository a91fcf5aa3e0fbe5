//! What stands in an inbound connector beside the cause: entries that take no part, a late change.

use super::rule::{Answer, Proof, RuleText};
use crate::diagnosis::case::Case;
use crate::diagnosis::evidence::incident::Ending;
use crate::diagnosis::literal::capital;
use crate::timestamp::{TICKS_PER_HOUR, Timestamp};

pub(crate) const SENDER_ADDRESS_IGNORED: RuleText = RuleText {
    says: "Entries of SenderIPAddresses take no part in the match.",
    why: "Exchange Online accepts IPv4 addresses and networks from /24 to /32; no IPv6, no ranges \
          with a dash, no larger networks.",
    example: "10.0.0.0/16, or 203.0.113.10-203.0.113.20.",
    helps: "List the public addresses singly, or as networks of /24 and smaller.",
    certainty: "Documented.",
    sources: "Set-InboundConnector -SenderIPAddresses",
};

pub(crate) fn address_ignored(case: &Case<'_>) -> Option<Answer> {
    let all = &case.attribution.connectors;
    let index =
        all.iter().position(|one| one.may_be_eligible() && !one.ignored_addresses.is_empty())?;
    let texts: Vec<String> = all
        .iter()
        .filter(|one| one.may_be_eligible())
        .flat_map(|one| one.ignored_addresses.iter().map(move |(text, why)| (one, text, why)))
        .map(|(one, text, why)| format!("{text} of {} takes no part: {why}", one.name))
        .collect();
    let message = capital(&format!("{}.", texts.join("; ")));
    Some(Proof::of(case.inbound_proof(index)).says(message, Vec::new()))
}

pub(crate) const CONNECTOR_CHANGED_RECENTLY: RuleText = RuleText {
    says: "An inbound connector was changed less than an hour before the first refusal, or between the \
           last delivery and it.",
    why: "A change takes up to about an hour to arrive, and may be what broke it.",
    example: "WhenChangedUTC 21:40, the first 550 5.7.64 at 22:15.",
    helps: "Ask who changed what; wait until it has arrived.",
    certainty: "Observed how long a change takes; that this one is the cause is not known.",
    sources: "Get-InboundConnector, WhenChangedUTC",
};

/// Whether a session of the connector delivered after the change.
fn is_delivered_since(case: &Case<'_>, changed: Timestamp) -> bool {
    case.evidence.incidents.all.iter().any(|other| {
        other.ending == Ending::Delivered
            && case.incident.is_some_and(|own| own.connector == other.connector)
            && other.last > changed
    })
}

pub(crate) fn changed_recently(case: &Case<'_>) -> Option<Answer> {
    let incident = case.incident.filter(|_| case.is_relay_denied())?;
    let connectors = case.evidence.inbound_connectors.as_ref()?;
    // A change takes up to about an hour to arrive.
    let (first, last) = (incident.first.ticks(), incident.last.ticks());
    let delivered = case.evidence.incidents.all.iter().filter(|other| {
        other.ending == Ending::Delivered
            && other.connector == incident.connector
            && other.last.ticks() <= first
    });
    let last_delivery = delivered.map(|other| other.last).max();
    let from = last_delivery
        .map_or(first - TICKS_PER_HOUR, |time| time.ticks().min(first - TICKS_PER_HOUR));
    let (index, changed) = connectors.iter().enumerate().find_map(|(index, one)| {
        let changed = one.object.when_changed_utc?;
        // Whatever was changed since the last refusal may have mended it.
        let is_near = from..=last.max(case.evidence.at.ticks());
        is_near.contains(&changed.ticks()).then_some((index, changed))
    })?;
    let name = case.inbound(index).map(|one| one.object.name.as_str()).unwrap_or_default();
    let message = if let Some(delivery) =
        last_delivery.filter(|_| changed.ticks() < first - TICKS_PER_HOUR)
    {
        format!(
            "The inbound connector {name} was changed at {changed}, between the last delivery \
             ({delivery}) and the first refusal: that may be what broke it."
        )
    } else if changed.ticks() <= first {
        format!(
            "The inbound connector {name} was changed at {changed}, less than an hour before the \
             first refusal: a change takes up to about an hour to arrive, and may be what broke it."
        )
    } else if changed.ticks() > last && is_delivered_since(case, changed) {
        format!(
            "The inbound connector {name} was changed at {changed}, after the last refusal \
             ({}), and mail is delivered since: that may be what mended it.",
            incident.last
        )
    } else if changed.ticks() > last {
        format!(
            "The inbound connector {name} was changed at {changed}, after the last refusal \
             ({}): no session since shows whether that mended it. A change takes up to about an hour \
             to arrive.",
            incident.last
        )
    } else {
        format!(
            "The inbound connector {name} was changed at {changed}, while mail was refused: a \
             change takes up to about an hour to arrive, and may be what mends it."
        )
    };
    Some(Proof::of(case.inbound_proof(index)).says(message, Vec::new()))
}
