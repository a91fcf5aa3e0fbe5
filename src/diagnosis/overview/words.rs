//! A row in words: why a certificate would be sent, and what else must be known.

use std::fmt::Write as _;

use crate::connector::{
    CertificateDifference, ExchangeCertificate, Exclusion, Selected, SelectionBasis,
};
use crate::diagnosis::literal::{counted, date, listed};
use crate::diagnosis::overview::facts::Facts;
use crate::diagnosis::overview::model::{
    AffectedKind, CertificateStatus, CertificateSuccessor, ConnectorCertificate, SentRelation,
};
use crate::diagnosis::overview::places::{Installed, installed_on};
use crate::timestamp::Timestamp;

/// Why the selected certificate would be sent, or why none can be named.
pub(crate) fn reason(facts: &Facts<'_>) -> String {
    let Some(selection) = &facts.selection else {
        return match (facts.place.connector, &facts.installed) {
            (None, _) if facts.evidence.send_connectors.is_some() => {
                "No exported send connector has this name: what would be sent is not known."
            }
            (None, _) => "The send connectors were not given: what would be sent is not known.",
            (Some(_), _) => missing_certificates(facts),
        }
        .to_owned();
    };
    let count = selection.fitting.len();
    let by = match &selection.basis {
        SelectionBasis::TlsCertificateName(_) => {
            "with the issuer and subject that TlsCertificateName names".to_owned()
        }
        SelectionBasis::ConnectorFqdn(fqdn) => {
            format!("with the name {fqdn}, the connector's Fqdn (no TlsCertificateName is set)")
        }
        SelectionBasis::ServerFqdn(fqdn) => format!(
            "with the name {fqdn}, the server's (neither TlsCertificateName nor Fqdn is set)"
        ),
        SelectionBasis::Unknown => String::new(),
    };
    match (&selection.selected, &selection.basis) {
        (Selected::One(_), _) if count == 1 => format!("The only installed certificate {by}."),
        (Selected::One(_), _) => format!("The newest of {count} installed certificates {by}."),
        (Selected::Disputed { expires_last, begins_last }, _) => format!(
            "Of {count} installed certificates {by} sources disagree on which is sent: {} (expires \
             last: Exchange team blog) or {} (begins last: Microsoft Learn).{}",
            thumbprint(facts, *expires_last),
            thumbprint(facts, *begins_last),
            if facts.sent.is_some() { "" } else { " A session in the send log settles it." },
        ),
        (Selected::NotFound, SelectionBasis::TlsCertificateName(name)) => {
            format!("No usable installed certificate {by}: {name}.")
        }
        (Selected::NotFound, _) => format!("No usable installed certificate {by}."),
        (Selected::UnreadableName(error), _) => {
            format!("TlsCertificateName is not valid: {error}.")
        }
        (Selected::Unknown, SelectionBasis::Unknown) => unknown_basis(facts).to_owned(),
        (Selected::Unknown, _) => format!(
            "Which installed certificate is sent is not known: the names or the validity of those \
             {by} are not given whole."
        ),
    }
}

