//! Steps on the services of a certificate.

use super::{MANAGEMENT_SHELL, Remedy, server};
use crate::diagnosis::case::Case;
use crate::diagnosis::literal::literal;

/// Enables the certificate of the case for SMTP.
pub(crate) fn enable_for_smtp(case: &Case<'_>) -> Remedy {
    enable(case, case.plain_thumbprint().as_deref())
}

/// Enables a certificate of the server for SMTP.
pub(crate) fn enable(case: &Case<'_>, thumbprint: Option<&str>) -> Remedy {
    let (server, thumbprint) = (server(case), literal(thumbprint, "thumbprint"));
    Remedy::new(
        MANAGEMENT_SHELL,
        "Enable the certificate for SMTP, and for SMTP only. Answer No when asked to overwrite \
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
