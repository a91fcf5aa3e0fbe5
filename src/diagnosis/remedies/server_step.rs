//! Commands, checks and ways back of changes of the sending server.

use super::change::{Change, Former, value_of};
use crate::certificate::Thumbprint;
use crate::diagnosis::literal::literal;
use crate::finding::{Place, Step};

const SENT: &str = "the next session in the send log sends that certificate (SentThumbprint) and is \
                    not refused";

/// The step that makes a change of the server, written for each of `servers`; without them for that of
/// the change.
#[allow(clippy::too_many_lines, reason = "an arm for each change")]
pub(super) fn step(change: &Change, action: String, servers: &[&str]) -> Step {
    let own: Vec<&str> = server_of(change).into_iter().collect();
    let servers = if servers.is_empty() { own.as_slice() } else { servers };
    let in_shell = |action: String| Step::new(Place::ManagementShell, action);
    let on_server = |action: String| Step::new(Place::ElevatedOnServer, action);
    match change {
        Change::Send { connector, certificate, before } => {
            let connector = literal(connector.as_deref(), "send connector");
            let value = value_of(certificate);
            let value =
                literal(value.as_deref(), "'<I>issuer<S>subject' of the intended certificate");
            let set =
                |value: &str| format!("Set-SendConnector {connector} -TlsCertificateName {value}");
            let undo = match before {
                Former::Value(before) => set(&literal(Some(before), "present value")),
                Former::Empty => set("$null"),
                Former::NotKnown => format!(
                    "the same command with the present value: note it first, Get-SendConnector \
                     {connector} | Format-List TlsCertificateName"
                ),
            };
            in_shell(action).command(set(&value)).verify(SENT).undo(undo)
        }
        Change::SendByName { connector, fqdn, before, fqdn_before } => {
            let connector = literal(Some(connector), "send connector");
            let set = |value: &str, fqdn: &str| {
                format!("Set-SendConnector {connector} -TlsCertificateName {value} -Fqdn {fqdn}")
            };
            let value = match before {
                Former::Value(before) => literal(Some(before), "present value"),
                Former::Empty => "$null".to_owned(),
                Former::NotKnown => literal(None, "present value"),
            };
            let former = match fqdn_before.as_deref() {
                Some(former) => literal(Some(former), "present Fqdn"),
                None => "$null".to_owned(),
            };
            in_shell(action)
                .command(set("$null", &literal(Some(fqdn), "name of the certificate")))
                .verify(SENT)
                .undo(set(&value, &former))
        }
        Change::Receive { connector, certificate, before } => {
            let connector = literal(Some(connector), "receive connector");
            let value = value_of(certificate);
            let value =
                literal(value.as_deref(), "'<I>issuer<S>subject' of the intended certificate");
            let set = |value: &str| {
                format!("Set-ReceiveConnector {connector} -TlsCertificateName {value}")
            };
            let undo = match before {
                Former::Value(before) => set(&literal(Some(before), "present value")),
                Former::Empty => set("$null"),
                Former::NotKnown => format!(
                    "the same command with the present value: note it first, Get-ReceiveConnector \
                     {connector} | Format-List TlsCertificateName"
                ),
            };
            in_shell(action)
                .command(set(&value))
                .verify(
                    "the next session of Exchange Online in the receive log shows that certificate, \
                     and delivers",
                )
                .undo(undo)
        }
        Change::OfferTls { connector, mechanisms, before } => {
            let identity = literal(Some(connector), "receive connector");
            let set = |values: &[String]| {
                let value = if values.is_empty() { "None".to_owned() } else { values.join(", ") };
                let value = literal(Some(&value), "value");
                format!("Set-ReceiveConnector {identity} -AuthMechanism {value}")
            };
            in_shell(action)
                .command(set(mechanisms))
                .verify("the next session of Exchange Online in the receive log shows STARTTLS")
                .undo(set(before))
        }
        Change::Log { connector } => {
            let connector = literal(Some(connector), "send connector");
            let set = |level: &str| {
                format!("Set-SendConnector {connector} -ProtocolLoggingLevel {level}")
            };
            in_shell(action)
                .command(set("Verbose"))
                .verify(
                    "a new file appears in the folder that Get-TransportService names as \
                     SendProtocolLogPath",
                )
                .undo(set("None"))
        }
        Change::EnableForSmtp { thumbprint, .. } => {
            let thumbprint = name(*thumbprint);
            in_shell(action)
                .command_for_each(servers, |server| {
                    format!(
                        "Enable-ExchangeCertificate -Server {server} -Thumbprint {thumbprint} \
                         -Services SMTP"
                    )
                })
                .verify_for_each(servers, |server| {
                    format!(
                        "Get-ExchangeCertificate -Server {server} -Thumbprint {thumbprint} | \
                         Format-List Services,Status: Services holds SMTP, and the next session in \
                         the send log succeeds"
                    )
                })
                .undo(
                    "services are only ever added to a certificate: note Services before; to give \
                     SMTP to another certificate again, enable that one",
                )
        }
        Change::TakeAway { thumbprint, .. } => {
            let thumbprint = name(Some(*thumbprint));
            in_shell(action)
                .command_for_each(servers, |server| {
                    format!("Remove-ExchangeCertificate -Server {server} -Thumbprint {thumbprint}")
                })
                .verify(
                    "the next session in the send log sends the older certificate \
                         (SentThumbprint)",
                )
                .undo("Import-ExchangeCertificate, with the file that was exported")
        }
        Change::TakeNamedAway { servers, thumbprint, connectors } => {
            let thumbprint = name(Some(*thumbprint));
            let set = |(connector, value): &(String, String), is_back: bool| {
                let connector = literal(Some(connector), "send connector");
                let back = || literal(Some(value), "value of TlsCertificateName");
                let value = if is_back { back() } else { "$null".to_owned() };
                format!("Set-SendConnector {connector} -TlsCertificateName {value}")
            };
            let server = |name: &String| literal(Some(name), "server");
            let transport = |verb: &str| {
                servers.iter().map(server).map(|name| {
                    format!(
                        "Invoke-Command -ComputerName {name} {{ {verb}-Service MSExchangeTransport }}"
                    )
                }).collect::<Vec<_>>()
            };
            let remove = servers.iter().map(server).map(|name| {
                format!("Remove-ExchangeCertificate -Server {name} -Thumbprint {thumbprint}")
            });
            let lines: Vec<String> = transport("Stop")
                .into_iter()
                .chain(connectors.iter().map(|one| set(one, false)))
                .chain(remove)
                .chain(connectors.iter().map(|one| set(one, true)))
                .chain(transport("Start"))
                .collect();
            in_shell(action)
                .command(lines.join("\n"))
                .verify("Get-ExchangeCertificate shows it no more, and the queues drain")
                .undo("Import-ExchangeCertificate, with the file that was exported")
        }
        Change::TieKey { thumbprint } => {
            let thumbprint = name(*thumbprint);
            on_server(action)
                .command(format!("certutil -repairstore My {thumbprint}"))
                .verify("certutil ends with: -repairstore command completed successfully")
        }
        Change::ImportWithKey { thumbprint, .. } => {
            let thumbprint = name(*thumbprint);
            in_shell(action)
                .command_for_each(servers, |server| {
                    format!(
                        "Import-ExchangeCertificate -Server {server} -FileData \
                         ([IO.File]::ReadAllBytes(<path of the .pfx>)) -Password (Read-Host \
                         -AsSecureString)"
                    )
                })
                .verify_for_each(servers, |server| {
                    format!(
                        "Get-ExchangeCertificate -Server {server} -Thumbprint {thumbprint} | \
                         Format-List HasPrivateKey: True"
                    )
                })
                .undo("Remove-ExchangeCertificate, for the certificate that was imported")
        }
        // The report of the chain writes the step of an import, and the tenant has its own.
        _ => on_server(action),
    }
}

fn server_of(change: &Change) -> Option<&str> {
    match change {
        Change::EnableForSmtp { server, .. }
        | Change::TakeAway { server, .. }
        | Change::ImportWithKey { server, .. } => server.as_deref(),
        _ => None,
    }
}

fn name(thumbprint: Option<Thumbprint>) -> String {
    literal(thumbprint.map(|thumbprint| thumbprint.to_string()).as_deref(), "thumbprint")
}
