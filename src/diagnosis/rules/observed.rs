//! What the sessions as a whole show: how old they are, and what fails every day.

use super::rule::{Answer, Proof, RuleText};
use crate::diagnosis::case::Case;
use crate::diagnosis::literal::counted;
use crate::diagnosis::observation::{Age, Everyday};
use crate::diagnosis::remedies::{self, Remedy};
use crate::finding::Place;

pub(crate) const EVIDENCE_TOO_OLD: RuleText = RuleText {
    says: "The newest session in the logs is 14 days old or older.",
    why: "Certificates, addresses and connectors change; what was delivered then says nothing about \
          today. A refusal stays a refusal, as nothing shows that it has passed.",
    example: "Judged on 2026-11-21, with a newest session of 2026-10-30.",
    helps: "Give the newest send logs; without any, see whether protocol logging is on.",
    certainty: "A decision of this project: 14 days.",
    sources: "Set-SendConnector -ProtocolLoggingLevel",
};

pub(crate) fn evidence_too_old(case: &Case<'_>) -> Option<Answer> {
    let Age::Old(days) = age(case)? else { return None };
    let message = format!(
        "The newest session is of {}, {days} days before the time of judgement: from 14 days on \
         nothing is accepted on such evidence.",
        newest(case)
    );
    Some(Proof::of(Vec::new()).says(message, vec![newest_logs(case)]))
}

pub(crate) const EVIDENCE_AGEING: RuleText = RuleText {
    says: "The newest session in the logs is 3 days old or older.",
    why: "A server that sends every day leaves a session every day: the logs given may not be the \
          newest, or logging has stopped.",
    example: "Judged on 2026-11-21, with a newest session of 2026-11-16.",
    helps: "Give the newest send logs.",
    certainty: "A decision of this project: 3 days.",
    sources: "Set-SendConnector -ProtocolLoggingLevel",
};

pub(crate) fn evidence_ageing(case: &Case<'_>) -> Option<Answer> {
    let Age::Ageing(days) = age(case)? else { return None };
    let message = format!(
        "The newest session is of {}, {days} days before the time of judgement.",
        newest(case)
    );
    Some(Proof::of(Vec::new()).says(message, vec![newest_logs(case)]))
}

fn age(case: &Case<'_>) -> Option<Age> {
    Some(Age::of(case.evidence.incidents.observation.newest?, case.evidence.at))
}

fn newest(case: &Case<'_>) -> String {
    let newest = case.evidence.incidents.observation.newest;
    newest.map(|time| time.to_string()).unwrap_or_default()
}

fn newest_logs(case: &Case<'_>) -> Remedy {
    let folders = "Get-TransportService | Format-List Name,SendProtocolLogPath";
    let levels = "Get-SendConnector | Format-List Name,ProtocolLoggingLevel";
    let (action, command) = if remedies::may_be_silent(case) {
        (
            "Give the newest send logs of the server, or see why there are none.",
            format!("{folders}\n{levels}"),
        )
    } else {
        (
            "Give the newest send logs of the server: by the export its connector logs.",
            folders.to_owned(),
        )
    };
    Remedy::new(Place::ManagementShell, action)
        .command(command)
        .verify("the report names a session of today")
}

pub(crate) const EVERYDAY_FAILURES: RuleText = RuleText {
    says: "Single recipients, messages or connections failed, which says nothing about the server.",
    why: "Unknown recipients, spam verdicts, throttling and broken connections belong to every day of \
          a healthy server. A connection counts when it fails three times in a row at the end, for 15 \
          minutes, or always.",
    example: "51 everyday failures beside 509 deliveries.",
    helps: "Nothing is to be done on the server.",
    certainty: "Observed; what counts is a decision of this project.",
    sources: "RFC 3463, sections 3.2 to 3.7; observed",
};

pub(crate) fn everyday_failures(case: &Case<'_>) -> Option<Answer> {
    let observation = &case.evidence.incidents.observation;
    let everyday = observation.everyday;
    if everyday.count() == 0 {
        return None;
    }
    let message = format!(
        "{} beside {}: {}. They concern no attribution.",
        counted(everyday.count(), "everyday failure"),
        if observation.delivered == 1 {
            "1 delivery".to_owned()
        } else {
            format!("{} deliveries", observation.delivered)
        },
        parts(everyday)
    );
    Some(Proof::of(Vec::new()).says(message, Vec::new()))
}

fn parts(everyday: Everyday) -> String {
    let parts = [
        (everyday.messages, "of a recipient or a message"),
        (everyday.temporary, "temporary"),
        (everyday.connections, "of a connection"),
    ];
    let parts = parts.into_iter().filter(|(count, _)| *count > 0);
    let parts: Vec<String> = parts.map(|(count, what)| format!("{count} {what}")).collect();
    parts.join(", ")
}
