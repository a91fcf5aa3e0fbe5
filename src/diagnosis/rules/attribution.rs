//! Whether the names match, and what that comes to.

use super::rule::{Answer, Proof, RuleText};
use super::trust::see_authority;
use crate::chain::{Completeness, Trust};
use crate::connector::{AttributionOutcome, ConnectorNameMatch, Mismatch, MissKind, match_name};
use crate::diagnosis::case::Case;
use crate::diagnosis::literal::{capital, listed};
use crate::diagnosis::observation::Standing;
use crate::diagnosis::remedies;
use crate::diagnosis::remedies::Remedy;
use crate::diagnosis::report::Confidence;
use crate::timestamp::TICKS_PER_HOUR;

pub(crate) const NAME_MISMATCH: RuleText = RuleText {
    says: "No name of the certificate that is sent is the one that an inbound connector expects.",
    why: "A connector by certificate matches if TlsSenderCertificateName is a name of the \
          certificate, the wildcard that the certificate itself has, or a wildcard above one of its \
          names. Else no connector matches, and the mail is not the tenant's.",
    example: "The server sends a certificate for mail.contoso.com; the connector expects \
              mail.contoso.net: 550 5.7.64.",
    helps: "Send the certificate that the connector expects, if the server has it; else set \
            TlsSenderCertificateName to the exact name, and see that an accepted domain covers it.",
    certainty: "Documented for equal names and wildcards; a name below a value without asterisk is \
                concluded.",
    sources: "KB 4051495",
};

pub(crate) fn name_mismatch(case: &Case<'_>) -> Option<Answer> {
    let connectors = case.connectors_by_name();
    let is_mismatch =
        matches!(case.judged_outcome(), Some(AttributionOutcome::NoMatch)) && !case.is_attr36();
    if !is_mismatch || connectors.is_empty() {
        return None;
    }
    let nearest = case.attribution.nearest_miss.as_ref().map(|miss| miss.connector);
    let connector = nearest.or(connectors.first().copied());
    let proof = Proof {
        confidence: rests_on_inferred_row(case, &connectors).then_some(Confidence::Inferred),
        ..Proof::of_connector(case, connector)
    };
    let address = match case.address() {
        Some(address) => format!(", and no connector lists the address {address}"),
        None => String::new(),
    };
    let message = format!(
        "No inbound connector matches {}: {}; the certificate that {} sent over {} has \
         {}{address}.{}",
        case.certificate_text(),
        expected(case, &connectors),
        case.server_text(),
        case.send_connector_name().unwrap_or("the send connector"),
        listed(case.names(), 6),
        not_exported(case),
    );
    Some(proof.says(message, match_steps(case, connector)))
}

/// Whether a pair of names fails by a row of the table that is concluded, not documented: a name
/// below a value without asterisk, or one that shares letters, and no label, with a wildcard.
fn rests_on_inferred_row(case: &Case<'_>, connectors: &[usize]) -> bool {
    let names = case.names();
    connectors.iter().any(|index| {
        let value = case.attribution.connectors[*index].value.as_deref().unwrap_or_default();
        let domain = value.trim().strip_prefix("*.").map(str::to_ascii_lowercase);
        names.iter().any(|name| {
            let relation = match_name(value, name);
            let is_below = relation == ConnectorNameMatch::NoMatch(Mismatch::BelowValue);
            let shares_letters = || {
                let is_other = relation == ConnectorNameMatch::NoMatch(Mismatch::OtherName);
                let name = name.to_ascii_lowercase();
                domain.as_ref().is_some_and(|domain| is_other && name.ends_with(domain.as_str()))
            };
            is_below || shares_letters()
        })
    })
}

