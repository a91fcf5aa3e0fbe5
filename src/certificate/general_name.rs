//! General names (RFC 5280, section 4.2.1.6), as subject alternative names and as the bases of name
//! constraints.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use serde::{Deserialize, Serialize};

use super::der::{self, Malformed, Reader, tag};
use super::distinguished_name::DistinguishedName;
use super::hexadecimal;

/// One general name. Texts are as encoded: whether they are well-formed is judged by the chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum GeneralName {
    /// otherName: the OID of its form in dotted notation.
    Other(String),
    /// rfc822Name, a mailbox.
    Email(String),
    /// dNSName.
    Dns(String),
    /// directoryName.
    Directory(DistinguishedName),
    /// uniformResourceIdentifier.
    Uri(String),
    /// iPAddress: 4 or 16 bytes, twice that as a constraint; other lengths are kept as found.
    #[serde(with = "hexadecimal::bytes")]
    IpAddress(Vec<u8>),
    /// registeredID, in dotted notation.
    RegisteredId(String),
    /// x400Address or ediPartyName, which nothing here interprets.
    Uninterpreted,
}

/// The forms of general names: what a name constraint constrains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameForm {
    /// otherName.
    Other,
    /// rfc822Name.
    Email,
    /// dNSName.
    Dns,
    /// directoryName.
    Directory,
    /// uniformResourceIdentifier.
    Uri,
    /// iPAddress.
    IpAddress,
    /// registeredID.
    RegisteredId,
    /// x400Address or ediPartyName.
    Uninterpreted,
}

impl GeneralName {
    /// The form of the name.
    #[must_use]
    pub fn form(&self) -> NameForm {
        match self {
            Self::Other(_) => NameForm::Other,
            Self::Email(_) => NameForm::Email,
            Self::Dns(_) => NameForm::Dns,
            Self::Directory(_) => NameForm::Directory,
            Self::Uri(_) => NameForm::Uri,
            Self::IpAddress(_) => NameForm::IpAddress,
            Self::RegisteredId(_) => NameForm::RegisteredId,
            Self::Uninterpreted => NameForm::Uninterpreted,
        }
    }

    /// The name with what does not count in a comparison made equal: of a URI scheme and host are read
    /// without case (RFC 5280, section 7.4).
    pub(crate) fn comparable(&self) -> Self {
        let Self::Uri(uri) = self else { return self.clone() };
        let Some((scheme, rest)) = uri.split_once("://") else { return self.clone() };
        let (host, rest) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        let plain = [scheme, host].map(str::to_ascii_lowercase);
        Self::Uri(format!("{}://{}{rest}", plain[0], plain[1]))
    }

    /// Reads the names of a `GeneralNames` body (without its SEQUENCE header).
    pub(crate) fn read_all(content: &[u8]) -> Result<Vec<Self>, Malformed> {
        let mut reader = Reader::new(content);
        let mut names = Vec::new();
        while !reader.is_empty() {
            names.push(Self::read(&mut reader)?);
        }
        Ok(names)
    }

    /// Reads one name.
    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        const OTHER_NAME: u8 = tag::context_constructed(0);
        const EMAIL: u8 = tag::context(1);
        const DNS: u8 = tag::context(2);
        const X400_ADDRESS: u8 = tag::context_constructed(3);
        const DIRECTORY_NAME: u8 = tag::context_constructed(4);
        const EDI_PARTY_NAME: u8 = tag::context_constructed(5);
        const URI: u8 = tag::context(6);
        const IP_ADDRESS: u8 = tag::context(7);
        const REGISTERED_ID: u8 = tag::context(8);

