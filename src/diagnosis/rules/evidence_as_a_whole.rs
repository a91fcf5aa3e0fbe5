//! What concerns the evidence as a whole: none, unreadable, damaged, not judged.

use crate::diagnosis::case::Case;
use crate::diagnosis::literal::listed;
use crate::diagnosis::remedies;
use crate::diagnosis::report::{EvidenceLine, Remedy};
use crate::diagnosis::rules::rule::Proof;

pub(crate) fn logging_off(case: &Case<'_>) -> Option<Proof> {
    let connectors = case.evidence.send_connectors.as_ref()?;
    let off = connectors.iter().find(|one| {
        let level = one.object.protocol_logging_level.as_deref();
        one.object.eop_sign().is_some() && level.is_some_and(|l| l.eq_ignore_ascii_case("None"))
    })?;
    Some(Proof::at(&off.path, off.line, &format!("{}: ProtocolLoggingLevel None", off.object.name)))
}

pub(crate) fn logging_off_message(_: &Case<'_>) -> String {
    "Protocol logging is off for a send connector to Exchange Online: its sessions leave no trace."
        .to_owned()
}

pub(crate) fn logging_on_remedy(case: &Case<'_>) -> Vec<Remedy> {
    vec![remedies::turn_on_logging(case)]
}

pub(crate) fn not_judged(case: &Case<'_>) -> Option<Proof> {
    let incidents = &case.evidence.incidents;
    (incidents.elsewhere + incidents.received + incidents.unknown + incidents.capped > 0)
        .then(|| Proof::of(Vec::new()))
}

pub(crate) fn not_judged_message(case: &Case<'_>) -> String {
    let incidents = &case.evidence.incidents;
    let parts = [
        (incidents.elsewhere, "went elsewhere than to Exchange Online"),
        (incidents.received, "were received"),
        (incidents.unknown, "do not tell where they went"),
        (incidents.capped, "were more different ones than are told apart"),
    ];
    let parts: Vec<String> = parts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    format!(
        "Of {} sessions{} some were counted and not judged: {}.",
        incidents.total,
        window(case),
        parts.join(", ")
    )
}

/// From when to when the logs hold sessions.
fn window(case: &Case<'_>) -> String {
    match case.evidence.incidents.window {
        Some((first, last)) => format!(" (from {first} to {last})"),
        None => String::new(),
    }
}

pub(crate) fn no_evidence(case: &Case<'_>) -> Option<Proof> {
    let nothing = !case.is_known()
        && case.evidence.incidents.all.is_empty()
        && case.evidence.certificates.is_empty();
    let names_nothing_found =
        crate::diagnosis::rules::own_certificate::name_not_found(case).is_some();
    (nothing && !names_nothing_found).then(|| Proof::of(Vec::new()))
}

pub(crate) fn no_evidence_message(case: &Case<'_>) -> String {
    let incidents = &case.evidence.incidents;
    let what = if incidents.total > 0 {
        format!(
            "None of the {} sessions in the logs{} is known to go to Exchange Online.",
            incidents.total,
            window(case)
        )
    } else if case.evidence.logs_given {
        "The logs hold no session.".to_owned()
    } else {
        "No log and no certificate was given.".to_owned()
    };
    format!(
        "{what} That is no sign of health: logging may have been off (it is by default), the \
         folder another one, its size capped (250 MB often hold hours, not days), or access denied."
    )
}

pub(crate) fn unreadable(case: &Case<'_>) -> Option<Proof> {
    let lines = case.evidence.unreadable.iter().map(|(path, reason)| EvidenceLine {
        path: path.clone(),
        line: 0,
        text: reason.clone(),
    });
    (!case.evidence.unreadable.is_empty()).then(|| Proof::of(lines.collect()))
}

pub(crate) fn unreadable_message(case: &Case<'_>) -> String {
    let texts: Vec<String> = case
        .evidence
        .unreadable
        .iter()
        .map(|(path, reason)| format!("{path} ({})", reason.trim_end_matches('.')))
        .collect();
    format!(
        "Not everything could be read: {}. The rest was judged.",
        listed(texts.iter().map(String::as_str), 4)
    )
}

pub(crate) fn damaged(case: &Case<'_>) -> Option<Proof> {
    let lines = case.evidence.damaged.iter().take(5).map(|(path, line, reason)| EvidenceLine {
        path: path.clone(),
        line: *line,
        text: reason.clone(),
    });
    (!case.evidence.damaged.is_empty()).then(|| Proof::of(lines.collect()))
}

pub(crate) fn damaged_message(case: &Case<'_>) -> String {
    format!(
        "The exports were read in part: {} places could not be used as they stand.",
        case.evidence.damaged.len()
    )
}
