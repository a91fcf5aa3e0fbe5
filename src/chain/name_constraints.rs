//! Name constraints (RFC 5280, sections 4.2.1.10 and 6.1.4 (g)).

use super::budget::Budget;
use super::findings::Findings;
use super::mailbox::{is_mailbox, same_mailbox};
use super::rule::Rule;
use super::words::shown;
use crate::certificate::{
    Certificate, EMAIL_ADDRESS, GeneralName, NameConstraints, NameForm, is_host_name,
    is_within_domain,
};

/// Checks that the bases of the subtrees are well-formed.
pub(crate) fn check_constraints_form(
    constraints: &NameConstraints,
    position: usize,
    findings: &mut Findings,
) {
    findings.add_if(
        constraints.permitted.is_empty() && constraints.excluded.is_empty(),
        Rule::NameConstraintsEmpty,
        position,
    );
    for base in constraints.permitted.iter().chain(&constraints.excluded) {
        if !is_well_formed(base) {
            findings.add(Rule::NameConstraintMalformed, position, || shown(base));
        }
    }
}

fn is_well_formed(base: &GeneralName) -> bool {
    match base {
        // Zero labels may be added to the empty name as to any other: it stands for all names.
        GeneralName::Dns(domain) => domain.is_empty() || is_host_name(domain),
        GeneralName::Email(text) if text.contains('@') => is_mailbox(text),
        GeneralName::Email(host) | GeneralName::Uri(host) => {
            is_host_name(host.strip_prefix('.').unwrap_or(host))
        }
        GeneralName::IpAddress(bytes) => {
            matches!(bytes.len(), 8 | 32) && is_prefix_mask(&bytes[bytes.len() / 2..])
        }
        _ => true,
    }
}

/// RFC 4632, section 3.1: ones, then zeros.
fn is_prefix_mask(mask: &[u8]) -> bool {
    let ones: u32 =
        mask.iter().map(|octet| octet.leading_ones()).take_while(|ones| *ones == 8).sum();
    let rest = &mask[(ones / 8) as usize..];
    match rest.split_first() {
        None => true,
        Some((first, zeros)) => {
            first.leading_ones() + first.trailing_zeros() == 8 && zeros.iter().all(|o| *o == 0)
        }
    }
}

/// Holds the names of a certificate against the constraints of an issuer above it.
///
/// `position` is that of the certificate. Every comparison of a name with a base is charged to the
/// budget, as hostile certificates hold thousands of both.
pub(crate) fn check_names(
    constraints: &NameConstraints,
    certificate: &Certificate,
    position: usize,
    budget: &mut Budget,
    findings: &mut Findings,
) {
    if !certificate.subject.is_empty() {
        let subject = GeneralName::Directory(certificate.subject.clone());
        check_name(constraints, &subject, position, budget, findings);
    }
    let names = certificate.subject_alt_names();
    if !names.iter().any(|name| name.form() == NameForm::Email) {
        // RFC 5280, section 4.2.1.10: "the constraint MUST be applied to the attribute of type
        // emailAddress in the subject" where no alternative name of that form is there.
        for mailbox in certificate.subject.values(&EMAIL_ADDRESS) {
            check_name(constraints, &GeneralName::Email(mailbox), position, budget, findings);
        }
    }
    if certificate.extensions.subject_alt_names.is_none() {
        // Clients that still read common names (RFC 6125, section 6.4.4) must not be led outside.
        for host in certificate
            .common_names()
            .into_iter()
            .filter(|name| is_host_name(name) && name.contains('.'))
        {
            check_name(constraints, &GeneralName::Dns(host), position, budget, findings);
        }
    }
    for name in names {
        if findings.is_decided() || budget.is_exhausted() {
            return;
        }
        check_name(constraints, name, position, budget, findings);
    }
}

