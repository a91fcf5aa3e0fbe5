//! What stands beside the cause: renewals, stores, entries that take no part, missing evidence.

use crate::certificate::TlsCertificateName;
use crate::chain::{Completeness, Rule, Trust};
use crate::connector::ExchangeCertificate;
use crate::connector::{Selected, SelectionBasis, SentComparison, twins_of};
use crate::diagnosis::case::Case;
use crate::diagnosis::literal::{capital, date, listed, literal};
use crate::diagnosis::remedies::{self, ELEVATED, MANAGEMENT_SHELL};
use crate::diagnosis::report::{EvidenceLine, Remedy, Severity};
use crate::diagnosis::rules::rule::Proof;
use crate::timestamp::Timestamp;

const TICKS_PER_HOUR: i64 = 36_000_000_000;
const TICKS_PER_DAY: i64 = 24 * TICKS_PER_HOUR;

fn days_left(case: &Case<'_>) -> Option<i64> {
    let end = case.not_after()?;
    let left = end.ticks() - case.evidence.at.ticks();
    (left >= 0).then_some(left / TICKS_PER_DAY)
}

pub(crate) fn expires_soon(case: &Case<'_>) -> Option<Proof> {
    let days = days_left(case)?;
    let is_soon = days < i64::from(case.evidence.warning_days) && case.is_known();
    // In the last week it is an error.
    is_soon.then(|| Proof {
        severity: (days < 7).then_some(Severity::Error),
        ..Proof::of(case.certificate_proof())
    })
}

pub(crate) fn expires_soon_message(case: &Case<'_>) -> String {
    let days = days_left(case).unwrap_or_default();
    let tone = match days {
        0..7 => "Renew it now",
        7..14 => "Renew it this week",
        _ => "Plan its renewal",
    };
    format!(
        "{} expires on {}, in {days} days. {tone}: with the same issuer, subject and names no \
         connector has to be changed.",
        capital(&case.certificate_text()),
        case.not_after().map(date).unwrap_or_default(),
    )
}

pub(crate) fn expired_since(case: &Case<'_>) -> Option<Proof> {
    let end = case.not_after()?;
    (case.incident.is_some() && end >= case.at && end < case.evidence.at)
        .then(|| Proof::of(case.certificate_proof()))
}

pub(crate) fn expired_since_message(case: &Case<'_>) -> String {
    format!(
        "{} was valid in the sessions of the log and has expired since, on {}.",
        capital(&case.certificate_text()),
        case.not_after().map(date).unwrap_or_default(),
    )
}

fn objects(case: &Case<'_>) -> Vec<ExchangeCertificate> {
    case.selectable.clone()
}

fn twins(case: &Case<'_>) -> Vec<String> {
    let all = objects(case);
    let own = case.plain_thumbprint();
    let place = all.iter().position(|one| {
        one.thumbprint.is_some() && one.thumbprint.map(|thumbprint| thumbprint.to_string()) == own
    });
    let twins = place.map(|place| twins_of(place, &all)).unwrap_or_default();
    twins
        .into_iter()
        .filter_map(|index| {
            let one = all.get(index)?;
            let end = one.not_after.map(date).unwrap_or_default();
            Some(format!("{} (until {end})", one.thumbprint?))
        })
        .collect()
}

pub(crate) fn twin_certificates(case: &Case<'_>) -> Option<Proof> {
    (!twins(case).is_empty()).then(|| Proof::of(case.certificate_proof()))
}

pub(crate) fn twin_certificates_message(case: &Case<'_>) -> String {
    format!(
        "Installed beside {}, with the same issuer and subject: {}. TlsCertificateName cannot tell \
         them apart; only the thumbprint can. After a renewal with the same names there is nothing \
         to set on the send connector.",
        case.certificate_text(),
        listed(twins(case).iter().map(String::as_str), 4),
    )
}

