//! What the logs of the Hybrid Configuration Wizard add: changes before the failures.

use super::rule::{Answer, Proof, RuleText};
use crate::connector::{ConnectorNameMatch, ShownCertificate, match_certificate};
use crate::diagnosis::case::Case;
use crate::diagnosis::case::wizard_state::OLD_DAYS;
use crate::diagnosis::evidence::incident::Ending;
use crate::diagnosis::literal::{capital, counted};
use crate::diagnosis::remedies;
use crate::diagnosis::report::{EvidenceLine, Severity};
use crate::evidence::{
    HybridChange, HybridConnector, HybridObjectType, HybridOutcome, PropertyChange,
};
use crate::reply::RejectionClass;
use crate::timestamp::{TICKS_PER_DAY, TICKS_PER_HOUR, Timestamp};

/// How long before the first failure a change counts as shortly before: it takes up to about an
/// hour to arrive (observed), and at night little mail is sent.
const SHORTLY: i64 = TICKS_PER_DAY;
/// How far a time may be off whose zone is not known.
const GREATEST_ZONE: i64 = 14 * TICKS_PER_HOUR;

fn changes<'c>(case: &'c Case<'_>) -> impl Iterator<Item = &'c HybridChange> {
    case.evidence.hybrid.iter().flat_map(|history| &history.changes)
}

/// The line of the wizard's log that shows a change.
pub(super) fn proof_of(change: &HybridChange) -> EvidenceLine {
    let cmdlet = change.cmdlet.as_deref().unwrap_or("wanted otherwise");
    let identity = change.identity.as_deref().unwrap_or("an object that is not known");
    let values = change.properties.iter().filter(|one| one.is_different()).map(|one| {
        let before = one.before.as_deref().unwrap_or("empty");
        let after = one.after.as_deref().unwrap_or("empty");
        format!(", {} from {before} to {after}", one.name)
    });
    let outcome = match change.outcome {
        HybridOutcome::Succeeded => "",
        HybridOutcome::Failed => ", failed",
        HybridOutcome::NotShown => ", end not shown",
    };
    let text = format!("{cmdlet} {identity}{}{outcome}", values.collect::<String>());
    EvidenceLine { path: change.log_path.clone(), line: change.line, text }
}

/// Whether a change came shortly before the incident began.
fn is_shortly_before(change: &HybridChange, first: Timestamp) -> bool {
    let slack = if change.is_time_zone_known { 0 } else { GREATEST_ZONE };
    change
        .time()
        .is_some_and(|time| (-slack..=SHORTLY + slack).contains(&(first.ticks() - time.ticks())))
}

/// The last change of a property of that kind of object shortly before the incident failed.
fn change_before<'c>(
    case: &'c Case<'_>,
    object_type: HybridObjectType,
    property: &str,
) -> Option<&'c HybridChange> {
    let first = case.incident.filter(|incident| incident.ending != Ending::Delivered)?.first;
    changes(case)
        .filter(|change| {
            change.object_type == object_type
                && change.outcome != HybridOutcome::Failed
                && change.property(property).is_some_and(PropertyChange::is_different)
                && is_shortly_before(change, first)
        })
        .last()
}

/// When, in words, a change came before the first failure.
fn when(case: &Case<'_>, change: &HybridChange) -> String {
    let Some(time) = change.time() else { return String::new() };
    if !change.is_time_zone_known {
        return format!("at {time} (its log does not show the time zone)");
    }
    let first = case.incident.map_or(time, |incident| incident.first);
    let hours = (first.ticks() - time.ticks()) / TICKS_PER_HOUR;
    let before = match u64::try_from(hours) {
        Ok(hours @ 1..) => counted(hours, "hour"),
        _ => "less than an hour".to_owned(),
    };
    format!("at {time}, {before} before the first of these sessions")
}

fn did(change: &HybridChange) -> &'static str {
    match change.outcome {
        HybridOutcome::NotShown => "set out to change",
        _ => "changed",
    }
}

/// Whether a value matches a name of the certificate that was sent.
fn fits(case: &Case<'_>, value: Option<&str>) -> bool {
    let (Some(value), ShownCertificate::Names(names)) = (value, &case.presented) else {
        return false;
    };
    matches!(match_certificate(value, names).relation, ConnectorNameMatch::Match(_))
}

