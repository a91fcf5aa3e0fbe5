//! X.509 certificates, decoded from DER.

use std::collections::HashSet;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use sha2::{Digest, Sha256};
use x509_parser::certificate::X509CertificateParser;
use x509_parser::nom::Parser;

use super::certificate_error::CertificateError;
use super::der::{self, Malformed, Reader, tag};
use super::distinguished_name::DistinguishedName;
use super::distribution_point::DistributionPointName;
use super::extensions::{COMMON_NAME, Extensions};
use super::facts::CertificateFacts;
use super::general_name::GeneralName;
use super::hexadecimal::hexadecimal;
use super::public_key::PublicKey;
use super::signature_algorithm::SignatureAlgorithm;
use super::thumbprint::Thumbprint;
use crate::stated_time::StatedTime;
use crate::timestamp::{TICKS_PER_DAY, Timestamp};

/// A certificate (RFC 5280, section 4.1): its DER and what was decoded from it.
///
/// Decoding succeeds for much that no chain accepts (wrong versions, broken extensions): what is
/// wrong is reported by the chain, not by a failure to read.
///
/// One that is known by its facts alone ([`CertificateFacts`]) has their JSON in place of its DER.
#[derive(Clone)]
pub struct Certificate {
    der: Arc<[u8]>,
    facts: Option<Arc<Recorded>>,
    signed_part: Range<usize>,
    pub(crate) signature: Box<[u8]>,
    pub(crate) signature_algorithm: SignatureAlgorithm,
    /// Whether signatureAlgorithm and tbsCertificate.signature are the same (section 4.1.1.2).
    pub(crate) has_consistent_algorithms: bool,
    /// The version as written: 0 means version 1.
    pub(crate) version: u32,
    /// The content of the INTEGER: its sign and leading zeros as encoded.
    pub(crate) serial: Box<[u8]>,
    /// The issuer.
    pub issuer: DistinguishedName,
    /// The subject.
    pub subject: DistinguishedName,
    /// The first second of its validity, since 1970-01-01T00:00:00Z.
    pub(crate) not_before: i64,
    /// The last second of its validity, since 1970-01-01T00:00:00Z.
    pub(crate) not_after: i64,
    /// The public key.
    pub public_key: PublicKey,
    /// The extensions.
    pub extensions: Extensions,
}

/// What the facts of a certificate say, where its DER could not.
#[derive(Clone, Debug)]
struct Recorded {
    thumbprint: Thumbprint,
    signed_by: Vec<Vec<u8>>,
    not_checked_by: Vec<Vec<u8>>,
}

/// What is recorded about the signature of a certificate by a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RecordedSignature {
    /// It was made with the key.
    Holds,
    /// It was not.
    Fails,
    /// Nothing could check it.
    NotChecked,
}

impl Certificate {
    /// Decodes the certificate of exactly these bytes: DER, or the JSON of [`CertificateFacts`].
    ///
    /// # Errors
    /// [`CertificateError`] where the bytes are no `Certificate` (RFC 5280, section 4.1), or
    /// something follows it; JSON that is no record of facts.
    pub fn from_der(der: &[u8]) -> Result<Self, CertificateError> {
        if CertificateFacts::are_in(der) {
            let read = CertificateFacts::parse(der);
            return read
                .map(|facts| Self::from_facts(&facts))
                .map_err(|error| CertificateError::Facts { reason: error.to_string() });
        }
        let mut parser = X509CertificateParser::new().with_deep_parse_extensions(false);
        let (rest, parsed) = parser.parse(der)?;
        if !rest.is_empty() {
            let offset = der.len() - rest.len();
            return Err(CertificateError::TrailingData { offset, count: rest.len() });
        }
        let tbs = &parsed.tbs_certificate;
        let signed: &[u8] = tbs.as_ref();
        let start = signed.as_ptr() as usize - der.as_ptr() as usize;
        let syntax = |error: Malformed| CertificateError::Syntax { reason: error.to_string() };
        let name = |raw: &[u8], owner| {
            DistinguishedName::from_der(raw).map_err(|_| CertificateError::Name { owner })
        };
        Ok(Self {
            der: der.into(),
            facts: None,
            signed_part: start..start + signed.len(),
            signature: der::whole_bytes(&parsed.signature_value).into(),
            signature_algorithm: SignatureAlgorithm::new(&parsed.signature_algorithm),
            has_consistent_algorithms: has_consistent_algorithms(der).map_err(syntax)?,
            version: tbs.version.0,
            serial: parsed.tbs_certificate.raw_serial().into(),
            issuer: name(tbs.issuer.as_raw(), "issuer")?,
            subject: name(tbs.subject.as_raw(), "subject")?,
            not_before: tbs.validity.not_before.timestamp(),
            not_after: tbs.validity.not_after.timestamp(),
            public_key: PublicKey::new(&tbs.subject_pki),
            extensions: Extensions::decode(tbs.extensions()),
        })
    }

