//! Certificates and revocation lists made for tests: every field can be wrong on purpose.

#![allow(dead_code, reason = "each test binary uses a part")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::cast_possible_truncation, reason = "lengths are taken apart into bytes")]

use eop_relay::certificate::Certificate;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{DerSignature, SigningKey};
use sha2::{Digest, Sha256};

/// One DER element.
pub fn element(tag: u8, content: impl AsRef<[u8]>) -> Vec<u8> {
    let content = content.as_ref();
    let length = content.len();
    let mut encoding = vec![tag];
    match length {
        0..=0x7F => encoding.push(length as u8),
        0x80..=0xFF => encoding.extend([0x81, length as u8]),
        0x100..=0xFFFF => encoding.extend([0x82, (length >> 8) as u8, length as u8]),
        _ => encoding.extend([0x83, (length >> 16) as u8, (length >> 8) as u8, length as u8]),
    }
    encoding.extend_from_slice(content);
    encoding
}

/// A SEQUENCE of parts.
pub fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    element(0x30, parts.concat())
}

/// An OBJECT IDENTIFIER from dotted notation.
pub fn oid(dotted: &str) -> Vec<u8> {
    let arcs: Vec<u64> = dotted.split('.').map(|arc| arc.parse().unwrap()).collect();
    let mut content = Vec::new();
    for arc in std::iter::once(arcs[0] * 40 + arcs[1]).chain(arcs[2..].iter().copied()) {
        let mut groups = vec![(arc & 0x7F) as u8];
        let mut rest = arc >> 7;
        while rest > 0 {
            groups.push((rest & 0x7F) as u8 | 0x80);
            rest >>= 7;
        }
        content.extend(groups.iter().rev());
    }
    element(0x06, content)
}

/// A name of one common name; the empty text gives the empty name.
pub fn name(common_name: &str) -> Vec<u8> {
    if common_name.is_empty() {
        return sequence(&[]);
    }
    let attribute = sequence(&[&oid("2.5.4.3"), &element(0x0C, common_name)]);
    sequence(&[&element(0x31, attribute)])
}

/// A name of several attributes, the most general first: dotted types and UTF-8 values.
pub fn long_name(attributes: &[(&str, &str)]) -> Vec<u8> {
    let rdns: Vec<u8> = attributes
        .iter()
        .flat_map(|(kind, value)| element(0x31, sequence(&[&oid(kind), &element(0x0C, value)])))
        .collect();
    element(0x30, rdns)
}

/// authorityKeyIdentifier with a key identifier in hexadecimal digits.
pub fn named_key(hexadecimal: &str) -> Vec<u8> {
    let digits: Vec<u8> = hexadecimal.bytes().collect();
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    sequence(&[&element(0x80, digits.chunks(2).map(byte).collect::<Vec<u8>>())])
}

/// cRLDistributionPoints, or the distribution point of a list, with one URL.
pub fn distribution_point(url: &str) -> Vec<u8> {
    element(0xA0, element(0xA0, element(0x86, url)))
}

/// A P-256 key that depends on the label alone.
pub fn key(label: &str) -> SigningKey {
    SigningKey::from_slice(&Sha256::digest(label)).unwrap()
}

/// SubjectPublicKeyInfo of that key.
pub fn public_key(label: &str) -> Vec<u8> {
    let algorithm = sequence(&[&oid("1.2.840.10045.2.1"), &oid("1.2.840.10045.3.1.7")]);
    let point = key(label).verifying_key().to_encoded_point(false);
    sequence(&[&algorithm, &bit_string(point.as_bytes())])
}

/// SubjectPublicKeyInfo of an RSA key with a modulus of that many bits, which nobody holds.
pub fn rsa_public_key(bits: usize, exponent: &[u8]) -> Vec<u8> {
    let mut modulus = vec![0xA5; bits.div_ceil(8)];
    modulus[0] = if bits.is_multiple_of(8) { 0xC1 } else { (1 << (bits % 8)) - 1 };
    let mut integer = vec![0];
    integer.extend(modulus);
    let key = sequence(&[&element(0x02, integer), &element(0x02, exponent)]);
    let algorithm = sequence(&[&oid("1.2.840.113549.1.1.1"), &[5, 0]]);
    sequence(&[&algorithm, &bit_string(&key)])
}

