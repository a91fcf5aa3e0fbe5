//! Whether the connecting address is one that a connector lists.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};

use serde::Serialize;

use super::text_list::TextList;

/// An entry of SenderIPAddresses: an IPv4 network of 24 to 32 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SenderRange {
    network: u32,
    prefix_length: u32,
}

/// Why an entry of SenderIPAddresses takes no part in the match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, thiserror::Error)]
#[serde(rename_all = "PascalCase")]
pub enum IgnoredAddress {
    /// IPv6.
    #[error("IPv6 is not supported in SenderIPAddresses")]
    Ipv6,
    /// `a-b`.
    #[error("ranges written with a hyphen are not supported in SenderIPAddresses: use CIDR")]
    Range,
    /// A prefix shorter than 24 bits or longer than 32.
    #[error("the prefix length must be /24 to /32")]
    PrefixLength,
    /// Anything else.
    #[error("this is neither an IPv4 address nor a CIDR range")]
    NotAnAddress,
}

/// What a connector's SenderIPAddresses make of the connecting address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub enum AddressMatch {
    /// This entry covers it.
    Listed(String),
    /// None covers it.
    NotListed,
    /// The list is not shown in full, and none of the shown entries covers it.
    ListIncomplete,
    /// The address that EOP sees is not known, and the connector lists some.
    AddressUnknown,
}

impl SenderRange {
    /// Reads an IPv4 address or a CIDR range; host bits may be set and are masked.
    ///
    /// # Errors
    /// [`IgnoredAddress`]: what New-InboundConnector does not take (documented).
    pub fn parse(text: &str) -> Result<Self, IgnoredAddress> {
        let text = text.trim();
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address.trim(), Some(prefix.trim())),
            None => (text, None),
        };
        let address: Ipv4Addr = address.parse().map_err(|_| {
            if address.contains(':') {
                IgnoredAddress::Ipv6
            } else if address.contains('-') {
                IgnoredAddress::Range
            } else {
                IgnoredAddress::NotAnAddress
            }
        })?;
        let prefix_length = match prefix {
            None => 32,
            Some(prefix) => prefix.parse().map_err(|_| IgnoredAddress::NotAnAddress)?,
        };
        if !(24..=32).contains(&prefix_length) {
            return Err(IgnoredAddress::PrefixLength);
        }
        Ok(Self { network: address.to_bits() & mask(prefix_length), prefix_length })
    }

    /// Whether the address lies in the range.
    #[must_use]
    pub fn contains(&self, address: Ipv4Addr) -> bool {
        address.to_bits() & mask(self.prefix_length) == self.network
    }
}

fn mask(prefix_length: u32) -> u32 {
    u32::MAX.checked_shl(32 - prefix_length).unwrap_or_default()
}

impl fmt::Display for SenderRange {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", Ipv4Addr::from_bits(self.network), self.prefix_length)
    }
}

/// The address as EOP can have seen it: IPv4 mapped into IPv6 is unwrapped; private, loopback and
/// link-local addresses are those of a local endpoint and say nothing.
#[must_use]
pub fn public_address(address: IpAddr) -> Option<IpAddr> {
    let address = address.to_canonical();
    let is_local = match address {
        IpAddr::V4(v4) => {
            let is_shared = v4.octets()[0] == 100 && v4.octets()[1] & 0xC0 == 64;
            // RFC 1918, RFC 6598 (carrier-grade NAT), RFC 3927.
            v4.is_private()
                || v4.is_loopback()
                || v4.is_link_local()
                || v4.is_unspecified()
                || is_shared
        }
        IpAddr::V6(v6) => {
            v6.is_loopback()
                || v6.is_unspecified()
                || v6.is_unique_local()
                || v6.is_unicast_link_local()
        }
    };
    (!is_local).then_some(address)
}

/// Holds the connecting address against a connector's list. `list` is `None` where the source does
/// not show it.
#[must_use]
pub fn match_address(list: Option<&TextList>, address: Option<IpAddr>) -> AddressMatch {
    let Some(list) = list else { return AddressMatch::ListIncomplete };
    if list.is_empty() {
        return AddressMatch::NotListed;
    }
    let Some(address) = address.and_then(public_address) else {
        return AddressMatch::AddressUnknown;
    };
    let covers = |entry: &&String| match (SenderRange::parse(entry), address) {
        (Ok(range), IpAddr::V4(address)) => range.contains(address),
        _ => false,
    };
    match list.values.iter().find(covers) {
        Some(entry) => AddressMatch::Listed(entry.clone()),
        None if list.is_truncated => AddressMatch::ListIncomplete,
        None => AddressMatch::NotListed,
    }
}

