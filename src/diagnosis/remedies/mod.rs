//! Remedies with literal values: the smallest change, where it is made, how to see that it worked,
//! and how to take it back.

pub(crate) mod per_server;
pub(crate) mod replacement;

use crate::connector::SenderRange;
use crate::diagnosis::case::Case;
use crate::diagnosis::literal::{literal, literals};
use crate::diagnosis::report::Remedy;
use crate::finding::{Place, Placeholder, StepTemplate, Values};
use crate::reply::RejectionClass;

pub(crate) use replacement::{replacement, select_certificate};

pub(crate) const MANAGEMENT_SHELL: Place = Place::ManagementShell;
pub(crate) const ELEVATED: Place = Place::ElevatedOnServer;

impl Remedy {
    pub(crate) fn server(place: Place, action: impl Into<String>) -> Self {
        Self::new(place, action)
    }

    pub(crate) fn tenant(action: impl Into<String>) -> Self {
        Self::new(Place::ExchangeOnline, action)
    }
}

/// Literals for the server, the send connector and the thumbprint of a case.
pub(crate) fn server(case: &Case<'_>) -> String {
    literal(case.server(), "server")
}

pub(crate) fn send_connector(case: &Case<'_>) -> String {
    literal(case.send_connector_name(), "send connector")
}

pub(crate) fn thumbprint(case: &Case<'_>) -> String {
    literal(case.plain_thumbprint().as_deref(), "thumbprint")
}

/// What the catalogue of replies advises, with the values of the case.
pub(crate) fn of_catalogue(case: &Case<'_>, class: RejectionClass) -> Vec<Remedy> {
    let templates = class.entry().map_or(&[][..], |entry| entry.remedy);
    templates.iter().map(|template| of_template(case, template)).collect()
}

/// A step of the catalogue of TLS errors or replies, with the values of the case.
pub(crate) fn of_template(case: &Case<'_>, template: &StepTemplate) -> Remedy {
    let host = case.incident.and_then(|incident| incident.remote_host.as_deref());
    let values = Values::default()
        .with(Placeholder::SendConnector, case.send_connector_name())
        .with(Placeholder::Server, case.server())
        .with(Placeholder::Thumbprint, case.plain_thumbprint().as_deref())
        .with(Placeholder::Host, host);
    template.fill(&values)
}

pub(crate) fn enable_for_smtp(case: &Case<'_>) -> Remedy {
    let (server, thumbprint) = (server(case), thumbprint(case));
    Remedy::server(
        MANAGEMENT_SHELL,
        "Enable the certificate for SMTP, and for SMTP alone. Answer No when asked to overwrite \
         the default SMTP certificate: Yes replaces the internal transport certificate and can \
         break EdgeSync.",
    )
    .command(format!(
        "Enable-ExchangeCertificate -Server {server} -Thumbprint {thumbprint} -Services SMTP"
    ))
    .verify(format!(
        "Get-ExchangeCertificate -Server {server} -Thumbprint {thumbprint} | Format-List \
         Services,Status: Services holds SMTP, and the next session in the send log succeeds"
    ))
    .undo(
        "services are only ever added to a certificate: note Services before; to give SMTP to \
         another certificate again, enable that one",
    )
}

pub(crate) fn check_private_key(case: &Case<'_>) -> Remedy {
    Remedy::server(
        ELEVATED,
        "See that the certificate has its private key, and that NETWORK SERVICE (S-1-5-20), under \
         which transport runs, may read it: certlm.msc, Personal, the certificate, All Tasks, \
         Manage Private Keys.",
    )
    .command(format!("certutil -store My {}", thumbprint(case)))
    .verify("certutil names a key container, and its test of the key passes")
    .undo("take the permission of NETWORK SERVICE away again in the same dialog")
}

pub(crate) fn import_with_key(case: &Case<'_>) -> Remedy {
    Remedy::server(
        MANAGEMENT_SHELL,
        "Import the certificate again, from a PFX file that holds its private key.",
    )
    .command(format!(
        "Import-ExchangeCertificate -Server {} -FileData ([IO.File]::ReadAllBytes(<path of the \
         .pfx>)) -Password (Read-Host -AsSecureString)",
        server(case)
    ))
    .verify(format!(
        "Get-ExchangeCertificate -Server {} -Thumbprint {} | Format-List HasPrivateKey: True",
        server(case),
        thumbprint(case)
    ))
    .undo("Remove-ExchangeCertificate, for the certificate that was imported")
}

/// The hybrid wizard, which updates both ends.
pub(crate) fn rerun_wizard() -> Remedy {
    Remedy::server(
        Place::Wizard,
        "Hybrid organisations, in place of changes by hand, which the wizard undoes: run it again \
         and choose the new certificate on the transport certificate page (Update Secure Mail \
         Certificate for Connectors).",
    )
    .verify("TlsSenderCertificateName of the inbound connector names the certificate of the log")
    .undo("the wizard's log holds the former values of the connectors")
}

pub(crate) fn restart_transport() -> Remedy {
    Remedy::server(
        ELEVATED,
        "Last, and only if the change does not take effect by itself: restart transport. This \
         interrupts the mail flow of the server.",
    )
    .command("Restart-Service MSExchangeTransport")
    .verify("the next session in the send log succeeds, and the queue drains")
}

