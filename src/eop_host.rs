//! Which hosts belong to Exchange Online Protection.

#![forbid(unsafe_code)]

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
