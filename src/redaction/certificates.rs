//! What stands for the certificates of the evidence: their facts, with stand-ins.

use std::collections::HashMap;
use std::net::IpAddr;

use super::known_words::{KnownWords, is_public_authority};
use super::redactor::Redactor;
use crate::certificate::{
    AuthorityKeyIdentifier, Certificate, CertificateFacts, DistinguishedName, DistributionPoint,
    DistributionPointName, Extension, GeneralName, X500Name, from_hexadecimal, hexadecimal,
};
use crate::chain::{SignatureError, embedded_roots, programme_issuer, verify_certificate};

/// Certificates of one name whose keys are tried on a signature.
const MAXIMUM_ISSUERS: usize = 16;

impl Redactor {
    /// Reads the certificates of the evidence, all of them at once, and makes their facts: names,
    /// numbers and texts then have the same stand-ins wherever they stand. What is public in them is
    /// kept from then on, and a serial number that looks like a word is known for a number.
    pub fn learn(&mut self, certificates: &[Certificate]) {
        let mut by_subject: HashMap<&DistinguishedName, Vec<&Certificate>> = HashMap::new();
        for certificate in certificates.iter().chain(embedded_roots().iter()) {
            let same = by_subject.entry(&certificate.subject).or_default();
            if same.len() < MAXIMUM_ISSUERS && !same.contains(&certificate) {
                same.push(certificate);
            }
        }
        let issuers_of = |certificate: &Certificate| {
            by_subject.get(&certificate.issuer).map(Vec::as_slice).unwrap_or_default()
        };
        for certificate in certificates {
            keep_what_is_public(certificate, issuers_of(certificate), self);
        }
        for certificate in certificates {
            if !self.knows(certificate) {
                let facts = (!is_public_authority(certificate))
                    .then(|| facts_with_stand_ins(certificate, issuers_of(certificate), self));
                self.stand_for(certificate.der(), facts);
            }
        }
    }
}

fn is_public(certificate: &Certificate) -> bool {
    is_public_authority(certificate) || embedded_roots().contains(certificate)
}

fn keep_what_is_public(
    certificate: &Certificate,
    issuers: &[&Certificate],
    redactor: &mut Redactor,
) {
    let is_public_itself = is_public(certificate);
    if is_public_itself {
        redactor.keep_name(&certificate.subject);
        redactor.keep_number(&certificate.serial_number());
        redactor.keep_number(&certificate.thumbprint().to_string());
        if let Some(key) = &certificate.extensions.subject_key_identifier {
            redactor.keep_number(&hexadecimal(&key.value));
        }
    } else {
        redactor.note_number(&certificate.serial_number());
    }
    let names_authority = || {
        let name = certificate.issuer.to_string();
        name.split(", ").any(|part| part.strip_prefix("O=").is_some_and(KnownWords::is_authority))
    };
    let has_public_issuer = is_public_itself
        || issuers.iter().any(|issuer| is_public(issuer))
        || programme_issuer(certificate).is_some()
        || names_authority();
    if has_public_issuer {
        redactor.keep_name(&certificate.issuer);
        if let Some(key) = certificate.authority_key_identifier() {
            redactor.keep_number(&hexadecimal(key));
        }
    }
}