/// A BIT STRING of whole bytes.
pub fn bit_string(bytes: &[u8]) -> Vec<u8> {
    element(0x03, [&[0], bytes].concat())
}

/// The key identifier of a label: the first 20 bytes of a digest.
pub fn key_identifier(label: &str) -> Vec<u8> {
    Sha256::digest(public_key(label))[..20].to_vec()
}

/// An extension: dotted OID, critical, content.
pub type Extension = (String, bool, Vec<u8>);

/// A certificate in the making. Fields are DER unless they say otherwise.
#[derive(Clone)]
pub struct Forge {
    pub version: u8,
    pub serial: Vec<u8>,
    pub signature_algorithm: Vec<u8>,
    pub outer_signature_algorithm: Option<Vec<u8>>,
    pub issuer: Vec<u8>,
    pub not_before: String,
    pub not_after: String,
    pub subject: Vec<u8>,
    pub public_key: Vec<u8>,
    pub signer: String,
    pub extensions: Vec<Extension>,
}

pub const BASIC_CONSTRAINTS: &str = "2.5.29.19";
pub const KEY_USAGE: &str = "2.5.29.15";
pub const EXTENDED_KEY_USAGE: &str = "2.5.29.37";
pub const SUBJECT_ALT_NAME: &str = "2.5.29.17";
pub const NAME_CONSTRAINTS: &str = "2.5.29.30";
pub const AUTHORITY_KEY_IDENTIFIER: &str = "2.5.29.35";
pub const SUBJECT_KEY_IDENTIFIER: &str = "2.5.29.14";
pub const AUTHORITY_INFORMATION_ACCESS: &str = "1.3.6.1.5.5.7.1.1";
pub const POLICY_CONSTRAINTS: &str = "2.5.29.36";

/// In Microsoft's programme and no longer in Mozilla's list, with its key identifier.
pub const PROGRAMME_ROOT: (&[(&str, &str)], &str) = (
    &[
        ("2.5.4.6", "US"),
        ("2.5.4.10", "DigiCert Inc"),
        ("2.5.4.11", "www.digicert.com"),
        ("2.5.4.3", "DigiCert Global Root CA"),
    ],
    "03DE503556D14CBB66F0A3E21B1BC397B23DD155",
);

/// In Microsoft's programme, and expired on 2025-05-12, with its key identifier.
pub const EXPIRED_PROGRAMME_ROOT: (&[(&str, &str)], &str) = (
    &[
        ("2.5.4.6", "IE"),
        ("2.5.4.10", "Baltimore"),
        ("2.5.4.11", "CyberTrust"),
        ("2.5.4.3", "Baltimore CyberTrust Root"),
    ],
    "E59D5930824758CCACFA085436867B3AB5044DF0",
);

/// Taken out of Microsoft's programme, with its key identifier.
pub const BLOCKED_ROOT: (&[(&str, &str)], &str) = (
    &[
        ("2.5.4.6", "SE"),
        ("2.5.4.10", "AddTrust AB"),
        ("2.5.4.11", "AddTrust External TTP Network"),
        ("2.5.4.3", "AddTrust External CA Root"),
    ],
    "ADBD987A34B426F7FAC42654EF03BDE024CB541A",
);

pub const CERTIFICATE_TEMPLATE: &str = "1.3.6.1.4.1.311.20.2";
pub const CRL_DISTRIBUTION_POINTS: &str = "2.5.29.31";

pub const SERVER_AUTH: &str = "1.3.6.1.5.5.7.3.1";
pub const CLIENT_AUTH: &str = "1.3.6.1.5.5.7.3.2";

impl Forge {
    fn new(subject: &str, issuer: &str) -> Self {
        Self {
            version: 2,
            serial: Sha256::digest(format!("{subject}/{issuer}"))[..8]
                .iter()
                .map(|byte| byte & 0x7F | 1)
                .collect(),
            signature_algorithm: sequence(&[&oid("1.2.840.10045.4.3.2")]),
            outer_signature_algorithm: None,
            issuer: name(issuer),
            not_before: "20260101000000Z".to_owned(),
            not_after: "20271231235959Z".to_owned(),
            subject: name(subject),
            public_key: public_key(subject),
            signer: issuer.to_owned(),
            extensions: Vec::new(),
        }
        .with(AUTHORITY_KEY_IDENTIFIER, false, authority_key_identifier(issuer))
    }

