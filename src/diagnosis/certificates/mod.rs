//! Which certificate each send connector sends, server by server: the one that Exchange would
//! choose, those that the logs say were sent, and when they expire.

mod overview;
mod places;
mod row;
mod uses;
mod words;

pub use overview::{
    CertificateOverview, CertificateStatus, ConnectorCertificate, InputProblem,
    InstalledCertificate, SelectedBy, SentCertificate, SentRelation,
};
pub(super) use places::is_same_server;
pub(super) use uses::CertificateUses;

use super::evidence::Evidence;
use super::report::Severity;

/// Tells, for each send connector and server, which certificate Exchange would send, which ones the
/// sessions say were sent, whether these differ, and when they expire.
///
/// Takes what [`Evidence`] holds of sessions, send connectors and installed certificates; each may
/// be missing, which the rows say.
#[must_use]
pub fn certificate_overview(evidence: &Evidence) -> CertificateOverview {
    let certificates: Vec<ConnectorCertificate> =
        places::places(evidence).iter().map(|place| row::row(evidence, place)).collect();
    let problems = problems(evidence);
    let exit_code = exit_code(&certificates, &problems);
    CertificateOverview { certificates, problems, exit_code }
}

fn problems(evidence: &Evidence) -> Vec<InputProblem> {
    let unreadable = evidence.unreadable.iter().map(|(path, message)| InputProblem {
        severity: Severity::Error,
        path: path.clone(),
        line: 0,
        message: message.clone(),
    });
    let damaged = evidence.damaged.iter().map(|(path, line, message)| InputProblem {
        severity: Severity::Warning,
        path: path.clone(),
        line: *line,
        message: message.clone(),
    });
    let capped = evidence.uses.capped();
    let capped = (capped > 0).then(|| InputProblem {
        severity: Severity::Warning,
        path: "sessions".to_owned(),
        line: 0,
        message: format!("{capped} sessions were left out: too many connectors or certificates"),
    });
    unreadable.chain(damaged).chain(capped).collect()
}

fn exit_code(rows: &[ConnectorCertificate], problems: &[InputProblem]) -> u8 {
    if problems.iter().any(|problem| problem.severity == Severity::Error) {
        40
    } else if rows.iter().any(|row| row.status.is_warning()) {
        10
    } else if rows.iter().all(|row| row.status == CertificateStatus::Unknown) {
        30
    } else {
        0
    }
}

#[cfg(test)]
mod tests;
