//! Which certificate could be sent in place of the one that was, and how it comes to be sent.

use super::change::{Former, value_of};
use super::change_step::step_of;
use super::edge::{EDGE_MAXIMUM, choose_by_fqdn};
use super::services::{enable, take_away};
use super::{Change, MANAGEMENT_SHELL, Remedy};
use crate::certificate::{NameRelation, Thumbprint, TlsCertificateName, X500Name};
use crate::chain::Trust;
use crate::connector::{
    CertificateNames, CertificateServices, Eligibility, ExchangeCertificate, SendConnector,
    match_certificate,
};
use crate::diagnosis::case::Case;
use crate::diagnosis::evidence::incident::{Ending, Incident};
use crate::diagnosis::evidence::server_name::is_same_server;
use crate::diagnosis::literal::{listed, literal};
use crate::timestamp::Timestamp;

/// A certificate that could be sent in place of the one that was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ReplacementCertificate {
    /// With issuer and subject.
    pub certificate: ExchangeCertificate,
    /// Whether the evidence shows that Exchange Online takes it: it is delivered with it, or its
    /// authority is a public one.
    is_proven: bool,
    /// Whether it has to be enabled for SMTP first.
    lacks_smtp: bool,
    /// Whether a session shows mail delivered with it.
    is_delivering: bool,
}

impl ReplacementCertificate {
    fn thumbprint(&self) -> Option<Thumbprint> {
        self.certificate.thumbprint
    }

    /// `None` without issuer and subject, by which a connector names it.
    fn of_object(one: &ExchangeCertificate, is_proven: bool, is_delivering: bool) -> Option<Self> {
        value_of(one)?;
        Some(Self {
            certificate: one.clone(),
            is_proven,
            lacks_smtp: lacks_smtp(one),
            is_delivering,
        })
    }
}

/// The installed, given or delivering certificate that an inbound connector expects; without
/// connectors the only one. Never the one of the case, one of a private authority, one that has
/// expired or is revoked, or one without its key.
pub(crate) fn replacement(case: &Case<'_>) -> Option<ReplacementCertificate> {
    let own = case.parsed_thumbprint();
    let evidence = case.evidence;
    let delivering = delivering(case);
    let is_delivering = |thumbprint: Option<Thumbprint>| {
        thumbprint.is_some() && delivering.iter().any(|one| one.thumbprint() == thumbprint)
    };
    let mut fitting: Vec<ReplacementCertificate> = Vec::new();
    for one in &case.selectable {
        let is_public = one
            .root_ca_type
            .as_deref()
            .map(|kind| kind.eq_ignore_ascii_case("ThirdParty"))
            .or_else(|| is_trusted(case, one));
        let delivers = is_delivering(one.thumbprint);
        let is_excluded = one.is_issued_by_authority() == Some(false)
            || (is_public == Some(false) && !delivers)
            || one.has_private_key == Some(false)
            || one.status.as_deref().is_some_and(is_unusable);
        if !is_excluded && is_valid(one, evidence.at) && expects(case, &one.names()).unwrap_or(true)
        {
            fitting.extend(ReplacementCertificate::of_object(
                one,
                is_public == Some(true) || delivers,
                delivers,
            ));
        }
    }
    for given in &evidence.certificates {
        let one: ExchangeCertificate = given.certificate.clone().into();
        let is_trusted = is_trusted(case, &one) == Some(true);
        let is_possible = is_trusted || one.is_issued_by_authority() == Some(true);
        if is_possible && is_valid(&one, evidence.at) && expects(case, &one.names()).unwrap_or(true)
        {
            let delivers = is_delivering(one.thumbprint);
            fitting.extend(ReplacementCertificate::of_object(
                &one,
                is_trusted || delivers,
                delivers,
            ));
        }
    }
    let is_installed_elsewhere_only = |one: &ReplacementCertificate| {
        !case.selectable.is_empty()
            && !case.selectable.iter().any(|known| known.thumbprint == one.thumbprint())
    };
    fitting.extend(delivering.into_iter().filter(|one| !is_installed_elsewhere_only(one)));
    fitting.retain(|one| one.thumbprint().is_none() || one.thumbprint() != own);
    let mut kept: Vec<ReplacementCertificate> = Vec::new();
    for one in fitting {
        let is_known = |known: &ReplacementCertificate| known.thumbprint() == one.thumbprint();
        if !kept.iter().any(is_known) {
            kept.push(one);
        }
    }
    let is_certain = evidence.inbound_connectors.is_some() || kept.len() == 1;
    kept.into_iter().filter(|one| is_certain || one.is_delivering).max_by_key(|one| {
        (one.is_proven, !one.lacks_smtp, one.certificate.not_after, one.is_delivering)
    })
}