    /// A server certificate for a host; the labels name keys and subjects.
    pub fn server(host: &str, issuer: &str) -> Self {
        Self::new(host, issuer)
            .with(KEY_USAGE, true, key_usage(&[0]))
            .with(EXTENDED_KEY_USAGE, false, usages(&[SERVER_AUTH, CLIENT_AUTH]))
            .with(SUBJECT_ALT_NAME, false, dns_names(&[host]))
            // 398 days, the most that were permitted on the day of its issue.
            .but(|forge| "20270202235959Z".clone_into(&mut forge.not_after))
    }

    /// A certification authority.
    pub fn authority(subject: &str, issuer: &str) -> Self {
        Self::new(subject, issuer)
            .with(BASIC_CONSTRAINTS, true, basic_constraints(true, None))
            .with(KEY_USAGE, true, key_usage(&[5, 6]))
            .with(SUBJECT_KEY_IDENTIFIER, false, element(0x04, key_identifier(subject)))
    }

    /// The certificate as issued by a root of a public list that nobody here has the key of.
    pub fn below_listed(self, name: &[(&str, &str)], key_identifier: &str) -> Self {
        self.with(AUTHORITY_KEY_IDENTIFIER, false, named_key(key_identifier))
            .but(|forge| forge.issuer = long_name(name))
    }

    /// A self-signed root.
    pub fn root(subject: &str) -> Self {
        Self::authority(subject, subject)
    }

    /// Sets an extension, in the place of one with the same OID.
    pub fn with(mut self, oid: &str, critical: bool, value: Vec<u8>) -> Self {
        self.extensions.retain(|(known, _, _)| known != oid);
        self.extensions.push((oid.to_owned(), critical, value));
        self
    }

    /// Removes an extension.
    pub fn without(mut self, oid: &str) -> Self {
        self.extensions.retain(|(known, _, _)| known != oid);
        self
    }

    /// Any other change.
    pub fn but(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    /// The DER, signed with the key of the issuer's label.
    pub fn der(&self) -> Vec<u8> {
        let extensions: Vec<u8> = self
            .extensions
            .iter()
            .flat_map(|(dotted, critical, value)| {
                let critical = if *critical { element(0x01, [0xFF]) } else { Vec::new() };
                sequence(&[&oid(dotted), &critical, &element(0x04, value)])
            })
            .collect();
        let extensions_field = element(0xA3, element(0x30, &extensions));
        let version = element(0xA0, element(0x02, [self.version]));
        let validity =
            sequence(&[&element(0x18, &self.not_before), &element(0x18, &self.not_after)]);
        let body = sequence(&[
            if self.version == 0 { &[] } else { &version },
            &element(0x02, &self.serial),
            &self.signature_algorithm,
            &self.issuer,
            &validity,
            &self.subject,
            &self.public_key,
            if extensions.is_empty() { &[] } else { &extensions_field },
        ]);
        let outer = self.outer_signature_algorithm.as_ref().unwrap_or(&self.signature_algorithm);
        sign(&body, outer, &self.signer)
    }

    /// The certificate.
    pub fn certificate(&self) -> Certificate {
        Certificate::from_der(&self.der()).unwrap()
    }
}

/// Wraps a signed body.
pub fn sign(body: &[u8], algorithm: &[u8], signer: &str) -> Vec<u8> {
    let signature: DerSignature = key(signer).sign(body);
    sequence(&[body, algorithm, &bit_string(signature.as_bytes())])
}

/// basicConstraints.
pub fn basic_constraints(is_authority: bool, path_length: Option<u8>) -> Vec<u8> {
    let authority = if is_authority { element(0x01, [0xFF]) } else { Vec::new() };
    let path_length = path_length.map(|length| element(0x02, [length])).unwrap_or_default();
    sequence(&[&authority, &path_length])
}

/// keyUsage with those bits set.
pub fn key_usage(bits: &[u32]) -> Vec<u8> {
    let octet = bits.iter().fold(0_u8, |octet, bit| octet | (0x80 >> bit));
    element(0x03, [u8::try_from(octet.trailing_zeros().min(7)).unwrap(), octet])
}

/// extKeyUsage of dotted OIDs.
pub fn usages(dotted: &[&str]) -> Vec<u8> {
    element(0x30, dotted.iter().flat_map(|text| oid(text)).collect::<Vec<u8>>())
}

/// subjectAltName of DNS names.
pub fn dns_names(names: &[&str]) -> Vec<u8> {
    element(0x30, names.iter().flat_map(|text| element(0x82, text)).collect::<Vec<u8>>())
}

/// authorityKeyIdentifier of a label's key.
pub fn authority_key_identifier(label: &str) -> Vec<u8> {
    sequence(&[&element(0x80, key_identifier(label))])
}

/// nameConstraints of general names in DER.
pub fn name_constraints(permitted: &[&[u8]], excluded: &[&[u8]]) -> Vec<u8> {
    let list = |tag: u8, bases: &[&[u8]]| -> Vec<u8> {
        let subtrees: Vec<u8> = bases.iter().flat_map(|base| element(0x30, base)).collect();
        if bases.is_empty() { Vec::new() } else { element(tag, subtrees) }
    };
    sequence(&[&list(0xA0, permitted), &list(0xA1, excluded)])
}

/// authorityInfoAccess with one caIssuers URL.
pub fn issuer_url(url: &str) -> Vec<u8> {
    sequence(&[&sequence(&[&oid("1.3.6.1.5.5.7.48.2"), &element(0x86, url)])])
}

/// A revocation list of the issuer's, with CRL number 1.
pub struct ForgeList {
    pub version: Option<u8>,
    pub issuer: String,
    pub signer: String,
    pub this_update: String,
    pub next_update: Option<String>,
    pub serials: Vec<Vec<u8>>,
    /// Whether the entries are removals of a delta list (reason removeFromCRL).
    pub is_removal: bool,
    /// Whose certificates the entries are, where they say so (certificateIssuer).
    pub entry_issuer: Option<String>,
    pub extensions: Vec<Extension>,
}

impl ForgeList {
    pub fn new(issuer: &str, serials: &[&[u8]]) -> Self {
        Self {
            version: Some(1),
            issuer: issuer.to_owned(),
            signer: issuer.to_owned(),
            this_update: "20260101000000Z".to_owned(),
            next_update: Some("20271231235959Z".to_owned()),
            serials: serials.iter().map(|serial| serial.to_vec()).collect(),
            is_removal: false,
            entry_issuer: None,
            extensions: vec![("2.5.29.20".to_owned(), false, element(0x02, [1]))],
        }
    }

