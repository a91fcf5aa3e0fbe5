//! Rows 7 to 9: whether the names match, and what that comes to.

use crate::connector::{
    ConnectorAssessment, Coverage, Mismatch, MissKind, NameRelation, Outcome, match_name,
};
use crate::diagnosis::case::Case;
use crate::diagnosis::literal::{capital, listed};
use crate::diagnosis::remedies;
use crate::diagnosis::report::{Confidence, Remedy};
use crate::diagnosis::rules::connectors::connector_disabled;
use crate::diagnosis::rules::rule::Proof;

pub(crate) fn name_mismatch(case: &Case<'_>) -> Option<Proof> {
    let is_outcome = matches!(case.judged_outcome(), Some(Outcome::NoMatch));
    let connectors = case.connectors_by_name();
    let excluded = connector_disabled(case).is_some() || case.is_attr36();
    (is_outcome && !connectors.is_empty() && !excluded).then(|| {
        let nearest = case.attribution.nearest_miss.as_ref().map(|miss| miss.connector);
        Proof {
            confidence: rests_on_inferred_row(case).then_some(Confidence::Inferred),
            ..Proof::of_connector(case, nearest.or(connectors.first().copied()))
        }
    })
}

/// Whether a pair of names fails by a row of the table that is concluded, not documented: a name
/// below a value without asterisk, or one that shares letters, and no label, with a wildcard.
fn rests_on_inferred_row(case: &Case<'_>) -> bool {
    let names = case.names();
    case.connectors_by_name().into_iter().any(|index| {
        let value = case.attribution.connectors[index].value.as_deref().unwrap_or_default();
        let domain = value.trim().strip_prefix("*.").map(str::to_ascii_lowercase);
        names.iter().any(|name| {
            let is_below = match_name(value, name) == NameRelation::NoMatch(Mismatch::BelowValue);
            let shares_letters = || {
                let is_other =
                    match_name(value, name) == NameRelation::NoMatch(Mismatch::OtherName);
                let name = name.to_ascii_lowercase();
                domain.as_ref().is_some_and(|domain| is_other && name.ends_with(domain.as_str()))
            };
            is_below || shares_letters()
        })
    })
}

pub(crate) fn name_mismatch_message(case: &Case<'_>) -> String {
    let sent = listed(case.names(), 6);
    let address = match case.address() {
        Some(address) => format!(", and no connector lists the address {address}"),
        None => String::new(),
    };
    let expected = if let Some(miss) = &case.attribution.nearest_miss {
        let hint = match miss.kind {
            MissKind::Misspelt => " (a letter apart: a slip of the pen?)",
            MissKind::BelowValue => {
                " (a name below the value matches only *. and the domain: concluded, not documented)"
            }
            _ => "",
        };
        format!(
            "{} expects {}, nearest is {} ({}){hint}",
            case.inbound_name(miss.connector),
            miss.expected,
            miss.found.text,
            miss.found.place,
        )
    } else {
        let values: Vec<String> = case
            .connectors_by_name()
            .into_iter()
            .filter_map(|index| {
                let one = &case.attribution.connectors[index];
                let is_invalid =
                    one.name_match.relation == NameRelation::NoMatch(Mismatch::InvalidWildcard);
                let hint = if is_invalid {
                    " (no valid value: an asterisk stands first alone, as in *.contoso.com)"
                } else {
                    ""
                };
                Some(format!("{}{hint}", one.value.as_deref()?))
            })
            .collect();
        format!("the connectors expect {}", listed(values.iter().map(String::as_str), 4))
    };
    format!(
        "No inbound connector matches {}: {expected}; the certificate that {} sent over {} \
         has {sent}{address}.",
        case.certificate_text(),
        case.server_text(),
        case.send_connector_name().unwrap_or("the send connector"),
    )
}

