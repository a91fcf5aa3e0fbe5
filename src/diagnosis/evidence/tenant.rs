//! What is kept of each tenant.

use super::located::Located;
use crate::connector::{AcceptedDomains, InboundConnector};

/// A tenant beside the first one, whose connectors and domains are those of the evidence itself.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tenant {
    /// What the user calls it.
    pub(super) name: Option<String>,
    /// OrganizationId of its objects, in lower case.
    pub(super) organization: Option<String>,
    pub(super) inbound_connectors: Option<Vec<Located<InboundConnector>>>,
    pub(super) accepted_domains: Option<Located<AcceptedDomains>>,
}

/// How the tenants are told from each other while exports come in.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tenants {
    pub(super) first: Tenant,
    pub(super) others: Vec<Tenant>,
    /// The tenant to which the exports that follow belong, where the user says so.
    pub(super) current: Option<usize>,
}

/// What an export adds to a tenant.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    InboundConnectors,
    AcceptedDomains,
}

impl Tenants {
    pub(super) fn push(&mut self) -> usize {
        self.others.push(Tenant::default());
        self.others.len()
    }

    pub(super) fn tenant_mut(&mut self, slot: usize) -> &mut Tenant {
        match slot.checked_sub(1).and_then(|slot| self.others.get_mut(slot)) {
            Some(tenant) => tenant,
            None => &mut self.first,
        }
    }

    /// Which tenant an accepted domain of the command line belongs to: the last one.
    pub(super) fn last(&self) -> usize {
        self.current.unwrap_or(self.others.len())
    }
}
