//! Trying the changes of remedies on the model before their commands are printed.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;

use crate::certificate::Thumbprint;
use crate::connector::ExchangeCertificate;
use crate::diagnosis::case::Case;
use crate::diagnosis::evidence::Evidence;
use crate::diagnosis::evidence::basis::Basis;
use crate::diagnosis::evidence::incident::{Ending, Incident};
use crate::diagnosis::finding_id::FindingId;
use crate::diagnosis::literal::listed;
use crate::diagnosis::remedies::harm::{chosen_on, cut_off_by};
use crate::diagnosis::remedies::not_modelled::{has_placeholder, say_consequence};
use crate::diagnosis::remedies::{Change, RESTART_TRANSPORT, Remedy, step_of};
use crate::diagnosis::report::Verdict;
use crate::diagnosis::rules::expectation::{Expectation, expect};
use crate::diagnosis::rules::rule::{Effect, Rule, Scope};
use crate::finding::{Place, Step};
use crate::reply::RejectionClass;
use crate::session::TlsStatus;

/// The trials of one diagnosis: cases that are alike are tried once.
#[derive(Default)]
pub(crate) struct Trials {
    known: RefCell<HashMap<String, Option<Expectation>>>,
}

impl Trials {
    /// The steps of a finding as they may be printed: what leaves the finding as it is, is none; what
    /// does not suffice says so; and what would cut off mail that is delivered today says so and
    /// stands behind what does not.
    pub fn steps(&self, case: &Case<'_>, rule: &Rule, remedies: Vec<Remedy>) -> Vec<Step> {
        let (mut harmless, mut harmful) = (Vec::new(), Vec::new());
        for Remedy { mut step, changes } in remedies {
            if !case.evidence.goes_on() {
                break;
            }
            if changes.is_empty() {
                say_consequence(&mut step);
                harmless.push(step);
                continue;
            }
            if rule.scope == Scope::Evidence && !mends(case, rule, &changes) {
                continue;
            }
            let expected = self.expect(case, &changes);
            let Some(rest) = what_stays_open(rule, expected.as_ref()) else { continue };
            step.action.push_str(&rest);
            if has_placeholder(&step) {
                say_consequence(&mut step);
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
        let last = harmless.iter().position(|step| step.place == Some(Place::Wizard));
        let rest = last.map(|at| harmless.split_off(at)).unwrap_or_default();
        last_restart(harmless.into_iter().chain(harmful).chain(rest))
    }

    /// What is expected of the mail after the changes; `None` where the evidence does not hold what
    /// they change.
    fn expect(&self, case: &Case<'_>, changes: &[Change]) -> Option<Expectation> {
        if changes.iter().any(|change| !is_known(case.evidence, change)) {
            return None;
        }
        let key = key(case, changes);
        if let Some(known) = self.known.borrow().get(&key) {
            return known.clone();
        }
        let found = expect_after(case, changes);
        self.known.borrow_mut().insert(key, found.clone());
        found
    }
}

/// The steps with the restart of transport, which interrupts mail, behind all others, and once.
fn last_restart(steps: impl Iterator<Item = Step>) -> Vec<Step> {
    let is_restart = |step: &Step| step.command.as_deref() == Some(RESTART_TRANSPORT);
    let (restarts, mut others): (Vec<Step>, Vec<Step>) = steps.partition(is_restart);
    others.extend(restarts.into_iter().next());
    others
}

/// What tells trials apart: the changes, and what of the case they can touch.
fn key(case: &Case<'_>, changes: &[Change]) -> String {
    let mut key = String::new();
    for change in changes {
        key.push_str(step_of(change, "", &[]).command.as_deref().unwrap_or_default());
        // The report of the chain writes their commands.
        if let Some(thumbprint) = change.of_store() {
            let _ = write!(key, "{:?} {thumbprint}", std::mem::discriminant(change));
        }
        key.push('\n');
    }
    let incident = case.incident.map(|one| (one.ending, &one.tls_error, one.is_certificate_known));
    let _ = write!(
        key,
        "{:?} {:?} {:?} {:?} {:?} {:?} {:?}",
        case.thumbprint(),
        case.subject(),
        case.address(),
        case.mail_from,
        case.servers(),
        case.send_connector_name(),
        incident,
    );
    key
}

/// Whether the evidence holds what a change changes.
fn is_known(evidence: &Basis<'_>, change: &Change) -> bool {
    match change {
        Change::SenderName { .. }
        | Change::Addresses { .. }
        | Change::AssociatedDomains { .. }
        | Change::Enable { .. }
        | Change::NewConnector { .. }
        | Change::RemoveConnector { .. } => evidence.inbound_connectors.is_some(),
        Change::AcceptedDomain { .. } => evidence.accepted_domains.is_some(),
        _ => true,
    }
}

/// What of a finding the changes leave open, in words; `None`: all of it.
fn what_stays_open(rule: &Rule, expected: Option<&Expectation>) -> Option<String> {
    let of_mail = expected.filter(|_| rule.scope == Scope::Case);
    let Some(expected) = of_mail else { return Some(String::new()) };
    if expected.applying.contains(&rule.id) {
        let is_open = rule.effect == Effect::Decides(Verdict::Uncertain);
        return is_open
            .then(|| " This narrows it down, and does not decide it by itself.".to_owned());
    }
    let other = expected.refused_by.filter(|other| other.id != FindingId::AttributedButRefused);
    Some(
        other
            .map(|other| format!(" What stays open then: {}", other.text.says))
            .unwrap_or_default(),
    )
}

/// Whether a finding of the evidence as a whole is gone after the changes.
fn mends(case: &Case<'_>, rule: &Rule, changes: &[Change]) -> bool {
    let configuration = case.evidence.configuration();
    let evidence = changes.iter().fold(configuration, |evidence, change| change.apply(evidence));
    let basis = Basis::new(&evidence, 0);
    rule.ask(&Case::of_configuration(&basis)).is_none()
}

/// Judges the case again, as if its mail were sent once more after the changes.
fn expect_after(case: &Case<'_>, changes: &[Change]) -> Option<Expectation> {
    let configuration = case.evidence.configuration();
    let evidence = changes.iter().fold(configuration, |evidence, change| change.apply(evidence));
    let basis = Basis::new(&evidence, 0);
    let of_thumbprint = |thumbprint: Option<Thumbprint>| {
        let mut all = evidence.installed.iter().flatten().map(|one| &one.object);
        all.find(|one| thumbprint.is_some() && one.thumbprint == thumbprint)
    };
    let named = changes.iter().find_map(|change| match change {
        Change::Send { certificate, .. } => Some(&**certificate),
        _ => None,
    });
    // What is enabled, or gets its key, in place of what was sent is meant to be sent.
    let enabled = || {
        changes.iter().find_map(|change| match change {
            Change::EnableForSmtp { thumbprint, .. } | Change::TieKey { thumbprint } => {
                of_thumbprint(*thumbprint).or_else(|| brought(changes, *thumbprint))
            }
            _ => None,
        })
    };
    let sent = named.or_else(enabled).or_else(|| chosen_without(case, &evidence, changes));
    if let Some(incident) = case.incident {
        let incident = Incident {
            sent: match sent {
                Some(certificate) => Some(Arc::new(certificate.into())),
                None => incident.sent.clone(),
            },
            is_certificate_known: incident.is_certificate_known || sent.is_some(),
            last: evidence.at,
            ..again(incident, changes)
        };
        return Some(expect(&Case::of_incident(&basis, &incident)));
    }
    if let Some(certificate) = sent {
        let place = evidence.installed.iter().flatten().find(|one| {
            one.object.thumbprint.is_some() && one.object.thumbprint == certificate.thumbprint
        });
        return place.map(|one| expect(&Case::of_installed(&basis, one)));
    }
    Some(match case.given {
        Some(given) => expect(&Case::of_certificate(&basis, given)),
        None => expect(&Case::of_configuration(&basis)),
    })
}

/// What the server sends where the certificate that it sent is taken away: the one that the send
/// connector chooses among those that are left.
fn chosen_without<'e>(
    case: &Case<'_>,
    evidence: &'e Evidence,
    changes: &[Change],
) -> Option<&'e ExchangeCertificate> {
    let sent = case.parsed_thumbprint()?;
    let is_taken = changes.iter().any(|change| match change {
        Change::TakeAway { thumbprint, .. } | Change::TakeNamedAway { thumbprint, .. } => {
            *thumbprint == sent
        }
        _ => false,
    });
    let connector = case.send_connector.filter(|_| is_taken)?;
    chosen_on(evidence, &connector.object, case.server())
}

