//! Steps on the services of a certificate.

use super::{Change, Remedy, servers};
use crate::certificate::Thumbprint;
use crate::diagnosis::case::Case;

/// Enables the certificate of the case for SMTP.
pub(crate) fn enable_for_smtp(case: &Case<'_>) -> Remedy {
    enable(case, case.parsed_thumbprint())
}

/// Enables a certificate of the server for SMTP.
pub(crate) fn enable(case: &Case<'_>, thumbprint: Option<Thumbprint>) -> Remedy {
    let change = Change::EnableForSmtp { server: case.server().map(str::to_owned), thumbprint };
    Remedy::of_servers(
        change,
        "Enable the certificate for SMTP, and for SMTP only. Answer No when asked to overwrite \
         the default SMTP certificate: Yes replaces the internal transport certificate and can \
         break EdgeSync.",
        &servers(case),
    )
}
