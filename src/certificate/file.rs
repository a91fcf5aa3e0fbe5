//! Files of certificates: DER, PEM, P7B and P7C, PFX, SST, bare base64.

use std::collections::HashSet;
use std::fmt;

use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::{DecodeError, Engine};

use super::der::Reader;
use super::facts::{CertificateFacts, LABEL};
use super::pfx::{Password, PfxCertificate, is_pfx, read_pfx};
use super::pkcs7::read_signed_data;
use super::read_error::ReadError;
use super::serialized_store::{SerializedStore, read_serialized_store};
use super::x509::Certificate;

/// What a file of certificates holds.
#[derive(Debug, Default)]
pub struct FileContent {
    /// The certificates, in the order of the file.
    pub certificates: Vec<Certificate>,
    /// The DER of the certificate revocation lists, in the order of the file.
    pub revocation_lists: Vec<Vec<u8>>,
    /// What was found and could not be used.
    pub skipped: Vec<Skipped>,
}

/// A part of a file that was not used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// Where the part begins, in bytes; within a PEM or base64 file, where its block begins.
    pub offset: usize,
    /// What it says it is, such as `PRIVATE KEY`.
    pub label: String,
    /// Why it was not used.
    pub reason: String,
    /// Whether it should have been a certificate or revocation list.
    pub is_damaged: bool,
}

impl fmt::Display for Skipped {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "at byte {}, {}: {}", self.offset, self.label, self.reason)
    }
}

/// Reads every certificate of a file: DER (one certificate or a PKCS #7 message, BER with
/// indefinite lengths included), a serialised store (SST), PEM (any number of blocks, of
/// certificates, PKCS #7 messages and CRLs; other text is passed over), the same in UTF-16 as
/// PowerShell writes it, bare base64, or a PFX that the empty password opens. Blocks and files of
/// [`CertificateFacts`] stand for the certificates whose facts they are.
///
/// Damaged parts beside usable ones are listed in [`FileContent::skipped`].
///
/// # Errors
/// [`ReadError`] if there is no certificate.
pub fn read_certificates(bytes: &[u8]) -> Result<FileContent, ReadError> {
    read_certificates_with(bytes, None)
}

/// As [`read_certificates`], with the password of a PFX (PKCS #12) file. Of such a file, servers'
/// certificates without their key are left out where another has its own.
///
/// # Errors
/// [`ReadError`] if there is no certificate.
pub fn read_certificates_with(
    bytes: &[u8],
    password: Option<&Password>,
) -> Result<FileContent, ReadError> {
    read_certificates_while(bytes, password, &|| true)
}

/// As [`read_certificates_with`], as long as `goes_on` answers `true`: it is asked before each certificate.
///
/// # Errors
/// [`ReadError`] if there is no certificate, or none so far.
pub(crate) fn read_certificates_while(
    bytes: &[u8],
    password: Option<&Password>,
    goes_on: &dyn Fn() -> bool,
) -> Result<FileContent, ReadError> {
    let content = read(bytes, password, goes_on)?;
    if !content.certificates.is_empty() {
        return Ok(content);
    }
    Err(match content.skipped.into_iter().next() {
        Some(Skipped { offset, label, reason, .. }) => {
            ReadError::NothingUsable { offset, label, reason }
        }
        None => ReadError::Unrecognised { reason: "the file holds no certificate".to_owned() },
    })
}