pub(crate) const WIZARD_CHANGED_SENDER_NAME: RuleText = RuleText {
    says: "The Hybrid Configuration Wizard changed TlsSenderCertificateName shortly before the \
           refusals began.",
    why: "The connector then expects another name than the certificate that the server sends; a \
          change takes up to about an hour to arrive.",
    example: "Set-InboundConnector at 21:40, TlsSenderCertificateName from mail.contoso.com to \
              *.contoso.com; the first 550 5.7.64 at 22:15.",
    helps: "Set the connector back to the former name, if the server goes on sending that \
            certificate; else send the certificate that has the new name.",
    certainty: "Observed: the wizard's log holds the change; that it is the cause is inferred from \
                the names and the time.",
    sources: "KB 4051495",
};

pub(crate) fn changed_sender_name(case: &Case<'_>) -> Option<Answer> {
    let change =
        change_before(case, HybridObjectType::InboundConnector, "TlsSenderCertificateName")
            .filter(|_| case.is_relay_denied())?;
    let before = change.tls_sender_certificate_name_before.as_deref();
    let after = change.tls_sender_certificate_name_after.as_deref();
    let (fits_before, fits_after) = (fits(case, before), fits(case, after));
    let is_certain = change.outcome == HybridOutcome::Succeeded;
    let verdict = match (fits_before, fits_after) {
        (true, false) if is_certain => {
            " The certificate that was sent has the former name and not the new one: this is most \
             likely what broke it."
        }
        (true, false) => {
            " The certificate that was sent has the former name and not the new one: if the change \
             was made, it is most likely what broke it."
        }
        (false, true) => {
            " The certificate that was sent has the new name: unless the change had not arrived yet \
             (up to about an hour), it is not what broke it."
        }
        _ => " A change takes up to about an hour to arrive.",
    };
    let message = format!(
        "The Hybrid Configuration Wizard {} TlsSenderCertificateName of {} from {} to {} {}.{verdict}",
        did(change),
        change.identity.as_deref().unwrap_or("an inbound connector"),
        before.unwrap_or("nothing"),
        after.unwrap_or("nothing"),
        when(case, change),
    );
    let steps = match (before, change.identity.as_deref()) {
        (Some(former), Some(connector)) if fits_before && !fits_after => {
            let action = "If the server goes on sending this certificate: set the connector back \
                          to the former name."
                .to_owned();
            vec![remedies::set_sender_name(connector, former, after, action)]
        }
        _ => Vec::new(),
    };
    Some(Proof::of([vec![proof_of(change)], case.log_proof()].concat()).says(message, steps))
}

pub(crate) const WIZARD_CHANGED_CERTIFICATE_NAME: RuleText = RuleText {
    says: "The Hybrid Configuration Wizard changed TlsCertificateName of the send connector shortly \
           before the failures began.",
    why: "The server has sent another certificate since, or looks for one that it does not have.",
    example: "Set-SendConnector at 21:41, TlsCertificateName from <I>CN=CA 1<S>CN=mail.contoso.com \
              to <I>CN=CA 2<S>CN=mail.contoso.com; the first failure at 21:44.",
    helps: "See that each source server has the certificate that is named now, and that the inbound \
            connector expects its name.",
    certainty: "Observed: the wizard's log holds the change; that it is the cause is inferred from \
                the time.",
    sources: "Set-SendConnector -TlsCertificateName",
};

pub(crate) fn changed_certificate_name(case: &Case<'_>) -> Option<Answer> {
    let change = change_before(case, HybridObjectType::SendConnector, "TlsCertificateName")?;
    let is_same_connector = case.send_connector_name().is_none_or(|name| {
        change.identity.as_deref().is_none_or(|identity| identity.eq_ignore_ascii_case(name))
    });
    let has_failed = case.is_relay_denied()
        || case.tls_error().is_some()
        || case.class() == Some(RejectionClass::TlsCertificateNameNotFound);
    if !is_same_connector || !has_failed {
        return None;
    }
    let message = format!(
        "The Hybrid Configuration Wizard {} TlsCertificateName of {} from {} to {} {}: the server \
         has sent another certificate since, or looks for one that it does not have.",
        did(change),
        change.identity.as_deref().unwrap_or("a send connector"),
        change.tls_certificate_name_before.as_deref().unwrap_or("nothing"),
        change.tls_certificate_name_after.as_deref().unwrap_or("nothing"),
        when(case, change),
    );
    let proof = Proof::of([vec![proof_of(change)], case.log_proof()].concat());
    Some(proof.says(message, Vec::new()))
}

fn is_long_ago(case: &Case<'_>, change: &HybridChange) -> bool {
    let days = OLD_DAYS * TICKS_PER_DAY;
    change.time().is_some_and(|time| case.evidence.at.ticks() - time.ticks() > days)
}

