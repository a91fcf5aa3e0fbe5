//! Rows 7, 12 and 13: connectors that go by address.

use crate::connector::{ConnectorAssessment, Outcome, UnacceptedSender};
use crate::diagnosis::case::Case;
use crate::diagnosis::literal::listed;
use crate::diagnosis::remedies;
use crate::diagnosis::report::Remedy;
use crate::diagnosis::rules::connectors::connector_disabled;
use crate::diagnosis::rules::rule::Proof;

/// The first connector, where none has a name or an address by which it could match.
fn names_nothing(case: &Case<'_>) -> Option<usize> {
    let first = case.attribution.connectors.iter().position(ConnectorAssessment::may_be_eligible);
    first.filter(|_| case.connector_by_address().is_none())
}

/// Row 7 where the connectors go by address alone; also for connectors that name nothing at all.
pub(crate) fn address_not_listed(case: &Case<'_>) -> Option<Proof> {
    let is_outcome = matches!(case.judged_outcome(), Some(Outcome::NoMatch | Outcome::NoIdentity));
    let is_given = case.evidence.inbound_connectors.is_some();
    let without_name = case.connectors_by_name().is_empty() && !case.is_without_connector();
    let excluded = connector_disabled(case).is_some() || case.is_attr36();
    (is_outcome && is_given && without_name && !excluded)
        .then(|| Proof::of_connector(case, case.connector_by_address()))
}

pub(crate) fn address_not_listed_message(case: &Case<'_>) -> String {
    let names_nothing = names_nothing(case);
    if let Some(index) = names_nothing {
        return format!(
            "The inbound connector {} names neither a certificate nor an address: it matches \
             nothing, whatever the server shows.",
            case.inbound_name(index)
        );
    }
    let address = case.address().map_or_else(
        || "the address from which the server connects".to_owned(),
        |address| format!("the address {address}"),
    );
    let listing = case.connector_by_address().and_then(|index| {
        let list = case.inbound(index)?.object.sender_ip_addresses.as_ref()?;
        Some(format!(
            " ({} lists {})",
            case.inbound_name(index),
            listed(list.values.iter().map(String::as_str), 6)
        ))
    });
    format!(
        "The inbound connectors go by address, and none lists {address}{}: the public address of \
         the server has changed, or the mail took another way out.",
        listing.unwrap_or_default(),
    )
}

pub(crate) fn address_remedy(case: &Case<'_>) -> Vec<Remedy> {
    let mut steps = address_steps(case);
    steps.extend(certificate_connector(case));
    steps
}

/// Adds the public address of the session to the connector that goes by address. An address that is
/// not known to be public is never proposed, nor a list that is not known whole.
pub(crate) fn address_steps(case: &Case<'_>) -> Vec<Remedy> {
    let Some(index) = case.connector_by_address() else { return Vec::new() };
    let list = case.inbound(index).and_then(|one| one.object.sender_ip_addresses.as_ref());
    let address = case.address().filter(|address| {
        address.parse().ok().and_then(crate::connector::public_address).is_some_and(|a| a.is_ipv4())
    });
    match (list, address) {
        (Some(list), Some(address)) if !list.is_truncated => {
            vec![remedies::set_addresses(&case.inbound_name(index), &list.values, &address)]
        }
        _ => Vec::new(),
    }
}

/// A connector by certificate, for what an address connector cannot do.
fn certificate_connector(case: &Case<'_>) -> Option<Remedy> {
    let names = case.names();
    let name =
        names.iter().copied().find(|name| !name.starts_with("*.")).or(names.first().copied());
    let index = case.connector_by_address().or_else(|| names_nothing(case))?;
    let value = name?;
    Some(remedies::set_sender_name(
        &case.inbound_name(index),
        value,
        None,
        if case.connector_by_address().is_some() {
            "Better: let the connector go by certificate, which also lets null senders and \
             forwarded mail pass. The name must lie in an accepted domain."
        } else {
            "Let the connector go by certificate. The name must lie in an accepted domain."
        }
        .to_owned(),
    ))
}

pub(crate) fn by_address(case: &Case<'_>) -> Option<Proof> {
    let connector = match case.judged_outcome()? {
        Outcome::ByAddressAndMailFrom { connector } if !case.is_relay_denied() => *connector,
        _ => return None,
    };
    Some(Proof { verdict: None, ..Proof::of_connector(case, Some(connector)) })
}

pub(crate) fn by_address_message(case: &Case<'_>) -> String {
    let (connector, _) = case.winner();
    format!(
        "The inbound connector {connector} lists the address {}, and the sender's domain is \
         accepted. No certificate is needed for that; null senders (NDRs, automatic replies) and \
         forwarded mail will be refused by design.",
        case.address().unwrap_or_default(),
    )
}

pub(crate) fn address_only(case: &Case<'_>) -> Option<Proof> {
    match case.judged_outcome()? {
        Outcome::AddressOnly { connector, .. } if !case.is_attr36() => {
            Some(Proof::of_connector(case, Some(*connector)))
        }
        _ => None,
    }
}

pub(crate) fn address_only_message(case: &Case<'_>) -> String {
    let (connector, _) = case.winner();
    let sender = match case.outcome() {
        Some(Outcome::AddressOnly { sender: UnacceptedSender::Null, .. }) => {
            "null senders (NDRs, automatic replies)".to_owned()
        }
        _ => format!("senders of foreign domains{}", case.sender_text()),
    };
    format!(
        "Only the address {} matches (inbound connector {connector}), and by address Exchange \
         Online never relays {sender}: refused by design. A connector by certificate lets them pass.",
        case.address().unwrap_or_default(),
    )
}

pub(crate) fn address_only_remedy(case: &Case<'_>) -> Vec<Remedy> {
    certificate_connector(case)
        .map_or_else(|| vec![remedies::new_connector(case)], |step| vec![step])
}
