//! The history as a person reads it: a line for each change, below it the values; then the states.

use eop_relay::evidence::{
    HybridChange, HybridConnector, HybridHistory, HybridObjectType, HybridOutcome, HybridSide,
    PropertyChange,
};
use eop_relay::timestamp::Timestamp;
use eop_relay::view::{Page, printable};
use textwrap::core::display_width;

const TIME_WIDTH: usize = 19;
const SIDE_WIDTH: usize = 11;
const OUTCOME_WIDTH: usize = 9;
const CMDLET_WIDTH: usize = 24;
const INDENT: &str = "    ";
/// Properties of a state that are printed: those that decide about mail.
const PRINTED: &[&str] = &[
    "Enabled",
    "ConnectorType",
    "ConnectorSource",
    "TlsSenderCertificateName",
    "SenderIPAddresses",
    "AssociatedAcceptedDomains",
    "TlsCertificateName",
    "Fqdn",
    "SmartHosts",
    "AddressSpaces",
    "TlsDomain",
    "RequireTls",
    "SourceTransportServers",
    "CloudServicesMailEnabled",
];

/// The history and the states.
pub fn text(history: &HybridHistory, at: Timestamp, width: usize) -> String {
    // A certificate name is found whole by whoever searches for it, unless it is longer than a line.
    let mut page = Page::new(width).breaking_words();
    if !history.changes.is_empty() {
        line(&mut page, ["START (UTC)", "SIDE", "OUTCOME", "CMDLET", "OBJECT"]);
    }
    for one in &history.changes {
        change(&mut page, one);
    }
    let is_connector = |state: &&HybridConnector| {
        matches!(
            state.object_type,
            HybridObjectType::InboundConnector | HybridObjectType::SendConnector
        )
    };
    for (number, state) in history.connectors.iter().filter(is_connector).enumerate() {
        if number == 0 {
            if !history.changes.is_empty() {
                page.blank_line();
            }
            page.line(
                "LAST KNOWN STATE, IN PLACE OF AN EXPORT (Get-InboundConnector shows today's)",
            );
        }
        connector(&mut page, state, at);
    }
    page.into_text()
}

fn line(page: &mut Page, cells: [&str; 5]) {
    let [time, side, outcome, cmdlet, object] = cells;
    let text = format!(
        "{time:<TIME_WIDTH$}  {side:<SIDE_WIDTH$}  {outcome:<OUTCOME_WIDTH$}  \
         {cmdlet:<CMDLET_WIDTH$}  "
    );
    let rest = page.width().saturating_sub(display_width(&text));
    page.line(format!("{text}{}", shortened(object, rest)).trim_end());
}

fn change(page: &mut Page, change: &HybridChange) {
    let time = change.start_time.or(change.end_time).map_or_else(|| "unknown".to_owned(), second);
    let side = match change.side {
        HybridSide::OnPremises => "on-premises",
        HybridSide::Tenant => "tenant",
    };
    let outcome = match change.outcome {
        HybridOutcome::NotShown => "not shown",
        HybridOutcome::Succeeded => "succeeded",
        HybridOutcome::Failed => "FAILED",
    };
    let cmdlet = change.cmdlet.as_deref().unwrap_or("(wanted otherwise)");
    let object = change.identity.as_deref().unwrap_or("unknown");
    line(page, [&time, side, outcome, cmdlet, object]);
    let (changed, same): (Vec<&PropertyChange>, Vec<&PropertyChange>) =
        change.properties.iter().partition(|one| one.is_different() || !one.is_before_known);
    let is_new = cmdlet.starts_with("New-");
    for one in changed {
        let after = one.after.as_deref().unwrap_or("(empty)");
        let text = match (one.is_before_known && !is_new, one.before.as_deref()) {
            (false, _) => format!("{} = {after}", one.name),
            (true, None) => format!("{}: (empty) -> {after}", one.name),
            (true, Some(before)) => format!("{}: {before} -> {after}", one.name),
        };
        detail(page, &text);
    }
    if !same.is_empty() {
        let names: Vec<&str> = same.iter().map(|one| one.name.as_str()).collect();
        detail(page, &format!("as before: {}", names.join(", ")));
    }
    if change.undoes_manual_change {
        detail(page, "This undid what someone had changed by hand since the run before.");
    }
    if let Some(error) = &change.error {
        detail(page, &format!("error: {error}"));
    }
    if !change.is_time_zone_known {
        detail(page, "The log does not state that its times are UTC; they may be some hours off.");
    }
    detail(page, &format!("log: {}:{}", change.log_path, change.line));
}

fn connector(page: &mut Page, state: &HybridConnector, at: Timestamp) {
    let age = match (state.as_of, state.age_days(at)) {
        (Some(time), Some(0)) => format!("as of {}, less than a day ago", second(time)),
        (Some(time), Some(1)) => format!("as of {}, 1 day ago", second(time)),
        (Some(time), Some(days)) => format!("as of {}, {days} days ago", second(time)),
        _ => "of unknown age".to_owned(),
    };
    page.paragraph("", INDENT, &format!("{} {}, {age}", state.object_type.name(), state.name));
    for name in PRINTED {
        if state.unsettled.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            detail(page, &format!("{name}: open; the log does not show whether it was set"));
        } else if state.property(name).is_some() {
            let text = state.text(name).unwrap_or_else(|| "(empty)".to_owned());
            detail(page, &format!("{name}: {text}"));
        } else if *name == "Enabled" {
            detail(page, "Enabled: not in the log");
        }
    }
    detail(page, &format!("log: {}:{}", state.log_path, state.line));
}

/// A time to the second.
fn second(time: Timestamp) -> String {
    let text = time.to_string();
    text.get(..TIME_WIDTH).unwrap_or(&text).replace('T', " ")
}

fn detail(page: &mut Page, text: &str) {
    page.paragraph(INDENT, "      ", text);
}

fn shortened(text: &str, width: usize) -> String {
    let text = printable(text);
    if display_width(&text) <= width {
        return text.into_owned();
    }
    let mut short = String::new();
    for next in text.chars() {
        short.push(next);
        if display_width(&short) > width.saturating_sub(3) {
            short.pop();
            break;
        }
    }
    short + "..."
}
