//! Steps in the tenant: what its inbound connectors and accepted domains need.

use super::{replacement, select_certificate};
use crate::connector::{ConnectorAssessment, Coverage, Outcome, SenderRange, public_address};
use crate::diagnosis::case::Case;
use crate::diagnosis::literal::{literal, literals};
use crate::diagnosis::report::Remedy;
use crate::finding::Place;

/// The hybrid wizard, which updates both ends.
pub(crate) fn rerun_wizard() -> Remedy {
    Remedy::server(
        Place::Wizard,
        "Hybrid organisations, in place of changes by hand, which the wizard undoes: run it again \
         and choose the new certificate on the transport certificate page (Update Secure Mail \
         Certificate for Connectors).",
    )
    .verify("TlsSenderCertificateName of the inbound connector names the certificate of the log")
    .undo("the wizard's log holds the former values of the connectors")
}

/// Sets what the inbound connector expects.
pub(crate) fn set_sender_name(
    connector: &str,
    value: &str,
    present: Option<&str>,
    action: String,
) -> Remedy {
    let identity = literal(Some(connector), "inbound connector");
    let undo = match present {
        Some(present) => literal(Some(present), "present value"),
        None => "$null".to_owned(),
    };
    Remedy::tenant(action)
        .command(format!(
            "Set-InboundConnector -Identity {identity} -TlsSenderCertificateName {}",
            literal(Some(value), "name")
        ))
        .verify(format!(
            "Get-InboundConnector -Identity {identity} | Format-List TlsSenderCertificateName; \
             after up to an hour a message to a recipient outside Microsoft 365 is accepted"
        ))
        .undo(format!("Set-InboundConnector -Identity {identity} -TlsSenderCertificateName {undo}"))
}

pub(crate) fn set_addresses(connector: &str, present: &[String], address: &str) -> Remedy {
    let identity = literal(Some(connector), "inbound connector");
    // What takes no part is refused by the command too.
    let is_taken = |entry: &&str| SenderRange::parse(entry).is_ok();
    let kept = present.iter().map(String::as_str).filter(is_taken);
    let complete = kept.chain(std::iter::once(address));
    Remedy::tenant(
        "Add the public address to the connector. The command replaces the list, so it holds all \
         of it. Every host behind these addresses may then relay; null senders (NDRs, automatic \
         replies) and forwarded mail stay refused.",
    )
    .command(format!(
        "Set-InboundConnector -Identity {identity} -SenderIPAddresses {}",
        literals(complete)
    ))
    .verify(format!(
        "Get-InboundConnector -Identity {identity} | Format-List SenderIPAddresses; after up to an \
         hour a message to a recipient outside Microsoft 365 is accepted"
    ))
    .undo(if present.is_empty() {
        format!("Set-InboundConnector -Identity {identity} -SenderIPAddresses $null")
    } else {
        format!(
            "Set-InboundConnector -Identity {identity} -SenderIPAddresses {}",
            literals(present.iter().map(String::as_str))
        )
    })
}

pub(crate) fn add_accepted_domain(domain: &str) -> Remedy {
    Remedy::new(
        Place::AdminCenter,
        format!("Add {domain} to the tenant and verify it (Settings, Domains)."),
    )
    .command(format!("New-MgDomain -Id {}", literal(Some(domain), "domain")))
    .verify(format!(
        "in Exchange Online: Get-AcceptedDomain -Identity {}",
        literal(Some(domain), "domain")
    ))
    .undo(format!("Remove-MgDomain -DomainId {}", literal(Some(domain), "domain")))
}

/// A connector of type OnPremises for the certificate of the case.
pub(crate) fn new_connector(case: &Case<'_>) -> Remedy {
    let names = case.names();
    let name = names.first().copied();
    let connector = match name {
        Some(name) => format!("Inbound from {}", name.trim_start_matches("*.")),
        None => "Inbound from on-premises".to_owned(),
    };
    let connector = literal(Some(&connector), "name");
    Remedy::tenant(
        "Make an inbound connector of type OnPremises for the certificate (in hybrid organisations \
         the Hybrid Configuration Wizard makes it). The name must lie in an accepted domain.",
    )
    .command(format!(
        "New-InboundConnector -Name {connector} -ConnectorType OnPremises -SenderDomains '*' \
         -RequireTls $true -TlsSenderCertificateName {}",
        literal(name, "name of the certificate")
    ))
    .verify("after up to an hour a message to a recipient outside Microsoft 365 is accepted")
    .undo(format!("Remove-InboundConnector -Identity {connector}"))
}

