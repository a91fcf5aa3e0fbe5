//! Host names in certificates: which are well-formed, and which hosts they stand for.

/// How a name of a certificate relates to the name of a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostNameMatch {
    /// The same name.
    Exact,
    /// The certificate's name is a wildcard that stands for the host.
    Wildcard,
    /// Another name.
    Different,
}

/// Compares the DNS name of a certificate with the name of a host (RFC 9525, section 6.3): letters
/// without case, a final dot of the host dropped, `*` as the whole first label for exactly one.
#[must_use]
pub fn host_name_matches(presented: &str, host: &str) -> HostNameMatch {
    let host = host.strip_suffix('.').unwrap_or(host);
    if is_host_name(presented) && presented.eq_ignore_ascii_case(host) {
        return HostNameMatch::Exact;
    }
    let (Some(parent), Some((label, host_parent))) =
        (presented.strip_prefix("*."), host.split_once('.'))
    else {
        return HostNameMatch::Different;
    };
    let is_match = is_host_name(parent)
        && is_host_name(host)
        && !label.is_empty()
        && parent.eq_ignore_ascii_case(host_parent);
    if is_match { HostNameMatch::Wildcard } else { HostNameMatch::Different }
}

/// Whether this is a host name in the preferred name syntax (RFC 1034, section 3.5, as modified by
/// RFC 1123, section 2.1), and not an IPv4 address: the last label is not all digits.
#[must_use]
pub fn is_host_name(name: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    name.len() <= 253
        && name.split('.').all(is_label)
        && name.rsplit('.').next().is_some_and(|last| !last.bytes().all(|b| b.is_ascii_digit()))
}

/// Whether `name` is `domain` or lies below it, at a label border.
#[must_use]
pub fn is_within_domain(name: &str, domain: &str) -> bool {
    let (name, domain) = (name.as_bytes(), domain.as_bytes());
    let Some(border) = name.len().checked_sub(domain.len()) else { return false };
    name[border..].eq_ignore_ascii_case(domain) && (border == 0 || name[border - 1] == b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_matched_by_whole_labels() {
        use HostNameMatch::{Different, Exact, Wildcard};
        for (presented, host, expected) in [
            ("mail.contoso.com", "MAIL.contoso.com.", Exact),
            ("*.contoso.com", "mail.contoso.com", Wildcard),
            ("*.contoso.com", "contoso.com", Different),
            ("*.contoso.com", "a.b.contoso.com", Different),
            ("*.contoso.com", ".contoso.com", Different),
            ("m*.contoso.com", "mail.contoso.com", Different),
            ("mail.*.com", "mail.contoso.com", Different),
            ("contoso.com", "mail.contoso.com", Different),
            ("*.*.com", "a.b.com", Different),
            ("*", "contoso", Different),
        ] {
            assert_eq!(host_name_matches(presented, host), expected, "{presented} {host}");
        }
    }

    #[test]
    fn the_preferred_name_syntax_is_demanded() {
        for name in ["contoso.com", "a", "xn--n3h.com", "1.contoso.com"] {
            assert!(is_host_name(name), "{name}");
        }
        for name in ["", ".", ".a", "a.", "a..b", "a_b.c", "-a.b", "a-.b", "192.0.2.1", "\u{e4}.de"]
        {
            assert!(!is_host_name(name), "{name}");
        }
        assert!(!is_host_name(&"a".repeat(64)));
    }

    #[test]
    fn domains_end_at_label_borders() {
        assert!(is_within_domain("a.Contoso.com", "contoso.com"));
        assert!(is_within_domain("contoso.com", "contoso.com"));
        assert!(!is_within_domain("notcontoso.com", "contoso.com"));
        assert!(!is_within_domain("com", "contoso.com"));
    }
}
