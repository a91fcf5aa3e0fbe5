//! Which certificate could be sent in place of the one that was.

use super::change::value_of;
use crate::certificate::Thumbprint;
use crate::chain::Trust;
use crate::connector::{CertificateNames, Eligibility, ExchangeCertificate, match_certificate};
use crate::diagnosis::case::Case;
use crate::diagnosis::evidence::incident::{Ending, Incident};
use crate::diagnosis::evidence::server_name::is_same_server;
use crate::timestamp::Timestamp;

/// A certificate that could be sent in place of the one that was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ReplacementCertificate {
    /// With issuer and subject.
    pub certificate: ExchangeCertificate,
    /// Whether the evidence shows that Exchange Online takes it: it is delivered with it, or its
    /// authority is a public one.
    pub is_proven: bool,
    /// Whether it has to be enabled for SMTP first.
    pub lacks_smtp: bool,
    /// Whether a session shows mail delivered with it.
    pub is_delivering: bool,
}

impl ReplacementCertificate {
    pub fn thumbprint(&self) -> Option<Thumbprint> {
        self.certificate.thumbprint
    }

    /// `None` without issuer and subject, by which a connector names it.
    fn of_object(one: &ExchangeCertificate, is_proven: bool, is_delivering: bool) -> Option<Self> {
        value_of(one)?;
        Some(Self {
            certificate: one.clone(),
            is_proven,
            lacks_smtp: one.lacks_smtp(),
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
        let is_public = is_public(case, one);
        let delivers = is_delivering(one.thumbprint);
        let is_excluded = one.is_issued_by_authority() == Some(false)
            || (is_public == Some(false) && !delivers)
            || one.has_private_key == Some(false)
            || one.has_unusable_status()
            || one.is_pending_request();
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

pub(super) fn is_valid(one: &ExchangeCertificate, at: Timestamp) -> bool {
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
pub(super) fn expects(case: &Case<'_>, names: &CertificateNames) -> Option<bool> {
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

/// Whether a certificate of the server is usable, its key apart.
fn is_usable(case: &Case<'_>, one: &ExchangeCertificate) -> bool {
    one.is_issued_by_authority() != Some(false)
        && !one.has_unusable_status()
        && !one.is_pending_request()
        && is_valid(one, case.evidence.at)
        && value_of(one).is_some()
}

/// Whether a public authority issued it, by RootCAType or the chain.
fn is_public(case: &Case<'_>, one: &ExchangeCertificate) -> Option<bool> {
    let kind = one.root_ca_type.as_deref().map(|kind| kind.eq_ignore_ascii_case("ThirdParty"));
    kind.or_else(|| is_trusted(case, one))
}

/// Whether a certificate of the server is usable, and of a public authority.
fn is_sendable(case: &Case<'_>, one: &ExchangeCertificate) -> bool {
    one.has_private_key != Some(false) && is_usable(case, one) && is_public(case, one) == Some(true)
}

/// The newest installed certificate that could take the place, were its key not missing.
pub(super) fn keyless<'c>(case: &'c Case<'_>) -> Option<&'c ExchangeCertificate> {
    let own = case.parsed_thumbprint();
    let would_do = |one: &&ExchangeCertificate| {
        one.has_private_key == Some(false)
            && one.thumbprint.is_some()
            && one.thumbprint != own
            && is_usable(case, one)
            && is_public(case, one) != Some(false)
            && expects(case, &one.names()) == Some(true)
    };
    case.selectable.iter().filter(would_do).max_by_key(|one| one.not_after)
}

/// Whether the certificates of the server and the inbound connectors are given, so that no replacement
/// means that the server has none.
pub(super) fn knows_none(case: &Case<'_>) -> bool {
    case.evidence.inbound_connectors.is_some() && !case.selectable.is_empty()
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
    named.max_by_key(|(one, _)| (!one.lacks_smtp(), one.not_after))
}
