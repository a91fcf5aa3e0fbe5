//! For which connectors and servers there is something to report.

use crate::connector::{ExchangeCertificate, SendConnector};
use crate::diagnosis::evidence::certificate_uses::{CertificateUse, PlaceUses};
use crate::diagnosis::evidence::server_name::is_same_server;
use crate::diagnosis::overview::known::Known;

/// A connector on a server, with its sessions.
pub(crate) struct ConnectorOnServer<'a> {
    pub connector: Option<&'a SendConnector>,
    pub name: Option<&'a str>,
    pub server: Option<&'a str>,
    pub uses: Vec<&'a CertificateUse>,
}

/// What is known of the certificates that a server has.
pub(crate) enum Installed<'a> {
    /// None were given.
    NotGiven,
    /// Those that were given are of other servers, or do not name theirs.
    NotKnown,
    /// These.
    Known(Vec<&'a ExchangeCertificate>),
}

/// Adds a server that is not known yet.
fn add_server<'a>(servers: &mut Vec<&'a str>, server: &'a str) {
    let server = server.trim();
    if !server.is_empty() && !servers.iter().any(|known| is_same_server(known, server)) {
        servers.push(server);
    }
}

/// The exported connectors in their order, each with the servers that use it or that sessions name;
/// then the connectors that only sessions name; without either the servers of the certificates.
pub(crate) fn places<'a>(evidence: &'a Known<'_>) -> Vec<ConnectorOnServer<'a>> {
    let all = evidence.uses.places();
    let connectors = evidence.send_connectors.as_deref().unwrap_or_default();
    let mut places = Vec::new();
    for connector in connectors {
        add_places_of(&connector.object, evidence, &mut places);
    }
    let is_exported =
        |one: &&PlaceUses| connectors.iter().any(|known| known.object.is_named(&one.connector));
    places.extend(all.iter().filter(|one| !is_exported(one)).map(|one| ConnectorOnServer {
        connector: None,
        name: Some(&*one.connector).filter(|name| !name.is_empty()),
        server: one.server(),
        uses: one.uses.iter().collect(),
    }));
    if places.is_empty() && evidence.installed.is_some() {
        let of_server =
            |server| ConnectorOnServer { connector: None, name: None, server, uses: Vec::new() };
        let servers = servers_of_certificates(evidence);
        places.extend(servers.iter().map(|server| of_server(Some(*server))));
        if servers.is_empty() {
            places.push(of_server(None));
        }
    }
    places
}

/// The connector on each of its servers.
fn add_places_of<'a>(
    connector: &'a SendConnector,
    evidence: &'a Known<'_>,
    places: &mut Vec<ConnectorOnServer<'a>>,
) {
    let is_own = |one: &&PlaceUses| connector.is_named(&one.connector);
    let own: Vec<&PlaceUses> = evidence.uses.places().iter().filter(is_own).collect();
    let mut servers = Vec::new();
    for server in connector.source_transport_servers.iter().flat_map(|list| &list.values) {
        add_server(&mut servers, server);
    }
    for server in own.iter().filter_map(|one| one.server()) {
        add_server(&mut servers, server);
    }
    if servers.is_empty() {
        servers = servers_of_certificates(evidence);
    }
    let mut add = |server: Option<&'a str>, sessions: Vec<&'a PlaceUses>| {
        places.push(ConnectorOnServer {
            connector: Some(connector),
            name: Some(&connector.name),
            server,
            uses: sessions.into_iter().flat_map(|one| &one.uses).collect(),
        });
    };
    if let [] | [_] = servers.as_slice() {
        // Whose the sessions are where the log does not say: there is only one.
        add(servers.first().copied(), own);
        return;
    }
    for server in servers {
        let is_of_server =
            |one: &&PlaceUses| one.server().is_some_and(|name| is_same_server(name, server));
        add(Some(server), own.iter().copied().filter(is_of_server).collect());
    }
    let unnamed: Vec<&PlaceUses> = own.into_iter().filter(|one| one.server().is_none()).collect();
    if !unnamed.is_empty() {
        add(None, unnamed);
    }
}

fn servers_of_certificates<'a>(evidence: &'a Known<'_>) -> Vec<&'a str> {
    let mut servers = Vec::new();
    for one in evidence.installed.iter().flatten() {
        if let Some(server) = &one.object.server {
            add_server(&mut servers, server);
        }
    }
    servers
}

/// Whether all that anything names is one server, or none.
fn is_of_one_server(evidence: &Known<'_>) -> bool {
    let of_certificates = evidence.installed.iter().flatten();
    let of_certificates = of_certificates.filter_map(|one| one.object.server.as_deref());
    let of_connectors = evidence.send_connectors.iter().flatten();
    let of_connectors = of_connectors
        .filter_map(|one| one.object.source_transport_servers.as_ref())
        .flat_map(|list| list.values.iter().map(String::as_str));
    let of_sessions = evidence.uses.places().iter().filter_map(|one| one.server());
    let mut names = of_certificates
        .chain(of_connectors)
        .chain(of_sessions)
        .map(str::trim)
        .filter(|name| !name.is_empty());
    let first = names.next();
    first.is_none_or(|first| names.all(|name| is_same_server(first, name)))
}

/// The certificates of a server. Those that do not name their server count where there is only
/// one server at all: taken for every server's, they would name certificates that some lack.
pub(crate) fn installed_on<'a>(evidence: &'a Known<'_>, server: Option<&str>) -> Installed<'a> {
    let Some(installed) = &evidence.installed else { return Installed::NotGiven };
    let is_only_server = is_of_one_server(evidence);
    let is_on_server = |one: &ExchangeCertificate| match (&one.server, server) {
        (Some(own), Some(server)) => is_same_server(own, server),
        (Some(_), None) | (None, _) => is_only_server,
    };
    let known: Vec<&ExchangeCertificate> =
        installed.iter().map(|one| &one.object).filter(|one| is_on_server(one)).collect();
    if known.is_empty() && !installed.is_empty() {
        Installed::NotKnown
    } else {
        Installed::Known(known)
    }
}

/// The full name of a server, if anything shows it: Exchange holds certificates against it.
pub(crate) fn full_name<'a>(evidence: &'a Known<'_>, server: &'a str) -> Option<&'a str> {
    if server.contains('.') {
        return Some(server);
    }
    let of_certificates =
        evidence.installed.iter().flatten().filter_map(|one| one.object.server.as_deref());
    let of_sessions = evidence.uses.places().iter().filter_map(|one| one.server());
    of_certificates
        .chain(of_sessions)
        .find(|name| name.contains('.') && is_same_server(name, server))
}
