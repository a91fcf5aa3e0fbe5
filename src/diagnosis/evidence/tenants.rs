//! Tenants: what was given of each, and which one a sender belongs to.

use std::net::IpAddr;

use super::Evidence;
use super::located::Located;
use super::tenant::{Part, Tenant};
use crate::connector::{
    AcceptedDomains, AddressMatch, Attribution, AttributionRequest, ConnectorNameMatch, Coverage,
    InboundConnector, MailFrom, ShownCertificate, attribute,
};

/// One tenant, as it was given.
#[derive(Clone, Copy, Debug)]
pub(crate) struct GivenTenant<'a> {
    pub inbound_connectors: Option<&'a Vec<Located<InboundConnector>>>,
    pub accepted_domains: Option<&'a Located<AcceptedDomains>>,
    of: &'a Tenant,
}

impl Evidence {
    /// The exports of inbound connectors and accepted domains that follow belong to the tenant of
    /// that name. Without it OrganizationId tells tenants from each other, and without that each
    /// further export is another tenant's.
    pub fn begin_tenant(&mut self, name: &str) {
        let is_it = |tenant: &Tenant| {
            tenant.name.as_deref().is_some_and(|known| known.eq_ignore_ascii_case(name))
        };
        let all = std::iter::once(&self.tenants.first).chain(&self.tenants.others);
        let known = all.into_iter().position(is_it);
        let is_first_free = self.tenants.first.name.is_none()
            && self.inbound_connectors.is_none()
            && self.accepted_domains.is_none();
        let slot = match known {
            Some(slot) => slot,
            None if is_first_free => 0,
            None => self.tenants.push(),
        };
        self.tenants.tenant_mut(slot).name = Some(name.to_owned());
        self.tenants.current = Some(slot);
    }

    /// To which tenant an export belongs whose objects have that OrganizationId.
    pub(super) fn tenant_of_export(&mut self, organization: Option<&str>, part: Part) -> usize {
        if let Some(current) = self.tenants.current {
            return current;
        }
        let organization = organization.map(str::to_ascii_lowercase);
        let slots = 0..=self.tenants.others.len();
        let lacks = |slot: &usize| match part {
            Part::InboundConnectors => self.tenant(*slot).inbound_connectors.is_none(),
            Part::AcceptedDomains => self.tenant(*slot).accepted_domains.is_none(),
        };
        let own = |slot: &usize| self.tenant(*slot).of.organization == organization;
        let is_free = |slot: &usize| {
            let known = &self.tenant(*slot).of.organization;
            (known.is_none() || organization.is_none()) && lacks(slot)
        };
        let known = organization.as_ref().and_then(|_| slots.clone().find(own));
        let slot = known.or_else(|| slots.clone().find(is_free));
        let slot = slot.unwrap_or_else(|| self.tenants.push());
        let tenant = self.tenants.tenant_mut(slot);
        tenant.organization = tenant.organization.take().or(organization);
        slot
    }

    /// How many tenants were given; at least one, of which nothing need be known.
    pub(crate) fn tenant_count(&self) -> usize {
        1 + self.tenants.others.len()
    }

