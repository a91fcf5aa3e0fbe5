//! Changes of the tenant: each is applied to a model of it before its command is printed, and command,
//! check and way back are written from it in one place.

use crate::connector::{
    AcceptedDomain, AcceptedDomains, ConnectorType, InboundConnector, TextList,
};
use crate::diagnosis::literal::{literal, literals};
use crate::finding::{Place, Step};

/// What a step changes in the tenant.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Change {
    /// TlsSenderCertificateName of an inbound connector.
    SenderName { connector: String, value: String, before: Option<String> },
    /// The complete SenderIPAddresses.
    Addresses { connector: String, addresses: Vec<String>, before: Vec<String> },
    /// The complete AssociatedAcceptedDomains.
    AssociatedDomains { connector: String, domains: Vec<String>, before: Vec<String> },
    /// Enabled $true.
    Enable { connector: String },
    /// One of type OnPremises, for the name of a certificate.
    NewConnector { connector: String, value: Option<String> },
    /// A domain that is added and verified.
    AcceptedDomain { domain: String },
}

/// What of a tenant decides attribution.
#[derive(Clone, Debug)]
pub(crate) struct Tenant {
    pub connectors: Vec<InboundConnector>,
    pub accepted: AcceptedDomains,
}

const ACCEPTED: &str =
    "after up to an hour a message to a recipient outside Microsoft 365 is accepted";

impl Change {
    /// The tenant as it is afterwards.
    pub fn apply(&self, tenant: &mut Tenant) {
        let connector = |tenant: &mut Tenant, name: &str, set: &dyn Fn(&mut InboundConnector)| {
            tenant.connectors.iter_mut().filter(|one| one.name == name).for_each(set);
        };
        let list = |values: &[String]| Some(TextList::complete(values.iter().map(String::as_str)));
        match self {
            Self::SenderName { connector: name, value, .. } => connector(tenant, name, &|one| {
                one.tls_sender_certificate_name = Some(value.clone());
                one.knows_certificate_name = true;
            }),
            Self::Addresses { connector: name, addresses, .. } => {
                connector(tenant, name, &|one| one.sender_ip_addresses = list(addresses));
            }
            Self::AssociatedDomains { connector: name, domains, .. } => {
                connector(tenant, name, &|one| one.associated_accepted_domains = list(domains));
            }
            Self::Enable { connector: name } => {
                connector(tenant, name, &|one| one.enabled = Some(true));
            }
            Self::NewConnector { connector: name, value } => {
                tenant.connectors.push(InboundConnector {
                    name: name.clone(),
                    enabled: Some(true),
                    connector_type: Some(ConnectorType::OnPremises),
                    tls_sender_certificate_name: value.clone(),
                    knows_certificate_name: true,
                    sender_ip_addresses: list(&[]),
                    associated_accepted_domains: list(&[]),
                    ..InboundConnector::default()
                });
            }
            Self::AcceptedDomain { domain } => {
                tenant.accepted.domains.push(AcceptedDomain::named(domain));
            }
        }
    }

    /// The step that makes it.
    pub fn step(&self, action: impl Into<String>) -> Step {
        let set = |connector: &str, property: &str, value: &str| {
            let identity = literal(Some(connector), "inbound connector");
            format!("Set-InboundConnector -Identity {identity} -{property} {value}")
        };
        let shown = |connector: &str, property: &str| {
            let identity = literal(Some(connector), "inbound connector");
            format!(
                "Get-InboundConnector -Identity {identity} | Format-List {property}; {ACCEPTED}"
            )
        };
        let values = |values: &[String]| match values {
            [] => "$null".to_owned(),
            values => literals(values.iter().map(String::as_str)),
        };
        let tenant = |action: String| Step::new(Place::ExchangeOnline, action);
        let action = action.into();
        match self {
            Self::SenderName { connector, value, before } => {
                const NAME: &str = "TlsSenderCertificateName";
                let former = match before {
                    Some(before) => literal(Some(before), "present value"),
                    None => "$null".to_owned(),
                };
                tenant(action)
                    .command(set(connector, NAME, &literal(Some(value), "name")))
                    .verify(shown(connector, NAME))
                    .undo(set(connector, NAME, &former))
            }
            Self::Addresses { connector, addresses, before } => {
                const ADDRESSES: &str = "SenderIPAddresses";
                tenant(action)
                    .command(set(connector, ADDRESSES, &values(addresses)))
                    .verify(shown(connector, ADDRESSES))
                    .undo(set(connector, ADDRESSES, &values(before)))
            }
            Self::AssociatedDomains { connector, domains, before } => {
                const DOMAINS: &str = "AssociatedAcceptedDomains";
                tenant(action)
                    .command(set(connector, DOMAINS, &values(domains)))
                    .verify("after up to an hour the same mail is accepted")
                    .undo(set(connector, DOMAINS, &values(before)))
            }
            Self::Enable { connector } => tenant(action)
                .command(set(connector, "Enabled", "$true"))
                .verify(ACCEPTED)
                .undo(set(connector, "Enabled", "$false")),
            Self::NewConnector { connector, value } => {
                let name = literal(Some(connector), "name");
                tenant(action)
                    .command(format!(
                        "New-InboundConnector -Name {name} -ConnectorType OnPremises \
                         -SenderDomains '*' -RequireTls $true -TlsSenderCertificateName {}",
                        literal(value.as_deref(), "name of the certificate")
                    ))
                    .verify(ACCEPTED)
                    .undo(format!("Remove-InboundConnector -Identity {name}"))
            }
            // That the domain was absent before is not known, so that taking it away is no way back.
            Self::AcceptedDomain { domain } => {
                let name = literal(Some(domain), "domain");
                Step::new(Place::AdminCenter, action)
                    .command(format!("New-MgDomain -Id {name}"))
                    .verify(format!("in Exchange Online: Get-AcceptedDomain -Identity {name}"))
            }
        }
    }
}
