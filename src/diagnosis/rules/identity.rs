//! Whether the session showed an identity at all.

use super::addresses::is_not_listed;
use super::rule::{Answer, Proof, RuleText};
use crate::connector::{AttributionOutcome, Selected, SelectionBasis, ShownCertificate};
use crate::diagnosis::case::Case;
use crate::diagnosis::evidence::incident::Incident;
use crate::diagnosis::literal::capital;
use crate::diagnosis::remedies;
use crate::diagnosis::report::Severity;
use crate::session::TlsStatus;

/// The incident, where the log shows a refusal without any identity, or where connectors were given
/// and none lists the address. Mail that was accepted without a certificate is no fault by itself.
fn without_identity<'a>(case: &Case<'a>) -> Option<&'a Incident> {
    let is_shown_none = case.presented == ShownCertificate::None && case.rests_on_attribution();
    let is_outcome = matches!(case.outcome(), Some(AttributionOutcome::NoIdentity));
    let is_judged = case.is_relay_denied() || case.evidence.inbound_connectors.is_some();
    case.incident.filter(|_| is_shown_none && is_outcome && is_judged)
}

fn proof_of(case: &Case<'_>) -> Proof {
    Proof { verdict: case.uncertain_if_delivered(), ..Proof::of(case.log_proof()) }
}

fn address_text(case: &Case<'_>) -> String {
    case.address().map(|address| format!(" {address}")).unwrap_or_default()
}

pub(crate) const START_TLS_NOT_OFFERED: RuleText = RuleText {
    says: "The server was not offered STARTTLS, so it showed no certificate, and no connector is \
           known to list its address.",
    why: "Exchange Online always offers STARTTLS; a device between hides the offer. Without TLS \
          there is no certificate, and without either identity the mail belongs to no tenant.",
    example: "The EHLO reply of the log has no STARTTLS; the reply to RCPT is 550 5.7.64.",
    helps: "Switch SMTP inspection off for this server.",
    certainty: "Inferred: that Exchange Online offered it is known of Exchange Online, not seen.",
    sources: "KB 4051495; RFC 3207",
};

pub(crate) fn start_tls_not_offered(case: &Case<'_>) -> Option<Answer> {
    let incident = without_identity(case)?;
    let message = format!(
        "{} was not offered STARTTLS, so it showed no certificate, and no inbound connector of \
         type OnPremises is known to list its address{}. Exchange Online always offers STARTTLS: \
         something between hides it.",
        capital(&case.server_text()),
        address_text(case),
    );
    let mut proof = proof_of(case);
    if is_not_listed(case) {
        // Connectors by address ask for no certificate: the address is what is missing.
        (proof.is_advice, proof.severity) = (true, Some(Severity::Warning));
    }
    (incident.tls_status == TlsStatus::NotOffered)
        .then(|| proof.says(message, vec![remedies::stop_inspection()]))
}

pub(crate) const NO_CERTIFICATE_OFFERED: RuleText = RuleText {
    says: "The server showed no certificate, and no connector is known to list its address.",
    why: "Exchange Online determines whose mail it is by the certificate, else by the address; a server \
          that shows neither sends as a stranger (550 5.7.64 for mail to other organisations).",
    example: "No row 'Sending certificate' stands between STARTTLS and the refusal; the connector \
              of the tenant expects mail.contoso.com.",
    helps: "Set TlsCertificateName of the send connector; or list the public address on the inbound \
            connector.",
    certainty: "Inferred from the missing rows of the log.",
    sources: "KB 4051495",
};

/// Why there was none to show, where the configuration says it.
fn why_none(case: &Case<'_>) -> Option<String> {
    let selection = case.selection.as_ref().filter(|one| one.selected == Selected::NotFound)?;
    let SelectionBasis::TlsCertificateName(name) = &selection.basis else { return None };
    Some(format!(
        ", and fits the configuration: TlsCertificateName {name} fits no installed certificate \
         (events 12014 and 12016)"
    ))
}

pub(crate) fn no_certificate(case: &Case<'_>) -> Option<Answer> {
    let incident = without_identity(case)?;
    if incident.tls_status == TlsStatus::NotOffered {
        return None;
    }
    let message = format!(
        "{} showed no certificate in the session over {}, and no inbound connector of type \
         OnPremises is known to list its address{}: Exchange Online cannot determine whose mail it is. \
         That no certificate was offered is concluded from the missing rows of the log{}.",
        capital(&case.server_text()),
        case.send_connector_name().unwrap_or("the send connector"),
        address_text(case),
        why_none(case).unwrap_or_default(),
    );
    let mut steps = remedies::select_certificate(case);
    steps.extend(remedies::list_address(case));
    Some(proof_of(case).says(message, steps))
}
