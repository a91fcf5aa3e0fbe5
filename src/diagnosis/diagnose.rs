//! Holding the evidence against the rules.

use std::collections::BTreeSet;

use crate::chain::ChainReport;
use crate::diagnosis::case::Case;
use crate::diagnosis::changes::changes;
use crate::diagnosis::conclusion::Conclusion;
use crate::diagnosis::evidence::Evidence;
use crate::diagnosis::evidence::basis::Basis;
use crate::diagnosis::evidence::incident::{Ending, Incident};
use crate::diagnosis::finding_id::FindingId;
use crate::diagnosis::findings::merge;
use crate::diagnosis::judge::{Judged, findings_of_evidence, judge};
use crate::diagnosis::literal::counted;
use crate::diagnosis::report::{Finding, REPORT_SCHEMA_VERSION, Report, Severity, Status, Verdict};
use crate::diagnosis::rules::description::RuleDescription;
use crate::diagnosis::rules::table;
use crate::diagnosis::scopes::scopes;
use crate::diagnosis::trial::Trials;
use crate::diagnosis::weigh::{set_everyday_aside, weigh};

/// Diagnoses what the evidence shows; soon at an end where [`Evidence::cancellation`] says so.
#[must_use]
pub fn diagnose(evidence: &Evidence) -> Report {
    Diagnosis::default().run(evidence)
}

/// A diagnosis with a choice of rules.
#[derive(Clone, Debug, Default)]
pub struct Diagnosis {
    disabled: BTreeSet<FindingId>,
}

impl Diagnosis {
    /// Leaves a rule out, and what it excludes with it.
    #[must_use]
    pub fn without(mut self, rule: FindingId) -> Self {
        self.disabled.insert(rule);
        self
    }

    /// Every rule, in the order of the table.
    pub fn rules() -> impl Iterator<Item = FindingId> {
        table::all().map(|rule| rule.id)
    }

    /// Every rule with its documentation, in the order of the table.
    pub fn descriptions() -> impl Iterator<Item = RuleDescription> {
        table::all().map(RuleDescription::from)
    }