fn selected(case: &Case<'_>) -> Option<ExchangeCertificate> {
    let selection = case.selection.as_ref()?;
    let all = objects(case);
    let logged = case.logged?;
    match (selection.compare_with_sent(logged, &all), &selection.selected) {
        (SentComparison::Twin { .. } | SentComparison::Other { .. }, Selected::One(index)) => {
            all.get(*index).cloned()
        }
        _ => None,
    }
}

pub(crate) fn another_selected(case: &Case<'_>) -> Option<Proof> {
    selected(case).map(|_| Proof::of([case.log_proof(), case.certificate_proof()].concat()))
}

pub(crate) fn another_selected_message(case: &Case<'_>) -> String {
    let other = selected(case).and_then(|one| one.thumbprint).map(|t| t.to_string());
    format!(
        "By its configuration {} would send the certificate {} over {}; the log shows {}. The \
         configuration was changed since, or transport has not taken it up yet.",
        case.server_text(),
        other.unwrap_or_default(),
        case.send_connector_name().unwrap_or("the send connector"),
        case.certificate_text(),
    )
}

pub(crate) fn restart_remedy(_: &Case<'_>) -> Vec<Remedy> {
    vec![remedies::restart_transport()]
}

/// A newer certificate with the subject that the send connector names, from another issuer.
fn renewed(case: &Case<'_>) -> Option<ExchangeCertificate> {
    let name: TlsCertificateName =
        case.send_connector?.object.tls_certificate_name.as_deref()?.parse().ok()?;
    let named_end = objects(case)
        .iter()
        .filter(|one| {
            one.x500_names()
                .is_some_and(|(issuer, subject)| issuer == name.issuer && subject == name.subject)
        })
        .filter_map(|one| one.not_after)
        .max();
    objects(case).into_iter().find(|one| {
        let is_other_issuer = one
            .x500_names()
            .is_some_and(|(issuer, subject)| subject == name.subject && issuer != name.issuer);
        is_other_issuer
            && one.is_issued_by_authority() != Some(false)
            && one.not_after.is_some_and(|end| named_end.is_none_or(|named| end > named))
    })
}

pub(crate) fn new_issuer(case: &Case<'_>) -> Option<Proof> {
    renewed(case)?;
    let connector = case.send_connector?;
    let value = connector.object.tls_certificate_name.as_deref().unwrap_or_default();
    Some(Proof::at(&connector.path, connector.line, &format!("TlsCertificateName {value}")))
}

pub(crate) fn new_issuer_message(case: &Case<'_>) -> String {
    let one = renewed(case);
    let thumbprint = one.as_ref().and_then(|one| one.thumbprint).map(|t| t.to_string());
    format!(
        "The certificate {} has the subject that the send connector names, but a new issuer ({}): \
         TlsCertificateName still names the old one, so that the renewed certificate is not sent.",
        thumbprint.unwrap_or_default(),
        one.and_then(|one| one.issuer).unwrap_or_default(),
    )
}

pub(crate) fn new_issuer_remedy(case: &Case<'_>) -> Vec<Remedy> {
    let Some(one) = renewed(case) else { return Vec::new() };
    let connector = remedies::send_connector(case);
    let value =
        format!("<I>{}<S>{}", one.issuer.unwrap_or_default(), one.subject.unwrap_or_default());
    let before = case.send_connector.and_then(|c| c.object.tls_certificate_name.as_deref());
    vec![
        Remedy::server(
            MANAGEMENT_SHELL,
            "Name the renewed certificate on the send connector. It acts on all \
             SourceTransportServers: first see that each has the certificate.",
        )
        .command(format!(
            "Set-SendConnector {connector} -TlsCertificateName {}",
            literal(Some(&value), "value")
        ))
        .verify("the next session in the send log sends that certificate (SentThumbprint)")
        .undo(format!(
            "Set-SendConnector {connector} -TlsCertificateName {}",
            literal(before, "present value")
        )),
    ]
}

