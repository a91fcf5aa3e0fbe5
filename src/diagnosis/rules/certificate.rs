//! Rows 2, 4, 5 and 6: whether an identity was shown, and whether it can be trusted.

use crate::chain::{Completeness, Rule, Severity as ChainSeverity, Trust};
use crate::connector::{Outcome, ShownCertificate};
use crate::diagnosis::case::{Case, is_self_issued};
use crate::diagnosis::evidence::chain_log::LoggedFault;
use crate::diagnosis::literal::{capital, date};
use crate::diagnosis::remedies::{self, MANAGEMENT_SHELL};
use crate::diagnosis::report::{Confidence, Remedy};
use crate::diagnosis::rules::rule::Proof;
use crate::evidence::chain_event::ChainFault;
use crate::reply::RejectionClass;
use crate::session::TlsStatus;
use crate::timestamp::Timestamp;

/// Row 2 holds where the log shows a refusal without any identity, or where connectors were given
/// and none lists the address. Mail that was accepted without a certificate is no fault by itself.
fn has_no_identity(case: &Case<'_>) -> bool {
    let is_shown_none = case.presented == ShownCertificate::None && case.rests_on_attribution();
    let is_outcome = matches!(case.outcome(), Some(Outcome::NoIdentity));
    let is_judged = case.is_relay_denied() || case.evidence.inbound_connectors.is_some();
    is_shown_none && is_outcome && is_judged
}

pub(crate) fn start_tls_not_offered(case: &Case<'_>) -> Option<Proof> {
    let incident = case.incident.filter(|_| has_no_identity(case))?;
    (incident.tls_status == TlsStatus::NotOffered)
        .then(|| Proof { verdict: case.uncertain_if_delivered(), ..Proof::of(case.log_proof()) })
}

pub(crate) fn start_tls_not_offered_message(case: &Case<'_>) -> String {
    format!(
        "{} was not offered STARTTLS, so it showed no certificate, and no inbound connector of \
         type OnPremises is known to list its address{}. Exchange Online always offers STARTTLS: \
         something between hides it.",
        capital(&case.server_text()),
        case.address().map(|address| format!(" {address}")).unwrap_or_default(),
    )
}

pub(crate) fn no_certificate(case: &Case<'_>) -> Option<Proof> {
    let incident = case.incident.filter(|_| has_no_identity(case))?;
    (incident.tls_status != TlsStatus::NotOffered)
        .then(|| Proof { verdict: case.uncertain_if_delivered(), ..Proof::of(case.log_proof()) })
}

pub(crate) fn no_certificate_message(case: &Case<'_>) -> String {
    format!(
        "{} showed no certificate in the session over {}, and no inbound connector of type \
         OnPremises is known to list its address{}: Exchange Online cannot tell whose mail it is. \
         That no certificate was offered is concluded from the missing rows of the log.",
        capital(&case.server_text()),
        case.send_connector_name().unwrap_or("the send connector"),
        case.address().map(|address| format!(" {address}")).unwrap_or_default(),
    )
}

pub(crate) fn no_certificate_remedy(case: &Case<'_>) -> Vec<Remedy> {
    let mut steps = vec![remedies::select_certificate(case)];
    steps.extend(remedies::list_address(case));
    steps
}

pub(crate) fn self_signed(case: &Case<'_>) -> Option<Proof> {
    let in_chain = case.chain.as_ref().is_some_and(|chain| {
        chain.findings.iter().any(|finding| finding.id == Rule::SelfSignedEndEntity)
    });
    let by_name = case.certificate.is_none() && case.logged.is_some_and(is_self_issued);
    let by_export =
        case.installed.is_some_and(|one| one.object.is_issued_by_authority() == Some(false));
    ((in_chain || by_name || by_export) && !case.passes_by_address()).then(|| Proof {
        verdict: case.uncertain_if_delivered(),
        ..Proof::of([case.log_proof(), case.certificate_proof()].concat())
    })
}

