//! Certificates in PKCS #7 / CMS messages (P7B, P7C): the certificates field of SignedData
//! (RFC 5652, section 5.1).
//!
//! Windows writes DER, older tools BER with indefinite lengths. Only the frame is walked as BER;
//! the certificates inside are DER and handed on as found.

use super::der::{Malformed, tag};

/// What a message carries, each entry with its byte offset and encoding.
#[derive(Debug, Default)]
pub(crate) struct SignedData<'a> {
    pub certificates: Vec<(usize, &'a [u8])>,
    pub revocation_lists: Vec<(usize, &'a [u8])>,
}

/// Frames nested more deeply than this are refused: recursion must not depend on the input.
const MAXIMUM_DEPTH: usize = 32;

/// Reads the certificates and CRLs of a message.
pub(crate) fn read_signed_data(message: &[u8]) -> Result<SignedData<'_>, Malformed> {
    const SIGNED_DATA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x02];
    const CERTIFICATES: u8 = tag::context_constructed(0);
    const CRLS: u8 = tag::context_constructed(1);

    let content_info = only(message, tag::SEQUENCE)?;
    let mut fields = Children(content_info);
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
    let mut fields = Children(only(content.content, tag::SEQUENCE)?);
    while !fields.0.is_empty() {
        let field = fields.take()?;
        let target = match field.tag {
            CERTIFICATES => &mut found.certificates,
            CRLS => &mut found.revocation_lists,
            _ => continue,
        };
        let mut entries = Children(field.content);
        while !entries.0.is_empty() {
            let entry = entries.take()?;
            // Other choices (attribute certificates, other formats) carry context tags.
            if entry.tag == tag::SEQUENCE {
                target.push((offset_of(entry.encoding), entry.encoding));
            }
        }
    }
    Ok(found)
}

struct BerElement<'a> {
    tag: u8,
    content: &'a [u8],
    encoding: &'a [u8],
}

/// The elements inside a constructed one.
struct Children<'a>(&'a [u8]);

impl<'a> Children<'a> {
    fn take(&mut self) -> Result<BerElement<'a>, Malformed> {
        let element = ber_element(self.0, 0)?;
        self.0 = &self.0[element.encoding.len()..];
        Ok(element)
    }
}

/// The content of the first element, which must have that tag. Some tools pad the message.
fn only(bytes: &[u8], tag: u8) -> Result<&[u8], Malformed> {
    let element = ber_element(bytes, 0)?;
    if element.tag == tag { Ok(element.content) } else { Err(Malformed) }
}

/// The first element, with a definite or indefinite length (X.690, section 8.1.3).
fn ber_element(bytes: &[u8], depth: usize) -> Result<BerElement<'_>, Malformed> {
    let [tag, first_length, ..] = *bytes else { return Err(Malformed) };
    if tag & 0x1F == 0x1F || depth > MAXIMUM_DEPTH {
        return Err(Malformed);
    }
    let (header, length) = match first_length {
        0x80 => return indefinite(bytes, tag, depth),
        0x00..=0x7F => (2, usize::from(first_length)),
        0x81..=0x84 => {
            let octets = bytes.get(2..2 + usize::from(first_length & 0x7F)).ok_or(Malformed)?;
            let length = octets.iter().fold(0_usize, |sum, octet| {
                sum.wrapping_mul(256).wrapping_add(usize::from(*octet))
            });
            (2 + octets.len(), length)
        }
        _ => return Err(Malformed),
    };
    let end = header.checked_add(length).ok_or(Malformed)?;
    let encoding = bytes.get(..end).ok_or(Malformed)?;
    Ok(BerElement { tag, content: &encoding[header..], encoding })
}

fn indefinite(bytes: &[u8], tag: u8, depth: usize) -> Result<BerElement<'_>, Malformed> {
    const CONSTRUCTED: u8 = 0x20;
    const END_OF_CONTENTS: [u8; 2] = [0, 0];
    if tag & CONSTRUCTED == 0 {
        return Err(Malformed);
    }
    let mut at = 2;
    loop {
        let rest = bytes.get(at..).ok_or(Malformed)?;
        if rest.starts_with(&END_OF_CONTENTS) {
            return Ok(BerElement { tag, content: &bytes[2..at], encoding: &bytes[..at + 2] });
        }
        at += ber_element(rest, depth + 1)?.encoding.len();
    }
}
