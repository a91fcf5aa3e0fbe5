//! The parts of a report, which every view has in the same order.

use crate::diagnosis::{Finding, FindingId, Report, Severity, Status, Verdict};

/// The findings of a report by what a reader does with them.
pub(super) struct Parts<'a> {
    /// The cause.
    pub cause: Vec<&'a Finding>,
    /// What else is wrong, is good to know, or has passed.
    pub found: Vec<&'a Finding>,
    /// What evidence is missing.
    pub missing: Vec<&'a Finding>,
}

impl<'a> Parts<'a> {
    pub fn of(report: &'a Report) -> Self {
        let (cause, others): (Vec<&Finding>, Vec<&Finding>) =
            report.findings.iter().partition(|finding| finding.status == Status::Cause);
        let (missing, found) =
            others.into_iter().partition(|finding| is_about_missing_evidence(finding));
        Self { cause, found, missing }
    }
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