pub(crate) fn self_signed_message(case: &Case<'_>) -> String {
    format!(
        "{} sends {}, which is self-signed: Exchange Online cannot trust it, so that no connector \
         matches by certificate. The wrong certificate is sent over {}.",
        capital(&case.server_text()),
        case.certificate_text(),
        case.send_connector_name().unwrap_or("the send connector"),
    )
}

pub(crate) fn wrong_certificate_remedy(case: &Case<'_>) -> Vec<Remedy> {
    vec![remedies::select_certificate(case), remedies::rerun_wizard()]
}

pub(crate) fn private_authority(case: &Case<'_>) -> Option<Proof> {
    if case.passes_by_address() {
        return None;
    }
    let by_export = case.installed.and_then(|one| one.object.root_ca_type.as_deref());
    let is_enterprise = by_export.is_some_and(|kind| kind.eq_ignore_ascii_case("Enterprise"));
    let chain = case.chain.as_ref();
    let is_untrusted = chain.is_some_and(|chain| {
        chain.trust == Trust::Untrusted
            && chain.findings.iter().any(|finding| finding.id == Rule::UntrustedRoot)
    });
    (is_enterprise || is_untrusted).then(|| Proof {
        verdict: case.uncertain_if_delivered(),
        ..Proof::of([case.log_proof(), case.certificate_proof()].concat())
    })
}

pub(crate) fn private_authority_message(case: &Case<'_>) -> String {
    let issuer = case.issuer().map(|issuer| format!(", issued by {issuer},")).unwrap_or_default();
    format!(
        "{} sends {}{issuer} whose chain ends in a root that no receiver on the internet trusts: a \
         private authority. The wrong certificate is sent over {}.",
        capital(&case.server_text()),
        case.certificate_text(),
        case.send_connector_name().unwrap_or("the send connector"),
    )
}

pub(crate) fn incomplete(case: &Case<'_>) -> Option<Proof> {
    let chain = case.chain.as_ref()?;
    let logged = case.logged_fault(ChainFault::PartialChain);
    let by_event = logged.map(LoggedFault::proof).into_iter().collect();
    (chain.completeness == Completeness::Incomplete && !case.passes_by_address()).then(|| Proof {
        verdict: case.uncertain_if_delivered(),
        ..Proof::of([case.log_proof(), by_event, case.certificate_proof()].concat())
    })
}

pub(crate) fn incomplete_message(case: &Case<'_>) -> String {
    let missing: Vec<&str> = case
        .chain
        .iter()
        .flat_map(|chain| &chain.missing_issuers)
        .map(|issuer| issuer.subject.as_str())
        .collect();
    format!(
        "{} cannot send the chain of {}: the intermediate certificate {} is not in its stores, so \
         that Exchange Online gets the certificate alone and does not trust it. That checks on the \
         server succeed, because Windows may download it there, changes nothing.",
        capital(&case.server_text()),
        case.certificate_text(),
        missing.join("; "),
    )
}

pub(crate) fn incomplete_remedy(case: &Case<'_>) -> Vec<Remedy> {
    let steps = case.chain.iter().flat_map(|chain| &chain.remedies);
    steps
        .map(|step| Remedy {
            verify: Some(step.verify.clone().unwrap_or_else(|| {
                "this check, with the file among --intermediates (PowerShell: -IntermediatePath), \
                 finds the chain complete"
                    .to_owned()
            })),
            ..step.clone()
        })
        .collect()
}

pub(crate) fn not_trusted_by_receiver(case: &Case<'_>) -> Option<Proof> {
    let is_named_by_reply = case.class() == Some(RejectionClass::TlsChannelUntrustedRoot);
    let is_explained = self_signed(case).is_some()
        || private_authority(case).is_some()
        || incomplete(case).is_some()
        || crate::diagnosis::rules::chain_log::incomplete(case).is_some();
    (is_named_by_reply && !is_explained).then(|| Proof::of(case.log_proof()))
}

