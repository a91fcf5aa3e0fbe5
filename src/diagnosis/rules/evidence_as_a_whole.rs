//! What concerns the evidence as a whole: none, unreadable, damaged, not judged.

use std::fmt::Write as _;

use super::rule::{Answer, Proof, RuleText};
use crate::diagnosis::case::Case;

use crate::diagnosis::literal::{counted, listed, literal};
use crate::diagnosis::remedies;
use crate::diagnosis::remedies::{MANAGEMENT_SHELL, Remedy};
use crate::diagnosis::report::EvidenceLine;

pub(crate) const LOGGING_OFF: RuleText = RuleText {
    says: "Protocol logging is off for a send connector to Exchange Online.",
    why: "It is off by default, per connector; the sessions of that connector leave no trace.",
    example: "Get-SendConnector shows ProtocolLoggingLevel None.",
    helps: "Set-SendConnector -ProtocolLoggingLevel Verbose.",
    certainty: "Documented.",
    sources: "Set-SendConnector -ProtocolLoggingLevel",
};

pub(crate) fn logging_off(case: &Case<'_>) -> Option<Answer> {
    let silent = remedies::silent_connectors(case);
    let off = silent.first()?;
    let steps = remedies::turn_on_logging(case);
    let message = "Protocol logging is off for a send connector to Exchange Online: its sessions \
                   leave no trace.";
    let text = format!("{}: ProtocolLoggingLevel None", off.object.name);
    Some(Proof::at(&off.path, off.line, &text).says(message, steps))
}

pub(crate) const SESSIONS_NOT_JUDGED: RuleText = RuleText {
    says: "Some sessions were counted and not judged.",
    why: "They went elsewhere than to Exchange Online, were received, or do not say where they \
          went: what holds for mail to Exchange Online says nothing of them.",
    example: "Of 900 sessions 610 went to servers inside, 3 do not say where they went.",
    helps: "Nothing has to be done, unless a folder of logs is the wrong one.",
    certainty: "Documented: the rows of the log name the other side.",
    sources: "the logs themselves",
};

const CAPPED: &str = "There were more sessions than are kept one by one: deliveries to domains that \
                      were not refused are counted together by time.";

pub(crate) fn not_judged(case: &Case<'_>) -> Option<Answer> {
    let incidents = &case.evidence.incidents;
    let parts = [
        (
            case.evidence.left_out,
            "were left out: no recipient of theirs is of the domain that is judged",
        ),
        (incidents.elsewhere, "went elsewhere than to Exchange Online"),
        (incidents.received, "were received"),
        (incidents.unknown, "do not say where they went"),
        (incidents.capped, "were more different ones than are distinguished"),
    ];
    let parts: Vec<String> = parts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    let message = format!(
        "Of {}{} some were counted and not judged: {}.",
        counted(incidents.total + case.evidence.left_out, "session"),
        window(case),
        parts.join(", ")
    );
    let is_capped = incidents.observation.is_capped;
    let message = match (parts.is_empty(), is_capped) {
        (true, _) => CAPPED.to_owned(),
        (false, true) => format!("{message} {CAPPED}"),
        (false, false) => message,
    };
    (!parts.is_empty() || is_capped).then(|| Proof::default().says(message, Vec::new()))
}

/// From when to when the logs hold sessions.
fn window(case: &Case<'_>) -> String {
    match case.evidence.incidents.window {
        Some((first, last)) => format!(" (from {first} to {last})"),
        None => String::new(),
    }
}

pub(crate) const NO_EVIDENCE: RuleText = RuleText {
    says: "The evidence holds no session with Exchange Online, and no certificate to judge.",
    why: "An empty log is no sign of health: logging is off by default, the folder may be another \
          one, its size is capped (250 MB often hold hours), or access was denied.",
    example: "A folder of receive logs only; an empty SmtpSend folder.",
    helps: "Turn protocol logging on, send a message to a recipient outside Microsoft 365, and \
            check again.",
    certainty: "Documented.",
    sources: "Set-SendConnector -ProtocolLoggingLevel",
};

pub(crate) fn no_evidence(case: &Case<'_>) -> Option<Answer> {
    let incidents = &case.evidence.incidents;
    let is_nothing = incidents.all.is_empty() && case.evidence.certificates.is_empty();
    if case.is_known() || !is_nothing {
        return None;
    }
    let (what, steps) = if incidents.received > 0 && incidents.received == incidents.total {
        let what = format!(
            "{} in the logs{}, received: these are receive logs, and what this server sends stands in \
             the send logs.",
            counted(incidents.total, "session"),
            window(case)
        );
        (what, vec![remedies::find_send_logs()])
    } else if incidents.total > 0 {
        let what = format!(
            "None of the {} in the logs{} is known to go to Exchange Online.{}",
            counted(incidents.total, "session"),
            window(case),
            destinations(case)
        );
        (what, remedies::find_eop_sessions(case))
    } else if let (Some(domain), 1..) = (&case.evidence.recipient_domain, case.evidence.left_out) {
        let what = format!(
            "None of the {} in the logs has a recipient of {domain}.",
            counted(case.evidence.left_out, "session")
        );
        (what, vec![send_a_message(domain)])
    } else if let Some((path, line, reason)) = &case.evidence.damaged_log {
        let what = format!(
            "The logs hold rows, and none that is understood: {path}:{line}: {reason}. Logging is \
             on, so that something has changed the file: an editor, a conversion, a transfer."
        );
        (what, vec![copy_again()])
    } else if case.evidence.logs_given && !case.evidence.unreadable.is_empty() {
        let what = "No log could be read where logs were looked for.".to_owned();
        (what, vec![remedies::find_send_logs()])
    } else if case.evidence.logs_given && logging_off(case).is_some() {
        let what = "The logs hold no session, and protocol logging is off for the send connector to \
                    Exchange Online.";
        (what.to_owned(), remedies::turn_on_logging(case))
    } else if case.evidence.logs_given {
        let logging = if remedies::may_be_silent(case) {
            "logging may have been off (it is by default), "
        } else {
            "protocol logging is on for the send connector to Exchange Online, so that there was no \
             mail, "
        };
        let what = format!(
            "The logs hold no session. That is no sign of health: {logging}the folder is another one, or \
             access was denied."
        );
        (what, remedies::find_eop_sessions(case))
    } else {
        let what = "No log and no certificate was given.".to_owned();
        (what, vec![remedies::find_send_logs()])
    };
    Some(Proof::default().says(what, steps))
}

