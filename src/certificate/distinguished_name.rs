//! Distinguished names as certificates hold them, and when two of them are the same.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use x509_parser::asn1_rs::{Oid, oid};

use super::der::{self, Malformed, Reader, tag};
use super::hexadecimal::hexadecimal;
use super::x500::X500Name;

/// A distinguished name (RFC 5280, section 4.1.2.4): its DER, and the form in which it compares.
///
/// Equality is that of RFC 5280, section 7.1: string values without regard to case, to leading and
/// trailing white space, to the length of inner white space and to the string type; the order of
/// the attributes inside one RDN does not count, that of the RDNs does. Unicode normalisation
/// (RFC 4518) is left out.
#[derive(Clone)]
pub struct DistinguishedName {
    der: Arc<[u8]>,
    /// One encoding per RDN; a name with fewer of them can be a prefix of another.
    comparable: Arc<[Box<[u8]>]>,
}

impl DistinguishedName {
    /// Reads a `Name` of exactly these bytes.
    pub(crate) fn from_der(der: &[u8]) -> Result<Self, Malformed> {
        let mut rdns = Reader::new(der::whole(der, tag::SEQUENCE)?);
        let mut comparable = Vec::new();
        while !rdns.is_empty() {
            comparable.push(comparable_rdn(rdns.expect(tag::SET)?)?);
        }
        Ok(Self { der: der.into(), comparable: comparable.into() })
    }

    /// The name that Windows writes so, its values as UTF8String. `None` where an attribute type is
    /// no OID.
    #[must_use]
    pub fn from_x500(name: &X500Name) -> Option<Self> {
        let attribute = |(oid, value): &(Oid<'static>, String)| {
            let oid = der::encode(tag::OBJECT_IDENTIFIER, oid.as_bytes());
            let value = der::encode(tag::UTF8_STRING, value.as_bytes());
            der::encode(tag::SEQUENCE, &[oid, value].concat())
        };
        let rdn = |rdn: &Vec<_>| {
            der::encode(tag::SET, &rdn.iter().map(attribute).collect::<Vec<_>>().concat())
        };
        let rdns: Vec<Vec<u8>> = name.rdns().iter().rev().map(rdn).collect();
        Self::from_der(&der::encode(tag::SEQUENCE, &rdns.concat())).ok()
    }

    /// The DER encoding of the `Name`.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The name without any RDN.
    #[must_use]
    pub fn empty() -> Self {
        Self { der: der::encode(tag::SEQUENCE, &[]).into(), comparable: Arc::default() }
    }

    /// Whether the name has no RDN at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.comparable.is_empty()
    }

    /// Whether this name lies in the subtree of `base`: whether the RDNs of `base` are the first
    /// ones of this name (RFC 5280, sections 4.2.1.10 and 7.1).
    #[must_use]
    pub fn is_within(&self, base: &Self) -> bool {
        self.comparable.starts_with(&base.comparable)
    }

    /// Whether it lies in a directory: whether it has domain components (RFC 4519, section 2.4).
    pub(crate) fn has_domain_components(&self) -> bool {
        const DOMAIN_COMPONENT: Oid<'static> = oid!(0.9.2342.19200300.100.1.25);
        !self.values(&DOMAIN_COMPONENT).is_empty()
    }

    /// The name with one more RDN, given as the content of its SET, below it.
    pub(crate) fn below(&self, rdn: &[u8]) -> Result<Self, Malformed> {
        let mut rdns = der::whole(&self.der, tag::SEQUENCE)?.to_vec();
        rdns.extend(der::encode(tag::SET, rdn));
        Self::from_der(&der::encode(tag::SEQUENCE, &rdns))
    }

    /// The values of one attribute type, in the order of the encoding.
    pub(crate) fn values(&self, attribute_type: &Oid<'_>) -> Vec<String> {
        let wanted = attribute_type.as_bytes();
        let mut values = Vec::new();
        for_each_attribute(&self.der, |oid, value_tag, value| {
            if oid == wanted {
                values.push(decode_value(value_tag, value));
            }
        });
        values
    }

    /// The name in the form that Windows writes.
    #[must_use]
    pub fn to_x500(&self) -> X500Name {
        let mut rdns: Vec<Vec<(Oid<'static>, String)>> = Vec::new();
        let Ok(mut reader) = der::whole(&self.der, tag::SEQUENCE).map(Reader::new) else {
            return X500Name::default();
        };
        while let Ok(rdn) = reader.expect(tag::SET) {
            let mut attributes = Vec::new();
            for_each_attribute_of(rdn, |oid, value_tag, value| {
                attributes.push((Oid::new(oid.to_vec().into()), decode_value(value_tag, value)));
            });
            rdns.push(attributes);
        }
        rdns.reverse();
        X500Name::from_rdns(rdns)
    }
}