pub(crate) fn not_trusted_message(case: &Case<'_>) -> String {
    format!(
        "Exchange Online does not trust the chain that {} presented with {}: a self-signed or \
         private certificate, or intermediates that were not sent along.",
        case.server_text(),
        case.certificate_text(),
    )
}

pub(crate) fn not_trusted_remedy(case: &Case<'_>) -> Vec<Remedy> {
    let mut steps = vec![remedies::give_chain(case)];
    steps.push(remedies::select_certificate(case));
    steps
}

fn has_chain_error(case: &Case<'_>, rule: Rule) -> bool {
    case.chain.as_ref().is_some_and(|chain| {
        chain
            .findings
            .iter()
            .any(|finding| finding.id == rule && finding.severity == ChainSeverity::Error)
    })
}

fn dates_prove(
    case: &Case<'_>,
    is_wrong: impl Fn(Timestamp) -> bool,
    limit: Option<Timestamp>,
) -> Option<Proof> {
    let limit = limit?;
    (is_wrong(limit) && !case.passes_by_address() && case.is_known()).then(|| Proof {
        verdict: case.uncertain_if_delivered(),
        confidence: Some(Confidence::Inferred),
        ..Proof::of([case.log_proof(), case.certificate_proof()].concat())
    })
}

pub(crate) fn expired(case: &Case<'_>) -> Option<Proof> {
    dates_prove(case, |end| end < case.at, case.not_after())
}

pub(crate) fn expired_message(case: &Case<'_>) -> String {
    format!(
        "{} expired on {}. Which reply Exchange Online gives to that is not documented.",
        capital(&case.certificate_text()),
        case.not_after().map(date).unwrap_or_default(),
    )
}

pub(crate) fn not_yet_valid(case: &Case<'_>) -> Option<Proof> {
    dates_prove(case, |start| start > case.at, case.not_before())
}

pub(crate) fn not_yet_valid_message(case: &Case<'_>) -> String {
    format!(
        "{} is valid from {} only. Which reply Exchange Online gives to that is not documented.",
        capital(&case.certificate_text()),
        case.not_before().map(date).unwrap_or_default(),
    )
}

pub(crate) fn revoked(case: &Case<'_>) -> Option<Proof> {
    let by_export = case.installed.and_then(|one| one.object.status.as_deref());
    let is_revoked = has_chain_error(case, Rule::Revoked)
        || by_export.is_some_and(|status| status.eq_ignore_ascii_case("Revoked"));
    let logged = case.logged_fault(ChainFault::Revoked);
    let by_event = logged.map(LoggedFault::proof).into_iter().collect();
    ((is_revoked || logged.is_some()) && !case.passes_by_address()).then(|| Proof {
        verdict: case.uncertain_if_delivered(),
        ..Proof::of([case.log_proof(), by_event, case.certificate_proof()].concat())
    })
}

pub(crate) fn revoked_message(case: &Case<'_>) -> String {
    format!(
        "{} has been revoked by its authority. Which reply Exchange Online gives to that is not \
         documented.",
        capital(&case.certificate_text()),
    )
}

pub(crate) fn replace_remedy(case: &Case<'_>) -> Vec<Remedy> {
    let mut steps = Vec::new();
    if remedies::replacement(case).is_some() {
        steps.push(remedies::select_certificate(case));
    }
    steps.push(
        Remedy::server(
            MANAGEMENT_SHELL,
            "Get a new certificate from a public authority with the same names, issuer and \
             subject: then no connector has to be changed, as both name no thumbprint.",
        )
        .command(format!(
            "Get-ExchangeCertificate -Server {} | Format-List Thumbprint,Issuer,Subject,NotAfter,\
             Services",
            remedies::server(case)
        ))
        .verify("the next session in the send log sends the new certificate (SentThumbprint)"),
    );
    steps
}
