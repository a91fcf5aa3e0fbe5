//! Rows 3 and 7 to 15: what attribution comes to.

use super::Proof;
use super::tls::capital;
use crate::connector::{
    AddressMatch, Coverage, DomainOrigin, Eligibility, MissKind, NameRelation, OpenMatch,
    OpenQuestion, Outcome, ShownCertificate, UnacceptedSender,
};
use crate::diagnosis::case::Case;
use crate::diagnosis::literal::{listed, literal};
use crate::diagnosis::remedies;
use crate::diagnosis::report::{Confidence, EvidenceLine, Remedy, Verdict};
use crate::reply::RejectionClass;
use crate::session::SessionNote;

/// Attribution is judged where the log does not show that something else came first.
fn outcome<'c>(case: &'c Case<'_>) -> Option<&'c Outcome> {
    case.outcome().filter(|_| case.rests_on_attribution() && case.is_known())
}

/// What is foretold and contradicted by a delivery is uncertain: mail to other tenants arrives
/// without attribution.
fn foretold(case: &Case<'_>) -> Option<Verdict> {
    case.is_delivered().then_some(Verdict::Uncertain)
}

fn proof(case: &Case<'_>, connector: Option<usize>) -> Proof {
    let mut evidence = case.log_proof();
    evidence.extend(connector.map(|index| case.inbound_proof(index)).unwrap_or_default());
    Proof { verdict: foretold(case), ..Proof::of(evidence) }
}

/// Whether the log says ATTR36, which proves that a connector matched by certificate.
fn is_attr36(case: &Case<'_>) -> bool {
    case.class() == Some(RejectionClass::RelayDeniedAttr36)
}

fn connectors_with(case: &Case<'_>, eligibility: &Eligibility) -> Vec<usize> {
    let all = case.attribution.connectors.iter().enumerate();
    all.filter(|(_, one)| one.eligibility == *eligibility).map(|(index, _)| index).collect()
}

fn is_without_connector(case: &Case<'_>) -> bool {
    let may_grant = case.attribution.connectors.iter().any(|one| one.may_be_eligible());
    case.evidence.inbound_connectors.is_some()
        && !may_grant
        && case.rests_on_attribution()
        && case.is_known()
        && !is_attr36(case)
}

pub(super) fn connector_disabled(case: &Case<'_>) -> Option<Proof> {
    let disabled = matching_disabled(case)?;
    let is_nothing_else = is_without_connector(case)
        || (matches!(outcome(case), Some(Outcome::NoMatch)) && disabled.1);
    is_nothing_else.then(|| proof(case, Some(disabled.0)))
}

/// The disabled connector that matches, else the first one; and whether it matches.
fn matching_disabled(case: &Case<'_>) -> Option<(usize, bool)> {
    let disabled = connectors_with(case, &Eligibility::Disabled);
    let matches = |index: &usize| {
        let one = &case.attribution.connectors[*index];
        matches!(one.name_match.relation, NameRelation::Match(_))
            || matches!(one.address, AddressMatch::Listed(_))
    };
    let matching = disabled.iter().copied().find(matches);
    matching.map(|index| (index, true)).or(disabled.first().map(|index| (*index, false)))
}

pub(super) fn connector_disabled_message(case: &Case<'_>) -> String {
    let name = matching_disabled(case).map(|(index, _)| name_of(case, index)).unwrap_or_default();
    format!(
        "The inbound connector {name} is disabled, and no other one of type OnPremises matches {}: \
         Exchange Online cannot tell whose mail it is.",
        case.certificate_text()
    )
}

pub(super) fn connector_disabled_remedy(case: &Case<'_>) -> Vec<Remedy> {
    let name = matching_disabled(case).map(|(index, _)| name_of(case, index));
    let identity = literal(name.as_deref(), "inbound connector");
    vec![
        Remedy::tenant("Enable the connector, if nobody disabled it for a reason.")
            .command(format!("Set-InboundConnector -Identity {identity} -Enabled $true"))
            .verify(
                "after up to an hour a message to a recipient outside Microsoft 365 is accepted",
            )
            .undo(format!("Set-InboundConnector -Identity {identity} -Enabled $false")),
    ]
}