fn comparable_rdn(content: &[u8]) -> Result<Box<[u8]>, Malformed> {
    let mut reader = Reader::new(content);
    let mut attributes: Vec<Vec<u8>> = Vec::new();
    while !reader.is_empty() {
        let mut attribute = Reader::new(reader.expect(tag::SEQUENCE)?);
        let oid = attribute.expect(tag::OBJECT_IDENTIFIER)?;
        let value = attribute.element()?;
        attribute.finish()?;
        let mut encoded = Vec::with_capacity(oid.len() + value.content.len() + 8);
        push_with_length(&mut encoded, oid);
        push_comparable_value(&mut encoded, value.tag, value.content);
        attributes.push(encoded);
    }
    match attributes.as_mut_slice() {
        [] => Err(Malformed),
        [one] => Ok(std::mem::take(one).into()),
        many => {
            many.sort_unstable();
            let mut joined = Vec::new();
            for attribute in many.iter() {
                push_with_length(&mut joined, attribute);
            }
            Ok(joined.into())
        }
    }
}

fn push_with_length(target: &mut Vec<u8>, bytes: &[u8]) {
    target.extend_from_slice(&u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes());
    target.extend_from_slice(bytes);
}

fn push_comparable_value(target: &mut Vec<u8>, value_tag: u8, value: &[u8]) {
    if !is_string(value_tag) {
        target.push(value_tag);
        target.extend_from_slice(value);
        return;
    }
    target.push(tag::UTF8_STRING);
    let is_plain =
        value.is_ascii() && !matches!(value_tag, tag::BMP_STRING | tag::UNIVERSAL_STRING);
    if is_plain {
        push_folded(target, value.iter().map(|byte| char::from(byte.to_ascii_lowercase())));
    } else {
        let text = decode_value(value_tag, value);
        push_folded(target, text.chars().flat_map(char::to_lowercase));
    }
}

/// Appends the characters with white space trimmed and inner runs of it made one blank.
fn push_folded(target: &mut Vec<u8>, characters: impl Iterator<Item = char>) {
    let mut pending_blank = false;
    let mut is_start = true;
    let mut buffer = [0; 4];
    for character in characters {
        if character.is_whitespace() {
            pending_blank = !is_start;
        } else {
            if pending_blank {
                target.push(b' ');
            }
            target.extend_from_slice(character.encode_utf8(&mut buffer).as_bytes());
            (pending_blank, is_start) = (false, false);
        }
    }
}

fn is_string(value_tag: u8) -> bool {
    matches!(
        value_tag,
        tag::UTF8_STRING
            | tag::PRINTABLE_STRING
            | tag::TELETEX_STRING
            | tag::IA5_STRING
            | tag::BMP_STRING
            | tag::UNIVERSAL_STRING
            | 0x12
            | 0x1A
    )
}

/// A value as text. TeletexString is read as Latin-1, as every implementation does; what is no
/// string comes as `#` and the hexadecimal digits of its content (RFC 4514, section 2.4).
fn decode_value(value_tag: u8, value: &[u8]) -> String {
    let latin1 = || value.iter().map(|byte| char::from(*byte)).collect();
    match value_tag {
        tag::BMP_STRING => {
            let units = value.chunks(2).map(|pair| match pair {
                [high, low] => u16::from_be_bytes([*high, *low]),
                _ => 0xFFFD,
            });
            char::decode_utf16(units).map(|unit| unit.unwrap_or('\u{FFFD}')).collect()
        }
        tag::UNIVERSAL_STRING => value
            .chunks(4)
            .map(|quad| match quad {
                [a, b, c, d] => char::from_u32(u32::from_be_bytes([*a, *b, *c, *d])),
                _ => None,
            })
            .map(|character| character.unwrap_or('\u{FFFD}'))
            .collect(),
        tag::TELETEX_STRING => latin1(),
        other if is_string(other) => match std::str::from_utf8(value) {
            Ok(text) => text.to_owned(),
            Err(_) => latin1(),
        },
        _ => format!("#{}", hexadecimal(value)),
    }
}

fn for_each_attribute(der: &[u8], mut visit: impl FnMut(&[u8], u8, &[u8])) {
    let Ok(mut rdns) = der::whole(der, tag::SEQUENCE).map(Reader::new) else { return };
    while let Ok(rdn) = rdns.expect(tag::SET) {
        for_each_attribute_of(rdn, &mut visit);
    }
}

fn for_each_attribute_of(rdn: &[u8], mut visit: impl FnMut(&[u8], u8, &[u8])) {
    let mut reader = Reader::new(rdn);
    while let Ok(attribute) = reader.expect(tag::SEQUENCE) {
        let mut parts = Reader::new(attribute);
        if let (Ok(oid), Ok(value)) = (parts.expect(tag::OBJECT_IDENTIFIER), parts.element()) {
            visit(oid, value.tag, value.content);
        }
    }
}

impl PartialEq for DistinguishedName {
    fn eq(&self, other: &Self) -> bool {
        self.comparable == other.comparable
    }
}

impl Eq for DistinguishedName {}

impl Hash for DistinguishedName {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.comparable.hash(state);
    }
}

impl fmt::Display for DistinguishedName {
    /// The Windows X.500 string.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_x500().fmt(formatter)
    }
}

impl Serialize for DistinguishedName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for DistinguishedName {
    /// Takes the Windows X.500 string.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name: X500Name =
            String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)?;
        Self::from_x500(&name).ok_or_else(|| serde::de::Error::custom("no X.500 name"))
    }
}

impl fmt::Debug for DistinguishedName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "DistinguishedName({self})")
    }
}