/// A connector for the certificate of the case: by command, or by the hybrid wizard.
pub(crate) fn make_connector(case: &Case<'_>) -> Vec<Remedy> {
    vec![new_connector(case), rerun_wizard()]
}

/// The accepted domain that a new value of the connector needs, if it is not known to be there.
pub(crate) fn accept_value(case: &Case<'_>, value: &str) -> Option<Remedy> {
    let accepted = &case.evidence.accepted_domains.as_ref()?.object;
    let is_covered = matches!(accepted.cover_value(value), Coverage::Covered(_));
    let domain = value.strip_prefix("*.").unwrap_or(value);
    (!is_covered).then(|| add_accepted_domain(domain))
}

/// What makes the value of the connector that decides covered.
pub(crate) fn cover_value(case: &Case<'_>) -> Vec<Remedy> {
    let index = case.outcome().and_then(Outcome::connector).unwrap_or_default();
    let assessment = case.attribution.connectors.get(index);
    let needed = assessment.and_then(ConnectorAssessment::needed_domain);
    let mut steps = Vec::new();
    if let Some(domain) = needed {
        steps.push(add_accepted_domain(domain.as_str()));
    }
    if replacement(case).is_some() {
        steps.push(select_certificate(case));
    }
    steps
}

/// What makes the name of the certificate covered, where the connector is not known.
pub(crate) fn accept_name(case: &Case<'_>) -> Vec<Remedy> {
    let names = case.names();
    let mut steps: Vec<Remedy> = Vec::new();
    if case.evidence.accepted_domains.is_none() {
        steps.push(super::export_accepted_domains());
    }
    // host.sub.contoso.com needs sub.contoso.com (KB 4019940); where that is accepted already, the
    // connector names the host itself, which then has to be.
    let accepted = case.evidence.accepted_domains.as_ref().map(|located| &located.object);
    let is_there =
        |domain: &str| accepted.is_some_and(|all| all.cover_value(domain) != Coverage::NotCovered);
    let domain = names.first().and_then(|name| {
        let domain = name.strip_prefix("*.").unwrap_or(name);
        let parent = domain.split_once('.').map(|(_, rest)| rest).filter(|rest| rest.contains('.'));
        let parent = parent.filter(|_| !name.starts_with("*."));
        [parent, Some(domain)].into_iter().flatten().find(|domain| !is_there(domain))
    });
    steps.extend(domain.map(add_accepted_domain));
    steps
}

/// Adds the public address of the session to the connector that goes by address. An address that is
/// not known to be public is never proposed, nor a list that is not known whole.
pub(crate) fn list_address(case: &Case<'_>) -> Vec<Remedy> {
    let Some(index) = case.connector_by_address() else { return Vec::new() };
    let list = case.inbound(index).and_then(|one| one.object.sender_ip_addresses.as_ref());
    let address = case.address().filter(|address| {
        address.parse().ok().and_then(public_address).is_some_and(|a| a.is_ipv4())
    });
    match (list, address) {
        (Some(list), Some(address)) if !list.is_truncated => {
            vec![set_addresses(&case.inbound_name(index), &list.values, &address)]
        }
        _ => Vec::new(),
    }
}

/// Lets a connector that has no name go by certificate, for what an address cannot do.
pub(crate) fn go_by_certificate(case: &Case<'_>) -> Option<Remedy> {
    let names = case.names();
    let name =
        names.iter().copied().find(|name| !name.starts_with("*.")).or(names.first().copied());
    let by_address = case.connector_by_address();
    let index = by_address.or_else(|| case.connector_of_nothing())?;
    let action = if by_address.is_some() {
        "Better: let the connector go by certificate, which also lets null senders and forwarded \
         mail pass. The name must lie in an accepted domain."
    } else {
        "Let the connector go by certificate. The name must lie in an accepted domain."
    };
    Some(set_sender_name(&case.inbound_name(index), name?, None, action.to_owned()))
}
