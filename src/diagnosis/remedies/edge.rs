//! What an Edge server lacks of a send connector with a long TlsCertificateName (KB 4052493).

use super::{MANAGEMENT_SHELL, Remedy, send_connector};
use crate::diagnosis::case::Case;
use crate::diagnosis::literal::literal;

/// The most characters of a TlsCertificateName on an Edge server.
pub(crate) const EDGE_MAXIMUM: usize = 256;

/// The length of the present TlsCertificateName, in characters, where no Edge server gets it.
fn length_beyond(case: &Case<'_>) -> Option<usize> {
    let present = case.send_connector?.object.tls_certificate_name.as_deref()?;
    Some(present.chars().count()).filter(|length| *length > EDGE_MAXIMUM)
}

/// Lets an Edge server choose the certificate by the connector's Fqdn.
pub(super) fn choose_by_fqdn(case: &Case<'_>, names: &[String]) -> Option<Remedy> {
    let length = length_beyond(case)?;
    let connector = send_connector(case);
    let name = names.iter().find(|name| name.contains('.') && !name.starts_with('*'));
    let fqdn = literal(name.map(String::as_str), "name of the certificate");
    let server = case.server().unwrap_or("the server");
    Some(
        Remedy::new(
            MANAGEMENT_SHELL,
            format!(
                "If {server} is an Edge server: TlsCertificateName has {length} characters, and one \
                 above {EDGE_MAXIMUM} never reaches an Edge server (EdgeSync Incomplete), so that the \
                 connector names no certificate there and the self-signed one is sent. Let it choose \
                 by the connector's Fqdn; or send a certificate with shorter names."
            ),
        )
        .at("Exchange Management Shell on a mailbox server")
        .command(format!(
            "Set-SendConnector {connector} -TlsCertificateName $null -Fqdn {fqdn}\n\
             Start-EdgeSynchronization"
        ))
        .verify(
            "on the Edge server Get-SendConnector shows that Fqdn, and the next session in its send \
             log sends the certificate",
        )
        .undo("the same command with the present TlsCertificateName and Fqdn: note both first"),
    )
}
