//! Whom a change would cut off: senders that are delivered today, and would then be refused.

use std::net::IpAddr;
use std::rc::Rc;

use super::change::Change;
use crate::certificate::Thumbprint;
use crate::connector::{
    Attribution, AttributionOutcome, AttributionRequest, ExchangeCertificate, MailFrom, Selected,
    SendConnector, ShownCertificate, attribute, public_address, select_certificate,
};
use crate::diagnosis::case::Case;
use crate::diagnosis::evidence::Evidence;
use crate::diagnosis::evidence::basis::{Basis, Delivered};
use crate::diagnosis::evidence::incident::{Ending, Incident};
use crate::diagnosis::evidence::server_name::is_same_server;

/// Delivered identities on which a change is tried.
const MAXIMUM_TRIED: usize = 64;

/// The senders that are delivered and attributed today, and are not so after the changes, in words.
pub(crate) fn cut_off_by(evidence: &Basis<'_>, changes: &[Change]) -> Vec<String> {
    let before = evidence.of_tenant();
    let after = changes.iter().fold(before.clone(), |evidence, change| change.apply(evidence));
    delivered(evidence)
        .iter()
        .take_while(|_| evidence.goes_on())
        .filter(|one| {
            let tenant = evidence.tenant_of(&one.presented, one.address, &one.mail_from);
            if tenant != evidence.tenant {
                // What another tenant's connectors make of a new certificate is not asked here.
                return changes.iter().any(|change| shows_another(change, one));
            }
            may_pass(&before, one, &one.presented) && !passes_after(evidence, &after, changes, one)
        })
        .map(|one| one.label.clone())
        .collect()
}

/// Whether a sender shows another certificate after the change.
fn shows_another(change: &Change, one: &Delivered) -> bool {
    let Change::Send { connector: Some(connector), certificate, .. } = change else { return false };
    connector.eq_ignore_ascii_case(&one.connector) && one.thumbprint != certificate.thumbprint
}

fn passes_after(
    evidence: &Basis<'_>,
    after: &Evidence,
    changes: &[Change],
    one: &Delivered,
) -> bool {
    let mut presented = one.presented.clone();
    for change in changes {
        match change {
            Change::Send { certificate, .. } if shows_another(change, one) => {
                if lacks(evidence, one, certificate) {
                    return false;
                }
                presented = ShownCertificate::Names(certificate.names());
            }
            // What is sent in its place is not known.
            Change::TakeAway { server, thumbprint }
                if is_at(server.as_deref(), one) && one.thumbprint == Some(*thumbprint) =>
            {
                return false;
            }
            Change::TakeNamedAway { servers, thumbprint, .. }
                if servers.iter().any(|server| is_at(Some(server), one))
                    && one.thumbprint == Some(*thumbprint) =>
            {
                return false;
            }
            Change::EnableForSmtp { server, .. } if is_at(server.as_deref(), one) => {
                if let Some(other) = chosen_instead(evidence, changes, one) {
                    presented = ShownCertificate::Names(other.names());
                }
            }
            _ => {}
        }
    }
    may_pass(after, one, &presented)
}

/// Whether a change on a server may be one on the sender's.
fn is_at(server: Option<&str>, one: &Delivered) -> bool {
    match (server, one.server.as_deref()) {
        (Some(of), Some(own)) => is_same_server(of, own),
        _ => true,
    }
}

/// The certificate that the sender's connector chooses by name after the changes, where it chooses the
/// one that it shows today by name, too, and another one then.
fn chosen_instead(
    before: &Basis<'_>,
    changes: &[Change],
    one: &Delivered,
) -> Option<ExchangeCertificate> {
    let chosen = |evidence: &Evidence| {
        let connectors = evidence.send_connectors.iter().flatten().map(|one| &one.object);
        let mut connectors = connectors.filter(|known| known.is_named(&one.connector));
        let connector = connectors.find(|known| known.tls_certificate_name.is_none())?;
        chosen_on(evidence, connector, one.server.as_deref()).cloned()
    };
    let today = chosen(before).filter(|today| today.thumbprint == one.thumbprint)?;
    let configuration = before.configuration();
    let after = changes.iter().fold(configuration, |evidence, change| change.apply(evidence));
    chosen(&after).filter(|then| then.thumbprint != today.thumbprint)
}

