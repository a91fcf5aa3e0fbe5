//! Signatures of certificates and revocation lists.
//!
//! RustCrypto, because it is pure Rust and builds for Windows with rustc alone. RUSTSEC-2023-0071
//! concerns private RSA keys; only public ones are used here.

use p256::ecdsa::signature::hazmat::PrehashVerifier;
use rsa::{BigUint, Pkcs1v15Sign, Pss, RsaPublicKey};
use sha1::Sha1;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};
use x509_parser::asn1_rs::oid;

use crate::certificate::der::{self, Reader, tag};
use crate::certificate::{
    Certificate, Curve, KeyType, PublicKey, RecordedSignature, SignatureAlgorithm,
};

/// Why a signature does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SignatureError {
    /// It was not made with that key over that content.
    Invalid,
    /// Nothing here can check it.
    Unsupported,
}

/// The hash under a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SignatureHash {
    /// MD2, MD4 or MD5.
    Broken,
    /// SHA-1.
    Sha1,
    /// A member of SHA-2.
    Sha2(Sha2),
    /// The signature scheme brings its own (Ed25519).
    Own,
    /// Not known here.
    Unknown,
}

/// The members of SHA-2 that signatures of certificates use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sha2 {
    Sha224,
    Sha256,
    Sha384,
    Sha512,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scheme {
    RsaPkcs1,
    RsaPss { salt_length: usize },
    Ecdsa,
    Ed25519,
}

/// RSA keys above this are not used: checking time grows with the cube of their length.
const MAXIMUM_RSA_BITS: usize = 8192;

/// The hash under a signature algorithm.
pub(crate) fn hash_of(algorithm: &SignatureAlgorithm) -> SignatureHash {
    scheme_and_hash(algorithm).map_or(SignatureHash::Unknown, |(_, hash)| hash)
}

fn scheme_and_hash(algorithm: &SignatureAlgorithm) -> Option<(Scheme, SignatureHash)> {
    // RFC 3279, 4055 (RSA), 5758 (ECDSA), 8410 (Ed25519).
    const RSA_PREFIX: &[u8] = &oid!(raw 1.2.840.113549.1.1);
    const ECDSA_SHA1: &[u8] = &oid!(raw 1.2.840.10045.4.1);
    const ECDSA_SHA2_PREFIX: &[u8] = &oid!(raw 1.2.840.10045.4.3);
    const ED25519: &[u8] = &oid!(raw 1.3.101.112);
    // sha1WithRSASignature of the OIW, which old authorities wrote and Windows reads.
    const OIW_RSA_SHA1: &[u8] = &oid!(raw 1.3.14.3.2.29);
    use SignatureHash::{Broken, Own, Sha1, Sha2 as Family};

    let bytes = algorithm.oid.as_bytes();
    let (last, prefix) = bytes.split_last()?;
    // RFC 5758, section 3.2, and RFC 8410, section 3: parameters must be absent; RFC 4055,
    // section 5, and RFC 3279, section 2.2.1: NULL, of which absence is tolerated.
    let parameters = algorithm.parameters.as_ref().map(|(tag, content)| (*tag, content.as_ref()));
    let has_no_parameters = parameters.is_none();
    let is_null_or_absent = matches!(parameters, None | Some((5, [])));
    match (prefix, *last) {
        _ if bytes == ED25519 && has_no_parameters => Some((Scheme::Ed25519, Own)),
        _ if bytes == ECDSA_SHA1 && has_no_parameters => Some((Scheme::Ecdsa, Sha1)),
        _ if bytes == OIW_RSA_SHA1 && is_null_or_absent => Some((Scheme::RsaPkcs1, Sha1)),
        (RSA_PREFIX, 10) => pss(algorithm),
        (RSA_PREFIX, arc) if is_null_or_absent => {
            let hash = match arc {
                2..=4 => Broken,
                5 => Sha1,
                11 => Family(Sha2::Sha256),
                12 => Family(Sha2::Sha384),
                13 => Family(Sha2::Sha512),
                14 => Family(Sha2::Sha224),
                _ => return None,
            };
            Some((Scheme::RsaPkcs1, hash))
        }
        (ECDSA_SHA2_PREFIX, arc @ 1..=4) if has_no_parameters => {
            let members = [Sha2::Sha224, Sha2::Sha256, Sha2::Sha384, Sha2::Sha512];
            Some((Scheme::Ecdsa, Family(members[usize::from(arc) - 1])))
        }
        _ => None,
    }
}

