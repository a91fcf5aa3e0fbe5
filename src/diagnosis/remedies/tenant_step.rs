//! Commands, checks and ways back of changes of the tenant.

use super::change::Change;
use crate::diagnosis::literal::{literal, literals};
use crate::finding::{Place, Step};

const ACCEPTED: &str = "after up to an hour Test-EopRelayConnection (eop-relay probe), which submits nothing, accepts \
     a recipient outside Microsoft 365";

/// The step that makes a change of the tenant.
pub(super) fn step(change: &Change, action: String) -> Step {
    let set = |connector: &str, property: &str, value: &str| {
        let identity = literal(Some(connector), "inbound connector");
        format!("Set-InboundConnector -Identity {identity} -{property} {value}")
    };
    let shown = |connector: &str, property: &str| {
        let identity = literal(Some(connector), "inbound connector");
        format!("Get-InboundConnector -Identity {identity} | Format-List {property}; {ACCEPTED}")
    };
    let values = |values: &[String]| match values {
        [] => "$null".to_owned(),
        values => literals(values.iter().map(String::as_str)),
    };
    let tenant = |action: String| Step::new(Place::ExchangeOnline, action);
    match change {
        Change::SenderName { connector, value, before } => {
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
        Change::Addresses { connector, addresses, before } => {
            const ADDRESSES: &str = "SenderIPAddresses";
            tenant(action)
                .command(set(connector, ADDRESSES, &values(addresses)))
                .verify(shown(connector, ADDRESSES))
                .undo(set(connector, ADDRESSES, &values(before)))
        }
        Change::AssociatedDomains { connector, domains, before } => {
            const DOMAINS: &str = "AssociatedAcceptedDomains";
            tenant(action)
                .command(set(connector, DOMAINS, &values(domains)))
                .verify("after up to an hour the same mail is accepted")
                .undo(set(connector, DOMAINS, &values(before)))
        }
        Change::Enable { connector } => tenant(action)
            .command(set(connector, "Enabled", "$true"))
            .verify(ACCEPTED)
            .undo(set(connector, "Enabled", "$false")),
        Change::NewConnector { connector, value } => {
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
        Change::RemoveConnector { connector } => {
            let name = literal(Some(connector), "inbound connector");
            tenant(action)
                .command(format!("Remove-InboundConnector -Identity {name}"))
                .verify("mail is accepted as before")
                .undo("New-InboundConnector, with the values of the step that made it")
        }
        // That the domain was absent before is not known, so that taking it away is no way back.
        Change::AcceptedDomain { domain } => {
            let name = literal(Some(domain), "domain");
            Step::new(Place::AdminCenter, action)
                .command(format!("New-MgDomain -Id {name}"))
                .verify(format!("in Exchange Online: Get-AcceptedDomain -Identity {name}"))
        }
        _ => tenant(action),
    }
}