/// The facts of a certificate; who signed it is found out among those that have its issuer's name.
fn facts_with_stand_ins(
    certificate: &Certificate,
    issuers: &[&Certificate],
    redactor: &mut Redactor,
) -> CertificateFacts {
    let mut facts = certificate.facts();
    facts.thumbprint = number(&hexadecimal(facts.thumbprint.bytes()), redactor)
        .parse()
        .unwrap_or(facts.thumbprint);
    let serial = certificate.serial_number();
    if redactor.is_number(&serial) {
        facts.serial_number = bytes_of(&number(&serial, redactor), &facts.serial_number);
    }
    facts.subject = name(&facts.subject, redactor);
    facts.issuer = name(&facts.issuer, redactor);
    facts.key_digest = stand_in_of(&facts.key_digest, redactor);
    for issuer in issuers {
        let key = issuer.key_digest();
        let key = if is_public(issuer) { key } else { stand_in_of(&key, redactor) };
        let list = match verify_certificate(certificate, issuer) {
            Ok(()) => &mut facts.signed_by,
            Err(SignatureError::Unsupported) => &mut facts.not_checked_by,
            Err(SignatureError::Invalid) => continue,
        };
        if !list.contains(&key) {
            list.push(key);
        }
    }
    let extensions = &mut facts.extensions;
    for names in extensions.subject_alt_names.iter_mut().map(|names| &mut names.value) {
        general_names(names, redactor);
    }
    for constraints in extensions.name_constraints.iter_mut().map(|one| &mut one.value) {
        general_names(&mut constraints.permitted, redactor);
        general_names(&mut constraints.excluded, redactor);
    }
    if let Some(Extension { value, .. }) = &mut extensions.subject_key_identifier {
        *value = stand_in_of(value, redactor);
    }
    if let Some(Extension {
        value: AuthorityKeyIdentifier { key_identifier: Some(key), .. }, ..
    }) = &mut extensions.authority_key_identifier
    {
        *key = stand_in_of(key, redactor);
    }
    for urls in extensions.issuer_urls.iter_mut().map(|urls| &mut urls.value) {
        for url in urls {
            *url = redactor.redact(url);
        }
    }
    for point in extensions.distribution_points.iter_mut().flatten() {
        distribution_point(point, &certificate.issuer, redactor);
    }
    facts
}

/// The stand-in of digits, of as many.
fn number(digits: &str, redactor: &mut Redactor) -> String {
    redactor.number(digits)
}

fn stand_in_of(bytes: &[u8], redactor: &mut Redactor) -> Vec<u8> {
    bytes_of(&number(&hexadecimal(bytes), redactor), bytes)
}

fn bytes_of(digits: &str, otherwise: &[u8]) -> Vec<u8> {
    from_hexadecimal(digits).unwrap_or_else(|| otherwise.to_vec())
}

/// The name as its text is redacted in logs, so that it stays the same name.
fn name(name: &DistinguishedName, redactor: &mut Redactor) -> DistinguishedName {
    let text = redactor.redact(&name.to_string());
    let parsed: X500Name = text.parse().unwrap_or_default();
    DistinguishedName::from_x500(&parsed).unwrap_or_else(DistinguishedName::empty)
}

fn general_names(names: &mut [GeneralName], redactor: &mut Redactor) {
    for one in names {
        match one {
            GeneralName::Email(text) | GeneralName::Dns(text) | GeneralName::Uri(text) => {
                *text = redactor.redact(text);
            }
            GeneralName::Directory(directory) => *directory = name(directory, redactor),
            GeneralName::IpAddress(bytes) => address(bytes, redactor),
            GeneralName::Other(_) | GeneralName::RegisteredId(_) | GeneralName::Uninterpreted => {}
        }
    }
}

/// An address, or that of a network before its mask.
fn address(bytes: &mut [u8], redactor: &mut Redactor) {
    let length = match bytes.len() {
        4 | 8 => 4,
        16 | 32 => 16,
        // No address; nothing says what it is.
        _ => return bytes.fill(0),
    };
    let host = &mut bytes[..length];
    let octets: Result<[u8; 4], _> = (&*host).try_into();
    let found = match octets {
        Ok(octets) => IpAddr::from(octets),
        Err(_) => IpAddr::from(<[u8; 16]>::try_from(&*host).unwrap_or_default()),
    };
    match redactor.host_address(found) {
        IpAddr::V4(stand_in) => host.copy_from_slice(&stand_in.octets()),
        IpAddr::V6(stand_in) => host.copy_from_slice(&stand_in.octets()),
    }
}

/// A place relative to the issuer is written out.
fn distribution_point(
    point: &mut DistributionPoint,
    issuer: &DistinguishedName,
    redactor: &mut Redactor,
) {
    if let Some(place) = &mut point.name {
        let mut names = place.names(issuer);
        general_names(&mut names, redactor);
        *place = DistributionPointName::Full(names);
    }
    if let Some(issuers) = &mut point.issuers {
        general_names(issuers, redactor);
    }
}
