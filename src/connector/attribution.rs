//! Attribution: how EOP decides who is sending.
//!
//! A. By certificate: a name of the certificate matches an eligible connector, the most exact one
//! wins, and accepted domains cover the connector's value. B. Else by certificate and an accepted
//! MAIL FROM domain. C. Else by a listed connecting address and an accepted MAIL FROM domain.
//! D. Else the mail is incoming mail of the recipient's tenant. E. Without such a tenant it is
//! refused with 550 5.7.64.
//!
//! Where a fact is open, both ends are followed: one possible outcome is certain, several are
//! uncertain, and the open facts on which they part are reported.

mod decision;
mod request;

use std::collections::HashSet;

use serde::Serialize;

pub use self::request::AttributionRequest;

use self::decision::Decision;

use super::accepted_domain::{AcceptedDomains, DomainOrigin};
use super::assessment::{ConnectorAssessment, ShownCertificate};
use super::name_match::ConnectorNameMatch;
use super::nearest_miss::{NearestMiss, nearest_miss};
use super::open_question::OpenQuestion;
use super::outcome::AttributionOutcome;

/// To whom EOP attributes a server's mail, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Attribution {
    /// What can come of it: one outcome is certain, several are uncertain, none means that the
    /// connectors were not given. The first is the one that the rules reach first.
    pub possible: Vec<AttributionOutcome>,
    /// On what several outcomes hang. Empty if there is one.
    pub open_questions: Vec<OpenQuestion>,
    /// What was not given, whether or not it matters.
    pub missing: Vec<OpenQuestion>,
    /// What each connector makes of it, in the order given.
    pub connectors: Vec<ConnectorAssessment>,
    /// The closest pair of names, where no eligible connector's value matches.
    pub nearest_miss: Option<NearestMiss>,
    /// Whose accepted domains were used; `None` if none were given.
    pub accepted_domains_from: Option<DomainOrigin>,
}

impl Attribution {
    /// The outcome, if it is certain.
    #[must_use]
    pub fn outcome(&self) -> Option<&AttributionOutcome> {
        match self.possible.as_slice() {
            [outcome] => Some(outcome),
            _ => None,
        }
    }

    /// Whether EOP relays the message: `None` where that is uncertain.
    #[must_use]
    pub fn is_attributed(&self) -> Option<bool> {
        let (first, rest) = self.possible.split_first()?;
        let answer = first.is_attributed();
        rest.iter().all(|outcome| outcome.is_attributed() == answer).then_some(answer)
    }

    /// The row of the table "Verdicts" that applies: 2, 3, 7 to 13; 14 where an open question
    /// decides, 15 where connectors or accepted domains are missing and decide; `None` for a cause
    /// outside the table.
    #[must_use]
    pub fn verdict_row(&self) -> Option<u8> {
        if let Some(outcome) = self.outcome() {
            return outcome.verdict_row();
        }
        let is_missing = |question: &OpenQuestion| {
            matches!(
                question,
                OpenQuestion::ConnectorsNotGiven | OpenQuestion::AcceptedDomainsNotGiven
            )
        };
        Some(if self.open_questions.iter().any(is_missing) { 15 } else { 14 })
    }
}

/// Decides attribution for one certificate, address and sender.
#[must_use]
pub fn attribute(request: &AttributionRequest<'_>) -> Attribution {
    let assess = |connector| {
        ConnectorAssessment::new(
            connector,
            request.certificate,
            request.address,
            request.mail_from,
            request.accepted_domains,
        )
    };
    let connectors = request.connectors.unwrap_or_default().iter().map(assess).collect();
    let mut decision = Decision {
        request,
        connectors,
        possible: Vec::new(),
        open_questions: Vec::new(),
        asked: HashSet::new(),
    };
    if request.connectors.is_some() {
        decision.decide();
    } else {
        decision.decide_without_connectors();
    }
    let Decision { connectors, possible, mut open_questions, .. } = decision;
    if possible.len() == 1 {
        open_questions.clear();
    }
    let mut missing = Vec::new();
    if request.connectors.is_none() {
        missing.push(OpenQuestion::ConnectorsNotGiven);
    }
    if request.accepted_domains.is_none() {
        missing.push(OpenQuestion::AcceptedDomainsNotGiven);
    }
    Attribution {
        nearest_miss: nearest(&connectors, request.certificate),
        accepted_domains_from: request.accepted_domains.map(AcceptedDomains::origin),
        possible,
        open_questions,
        missing,
        connectors,
    }
}

/// The nearest pair among the connectors that may grant relay, unless one of them matches.
fn nearest(
    connectors: &[ConnectorAssessment],
    certificate: &ShownCertificate,
) -> Option<NearestMiss> {
    let ShownCertificate::Names(names) = certificate else { return None };
    let eligible =
        || connectors.iter().enumerate().filter(|(_, connector)| connector.may_be_eligible());
    let is_match = |(_, connector): (usize, &ConnectorAssessment)| {
        matches!(connector.name_match.relation, ConnectorNameMatch::Match(_))
    };
    if eligible().any(is_match) {
        return None;
    }
    nearest_miss(eligible().filter_map(|(index, c)| Some((index, c.value.as_deref()?))), names)
}

#[cfg(test)]
mod tests;