    pub fn but(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    pub fn der(&self) -> Vec<u8> {
        let algorithm = sequence(&[&oid("1.2.840.10045.4.3.2")]);
        let revoked: Vec<u8> = self
            .serials
            .iter()
            .flat_map(|serial| {
                let reason = sequence(&[&oid("2.5.29.21"), &element(0x04, element(0x0A, [8]))]);
                let reason = if self.is_removal { reason } else { Vec::new() };
                let issuer = self.entry_issuer.as_ref().map(|issuer| {
                    let names = element(0x30, element(0xA4, name(issuer)));
                    let critical = element(0x01, [0xFF]);
                    sequence(&[&oid("2.5.29.29"), &critical, &element(0x04, names)])
                });
                let extensions = [reason, issuer.unwrap_or_default()].concat();
                let extensions =
                    if extensions.is_empty() { extensions } else { element(0x30, extensions) };
                sequence(&[&element(0x02, serial), &element(0x18, "20260102000000Z"), &extensions])
            })
            .collect();
        let revoked = if revoked.is_empty() { Vec::new() } else { element(0x30, revoked) };
        let extensions: Vec<u8> = self
            .extensions
            .iter()
            .flat_map(|(dotted, critical, value)| {
                let critical = if *critical { element(0x01, [0xFF]) } else { Vec::new() };
                sequence(&[&oid(dotted), &critical, &element(0x04, value)])
            })
            .collect();
        let extensions = if extensions.is_empty() {
            Vec::new()
        } else {
            element(0xA0, element(0x30, extensions))
        };
        let time = |text: &String| element(0x18, text);
        let body = sequence(&[
            &self.version.map(|version| element(0x02, [version])).unwrap_or_default(),
            &algorithm,
            &name(&self.issuer),
            &time(&self.this_update),
            &self.next_update.as_ref().map(time).unwrap_or_default(),
            &revoked,
            &extensions,
        ]);
        sign(&body, &algorithm, &self.signer)
    }
}
