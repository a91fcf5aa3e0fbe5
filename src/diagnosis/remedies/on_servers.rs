//! What the exports and the sessions hold of a certificate on the servers that are meant: no step asks
//! for it again.

use std::fmt::Write as _;

use super::servers;
use crate::certificate::Thumbprint;
use crate::connector::ExchangeCertificate;
use crate::diagnosis::case::Case;
use crate::diagnosis::evidence::server_name::is_same_server;
use crate::diagnosis::literal::listed;

/// Servers of a connector that are named in a step.
const MAXIMUM_NAMED: usize = 8;

/// What of a certificate on the servers of a case the exports leave open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Open {
    is_there: bool,
    key: bool,
    smtp: bool,
}

impl Open {
    pub fn of(case: &Case<'_>, thumbprint: Option<Thumbprint>) -> Self {
        let servers = servers(case);
        let found: Vec<Option<&ExchangeCertificate>> = match servers.as_slice() {
            [] | [_] => vec![selectable(case, thumbprint)],
            several => several.iter().map(|server| on_server(case, server, thumbprint)).collect(),
        };
        let any = |is_open: &dyn Fn(&ExchangeCertificate) -> bool| {
            found.iter().any(|one| one.is_none_or(is_open))
        };
        Self {
            is_there: found.contains(&None),
            key: any(&|one| one.has_private_key != Some(true)),
            smtp: any(&|one| one.services.is_none() || one.lacks_smtp()),
        }
    }

    /// The same, where a step before enables the certificate for SMTP.
    pub fn once_enabled(self) -> Self {
        Self { smtp: self.is_there && self.smtp, ..self }
    }

    pub fn is_nothing(self) -> bool {
        self == Self::default()
    }

    /// What is to be seen: `the server has it with its private key, and enabled for SMTP`.
    pub fn words(self) -> &'static str {
        match (self.is_there, self.key, self.smtp) {
            (true, _, true) => "the server has it with its private key, and enabled for SMTP",
            (true, ..) => "the server has it with its private key",
            (false, true, true) => {
                "it has its private key on the server, and is enabled for SMTP there"
            }
            (false, true, false) => "it has its private key on the server",
            (false, false, _) => "it is enabled for SMTP on the server",
        }
    }
}

fn selectable<'c>(
    case: &'c Case<'_>,
    thumbprint: Option<Thumbprint>,
) -> Option<&'c ExchangeCertificate> {
    let is_it = |one: &&ExchangeCertificate| thumbprint.is_some() && one.thumbprint == thumbprint;
    case.selectable.iter().find(is_it)
}

fn on_server<'c>(
    case: &'c Case<'_>,
    server: &str,
    thumbprint: Option<Thumbprint>,
) -> Option<&'c ExchangeCertificate> {
    own_of(case, server).find(|one| thumbprint.is_some() && one.thumbprint == thumbprint)
}

/// The given certificates that say that they are of a server.
fn own_of<'c>(
    case: &'c Case<'_>,
    server: &str,
) -> impl Iterator<Item = &'c ExchangeCertificate> + use<'c> {
    let server = server.to_owned();
    let all = case.evidence.installed.iter().flatten().map(|one| &one.object);
    all.filter(move |one| one.server.as_deref().is_some_and(|own| is_same_server(own, &server)))
}

/// Whether a source server has a certificate; `None` where neither exports nor sessions say.
fn has(case: &Case<'_>, server: &str, wanted: Thumbprint) -> Option<bool> {
    let mut own = own_of(case, server).peekable();
    if own.peek().is_some() {
        return Some(own.any(|one| one.thumbprint == Some(wanted)));
    }
    let shows_it = case.evidence.incidents.all.iter().any(|one| {
        let sent = one.sent.as_ref().and_then(|sent| sent.thumbprint.as_deref());
        sent.and_then(|text| text.parse().ok()) == Some(wanted)
            && one.servers().any(|own| is_same_server(own, server))
    });
    let is_only_one = servers(case).iter().all(|own| is_same_server(own, server));
    let is_given = is_only_one && selectable(case, Some(wanted)).is_some();
    (shows_it || is_given).then_some(true)
}

/// On which servers naming a certificate on the send connector acts, and which of them lack it, or are
/// not known to have it.
pub(super) fn reach(case: &Case<'_>, certificate: Option<&ExchangeCertificate>) -> String {
    let source = case.send_connector.and_then(|one| one.object.source_transport_servers.as_ref());
    let source: Vec<&str> =
        source.iter().flat_map(|list| &list.values).map(String::as_str).collect();
    let wanted = certificate.and_then(|one| one.thumbprint);
    let (Some(wanted), false) = (wanted, source.is_empty()) else {
        let all = match source.as_slice() {
            [] => "all SourceTransportServers of the connector".to_owned(),
            source => listed(source.iter().copied(), MAXIMUM_NAMED),
        };
        return format!(
            " It acts on {all}: first see with Get-ExchangeCertificate -Server that each of them has \
             it, else those begin to fail with 454 4.7.5."
        );
    };
    let that_have = |state: Option<bool>| -> Vec<&str> {
        source.iter().copied().filter(|server| has(case, server, wanted) == state).collect()
    };
    let (lacking, unknown) = (that_have(Some(false)), that_have(None));
    let names = |servers: &[&str]| listed(servers.iter().copied(), MAXIMUM_NAMED);
    let all = names(&source);
    let mut text = match (lacking.as_slice(), unknown.as_slice(), source.as_slice()) {
        ([], [], [_]) => format!(" It acts on {all}, which has the certificate."),
        ([], [], _) => format!(" It acts on {all}, which have the certificate."),
        _ => format!(" It acts on {all}."),
    };
    if !lacking.is_empty() {
        let _ = write!(
            text,
            " Not among the given certificates of {}: import it there first, else mail from there \
             begins to fail with 454 4.7.5.",
            names(&lacking)
        );
    }
    if !unknown.is_empty() {
        let _ = write!(
            text,
            " First see with Get-ExchangeCertificate -Server that it is on {}, else mail from there \
             begins to fail with 454 4.7.5.",
            names(&unknown)
        );
    }
    text
}
