//! Whether a name of a certificate is the one that an inbound connector expects.

use serde::Serialize;

use super::certificate_names::{CertificateName, CertificateNames};
use super::domain_name::{DomainName, DomainNameError, NamePattern};

/// How exactly a name matches, the most exact last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "PascalCase")]
pub enum Exactness {
    /// `*.contoso.com` on the connector, one label below it in the certificate (documented).
    OneLabelBelow,
    /// The same wildcard on both sides (documented).
    SameWildcard,
    /// The same name on both sides (documented).
    SameName,
}

/// What nobody documents about a pair of names, so that only a test can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "PascalCase")]
pub enum OpenMatch {
    /// `*.contoso.com` on the connector, `a.b.contoso.com` in the certificate: probably a match, as
    /// `*.` is documented as "a domain and all its subdomains".
    SeveralLabelsBelow,
    /// `*.contoso.com` on the connector, `contoso.com` in the certificate: probably a match.
    DomainOfWildcard,
    /// `mail.contoso.com` or `contoso.com` on the connector, only `*.contoso.com` in the
    /// certificate.
    OnlyWildcardInCertificate,
    /// The connector's value is no domain name, so that what EOP makes of it is not known.
    UnreadableValue,
    /// The names of the certificate are not all known, and none of the known ones matches.
    NamesIncomplete,
    /// The source does not show the connector's TlsSenderCertificateName.
    ValueNotKnown,
}

/// Why a pair of names does not match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "PascalCase")]
pub enum Mismatch {
    /// The connector has no TlsSenderCertificateName.
    NoValue,
    /// An asterisk elsewhere than as the first label, as in `x.*.com` (documented as invalid).
    InvalidWildcard,
    /// The name lies below the connector's value, which is no wildcard (inferred).
    BelowValue,
    /// Another name.
    OtherName,
}

/// What a connector's value makes of one name, or of all names of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "PascalCase")]
pub enum ConnectorNameMatch {
    /// It matches.
    Match(Exactness),
    /// Not documented.
    Uncertain(OpenMatch),
    /// It does not match.
    NoMatch(Mismatch),
}

/// What a connector's value makes of a certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct NameMatch {
    /// The relation of the name that comes closest.
    pub relation: ConnectorNameMatch,
    /// That name; `None` if no single name decided.
    pub name: Option<CertificateName>,
}

/// Compares a connector's TlsSenderCertificateName with one name of a certificate, by the table
/// "Name matching": case, a final dot and U-labels are folded, only whole labels count.
#[must_use]
pub fn match_name(value: &str, certificate_name: &str) -> ConnectorNameMatch {
    use NamePattern::{Name, Wildcard};
    let expected = match NamePattern::parse(value) {
        Ok(pattern) => pattern,
        Err(error) => return without_pattern(error),
    };
    let Ok(presented) = NamePattern::parse(certificate_name) else {
        return ConnectorNameMatch::NoMatch(Mismatch::OtherName);
    };
    match (&expected, &presented) {
        (Name(value), Name(name)) => match name.labels_below(value) {
            Some(0) => ConnectorNameMatch::Match(Exactness::SameName),
            Some(_) => ConnectorNameMatch::NoMatch(Mismatch::BelowValue),
            None => ConnectorNameMatch::NoMatch(Mismatch::OtherName),
        },
        (Name(value), Wildcard(domain)) => {
            related(value.labels_below(domain).is_some(), OpenMatch::OnlyWildcardInCertificate)
        }
        (Wildcard(domain), Name(name)) => match name.labels_below(domain) {
            Some(0) => ConnectorNameMatch::Uncertain(OpenMatch::DomainOfWildcard),
            Some(1) => ConnectorNameMatch::Match(Exactness::OneLabelBelow),
            below => related(below.is_some(), OpenMatch::SeveralLabelsBelow),
        },
        (Wildcard(value), Wildcard(domain)) => match domain.labels_below(value) {
            Some(0) => ConnectorNameMatch::Match(Exactness::SameWildcard),
            below => related(below.is_some(), OpenMatch::SeveralLabelsBelow),
        },
    }
}

fn related(is_related: bool, open: OpenMatch) -> ConnectorNameMatch {
    if is_related {
        ConnectorNameMatch::Uncertain(open)
    } else {
        ConnectorNameMatch::NoMatch(Mismatch::OtherName)
    }
}

fn without_pattern(error: DomainNameError) -> ConnectorNameMatch {
    match error {
        DomainNameError::Empty => ConnectorNameMatch::NoMatch(Mismatch::NoValue),
        DomainNameError::MisplacedAsterisk => {
            ConnectorNameMatch::NoMatch(Mismatch::InvalidWildcard)
        }
        DomainNameError::NotADomainName => {
            ConnectorNameMatch::Uncertain(OpenMatch::UnreadableValue)
        }
    }
}

