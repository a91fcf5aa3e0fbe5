//! Whether the certificate is valid at that time: its dates, and revocation.

use super::rule::{Answer, Proof, RuleText};
use crate::certificate::ends_soon;
use crate::diagnosis::case::Case;
use crate::diagnosis::evidence::chain_log::LoggedFault;
use crate::diagnosis::evidence::incident::Incident;
use crate::diagnosis::literal::{capital, date};
use crate::diagnosis::remedies;
use crate::diagnosis::report::{Confidence, Severity};
use crate::evidence::chain_event::ChainFault;
use crate::stated_time::StatedTime;
use crate::timestamp::TICKS_PER_DAY;

/// What a wrong date proves, where the certificate matters.
fn dates_prove(case: &Case<'_>) -> Option<Proof> {
    (!case.passes_by_address() && case.is_known()).then(|| Proof {
        verdict: case.uncertain_if_delivered(),
        confidence: Some(Confidence::Inferred),
        ..Proof::of([case.log_proof(), case.certificate_proof()].concat())
    })
}

pub(crate) const CERTIFICATE_EXPIRED: RuleText = RuleText {
    says: "The certificate that was, or would be, sent has expired.",
    why: "A receiver does not trust a certificate after its end, so that no connector matches by it.",
    example: "The log shows a certificate with Not after 2026-10-31 in a session of November.",
    helps: "Renew it with the same names, issuer and subject; or send the renewed one that is \
            installed.",
    certainty: "Inferred: which reply Exchange Online gives to it is not documented.",
    sources: "RFC 5280, section 4.1.2.5",
};

pub(crate) fn expired(case: &Case<'_>) -> Option<Answer> {
    let end = case.not_after().filter(|end| *end < case.at)?;
    let message = format!(
        "{} expired on {}. Which reply Exchange Online gives to that is not documented.",
        capital(&case.certificate_text()),
        date(end),
    );
    Some(dates_prove(case)?.says(message, remedies::replace_certificate(case)))
}

pub(crate) const CERTIFICATE_NOT_YET_VALID: RuleText = RuleText {
    says: "The certificate that was, or would be, sent is not valid yet.",
    why: "A receiver does not trust a certificate before its beginning; nor does it if its own \
          clock, or that of the server, is wrong.",
    example: "A certificate that is valid from tomorrow on, and is enabled for SMTP today.",
    helps: "Send the previous certificate until then.",
    certainty: "Inferred: which reply Exchange Online gives to it is not documented.",
    sources: "RFC 5280, section 4.1.2.5",
};

pub(crate) fn not_yet_valid(case: &Case<'_>) -> Option<Answer> {
    let start = case.not_before().filter(|start| *start > case.at)?;
    let message = format!(
        "{} is valid from {} only. Which reply Exchange Online gives to that is not documented.",
        capital(&case.certificate_text()),
        date(start),
    );
    Some(dates_prove(case)?.says(message, remedies::send_previous(case)))
}

pub(crate) const CERTIFICATE_REVOKED: RuleText = RuleText {
    says: "The certificate that was, or would be, sent has been revoked by its authority.",
    why: "The authority withdrew it before its end; a receiver that checks no longer trusts it.",
    example: "Get-ExchangeCertificate shows Status Revoked; event 30 of the CAPI2 log has 80092010.",
    helps: "Get a new certificate with the same names, issuer and subject.",
    certainty: "Inferred: which reply Exchange Online gives to it is not documented.",
    sources: "RFC 5280, section 6.3",
};

pub(crate) fn revoked(case: &Case<'_>) -> Option<Answer> {
    if !case.is_revoked() {
        return None;
    }
    let message = format!(
        "{} has been revoked by its authority. Which reply Exchange Online gives to that is not \
         documented.",
        capital(&case.certificate_text()),
    );
    let logged = case.logged_fault(ChainFault::Revoked);
    let by_event = logged.map(LoggedFault::proof).into_iter().collect();
    let proof = Proof {
        verdict: case.uncertain_if_delivered(),
        ..Proof::of([case.log_proof(), by_event, case.certificate_proof()].concat())
    };
    Some(proof.says(message, remedies::replace_certificate(case)))
}

pub(crate) const CERTIFICATE_EXPIRES_SOON: RuleText = RuleText {
    says: "The certificate expires soon.",
    why: "From its end on it is trusted no more, and mail that must be relayed is refused.",
    example: "In the last third of the validity, 30 days at most (or as set), a warning, in the last week an error.",
    helps: "Renew it with the same issuer, subject and names: then no connector has to be changed.",
    certainty: "Documented: the date stands in the certificate.",
    sources: "RFC 5280, section 4.1.2.5",
};

pub(crate) fn expires_soon(case: &Case<'_>) -> Option<Answer> {
    let end = case.not_after()?;
    let left = end.time().ticks() - case.evidence.at.ticks();
    let days = left / TICKS_PER_DAY;
    let is_soon = ends_soon(case.evidence.at, (case.not_before(), end), case.evidence.warning_days);
    if !is_soon || !case.is_known() {
        return None;
    }
    let tone = match days {
        0..7 => "Renew it now",
        7..14 => "Renew it this week",
        _ => "Plan its renewal",
    };
    let message = format!(
        "{} expires on {}, in {days} days. {tone}: with the same issuer, subject and names no \
         connector has to be changed.",
        capital(&case.certificate_text()),
        date(end),
    );
    // In the last week it is an error.
    let severity = (days < 7).then_some(Severity::Error);
    let proof = Proof { severity, ..Proof::of(case.certificate_proof()) };
    Some(proof.says(message, remedies::replace_certificate(case)))
}

pub(crate) const CERTIFICATE_EXPIRED_SINCE: RuleText = RuleText {
    says: "The certificate was valid in the sessions of the log and has expired since.",
    why: "Old logs show how it was; what the server sends today they do not show.",
    example: "The last session is of May, the certificate ended in June, the report is of July.",
    helps: "Renew the certificate; give newer logs.",
    certainty: "Documented: the date stands in the certificate.",
    sources: "RFC 5280, section 4.1.2.5",
};

pub(crate) fn expired_since(case: &Case<'_>) -> Option<Answer> {
    let is_between = |end: &StatedTime| *end >= case.at && *end < case.evidence.at;
    let end = case.not_after().filter(|end| case.incident.is_some() && is_between(end))?;
    let thumbprint = case.plain_thumbprint()?;
    let is_used_since = |other: &Incident| {
        let sent = other.sent.as_ref().and_then(|sent| sent.thumbprint.as_deref());
        other.last >= end.time() && sent == Some(thumbprint.as_str())
    };
    if case.evidence.incidents.all.iter().any(is_used_since) {
        return None;
    }
    let message = format!(
        "{} was valid in the sessions of the log and has expired since, on {}.",
        capital(&case.certificate_text()),
        date(end),
    );
    let proof = Proof::of(case.certificate_proof());
    Some(proof.says(message, remedies::replace_certificate(case)))
}