/// The entries of a list that take no part in the match, with the reason.
#[must_use]
pub fn ignored_addresses(list: &TextList) -> Vec<(String, IgnoredAddress)> {
    let reason = |entry: &String| Some((entry.clone(), SenderRange::parse(entry).err()?));
    list.values.iter().filter_map(reason).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn host_bits_are_masked_and_unsupported_entries_ignored() {
        for (entry, inside, outside) in [
            ("203.0.113.5", "203.0.113.5", "203.0.113.6"),
            ("203.0.113.5/24", "203.0.113.250", "203.0.114.5"),
            ("203.0.113.77/30", "203.0.113.79", "203.0.113.80"),
            ("203.0.113.5/32", "203.0.113.5", "203.0.113.4"),
        ] {
            let range = SenderRange::parse(entry).unwrap();
            assert!(range.contains(inside.parse().unwrap()), "{entry}");
            assert!(!range.contains(outside.parse().unwrap()), "{entry}");
        }
        for (entry, reason) in [
            ("2001:db8::1", IgnoredAddress::Ipv6),
            ("203.0.113.1-203.0.113.9", IgnoredAddress::Range),
            ("203.0.0.0/16", IgnoredAddress::PrefixLength),
            ("203.0.113.0/33", IgnoredAddress::PrefixLength),
            ("mail.contoso.com", IgnoredAddress::NotAnAddress),
            ("203.0.113.0/x", IgnoredAddress::NotAnAddress),
        ] {
            assert_eq!(SenderRange::parse(entry), Err(reason), "{entry}");
        }
    }

    #[test]
    fn a_truncated_list_never_says_not_listed() {
        let shown = ["203.0.113.1", "2001:db8::1"];
        let complete = TextList::complete(shown);
        let truncated = TextList { is_truncated: true, ..complete.clone() };
        let address = |text: &str| Some(text.parse().unwrap());
        let listed = AddressMatch::Listed("203.0.113.1".to_owned());
        assert_eq!(match_address(Some(&complete), address("203.0.113.1")), listed);
        assert_eq!(match_address(Some(&truncated), address("203.0.113.1")), listed);
        assert_eq!(match_address(Some(&complete), address("203.0.113.2")), AddressMatch::NotListed);
        for list in [Some(&truncated), None] {
            assert_eq!(match_address(list, address("203.0.113.2")), AddressMatch::ListIncomplete);
        }
        assert_eq!(match_address(Some(&complete), address("2001:db8::1")), AddressMatch::NotListed);
        assert_eq!(match_address(Some(&complete), address("::ffff:203.0.113.1")), listed);
    }

    #[test]
    fn a_private_address_is_not_the_one_that_eop_sees() {
        let list = TextList::complete(["203.0.113.1"]);
        for local in [
            "10.1.2.3",
            "172.31.255.254",
            "192.168.0.1",
            "100.64.1.1",
            "127.0.0.1",
            "169.254.7.7",
            "0.0.0.0",
            "::",
            "::1",
            "fd12::1",
            "fe80::1",
        ] {
            let found = match_address(Some(&list), Some(local.parse().unwrap()));
            assert_eq!(found, AddressMatch::AddressUnknown, "{local}");
        }
        for public in ["203.0.113.5", "100.128.0.1", "100.63.0.1", "8.64.1.1", "2001:db8::1"] {
            assert!(public_address(public.parse().unwrap()).is_some(), "{public}");
        }
        let empty = TextList::default();
        assert_eq!(match_address(Some(&empty), None), AddressMatch::NotListed);
        assert_eq!(ignored_addresses(&TextList::complete(["a", "203.0.113.1"])).len(), 1);
    }

    proptest! {
        #[test]
        fn an_address_lies_in_every_range_written_from_it(bits: u32, prefix in 24u32..=32) {
            let address = Ipv4Addr::from_bits(bits);
            let range = SenderRange::parse(&format!("{address}/{prefix}")).unwrap();
            prop_assert!(range.contains(address));
            prop_assert_eq!(SenderRange::parse(&range.to_string()), Ok(range));
        }

        #[test]
        fn any_text_is_read_without_panic(text in "\\PC{0,40}") {
            let _ = SenderRange::parse(&text);
        }
    }
}
