//! Holding the evidence against the rules.

use std::collections::BTreeSet;

use crate::connector::InboundConnector;
use crate::diagnosis::case::Case;
use crate::diagnosis::evidence::Evidence;
use crate::diagnosis::evidence::incident::{Ending, Incident};
use crate::diagnosis::evidence::incidents::Incidents;
use crate::diagnosis::finding_id::FindingId;
use crate::diagnosis::findings::merge;
use crate::diagnosis::literal::{counted, listed};
use crate::diagnosis::report::{Confidence, Finding, Report, Severity, Status, Verdict};
use crate::diagnosis::rules::rule::{Effect, Rule, Scope};
use crate::diagnosis::rules::table;
use crate::diagnosis::rules::wizard::{self, Staleness};
use crate::reply::RejectionClass;

/// Diagnoses what the evidence shows.
#[must_use]
pub fn diagnose(evidence: &Evidence) -> Report {
    Diagnosis::default().run(evidence)
}

/// A diagnosis with a choice of rules.
#[derive(Clone, Debug, Default)]
pub struct Diagnosis {
    disabled: BTreeSet<FindingId>,
}

/// What one case came to.
struct Judged<'a> {
    case: Case<'a>,
    verdict: Verdict,
    /// The place of the deciding rule in the table, and the rule; `None`: nothing decides.
    decided_by: Option<(usize, FindingId)>,
    findings: Vec<Finding>,
}

impl Diagnosis {
    /// Leaves a rule out.
    #[must_use]
    pub fn without(mut self, rule: FindingId) -> Self {
        self.disabled.insert(rule);
        self
    }

    /// Every rule, in the order of the table.
    pub fn rules() -> impl Iterator<Item = (FindingId, &'static str)> {
        table::all().map(|rule| (rule.id, rule.source))
    }

    /// Diagnoses what the evidence shows.
    #[must_use]
    pub fn run(&self, evidence: &Evidence) -> Report {
        let mut finished = evidence.clone();
        finished.finish();
        let evidence = &finished;
        let connectors: Option<Vec<InboundConnector>> = evidence
            .inbound_connectors
            .as_ref()
            .map(|all| all.iter().map(|one| one.object.clone()).collect());
        let mut judged: Vec<Judged<'_>> = cases(evidence, connectors.as_deref())
            .into_iter()
            .map(|case| self.judge(case))
            .collect();
        demote(&mut judged, &evidence.incidents);
        let whole = Case::of_configuration(evidence, connectors.as_deref());
        let mut findings = self.findings_of_evidence(&whole);
        let decisive = judged
            .iter()
            .enumerate()
            .filter(|(_, one)| !one.case.incident.is_some_and(|incident| incident.is_past))
            .filter(|(_, one)| one.decided_by.is_some())
            .min_by_key(|(_, one)| {
                // A delivery to another tenant says less than a refusal that nothing explains.
                let is_delivered = one.case.is_delivered();
                (rank(one.verdict), is_delivered, one.decided_by, std::cmp::Reverse(one.case.at))
            })
            .map(|(index, _)| index);
        let past =
            judged.iter().filter_map(|one| one.decided_by).min().filter(|_| decisive.is_none());
        let mut certificate = None;
        let mut chain = None;
        let mut connector = None;
        let (mut verdict, mut cause) = (Verdict::Uncertain, FindingId::NoEvidence);
        let mut summary = String::new();
        if let Some(one) = decisive.and_then(|index| judged.get(index)) {
            verdict = one.verdict;
            cause = one.decided_by.map_or(FindingId::NoEvidence, |(_, cause)| cause);
            certificate = one.case.summary();
            chain.clone_from(&one.case.chain);
            let outcome = one.case.attribution.possible.first();
            let index = outcome.and_then(crate::connector::Outcome::connector).or(one
                .case
                .attribution
                .nearest_miss
                .as_ref()
                .map(|miss| miss.connector));
            connector = index.and_then(|index| one.case.attribution.connectors.get(index)).cloned();
            summary = summarise(one, cause);
        } else if let Some((_, past)) = past {
            cause = past;
            "What failed in the logs has passed, and no mail since then shows how it is now."
                .clone_into(&mut summary);
        }
        for (index, one) in judged.into_iter().enumerate() {
            for mut finding in one.findings {
                if one.case.incident.is_some_and(|incident| incident.is_past) {
                    finding.status = Status::Past;
                    finding.severity = Severity::Information;
                } else if Some(index) != decisive && finding.status == Status::Cause {
                    finding.status = Status::Present;
                }
                merge(&mut findings, finding);
            }
        }
        if decisive.is_none()
            && let Some(finding) =
                findings.iter_mut().find(|finding| finding.id == FindingId::NoEvidence)
        {
            finding.status = Status::Cause;
            summary.clone_from(&finding.message);
        }
        findings.sort_by_key(|finding| {
            let of_cause = finding.status != Status::Cause || finding.id != cause;
            (of_cause, finding.status == Status::Past, std::cmp::Reverse(finding.severity))
        });
        let exit_code = exit_code(evidence, verdict, &findings);
        Report { verdict, cause, summary, findings, certificate, chain, connector, exit_code }
    }