/// Reads the DER of every certificate revocation list of a file: DER, PEM or PKCS #7.
///
/// # Errors
/// [`ReadError`] if there is none.
pub fn read_revocation_lists(bytes: &[u8]) -> Result<Vec<Vec<u8>>, ReadError> {
    match read(bytes, None, &|| true) {
        Ok(content) if !content.revocation_lists.is_empty() => Ok(content.revocation_lists),
        // A CRL in DER is a SEQUENCE that is no certificate; whether it is a CRL is judged later.
        _ if matches!(bytes, [0x30, 0x80..=0xFF, ..]) => Ok(vec![bytes.to_vec()]),
        Err(ReadError::Empty) => Err(ReadError::Empty),
        Ok(content) if content.skipped.iter().any(|part| part.is_damaged) => {
            let damaged = content.skipped.into_iter().find(|part| part.is_damaged);
            let reason = damaged.map(|part| part.to_string()).unwrap_or_default();
            Err(ReadError::NoRevocationList { reason })
        }
        Ok(_) => {
            Err(ReadError::NoRevocationList { reason: "the file holds certificates".to_owned() })
        }
        Err(error) => Err(ReadError::NoRevocationList { reason: error.cause() }),
    }
}

fn read(
    bytes: &[u8],
    password: Option<&Password>,
    goes_on: &dyn Fn() -> bool,
) -> Result<FileContent, ReadError> {
    let decoded;
    let mut bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    if let Some(text) = utf16_text(bytes) {
        decoded = text;
        bytes = decoded.as_bytes();
    }
    if bytes.trim_ascii().is_empty() {
        return Err(ReadError::Empty);
    }
    let mut content = FileContent::default();
    if CertificateFacts::are_in(bytes)
        && let Ok(certificate) = Certificate::from_der(bytes)
    {
        content.certificates.push(certificate);
        return Ok(content);
    }
    if let Ok(store) = read_serialized_store(bytes) {
        add_store(&store, &mut content, goes_on);
        return Ok(content);
    }
    // Whatever holds a certificate has a length beyond 127 bytes, which begins with a byte that no
    // text has; the digit 0 can begin one.
    if matches!(bytes, [0x30, 0x80..=0xFF, ..]) {
        add_file(bytes, password, &mut content, goes_on)?;
        return Ok(content);
    }
    let mut blocks = PemBlocks { bytes, at: 0 }.peekable();
    if blocks.peek().is_some() {
        blocks.take_while(|_| goes_on()).for_each(|block| add_block(&block, &mut content, goes_on));
        return Ok(content);
    }
    let der = decode_base64(bytes)
        .map_err(|error| ReadError::Unrecognised { reason: format!("as base64: {error}") })?;
    if der.is_empty() {
        return Err(ReadError::Unrecognised { reason: "no data".to_owned() });
    }
    add_file(&der, password, &mut content, goes_on)?;
    Ok(content)
}

fn add_file(
    bytes: &[u8],
    password: Option<&Password>,
    content: &mut FileContent,
    goes_on: &dyn Fn() -> bool,
) -> Result<(), ReadError> {
    if !is_pfx(bytes) {
        return add_der(bytes, 0, content, goes_on);
    }
    add_pfx(&read_pfx(bytes, password)?, content);
    Ok(())
}

/// Adds what a PFX holds. Its own encryption hides the places of its parts: they count as at 0.
fn add_pfx(entries: &[PfxCertificate], content: &mut FileContent) {
    let (mut with_key, mut others) = (FileContent::default(), FileContent::default());
    for (place, entry) in entries.iter().enumerate() {
        let side = if entry.has_key { &mut with_key } else { &mut others };
        add_entry(&entry.der, 0, &format!("certificate {} in the PFX", place + 1), side);
    }
    let is_owner_known = !with_key.certificates.is_empty();
    let all = with_key.certificates.iter().chain(&others.certificates);
    let issuers: HashSet<_> =
        all.filter(|one| !one.is_self_issued()).map(|one| one.issuer.clone()).collect();
    content.certificates.append(&mut with_key.certificates);
    content.skipped.append(&mut with_key.skipped);
    content.skipped.append(&mut others.skipped);
    for one in others.certificates {
        if is_owner_known && !one.is_authority() && !issuers.contains(&one.subject) {
            content.skipped.push(Skipped {
                offset: 0,
                label: format!("certificate of {}", one.subject),
                reason: "its private key is not in the file".to_owned(),
                is_damaged: false,
            });
        } else {
            content.certificates.push(one);
        }
    }
}

