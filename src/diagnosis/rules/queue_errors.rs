//! Errors of queues, tracking logs and NDRs beside the logs.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::rule::{Answer, Proof, RuleText};
use crate::diagnosis::case::Case;
use crate::diagnosis::evidence::queue_errors::{NotJudged, QueueErrors};
use crate::diagnosis::literal::{counted, listed};
use crate::diagnosis::remedies::{may_be_silent, of_catalogue, turn_on_logging};
use crate::diagnosis::report::{EvidenceLine, Severity};
use crate::evidence::delivery_error::DeliveryError;
use crate::reply::{CatalogueEntry, RejectionClass};

/// How many are reported in full.
const REPORTED: usize = 3;

pub(crate) const COVER_TEXT_ONLY: RuleText = RuleText {
    says: "A queue or an NDR shows a cover text, and no session shows what it covers.",
    why: "Exchange writes the same few texts over many failures; what really happened, mostly a TLS \
          negotiation that failed, stands only in the send log.",
    example: "LastError: 421 4.4.1 Connection timed out, and no send log was given.",
    helps: "Give the send log of that time; turn protocol logging on if there is none.",
    certainty: "Documented that the text covers; open what it covers.",
    sources: "KB 4051498",
};

pub(crate) fn cover_only(case: &Case<'_>) -> Option<Answer> {
    let incident = case.incident?;
    let source = incident.reported_by.as_deref()?;
    let class = case.class().filter(|class| class.is_cover_text())?;
    let missing = if case.evidence.logs_given {
        "none of the sessions in the given logs is the one that it reports"
    } else {
        "no send log was given"
    };
    let message = format!(
        "{source} says '{}', a cover text: what really happened, mostly a TLS negotiation that \
         failed, stands only in the send log of {}, and {missing}.",
        incident.reply.as_deref().unwrap_or_default().trim_end_matches('.'),
        case.server_text(),
    );
    // The first step of a cover text is to read the log; the rest depends on what it shows.
    let mut steps = of_catalogue(case, class);
    steps.truncate(1);
    if may_be_silent(case) {
        steps.extend(turn_on_logging(case));
    }
    Some(Proof::of(vec![incident.proof()]).says(message, steps))
}

pub(crate) const QUEUE_ERROR_JOINED: RuleText = RuleText {
    says: "Errors of queues or NDRs were joined to sessions of the logs.",
    why: "The session shows what the error covers: by the other side's session id, the Message-ID, \
          or time and host.",
    example: "421 4.4.1 Connection timed out of the queue is TLS negotiation failed with error \
              UnknownCredentials of the log.",
    helps: "Read the finding on the session.",
    certainty: "Observed; how certain each join is, it says itself.",
    sources: "KB 4051498",
};

pub(crate) fn joined(case: &Case<'_>) -> Option<Answer> {
    let QueueErrors { joined, joined_besides, .. } = &case.evidence.queue_errors;
    if joined.is_empty() {
        return None;
    }
    let lines = joined.iter().take(REPORTED).flat_map(|error| {
        let of_error =
            EvidenceLine { path: error.path.clone(), line: error.line, text: error.short_text() };
        let of_log = error.session.as_ref().map(|session| EvidenceLine {
            path: session.log_path.clone(),
            line: session.line,
            text: format!("{}, {}", session.certainty.name(), session.basis.name()),
        });
        std::iter::once(of_error).chain(of_log)
    });
    let mut messages: Vec<&str> = Vec::new();
    for session in joined.iter().filter_map(|error| error.session.as_ref()) {
        if !messages.contains(&session.message.as_str()) {
            messages.push(&session.message);
        }
    }
    let rest = messages.len().saturating_sub(REPORTED) as u64 + joined_besides;
    let more = format!("Joined to sessions of the logs besides: {}.", counted(rest, "error"));
    messages.truncate(REPORTED);
    if rest > 0 {
        messages.push(&more);
    }
    Some(Proof::of(lines.collect()).says(messages.join(" "), Vec::new()))
}

pub(crate) const QUEUE_ERROR_NOT_JUDGED: RuleText = RuleText {
    says: "Errors of queues or NDRs were not judged, or events of the server say what no session shows.",
    why: "They are of mail that goes elsewhere than to Exchange Online, or say nothing known. An event \
          names a connector without a certificate: no mail was refused by it yet.",
    example: "A queue to a partner's gateway with 451 4.7.1 Greylisted; event 12014 of a receive \
              connector.",
    helps: "Nothing has to be done for Exchange Online; what an event names is put right.",
    certainty: "Documented: each error names its next hop, each event its connector.",
    sources: "the errors themselves",
};

pub(crate) fn not_judged(case: &Case<'_>) -> Option<Answer> {
    let NotJudged { first, elsewhere, hosts, no_refusal, unknown } =
        &case.evidence.queue_errors.not_judged;
    let too_many = case.evidence.incidents.capped_errors;
    let to_hosts = match hosts.len() {
        0 => String::new(),
        _ => format!(" ({})", listed(hosts.iter().map(String::as_str), 4)),
    };
    let parts = [
        (
            *elsewhere,
            "error",
            format!("of mail that goes elsewhere than to Exchange Online{to_hosts}"),
        ),
        (
            *no_refusal,
            "report",
            "by which nothing was refused (eop-relay explain, Resolve-EopRelayError: what to do)"
                .to_owned(),
        ),
        (*unknown, "error", "of which nothing is known".to_owned()),
        (too_many, "error", "of more kinds, servers and connectors than are told apart".to_owned()),
    ];
    let parts: Vec<String> = parts
        .iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, noun, what)| format!("{} {what}", counted(*count, noun)))
        .collect();
    if parts.is_empty() {
        return None;
    }
    let lines = first.iter().take(REPORTED).map(|error| EvidenceLine {
        path: error.path.clone(),
        line: error.line,
        text: error.short_text(),
    });
    let mut message = format!("Not judged: {}.", parts.join(", and "));
    let events = events(first);
    let mut steps = Vec::new();
    for (entry, connectors) in &events {
        let of = listed(connectors.iter().copied(), 4);
        let of = if of.is_empty() { String::new() } else { format!(" ({of})") };
        let _ = write!(message, " An event of the Application log{of}: {}", entry.meaning);
        steps.extend(of_catalogue(case, entry.class));
    }
    let severity = (!events.is_empty()).then_some(Severity::Warning);
    let proof = Proof { severity, ..Proof::of(lines.collect()) };
    Some(proof.says(message, steps))
}

/// What events of the server say of its certificates: each kind once, with the connectors that it names.
fn events(errors: &[DeliveryError]) -> Vec<(&'static CatalogueEntry, BTreeSet<&str>)> {
    let mut found: Vec<(&'static CatalogueEntry, BTreeSet<&str>)> = Vec::new();
    for error in errors {
        let class = error.explanation.rejection.filter(|class| class.is_event());
        let Some(entry) = class.and_then(RejectionClass::entry) else { continue };
        let place = found.iter().position(|(known, _)| known.class == entry.class);
        let place = place.unwrap_or_else(|| {
            found.push((entry, BTreeSet::new()));
            found.len() - 1
        });
        found[place].1.extend(error.explanation.send_connector.as_deref());
    }
    found
}
