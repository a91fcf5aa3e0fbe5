//! Labelled cases: what the table of verdicts says must come out, with the side of the remedy.
//!
//! The cases are rows of tests/fixtures/diagnosis/cases.tsv; each cites what it rests on.

use std::collections::{BTreeMap, BTreeSet};

use eop_relay::diagnosis::{Diagnosis, Evidence, FindingId, Report, Status, Verdict, diagnose};
use eop_relay::finding::{InputOption, OptionNames};

use crate::support::cases::{Case, all};

/// Their cases are in machine_stores.rs: the stores of a machine are no columns of a table.
const OF_THE_MACHINE: [FindingId; 2] = [FindingId::MachineStoreNotSeen, FindingId::WindowsDiffers];

/// What is wrong with a report, if anything.
fn complaint(case: &Case, report: &Report) -> Option<String> {
    let named = report.findings.iter().find(|finding| finding.status == Status::Cause);
    let side =
        named.and_then(|finding| finding.remedy.first()).map(|remedy| format!("{:?}", remedy.side));
    let side = side.unwrap_or_else(|| "-".to_owned());
    let found = (report.verdict.name(), report.cause.name(), side.as_str());
    let expected = (&*case.verdict, &*case.cause, &*case.side);
    if found != expected {
        return Some(format!("expected {expected:?}, found {found:?}: {}", report.summary));
    }
    let ids: BTreeSet<&str> = report.findings.iter().map(|finding| finding.id.name()).collect();
    for wanted in &case.findings {
        let is_right = match wanted.strip_prefix('!') {
            Some(unwanted) => !ids.contains(unwanted),
            None => ids.contains(wanted.as_str()),
        };
        if !is_right {
            return Some(format!("expected {wanted} among {ids:?}"));
        }
    }
    None
}

#[test]
fn every_case_comes_to_its_verdict_cause_and_side() {
    let complaints: Vec<String> = all()
        .iter()
        .filter_map(|case| {
            let complaint = complaint(case, &diagnose(&case.evidence()))?;
            Some(format!("{} ({}): {complaint}", case.name, case.source))
        })
        .collect();
    assert!(complaints.is_empty(), "{}\n{}", complaints.len(), complaints.join("\n"));
}

#[test]
fn the_order_in_which_evidence_is_added_does_not_matter() {
    for case in all().iter().filter(|case| !case.has_what_comes_first()) {
        let said = |evidence: &Evidence| {
            let report = diagnose(evidence);
            let findings =
                report.findings.into_iter().map(|one| (one.id, one.status, one.sessions));
            (report.cause, report.exit_code, findings.collect::<Vec<_>>())
        };
        let expected = said(&case.evidence());
        assert_eq!(said(&case.evidence_of_sessions_first()), expected, "{}", case.name);
    }
}

/// Everything a report says, but for what the evidence says.
fn said(report: &Report) -> impl Iterator<Item = &str> {
    let steps = report.findings.iter().flat_map(|finding| &finding.remedy);
    let of_steps =
        steps.flat_map(|step| [Some(&*step.action), step.verify.as_deref(), step.undo.as_deref()]);
    let messages = report.findings.iter().map(|finding| Some(&*finding.message));
    of_steps.chain(messages).flatten().chain([&*report.summary])
}

#[test]
fn each_reader_is_told_the_options_of_his_own_front_end_alone() {
    let mut named = BTreeSet::new();
    for case in all() {
        let mut evidence = case.evidence();
        let reports = [OptionNames::Command, OptionNames::PowerShell].map(|names| {
            evidence.option_names = names;
            diagnose(&evidence)
        });
        for option in InputOption::ALL {
            let of_command = format!(" {}", OptionNames::Command.of(option));
            let of_powershell = format!(" {}", OptionNames::PowerShell.of(option));
            let [command, powershell] = &reports;
            let has = |report, name: &str| said(report).any(|text| text.contains(name));
            assert!(!has(powershell, &of_command), "{}: {of_command}", case.name);
            assert!(!has(command, &of_powershell), "{}: {of_powershell}", case.name);
            assert_eq!(has(command, &of_command), has(powershell, &of_powershell), "{}", case.name);
            if has(command, &of_command) {
                named.insert(OptionNames::Command.of(option));
            }
        }
        let other = said(&reports[1]).find(|text| text.contains(" --"));
        assert_eq!(other, None, "{}", case.name);
    }
    // Microsoft's newest list is asked for by the examination of a chain alone.
    assert_eq!(named.len(), InputOption::ALL.len() - 1, "{named:?}");
}

#[test]
fn an_error_that_comes_after_the_sessions_is_reported_as_not_looked_for() {
    let late =
        all().into_iter().filter(|case| case.setup.contains("queue=") && case.sessions != "-");
    let mut found = 0;
    for case in late {
        let report = diagnose(&case.evidence_of_sessions_first());
        let damaged = report.findings.iter().filter(|one| one.id == FindingId::EvidenceDamaged);
        let is_reported = damaged
            .into_iter()
            .any(|one| one.evidence.iter().any(|line| line.text.contains("not looked for")));
        assert!(is_reported, "{}: {:#?}", case.name, report.findings);
        found += 1;
    }
    assert!(found > 0);
}

