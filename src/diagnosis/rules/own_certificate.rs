//! Row 1 of the table: TLS that fails by this server's own certificate, before anything is sent.

use crate::connector::{CertificateServices, Selected, SelectionBasis};
use crate::diagnosis::case::Case;
use crate::diagnosis::evidence::chain_log::LoggedFault;
use crate::diagnosis::literal::capital;
use crate::diagnosis::remedies;
use crate::diagnosis::report::{Confidence, Remedy};
use crate::diagnosis::rules::chain_log::logged;
use crate::diagnosis::rules::rule::Proof;
use crate::diagnosis::rules::tls::failed_with;
use crate::evidence::chain_event::ChainFault;
use crate::reply::RejectionClass;

pub(crate) fn name_not_found(case: &Case<'_>) -> Option<Proof> {
    if case.class() == Some(RejectionClass::TlsCertificateNameNotFound) {
        return Some(Proof::of(case.log_proof()));
    }
    let selection = case.selection.as_ref()?;
    let is_named = matches!(selection.basis, SelectionBasis::TlsCertificateName(_));
    // Where the log shows a certificate, the list of installed ones is another server's.
    let is_predicted = case.incident.is_none()
        && case.given.is_none()
        && is_named
        && selection.selected == Selected::NotFound;
    let connector = case.send_connector.filter(|_| is_predicted)?;
    let value = connector.object.tls_certificate_name.as_deref().unwrap_or_default();
    Some(Proof::at(&connector.path, connector.line, &format!("TlsCertificateName {value}")))
}

pub(crate) fn name_not_found_message(case: &Case<'_>) -> String {
    let value = case.send_connector.and_then(|one| one.object.tls_certificate_name.as_deref());
    let value = value.map(|value| format!(" {value}")).unwrap_or_default();
    format!(
        "No certificate of {} fits the TlsCertificateName{value} of the send connector {}: a \
         renewal by another issuer, a removed certificate, or one that is missing on this server.",
        case.server_text(),
        case.send_connector_name().unwrap_or("(unnamed)"),
    )
}

pub(crate) fn name_not_found_remedy(case: &Case<'_>) -> Vec<Remedy> {
    vec![remedies::select_certificate(case), remedies::restart_transport()]
}

pub(crate) fn no_private_key(case: &Case<'_>) -> Option<Proof> {
    let lacks_key = case.installed.is_some_and(|one| one.object.has_private_key == Some(false));
    let is_named = failed_with(case, &["NoCredentials"]);
    let is_proved_by_export = failed_with(case, &["UnknownCredentials"]) && lacks_key;
    (is_named || is_proved_by_export)
        .then(|| Proof::of(case.log_proof()))
        .or_else(|| crate::diagnosis::rules::local_stores::without_key(case))
}

pub(crate) fn no_private_key_message(case: &Case<'_>) -> String {
    if case.incident.is_none() {
        return format!(
            "{} is installed on {} without its private key: it cannot be sent.",
            capital(&case.certificate_text()),
            case.server_text(),
        );
    }
    format!(
        "TLS failed with {}: {} has no private key on {}, so it cannot be sent over {}.",
        case.tls_error().unwrap_or_default(),
        case.certificate_text(),
        case.server_text(),
        case.send_connector_name().unwrap_or("the send connector"),
    )
}

pub(crate) fn no_private_key_remedy(case: &Case<'_>) -> Vec<Remedy> {
    vec![
        remedies::import_with_key(case),
        remedies::check_private_key(case),
        remedies::select_certificate(case),
    ]
}

fn is_enabled_for_smtp(case: &Case<'_>) -> Option<bool> {
    let services = case.installed?.object.services?;
    Some(services.contains(CertificateServices::SMTP))
}

fn has_no_key(case: &Case<'_>) -> bool {
    case.installed.is_some_and(|one| one.object.has_private_key == Some(false))
}

pub(crate) fn not_enabled(case: &Case<'_>) -> Option<Proof> {
    let is_failure = failed_with(case, &["UnknownCredentials"]) && !has_no_key(case);
    let is_key = logged(case, ChainFault::PrivateKeyUnavailable).is_some();
    (is_failure && is_enabled_for_smtp(case) != Some(true) && !is_key).then(|| {
        let mut evidence = case.log_proof();
        let services = case.installed.and_then(|one| Some((one, one.object.services?)));
        if let Some((one, services)) = services {
            evidence
                .extend(Proof::at(&one.path, one.line, &format!("Services {services}")).evidence);
        }
        Proof::of(evidence)
    })
}

pub(crate) fn not_enabled_message(case: &Case<'_>) -> String {
    let certainty = if is_enabled_for_smtp(case) == Some(false) {
        "is not enabled for SMTP"
    } else {
        "is not enabled for SMTP, or its private key cannot be used"
    };
    format!(
        "TLS failed with UnknownCredentials before anything was sent: {} {certainty} on {} (send \
         connector {}). The queue shows 421 4.4.1 Connection timed out for it: it is no matter of \
         the network.",
        case.certificate_text(),
        case.server_text(),
        case.send_connector_name().unwrap_or("(unnamed)"),
    )
}

pub(crate) fn not_enabled_remedy(case: &Case<'_>) -> Vec<Remedy> {
    vec![
        remedies::enable_for_smtp(case),
        remedies::check_private_key(case),
        remedies::restart_transport(),
    ]
}

pub(crate) fn key_not_usable(case: &Case<'_>) -> Option<Proof> {
    let is_failure = failed_with(case, &["UnknownCredentials"]) && !has_no_key(case);
    let logged = logged(case, ChainFault::PrivateKeyUnavailable);
    let is_key = logged.is_some() || is_enabled_for_smtp(case) == Some(true);
    (is_failure && is_key)
        .then(|| {
            let by_event = logged.map(LoggedFault::proof).into_iter().collect();
            Proof {
                confidence: logged.map(|_| Confidence::Observed),
                ..Proof::of([case.log_proof(), by_event].concat())
            }
        })
        .or_else(|| crate::diagnosis::rules::local_stores::unreadable_key(case))
}

pub(crate) fn key_not_usable_message(case: &Case<'_>) -> String {
    if case.incident.is_none() {
        return format!(
            "NETWORK SERVICE, under which transport runs, may not read the private key of {} on {}: \
             it cannot be sent.",
            case.certificate_text(),
            case.server_text(),
        );
    }
    let why = match logged(case, ChainFault::PrivateKeyUnavailable) {
        Some(logged) => {
            let result = logged.failure.result.map(|result| result.to_string());
            format!(
                "event 70 tells that its private key cannot be used: {}",
                result.unwrap_or_default()
            )
        }
        None => "it is enabled for SMTP, so its private key cannot be used: most likely NETWORK \
                 SERVICE may not read it"
            .to_owned(),
    };
    format!(
        "TLS failed with UnknownCredentials for {} on {}: {why}.",
        case.certificate_text(),
        case.server_text(),
    )
}

pub(crate) fn key_not_usable_remedy(case: &Case<'_>) -> Vec<Remedy> {
    vec![remedies::check_private_key(case), remedies::import_with_key(case)]
}
