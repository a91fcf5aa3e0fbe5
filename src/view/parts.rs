//! The parts of a report, which every view has in the same order.

use std::collections::BTreeMap;

use crate::diagnosis::{Finding, FindingId, Report, Severity, Status, Verdict};

/// How many findings of one name are shown beside the cause.
const OF_ONE_NAME: usize = 8;

/// The findings of a report by what a reader does with them.
pub(super) struct Parts<'a> {
    /// The cause.
    pub cause: Vec<&'a Finding>,
    /// What else is wrong, is good to know, or has passed: of one name the first few.
    pub found: Vec<&'a Finding>,
    /// How many more of these there are, a sentence for each name.
    pub more_found: Vec<String>,
    /// What evidence is missing.
    pub missing: Vec<&'a Finding>,
}

impl<'a> Parts<'a> {
    pub fn of(report: &'a Report) -> Self {
        let (cause, others): (Vec<&Finding>, Vec<&Finding>) =
            report.findings.iter().partition(|finding| finding.status == Status::Cause);
        let (missing, found) =
            others.into_iter().partition(|finding| is_about_missing_evidence(finding));
        let (found, more_found) = first_of_each_name(found);
        Self { cause, found, more_found, missing }
    }
}

/// The first of the findings of each name and weight, and how many there are beyond them: many
/// connectors often have one trouble.
fn first_of_each_name(findings: Vec<&Finding>) -> (Vec<&Finding>, Vec<String>) {
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut first = Vec::new();
    for finding in findings {
        let count = counts.entry((weight_word(finding), finding.id.name())).or_default();
        *count += 1;
        if *count <= OF_ONE_NAME {
            first.push(finding);
        }
    }
    let more = counts.into_iter().filter(|(_, count)| *count > OF_ONE_NAME);
    let more = more.map(|((weight, name), count)| {
        let rest = count - OF_ONE_NAME;
        format!(
            "{weight}: {rest} more of {name}; Findings, in the JSON or the object, has them all."
        )
    });
    (first, more.collect())
}

/// Whether a finding is about evidence rather than about the server or the tenant.
fn is_about_missing_evidence(finding: &Finding) -> bool {
    let is_about_evidence = matches!(
        finding.id,
        FindingId::ChainNotKnown
            | FindingId::RootNotKnown
            | FindingId::ConnectorsNotGiven
            | FindingId::ConnectorsFromWizard
            | FindingId::AcceptedDomainsNotGiven
            | FindingId::FrontEndHalfMissing
            | FindingId::OpenQuestion
            | FindingId::LoggingOff
            | FindingId::InputUnreadable
            | FindingId::EvidenceDamaged
            | FindingId::ChainEventsMissing
    );
    finding.status == Status::Possible || (is_about_evidence && finding.status != Status::Past)
}

/// The verdict in capitals.
pub(super) fn verdict_word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Accepted => "ACCEPTED",
        Verdict::Refused => "REFUSED",
        Verdict::Uncertain => "UNCERTAIN",
    }
}

/// What a finding that is not the cause weighs, in one word.
pub(super) fn weight_word(finding: &Finding) -> &'static str {
    match (finding.status, finding.severity) {
        (Status::Past, _) => "past",
        (_, Severity::Error) => "error",
        (_, Severity::Warning) => "warning",
        (_, Severity::Information) => "note",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnosis::{Evidence, diagnose};
    use crate::timestamp::Timestamp;
    use crate::view::{markdown, text};

    #[test]
    fn of_many_findings_of_one_name_the_first_are_shown_and_the_rest_is_counted() {
        let mut report = diagnose(&Evidence::new(Timestamp::parse("2026-11-16").unwrap()));
        let mut finding = report.findings[0].clone();
        (finding.id, finding.status) = (FindingId::NameMismatch, Status::Present);
        report.findings = vec![finding; 11];
        for shown in [text(&report, 80), markdown(&report)] {
            let full =
                shown.matches("NameMismatch: ").count() + shown.matches("NameMismatch**").count();
            assert_eq!(full, 8, "{shown}");
            assert!(shown.contains(": 3 more of NameMismatch"), "{shown}");
        }
    }
}
