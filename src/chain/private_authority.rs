//! What shows that a chain is that of a private authority, such as Active Directory Certificate
//! Services (AD CS): outside the organisation nobody trusts it, whatever its root's name.

use super::internal_name::is_internal_host;
use super::words::shown;
use crate::certificate::Certificate;

/// What in the certificates of a path says so, each in a few words; empty: nothing does. The path
/// ends at no root of a public list.
pub(crate) fn private_authority_evidence(path: &[&Certificate]) -> Vec<String> {
    let mut evidence = Vec::new();
    if path.iter().any(|one| one.extensions.has_certificate_template) {
        evidence.push("a certificate template of AD CS".to_owned());
    }
    if let Some(one) = path.iter().find(|one| one.issuer.has_domain_components()) {
        evidence.push(format!("the issuer lies in a directory ({})", shown(&one.issuer)));
    }
    let mut addresses = path
        .iter()
        .flat_map(|one| one.issuer_urls().iter().cloned().chain(one.revocation_list_urls()));
    if let Some(address) = addresses.find(|url| is_internal_address(url)) {
        evidence.push(format!(
            "issuer or revocation list at an internal address ({})",
            shown(&address)
        ));
    }
    evidence
}

/// Whether an address is one of a directory that is not public, or of a host that the public DNS does
/// not know. Public authorities have directories too, at hosts of their own; those of Active Directory
/// go without a host, or show its naming contexts.
fn is_internal_address(url: &str) -> bool {
    let Some((scheme, rest)) = url.split_once(':') else { return false };
    let is_directory = ["ldap", "ldaps"].iter().any(|one| scheme.eq_ignore_ascii_case(one));
    let shows_context = || rest.to_ascii_lowercase().contains("dc=");
    if scheme.eq_ignore_ascii_case("file")
        || is_directory && (rest.starts_with("///") || shows_context())
    {
        return true;
    }
    let authority = rest.trim_start_matches('/').split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let host = host.split(':').next().unwrap_or_default();
    !host.is_empty() && !host.starts_with('[') && is_internal_host(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_directories_and_internal_hosts_are_told_from_public_ones() {
        for url in [
            "ldap:///CN=Contoso%20CA,CN=AIA,DC=contoso,DC=com",
            "ldap:///CN=Contoso%20CA",
            "LDAP://dc01.contoso.com/CN=Contoso%20CA,CN=CDP,DC=contoso,DC=com?certificateRevocationList",
            "ldap://dc01/CN=Contoso%20CA",
            "file://pki/ca.crt",
            "http://pki/ca.crt",
            "http://pki.contoso.local:8080/ca.crt",
        ] {
            assert!(is_internal_address(url), "{url}");
        }
        for url in [
            "http://pki.contoso.com/ca.crt",
            "http://[2001:db8::1]/x",
            "ldap://directory.trustcenter.example/CN=Class%203%20CA,O=Trust%20Center,C=DE",
            "",
            "pki",
        ] {
            assert!(!is_internal_address(url), "{url}");
        }
    }
}