/// Whether a certificate is known not to be enabled for SMTP.
pub(crate) fn lacks_smtp(one: &ExchangeCertificate) -> bool {
    one.services.is_some_and(|services| !services.contains(CertificateServices::SMTP))
}

/// A Status with which Exchange Online would not take a certificate.
pub(crate) fn is_unusable(status: &str) -> bool {
    ["Revoked", "DateInvalid", "Untrusted", "Invalid"]
        .iter()
        .any(|known| status.trim().eq_ignore_ascii_case(known))
}

fn is_valid(one: &ExchangeCertificate, at: Timestamp) -> bool {
    one.not_after.is_none_or(|end| end > at) && one.not_before.is_none_or(|start| start <= at)
}

/// Whether the chain, where the certificate itself is known, ends in a public root.
fn is_trusted(case: &Case<'_>, one: &ExchangeCertificate) -> Option<bool> {
    let certificate = one.certificate.as_ref()?;
    match case.evidence.chain(certificate, &[], case.evidence.at).trust {
        Trust::Trusted | Trust::MicrosoftProgramme => Some(true),
        Trust::Untrusted | Trust::PrivateAuthority => Some(false),
        _ => None,
    }
}

/// Certificates with which the same server, or one that the log does not name, delivers now.
fn delivering(case: &Case<'_>) -> Vec<ReplacementCertificate> {
    let servers: Vec<&str> = case.incident.into_iter().flat_map(Incident::server_texts).collect();
    let is_near = |incident: &Incident| {
        servers.is_empty()
            || incident.server_texts().next().is_none()
            || incident.server_texts().any(|one| servers.iter().any(|own| is_same_server(one, own)))
    };
    let delivered = case.evidence.incidents.all.iter();
    let delivered = delivered.filter(|one| one.ending == Ending::Delivered && is_near(one));
    let delivered = delivered.filter(|one| case.evidence.incidents.is_in_use(one));
    let mut found: Vec<ReplacementCertificate> = Vec::new();
    for logged in delivered.filter_map(|incident| incident.sent.as_deref()) {
        let names = CertificateNames::from(logged);
        let is_over = logged.not_after.is_some_and(|end| end <= case.evidence.at);
        let is_known = logged.subject_issuer_ambiguous
            || is_over
            || expects(case, &names) == Some(false)
            || crate::diagnosis::case::is_self_issued(logged);
        if is_known {
            continue;
        }
        found.extend(ReplacementCertificate::of_object(&logged.clone().into(), true, true));
    }
    found
}

/// Whether an eligible connector expects a name of the certificate; `None` without connectors.
fn expects(case: &Case<'_>, names: &CertificateNames) -> Option<bool> {
    let connectors = case.evidence.inbound_connectors.as_ref()?;
    Some(connectors.iter().any(|connector| {
        let value = connector.object.tls_sender_certificate_name.as_deref();
        connector.object.eligibility() != Eligibility::Disabled
            && connector.object.eligibility() != Eligibility::Partner
            && value.is_some_and(|value| {
                let found = match_certificate(value, names);
                matches!(found.relation, crate::connector::ConnectorNameMatch::Match(_))
            })
    }))
}

/// Whether a certificate of the server is usable, and of a public authority.
fn is_sendable(case: &Case<'_>, one: &ExchangeCertificate) -> bool {
    let kind = one.root_ca_type.as_deref().map(|kind| kind.eq_ignore_ascii_case("ThirdParty"));
    kind.or_else(|| is_trusted(case, one)) == Some(true)
        && one.is_issued_by_authority() != Some(false)
        && one.has_private_key != Some(false)
        && !one.status.as_deref().is_some_and(is_unusable)
        && is_valid(one, case.evidence.at)
        && value_of(one).is_some()
}