    /// What was given of a tenant; the first has the number 0.
    pub(crate) fn tenant(&self, slot: usize) -> GivenTenant<'_> {
        match slot.checked_sub(1).and_then(|slot| self.tenants.others.get(slot)) {
            Some(of) => GivenTenant {
                inbound_connectors: of.inbound_connectors.as_ref(),
                accepted_domains: of.accepted_domains.as_ref(),
                of,
            },
            None => GivenTenant {
                inbound_connectors: self.inbound_connectors.as_ref(),
                accepted_domains: self.accepted_domains.as_ref(),
                of: &self.tenants.first,
            },
        }
    }

    pub(super) fn inbound_connectors_of(
        &mut self,
        slot: usize,
    ) -> &mut Option<Vec<Located<InboundConnector>>> {
        match slot {
            0 => &mut self.inbound_connectors,
            slot => &mut self.tenants.tenant_mut(slot).inbound_connectors,
        }
    }

    pub(super) fn accepted_domains_of(
        &mut self,
        slot: usize,
    ) -> &mut Option<Located<AcceptedDomains>> {
        match slot {
            0 => &mut self.accepted_domains,
            slot => &mut self.tenants.tenant_mut(slot).accepted_domains,
        }
    }

    /// The tenant that a sender belongs to, as Exchange Online goes about it: the one whose connector
    /// matches the certificate, else whose domains hold that of the sender, else that of the
    /// certificate, else the one that lists the address; the first one where nothing says so.
    pub(crate) fn tenant_of(
        &self,
        presented: &ShownCertificate,
        address: Option<IpAddr>,
        mail_from: &MailFrom,
    ) -> usize {
        let fit = |slot: &usize| {
            let tenant = self.tenant(*slot);
            let found = tenant.attribution(presented, address, mail_from);
            let is_listed = matches_address(&found);
            (
                matches_certificate(&found),
                tenant.accepts_sender(mail_from),
                tenant.accepts_name_of(presented),
                is_listed,
            )
        };
        let slots = (0..self.tenant_count()).rev();
        slots.max_by_key(fit).unwrap_or_default()
    }
}

impl GivenTenant<'_> {
    fn attribution(
        &self,
        presented: &ShownCertificate,
        address: Option<IpAddr>,
        mail_from: &MailFrom,
    ) -> Attribution {
        let connectors: Option<Vec<InboundConnector>> = self
            .inbound_connectors
            .map(|all| all.iter().map(|located| located.object.clone()).collect());
        attribute(&AttributionRequest {
            certificate: presented,
            address,
            mail_from,
            connectors: connectors.as_deref(),
            accepted_domains: self.accepted_domains.map(|located| &located.object),
        })
    }

    /// Whether one of its connectors that may grant relay matches the certificate or the address of a
    /// sender.
    pub fn takes(&self, presented: &ShownCertificate, address: Option<IpAddr>) -> bool {
        let found = self.attribution(presented, address, &MailFrom::Unknown);
        matches_certificate(&found) || matches_address(&found)
    }

    /// Whether the domain of a sender is one of its accepted domains.
    pub fn accepts_sender(&self, mail_from: &MailFrom) -> bool {
        let (Some(located), MailFrom::Domain(domain)) = (self.accepted_domains, mail_from) else {
            return false;
        };
        matches!(located.object.cover_domain(domain), Coverage::Covered(_))
    }

    fn accepts_name_of(&self, presented: &ShownCertificate) -> bool {
        let (Some(located), ShownCertificate::Names(names)) = (self.accepted_domains, presented)
        else {
            return false;
        };
        names.names.iter().any(|name| located.object.lies_near(&name.text))
    }

    /// The tenant in words: its name, that of its OrganizationId, its first accepted domain.
    pub fn text(&self) -> String {
        let of_organization = || {
            let text = self.of.organization.as_deref()?;
            let text = text.rsplit_once("hosted organizations/").map_or(text, |(_, name)| name);
            Some(text.split(" - ").next().unwrap_or(text).to_owned())
        };
        let of_domains = || {
            let first = self.accepted_domains?.object.domains.first()?;
            Some(format!("the tenant of {}", first.domain_name))
        };
        let of_export =
            || Some(format!("the tenant of {}", self.inbound_connectors?.first()?.path));
        let name = self.of.name.clone().or_else(of_organization);
        let name = name.map(|name| format!("the tenant {name}"));
        name.or_else(of_domains).or_else(of_export).unwrap_or_else(|| "a tenant".to_owned())
    }
}

fn matches_certificate(found: &Attribution) -> bool {
    let mut eligible = found.connectors.iter().filter(|one| one.may_be_eligible());
    eligible.any(|one| matches!(one.name_match.relation, ConnectorNameMatch::Match(_)))
}

