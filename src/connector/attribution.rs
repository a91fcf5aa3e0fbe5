//! Attribution: how EOP decides who is sending.
//!
//! A. By certificate: a name of the certificate matches an eligible connector, the most exact one
//! wins, and accepted domains cover the connector's value. B. Else by certificate and an accepted
//! MAIL FROM domain. C. Else by a listed connecting address and an accepted MAIL FROM domain.
//! D. Else the mail is incoming mail of the recipient's tenant. E. Without such a tenant it is
//! refused with 550 5.7.64.
//!
//! Where a fact is open, both ends are followed: one possible outcome is certain, several are
//! uncertain, and the open facts on which they part are told.

use std::net::IpAddr;

use serde::Serialize;

use super::accepted_domain::{AcceptedDomains, Coverage, DomainOrigin};
use super::assessment::{Association, ConnectorAssessment, ShownCertificate};
use super::domain_name::DomainName;
use super::inbound_connector::{Eligibility, InboundConnector};
use super::mail_from::MailFrom;
use super::name_match::NameRelation;
use super::nearest_miss::{NearestMiss, nearest_miss};
use super::open_question::OpenQuestion;
use super::outcome::{Outcome, UnacceptedSender};
use super::sender_address::AddressMatch;

/// What EOP knows of a server and a message, as far as it is known here.
#[derive(Clone, Copy, Debug)]
pub struct AttributionRequest<'a> {
    /// The certificate shown in TLS.
    pub certificate: &'a ShownCertificate,
    /// The connecting address; private ones count as not known.
    pub address: Option<IpAddr>,
    /// The envelope sender.
    pub mail_from: &'a MailFrom,
    /// The inbound connectors of the tenant; `None` if they were not given.
    pub connectors: Option<&'a [InboundConnector]>,
    /// The accepted domains of the tenant; `None` if they were not given.
    pub accepted_domains: Option<&'a AcceptedDomains>,
}

/// To whom EOP attributes a server's mail, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Attribution {
    /// What can come of it: one outcome is certain, several are uncertain, none means that the
    /// connectors were not given. The first is the one that the rules reach first.
    pub possible: Vec<Outcome>,
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
    pub fn outcome(&self) -> Option<&Outcome> {
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
    let mut decision =
        Decision { request, connectors, possible: Vec::new(), open_questions: Vec::new() };
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
        matches!(connector.name_match.relation, NameRelation::Match(_))
    };
    if eligible().any(is_match) {
        return None;
    }
    nearest_miss(eligible().filter_map(|(index, c)| Some((index, c.value.as_deref()?))), names)
}

struct Decision<'a> {
    request: &'a AttributionRequest<'a>,
    connectors: Vec<ConnectorAssessment>,
    possible: Vec<Outcome>,
    open_questions: Vec<OpenQuestion>,
}

