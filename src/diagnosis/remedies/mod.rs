//! Remedies with literal values: the smallest change, where it is made, how to see that it worked,
//! and how to take it back.

pub(crate) mod per_server;
pub(crate) mod replacement;

use crate::connector::SenderRange;
use crate::diagnosis::case::Case;
use crate::diagnosis::literal::{literal, literals};
use crate::diagnosis::report::Remedy;
use crate::reply::{RejectionClass, Side};

pub(crate) use replacement::{replacement, select_certificate};

pub(crate) const MANAGEMENT_SHELL: &str = "Exchange Management Shell, on-premises";
pub(crate) const EXCHANGE_ONLINE: &str = "Exchange Online PowerShell (Connect-ExchangeOnline)";
pub(crate) const ELEVATED: &str = "elevated Windows PowerShell on the sending server";
pub(crate) const ADMIN_CENTER: &str = "Microsoft 365 admin center";

impl Remedy {
    pub(crate) fn new(side: Side, r#where: &str, action: impl Into<String>) -> Self {
        Self {
            action: action.into(),
            command: None,
            side,
            r#where: r#where.to_owned(),
            verify: None,
            undo: None,
        }
    }

    pub(crate) fn server(r#where: &str, action: impl Into<String>) -> Self {
        Self::new(Side::OnPremisesServer, r#where, action)
    }

    pub(crate) fn tenant(action: impl Into<String>) -> Self {
        Self::new(Side::ExchangeOnlineTenant, EXCHANGE_ONLINE, action)
    }

    pub(crate) fn command(self, command: impl Into<String>) -> Self {
        Self { command: Some(command.into()), ..self }
    }

    pub(crate) fn verify(self, verify: impl Into<String>) -> Self {
        Self { verify: Some(verify.into()), ..self }
    }

    pub(crate) fn undo(self, undo: impl Into<String>) -> Self {
        Self { undo: Some(undo.into()), ..self }
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
    let Some(entry) = class.entry() else { return Vec::new() };
    let side = entry.side.first().copied().unwrap_or(Side::OnPremisesServer);
    entry.remedy.iter().map(|template| of_template(case, template, side)).collect()
}

/// A step of the catalogue of TLS errors or replies, with the values of the case.
pub(crate) fn of_template(
    case: &Case<'_>,
    template: &crate::reply::RemedyTemplate,
    side: Side,
) -> Remedy {
    let host = case.incident.and_then(|incident| incident.remote_host.as_deref());
    let fill = |text: &str| {
        let mut text = text.to_owned();
        for (placeholder, value) in [
            ("<send connector>", send_connector(case)),
            ("<server>", server(case)),
            ("<thumbprint>", thumbprint(case)),
            ("<host>", literal(host, "host")),
        ] {
            text = text.replace(placeholder, &value);
        }
        text
    };
    Remedy {
        action: template.action.to_owned(),
        command: template.command.map(fill),
        side: side_of(template.r#where, side),
        r#where: template.r#where.to_owned(),
        verify: template.verify.map(fill),
        undo: template.undo.map(fill),
    }
}

/// Where a step is done tells whose step it is.
fn side_of(place: &str, otherwise: Side) -> Side {
    if place.contains("on-premises")
        || place.contains("Windows PowerShell")
        || place.contains("Wizard")
    {
        Side::OnPremisesServer
    } else if place.contains("recipient") {
        Side::RecipientOrganisation
    } else if place.contains("Exchange Online") || place.contains("Microsoft 365") {
        Side::ExchangeOnlineTenant
    } else if place.contains("firewall") {
        Side::Network
    } else {
        otherwise
    }
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
        "Hybrid Configuration Wizard",
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
        Side::ExchangeOnlineTenant,
        ADMIN_CENTER,
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