#[test]
fn the_corpus_is_large_and_holds_enough_that_is_no_refusal() {
    let cases = all();
    let names: BTreeSet<&str> = cases.iter().map(|case| case.name.as_str()).collect();
    assert_eq!(names.len(), cases.len(), "names are unique");
    assert!(cases.len() >= 300, "{}", cases.len());
    let calm = cases.iter().filter(|case| case.verdict != "Refused").count();
    assert!(calm >= 100, "{calm}");
    let several = cases.iter().filter(|case| case.has_several_senders()).count();
    assert!(several >= 40, "{several}");
}

/// How the source of a case begins: a document that anybody finds, or what logs show.
const SOURCES: [&str; 11] = [
    "KB ",
    "RFC ",
    "MC",
    "Microsoft Learn: ",
    "Exchange Team Blog: ",
    "event ",
    "events ",
    "winerror.h",
    "winsock2.h",
    "wincrypt.h",
    "observed",
];

#[test]
fn every_case_cites_a_document_that_anybody_finds_or_an_observation() {
    let cites = |case: &Case| SOURCES.iter().any(|source| case.source.starts_with(source));
    let others: Vec<String> = all()
        .iter()
        .filter(|case| !cites(case))
        .map(|case| format!("{}: {}", case.name, case.source))
        .collect();
    assert!(others.is_empty(), "{others:#?}");
}

#[test]
fn no_rule_can_be_left_out_without_a_case_that_fails() {
    let cases: Vec<(Case, _)> = all()
        .into_iter()
        .map(|case| {
            let e = case.evidence();
            (case, e)
        })
        .collect();
    let mut using: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, (_, evidence)) in cases.iter().enumerate() {
        let report = diagnose(evidence);
        let ids = report.findings.iter().map(|finding| finding.id).chain([report.cause]);
        for id in ids {
            using.entry(id.name()).or_default().push(index);
        }
    }
    let mut idle = Vec::new();
    for rule in Diagnosis::rules().filter(|rule| !OF_THE_MACHINE.contains(rule)) {
        let without = Diagnosis::default().without(rule);
        let users = using.get(rule.name()).map(Vec::as_slice).unwrap_or_default();
        let is_needed = users.iter().any(|index| {
            let (case, evidence) = &cases[*index];
            complaint(case, &without.run(evidence)).is_some()
        });
        if !is_needed {
            idle.push(rule.name());
        }
    }
    assert!(idle.is_empty(), "no case needs {idle:?}");
}

#[test]
fn no_remedy_forces_anything_and_every_one_says_where_it_is_run() {
    for case in all() {
        for finding in diagnose(&case.evidence()).findings {
            assert!(!finding.message.is_empty() && !finding.reference.is_empty(), "{}", case.name);
            for remedy in finding.remedy {
                let command = remedy.command.unwrap_or_default();
                assert!(!command.contains("-Force"), "{}: {command}", case.name);
                assert!(!command.contains("$c."), "{}: {command}", case.name);
                let into_root =
                    command.contains("Import-Certificate") && command.contains("\\Root");
                assert!(!into_root, "{}: {command}", case.name);
                assert!(!remedy.r#where.is_empty() && !remedy.action.is_empty(), "{}", case.name);
            }
        }
    }
}

#[test]
fn the_exit_code_follows_from_the_verdict() {
    for case in all() {
        let report = diagnose(&case.evidence());
        let fits = match report.verdict {
            Verdict::Accepted => matches!(report.exit_code, 0 | 10),
            Verdict::Refused => report.exit_code == 20,
            Verdict::Uncertain => report.exit_code == 30,
        };
        assert!(fits || report.exit_code == 40, "{}: {}", case.name, report.exit_code);
    }
}

#[test]
fn a_refusal_in_the_log_is_never_called_accepted() {
    let is_judged = |case: &&Case| {
        case.sessions.contains("550 5.7.64")
            && !case.setup.contains("rcpt=")
            && case.cause != "NoEvidence"
    };
    for case in all().iter().filter(is_judged) {
        let report = diagnose(&case.evidence());
        let is_over = report.findings.iter().any(|finding| finding.status == Status::Past);
        assert!(report.verdict != Verdict::Accepted || is_over, "{}", case.name);
    }
}

#[test]
fn whatever_is_refused_or_not_decided_has_something_to_do() {
    let mut looked_at = 0;
    for case in all() {
        let report = diagnose(&case.evidence());
        let cause = report.findings.iter().find(|finding| finding.status == Status::Cause);
        let (Some(cause), Verdict::Refused | Verdict::Uncertain) = (cause, report.verdict) else {
            continue;
        };
        let mut steps = report.findings.iter().flat_map(|finding| &finding.remedy);
        let has_step = !cause.remedy.is_empty() || report.verdict == Verdict::Uncertain;
        assert!(has_step && steps.next().is_some(), "{}: {}", case.name, report.summary);
        looked_at += 1;
    }
    assert!(looked_at > 200, "{looked_at}");
}
