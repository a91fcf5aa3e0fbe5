//! A renewal without a gap: from new certificates and the configuration to steps in an order in which
//! no mail is refused in between.
//!
//! [`renewal_plan`] takes an [`Evidence`] whose certificates are the new ones. Each step is a typed
//! change that is made on a model of the configuration, and every state is judged by the rules of the
//! diagnosis before the next step. The plan changes nothing.

#![forbid(unsafe_code)]

mod connectors;
mod course;
mod found;
mod judge;
mod keys;
mod new_certificate;
mod notes;
mod plan;
mod predecessor;
mod removal;
mod servers;
mod stage;
mod tenant;
mod verdict;

use std::rc::Rc;

use crate::certificate::NameRelation;
use crate::chain::{ChainReport, Trust, private_authority_evidence};
use crate::connector::{ExchangeCertificate, is_named_by};
use crate::diagnosis::Evidence;
use crate::diagnosis::evidence::basis::Basis;
use crate::diagnosis::literal::literals;
use crate::finding::{Place as Where, Severity, Step};
use crate::timestamp::Timestamp;

use self::course::{Course, Draft};
use self::found::Found;
use self::new_certificate::New;
use self::predecessor::{concerns, kept, name_of, predecessors};
use self::stage::Place;

pub use self::plan::{
    NewCertificate, Passing, PlaceKind, PlaceState, RENEWAL_SCHEMA_VERSION, RenewalNote,
    RenewalPlace, RenewalPlan, RenewalProblem, RenewalStep, RenewalVerdict, ReplacedCertificate,
    StepNeed,
};

/// Says in which steps the certificates of the evidence take the place of those in use, so that no mail
/// is refused in between.
///
/// Takes send and receive connectors, installed certificates, inbound connectors, accepted domains and
/// sessions; each may be missing, which the plan says.
#[must_use]
pub fn renewal_plan(evidence: &Evidence) -> RenewalPlan {
    let mut course = Course::new(evidence);
    let is_only = evidence.certificates.len() == 1;
    let news: Vec<New<'_>> =
        evidence.certificates.iter().map(|given| New::of(given, is_only)).collect();
    let begins = news.iter().filter_map(|new| new.certificate().not_before());
    let mut found = Found::default();
    if let Some(start) = begins.max().filter(|start| *start > evidence.at) {
        found.reasons.extend(course.begin_at(start));
    }
    for new in news.iter().take_while(|_| evidence.goes_on()) {
        let before = predecessors(&course, &new.object, is_only);
        found.reasons.extend(before.doubt.map(|doubt| new.says(&doubt)));
        plan_one(&mut course, evidence, new, &before.certificates, &mut found);
    }
    finish(found, evidence, course, &news)
}