pub(super) fn connector_wrong_type(case: &Case<'_>) -> Option<Proof> {
    let partners = connectors_with(case, &Eligibility::Partner);
    let first = partners.first().copied()?;
    let has_disabled = matching_disabled(case).is_some();
    (is_without_connector(case) && !has_disabled).then(|| proof(case, Some(first)))
}

pub(super) fn connector_wrong_type_message(case: &Case<'_>) -> String {
    let names: Vec<String> = connectors_with(case, &Eligibility::Partner)
        .into_iter()
        .map(|index| name_of(case, index))
        .collect();
    format!(
        "The tenant has inbound connectors of type Partner only ({}): a Partner connector never \
         grants relay, whatever it matches.",
        listed(names.iter().map(String::as_str), 4)
    )
}

pub(super) fn connector_missing(case: &Case<'_>) -> Option<Proof> {
    let is_empty = case.attribution.connectors.is_empty();
    (is_without_connector(case) && is_empty).then(|| proof(case, None))
}

pub(super) fn connector_missing_message(_: &Case<'_>) -> String {
    "The tenant has no inbound connector: Exchange Online cannot tell whose mail it is, and relays \
     none."
        .to_owned()
}

pub(super) fn new_connector_remedy(case: &Case<'_>) -> Vec<Remedy> {
    vec![remedies::new_connector(case), remedies::rerun_wizard()]
}

fn name_of(case: &Case<'_>, index: usize) -> String {
    case.attribution.connectors.get(index).map(|one| one.name.clone()).unwrap_or_default()
}

/// The connectors that may grant relay and expect a name.
fn expecting(case: &Case<'_>) -> Vec<usize> {
    let all = case.attribution.connectors.iter().enumerate();
    all.filter(|(_, one)| one.may_be_eligible() && one.value.is_some())
        .map(|(index, _)| index)
        .collect()
}

pub(super) fn name_mismatch(case: &Case<'_>) -> Option<Proof> {
    let is_outcome = matches!(outcome(case), Some(Outcome::NoMatch));
    let connectors = expecting(case);
    let is_other = connector_disabled(case).is_some() || is_attr36(case);
    (is_outcome && !connectors.is_empty() && !is_other).then(|| {
        let nearest = case.attribution.nearest_miss.as_ref().map(|miss| miss.connector);
        proof(case, nearest.or(connectors.first().copied()))
    })
}

pub(super) fn name_mismatch_message(case: &Case<'_>) -> String {
    let sent = listed(case.names(), 6);
    let address = match case.address() {
        Some(address) => format!(", and no connector lists the address {address}"),
        None => String::new(),
    };
    let (expected, hint) = match &case.attribution.nearest_miss {
        Some(miss) => {
            let hint = match miss.kind {
                MissKind::Misspelt => " (a letter apart: a slip of the pen?)",
                MissKind::BelowValue => " (a name below the value matches only *. and the domain)",
                _ => "",
            };
            let text = format!(
                "{} expects {}, nearest is {} ({}){hint}",
                name_of(case, miss.connector),
                miss.expected,
                miss.found.text,
                miss.found.place,
            );
            (text, "")
        }
        None => {
            let values = expecting(case)
                .into_iter()
                .filter_map(|index| case.attribution.connectors[index].value.as_deref());
            (format!("the connectors expect {}", listed(values, 4)), "")
        }
    };
    format!(
        "No inbound connector matches {}: {expected}{hint}; the certificate that {} sent over {} \
         has {sent}{address}.",
        case.certificate_text(),
        case.server_text(),
        case.send_connector_name().unwrap_or("the send connector"),
    )
}