    fn applied(&self, scope: Scope) -> impl Iterator<Item = (usize, &'static Rule)> {
        table::all()
            .enumerate()
            .filter(move |(_, rule)| rule.scope == scope && !self.disabled.contains(&rule.id))
    }

    fn findings_of_evidence(&self, case: &Case<'_>) -> Vec<Finding> {
        let mut findings = Vec::new();
        for (_, rule) in self.applied(Scope::Evidence) {
            if let (Some(proof), Some(severity)) = (rule.find(case), rule.severity) {
                findings.push(Finding {
                    severity: proof.severity.unwrap_or(severity),
                    status: Status::Present,
                    message: rule.message(case),
                    evidence: proof.evidence,
                    remedy: rule.remedy(case),
                    reference: rule.reference(),
                    confidence: proof.confidence.unwrap_or_else(|| rule.confidence()),
                    ..Finding::without_sessions(rule.id)
                });
            }
        }
        findings
    }

    fn judge<'a>(&self, case: Case<'a>) -> Judged<'a> {
        let mut findings = Vec::new();
        let mut decided: Option<(Verdict, usize, FindingId)> = None;
        for (place, rule) in self.applied(Scope::Case) {
            let Some(proof) = rule.find(&case) else { continue };
            // What advises says what the logs of the wizard hold, whatever its age.
            let can_be_cause = matches!(rule.effect, Effect::Decides(_));
            let staleness = wizard::staleness(&case, &proof).filter(|_| can_be_cause);
            if decided.is_some() && rule.id == FindingId::AttributedButRefused {
                // The refusal has its cause.
                continue;
            }
            let mut status = Status::Present;
            let mut severity = rule.severity;
            if let Effect::Decides(verdict) = rule.effect {
                let verdict = match proof.verdict.unwrap_or(verdict) {
                    // What was so long ago need not be so today.
                    Verdict::Accepted if staleness == Some(Staleness::Old) => Verdict::Uncertain,
                    verdict => verdict,
                };
                if decided.is_none() {
                    decided = Some((verdict, place, rule.id));
                    status = Status::Cause;
                } else if verdict == Verdict::Uncertain {
                    // What is missing besides is good to know, and no more.
                    status = Status::Possible;
                    severity = severity.map(|_| Severity::Information);
                }
            }
            let Some(severity) = proof.severity.or(severity) else { continue };
            let mut message = rule.message(&case);
            if status == Status::Cause {
                message.push_str(&sessions_of(case.incident));
            }
            findings.push(
                Finding {
                    severity,
                    status,
                    message,
                    evidence: proof.evidence,
                    remedy: rule.remedy(&case),
                    reference: rule.reference(),
                    confidence: staleness
                        .map_or(Confidence::Documented, Staleness::confidence)
                        .max(proof.confidence.unwrap_or_else(|| rule.confidence())),
                    ..Finding::without_sessions(rule.id)
                }
                .with_sessions_of(case.incident),
            );
        }
        let verdict = decided.map_or(Verdict::Uncertain, |(verdict, ..)| verdict);
        Judged { case, verdict, decided_by: decided.map(|(_, place, id)| (place, id)), findings }
    }
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
fn cases<'a>(evidence: &'a Evidence, connectors: Option<&[InboundConnector]>) -> Vec<Case<'a>> {
    let incidents = &evidence.incidents.all;
    let has_ended = incidents.iter().any(|incident| incident.ending != Ending::Open);
    let ended = incidents.iter().filter(|incident| !has_ended || incident.ending != Ending::Open);
    let mut cases: Vec<Case<'a>> =
        ended.map(|incident| Case::of_incident(evidence, connectors, incident)).collect();
    for given in &evidence.certificates {
        let is_sent = cases.iter().any(|case| case.certificate == Some(&given.certificate));
        if !is_sent {
            cases.push(Case::of_certificate(evidence, connectors, given));
        }
    }
    if cases.is_empty() {
        cases.push(Case::of_configuration(evidence, connectors));
    }
    cases
}