    /// Diagnoses what the evidence shows, as [`diagnose`].
    #[must_use]
    pub fn run(&self, evidence: &Evidence) -> Report {
        let basis = &Basis::new(evidence, 0);
        let others: Vec<Basis<'_>> =
            (1..evidence.tenant_count()).map(|tenant| Basis::new(evidence, tenant)).collect();
        let of_tenants = std::iter::once(basis).chain(&others).flat_map(|basis| cases(basis));
        let of_tenants = of_tenants.take_while(|case| case.evidence.goes_on());
        let trials = Trials::default();
        let mut judged: Vec<Judged<'_>> =
            of_tenants.map(|case| judge(case, &self.disabled, &trials)).collect();
        judged.iter_mut().for_each(weigh);
        set_everyday_aside(&mut judged);
        let whole = Case::of_configuration(basis);
        let mut findings = findings_of_evidence(&whole, &self.disabled, &trials);
        let decisive = decisive(&judged);
        if let Some(index) = decisive {
            add_like_errors(index, &mut judged);
        }
        let decisions = judged.iter().filter_map(|one| one.decided_by.as_ref());
        let past = decisions.min_by_key(|decision| decision.place).map(|decision| decision.id);
        let mut certificate = None;
        let mut chain = None;
        let mut connector = None;
        let (mut verdict, mut cause) = (Verdict::Uncertain, FindingId::NoEvidence);
        let mut conclusion = Conclusion::default();
        if let Some(one) = decisive.and_then(|index| judged.get(index)) {
            verdict = one.verdict;
            cause = one.decided_by.as_ref().map_or(FindingId::NoEvidence, |decision| decision.id);
            certificate = one.case.summary();
            chain = one.case.chain.as_deref().map(|chain| {
                // Judged once a day, and reported for the very time.
                ChainReport { at: one.case.at, ..chain.clone() }
            });
            let outcome = one.case.attribution.possible.first();
            let index = outcome.and_then(crate::connector::AttributionOutcome::connector).or(one
                .case
                .attribution
                .nearest_miss
                .as_ref()
                .map(|miss| miss.connector));
            connector = index.and_then(|index| one.case.attribution.connectors.get(index)).cloned();
            conclusion = Conclusion::of(one);
        } else if let Some(past) = past {
            cause = past;
            "What failed in the logs has passed, and no mail since then shows how it is now."
                .clone_into(&mut conclusion.headline);
        }
        let causes: Vec<(&Incident, FindingId)> = judged
            .iter()
            .filter_map(|one| Some((one.case.incident?, one.decided_by.as_ref()?.id)))
            .collect();
        let scopes = scopes(&basis.incidents.observation, &causes);
        for (index, one) in judged.into_iter().enumerate() {
            for mut finding in one.findings {
                if one.case.incident.is_some_and(Incident::is_past) {
                    finding.status = Status::Past;
                    finding.severity = Severity::Information;
                } else if Some(index) != decisive && finding.status == Status::Cause {
                    finding.status = Status::Present;
                }
                merge(&mut findings, finding);
            }
        }
        if let Some(finding) = deciding_of_evidence(decisive.is_some(), verdict, &mut findings) {
            finding.status = Status::Cause;
            cause = finding.id;
            verdict = match cause {
                FindingId::ExchangeOnlineHangsUp => Verdict::Refused,
                _ => Verdict::Uncertain,
            };
            conclusion = Conclusion::of_evidence(cause, &finding.message);
        }
        findings.sort_by_key(|finding| {
            let of_cause = finding.status != Status::Cause || finding.id != cause;
            (of_cause, finding.status == Status::Past, std::cmp::Reverse(finding.severity))
        });
        let exit_code = exit_code(basis, verdict, &findings);
        if verdict == Verdict::Accepted {
            let besides = [what_has_passed(basis), gravest_warning(&findings).map(str::to_owned)];
            for sentence in besides.into_iter().flatten() {
                conclusion.headline.push(' ');
                conclusion.headline.push_str(&sentence);
            }
        }
        Report {
            schema_version: REPORT_SCHEMA_VERSION,
            product_version: env!("CARGO_PKG_VERSION").to_owned(),
            judged_at: Some(evidence.at),
            inputs: evidence.inputs.report(),
            verdict,
            cause,
            scopes,
            changes: changes(basis),
            summary: conclusion.summary(),
            headline: conclusion.headline,
            reason: conclusion.reason,
            findings,
            certificate,
            chain,
            connector,
            exit_code,
        }
    }
}

/// The case that decides: of the gravest verdict, and there the first rule of the table.
fn decisive(judged: &[Judged<'_>]) -> Option<usize> {
    judged
        .iter()
        .enumerate()
        .filter(|(_, one)| !one.case.incident.is_some_and(Incident::is_past))
        .filter(|(_, one)| one.decided_by.is_some())
        .min_by_key(|(_, one)| {
            // A delivery to another tenant says less than a refusal that nothing explains.
            let is_delivered = one.case.is_delivered();
            let place = one.decided_by.as_ref().map(|decision| decision.place);
            (rank(one.verdict), is_delivered, place, std::cmp::Reverse(one.case.at))
        })
        .map(|(index, _)| index)
}

/// Where an error without a session decides, names how many of other connectors, servers or senders are
/// refused for the same reason: no scope counts them.
fn add_like_errors(decisive: usize, judged: &mut [Judged<'_>]) {
    let reported = |one: &Judged<'_>| {
        let incident = one.case.incident.filter(|one| one.reported_by.is_some() && !one.is_past());
        Some((incident?.count, one.decided_by.as_ref()?.id))
    };
    let Some((_, id)) = reported(&judged[decisive]) else { return };
    let others = judged.iter().enumerate().filter(|(index, _)| *index != decisive);
    let found = others.filter_map(|(_, one)| reported(one)).filter(|(_, other)| *other == id);
    let count: u64 = found.map(|(count, _)| count).sum();
    if count == 0 {
        return;
    }
    let more = format!(
        " {} of other connectors, servers or senders for the same reason.",
        counted(count, "more error")
    );
    let one = &mut judged[decisive];
    for finding in one.findings.iter_mut().filter(|finding| finding.status == Status::Cause) {
        finding.message.push_str(&more);
    }
    if let Some(decision) = &mut one.decided_by {
        decision.message.push_str(&more);
    }
}

/// What decides where nothing shows what is sent: what receive logs show of the other direction, what
/// its connectors cannot do, what the server itself has written about its certificates.
const WITHOUT_ANYTHING_SENT: [(FindingId, Severity); 3] = [
    (FindingId::ExchangeOnlineHangsUp, Severity::Error),
    (FindingId::ReceiveConnectorFault, Severity::Error),
    (FindingId::QueueErrorNotJudged, Severity::Warning),
];

/// The finding of the evidence as a whole that decides. On old evidence nothing is accepted.
fn deciding_of_evidence(
    is_decided: bool,
    verdict: Verdict,
    findings: &mut Vec<Finding>,
) -> Option<&mut Finding> {
    let has = |(id, severity): &&(FindingId, Severity)| {
        findings.iter().any(|finding| finding.id == *id && finding.severity >= *severity)
    };
    let id = match verdict {
        _ if !is_decided => match WITHOUT_ANYTHING_SENT.iter().find(has) {
            Some((id, _)) => {
                // That there is no send log is another matter.
                findings.retain(|finding| finding.id != FindingId::NoEvidence);
                *id
            }
            None => FindingId::NoEvidence,
        },
        Verdict::Accepted => FindingId::EvidenceTooOld,
        _ => return None,
    };
    findings.iter_mut().find(|finding| finding.id == id)
}

/// Refused before uncertain before accepted: the trouble is what is asked for.
fn rank(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Refused => 0,
        Verdict::Uncertain => 1,
        Verdict::Accepted => 2,
    }
}