/// RSASSA-PSS-params (RFC 4055, section 3.1): the same hash for the message and for MGF1.
fn pss(algorithm: &SignatureAlgorithm) -> Option<(Scheme, SignatureHash)> {
    const MGF1: &[u8] = &oid!(raw 1.2.840.113549.1.1.8);
    let (tag::SEQUENCE, parameters) = without_constructed_bit(algorithm)? else { return None };
    let mut reader = Reader::new(parameters);
    let mut explicit = |number: u8| reader.optional(tag::context_constructed(number)).ok();
    let (hash, mask, salt) = (explicit(0)?, explicit(1)?, explicit(2)?);
    let trailer_field = explicit(3)?;
    let hash = match hash {
        None => SignatureHash::Sha1,
        Some(content) => hash_identifier(content)?,
    };
    let mask_hash = match mask {
        None => SignatureHash::Sha1,
        Some(content) => {
            let mut function = Reader::new(der::whole(content, tag::SEQUENCE).ok()?);
            if function.expect(tag::OBJECT_IDENTIFIER).ok()? != MGF1 {
                return None;
            }
            let element = function.element().ok()?;
            hash_identifier(element.encoding)?
        }
    };
    let salt_length = match salt {
        None => 20,
        Some(content) => der::unsigned(der::whole(content, tag::INTEGER).ok()?).ok()?,
    };
    let is_usual_trailer = trailer_field.is_none_or(|content| content == [0x02, 0x01, 0x01]);
    let is_usable = hash == mask_hash && is_usual_trailer && salt_length <= 512;
    is_usable.then_some((Scheme::RsaPss { salt_length: salt_length as usize }, hash))
}

/// The parameters' tag as an identifier octet: x509-parser keeps the number alone.
fn without_constructed_bit(algorithm: &SignatureAlgorithm) -> Option<(u8, &[u8])> {
    let (number, content) = algorithm.parameters.as_ref()?;
    Some((if *number == 0x10 { tag::SEQUENCE } else { *number }, content))
}

fn hash_identifier(encoding: &[u8]) -> Option<SignatureHash> {
    const SHA1: &[u8] = &oid!(raw 1.3.14.3.2.26);
    const SHA2_PREFIX: &[u8] = &oid!(raw 2.16.840.1.101.3.4.2);
    let mut reader = Reader::new(der::whole(encoding, tag::SEQUENCE).ok()?);
    let bytes = reader.expect(tag::OBJECT_IDENTIFIER).ok()?;
    let (last, prefix) = bytes.split_last()?;
    match (prefix, *last) {
        _ if bytes == SHA1 => Some(SignatureHash::Sha1),
        (SHA2_PREFIX, 1) => Some(SignatureHash::Sha2(Sha2::Sha256)),
        (SHA2_PREFIX, 2) => Some(SignatureHash::Sha2(Sha2::Sha384)),
        (SHA2_PREFIX, 3) => Some(SignatureHash::Sha2(Sha2::Sha512)),
        (SHA2_PREFIX, 4) => Some(SignatureHash::Sha2(Sha2::Sha224)),
        _ => None,
    }
}

/// Checks the signature of a certificate by the key of another. Where only the facts of one of them
/// are known, they say how that check ended; without them nothing can.
pub(crate) fn verify_certificate(
    certificate: &Certificate,
    issuer: &Certificate,
) -> Result<(), SignatureError> {
    match certificate.recorded_signature(issuer) {
        Some(RecordedSignature::Holds) => Ok(()),
        Some(RecordedSignature::Fails) => Err(SignatureError::Invalid),
        Some(RecordedSignature::NotChecked) => Err(SignatureError::Unsupported),
        None if issuer.is_known_by_facts() => Err(SignatureError::Unsupported),
        None => verify(
            &certificate.signature_algorithm,
            &issuer.public_key,
            certificate.signed_part(),
            &certificate.signature,
        ),
    }
}