pub(crate) fn selection_disputed(case: &Case<'_>) -> Option<Proof> {
    let selection = case.selection.as_ref()?;
    let is_by_name = matches!(selection.basis, SelectionBasis::TlsCertificateName(_));
    (is_by_name
        && matches!(selection.selected, Selected::Disputed { .. })
        && case.incident.is_none())
    .then(|| {
        Proof::of(
            case.send_connector
                .map(|one| EvidenceLine {
                    path: one.path.clone(),
                    line: one.line,
                    text: one.object.tls_certificate_name.clone().unwrap_or_default(),
                })
                .into_iter()
                .collect(),
        )
    })
}

pub(crate) fn selection_disputed_message(case: &Case<'_>) -> String {
    let all = objects(case);
    let thumbprint = |index: usize| {
        all.get(index).and_then(|one| one.thumbprint).map(|t| t.to_string()).unwrap_or_default()
    };
    match case.selection.as_ref().map(|selection| &selection.selected) {
        Some(Selected::Disputed { expires_last, begins_last }) => format!(
            "Two installed certificates have the issuer and subject that the send connector names. \
             Sources disagree on which is sent: {} (expires last: Exchange team blog) or {} \
             (begins last: Microsoft Learn). A session in the send log settles it.",
            thumbprint(*expires_last),
            thumbprint(*begins_last),
        ),
        _ => String::new(),
    }
}

fn chain_details(case: &Case<'_>, rule: Rule) -> Vec<String> {
    let findings = case.chain.iter().flat_map(|chain| &chain.findings);
    findings.filter(|finding| finding.id == rule).map(|finding| finding.message.clone()).collect()
}

pub(crate) fn root_in_ca(case: &Case<'_>) -> Option<Proof> {
    (!chain_details(case, Rule::RootInIntermediateStore).is_empty())
        .then(|| Proof::of(case.certificate_proof()))
}

pub(crate) fn root_in_ca_message(case: &Case<'_>) -> String {
    capital(&format!("{}.", chain_details(case, Rule::RootInIntermediateStore).join("; ")))
}

pub(crate) fn root_in_ca_remedy(_: &Case<'_>) -> Vec<Remedy> {
    vec![
        Remedy::server(
            ELEVATED,
            "List the self-signed certificates of the intermediate store; move each to Root only if \
             it belongs there, else remove it.",
        )
        .command(
            "Get-ChildItem 'Cert:\\LocalMachine\\CA' | Where-Object { $_.Issuer -eq $_.Subject } | \
             Format-List Subject,Thumbprint",
        )
        .verify("the list is empty"),
    ]
}

pub(crate) fn intermediate_in_root(case: &Case<'_>) -> Option<Proof> {
    (!chain_details(case, Rule::IntermediateInRootStore).is_empty())
        .then(|| Proof::of(case.certificate_proof()))
}

pub(crate) fn intermediate_in_root_message(case: &Case<'_>) -> String {
    capital(&format!("{}.", chain_details(case, Rule::IntermediateInRootStore).join("; ")))
}

pub(crate) fn intermediate_in_root_remedy(_: &Case<'_>) -> Vec<Remedy> {
    vec![
        Remedy::server(
            ELEVATED,
            "List the certificates of the root store that are not self-signed, and move each to CA \
             (KB 2795828): they keep Schannel from sending whole lists and trusting what it should.",
        )
        .command(
            "Get-ChildItem 'Cert:\\LocalMachine\\Root' | Where-Object { $_.Issuer -ne $_.Subject } \
             | Format-List Subject,Thumbprint",
        )
        .verify("the list is empty"),
    ]
}

pub(crate) fn address_ignored(case: &Case<'_>) -> Option<Proof> {
    let index = case
        .attribution
        .connectors
        .iter()
        .position(|one| one.may_be_eligible() && !one.ignored_addresses.is_empty())?;
    Some(Proof::of(case.inbound_proof(index)))
}

