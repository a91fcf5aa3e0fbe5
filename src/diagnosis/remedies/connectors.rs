//! Steps in the tenant: what its inbound connectors and accepted domains need.

use super::change::Change;
use super::change_step::step_of;
use super::harm::cut_off_by;
use super::keys::{get_certificate, none_will_do};
use super::replacement::sendable_with_name;
use super::sending::{send, send_enabled};
use super::{ELEVATED, MANAGEMENT_SHELL, Remedy, replacement, select_certificate, together};
use crate::connector::{
    AttributionOutcome, ConnectorAssessment, Coverage, DomainName, MailFrom, SenderRange,
    ShownCertificate, TextList, public_address,
};
use crate::diagnosis::case::Case;
use crate::diagnosis::evidence::Evidence;
use crate::diagnosis::literal::{listed, literal};
use crate::finding::{Place, Step};

/// The hybrid wizard, which updates both ends.
pub(crate) fn rerun_wizard() -> Remedy {
    Step::new(
        Place::Wizard,
        "Hybrid organisations, in place of changes by hand, which the wizard undoes: run it again \
         and choose the new certificate on the transport certificate page (Update Secure Mail \
         Certificate for Connectors).",
    )
    .verify("TlsSenderCertificateName of the inbound connector names the certificate of the log")
    .undo("the wizard's log holds the former values of the connectors")
    .into()
}

/// Sets what the inbound connector expects.
pub(crate) fn set_sender_name(
    connector: &str,
    value: &str,
    before: Option<&str>,
    action: impl Into<String>,
) -> Remedy {
    let change = Change::SenderName {
        connector: connector.to_owned(),
        value: value.to_owned(),
        before: before.map(str::to_owned),
    };
    Remedy::of(change, action)
}

/// The domain itself, or what lies below it, is accepted already.
fn is_below_accepted(evidence: &Evidence, domain: &str) -> Option<bool> {
    let accepted = &evidence.accepted_domains.as_ref()?.object;
    let domain = domain.trim_start_matches("*.").to_ascii_lowercase();
    Some(accepted.domains.iter().any(|known| {
        let known = known.domain_name.trim_start_matches("*.").to_ascii_lowercase();
        domain == known || domain.strip_suffix(&known).is_some_and(|rest| rest.ends_with('.'))
    }))
}

/// Sets a connector that is not known to a name of the certificate, where it expects another one.
pub(crate) fn set_if_another(case: &Case<'_>) -> Option<Remedy> {
    let name = proposable_names(case).first().copied()?;
    let value = literal(Some(name), "name");
    Some(
        Remedy::tenant(
            "Only if the export shows that the connector of type OnPremises expects another name, \
             and no other server sends one that it expects: set it to the name of the log.",
        )
        .command(format!(
            "Set-InboundConnector -Identity <inbound connector> -TlsSenderCertificateName {value}"
        ))
        .verify(
            "after up to an hour Test-EopRelayConnection (eop-relay probe), which submits nothing, \
             accepts a recipient outside Microsoft 365",
        )
        .undo("the same command with the value of the export"),
    )
}

/// Whether a name can be the value of a connector: a name of DNS that lies in, or below, an accepted
/// domain. Others would need a domain that is not the tenant's.
fn is_proposable(evidence: &Evidence, name: &str) -> bool {
    let plain = name.trim_start_matches("*.");
    plain.contains('.')
        && DomainName::parse(plain).is_ok()
        && is_below_accepted(evidence, plain).unwrap_or(true)
}

/// The names of the certificate that a connector may be set to, those without asterisk first.
fn proposable_names<'c>(case: &'c Case<'_>) -> Vec<&'c str> {
    if case.is_of_public_authority() == Some(false) {
        return Vec::new();
    }
    let mut names = case.names();
    names.retain(|name| is_proposable(case.evidence, name));
    names.sort_by_key(|name| name.starts_with("*."));
    names
}