/// Checks a signature over `content`.
pub(crate) fn verify(
    algorithm: &SignatureAlgorithm,
    key: &PublicKey,
    content: &[u8],
    signature: &[u8],
) -> Result<(), SignatureError> {
    let (scheme, hash) = scheme_and_hash(algorithm).ok_or(SignatureError::Unsupported)?;
    match (scheme, &key.key_type) {
        (Scheme::Ed25519, KeyType::Ed25519) => verify_ed25519(&key.bits, content, signature),
        (Scheme::RsaPkcs1 | Scheme::RsaPss { .. }, KeyType::Rsa { bits, .. }) => {
            if *bits > MAXIMUM_RSA_BITS {
                return Err(SignatureError::Unsupported);
            }
            verify_rsa(scheme, hash, &key.bits, content, signature)
        }
        (Scheme::Ecdsa, KeyType::Ec(curve)) => {
            verify_ecdsa(*curve, &key.bits, &digest(hash, content)?, signature)
        }
        (_, KeyType::Other { .. }) => Err(SignatureError::Unsupported),
        _ => Err(SignatureError::Invalid),
    }
}

fn digest(hash: SignatureHash, content: &[u8]) -> Result<Vec<u8>, SignatureError> {
    Ok(match hash {
        SignatureHash::Sha1 => Sha1::digest(content).to_vec(),
        SignatureHash::Sha2(Sha2::Sha224) => Sha224::digest(content).to_vec(),
        SignatureHash::Sha2(Sha2::Sha256) => Sha256::digest(content).to_vec(),
        SignatureHash::Sha2(Sha2::Sha384) => Sha384::digest(content).to_vec(),
        SignatureHash::Sha2(Sha2::Sha512) => Sha512::digest(content).to_vec(),
        SignatureHash::Broken | SignatureHash::Own | SignatureHash::Unknown => {
            return Err(SignatureError::Unsupported);
        }
    })
}

fn verify_ed25519(key: &[u8], content: &[u8], signature: &[u8]) -> Result<(), SignatureError> {
    use ed25519_dalek::{Signature, Verifier, VerifyingKey};
    let invalid = SignatureError::Invalid;
    let key = VerifyingKey::try_from(key).map_err(|_| invalid)?;
    let signature = Signature::from_slice(signature).map_err(|_| invalid)?;
    key.verify(content, &signature).map_err(|_| invalid)
}

fn verify_rsa(
    scheme: Scheme,
    hash: SignatureHash,
    key: &[u8],
    content: &[u8],
    signature: &[u8],
) -> Result<(), SignatureError> {
    let invalid = SignatureError::Invalid;
    let mut reader = Reader::new(der::whole(key, tag::SEQUENCE).map_err(|_| invalid)?);
    let modulus = reader.expect(tag::INTEGER).map_err(|_| invalid)?;
    let exponent = reader.expect(tag::INTEGER).map_err(|_| invalid)?;
    let (modulus, exponent) = (BigUint::from_bytes_be(modulus), BigUint::from_bytes_be(exponent));
    let key = RsaPublicKey::new_with_max_size(modulus, exponent, MAXIMUM_RSA_BITS)
        .map_err(|_| SignatureError::Unsupported)?;
    let digest = digest(hash, content)?;
    let result = match (scheme, hash) {
        (Scheme::RsaPss { salt_length }, hash) => {
            let scheme = match hash {
                SignatureHash::Sha1 => Pss::new_with_salt::<Sha1>(salt_length),
                SignatureHash::Sha2(Sha2::Sha224) => Pss::new_with_salt::<Sha224>(salt_length),
                SignatureHash::Sha2(Sha2::Sha384) => Pss::new_with_salt::<Sha384>(salt_length),
                SignatureHash::Sha2(Sha2::Sha512) => Pss::new_with_salt::<Sha512>(salt_length),
                _ => Pss::new_with_salt::<Sha256>(salt_length),
            };
            key.verify(scheme, &digest, signature)
        }
        (_, SignatureHash::Sha1) => key.verify(Pkcs1v15Sign::new::<Sha1>(), &digest, signature),
        (_, SignatureHash::Sha2(member)) => {
            let scheme = match member {
                Sha2::Sha224 => Pkcs1v15Sign::new::<Sha224>(),
                Sha2::Sha256 => Pkcs1v15Sign::new::<Sha256>(),
                Sha2::Sha384 => Pkcs1v15Sign::new::<Sha384>(),
                Sha2::Sha512 => Pkcs1v15Sign::new::<Sha512>(),
            };
            key.verify(scheme, &digest, signature)
        }
        _ => return Err(SignatureError::Unsupported),
    };
    result.map_err(|_| invalid)
}