pub(crate) fn address_ignored_message(case: &Case<'_>) -> String {
    let entries = case
        .attribution
        .connectors
        .iter()
        .filter(|one| one.may_be_eligible())
        .flat_map(|one| one.ignored_addresses.iter().map(move |(text, why)| (one, text, why)));
    let texts: Vec<String> = entries
        .map(|(one, text, why)| format!("{text} of {} takes no part: {why}", one.name))
        .collect();
    capital(&format!("{}.", texts.join("; ")))
}

fn changed_before(case: &Case<'_>) -> Option<(usize, Timestamp)> {
    let incident = case.incident.filter(|_| case.is_relay_denied())?;
    let connectors = case.evidence.inbound_connectors.as_ref()?;
    connectors.iter().enumerate().find_map(|(index, one)| {
        let changed = one.object.when_changed_utc?;
        let before = incident.first.ticks() - changed.ticks();
        (0..=TICKS_PER_HOUR).contains(&before).then_some((index, changed))
    })
}

pub(crate) fn changed_recently(case: &Case<'_>) -> Option<Proof> {
    changed_before(case).map(|(index, _)| Proof::of(case.inbound_proof(index)))
}

pub(crate) fn changed_recently_message(case: &Case<'_>) -> String {
    let Some((index, changed)) = changed_before(case) else { return String::new() };
    let name = case.inbound(index).map(|one| one.object.name.as_str()).unwrap_or_default();
    format!(
        "The inbound connector {name} was changed at {changed}, less than an hour before the first \
         refusal: a change takes up to about an hour to arrive, and may be what broke it."
    )
}

pub(crate) fn legacy_tls(case: &Case<'_>) -> Option<Proof> {
    let protocol = case.incident?.tls_protocol.as_deref()?;
    ["TLS 1.0", "TLS 1.1", "SSL"]
        .iter()
        .any(|old| protocol.starts_with(old))
        .then(|| Proof::of(case.log_proof()))
}

pub(crate) fn legacy_tls_message(case: &Case<'_>) -> String {
    format!(
        "{} negotiated {} with Exchange Online, which takes TLS 1.2 and later only.",
        capital(&case.server_text()),
        case.incident.and_then(|incident| incident.tls_protocol.as_deref()).unwrap_or_default(),
    )
}

pub(crate) fn chain_not_known(case: &Case<'_>) -> Option<Proof> {
    let is_open = match &case.chain {
        None => case.is_relay_denied() && case.logged.is_some(),
        Some(chain) => chain.completeness == Completeness::Unknown,
    };
    is_open.then(|| Proof::of(case.certificate_proof()))
}

pub(crate) fn chain_not_known_message(case: &Case<'_>) -> String {
    format!(
        "Whether {} can send the whole chain of {} is not known: neither its intermediate store \
         nor, where it is missing, the certificate itself was given.",
        case.server_text(),
        case.certificate_text()
    )
}

pub(crate) fn chain_not_known_remedy(case: &Case<'_>) -> Vec<Remedy> {
    vec![remedies::give_chain(case)]
}

pub(crate) fn root_not_known(case: &Case<'_>) -> Option<Proof> {
    let chain = case.chain.as_ref()?;
    let is_named_by_chain = [Rule::UnknownRoot, Rule::MissingRoot]
        .iter()
        .any(|rule| chain.findings.iter().any(|finding| finding.id == *rule));
    (chain.trust == Trust::UnknownRoot && is_named_by_chain)
        .then(|| Proof::of(case.certificate_proof()))
}

pub(crate) fn root_not_known_message(case: &Case<'_>) -> String {
    format!(
        "The chain of {} ends in a root that is in none of the known lists: a private authority, or \
         one that only Microsoft's programme holds. Give the roots that receivers trust with \
         --roots (PowerShell: -RootPath) to decide.",
        case.certificate_text()
    )
}
