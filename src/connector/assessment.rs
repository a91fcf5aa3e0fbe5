//! What one inbound connector makes of a server: the facts that attribution rests on.

use std::net::IpAddr;

use serde::Serialize;

use super::accepted_domain::{AcceptedDomains, Coverage};
use super::certificate_names::CertificateNames;
use super::domain_name::{DomainName, NamePattern};
use super::inbound_connector::{Eligibility, InboundConnector};
use super::mail_from::MailFrom;
use super::name_match::{
    ConnectorNameMatch, Mismatch, NameMatch, OpenMatch, deeper_domain, match_certificate,
    specificity,
};
use super::sender_address::{AddressMatch, IgnoredAddress, ignored_addresses, match_address};

/// The certificate that the server showed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ShownCertificate {
    /// Not known.
    #[default]
    Unknown,
    /// None: no STARTTLS, or no certificate in the handshake.
    None,
    /// One with these names.
    Names(CertificateNames),
}

/// Whether AssociatedAcceptedDomains let a sender pass (inferred, not documented).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub enum Association {
    /// The connector is not confined to domains.
    NotConfined,
    /// The sender's domain is among them.
    Covered,
    /// The sender's domain is not among them.
    NotCovered,
    /// Null sender, unknown sender, a subdomain of a listed domain, or a truncated list.
    Unknown,
}

/// What one inbound connector makes of a server and a sender.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ConnectorAssessment {
    /// The connector's name.
    pub name: String,
    /// Whether it can grant relay at all.
    pub eligibility: Eligibility,
    /// Its TlsSenderCertificateName.
    pub value: Option<String>,
    /// What it makes of the certificate.
    pub name_match: NameMatch,
    /// Whether accepted domains cover its value; `None` without value or accepted domains.
    pub coverage: Option<Coverage>,
    /// What it makes of the connecting address.
    pub address: AddressMatch,
    /// Entries of SenderIPAddresses that take no part.
    pub ignored_addresses: Vec<(String, IgnoredAddress)>,
    /// Whether it is confined to other domains than the sender's.
    pub association: Association,
}

impl ConnectorAssessment {
    pub(super) fn new(
        connector: &InboundConnector,
        certificate: &ShownCertificate,
        address: Option<IpAddr>,
        mail_from: &MailFrom,
        accepted_domains: Option<&AcceptedDomains>,
    ) -> Self {
        let value = connector.tls_sender_certificate_name.clone();
        let coverage = value.as_deref().zip(accepted_domains).map(|(v, d)| d.cover_value(v));
        let addresses = connector.sender_ip_addresses.as_ref();
        // A partial export of a connector that goes by certificate: lists beside a name are rare.
        let address = if addresses.is_none() && value.is_some() {
            AddressMatch::NotListed
        } else {
            match_address(addresses, address)
        };
        Self {
            name: connector.name.clone(),
            eligibility: connector.eligibility(),
            name_match: match_value(connector, certificate),
            value,
            coverage,
            address,
            ignored_addresses: addresses.map(ignored_addresses).unwrap_or_default(),
            association: associate(connector, mail_from),
        }
    }

    /// Whether it may grant relay.
    #[must_use]
    pub fn may_be_eligible(&self) -> bool {
        matches!(self.eligibility, Eligibility::Eligible | Eligibility::Unknown)
    }

    /// How exactly its value distinguishes a server; the greatest wins.
    #[must_use]
    pub fn specificity(&self) -> (bool, usize) {
        self.value.as_deref().map_or((false, 0), specificity)
    }

    /// The domain to add to the accepted domains so that the value is covered: for `d` and `*.d`
    /// it is `d`.
    #[must_use]
    pub fn needed_domain(&self) -> Option<DomainName> {
        let pattern = NamePattern::parse(self.value.as_deref()?).ok()?;
        Some(pattern.domain().clone())
    }

    /// The domain that the certificate needs beside (KB 4019940), see
    /// [`deeper_domain`](super::deeper_domain).
    #[must_use]
    pub fn deeper_domain(&self) -> Option<DomainName> {
        deeper_domain(self.value.as_deref()?, &self.name_match.name.as_ref()?.text)
    }
}

fn match_value(connector: &InboundConnector, certificate: &ShownCertificate) -> NameMatch {
    let undecided = |relation| NameMatch { relation, name: None };
    let Some(value) = connector.tls_sender_certificate_name.as_deref() else {
        let relation = if connector.knows_certificate_name {
            ConnectorNameMatch::NoMatch(Mismatch::NoValue)
        } else {
            ConnectorNameMatch::Uncertain(OpenMatch::ValueNotKnown)
        };
        return undecided(relation);
    };
    match certificate {
        ShownCertificate::Names(names) => match_certificate(value, names),
        ShownCertificate::None => undecided(ConnectorNameMatch::NoMatch(Mismatch::OtherName)),
        ShownCertificate::Unknown => {
            // Without names only what is wrong with the value itself can be known.
            let nothing = CertificateNames { names: Vec::new(), is_complete: false };
            match_certificate(value, &nothing)
        }
    }
}

fn associate(connector: &InboundConnector, mail_from: &MailFrom) -> Association {
    let Some(list) = &connector.associated_accepted_domains else {
        return Association::NotConfined;
    };
    if list.is_empty() {
        return Association::NotConfined;
    }
    let MailFrom::Domain(sender) = mail_from else { return Association::Unknown };
    let mut association =
        if list.is_truncated { Association::Unknown } else { Association::NotCovered };
    for listed in &list.values {
        match NamePattern::parse(listed) {
            Ok(NamePattern::Name(domain)) if domain == *sender => return Association::Covered,
            Ok(pattern) if sender.labels_below(pattern.domain()).is_none() => {}
            _ => association = Association::Unknown,
        }
    }
    association
}

#[cfg(test)]
mod tests {
    use super::super::text_list::TextList;
    use super::*;

    #[test]
    fn associated_domains_confine_a_connector() {
        let associated = |values: &[&str], is_truncated, sender: &str| {
            let values = values.iter().map(|value| (*value).to_owned()).collect();
            let connector = InboundConnector {
                associated_accepted_domains: Some(TextList { values, is_truncated }),
                ..InboundConnector::default()
            };
            associate(&connector, &sender.parse().unwrap())
        };
        assert_eq!(associated(&[], false, "a@contoso.com"), Association::NotConfined);
        assert_eq!(associated(&["Contoso.com"], false, "a@contoso.com"), Association::Covered);
        assert_eq!(associated(&["fabrikam.com"], false, "a@contoso.com"), Association::NotCovered);
        assert_eq!(associated(&["fabrikam.com"], true, "a@contoso.com"), Association::Unknown);
        assert_eq!(associated(&["contoso.com"], false, "a@sub.contoso.com"), Association::Unknown);
        assert_eq!(associated(&["contoso.com"], false, "<>"), Association::Unknown);
    }
}