/// Makes a domain an accepted one of the tenant.
pub(crate) fn add_accepted_domain(case: &Case<'_>, domain: &str) -> Option<Remedy> {
    let parent = match is_below_accepted(case.evidence, domain) {
        // Neither a domain of others nor one that nothing shows to be the tenant's.
        Some(false) => return None,
        Some(true) => " Its parent is verified already, so that it is valid at once.",
        None => " Only if the domain is yours.",
    };
    let action = format!("Add {domain} to the tenant and verify it (Settings, Domains).{parent}");
    Some(Remedy::of(Change::AcceptedDomain { domain: domain.to_owned() }, action))
}

/// The domain of the sender and the one that the matching connector's value needs, where that lies in
/// it and neither is known to the tenant: as of an organisation whose own domain is missing there.
pub(crate) fn sender_and_value<'c>(case: &'c Case<'_>) -> Option<(&'c DomainName, DomainName)> {
    let MailFrom::Domain(sender) = &case.mail_from else { return None };
    let connector = case.outcome().and_then(AttributionOutcome::connector)?;
    let needed = case.attribution.connectors.get(connector)?.needed_domain()?.clone();
    let is_unknown = is_below_accepted(case.evidence, sender.as_str()) == Some(false);
    (is_unknown && needed.labels_below(sender).is_some()).then_some((sender, needed))
}

/// Makes these accepted. Whether they are the organisation's, nothing shows but the names.
fn add_domains_of_sender(case: &Case<'_>) -> Vec<Remedy> {
    let Some((sender, needed)) = sender_and_value(case) else { return Vec::new() };
    let add = |domain: &DomainName, action: String| {
        Remedy::of(Change::AcceptedDomain { domain: domain.to_string() }, action)
    };
    let mut steps = vec![add(
        sender,
        format!(
            "Only if {sender} is this organisation's: add it to the tenant and verify it (Settings, \
             Domains). Sender, certificate and connector lie in it. Mail of that domain passes then."
        ),
    )];
    if needed != *sender {
        steps.push(add(
            &needed,
            format!(
                "Then add {needed} too, so that NDRs, automatic replies and forwarded mail pass: its \
                 parent is verified then, and it is valid at once."
            ),
        ));
    }
    steps
}

/// A connector of type OnPremises for the certificate of the case, with the accepted domain that its
/// value needs; the certificate comes first where the server shows none.
pub(crate) fn new_connector(case: &Case<'_>) -> Vec<Remedy> {
    let names = proposable_names(case);
    if case.presented == ShownCertificate::None || names.is_empty() {
        return go_by_own_name(case);
    }
    connector_for(case, names.first().copied(), MAKE_CONNECTOR)
}

const MAKE_CONNECTOR: &str = "Make an inbound connector of type OnPremises for the certificate (in \
    hybrid organisations the Hybrid Configuration Wizard makes it). The name must lie in an accepted \
    domain.";