/// The text of a UTF-16 file: with a byte order mark, or with a zero in every second byte at its
/// beginning or of the first dashes of PEM, which no other kind of file has.
fn utf16_text(bytes: &[u8]) -> Option<String> {
    let (units, is_big_endian) = match bytes {
        [0xFF, 0xFE, rest @ ..] => (rest, false),
        [0xFE, 0xFF, rest @ ..] => (rest, true),
        [1..=0x7F, 0, 1..=0x7F, 0, ..] => (bytes, false),
        [0, 1..=0x7F, 0, 1..=0x7F, ..] => (bytes, true),
        _ => (bytes, has_utf16_dashes(bytes)?),
    };
    let read = if is_big_endian { u16::from_be_bytes } else { u16::from_le_bytes };
    let units = units.chunks_exact(2).map(|pair| read([pair[0], pair[1]]));
    Some(char::decode_utf16(units).map(|unit| unit.unwrap_or('\u{FFFD}')).collect())
}

/// Whether the first row of dashes is one of UTF-16, and then of big endian: a text that begins with a
/// letter beyond ASCII shows its encoding there.
fn has_utf16_dashes(bytes: &[u8]) -> Option<bool> {
    let at = memchr::memmem::find(bytes, b"-\0-\0-\0-\0-\0")?;
    // In big endian the zero of the first dash stands before it.
    Some(at % 2 == 1)
}

/// Adds the entries of a serialised store.
fn add_store(store: &SerializedStore<'_>, content: &mut FileContent, goes_on: &dyn Fn() -> bool) {
    for (at, entry) in store.certificates.iter().take_while(|_| goes_on()) {
        add_entry(entry, *at, "certificate in the store", content);
    }
    content.revocation_lists.extend(store.revocation_lists.iter().map(|(_, der)| der.to_vec()));
    if let Some(offset) = store.cut_at {
        content.skipped.push(Skipped {
            offset,
            label: "serialised store".to_owned(),
            reason: "its end is missing".to_owned(),
            is_damaged: true,
        });
    }
}

fn add_entry(der: &[u8], offset: usize, label: &str, content: &mut FileContent) {
    match Certificate::from_der(der) {
        Ok(certificate) => content.certificates.push(certificate),
        Err(error) => content.skipped.push(Skipped {
            offset,
            label: label.to_owned(),
            reason: error.to_string(),
            is_damaged: true,
        }),
    }
}

/// Adds one certificate or PKCS #7 message. What follows it is reported and not read.
fn add_der(
    der: &[u8],
    offset: usize,
    content: &mut FileContent,
    goes_on: &dyn Fn() -> bool,
) -> Result<(), ReadError> {
    let length = Reader::new(der).element().map_or(der.len(), |element| element.encoding.len());
    let (first, rest) = der.split_at(length);
    add_one(first, offset, content, goes_on)?;
    if !rest.is_empty() {
        content.skipped.push(Skipped {
            offset: offset + length,
            label: format!("{} bytes", rest.len()),
            reason: "they follow the end of what was read".to_owned(),
            is_damaged: false,
        });
    }
    Ok(())
}

fn add_one(
    der: &[u8],
    offset: usize,
    content: &mut FileContent,
    goes_on: &dyn Fn() -> bool,
) -> Result<(), ReadError> {
    let error = match Certificate::from_der(der) {
        Ok(certificate) => {
            content.certificates.push(certificate);
            return Ok(());
        }
        Err(error) => error,
    };
    let Ok(message) = read_signed_data(der) else {
        return Err(ReadError::Unrecognised { reason: error.to_string() });
    };
    for (at, entry) in message.certificates.into_iter().take_while(|_| goes_on()) {
        add_entry(entry, offset + at, "certificate in PKCS #7", content);
    }
    content.revocation_lists.extend(message.revocation_lists.iter().map(|(_, der)| der.to_vec()));
    Ok(())
}

