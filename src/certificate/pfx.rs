//! Certificates in PFX files (PKCS #12, RFC 7292). Keys are decrypted to see whose they are, and kept
//! for a probe alone.

use std::fmt;

use p12_keystore::Pkcs12Archive;
use p12_keystore::error::Error;
use zeroize::Zeroizing;

use super::read_error::ReadError;

/// The password of a PFX file. It is wiped when dropped, and Debug does not show it.
pub struct Password(Zeroizing<String>);

impl Password {
    /// Takes the text of a password.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Password(..)")
    }
}

/// A certificate of a PFX file.
pub(crate) struct PfxCertificate {
    pub der: Vec<u8>,
    /// Whether a private key of the file names it (localKeyID, RFC 2985, section 5.5.2).
    pub has_key: bool,
}

/// Whether the content is a PFX: SEQUENCE { version INTEGER 3, ... } (RFC 7292, section 4), which no
/// certificate begins with.
pub(crate) fn is_pfx(content: &[u8]) -> bool {
    let header = match content {
        [0x30, length @ 0x81..=0x84, ..] => 2 + usize::from(length & 0x7F),
        [0x30, ..] => 2,
        _ => return false,
    };
    content.get(header..).is_some_and(|content| content.starts_with(&[0x02, 0x01, 0x03]))
}

/// The certificates, in the order of the file. Without a password the empty one is tried.
///
/// # Errors
/// [`ReadError::PfxPassword`] and [`ReadError::PfxNotOpened`].
pub(crate) fn read_pfx(
    content: &[u8],
    password: Option<&Password>,
) -> Result<Vec<PfxCertificate>, ReadError> {
    let text = password.map_or("", |password| password.0.as_str());
    let archive = Pkcs12Archive::from_pkcs12(content, text)
        .map_err(|error| read_error(&error, password.is_some()))?;
    let has_key = |id: &Vec<u8>| {
        let mut ids = archive.keys.iter().filter_map(|key| key.local_key_id.as_ref());
        ids.any(|own| own.as_ref() == id.as_slice())
    };
    let certificates = archive.certs.iter().map(|bag| PfxCertificate {
        der: bag.cert.as_der().to_vec(),
        has_key: bag.local_key_id.as_ref().is_some_and(has_key),
    });
    Ok(certificates.collect())
}

/// The private keys in DER (PKCS #8), in the order of the file; each is wiped when dropped.
///
/// # Errors
/// As of [`read_pfx`].
#[cfg(feature = "probe")]
pub(crate) fn read_pfx_keys(
    content: &[u8],
    password: Option<&Password>,
) -> Result<Vec<Zeroizing<Vec<u8>>>, ReadError> {
    let text = password.map_or("", |password| password.0.as_str());
    let archive = Pkcs12Archive::from_pkcs12(content, text)
        .map_err(|error| read_error(&error, password.is_some()))?;
    Ok(archive.keys.iter().map(|bag| Zeroizing::new(bag.key.as_der().to_vec())).collect())
}

fn read_error(error: &Error, is_password_given: bool) -> ReadError {
    match error {
        // Files without a MAC show a wrong password by what comes out of the decryption.
        Error::MacError(_) | Error::UnpadError | Error::Pkcs5Error(_) => {
            ReadError::PfxPassword { is_given: is_password_given }
        }
        Error::UnsupportedEncryptionScheme | Error::UnsupportedMacAlgorithm => {
            ReadError::PfxNotOpened {
                reason: "its encryption is none that Windows writes".to_owned(),
            }
        }
        Error::X509Error(error) => {
            ReadError::PfxNotOpened { reason: format!("a certificate in it: {error}") }
        }
        error => ReadError::PfxNotOpened { reason: error.to_string() },
    }
}