/// A certificate with a name of the tenant's own, in place of none, or of one whose name cannot be
/// verified in the tenant: the connector for it first, then the send connector.
pub(crate) fn go_by_own_name(case: &Case<'_>) -> Vec<Remedy> {
    let is_own = |name: &str| is_proposable(case.evidence, name);
    if let Some((certificate, name)) = sendable_with_name(case, is_own) {
        let action = "Then let the server send that certificate.";
        let select = send_enabled(case, &certificate, action);
        return together(
            connector_for(case, Some(&name), MAKE_CONNECTOR).into_iter().chain(select).collect(),
        );
    }
    let accepted = case.evidence.accepted_domains.iter().flat_map(|one| &one.object.domains);
    let own = accepted
        .map(|one| one.domain_name.trim_start_matches("*."))
        .find(|domain| !domain.to_ascii_lowercase().ends_with(".onmicrosoft.com"));
    let own = own.map_or_else(
        || "below an own accepted domain".to_owned(),
        |domain| format!("below an own accepted domain, such as mail.{domain}"),
    );
    let get = if case.selectable.is_empty() {
        Remedy::new(
            MANAGEMENT_SHELL,
            format!(
                "Choose an installed certificate of a public authority (RootCAType ThirdParty) with a \
                 name {own}; where there is none, get one and import it with its private key."
            ),
        )
        .command_for_each(&super::servers(case), |server| {
            format!(
                "Get-ExchangeCertificate -Server {server} | Format-List Thumbprint,\
                 CertificateDomains,RootCAType,NotAfter,Services"
            )
        })
        .verify("it has a name below an accepted domain, HasPrivateKey True and SMTP in Services")
    } else {
        get_certificate(case, &none_will_do(case), &format!("a name {own}"))
    };
    let make = connector_for(
        case,
        None,
        "Then make a second inbound connector of type OnPremises for that name, and see that the name \
         itself is an accepted domain: below a verified one it is valid at once. What is there \
         already stays as it is.",
    );
    let select = send(case, None, "Then let the server send that certificate.");
    std::iter::once(get).chain(make).chain([select]).collect()
}

/// One of type OnPremises for a name, with the accepted domain that it needs.
fn connector_for(case: &Case<'_>, value: Option<&str>, action: &str) -> Vec<Remedy> {
    let connector = match value {
        Some(name) => format!("Inbound from {}", name.trim_start_matches("*.")),
        None => "Inbound from on-premises".to_owned(),
    };
    let is_taken = |name: &str| {
        let all = case.evidence.connectors.iter().flatten();
        all.clone().any(|one| one.name.eq_ignore_ascii_case(name))
    };
    let connector =
        if is_taken(&connector) { format!("{connector} (certificate)") } else { connector };
    let change = Change::NewConnector { connector, value: value.map(str::to_owned) };
    let domain = value.and_then(|value| accept_value(case, value));
    // Which name is meant is not known, so that there is nothing to try.
    let made = match value {
        Some(_) => Remedy::of(change, action),
        None => step_of(&change, action, &[]).into(),
    };
    // The domain comes first: without it the new value would refuse null senders in between.
    together(domain.into_iter().chain(std::iter::once(made)).collect())
}

/// A connector for the certificate of the case: by command, or by the hybrid wizard.
pub(crate) fn make_connector(case: &Case<'_>) -> Vec<Remedy> {
    let mut steps = new_connector(case);
    steps.push(rerun_wizard());
    steps
}

/// The accepted domain that a new value of the connector needs, if it is not known to be there.
pub(crate) fn accept_value(case: &Case<'_>, value: &str) -> Option<Remedy> {
    let accepted = &case.evidence.accepted_domains.as_ref()?.object;
    let is_covered = matches!(accepted.cover_value(value), Coverage::Covered(_));
    let domain = value.strip_prefix("*.").unwrap_or(value);
    if is_covered { None } else { add_accepted_domain(case, domain) }
}

/// A name that the tenant does not know yet came with a renewal: there the order of the steps decides
/// whether mail is refused.
const NEXT_RENEWAL: &str = " For the next renewal eop-relay renew (Get-EopRelayRenewalPlan) has the \
                            steps beforehand, in an order in which no mail is refused.";