/// The incidents of the log with a mail or a failure, else those without; the given certificates that
/// no session sent; and, without either, what the configuration would send.
fn cases<'a>(evidence: &'a Basis<'a>) -> Vec<Case<'a>> {
    let incidents = &evidence.incidents.all;
    let has_ended = evidence.incidents.have_ended();
    let ended = incidents.iter().filter(|incident| !has_ended || incident.ending != Ending::Open);
    let ended = ended.take_while(|_| evidence.goes_on());
    let mut cases: Vec<Case<'a>> =
        ended.map(|incident| Case::of_incident(evidence, incident)).collect();
    for given in evidence.certificates.iter().take_while(|_| evidence.goes_on()) {
        let is_sent = cases.iter().any(|case| case.certificate == Some(&given.certificate));
        if !is_sent && evidence.is_asked_for(given) {
            cases.push(Case::of_certificate(evidence, given));
        }
    }
    if cases.is_empty() {
        cases.push(Case::of_configuration(evidence));
    }
    if evidence.tenant_count() > 1 {
        // Each in the tenant that it belongs to.
        cases.retain(Case::is_of_tenant);
    }
    cases
}

/// Until when mail failed that passes now.
fn what_has_passed(evidence: &Basis<'_>) -> Option<String> {
    let past = evidence.incidents.all.iter().filter(|one| one.is_past() && one.is_dated);
    let newest = past.max_by_key(|one| one.last)?;
    Some(format!("What failed until {} has passed.", newest.stated(newest.last)))
}

/// What the gravest finding says that makes an accepted verdict a warning; `None` where the cause itself
/// is that finding, or there is none.
fn gravest_warning(findings: &[Finding]) -> Option<&'static str> {
    let first = findings.first()?;
    let is_warning = first.severity >= Severity::Warning && first.status == Status::Present;
    let rule = table::all().find(|rule| is_warning && rule.id == first.id)?;
    Some(rule.text.says)
}

fn exit_code(evidence: &Basis<'_>, verdict: Verdict, findings: &[Finding]) -> u8 {
    // Refusals that have passed are worth a warning: when, and what changed.
    let is_past = evidence.incidents.all.iter().any(Incident::is_past);
    let warns = is_past
        || findings
            .iter()
            .any(|finding| finding.severity >= Severity::Warning && finding.status != Status::Past);
    match verdict {
        _ if !evidence.unreadable.is_empty() => 40,
        Verdict::Refused => 20,
        Verdict::Uncertain => 30,
        Verdict::Accepted if warns => 10,
        Verdict::Accepted => 0,
    }
}