fn copy_again() -> Remedy {
    Remedy::new(
        MANAGEMENT_SHELL,
        "Copy the logs again as they stand on the server, or let the program read them there: the \
         folder is SendProtocolLogPath.",
    )
    .command("Get-TransportService | Format-List Name,SendProtocolLogPath")
    .verify("the report names sessions")
}

fn send_a_message(domain: &str) -> Remedy {
    let domain = literal(Some(domain), "recipient domain");
    Remedy::new(
        MANAGEMENT_SHELL,
        "See whether mail for that domain left over another server or connector; else check again \
         after the next message to it.",
    )
    .command(format!(
        "Get-MessageTrackingLog -ResultSize Unlimited -EventId SEND |\n  Where-Object {{ \
         $_.Recipients -like ('*@' + {domain}) }} |\n  Format-List \
         Timestamp,ServerHostname,ConnectorId"
    ))
    .verify("the report names sessions")
}

/// Where the sessions went instead.
fn destinations(case: &Case<'_>) -> String {
    let to = case.evidence.incidents.elsewhere_to.iter().map(|(connector, host)| {
        match (connector.as_str(), host.as_str()) {
            ("", host) => host.to_owned(),
            (connector, "") => connector.to_owned(),
            (connector, host) => format!("{host} over {connector}"),
        }
    });
    let to: Vec<String> = to.collect();
    let mut text = String::new();
    if !to.is_empty() {
        let _ = write!(text, " They went to {}.", listed(to.iter().map(String::as_str), 4));
    }
    let failed = &case.evidence.incidents.failed_to;
    if !failed.is_empty() {
        let domains = listed(failed.iter().map(String::as_str), 4);
        let _ = write!(text, " No connection came about for {domains}.");
    }
    text
}

pub(crate) const INPUT_UNREADABLE: RuleText = RuleText {
    says: "An input could not be read; the rest was judged.",
    why: "It is not there, access was denied, or it is no file of a kind that is read.",
    example: "SEND20261128-1.LOG: access denied.",
    helps: "Run the check as one who may read it; name the right path.",
    certainty: "Documented: the reason is the operating system's.",
    sources: "the operating system",
};

pub(crate) fn unreadable(case: &Case<'_>) -> Option<Answer> {
    let unreadable = &case.evidence.unreadable;
    let lines = unreadable.iter().map(|(path, reason)| EvidenceLine {
        path: path.clone(),
        line: 0,
        text: reason.clone(),
    });
    let texts: Vec<String> = unreadable
        .iter()
        .map(|(path, reason)| format!("{path} ({})", reason.trim_end_matches('.')))
        .collect();
    let message = format!(
        "Not everything could be read: {}. The rest was judged.",
        listed(texts.iter().map(String::as_str), 4)
    );
    (!unreadable.is_empty()).then(|| Proof::of(lines.collect()).says(message, Vec::new()))
}

pub(crate) const EVIDENCE_DAMAGED: RuleText = RuleText {
    says: "Parts of the exports could not be used as they stand.",
    why: "A value is cut, has another type than its property, or is of an object that is not known.",
    example: "SenderIPAddresses ends in ... in the output of Format-List.",
    helps: "Export with Export-Clixml.",
    certainty: "Documented: each place is named.",
    sources: "the export itself",
};

pub(crate) fn damaged(case: &Case<'_>) -> Option<Answer> {
    /// Places that the text names; the others stand in the evidence of the finding.
    const NAMED: usize = 2;
    let damaged = &case.evidence.damaged;
    let lines = damaged.iter().take(5).map(|(path, line, reason)| EvidenceLine {
        path: path.clone(),
        line: *line,
        text: reason.clone(),
    });
    let mut message = "What was given was read in part.".to_owned();
    for (path, line, reason) in damaged.iter().take(NAMED) {
        let place = if *line > 0 { format!("{path}:{line}") } else { path.clone() };
        let _ = write!(message, " {place}: {}.", reason.trim_end_matches('.'));
    }
    if let Some(more) = damaged.len().checked_sub(NAMED).filter(|more| *more > 0) {
        let _ = write!(message, " {more} more of such places are not named here.");
    }
    (!damaged.is_empty()).then(|| Proof::of(lines.collect()).says(message, Vec::new()))
}