    /// The certificate of which only facts are known.
    #[must_use]
    pub fn from_facts(facts: &CertificateFacts) -> Self {
        Self {
            der: facts.to_json().into(),
            facts: Some(Arc::new(Recorded {
                thumbprint: facts.thumbprint,
                signed_by: facts.signed_by.clone(),
                not_checked_by: facts.not_checked_by.clone(),
            })),
            signed_part: 0..0,
            signature: Box::default(),
            signature_algorithm: facts.signature_algorithm(),
            has_consistent_algorithms: facts.has_consistent_algorithms,
            version: facts.version,
            serial: facts.serial_number.as_slice().into(),
            issuer: facts.issuer.clone(),
            subject: facts.subject.clone(),
            not_before: facts.not_before,
            not_after: facts.not_after,
            public_key: PublicKey::of_digest(facts.key.clone(), &facts.key_digest),
            extensions: facts.extensions.clone(),
        }
    }

    /// Its facts, without those about its signature.
    #[must_use]
    pub fn facts(&self) -> CertificateFacts {
        CertificateFacts::new(
            (self.thumbprint(), self.key_digest()),
            (self.subject.clone(), self.issuer.clone()),
            (self.not_before, self.not_after),
            (&self.serial, self.version),
            self.public_key.key_type.clone(),
            (&self.signature_algorithm, self.has_consistent_algorithms),
            self.extensions.clone(),
        )
    }

    /// Whether only its facts are known, and not its bytes.
    #[must_use]
    pub fn is_known_by_facts(&self) -> bool {
        self.facts.is_some()
    }

    /// The SHA-256 of its public key; of one that is known by its facts, what stands for it there.
    #[must_use]
    pub fn key_digest(&self) -> Vec<u8> {
        match self.facts {
            Some(_) => self.public_key.bits.to_vec(),
            None => Sha256::digest(&self.public_key.bits).to_vec(),
        }
    }

    /// What its facts say of a signature by the key of `issuer`; `None` for one of which the bytes
    /// are known.
    pub(crate) fn recorded_signature(&self, issuer: &Self) -> Option<RecordedSignature> {
        let facts = self.facts.as_ref()?;
        let key = issuer.key_digest();
        Some(if facts.signed_by.contains(&key) {
            RecordedSignature::Holds
        } else if facts.not_checked_by.contains(&key) {
            RecordedSignature::NotChecked
        } else {
            RecordedSignature::Fails
        })
    }

    /// The DER encoding; of one that is known by its facts, their JSON.
    #[must_use]
    pub fn der(&self) -> &Arc<[u8]> {
        &self.der
    }

    /// The bytes that the issuer signed (tbsCertificate).
    #[must_use]
    pub fn signed_part(&self) -> &[u8] {
        self.der.get(self.signed_part.clone()).unwrap_or_default()
    }

    /// The SHA-1 thumbprint.
    #[must_use]
    pub fn thumbprint(&self) -> Thumbprint {
        self.facts.as_ref().map_or_else(|| Thumbprint::of(&self.der), |facts| facts.thumbprint)
    }

    /// The serial number in hexadecimal digits, upper case, as encoded (leading 00 included).
    #[must_use]
    pub fn serial_number(&self) -> String {
        hexadecimal(&self.serial)
    }

    /// The first second of its validity; `None` outside the years 1 to 9999.
    #[must_use]
    pub fn not_before(&self) -> Option<Timestamp> {
        timestamp(self.not_before)
    }

    /// The last second of its validity, inclusive (RFC 5280, section 4.1.2.5).
    #[must_use]
    pub fn not_after(&self) -> Option<Timestamp> {
        timestamp(self.not_after)
    }

    /// How long before its end it is warned about, in seconds: the days given, else a third of its
    /// validity, at most 30 days.
    #[must_use]
    pub fn warning_period(&self, days: Option<u32>) -> i64 {
        warning_period(Some(self.not_before), self.not_after, days)
    }

    /// Whether issuer and subject are the same name (RFC 5280, section 3.2, self-issued).
    #[must_use]
    pub fn is_self_issued(&self) -> bool {
        self.issuer == self.subject
    }

    /// Whether it is self-issued and its key identifiers, where both are given, agree: what roots
    /// look like before their signature is checked.
    #[must_use]
    pub fn looks_self_signed(&self) -> bool {
        self.is_self_issued() && self.names_key_of(self) != Some(false)
    }

    /// Whether basicConstraints says that this is an authority.
    #[must_use]
    pub fn is_authority(&self) -> bool {
        self.extensions.basic_constraints.as_ref().is_some_and(|basic| basic.value.is_authority)
    }