pub(super) fn name_mismatch_remedy(case: &Case<'_>) -> Vec<Remedy> {
    let mut steps = Vec::new();
    if remedies::candidate(case).is_some() && case.evidence.inbound_connectors.is_some() {
        steps.push(remedies::select_certificate(case));
    }
    let miss = case.attribution.nearest_miss.as_ref();
    let index = miss.map(|miss| miss.connector).or_else(|| expecting(case).first().copied());
    let names = case.names();
    let exact = miss
        .map(|miss| miss.found.text.as_str())
        .or_else(|| names.iter().copied().find(|name| !name.starts_with("*.")))
        .or_else(|| names.first().copied());
    if let (Some(index), Some(exact)) = (index, exact) {
        let connector = name_of(case, index);
        let present = case.attribution.connectors[index].value.as_deref();
        let is_wildcard = exact.starts_with("*.");
        let action = if is_wildcard {
            "Set the connector to the name of the certificate: every certificate below the domain \
             then matches."
                .to_owned()
        } else {
            "Set the connector to the exact name of the certificate.".to_owned()
        };
        steps.push(remedies::set_sender_name(&connector, exact, present, action));
        steps.extend(domain_step(case, exact));
        if let (false, Some((_, domain))) = (is_wildcard, exact.split_once('.'))
            && domain.contains('.')
        {
            steps.push(remedies::set_sender_name(
                &connector,
                &format!("*.{domain}"),
                present,
                format!(
                    "Only if several names below {domain} are needed: with the wildcard every \
                     certificate below the domain matches."
                ),
            ));
        }
    }
    steps.push(remedies::rerun_wizard());
    steps
}

/// The accepted domain that a new value of the connector needs, if it is not known to be there.
fn domain_step(case: &Case<'_>, value: &str) -> Option<Remedy> {
    let accepted = &case.evidence.accepted_domains.as_ref()?.object;
    let is_covered = matches!(accepted.cover_value(value), Coverage::Covered(_));
    let domain = value.strip_prefix("*.").unwrap_or(value);
    (!is_covered).then(|| remedies::add_accepted_domain(domain))
}

fn lists_addresses(case: &Case<'_>) -> Option<usize> {
    let all = case.attribution.connectors.iter().enumerate();
    let mut listing = all.filter(|(_, one)| one.may_be_eligible()).filter(|(index, _)| {
        let list = case.inbound(*index).and_then(|one| one.object.sender_ip_addresses.as_ref());
        list.is_some_and(|list| !list.is_empty())
    });
    listing.next().map(|(index, _)| index)
}

/// Row 7 where the connectors go by address alone; also for connectors that name nothing at all.
pub(super) fn address_not_listed(case: &Case<'_>) -> Option<Proof> {
    let is_outcome = matches!(outcome(case), Some(Outcome::NoMatch | Outcome::NoIdentity));
    let is_given = case.evidence.inbound_connectors.is_some();
    let without_name = expecting(case).is_empty() && !is_without_connector(case);
    let is_other = connector_disabled(case).is_some() || is_attr36(case);
    (is_outcome && is_given && without_name && !is_other)
        .then(|| proof(case, lists_addresses(case)))
}

pub(super) fn address_not_listed_message(case: &Case<'_>) -> String {
    let address = case.address().map_or_else(
        || "the address from which the server connects".to_owned(),
        |address| format!("the address {address}"),
    );
    let listing = lists_addresses(case).and_then(|index| {
        let list = case.inbound(index)?.object.sender_ip_addresses.as_ref()?;
        Some(format!(
            " ({} lists {})",
            name_of(case, index),
            listed(list.values.iter().map(String::as_str), 6)
        ))
    });
    format!(
        "The inbound connectors go by address, and none lists {address}{}: the public address of \
         the server has changed, or the mail took another way out.",
        listing.unwrap_or_default(),
    )
}

pub(super) fn address_remedy(case: &Case<'_>) -> Vec<Remedy> {
    let mut steps = address_steps(case);
    steps.extend(certificate_connector(case));
    steps
}

/// Adds the public address of the session to the connector that goes by address. An address that is
/// not known to be public is never proposed, nor a list that is not known whole.
pub(super) fn address_steps(case: &Case<'_>) -> Vec<Remedy> {
    let Some(index) = lists_addresses(case) else { return Vec::new() };
    let list = case.inbound(index).and_then(|one| one.object.sender_ip_addresses.as_ref());
    let address = case.address().filter(|address| {
        address.parse().ok().and_then(crate::connector::public_address).is_some_and(|a| a.is_ipv4())
    });
    match (list, address) {
        (Some(list), Some(address)) if !list.is_truncated => {
            vec![remedies::set_addresses(&name_of(case, index), &list.values, &address)]
        }
        _ => Vec::new(),
    }
}