impl Decision<'_> {
    fn add(&mut self, outcome: Outcome) {
        if !self.possible.iter().any(|known| known.is_same_kind(&outcome)) {
            self.possible.push(outcome);
        }
    }

    fn ask(&mut self, question: OpenQuestion) {
        if !self.open_questions.contains(&question) {
            self.open_questions.push(question);
        }
    }

    fn decide_without_connectors(&mut self) {
        self.ask(OpenQuestion::ConnectorsNotGiven);
        if *self.request.certificate == ShownCertificate::None {
            self.add(Outcome::NoIdentity);
        }
    }

    fn decide(&mut self) {
        if *self.request.certificate == ShownCertificate::Unknown
            && self.connectors.iter().any(|c| c.may_be_eligible() && c.value.is_some())
        {
            self.ask(OpenQuestion::CertificateNotKnown);
        }
        if !self.by_certificate() && !self.by_address() {
            self.by_nothing();
        }
    }

    /// A and B. Returns whether a connector certainly matches by certificate.
    fn by_certificate(&mut self) -> bool {
        let mut candidates: Vec<usize> = (0..self.connectors.len())
            .filter(|index| {
                let connector = &self.connectors[*index];
                let is_open = !matches!(connector.name_match.relation, NameRelation::NoMatch(_));
                connector.may_be_eligible()
                    && is_open
                    && *self.request.certificate != ShownCertificate::None
            })
            .collect();
        candidates.sort_by_key(|index| std::cmp::Reverse(self.connectors[*index].specificity()));
        let mut certain: Option<usize> = None;
        for index in candidates {
            if let Some(first) = certain {
                self.compare_equally_exact(first, index);
                continue;
            }
            self.with_certificate(index);
            let is_match =
                matches!(self.connectors[index].name_match.relation, NameRelation::Match(_));
            if !is_match {
                self.ask_about_name(index);
            }
            if self.is_eligible(index) && is_match {
                certain = Some(index);
            }
        }
        certain.is_some()
    }

    /// Follows a second connector that matches as exactly as the first: which one EOP takes is not
    /// documented.
    fn compare_equally_exact(&mut self, first: usize, second: usize) {
        if self.connectors[first].specificity() != self.connectors[second].specificity() {
            return;
        }
        let before = self.possible.len();
        self.with_certificate(second);
        if self.possible.len() > before {
            let connectors = [first, second].map(|index| self.connectors[index].name.clone());
            self.ask(OpenQuestion::EquallyExact { connectors });
        }
    }

    /// What comes of it if that connector matches by certificate.
    fn with_certificate(&mut self, connector: usize) {
        if !self.pass_association(connector) {
            return;
        }
        let coverage = match (self.request.accepted_domains, &self.connectors[connector].coverage) {
            (None, _) => {
                self.ask(OpenQuestion::AcceptedDomainsNotGiven);
                None
            }
            (Some(_), coverage) => coverage.clone(),
        };
        let is_covered = match coverage {
            Some(Coverage::Covered(_)) => Some(true),
            Some(Coverage::NotCovered) => Some(false),
            Some(open) => {
                let needed = self.connectors[connector].needed_domain();
                self.ask_about_coverage(&open, needed.as_ref());
                None
            }
            None => None,
        };
        if is_covered != Some(false) {
            self.add(Outcome::ByCertificate { connector });
        }
        if is_covered != Some(true) {
            self.by_sender(Outcome::ByCertificateAndMailFrom { connector }, |sender| {
                Outcome::ValueNotAccepted { connector, sender }
            });
        }
    }

    /// C. Returns whether a connector certainly lists the address.
    fn by_address(&mut self) -> bool {
        for index in 0..self.connectors.len() {
            let connector = self.connectors[index].name.clone();
            if !self.connectors[index].may_be_eligible() {
                continue;
            }
            let is_listed = match &self.connectors[index].address {
                AddressMatch::NotListed => continue,
                AddressMatch::Listed(_) => true,
                AddressMatch::ListIncomplete => {
                    self.ask(OpenQuestion::AddressListIncomplete { connector });
                    false
                }
                AddressMatch::AddressUnknown => {
                    self.ask(OpenQuestion::AddressNotKnown { connector });
                    false
                }
            };
            if self.pass_association(index) {
                self.by_sender(Outcome::ByAddressAndMailFrom { connector: index }, |sender| {
                    Outcome::AddressOnly { connector: index, sender }
                });
            }
            if self.is_eligible(index) && is_listed {
                return true;
            }
        }
        false
    }

    /// D and E: no connector certainly matches.
    fn by_nothing(&mut self) {
        match self.request.certificate {
            ShownCertificate::None => self.add(Outcome::NoIdentity),
            _ if !self.connectors.iter().any(ConnectorAssessment::may_be_eligible) => {
                self.add(Outcome::NoEligibleConnector);
            }
            ShownCertificate::Names(_) => self.add(Outcome::NoMatch),
            ShownCertificate::Unknown => {
                self.ask(OpenQuestion::CertificateNotKnown);
                self.add(Outcome::NoMatch);
                self.add(Outcome::NoIdentity);
            }
        }
    }

    /// Whether AssociatedAcceptedDomains may let the sender pass; adds the outcome if not.
    fn pass_association(&mut self, connector: usize) -> bool {
        match self.connectors[connector].association {
            Association::NotConfined | Association::Covered => true,
            Association::NotCovered => {
                self.add(Outcome::OutsideAssociatedDomains { connector });
                false
            }
            Association::Unknown => {
                let name = self.connectors[connector].name.clone();
                self.ask(OpenQuestion::AssociatedDomains { connector: name });
                self.add(Outcome::OutsideAssociatedDomains { connector });
                true
            }
        }
    }

    /// Adds `accepted` or `refused`, by whether the domain of MAIL FROM is accepted.
    fn by_sender(&mut self, accepted: Outcome, refused: impl Fn(UnacceptedSender) -> Outcome) {
        let coverage = match (self.request.mail_from, self.request.accepted_domains) {
            (MailFrom::Null, _) => {
                self.add(refused(UnacceptedSender::Null));
                return;
            }
            (MailFrom::Unknown, _) => {
                self.ask(OpenQuestion::MailFromNotKnown);
                self.add(refused(UnacceptedSender::Null));
                None
            }
            (MailFrom::Domain(_), None) => {
                self.ask(OpenQuestion::AcceptedDomainsNotGiven);
                None
            }
            (MailFrom::Domain(domain), Some(domains)) => {
                Some((domain, domains.cover_domain(domain)))
            }
        };
        let is_accepted = match coverage {
            Some((_, Coverage::Covered(_))) => Some(true),
            Some((_, Coverage::NotCovered)) => Some(false),
            Some((domain, open)) => {
                self.ask_about_coverage(&open, Some(domain));
                None
            }
            None => None,
        };
        if is_accepted != Some(false) {
            self.add(accepted);
        }
        if is_accepted != Some(true) {
            self.add(refused(UnacceptedSender::Foreign));
        }
    }

    fn is_eligible(&mut self, index: usize) -> bool {
        let is_eligible = self.connectors[index].eligibility == Eligibility::Eligible;
        if !is_eligible {
            let connector = self.connectors[index].name.clone();
            self.ask(OpenQuestion::EligibilityNotKnown { connector });
        }
        is_eligible
    }

    fn ask_about_name(&mut self, index: usize) {
        let assessment = &self.connectors[index];
        let NameRelation::Uncertain(open) = assessment.name_match.relation else { return };
        if *self.request.certificate == ShownCertificate::Unknown {
            return;
        }
        let question = OpenQuestion::NameMatch {
            connector: assessment.name.clone(),
            expected: assessment.value.clone(),
            found: assessment.name_match.name.as_ref().map(|name| name.text.clone()),
            open,
            needed_domain: assessment.deeper_domain(),
        };
        self.ask(question);
    }

    fn ask_about_coverage(&mut self, coverage: &Coverage, wanted: Option<&DomainName>) {
        match (coverage, wanted) {
            (Coverage::SubdomainsOnly(accepted), Some(wanted)) => {
                self.ask(OpenQuestion::MatchSubDomains {
                    accepted: accepted.clone(),
                    wanted: wanted.to_string(),
                });
            }
            _ => self.ask(OpenQuestion::AcceptedDomainsIncomplete),
        }
    }
}

#[cfg(test)]
mod tests;