/// The installed certificate that a send connector chooses on a server, or on whichever it is.
pub(crate) fn chosen_on<'e>(
    evidence: &'e Evidence,
    connector: &SendConnector,
    server: Option<&str>,
) -> Option<&'e ExchangeCertificate> {
    let is_own = |one: &&ExchangeCertificate| match (one.server.as_deref(), server) {
        (Some(of), Some(server)) => is_same_server(of, server),
        _ => true,
    };
    // By a host's name one that is not bound to SMTP is not taken (KB 2888788).
    let is_taken =
        |one: &&ExchangeCertificate| connector.tls_certificate_name.is_some() || !one.lacks_smtp();
    let installed = evidence.installed.iter().flatten().map(|one| &one.object);
    let own: Vec<&ExchangeCertificate> = installed.filter(is_own).filter(is_taken).collect();
    let objects: Vec<ExchangeCertificate> = own.iter().map(|one| (*one).clone()).collect();
    match select_certificate(connector, &objects, server).selected {
        Selected::One(index) => own.get(index).copied(),
        _ => None,
    }
}

/// Whether the certificates of the server are given, and that one is not among them.
fn lacks(evidence: &Basis<'_>, one: &Delivered, certificate: &ExchangeCertificate) -> bool {
    let Some(server) = one.server.as_deref() else { return false };
    let installed = evidence.installed.iter().flatten().map(|one| &one.object);
    let mut own = installed
        .filter(|known| known.server.as_deref().is_some_and(|of| is_same_server(of, server)))
        .peekable();
    own.peek().is_some() && own.all(|known| known.thumbprint != certificate.thumbprint)
}

/// Whether a sender may be attributed; without connectors anyone may.
fn may_pass(evidence: &Evidence, one: &Delivered, presented: &ShownCertificate) -> bool {
    if evidence.inbound_connectors.is_none() {
        return true;
    }
    let found = attribution(evidence, presented, one.address, &one.mail_from);
    found.possible.iter().any(AttributionOutcome::is_attributed)
}

fn attribution(
    evidence: &Evidence,
    certificate: &ShownCertificate,
    address: Option<IpAddr>,
    mail_from: &MailFrom,
) -> Attribution {
    let connectors = evidence.inbound_connectors.as_ref();
    let connectors: Option<Vec<_>> =
        connectors.map(|all| all.iter().map(|one| one.object.clone()).collect());
    attribute(&AttributionRequest {
        certificate,
        address,
        mail_from,
        connectors: connectors.as_deref(),
        accepted_domains: evidence.accepted_domains.as_ref().map(|located| &located.object),
    })
}

/// The identities whose mail is delivered, each once.
pub(crate) fn delivered(evidence: &Basis<'_>) -> Rc<Vec<Delivered>> {
    evidence.delivered(|| {
        let mut found: Vec<Delivered> = Vec::new();
        let delivered = evidence.incidents.all.iter();
        let delivered = delivered.filter(|one| one.ending == Ending::Delivered);
        let delivered = delivered.filter(|one| evidence.incidents.is_in_use(one));
        for one in delivered.flat_map(|incident| of_incident(evidence, incident)) {
            if found.len() < MAXIMUM_TRIED && !found.contains(&one) {
                found.push(one);
            }
        }
        found
    })
}

/// A delivered identity on each of its servers.
fn of_incident(evidence: &Basis<'_>, incident: &Incident) -> Vec<Delivered> {
    let presented = Case::presented_in(evidence, incident);
    let address = incident.public_address.as_deref();
    let address = address.and_then(|text| text.parse().ok()).and_then(public_address);
    let thumbprint = incident.sent.as_ref().and_then(|sent| sent.thumbprint.as_deref());
    let thumbprint: Option<Thumbprint> = thumbprint.and_then(|text| text.parse().ok());
    let name = match &presented {
        ShownCertificate::Names(names) => names.names.first().map(|name| name.text.clone()),
        _ => None,
    };
    let of_server = |server: Option<&str>| {
        let who = match server {
            Some(server) => format!("the mail of {server}"),
            None => format!("the mail over {}", incident.connector),
        };
        Delivered {
            label: match &name {
                Some(name) => format!("{who}, which shows {name}"),
                None => who,
            },
            server: server.map(str::to_owned),
            connector: incident.connector.to_string(),
            thumbprint,
            presented: presented.clone(),
            address,
            mail_from: incident.mail_from.clone(),
        }
    };
    let servers: Vec<&str> = incident.servers().collect();
    if servers.is_empty() {
        return vec![of_server(None)];
    }
    servers.into_iter().map(|server| of_server(Some(server))).collect()
}
