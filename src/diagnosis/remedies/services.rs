//! Steps on a certificate in its place: its services, and that it goes.

use super::{Change, MANAGEMENT_SHELL, Remedy, servers};
use crate::certificate::Thumbprint;
use crate::diagnosis::case::Case;
use crate::diagnosis::literal::literal;

/// What is answered when Enable-ExchangeCertificate asks, and why.
pub(crate) const ANSWER_NO: &str = "Answer No when asked to overwrite the default SMTP certificate: \
                                    Yes replaces the internal transport certificate and can break \
                                    EdgeSync.";

/// Enables the certificate of the case for SMTP.
pub(crate) fn enable_for_smtp(case: &Case<'_>) -> Remedy {
    enable(case, case.parsed_thumbprint())
}

/// Enables a certificate of the server for SMTP.
pub(crate) fn enable(case: &Case<'_>, thumbprint: Option<Thumbprint>) -> Remedy {
    let change = Change::EnableForSmtp { server: case.server().map(str::to_owned), thumbprint };
    Remedy::of_servers(
        change,
        format!("Enable the certificate for SMTP, and for SMTP only. {ANSWER_NO}"),
        &servers(case),
    )
}

/// Takes an unusable certificate away, so that an older one of the same name is chosen.
pub(crate) fn take_away(case: &Case<'_>, thumbprint: Thumbprint) -> Remedy {
    Remedy::of_servers(
        Change::TakeAway { server: case.server().map(str::to_owned), thumbprint },
        "Take the unusable certificate away from the server, after exporting it if it is to be kept. \
         Answer No if asked whether to overwrite the default SMTP certificate.",
        &servers(case),
    )
}

/// Looks on each server at an installed certificate that transport takes up by itself.
pub(super) fn see_usable(
    case: &Case<'_>,
    thumbprint: Option<Thumbprint>,
    action: impl Into<String>,
) -> Remedy {
    let text = thumbprint.map(|thumbprint| thumbprint.to_string());
    let thumbprint = literal(text.as_deref(), "thumbprint");
    Remedy::new(MANAGEMENT_SHELL, action)
        .command_for_each(&servers(case), |server| {
            format!(
                "Get-ExchangeCertificate -Server {server} -Thumbprint {thumbprint} | Format-List \
             NotBefore,NotAfter,Services,Status,HasPrivateKey"
            )
        })
        .verify(
            "the next session in the send log sends that certificate (SentThumbprint); \
         Test-EopRelayConnection shows at once which one is sent",
        )
}
