//! What concerns the evidence as a whole: none, unreadable, damaged, not judged.

use super::Proof;
use crate::diagnosis::case::Case;
use crate::diagnosis::literal::listed;
use crate::diagnosis::remedies;
use crate::diagnosis::report::{EvidenceLine, Remedy};

pub(super) fn logging_off(case: &Case<'_>) -> Option<Proof> {
    let connectors = case.evidence.send_connectors.as_ref()?;
    let off = connectors.iter().find(|one| {
        let level = one.object.protocol_logging_level.as_deref();
        one.object.eop_sign().is_some() && level.is_some_and(|l| l.eq_ignore_ascii_case("None"))
    })?;
    Some(Proof::at(&off.path, off.line, &format!("{}: ProtocolLoggingLevel None", off.object.name)))
}

pub(super) fn logging_off_message(_: &Case<'_>) -> String {
    "Protocol logging is off for a send connector to Exchange Online: its sessions leave no trace."
        .to_owned()
}

pub(super) fn logging_on_remedy(case: &Case<'_>) -> Vec<Remedy> {
    vec![remedies::turn_on_logging(case)]
}

pub(super) fn not_judged(case: &Case<'_>) -> Option<Proof> {
    let stories = &case.evidence.stories;
    (stories.elsewhere + stories.received + stories.unknown + stories.capped > 0)
        .then(|| Proof::of(Vec::new()))
}

pub(super) fn not_judged_message(case: &Case<'_>) -> String {
    let stories = &case.evidence.stories;
    let parts = [
        (stories.elsewhere, "went elsewhere than to Exchange Online"),
        (stories.received, "were received"),
        (stories.unknown, "do not tell where they went"),
        (stories.capped, "were more different ones than are told apart"),
    ];
    let parts: Vec<String> = parts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    format!(
        "Of {} sessions{} some were counted and not judged: {}.",
        stories.total,
        window(case),
        parts.join(", ")
    )
}

/// From when to when the logs hold sessions.
fn window(case: &Case<'_>) -> String {
    match case.evidence.stories.window {
        Some((first, last)) => format!(" (from {first} to {last})"),
        None => String::new(),
    }
}

pub(super) fn no_evidence(case: &Case<'_>) -> Option<Proof> {
    let nothing = !case.is_known()
        && case.evidence.stories.told.is_empty()
        && case.evidence.certificates.is_empty();
    let is_told = super::own_certificate::name_not_found(case).is_some();
    (nothing && !is_told).then(|| Proof::of(Vec::new()))
}

pub(super) fn no_evidence_message(case: &Case<'_>) -> String {
    let stories = &case.evidence.stories;
    let what = if stories.total > 0 {
        format!(
            "None of the {} sessions in the logs{} is known to go to Exchange Online.",
            stories.total,
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

pub(super) fn unreadable(case: &Case<'_>) -> Option<Proof> {
    let lines = case.evidence.unreadable.iter().map(|(path, reason)| EvidenceLine {
        path: path.clone(),
        line: 0,
        text: reason.clone(),
    });
    (!case.evidence.unreadable.is_empty()).then(|| Proof::of(lines.collect()))
}

pub(super) fn unreadable_message(case: &Case<'_>) -> String {
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

pub(super) fn damaged(case: &Case<'_>) -> Option<Proof> {
    let lines = case.evidence.damaged.iter().take(5).map(|(path, line, reason)| EvidenceLine {
        path: path.clone(),
        line: *line,
        text: reason.clone(),
    });
    (!case.evidence.damaged.is_empty()).then(|| Proof::of(lines.collect()))
}

pub(super) fn damaged_message(case: &Case<'_>) -> String {
    format!(
        "The exports were read in part: {} places could not be used as they stand.",
        case.evidence.damaged.len()
    )
}

pub(super) fn none(_: &Case<'_>) -> Vec<Remedy> {
    Vec::new()
}
