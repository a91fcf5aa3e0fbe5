//! The rules A to E, followed over every end that open facts leave possible.

use std::collections::HashSet;

use super::super::accepted_domain::Coverage;
use super::super::assessment::{Association, ConnectorAssessment, ShownCertificate};
use super::super::domain_name::DomainName;
use super::super::inbound_connector::Eligibility;
use super::super::mail_from::MailFrom;
use super::super::name_match::ConnectorNameMatch;
use super::super::open_question::OpenQuestion;
use super::super::outcome::{AttributionOutcome, UnacceptedSender};
use super::super::sender_address::AddressMatch;
use super::request::AttributionRequest;

/// A decision under way.
pub(super) struct Decision<'a> {
    pub(super) request: &'a AttributionRequest<'a>,
    pub(super) connectors: Vec<ConnectorAssessment>,
    pub(super) possible: Vec<AttributionOutcome>,
    pub(super) open_questions: Vec<OpenQuestion>,
    /// The same: a tenant may have thousands of connectors, each with its question.
    pub(super) asked: HashSet<OpenQuestion>,
}

impl Decision<'_> {
    fn add(&mut self, outcome: AttributionOutcome) {
        if !self.possible.iter().any(|known| known.is_same_kind(&outcome)) {
            self.possible.push(outcome);
        }
    }

    fn ask(&mut self, question: OpenQuestion) {
        if self.asked.insert(question.clone()) {
            self.open_questions.push(question);
        }
    }

    pub(super) fn decide_without_connectors(&mut self) {
        self.ask(OpenQuestion::ConnectorsNotGiven);
        if *self.request.certificate == ShownCertificate::None {
            self.add(AttributionOutcome::NoIdentity);
        }
    }

    pub(super) fn decide(&mut self) {
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
                let is_open =
                    !matches!(connector.name_match.relation, ConnectorNameMatch::NoMatch(_));
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
                matches!(self.connectors[index].name_match.relation, ConnectorNameMatch::Match(_));
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
            self.ask_which(first, second);
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
            self.add(AttributionOutcome::ByCertificate { connector });
        }
        if is_covered != Some(true) {
            self.by_sender(AttributionOutcome::ByCertificateAndMailFrom { connector }, |sender| {
                AttributionOutcome::ValueNotAccepted { connector, sender }
            });
        }
    }

    /// C. Returns whether a connector certainly lists the address.
    fn by_address(&mut self) -> bool {
        let mut certain: Option<usize> = None;
        // Those that certainly list it first, so that their order does not count.
        let (listed, open): (Vec<usize>, Vec<usize>) =
            (0..self.connectors.len()).partition(|index| self.lists_certainly(*index));
        for index in listed.into_iter().chain(open) {
            if !self.connectors[index].may_be_eligible() {
                continue;
            }
            let Some(is_listed) = self.is_listed(index, certain.is_some()) else { continue };
            let before = self.possible.len();
            if self.pass_association(index) {
                self.by_sender(
                    AttributionOutcome::ByAddressAndMailFrom { connector: index },
                    |sender| AttributionOutcome::AddressOnly { connector: index, sender },
                );
            }
            match certain {
                Some(first) if self.possible.len() > before => self.ask_which(first, index),
                Some(_) => {}
                None => certain = (self.is_eligible(index) && is_listed).then_some(index),
            }
        }
        certain.is_some()
    }

    fn lists_certainly(&self, index: usize) -> bool {
        let connector = &self.connectors[index];
        connector.eligibility == Eligibility::Eligible
            && matches!(connector.address, AddressMatch::Listed(_))
    }

    /// Whether a connector lists the address, or may list it; `None` if it does not, or need not
    /// be looked at because another one does.
    fn is_listed(&mut self, index: usize, is_settled: bool) -> Option<bool> {
        let connector = self.connectors[index].name.clone();
        match &self.connectors[index].address {
            AddressMatch::Listed(_) => Some(true),
            AddressMatch::NotListed => None,
            AddressMatch::ListIncomplete | AddressMatch::AddressUnknown if is_settled => None,
            AddressMatch::ListIncomplete => {
                self.ask(OpenQuestion::AddressListIncomplete { connector });
                Some(false)
            }
            AddressMatch::AddressUnknown => {
                self.ask(OpenQuestion::AddressNotKnown { connector });
                Some(false)
            }
        }
    }

    fn ask_which(&mut self, first: usize, second: usize) {
        let connectors = [first, second].map(|index| self.connectors[index].name.clone());
        self.ask(OpenQuestion::EquallyExact { connectors });
    }

    /// D and E: no connector certainly matches.
    fn by_nothing(&mut self) {
        match self.request.certificate {
            ShownCertificate::None => self.add(AttributionOutcome::NoIdentity),
            _ if !self.connectors.iter().any(ConnectorAssessment::may_be_eligible) => {
                self.add(AttributionOutcome::NoEligibleConnector);
            }
            ShownCertificate::Names(_) => self.add(AttributionOutcome::NoMatch),
            ShownCertificate::Unknown => {
                self.ask(OpenQuestion::CertificateNotKnown);
                self.add(AttributionOutcome::NoMatch);
                self.add(AttributionOutcome::NoIdentity);
            }
        }
    }

    /// Whether AssociatedAcceptedDomains may let the sender pass; adds the outcome if not.
    fn pass_association(&mut self, connector: usize) -> bool {
        match self.connectors[connector].association {
            Association::NotConfined | Association::Covered => true,
            Association::NotCovered => {
                self.add(AttributionOutcome::OutsideAssociatedDomains { connector });
                false
            }
            Association::Unknown => {
                let name = self.connectors[connector].name.clone();
                self.ask(OpenQuestion::AssociatedDomains { connector: name });
                self.add(AttributionOutcome::OutsideAssociatedDomains { connector });
                true
            }
        }
    }

    /// Adds `accepted` or `refused`, by whether the domain of MAIL FROM is accepted.
    fn by_sender(
        &mut self,
        accepted: AttributionOutcome,
        refused: impl Fn(UnacceptedSender) -> AttributionOutcome,
    ) {
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
        let ConnectorNameMatch::Uncertain(open) = assessment.name_match.relation else { return };
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
