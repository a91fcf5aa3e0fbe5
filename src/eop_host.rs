//! Which hosts belong to Exchange Online Protection.

#![forbid(unsafe_code)]

use std::net::IpAddr;

/// Domains below which the hosts of EOP answer: worldwide, China (21Vianet), US government, and the
/// `mx.microsoft` names of DNSSEC-enabled domains.
const EOP_DOMAINS: &[&str] = &[
    "protection.outlook.com",
    "protection.partner.outlook.cn",
    "protection.office365.us",
    "mail.onmicrosoft.com",
    "mail.partner.onmschina.cn",
    "mail.onmicrosoft.us",
    "mx.microsoft",
];

/// IPv4 networks of EOP's hosts, worldwide (Microsoft Learn: Office 365 URLs and IP address ranges,
/// id 10): first address and prefix length.
const EOP_NETWORKS: &[([u8; 4], u32)] =
    &[([40, 92, 0, 0], 15), ([40, 107, 0, 0], 16), ([52, 100, 0, 0], 14), ([104, 47, 0, 0], 17)];

/// The same for IPv6: the 48 bits of each.
const EOP_NETWORKS_V6: &[[u16; 3]] = &[[0x2a01, 0x111, 0xf400], [0x2a01, 0x111, 0xf403]];

/// Whether an address belongs to the hosts of EOP.
pub(crate) fn is_eop_address(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => EOP_NETWORKS.iter().any(|(network, length)| {
            let shift = 32 - length;
            u32::from(address) >> shift == u32::from_be_bytes(*network) >> shift
        }),
        IpAddr::V6(address) => {
            EOP_NETWORKS_V6.iter().any(|network| address.segments()[..3] == *network)
        }
    }
}

/// The address of an endpoint as logs write it: `192.0.2.1:25`, `[2001:db8::1]:25`.
pub(crate) fn address_of_endpoint(endpoint: &str) -> Option<IpAddr> {
    let (address, _) = endpoint.rsplit_once(':')?;
    address.trim_matches(['[', ']']).split('%').next()?.parse().ok()
}

/// Whether a host name, or a DNS name of a certificate, is one of EOP.
pub(crate) fn is_eop_host(name: &str) -> bool {
    let name = name.trim_end_matches('.');
    let name = name.strip_prefix("*.").unwrap_or(name);
    EOP_DOMAINS.iter().any(|domain| {
        let Some(start) = name.len().checked_sub(domain.len()) else { return false };
        name.get(start..).is_some_and(|end| end.eq_ignore_ascii_case(domain))
            && (start == 0 || name.as_bytes()[start - 1] == b'.')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hosts_of_eop_are_known_by_their_addresses() {
        for (endpoint, is_eop) in [
            ("52.101.73.19:25", true),
            ("52.103.255.255:25", true),
            ("52.104.0.0:25", false),
            ("40.93.1.1:25", true),
            ("104.47.127.1:25", true),
            ("104.47.128.1:25", false),
            ("203.0.113.5:25", false),
            ("[2a01:111:f400:7e14::1]:25", true),
            ("[2001:db8::1]:25", false),
        ] {
            let address = address_of_endpoint(endpoint).unwrap();
            assert_eq!(is_eop_address(address), is_eop, "{endpoint}");
        }
        assert_eq!(address_of_endpoint("x.x.x.x:25"), None);
        assert_eq!(address_of_endpoint(""), None);
    }

    #[test]
    fn the_hosts_of_eop_are_known_by_their_domains() {
        for name in [
            "VI1EUR04FT012.mail.protection.outlook.com",
            "contoso-com.mail.protection.outlook.com.",
            "*.mail.protection.outlook.com",
            "mail.protection.outlook.com",
            "contoso.mail.protection.partner.outlook.cn",
            "contoso-com.mail.protection.office365.us",
            "contoso-com.k-v1.mx.microsoft",
            "CONTOSO.mail.onmicrosoft.com",
        ] {
            assert!(is_eop_host(name), "{name}");
        }
        for name in [
            "mail.contoso.com",
            "outlook.com",
            "notprotection.outlook.com",
            "protection.outlook.com.contoso.com",
            "smtp.office365.com",
            "",
        ] {
            assert!(!is_eop_host(name), "{name}");
        }
    }
}