        let element = reader.element()?;
        Ok(match element.tag {
            OTHER_NAME => {
                let oid = Reader::new(element.content).expect(tag::OBJECT_IDENTIFIER)?;
                Self::Other(dotted(oid)?)
            }
            EMAIL => Self::Email(text(element.content)?),
            DNS => Self::Dns(text(element.content)?),
            DIRECTORY_NAME => Self::Directory(DistinguishedName::from_der(element.content)?),
            URI => Self::Uri(text(element.content)?),
            IP_ADDRESS => Self::IpAddress(element.content.to_vec()),
            REGISTERED_ID => Self::RegisteredId(dotted(element.content)?),
            X400_ADDRESS | EDI_PARTY_NAME => Self::Uninterpreted,
            _ => return Err(Malformed),
        })
    }

    /// Reads the two subtree lists of a `NameConstraints` body.
    pub(crate) fn read_subtrees(content: &[u8]) -> Result<Vec<Self>, Malformed> {
        let mut reader = Reader::new(content);
        let mut bases = Vec::new();
        while !reader.is_empty() {
            let mut subtree = Reader::new(reader.expect(tag::SEQUENCE)?);
            bases.push(Self::read(&mut subtree)?);
            // RFC 5280, section 4.2.1.10: minimum must be zero (its default), maximum absent.
            if let Some(minimum) = subtree.optional(tag::context(0))?
                && der::unsigned(minimum)? != 0
            {
                return Err(Malformed);
            }
            subtree.finish()?;
        }
        Ok(bases)
    }
}

/// An IA5String: ASCII by its type, but names in UTF-8 exist, so that they can be shown.
fn text(content: &[u8]) -> Result<String, Malformed> {
    String::from_utf8(content.to_vec()).map_err(|_| Malformed)
}

/// The dotted form of an OID's content.
pub(crate) fn dotted(content: &[u8]) -> Result<String, Malformed> {
    if content.last().is_none_or(|last| last & 0x80 != 0) {
        return Err(Malformed);
    }
    Ok(x509_parser::asn1_rs::Oid::new(content.into()).to_id_string())
}

impl fmt::Display for GeneralName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Other(oid) => write!(formatter, "other name of form {oid}"),
            Self::Email(text) | Self::Dns(text) | Self::Uri(text) | Self::RegisteredId(text) => {
                formatter.write_str(text)
            }
            Self::Directory(name) => name.fmt(formatter),
            Self::IpAddress(bytes) => format_address(bytes, formatter),
            Self::Uninterpreted => formatter.write_str("X.400 address or EDI party name"),
        }
    }
}

fn format_address(bytes: &[u8], formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    let address = |bytes: &[u8]| {
        <[u8; 4]>::try_from(bytes)
            .map(|octets| Ipv4Addr::from(octets).to_string())
            .or_else(|_| <[u8; 16]>::try_from(bytes).map(|o| Ipv6Addr::from(o).to_string()))
            .unwrap_or_default()
    };
    match bytes.len() {
        4 | 16 => formatter.write_str(&address(bytes)),
        length @ (8 | 32) => {
            let (network, mask) = bytes.split_at(length / 2);
            write!(formatter, "{}/{}", address(network), address(mask))
        }
        _ => write!(formatter, "{bytes:02X?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn general_names_are_read_by_their_tags() {
        let bytes = [
            &[0x82, 1, b'a'][..],
            &[0x81, 1, b'b'],
            &[0x87, 4, 192, 0, 2, 1],
            &[0x88, 2, 0x2A, 0x03],
            &[0xA4, 2, 0x30, 0x00],
            &[0xA3, 0],
        ]
        .concat();
        let names = GeneralName::read_all(&bytes).unwrap();
        let texts: Vec<String> = names.iter().map(ToString::to_string).collect();
        assert_eq!(texts, ["a", "b", "192.0.2.1", "1.2.3", "", "X.400 address or EDI party name"]);
        assert!(GeneralName::read_all(&[0x04, 0]).is_err());
        assert!(GeneralName::read_all(&[0x82, 1, 0xFF]).is_err());
    }

    #[test]
    fn subtrees_have_no_distances() {
        assert!(GeneralName::read_subtrees(&[0x30, 3, 0x82, 1, b'a']).is_ok());
        assert!(GeneralName::read_subtrees(&[0x30, 6, 0x82, 1, b'a', 0x80, 1, 0]).is_ok());
        assert!(GeneralName::read_subtrees(&[0x30, 6, 0x82, 1, b'a', 0x80, 1, 1]).is_err());
        assert!(GeneralName::read_subtrees(&[0x30, 6, 0x82, 1, b'a', 0x81, 1, 1]).is_err());
    }
}