/// A connector by certificate, for what an address connector cannot do.
fn certificate_connector(case: &Case<'_>) -> Option<Remedy> {
    let names = case.names();
    let name =
        names.iter().copied().find(|name| !name.starts_with("*.")).or(names.first().copied());
    let index = lists_addresses(case)?;
    let value = name?;
    Some(remedies::set_sender_name(
        &name_of(case, index),
        value,
        None,
        "Better: let the connector go by certificate, which also lets null senders and forwarded \
         mail pass. The name must lie in an accepted domain."
            .to_owned(),
    ))
}

fn is_attributed(case: &Case<'_>) -> bool {
    outcome(case).is_some_and(Outcome::is_attributed)
}

pub(super) fn attributed_but_refused(case: &Case<'_>) -> Option<Proof> {
    let is_contradicted = case.is_relay_denied() && is_attributed(case);
    // ATTR36 says that a connector matched: if none of the given ones does, they are not those.
    let is_of_another_tenant = is_attr36(case)
        && matches!(
            case.outcome(),
            Some(
                Outcome::NoMatch
                    | Outcome::NoEligibleConnector
                    | Outcome::NoIdentity
                    | Outcome::AddressOnly { .. }
            )
        )
        && case.evidence.inbound_connectors.is_some();
    (is_contradicted || is_of_another_tenant).then(|| Proof {
        confidence: Some(Confidence::Uncertain),
        ..proof(case, case.outcome().and_then(Outcome::connector))
    })
}

pub(super) fn attributed_but_refused_message(case: &Case<'_>) -> String {
    let what = match case.outcome() {
        Some(Outcome::ByAddressAndMailFrom { connector }) => format!(
            "the address {} is listed by {}",
            case.address().unwrap_or_default(),
            name_of(case, *connector)
        ),
        Some(outcome) if outcome.is_attributed() => {
            let name = outcome.connector().map(|index| name_of(case, index)).unwrap_or_default();
            format!("the connector {name} matches {}", case.certificate_text())
        }
        _ => "the reply says that a connector matched, and none of the given ones does".to_owned(),
    };
    format!(
        "By the given evidence the mail should pass ({what}), and yet the log shows a refusal. \
         Possible, and not decided here: the connector was changed and the change has not arrived \
         yet (up to an hour), another tenant has a closer match, the chain did not reach Exchange \
         Online whole, the address is shared or not the one that Exchange Online sees, or the \
         exports are of another time or tenant."
    )
}

pub(super) fn attributed_but_refused_remedy(case: &Case<'_>) -> Vec<Remedy> {
    let mut steps = vec![
        Remedy::tenant(
            "See when the connector was changed last; if within the hour: wait, and send again.",
        )
        .command(
            "Get-InboundConnector | Format-List Name,Enabled,ConnectorType,\
                 TlsSenderCertificateName,SenderIPAddresses,WhenChangedUTC",
        )
        .verify("the values are those of the export, and the change is older than an hour"),
    ];
    if case
        .chain
        .as_ref()
        .is_none_or(|chain| chain.completeness == crate::chain::Completeness::Unknown)
    {
        steps.push(super::certificate::give_chain(case));
    }
    steps
}

pub(super) fn attributed(case: &Case<'_>) -> Option<Proof> {
    let connector = match outcome(case)? {
        Outcome::ByCertificate { connector } if !case.is_relay_denied() => *connector,
        _ => return None,
    };
    Some(Proof { verdict: None, ..proof(case, Some(connector)) })
}

pub(super) fn attributed_message(case: &Case<'_>) -> String {
    let (connector, name) = winner(case);
    format!(
        "{} matches the inbound connector {connector}{name}.",
        capital(&case.certificate_text())
    )
}