fn missing_certificates(facts: &Facts<'_>) -> &'static str {
    match installed_on(facts.evidence, facts.place.server) {
        Installed::NotKnown if facts.place.server.is_some() => {
            "None of the given installed certificates is known to be this server's: what would be \
             sent is not known."
        }
        Installed::NotKnown => {
            "Of which server the sessions are is not known, and the installed certificates are of \
             several: what would be sent is not known."
        }
        _ => "The installed certificates were not given: what would be sent is not known.",
    }
}

fn unknown_basis(facts: &Facts<'_>) -> &'static str {
    if facts.place.connector.is_some_and(|connector| connector.knows_certificate_name) {
        "Neither TlsCertificateName nor Fqdn is set, and the full name of the server, by which \
         Exchange then chooses, is not known."
    } else {
        "The export of the send connector does not have TlsCertificateName: what would be sent is \
         not known."
    }
}

fn thumbprint(facts: &Facts<'_>, index: usize) -> String {
    let one = facts.installed(index).and_then(|one| one.thumbprint);
    one.map_or_else(|| "one without thumbprint".to_owned(), |thumbprint| thumbprint.to_string())
}

/// What else must be known: expiry, differences, twins, missing evidence.
pub(crate) fn note(facts: &Facts<'_>, row: &ConnectorCertificate) -> String {
    let parts = [
        disabled(facts),
        validity(row),
        successor(row),
        difference(row),
        services(row),
        distrust(facts, row),
        excluded(facts),
        sessions(facts, row),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

fn disabled(facts: &Facts<'_>) -> Option<String> {
    let is_disabled = facts.place.connector?.enabled == Some(false);
    is_disabled.then(|| "The send connector is disabled.".to_owned())
}

/// The end of the certificate that would be sent, else of the one that was.
fn validity(row: &ConnectorCertificate) -> Option<String> {
    let (selected, sent) = (row.selected_certificate.as_ref(), row.sent_certificates.first());
    let (begin, end, days) = match (selected, sent) {
        (Some(one), _) if one.not_after.is_some() => (one.not_before, one.not_after, one.days_left),
        (_, Some(one)) => (one.not_before, one.not_after, one.days_left),
        (Some(_), None) => (None, None, None),
        (None, None) => return None,
    };
    match (row.status, end, days) {
        (CertificateStatus::NotYetValid, ..) => {
            Some(format!("It is valid from {} only.", begin.map(date).unwrap_or_default()))
        }
        (_, Some(end), Some(days)) if days < 0 => Some(format!("It expired on {}.", date(end))),
        (CertificateStatus::ExpiresSoon, Some(end), Some(days))
            if row.successor.is_some() || row.renewal.is_some() =>
        {
            Some(format!(
                "It expires on {}, in {}.",
                date(end),
                counted(days.unsigned_abs(), "day")
            ))
        }
        (CertificateStatus::ExpiresSoon, Some(end), Some(days)) => Some(format!(
            "It expires on {}, in {}: renewed with the same issuer, subject and names it needs no \
             change of a connector.",
            date(end),
            counted(days.unsigned_abs(), "day"),
        )),
        (_, None, _) => Some(
            "Its validity is not known: the log does not show it, and the certificate is not among \
             the installed ones that were given."
                .to_owned(),
        ),
        _ => None,
    }
}

/// Which installed certificate takes over, in what it differs, and what has to be set for it.
fn successor(row: &ConnectorCertificate) -> Option<String> {
    let successor = row.successor.as_ref()?;
    let one = &successor.certificate;
    let thumbprint = one.thumbprint.as_deref().unwrap_or("one without thumbprint");
    let end = one.not_after.map(date).unwrap_or_default();
    let mut text = format!("Its renewal {thumbprint} is installed (until {end}");
    let differences: Vec<String> = successor
        .differences
        .iter()
        .map(|difference| match difference {
            CertificateDifference::Issuer => {
                format!("issuer {}", one.issuer.as_deref().unwrap_or("not known"))
            }
            CertificateDifference::Subject => {
                format!("subject {}", one.subject.as_deref().unwrap_or("not known"))
            }
            CertificateDifference::Names => format!("names {}", one.dns_names.join(" ")),
            CertificateDifference::KeyType => "type of key".to_owned(),
            CertificateDifference::ExtendedKeyUsage => "extended key usage".to_owned(),
        })
        .collect();
    if !differences.is_empty() {
        let _ = write!(text, "; it has another {}", differences.join(", "));
    }
    text.push_str("). ");
    if successor.is_enabled_for_smtp == Some(false) {
        text.push_str("It is not enabled for SMTP. ");
    }
    text.push_str(&to_set(row.status, successor));
    Some(text)
}

/// What has to be set for a successor.
fn to_set(status: CertificateStatus, successor: &CertificateSuccessor) -> String {
    let is_late = matches!(status, CertificateStatus::Expired | CertificateStatus::NotFound);
    let now = if is_late { ", now" } else { "" };
    let named: Vec<String> = successor
        .affected
        .iter()
        .map(|one| match one.kind {
            AffectedKind::SendConnector => format!("the send connector {}", one.name),
            AffectedKind::ReceiveConnector => format!("the receive connector {}", one.name),
            AffectedKind::InboundConnector => {
                format!("the inbound connector {} of the tenant", one.name)
            }
            AffectedKind::EdgeServer => format!(
                "a subscribed Edge server that uses {} (its TlsCertificateName would be above 256 \
                 characters)",
                one.name
            ),
        })
        .collect();
    if named.is_empty() {
        return "No given connector has to be changed for it.".to_owned();
    }
    format!(
        "To be set for it{now}: {}. eop-relay renew and Get-EopRelayRenewalPlan have the steps in order.",
        listed(named.iter().map(String::as_str), 8)
    )
}

/// The day of a session, where there is one.
pub(crate) fn date_of(time: Option<Timestamp>) -> String {
    time.map_or_else(|| "not known".to_owned(), date)
}

fn difference(row: &ConnectorCertificate) -> Option<String> {
    let last = row.sent_certificates.first()?;
    let sent = last.thumbprint.as_deref().unwrap_or("one without thumbprint");
    let when = last.last_session;
    match row.comparison {
        SentRelation::Twin => Some(format!(
            "The last session with a certificate ({when}) sent {sent}, which has the same issuer \
             and subject: if the renewal is later than that, nothing is wrong; else transport has \
             not taken it up yet."
        )),
        SentRelation::Different => Some(format!(
            "The last session with a certificate ({when}) sent {sent}: the configuration was \
             changed since, or transport has not taken it up yet."
        )),
        SentRelation::NotInstalled => Some(format!(
            "The last session with a certificate ({when}) sent {sent}, which is not among the \
             installed certificates: removed since, or they are another server's."
        )),
        SentRelation::Same | SentRelation::Unknown => None,
    }
}

fn services(row: &ConnectorCertificate) -> Option<String> {
    let services = row.selected_certificate.as_ref()?.services.as_deref()?;
    (row.status == CertificateStatus::NotEnabled).then(|| {
        format!(
            "The selected certificate is not enabled for SMTP (Services {services}): TLS then fails \
             with UnknownCredentials. Test-EopRelayCertificate or eop-relay test have the command."
        )
    })
}

/// Why the selected certificate will not be taken.
fn distrust(facts: &Facts<'_>, row: &ConnectorCertificate) -> Option<String> {
    match row.status {
        CertificateStatus::NotTrusted => {
            let selected = facts.selected.and_then(|index| facts.installed(index))?;
            Some(not_trusted(selected))
        }
        CertificateStatus::Revoked => {
            Some("The selected certificate has been revoked by its authority.".to_owned())
        }
        _ => None,
    }
}

fn not_trusted(one: &ExchangeCertificate) -> String {
    let kind = one.root_ca_type.as_deref().unwrap_or_default();
    let status = one.status.as_deref().unwrap_or_default();
    if kind.eq_ignore_ascii_case("Enterprise") {
        "Exchange Online does not trust the selected certificate: a private authority issued it \
         (RootCAType Enterprise)."
            .to_owned()
    } else if one.is_issued_by_authority() == Some(false) {
        "Exchange Online does not trust the selected certificate: it is self-signed.".to_owned()
    } else {
        format!(
            "Get-ExchangeCertificate shows its Status {status}: the server itself cannot build or \
             check its chain. Exchange may then pass it over as if it were not installed (454 4.7.5 \
             The certificate specified in TlsCertificateName of the SendConnector could not be \
             found), and Exchange Online need not trust it: first see which intermediate or root \
             certificate the server lacks (certutil -verify, Test-EopRelayCertificate)."
        )
    }
}

/// That other servers of the connector would send another certificate.
pub(crate) fn other_servers(others: &[(&str, &str)]) -> String {
    let texts: Vec<String> =
        others.iter().map(|(server, thumbprint)| format!("{server} {thumbprint}")).collect();
    format!(
        "Other servers of this connector would send another certificate: {}.",
        listed(texts.iter().map(String::as_str), 4)
    )
}

/// What could have been chosen, but for this.
fn excluded(facts: &Facts<'_>) -> Option<String> {
    let selection = facts.selection.as_ref().filter(|one| one.selected == Selected::NotFound)?;
    let texts: Vec<String> = selection
        .excluded
        .iter()
        .map(|(index, why)| {
            let why = match why {
                Exclusion::NoPrivateKey => "no private key",
                Exclusion::PendingRequest => "a pending request",
            };
            format!("{} ({why})", thumbprint(facts, *index))
        })
        .collect();
    (!texts.is_empty())
        .then(|| format!("These take no part: {}.", listed(texts.iter().map(String::as_str), 4)))
}

fn sessions(facts: &Facts<'_>, row: &ConnectorCertificate) -> Option<String> {
    if !row.sent_certificates.is_empty() {
        return None;
    }
    Some(match (row.sessions, facts.evidence.logs_given) {
        (0, false) => "No sessions were given: what was sent is not known.".to_owned(),
        (0, true) => "The logs have no session of it: what was sent is not known.".to_owned(),
        (1, _) => "Its one session in the logs shows no certificate of this server.".to_owned(),
        (count, _) => {
            format!("Its {count} sessions in the logs show no certificate of this server.")
        }
    })
}