/// A usable certificate of the server with a name for which `is_own` holds, and that name; names
/// without asterisk come first.
pub(super) fn sendable_with_name(
    case: &Case<'_>,
    is_own: impl Fn(&str) -> bool,
) -> Option<(ExchangeCertificate, String)> {
    let name_of = |one: &ExchangeCertificate| {
        let names = one.names().names;
        let own = names.into_iter().map(|name| name.text).filter(|name| is_own(name));
        own.min_by_key(|name| name.starts_with("*."))
    };
    let sendable = case.selectable.iter().filter(|one| is_sendable(case, one));
    let named = sendable.filter_map(|one| Some((one.clone(), name_of(one)?)));
    named.max_by_key(|(one, _)| (!lacks_smtp(one), one.not_after))
}

/// Names another certificate on the send connector; before that it is enabled for SMTP, where it is
/// not.
pub(crate) fn select_certificate(case: &Case<'_>) -> Vec<Remedy> {
    let replacement = replacement(case);
    let first = replacement.as_ref().filter(|one| one.lacks_smtp);
    let first = first.map(|one| enable(case, one.thumbprint()));
    if let (None, Some(named)) = (&replacement, named_elsewhere(case)) {
        return bring_certificate(case, named);
    }
    let mut on_edge = None;
    if let (None, Some(newer)) = (&replacement, shown_since(case)) {
        return vec![nothing_to_set_since(newer)];
    }
    let select = match &replacement {
        Some(one) if is_named_already(case, one) => {
            let names = one.certificate.names().names.into_iter().map(|name| name.text);
            on_edge = choose_by_fqdn(case, &names.collect::<Vec<_>>());
            nothing_to_set(case, one)
        }
        one => name_certificate(case, one.as_ref()),
    };
    let blocking = replacement.as_ref().and_then(|one| blocking_twin(case, one));
    let away = blocking.map(|thumbprint| take_away(case, thumbprint));
    away.into_iter().chain(on_edge).chain(first).chain(std::iter::once(select)).collect()
}

/// The newest session at the places of the case, where it shows another certificate, and one that an
/// inbound connector expects.
fn shown_since<'c>(case: &'c Case<'_>) -> Option<&'c Incident> {
    let own = case.incident.filter(|_| !case.is_newest_of_place())?;
    let at_own_place = case.evidence.incidents.all.iter().filter(|other| {
        other.connector == own.connector
            && other.last > own.last
            && own.last_on.keys().all(|server| other.last_on.contains_key(server))
    });
    let newest = at_own_place.filter(|one| one.is_certificate_known).max_by_key(|one| one.last)?;
    let names = CertificateNames::from(newest.sent.as_deref()?);
    let is_other = newest.identity().shown != own.identity().shown;
    (is_other && expects(case, &names) == Some(true)).then_some(newest)
}

/// The configuration was changed already: what keeps the newer certificate from passing is a finding
/// of its own.
fn nothing_to_set_since(newer: &Incident) -> Remedy {
    let sent = newer.sent.as_deref();
    let thumbprint = sent.and_then(|sent| sent.thumbprint.as_deref()).unwrap_or("another one");
    Remedy::new(
        MANAGEMENT_SHELL,
        format!(
            "There is nothing to set for this any more: the newest session, of {}, shows the \
             certificate {thumbprint}, which the inbound connector expects. What becomes of that \
             one stands in its own finding.",
            newer.last
        ),
    )
}

/// Whether another certificate can take the place of the one of the case.
pub(crate) fn has_substitute(case: &Case<'_>) -> bool {
    replacement(case).is_some() || named_elsewhere(case).is_some()
}

/// The usable certificate of another server that the send connector names, where the certificates of
/// this server are given and it is not among them.
fn named_elsewhere<'c>(case: &'c Case<'_>) -> Option<&'c ExchangeCertificate> {
    let server = case.server()?;
    let at = case.evidence.at;
    let mut installed = case.evidence.installed.iter().flatten().map(|one| &one.object);
    let is_here = |one: &ExchangeCertificate| {
        one.server.as_deref().is_some_and(|own| is_same_server(own, server))
    };
    let is_usable = |one: &&ExchangeCertificate| {
        one.has_private_key != Some(false)
            && one.is_issued_by_authority() != Some(false)
            && one
                .root_ca_type
                .as_deref()
                .is_none_or(|kind| kind.eq_ignore_ascii_case("ThirdParty"))
            && !one.status.as_deref().is_some_and(is_unusable)
            && is_valid(one, at)
            && expects(case, &one.names()).unwrap_or(true)
    };
    let is_given = installed.clone().any(is_here);
    let named = installed
        .find(|one| one.server.is_some() && !is_here(one) && is_usable(one) && names(case, one));
    named.filter(|_| is_given)
}

