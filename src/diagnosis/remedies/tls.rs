//! Steps on the way to Exchange Online, on the protocol, and on what the catalogue of TLS errors
//! advises.

use super::ask::see_schannel;
use super::catalogue::open_steps;
use super::{ELEVATED, Remedy};
use crate::diagnosis::case::Case;
use crate::finding::Place;
use crate::reply::tls_error;

pub(crate) fn stop_inspection() -> Remedy {
    Remedy::new(Place::Network, "Switch SMTP inspection and TLS interception off for this server.")
        .at("firewall or SMTP proxy between this server and Exchange Online")
        .verify("the EHLO reply in the log offers STARTTLS, the banner is readable, TLS succeeds")
        .undo("switch the inspection on again")
}

pub(crate) fn switch_on_tls12() -> Vec<Remedy> {
    let key = "HKLM:\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\\Protocols\\\
               TLS 1.2\\Client";
    vec![
        Remedy::server(
            ELEVATED,
            "See whether TLS 1.2 is switched off: Enabled 0, or DisabledByDefault other than 0. A \
             key that does not exist means the default of the Windows version.",
        )
        .command(format!("Get-ItemProperty -LiteralPath '{key}'"))
        .verify("neither value switches it off, and the next session shows TLS 1.2"),
        Remedy::server(ELEVATED, "If it is off: switch it on. It takes a restart of the server.")
            .command(format!(
                "Set-ItemProperty -LiteralPath '{key}' -Name Enabled -Value 1 -Type DWord\n\
                 Set-ItemProperty -LiteralPath '{key}' -Name DisabledByDefault -Value 0 -Type DWord"
            ))
            .verify("after the restart the next session in the send log shows TLS 1.2")
            .undo("set both values back to what the first command showed"),
    ]
}

/// What the catalogue of TLS errors advises on the error of the case.
pub(crate) fn of_tls_error(case: &Case<'_>) -> Vec<Remedy> {
    let error = tls_error(case.tls_error().unwrap_or_default());
    let steps = open_steps(case, error.remedy);
    if steps.is_empty() { vec![see_schannel()] } else { steps }
}
