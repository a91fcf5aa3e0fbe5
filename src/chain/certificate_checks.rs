//! What a certificate must be by itself, whatever path it stands in.

use time::macros::datetime;

use super::findings::Findings;
use super::role::Role;
use super::rule::Rule;
use super::signature::{SignatureHash, hash_of};
use super::subject_checks::check_subject_names;
use crate::certificate::{ANY_EXTENDED_KEY_USAGE, Certificate, Extensions, KeyType, hexadecimal};
use crate::timestamp::Timestamp;

/// Checks everything that needs no other certificate. `now` is in seconds since 1970.
pub(crate) fn check_certificate(
    certificate: &Certificate,
    role: Role,
    position: usize,
    now: i64,
    findings: &mut Findings,
) {
    check_validity(certificate, position, now, findings);
    if role == Role::EndEntity && !certificate.is_authority() {
        check_validity_period(certificate, position, findings);
    }
    check_structure(certificate, role, position, findings);
    check_algorithms(certificate, role, position, findings);
    check_authority(certificate, role, position, findings);
    check_key_identifiers(certificate, role, position, findings);
    check_usages(certificate, role, position, findings);
    check_other_extensions(&certificate.extensions, position, findings);
    check_subject_names(certificate, role, position, findings);
}

/// RFC 5280, section 4.1.2.5: both ends are inclusive, and times have whole seconds.
fn check_validity(certificate: &Certificate, position: usize, now: i64, findings: &mut Findings) {
    let time = |time: Option<Timestamp>| time.map(|time| time.to_string()).unwrap_or_default();
    if now < certificate.not_before {
        findings.add(Rule::NotYetValid, position, || {
            format!("valid from {}", time(certificate.not_before()))
        });
    }
    if now > certificate.not_after {
        findings.add(Rule::Expired, position, || {
            format!("valid until {}", time(certificate.not_after()))
        });
    }
}

/// BR, section 6.3.2: how many days a certificate of a server may be valid, by the day of its issue,
/// that day included; a part of a day counts as one.
fn check_validity_period(certificate: &Certificate, position: usize, findings: &mut Findings) {
    const DAY: i64 = 86_400;
    const LIMITS: [(i64, i64); 5] = [
        (datetime!(2029-03-15 0:00 UTC).unix_timestamp(), 47),
        (datetime!(2027-03-15 0:00 UTC).unix_timestamp(), 100),
        (datetime!(2026-03-15 0:00 UTC).unix_timestamp(), 200),
        (datetime!(2020-09-01 0:00 UTC).unix_timestamp(), 398),
        (datetime!(2018-03-01 0:00 UTC).unix_timestamp(), 825),
    ];
    let limit = LIMITS.iter().find(|(since, _)| certificate.not_before >= *since);
    let seconds = certificate.not_after.saturating_sub(certificate.not_before).saturating_add(1);
    let days = seconds.saturating_add(DAY - 1) / DAY;
    if let Some((_, limit)) = limit
        && days > *limit
    {
        findings.add(Rule::ValidityTooLong, position, || {
            format!("{days} days, {limit} are permitted to those issued on its day")
        });
    }
}

/// A certificate that ends within the time of warning.
pub(crate) fn check_expiry(
    certificate: &Certificate,
    position: usize,
    (now, warning_days): (i64, Option<u32>),
    findings: &mut Findings,
) {
    let left = certificate.not_after.saturating_sub(now);
    if left >= 0 && left < certificate.warning_period(warning_days) {
        findings.add(Rule::ExpiresSoon, position, || {
            let end = certificate.not_after().map(|end| end.to_string()).unwrap_or_default();
            format!("valid until {end}")
        });
    }
}

