//! The names of a certificate: subject alternative names, the common name, name constraints.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::findings::Findings;
use super::internal_name::is_internal_host;
use super::mailbox::{is_mailbox, same_mailbox};
use super::name_constraints::check_constraints_form;
use super::role::Role;
use super::rule::Rule;
use super::words::shown;
use crate::certificate::{
    Certificate, GeneralName, HostNameMatch, host_name_matches, is_host_name, is_within_domain,
};

/// A name that the certificate is expected to hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExpectedName {
    /// A host, matched as RFC 9525 says, or a wildcard (`*.contoso.com`), which must be there as it is.
    Dns(String),
    /// An address.
    IpAddress(IpAddr),
    /// A mailbox: the part before `@` in the same letters, the domain without case (RFC 5280,
    /// section 7.5).
    Email(String),
}

impl ExpectedName {
    /// A name as a person writes it, in any script: an IP address, a mailbox if it holds `@`, else a
    /// host.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let text = text.trim();
        match text.parse() {
            Ok(address) => Self::IpAddress(address),
            Err(_) => match text.rsplit_once('@') {
                Some((mailbox, domain)) => Self::Email(format!("{mailbox}@{}", to_ascii(domain))),
                None => Self::Dns(to_ascii(text)),
            },
        }
    }
}

/// A host as certificates hold it: labels beyond ASCII as A-labels (RFC 5280, section 7.2; UTS #46).
fn to_ascii(host: &str) -> String {
    let (wildcard, host) = host.strip_prefix("*.").map_or(("", host), |host| ("*.", host));
    let host = match idna::domain_to_ascii_strict(host.strip_suffix('.').unwrap_or(host)) {
        Ok(ascii) if !host.is_ascii() => ascii,
        _ => host.to_owned(),
    };
    format!("{wildcard}{host}")
}

impl std::fmt::Display for ExpectedName {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Dns(name) | Self::Email(name) => formatter.write_str(name),
            Self::IpAddress(address) => address.fmt(formatter),
        }
    }
}

/// Checks the form of the names that a certificate holds.
pub(crate) fn check_subject_names(
    certificate: &Certificate,
    role: Role,
    position: usize,
    findings: &mut Findings,
) {
    if let Some(constraints) = &certificate.extensions.name_constraints {
        findings.add_if(!certificate.is_authority(), Rule::NameConstraintsInEndEntity, position);
        check_constraints_form(&constraints.value, position, findings);
    }
    let Some(names) = &certificate.extensions.subject_alt_names else {
        findings.add_if(role == Role::EndEntity, Rule::SubjectAltNameMissing, position);
        return;
    };
    if names.value.is_empty() && role != Role::EndEntity {
        findings.add_plain(Rule::SubjectAltNameEmpty, position);
    } else if names.value.is_empty() {
        findings.add(Rule::MalformedExtension, position, || {
            "a subject alternative name without names".to_owned()
        });
    }
    let is_named = !certificate.subject.is_empty();
    findings.add_if(!names.critical && !is_named, Rule::SubjectAltNameNotCritical, position);
    if role == Role::EndEntity {
        findings.add_if(names.critical && is_named, Rule::SubjectAltNameCritical, position);
        check_common_names(certificate, position, findings);
    }
    if role != Role::Anchor {
        names.value.iter().for_each(|name| check_name_form(name, position, findings));
    }
}

fn check_name_form(name: &GeneralName, position: usize, findings: &mut Findings) {
    let quoted = || shown(name);
    match name {
        GeneralName::Dns(text) => {
            let domain = text.strip_prefix("*.");
            let is_lone_wildcard = text == "*";
            if is_lone_wildcard || domain.is_some_and(|d| is_host_name(d) && !d.contains('.')) {
                findings.add(Rule::WildcardTooBroad, position, quoted);
            } else if !is_host_name(domain.unwrap_or(text)) {
                findings.add(Rule::DnsNameInvalid, position, quoted);
            }
        }
        GeneralName::IpAddress(bytes) if !matches!(bytes.len(), 4 | 16) => {
            findings.add(Rule::IpAddressInvalid, position, quoted);
        }
        GeneralName::Email(text) if !is_mailbox(text) => {
            findings.add(Rule::MailboxInvalid, position, quoted);
        }
        _ => {}
    }
}

