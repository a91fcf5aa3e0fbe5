//! Direct Send that the recipient's tenant refuses: which of its connectors came near.

use std::fmt::Write as _;

use super::replies::refused_as;
use super::rule::{Answer, Proof, RuleText};
use crate::connector::{
    AddressMatch, ConnectorAssessment, ConnectorNameMatch, Eligibility, SenderRange,
    ShownCertificate,
};
use crate::diagnosis::case::Case;
use crate::diagnosis::literal::listed;
use crate::diagnosis::remedies::{self, Change, Remedy, set_sender_name};
use crate::reply::RejectionClass;

pub(crate) const DIRECT_SEND_REJECTED: RuleText = RuleText {
    says: "The recipient's tenant refuses Direct Send.",
    why: "RejectDirectSend refuses mail from one of the tenant's own domains that no inbound \
          connector of the tenant matched. Any enabled connector counts here, Partner included.",
    example: "550 5.7.68 TenantInboundAttribution; Direct Send not allowed for this organization.",
    helps: "Make an inbound connector match the server: by its certificate, or by its address.",
    certainty: "Documented.",
    sources: "Microsoft Learn: Set-OrganizationConfig -RejectDirectSend",
};

const CLASS: RejectionClass = RejectionClass::DirectSendRejected;

pub(crate) fn rejected(case: &Case<'_>) -> Option<Answer> {
    let mut answer = refused_as(case, CLASS)?;
    if case.evidence.inbound_connectors.is_none() {
        return Some(answer);
    }
    if let Some(index) = matching(case, true) {
        let name = case.inbound_name(index);
        let _ = write!(
            answer.message,
            " By the given evidence the connector {name} matches: it was changed since (a change \
             takes up to an hour), or the mail that was refused came past this server."
        );
        answer.steps = vec![remedies::see_changes(case)];
        if case.chain.is_none() {
            answer.steps.push(remedies::give_chain(case));
        }
        return Some(answer);
    }
    if let Some(index) = matching(case, false) {
        let change = Change::Enable { connector: case.inbound_name(index) };
        let action = "Enable the connector, which matches, if nobody disabled it for a reason.";
        answer.steps = vec![Remedy::of(change, action)];
        return Some(answer);
    }
    let enabled: Vec<usize> =
        (0..case.attribution.connectors.len()).filter(|index| is_enabled(case, *index)).collect();
    let expectations: Vec<String> =
        enabled.iter().filter_map(|index| expectation(case, *index)).collect();
    if expectations.is_empty() {
        answer.steps = remedies::new_connector(case);
        return Some(answer);
    }
    let from = case.address().map(|address| format!(" from {address}")).unwrap_or_default();
    let message = format!(
        "{} The mail came{from} with {}, and of the enabled connectors {}.",
        CLASS.entry().map_or("", |entry| entry.meaning),
        match case.presented {
            ShownCertificate::None => "no certificate".to_owned(),
            ShownCertificate::Unknown => "a certificate that is not known".to_owned(),
            ShownCertificate::Names(_) => case.certificate_text(),
        },
        listed(expectations.iter().map(String::as_str), 4),
    );
    let mut steps: Vec<Remedy> =
        enabled.iter().filter_map(|index| list_address(case, *index)).take(1).collect();
    steps.extend(enabled.iter().find_map(|index| name_certificate(case, *index)));
    // A connector of its own leaves those alone who use the present ones.
    steps.extend(remedies::new_connector(case));
    Some(Proof::of(case.log_proof()).says(message, steps))
}

/// The first connector that matches, of those that are enabled or of the others.
fn matching(case: &Case<'_>, is_wanted: bool) -> Option<usize> {
    case.attribution.connectors.iter().enumerate().find_map(|(index, one)| {
        let is_match = matches!(one.name_match.relation, ConnectorNameMatch::Match(_))
            || matches!(one.address, AddressMatch::Listed(_));
        (is_match && is_enabled(case, index) == is_wanted).then_some(index)
    })
}

fn is_enabled(case: &Case<'_>, index: usize) -> bool {
    let connector = case.inbound(index).map(|one| &one.object);
    let assessed = &case.attribution.connectors[index];
    assessed.eligibility != Eligibility::Disabled
        && connector.is_some_and(|one| one.enabled != Some(false))
}

/// What a connector expects that the server does not have: `From HQ (Partner) lists 203.0.113.0/24`.
fn expectation(case: &Case<'_>, index: usize) -> Option<String> {
    let assessed = &case.attribution.connectors[index];
    let connector = &case.inbound(index)?.object;
    let kind = match assessed.eligibility {
        Eligibility::Partner => " (Partner)",
        _ => "",
    };
    if let Some(name) = &assessed.value {
        return Some(format!("{}{kind} expects the name {name}", assessed.name));
    }
    let list = connector.sender_ip_addresses.as_ref().filter(|list| !list.is_empty())?;
    let addresses = listed(list.values.iter().map(String::as_str), 6);
    Some(format!("{}{kind} lists {addresses}", assessed.name))
}

/// Adds the address to a list that is known whole.
fn list_address(case: &Case<'_>, index: usize) -> Option<Remedy> {
    let assessed = &case.attribution.connectors[index];
    let list = case.inbound(index)?.object.sender_ip_addresses.as_ref()?;
    let address = case.ip_address().filter(std::net::IpAddr::is_ipv4)?.to_string();
    let is_whole = !list.is_empty() && !list.is_truncated;
    if !is_whole || assessed.value.is_some() || assessed.address != AddressMatch::NotListed {
        return None;
    }
    let kept = list.values.iter().filter(|entry| SenderRange::parse(entry).is_ok()).cloned();
    let change = Change::Addresses {
        connector: assessed.name.clone(),
        addresses: kept.chain(std::iter::once(address)).collect(),
        before: list.values.clone(),
    };
    let action = "Add the public address to the connector. The command replaces the list, so it \
                  holds all of it. Only if the address is this server's alone: every host behind it \
                  then passes.";
    Some(Remedy::of(change, action))
}

/// Sets a connector that expects another name to that of the certificate.
fn name_certificate(case: &Case<'_>, index: usize) -> Option<Remedy> {
    let assessed: &ConnectorAssessment = &case.attribution.connectors[index];
    let before = assessed.value.as_deref()?;
    let is_matched = matches!(assessed.name_match.relation, ConnectorNameMatch::Match(_));
    let name =
        case.names().into_iter().find(|name| name.contains('.') && !name.starts_with('*'))?;
    let is_public = case.is_of_public_authority() != Some(false);
    if is_matched || !is_public {
        return None;
    }
    let action = "If the connector is meant for this server: set it to the exact name of the \
                  certificate. Whoever shows the present name is then matched no more.";
    Some(set_sender_name(&assessed.name, name, Some(before), action))
}