/// What the connectors expect: the nearest of them, if one is near.
fn expected(case: &Case<'_>, connectors: &[usize]) -> String {
    if let Some(miss) = &case.attribution.nearest_miss {
        let hint = match miss.kind {
            MissKind::Misspelt => " (a letter apart: a slip of the pen?)",
            MissKind::BelowValue => {
                " (a name below the value matches only *. and the domain: concluded, not documented)"
            }
            _ => "",
        };
        return format!(
            "{} expects {}, nearest is {} ({}){hint}",
            case.inbound_name(miss.connector),
            miss.expected,
            miss.found.text,
            miss.found.place,
        );
    }
    let values: Vec<String> = connectors
        .iter()
        .filter_map(|index| {
            let one = &case.attribution.connectors[*index];
            let is_invalid =
                one.name_match.relation == ConnectorNameMatch::NoMatch(Mismatch::InvalidWildcard);
            let hint = if is_invalid {
                " (no valid value: an asterisk stands first and by itself, as in *.contoso.com)"
            } else {
                ""
            };
            Some(format!("{}{hint}", one.value.as_deref()?))
        })
        .collect();
    format!("the connectors expect {}", listed(values.iter().map(String::as_str), 4))
}

/// What the source of the connectors does not hold.
fn not_exported(case: &Case<'_>) -> String {
    let names = case.missing_properties();
    if names.is_empty() {
        return String::new();
    }
    let evidence = case.evidence;
    let source = if !evidence.wizard_states.is_empty() && !evidence.is_export_older {
        "The logs of the Hybrid Configuration Wizard do"
    } else {
        "The export does"
    };
    let verb = if names.len() == 1 { "is" } else { "are" };
    format!(" {source} not show {}, which {verb} not known.", listed(names, 4))
}

/// What brings certificate and connector together.
fn match_steps(case: &Case<'_>, connector: Option<usize>) -> Vec<Remedy> {
    let mut steps = Vec::new();
    if !case.missing_properties().is_empty() {
        steps.push(remedies::export_inbound_connectors(case));
    }
    if remedies::replacement(case).is_some() && case.evidence.inbound_connectors.is_some() {
        steps.extend(remedies::select_certificate(case));
    }
    let by_name = connector.map(|index| remedies::match_names(case, index)).unwrap_or_default();
    if by_name.is_empty() && steps.is_empty() {
        // None of its names can be the tenant's: another certificate has to be sent.
        steps.extend(remedies::select_certificate(case));
    }
    steps.extend(by_name);
    steps.push(remedies::rerun_wizard());
    steps
}

pub(crate) const ATTRIBUTED_BUT_REFUSED: RuleText = RuleText {
    says: "By the given evidence the mail should pass, and yet it was refused.",
    why: "Exchange Online judges by what it received and by its present configuration; the evidence \
          may be of another time or tenant, or the chain may not have arrived completely.",
    example: "The connector expects mail.contoso.com, the certificate has that name, an accepted \
              domain covers it, and the reply is 550 5.7.64 all the same.",
    helps: "See when the connector was changed last (a change takes up to an hour), and whether the \
            server sends the complete chain.",
    certainty: "Open: which of the possibilities holds, the evidence does not show.",
    sources: "KB 4051495",
};

/// Another certificate to send, where the trust in the one that is sent is in doubt.
fn another_certificate(case: &Case<'_>) -> Vec<Remedy> {
    let is_unknown = case.chain.as_ref().is_some_and(|chain| chain.trust == Trust::UnknownRoot);
    if remedies::replacement(case).is_some() {
        remedies::select_certificate(case)
    } else if is_unknown {
        vec![see_authority(case)]
    } else {
        Vec::new()
    }
}

