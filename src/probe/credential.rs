//! The certificate that a probe shows, its chain, and its private key.

use std::fmt;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::{CertifiedKey, SigningKey};
use rustls::{Error, InconsistentKeys};
use serde::Serialize;

use super::provider::provider;
use crate::certificate::{Certificate, Thumbprint};
use crate::chain::{ChainRequest, report};
use crate::timestamp::Timestamp;
use crate::windows::KeyAccess;

/// Whose access to the private key a probe tries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct KeyUse {
    /// Where the key is: a file, or the store of the computer.
    pub place: String,
    /// Whether NETWORK SERVICE, under which Exchange sends, may read the key, by its access list. The
    /// probe itself uses the key as whoever runs it. `Unknown` for the key of a file.
    pub network_service: KeyAccess,
}

/// A certificate, the issuers that are sent behind it, and the private key.
#[derive(Clone)]
pub struct Credential {
    key: Arc<CertifiedKey>,
    chain: Vec<Certificate>,
    /// Whose access to the private key is tried.
    pub key_use: KeyUse,
    /// Whether the key signs for TLS 1.2 alone, as those of old cryptographic service providers.
    pub is_limited_to_tls12: bool,
}

impl fmt::Debug for Credential {
    /// Without the key.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let chain: Vec<Thumbprint> = self.chain.iter().map(Certificate::thumbprint).collect();
        formatter.debug_struct("Credential").field("chain", &chain).finish_non_exhaustive()
    }
}

/// A private key that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CredentialError {
    /// The file has no key.
    #[error(
        "{0} holds no private key that can be read: expected PEM with BEGIN PRIVATE KEY, \
         BEGIN RSA PRIVATE KEY or BEGIN EC PRIVATE KEY"
    )]
    NoKey(String),
    /// The PFX file has no key.
    #[error("{0} holds no private key: export the certificate with its private key")]
    NoKeyInPfx(String),
    /// The key is encrypted.
    #[error(
        "the private key of {0} is encrypted: give a PFX file with its password, or decrypt it"
    )]
    Encrypted(String),
    /// The key is of a kind that cannot be used.
    #[error("the private key of {place} cannot be used: {reason}")]
    Unusable {
        /// Where the key is.
        place: String,
        /// The words of the library.
        reason: String,
    },
    /// The key belongs to another certificate.
    #[error("the private key of {place} does not belong to the certificate {thumbprint}")]
    OtherCertificate {
        /// Where the key is.
        place: String,
        /// The certificate.
        thumbprint: Thumbprint,
    },
}

impl Credential {
    /// A certificate with the key of a PEM file (PKCS #8, PKCS #1 or SEC 1), of which `place` is the
    /// name. `issuers` are sent behind it, in that order.
    ///
    /// # Errors
    /// [`CredentialError`] if there is no such key, or it belongs to another certificate.
    pub fn from_pem(
        certificate: Certificate,
        issuers: Vec<Certificate>,
        pem: &[u8],
        place: &str,
    ) -> Result<Self, CredentialError> {
        let key = PrivateKeyDer::from_pem_slice(pem).map_err(|_| {
            if memchr::memmem::find(pem, b"BEGIN ENCRYPTED PRIVATE KEY").is_some() {
                CredentialError::Encrypted(place.to_owned())
            } else {
                CredentialError::NoKey(place.to_owned())
            }
        })?;
        Self::from_der(certificate, issuers, key, place)
    }

    /// A certificate with its key in DER: PKCS #8, as PFX files hold it.
    ///
    /// # Errors
    /// [`CredentialError`] if it is no such key, or belongs to another certificate.
    pub fn from_pkcs8(
        certificate: Certificate,
        issuers: Vec<Certificate>,
        key: &[u8],
        place: &str,
    ) -> Result<Self, CredentialError> {
        Self::from_der(certificate, issuers, PrivateKeyDer::Pkcs8(key.to_vec().into()), place)
    }

    fn from_der(
        certificate: Certificate,
        issuers: Vec<Certificate>,
        key: PrivateKeyDer<'static>,
        place: &str,
    ) -> Result<Self, CredentialError> {
        let key = provider().key_provider.load_private_key(key).map_err(|error| {
            CredentialError::Unusable { place: place.to_owned(), reason: error.to_string() }
        })?;
        let key_use = KeyUse { place: place.to_owned(), network_service: KeyAccess::Unknown };
        Self::with_key(certificate, issuers, key, key_use)
    }

    /// A certificate with a key that signs where it lies.
    ///
    /// # Errors
    /// [`CredentialError`] if the key says that it belongs to another certificate.
    pub(crate) fn with_key(
        certificate: Certificate,
        issuers: Vec<Certificate>,
        key: Arc<dyn SigningKey>,
        key_use: KeyUse,
    ) -> Result<Self, CredentialError> {
        let mut chain = vec![certificate];
        chain.extend(issuers);
        let ders = chain.iter().map(|one| CertificateDer::from(one.der().to_vec())).collect();
        let key = CertifiedKey::new(ders, key);
        match key.keys_match() {
            Ok(()) | Err(Error::InconsistentKeys(InconsistentKeys::Unknown)) => {}
            Err(Error::InconsistentKeys(_)) => {
                let thumbprint = chain[0].thumbprint();
                return Err(CredentialError::OtherCertificate { place: key_use.place, thumbprint });
            }
            Err(error) => {
                let reason = error.to_string();
                return Err(CredentialError::Unusable { place: key_use.place, reason });
            }
        }
        Ok(Self { key: Arc::new(key), chain, key_use, is_limited_to_tls12: false })
    }

    /// What is sent: the certificate, then its issuers.
    #[must_use]
    pub fn chain(&self) -> &[Certificate] {
        &self.chain
    }

    pub(super) fn certified_key(&self) -> &Arc<CertifiedKey> {
        &self.key
    }
}

/// The issuers that Exchange would send behind a certificate, as far as the store of intermediates
/// holds them: Schannel sends a chain up to its first gap, and no root.
#[must_use]
pub fn issuers_to_send(
    certificate: &Certificate,
    intermediates: &[Certificate],
    at: Timestamp,
) -> Vec<Certificate> {
    let request =
        ChainRequest { intermediates: Some(intermediates), ..ChainRequest::new(certificate, at) };
    let sent = report(&request).would_send;
    let of_store = |thumbprint: &Thumbprint| {
        intermediates.iter().find(|one| one.thumbprint() == *thumbprint).cloned()
    };
    sent.iter().skip(1).map_while(of_store).filter(|one| !one.looks_self_signed()).collect()
}
