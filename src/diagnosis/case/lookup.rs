//! What the evidence holds of an incident: its certificates, its send connector.

use crate::certificate::LoggedCertificate;
use crate::connector::{ExchangeCertificate, SendConnector, find_logged};
use crate::diagnosis::evidence::incident::Incident;
use crate::diagnosis::evidence::server_name::is_same_server;
use crate::diagnosis::evidence::{Evidence, Located};

/// What is installed of a log row's certificate.
#[derive(Default)]
pub(crate) struct FoundInstalled<'a> {
    /// On the incident's own server, or in an export that does not say whose it is.
    pub own: Option<&'a Located<ExchangeCertificate>>,
    /// On any server: the certificate is the same everywhere, its services and its key are not.
    pub any: Option<&'a Located<ExchangeCertificate>>,
}

pub(crate) fn find_installed<'a>(
    evidence: &'a Evidence,
    logged: &LoggedCertificate,
    incident: &Incident,
) -> FoundInstalled<'a> {
    let is_logged = |one: &&Located<ExchangeCertificate>| {
        find_logged(logged, std::slice::from_ref(&one.object)).is_some()
    };
    let all = || evidence.installed.iter().flatten().filter(is_logged);
    let own = all().find(|one| is_on(&one.object, incident) == Some(true));
    let may_be_own = || all().find(|one| is_on(&one.object, incident).is_none());
    let only = || may_be_own().filter(|_| !names_servers(evidence));
    FoundInstalled { own: own.or_else(only), any: own.or_else(|| all().next()) }
}

/// Whether an installed certificate is on the server of an incident; `None`: one of the two does not
/// say.
fn is_on(certificate: &ExchangeCertificate, incident: &Incident) -> Option<bool> {
    let own = certificate.server.as_deref()?;
    incident.server_texts().next()?;
    Some(incident.servers().any(|server| is_same_server(own, server)))
}

/// Whether the installed certificates are of several servers.
fn names_servers(evidence: &Evidence) -> bool {
    let mut servers = evidence.installed.iter().flatten().map(|one| one.object.server.as_deref());
    let first = servers.next().flatten();
    servers.any(|other| match (first, other) {
        (Some(first), Some(other)) => !is_same_server(first, other),
        (first, other) => first != other,
    })
}

/// The installed certificates of the incident's first server; those that do not say whose they are
/// only where all do not, or all are of one.
pub(crate) fn certificates_of(
    evidence: &Evidence,
    incident: Option<&Incident>,
) -> Vec<ExchangeCertificate> {
    let all = || evidence.installed.iter().flatten().map(|one| &one.object);
    let Some(incident) = incident else { return all().cloned().collect() };
    let first = incident.server();
    let is_of_first = |one: &ExchangeCertificate| match (one.server.as_deref(), first) {
        (Some(own), Some(server)) => is_same_server(own, server),
        _ => false,
    };
    if all().any(is_of_first) {
        return all().filter(|one| is_of_first(one)).cloned().collect();
    }
    if names_servers(evidence) {
        return Vec::new();
    }
    all().filter(|one| is_on(one, incident).is_none()).cloned().collect()
}

/// The connector of that name, else the first one that sends to EOP, else the only one.
pub(crate) fn find_send_connector<'a>(
    evidence: &'a Evidence,
    name: Option<&str>,
) -> Option<&'a Located<SendConnector>> {
    let connectors = evidence.send_connectors.as_ref()?;
    if let Some(name) = name {
        return connectors.iter().find(|one| one.object.is_named(name));
    }
    let sends_to_eop = |one: &&Located<SendConnector>| one.object.eop_sign().is_some();
    connectors.iter().find(sends_to_eop).or(match connectors.as_slice() {
        [only] => Some(only),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connector::TextList;
    use crate::timestamp::Timestamp;

    fn evidence() -> Evidence {
        Evidence::new(Timestamp::parse("2026-11-16").unwrap())
    }

    fn located<T>(object: T) -> Located<T> {
        Located { object, path: "export.json".to_owned(), line: 1 }
    }

    #[test]
    fn certificates_are_of_several_servers_where_two_of_them_name_different_ones_or_one_names_none()
    {
        for (servers, expected) in [
            (vec![], false),
            (vec![None], false),
            (vec![None, None], false),
            (vec![Some("EX01")], false),
            (vec![Some("EX01"), Some("ex01.contoso.com"), Some("EX01")], false),
            (vec![Some("EX01"), Some("EX01"), Some("EX02")], true),
            (vec![Some("EX01"), None], true),
            (vec![None, Some("EX01")], true),
        ] {
            let certificate = |server: Option<&str>| {
                let server = server.map(str::to_owned);
                located(ExchangeCertificate { server, ..ExchangeCertificate::default() })
            };
            let installed = Some(servers.iter().copied().map(certificate).collect());
            let mut evidence = evidence();
            evidence.installed = installed;
            assert_eq!(names_servers(&evidence), expected, "{servers:?}");
        }
    }

    #[test]
    fn the_send_connector_is_the_named_one_else_the_first_to_exchange_online_else_the_only_one() {
        let connector = |(name, host): &(&str, &str)| {
            let smart_hosts = Some(TextList::complete([*host]));
            located(SendConnector { name: (*name).to_owned(), smart_hosts, ..Default::default() })
        };
        let (partner, other) = (("Partner", "mx.adatum.com"), ("Other", "mx.fabrikam.com"));
        let cloud = ("Cloud", "contoso-com.mail.protection.outlook.com");
        let second = ("Second", "contoso-com.mail.protection.outlook.com");
        for (connectors, name, expected) in [
            (vec![partner], None, Some("Partner")),
            (vec![partner, other], None, None),
            (vec![partner, cloud, second], None, Some("Cloud")),
            (vec![cloud, partner], Some("PARTNER"), Some("Partner")),
            (vec![cloud], Some("Partner"), None),
            (vec![], None, None),
        ] {
            let send_connectors = Some(connectors.iter().map(connector).collect());
            let mut evidence = evidence();
            evidence.send_connectors = send_connectors;
            let found = find_send_connector(&evidence, name).map(|one| one.object.name.as_str());
            assert_eq!(found, expected, "{connectors:?} {name:?}");
        }
    }
}
