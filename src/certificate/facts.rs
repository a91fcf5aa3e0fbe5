//! The facts of a certificate without its bytes: what stands in its place where names, numbers and
//! keys were replaced by stand-ins.
//!
//! Everything that a chain is judged by is there. What only the bytes could prove, which key signed
//! them, was checked before and is kept as the digests of those keys.

use serde::{Deserialize, Serialize};
use x509_parser::asn1_rs::{Oid, oid};

use super::distinguished_name::DistinguishedName;
use super::extensions::Extensions;
use super::hexadecimal;
use super::public_key::KeyType;
use super::signature_algorithm::SignatureAlgorithm;
use super::thumbprint::Thumbprint;

/// The version of the JSON.
const VERSION: u32 = 1;

/// The label of a block of facts among those of a PEM file.
pub(crate) const LABEL: &str = "CERTIFICATE FACTS";

/// What is known of a certificate. Its JSON has binary values as hexadecimal digits, names as Windows
/// X.500 strings, and times in UTC (RFC 3339).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct CertificateFacts {
    #[serde(rename = "EopRelayCertificateFacts")]
    format: u32,
    /// The SHA-1 thumbprint, or its stand-in.
    pub thumbprint: Thumbprint,
    /// The subject.
    pub subject: DistinguishedName,
    /// The issuer.
    pub issuer: DistinguishedName,
    /// The content of the INTEGER.
    #[serde(with = "hexadecimal::bytes")]
    pub serial_number: Vec<u8>,
    /// The first second of its validity, since 1970-01-01T00:00:00Z.
    #[serde(with = "seconds")]
    pub not_before: i64,
    /// The last second of its validity, since 1970-01-01T00:00:00Z.
    #[serde(with = "seconds")]
    pub not_after: i64,
    /// The version as written: 2 means version 3.
    pub version: u32,
    /// Type and size of the public key.
    pub key: KeyType,
    /// The SHA-256 of the public key, or its stand-in: equal for equal keys.
    #[serde(with = "hexadecimal::bytes")]
    pub key_digest: Vec<u8>,
    /// The OID of the signature algorithm, dotted.
    signature_algorithm: String,
    /// Tag and content of its parameters.
    #[serde(with = "hexadecimal::optional", default, skip_serializing_if = "Option::is_none")]
    signature_parameters: Option<Vec<u8>>,
    /// Whether signatureAlgorithm and tbsCertificate.signature are the same.
    pub has_consistent_algorithms: bool,
    /// The extensions.
    pub extensions: Extensions,
    /// The digests of the keys that were seen to have signed it.
    #[serde(with = "hexadecimal::list", default)]
    pub signed_by: Vec<Vec<u8>>,
    /// The digests of keys of which nothing could check whether they signed it.
    #[serde(with = "hexadecimal::list", default, skip_serializing_if = "Vec::is_empty")]
    pub not_checked_by: Vec<Vec<u8>>,
}

/// Facts that cannot be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FactsError {
    #[error("{0}")]
    Syntax(#[from] serde_json::Error),
    #[error("they are of version {0}, and this program reads version {VERSION}")]
    Version(u32),
}

impl CertificateFacts {
    /// Those of a certificate in which nothing was found out about its signature.
    pub(crate) fn new(
        (thumbprint, key_digest): (Thumbprint, Vec<u8>),
        (subject, issuer): (DistinguishedName, DistinguishedName),
        (not_before, not_after): (i64, i64),
        (serial_number, version): (&[u8], u32),
        key: KeyType,
        (algorithm, has_consistent_algorithms): (&SignatureAlgorithm, bool),
        extensions: Extensions,
    ) -> Self {
        let parameters = algorithm.parameters.as_ref();
        Self {
            format: VERSION,
            thumbprint,
            subject,
            issuer,
            serial_number: serial_number.to_vec(),
            not_before,
            not_after,
            version,
            key,
            key_digest,
            signature_algorithm: algorithm.oid.to_id_string(),
            signature_parameters: parameters.map(|(tag, content)| [&[*tag], &content[..]].concat()),
            has_consistent_algorithms,
            extensions,
            signed_by: Vec::new(),
            not_checked_by: Vec::new(),
        }
    }

    /// Reads the JSON.
    pub(crate) fn parse(json: &[u8]) -> Result<Self, FactsError> {
        let facts: Self = serde_json::from_slice(json)?;
        if facts.format == VERSION { Ok(facts) } else { Err(FactsError::Version(facts.format)) }
    }

    /// Whether bytes are JSON and so no DER.
    pub(crate) fn are_in(bytes: &[u8]) -> bool {
        bytes.trim_ascii_start().starts_with(b"{")
    }

    /// The JSON, the same for the same facts.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        // Keys are texts and nothing in it refuses to be written.
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// As a block among those of a PEM file, which [`read_certificates`](super::read_certificates)
    /// reads.
    #[must_use]
    pub fn to_block(&self) -> String {
        let json = serde_json::to_string_pretty(self).unwrap_or_default();
        format!("-----BEGIN {LABEL}-----\n{json}\n-----END {LABEL}-----\n")
    }

    /// The signature algorithm; one that nothing here knows where its OID breaks the syntax.
    pub(crate) fn signature_algorithm(&self) -> SignatureAlgorithm {
        let arcs: Option<Vec<u64>> =
            self.signature_algorithm.split('.').map(|arc| arc.parse().ok()).collect();
        let oid = arcs.and_then(|arcs| Oid::from(&arcs).ok()).unwrap_or(oid!(0.0));
        let parameters = self.signature_parameters.as_deref().and_then(<[u8]>::split_first);
        SignatureAlgorithm {
            oid,
            parameters: parameters.map(|(tag, content)| (*tag, content.into())),
        }
    }
}

/// Seconds since 1970 as RFC 3339.
mod seconds {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};
    use time::OffsetDateTime;
    use time::format_description::well_known::Rfc3339;

    #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a field by reference")]
    pub fn serialize<S: Serializer>(seconds: &i64, serializer: S) -> Result<S::Ok, S::Error> {
        let time = OffsetDateTime::from_unix_timestamp(*seconds).ok();
        match time.and_then(|time| time.format(&Rfc3339).ok()) {
            Some(text) => serializer.serialize_str(&text),
            // Beyond the years that have four digits.
            None => serializer.serialize_str(&seconds.to_string()),
        }
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
        let text = String::deserialize(deserializer)?;
        if let Ok(seconds) = text.parse() {
            return Ok(seconds);
        }
        let time = OffsetDateTime::parse(&text, &Rfc3339).map_err(D::Error::custom)?;
        Ok(time.unix_timestamp())
    }
}