/// Sets a connector to names of the certificate: the exact one first, with the accepted domain that
/// it needs, then the wildcard.
pub(crate) fn match_names(case: &Case<'_>, connector: usize) -> Vec<Remedy> {
    let names = proposable_names(case);
    let accepted = case.evidence.accepted_domains.as_ref().map(|located| &located.object);
    let is_covered = |name: &&str| {
        accepted.is_some_and(|all| matches!(all.cover_value(name), Coverage::Covered(_)))
    };
    let plain = || names.iter().copied().filter(|name| !name.starts_with("*."));
    let exact = plain().find(is_covered).or_else(|| names.first().copied());
    let Some(exact) = exact else { return Vec::new() };
    let name = case.inbound_name(connector);
    let before = case.attribution.connectors[connector].value.as_deref();
    let domain = accept_value(case, exact);
    let when = if is_planned(case) {
        " Only when the server begins to send it: what it sends until then would be refused."
    } else {
        ""
    };
    let is_wildcard = exact.starts_with("*.");
    let action = match (is_wildcard, &domain) {
        (true, _) => {
            "Set the connector to the name of the certificate: every certificate below the domain \
             then matches."
        }
        (false, None) => "Set the connector to the exact name of the certificate.",
        (false, Some(_)) => {
            "Then set the connector to the exact name of the certificate: without the accepted \
             domain null senders and forwarded mail would be refused (ATTR36)."
        }
    };
    let is_renamed = !is_planned(case) && !is_wildcard && domain.is_some();
    let next_time = if is_renamed { NEXT_RENEWAL } else { "" };
    let action = format!("{action}{when}{next_time}");
    let set = set_sender_name(&name, exact, before, action);
    let set = together(domain.into_iter().chain(std::iter::once(set)).collect());
    let changes = set.first().map(|one| one.changes.as_slice()).unwrap_or_default();
    let mut steps = Vec::new();
    // The present value may serve others, or this very server until it sends the new certificate.
    if is_planned(case) || !cut_off_by(case.evidence, changes).is_empty() {
        steps.extend(connector_for(
            case,
            Some(exact),
            "Make a second inbound connector for the name of this certificate: the present one \
             stays as it is for those who use it.",
        ));
    }
    steps.extend(set);
    steps.extend(wildcard(case, connector, exact));
    steps
}

/// Whether the certificate is given, and no session of the logs shows it: it may be one of next week.
fn is_planned(case: &Case<'_>) -> bool {
    case.incident.is_none() && case.given.is_some()
}

/// The wildcard above a name, with its warning.
fn wildcard(case: &Case<'_>, connector: usize, name: &str) -> Option<Remedy> {
    let (_, domain) = name.split_once('.').filter(|_| !name.starts_with("*."))?;
    let value = format!("*.{domain}");
    if !is_proposable(case.evidence, &value) {
        return None;
    }
    let before = case.attribution.connectors[connector].value.as_deref();
    if before.is_some_and(|before| before.eq_ignore_ascii_case(&value)) {
        return None;
    }
    let action = format!(
        "Only if several names below {domain} are needed: with the wildcard every certificate \
         below the domain matches."
    );
    Some(set_sender_name(&case.inbound_name(connector), &value, before, action))
}

/// What makes the value of the connector that decides covered: its domain, or the wildcard of an
/// accepted one.
pub(crate) fn cover_value(case: &Case<'_>) -> Vec<Remedy> {
    let index = case.outcome().and_then(AttributionOutcome::connector).unwrap_or_default();
    let assessment = case.attribution.connectors.get(index);
    let needed = assessment.and_then(ConnectorAssessment::needed_domain);
    let mut steps = Vec::new();
    if let Some(domain) = needed {
        steps.extend(add_accepted_domain(case, domain.as_str()));
    }
    let is_domain_own = !steps.is_empty();
    steps.extend(add_domains_of_sender(case));
    let value = assessment.and_then(|one| one.value.as_deref());
    steps.extend(value.and_then(|value| wildcard(case, index, value)));
    if replacement(case).is_some() {
        steps.extend(select_certificate(case));
    } else if !is_domain_own {
        steps.extend(go_by_own_name(case));
    }
    steps
}

