//! Public keys: their type and size.

use std::fmt;

use serde::{Deserialize, Serialize};
use x509_parser::asn1_rs::{Oid, oid};
use x509_parser::x509::SubjectPublicKeyInfo;

use super::der::{self, Reader, tag};

/// The named curves that TLS and the CA/Browser Forum's Baseline Requirements know (section 6.1.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Curve {
    /// secp256r1.
    P256,
    /// secp384r1.
    P384,
    /// secp521r1.
    P521,
}

/// The type of a public key, with its size.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all_fields = "PascalCase")]
pub enum KeyType {
    /// rsaEncryption, with the bits of the modulus (RFC 3279, section 2.3.1).
    Rsa {
        /// The length of the modulus in bits.
        bits: usize,
        /// Whether the public exponent is odd and at least 3.
        has_sound_exponent: bool,
    },
    /// id-ecPublicKey on a named curve (RFC 5480, section 2.1.1).
    Ec(Curve),
    /// Ed25519 (RFC 8410).
    Ed25519,
    /// Any other, or a key that cannot be read: DSA, other curves, curves spelt out as parameters.
    Other {
        /// The dotted OID of the algorithm, or of the curve.
        oid: String,
    },
}

/// A public key (RFC 5280, section 4.1.2.7).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PublicKey {
    /// Type and size.
    pub key_type: KeyType,
    /// The content of subjectPublicKey: a PKCS #1 RSAPublicKey, an EC point, or raw bytes.
    pub(crate) bits: Box<[u8]>,
}

impl PublicKey {
    pub(crate) fn new(info: &SubjectPublicKeyInfo<'_>) -> Self {
        const RSA: Oid<'static> = oid!(1.2.840.113549.1.1.1);
        const EC: Oid<'static> = oid!(1.2.840.10045.2.1);
        const ED25519: Oid<'static> = oid!(1.3.101.112);

        let bits: Box<[u8]> = der::whole_bytes(&info.subject_public_key).into();
        let algorithm = &info.algorithm.algorithm;
        let parameters = info.algorithm.parameters.as_ref();
        let key_type = if *algorithm == RSA {
            rsa_key_type(&bits)
        } else if *algorithm == EC {
            parameters
                .and_then(|parameters| parameters.as_oid().ok())
                .map(|curve| ec_key_type(&curve))
        } else if *algorithm == ED25519 && bits.len() == 32 {
            Some(KeyType::Ed25519)
        } else {
            None
        };
        let other = || KeyType::Other { oid: algorithm.to_id_string() };
        Self { key_type: key_type.unwrap_or_else(other), bits }
    }
}

impl PublicKey {
    /// One of which type and digest are known alone.
    pub(super) fn of_digest(key_type: KeyType, digest: &[u8]) -> Self {
        Self { key_type, bits: digest.into() }
    }
}

fn rsa_key_type(bits: &[u8]) -> Option<KeyType> {
    let mut key = Reader::new(der::whole(bits, tag::SEQUENCE).ok()?);
    let strip = |integer: &mut Reader<'_>| -> Option<Vec<u8>> {
        let content = integer.expect(tag::INTEGER).ok()?;
        let zeros = content.iter().take_while(|octet| **octet == 0).count();
        Some(content[zeros..].to_vec())
    };
    let (modulus, exponent) = (strip(&mut key)?, strip(&mut key)?);
    key.finish().ok()?;
    let leading_zeros = modulus.first()?.leading_zeros() as usize;
    let has_sound_exponent =
        exponent.last().is_some_and(|last| last & 1 == 1) && exponent.as_slice() != [1];
    Some(KeyType::Rsa { bits: modulus.len() * 8 - leading_zeros, has_sound_exponent })
}

fn ec_key_type(curve: &Oid<'_>) -> KeyType {
    const P256: Oid<'static> = oid!(1.2.840.10045.3.1.7);
    const P384: Oid<'static> = oid!(1.3.132.0.34);
    const P521: Oid<'static> = oid!(1.3.132.0.35);
    if *curve == P256 {
        KeyType::Ec(Curve::P256)
    } else if *curve == P384 {
        KeyType::Ec(Curve::P384)
    } else if *curve == P521 {
        KeyType::Ec(Curve::P521)
    } else {
        KeyType::Other { oid: curve.to_id_string() }
    }
}

impl fmt::Display for KeyType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rsa { bits, .. } => write!(formatter, "RSA {bits}"),
            Self::Ec(Curve::P256) => formatter.write_str("ECDSA P-256"),
            Self::Ec(Curve::P384) => formatter.write_str("ECDSA P-384"),
            Self::Ec(Curve::P521) => formatter.write_str("ECDSA P-521"),
            Self::Ed25519 => formatter.write_str("Ed25519"),
            Self::Other { oid } => write!(formatter, "key of type {oid}"),
        }
    }
}
