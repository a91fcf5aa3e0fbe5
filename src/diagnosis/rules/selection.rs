//! Which installed certificate the send connector chooses, and what a renewal changes in it.

use super::rule::{Answer, Proof, RuleText};
use crate::certificate::TlsCertificateName;
use crate::chain::Trust;
use crate::connector::{
    CertificateDifference, ExchangeCertificate, Selected, SelectionBasis, SentComparison,
    is_named_by, successor_of, twins_of,
};
use crate::diagnosis::case::Case;
use crate::diagnosis::literal::{date, listed};
use crate::diagnosis::remedies;

fn thumbprint_of(one: &ExchangeCertificate) -> Option<String> {
    one.thumbprint.map(|thumbprint| thumbprint.to_string())
}

pub(crate) const TWIN_CERTIFICATES: RuleText = RuleText {
    says: "Other installed certificates have the same issuer and subject as the one that is sent.",
    why: "TlsCertificateName is issuer and subject: it cannot distinguish them, and after a renewal \
          with the same names there is nothing to set on the send connector.",
    example: "Two certificates of the same authority for mail.contoso.com, until 2026-12 and 2027-12.",
    helps: "Nothing has to be done; the thumbprint in the log says which one is sent.",
    certainty: "Documented.",
    sources: "Set-SendConnector -TlsCertificateName",
};

pub(crate) fn twin_certificates(case: &Case<'_>) -> Option<Answer> {
    let all = &case.selectable;
    let own = case.plain_thumbprint()?;
    let place = all.iter().position(|one| thumbprint_of(one).as_ref() == Some(&own))?;
    let twins = twins_of(place, all).into_iter().filter_map(|index| {
        let one = all.get(index)?;
        let end = one.not_after.map(date).unwrap_or_default();
        Some(format!("{} (until {end})", one.thumbprint?))
    });
    let twins: Vec<String> = twins.collect();
    if twins.is_empty() {
        return None;
    }
    let message = format!(
        "Installed beside {}, with the same issuer and subject: {}. TlsCertificateName cannot distinguish them; only the thumbprint can. After a renewal with the same names there is nothing \
         to set on the send connector.",
        case.certificate_text(),
        listed(twins.iter().map(String::as_str), 4),
    );
    Some(Proof::of(case.certificate_proof()).says(message, Vec::new()))
}

pub(crate) const NEWEST_TWIN_UNUSABLE: RuleText = RuleText {
    says: "The newest installed certificate with the same issuer and subject cannot be used, and \
           Exchange takes the newest.",
    why: "TlsCertificateName names issuer and subject; of several that fit, the newest is taken, \
          whatever its Status. One that is revoked or not valid then blocks the older one, which \
          would do.",
    example: "A renewed certificate with Status Revoked beside the former one, both bound to SMTP: \
              event 2004.",
    helps: "Take the unusable one away from the server, after noting its thumbprint.",
    certainty: "Observed.",
    sources: "event 2004 (MSExchangeTransport, SmtpSend); observed",
};

pub(crate) fn newest_twin_unusable(case: &Case<'_>) -> Option<Answer> {
    let all = &case.selectable;
    let own = case.plain_thumbprint()?;
    let place = all.iter().position(|one| thumbprint_of(one).as_ref() == Some(&own))?;
    let named = twins_of(place, all).into_iter().chain(std::iter::once(place));
    let newest = named.filter_map(|index| all.get(index)).max_by_key(|one| one.not_after)?;
    let status = newest.unusable_status()?;
    let thumbprint = newest.thumbprint.filter(|thumbprint| thumbprint.to_string() != own)?;
    let message = format!(
        "The newest installed certificate with issuer and subject of {}, {thumbprint}, has the \
         Status {status}: Exchange takes the newest, and this one would be refused.",
        case.certificate_text()
    );
    let proof = Proof::of(case.certificate_proof());
    Some(proof.says(message, vec![remedies::take_away(case, thumbprint)]))
}

pub(crate) const ANOTHER_CERTIFICATE_SELECTED: RuleText = RuleText {
    says: "By its configuration the server would send another certificate than the log shows.",
    why: "The configuration was changed after the sessions, or transport has not taken the change \
          up yet.",
    example: "TlsCertificateName fits the renewed certificate; the newest session still sent the \
              old one.",
    helps: "Wait for the next session; restart transport only if it goes on.",
    certainty: "Inferred from how Exchange chooses.",
    sources: "Set-SendConnector -TlsCertificateName",
};

