//! Steps that complete the evidence.

use super::{Change, ELEVATED, MANAGEMENT_SHELL, Remedy, send_connector, together};
use crate::connector::SendConnector;
use crate::diagnosis::case::Case;
use crate::diagnosis::evidence::Located;
use crate::diagnosis::literal::{listed, literal};
use crate::finding::InputOption;
use crate::timestamp::{TICKS_PER_HOUR, Timestamp};

/// Where the logs of hub and front end lie.
const SEND_LOG_FOLDERS: &str = "Get-TransportService | Format-List Name,SendProtocolLogPath\n\
                                Get-FrontendTransportService | Format-List Name,SendProtocolLogPath";

pub(crate) fn export_inbound_connectors(case: &Case<'_>) -> Remedy {
    let with = case.option(InputOption::InboundConnectors);
    Remedy::tenant(format!("Export the inbound connectors, and give them with {with}."))
        .command("Get-InboundConnector | Export-Clixml inbound.xml")
        .verify("the report names the connector")
}

/// Exports connectors and accepted domains of a tenant, for what the action says.
pub(crate) fn export_tenant(action: impl Into<String>) -> Remedy {
    Remedy::tenant(action).command(
        "Get-InboundConnector | Export-Clixml inbound.xml\n\
         Get-AcceptedDomain | Export-Clixml accepted.xml",
    )
}

/// Whether a change of the connectors may not have arrived yet: it takes up to an hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LastChange {
    /// The export does not say of each connector when it was changed.
    NotKnown,
    /// More than an hour before the last refusal.
    Arrived(Timestamp),
    /// Less than an hour before it.
    Underway(Timestamp),
    /// After it.
    Since(Timestamp),
}

impl LastChange {
    fn of(case: &Case<'_>) -> Self {
        let connectors = case.evidence.inbound_connectors.iter().flat_map(|all| all.iter());
        let changed: Option<Vec<Timestamp>> =
            connectors.map(|one| one.object.when_changed_utc).collect();
        let newest = changed.and_then(|times| times.into_iter().max());
        let last = case.incident.filter(|incident| incident.is_dated).map(|incident| incident.last);
        match (newest, last) {
            (Some(changed), Some(last)) if changed > last => Self::Since(changed),
            (Some(changed), Some(last)) if changed.ticks() > last.ticks() - TICKS_PER_HOUR => {
                Self::Underway(changed)
            }
            (Some(changed), Some(_)) => Self::Arrived(changed),
            _ => Self::NotKnown,
        }
    }
}

