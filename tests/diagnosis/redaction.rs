//! Redacted evidence comes to the same verdict, for every case of the corpus.

use eop_relay::certificate::Certificate;
use eop_relay::diagnosis::{Evidence, Report, diagnose};
use eop_relay::redaction::Redactor;

use crate::support::cases::{Case, all};

/// The evidence with stand-ins, and with facts in place of certificates.
fn redacted(case: &Case) -> Evidence {
    let mut redactor = Redactor::new([41; 32]);
    let original = case.evidence();
    redactor.learn(&certificates(&original));
    let mut evidence = case.evidence_written(&mut |text| redactor.redact_file(text));
    let facts = |certificate: &Certificate| match redactor.facts_of(certificate) {
        Some(facts) => Certificate::from_der(&facts.to_json()).unwrap(),
        None => certificate.clone(),
    };
    for given in &mut evidence.certificates {
        given.certificate = facts(&given.certificate);
        given.others = given.others.iter().map(facts).collect();
    }
    evidence.intermediates = evidence.intermediates.map(|list| list.iter().map(facts).collect());
    evidence.roots = evidence.roots.iter().map(facts).collect();
    evidence
}

fn certificates(evidence: &Evidence) -> Vec<Certificate> {
    let given = evidence.certificates.iter();
    let given = given.flat_map(|given| [&given.certificate].into_iter().chain(&given.others));
    given.chain(evidence.intermediates.iter().flatten()).chain(&evidence.roots).cloned().collect()
}

/// Every part of a report that says what is the matter, without its texts.
fn shape(report: &Report) -> String {
    let findings = report.findings.iter().map(|finding| {
        let sides: Vec<_> = finding.remedy.iter().map(|step| step.side).collect();
        (finding.id, finding.severity, finding.status, sides)
    });
    let scopes = report.scopes.iter().map(|scope| (scope.refused, scope.total, scope.cause));
    format!(
        "{:?} {:?} {} {:?} {:?}",
        report.verdict,
        report.cause,
        report.exit_code,
        findings.collect::<Vec<_>>(),
        scopes.collect::<Vec<_>>()
    )
}

#[test]
fn every_case_comes_to_the_same_with_stand_ins() {
    let mut complaints = Vec::new();
    for case in all() {
        let before = diagnose(&case.evidence());
        let after = diagnose(&redacted(&case));
        if shape(&before) != shape(&after) {
            let name = &case.name;
            complaints.push(format!("{name}\n  {}\n  {}", shape(&before), shape(&after)));
        }
    }
    assert!(complaints.is_empty(), "{}\n{}", complaints.len(), complaints.join("\n"));
}
