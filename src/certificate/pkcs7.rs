//! Certificates in PKCS #7 / CMS messages (P7B, P7C): the certificates field of SignedData
//! (RFC 5652, section 5.1).
//!
//! Windows writes DER, older tools BER with indefinite lengths. Only the frame is walked as BER;
//! the certificates inside are DER and handed on as found.

use super::ber::{Children, only};
use super::der::{Malformed, tag};

/// What a message carries, each entry with its byte offset and encoding.
#[derive(Debug, Default)]
pub(crate) struct SignedData<'a> {
    pub certificates: Vec<(usize, &'a [u8])>,
    pub revocation_lists: Vec<(usize, &'a [u8])>,
}

/// Reads the certificates and CRLs of a message.
pub(crate) fn read_signed_data(message: &[u8]) -> Result<SignedData<'_>, Malformed> {
    const SIGNED_DATA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x02];
    const CERTIFICATES: u8 = tag::context_constructed(0);
    const CRLS: u8 = tag::context_constructed(1);

    let content_info = only(message, tag::SEQUENCE)?;
    let mut fields = Children::of(content_info);
    let content_type = fields.take()?;
    if content_type.tag != tag::OBJECT_IDENTIFIER || content_type.content != SIGNED_DATA {
        return Err(Malformed);
    }
    let content = fields.take()?;
    if content.tag != tag::context_constructed(0) {
        return Err(Malformed);
    }
    let offset_of = |part: &[u8]| part.as_ptr() as usize - message.as_ptr() as usize;
    let mut found = SignedData::default();
    let mut fields = Children::of(only(content.content, tag::SEQUENCE)?);
    while !fields.is_empty() {
        let field = fields.take()?;
        let target = match field.tag {
            CERTIFICATES => &mut found.certificates,
            CRLS => &mut found.revocation_lists,
            _ => continue,
        };
        let mut entries = Children::of(field.content);
        while !entries.is_empty() {
            let entry = entries.take()?;
            // Other choices (attribute certificates, other formats) carry context tags.
            if entry.tag == tag::SEQUENCE {
                target.push((offset_of(entry.encoding), entry.encoding));
            }
        }
    }
    Ok(found)
}