fn check_structure(
    certificate: &Certificate,
    role: Role,
    position: usize,
    findings: &mut Findings,
) {
    const VERSION_3: u32 = 2;
    let extensions = &certificate.extensions;
    if certificate.version != VERSION_3 {
        let is_anchor = role == Role::Anchor;
        let breach = if is_anchor { Rule::AnchorNotVersion3 } else { Rule::NotVersion3 };
        findings
            .add(breach, position, || format!("version {}", u64::from(certificate.version) + 1));
    }
    // An anchor is trusted as a name and a key (RFC 5280, section 6.1.1 (d)): the serial numbers of
    // roots play no part, and some public roots have number 0.
    if role != Role::Anchor {
        check_serial_number(&certificate.serial, position, findings);
    }
    findings.add_if(
        !certificate.has_consistent_algorithms,
        Rule::SignatureAlgorithmMismatch,
        position,
    );
    findings.add_if(certificate.issuer.is_empty(), Rule::EmptyIssuer, position);
    let is_authority = role != Role::EndEntity || certificate.is_authority();
    findings.add_if(is_authority && certificate.subject.is_empty(), Rule::EmptySubject, position);
    for oid in &extensions.duplicate {
        findings.add(Rule::DuplicateExtension, position, || oid.clone());
    }
    for oid in &extensions.malformed {
        findings.add(Rule::MalformedExtension, position, || oid.clone());
    }
    for oid in &extensions.unknown_critical {
        findings.add(Rule::UnknownCriticalExtension, position, || oid.clone());
    }
}

fn check_serial_number(serial: &[u8], position: usize, findings: &mut Findings) {
    const MAXIMUM_LENGTH: usize = 20;
    let is_positive =
        serial.first().is_some_and(|first| first & 0x80 == 0) && serial.iter().any(|b| *b != 0);
    if !is_positive {
        findings.add(Rule::SerialNumberNotPositive, position, || hexadecimal(serial));
    }
    if serial.len() > MAXIMUM_LENGTH {
        findings.add(Rule::SerialNumberTooLong, position, || format!("{} bytes", serial.len()));
    }
}

fn check_algorithms(
    certificate: &Certificate,
    role: Role,
    position: usize,
    findings: &mut Findings,
) {
    let named = || certificate.signature_algorithm.oid.to_id_string();
    // What an anchor is signed with matters to nobody: its signature is not part of the path.
    if role != Role::Anchor {
        match hash_of(&certificate.signature_algorithm) {
            SignatureHash::Broken => findings.add(Rule::WeakSignatureHash, position, named),
            SignatureHash::Sha1 => findings.add(Rule::Sha1Signature, position, named),
            SignatureHash::Unknown => {
                findings.add(Rule::UnsupportedSignatureAlgorithm, position, named);
            }
            SignatureHash::Sha2(_) | SignatureHash::Own => {}
        }
    }
    let key = &certificate.public_key.key_type;
    let described = || key.to_string();
    match key {
        KeyType::Rsa { bits, has_sound_exponent } => {
            match *bits {
                ..1024 => findings.add(Rule::RsaKeyTooWeak, position, described),
                1024..2048 => findings.add(Rule::RsaKeyTooShort, position, described),
                _ if bits % 8 != 0 => findings.add(Rule::RsaKeySizeUneven, position, described),
                _ => {}
            }
            findings.add_if(!has_sound_exponent, Rule::RsaExponentUnsound, position);
        }
        KeyType::Ec(_) => findings.add_if(role == Role::EndEntity, Rule::EcdsaKey, position),
        KeyType::Ed25519 => findings.add_plain(Rule::Ed25519Key, position),
        KeyType::Other { .. } => findings.add(Rule::PublicKeyNotPermitted, position, described),
    }
}

/// Basic constraints and key usage (RFC 5280, sections 4.2.1.3 and 4.2.1.9).
fn check_authority(
    certificate: &Certificate,
    role: Role,
    position: usize,
    findings: &mut Findings,
) {
    let extensions = &certificate.extensions;
    let is_authority = certificate.is_authority();
    let may_sign =
        extensions.key_usage.as_ref().map(|usage| usage.value.allows_certificate_signing());
    if role == Role::EndEntity {
        findings.add_if(is_authority, Rule::AuthorityAsEndEntity, position);
    } else if role == Role::Anchor {
        // An anchor is trusted as a name and a key, whatever else its certificate says.
        findings.add_if(!is_authority, Rule::AnchorNotAnAuthority, position);
    } else {
        findings.add_if(!is_authority, Rule::NotAnAuthority, position);
    }
    if let Some(basic) = &extensions.basic_constraints {
        findings.add_if(
            is_authority && !basic.critical,
            Rule::BasicConstraintsNotCritical,
            position,
        );
        findings.add_if(
            basic.value.path_length.is_some() && (!is_authority || may_sign == Some(false)),
            Rule::PathLengthWithoutSigning,
            position,
        );
    }
    match may_sign {
        // Of a certificate that signs nothing here it is a matter of form.
        Some(false) if role == Role::EndEntity => {
            findings.add_if(is_authority, Rule::AuthorityWithoutSigning, position);
        }
        Some(false) => findings.add_plain(Rule::KeyUsageForbidsSigning, position),
        Some(true) => findings.add_if(!is_authority, Rule::CertSignWithoutAuthority, position),
        None => findings.add_if(is_authority, Rule::KeyUsageMissing, position),
    }
}

