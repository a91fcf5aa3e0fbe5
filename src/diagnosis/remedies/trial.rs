//! Trying changes on the model before they are printed.

use std::fmt::Write as _;
use std::net::IpAddr;
use std::rc::Rc;

use super::Remedy;
use super::change::{Change, Tenant};
use crate::connector::{Attribution, AttributionRequest, MailFrom, attribute, public_address};
use crate::diagnosis::case::Case;
use crate::diagnosis::evidence::basis::{Basis, Delivered};
use crate::diagnosis::evidence::incident::Ending;
use crate::diagnosis::literal::listed;
use crate::finding::Step;

/// Delivered identities on which a change is tried.
const MAXIMUM_TRIED: usize = 64;

/// The steps as they may be printed: what would cut off mail that is delivered today says so, and
/// stands behind what does not; what does not suffice by itself says so.
pub(crate) fn tried(case: &Case<'_>, remedies: Vec<Remedy>) -> Vec<Step> {
    let mut harmless = Vec::new();
    let mut harmful = Vec::new();
    for Remedy { mut step, changes } in remedies {
        if changes.is_empty() {
            harmless.push(step);
            continue;
        }
        let cut_off = cut_off_by(case.evidence, &changes);
        if cut_off.is_empty() {
            harmless.push(step);
            continue;
        }
        let names = listed(cut_off.iter().map(String::as_str), 4);
        let _ = write!(
            step.action,
            " Not before the others are changed: {names}, delivered today, would then be refused."
        );
        harmful.push(step);
    }
    // What is done last stays last.
    let last = harmless.iter().position(|step| step.place == Some(crate::finding::Place::Wizard));
    let rest = last.map(|at| harmless.split_off(at)).unwrap_or_default();
    harmless.into_iter().chain(harmful).chain(rest).collect()
}

/// Whether the mail of the case is attributed after the changes; `None` where that stays open, or
/// the tenant is not known.
pub(crate) fn mends(case: &Case<'_>, changes: &[Change]) -> Option<bool> {
    let tenant = changed(case.evidence, changes)?;
    let address = case.address().and_then(|text| text.parse().ok()).and_then(public_address);
    attribution(&tenant, &case.presented, address, &case.mail_from).is_attributed()
}

fn changed(evidence: &Basis<'_>, changes: &[Change]) -> Option<Tenant> {
    let mut tenant = Tenant {
        connectors: evidence.connectors.clone()?,
        accepted: evidence.accepted_domains.as_ref()?.object.clone(),
    };
    for change in changes {
        change.apply(&mut tenant);
    }
    Some(tenant)
}

fn attribution(
    tenant: &Tenant,
    certificate: &crate::connector::ShownCertificate,
    address: Option<IpAddr>,
    mail_from: &MailFrom,
) -> Attribution {
    attribute(&AttributionRequest {
        certificate,
        address,
        mail_from,
        connectors: Some(&tenant.connectors),
        accepted_domains: Some(&tenant.accepted),
    })
}

/// Whom the changes would cut off: delivered today and attributed, and not so afterwards.
fn cut_off_by(evidence: &Basis<'_>, changes: &[Change]) -> Vec<String> {
    let (Some(before), Some(after)) = (changed(evidence, &[]), changed(evidence, changes)) else {
        return Vec::new();
    };
    let may_pass = |tenant: &Tenant, one: &Delivered| {
        let found = attribution(tenant, &one.presented, one.address, &one.mail_from);
        found.possible.iter().any(crate::connector::AttributionOutcome::is_attributed)
    };
    delivered(evidence)
        .iter()
        .filter(|one| may_pass(&before, one) && !may_pass(&after, one))
        .map(|one| one.label.clone())
        .collect()
}

/// The identities whose mail is delivered, each once.
fn delivered(evidence: &Basis<'_>) -> Rc<Vec<Delivered>> {
    evidence.delivered(|| {
        let mut found: Vec<Delivered> = Vec::new();
        let delivered = evidence.incidents.all.iter();
        let delivered = delivered.filter(|one| one.ending == Ending::Delivered);
        let delivered = delivered.filter(|one| evidence.incidents.is_in_use(one));
        for incident in delivered.take(MAXIMUM_TRIED) {
            let presented = Case::presented_in(evidence, incident);
            let address = incident.public_address.as_deref();
            let address = address.and_then(|text| text.parse().ok()).and_then(public_address);
            let server = incident.server().map_or_else(
                || format!("the mail over {}", incident.connector),
                |server| format!("the mail of {server}"),
            );
            let names = match &presented {
                crate::connector::ShownCertificate::Names(names) => names.names.first(),
                _ => None,
            };
            let label = match names {
                Some(name) => format!("{server}, which shows {}", name.text),
                None => server,
            };
            let one =
                Delivered { label, presented, address, mail_from: incident.mail_from.clone() };
            if !found.contains(&one) {
                found.push(one);
            }
        }
        found
    })
}