pub(crate) fn attributed_but_refused(case: &Case<'_>) -> Option<Answer> {
    let is_attributed = case.judged_outcome().is_some_and(AttributionOutcome::is_attributed);
    let is_contradicted = case.is_relay_denied() && is_attributed;
    if !is_contradicted && !is_of_another_tenant(case) {
        return None;
    }
    let proof = Proof {
        confidence: Some(Confidence::Uncertain),
        ..Proof::of_connector(case, case.outcome().and_then(AttributionOutcome::connector))
    };
    let distrust = distrust(case);
    let may_be_on_its_way = change_may_be_on_its_way(case);
    let is_distrusted = distrust.is_some();
    let possible = possibilities(case, distrust, may_be_on_its_way).join(", ");
    let message = match (case.outcome(), is_contradicted) {
        (Some(AttributionOutcome::ByAddressAndMailFrom { connector }), true) => format!(
            "By the given evidence the mail should pass (the address {} is listed by {}), and yet it was \
             refused. Possible, and not decided here: {possible}.",
            case.address().unwrap_or_default(),
            case.inbound_name(*connector)
        ),
        (Some(outcome), true) => {
            let index = outcome.connector();
            let name = index.map(|index| case.inbound_name(index)).unwrap_or_default();
            format!(
                "By the given evidence the mail should pass (the connector {name} matches {}), and yet it \
                 was refused. Possible, and not decided here: {possible}.",
                case.certificate_text()
            )
        }
        _ => format!(
            "The reply says that a connector matched (ATTR36), and none of the given ones does. Possible, \
             and not decided here: {possible}."
        ),
    };
    let mut steps = if is_distrusted { another_certificate(case) } else { Vec::new() };
    if may_be_on_its_way {
        steps.push(remedies::see_changes(case));
    }
    if case.is_attr36() {
        steps.push(export_again());
    }
    if counts_chain(case) && matches!(completeness(case), None | Some(Completeness::Unknown)) {
        steps.push(remedies::give_chain(case));
    }
    steps.push(remedies::ask_support(case));
    Some(proof.says(message, steps))
}

/// What may explain a refusal that the given evidence does not, the likeliest first.
fn possibilities(
    case: &Case<'_>,
    distrust: Option<String>,
    may_be_on_its_way: bool,
) -> Vec<String> {
    let mut possible: Vec<String> = distrust.into_iter().collect();
    if may_be_on_its_way {
        possible.push(
            "the connector was changed and the change has not arrived yet (up to an hour)"
                .to_owned(),
        );
    }
    if case.is_attr36() {
        possible
            .push("the accepted domains are no longer, or not yet, those of the export".to_owned());
    }
    possible.push("another tenant has a closer match".to_owned());
    if counts_chain(case) && completeness(case) != Some(Completeness::Complete) {
        possible.push("the chain did not reach Exchange Online whole".to_owned());
    }
    if !goes_by_certificate(case) || case.is_attr36() {
        possible.push("the address is shared or not the one that Exchange Online sees".to_owned());
    }
    possible.push("or the exports are of another time or tenant".to_owned());
    possible
}

/// Why Exchange Online may not trust the certificate that should match.
fn distrust(case: &Case<'_>) -> Option<String> {
    if !counts_chain(case) {
        return None;
    }
    if case.chain.as_ref().map(|chain| chain.trust) == Some(Trust::UnknownRoot) {
        return Some(
            "the root of the chain is in no list of roots, so that Exchange Online may not trust it"
                .to_owned(),
        );
    }
    let status = case.installed.and_then(|one| one.object.unusable_status());
    status.map(|status| {
        format!(
            "the server itself gives the certificate the Status {status}, and Exchange Online may not \
             trust it either"
        )
    })
}

/// Whether the chain can be the reason: an address needs none, and ATTR36 says that a connector matched,
/// so that what was sent was trusted.
fn counts_chain(case: &Case<'_>) -> bool {
    goes_by_certificate(case) && !case.is_attr36()
}

fn goes_by_certificate(case: &Case<'_>) -> bool {
    !matches!(case.outcome(), Some(AttributionOutcome::ByAddressAndMailFrom { .. }))
}

/// Whether the sending server has the intermediates; `None` without a chain.
fn completeness(case: &Case<'_>) -> Option<Completeness> {
    case.chain.as_ref().map(|chain| chain.completeness)
}

