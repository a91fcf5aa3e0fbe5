//! What the logs show, held against what the rules expect: the verdict on one case.

use crate::diagnosis::evidence::incident::Ending;
use crate::diagnosis::judge::Judged;
use crate::diagnosis::observation::{Standing, Weight};
use crate::diagnosis::report::{Severity, Status, Verdict};

/// Gives a case the verdict that its sessions and the rules come to together.
///
/// What is refused today is refused, whatever the rules can say of its cause. What is delivered shows
/// that it is attributed if it reaches enough domains outside Microsoft 365; else it proves nothing,
/// and the expectation of the rules stays open. What fails every day, and an identity that has left,
/// decide nothing.
pub(crate) fn weigh(judged: &mut Judged<'_>) {
    let Some(incident) = judged.case.incident else { return };
    if incident.has_failed() {
        match incident.standing {
            Standing::Present | Standing::NowAndThen => {
                judged.is_cause_open = judged.verdict == Verdict::Uncertain;
                judged.verdict = Verdict::Refused;
            }
            Standing::Everyday => {
                judged.is_everyday = true;
                judged.verdict = Verdict::Uncertain;
                if incident.is_rule_of_tenant() {
                    // It holds for that receiver alone.
                    judged.verdict = Verdict::Accepted;
                    for finding in &mut judged.findings {
                        finding.severity = finding.severity.min(Severity::Warning);
                    }
                }
            }
            Standing::Past => {}
        }
        return;
    }
    if incident.ending != Ending::Delivered {
        return;
    }
    let incidents = &judged.case.evidence.incidents;
    if !incidents.is_in_use(incident) {
        decide_nothing(judged, false);
        return;
    }
    if judged.verdict == Verdict::Uncertain && incidents.shows_attribution(incident) {
        judged.verdict = Verdict::Accepted;
        for finding in &mut judged.findings {
            finding.severity = finding.severity.min(Severity::Warning);
        }
    }
}

/// Leaves what fails every day out where anything else decides.
pub(crate) fn set_everyday_aside(judged: &mut [Judged<'_>]) {
    if !judged.iter().any(|one| !one.is_everyday && one.decided_by.is_some()) {
        return;
    }
    let has_delivered = judged.iter().any(|one| one.case.is_delivered());
    for one in judged.iter_mut().filter(|one| one.is_everyday) {
        // An error of a queue was given by hand: it gets its answer.
        let is_said = !has_delivered
            || one
                .case
                .incident
                .is_some_and(|one| one.reported_by.is_some() || one.is_rule_of_receiver());
        decide_nothing(one, is_said);
    }
}

/// The case is counted, not judged; a rule of a receiving tenant is said beside.
fn decide_nothing(judged: &mut Judged<'_>, is_said: bool) {
    judged.decided_by = None;
    if !is_said {
        judged.findings.clear();
    }
    judged.findings.retain(|finding| finding.status != Status::Possible);
    let is_of_message = judged.case.incident.is_some_and(|one| one.weight() == Weight::Everyday);
    let most = if is_of_message { Severity::Information } else { Severity::Warning };
    for finding in &mut judged.findings {
        finding.severity = finding.severity.min(most);
        if finding.status == Status::Cause {
            finding.status = Status::Present;
        }
    }
}
