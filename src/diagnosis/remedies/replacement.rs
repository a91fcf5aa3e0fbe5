//! Which certificate could be sent in place of the one that was, and how it comes to be sent.

use crate::certificate::{NameRelation, Thumbprint, TlsCertificateName};
use crate::diagnosis::case::Case;
use crate::diagnosis::evidence::server_name::is_same_server;
use crate::diagnosis::literal::{listed, literal};
use crate::diagnosis::remedies::{self, MANAGEMENT_SHELL, send_connector};
use crate::diagnosis::report::Remedy;

/// A certificate that could be sent in place of the one that was.
pub(crate) struct ReplacementCertificate {
    pub thumbprint: Option<Thumbprint>,
    pub issuer: String,
    pub subject: String,
}

/// The installed or given certificate that an inbound connector expects; without connectors the
/// only one that an authority issued. Never the one of the case.
pub(crate) fn replacement(case: &Case<'_>) -> Option<ReplacementCertificate> {
    let own = case.plain_thumbprint();
    let evidence = case.evidence;
    let installed = evidence.installed.iter().flatten().map(|one| one.object.clone());
    let given = evidence.certificates.iter().map(|given| given.certificate.clone().into());
    let mut fitting = Vec::new();
    for one in installed.chain(given) {
        let one: crate::connector::ExchangeCertificate = one;
        let is_own = one.thumbprint.is_some() && one.thumbprint.map(|t| t.to_string()) == own;
        let is_valid = one.not_after.is_none_or(|end| end > case.at)
            && one.not_before.is_none_or(|start| start <= case.at);
        let is_usable = !is_own
            && is_valid
            && one.has_private_key != Some(false)
            && one.is_issued_by_authority() == Some(true);
        if is_usable && expects(case, &one).unwrap_or(true) {
            fitting.push(one);
        }
    }
    let is_certain = evidence.inbound_connectors.is_some() || fitting.len() == 1;
    let best = fitting.into_iter().filter(|_| is_certain).max_by_key(|one| one.not_after)?;
    Some(ReplacementCertificate {
        thumbprint: best.thumbprint,
        issuer: best.issuer?,
        subject: best.subject?,
    })
}

/// Whether an eligible connector expects a name of the certificate; `None` without connectors.
fn expects(case: &Case<'_>, certificate: &crate::connector::ExchangeCertificate) -> Option<bool> {
    let connectors = case.evidence.inbound_connectors.as_ref()?;
    let names = certificate.names();
    Some(connectors.iter().any(|connector| {
        let value = connector.object.tls_sender_certificate_name.as_deref();
        connector.object.eligibility() == crate::connector::Eligibility::Eligible
            && value.is_some_and(|value| {
                let found = crate::connector::match_certificate(value, &names);
                matches!(found.relation, crate::connector::NameRelation::Match(_))
            })
    }))
}

