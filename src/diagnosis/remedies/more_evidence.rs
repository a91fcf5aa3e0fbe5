//! Steps that complete the evidence.

use super::{Change, ELEVATED, MANAGEMENT_SHELL, Remedy, send_connector, together};
use crate::diagnosis::case::Case;
use crate::diagnosis::literal::literal;
use crate::finding::InputOption;

pub(crate) fn export_inbound_connectors(case: &Case<'_>) -> Remedy {
    let with = case.option(InputOption::InboundConnectors);
    Remedy::tenant(format!("Export the inbound connectors, and give them with {with}."))
        .command("Get-InboundConnector | Export-Clixml inbound.xml")
        .verify("the report names the connector")
}

/// When the connectors were changed last: a change takes up to an hour.
pub(crate) fn see_changes() -> Remedy {
    Remedy::tenant(
        "See when the connector was changed last; if within the hour: wait, and send again.",
    )
    .command(
        "Get-InboundConnector | Format-List Name,Enabled,ConnectorType,TlsSenderCertificateName,\
         SenderIPAddresses,WhenChangedUTC",
    )
    .verify("the values are those of the export, and the change is older than an hour")
}

/// Which of two connectors that match equally well is needed. Disabling either is not proposed: whose
/// mail it carries the evidence does not show.
pub(crate) fn compare_connectors([one, other]: &[String; 2]) -> Remedy {
    Remedy::tenant(format!(
        "See in what {one} and {other} differ, and which of them this server's mail needs: \
         which of the two acts is not documented, so only one should expect the certificate."
    ))
    .command(
        [one, other]
            .map(|name| {
                let name = literal(Some(name), "inbound connector");
                format!(
                    "Get-InboundConnector -Identity {name} | Format-List Name,Enabled,\
                     TlsSenderCertificateName,SenderDomains,AssociatedAcceptedDomains,WhenChangedUTC"
                )
            })
            .join("\n"),
    )
    .verify("one connector expects the certificate, and the next session is delivered")
}

/// Whether an empty list of connectors is no failed command.
pub(crate) fn see_inbound_connectors() -> Remedy {
    Remedy::tenant("See that there is none: what was given is empty.")
        .command("Get-InboundConnector | Format-List Name,Enabled,ConnectorType")
        .verify("the command ends without an error, and shows no connector")
}

pub(crate) fn export_accepted_domains(case: &Case<'_>) -> Remedy {
    let with = case.option(InputOption::AcceptedDomains);
    Remedy::tenant(format!(
        "Export the accepted domains of Exchange Online, not those of the on-premises \
         organisation, and give them with {with}."
    ))
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

/// Lets send connectors of which it is known that they do not log do so.
pub(crate) fn turn_on_logging_of<'n>(connectors: impl Iterator<Item = &'n str>) -> Vec<Remedy> {
    let of_connector = |name: &str| {
        Remedy::of(
            Change::Log { connector: name.to_owned() },
            "Turn protocol logging on, send a message to a recipient outside Microsoft 365, and check \
             again. A connector with FrontendProxyEnabled logs its TLS half under \
             Get-FrontendTransportService.",
        )
    };
    together(connectors.map(of_connector).collect())
}

/// Says how to get the evidence on which the rules on chains rest.
pub(crate) fn give_chain(case: &Case<'_>) -> Remedy {
    let thumbprint = case.plain_thumbprint();
    let place = match &thumbprint {
        Some(thumbprint) => format!("'Cert:\\LocalMachine\\My\\{thumbprint}'"),
        None => "'Cert:\\LocalMachine\\My\\<thumbprint>'".to_owned(),
    };
    let certificate = case.option(InputOption::Certificate);
    let intermediates = case.option(InputOption::Intermediates);
    Remedy::server(
        ELEVATED,
        format!(
            "Export the sent certificate and the intermediates of this server, and check again with \
             {certificate} sent.cer and {intermediates} ca.p7b: only that says whether the complete \
             chain is sent."
        ),
    )
    .command(format!(
        "Export-Certificate -Cert {place} -FilePath sent.cer\n\
         Get-ChildItem 'Cert:\\LocalMachine\\CA' | Export-Certificate -FilePath ca.p7b -Type P7B"
    ))
    .verify("the report judges the chain")
}

/// Where the logs of the send connectors lie.
pub(crate) fn find_send_logs() -> Remedy {
    Remedy::new(
        MANAGEMENT_SHELL,
        "Give the send logs of the server: those of the hub, and of the front end where a connector \
         has FrontendProxyEnabled.",
    )
    .command(
        "Get-TransportService | Format-List Name,SendProtocolLogPath\n\
         Get-FrontendTransportService | Format-List Name,SendProtocolLogPath",
    )
    .verify("the report names sessions")
}

/// Which connector hands over to Exchange Online, and whether it logs.
pub(crate) fn find_eop_connector() -> Remedy {
    Remedy::new(
        MANAGEMENT_SHELL,
        "See which send connector hands over to Exchange Online, whether it logs, and on which \
         servers; give the logs of these.",
    )
    .command(
        "Get-SendConnector | Format-List Name,SmartHosts,SourceTransportServers,\
         ProtocolLoggingLevel,FrontendProxyEnabled",
    )
    .verify("the report names sessions of that connector")
}
