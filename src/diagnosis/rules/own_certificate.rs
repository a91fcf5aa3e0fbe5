//! TLS that fails by this server's own certificate, before anything is sent.

use super::rule::{Answer, Proof, RuleText};
use crate::connector::{CertificateServices, ExchangeCertificate, Selected, SelectionBasis};
use crate::diagnosis::case::Case;
use crate::diagnosis::evidence::chain_log::LoggedFault;
use crate::diagnosis::literal::capital;
use crate::diagnosis::remedies;
use crate::diagnosis::report::Confidence;
use crate::evidence::chain_event::ChainFault;
use crate::reply::RejectionClass;
use crate::windows::{KeyPresence, PrivateKey};

/// What the store of the machine is called in reports.
const MY: &str = r"LocalMachine\My";

fn key_in_words(key: &PrivateKey) -> String {
    let kind = key.kind.unwrap_or("key");
    let provider = key.provider.as_deref().unwrap_or("unknown provider");
    let container = key.container.as_deref().unwrap_or_default();
    format!("{kind}, {provider}, {container}")
}

pub(crate) const TLS_CERTIFICATE_NAME_NOT_FOUND: RuleText = RuleText {
    says: "No certificate of the server fits the TlsCertificateName of the send connector.",
    why: "The name is issuer and subject: a renewal by another issuer, a removed certificate or a \
          server without it leaves nothing to send, and TLS does not begin.",
    example: "454 4.7.5 The certificate specified in TlsCertificateName of the SendConnector could \
              not be found.",
    helps: "Name the certificate that the server has on the send connector.",
    certainty: "Documented: the reply and the events say it.",
    sources: "events 12014 and 12016 (MSExchangeTransport)",
};

pub(crate) fn name_not_found(case: &Case<'_>) -> Option<Answer> {
    let value = case.send_connector.and_then(|one| one.object.tls_certificate_name.as_deref());
    let proof = if case.class() == Some(RejectionClass::TlsCertificateNameNotFound) {
        Proof::of(case.log_proof())
    } else {
        let selection = case.selection.as_ref()?;
        let is_named = matches!(selection.basis, SelectionBasis::TlsCertificateName(_));
        // Where the log shows a certificate, the list of installed ones is another server's.
        let is_predicted = case.incident.is_none()
            && case.given.is_none()
            && is_named
            && selection.selected == Selected::NotFound;
        let connector = case.send_connector.filter(|_| is_predicted)?;
        let text = format!("TlsCertificateName {}", value.unwrap_or_default());
        Proof::at(&connector.path, connector.line, &text)
    };
    let value = value.map(|value| format!(" {value}")).unwrap_or_default();
    if let Some(chosen) = fitting(case) {
        let message = format!(
            "Exchange found no certificate of {} for the TlsCertificateName{value} of the send \
             connector {}, and the given export of its certificates holds one that fits, {}: it came \
             after the error, its private key cannot be used, or transport has not taken it up.",
            case.server_text(),
            case.send_connector_name().unwrap_or("(unnamed)"),
            chosen.thumbprint.map(|one| one.to_string()).unwrap_or_default(),
        );
        return Some(proof.says(message, remedies::take_up(case, chosen)));
    }
    let message = format!(
        "No certificate of {} fits the TlsCertificateName{value} of the send connector {}: a \
         renewal by another issuer, a removed certificate, or one that is missing on this server.",
        case.server_text(),
        case.send_connector_name().unwrap_or("(unnamed)"),
    );
    let steps = [remedies::select_certificate(case), vec![remedies::restart_transport()]].concat();
    Some(proof.says(message, steps))
}

/// The installed certificate that fits the TlsCertificateName, where the error says that none does.
fn fitting<'c>(case: &'c Case<'_>) -> Option<&'c ExchangeCertificate> {
    let selection = case.selection.as_ref().filter(|_| case.incident.is_some())?;
    match (&selection.basis, &selection.selected) {
        (SelectionBasis::TlsCertificateName(_), Selected::One(index)) => {
            case.selectable.get(*index)
        }
        _ => None,
    }
}

pub(crate) const NO_PRIVATE_KEY: RuleText = RuleText {
    says: "The certificate has no private key on the server.",
    why: "Without its key Windows cannot show the certificate; TLS fails before anything is sent.",
    example: "TLS negotiation failed with error NoCredentials; the certificate was imported from a \
              .cer file.",
    helps: "Import the certificate from a PFX file that holds its key.",
    certainty: "Documented.",
    sources: "KB 4495258",
};

pub(crate) fn no_private_key(case: &Case<'_>) -> Option<Answer> {
    let is_named = case.failed_with(&["NoCredentials"]);
    let is_proved_by_export = case.failed_with(&["UnknownCredentials"]) && case.lacks_private_key();
    let proof = if is_named || is_proved_by_export {
        Proof::of(case.log_proof())
    } else {
        let key = case.stored_key()?;
        if !matches!(key.presence, KeyPresence::None | KeyPresence::Missing) {
            return None;
        }
        let text = format!("private key: {} ({})", key.presence.name(), key_in_words(key));
        Proof::at(MY, 0, &text)
    };
    let message = if case.incident.is_none() {
        format!(
            "{} is installed on {} without its private key: it cannot be sent.",
            capital(&case.certificate_text()),
            case.server_text(),
        )
    } else {
        format!(
            "TLS failed with {}: {} has no private key on {}, so it cannot be sent over {}.",
            case.tls_error().unwrap_or_default(),
            case.certificate_text(),
            case.server_text(),
            case.send_connector_name().unwrap_or("the send connector"),
        )
    };
    let mut steps = vec![remedies::repair_key(case), remedies::import_with_key(case)];
    steps.extend(remedies::select_certificate(case));
    Some(proof.says(message, steps))
}