/// Names another certificate on the send connector.
pub(crate) fn select_certificate(case: &Case<'_>) -> Remedy {
    let connector = send_connector(case);
    let replacement = replacement(case);
    if let Some(replacement) = replacement.as_ref().filter(|one| is_named_already(case, one)) {
        return nothing_to_set(case, replacement);
    }
    let value = replacement.as_ref().map(|one| format!("<I>{}<S>{}", one.issuer, one.subject));
    let value_literal =
        literal(value.as_deref(), "'<I>issuer<S>subject' of the intended certificate");
    let which = match replacement.as_ref().and_then(|one| one.thumbprint) {
        Some(thumbprint) => format!("the certificate {thumbprint}"),
        None => "the intended certificate, of a public authority and with a name that the inbound \
                 connector expects"
            .to_owned(),
    };
    let servers = case
        .send_connector
        .and_then(|one| one.object.source_transport_servers.as_ref())
        .filter(|list| !list.values.is_empty())
        .map_or_else(
            || "all SourceTransportServers of the connector".to_owned(),
            |list| format!("all of {}", list.values.join(", ")),
        );
    let lacking = replacement.as_ref().map(|one| lacking(case, one)).unwrap_or_default();
    let lacking = match lacking.as_slice() {
        [] => String::new(),
        servers => format!(
            " Not among the given certificates of {}: import it there first.",
            listed(servers.iter().map(String::as_str), 8)
        ),
    };
    let present = case.send_connector.map(|one| one.object.tls_certificate_name.clone());
    let undo = match present {
        Some(Some(present)) => format!(
            "Set-SendConnector {connector} -TlsCertificateName {}",
            literal(Some(&present), "present value")
        ),
        Some(None) => format!("Set-SendConnector {connector} -TlsCertificateName $null"),
        None => format!(
            "the same command with the present value: note it first, Get-SendConnector \
             {connector} | Format-List TlsCertificateName"
        ),
    };
    Remedy::server(
        MANAGEMENT_SHELL,
        format!(
            "Name {which} on the send connector. It acts on {servers}: first see with \
             Get-ExchangeCertificate -Server that each of them has it, else those begin to fail \
             with 454 4.7.5.{lacking} A subscribed Edge server: on a mailbox server, then \
             Start-EdgeSynchronization."
        ),
    )
    .command(format!("Set-SendConnector {connector} -TlsCertificateName {value_literal}"))
    .verify(
        "the next session in the send log sends that certificate (SentThumbprint) and is not \
         refused",
    )
    .undo(undo)
}

/// Whether the send connector names issuer and subject of the certificate, as after a renewal that
/// keeps them.
fn is_named_already(case: &Case<'_>, replacement: &ReplacementCertificate) -> bool {
    let present = case.send_connector.and_then(|one| one.object.tls_certificate_name.as_deref());
    let Some(Ok(present)) = present.map(str::parse::<TlsCertificateName>) else { return false };
    let is_same = |name: &crate::certificate::X500Name, text: &str| {
        text.parse().is_ok_and(|other| name.relation_to(&other) != NameRelation::Different)
    };
    is_same(&present.issuer, &replacement.issuer) && is_same(&present.subject, &replacement.subject)
}

fn nothing_to_set(case: &Case<'_>, replacement: &ReplacementCertificate) -> Remedy {
    let server = remedies::server(case);
    let thumbprint = replacement.thumbprint.map(|thumbprint| thumbprint.to_string());
    let which = thumbprint.as_deref().unwrap_or("another certificate");
    let thumbprint = literal(thumbprint.as_deref(), "thumbprint");
    Remedy::server(
        MANAGEMENT_SHELL,
        format!(
            "There is nothing to set on the send connector: it names issuer and subject of {which} \
             already, and Exchange takes the newest certificate of that name. See that the server \
             has it with its private key, and enabled for SMTP; then transport takes it up, at the \
             latest when it is restarted."
        ),
    )
    .command(format!(
        "Get-ExchangeCertificate -Server {server} -Thumbprint {thumbprint} | Format-List \
         NotBefore,NotAfter,Services,Status,HasPrivateKey"
    ))
    .verify("the next session in the send log sends that certificate (SentThumbprint)")
}

/// The source servers of the connector of which certificates are given, but not this one.
fn lacking(case: &Case<'_>, replacement: &ReplacementCertificate) -> Vec<String> {
    let Some(wanted) = replacement.thumbprint else { return Vec::new() };
    let servers = case.send_connector.and_then(|one| one.object.source_transport_servers.as_ref());
    let installed = || case.evidence.installed.iter().flatten().map(|one| &one.object);
    let lacks = |server: &&String| {
        let mut own = installed()
            .filter(|one| one.server.as_deref().is_some_and(|own| is_same_server(own, server)))
            .peekable();
        own.peek().is_some() && own.all(|one| one.thumbprint != Some(wanted))
    };
    servers.iter().flat_map(|list| &list.values).filter(lacks).cloned().collect()
}
