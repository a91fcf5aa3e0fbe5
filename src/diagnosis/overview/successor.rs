//! The installed certificate that takes over from the one in use, and what its use changes.

use crate::chain::{ChainRequest, RootStores, Trust, report};
use crate::connector::{
    ConnectorNameMatch, Eligibility, ExchangeCertificate, Successor, TextList, is_named_by,
    match_certificate, successor_of,
};
use crate::diagnosis::evidence::server_name::is_same_server;
use crate::diagnosis::overview::facts::Facts;
use crate::diagnosis::overview::known::Known;
use crate::diagnosis::overview::model::{AffectedKind, AffectedObject};
use crate::diagnosis::remedies::EDGE_MAXIMUM;

/// The certificate in use, and the one that takes over from it.
pub(crate) struct Renewal {
    pub present: ExchangeCertificate,
    pub successor: Successor,
}

/// The certificate that takes over from what the server sends, or would send.
pub(crate) fn renewal(facts: &Facts<'_>) -> Option<Renewal> {
    let installed = facts.installed.as_ref()?;
    let at = facts.evidence.at;
    let find = |present: ExchangeCertificate| {
        let successor =
            successor_of(&present, installed, at, |one| is_trusted(facts.evidence, one))?;
        Some(Renewal { present, successor })
    };
    let selected = facts.selected.and_then(|index| facts.installed(index)).cloned();
    let sent = facts.sent.map(|logged| {
        let known = crate::connector::find_logged(logged, installed);
        known
            .and_then(|index| facts.installed(index))
            .cloned()
            .unwrap_or_else(|| logged.clone().into())
    });
    match (sent.filter(|one| one.not_after.is_some()), selected) {
        (Some(sent), Some(selected)) => {
            let is_it = |found: &Renewal| {
                let end = installed.get(found.successor.index).and_then(|one| one.not_after);
                end >= selected.not_after
            };
            find(sent).filter(is_it).or_else(|| find(selected))
        }
        (Some(one), None) | (None, Some(one)) => find(one),
        (None, None) => find(named(facts)?),
    }
}

/// What TlsCertificateName names, where no installed certificate fits it.
fn named(facts: &Facts<'_>) -> Option<ExchangeCertificate> {
    let connector = facts.place.connector?;
    let name: crate::certificate::TlsCertificateName =
        connector.tls_certificate_name.as_deref()?.parse().ok()?;
    Some(ExchangeCertificate {
        issuer: Some(name.issuer.to_string()),
        subject: Some(name.subject.to_string()),
        has_uncertain_blanks: connector.has_uncertain_blanks,
        ..ExchangeCertificate::default()
    })
}

/// Whether the chain, where the certificate itself is known, ends in a public root.
fn is_trusted(evidence: &Known<'_>, one: &ExchangeCertificate) -> Option<bool> {
    let certificate = one.certificate.as_ref()?;
    let stores = RootStores::new(evidence.roots.clone(), Vec::new(), evidence.machine.as_ref());
    let found = report(&ChainRequest {
        intermediates: evidence.intermediates.as_deref(),
        root_store: &stores.of_sender,
        programme_roots: &stores.of_programme,
        ..ChainRequest::new(certificate, evidence.at)
    });
    match found.trust {
        Trust::Trusted | Trust::MicrosoftProgramme => Some(true),
        Trust::Untrusted | Trust::PrivateAuthority => Some(false),
        Trust::Blocked | Trust::UnknownRoot => None,
    }
}

/// What has to be set so that the successor is sent, shown and matched where the present one is.
pub(crate) fn affected(
    facts: &Facts<'_>,
    present: &ExchangeCertificate,
    successor: &ExchangeCertificate,
) -> Vec<AffectedObject> {
    let server = facts.place.server;
    let is_here = |name: Option<&str>| match (name, server) {
        (Some(name), Some(server)) => is_same_server(name, server),
        _ => true,
    };
    let names_present_alone = |value: &str, blanks: bool| {
        is_named_by(present, value, blanks) == Some(true)
            && is_named_by(successor, value, blanks) == Some(false)
    };
    let mut found = Vec::new();
    let mut add = |kind, name: &str| found.push(AffectedObject { kind, name: name.to_owned() });
    let is_long = successor.x500_names().is_some_and(|(issuer, subject)| {
        format!("<I>{issuer}<S>{subject}").chars().count() > EDGE_MAXIMUM
    });
    for one in facts.evidence.send_connectors.iter().flatten().map(|one| &one.object) {
        let servers = one.source_transport_servers.iter().flat_map(|list| &list.values);
        let is_used_here = one.source_transport_servers.as_ref().is_none_or(TextList::is_empty)
            || servers.into_iter().any(|name| is_here(Some(name)));
        let value = one.tls_certificate_name.as_deref().filter(|_| is_used_here);
        if value.is_some_and(|value| names_present_alone(value, one.has_uncertain_blanks)) {
            add(AffectedKind::SendConnector, &one.name);
            if is_long {
                add(AffectedKind::EdgeServer, &one.name);
            }
        }
    }
    for one in facts.evidence.receive_connectors.iter().flatten().map(|one| &one.object) {
        let value = one.tls_certificate_name.as_deref().filter(|_| is_here(one.server()));
        if value.is_some_and(|value| names_present_alone(value, one.has_uncertain_blanks)) {
            add(AffectedKind::ReceiveConnector, &one.identity);
        }
    }
    for slot in 0..facts.evidence.tenant_count() {
        for one in facts.evidence.tenant(slot).inbound_connectors.into_iter().flatten() {
            let value = one.object.tls_sender_certificate_name.as_deref();
            let can_relay =
                !matches!(one.object.eligibility(), Eligibility::Disabled | Eligibility::Partner);
            let matches = |certificate: &ExchangeCertificate, value: &str| {
                let found = match_certificate(value, &certificate.names());
                !matches!(found.relation, ConnectorNameMatch::NoMatch(_))
            };
            let is_lost = |value: &str| matches(present, value) && !matches(successor, value);
            if can_relay && value.is_some_and(is_lost) {
                add(AffectedKind::InboundConnector, &one.object.name);
            }
        }
    }
    found
}
