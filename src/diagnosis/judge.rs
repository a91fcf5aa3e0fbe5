//! One case held against the rules: what decides it, and what is found.

use std::collections::BTreeSet;
use std::fmt::Write;

use crate::diagnosis::case::Case;
use crate::diagnosis::case::wizard_state::Staleness;
use crate::diagnosis::evidence::incident::{Incident, MAXIMUM_NAMES};
use crate::diagnosis::finding_id::FindingId;
use crate::diagnosis::literal::{counted, listed};
use crate::diagnosis::remedies::{Remedy, on_edge};
use crate::diagnosis::report::{Confidence, Finding, Severity, Status, Verdict};
use crate::diagnosis::rules::engine::Answers;
use crate::diagnosis::rules::rule::{Effect, Rule, Scope};
use crate::diagnosis::rules::table;
use crate::diagnosis::trial::Trials;
use crate::finding::{Place, Side, Step};

/// What one case came to.
pub(crate) struct Judged<'a> {
    pub case: Case<'a>,
    pub verdict: Verdict,
    /// Whether the rules leave open why mail is refused.
    pub is_cause_open: bool,
    /// Whether it fails every day: it decides only where nothing else does.
    pub is_everyday: bool,
    /// The deciding rule; `None`: nothing decides.
    pub decided_by: Option<Decision>,
    pub findings: Vec<Finding>,
}

/// The rule that decides a case.
pub(crate) struct Decision {
    /// Its place in the table.
    pub place: usize,
    pub id: FindingId,
    /// Whether mail is refused by it.
    pub expects_refusal: bool,
    /// What it says, with the sessions.
    pub message: String,
}

fn applied(scope: Scope) -> impl Iterator<Item = (usize, &'static Rule)> {
    table::all().enumerate().filter(move |(_, rule)| rule.scope == scope)
}

/// What is found of the evidence as a whole.
pub(crate) fn findings_of_evidence(
    case: &Case<'_>,
    disabled: &BTreeSet<FindingId>,
    trials: &Trials,
) -> Vec<Finding> {
    let mut answers = Answers::new(case, disabled);
    let mut findings = Vec::new();
    for (place, rule) in applied(Scope::Evidence) {
        if let (Some(answer), Some(severity)) = (answers.take(place, rule), rule.severity) {
            findings.push(Finding {
                severity: answer.proof.severity.unwrap_or(severity),
                status: Status::Present,
                message: answer.message,
                evidence: answer.proof.evidence,
                remedy: steps_of(case, rule, answer.steps, trials),
                reference: rule.text.sources.into(),
                confidence: answer.proof.confidence.unwrap_or(rule.confidence),
                ..Finding::without_sessions(rule.id)
            });
        }
    }
    findings
}

/// Holds a case against the rules, in their order: the first that can be the cause is it.
pub(crate) fn judge<'a>(
    case: Case<'a>,
    disabled: &BTreeSet<FindingId>,
    trials: &Trials,
) -> Judged<'a> {
    let mut answers = Answers::new(&case, disabled);
    let mut findings = Vec::new();
    let mut verdict = Verdict::Uncertain;
    let mut decided_by: Option<Decision> = None;
    for (place, rule) in applied(Scope::Case) {
        let Some(answer) = answers.take(place, rule) else { continue };
        let proof = answer.proof;
        // What advises says what the logs of the wizard hold, whatever its age.
        let can_be_cause = matches!(rule.effect, Effect::Decides(_));
        let staleness = case.staleness(&proof.evidence).filter(|_| can_be_cause);
        if decided_by.is_some() && rule.id == FindingId::AttributedButRefused {
            // The refusal has its cause.
            continue;
        }
        let mut status = Status::Present;
        let mut severity = rule.severity;
        let mut message = answer.message;
        if let (Effect::Decides(of_rule), false) = (rule.effect, proof.is_advice) {
            let found = match proof.verdict.unwrap_or(of_rule) {
                // What was so long ago need not be so today.
                Verdict::Accepted if staleness == Some(Staleness::Old) => Verdict::Uncertain,
                found => found,
            };
            if decided_by.is_none() {
                status = Status::Cause;
                message.push_str(&sessions_of(case.incident));
                verdict = found;
                decided_by = Some(Decision {
                    place,
                    id: rule.id,
                    expects_refusal: of_rule == Verdict::Refused,
                    message: message.clone(),
                });
            } else if found == Verdict::Uncertain {
                // What is missing besides is good to know, and no more.
                status = Status::Possible;
                severity = severity.map(|_| Severity::Information);
            }
        }
        let Some(severity) = proof.severity.or(severity) else { continue };
        findings.push(
            Finding {
                severity,
                status,
                message,
                evidence: proof.evidence,
                remedy: steps_of(&case, rule, answer.steps, trials),
                reference: rule.text.sources.into(),
                confidence: staleness
                    .map_or(Confidence::Documented, Staleness::confidence)
                    .max(proof.confidence.unwrap_or(rule.confidence)),
                ..Finding::without_sessions(rule.id)
            }
            .with_sessions_of(case.incident),
        );
    }
    // Of a thousand cases most have one.
    findings.shrink_to_fit();
    Judged { case, verdict, is_cause_open: false, is_everyday: false, decided_by, findings }
}

