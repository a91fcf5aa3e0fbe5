//! The text of a plan of a renewal: what it comes to, a table of the places, the steps.

use super::page::Page;
use super::text::{INDENT, heading, labelled, step};
use crate::connector::CertificateDifference;
use crate::finding::words::{date, minute};
use crate::renewal::{
    NewCertificate, PlaceKind, RenewalPlace, RenewalPlan, RenewalStep, RenewalVerdict, StepNeed,
};

/// Columns of the names in the block.
const NAME: usize = 16;
/// Columns of a table without those of server and connector.
const TABLE: usize = 42;
/// Rows that are listed; further ones are counted.
const LISTED: usize = 40;

/// The plan in lines of at most `width` columns, but for commands and for words that are longer.
#[must_use]
pub fn renewal(plan: &RenewalPlan, width: usize) -> String {
    let mut page = Page::new(width);
    page.line(format_args!("RENEWAL: {}", verdict_words(plan.verdict)));
    page.gap();
    for certificate in &plan.certificates {
        described(&mut page, certificate);
    }
    table(&mut page, plan);
    page.gap();
    page.paragraph(INDENT, INDENT, &plan.summary);
    if !plan.reasons.is_empty() && plan.verdict == RenewalVerdict::StepsNeeded {
        heading(&mut page, "WHAT STAYS OPEN");
        for reason in &plan.reasons {
            page.paragraph(INDENT, "      ", reason);
        }
    }
    steps(&mut page, plan);
    if !plan.notes.is_empty() {
        heading(&mut page, "GOOD TO KNOW");
        for note in &plan.notes {
            let confidence = note.confidence.name().to_lowercase();
            let text = format!("{} ({}; {confidence})", note.text, note.reference);
            page.paragraph(INDENT, "      ", &text);
        }
    }
    page.into_text()
}

fn verdict_words(verdict: RenewalVerdict) -> &'static str {
    match verdict {
        RenewalVerdict::NothingToSet => "nothing is to be set",
        RenewalVerdict::StepsNeeded => "steps are needed",
        RenewalVerdict::Refused => "mail would be refused",
        RenewalVerdict::Uncertain => "not known",
    }
}

fn value(page: &mut Page, name: &str, value: &str) {
    let first = format!("{INDENT}{name:<NAME$}");
    page.paragraph(&first, &" ".repeat(first.len()), value);
}

fn described(page: &mut Page, one: &NewCertificate) {
    let end = one.not_after.map(|end| format!(", until {}", date(end))).unwrap_or_default();
    let text =
        format!("{}, {}, of {}, {}{end}", one.thumbprint, one.subject, one.issuer, one.public_key);
    value(page, "New", &text);
    for before in &one.replaces {
        let thumbprint = before.thumbprint.as_deref().unwrap_or("(not installed)");
        let subject = before.subject.as_deref().unwrap_or("(no subject)");
        let end = before.not_after.map(|end| format!(", until {}", date(end))).unwrap_or_default();
        value(page, "Renews", &format!("{thumbprint}, {subject}{end}"));
    }
    let differences: Vec<&str> = one.differences.iter().map(|one| words_of(*one)).collect();
    if !differences.is_empty() {
        value(page, "Another", &differences.join(", "));
    }
}

fn words_of(difference: CertificateDifference) -> &'static str {
    match difference {
        CertificateDifference::Issuer => "issuer",
        CertificateDifference::Subject => "subject",
        CertificateDifference::Names => "names",
        CertificateDifference::KeyType => "type of key",
        CertificateDifference::ExtendedKeyUsage => "extended key usage",
    }
}

fn table(page: &mut Page, plan: &RenewalPlan) {
    if plan.places.is_empty() {
        return;
    }
    page.gap();
    let room = page.width().saturating_sub(TABLE + INDENT.len());
    let (server_width, name_width) = (room / 3, room - room / 3);
    let row = |cells: [&str; 5]| {
        let [server, connector, now, there, after] = cells;
        let server = shortened(server, server_width);
        let connector = shortened(connector, name_width);
        let line = format!(
            "{INDENT}{server:<server_width$}  {connector:<name_width$}  {now:<11}  {there:<10}  {after}"
        );
        line.trim_end().to_owned()
    };
    page.line(row(["SERVER", "CONNECTOR", "SENDS NOW", "NEW THERE", "AFTERWARDS"]));
    for place in plan.places.iter().take(LISTED) {
        let server = place.server.as_deref().unwrap_or("not known");
        page.line(row([
            server,
            connector(place),
            &short(place.now.as_deref()),
            there(place),
            &short(place.afterwards.as_deref()),
        ]));
    }
    if let Some(more) = plan.places.len().checked_sub(LISTED).filter(|more| *more > 0) {
        page.line(format_args!("{INDENT}and {more} more"));
    }
}

/// The connector, without the server that stands in front of receive connectors.
fn connector(place: &RenewalPlace) -> &str {
    match place.kind {
        PlaceKind::SendConnector => &place.connector,
        PlaceKind::ReceiveConnector => {
            place.connector.split_once('\\').map_or(&*place.connector, |(_, name)| name)
        }
    }
}

fn there(place: &RenewalPlace) -> &'static str {
    match (place.has_new, place.has_private_key, place.is_enabled) {
        (None, ..) => "not known",
        (Some(false), ..) => "missing",
        (Some(true), Some(false), _) => "no key",
        (Some(true), _, Some(false)) => "no SMTP",
        (Some(true), ..) => "yes",
    }
}

fn short(thumbprint: Option<&str>) -> String {
    thumbprint.map_or_else(|| "not known".to_owned(), |text| text.chars().take(11).collect())
}

fn shortened(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    text.chars().take(width.saturating_sub(3)).chain("...".chars()).collect()
}

fn steps(page: &mut Page, plan: &RenewalPlan) {
    let (needed, optional): (Vec<_>, Vec<_>) =
        plan.steps.iter().partition(|step| step.need != StepNeed::Optional);
    let mut number = 0;
    for (title, list) in [
        ("WHAT TO DO (in this order; each step is checked before the next)", needed),
        ("AFTERWARDS, IF IT IS WANTED", optional),
    ] {
        if list.is_empty() {
            continue;
        }
        heading(page, title);
        for one in list {
            number += 1;
            if number > 1 {
                page.gap();
            }
            numbered(page, number, one);
        }
    }
}

fn numbered(page: &mut Page, number: usize, one: &RenewalStep) {
    step(page, number, &one.step);
    if let Some(start) = one.not_before {
        labelled(page, "not before", &format!("{} UTC", minute(start)));
    }
    if let Some(interruption) = &one.interruption {
        labelled(page, "what it costs", interruption);
    }
}
