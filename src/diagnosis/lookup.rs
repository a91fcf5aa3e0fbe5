//! What the evidence holds of a story: its certificates, its send connector.

use super::certificates::is_same_server;
use super::evidence::{Evidence, Located};
use super::story::Story;
use crate::certificate::LoggedCertificate;
use crate::connector::{ExchangeCertificate, SendConnector, find_logged};

/// The installed certificate of a log row: that of the story's own server before that of another
/// one, which may be bound to other services there.
pub(super) fn find_installed<'a>(
    evidence: &'a Evidence,
    logged: &LoggedCertificate,
    story: &Story,
) -> Option<&'a Located<ExchangeCertificate>> {
    let is_logged = |one: &&Located<ExchangeCertificate>| {
        find_logged(logged, std::slice::from_ref(&one.object)).is_some()
    };
    let all = || evidence.installed.iter().flatten().filter(is_logged);
    all().find(|one| is_of_story(&one.object, story)).or_else(|| all().next())
}

fn is_of_story(certificate: &ExchangeCertificate, story: &Story) -> bool {
    let Some(own) = &certificate.server else { return false };
    story.servers.iter().any(|server| is_same_server(own, server))
}

/// The installed certificates of the story's server, where any tells that it is; else all.
pub(super) fn certificates_of(
    evidence: &Evidence,
    story: Option<&Story>,
) -> Vec<ExchangeCertificate> {
    let all = || evidence.installed.iter().flatten().map(|one| &one.object);
    let is_own = |one: &ExchangeCertificate| story.is_some_and(|story| is_of_story(one, story));
    let is_told = all().any(is_own);
    all().filter(|one| !is_told || is_own(one)).cloned().collect()
}

/// The connector of that name, else the first one that sends to EOP, else the only one.
pub(super) fn find_send_connector<'a>(
    evidence: &'a Evidence,
    name: Option<&str>,
) -> Option<&'a Located<SendConnector>> {
    let connectors = evidence.send_connectors.as_ref()?;
    if let Some(name) = name {
        return connectors.iter().find(|one| one.object.name.eq_ignore_ascii_case(name));
    }
    let sends_to_eop = |one: &&Located<SendConnector>| one.object.eop_sign().is_some();
    connectors.iter().find(sends_to_eop).or(match connectors.as_slice() {
        [only] => Some(only),
        _ => None,
    })
}