fn plan_one(
    course: &mut Course,
    evidence: &Evidence,
    new: &New<'_>,
    before: &[ExchangeCertificate],
    found: &mut Found,
) {
    found.certificates.push(new.described(before));
    let start = course.start.unwrap_or(evidence.at);
    let chain = chain_of(evidence, new, start);
    let subject = notes::Subject {
        certificate: new.certificate(),
        others: &new.given.others,
        chain: &chain,
        at: start,
        is_issuer_known: is_issuer_known(evidence, &new.object),
    };
    found.notes.extend(subject.notes());
    found.doubts.extend(subject.doubt().map(|doubt| new.says(&doubt)));
    let concerned: Vec<Place> = course
        .places
        .iter()
        .filter(|place| concerns(course, place, before, &new.object))
        .cloned()
        .collect();
    found.add_rows(course, &concerned, &new.object);
    if before.is_empty() && concerned.is_empty() && !course.places.is_empty() {
        found.reasons.push(new.says("no given connector uses a certificate that it renews"));
        return;
    }
    if let Some(reason) = private_authority(evidence, new, &chain) {
        found.refusals.push(new.says(&reason));
        return;
    }
    found.revoked.extend(before.iter().filter(|one| one.is_revoked()).map(name_of));
    if let Some(keeps) = kept(before, new) {
        found.kept.push(keeps);
        return;
    }
    let widened = match tenant::widen(course, before, &new.object, evidence) {
        Ok(widened) => widened,
        Err(reason) => {
            found.refusals.push(new.says(&reason));
            return;
        }
    };
    if let Some(reason) = refused_everywhere(course, &new.object) {
        found.refusals.push(new.says(reason.trim_end_matches('.')));
        return;
    }
    found.reasons.extend(unknown_match(course, before, new));
    if let Some(doubt) = tenant::taken_by_several(course, before, &new.object, evidence) {
        found.doubts.push(new.says(&doubt));
        return;
    }
    let mut servers: Vec<Option<String>> = Vec::new();
    for place in &concerned {
        if !servers.contains(&place.server) {
            servers.push(place.server.clone());
        }
    }
    let names: Vec<String> = servers.iter().flatten().cloned().collect();
    let sends_new = |place: &Place| {
        let sent = course.sent_by(place);
        sent.len() == 1 && sent[0].thumbprint == new.object.thumbprint
    };
    if !servers.is_empty() && !concerned.iter().all(sends_new) {
        servers::import_intermediates(course, &chain, &new.given.others, &names);
    }
    let is_switch = is_chosen_at_once(course, new, &concerned);
    servers::equip(course, &new.object, &servers, is_switch);
    let so_far = course.steps.len();
    let at = evidence.at;
    let is_sound = |one: &ExchangeCertificate| {
        !one.has_unusable_status() && one.not_after.is_none_or(|end| end.time() > at)
    };
    let before_passes = before.iter().all(is_sound);
    connectors::name_on_send_connectors(course, &new.object, &concerned);
    connectors::name_on_receive_connectors(course, &new.object, &concerned);
    found.sets_connectors |= course.steps.len() > so_far || !widened.is_empty();
    removal::take_away(course, before, &new.object, &concerned, true);
    if course.steps.iter().any(|step| step.need != StepNeed::Check) {
        let step = check(new, &concerned, course, before_passes);
        course.take(Draft::new(StepNeed::Check, step, Vec::new()));
    }
    for text in tenant::narrow(course, &widened, before, evidence) {
        found.notes.push(RenewalNote {
            text: text + ".",
            confidence: crate::finding::Confidence::Observed,
            reference: "the send logs".to_owned(),
        });
    }
    removal::take_away(course, before, &new.object, &concerned, false);
}

/// What shows that a certificate is of a private authority, which Exchange Online does not trust.
fn private_authority(evidence: &Evidence, new: &New<'_>, chain: &ChainReport) -> Option<String> {
    if matches!(chain.trust, Trust::Trusted | Trust::MicrosoftProgramme) {
        return None;
    }
    let installed = evidence.installed.iter().flatten().map(|one| &one.object);
    let kind = installed
        .filter(|one| one.thumbprint == new.object.thumbprint)
        .filter(|one| one.is_of_public_authority() == Some(false))
        .find_map(|one| one.root_ca_type.as_deref());
    let marks = match kind {
        Some(kind) => format!("RootCAType {kind}"),
        None => private_authority_evidence(&[new.certificate()]).join("; "),
    };
    (!marks.is_empty()).then(|| {
        format!(
            "it is of a private authority ({marks}), and Exchange Online trusts public ones alone"
        )
    })
}

/// Whether an installed certificate of a public authority has the same issuer.
fn is_issuer_known(evidence: &Evidence, new: &ExchangeCertificate) -> bool {
    let Some((issuer, _)) = new.x500_names() else { return false };
    evidence.installed.iter().flatten().map(|one| &one.object).any(|one| {
        let is_public = one.is_of_public_authority() == Some(true);
        is_public
            && one
                .x500_names()
                .is_some_and(|(other, _)| other.relation_to(&issuer) != NameRelation::Different)
    })
}

/// Whether a server sends the new certificate as soon as it has it: a connector names its issuer and
/// subject, or chooses by name.
fn is_chosen_at_once(course: &Course, new: &New<'_>, concerned: &[Place]) -> bool {
    concerned.iter().any(|place| match predecessor::value_of_place(course, place) {
        Some((value, blanks)) => is_named_by(&new.object, value, blanks) == Some(true),
        None => true,
    })
}

fn chain_of(evidence: &Evidence, new: &New<'_>, at: Timestamp) -> Rc<ChainReport> {
    Basis::new(evidence, 0).chain(new.certificate(), &new.given.others, at)
}

/// Why no tenant would take mail of own senders with a certificate.
fn refused_everywhere(course: &Course, new: &ExchangeCertificate) -> Option<String> {
    // A server that has it already may know that it is revoked.
    let installed = course.stage.servers().installed.iter().flatten().map(|one| &one.object);
    let revoked = installed.filter(|one| one.thumbprint == new.thumbprint && one.is_revoked());
    std::iter::once(new).chain(revoked).find_map(|one| {
        let tenants = 0..course.stage.tenants.len();
        let mut refusals = tenants
            .map(|tenant| course.judge.refusal(&course.stage, (tenant, judge::Sender::Own), one));
        let first = refusals.next().flatten()?;
        refusals.all(|refusal| refusal.is_some()).then_some(first)
    })
}

