//! The roots of Microsoft's programme, which Exchange Online is taken to follow: names, key
//! identifiers and thumbprints, but no keys, so that no signature of such a root can be verified.
//!
//! `microsoft_programme.tsv` is made by `examples/microsoft_programme.rs` from the CCADB's public
//! report (CDLA-Permissive-2.0).

use std::collections::HashMap;

use once_cell::sync::Lazy;
use serde::Serialize;

use crate::certificate::{Certificate, Thumbprint, X500Name};
use crate::named_enum::named_enum;
use crate::timestamp::{TICKS_PER_DAY, Timestamp};

named_enum! {
    /// What the programme says of a root.
    ProgrammeState {
        /// It is in the programme.
        Trusted = 1,
        /// It was taken out: no longer trusted, or not for what was issued after some day.
        Blocked = 2,
    }
}

/// A root of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ProgrammeRoot {
    /// What the programme says of it.
    pub state: ProgrammeState,
    /// Its SHA-1 thumbprint.
    pub thumbprint: Thumbprint,
    /// Its subject, a Windows X.500 string.
    pub subject: X500Name,
    /// The last day of its validity.
    pub not_after: Timestamp,
}

impl ProgrammeRoot {
    /// Whether it is in the programme, and its last day is over.
    #[must_use]
    pub fn has_expired(&self, at: Timestamp) -> bool {
        self.state == ProgrammeState::Trusted
            && at.ticks() >= self.not_after.ticks().saturating_add(TICKS_PER_DAY)
    }
}

struct Programme {
    date: &'static str,
    by_thumbprint: HashMap<Thumbprint, ProgrammeRoot>,
    /// Subject key identifier -> thumbprints, those of trusted roots first.
    by_key: HashMap<Vec<u8>, Vec<Thumbprint>>,
}

static PROGRAMME: Lazy<Programme> = Lazy::new(|| {
    let mut lines = include_str!("microsoft_programme.tsv").lines();
    let date = lines.next().unwrap_or_default();
    let mut programme = Programme { date, by_thumbprint: HashMap::new(), by_key: HashMap::new() };
    let rows: Vec<(ProgrammeRoot, Vec<u8>)> = lines.filter_map(parse_row).collect();
    for state in [ProgrammeState::Trusted, ProgrammeState::Blocked] {
        for (root, key) in rows.iter().filter(|(root, _)| root.state == state) {
            programme.by_thumbprint.entry(root.thumbprint).or_insert_with(|| root.clone());
            if !key.is_empty() {
                programme.by_key.entry(key.clone()).or_default().push(root.thumbprint);
            }
        }
    }
    programme
});

fn parse_row(line: &str) -> Option<(ProgrammeRoot, Vec<u8>)> {
    let mut columns = line.split('\t');
    let state = ProgrammeState::from_name(columns.next()?)?;
    let thumbprint = columns.next()?.parse().ok()?;
    let key = columns.next()?.as_bytes().chunks(2);
    let key: Option<Vec<u8>> =
        key.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect();
    let subject = columns.next()?.parse().ok()?;
    let not_after = Timestamp::parse(columns.next()?)?;
    Some((ProgrammeRoot { state, thumbprint, subject, not_after }, key?))
}

/// The day on which the list was published: `2026-07-19`.
#[must_use]
pub fn programme_date() -> &'static str {
    PROGRAMME.date
}

/// The root that is this very certificate.
#[must_use]
pub fn programme_root(certificate: &Certificate) -> Option<&'static ProgrammeRoot> {
    PROGRAMME.by_thumbprint.get(&certificate.thumbprint())
}

/// The root that a certificate names as its issuer, by name and key identifier: whether its key
/// really signed the certificate is not known.
#[must_use]
pub fn programme_issuer(certificate: &Certificate) -> Option<&'static ProgrammeRoot> {
    let key = certificate.authority_key_identifier()?;
    let roots = PROGRAMME.by_key.get(key)?;
    let issuer = certificate.issuer.to_x500();
    let roots = roots.iter().filter_map(|thumbprint| PROGRAMME.by_thumbprint.get(thumbprint));
    roots.into_iter().find(|root| {
        root.subject.relation_to(&issuer) != crate::certificate::NameRelation::Different
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_list_is_read() {
        let rows = include_str!("microsoft_programme.tsv").lines().count() - 1;
        assert_eq!(PROGRAMME.by_thumbprint.len(), rows);
        let count =
            |state| PROGRAMME.by_thumbprint.values().filter(|root| root.state == state).count();
        assert_eq!((count(ProgrammeState::Trusted), count(ProgrammeState::Blocked)), (331, 218));
        assert_eq!(programme_date().len(), "2026-07-19".len());
    }

    #[test]
    fn roots_that_both_lists_hold_are_found_by_their_certificates() {
        let shared = super::super::embedded_roots()
            .iter()
            .filter(|root| {
                programme_root(root).is_some_and(|row| row.state == ProgrammeState::Trusted)
            })
            .count();
        assert!(shared > 90, "{shared}");
        for root in super::super::embedded_roots() {
            let Some(row) = programme_root(root) else { continue };
            assert_eq!(
                row.subject.relation_to(&root.subject.to_x500()),
                crate::certificate::NameRelation::Same,
                "{}",
                root.subject
            );
        }
    }
}