    /// Whether the authority key identifier of this certificate is the subject key identifier of
    /// `issuer`; `None` where one of them is missing.
    #[must_use]
    pub fn names_key_of(&self, issuer: &Self) -> Option<bool> {
        let wanted = self.authority_key_identifier()?;
        let found = issuer.extensions.subject_key_identifier.as_ref()?;
        Some(wanted == found.value.as_slice())
    }

    /// The key identifier of the issuer.
    #[must_use]
    pub fn authority_key_identifier(&self) -> Option<&[u8]> {
        self.extensions.authority_key_identifier.as_ref()?.value.key_identifier.as_deref()
    }

    /// The names of the subject alternative name extension; empty without one.
    #[must_use]
    pub fn subject_alt_names(&self) -> &[GeneralName] {
        self.extensions.subject_alt_names.as_ref().map_or(&[], |names| &names.value)
    }

    /// The common names of the subject, in the order of the encoding.
    #[must_use]
    pub fn common_names(&self) -> Vec<String> {
        self.subject.values(&COMMON_NAME)
    }

    /// The names a host can be known by: the common names that look like host names, then the DNS
    /// names of the subject alternative name extension, each once.
    #[must_use]
    pub fn dns_names(&self) -> Vec<String> {
        let is_host = |name: &String| name.contains('.') && !name.contains(char::is_whitespace);
        let common_names = self.common_names().into_iter().filter(is_host);
        let alt_names = self.subject_alt_names().iter().filter_map(|name| match name {
            GeneralName::Dns(name) => Some(name.clone()),
            _ => None,
        });
        let mut seen = HashSet::new();
        common_names
            .chain(alt_names)
            .filter(|name| seen.insert(name.to_ascii_lowercase()))
            .collect()
    }

    /// Where revocation lists of its issuer are published: the URLs of cRLDistributionPoints.
    #[must_use]
    pub fn revocation_list_urls(&self) -> Vec<String> {
        let points = self.extensions.distribution_points.iter().flatten();
        let names = points.flat_map(|point| match &point.name {
            Some(DistributionPointName::Full(names)) => names.as_slice(),
            _ => &[],
        });
        let url = |name: &GeneralName| match name {
            GeneralName::Uri(url) => Some(url.clone()),
            _ => None,
        };
        names.filter_map(url).collect()
    }

    /// The URLs where the issuer's certificate can be had (authorityInfoAccess, caIssuers).
    #[must_use]
    pub fn issuer_urls(&self) -> &[String] {
        self.extensions.issuer_urls.as_ref().map_or(&[], |urls| &urls.value)
    }
}

/// Whether a certificate that is valid ends within the time in which it is warned about.
pub(crate) fn ends_soon(
    at: Timestamp,
    (not_before, not_after): (Option<StatedTime>, StatedTime),
    days: Option<u32>,
) -> bool {
    let seconds = |stated: StatedTime| stated.time().unix_seconds();
    let left = not_after.time().ticks() - at.ticks();
    let period = warning_period(not_before.map(seconds), seconds(not_after), days);
    left >= 0 && left < period.saturating_mul(TICKS_PER_DAY / 86_400)
}

/// How long before its end a certificate is warned about, all in seconds: the days given, else a
/// third of its validity, at most 30 days.
pub(crate) fn warning_period(not_before: Option<i64>, not_after: i64, days: Option<u32>) -> i64 {
    const DAY: i64 = 86_400;
    const MAXIMUM: i64 = 30 * DAY;
    match (days, not_before) {
        (Some(days), _) => i64::from(days) * DAY,
        (None, Some(begin)) => (not_after.saturating_sub(begin) / 3).clamp(0, MAXIMUM),
        (None, None) => MAXIMUM,
    }
}

/// Compares the encodings of the two algorithm fields, of which only the inner one is signed:
/// x509-parser reads an OID whatever its tag.
fn has_consistent_algorithms(der: &[u8]) -> Result<bool, Malformed> {
    let mut outer = Reader::new(der::whole(der, tag::SEQUENCE)?);
    let mut fields = Reader::new(outer.expect(tag::SEQUENCE)?);
    fields.optional(tag::context_constructed(0))?;
    fields.expect(tag::INTEGER)?;
    let (inner, outer) = (fields.element()?, outer.element()?);
    for algorithm in [&inner, &outer] {
        Reader::new(algorithm.content).expect(tag::OBJECT_IDENTIFIER)?;
    }
    Ok(inner.encoding == outer.encoding)
}

fn timestamp(seconds: i64) -> Option<Timestamp> {
    Timestamp::try_from(time::OffsetDateTime::from_unix_timestamp(seconds).ok()?).ok()
}

impl PartialEq for Certificate {
    /// Certificates are the same if their DER is.
    fn eq(&self, other: &Self) -> bool {
        self.der == other.der
    }
}

impl Eq for Certificate {}

impl fmt::Debug for Certificate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Certificate({}, {})", self.thumbprint(), self.subject)
    }
}
