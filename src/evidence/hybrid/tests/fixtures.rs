//! Texts with the traits of real files and values of their own.

use std::fmt::Write as _;

/// A line of a log, its level in the column of eight.
pub(super) fn line(clock: &str, level: &str, number: u32, context: &str, text: &str) -> String {
    format!("2026.11.02 {clock} {level:<7} {number} [Client=UX, {context}, Thread=14] {text}\r\n")
}

/// The first line of every log.
pub(super) fn header(zone: &str) -> String {
    format!("2026.11.02 08:15:30.123               Current Time Zone: {zone}\r\n")
}

pub(super) const UTC: &str = "Coordinated Universal Time (8:15:30 AM)";
pub(super) const CONNECTOR: &str = "Inbound from 4b3c9f0e-7d21-4a55-9c8e-0f1d2e3a4b5c";

/// A comparison of the inbound connector, as an entry.
pub(super) fn comparison(clock: &str, actual: &str, expected: &str) -> String {
    let indent = " ".repeat(38);
    let rule = "=".repeat(120);
    let thin = "-".repeat(120);
    let equals = |equal: bool| if equal { "True " } else { "False" };
    let rows = [
        ("Name", CONNECTOR, CONNECTOR),
        ("CloudServicesMailEnabled", "True", "True"),
        ("ConnectorSource", "HybridWizard", "HybridWizard"),
        ("ConnectorType", "OnPremises", "OnPremises"),
        ("RequireTLS", "True", "True"),
        ("SenderIPAddresses", "", ""),
        ("TLSSenderCertificateName", actual, expected),
    ];
    let mut text = line(
        clock,
        "",
        10_242,
        "Page=Configuring, fn=RunWorkflow, Workflow=Hybrid, Task=MailFlow, Phase=NeedsConfiguration",
        "",
    );
    for part in [&rule, "Standard Inbound Connector", &thin] {
        let _ = write!(text, "{indent}{part}\r\n");
    }
    let (name, actual) = ("Name", "Actual");
    let _ =
        write!(text, "{indent}{name:<26} | Equals | {actual:<50} | Expected\r\n{indent}{thin}\r\n");
    for (name, actual, expected) in rows {
        let equal = equals(actual == expected);
        let _ = write!(text, "{indent}{name:<26} | {equal}  | {actual:<50} | {expected}\r\n");
    }
    text + &format!("{indent}{rule}\r\n")
}

/// A cmdlet that begins and ends.
pub(super) fn cmdlet(clock: &str, session: &str, command: &str, end: &str) -> String {
    let name = command.split(' ').next().unwrap();
    let context = format!(
        "Page=Configuring, fn=RunWorkflow, Workflow=Hybrid, Task=MailFlow, Phase=Configure, \
         Session={session}, Cmdlet={name}"
    );
    let begin = line(clock, "", 10_276, &context, &format!("START {command}"));
    let later = clock.replace(".000", ".812");
    let (level, text) = match end.strip_prefix("error: ") {
        Some(error) => (
            "*ERROR*",
            format!(
                "FINISH Time=812.4ms Results=PowerShell failed to invoke '{name}': {error} \
                 {{CategoryInfo={{Activity=[System.String] {name}}}}}"
            ),
        ),
        None => ("", format!("FINISH Time=812.4ms Results={end}")),
    };
    if end.is_empty() { begin } else { begin + &line(&later, level, 10_277, &context, &text) }
}

pub(super) fn set_sender_name(clock: &str, value: &str, end: &str) -> String {
    let command = format!(
        "Set-InboundConnector -Identity '{CONNECTOR}' -CloudServicesMailEnabled: $true \
         -TLSSenderCertificateName '{value}' -Comment $null"
    );
    cmdlet(clock, "Tenant", &command, end)
}
