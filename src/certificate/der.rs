//! A strict reader of DER (X.690, section 10) for the bodies of extensions and CRLs.
//!
//! x509-parser reads the outer structure of certificates. The bodies are read here, because its
//! readers take a damaged optional part (a name-constraint subtree, a list of revoked
//! certificates) as absent, and an absent constraint permits everything.

use x509_parser::asn1_rs::BitString;

/// Identifier octets used by this crate (X.690, section 8.1.2).
pub(crate) mod tag {
    pub const BOOLEAN: u8 = 0x01;
    pub const INTEGER: u8 = 0x02;
    pub const BIT_STRING: u8 = 0x03;
    pub const OCTET_STRING: u8 = 0x04;
    pub const OBJECT_IDENTIFIER: u8 = 0x06;
    pub const ENUMERATED: u8 = 0x0A;
    pub const UTF8_STRING: u8 = 0x0C;
    pub const PRINTABLE_STRING: u8 = 0x13;
    pub const TELETEX_STRING: u8 = 0x14;
    pub const IA5_STRING: u8 = 0x16;
    pub const UTC_TIME: u8 = 0x17;
    pub const GENERALIZED_TIME: u8 = 0x18;
    pub const UNIVERSAL_STRING: u8 = 0x1C;
    pub const BMP_STRING: u8 = 0x1E;
    pub const SEQUENCE: u8 = 0x30;
    pub const SET: u8 = 0x31;

    /// A context-specific, primitive tag.
    pub const fn context(number: u8) -> u8 {
        0x80 | number
    }

    /// A context-specific, constructed tag.
    pub const fn context_constructed(number: u8) -> u8 {
        0xA0 | number
    }
}

/// The bytes are not the DER that was expected; which rule they break is not said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not valid DER")]
pub(crate) struct Malformed;

/// What is left of a DER encoding; every read takes one element off its front.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

/// One element: its tag, its content, and its whole encoding.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Element<'a> {
    pub tag: u8,
    pub content: &'a [u8],
    pub encoding: &'a [u8],
}

impl<'a> Reader<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The tag of the next element.
    pub fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    /// The next element, with a tag of one octet and a definite length in its shortest form.
    pub fn element(&mut self) -> Result<Element<'a>, Malformed> {
        let [tag, first_length, ..] = *self.rest else { return Err(Malformed) };
        if tag & 0x1F == 0x1F {
            return Err(Malformed);
        }
        let (length, header) = match first_length {
            0..=0x7F => (usize::from(first_length), 2),
            0x81..=0x84 => {
                let count = usize::from(first_length & 0x7F);
                let octets = self.rest.get(2..2 + count).ok_or(Malformed)?;
                let length = octets.iter().fold(0_usize, |sum, octet| {
                    sum.wrapping_mul(256).wrapping_add(usize::from(*octet))
                });
                let is_shortest = octets.first() != Some(&0) && length > 0x7F;
                if !is_shortest {
                    return Err(Malformed);
                }
                (length, 2 + count)
            }
            _ => return Err(Malformed),
        };
        let end = header.checked_add(length).ok_or(Malformed)?;
        let encoding = self.rest.get(..end).ok_or(Malformed)?;
        self.rest = self.rest.get(end..).ok_or(Malformed)?;
        let content = encoding.get(header..).ok_or(Malformed)?;
        Ok(Element { tag, content, encoding })
    }

    /// The content of the next element, which must have that tag.
    pub fn expect(&mut self, tag: u8) -> Result<&'a [u8], Malformed> {
        let element = self.element()?;
        if element.tag == tag { Ok(element.content) } else { Err(Malformed) }
    }

    /// The content of the next element if it has that tag; otherwise nothing is taken.
    pub fn optional(&mut self, tag: u8) -> Result<Option<&'a [u8]>, Malformed> {
        if self.peek() == Some(tag) { self.expect(tag).map(Some) } else { Ok(None) }
    }

    /// BOOLEAN DEFAULT FALSE. DER knows 0xFF alone as true and leaves a default out; an encoded
    /// FALSE is taken all the same, as old authorities wrote it.
    pub fn boolean_or_false(&mut self) -> Result<bool, Malformed> {
        match self.optional(tag::BOOLEAN)? {
            None | Some([0x00]) => Ok(false),
            Some([0xFF]) => Ok(true),
            Some(_) => Err(Malformed),
        }
    }

    /// Nothing may follow.
    pub fn finish(self) -> Result<(), Malformed> {
        if self.rest.is_empty() { Ok(()) } else { Err(Malformed) }
    }
}

/// The content of the one element that `bytes` hold.
pub(crate) fn whole(bytes: &[u8], tag: u8) -> Result<&[u8], Malformed> {
    let mut reader = Reader::new(bytes);
    let content = reader.expect(tag)?;
    reader.finish()?;
    Ok(content)
}

