//! README.md of this folder: the table of verdicts, made of the table of rules.

use std::fmt::Write as _;
use std::fs;

use super::description::RuleDescription;
use super::table;
use crate::diagnosis::finding_id::FindingId;
use crate::diagnosis::report::{Confidence, Verdict};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/diagnosis/rules/README.md");

/// With it in the environment the test writes the file in place of comparing it.
const BLESS: &str = "EOP_RELAY_BLESS";

const HEAD: &str = "\
# The table of verdicts

A test makes this file of [table.rs](table.rs) and of the texts beside the rules, and fails where the
two differ. It writes the file where `EOP_RELAY_BLESS` is set:

    EOP_RELAY_BLESS=1 cargo nextest run --lib verdict_table

Each case (sessions that are alike in end, certificate and sender, or a certificate that would be
sent) is held against the rules from top to bottom. The first rule of the first table that applies is
the cause, and gives the verdict; every other one that applies is listed beside it. A rule does not
apply where one of the rules under *not where* does: these explain the same better. NoEvidence is the
cause only where nothing else decides.

`eop-relay explain --cause NAME` shows what is written here with why, an example and what helps.

Marks:

| mark | the rule rests on |
|---|---|
| documented | documents of Microsoft, or an RFC |
| observed | logs, replies or exports that show it |
| inferred | conclusions from both |
| open | nothing that decides: the report says what would |

What the evidence holds makes a single finding better or worse founded than its rule; the text of the
rule says where.
";

fn mark(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Documented => "documented",
        Confidence::Observed => "observed",
        Confidence::Inferred => "inferred",
        Confidence::Uncertain => "open",
    }
}

fn names(ids: &[FindingId]) -> String {
    ids.iter().map(|id| id.name()).collect::<Vec<_>>().join(", ")
}

fn rows(text: &mut String, what: &str, of_rule: impl Fn(&RuleDescription) -> Option<&'static str>) {
    let _ = writeln!(text, "\n| rule | {what} | mark | says | not where | sources |");
    text.push_str("|---|---|---|---|---|---|\n");
    for rule in table::all().map(RuleDescription::from) {
        let Some(cell) = of_rule(&rule) else { continue };
        let RuleDescription { id, confidence, unless, text: of, .. } = rule;
        let (name, mark, unless) = (id.name(), mark(confidence), names(unless));
        let _ = writeln!(
            text,
            "| {name} | {cell} | {mark} | {} | {unless} | {} |",
            of.says, of.sources
        );
    }
}

fn readme() -> String {
    let mut text = HEAD.to_owned();
    text.push_str("\n## What can be the cause\n");
    rows(&mut text, "verdict", |rule| rule.verdict.map(Verdict::name));
    text.push_str("\n## What stands beside the cause\n");
    rows(&mut text, "severity", |rule| {
        let severity = rule.severity.filter(|_| rule.verdict.is_none())?;
        Some(severity.name())
    });
    text
}

#[test]
fn the_table_of_verdicts_in_the_readme_is_that_of_the_rules() {
    let made = readme();
    if std::env::var_os(BLESS).is_some() {
        fs::write(FILE, &made).unwrap();
    }
    let committed = fs::read_to_string(FILE).unwrap().replace("\r\n", "\n");
    let mut lines = made.lines().zip(committed.lines());
    let differing = lines.find(|(made, committed)| made != committed);
    assert_eq!(differing, None, "set {BLESS} to write {FILE} anew");
    assert_eq!(made, committed, "set {BLESS} to write {FILE} anew");
}

#[test]
fn every_rule_says_all_that_its_text_has_room_for() {
    for rule in table::all() {
        let text = rule.text;
        let parts = [text.says, text.why, text.example, text.helps, text.certainty, text.sources];
        for part in parts {
            let is_clean = !part.is_empty() && part == part.trim() && !part.contains("  ");
            assert!(is_clean, "{}: {part:?}", rule.id.name());
        }
        // Cells of a table.
        assert!(!text.says.contains('|') && !text.sources.contains('|'), "{}", rule.id.name());
        for sentence in [text.says, text.why, text.example, text.helps, text.certainty] {
            assert!(sentence.ends_with('.'), "{}: {sentence:?}", rule.id.name());
        }
    }
}

#[test]
fn no_source_of_a_rule_stands_outside_the_repository() {
    for rule in table::all() {
        let sources = rule.text.sources.split("; ");
        let outside: Vec<&str> =
            sources.filter(|one| one.contains(".md") || one.starts_with("row ")).collect();
        assert!(outside.is_empty(), "{}: {outside:?}", rule.id.name());
    }
}

#[test]
fn every_finding_has_exactly_one_rule() {
    for id in FindingId::ALL {
        let rules = table::all().filter(|rule| rule.id == *id).count();
        assert_eq!(rules, 1, "{}", id.name());
    }
}
