//! Exports of Exchange as evidence: connectors, accepted domains, installed certificates.

use std::collections::{BTreeSet, HashMap};

use super::tenant::Part;
use super::{Evidence, Located};
use crate::connector::{AcceptedDomain, AcceptedDomains, DomainOrigin, ExchangeCertificate};
use crate::evidence::ExchangeObjects;

impl Evidence {
    /// Adds the inbound connectors of an export.
    pub fn add_inbound_connectors(&mut self, objects: &ExchangeObjects) {
        if !self.has_wanted(objects.inbound_connectors.len(), objects) {
            self.unread_connectors = true;
            return;
        }
        if objects.inbound_connectors.is_empty() {
            let tenant = self.tenant_of_export(None, Part::InboundConnectors);
            self.inbound_connectors_of(tenant).get_or_insert_default();
        }
        let mut of_export = SlotsOfExport::default();
        for found in &objects.inbound_connectors {
            let organization = found.object.organization_id.as_deref();
            let tenant = of_export.slot(self, organization, Part::InboundConnectors);
            self.inbound_connectors_of(tenant)
                .get_or_insert_default()
                .push(Located::of(found, objects));
        }
        self.add_problems(objects);
    }

    /// Adds the accepted domains of an export; their names alone, as texts, do as well.
    pub fn add_accepted_domains(&mut self, objects: &ExchangeObjects) {
        let objects = &objects.with_domains_of_texts();
        if !self.has_wanted(objects.accepted_domains.len(), objects) {
            self.unread_domains = true;
            return;
        }
        let empty = |line: u64| Located {
            object: AcceptedDomains::default(),
            path: objects.source_name.clone(),
            line,
        };
        let mut slots: BTreeSet<usize> = BTreeSet::new();
        let mut of_export = SlotsOfExport::default();
        for found in &objects.accepted_domains {
            let organization = found.object.organization_id.as_deref();
            let tenant = match &self.accepted_domains {
                // Those of the organisation on-premises stand beside those of its tenant.
                Some(known) if is_local(&found.object) != is_local_only(&known.object) => 0,
                _ => of_export.slot(self, organization, Part::AcceptedDomains),
            };
            let known = self.accepted_domains_of(tenant).get_or_insert_with(|| empty(found.line));
            known.object.domains.push(found.object.clone());
            slots.insert(tenant);
        }
        if slots.is_empty() {
            slots.insert(self.tenant_of_export(None, Part::AcceptedDomains));
        }
        for tenant in slots {
            let known = self.accepted_domains_of(tenant).get_or_insert_with(|| empty(0));
            known.object.is_incomplete |= objects.is_incomplete;
        }
        self.add_problems(objects);
    }

    /// Adds an accepted domain of which only the name is known, to the tenant that was given last.
    pub fn add_accepted_domain(&mut self, domain: &str, source_name: &str) {
        let tenant = self.tenants.last();
        let known = self.accepted_domains_of(tenant).get_or_insert_with(|| Located {
            object: AcceptedDomains::default(),
            path: source_name.to_owned(),
            line: 0,
        });
        known.object.domains.push(AcceptedDomain::named(domain));
    }

    /// Adds the send connectors of an export.
    pub fn add_send_connectors(&mut self, objects: &ExchangeObjects) {
        if !self.has_wanted(objects.send_connectors.len(), objects) {
            return;
        }
        let list = self.send_connectors.get_or_insert_default();
        list.extend(objects.send_connectors.iter().map(|found| Located::of(found, objects)));
        self.add_problems(objects);
    }

    /// Adds the receive connectors of an export.
    pub fn add_receive_connectors(&mut self, objects: &ExchangeObjects) {
        if !self.has_wanted(objects.receive_connectors.len(), objects) {
            return;
        }
        let list = self.receive_connectors.get_or_insert_default();
        list.extend(objects.receive_connectors.iter().map(|found| Located::of(found, objects)));
        self.add_problems(objects);
    }

    /// Adds the installed certificates of an export.
    pub fn add_installed(&mut self, objects: &ExchangeObjects) {
        if !self.has_wanted(objects.certificates.len(), objects) {
            return;
        }
        let list = self.installed.get_or_insert_default();
        let given = self.server.as_deref();
        let server = |one: &ExchangeCertificate| {
            let given = given.filter(|_| !one.knows_server).map(str::to_owned);
            given.or_else(|| one.server.clone())
        };
        list.extend(objects.certificates.iter().map(|found| Located {
            object: ExchangeCertificate { server: server(&found.object), ..found.object.clone() },
            path: objects.source_name.clone(),
            line: found.line,
        }));
        self.add_problems(objects);
    }

    fn add_problems(&mut self, objects: &ExchangeObjects) {
        self.damaged.extend(
            objects.problems.iter().map(|problem| {
                (problem.source_name.clone(), problem.line, problem.kind.to_string())
            }),
        );
    }
}

/// Which tenant the objects of one export belong to, by OrganizationId.
#[derive(Default)]
struct SlotsOfExport {
    slots: HashMap<Option<String>, usize>,
}

impl SlotsOfExport {
    fn slot(&mut self, evidence: &mut Evidence, organization: Option<&str>, part: Part) -> usize {
        let organization = organization.map(str::to_owned);
        if let Some(slot) = self.slots.get(&organization) {
            return *slot;
        }
        let slot = evidence.tenant_of_export(organization.as_deref(), part);
        self.slots.insert(organization, slot);
        slot
    }
}

fn is_local(domain: &AcceptedDomain) -> bool {
    domain.origin == DomainOrigin::OnPremises
}

fn is_local_only(domains: &AcceptedDomains) -> bool {
    domains.domains.iter().all(is_local)
}