/// An INTEGER that is not negative and fits 32 bits.
pub(crate) fn unsigned(content: &[u8]) -> Result<u32, Malformed> {
    let (significant, is_shortest) = match content {
        [] => return Err(Malformed),
        [0, rest @ ..] if !rest.is_empty() => (rest, rest[0] & 0x80 != 0),
        [first, ..] => (content, first & 0x80 == 0),
    };
    if !is_shortest || significant.len() > 4 {
        return Err(Malformed);
    }
    Ok(significant.iter().fold(0, |sum, octet| (sum << 8) | u32::from(*octet)))
}

/// A UTCTime or GeneralizedTime in the one form that RFC 5280 permits (section 4.1.2.5), as seconds
/// since 1970-01-01T00:00:00Z.
pub(crate) fn time(element: &Element<'_>) -> Result<i64, Malformed> {
    let digits = element.content.strip_suffix(b"Z").ok_or(Malformed)?;
    if !digits.iter().all(u8::is_ascii_digit) {
        return Err(Malformed);
    }
    let number = |from: usize, to: usize| -> i64 {
        digits[from..to].iter().fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0'))
    };
    let (year, at) = match (element.tag, digits.len()) {
        // RFC 5280, section 4.1.2.5.1: two digits from 50 mean 19YY.
        (tag::UTC_TIME, 12) => {
            let year = number(0, 2);
            (if year >= 50 { 1900 + year } else { 2000 + year }, 2)
        }
        (tag::GENERALIZED_TIME, 14) => (number(0, 4), 4),
        _ => return Err(Malformed),
    };
    let field = |index: usize| -> Result<u8, Malformed> {
        u8::try_from(number(at + 2 * index, at + 2 * index + 2)).map_err(|_| Malformed)
    };
    let month = time::Month::try_from(field(0)?).map_err(|_| Malformed)?;
    let year = i32::try_from(year).map_err(|_| Malformed)?;
    let date = time::Date::from_calendar_date(year, month, field(1)?).map_err(|_| Malformed)?;
    let moment = date.with_hms(field(2)?, field(3)?, field(4)?).map_err(|_| Malformed)?;
    Ok(moment.assume_utc().unix_timestamp())
}

/// An element in DER.
pub(crate) fn encode(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    let significant = length.iter().skip_while(|octet| **octet == 0);
    let mut encoding = vec![tag];
    if content.len() > 0x7F {
        let count = u8::try_from(significant.clone().count()).unwrap_or_default();
        encoding.push(0x80 | count);
        encoding.extend(significant);
    } else {
        encoding.push(length[length.len() - 1]);
    }
    encoding.extend_from_slice(content);
    encoding
}

/// The bytes of a BIT STRING; nothing if its last byte is not used whole, as no signature and no key
/// here ends within a byte.
pub(super) fn whole_bytes<'a>(bits: &'a BitString<'_>) -> &'a [u8] {
    if bits.unused_bits == 0 { bits.data.as_ref() } else { &[] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_is_read_again() {
        for length in [0, 0x7F, 0x80, 0xFF, 0x100, 0x1_0000] {
            let content = vec![7; length];
            assert_eq!(whole(&encode(tag::SET, &content), tag::SET), Ok(&content[..]));
        }
    }

    #[test]
    fn lengths_must_be_definite_and_shortest() {
        for bytes in
            [&[0x04, 0x80, 0x00, 0x00][..], &[0x04, 0x81, 0x01, 0x00], &[0x04, 0x82, 0x00, 0x80]]
        {
            assert!(Reader::new(bytes).element().is_err(), "{bytes:02X?}");
        }
        assert_eq!(whole(&[0x04, 0x01, 0x07], tag::OCTET_STRING), Ok(&[7][..]));
        assert_eq!(whole(&[0x04, 0x01, 0x07, 0x00], tag::OCTET_STRING), Err(Malformed));
    }

    #[test]
    fn times_are_read_in_the_permitted_form_only() {
        let read = |tag, text: &'static [u8]| time(&Element { tag, content: text, encoding: text });
        assert_eq!(read(tag::UTC_TIME, b"700101000001Z"), Ok(1));
        assert_eq!(read(tag::GENERALIZED_TIME, b"20500101000000Z"), Ok(2_524_608_000));
        for text in [&b"7001010000Z"[..], b"700101000001+0000", b"701301000001Z", b"7001010000010"]
        {
            assert_eq!(read(tag::UTC_TIME, text), Err(Malformed));
        }
    }

    #[test]
    fn integers_are_unsigned_and_shortest() {
        assert_eq!(unsigned(&[0]), Ok(0));
        assert_eq!(unsigned(&[0, 0x80]), Ok(128));
        assert_eq!(unsigned(&[0x80]), Err(Malformed));
        assert_eq!(unsigned(&[0, 1]), Err(Malformed));
        assert_eq!(unsigned(&[1, 0, 0, 0, 0]), Err(Malformed));
    }
}