/// What makes the name of the certificate covered, where the connector is not known.
pub(crate) fn accept_name(case: &Case<'_>) -> Vec<Remedy> {
    let names = proposable_names(case);
    let mut steps: Vec<Remedy> = Vec::new();
    if case.evidence.inbound_connectors.is_none() {
        steps.push(super::export_inbound_connectors(case));
    }
    if case.evidence.accepted_domains.is_none() {
        steps.push(super::export_accepted_domains(case));
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
    steps.extend(domain.and_then(|domain| add_accepted_domain(case, domain)));
    steps
}

/// Adds the public address of the session to the connector that goes by address. An address that is
/// not known to be public is never proposed, nor a list that is not known whole.
pub(crate) fn list_address(case: &Case<'_>) -> Vec<Remedy> {
    let Some(index) = case.connector_by_address() else { return Vec::new() };
    let list = case.inbound(index).and_then(|one| one.object.sender_ip_addresses.as_ref());
    let public = case.address().and_then(|address| address.parse().ok()).and_then(public_address);
    if public.is_some_and(|address| !address.is_ipv4()) {
        return vec![go_by_ipv4(list)];
    }
    let address = public.map(|address| address.to_string());
    let (Some(list), Some(address)) = (list.filter(|list| !list.is_truncated), address) else {
        return Vec::new();
    };
    // What takes no part is refused by the command too.
    let kept = list.values.iter().filter(|entry| SenderRange::parse(entry).is_ok()).cloned();
    let change = Change::Addresses {
        connector: case.inbound_name(index),
        addresses: kept.chain(std::iter::once(address)).collect(),
        before: list.values.clone(),
    };
    vec![Remedy::of(
        change,
        "Add the public address to the connector. The command replaces the list, so it holds all \
         of it. Every host behind these addresses may then relay; null senders (NDRs, automatic \
         replies) and forwarded mail stay refused.",
    )]
}

/// Lets mail leave over IPv4, by one of the addresses that are listed.
fn go_by_ipv4(list: Option<&TextList>) -> Remedy {
    let listed = listed(list.iter().flat_map(|list| &list.values).map(String::as_str), 4);
    Remedy::new(
        ELEVATED,
        format!(
            "Let the server reach Exchange Online over IPv4, from {listed}: prefer IPv4 on it \
             (KB 929852: DisabledComponents 0x20, then restart the server), or take its way out over \
             IPv6 away. No connector can list an IPv6 address."
        ),
    )
    .command(
        "Get-ItemProperty -Name DisabledComponents -ErrorAction SilentlyContinue -LiteralPath \
         'HKLM:\\SYSTEM\\CurrentControlSet\\Services\\Tcpip6\\Parameters'",
    )
    .verify("PublicIPAddress of the next session in the send log is a listed address")
}

/// Lets a connector that has no name go by certificate, for what an address cannot do.
pub(crate) fn go_by_certificate(case: &Case<'_>) -> Vec<Remedy> {
    let by_address = case.connector_by_address();
    let index = by_address.or_else(|| case.connector_of_nothing());
    let (Some(index), Some(value)) = (index, proposable_names(case).first().copied()) else {
        return Vec::new();
    };
    let action = if by_address.is_some() {
        "Better: let the connector go by certificate, which also lets null senders and forwarded \
         mail pass. The name must lie in an accepted domain."
    } else {
        "Let the connector go by certificate. The name must lie in an accepted domain."
    };
    let set = set_sender_name(&case.inbound_name(index), value, None, action);
    together(accept_value(case, value).into_iter().chain(std::iter::once(set)).collect())
}

/// Lets a confined connector take mail of the sender's domain.
pub(crate) fn associate_sender(case: &Case<'_>, connector: usize) -> Option<Remedy> {
    let MailFrom::Domain(sender) = &case.mail_from else { return None };
    let list = case.inbound(connector);
    let list = list.and_then(|one| one.object.associated_accepted_domains.as_ref());
    let before = list.map(|list| list.values.clone()).unwrap_or_default();
    let sender = sender.as_str().to_owned();
    let change = Change::AssociatedDomains {
        connector: case.inbound_name(connector),
        domains: before.iter().cloned().chain(std::iter::once(sender)).collect(),
        before,
    };
    let action = "Add the sender's domain; the command replaces the list, so it holds all of it.";
    Some(Remedy::of(change, action))
}