pub(crate) fn export_inbound_connectors() -> Remedy {
    Remedy::tenant(
        "Export the inbound connectors, and give them with --inbound-connector (PowerShell: \
         -InboundConnector).",
    )
    .command("Get-InboundConnector | Export-Clixml inbound.xml")
    .verify("the report names the connector")
}

pub(crate) fn export_accepted_domains() -> Remedy {
    Remedy::tenant(
        "Export the accepted domains of Exchange Online, not those of the on-premises \
         organisation, and give them with --accepted-domain (PowerShell: -AcceptedDomain).",
    )
    .command("Get-AcceptedDomain | Export-Clixml accepted.xml")
    .verify("the report judges the accepted domains")
}

pub(crate) fn turn_on_logging(case: &Case<'_>) -> Remedy {
    let connector = send_connector(case);
    Remedy::server(
        MANAGEMENT_SHELL,
        "Turn protocol logging on, send a message to a recipient outside Microsoft 365, and check \
         again. It is off by default; a connector with FrontendProxyEnabled logs its TLS half \
         under Get-FrontendTransportService.",
    )
    .command(format!("Set-SendConnector {connector} -ProtocolLoggingLevel Verbose"))
    .verify(
        "a new file appears in the folder that Get-TransportService names as SendProtocolLogPath",
    )
    .undo(format!("Set-SendConnector {connector} -ProtocolLoggingLevel None"))
}

/// Sets what the inbound connector expects.
pub(crate) fn set_sender_name(
    connector: &str,
    value: &str,
    present: Option<&str>,
    action: String,
) -> Remedy {
    let identity = literal(Some(connector), "inbound connector");
    let undo = match present {
        Some(present) => literal(Some(present), "present value"),
        None => "$null".to_owned(),
    };
    Remedy::tenant(action)
        .command(format!(
            "Set-InboundConnector -Identity {identity} -TlsSenderCertificateName {}",
            literal(Some(value), "name")
        ))
        .verify(format!(
            "Get-InboundConnector -Identity {identity} | Format-List TlsSenderCertificateName; \
             after up to an hour a message to a recipient outside Microsoft 365 is accepted"
        ))
        .undo(format!("Set-InboundConnector -Identity {identity} -TlsSenderCertificateName {undo}"))
}

pub(crate) fn set_addresses(connector: &str, present: &[String], address: &str) -> Remedy {
    let identity = literal(Some(connector), "inbound connector");
    // What takes no part is refused by the command too.
    let is_taken = |entry: &&str| SenderRange::parse(entry).is_ok();
    let kept = present.iter().map(String::as_str).filter(is_taken);
    let complete = kept.chain(std::iter::once(address));
    Remedy::tenant(
        "Add the public address to the connector. The command replaces the list, so it holds all \
         of it. Every host behind these addresses may then relay; null senders (NDRs, automatic \
         replies) and forwarded mail stay refused.",
    )
    .command(format!(
        "Set-InboundConnector -Identity {identity} -SenderIPAddresses {}",
        literals(complete)
    ))
    .verify(format!(
        "Get-InboundConnector -Identity {identity} | Format-List SenderIPAddresses; after up to an \
         hour a message to a recipient outside Microsoft 365 is accepted"
    ))
    .undo(if present.is_empty() {
        format!("Set-InboundConnector -Identity {identity} -SenderIPAddresses $null")
    } else {
        format!(
            "Set-InboundConnector -Identity {identity} -SenderIPAddresses {}",
            literals(present.iter().map(String::as_str))
        )
    })
}

pub(crate) fn add_accepted_domain(domain: &str) -> Remedy {
    Remedy::new(
        Place::AdminCenter,
        format!("Add {domain} to the tenant and verify it (Settings, Domains)."),
    )
    .command(format!("New-MgDomain -Id {}", literal(Some(domain), "domain")))
    .verify(format!(
        "in Exchange Online: Get-AcceptedDomain -Identity {}",
        literal(Some(domain), "domain")
    ))
    .undo(format!("Remove-MgDomain -DomainId {}", literal(Some(domain), "domain")))
}

/// A connector of type OnPremises for the certificate of the case.
pub(crate) fn new_connector(case: &Case<'_>) -> Remedy {
    let names = case.names();
    let name = names.first().copied();
    let connector = match name {
        Some(name) => format!("Inbound from {}", name.trim_start_matches("*.")),
        None => "Inbound from on-premises".to_owned(),
    };
    let connector = literal(Some(&connector), "name");
    Remedy::tenant(
        "Make an inbound connector of type OnPremises for the certificate (in hybrid organisations \
         the Hybrid Configuration Wizard makes it). The name must lie in an accepted domain.",
    )
    .command(format!(
        "New-InboundConnector -Name {connector} -ConnectorType OnPremises -SenderDomains '*' \
         -RequireTls $true -TlsSenderCertificateName {}",
        literal(name, "name of the certificate")
    ))
    .verify("after up to an hour a message to a recipient outside Microsoft 365 is accepted")
    .undo(format!("Remove-InboundConnector -Identity {connector}"))
}

/// A connector for the certificate of the case: by command, or by the hybrid wizard.
pub(crate) fn make_connector(case: &Case<'_>) -> Vec<Remedy> {
    vec![new_connector(case), rerun_wizard()]
}