/// Copies a certificate with its key from the server that has it, and enables it for SMTP.
fn bring_certificate(case: &Case<'_>, named: &ExchangeCertificate) -> Vec<Remedy> {
    let text = named.thumbprint.map(|thumbprint| thumbprint.to_string());
    let from = named.server.as_deref().unwrap_or_default();
    let to = case.server().unwrap_or_default();
    let which = text.as_deref().unwrap_or("the certificate that the send connector names");
    let change = Change::ImportWithKey {
        server: Some(to.to_owned()),
        thumbprint: named.thumbprint,
        certificate: None,
    };
    let mut import = Remedy::of(
        change.clone(),
        format!(
            "{to} does not have {which}, which the send connector names and {from} has. Export it on \
             {from} with its private key (Export-ExchangeCertificate -BinaryEncoded, or certlm.msc, \
             All Tasks, Export), and import that file on {to}. Nothing is to be set on the send \
             connector."
        ),
    );
    let mut enabled = enable(case, named.thumbprint);
    import.changes.extend(enabled.changes.iter().cloned());
    enabled.changes.clone_from(&import.changes);
    vec![import, enabled]
}

/// Names a certificate of the server on the send connector, enabled for SMTP before where it is not.
pub(super) fn send_enabled(
    case: &Case<'_>,
    certificate: &ExchangeCertificate,
    action: &str,
) -> Vec<Remedy> {
    let first = lacks_smtp(certificate).then(|| enable(case, certificate.thumbprint));
    first.into_iter().chain([send(case, Some(certificate), action)]).collect()
}

fn name_certificate(case: &Case<'_>, replacement: Option<&ReplacementCertificate>) -> Remedy {
    let certificate = replacement.map(|one| &one.certificate);
    let which = match certificate.and_then(|one| one.thumbprint) {
        Some(thumbprint) => format!("the certificate {thumbprint}"),
        None => "the intended certificate, of a public authority and with a name that the inbound \
                 connector expects"
            .to_owned(),
    };
    let where_delivered = replacement.filter(|one| one.is_delivering).and_then(|one| {
        let connector = delivering_connector(case, one.thumbprint())?;
        Some(format!(" Mail over {connector} is delivered with it."))
    });
    let unproven = if replacement.is_some_and(|one| !one.is_proven) {
        " Check with Get-ExchangeCertificate that it is of a public authority (RootCAType \
         ThirdParty)."
    } else {
        ""
    };
    let action = format!(
        "Name {which} on the send connector.{}{unproven}",
        where_delivered.unwrap_or_default()
    );
    send(case, certificate, &action)
}

/// Names a certificate on the send connector of the case; without one the command asks for it.
pub(crate) fn send(
    case: &Case<'_>,
    certificate: Option<&ExchangeCertificate>,
    action: &str,
) -> Remedy {
    let servers = case
        .send_connector
        .and_then(|one| one.object.source_transport_servers.as_ref())
        .filter(|list| !list.values.is_empty())
        .map_or_else(
            || "all SourceTransportServers of the connector".to_owned(),
            |list| format!("all of {}", list.values.join(", ")),
        );
    let lacking = certificate.map(|one| lacking(case, one)).unwrap_or_default();
    let lacking = match lacking.as_slice() {
        [] => String::new(),
        servers => format!(
            " Not among the given certificates of {}: import it there first.",
            listed(servers.iter().map(String::as_str), 8)
        ),
    };
    let before = match case.send_connector.map(|one| &one.object) {
        Some(SendConnector { tls_certificate_name: Some(present), .. }) => {
            Former::Value(present.clone())
        }
        Some(one) if one.knows_certificate_name => Former::Empty,
        _ => Former::NotKnown,
    };
    let is_long = certificate.and_then(value_of).is_some_and(|value| value.len() > EDGE_MAXIMUM);
    let edge = if is_long {
        " An Edge server takes no TlsCertificateName above 256 characters, as this one is."
    } else {
        " A subscribed Edge server: on a mailbox server, then Start-EdgeSynchronization."
    };
    let action = format!(
        "{action} It acts on {servers}: first see with Get-ExchangeCertificate -Server that each of \
         them has it, else those begin to fail with 454 4.7.5.{lacking}{edge}"
    );
    let change = Change::Send {
        connector: case.send_connector_name().map(str::to_owned),
        certificate: Box::new(certificate.cloned().unwrap_or_default()),
        before,
    };
    match certificate {
        Some(_) => Remedy::of(change, action),
        // Which one is meant is not known, so that there is nothing to try.
        None => step_of(&change, action, &[]).into(),
    }
}

