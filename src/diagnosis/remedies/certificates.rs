//! Steps on the certificate of the sending server.

use super::{ELEVATED, MANAGEMENT_SHELL, replacement, select_certificate, server, thumbprint};
use crate::diagnosis::case::Case;
use crate::diagnosis::report::Remedy;

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

pub(crate) fn restart_transport() -> Remedy {
    Remedy::server(
        ELEVATED,
        "Last, and only if the change does not take effect by itself: restart transport. This \
         interrupts the mail flow of the server.",
    )
    .command("Restart-Service MSExchangeTransport")
    .verify("the next session in the send log succeeds, and the queue drains")
}

/// Another certificate in place of one that ends or is withdrawn: an installed one first.
pub(crate) fn replace_certificate(case: &Case<'_>) -> Vec<Remedy> {
    let mut steps = Vec::new();
    if replacement(case).is_some() {
        steps.push(select_certificate(case));
    }
    steps.push(
        Remedy::server(
            MANAGEMENT_SHELL,
            "Get a new certificate from a public authority with the same names, issuer and \
             subject: then no connector has to be changed, as both name no thumbprint.",
        )
        .command(format!(
            "Get-ExchangeCertificate -Server {} | Format-List Thumbprint,Issuer,Subject,NotAfter,\
             Services",
            server(case)
        ))
        .verify("the next session in the send log sends the new certificate (SentThumbprint)"),
    );
    steps
}
