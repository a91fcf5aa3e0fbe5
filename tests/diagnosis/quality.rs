//! The quality of the model over its own labelled cases, as docs/quality.md says it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;

use eop_relay::diagnosis::{Report, diagnose};

use crate::model::senders;
use crate::printed_commands::{complaints, count_of_commands};
use crate::support::cases::{Case, all};

/// How often a cause was named rightly, not named where it is the label, and named where it is not.
#[derive(Default)]
struct Count {
    right: usize,
    missed: usize,
    wrong: usize,
}

fn table(cases: &[(Case, Report)]) -> String {
    let mut counts: BTreeMap<String, Count> = BTreeMap::new();
    let mut verdicts: BTreeMap<String, Count> = BTreeMap::new();
    for (case, report) in cases {
        for (counts, label, found) in [
            (&mut counts, &case.cause, report.cause.name()),
            (&mut verdicts, &case.verdict, report.verdict.name()),
        ] {
            if label == found {
                counts.entry(label.clone()).or_default().right += 1;
            } else {
                counts.entry(label.clone()).or_default().missed += 1;
                counts.entry(found.to_owned()).or_default().wrong += 1;
            }
        }
    }
    let rows = |title: &str, counts: &BTreeMap<String, Count>| {
        let mut text = format!("| {title} | right | missed | false |\n|---|---:|---:|---:|\n");
        for (name, count) in counts {
            let _ =
                writeln!(text, "| {name} | {} | {} | {} |", count.right, count.missed, count.wrong);
        }
        text
    };
    format!("{}\n{}", rows("verdict", &verdicts), rows("cause", &counts))
}

/// The page, with its figures.
fn page() -> String {
    let cases: Vec<(Case, Report)> = all()
        .into_iter()
        .map(|case| {
            let report = diagnose(&case.evidence());
            (case, report)
        })
        .collect();
    let at_fault: Vec<_> = cases.iter().filter(|(case, _)| case.verdict != "Accepted").collect();
    let all_clears = at_fault.iter().filter(|(_, report)| report.exit_code == 0).count();
    let several = cases.iter().filter(|(case, _)| case.has_several_senders()).count();
    let calm = cases.iter().filter(|(case, _)| case.verdict != "Refused").count();
    let (mut harmful, mut commands) = (0, 0);
    for (case, report) in &cases {
        commands += count_of_commands(report);
        let found = complaints(&case.evidence(), &senders(&case.read_sessions()), report);
        harmful += found.iter().filter(|one| one.contains("cuts off")).count();
    }
    format!(
        "# How good the verdicts are\n\n\
         {} labelled cases (tests/fixtures/diagnosis/cases.tsv), {calm} of them accepted or uncertain, \
         {several} with several servers, connectors, certificates, addresses or kinds of sender. Each \
         is labelled by what is documented or observed, with its source, and judged by the program; a \
         test writes this page.\n\n\
         | | |\n|---|---:|\n\
         | false all-clears (exit code 0 where the label is refused or uncertain) | {all_clears} of {} |\n\
         | commands that would cut off mail that is delivered, by a model of Exchange of their own | \
         {harmful} of {commands} |\n\n\
         The cases are the program's own: the figures say that it does what it is meant to, not how \
         often an unknown server is judged rightly.\n\n{}",
        cases.len(),
        at_fault.len(),
        table(&cases)
    )
}

#[test]
fn the_page_on_quality_has_the_figures_of_the_cases() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/quality.md");
    let page = page();
    if std::env::var_os("EOP_RELAY_BLESS").is_some() {
        fs::write(path, &page).unwrap();
    }
    let written = fs::read_to_string(path).unwrap_or_default().replace("\r\n", "\n");
    assert_eq!(written, page, "EOP_RELAY_BLESS=1 writes docs/quality.md anew");
    assert!(page.contains("label is refused or uncertain) | 0 of "), "{page}");
    assert!(page.contains("of their own | 0 of "), "{page}");
}
