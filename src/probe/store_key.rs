//! A key of the store of this computer in TLS: it signs where it lies, through a callback.
//!
//! The callback of Windows itself was not seen on Windows: tests put another signer in its place.

use std::sync::Arc;

use rustls::sign::{Signer, SigningKey as TlsKey};
use rustls::{Error, OtherError, SignatureAlgorithm, SignatureScheme};
use sha2::{Digest as _, Sha256, Sha384, Sha512};

use super::credential::{Credential, CredentialError, KeyUse};
use crate::certificate::{Certificate, Curve, KeyType};
use crate::windows::{Digest, SignatureForm, SigningKey, StoreCertificate, open_signing_key};

/// The schemes of RSA, the better first; the keys of old providers know PKCS #1 alone.
const RSA: [SignatureScheme; 6] = [
    SignatureScheme::RSA_PSS_SHA512,
    SignatureScheme::RSA_PSS_SHA384,
    SignatureScheme::RSA_PSS_SHA256,
    SignatureScheme::RSA_PKCS1_SHA512,
    SignatureScheme::RSA_PKCS1_SHA384,
    SignatureScheme::RSA_PKCS1_SHA256,
];
const FIRST_OF_PKCS1: usize = 3;
/// The kind of a key whose provider is no key storage provider.
const OLD_PROVIDER: &str = "CSP";

/// A certificate of LocalMachine\My with its key, opened now.
pub(super) fn credential(
    found: &StoreCertificate,
    issuers: Vec<Certificate>,
    place: &str,
) -> Result<Credential, CredentialError> {
    let signer = open_signing_key(found.certificate.thumbprint()).map_err(|error| {
        CredentialError::Unusable { place: place.to_owned(), reason: error.to_string() }
    })?;
    Credential::with_signer(found, issuers, place, signer)
}

impl Credential {
    /// A certificate of a store, whose key signs where it lies; `place` names it.
    ///
    /// # Errors
    /// [`CredentialError::Unusable`]: the key is neither RSA nor ECDSA on a curve of NIST.
    pub fn with_signer(
        found: &StoreCertificate,
        issuers: Vec<Certificate>,
        place: &str,
        signer: Arc<dyn SigningKey>,
    ) -> Result<Self, CredentialError> {
        let is_old = found.private_key.kind == Some(OLD_PROVIDER);
        let schemes: &'static [SignatureScheme] = match &found.certificate.public_key.key_type {
            KeyType::Rsa { .. } if is_old => &RSA[FIRST_OF_PKCS1..],
            KeyType::Rsa { .. } => &RSA,
            KeyType::Ec(Curve::P256) => &[SignatureScheme::ECDSA_NISTP256_SHA256],
            KeyType::Ec(Curve::P384) => &[SignatureScheme::ECDSA_NISTP384_SHA384],
            KeyType::Ec(Curve::P521) => &[SignatureScheme::ECDSA_NISTP521_SHA512],
            _ => {
                return Err(CredentialError::Unusable {
                    place: place.to_owned(),
                    reason: "TLS of Windows knows RSA and ECDSA keys alone".to_owned(),
                });
            }
        };
        let key_use =
            KeyUse { place: place.to_owned(), network_service: found.private_key.network_service };
        let key = Arc::new(StoreKey { signer, schemes });
        let mut credential = Self::with_key(found.certificate.clone(), issuers, key, key_use)?;
        // TLS 1.3 knows PKCS #1 no more (RFC 8446, section 4.2.3).
        credential.is_limited_to_tls12 = is_old;
        Ok(credential)
    }
}

/// A key and what it can do.
#[derive(Debug)]
struct StoreKey {
    signer: Arc<dyn SigningKey>,
    schemes: &'static [SignatureScheme],
}

