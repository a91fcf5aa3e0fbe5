//! Logs of the Hybrid Configuration Wizard.

use std::fmt::Write as _;

/// A log of the hybrid wizard: `stamp|object|end|before|after|zone`. The object is `inbound`, a new
/// one (`new`), one that goes (`remove`) or `send`; the end `ok`, `failed` or `cut`; the zone absent for UTC.
pub(super) fn wizard_log(text: &str) -> String {
    let fields: Vec<&str> = text.split('|').collect();
    let [stamp, object, end, before, after] = fields[..5] else { panic!("{text}") };
    let stamp = stamp.replace('-', ".").replace('T', " ");
    let (cmdlet, name, property) = match object {
        "new" => ("New-InboundConnector -Name", "Inbound from HQ", "TLSSenderCertificateName"),
        "inbound" => {
            ("Set-InboundConnector -Identity", "Inbound from HQ", "TLSSenderCertificateName")
        }
        "remove" => ("Remove-InboundConnector -Identity", "Inbound from HQ", "Confirm"),
        "send" => ("Set-SendConnector -Identity", "Outbound to Office 365", "TlsCertificateName"),
        _ => panic!("{text}"),
    };
    let zone = fields.get(5).map_or("Coordinated Universal Time", |_| "Romance Standard Time");
    let clock = &stamp[11..];
    let context = |cmdlet: &str| format!("[Client=UX, Task=MailFlow, Cmdlet={cmdlet}, Thread=9]");
    let verb = cmdlet.split(' ').next().unwrap();
    let mut log = format!("{stamp}:00.000               Current Time Zone: {zone} ({clock}:00)\n");
    if !before.is_empty() {
        let title = if object == "send" { "Send" } else { "Inbound" };
        let _ = writeln!(log, "{stamp}:01.000         10242 [Client=UX, Thread=9]");
        let _ =
            writeln!(log, "{0}\nStandard {title} Connector\n{1}", "=".repeat(60), "-".repeat(60));
        let _ = writeln!(log, "Name | Equals | Actual | Expected\n{}", "-".repeat(60));
        let _ = writeln!(log, "Name | True | {name} | {name}\nEnabled | True | True | True");
        if object == "inbound" {
            let _ = writeln!(log, "ConnectorType | True | OnPremises | OnPremises");
            let _ = writeln!(log, "ConnectorSource | True | HybridWizard | HybridWizard");
        }
        let is_equal = if before == after { "True" } else { "False" };
        let _ = writeln!(log, "{property} | {is_equal} | {before} | {after}\n{}", "=".repeat(60));
    }
    let source = match object {
        "new" => " -ConnectorType 'OnPremises' -ConnectorSource 'HybridWizard'",
        _ => "",
    };
    let _ = writeln!(
        log,
        "{stamp}:02.000         10276 {} START {cmdlet} '{name}'{source} -{property} '{after}'",
        context(verb)
    );
    let finish = match end {
        "ok" => "        10277",
        "failed" => "*ERROR* 10277",
        _ => return log,
    };
    let result =
        if end == "failed" { "PowerShell failed to invoke: no such certificate" } else { "0" };
    let _ = writeln!(
        log,
        "{stamp}:03.000 {finish} {} FINISH Time=9.1ms Results={result}",
        context(verb)
    );
    log
}
