//! Which certificate each send connector sends, server by server: the one that Exchange would
//! choose, those that the logs say were sent, and when they expire.

mod facts;
pub(crate) mod known;
mod model;
pub(crate) mod places;
mod row;
mod standing;
mod successor;
mod words;

pub use model::{
    AffectedKind, AffectedObject, CertificateOverview, CertificateStatus, CertificateSuccessor,
    ConnectorCertificate, InputProblem, InstalledCertificate, SelectedBy, SentCertificate,
    SentRelation,
};

use crate::diagnosis::evidence::Evidence;
use crate::diagnosis::overview::known::Known;
use crate::diagnosis::report::Severity;

/// Reports, for each send connector and server, which certificate Exchange would send, which ones the
/// sessions say were sent, whether these differ, and when they expire.
///
/// Takes what [`Evidence`] holds of sessions, send connectors and installed certificates; each may
/// be missing, which the rows say. What a renewal affects is looked for among receive connectors and
/// inbound connectors too.
#[must_use]
pub fn certificate_overview(evidence: &Evidence) -> CertificateOverview {
    let evidence = &Known::of(evidence);
    let places = places::places(evidence);
    let mut rows: Vec<row::Row<'_>> = places
        .iter()
        .take_while(|_| evidence.goes_on())
        .map(|place| row::row(evidence, place))
        .collect();
    standing::add_standings(&mut rows);
    let mut certificates: Vec<ConnectorCertificate> =
        rows.into_iter().map(|row| row.shown).collect();
    compare_servers(&mut certificates);
    let problems = problems(evidence);
    let exit_code = exit_code(&certificates, &problems);
    CertificateOverview { certificates, problems, exit_code }
}

/// Notes where the servers of one connector would send different certificates: a renewal that one of
/// them lacks.
fn compare_servers(rows: &mut [ConnectorCertificate]) {
    let notes: Vec<Option<String>> = rows
        .iter()
        .map(|row| {
            let own = row.selected_thumbprint.as_ref()?;
            let others: Vec<(&str, &str)> = rows
                .iter()
                .filter(|other| other.connector == row.connector)
                .filter_map(|other| {
                    Some((other.server.as_deref()?, other.selected_thumbprint.as_deref()?))
                })
                .filter(|(_, thumbprint)| thumbprint != own)
                .collect();
            (!others.is_empty()).then(|| words::other_servers(&others))
        })
        .collect();
    for (row, note) in rows.iter_mut().zip(notes) {
        if let Some(note) = note {
            let parts = [row.note.as_str(), &note].map(str::to_owned);
            row.note =
                parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
        }
    }
}

fn problems(evidence: &Known<'_>) -> Vec<InputProblem> {
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