/// When the connectors were changed last, as far as the export does not say it.
pub(crate) fn see_changes(case: &Case<'_>) -> Remedy {
    let step = |action: String| {
        Remedy::tenant(action).command(
            "Get-InboundConnector | Format-List Name,Enabled,ConnectorType,TlsSenderCertificateName,\
             SenderIPAddresses,WhenChangedUTC",
        )
    };
    let send_again = |action: String| {
        Remedy::tenant(action).verify(
            "Test-EopRelayConnection (eop-relay probe), which submits nothing, accepts a recipient \
             outside Microsoft 365",
        )
    };
    match LastChange::of(case) {
        LastChange::NotKnown => step(
            "See when the connector was changed last; if within the hour: wait, and send again."
                .to_owned(),
        )
        .verify("the values are those of the export, and the change is older than an hour"),
        LastChange::Arrived(changed) => step(format!(
            "If the export is older than the last refusal, see that its values still hold: by it the \
             last change of the connectors, of {changed}, had long arrived."
        ))
        .verify("the values, and WhenChangedUTC, are those of the export"),
        LastChange::Underway(changed) => send_again(format!(
            "Wait until an hour after {changed}, when the connectors were changed, and send again: a \
             change takes up to an hour to arrive."
        )),
        LastChange::Since(changed) => send_again(format!(
            "Send again: the connectors were changed at {changed}, after the last refusal. A change \
             takes up to an hour to arrive."
        )),
    }
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

/// Lets the send connector log: those of which the export says that they do not, else that of the case.
pub(crate) fn turn_on_logging(case: &Case<'_>) -> Vec<Remedy> {
    let silent = silent_connectors(case);
    if !silent.is_empty() {
        return turn_on_logging_of(silent.iter().map(|one| one.object.name.as_str()));
    }
    let connector = send_connector(case);
    let remedy = Remedy::server(
        MANAGEMENT_SHELL,
        "Turn protocol logging on, send a message to a recipient outside Microsoft 365, and check \
         again. It is off by default; a connector with FrontendProxyEnabled logs its TLS half \
         under Get-FrontendTransportService.",
    )
    .command(format!("Set-SendConnector {connector} -ProtocolLoggingLevel Verbose"))
    .verify(
        "a new file appears in the folder that Get-TransportService names as SendProtocolLogPath",
    )
    .undo(
        "the same command with the value that ProtocolLoggingLevel had before (None, unless somebody set \
         it): note it first",
    );
    vec![remedy]
}

/// What shows of a session the part that the evidence lacks. A session of the logs shows that logging is
/// on: what is missing of it stands in another file. Without one, the export may show it.
pub(crate) fn complete_sessions(case: &Case<'_>) -> Vec<Remedy> {
    if !case.is_of_session() {
        return if may_be_silent(case) {
            turn_on_logging(case)
        } else {
            vec![give_send_logs(&eop_connectors(case))]
        };
    }
    let (path, line) = case.incident.map_or(("", 0), |one| (one.path.as_str(), one.line));
    let remedy = Remedy::new(
        MANAGEMENT_SHELL,
        format!(
            "Give the whole folders of the send logs, that of the front end among them where a connector \
             has FrontendProxyEnabled: logging is on, and what the session at {path}:{line} does not \
             show stands in a file before, or in the logs of the other half."
        ),
    )
    .command(SEND_LOG_FOLDERS)
    .verify("the report names certificate, sender and public address of the session");
    vec![remedy]
}

/// Lets send connectors of which it is known that they do not log do so.
fn turn_on_logging_of<'n>(connectors: impl Iterator<Item = &'n str>) -> Vec<Remedy> {
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

/// Whether the evidence leaves open that the EOP connectors log.
pub(crate) fn may_be_silent(case: &Case<'_>) -> bool {
    let of_cloud = eop_connectors(case);
    of_cloud.is_empty() || !of_cloud.into_iter().all(|one| has_level(one, "Verbose"))
}

fn has_level(connector: &SendConnector, wanted: &str) -> bool {
    let level = connector.protocol_logging_level.as_deref();
    level.is_some_and(|level| level.eq_ignore_ascii_case(wanted))
}

/// The given send connectors that hand over to Exchange Online and do not log.
pub(crate) fn silent_connectors<'c>(case: &'c Case<'_>) -> Vec<&'c Located<SendConnector>> {
    let all = case.evidence.send_connectors.iter().flatten();
    all.filter(|one| one.object.eop_sign().is_some() && has_level(&one.object, "None")).collect()
}

/// The given send connectors that hand over to Exchange Online.
fn eop_connectors<'c>(case: &'c Case<'_>) -> Vec<&'c SendConnector> {
    let all = case.evidence.send_connectors.iter().flatten().map(|one| &one.object);
    all.filter(|one| one.eop_sign().is_some()).collect()
}

/// What leads to sessions with Exchange Online where the logs hold none: the logs of the servers that
/// hand over to it, and logging, as far as the given send connectors do not say it.
pub(crate) fn find_eop_sessions(case: &Case<'_>) -> Vec<Remedy> {
    let mut steps = vec![give_send_logs(&eop_connectors(case))];
    if may_be_silent(case) {
        steps.extend(turn_on_logging(case));
    }
    steps
}

/// The send logs of the servers that hand over to Exchange Online, by its send connectors.
fn give_send_logs(of_cloud: &[&SendConnector]) -> Remedy {
    let mut servers: Vec<&str> = of_cloud
        .iter()
        .filter_map(|one| one.source_transport_servers.as_ref())
        .flat_map(|list| &list.values)
        .map(String::as_str)
        .collect();
    servers.sort_unstable();
    servers.dedup();
    if servers.is_empty() {
        return find_eop_connector();
    }
    let names = of_cloud.iter().map(|one| one.name.as_str());
    let has_front_end = of_cloud.iter().any(|one| one.frontend_proxy_enabled != Some(false));
    let which = if has_front_end { "the hub and of the front end" } else { "the hub" };
    Remedy::new(
        MANAGEMENT_SHELL,
        format!(
            "Give the send logs of {}: they hand over to Exchange Online, over {}. It is the logs of \
             {which} that count.",
            listed(servers.iter().copied(), 8),
            listed(names, 4),
        ),
    )
    .command_for_each(&servers, |server| {
        let hub =
            format!("Get-TransportService -Identity {server} | Format-List Name,SendProtocolLogPath");
        let front_end = format!(
            "\nGet-FrontendTransportService -Identity {server} | Format-List \
             Name,SendProtocolLogPath"
        );
        if has_front_end { hub + &front_end } else { hub }
    })
    .verify("the report names sessions of that connector")
}

/// Says how to get the evidence on which the rules on chains rest, as far as it is missing.
pub(crate) fn give_chain(case: &Case<'_>) -> Remedy {
    let thumbprint = case.plain_thumbprint();
    let place = match &thumbprint {
        Some(thumbprint) => format!("'Cert:\\LocalMachine\\My\\{thumbprint}'"),
        None => "'Cert:\\LocalMachine\\My\\<thumbprint>'".to_owned(),
    };
    let certificate = case.option(InputOption::Certificate);
    let intermediates = case.option(InputOption::Intermediates);
    let sent = format!("Export-Certificate -Cert {place} -FilePath sent.cer");
    let store =
        "Get-ChildItem 'Cert:\\LocalMachine\\CA' | Export-Certificate -FilePath ca.p7b -Type P7B";
    let (what, with, command) =
        match (case.certificate.is_none(), case.evidence.intermediates.is_none()) {
            (true, false) => ("the sent certificate", format!("{certificate} sent.cer"), sent),
            (false, true) => (
                "the intermediates of this server",
                format!("{intermediates} ca.p7b"),
                store.to_owned(),
            ),
            _ => (
                "the sent certificate and the intermediates of this server",
                format!("{certificate} sent.cer and {intermediates} ca.p7b"),
                format!("{sent}\n{store}"),
            ),
        };
    Remedy::server(
        ELEVATED,
        format!(
            "Export {what}, and check again with {with}: only that says whether the complete chain is \
             sent."
        ),
    )
    .command(command)
    .verify("the report judges the chain")
}

/// Where the logs of the send connectors lie.
pub(crate) fn find_send_logs() -> Remedy {
    Remedy::new(
        MANAGEMENT_SHELL,
        "Give the send logs of the server: those of the hub, and of the front end where a connector \
         has FrontendProxyEnabled.",
    )
    .command(SEND_LOG_FOLDERS)
    .verify("the report names sessions")
}

/// Which connector hands over to Exchange Online, and whether it logs.
fn find_eop_connector() -> Remedy {
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