/// Compares a connector's value with every name of a certificate. Sources disagree on whether EOP
/// looks at the common name or at the alternative names: any name matches, and the closest is reported.
#[must_use]
pub fn match_certificate(value: &str, certificate: &CertificateNames) -> NameMatch {
    if let Err(error) = NamePattern::parse(value) {
        return NameMatch { relation: without_pattern(error), name: None };
    }
    let best = certificate
        .names
        .iter()
        .map(|name| (match_name(value, &name.text), name))
        // Of equals the first one, which max_by_key would pass over.
        .rev()
        .max_by_key(|(relation, _)| relation.rank());
    match best {
        Some((relation, name)) if relation.rank() > (0, 0) => {
            NameMatch { relation, name: Some(name.clone()) }
        }
        _ if !certificate.is_complete => NameMatch {
            relation: ConnectorNameMatch::Uncertain(OpenMatch::NamesIncomplete),
            name: None,
        },
        Some((relation, name)) => NameMatch {
            relation,
            name: (relation == ConnectorNameMatch::NoMatch(Mismatch::BelowValue))
                .then(|| name.clone()),
        },
        None => {
            NameMatch { relation: ConnectorNameMatch::NoMatch(Mismatch::OtherName), name: None }
        }
    }
}

impl ConnectorNameMatch {
    fn rank(self) -> (u8, u8) {
        match self {
            Self::Match(exactness) => (2, exactness as u8),
            Self::Uncertain(_) => (1, 0),
            Self::NoMatch(_) => (0, 0),
        }
    }
}

/// How exactly a connector's value distinguishes a server: a name before a wildcard, then the value
/// with more labels. Among connectors that match, the greatest wins (documented: the most exact).
#[must_use]
pub fn specificity(value: &str) -> (bool, usize) {
    NamePattern::parse(value).map_or((false, 0), |pattern| {
        (matches!(pattern, NamePattern::Name(_)), pattern.domain().label_count())
    })
}

