//! Accepted domains (Get-AcceptedDomain), and what they cover.

use serde::Serialize;

use super::domain_name::{DomainName, NamePattern};

/// Whose list an accepted domain comes from, the weakest last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "PascalCase")]
pub enum DomainOrigin {
    /// Exchange Online: the list that attribution uses.
    Cloud,
    /// The source does not say.
    #[default]
    Unknown,
    /// The on-premises organisation, whose list need not be that of the tenant.
    OnPremises,
}

/// An accepted domain.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct AcceptedDomain {
    /// Its name in Exchange, often the domain itself.
    pub name: String,
    /// The domain, as given: `contoso.com`; on-premises also `*.contoso.com` and `*`.
    pub domain_name: String,
    /// Authoritative, InternalRelay, ExternalRelay, or another text.
    pub domain_type: Option<String>,
    /// Whether subdomains are accepted too; what attribution makes of it is not documented.
    pub match_sub_domains: Option<bool>,
    /// Whether it is the default domain.
    pub default: Option<bool>,
    /// Where it comes from.
    pub origin: DomainOrigin,
    /// OrganizationId of the object, which is the same for all objects of a tenant.
    #[serde(skip)]
    pub organization_id: Option<String>,
}

impl AcceptedDomain {
    /// An accepted domain of which only the domain is known.
    #[must_use]
    pub fn named(domain: &str) -> Self {
        Self { name: domain.to_owned(), domain_name: domain.to_owned(), ..Self::default() }
    }
}

/// The accepted domains of one organisation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct AcceptedDomains {
    /// The domains.
    pub domains: Vec<AcceptedDomain>,
    /// Whether some may be missing, for example because their rows were damaged.
    pub is_incomplete: bool,
}

/// Whether accepted domains cover something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub enum Coverage {
    /// This accepted domain covers it.
    Covered(String),
    /// None does.
    NotCovered,
    /// This accepted domain includes its subdomains (MatchSubDomains, or a wildcard on-premises),
    /// and nothing documents whether attribution honours that.
    SubdomainsOnly(String),
    /// The list is not complete, and none of the known domains covers it.
    ListIncomplete,
}

impl AcceptedDomains {
    /// Whether a name is an accepted domain, or one of the two lies below the other; an asterisk in
    /// front does not count.
    #[must_use]
    pub fn lies_near(&self, name: &str) -> bool {
        let name = name.trim_start_matches("*.").to_ascii_lowercase();
        let is_below = |one: &str, other: &str| {
            one.strip_suffix(other).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        };
        self.domains.iter().any(|known| {
            let known = known.domain_name.trim_start_matches("*.").to_ascii_lowercase();
            is_below(&name, &known) || is_below(&known, &name)
        })
    }

    /// The weakest origin among the domains.
    #[must_use]
    pub fn origin(&self) -> DomainOrigin {
        self.domains.iter().map(|domain| domain.origin).max().unwrap_or_default()
    }

    /// Whether they cover a connector's TlsSenderCertificateName: `d` needs `d` itself; `*.d` needs
    /// `d` or any accepted domain below it; a parent of `d` is not enough (documented).
    #[must_use]
    pub fn cover_value(&self, value: &str) -> Coverage {
        match NamePattern::parse(value) {
            Ok(NamePattern::Name(name)) => self.cover(&name, false),
            Ok(NamePattern::Wildcard(domain)) => self.cover(&domain, true),
            Err(_) => Coverage::NotCovered,
        }
    }

    /// Whether a domain, such as that of MAIL FROM, is accepted.
    #[must_use]
    pub fn cover_domain(&self, domain: &DomainName) -> Coverage {
        self.cover(domain, false)
    }