/// A failed change of a name that decides, not long ago, after which none succeeded.
fn failed_change<'c>(case: &'c Case<'_>) -> Option<&'c HybridChange> {
    let decides = |change: &&HybridChange| {
        let name = match change.object_type {
            HybridObjectType::InboundConnector => "TlsSenderCertificateName",
            HybridObjectType::SendConnector => "TlsCertificateName",
            _ => return false,
        };
        change.property(name).is_some()
    };
    if !case.is_known() || case.is_delivered() {
        return None;
    }
    let all: Vec<&HybridChange> = changes(case).filter(decides).collect();
    let is_repaired = |place: usize, change: &HybridChange| {
        all.iter().skip(place + 1).any(|later| {
            later.object_type == change.object_type && later.outcome == HybridOutcome::Succeeded
        })
    };
    all.iter()
        .enumerate()
        .filter(|(_, change)| change.outcome == HybridOutcome::Failed && !is_long_ago(case, change))
        .filter(|(place, change)| !is_repaired(*place, change))
        .map(|(_, change)| *change)
        .next_back()
}

pub(crate) const WIZARD_CHANGE_FAILED: RuleText = RuleText {
    says: "The Hybrid Configuration Wizard failed to change a connector, and has not done it since.",
    why: "The wizard changes both ends one after the other; where one failed, the names of \
          certificate and connector may disagree.",
    example: "Set-InboundConnector ended with an error after Set-SendConnector had succeeded.",
    helps: "Mend what its log says, and run the wizard again.",
    certainty: "Observed: the wizard's log holds the error.",
    sources: "logs of the Hybrid Configuration Wizard",
};

pub(crate) fn failed(case: &Case<'_>) -> Option<Answer> {
    let change = failed_change(case)?;
    let after = change
        .tls_sender_certificate_name_after
        .as_deref()
        .or(change.tls_certificate_name_after.as_deref());
    let message = format!(
        "The Hybrid Configuration Wizard failed to set {} to {} (at {}), so that the two ends may \
         disagree: {}",
        change.identity.as_deref().unwrap_or("a connector"),
        after.unwrap_or("nothing"),
        change
            .time()
            .map_or_else(|| "a time that is not known".to_owned(), |time| time.to_string()),
        change.error.as_deref().unwrap_or("its log shows no error."),
    );
    Some(Proof::of(vec![proof_of(change)]).says(message, vec![remedies::rerun_wizard()]))
}

pub(crate) const WIZARD_UNDOES_CHANGES: RuleText = RuleText {
    says: "The Hybrid Configuration Wizard keeps the connector: what is changed there by hand may be \
           undone by its next run.",
    why: "The wizard sets its connectors to what was entered in it; it has done so before, or the \
          connector is one of its own (ConnectorSource HybridWizard).",
    example: "Someone set TlsSenderCertificateName in May; the wizard set it back in June.",
    helps: "Make the change in the wizard, by choosing the certificate there.",
    certainty: "Documented; a warning where its log shows that it undid a change.",
    sources: "KB 4051495",
};

pub(crate) fn undoes_changes(case: &Case<'_>) -> Option<Answer> {
    if !case.is_relay_denied() {
        return None;
    }
    let undone = changes(case).filter(|change| change.undoes_manual_change).last();
    let kept = kept_connector(case);
    let name = undone
        .and_then(|change| change.identity.as_deref())
        .or(kept.map(|state| state.name.as_str()))
        .unwrap_or("the connector");
    let rule = format!(
        "the Hybrid Configuration Wizard keeps {name}: what is changed there by hand may have to \
         be done again after its next run, unless the same is entered in the wizard."
    );
    let Some(change) = undone else {
        let state = kept?;
        let text = format!("{}, ConnectorSource HybridWizard", state.name);
        let proof = Proof::at(&state.log_path, state.line, &text);
        return Some(proof.says(capital(&rule), Vec::new()));
    };
    let time = change.time().map_or_else(|| "a time not known".to_owned(), |time| time.to_string());
    let message = format!("At {time} the wizard put back what someone had changed by hand; {rule}");
    let severity = Some(Severity::Warning);
    let proof = Proof { severity, ..Proof::of(vec![proof_of(change)]) };
    Some(proof.says(message, Vec::new()))
}

fn kept_connector<'c>(case: &'c Case<'_>) -> Option<&'c HybridConnector> {
    let history = case.evidence.hybrid.as_ref()?;
    history
        .connectors
        .iter()
        .filter(|state| state.object_type == HybridObjectType::InboundConnector)
        .find(|state| state.text("ConnectorSource").as_deref() == Some("HybridWizard"))
}
