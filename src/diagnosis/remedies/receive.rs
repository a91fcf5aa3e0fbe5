//! Steps on receive connectors, over which Exchange Online hands over to this organisation.

use super::change::Former;
use super::change_step::step_of;
use super::{Change, ELEVATED, MANAGEMENT_SHELL, Remedy};
use crate::certificate::Thumbprint;
use crate::connector::{ExchangeCertificate, ReceiveConnector};
use crate::diagnosis::case::Case;
use crate::diagnosis::evidence::server_name::is_same_server;
use crate::diagnosis::literal::literal;
use crate::finding::InputOption;

/// What a receive connector names, and whether that is installed, as far as the exports do not say it.
pub(crate) fn see_receive_connector(case: &Case<'_>, connector: &str) -> Remedy {
    let connectors = case.option(InputOption::ReceiveConnectors);
    let installed = case.option(InputOption::Installed);
    let given = case.evidence.receive_connectors.iter().flatten();
    let is_given = given.map(|one| &one.object).any(|one| one.is_named(connector));
    if is_given {
        let step = Remedy::new(
            MANAGEMENT_SHELL,
            format!(
                "Export the certificates of the server, and give them with {installed}: they say \
                 whether it has the one that the receive connector names."
            ),
        );
        let server = connector.split_once('\\').map(|(server, _)| server);
        let of_server =
            server.map(|server| format!(" -Server {}", literal(Some(server), "server")));
        return step
            .command(format!(
                "Get-ExchangeCertificate{} | Export-Clixml installed.xml",
                of_server.unwrap_or_default()
            ))
            .verify("the report says whether the certificate of the connector is installed");
    }
    let identity = literal(Some(connector), "receive connector");
    Remedy::new(
        MANAGEMENT_SHELL,
        format!(
            "See which certificate the receive connector names, whether the server has it \
             (Application event 12014 says that it has not), and whether AuthMechanism has Tls; give \
             both exports with {connectors} and {installed}."
        ),
    )
    .command(format!(
        "Get-ReceiveConnector {identity} | Format-List Identity,Fqdn,TlsCertificateName,AuthMechanism\n\
         Get-ReceiveConnector | Export-Clixml receive.xml"
    ))
    .verify("the report names the certificate of the connector")
}

const RECEIVING: &str = "elevated Windows PowerShell on the server of the receive connector";

/// What is left where the receive connector names an installed certificate and has Tls: its key, and
/// that the front end has not taken it up.
pub(crate) fn use_named_certificate(thumbprint: Option<Thumbprint>) -> Vec<Remedy> {
    let text = thumbprint.map(|thumbprint| thumbprint.to_string());
    vec![
        Remedy::new(
            ELEVATED,
            "By the exports the connector has Tls in AuthMechanism, and names a certificate that is \
             installed. See whether NETWORK SERVICE (S-1-5-20) may read its private key, and whether \
             the front end wrote event 12014 about it to the Application log.",
        )
        .command(format!(
            "Test-EopRelayCertificate -Thumbprint {}\n\
             Get-WinEvent -FilterHashtable @{{ LogName = 'Application'; Id = 12014 }} -MaxEvents 5",
            literal(text.as_deref(), "thumbprint")
        ))
        .at(RECEIVING)
        .verify("the report names no key that NETWORK SERVICE may not read, and there is no event"),
        Remedy::new(
            ELEVATED,
            "Last, and only if nothing is wrong with the key: restart the front end. This interrupts \
             the mail flow of the server.",
        )
        .at(RECEIVING)
        .command("Restart-Service MSExchangeFrontEndTransport")
        .verify("the next session of Exchange Online in the receive log shows STARTTLS"),
    ]
}

/// Lets a receive connector offer TLS.
pub(crate) fn offer_tls(connector: &ReceiveConnector) -> Remedy {
    let before: Vec<String> = connector
        .auth_mechanism
        .iter()
        .flat_map(|list| &list.values)
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .filter(|word| !word.is_empty() && !word.eq_ignore_ascii_case("None"))
        .map(str::to_owned)
        .collect();
    let change = Change::OfferTls {
        connector: connector.identity.clone(),
        mechanisms: std::iter::once("Tls".to_owned()).chain(before.iter().cloned()).collect(),
        before,
    };
    Remedy::of(
        change,
        "Let the connector offer TLS. The command replaces the list, so it holds all of it.",
    )
}

/// Names the certificate to show on a receive connector: an installed one of an authority, with the
/// connector's own name where it has one.
pub(crate) fn receive_with(case: &Case<'_>, connector: &ReceiveConnector) -> Remedy {
    let server = connector.server();
    let fits = |one: &&ExchangeCertificate| {
        let is_own = match (one.server.as_deref(), server) {
            (Some(of), Some(server)) => is_same_server(of, server),
            _ => true,
        };
        is_own
            && !one.lacks_smtp()
            && one.is_issued_by_authority() != Some(false)
            && one.has_private_key != Some(false)
            && !one.has_unusable_status()
            && !one.is_pending_request()
            && one.not_after.is_none_or(|end| end > case.evidence.at)
            && one
                .root_ca_type
                .as_deref()
                .is_none_or(|kind| kind.eq_ignore_ascii_case("ThirdParty"))
    };
    let has_name = |one: &ExchangeCertificate| {
        let names = one.names();
        let fqdn = connector.fqdn.as_deref().unwrap_or_default();
        names.names.iter().any(|name| name.text.eq_ignore_ascii_case(fqdn))
    };
    let installed = case.evidence.installed.iter().flatten().map(|one| &one.object);
    let chosen = installed.filter(fits).max_by_key(|one| (has_name(one), one.not_after));
    let before = match &connector.tls_certificate_name {
        Some(value) => Former::Value(value.clone()),
        None if connector.knows_certificate_name => Former::Empty,
        None => Former::NotKnown,
    };
    let which = match chosen.and_then(|one| one.thumbprint) {
        Some(thumbprint) => format!("the installed certificate {thumbprint}"),
        None => "a certificate of a public authority that is installed".to_owned(),
    };
    let change = Change::Receive {
        connector: connector.identity.clone(),
        certificate: Box::new(chosen.cloned().unwrap_or_default()),
        before,
    };
    let action = format!(
        "Name {which} on the receive connector, so that Exchange Online is offered TLS with it. Do so \
         on each server that Exchange Online reaches."
    );
    match chosen {
        Some(_) => Remedy::of(change, action),
        None => step_of(&change, action, &[]).into(),
    }
}
