//! What cases of the corpus print, word for word: whoever changes a rule, a step, an order or a word
//! sees here what administrators then read. The cases are those in which small changes of the
//! judgement show that no other test notices; tests/mutants.md says how they were found.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;

use eop_relay::diagnosis::{Report, diagnose};
use eop_relay::view;

use crate::support::cases::{Case, all};
use crate::support::root;

/// Each paragraph is one line, so that a changed word is one changed line.
const WIDTH: usize = 100_000;

/// How the report on a case begins.
const HEAD: &str = "== ";

/// What a report comes to, with what a page leaves out.
fn printed(case: &Case, report: &Report) -> String {
    let mut text = format!("{HEAD}{}\nexit code {}\n", case.name, report.exit_code);
    for one in &report.findings {
        let _ = writeln!(
            text,
            "{} {:?} {:?} {:?}, {} sessions",
            one.id.name(),
            one.status,
            one.severity,
            one.confidence,
            one.sessions
        );
    }
    // The log lies in a folder of its own among the temporary ones.
    let page = view::text(report, WIDTH);
    let temporary = std::env::temp_dir().display().to_string();
    let mut parts = page.split(temporary.as_str());
    text.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let file = part.find("SEND").unwrap_or_default();
        text.push_str(&part[file..]);
    }
    text
}

#[test]
fn the_recorded_cases_print_what_is_recorded() {
    let path = root().join("tests/golden/reports.txt");
    let recorded = fs::read_to_string(&path).unwrap();
    let cases: BTreeMap<String, Case> =
        all().into_iter().map(|case| (case.name.clone(), case)).collect();
    let mut written = String::new();
    for name in recorded.lines().filter_map(|line| line.strip_prefix(HEAD)) {
        let case = cases.get(name).unwrap_or_else(|| panic!("{name} is no case of the corpus"));
        written.push_str(&printed(case, &diagnose(&case.evidence())));
        written.push('\n');
    }
    if std::env::var_os("EOP_RELAY_BLESS").is_some() {
        fs::write(&path, &written).unwrap();
        return;
    }
    let difference = written.lines().zip(recorded.lines()).find(|(now, then)| now != then);
    assert_eq!(difference, None, "EOP_RELAY_BLESS=1 writes tests/golden/reports.txt anew");
    assert_eq!(written.len(), recorded.len(), "EOP_RELAY_BLESS=1 writes it anew");
}