fn verify_ecdsa(
    curve: Curve,
    key: &[u8],
    digest: &[u8],
    signature: &[u8],
) -> Result<(), SignatureError> {
    // SEC 1, section 4.1.4: a digest shorter than the order is the integer it spells. The ecdsa
    // crate refuses those under half the order's length, so that they are padded here.
    let padded = |length: usize| {
        let missing = length.saturating_sub(digest.len());
        [vec![0; missing].as_slice(), digest].concat()
    };
    macro_rules! verify_on {
        ($curve:ident, $length:literal) => {{
            let key = $curve::ecdsa::VerifyingKey::from_sec1_bytes(key).ok();
            let signature = $curve::ecdsa::Signature::from_der(signature).ok();
            key.zip(signature).is_some_and(|(key, signature)| {
                key.verify_prehash(&padded($length), &signature).is_ok()
            })
        }};
    }
    let holds = match curve {
        Curve::P256 => verify_on!(p256, 32),
        Curve::P384 => verify_on!(p384, 48),
        Curve::P521 => verify_on!(p521, 66),
    };
    if holds { Ok(()) } else { Err(SignatureError::Invalid) }
}

/// What one check of a signature costs, in units of a check on P-256 (measured).
pub(crate) fn cost(key: &PublicKey) -> u32 {
    match &key.key_type {
        KeyType::Ec(Curve::P384) => 4,
        KeyType::Ec(Curve::P521) => 10,
        KeyType::Rsa { bits, .. } if *bits > 4096 => 8,
        KeyType::Rsa { bits, .. } if *bits > 2048 => 3,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use x509_parser::asn1_rs::Oid;

    use super::*;

    #[test]
    fn every_embedded_root_has_signed_itself() {
        let mut kinds = std::collections::BTreeMap::new();
        for der in webpki_root_certs::TLS_SERVER_ROOT_CERTS {
            let root = Certificate::from_der(der).unwrap();
            let result = verify(
                &root.signature_algorithm,
                &root.public_key,
                root.signed_part(),
                &root.signature,
            );
            assert_eq!(result, Ok(()), "{root:?}");
            *kinds.entry(root.public_key.key_type.to_string()).or_insert(0) += 1;
            let mut damaged = root.signed_part().to_vec();
            damaged[20] ^= 1;
            let result =
                verify(&root.signature_algorithm, &root.public_key, &damaged, &root.signature);
            assert_eq!(result, Err(SignatureError::Invalid), "{root:?}");
        }
        assert!(kinds.len() >= 4, "{kinds:?}");
    }

    #[test]
    fn parameters_belong_to_the_algorithm() {
        const SHA256_RSA: Oid<'static> = oid!(1.2.840.113549.1.1.11);
        const SHA256_ECDSA: Oid<'static> = oid!(1.2.840.10045.4.3.2);
        let with =
            |oid: &Oid<'static>, parameters| SignatureAlgorithm { oid: oid.clone(), parameters };
        let null = || Some((5_u8, Box::default()));
        assert_eq!(hash_of(&with(&SHA256_RSA, null())), SignatureHash::Sha2(Sha2::Sha256));
        assert_eq!(hash_of(&with(&SHA256_ECDSA, None)), SignatureHash::Sha2(Sha2::Sha256));
        // The OIW's number, by which old authorities name RSA with SHA-1.
        assert_eq!(hash_of(&with(&oid!(1.3.14.3.2.29), null())), SignatureHash::Sha1);
        assert_eq!(hash_of(&with(&SHA256_ECDSA, null())), SignatureHash::Unknown);
        let text: Box<[u8]> = (*b"x").into();
        assert_eq!(hash_of(&with(&SHA256_RSA, Some((5, text)))), SignatureHash::Unknown);
    }
}
