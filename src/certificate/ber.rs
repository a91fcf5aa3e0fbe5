//! The frames of messages in BER (X.690, section 8): DER, and what older tools wrote, with indefinite
//! lengths and strings in parts.

use std::borrow::Cow;

use super::der::Malformed;

/// Frames nested more deeply than this are refused: recursion must not depend on the input.
const MAXIMUM_DEPTH: usize = 32;
/// The bit of a tag that says that elements follow.
const CONSTRUCTED: u8 = 0x20;

/// One element: its tag, its content, and its whole encoding.
#[derive(Clone, Copy, Debug)]
pub(super) struct BerElement<'a> {
    pub tag: u8,
    pub content: &'a [u8],
    pub encoding: &'a [u8],
}

impl<'a> BerElement<'a> {
    /// The octets of a string, put together where it is made of several (X.690, section 8.7.3).
    pub fn octets(&self) -> Result<Cow<'a, [u8]>, Malformed> {
        if self.tag & CONSTRUCTED == 0 {
            return Ok(Cow::Borrowed(self.content));
        }
        let mut octets = Vec::new();
        let mut parts = Children::of(self.content);
        while !parts.is_empty() {
            octets.extend_from_slice(&parts.take()?.octets()?);
        }
        Ok(Cow::Owned(octets))
    }
}

/// The elements inside a constructed one.
pub(super) struct Children<'a>(&'a [u8]);

impl<'a> Children<'a> {
    pub fn of(content: &'a [u8]) -> Self {
        Self(content)
    }

    /// Whether none is left; the end of an indefinite length is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The content of the next one, which must have that tag.
    pub fn expect(&mut self, tag: u8) -> Result<&'a [u8], Malformed> {
        let element = self.take()?;
        if element.tag == tag { Ok(element.content) } else { Err(Malformed) }
    }

    pub fn take(&mut self) -> Result<BerElement<'a>, Malformed> {
        let element = ber_element(self.0, 0)?;
        self.0 = &self.0[element.encoding.len()..];
        Ok(element)
    }
}

/// The content of the first element, which must have that tag. Some tools pad the message.
pub(super) fn only(bytes: &[u8], tag: u8) -> Result<&[u8], Malformed> {
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