/// That names get lost, and whether a connector expects one of them is not known.
fn unknown_match(course: &Course, before: &[ExchangeCertificate], new: &New<'_>) -> Option<String> {
    if course.stage.tenants.iter().all(|tenant| tenant.inbound_connectors.is_some()) {
        return None;
    }
    let mut lost: Vec<String> = Vec::new();
    for name in before.iter().flat_map(|one| one.names().names) {
        if !new.object.stands_for(&name.text) && !lost.contains(&name.text) {
            lost.push(name.text);
        }
    }
    (!lost.is_empty()).then(|| {
        new.says(&format!(
            "it has no longer the names {}, and whether the inbound connector of the tenant expects \
             one of them is not known: give Get-InboundConnector and Get-AcceptedDomain of Exchange \
             Online",
            lost.join(", ")
        ))
    })
}

/// What shows that every place sends the new certificate.
fn check(new: &New<'_>, concerned: &[Place], course: &Course, before_passes: bool) -> Step {
    let thumbprint = new.certificate().thumbprint();
    let mut action = "See that every server and connector sends the new certificate.".to_owned();
    if before_passes {
        action.push_str(
            " The one before stays installed until then: what sends it is delivered all the same.",
        );
    }
    Step::new(Where::ManagementShell, action)
        .command(format!(
            "$services = Get-TransportService\n\
             $sessions = $services | Get-SendConnectorTlsSession -Start (Get-Date).AddHours(-1){}\n\
             $sessions | Group-Object -Property Server,Connector,SentThumbprint -NoElement",
            only_of(concerned, course)
        ))
    .verify(format!(
        "each line has {thumbprint}; Test-EopRelayConnection (eop-relay probe), which submits nothing, \
         shows it at once"
    ))
}

/// The option that leaves out send connectors which go on sending another certificate.
fn only_of(concerned: &[Place], course: &Course) -> String {
    let is_concerned = |name: &str| concerned.iter().any(|place| place.connector == name);
    let all = course.stage.servers().send_connectors.iter().flatten();
    let (own, others): (Vec<&str>, Vec<&str>) =
        all.map(|one| one.object.name.as_str()).partition(|name| is_concerned(name));
    if own.is_empty() || others.is_empty() {
        return String::new();
    }
    // The option takes patterns.
    let own: Vec<String> = own.into_iter().map(glob::Pattern::escape).collect();
    format!(" -Connector {}", literals(own.iter().map(String::as_str)))
}

/// The plan of a course that is done.
fn finish(mut found: Found, evidence: &Evidence, course: Course, news: &[New<'_>]) -> RenewalPlan {
    for (row, place) in found.places.iter_mut().zip(&found.rows) {
        let sends = course.stage.sends(place).thumbprint();
        row.afterwards = sends.map(|thumbprint| thumbprint.to_string());
    }
    let lost = course.losses();
    if !lost.is_empty() && found.refusals.is_empty() {
        found.refusals.push(course.words(&lost));
    }
    let problems = problems(evidence);
    let conclusion = verdict::conclude(evidence, &course.steps, &mut found, news, &problems);
    let is_refused = conclusion.verdict == RenewalVerdict::Refused;
    RenewalPlan {
        schema_version: RENEWAL_SCHEMA_VERSION,
        product_version: env!("CARGO_PKG_VERSION").to_owned(),
        judged_at: evidence.at,
        verdict: conclusion.verdict,
        summary: conclusion.summary,
        certificates: found.certificates,
        places: found.places,
        // What leads to a refusal is not to be done.
        steps: if is_refused { Vec::new() } else { course.steps },
        reasons: found
            .refusals
            .into_iter()
            .chain(found.doubts)
            .chain(found.reasons)
            .map(|text| text + ".")
            .collect(),
        notes: found.notes,
        problems,
        exit_code: conclusion.exit_code,
    }
}

fn problems(evidence: &Evidence) -> Vec<RenewalProblem> {
    let unreadable = evidence.unreadable.iter().map(|(path, message)| RenewalProblem {
        severity: Severity::Error,
        path: path.clone(),
        message: message.clone(),
    });
    let damaged = evidence.damaged.iter().map(|(path, line, message)| RenewalProblem {
        severity: Severity::Warning,
        path: if *line == 0 { path.clone() } else { format!("{path}:{line}") },
        message: message.clone(),
    });
    unreadable.chain(damaged).collect()
}