/// BR, section 7.1.4.3: a common name is one of the subject alternative names, letter for letter.
///
/// Judged are common names that a client could take for a host. An address or domain that is not
/// written as the BR want it is refused. One that is well written and not listed is refused only
/// where a client could be led to a host that the certificate does not speak for: not if it is the
/// parent domain of a listed name, if the certificate lists no name of that kind at all, or if it
/// lists internal names or reserved addresses, which put it outside the public PKI and the BR (BR,
/// section 7.1.2.7.12).
fn check_common_names(certificate: &Certificate, position: usize, findings: &mut Findings) {
    let names = certificate.subject_alt_names();
    let has_dns_names = names.iter().any(|name| matches!(name, GeneralName::Dns(_)));
    let has_addresses = names.iter().any(|name| matches!(name, GeneralName::IpAddress(_)));
    for common_name in certificate.common_names() {
        let reads_as_address = reads_as_address(&common_name);
        let is_judged = if reads_as_address {
            has_addresses || has_dns_names
        } else {
            has_dns_names && reads_as_domain(&common_name)
        };
        if !is_judged || names.iter().any(|name| is_written_as(name, &common_name)) {
            continue;
        }
        let is_well_written = if reads_as_address {
            common_name.parse::<IpAddr>().is_ok_and(|address| address.to_string() == common_name)
        } else {
            let is_listed_in_other_letters = |name: &GeneralName| matches!(name, GeneralName::Dns(dns) if dns.eq_ignore_ascii_case(&common_name));
            common_name.is_ascii() && !names.iter().any(is_listed_in_other_letters)
        };
        let is_parent = |name: &GeneralName| matches!(name, GeneralName::Dns(dns) if is_within_domain(dns, &common_name));
        let rule = if !is_well_written {
            Rule::CommonNameMalformed
        } else if names.iter().any(|name| is_parent(name) || is_internal(name)) {
            Rule::CommonNameBesideSubjectAltName
        } else {
            Rule::CommonNameNotInSubjectAltName
        };
        findings.add(rule, position, || shown(&common_name));
    }
}

/// An Internal Name or Reserved IP Address (BR, section 1.6.1): names without a top-level domain of
/// the public DNS (RFC 6761, RFC 6762, ICANN's reservation of .internal), addresses of the IANA
/// special-purpose registries (RFC 6890).
fn is_internal(name: &GeneralName) -> bool {
    match name {
        GeneralName::Dns(text) => is_internal_host(text),
        GeneralName::IpAddress(bytes) => match bytes.as_slice() {
            [a, b, c, d] => {
                let address = Ipv4Addr::new(*a, *b, *c, *d);
                address.is_private()
                    || address.is_loopback()
                    || address.is_link_local()
                    || address.is_documentation()
            }
            _ => <[u8; 16]>::try_from(bytes.as_slice()).is_ok_and(|octets| {
                let address = Ipv6Addr::from(octets);
                address.is_loopback()
                    || address.is_unique_local()
                    || address.is_unicast_link_local()
            }),
        },
        _ => false,
    }
}

/// Whether a common name is that name as the BR want it written: DNS names letter for letter, IPv4
/// addresses as in RFC 3986, section 3.2.2, IPv6 addresses as in RFC 5952, section 4.
fn is_written_as(name: &GeneralName, common_name: &str) -> bool {
    match name {
        GeneralName::Dns(text) | GeneralName::Email(text) => text == common_name,
        GeneralName::IpAddress(bytes) => {
            let canonical = match bytes.len() {
                4 => <[u8; 4]>::try_from(bytes.as_slice()).map(|o| Ipv4Addr::from(o).to_string()),
                _ => <[u8; 16]>::try_from(bytes.as_slice()).map(|o| Ipv6Addr::from(o).to_string()),
            };
            canonical.is_ok_and(|canonical| canonical == common_name)
        }
        _ => false,
    }
}