/// Refusals by the recipient's side, and temporary or unknown ones, are everyday life beside
/// mail that is delivered: they are reported, and decide nothing.
fn demote(judged: &mut [Judged<'_>], incidents: &Incidents) {
    let is_delivering = incidents.all.iter().any(|incident| incident.ending == Ending::Delivered);
    if !is_delivering {
        return;
    }
    for one in judged {
        let is_everyday = matches!(
            one.case.class(),
            Some(
                RejectionClass::RecipientRejected
                    | RejectionClass::TenantInboundAttribution
                    | RejectionClass::Unclassified
            )
        );
        if is_everyday {
            one.decided_by = None;
            for finding in &mut one.findings {
                finding.severity = Severity::Information;
                if finding.status == Status::Cause {
                    finding.status = Status::Present;
                }
            }
        }
    }
}

/// How often, when, from where and for whom an incident was seen.
fn sessions_of(incident: Option<&Incident>) -> String {
    let Some(incident) = incident else { return String::new() };
    let what = if incident.reported_by.is_some() { "error" } else { "session" };
    let when = if !incident.is_dated {
        "without a time".to_owned()
    } else if incident.count > 1 {
        format!("from {} to {}", incident.first, incident.last)
    } else {
        format!("at {}", incident.first)
    };
    let mut parts = vec![format!(" {} {when}", counted(incident.count, what))];
    if !incident.servers.is_empty() {
        parts.push(format!("on {}", listed(incident.servers.iter().map(|server| &**server), 4)));
    }
    if !incident.recipient_domains.is_empty() {
        let domains = listed(incident.recipient_domains.iter().map(String::as_str), 4);
        parts.push(format!("to {domains}"));
    }
    parts.join(", ") + "."
}

fn summarise(judged: &Judged<'_>, named: FindingId) -> String {
    let case = &judged.case;
    let verdict = match (judged.verdict, case.incident.is_some()) {
        (Verdict::Accepted, true) => "Exchange Online relays this server's mail.",
        (Verdict::Accepted, false) => {
            "Exchange Online would relay mail sent with this certificate."
        }
        (Verdict::Refused, true) => "Mail is refused.",
        (Verdict::Refused, false) => "Mail would be refused.",
        (Verdict::Uncertain, _) if case.is_relay_denied() => {
            "Mail is refused, and the evidence does not decide why."
        }
        (Verdict::Uncertain, true) if case.is_delivered() => {
            "Mail was delivered, as it is without attribution where the recipient is in Microsoft \
             365; the evidence does not show that mail to others is relayed."
        }
        (Verdict::Uncertain, _) => "The evidence does not decide.",
    };
    let found = judged.findings.iter().find(|finding| finding.id == named);
    let message = found.map_or_else(
        || {
            let rule = table::all().find(|rule| rule.id == named);
            rule.map(|rule| rule.message(case)).unwrap_or_default() + &sessions_of(case.incident)
        },
        |finding| finding.message.clone(),
    );
    let place = case.incident.map(|incident| {
        let servers = |unknown: &str| match case.servers().as_slice() {
            [] => unknown.to_owned(),
            servers => listed(servers.iter().copied(), 4),
        };
        if incident.reported_by.is_some() {
            let line =
                if incident.line == 0 { String::new() } else { format!(":{}", incident.line) };
            return format!(" Server: {}; error: {}{line}.", servers("not told"), incident.path);
        }
        let thumbprint = case.thumbprint().unwrap_or_else(|| "none".to_owned());
        let servers = servers("not told by the log");
        format!(
            " Server: {servers}; send connector: {}; certificate sent: {thumbprint}; log: {}:{}.",
            if incident.connector.is_empty() { "not told" } else { &incident.connector },
            incident.path,
            incident.line
        )
    });
    format!("{verdict} {message}{}", place.unwrap_or_default())
}

fn exit_code(evidence: &Evidence, verdict: Verdict, findings: &[Finding]) -> u8 {
    let warns = findings
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