pub(crate) fn another_selected(case: &Case<'_>) -> Option<Answer> {
    let selection = case.selection.as_ref().filter(|_| case.is_newest_of_place())?;
    let other =
        match (selection.compare_with_sent(case.logged?, &case.selectable), &selection.selected) {
            (SentComparison::Twin { .. } | SentComparison::Other { .. }, Selected::One(index)) => {
                case.selectable.get(*index)?
            }
            _ => return None,
        };
    let message = format!(
        "By its configuration {} would send the certificate {} over {}; the log shows {}. The \
         configuration was changed since, or transport has not taken it up yet.",
        case.server_text(),
        thumbprint_of(other).unwrap_or_default(),
        case.send_connector_name().unwrap_or("the send connector"),
        case.certificate_text(),
    );
    let proof = Proof::of([case.log_proof(), case.certificate_proof()].concat());
    Some(proof.says(message, remedies::take_up(case, other)))
}

pub(crate) const NEW_ISSUER_AFTER_RENEWAL: RuleText = RuleText {
    says: "A renewed certificate has another issuer than TlsCertificateName names, and is not sent.",
    why: "TlsCertificateName holds issuer and subject; authorities change their intermediates, and \
          the renewed certificate no longer fits.",
    example: "The connector names <I>CN=YR1<S>CN=mail.contoso.com; the renewed certificate is of \
              CN=YR2.",
    helps: "Set-SendConnector -TlsCertificateName with the new issuer.",
    certainty: "Documented.",
    sources: "Set-SendConnector -TlsCertificateName",
};

/// The certificate of another issuer that takes over from the one that the send connector names.
fn renewed<'c>(case: &'c Case<'_>, name: &str, blanks: bool) -> Option<&'c ExchangeCertificate> {
    let all = &case.selectable;
    let named = all.iter().filter(|one| is_named_by(one, name, blanks) == Some(true));
    let named = named.max_by_key(|one| one.not_after).cloned();
    let present = named.or_else(|| {
        let name: TlsCertificateName = name.parse().ok()?;
        Some(ExchangeCertificate {
            issuer: Some(name.issuer.to_string()),
            subject: Some(name.subject.to_string()),
            ..ExchangeCertificate::default()
        })
    })?;
    let is_trusted = |one: &ExchangeCertificate| {
        let chain = case.evidence.chain(one.certificate.as_ref()?, &[], case.evidence.at);
        match chain.trust {
            Trust::Trusted | Trust::MicrosoftProgramme => Some(true),
            Trust::Untrusted | Trust::PrivateAuthority => Some(false),
            Trust::Blocked | Trust::UnknownRoot => None,
        }
    };
    let found = successor_of(&present, all, case.evidence.at, is_trusted)?;
    let is_by_another = found.differences.contains(&CertificateDifference::Issuer)
        && !found.differences.contains(&CertificateDifference::Subject);
    all.get(found.index).filter(|_| is_by_another)
}

pub(crate) fn new_issuer(case: &Case<'_>) -> Option<Answer> {
    let located = case.send_connector?;
    let present = located.object.tls_certificate_name.as_deref()?;
    let one = renewed(case, present, located.object.has_uncertain_blanks)?;
    let issuer = one.issuer.as_deref().unwrap_or_default();
    let message = format!(
        "The certificate {} has the subject that the send connector names, but a new issuer \
         ({issuer}): TlsCertificateName still names the old one, so that the renewed certificate \
         is not sent.",
        thumbprint_of(one).unwrap_or_default(),
    );
    let step =
        remedies::send(case, Some(one), "Name the renewed certificate on the send connector.");
    let text = format!("TlsCertificateName {present}");
    Some(Proof::at(&located.path, located.line, &text).says(message, vec![step]))
}

pub(crate) const SELECTION_DISPUTED: RuleText = RuleText {
    says: "Two installed certificates fit the send connector, and sources disagree on which is sent.",
    why: "Among those with the same issuer and subject the Exchange team's blog names the one that \
          expires last, Microsoft Learn the one that begins last.",
    example: "One from May until next May, another from June until next March.",
    helps: "A session in the send log settles it.",
    certainty: "Open: the sources contradict each other.",
    sources: "Exchange team blog; Microsoft Learn",
};

pub(crate) fn selection_disputed(case: &Case<'_>) -> Option<Answer> {
    let selection = case.selection.as_ref().filter(|_| case.incident.is_none())?;
    let Selected::Disputed { expires_last, begins_last } = &selection.selected else { return None };
    if !matches!(selection.basis, SelectionBasis::TlsCertificateName(_)) {
        return None;
    }
    let thumbprint =
        |index: &usize| case.selectable.get(*index).and_then(thumbprint_of).unwrap_or_default();
    let message = format!(
        "Two installed certificates have the issuer and subject that the send connector names. \
         Sources disagree on which is sent: {} (expires last: Exchange team blog) or {} \
         (begins last: Microsoft Learn). A session in the send log settles it.",
        thumbprint(expires_last),
        thumbprint(begins_last),
    );
    let proof = case.send_connector.map(|one| {
        let name = one.object.tls_certificate_name.as_deref().unwrap_or_default();
        Proof::at(&one.path, one.line, name)
    });
    Some(proof.unwrap_or_default().says(message, Vec::new()))
}
