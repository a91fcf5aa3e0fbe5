//! Steps on a certificate in its place: its services, and that it goes.

use super::{Change, MANAGEMENT_SHELL, Remedy, servers};
use crate::certificate::Thumbprint;
use crate::connector::is_named_by;
use crate::diagnosis::case::Case;
use crate::diagnosis::literal::{listed, literal};

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
    let servers = servers(case);
    let connectors = naming(case, thumbprint);
    if !connectors.is_empty() && !servers.is_empty() {
        let all = listed(servers.iter().copied(), 8);
        let change = Change::TakeNamedAway {
            servers: servers.iter().map(|server| (*server).to_owned()).collect(),
            thumbprint,
            connectors,
        };
        return Remedy::of(
            change,
            format!(
                "Take the unusable certificate away from {all}, after exporting it if it is to be kept. \
                 Exchange refuses to remove it as long as a send connector names its issuer and \
                 subject, so the value is taken off and set again while transport stands still: this \
                 interrupts the mail flow of {all}. Answer No if asked whether to overwrite the default \
                 SMTP certificate."
            ),
        );
    }
    Remedy::of_servers(
        Change::TakeAway { server: case.server().map(str::to_owned), thumbprint },
        "Take the unusable certificate away from the server, after exporting it if it is to be kept. \
         Answer No if asked whether to overwrite the default SMTP certificate.",
        &servers,
    )
}

/// The send connectors that name issuer and subject of a certificate of the server, with their values:
/// Remove-ExchangeCertificate is refused meanwhile.
fn naming(case: &Case<'_>, thumbprint: Thumbprint) -> Vec<(String, String)> {
    let Some(one) = case.selectable.iter().find(|one| one.thumbprint == Some(thumbprint)) else {
        return Vec::new();
    };
    let connectors = case.evidence.send_connectors.iter().flatten().map(|one| &one.object);
    let named = connectors.filter_map(|connector| {
        let value = connector.tls_certificate_name.as_deref()?;
        let is_named = is_named_by(one, value, connector.has_uncertain_blanks) == Some(true);
        is_named.then(|| (connector.name.clone(), value.to_owned()))
    });
    named.collect()
}

/// What makes a certificate of TlsCertificateName fit to be sent.
pub(super) const READY: &str = "with its private key, and enabled for SMTP";

/// What shows that transport took a certificate up.
const TAKEN_UP: &str = "the next session in the send log sends that certificate (SentThumbprint); \
                        Test-EopRelayConnection shows at once which one is sent";

/// What transport does by itself.
pub(super) fn taken_up(action: impl Into<String>) -> Remedy {
    Remedy::new(MANAGEMENT_SHELL, action).verify(TAKEN_UP)
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
        .verify(TAKEN_UP)
}