fn check_name(
    constraints: &NameConstraints,
    name: &GeneralName,
    position: usize,
    budget: &mut Budget,
    findings: &mut Findings,
) {
    let form = name.form();
    let of_form = |bases: &[GeneralName]| bases.iter().filter(|base| base.form() == form).count();
    let (permitted, excluded) = (of_form(&constraints.permitted), of_form(&constraints.excluded));
    if permitted + excluded == 0 || !budget.charge_comparisons(permitted + excluded) {
        return;
    }
    let is_supported =
        !matches!(form, NameForm::Other | NameForm::RegisteredId | NameForm::Uninterpreted);
    if !is_supported {
        findings.add(Rule::NameConstraintNotSupported, position, || shown(name));
        return;
    }
    // A name that its own syntax does not permit lies in no subtree; and whether an excluded
    // subtree holds it cannot be known.
    let is_within = |base: &GeneralName| contains(base, name);
    if permitted > 0 && !constraints.permitted.iter().any(is_within) {
        findings.add(Rule::NameNotPermitted, position, || shown(name));
    }
    let may_touch = |base: &&GeneralName| base.form() == form && overlaps(base, name);
    if let Some(base) = constraints.excluded.iter().find(may_touch) {
        findings.add(Rule::NameExcluded, position, || {
            format!("{}, excluded by {}", shown(name), shown(base))
        });
    }
}

/// Whether every name that `name` stands for lies in the subtree.
fn contains(base: &GeneralName, name: &GeneralName) -> bool {
    match (base, name) {
        (GeneralName::Dns(domain), GeneralName::Dns(name)) => {
            let without_wildcard = name.strip_prefix("*.").unwrap_or(name);
            // `*.contoso.com` lies within `contoso.com`, and not within `mail.contoso.com`.
            is_host_name(without_wildcard) && is_within_or_all(without_wildcard, domain)
        }
        (GeneralName::Email(base), GeneralName::Email(mailbox)) => mailbox_within(mailbox, base),
        (GeneralName::Uri(base), GeneralName::Uri(uri)) => uri_within(uri, base),
        (GeneralName::IpAddress(base), GeneralName::IpAddress(address)) => {
            address_within(address, base) == Some(true)
        }
        (GeneralName::Directory(base), GeneralName::Directory(name)) => name.is_within(base),
        _ => false,
    }
}

/// Whether some name that `name` stands for may lie in the subtree.
fn overlaps(base: &GeneralName, name: &GeneralName) -> bool {
    match (base, name) {
        (GeneralName::Dns(domain), GeneralName::Dns(text)) => {
            let Some(parent) = text.strip_prefix("*.") else {
                return is_within_or_all(text, domain) || !is_host_name(text);
            };
            let stands_for_base =
                domain.split_once('.').is_some_and(|(_, above)| above.eq_ignore_ascii_case(parent));
            is_within_or_all(parent, domain) || stands_for_base || !is_host_name(parent)
        }
        (GeneralName::Email(_), GeneralName::Email(mailbox)) => {
            contains(base, name) || !is_mailbox(mailbox)
        }
        (GeneralName::Uri(_), GeneralName::Uri(uri)) => {
            contains(base, name) || uri_host(uri).is_none()
        }
        (GeneralName::IpAddress(base), GeneralName::IpAddress(address)) => {
            address_within(address, base) != Some(false)
        }
        _ => contains(base, name),
    }
}

/// Crypt32 and OpenSSL read a leading period as "below"; the strict profile refuses such a base
/// before it matters.
fn is_within_or_all(name: &str, domain: &str) -> bool {
    match domain.strip_prefix('.') {
        _ if domain.is_empty() => true,
        Some(parent) => name.len() > parent.len() && is_within_domain(name, parent),
        None => is_within_domain(name, domain),
    }
}

/// A mailbox, a host, or with a leading period the hosts below a domain.
fn mailbox_within(mailbox: &str, base: &str) -> bool {
    let Some((_, host)) = mailbox.rsplit_once('@').filter(|_| is_mailbox(mailbox)) else {
        return false;
    };
    if base.contains('@') {
        same_mailbox(mailbox, base)
    } else if let Some(domain) = base.strip_prefix('.') {
        host.len() > domain.len() && is_within_domain(host, domain)
    } else {
        host.eq_ignore_ascii_case(base)
    }
}

