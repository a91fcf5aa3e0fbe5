//! Errors of queues, tracking logs and NDRs beside the logs.

use crate::diagnosis::case::Case;
use crate::diagnosis::literal::{counted, listed};
use crate::diagnosis::remedies::{of_catalogue, turn_on_logging};
use crate::diagnosis::report::{EvidenceLine, Remedy};
use crate::diagnosis::rules::rule::Proof;
use crate::reply::RejectionClass;

/// How many are reported in full.
const REPORTED: usize = 3;

/// A cover text of which no session is known: what it covers stands in a log alone.
pub(crate) fn cover_only(case: &Case<'_>) -> Option<Proof> {
    let incident = case.incident.filter(|incident| incident.reported_by.is_some())?;
    let is_cover = case.class().is_some_and(RejectionClass::is_cover_text);
    is_cover.then(|| Proof::of(vec![incident.proof()]))
}

pub(crate) fn cover_only_message(case: &Case<'_>) -> String {
    let incident = case.incident;
    let teller = incident.and_then(|incident| incident.reported_by.as_deref()).unwrap_or_default();
    let reply = incident.and_then(|incident| incident.reply.as_deref()).unwrap_or_default();
    let missing = if case.evidence.logs_given {
        "none of the sessions in the given logs is the one that it tells of"
    } else {
        "no send log was given"
    };
    format!(
        "{teller} says '{}', a cover text: what really happened, mostly a TLS negotiation that \
         failed, stands in the send log of {} alone, and {missing}.",
        reply.trim_end_matches('.'),
        case.server_text(),
    )
}

pub(crate) fn cover_only_remedy(case: &Case<'_>) -> Vec<Remedy> {
    let mut steps = vec![turn_on_logging(case)];
    if let Some(class) = case.class() {
        // The first step of a cover text is to read the log; the rest depends on what it shows.
        steps.splice(0..0, of_catalogue(case, class).into_iter().take(1));
    }
    steps
}

pub(crate) fn joined(case: &Case<'_>) -> Option<Proof> {
    let joined = &case.evidence.queue_errors.joined;
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
    (!joined.is_empty()).then(|| Proof::of(lines.collect()))
}

pub(crate) fn joined_message(case: &Case<'_>) -> String {
    let errors = &case.evidence.queue_errors;
    let mut messages: Vec<&str> = Vec::new();
    for session in errors.joined.iter().filter_map(|error| error.session.as_ref()) {
        if !messages.contains(&session.message.as_str()) {
            messages.push(&session.message);
        }
    }
    let rest = messages.len().saturating_sub(REPORTED) as u64;
    let more = format!("Joined to sessions of the logs besides: {}.", counted(rest, "error"));
    messages.truncate(REPORTED);
    if rest > 0 {
        messages.push(&more);
    }
    messages.join(" ")
}

pub(crate) fn not_judged(case: &Case<'_>) -> Option<Proof> {
    let errors = &case.evidence.queue_errors.not_judged;
    let lines = errors.iter().take(REPORTED).map(|error| EvidenceLine {
        path: error.path.clone(),
        line: error.line,
        text: error.short_text(),
    });
    (!errors.is_empty()).then(|| Proof::of(lines.collect()))
}

pub(crate) fn not_judged_message(case: &Case<'_>) -> String {
    let errors = &case.evidence.queue_errors.not_judged;
    let (unknown, elsewhere): (Vec<_>, Vec<_>) =
        errors.iter().partition(|error| !error.explanation.recognised);
    let mut hosts: Vec<&str> = elsewhere
        .iter()
        .filter_map(|error| error.remote_server.as_deref().or(error.next_hop.as_deref()))
        .collect();
    hosts.sort_unstable();
    hosts.dedup();
    let mut parts = Vec::new();
    if !elsewhere.is_empty() {
        parts.push(format!(
            "{} of mail that goes elsewhere than to Exchange Online ({})",
            counted(elsewhere.len() as u64, "error"),
            listed(hosts.into_iter(), 4)
        ));
    }
    if !unknown.is_empty() {
        parts.push(format!("{} of which nothing is known", counted(unknown.len() as u64, "error")));
    }
    format!("Not judged: {}.", parts.join(", and "))
}