/// The connector that decides, and by which name of the certificate.
fn winner(case: &Case<'_>) -> (String, String) {
    let index = case.outcome().and_then(Outcome::connector).unwrap_or_default();
    let Some(one) = case.attribution.connectors.get(index) else { return Default::default() };
    let name = match (&one.name_match.name, &one.value) {
        (Some(name), Some(value)) => format!(" by {} {} ({value})", name.place, name.text),
        _ => String::new(),
    };
    (one.name.clone(), name)
}

pub(super) fn fragile(case: &Case<'_>) -> Option<Proof> {
    let connector = match outcome(case)? {
        Outcome::ByCertificateAndMailFrom { connector } if !case.is_relay_denied() => *connector,
        _ => return None,
    };
    Some(Proof { verdict: None, ..proof(case, Some(connector)) })
}

pub(super) fn fragile_message(case: &Case<'_>) -> String {
    let (connector, name) = winner(case);
    format!(
        "The inbound connector {connector} matches{name}, but no accepted domain covers its value: \
         the mail passes only because the sender's domain is accepted. NDRs, automatic replies and \
         forwarded mail will be refused (ATTR36).",
    )
}

/// What makes the connector's value covered.
pub(super) fn cover_value_remedy(case: &Case<'_>) -> Vec<Remedy> {
    let index = case.outcome().and_then(Outcome::connector).unwrap_or_default();
    let assessment = case.attribution.connectors.get(index);
    let needed = assessment.and_then(|one| one.needed_domain());
    let mut steps = Vec::new();
    if let Some(domain) = needed {
        steps.push(remedies::add_accepted_domain(domain.as_str()));
    }
    if remedies::candidate(case).is_some() {
        steps.push(remedies::select_certificate(case));
    }
    steps
}

fn unaccepted(case: &Case<'_>, wanted: UnacceptedSender) -> Option<Proof> {
    match outcome(case)? {
        Outcome::ValueNotAccepted { connector, sender } if *sender == wanted => {
            Some(proof(case, Some(*connector)))
        }
        _ => None,
    }
}

pub(super) fn attr36_null(case: &Case<'_>) -> Option<Proof> {
    unaccepted(case, UnacceptedSender::Null)
}

pub(super) fn attr36_null_message(case: &Case<'_>) -> String {
    let (connector, name) = winner(case);
    format!(
        "The inbound connector {connector} matches{name}, but no accepted domain covers its value, \
         and the null sender (NDRs, automatic replies) has no domain that could stand in: ATTR36. \
         Other mail of this server passes where its sender's domain is accepted.",
    )
}

pub(super) fn attr36_foreign(case: &Case<'_>) -> Option<Proof> {
    unaccepted(case, UnacceptedSender::Foreign)
}

pub(super) fn attr36_foreign_message(case: &Case<'_>) -> String {
    let (connector, name) = winner(case);
    format!(
        "The inbound connector {connector} matches{name}, but neither its value nor the sender's \
         domain{} is an accepted domain of the tenant: ATTR36. Forwarded mail keeps its foreign \
         sender and passes by the certificate alone.",
        sender_text(case),
    )
}

fn sender_text(case: &Case<'_>) -> String {
    match &case.mail_from {
        crate::connector::MailFrom::Domain(domain) => format!(" ({domain})"),
        _ => String::new(),
    }
}

pub(super) fn attr36(case: &Case<'_>) -> Option<Proof> {
    let is_explained = attributed_but_refused(case).is_some()
        || attr36_null(case).is_some()
        || attr36_foreign(case).is_some();
    (is_attr36(case) && !is_explained).then(|| Proof::of(case.log_proof()))
}

pub(super) fn attr36_message(case: &Case<'_>) -> String {
    let sender = match &case.mail_from {
        crate::connector::MailFrom::Null => "the null sender has no domain".to_owned(),
        _ => format!("the sender's domain{} is not accepted", sender_text(case)),
    };
    format!(
        "Exchange Online says ATTR36: a connector matches, but {sender}, and no accepted domain of \
         the tenant covers the name of the certificate ({}).",
        listed(case.names(), 6)
    )
}

