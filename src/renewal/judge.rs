//! Whether mail of a place passes in a state: what it sends, held against the rules of the diagnosis.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use crate::certificate::Thumbprint;
use crate::connector::{
    Attribution, AttributionRequest, CertificateNames, ExchangeCertificate, InboundConnector,
    MailFrom, ShownCertificate, attribute,
};
use crate::diagnosis::case::Case;
use crate::diagnosis::evidence::basis::Basis;
use crate::diagnosis::evidence::incident::Ending;
use crate::diagnosis::evidence::{Evidence, Located};
use crate::diagnosis::literal::date;
use crate::diagnosis::rules::expectation::expect;
use crate::renewal::plan::{Passing, PlaceKind};
use crate::renewal::stage::{Place, Sends, Stage};

/// A domain that is nobody's accepted domain (RFC 2606, section 3).
const FOREIGN_DOMAIN: &str = "example.net";

/// Who sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Sender {
    /// Of an accepted domain.
    Own,
    /// Nobody: non-delivery reports and automatic replies.
    Null,
    /// Of another domain, as in forwarded mail.
    Foreign,
}

impl Sender {
    pub const ALL: [Self; 3] = [Self::Own, Self::Null, Self::Foreign];

    /// The envelope sender in a tenant.
    pub fn mail_from(self, evidence: &Evidence) -> MailFrom {
        match self {
            Self::Null => MailFrom::Null,
            Self::Foreign => FOREIGN_DOMAIN.parse().unwrap_or_default(),
            Self::Own => {
                let accepted = evidence.accepted_domains.as_ref();
                let mut domains = accepted.iter().flat_map(|one| &one.object.domains);
                let named = domains.find(|one| !one.domain_name.starts_with('*'));
                named.and_then(|one| one.domain_name.parse().ok()).unwrap_or_default()
            }
        }
    }

    /// What its mail is called.
    pub fn words(self) -> &'static str {
        match self {
            Self::Own => "mail of own senders",
            Self::Null => "automatic replies and NDRs",
            Self::Foreign => "forwarded mail",
        }
    }
}

/// What is asked of a place: the mail of a sender, in a tenant.
pub(crate) type Question = (usize, Sender);

/// What a certificate is judged by: tenant, itself and its Status on the server, sender, and state.
type Key = (usize, Thumbprint, Option<String>, Sender, usize);

/// The judgements so far: a certificate is judged once in each state of a tenant.
#[derive(Default)]
pub(crate) struct Judge {
    known: RefCell<HashMap<Key, Option<String>>>,
    /// Certificates that the logs show delivering.
    proven: HashSet<Thumbprint>,
}

impl Judge {
    /// With what the logs prove.
    pub fn new(evidence: &Evidence) -> Self {
        let basis = Basis::new(evidence, 0);
        let delivered = basis.incidents.all.iter().filter(|one| one.ending == Ending::Delivered);
        let sent = delivered.filter_map(|one| one.sent.as_ref()?.thumbprint.as_deref());
        let proven = sent.filter_map(|text| text.parse().ok()).collect();
        Self { proven, ..Self::default() }
    }

    /// Whether the mail of a sender passes over a place that sends this, and why it does not.
    pub fn passing(
        &self,
        stage: &Stage,
        place: &Place,
        sends: &Sends,
        question: Question,
    ) -> (Passing, String) {
        match sends {
            Sends::One(one) => self.passing_with(stage, place, question, one),
            Sends::Either(one, other) => {
                let first = self.passing_with(stage, place, question, one);
                let second = self.passing_with(stage, place, question, other);
                if first.0 == Passing::Yes { second } else { first }
            }
            Sends::Nothing => (Passing::No, "no certificate of the server fits it".to_owned()),
            Sends::NotKnown => {
                let what = "which certificate it sends is not known";
                (Passing::Unknown, what.to_owned())
            }
        }
    }

    fn passing_with(
        &self,
        stage: &Stage,
        place: &Place,
        question: Question,
        one: &ExchangeCertificate,
    ) -> (Passing, String) {
        let is_proven = one.thumbprint.is_some_and(|thumbprint| self.proven.contains(&thumbprint));
        if one.lacks_smtp() && !is_proven {
            let text = "its certificate is not enabled for SMTP: TLS fails (KB 4051498)";
            return (Passing::No, text.to_owned());
        }
        if place.kind == PlaceKind::ReceiveConnector || !place.is_eop {
            return match fault(one, stage.servers()) {
                Some(reason) => (Passing::No, reason),
                None => (Passing::Yes, String::new()),
            };
        }
        if let Some(reason) = self.refusal(stage, question, one) {
            return (Passing::No, reason);
        }
        let tenant = &stage.tenants[question.0];
        if tenant.inbound_connectors.is_none() {
            let absence =
                if tenant.unread_connectors { "cannot be read" } else { "were not given" };
            return (Passing::Unknown, format!("the inbound connectors of the tenant {absence}"));
        }
        (Passing::Yes, String::new())
    }

    /// Why Exchange Online would refuse mail with a certificate; `None`: no rule expects it.
    pub fn refusal(
        &self,
        stage: &Stage,
        (tenant, sender): Question,
        one: &ExchangeCertificate,
    ) -> Option<String> {
        let key = (tenant, one.thumbprint?, one.status.clone(), sender, stage.generation);
        if let Some(known) = self.known.borrow().get(&key) {
            return known.clone();
        }
        let evidence = &stage.tenants[tenant];
        if !evidence.goes_on() {
            return None;
        }
        let mut asked = evidence.clone();
        asked.mail_from = Some(sender.mail_from(evidence));
        let basis = Basis::new(&asked, 0);
        let located = Located { object: one.clone(), path: String::new(), line: 0 };
        let found = expect(&Case::of_installed(&basis, &located));
        let reason = found.refused_by.map(|rule| rule.text.says.to_owned());
        self.known.borrow_mut().insert(key, reason.clone());
        reason
    }
}

/// Why a certificate would be taken by nobody.
fn fault(one: &ExchangeCertificate, evidence: &Evidence) -> Option<String> {
    let at = evidence.at;
    if let Some(end) = one.not_after.filter(|end| *end < at) {
        return Some(format!("its certificate expired on {}", date(end)));
    }
    if let Some(begin) = one.not_before.filter(|begin| *begin > at) {
        return Some(format!("its certificate is valid from {} only", date(begin)));
    }
    let status = one.unusable_status()?;
    Some(format!("its certificate has the Status {status}"))
}

/// To whom a tenant attributes mail with the names of a certificate.
pub(crate) fn attribution(
    evidence: &Evidence,
    names: &CertificateNames,
    sender: Sender,
) -> Option<bool> {
    let shown = ShownCertificate::Names(names.clone());
    attribution_of(evidence, &shown, evidence.source_address, &sender.mail_from(evidence))
        .is_attributed()
}

/// To whom a tenant attributes mail of a sender.
pub(crate) fn attribution_of(
    evidence: &Evidence,
    certificate: &ShownCertificate,
    address: Option<std::net::IpAddr>,
    mail_from: &MailFrom,
) -> Attribution {
    let connectors = evidence.inbound_connectors.as_ref();
    let connectors: Option<Vec<InboundConnector>> =
        connectors.map(|all| all.iter().map(|one| one.object.clone()).collect());
    attribute(&AttributionRequest {
        certificate,
        address,
        mail_from,
        connectors: connectors.as_deref(),
        accepted_domains: evidence.accepted_domains.as_ref().map(|located| &located.object),
    })
}
