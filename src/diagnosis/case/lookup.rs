//! What the evidence holds of an incident: its certificates, its send connector.

use crate::certificate::LoggedCertificate;
use crate::connector::{ExchangeCertificate, SendConnector, find_logged};
use crate::diagnosis::evidence::incident::Incident;
use crate::diagnosis::evidence::server_name::is_same_server;
use crate::diagnosis::evidence::{Evidence, Located};

/// The installed certificate of a log row: that of the incident's own server before that of another
/// one, which may be bound to other services there.
pub(crate) fn find_installed<'a>(
    evidence: &'a Evidence,
    logged: &LoggedCertificate,
    incident: &Incident,
) -> Option<&'a Located<ExchangeCertificate>> {
    let is_logged = |one: &&Located<ExchangeCertificate>| {
        find_logged(logged, std::slice::from_ref(&one.object)).is_some()
    };
    let all = || evidence.installed.iter().flatten().filter(is_logged);
    all().find(|one| is_of_incident(&one.object, incident)).or_else(|| all().next())
}

fn is_of_incident(certificate: &ExchangeCertificate, incident: &Incident) -> bool {
    let Some(own) = &certificate.server else { return false };
    incident.servers.iter().any(|server| is_same_server(own, server))
}

/// The installed certificates of the incident's server, where any says that it is; else all.
pub(crate) fn certificates_of(
    evidence: &Evidence,
    incident: Option<&Incident>,
) -> Vec<ExchangeCertificate> {
    let all = || evidence.installed.iter().flatten().map(|one| &one.object);
    let is_own =
        |one: &ExchangeCertificate| incident.is_some_and(|incident| is_of_incident(one, incident));
    let is_known = all().any(is_own);
    all().filter(|one| !is_known || is_own(one)).cloned().collect()
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
