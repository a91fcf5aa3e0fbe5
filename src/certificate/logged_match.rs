//! Whether a certificate of a log is one from a file or store.

use serde::Serialize;

use super::logged::LoggedCertificate;
use super::thumbprint::{Thumbprint, serial_numbers_match};
use super::x500::{NameRelation, X500Name};
use super::x509::Certificate;

/// What shows that a logged certificate is a given one, the surest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub enum LoggedMatch {
    /// The thumbprints are equal: certain.
    Thumbprint,
    /// Serial number and issuer are equal: certain for any authority that keeps to RFC 5280,
    /// section 4.1.2.2.
    SerialNumberAndIssuer,
    /// Subject and issuer are equal and nothing else was logged: renewals share them, so possible
    /// only.
    Names,
    /// Something that both give differs.
    Different,
    /// The log says too little.
    Unknown,
}

/// Compares a logged certificate with a given one: by thumbprint, then by serial number and issuer,
/// then by names. A masked or missing part decides nothing.
#[must_use]
pub fn compare_logged(logged: &LoggedCertificate, certificate: &Certificate) -> LoggedMatch {
    let thumbprint = logged.thumbprint.as_deref().and_then(|text| text.parse::<Thumbprint>().ok());
    if let Some(thumbprint) = thumbprint {
        return if thumbprint == certificate.thumbprint() {
            LoggedMatch::Thumbprint
        } else {
            LoggedMatch::Different
        };
    }
    let relation = |logged: Option<&str>, name: &X500Name| {
        let logged: X500Name = logged?.parse().ok()?;
        Some(logged.relation_to(name) != NameRelation::Different)
    };
    let same_issuer = relation(logged.issuer.as_deref(), &certificate.issuer.to_x500());
    let same_subject = relation(logged.subject.as_deref(), &certificate.subject.to_x500());
    let same_serial = logged
        .serial_number
        .as_deref()
        .filter(|serial| serial.bytes().all(|byte| byte.is_ascii_hexdigit()) && !serial.is_empty())
        .map(|serial| serial_numbers_match(serial, &certificate.serial_number()));
    let same_validity = [
        logged.not_before.map(|time| seconds(time) == certificate.not_before),
        logged.not_after.map(|time| seconds(time) == certificate.not_after),
    ];
    let all = [same_issuer, same_subject, same_serial, same_validity[0], same_validity[1]];
    match (same_serial, same_issuer, same_subject) {
        _ if all.contains(&Some(false)) => LoggedMatch::Different,
        (Some(true), Some(true), _) => LoggedMatch::SerialNumberAndIssuer,
        (_, Some(true), Some(true)) => LoggedMatch::Names,
        _ => LoggedMatch::Unknown,
    }
}

fn seconds(time: crate::timestamp::Timestamp) -> i64 {
    ::time::OffsetDateTime::from(time).unix_timestamp()
}