/// Whether some resolver takes the text for an address: IPv6, or IPv4 in any form that `inet_aton`
/// reads with dots or in hexadecimal (RFC 6943, section 3.1.1).
fn reads_as_address(text: &str) -> bool {
    let is_number = |part: &str| match part.strip_prefix("0x").or(part.strip_prefix("0X")) {
        Some(digits) => !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_hexdigit()),
        None => !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()),
    };
    let parts: Vec<&str> = text.split('.').collect();
    let is_dotted_or_hexadecimal =
        parts.len() > 1 || text.starts_with("0x") || text.starts_with("0X");
    text.parse::<Ipv6Addr>().is_ok()
        || (is_dotted_or_hexadecimal
            && parts.len() <= 4
            && parts.iter().all(|part| is_number(part)))
}

/// Whether a client could take the text for a domain, in ASCII or not.
fn reads_as_domain(text: &str) -> bool {
    let text = text.strip_prefix("*.").unwrap_or(text);
    let is_label = |label: &str| {
        !label.is_empty()
            && label.chars().all(|c| !c.is_ascii() || c.is_ascii_alphanumeric() || "-_".contains(c))
    };
    text.contains('.') && !text.contains(char::is_whitespace) && text.split('.').all(is_label)
}

/// Checks that the certificate holds each of the expected names.
pub(crate) fn check_expected_names(
    certificate: &Certificate,
    expected: &[ExpectedName],
    findings: &mut Findings,
) {
    for name in expected {
        if !holds(certificate, name) {
            findings.add(Rule::HostNameMismatch, 0, || {
                let held: Vec<String> =
                    certificate.subject_alt_names().iter().take(10).map(shown).collect();
                format!("expected {name}, the certificate holds {}", held.join(", "))
            });
        }
    }
}

fn holds(certificate: &Certificate, expected: &ExpectedName) -> bool {
    let names = certificate.subject_alt_names();
    let is_same = |name: &GeneralName| match (name, expected) {
        (GeneralName::Dns(presented), ExpectedName::Dns(host)) => {
            let is_broad_wildcard =
                presented.strip_prefix("*.").is_some_and(|domain| !domain.contains('.'));
            // A wildcard is a value of connectors too (TlsSenderCertificateName): it is held as written.
            let is_same_wildcard = host.starts_with("*.") && presented.eq_ignore_ascii_case(host);
            let is_match = host_name_matches(presented, host) != HostNameMatch::Different;
            !is_broad_wildcard && (is_same_wildcard || is_match)
        }
        (GeneralName::IpAddress(bytes), ExpectedName::IpAddress(IpAddr::V4(address))) => {
            bytes.as_slice() == address.octets()
        }
        (GeneralName::IpAddress(bytes), ExpectedName::IpAddress(IpAddr::V6(address))) => {
            bytes.as_slice() == address.octets()
        }
        (GeneralName::Email(presented), ExpectedName::Email(mailbox)) => {
            same_mailbox(presented, mailbox)
        }
        _ => false,
    };
    if names.iter().any(is_same) {
        return true;
    }
    // RFC 6125, section 6.4.4, which RFC 9525 withdrew: the common name, where no alternative name
    // of any kind is present. What is missing is a finding of its own.
    match expected {
        ExpectedName::Dns(host) if certificate.extensions.subject_alt_names.is_none() => {
            certificate
                .common_names()
                .iter()
                .any(|name| host_name_matches(name, host) != HostNameMatch::Different)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_names_that_pass_for_addresses_are_reported() {
        for text in ["192.0.2.1", "192.168.001.001", "0xC0A80101", "192.513", "::1", "2001:DB8::1"]
        {
            assert!(reads_as_address(text), "{text}");
        }
        for text in ["contoso.com", "12345", "1.2.3.4.5", "0x", "1.contoso"] {
            assert!(!reads_as_address(text), "{text}");
        }
    }
}
