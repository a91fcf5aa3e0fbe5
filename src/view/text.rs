//! The text of a report: first lines, cause, proof, what to do, what else, what is missing.

use std::collections::HashMap;

use super::page::Page;
use super::parts::{Parts, verdict_word, weight_word};
use super::scopes;
use crate::diagnosis::{EvidenceLine, Finding, Remedy, Report, Status};

/// Where texts begin.
pub(super) const INDENT: &str = "    ";

/// The report in lines of at most `width` columns, but for commands and for words that are longer.
#[must_use]
pub fn text(report: &Report, width: usize) -> String {
    let mut page = Page::new(width);
    page.line(format_args!("{}: {}", verdict_word(report.verdict), report.cause.name()));
    scopes::add(&mut page, report);
    page.gap();
    page.paragraph(INDENT, INDENT, &report.conclusion());
    let parts = Parts::of(report);
    for finding in &parts.cause {
        heading(&mut page, "PROOF");
        proofs(&mut page, &finding.evidence);
        steps(&mut page, finding);
        let reference =
            format!("{} ({})", finding.reference, finding.confidence.name().to_lowercase());
        heading(&mut page, "WHERE THIS IS WRITTEN");
        page.paragraph(INDENT, INDENT, &reference);
    }
    let mut printed = Printed::of(&parts);
    list(&mut page, "WHAT ELSE WAS FOUND", &parts.found, &mut printed);
    for more in &parts.more_found {
        page.paragraph(INDENT, "      ", more);
    }
    list(&mut page, "WHAT EVIDENCE IS MISSING", &parts.missing, &mut printed);
    page.into_text()
}

pub(super) fn heading(page: &mut Page, heading: &str) {
    page.gap();
    page.line(heading);
}

fn proofs(page: &mut Page, lines: &[EvidenceLine]) {
    for line in lines {
        let place = match line.line {
            0 => line.path.clone(),
            number => format!("{}:{number}", line.path),
        };
        page.paragraph(INDENT, "      ", &format!("{place}: {}", line.text));
    }
    if lines.is_empty() {
        page.line("    There is no row or object that shows it.");
    }
}

fn steps(page: &mut Page, finding: &Finding) {
    if finding.remedy.is_empty() {
        return;
    }
    heading(page, "WHAT TO DO (in this order; stop when it works)");
    for (number, remedy) in finding.remedy.iter().enumerate() {
        if number > 0 {
            page.gap();
        }
        step(page, number + 1, remedy);
    }
}

pub(super) fn step(page: &mut Page, number: usize, remedy: &Remedy) {
    page.paragraph(&format!("{number:>3} "), INDENT, &remedy.action);
    labelled(page, "where", &format!("{} ({})", remedy.r#where, remedy.side.description()));
    if let Some(command) = &remedy.command {
        page.command(command);
    }
    if let Some(verify) = &remedy.verify {
        labelled(page, "it worked if", verify);
    }
    match &remedy.undo {
        Some(undo) if is_command(undo) => {
            page.line(format_args!("{INDENT}  to undo:"));
            page.command(undo);
        }
        Some(undo) => labelled(page, "to undo", undo),
        None => {}
    }
}

/// Whether a text is a command of PowerShell, which must not be folded like a sentence: it begins with a
/// verb and a noun alone.
fn is_command(text: &str) -> bool {
    let word = text.split(' ').next().unwrap_or_default();
    word.split_once('-').is_some_and(|(verb, noun)| {
        let is_name = |part: &str| {
            part.starts_with(|first: char| first.is_ascii_uppercase())
                && part.chars().all(|character| character.is_ascii_alphanumeric())
        };
        is_name(verb) && is_name(noun)
    })
}

/// The commands that stand in the report already, with where: none is printed twice.
struct Printed<'a>(HashMap<&'a str, String>);

impl<'a> Printed<'a> {
    fn of(parts: &Parts<'a>) -> Self {
        let mut printed = HashMap::new();
        let steps = parts.cause.iter().flat_map(|cause| cause.remedy.iter().enumerate());
        for (number, remedy) in steps {
            if let Some(command) = &remedy.command {
                printed.entry(&**command).or_insert_with(|| format!("step {}", number + 1));
            }
        }
        Self(printed)
    }
}

fn list<'a>(page: &mut Page, title: &str, findings: &[&'a Finding], printed: &mut Printed<'a>) {
    if findings.is_empty() {
        return;
    }
    heading(page, title);
    for finding in findings {
        entry(page, finding, printed);
    }
}

/// A finding that is not the cause, with the first of its steps unless that stands above.
fn entry<'a>(page: &mut Page, finding: &'a Finding, printed: &mut Printed<'a>) {
    let weight = weight_word(finding);
    let first = format!("{INDENT}{weight}: {}: ", finding.id.name());
    page.paragraph(&first, "      ", &finding.message);
    let Some(remedy) = finding.remedy.first().filter(|_| finding.status != Status::Past) else {
        return;
    };
    let Some(command) = &remedy.command else {
        labelled(page, "to do", &remedy.action);
        return;
    };
    if let Some(place) = printed.0.get(&**command) {
        labelled(page, "to do", &format!("the command of {place}"));
        return;
    }
    printed.0.insert(command, finding.id.name().to_owned());
    // With what it would do beside: a command alone says neither.
    labelled(page, "to do", &remedy.action);
    labelled(page, "where", &remedy.r#where);
    page.command(command);
}

pub(super) fn labelled(page: &mut Page, label: &str, text: &str) {
    let first = format!("{INDENT}  {label}: ");
    let next = " ".repeat(first.len());
    let text: Vec<&str> = text.split_whitespace().collect();
    page.paragraph(&first, &next, &text.join(" "));
}