/// The domain that a certificate's name needs among the accepted domains beside the connector's
/// value where it lies deeper than the value's wildcard: `host.sub.contoso.com` needs
/// `sub.contoso.com` (KB 4019940). `None` where the value itself decides.
#[must_use]
pub fn deeper_domain(value: &str, certificate_name: &str) -> Option<DomainName> {
    let NamePattern::Wildcard(domain) = NamePattern::parse(value).ok()? else { return None };
    let parent = match NamePattern::parse(certificate_name).ok()? {
        NamePattern::Name(name) => name.parent()?,
        NamePattern::Wildcard(parent) => parent,
    };
    parent.labels_below(&domain).filter(|below| *below > 0).map(|_| parent)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ConnectorNameMatch::{Match, NoMatch, Uncertain};
    use Exactness::{OneLabelBelow, SameName, SameWildcard};
    use Mismatch::{BelowValue, InvalidWildcard, NoValue, OtherName};
    use OpenMatch::{
        DomainOfWildcard, NamesIncomplete, OnlyWildcardInCertificate, SeveralLabelsBelow,
        UnreadableValue,
    };

    /// (row of the table "Name matching", connector, certificate name, relation)
    const TABLE: &[(&str, &str, &str, ConnectorNameMatch)] = &[
        ("row 1", "mail.contoso.com", "mail.contoso.com", Match(SameName)),
        ("row 1, case", "Mail.Contoso.com", "MAIL.CONTOSO.COM", Match(SameName)),
        ("row 1, final dot", "mail.contoso.com.", "mail.contoso.com", Match(SameName)),
        ("row 1, final dot", "mail.contoso.com", "mail.contoso.com.", Match(SameName)),
        ("row 1, IDN", "mail.b\u{fc}cher.example", "mail.xn--bcher-kva.example", Match(SameName)),
        ("row 1, IDN", "MAIL.XN--BCHER-KVA.example", "mail.B\u{dc}cher.example", Match(SameName)),
        ("row 2", "mail.contoso.com", "mail2.contoso.com", NoMatch(OtherName)),
        ("row 2", "mail.contoso.com", "contoso.com", NoMatch(OtherName)),
        ("row 3", "contoso.com", "mail.contoso.com", NoMatch(BelowValue)),
        ("row 4", "*.contoso.com", "*.contoso.com", Match(SameWildcard)),
        ("row 4", "*.contoso.com", "*.Contoso.COM.", Match(SameWildcard)),
        ("row 4", "*.contoso.com", "mail.contoso.com", Match(OneLabelBelow)),
        ("row 4, IDN", "*.b\u{fc}cher.example", "mail.xn--bcher-kva.example", Match(OneLabelBelow)),
        ("row 5", "*.contoso.com", "a.b.contoso.com", Uncertain(SeveralLabelsBelow)),
        ("row 5", "*.contoso.com", "*.b.contoso.com", Uncertain(SeveralLabelsBelow)),
        ("row 5", "*.contoso.com", "contoso.com", Uncertain(DomainOfWildcard)),
        ("row 6", "*.contoso.com", "mail.notcontoso.com", NoMatch(OtherName)),
        ("row 6", "*.contoso.com", "notcontoso.com", NoMatch(OtherName)),
        ("row 6", "*.contoso.com", "*.notcontoso.com", NoMatch(OtherName)),
        ("row 6", "contoso.com", "notcontoso.com", NoMatch(OtherName)),
        ("row 6", "*.mail.contoso.com", "*.contoso.com", NoMatch(OtherName)),
        ("row 7", "mail.contoso.com", "*.contoso.com", Uncertain(OnlyWildcardInCertificate)),
        ("row 7", "contoso.com", "*.contoso.com", Uncertain(OnlyWildcardInCertificate)),
        ("row 7, deeper", "a.b.contoso.com", "*.contoso.com", Uncertain(OnlyWildcardInCertificate)),
        ("row 7, border", "notcontoso.com", "*.contoso.com", NoMatch(OtherName)),
        ("section 1, invalid", "x.*.com", "x.contoso.com", NoMatch(InvalidWildcard)),
        ("section 1, invalid", "*", "mail.contoso.com", NoMatch(InvalidWildcard)),
        ("section 1, null", "", "mail.contoso.com", NoMatch(NoValue)),
        ("no name", "CN=mail.contoso.com", "mail.contoso.com", Uncertain(UnreadableValue)),
        ("a CN of words", "mail.contoso.com", "Contoso Mail Relay", NoMatch(OtherName)),
    ];

    #[test]
    fn every_row_of_the_name_matching_table_holds() {
        for (row, value, name, expected) in TABLE {
            assert_eq!(match_name(value, name), *expected, "{row}: {value} against {name}");
        }
    }

    #[test]
    fn any_name_matches_and_the_closest_is_reported() {
        let names = CertificateNames::new(
            ["Contoso Relay"],
            ["*.contoso.com", "mail.contoso.com", "mail.contoso.com"],
            true,
        );
        let found = match_certificate("mail.contoso.com", &names);
        assert_eq!(found.relation, Match(SameName));
        assert_eq!(found.name.unwrap().place.to_string(), "SAN 2");
        let found = match_certificate("*.contoso.com", &names);
        assert_eq!(found.relation, Match(SameWildcard));
        let found = match_certificate("relay.fabrikam.com", &names);
        assert_eq!((found.relation, found.name), (NoMatch(OtherName), None));
        let names = CertificateNames::new(["mail.contoso.com"], ["mail.contoso.com"], true);
        let found = match_certificate("mail.contoso.com", &names);
        assert_eq!(found.name.unwrap().place.to_string(), "CN");
    }

    #[test]
    fn names_left_out_by_a_log_leave_a_mismatch_open() {
        let names = CertificateNames::new(["mail.contoso.com"], [""; 0], false);
        let relation = |value| match_certificate(value, &names).relation;
        assert_eq!(relation("relay.contoso.com"), Uncertain(NamesIncomplete));
        assert_eq!(relation("mail.contoso.com"), Match(SameName));
        assert_eq!(relation(""), NoMatch(NoValue));
    }

    #[test]
    fn names_are_more_specific_than_wildcards_and_long_ones_than_short_ones() {
        assert!(specificity("contoso.com") > specificity("*.mail.contoso.com"));
        assert!(specificity("*.mail.contoso.com") > specificity("*.contoso.com"));
    }

    #[test]
    fn a_host_below_a_subdomain_needs_that_subdomain_accepted() {
        let deeper = |value, name| deeper_domain(value, name).map(|domain| domain.to_string());
        let expected = Some("sub.contoso.com".to_owned());
        assert_eq!(deeper("*.contoso.com", "host.sub.contoso.com"), expected, "KB 4019940");
        assert_eq!(deeper("*.contoso.com", "host.contoso.com"), None);
        assert_eq!(deeper("*.sub.contoso.com", "host.sub.contoso.com"), None);
        assert_eq!(deeper("host.sub.contoso.com", "host.sub.contoso.com"), None);
    }
}