/// The host of a URI must be a name; addresses and URIs without authority lie in no subtree.
fn uri_within(uri: &str, base: &str) -> bool {
    let Some(host) = uri_host(uri) else { return false };
    match base.strip_prefix('.') {
        Some(domain) => host.len() > domain.len() && is_within_domain(host, domain),
        None => host.eq_ignore_ascii_case(base),
    }
}

fn uri_host(uri: &str) -> Option<&str> {
    let (_, rest) = uri.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host_and_port = authority.rsplit('@').next()?;
    let host = host_and_port.split(':').next()?;
    is_host_name(host).then_some(host)
}

/// `None` where one of the two is no address or network.
fn address_within(address: &[u8], base: &[u8]) -> Option<bool> {
    if !matches!(address.len(), 4 | 16) || !matches!(base.len(), 8 | 32) {
        return None;
    }
    if base.len() != 2 * address.len() {
        return Some(false);
    }
    let (network, mask) = base.split_at(address.len());
    Some(address.iter().zip(network).zip(mask).all(|((a, n), m)| a & m == n & m))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dns(text: &str) -> GeneralName {
        GeneralName::Dns(text.to_owned())
    }

    #[test]
    fn dns_subtrees_hold_the_name_and_all_below() {
        for (base, name, is_contained, may_overlap) in [
            ("contoso.com", "contoso.com", true, true),
            ("contoso.com", "a.b.Contoso.com", true, true),
            ("contoso.com", "notcontoso.com", false, false),
            ("contoso.com", "*.contoso.com", true, true),
            ("mail.contoso.com", "*.contoso.com", false, true),
            ("a.mail.contoso.com", "*.contoso.com", false, false),
            ("contoso.com", ".contoso.com", false, true),
            ("", "contoso.com", true, true),
            (".contoso.com", "contoso.com", false, false),
            (".contoso.com", "a.contoso.com", true, true),
        ] {
            assert_eq!(contains(&dns(base), &dns(name)), is_contained, "{base} {name}");
            assert_eq!(overlaps(&dns(base), &dns(name)), may_overlap, "{base} {name}");
        }
    }

    #[test]
    fn mail_subtrees_are_a_mailbox_a_host_or_a_domain() {
        for (base, mailbox, expected) in [
            ("a@contoso.com", "a@CONTOSO.com", true),
            ("a@contoso.com", "A@contoso.com", false),
            ("*@contoso.com", "a@contoso.com", false),
            ("contoso.com", "a@contoso.com", true),
            ("contoso.com", "a@mail.contoso.com", false),
            (".contoso.com", "a@mail.contoso.com", true),
            (".contoso.com", "a@contoso.com", false),
            ("contoso.com", "a@b@contoso.com", false),
        ] {
            assert_eq!(mailbox_within(mailbox, base), expected, "{base} {mailbox}");
        }
    }

    #[test]
    fn uri_subtrees_look_at_the_host() {
        for (base, uri, expected) in [
            ("contoso.com", "https://contoso.com:443/x", true),
            ("contoso.com", "https://u@contoso.com", true),
            ("contoso.com", "https://a.contoso.com/", false),
            (".contoso.com", "https://a.contoso.com/", true),
            ("contoso.com", "https://192.0.2.1/", false),
            ("contoso.com", "urn:x", false),
        ] {
            assert_eq!(uri_within(uri, base), expected, "{base} {uri}");
        }
    }

    #[test]
    fn masks_are_prefixes() {
        assert!(is_prefix_mask(&[255, 255, 0, 0]) && is_prefix_mask(&[255, 240, 0, 0]));
        assert!(is_prefix_mask(&[0; 4]) && is_prefix_mask(&[255; 16]));
        assert!(!is_prefix_mask(&[255, 0, 255, 0]) && !is_prefix_mask(&[254, 1, 0, 0]));
        assert!(!is_prefix_mask(&[127, 0, 0, 1]));
    }
}