fn is_enabled_for_smtp(case: &Case<'_>) -> Option<bool> {
    let services = case.installed?.object.services?;
    Some(services.contains(CertificateServices::SMTP))
}

pub(crate) const CERTIFICATE_NOT_ENABLED_FOR_SMTP: RuleText = RuleText {
    says: "The certificate is not enabled for SMTP, or its private key cannot be used.",
    why: "Exchange gives the certificate to TLS, and Windows cannot make credentials of it; the \
          queue then shows a time-out, which it is not.",
    example: "TLS negotiation failed with error UnknownCredentials; Services: None.",
    helps: "Enable-ExchangeCertificate -Services SMTP, and No to the question about the default \
            certificate.",
    certainty: "Documented where Services are known; else the key may be the reason.",
    sources: "KB 4051498",
};

pub(crate) fn not_enabled(case: &Case<'_>) -> Option<Answer> {
    let is_enabled = is_enabled_for_smtp(case);
    let is_key = case.logged_fault(ChainFault::PrivateKeyUnavailable).is_some();
    if !case.is_unusable() || is_enabled == Some(true) || is_key {
        return None;
    }
    let mut evidence = case.log_proof();
    if let Some((one, services)) = case.installed.and_then(|one| Some((one, one.object.services?)))
    {
        evidence.extend(Proof::at(&one.path, one.line, &format!("Services {services}")).evidence);
    }
    let certainty = if is_enabled == Some(false) {
        "is not enabled for SMTP"
    } else {
        "is not enabled for SMTP, or its private key cannot be used"
    };
    let message = format!(
        "TLS failed with UnknownCredentials before anything was sent: {} {certainty} on {} (send \
         connector {}). The queue shows 421 4.4.1 Connection timed out for it: it is no matter of \
         the network.",
        case.certificate_text(),
        case.server_text(),
        case.send_connector_name().unwrap_or("(unnamed)"),
    );
    let steps = vec![
        remedies::enable_for_smtp(case),
        remedies::check_private_key(case),
        remedies::restart_transport(),
    ];
    Some(Proof::of(evidence).says(message, steps))
}

pub(crate) const PRIVATE_KEY_NOT_USABLE: RuleText = RuleText {
    says: "The certificate is enabled for SMTP, and its private key cannot be used.",
    why: "Transport runs as NETWORK SERVICE, which must be allowed to read the key; a key that is \
          damaged or lies in a provider that Schannel cannot use fails alike.",
    example: "TLS negotiation failed with error UnknownCredentials; Services: SMTP; event 70 of the \
              CAPI2 log.",
    helps: "Let NETWORK SERVICE read the key; else import the certificate with its key again, into a \
            provider that is no Key Storage Provider (observers report that Exchange cannot use CNG \
            keys): certutil -csp \"Microsoft RSA SChannel Cryptographic Provider\" -importpfx.",
    certainty: "Inferred; observed where the CAPI2 log or the store of the machine shows it.",
    sources: "KB 4051498; winerror.h, SEC_E_UNKNOWN_CREDENTIALS",
};

pub(crate) fn key_not_usable(case: &Case<'_>) -> Option<Answer> {
    let logged = case.logged_fault(ChainFault::PrivateKeyUnavailable);
    let is_key = logged.is_some() || is_enabled_for_smtp(case) == Some(true);
    let proof = if case.is_unusable() && is_key {
        let by_event = logged.map(LoggedFault::proof).into_iter().collect();
        Proof {
            confidence: logged.map(|_| Confidence::Observed),
            ..Proof::of([case.log_proof(), by_event].concat())
        }
    } else {
        let key = key_in_words(case.unreadable_key()?);
        Proof::at(MY, 0, &format!("NETWORK SERVICE may not read the private key ({key})"))
    };
    let message = if case.incident.is_none() {
        format!(
            "NETWORK SERVICE, under which transport runs, may not read the private key of {} on {}: \
             it cannot be sent.",
            case.certificate_text(),
            case.server_text(),
        )
    } else {
        let why = match logged {
            Some(logged) => {
                let result = logged.failure.result.map(|result| result.to_string());
                format!(
                    "event 70 says that its private key cannot be used: {}",
                    result.unwrap_or_default()
                )
            }
            None => {
                "it is enabled for SMTP, so its private key cannot be used: most likely NETWORK \
                     SERVICE may not read it; observers also report it of keys in a CNG provider (Key \
                     Storage Provider), which Exchange cannot use"
                    .to_owned()
            }
        };
        format!(
            "TLS failed with UnknownCredentials for {} on {}: {why}.",
            case.certificate_text(),
            case.server_text(),
        )
    };
    let steps = vec![
        remedies::check_private_key(case),
        remedies::repair_key(case),
        remedies::import_with_key(case),
    ];
    Some(proof.says(message, steps))
}
