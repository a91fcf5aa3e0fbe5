//! What is different on an Edge server: it is not reached by `-Server`, and gets no long
//! TlsCertificateName (KB 4052493).

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{MANAGEMENT_SHELL, Remedy, send_connector};
use crate::diagnosis::case::Case;
use crate::diagnosis::evidence::server_name::is_same_server;
use crate::diagnosis::literal::{listed, literal};
use crate::finding::{Place, Step};

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
    let condition = if is_edge(&case.evidence.edge_servers, server) {
        format!("{server} is an Edge server, and")
    } else {
        format!("If {server} is an Edge server:")
    };
    Some(
        Remedy::new(
            MANAGEMENT_SHELL,
            format!(
                "{condition} TlsCertificateName has {length} characters, and one \
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

pub(crate) fn is_edge(edges: &BTreeSet<Arc<str>>, server: &str) -> bool {
    edges.iter().any(|edge| is_same_server(edge, server))
}

/// The step as it is done on servers of which some are Edge servers: those in their own shell, since
/// none is reached by `-Server`.
pub(crate) fn on_edge(step: Step, edges: &BTreeSet<Arc<str>>) -> Step {
    if step.place != Some(Place::ManagementShell) {
        return step;
    }
    let command = step.command.as_deref().unwrap_or_default();
    let named = |text: &str| -> Vec<&Arc<str>> {
        edges.iter().filter(|edge| text.contains(&parameter(edge))).collect()
    };
    let edges_named = named(command);
    if edges_named.is_empty() {
        return step;
    }
    let (mut of_others, mut of_edges) = (Vec::new(), Vec::new());
    for line in command.lines() {
        match named(line).first() {
            Some(edge) => of_edges.push(line.replace(&parameter(edge), "")),
            None => of_others.push(line.to_owned()),
        }
    }
    of_edges.dedup();
    let listed_edges = listed(edges_named.iter().map(|edge| &***edge), 8);
    let itself = if edges_named.len() > 1 { "each of them itself" } else { "itself" };
    let without_server = |text: &str| {
        edges.iter().fold(text.to_owned(), |text, edge| text.replace(&parameter(edge), ""))
    };
    let verify = step.verify.as_deref().map(without_server);
    let undo = step.undo.as_deref().map(without_server);
    let step = if of_others.is_empty() {
        let place = Place::OnTheEdgeServer;
        Step { place: Some(place), side: place.side(), ..step }
            .at(&format!("Exchange Management Shell on {listed_edges} {itself}"))
    } else {
        of_others.push(format!("# On {listed_edges} {itself}: -Server reaches no Edge server"));
        step
    };
    of_others.extend(of_edges);
    Step { command: Some(of_others.join("\n")), verify, undo, ..step }
}

fn parameter(server: &str) -> String {
    format!(" -Server {}", literal(Some(server), "server"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edge_servers_are_known_by_name_and_told_as_one_or_as_several() {
        let edges: BTreeSet<Arc<str>> = ["EDGE01", "EDGE02"].map(Arc::from).into();
        assert!(is_edge(&edges, "edge01.contoso.com"));
        assert!(!is_edge(&edges, "EX01"));
        let place = |command: &str| {
            let step = Step::new(Place::ManagementShell, "See.").command(command);
            on_edge(step, &edges).r#where
        };
        let one = place("Get-ExchangeCertificate -Server 'EDGE01'");
        assert!(one.ends_with("on EDGE01 itself"), "{one}");
        let two =
            "Get-ExchangeCertificate -Server 'EDGE01'\nGet-ExchangeCertificate -Server 'EDGE02'";
        let two = place(two);
        assert!(two.ends_with("on EDGE01, EDGE02 each of them itself"), "{two}");
    }
}
