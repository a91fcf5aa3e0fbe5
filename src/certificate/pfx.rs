//! Certificates in PFX files (PKCS #12, RFC 7292). Which key is whose is said beside it, unencrypted
//! within its frame; keys are decrypted for a probe alone.

use std::fmt;

use zeroize::Zeroizing;

use super::ber::{BerElement, Children, only};
use super::der::{Malformed, tag};
use super::pfx_cipher::{CipherTrouble, decrypt, verify_mac};
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

/// A certificate of a PFX file, as it stands there.
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
    let bags = bags(content, password)?;
    let is_key = |bag: &&Bag| matches!(bag.kind, BagKind::Key | BagKind::ShroudedKey);
    let key_ids: Vec<&Vec<u8>> =
        bags.iter().filter(is_key).filter_map(|bag| bag.key_id.as_ref()).collect();
    let certificates = bags.iter().filter(|bag| bag.kind == BagKind::Certificate);
    let certificates = certificates.map(|bag| PfxCertificate {
        der: bag.value.to_vec(),
        has_key: bag.key_id.as_ref().is_some_and(|id| key_ids.contains(&id)),
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
    let open = |bag: Bag| match bag.kind {
        BagKind::Key => Some(Ok(bag.value)),
        BagKind::ShroudedKey => Some(shrouded(&bag.value, text)),
        BagKind::Certificate => None,
    };
    let keys = bags(content, password)?.into_iter().filter_map(open);
    keys.collect::<Result<_, CipherTrouble>>().map_err(|error| read_error(error, password))
}

/// EncryptedPrivateKeyInfo (RFC 5208, section 6).
#[cfg(feature = "probe")]
fn shrouded(value: &[u8], password: &str) -> Result<Zeroizing<Vec<u8>>, CipherTrouble> {
    let mut fields = Children::of(only(value, tag::SEQUENCE)?);
    let algorithm = fields.take()?;
    decrypt(&algorithm, &fields.take()?.octets()?, password)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum BagKind {
    Key,
    ShroudedKey,
    Certificate,
}

/// A SafeBag (RFC 7292, section 4.2) of a kind that is used.
struct Bag {
    kind: BagKind,
    value: Zeroizing<Vec<u8>>,
    key_id: Option<Vec<u8>>,
}

/// pkcs-7 1 and pkcs-7 6 (RFC 2315, section 14).
const DATA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 7, 1];
const ENCRYPTED_DATA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 7, 6];
/// bagtypes of RFC 7292, appendix D, without their last arc.
const BAG_TYPES: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 12, 10, 1];
/// x509Certificate and localKeyId of RFC 2985.
const X509_CERTIFICATE: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 9, 22, 1];
const LOCAL_KEY_ID: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 9, 21];

fn bags(content: &[u8], password: Option<&Password>) -> Result<Vec<Bag>, ReadError> {
    let text = password.map_or("", |password| password.0.as_str());
    open(content, text).map_err(|error| read_error(error, password))
}

fn open(content: &[u8], password: &str) -> Result<Vec<Bag>, CipherTrouble> {
    let mut fields = Children::of(only(content, tag::SEQUENCE)?);
    fields.expect(tag::INTEGER)?;
    let (kind, safes) = content_info(fields.expect(tag::SEQUENCE)?)?;
    if kind != DATA {
        return Err(CipherTrouble::Unsupported("a certificate protects it in place of a password"));
    }
    let safes = safes.octets()?;
    if !fields.is_empty() {
        verify_mac(fields.expect(tag::SEQUENCE)?, &safes, password)?;
    }
    let mut bags = Vec::new();
    let mut infos = Children::of(only(&safes, tag::SEQUENCE)?);
    while !infos.is_empty() {
        let (kind, content) = content_info(infos.expect(tag::SEQUENCE)?)?;
        let plain = match kind {
            DATA => Zeroizing::new(content.octets()?.into_owned()),
            ENCRYPTED_DATA => encrypted_data(content.content, password)?,
            _ => return Err(CipherTrouble::Unsupported("a part of it is protected otherwise")),
        };
        add_bags(&plain, &mut bags)?;
    }
    Ok(bags)
}

/// The type and the content of a ContentInfo (RFC 2315, section 7).
fn content_info(content: &[u8]) -> Result<(&[u8], BerElement<'_>), Malformed> {
    let mut fields = Children::of(content);
    let kind = fields.expect(tag::OBJECT_IDENTIFIER)?;
    let inner = Children::of(fields.expect(tag::context_constructed(0))?).take()?;
    Ok((kind, inner))
}

/// EncryptedData (RFC 2315, section 13).
fn encrypted_data(content: &[u8], password: &str) -> Result<Zeroizing<Vec<u8>>, CipherTrouble> {
    let mut fields = Children::of(content);
    fields.expect(tag::INTEGER)?;
    let mut info = Children::of(fields.expect(tag::SEQUENCE)?);
    info.expect(tag::OBJECT_IDENTIFIER)?;
    let algorithm = info.take()?;
    decrypt(&algorithm, &info.take()?.octets()?, password)
}

fn add_bags(content: &[u8], bags: &mut Vec<Bag>) -> Result<(), Malformed> {
    let mut all = Children::of(only(content, tag::SEQUENCE)?);
    while !all.is_empty() {
        let mut fields = Children::of(all.expect(tag::SEQUENCE)?);
        let id = fields.expect(tag::OBJECT_IDENTIFIER)?;
        let value = fields.expect(tag::context_constructed(0))?;
        let key_id = if fields.is_empty() { None } else { key_id(fields.expect(tag::SET)?)? };
        let add = |kind, value: &[u8]| {
            bags.push(Bag { kind, value: Zeroizing::new(value.to_vec()), key_id });
        };
        match id.strip_prefix(BAG_TYPES) {
            Some([1]) => add(BagKind::Key, value),
            Some([2]) => add(BagKind::ShroudedKey, value),
            Some([3]) => {
                let mut fields = Children::of(only(value, tag::SEQUENCE)?);
                if fields.expect(tag::OBJECT_IDENTIFIER)? == X509_CERTIFICATE {
                    let inner = fields.expect(tag::context_constructed(0))?;
                    add(BagKind::Certificate, &Children::of(inner).take()?.octets()?);
                }
            }
            // Revocation lists, secrets, and bags within bags, which nothing writes.
            _ => {}
        }
    }
    Ok(())
}

/// The localKeyId among the attributes of a bag.
fn key_id(attributes: &[u8]) -> Result<Option<Vec<u8>>, Malformed> {
    let mut attributes = Children::of(attributes);
    while !attributes.is_empty() {
        let mut fields = Children::of(attributes.expect(tag::SEQUENCE)?);
        if fields.expect(tag::OBJECT_IDENTIFIER)? == LOCAL_KEY_ID {
            let value = Children::of(fields.expect(tag::SET)?).take()?;
            return Ok(Some(value.octets()?.into_owned()));
        }
    }
    Ok(None)
}

fn read_error(error: CipherTrouble, password: Option<&Password>) -> ReadError {
    match error {
        CipherTrouble::Password => ReadError::PfxPassword { is_given: password.is_some() },
        CipherTrouble::Malformed => {
            ReadError::PfxNotOpened { reason: "it is damaged or cut".to_owned() }
        }
        CipherTrouble::Unsupported(reason) => ReadError::PfxNotOpened { reason: reason.to_owned() },
    }
}