fn add_block(block: &PemBlock<'_>, content: &mut FileContent, goes_on: &dyn Fn() -> bool) {
    let is_known = matches!(
        block.label,
        "CERTIFICATE"
            | "X509 CERTIFICATE"
            | "NEW CERTIFICATE"
            | "TRUSTED CERTIFICATE"
            | "PKCS7"
            | "PKCS #7 SIGNED DATA"
            | "CMS"
            | "X509 CRL"
            | "CERTIFICATE CHAIN"
    );
    if block.label == LABEL {
        add_entry(block.body.unwrap_or_default(), block.offset, LABEL, content);
        return;
    }
    let skip = |reason: String| Skipped {
        offset: block.offset,
        label: block.label.to_owned(),
        reason,
        is_damaged: is_known,
    };
    if !is_known {
        content.skipped.push(skip("not a certificate".to_owned()));
        return;
    }
    match block.body.ok_or("the END line is missing".to_owned()).and_then(decode_base64) {
        Ok(der) if block.label == "X509 CRL" => content.revocation_lists.push(der),
        Ok(der) => {
            if let Err(error) = add_der(&der, block.offset, content, goes_on) {
                content.skipped.push(skip(error.cause()));
            }
        }
        Err(reason) => content.skipped.push(skip(reason)),
    }
}

/// Decodes base64 with any white space in it.
fn decode_base64(text: &[u8]) -> Result<Vec<u8>, String> {
    const LENIENT: GeneralPurpose = GeneralPurpose::new(
        &base64::alphabet::STANDARD,
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
    );
    let mut dense = Vec::new();
    dense.try_reserve_exact(text.len()).map_err(|_| "there is no memory for it".to_owned())?;
    dense.extend(text.iter().filter(|byte| !byte.is_ascii_whitespace()));
    if dense.is_empty() {
        return Err("it is empty".to_owned());
    }
    LENIENT.decode(&dense).map_err(|error| match error {
        DecodeError::InvalidByte(at, byte) if byte.is_ascii_graphic() => {
            format!("its character {} is {}, which base64 does not have", at + 1, char::from(byte))
        }
        DecodeError::InvalidByte(at, byte) => {
            format!("its byte {} is 0x{byte:02X}, which base64 does not have", at + 1)
        }
        DecodeError::InvalidLength(_)
        | DecodeError::InvalidLastSymbol { .. }
        | DecodeError::InvalidPadding => {
            format!("its {} characters of base64 are cut or damaged at their end", dense.len())
        }
    })
}

struct PemBlock<'a> {
    offset: usize,
    label: &'a str,
    /// What stands between the BEGIN and END lines; `None` without an END line.
    body: Option<&'a [u8]>,
}

/// The blocks of a PEM file (RFC 7468, section 2).
struct PemBlocks<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Iterator for PemBlocks<'a> {
    type Item = PemBlock<'a>;

    fn next(&mut self) -> Option<PemBlock<'a>> {
        const BEGIN: &[u8] = b"-----BEGIN ";
        let offset = self.at + memchr::memmem::find(&self.bytes[self.at..], BEGIN)?;
        let label_start = offset + BEGIN.len();
        let dashes = memchr::memmem::find(&self.bytes[label_start..], b"-----")?;
        let label =
            std::str::from_utf8(&self.bytes[label_start..label_start + dashes]).unwrap_or("?");
        let body_start = label_start + dashes + 5;
        let rest = &self.bytes[body_start..];
        let end = memchr::memmem::find(rest, b"-----END ");
        let next_begin = memchr::memmem::find(&rest[..end.unwrap_or(rest.len())], BEGIN);
        let body = if next_begin.is_some() { None } else { end.map(|end| &rest[..end]) };
        self.at = body_start + next_begin.or(end.map(|end| end + 9)).unwrap_or(rest.len());
        Some(PemBlock { offset, label, body })
    }
}