impl TlsKey for StoreKey {
    fn choose_scheme(&self, offered: &[SignatureScheme]) -> Option<Box<dyn Signer>> {
        let scheme = *self.schemes.iter().find(|scheme| offered.contains(scheme))?;
        Some(Box::new(StoreSigner { signer: Arc::clone(&self.signer), scheme }))
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        if self.schemes.iter().any(|scheme| RSA.contains(scheme)) {
            SignatureAlgorithm::RSA
        } else {
            SignatureAlgorithm::ECDSA
        }
    }
}

#[derive(Debug)]
struct StoreSigner {
    signer: Arc<dyn SigningKey>,
    scheme: SignatureScheme,
}

impl Signer for StoreSigner {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        let (form, digest) = match self.scheme {
            SignatureScheme::RSA_PKCS1_SHA256 => (SignatureForm::Pkcs1, Digest::Sha256),
            SignatureScheme::RSA_PKCS1_SHA384 => (SignatureForm::Pkcs1, Digest::Sha384),
            SignatureScheme::RSA_PKCS1_SHA512 => (SignatureForm::Pkcs1, Digest::Sha512),
            SignatureScheme::RSA_PSS_SHA256 => (SignatureForm::Pss, Digest::Sha256),
            SignatureScheme::RSA_PSS_SHA384 => (SignatureForm::Pss, Digest::Sha384),
            SignatureScheme::RSA_PSS_SHA512 => (SignatureForm::Pss, Digest::Sha512),
            SignatureScheme::ECDSA_NISTP256_SHA256 => (SignatureForm::Ecdsa, Digest::Sha256),
            SignatureScheme::ECDSA_NISTP384_SHA384 => (SignatureForm::Ecdsa, Digest::Sha384),
            _ => (SignatureForm::Ecdsa, Digest::Sha512),
        };
        let value = match digest {
            Digest::Sha256 => Sha256::digest(message).to_vec(),
            Digest::Sha384 => Sha384::digest(message).to_vec(),
            Digest::Sha512 => Sha512::digest(message).to_vec(),
        };
        let signature = self
            .signer
            .sign(form, digest, &value)
            .map_err(|error| Error::Other(OtherError(Arc::new(error))))?;
        Ok(if form == SignatureForm::Ecdsa { der_of(&signature) } else { signature })
    }

    fn scheme(&self) -> SignatureScheme {
        self.scheme
    }
}

/// r and s as the SEQUENCE of two INTEGERs that TLS wants (RFC 3279, section 2.2.3).
fn der_of(both: &[u8]) -> Vec<u8> {
    let (r, s) = both.split_at(both.len() / 2);
    let mut content = integer(r);
    content.extend(integer(s));
    element(0x30, &content)
}

/// A number without a sign as INTEGER: no leading zeros but one before a high bit.
fn integer(bytes: &[u8]) -> Vec<u8> {
    let start = bytes.iter().position(|byte| *byte != 0).unwrap_or(bytes.len().saturating_sub(1));
    let mut value = bytes[start..].to_vec();
    if value.first().is_none_or(|byte| *byte >= 0x80) {
        value.insert(0, 0);
    }
    element(0x02, &value)
}

/// A DER element of at most 255 bytes, which no signature of these curves exceeds.
fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u8::try_from(content.len()).unwrap_or(u8::MAX);
    let mut element = vec![tag];
    if length >= 0x80 {
        element.push(0x81);
    }
    element.push(length);
    element.extend_from_slice(content);
    element
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r_and_s_are_two_integers_without_a_sign() {
        for (both, expected) in [
            ([1, 2].as_slice(), &[0x30, 6, 2, 1, 1, 2, 1, 2][..]),
            (&[0x80, 0, 0, 7], &[0x30, 8, 2, 3, 0, 0x80, 0, 2, 1, 7]),
            (&[0, 0], &[0x30, 6, 2, 1, 0, 2, 1, 0]),
        ] {
            assert_eq!(der_of(both), expected);
        }
        let long = der_of(&[0xFF; 132]);
        assert_eq!(long[..4], [0x30, 0x81, 138, 2]);
        assert_eq!(long.len(), 141);
    }
}