/// The send connector over which mail is delivered with a certificate.
fn delivering_connector<'c>(case: &'c Case<'_>, wanted: Option<Thumbprint>) -> Option<&'c str> {
    let incident = case.evidence.incidents.all.iter().find(|incident| {
        let sent = incident.sent.as_ref().and_then(|sent| sent.thumbprint.as_deref());
        incident.ending == Ending::Delivered
            && wanted.is_some()
            && sent.and_then(|text| text.parse().ok()) == wanted
    })?;
    Some(&*incident.connector).filter(|name| !name.is_empty())
}

/// Whether the send connector names issuer and subject of the certificate, as after a renewal that
/// keeps them.
fn is_named_already(case: &Case<'_>, replacement: &ReplacementCertificate) -> bool {
    names(case, &replacement.certificate)
}

/// Whether the send connector names issuer and subject of a certificate.
fn names(case: &Case<'_>, certificate: &ExchangeCertificate) -> bool {
    let present = case.send_connector.and_then(|one| one.object.tls_certificate_name.as_deref());
    let Some(Ok(present)) = present.map(str::parse::<TlsCertificateName>) else { return false };
    let is_same = |name: &X500Name, text: &str| {
        text.parse().is_ok_and(|other| name.relation_to(&other) != NameRelation::Different)
    };
    let of = |text: &Option<String>| text.clone().unwrap_or_default();
    is_same(&present.issuer, &of(&certificate.issuer))
        && is_same(&present.subject, &of(&certificate.subject))
}

/// The certificate of the case, where it is the newer one of the issuer and subject that the send
/// connector names: as long as the server has it, Exchange takes it and not the replacement.
fn blocking_twin(case: &Case<'_>, replacement: &ReplacementCertificate) -> Option<Thumbprint> {
    let own = case.parsed_thumbprint()?;
    let sent = case.selectable.iter().find(|one| one.thumbprint == Some(own))?;
    let is_blocking = is_named_already(case, replacement)
        && names(case, sent)
        && sent.not_after > replacement.certificate.not_after;
    is_blocking.then_some(own)
}

fn nothing_to_set(case: &Case<'_>, replacement: &ReplacementCertificate) -> Remedy {
    let thumbprint = replacement.thumbprint().map(|thumbprint| thumbprint.to_string());
    let which = thumbprint.as_deref().unwrap_or("another certificate");
    let thumbprint = literal(thumbprint.as_deref(), "thumbprint");
    Remedy::new(
        MANAGEMENT_SHELL,
        format!(
            "There is nothing to set on the send connector: it names issuer and subject of {which} \
             already, and Exchange takes the newest certificate of that name. See that the server \
             has it with its private key, and enabled for SMTP; then transport takes it up, at the \
             latest when it is restarted."
        ),
    )
    .command_for_each(&super::servers(case), |server| {
        format!(
            "Get-ExchangeCertificate -Server {server} -Thumbprint {thumbprint} | Format-List \
             NotBefore,NotAfter,Services,Status,HasPrivateKey"
        )
    })
    .verify(
        "the next session in the send log sends that certificate (SentThumbprint); \
         Test-EopRelayConnection shows at once which one is sent",
    )
}

/// The source servers of the connector of which certificates are given, but not this one.
fn lacking(case: &Case<'_>, certificate: &ExchangeCertificate) -> Vec<String> {
    let Some(wanted) = certificate.thumbprint else { return Vec::new() };
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
