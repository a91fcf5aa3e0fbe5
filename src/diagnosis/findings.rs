//! Findings of several incidents, put together.

use crate::diagnosis::evidence::incident::{Incident, MAXIMUM_NAMES};
use crate::diagnosis::finding_id::FindingId;
use crate::diagnosis::report::{Confidence, EvidenceLine, Finding, Severity, Status};

/// How many lines show one finding.
const MAXIMUM_PROOFS: usize = 5;

impl Finding {
    /// An empty finding.
    pub(crate) fn without_sessions(id: FindingId) -> Self {
        Self {
            id,
            severity: Severity::Information,
            status: Status::Present,
            message: String::new(),
            evidence: Vec::new(),
            remedy: Vec::new(),
            reference: "".into(),
            confidence: Confidence::Uncertain,
            sessions: 0,
            first_session: None,
            last_session: None,
            servers: Vec::new(),
            recipient_domains: Vec::new(),
        }
    }

    /// With the sessions of the incident that shows it; an error of a queue is none.
    pub(crate) fn with_sessions_of(self, incident: Option<&Incident>) -> Self {
        let Some(incident) = incident else { return self };
        let is_of_sessions = incident.reported_by.is_none();
        Self {
            sessions: if is_of_sessions { incident.count } else { 0 },
            first_session: is_of_sessions.then_some(incident.first),
            last_session: is_of_sessions.then_some(incident.last),
            servers: incident.server_texts().take(MAXIMUM_NAMES).map(str::to_owned).collect(),
            recipient_domains: incident.recipient_domains.iter().cloned().collect(),
            ..self
        }
    }

    /// Takes the sessions of the same finding in another incident.
    fn add_sessions_of(&mut self, other: &Self) {
        self.sessions += other.sessions;
        self.first_session = [self.first_session, other.first_session].into_iter().flatten().min();
        self.last_session = self.last_session.max(other.last_session);
        add_names(&mut self.servers, &other.servers);
        add_names(&mut self.recipient_domains, &other.recipient_domains);
    }
}

fn add_names(names: &mut Vec<String>, others: &[String]) {
    for name in others {
        if names.len() < MAXIMUM_NAMES && !names.contains(name) {
            names.push(name.clone());
        }
    }
    names.sort();
}

/// Puts a finding to the others; one that was found before in the same words gets the evidence.
pub(crate) fn merge(findings: &mut Vec<Finding>, finding: Finding) {
    let is_same = |known: &&mut Finding| {
        known.id == finding.id
            && (known.status == Status::Past) == (finding.status == Status::Past)
            && (known.message == finding.message || known.remedy == finding.remedy)
    };
    let Some(known) = findings.iter_mut().find(is_same) else {
        findings.push(finding);
        return;
    };
    if finding.status == Status::Cause && known.status != Status::Cause {
        let other = std::mem::replace(known, finding);
        known.add_sessions_of(&other);
        return;
    }
    known.add_sessions_of(&finding);
    // What shows the cause is a refusal; a delivery shows something else.
    let is_same_status = known.status == finding.status;
    let lines: Vec<EvidenceLine> = if is_same_status { finding.evidence } else { Vec::new() };
    for line in lines {
        if known.evidence.len() < MAXIMUM_PROOFS && !known.evidence.contains(&line) {
            known.evidence.push(line);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(status: Status, number: usize, sessions: u64) -> Finding {
        let line = |line| EvidenceLine { path: "SEND.LOG".to_owned(), line, text: String::new() };
        Finding {
            status,
            sessions,
            servers: vec![format!("EX{number:02}")],
            recipient_domains: vec![format!("domain{number:02}.com")],
            evidence: vec![line(number as u64)],
            ..Finding::without_sessions(FindingId::NameMismatch)
        }
    }

    #[test]
    fn the_same_finding_of_several_incidents_is_one_with_the_sessions_of_all() {
        let mut findings = Vec::new();
        for number in [2, 1, 2] {
            merge(&mut findings, finding(Status::Cause, number, 3));
        }
        let [one] = findings.as_slice() else { panic!("{findings:#?}") };
        assert_eq!(one.sessions, 9);
        assert_eq!(one.servers, ["EX01", "EX02"]);
        assert_eq!(one.recipient_domains, ["domain01.com", "domain02.com"]);
        assert_eq!(one.evidence.iter().map(|line| line.line).collect::<Vec<_>>(), [2, 1]);
        for number in 3..50 {
            merge(&mut findings, finding(Status::Cause, number, 1));
        }
        assert_eq!(findings[0].sessions, 9 + 47);
        assert_eq!(findings[0].servers.len(), MAXIMUM_NAMES);
        assert_eq!(findings[0].evidence.len(), MAXIMUM_PROOFS);
    }

    #[test]
    fn the_cause_is_shown_by_its_own_lines_and_what_has_passed_stays_apart() {
        for (first, second, status, lines) in [
            (Status::Present, Status::Cause, Status::Cause, vec![2]),
            (Status::Cause, Status::Present, Status::Cause, vec![1]),
            (Status::Cause, Status::Cause, Status::Cause, vec![1, 2]),
            (Status::Present, Status::Present, Status::Present, vec![1, 2]),
        ] {
            let mut findings = Vec::new();
            merge(&mut findings, finding(first, 1, 1));
            merge(&mut findings, finding(second, 2, 1));
            merge(&mut findings, finding(Status::Past, 3, 1));
            assert_eq!(findings.len(), 2, "{findings:#?}");
            let one = &findings[0];
            assert_eq!((one.status, one.sessions), (status, 2), "{first:?} {second:?}");
            let found: Vec<u64> = one.evidence.iter().map(|line| line.line).collect();
            assert_eq!(found, lines, "{first:?} {second:?}");
        }
    }
}