pub(super) fn attr36_remedy(case: &Case<'_>) -> Vec<Remedy> {
    let names = case.names();
    let mut steps: Vec<Remedy> = Vec::new();
    if case.evidence.accepted_domains.is_none() {
        steps.push(remedies::export_accepted_domains());
    }
    let domain = names.first().map(|name| {
        let name = name.strip_prefix("*.").unwrap_or(name);
        // host.sub.contoso.com needs sub.contoso.com (KB 4019940).
        let parent = name.split_once('.').map(|(_, rest)| rest).filter(|rest| rest.contains('.'));
        if names[0].starts_with("*.") { name } else { parent.unwrap_or(name) }
    });
    steps.extend(domain.map(remedies::add_accepted_domain));
    steps
}

pub(super) fn by_address(case: &Case<'_>) -> Option<Proof> {
    let connector = match outcome(case)? {
        Outcome::ByAddressAndMailFrom { connector } if !case.is_relay_denied() => *connector,
        _ => return None,
    };
    Some(Proof { verdict: None, ..proof(case, Some(connector)) })
}

pub(super) fn by_address_message(case: &Case<'_>) -> String {
    let (connector, _) = winner(case);
    format!(
        "The inbound connector {connector} lists the address {}, and the sender's domain is \
         accepted. No certificate is needed for that; null senders (NDRs, automatic replies) and \
         forwarded mail will be refused by design.",
        case.address().unwrap_or_default(),
    )
}

pub(super) fn address_only(case: &Case<'_>) -> Option<Proof> {
    match outcome(case)? {
        Outcome::AddressOnly { connector, .. } if !is_attr36(case) => {
            Some(proof(case, Some(*connector)))
        }
        _ => None,
    }
}

pub(super) fn address_only_message(case: &Case<'_>) -> String {
    let (connector, _) = winner(case);
    let sender = match case.outcome() {
        Some(Outcome::AddressOnly { sender: UnacceptedSender::Null, .. }) => {
            "null senders (NDRs, automatic replies)".to_owned()
        }
        _ => format!("senders of foreign domains{}", sender_text(case)),
    };
    format!(
        "Only the address {} matches (inbound connector {connector}), and by address Exchange \
         Online never relays {sender}: refused by design. A connector by certificate lets them pass.",
        case.address().unwrap_or_default(),
    )
}

pub(super) fn address_only_remedy(case: &Case<'_>) -> Vec<Remedy> {
    certificate_connector(case)
        .map_or_else(|| vec![remedies::new_connector(case)], |step| vec![step])
}

pub(super) fn outside_associated(case: &Case<'_>) -> Option<Proof> {
    match outcome(case)? {
        Outcome::OutsideAssociatedDomains { connector } => Some(Proof {
            verdict: (!case.is_relay_denied()).then_some(Verdict::Uncertain),
            ..proof(case, Some(*connector))
        }),
        _ => None,
    }
}

pub(super) fn outside_associated_message(case: &Case<'_>) -> String {
    let (connector, _) = winner(case);
    format!(
        "The inbound connector {connector} matches, but is confined by AssociatedAcceptedDomains \
         to other domains than the sender's{}; that it then grants no relay is concluded, not \
         documented.",
        sender_text(case),
    )
}

pub(super) fn outside_associated_remedy(case: &Case<'_>) -> Vec<Remedy> {
    let index = case.outcome().and_then(Outcome::connector).unwrap_or_default();
    let name = name_of(case, index);
    let identity = literal(Some(&name), "inbound connector");
    let list = case.inbound(index).and_then(|one| one.object.associated_accepted_domains.as_ref());
    let present: Vec<&str> =
        list.map(|list| list.values.iter().map(String::as_str).collect()).unwrap_or_default();
    let before = crate::diagnosis::literal::literals(present.iter().copied());
    let sender = match &case.mail_from {
        crate::connector::MailFrom::Domain(domain) => Some(domain.as_str().to_owned()),
        _ => None,
    };
    let Some(sender) = sender else { return Vec::new() };
    let after = crate::diagnosis::literal::literals(
        present.iter().copied().chain(std::iter::once(sender.as_str())),
    );
    vec![
        Remedy::tenant(
            "Add the sender's domain; the command replaces the list, so it holds all of it.",
        )
        .command(format!(
            "Set-InboundConnector -Identity {identity} -AssociatedAcceptedDomains {after}"
        ))
        .verify("after up to an hour the same mail is accepted")
        .undo(format!(
            "Set-InboundConnector -Identity {identity} -AssociatedAcceptedDomains {before}"
        )),
    ]
}