fn matches_address(found: &Attribution) -> bool {
    let mut eligible = found.connectors.iter().filter(|one| one.may_be_eligible());
    eligible.any(|one| matches!(one.address, AddressMatch::Listed(_)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::ExchangeObjects;
    use crate::timestamp::Timestamp;

    fn read(text: &str) -> ExchangeObjects {
        ExchangeObjects::from_bytes("export.json", text.as_bytes()).unwrap()
    }

    fn connector(name: &str, organization: &str) -> String {
        format!(
            r#"{{"Name": "{name}", "ConnectorType": "OnPremises", "TlsSenderCertificateName": null,
                "SenderIPAddresses": [], "OrganizationId": "{organization}"}}"#
        )
    }

    fn domain(name: &str, organization: &str) -> String {
        format!(
            r#"{{"Name": "{name}", "DomainName": "{name}", "DomainType": "Authoritative",
                "OrganizationId": "{organization}"}}"#
        )
    }

    fn evidence_of(connectors: &[String], domains: &[String]) -> Evidence {
        let mut evidence = Evidence::new(Timestamp::parse("2026-11-20").unwrap());
        for export in connectors {
            evidence.add_inbound_connectors(&read(export));
        }
        for export in domains {
            evidence.add_accepted_domains(&read(export));
        }
        evidence
    }

    /// Of each tenant its connectors and domains.
    fn tenants(evidence: &Evidence) -> Vec<String> {
        let slots = (0..evidence.tenant_count()).map(|slot| evidence.tenant(slot));
        slots
            .map(|tenant| {
                let connectors = tenant.inbound_connectors.into_iter().flatten();
                let domains = tenant.accepted_domains.iter().flat_map(|one| &one.object.domains);
                let names = connectors.map(|one| one.object.name.clone());
                names
                    .chain(domains.map(|one| one.domain_name.clone()))
                    .collect::<Vec<_>>()
                    .join(" ")
            })
            .collect()
    }

    #[test]
    fn exports_of_two_tenants_are_never_poured_together() {
        let list = |objects: &[String]| format!("[{}]", objects.join(","));
        let exports = |organization: [&str; 2]| {
            let connectors = [connector("A", organization[0]), connector("B", organization[1])];
            let domains = [domain("a.com", organization[0]), domain("b.com", organization[1])];
            (connectors, domains)
        };
        let (connectors, domains) = exports(["", ""]);
        assert_eq!(tenants(&evidence_of(&connectors, &domains)), ["A a.com", "B b.com"]);
        assert_eq!(tenants(&evidence_of(&connectors[..1], &[list(&domains)])), ["A a.com b.com"]);
        // OrganizationId wins over the order and over the file.
        let hosted = |name: &str| format!("x/Microsoft Exchange Hosted Organizations/{name} - y");
        let (one, other) = (hosted("contoso.onmicrosoft.com"), hosted("fabrikam.onmicrosoft.com"));
        let (connectors, domains) = exports([&one, &other]);
        let turned = [domains[1].clone(), domains[0].clone()];
        assert_eq!(tenants(&evidence_of(&connectors, &turned)), ["A a.com", "B b.com"]);
        let evidence = evidence_of(&[list(&connectors)], &[list(&turned)]);
        assert_eq!(tenants(&evidence), ["A a.com", "B b.com"]);
        assert_eq!(evidence.tenant(1).text(), "the tenant fabrikam.onmicrosoft.com");
        // What does not say joins what lacks it.
        let evidence = evidence_of(&connectors[..1], &[domain("a.com", "")]);
        assert_eq!(tenants(&evidence), ["A a.com"]);
    }

    #[test]
    fn the_tenant_that_the_user_names_takes_all_that_follows() {
        let mut evidence = Evidence::new(Timestamp::parse("2026-11-20").unwrap());
        for (name, connector_name, domain_name) in
            [("Contoso", "A", "a.com"), ("Fabrikam", "B", "b.com"), ("CONTOSO", "C", "c.com")]
        {
            evidence.begin_tenant(name);
            evidence.add_inbound_connectors(&read(&connector(connector_name, "")));
            evidence.add_accepted_domain(domain_name, "--accepted-domain");
        }
        assert_eq!(tenants(&evidence), ["A C a.com c.com", "B b.com"]);
        assert_eq!(evidence.tenant(1).text(), "the tenant Fabrikam");
    }

    #[test]
    fn domains_on_premises_stand_beside_those_of_the_tenant() {
        let local = r#"{"Name": "a.local", "DomainName": "a.local", "DomainType": "Authoritative",
            "DistinguishedName": "CN=a.local,CN=Microsoft Exchange,DC=contoso,DC=com"}"#;
        let cloud = r#"{"Name": "a.com", "DomainName": "a.com", "DomainType": "Authoritative",
            "DistinguishedName": "CN=a.com,OU=Microsoft Exchange Hosted Organizations,DC=outlook,DC=com"}"#;
        let evidence = evidence_of(&[], &[local.to_owned(), cloud.to_owned()]);
        assert_eq!(tenants(&evidence), ["a.local a.com"]);
        let second = local.replace("a.local", "b.local");
        let evidence = evidence_of(&[], &[local.to_owned(), cloud.to_owned(), second]);
        assert_eq!(tenants(&evidence), ["a.local a.com b.local"]);
    }

    /// What was given before any tenant was named is a tenant of its own, be it one kind alone.
    #[test]
    fn a_tenant_that_is_named_later_takes_nothing_that_was_given_before() {
        for is_domain in [false, true] {
            let mut evidence = Evidence::new(Timestamp::parse("2026-11-20").unwrap());
            if is_domain {
                evidence.add_accepted_domain("a.com", "--accepted-domain");
            } else {
                evidence.add_inbound_connectors(&read(&connector("A", "")));
            }
            evidence.begin_tenant("Fabrikam");
            evidence.add_inbound_connectors(&read(&connector("B", "")));
            evidence.add_accepted_domain("b.com", "--accepted-domain");
            let first = if is_domain { "a.com" } else { "A" };
            assert_eq!(tenants(&evidence), [first, "B b.com"]);
        }
    }

    #[test]
    fn a_sender_belongs_to_the_tenant_by_certificate_then_domain_then_name_then_address() {
        let inbound = |name: &str, value: &str, address: &str| {
            format!(
                r#"{{"Name": "{name}", "ConnectorType": "OnPremises", "Enabled": true,
                    "TlsSenderCertificateName": "{value}", "SenderIPAddresses": ["{address}"]}}"#
            )
        };
        let mut evidence = Evidence::new(Timestamp::parse("2026-11-20").unwrap());
        for (tenant, value, address, domain) in [
            ("A", "relay.adatum.com", "192.0.2.1", "adatum.com"),
            ("B", "relay.contoso.com", "192.0.2.2", "contoso.com"),
            ("C", "relay.fabrikam.com", "192.0.2.3", "fabrikam.com"),
        ] {
            evidence.begin_tenant(tenant);
            evidence.add_inbound_connectors(&read(&inbound(tenant, value, address)));
            evidence.add_accepted_domain(domain, "--accepted-domain");
        }
        let of = |name: &str, address: &str, sender: &str| {
            let names = crate::connector::CertificateNames::new([""; 0], [name], true);
            let shown = ShownCertificate::Names(names);
            evidence.tenant_of(&shown, address.parse().ok(), &sender.parse().unwrap())
        };
        for (name, address, sender, expected) in [
            ("relay.contoso.com", "192.0.2.3", "<a@fabrikam.com>", 1),
            ("mail.contoso.com", "192.0.2.2", "<a@fabrikam.com>", 2),
            ("mail.contoso.com", "192.0.2.3", "<>", 1),
            ("mail.wingtip.com", "192.0.2.2", "<>", 1),
            ("mail.wingtip.com", "192.0.2.3", "<a@wingtip.com>", 2),
            ("mail.wingtip.com", "192.0.2.9", "<>", 0),
        ] {
            assert_eq!(of(name, address, sender), expected, "{name} {address} {sender}");
        }
    }
}
