//! Steps on the certificate of the sending server.

use super::services::{enable, see_usable};
use super::{
    Change, ELEVATED, MANAGEMENT_SHELL, Remedy, replacement, select_certificate, servers,
    thumbprint,
};
use crate::diagnosis::case::Case;
use crate::diagnosis::literal::date;

/// What an administrator can read proves nothing of NETWORK SERVICE: the access list of the key does.
pub(crate) fn check_private_key(case: &Case<'_>) -> Remedy {
    Remedy::new(
        ELEVATED,
        "See whether NETWORK SERVICE (S-1-5-20), under which transport runs, may read the private \
         key; if not, let it: certlm.msc, Personal, the certificate, All Tasks, Manage Private \
         Keys, Read.",
    )
    .command(format!("Test-EopRelayCertificate -Thumbprint {}", thumbprint(case)))
    .verify("the report names no key that NETWORK SERVICE may not read")
    .undo("take the permission of NETWORK SERVICE away again in the same dialog")
}

/// Ties a certificate to the key that lies on the machine.
pub(crate) fn repair_key(case: &Case<'_>) -> Remedy {
    Remedy::of(
        Change::TieKey { thumbprint: case.parsed_thumbprint() },
        "Where the key is on the machine, and only its tie to the certificate is lost: tie them \
         again. It changes nothing else, and comes before any new import.",
    )
}

pub(crate) fn import_with_key(case: &Case<'_>) -> Remedy {
    let server = case.server().map(str::to_owned);
    Remedy::of_servers(
        Change::ImportWithKey { server, thumbprint: case.parsed_thumbprint(), certificate: None },
        "Only if that does not help: import the certificate from a PFX file that holds its private \
         key. Importing over an existing thumbprint fails: export or note the present one, and \
         remove it first.",
        &servers(case),
    )
}

pub(crate) fn restart_transport() -> Remedy {
    Remedy::new(
        ELEVATED,
        "Last, and only if the change does not take effect by itself: restart transport. This \
         interrupts the mail flow of the server.",
    )
    .command("Restart-Service MSExchangeTransport")
    .verify("the next session in the send log succeeds, and the queue drains")
}

/// Another certificate in place of one that ends or is withdrawn: an installed one, else a new one.
pub(crate) fn replace_certificate(case: &Case<'_>) -> Vec<Remedy> {
    if super::sending::has_substitute(case) {
        return select_certificate(case);
    }
    vec![
        Remedy::new(
            MANAGEMENT_SHELL,
            "Get a new certificate from a public authority with the same names, issuer and \
             subject: then no connector has to be changed, as both name no thumbprint.",
        )
        .command_for_each(&servers(case), |server| {
            format!(
                "Get-ExchangeCertificate -Server {server} | Format-List Thumbprint,Issuer,Subject,\
                 NotAfter,Services"
            )
        })
        .verify(
            "the next session in the send log sends the new certificate (SentThumbprint); \
             Test-EopRelayConnection shows at once which one is sent",
        ),
    ]
}

/// The certificate that was sent before, in place of one that is not valid yet.
pub(crate) fn send_previous(case: &Case<'_>) -> Vec<Remedy> {
    if replacement(case).is_some() {
        return select_certificate(case);
    }
    let start = case.not_before().map(date).unwrap_or_default();
    vec![
        Remedy::new(
            MANAGEMENT_SHELL,
            format!(
                "Send the previous certificate until {start}: see which one is installed, and name \
                 it on the send connector. If the date is right, see that the clock of the server \
                 is."
            ),
        )
        .command_for_each(&servers(case), |server| {
            format!(
                "Get-ExchangeCertificate -Server {server} | Format-List Thumbprint,Issuer,Subject,\
                 NotBefore,NotAfter,Services"
            )
        })
        .verify("the next session in the send log sends a certificate that is valid"),
    ]
}

/// Makes the server send the certificate that its configuration chooses.
pub(crate) fn take_up(
    case: &Case<'_>,
    chosen: &crate::connector::ExchangeCertificate,
) -> Vec<Remedy> {
    if replacement::lacks_smtp(chosen) {
        return vec![enable(case, chosen.thumbprint), restart_transport()];
    }
    let action = "See that the certificate is usable: valid, with its private key, and enabled for SMTP. \
                  Transport takes it up by itself.";
    vec![see_usable(case, chosen.thumbprint, action), restart_transport()]
}