pub(super) fn front_end_half(case: &Case<'_>) -> Option<Proof> {
    let story =
        case.story.filter(|_| case.rests_on_attribution() && !is_without_connector(case))?;
    let is_missing = story.notes.contains(&SessionNote::ProxyHalfMissing);
    (is_missing && case.shown == ShownCertificate::Unknown).then(|| Proof::of(case.log_proof()))
}

pub(super) fn front_end_half_message(case: &Case<'_>) -> String {
    format!(
        "The mail of {} went through the front-end proxy, and the FrontEnd half of the session is \
         not in the given logs: which certificate was sent is not known.",
        case.server_text()
    )
}

pub(super) fn front_end_half_remedy(case: &Case<'_>) -> Vec<Remedy> {
    vec![
        Remedy::server(
            remedies::MANAGEMENT_SHELL,
            "Give the FrontEnd folder together with the Hub folder.",
        )
        .command(format!(
            "Get-FrontendTransportService -Identity {} | Format-List SendProtocolLogPath",
            remedies::server(case)
        ))
        .verify("the report names the certificate that was sent"),
    ]
}

fn deciding_questions<'c>(case: &'c Case<'_>) -> &'c [OpenQuestion] {
    if case.rests_on_attribution() && case.is_known() && case.outcome().is_none() {
        &case.attribution.open_questions
    } else {
        &[]
    }
}

fn is_about_missing(question: &OpenQuestion) -> bool {
    matches!(question, OpenQuestion::ConnectorsNotGiven | OpenQuestion::AcceptedDomainsNotGiven)
}

/// Whether ATTR36 already tells what the open facts could.
fn is_told_by_reply(case: &Case<'_>) -> bool {
    attr36(case).is_some() && case.evidence.accepted_domains.is_none()
}

pub(super) fn open_question(case: &Case<'_>) -> Option<Proof> {
    // One end for all possible outcomes that refuse, or all that accept, is no open question where
    // the log agrees.
    let questions = deciding_questions(case);
    let is_open = questions.iter().any(|question| !is_about_missing(question));
    let is_missing = questions.iter().any(is_about_missing);
    (is_open && !is_missing && !is_told_by_reply(case) && front_end_half(case).is_none()).then(
        || {
            let connector = case.attribution.possible.iter().find_map(Outcome::connector);
            Proof { verdict: None, ..proof(case, connector) }
        },
    )
}

pub(super) fn open_question_message(case: &Case<'_>) -> String {
    let questions: Vec<String> = deciding_questions(case)
        .iter()
        .filter(|question| !is_about_missing(question))
        .map(ToString::to_string)
        .collect();
    format!("Whether Exchange Online attributes the mail hangs on this: {}.", questions.join("; "))
}