/// RFC 5280, sections 4.2.1.1 and 4.2.1.2.
fn check_key_identifiers(
    certificate: &Certificate,
    role: Role,
    position: usize,
    findings: &mut Findings,
) {
    let extensions = &certificate.extensions;
    match &extensions.authority_key_identifier {
        // Self-signed certificates may go without one; whether another certificate of the same
        // name signed it, only a signature check could say. At an anchor the path ends, so that
        // it needs no pointer to whoever signed it (RFC 5280, section 6.1.1 (d)).
        None => findings.add_if(
            role != Role::Anchor && !certificate.is_self_issued(),
            Rule::AuthorityKeyIdentifierMissing,
            position,
        ),
        Some(identifier) => {
            let value = &identifier.value;
            findings.add_if(identifier.critical, Rule::AuthorityKeyIdentifierCritical, position);
            findings.add_if(
                value.key_identifier.is_none(),
                Rule::AuthorityKeyIdentifierWithoutKey,
                position,
            );
            findings.add_if(
                value.has_issuer || value.has_serial_number,
                Rule::AuthorityKeyIdentifierNamesIssuer,
                position,
            );
        }
    }
    findings.add_if(
        role == Role::Anchor
            && certificate.is_self_issued()
            && certificate.names_key_of(certificate) == Some(false),
        Rule::RootKeyIdentifierMismatch,
        position,
    );
    match &extensions.subject_key_identifier {
        None => {
            findings.add_if(
                certificate.is_authority(),
                Rule::SubjectKeyIdentifierMissing,
                position,
            );
        }
        Some(identifier) => {
            findings.add_if(identifier.critical, Rule::SubjectKeyIdentifierCritical, position);
        }
    }
}

/// Extended key usage by itself (RFC 5280, section 4.2.1.12; BR, sections 7.1.2.1.2, 7.1.2.7.10).
fn check_usages(certificate: &Certificate, role: Role, position: usize, findings: &mut Findings) {
    let is_server = role == Role::EndEntity && !certificate.is_authority();
    let Some(usage) = &certificate.extensions.extended_key_usage else {
        findings.add_if(role == Role::EndEntity, Rule::ExtendedKeyUsageMissing, position);
        return;
    };
    findings.add_if(usage.value.is_empty(), Rule::ExtendedKeyUsageEmpty, position);
    findings.add_if(
        role == Role::Anchor && certificate.is_self_issued(),
        Rule::ExtendedKeyUsageInRoot,
        position,
    );
    if is_server {
        findings.add_if(usage.critical, Rule::ExtendedKeyUsageCritical, position);
        let lists_any = usage.value.iter().any(|oid| oid == ANY_EXTENDED_KEY_USAGE);
        findings.add_if(lists_any, Rule::ExtendedKeyUsageAny, position);
    }
}

fn check_other_extensions(extensions: &Extensions, position: usize, findings: &mut Findings) {
    findings.add_if(
        extensions.issuer_urls.as_ref().is_some_and(|access| access.critical),
        Rule::AuthorityInformationAccessCritical,
        position,
    );
    let constraints = extensions.policy_constraints.as_ref().map(|one| one.critical);
    let inhibition = extensions.inhibit_any_policy.as_ref().map(|one| one.critical);
    let is_uncritical = [constraints, inhibition].contains(&Some(false));
    findings.add_if(is_uncritical, Rule::PolicyConstraintsNotCritical, position);
}