/// A certificate that comes to the server from elsewhere than the given ones.
fn brought(changes: &[Change], wanted: Option<Thumbprint>) -> Option<&ExchangeCertificate> {
    changes.iter().find_map(|change| match change {
        Change::ImportWithKey { thumbprint, certificate: Some(certificate), .. }
            if *thumbprint == wanted =>
        {
            Some(&**certificate)
        }
        _ => None,
    })
}

/// The incident before anything has come of it. What failed for another reason than attribution
/// fails again, unless the server is changed.
fn again(incident: &Incident, changes: &[Change]) -> Incident {
    let is_attribution = match incident.ending {
        Ending::Delivered | Ending::Open => true,
        Ending::Refused(class) => matches!(
            class,
            RejectionClass::RelayDenied
                | RejectionClass::RelayDeniedAttr36
                | RejectionClass::DirectSendRejected
        ),
        Ending::TlsFailed | Ending::ConnectFailed => false,
    };
    if !is_attribution && !changes.iter().any(Change::is_of_server) {
        return incident.clone();
    }
    Incident {
        ending: Ending::Open,
        tls_status: TlsStatus::Succeeded,
        tls_error: None,
        reply: None,
        reported_by: None,
        troubles: Vec::new(),
        ..incident.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timestamp::Timestamp;

    #[test]
    fn a_change_of_what_the_evidence_does_not_hold_cannot_be_tried() {
        let mut evidence = Evidence::new(Timestamp::parse("2026-11-16").unwrap());
        let enable = Change::Enable { connector: "In".to_owned() };
        let accept = Change::AcceptedDomain { domain: "contoso.com".to_owned() };
        let tie = Change::TieKey { thumbprint: None };
        let known = |evidence: &Evidence| {
            let basis = Basis::new(evidence, 0);
            [&enable, &accept, &tie].map(|change| is_known(&basis, change))
        };
        assert_eq!(known(&evidence), [false, false, true]);
        evidence.inbound_connectors = Some(Vec::new());
        assert_eq!(known(&evidence), [true, false, true]);
    }

    #[test]
    fn only_the_certificate_that_is_wanted_is_brought() {
        let (one, other) = (Thumbprint::of(b"one"), Thumbprint::of(b"other"));
        let import = Change::ImportWithKey {
            server: None,
            thumbprint: Some(one),
            certificate: Some(Box::default()),
        };
        let changes = [import];
        assert!(brought(&changes, Some(one)).is_some());
        assert!(brought(&changes, Some(other)).is_none());
    }
}