fn export_again() -> Remedy {
    remedies::export_tenant(
        "Export the inbound connectors and accepted domains again, of every tenant that knows this \
         certificate or address, and check again: ATTR36 says that a connector matched whose value no \
         accepted domain of its tenant covers, and by the given exports there is none.",
    )
    .verify("the report names the connector whose value is not covered")
}

/// Whether a change of the connector that has not arrived can explain the newest refusal: it takes up to
/// an hour. The export may name the time of the change; else refusals in turn with deliveries over a
/// longer time are no such change.
fn change_may_be_on_its_way(case: &Case<'_>) -> bool {
    let Some(incident) = case.incident.filter(|incident| incident.is_dated) else { return true };
    let connector = case.outcome().and_then(AttributionOutcome::connector);
    let changed = connector.and_then(|index| case.inbound(index)?.object.when_changed_utc);
    let last = incident.last.ticks();
    match changed {
        Some(changed) => last - changed.ticks() < TICKS_PER_HOUR,
        None => {
            incident.standing != Standing::NowAndThen
                || last - incident.first.ticks() < TICKS_PER_HOUR
        }
    }
}

/// ATTR36 says that a connector matched: if none of the given ones does, they are not those.
fn is_of_another_tenant(case: &Case<'_>) -> bool {
    let matches_none = matches!(
        case.outcome(),
        Some(
            AttributionOutcome::NoMatch
                | AttributionOutcome::NoEligibleConnector
                | AttributionOutcome::NoIdentity
        )
    );
    case.is_attr36() && matches_none && case.evidence.inbound_connectors.is_some()
}

pub(crate) const ATTRIBUTED_BY_CERTIFICATE: RuleText = RuleText {
    says: "A connector matches the certificate, and an accepted domain covers its value.",
    why: "Then all mail of the server is the tenant's, whoever the sender is.",
    example: "TlsSenderCertificateName mail.contoso.com, the certificate has it, contoso.com is an \
              accepted domain.",
    helps: "Nothing has to be done.",
    certainty: "Documented.",
    sources: "KB 4051495",
};

pub(crate) fn attributed(case: &Case<'_>) -> Option<Answer> {
    let AttributionOutcome::ByCertificate { connector } = case.judged_outcome()? else {
        return None;
    };
    if case.is_relay_denied() {
        return None;
    }
    let (name, matched) = case.winner();
    let certificate = capital(&case.certificate_text());
    let message = format!("{certificate} matches the inbound connector {name}{matched}.");
    let proof = Proof { verdict: None, ..Proof::of_connector(case, Some(*connector)) };
    Some(proof.says(message, Vec::new()))
}

pub(crate) const FRAGILE_ATTRIBUTION: RuleText = RuleText {
    says: "A connector matches, but the mail passes only because the sender's domain is accepted.",
    why: "No accepted domain covers the value of the connector, so that Exchange Online asks for an \
          accepted domain of the sender as well. Null senders have none, and forwarded mail keeps a \
          foreign one.",
    example: "TlsSenderCertificateName mail.fabrikam.net, accepted domain fabrikam.com: mail of \
              fabrikam.com passes, its non-delivery reports are answered 550 5.7.64 ATTR36.",
    helps: "Add and verify the domain of the connector's value in the tenant, or let the server send \
            a certificate whose name lies in an accepted domain.",
    certainty: "Documented.",
    sources: "KB 3169958",
};

pub(crate) fn fragile(case: &Case<'_>) -> Option<Answer> {
    let AttributionOutcome::ByCertificateAndMailFrom { connector } = case.judged_outcome()? else {
        return None;
    };
    if case.is_relay_denied() {
        return None;
    }
    let (name, matched) = case.winner();
    let message = format!(
        "The inbound connector {name} matches{matched}, but no accepted domain covers its value: \
         the mail passes only because the sender's domain is accepted. NDRs, automatic replies and \
         forwarded mail will be refused (ATTR36).",
    );
    let proof = Proof { verdict: None, ..Proof::of_connector(case, Some(*connector)) };
    Some(proof.says(message, remedies::cover_value(case)))
}