pub(super) fn open_question_remedy(case: &Case<'_>) -> Vec<Remedy> {
    let mut steps = Vec::new();
    for question in deciding_questions(case) {
        match question {
            OpenQuestion::NameMatch {
                connector,
                expected,
                found: Some(found),
                open,
                needed_domain,
            } => {
                let action = match open {
                    OpenMatch::OnlyWildcardInCertificate => {
                        "Set the connector to the wildcard that the certificate has: then the match \
                         is documented. Every certificate below the domain matches."
                    }
                    _ => {
                        "Set the connector to the very name of the certificate: then the match is \
                          documented."
                    }
                };
                let present = expected.as_deref();
                steps.push(remedies::set_sender_name(connector, found, present, action.to_owned()));
                if let Some(domain) = needed_domain {
                    steps.push(remedies::add_accepted_domain(domain.as_str()));
                } else {
                    steps.extend(domain_step(case, found));
                }
            }
            OpenQuestion::MatchSubDomains { wanted, .. } => {
                steps.push(remedies::add_accepted_domain(wanted));
            }
            OpenQuestion::AcceptedDomainsIncomplete => {
                steps.push(remedies::export_accepted_domains())
            }
            OpenQuestion::CertificateNotKnown
            | OpenQuestion::MailFromNotKnown
            | OpenQuestion::AddressNotKnown { .. } => {
                let step = remedies::turn_on_logging(case);
                if !steps.contains(&step) {
                    steps.push(step);
                }
            }
            OpenQuestion::AcceptedDomainsNotGiven
            | OpenQuestion::ConnectorsNotGiven
            | OpenQuestion::EquallyExact { .. } => {}
            OpenQuestion::AssociatedDomains { .. }
            | OpenQuestion::NameMatch { .. }
            | OpenQuestion::AddressListIncomplete { .. }
            | OpenQuestion::EligibilityNotKnown { .. } => {
                steps.push(remedies::export_inbound_connectors());
            }
        }
    }
    steps
}

pub(super) fn connectors_not_given(case: &Case<'_>) -> Option<Proof> {
    let is_missing = case.evidence.inbound_connectors.is_none() && !is_attr36(case);
    (is_missing && case.is_known() && case.rests_on_attribution())
        .then(|| Proof::of(case.log_proof()))
}

pub(super) fn connectors_not_given_message(case: &Case<'_>) -> String {
    let judged = match case.names().as_slice() {
        [] => String::new(),
        names => format!(
            " They must expect one of the names of {}: {}.",
            case.certificate_text(),
            listed(names.iter().copied(), 6)
        ),
    };
    let told = if case.is_relay_denied() {
        "Exchange Online could not tell whose mail it is (550 5.7.64). Why, only the inbound \
         connectors of the tenant can tell, and they were not given."
    } else {
        "The inbound connectors of the tenant were not given: whether one of them matches is not \
         known, and that mail was delivered to other tenants proves nothing."
    };
    format!("{told}{judged}")
}

pub(super) fn connectors_not_given_remedy(case: &Case<'_>) -> Vec<Remedy> {
    let mut steps = vec![remedies::export_inbound_connectors()];
    if case.evidence.accepted_domains.is_none() {
        steps.push(remedies::export_accepted_domains());
    }
    if case.chain.is_none() && case.is_relay_denied() {
        steps.push(super::certificate::give_chain(case));
    }
    steps
}

pub(super) fn accepted_domains_not_given(case: &Case<'_>) -> Option<Proof> {
    let is_missing = deciding_questions(case).contains(&OpenQuestion::AcceptedDomainsNotGiven);
    (is_missing && case.evidence.inbound_connectors.is_some() && !is_told_by_reply(case))
        .then(|| Proof::of(case.log_proof()))
}

pub(super) fn accepted_domains_not_given_message(case: &Case<'_>) -> String {
    let connector = case.attribution.possible.iter().find_map(Outcome::connector);
    let connector = connector.map(|index| name_of(case, index)).unwrap_or_default();
    format!(
        "The inbound connector {connector} may match, but the accepted domains of the tenant were \
         not given: whether they cover its value, or the sender's domain{}, is not known.",
        sender_text(case)
    )
}

pub(super) fn export_accepted_remedy(_: &Case<'_>) -> Vec<Remedy> {
    vec![remedies::export_accepted_domains()]
}

pub(super) fn local_domains(case: &Case<'_>) -> Option<Proof> {
    let located = case.evidence.accepted_domains.as_ref()?;
    let is_local = case.attribution.accepted_domains_from == Some(DomainOrigin::OnPremises);
    (is_local && case.rests_on_attribution() && case.is_known()).then(|| {
        Proof::of(vec![EvidenceLine {
            path: located.path.clone(),
            line: located.line,
            text: "accepted domains of the on-premises organisation".to_owned(),
        }])
    })
}

pub(super) fn local_domains_message(_: &Case<'_>) -> String {
    "The accepted domains are those of the on-premises organisation; Exchange Online goes by its \
     own list, which need not be the same."
        .to_owned()
}
