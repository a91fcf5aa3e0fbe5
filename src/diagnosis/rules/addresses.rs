//! Connectors that go by address.

use super::rule::{Answer, Proof, RuleText};
use crate::connector::{AttributionOutcome, UnacceptedSender};
use crate::diagnosis::case::Case;
use crate::diagnosis::literal::listed;
use crate::diagnosis::remedies;

pub(crate) const ADDRESS_NOT_LISTED: RuleText = RuleText {
    says: "The inbound connectors go by address, and none lists the address of the server.",
    why: "A connector by address matches the public address from which the server connects, as \
          Exchange Online sees it behind all translation. Mail from any other address is not the \
          tenant's.",
    example: "The connector lists 203.0.113.5; since the line was changed the EHLO reply says \
              Hello [198.51.100.77], and mail is answered 550 5.7.64.",
    helps: "Add the address to SenderIPAddresses; better, let the connector go by certificate.",
    certainty: "Documented.",
    sources: "KB 4051495",
};

/// Whether the connectors go by address, and none lists that of the server; also where they name
/// nothing at all.
pub(super) fn is_not_listed(case: &Case<'_>) -> bool {
    let is_outcome = matches!(
        case.judged_outcome(),
        Some(AttributionOutcome::NoMatch | AttributionOutcome::NoIdentity)
    );
    let is_given = case.evidence.inbound_connectors.is_some();
    let without_name = case.connectors_by_name().is_empty() && !case.is_without_connector();
    is_outcome && is_given && without_name && !case.is_attr36()
}

pub(crate) fn address_not_listed(case: &Case<'_>) -> Option<Answer> {
    if !is_not_listed(case) {
        return None;
    }
    let message = match case.connector_of_nothing() {
        Some(index) => format!(
            "The inbound connector {} names neither a certificate nor an address: it matches \
             nothing, whatever the server shows.",
            case.inbound_name(index)
        ),
        None => message_of_list(case),
    };
    let mut steps = remedies::list_address(case);
    let by_certificate = remedies::go_by_certificate(case);
    // Of an IPv6 address there is nothing to list: what can be done in the tenant is a certificate.
    let is_ipv6 = case.ip_address().is_some_and(|address| address.is_ipv6());
    if by_certificate.is_empty() && is_ipv6 {
        steps.extend(remedies::new_connector(case));
    }
    steps.extend(by_certificate);
    Some(Proof::of_connector(case, case.connector_by_address()).says(message, steps))
}

fn message_of_list(case: &Case<'_>) -> String {
    let address = case.address().map_or_else(
        || "the address from which the server connects".to_owned(),
        |address| format!("the address {address}"),
    );
    let listing = case.connector_by_address().and_then(|index| {
        let list = case.inbound(index)?.object.sender_ip_addresses.as_ref()?;
        let addresses = listed(list.values.iter().map(String::as_str), 6);
        Some(format!(" ({} lists {addresses})", case.inbound_name(index)))
    });
    let listing = listing.unwrap_or_default();
    if case.ip_address().is_some_and(|address| address.is_ipv6()) {
        return format!(
            "The mail left over IPv6, from {address}, and the inbound connectors go by address: they \
             list IPv4 alone, so that mail over IPv6 matches none{listing}."
        );
    }
    format!(
        "The inbound connectors go by address, and none lists {address}{listing}: the public address \
         of the server has changed, or the mail took another way out."
    )
}

pub(crate) const ATTRIBUTED_BY_ADDRESS: RuleText = RuleText {
    says: "A connector lists the address of the server, and the sender's domain is accepted.",
    why: "By address Exchange Online relays what comes from an accepted domain of the tenant; no \
          certificate is needed for that. Null senders and forwarded mail are refused by design.",
    example: "SenderIPAddresses 203.0.113.5, Hello [203.0.113.5], MAIL FROM of an accepted domain.",
    helps: "Nothing has to be done; a connector by certificate lets null senders and forwarded mail \
            pass as well.",
    certainty: "Documented.",
    sources: "KB 4051495",
};

pub(crate) fn by_address(case: &Case<'_>) -> Option<Answer> {
    let AttributionOutcome::ByAddressAndMailFrom { connector } = case.judged_outcome()? else {
        return None;
    };
    if case.is_relay_denied() {
        return None;
    }
    let (name, _) = case.winner();
    let message = format!(
        "The inbound connector {name} lists the address {}, and the sender's domain is accepted. \
         No certificate is needed for that; null senders (NDRs, automatic replies) and forwarded \
         mail will be refused by design.",
        case.address().unwrap_or_default(),
    );
    let proof = Proof { verdict: None, ..Proof::of_connector(case, Some(*connector)) };
    Some(proof.says(message, Vec::new()))
}

pub(crate) const ADDRESS_CONNECTOR_CANNOT_RELAY: RuleText = RuleText {
    says: "Only the address matches, and by address null and foreign senders are never relayed.",
    why: "By an address Exchange Online relays mail of accepted domains only: an address may be \
          shared, and the sender's domain is all that ties the mail to the tenant.",
    example: "An automatic reply (MAIL FROM:<>) over a connector with SenderIPAddresses is answered \
              550 5.7.64, mail of users passes.",
    helps: "A connector by certificate, whose name lies in an accepted domain.",
    certainty: "Documented.",
    sources: "KB 3169958",
};

pub(crate) fn address_only(case: &Case<'_>) -> Option<Answer> {
    let AttributionOutcome::AddressOnly { connector, sender } = case.judged_outcome()? else {
        return None;
    };
    let sender = match sender {
        UnacceptedSender::Null => "null senders (NDRs, automatic replies)".to_owned(),
        UnacceptedSender::Foreign => {
            format!("senders of foreign domains{}", case.sender_text())
        }
    };
    let message = format!(
        "Only the address {} matches (inbound connector {}), and by address Exchange Online never \
         relays {sender}: refused by design. A connector by certificate lets them pass.",
        case.address().unwrap_or_default(),
        case.winner().0,
    );
    let mut steps = remedies::go_by_certificate(case);
    if steps.is_empty() {
        steps = remedies::new_connector(case);
    }
    Some(Proof::of_connector(case, Some(*connector)).says(message, steps))
}