pub(crate) fn name_mismatch_remedy(case: &Case<'_>) -> Vec<Remedy> {
    let mut steps = Vec::new();
    if remedies::replacement(case).is_some() && case.evidence.inbound_connectors.is_some() {
        steps.push(remedies::select_certificate(case));
    }
    let miss = case.attribution.nearest_miss.as_ref();
    let index =
        miss.map(|miss| miss.connector).or_else(|| case.connectors_by_name().first().copied());
    let names = case.names();
    let accepted = case.evidence.accepted_domains.as_ref().map(|located| &located.object);
    let is_covered = |name: &&str| {
        accepted.is_some_and(|all| matches!(all.cover_value(name), Coverage::Covered(_)))
    };
    let plain = || names.iter().copied().filter(|name| !name.starts_with("*."));
    let exact =
        plain().find(is_covered).or_else(|| plain().next()).or_else(|| names.first().copied());
    if let (Some(index), Some(exact)) = (index, exact) {
        let connector = case.inbound_name(index);
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
pub(crate) fn domain_step(case: &Case<'_>, value: &str) -> Option<Remedy> {
    let accepted = &case.evidence.accepted_domains.as_ref()?.object;
    let is_covered = matches!(accepted.cover_value(value), Coverage::Covered(_));
    let domain = value.strip_prefix("*.").unwrap_or(value);
    (!is_covered).then(|| remedies::add_accepted_domain(domain))
}

fn is_attributed(case: &Case<'_>) -> bool {
    case.judged_outcome().is_some_and(Outcome::is_attributed)
}

pub(crate) fn attributed_but_refused(case: &Case<'_>) -> Option<Proof> {
    let is_contradicted = case.is_relay_denied() && is_attributed(case);
    // ATTR36 says that a connector matched: if none of the given ones does, they are not those.
    let is_of_another_tenant = case.is_attr36()
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
        ..Proof::of_connector(case, case.outcome().and_then(Outcome::connector))
    })
}

pub(crate) fn attributed_but_refused_message(case: &Case<'_>) -> String {
    let what = match case.outcome() {
        Some(Outcome::ByAddressAndMailFrom { connector }) => format!(
            "the address {} is listed by {}",
            case.address().unwrap_or_default(),
            case.inbound_name(*connector)
        ),
        Some(outcome) if outcome.is_attributed() => {
            let name =
                outcome.connector().map(|index| case.inbound_name(index)).unwrap_or_default();
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

pub(crate) fn attributed_but_refused_remedy(case: &Case<'_>) -> Vec<Remedy> {
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

pub(crate) fn attributed(case: &Case<'_>) -> Option<Proof> {
    let connector = match case.judged_outcome()? {
        Outcome::ByCertificate { connector } if !case.is_relay_denied() => *connector,
        _ => return None,
    };
    Some(Proof { verdict: None, ..Proof::of_connector(case, Some(connector)) })
}

pub(crate) fn attributed_message(case: &Case<'_>) -> String {
    let (connector, name) = case.winner();
    format!(
        "{} matches the inbound connector {connector}{name}.",
        capital(&case.certificate_text())
    )
}

pub(crate) fn fragile(case: &Case<'_>) -> Option<Proof> {
    let connector = match case.judged_outcome()? {
        Outcome::ByCertificateAndMailFrom { connector } if !case.is_relay_denied() => *connector,
        _ => return None,
    };
    Some(Proof { verdict: None, ..Proof::of_connector(case, Some(connector)) })
}

pub(crate) fn fragile_message(case: &Case<'_>) -> String {
    let (connector, name) = case.winner();
    format!(
        "The inbound connector {connector} matches{name}, but no accepted domain covers its value: \
         the mail passes only because the sender's domain is accepted. NDRs, automatic replies and \
         forwarded mail will be refused (ATTR36).",
    )
}

/// What makes the connector's value covered.
pub(crate) fn cover_value_remedy(case: &Case<'_>) -> Vec<Remedy> {
    let index = case.outcome().and_then(Outcome::connector).unwrap_or_default();
    let assessment = case.attribution.connectors.get(index);
    let needed = assessment.and_then(ConnectorAssessment::needed_domain);
    let mut steps = Vec::new();
    if let Some(domain) = needed {
        steps.push(remedies::add_accepted_domain(domain.as_str()));
    }
    if remedies::replacement(case).is_some() {
        steps.push(remedies::select_certificate(case));
    }
    steps
}
