//! `eop-relay explain --cause` and `--list-causes`: what a finding means, without any evidence.

use std::process::ExitCode;

use eop_relay::diagnosis::{Confidence, Diagnosis, FindingId, RuleDescription};
use eop_relay::view::Page;

use crate::exit::Exit;
use crate::{json, output};

/// Columns of the labels of one cause.
const LABEL_WIDTH: usize = 13;

/// Columns of the names in the list.
const NAME_WIDTH: usize = 31;

/// The cause of that name, in any case.
///
/// # Errors
/// No cause has that name.
pub fn parse(name: &str) -> Result<FindingId, String> {
    FindingId::from_name(name.trim()).ok_or_else(|| {
        "no cause has that name; eop-relay explain --list-causes lists all of them".to_owned()
    })
}

/// Prints what one cause means.
pub fn explain(cause: FindingId, as_json: bool) -> ExitCode {
    let described = Diagnosis::descriptions().filter(|rule| rule.id == cause);
    print(described, as_json, |rules| rules.iter().map(one).collect())
}

/// Prints every cause in one line or two.
pub fn list(as_json: bool) -> ExitCode {
    print(Diagnosis::descriptions(), as_json, listed)
}

fn print(
    rules: impl Iterator<Item = RuleDescription>,
    as_json: bool,
    text: impl FnOnce(&[RuleDescription]) -> String,
) -> ExitCode {
    let rules: Vec<RuleDescription> = rules.collect();
    output::answer(Exit::Fine, |output| {
        if as_json {
            rules.iter().try_for_each(|rule| json::line(output, rule))
        } else {
            output::text(output, &text(&rules))
        }
    })
}

fn one(rule: &RuleDescription) -> String {
    let verdict = match (rule.verdict, rule.severity) {
        (Some(verdict), _) => format!("{}, where it is the cause", verdict.name()),
        (None, _) => "none: it stands beside the cause".to_owned(),
    };
    let basis = match rule.confidence {
        Confidence::Documented => "documented",
        Confidence::Observed => "observed",
        Confidence::Inferred => "inferred",
        Confidence::Uncertain => "open",
    };
    let unless: Vec<&str> = rule.unless.iter().map(|id| id.name()).collect();
    let text = rule.text;
    let mut page = Page::new(output::width());
    page.line(rule.id.name());
    let fields = [
        ("Says", text.says),
        ("Why", text.why),
        ("Example", text.example),
        ("What helps", text.helps),
        ("Verdict", &verdict),
        ("Severity", rule.severity.map_or("none: no fault is found", |severity| severity.name())),
        ("Rests on", basis),
        ("How sure", text.certainty),
        ("Not where", &unless.join(", ")),
        ("Sources", text.sources),
    ];
    for (label, value) in fields.into_iter().filter(|(_, value)| !value.is_empty()) {
        let label = format!("  {label:<width$}", width = LABEL_WIDTH - 2);
        page.paragraph(&label, &" ".repeat(LABEL_WIDTH), value);
    }
    page.into_text()
}

fn listed(rules: &[RuleDescription]) -> String {
    let (deciding, beside): (Vec<_>, Vec<_>) =
        rules.iter().partition(|rule| rule.verdict.is_some());
    let mut page = Page::new(output::width());
    page.line("What can be the cause; of several that apply, the first one is:");
    entries(&mut page, &deciding);
    page.blank_line();
    page.line("What stands beside the cause:");
    entries(&mut page, &beside);
    page.into_text()
}

fn entries(page: &mut Page, rules: &[&RuleDescription]) {
    for rule in rules {
        let name = format!("  {:<width$}", rule.id.name(), width = NAME_WIDTH - 2);
        page.paragraph(&name, &" ".repeat(NAME_WIDTH), rule.text.says);
    }
}