    fn cover(&self, wanted: &DomainName, subdomains_suffice: bool) -> Coverage {
        let mut by_subdomains = None;
        for accepted in &self.domains {
            let text = accepted.domain_name.trim();
            let includes_subdomains = accepted.match_sub_domains == Some(true);
            match NamePattern::parse(text) {
                Ok(NamePattern::Name(domain)) => {
                    let is_below = subdomains_suffice && domain.labels_below(wanted).is_some();
                    if domain == *wanted || is_below {
                        return Coverage::Covered(text.to_owned());
                    }
                    if includes_subdomains && wanted.labels_below(&domain).is_some() {
                        by_subdomains = Some(text);
                    }
                }
                Ok(NamePattern::Wildcard(domain)) => {
                    let is_below = subdomains_suffice && domain.labels_below(wanted).is_some();
                    if is_below || wanted.labels_below(&domain).is_some() {
                        by_subdomains = Some(text);
                    }
                }
                Err(_) if text == "*" => by_subdomains = Some(text),
                Err(_) => {}
            }
        }
        match by_subdomains {
            Some(text) => Coverage::SubdomainsOnly(text.to_owned()),
            None if self.is_incomplete => Coverage::ListIncomplete,
            None => Coverage::NotCovered,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepted(domains: &[&str]) -> AcceptedDomains {
        let domains = domains.iter().map(|domain| match domain.strip_suffix("+sub") {
            Some(domain) => {
                AcceptedDomain { match_sub_domains: Some(true), ..AcceptedDomain::named(domain) }
            }
            None => AcceptedDomain::named(domain),
        });
        AcceptedDomains { domains: domains.collect(), is_incomplete: false }
    }

    /// (sentence of "Accepted-domain test of the connector's value", value, accepted, coverage: the
    /// covering domain, "" for none, "?" for undocumented)
    const TABLE: &[(&str, &str, &[&str], &str)] = &[
        ("d needs d itself", "mail.contoso.com", &["mail.contoso.com"], "mail.contoso.com"),
        ("its parent is not enough", "mail.contoso.com", &["contoso.com"], ""),
        ("a domain below is not d", "contoso.com", &["mail.contoso.com"], ""),
        ("d needs d itself", "contoso.com", &["fabrikam.com", "Contoso.com"], "Contoso.com"),
        ("*.d needs d", "*.contoso.com", &["contoso.com"], "contoso.com"),
        (
            "or any accepted domain below it",
            "*.contoso.com",
            &["a.b.contoso.com"],
            "a.b.contoso.com",
        ),
        ("a parent of d is not enough", "*.mail.contoso.com", &["contoso.com"], ""),
        ("label border", "*.contoso.com", &["notcontoso.com"], ""),
        ("KB 4019940", "*.sub.contoso.com", &["sub.contoso.com"], "sub.contoso.com"),
        ("KB 4019940", "*.sub.contoso.com", &["contoso.com"], ""),
        ("MatchSubDomains", "mail.contoso.com", &["contoso.com+sub"], "?"),
        ("MatchSubDomains", "*.mail.contoso.com", &["contoso.com+sub"], "?"),
        ("MatchSubDomains, d itself", "contoso.com", &["contoso.com+sub"], "contoso.com"),
        ("a wildcard on-premises", "mail.contoso.com", &["*.contoso.com"], "?"),
        ("a wildcard on-premises", "mail.contoso.com", &["*"], "?"),
        ("a wildcard on-premises below *.d", "*.contoso.com", &["*.mail.contoso.com"], "?"),
        ("a wildcard on-premises below d", "contoso.com", &["*.mail.contoso.com"], ""),
        ("a wildcard on-premises elsewhere", "*.contoso.com", &["*.fabrikam.com"], ""),
        ("what is no domain covers nothing", "mail.contoso.com", &["two words", "x.*.com"], ""),
        ("IDN", "*.b\u{fc}cher.example", &["xn--bcher-kva.example"], "xn--bcher-kva.example"),
        ("no list", "contoso.com", &[], ""),
    ];

    #[test]
    fn every_sentence_of_the_accepted_domain_test_holds() {
        for (sentence, value, domains, expected) in TABLE {
            let found = accepted(domains).cover_value(value);
            let fits = match &found {
                Coverage::Covered(domain) => domain == expected,
                Coverage::NotCovered => expected.is_empty(),
                Coverage::SubdomainsOnly(_) => *expected == "?",
                Coverage::ListIncomplete => false,
            };
            assert!(fits, "{sentence}: {value} against {domains:?} gave {found:?}");
        }
    }

    #[test]
    fn an_incomplete_list_never_says_not_covered() {
        let domains = AcceptedDomains { is_incomplete: true, ..accepted(&["contoso.com"]) };
        assert_eq!(domains.cover_value("fabrikam.com"), Coverage::ListIncomplete);
        assert_eq!(domains.cover_value("contoso.com"), Coverage::Covered("contoso.com".into()));
    }

    #[test]
    fn the_origin_is_the_weakest_one() {
        let mut domains = accepted(&["a.example", "b.example"]);
        domains.domains[0].origin = DomainOrigin::Cloud;
        assert_eq!(domains.origin(), DomainOrigin::Unknown);
        domains.domains[1].origin = DomainOrigin::OnPremises;
        assert_eq!(domains.origin(), DomainOrigin::OnPremises);
    }
}