/// The steps as they are printed: tried on the model, those on the machine itself for each server.
fn steps_of(case: &Case<'_>, rule: &Rule, remedies: Vec<Remedy>, trials: &Trials) -> Vec<Step> {
    let servers = case.servers();
    let on_each = |step: Step| {
        let is_on_machine = step.place.is_some_and(Place::is_on_machine);
        let is_of_server = step.side == Side::OnPremisesServer;
        if is_on_machine && is_of_server { step.on_each(&servers) } else { step }
    };
    let on_edge = |step: Step| on_edge(step, &case.evidence.edge_servers);
    let steps = trials.steps(case, rule, remedies).into_iter().map(on_each).map(on_edge);
    let mut steps: Vec<Step> = steps.collect();
    steps.shrink_to_fit();
    steps
}

/// How often, when, from where and for whom an incident was seen.
fn sessions_of(incident: Option<&Incident>) -> String {
    let Some(incident) = incident else { return String::new() };
    let when = if !incident.is_dated {
        "without a time".to_owned()
    } else if incident.count > 1 {
        format!("from {} to {}", incident.stated(incident.first), incident.stated(incident.last))
    } else {
        format!("at {}", incident.stated(incident.first))
    };
    let is_reported = incident.reported_by.is_some();
    let (refused, total) = if is_reported { (0, 0) } else { incident.counts() };
    let how_many = match total {
        0 if is_reported => format!("No session, {}", counted(incident.count, "error")),
        0 => counted(incident.count, "session"),
        total => format!("{refused} of {}", counted(total, "session")),
    };
    let mut parts = vec![format!(" {how_many} {when}")];
    let servers: Vec<&str> = incident.server_texts().collect();
    if !servers.is_empty() {
        parts.push(format!("on {}", listed(servers, 4)));
    }
    let refused: BTreeSet<&str> =
        incident.troubles.iter().flat_map(|one| &one.domains).map(|domain| &**domain).collect();
    let seen = incident.recipient_domains.iter().map(String::as_str);
    let domains: BTreeSet<&str> = if refused.is_empty() { seen.collect() } else { refused };
    if !domains.is_empty() {
        let at_least = if domains.len() == MAXIMUM_NAMES { "at least " } else { "" };
        parts.push(format!("to {at_least}{}", listed(domains, 4)));
    }
    if incident.troubles.iter().any(|trouble| trouble.has_more_domains) {
        parts.push("more than 256 refused domains: counted together".to_owned());
    }
    let (lost, messages) = incident.messages();
    if messages > total && !is_reported {
        parts.push(format!("{lost} of {}", counted(messages, "message")));
    }
    let (of_place, all) = incident.counts_of_place();
    if all > total && !is_reported {
        parts.push(format!("{of_place} of {} of the connector", counted(all, "session")));
    }
    let since: u64 = incident.troubles.iter().map(|trouble| trouble.delivered_since).sum();
    if since > 0 {
        parts.push(format!("{since} delivered since"));
    }
    match incident.last_delivery() {
        Some(time) => parts.push(format!("last delivery {time}")),
        None if total > 0 => parts.push("never delivered".to_owned()),
        None => {}
    }
    let mut text = parts.join(", ") + ".";
    let values = |values: &[String]| listed(values.iter().map(String::as_str), 4);
    let differences: Vec<String> = incident
        .differences()
        .iter()
        .map(|one| {
            let (refused, delivered) = (values(&one.refused), values(&one.delivered));
            format!("{} {refused} where it is refused, {delivered} where it is delivered", one.fact)
        })
        .collect();
    if !differences.is_empty() {
        let _ = write!(text, " What differs: {}.", differences.join("; "));
    }
    text
}
