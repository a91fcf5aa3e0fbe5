//! The pair of names that comes closest where nothing matches.

use serde::Serialize;

use super::certificate_names::{CertificateName, CertificateNames};
use super::domain_name::{DomainName, NamePattern};

/// How two names that do not match relate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "PascalCase")]
pub enum MissKind {
    /// The certificate's name lies below the connector's value: `contoso.com`, `mail.contoso.com`.
    BelowValue,
    /// Both lie directly below the same domain: `mail.contoso.com`, `mail2.contoso.com`.
    SameParent,
    /// One or two letters differ between the domains: `contoso.com`, `contosso.com`.
    Misspelt,
    /// The connector's domain lies below that of the certificate's name.
    AboveValue,
    /// Nothing in common.
    Unrelated,
}

/// The connector's value and the certificate's name that come closest without a match.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct NearestMiss {
    /// The connector's place in the list that was given.
    pub connector: usize,
    /// What it expects.
    pub expected: String,
    /// What the certificate has.
    pub found: CertificateName,
    /// How the two relate.
    pub kind: MissKind,
    /// How many letters differ between the names, from their ends aligned label by label.
    pub edit_distance: usize,
}

/// How many differing letters still look like a slip.
const SLIP: usize = 2;

/// The nearest pair among connector values (with the places of the connectors) and names; `None`
/// without a readable pair.
#[must_use]
pub fn nearest_miss<'a>(
    values: impl IntoIterator<Item = (usize, &'a str)>,
    certificate: &CertificateNames,
) -> Option<NearestMiss> {
    let pairs = values.into_iter().flat_map(|(connector, value)| {
        certificate.names.iter().filter_map(move |name| miss(connector, value, name))
    });
    pairs.min_by_key(|miss| (miss.kind, miss.edit_distance))
}

fn miss(connector: usize, value: &str, name: &CertificateName) -> Option<NearestMiss> {
    let expected = NamePattern::parse(value).ok()?;
    let found = NamePattern::parse(&name.text).ok()?;
    let (domain, presented) = (expected.domain(), found.domain());
    let edit_distance = aligned_distance(domain, presented);
    let is_sibling = domain.parent().is_some_and(|parent| {
        parent.label_count() > 1 && presented.parent().as_ref() == Some(&parent)
    });
    let kind = if presented.labels_below(domain).is_some() {
        MissKind::BelowValue
    } else if (1..=SLIP).contains(&edit_distance) && !is_sibling {
        MissKind::Misspelt
    } else if is_sibling {
        MissKind::SameParent
    } else if domain.labels_below(presented).is_some() {
        MissKind::AboveValue
    } else {
        MissKind::Unrelated
    };
    let expected = value.trim().to_owned();
    Some(NearestMiss { connector, expected, found: name.clone(), kind, edit_distance })
}

/// The edit distance between the labels that both names have, counted from the end.
fn aligned_distance(one: &DomainName, other: &DomainName) -> usize {
    let labels = one.label_count().min(other.label_count());
    strsim::osa_distance(last_labels(one, labels), last_labels(other, labels))
}

fn last_labels(name: &DomainName, count: usize) -> &str {
    let text = name.as_str();
    text.rmatch_indices('.').nth(count - 1).map_or(text, |(dot, _)| &text[dot + 1..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_pair_is_named_with_its_kind() {
        for (values, names, expected, found, kind) in [
            (vec!["*.contoso.com"], vec!["mail.contosso.com"], 0, 0, MissKind::Misspelt),
            (
                vec!["fabrikam.com", "mail.contoso.com"],
                vec!["mail2.contoso.com"],
                1,
                0,
                MissKind::SameParent,
            ),
            (
                vec!["contoso.com"],
                vec!["x.example", "mail.contoso.com"],
                0,
                1,
                MissKind::BelowValue,
            ),
            (vec!["mail.contoso.com"], vec!["contoso.com"], 0, 0, MissKind::AboveValue),
            (vec!["mail.contoso.com"], vec!["relay.fabrikam.net"], 0, 0, MissKind::Unrelated),
            (vec!["contoso.com"], vec!["fabrikam.com"], 0, 0, MissKind::Unrelated),
        ] {
            let certificate = CertificateNames::new([""; 0], names.clone(), true);
            let values = values.iter().copied().enumerate();
            let miss = nearest_miss(values, &certificate).unwrap();
            assert_eq!((miss.connector, &*miss.found.text), (expected, names[found]), "{names:?}");
            assert_eq!(miss.kind, kind, "{names:?}");
        }
    }

    #[test]
    fn letters_that_differ_are_counted_from_the_ends_of_the_names() {
        for (value, name, letters) in [
            ("*.contoso.com", "mail.contosso.com", 1),
            ("mail.contoso.com", "contsoo.com", 1),
            ("mail.contoso.com", "mail2.contoso.com", 1),
            ("mail.contoso.com", "mail.contoso.com", 0),
            ("contoso.com", "contoso.net", 3),
        ] {
            let certificate = CertificateNames::new([""; 0], [name], true);
            let miss = nearest_miss([(0, value)], &certificate).unwrap();
            assert_eq!(miss.edit_distance, letters, "{value} {name}");
        }
    }

    #[test]
    fn without_readable_names_there_is_no_pair() {
        let certificate = CertificateNames::new(["Contoso Relay"], [""; 0], true);
        assert_eq!(nearest_miss([(0, "mail.contoso.com")], &certificate), None);
        assert_eq!(nearest_miss([(0, "")], &certificate), None);
    }
}
