//! What a plan comes to, in one word, one line and one number.

use crate::diagnosis::Evidence;
use crate::diagnosis::literal::{capital, counted, date, listed};
use crate::finding::Severity;
use crate::renewal::found::Found;
use crate::renewal::new_certificate::New;
use crate::renewal::plan::{PlaceKind, RenewalProblem, RenewalStep, RenewalVerdict, StepNeed};
use crate::timestamp::TICKS_PER_DAY;

/// Connectors that are named in a line.
const MAXIMUM_NAMED: usize = 4;

pub(super) struct Conclusion {
    pub verdict: RenewalVerdict,
    pub summary: String,
    pub exit_code: u8,
}

pub(super) fn conclude(
    evidence: &Evidence,
    steps: &[RenewalStep],
    found: &mut Found,
    news: &[New<'_>],
    problems: &[RenewalProblem],
) -> Conclusion {
    let required = steps.iter().filter(|step| step.need == StepNeed::Required).count();
    let unread: Vec<&str> = evidence.unreadable.iter().map(|(path, _)| path.as_str()).collect();
    let absence = match &*unread {
        [] => "given".to_owned(),
        unread => {
            format!("read ({} cannot be read)", listed(unread.iter().copied(), MAXIMUM_NAMED))
        }
    };
    if news.is_empty() {
        found.reasons.push(format!("No new certificate was {absence}"));
    } else if evidence.send_connectors.is_none() {
        found.reasons.push(format!(
            "The send connectors were not {absence}: which of them name a certificate is not known \
             (Get-SendConnector | Export-Clixml send.xml)"
        ));
    }
    if evidence.send_connectors.as_ref().is_some_and(Vec::is_empty) {
        found.reasons.push(
            "The list of send connectors is given and empty: if the command that fills it failed, this \
             is void (Get-SendConnector | Export-Clixml send.xml)"
                .to_owned(),
        );
    }
    let verdict = if !found.refusals.is_empty() {
        RenewalVerdict::Refused
    } else if news.is_empty() || evidence.send_connectors.is_none() || !found.doubts.is_empty() {
        RenewalVerdict::Uncertain
    } else if required > 0 {
        RenewalVerdict::StepsNeeded
    } else if !found.reasons.is_empty() {
        RenewalVerdict::Uncertain
    } else {
        RenewalVerdict::NothingToSet
    };
    let summary = match verdict {
        RenewalVerdict::Refused => {
            let reasons: Vec<String> = found.refusals.iter().map(|one| capital(one)).collect();
            format!("Mail would be refused. {}.", reasons.join(". "))
        }
        RenewalVerdict::Uncertain => {
            let reasons: Vec<String> =
                found.doubts.iter().chain(&found.reasons).map(|one| capital(one)).collect();
            format!("Not known. {}.", reasons.join(". "))
        }
        RenewalVerdict::StepsNeeded => steps_needed(evidence, steps, found, required),
        RenewalVerdict::NothingToSet => nothing_to_set(found),
    };
    let is_unread = problems.iter().any(|problem| problem.severity == Severity::Error);
    let exit_code = match verdict {
        RenewalVerdict::Refused => 20,
        _ if is_unread => 40,
        RenewalVerdict::NothingToSet => 0,
        RenewalVerdict::StepsNeeded => 10,
        RenewalVerdict::Uncertain => 30,
    };
    Conclusion { verdict, summary, exit_code }
}

fn steps_needed(
    evidence: &Evidence,
    steps: &[RenewalStep],
    found: &Found,
    required: usize,
) -> String {
    let verb = if required == 1 { "is" } else { "are" };
    let mut text = format!("{} {verb} needed", counted(required as u64, "step"));
    let replaced = found.certificates.iter().flat_map(|one| &one.replaces);
    let first =
        replaced.filter_map(|one| Some((one.not_after?.time(), one.thumbprint.as_deref()?))).min();
    if !found.revoked.is_empty() {
        let verb = if found.revoked.len() == 1 { "is" } else { "are" };
        let all = listed(found.revoked.iter().map(String::as_str), MAXIMUM_NAMED);
        text = format!("{text} now: {all} {verb} revoked");
    } else if let Some((end, thumbprint)) = first {
        let days = (end.ticks() - evidence.at.ticks()).div_euclid(TICKS_PER_DAY);
        let when = match days {
            ..0 => format!(": {thumbprint} ended on {}", date(end)),
            _ => format!(
                " before {thumbprint} ends on {}, in {}",
                date(end),
                counted(days.unsigned_abs(), "day")
            ),
        };
        text.push_str(&when);
    }
    text.push('.');
    if !found.sets_connectors {
        text.push_str(" No connector has to be changed.");
    }
    let costly =
        steps.iter().any(|step| step.interruption.is_some() && step.need != StepNeed::Optional);
    text.push_str(if costly {
        " What a step costs stands with it."
    } else {
        " None of them costs mail that is delivered today."
    });
    text
}

fn nothing_to_set(found: &Found) -> String {
    if let Some(kept) = found.kept.first() {
        return format!("Nothing is to be set: {kept}");
    }
    let thumbprints: Vec<&str> =
        found.certificates.iter().map(|one| one.thumbprint.as_str()).collect();
    let news = thumbprints.join(", ");
    let is_sent = !found.places.is_empty()
        && found
            .places
            .iter()
            .all(|row| row.now.as_deref().is_some_and(|now| thumbprints.contains(&now)));
    if is_sent {
        return format!("Nothing is to be set: every given server and connector has {news}.");
    }
    let sending = found.places.iter().filter(|row| row.kind == PlaceKind::SendConnector);
    let mut names: Vec<&str> = sending.map(|row| row.connector.as_str()).collect();
    names.dedup();
    if names.is_empty() {
        return format!(
            "Nothing is to be set: no given connector names a certificate that {news} renews."
        );
    }
    format!(
        "Nothing is to be set: {} would send {news} by itself, once the servers have it, enabled for SMTP.",
        listed(names, MAXIMUM_NAMED)
    )
}
