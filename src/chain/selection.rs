//! Which certificate of a file is the one to judge.

use std::collections::{HashMap, HashSet};

use crate::certificate::{Certificate, DistinguishedName, Skipped};

/// Several certificates, of which none or more than one could be the one to judge.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "of its {count} {}certificate{}, {} could be the one to judge ({}){}: give that one in a file of \
     its own, and the others as intermediates",
    if damaged.is_some() { "readable " } else { "" },
    if *count == 1 { "" } else { "s" },
    if candidates.is_empty() { "none".to_owned() } else { candidates.len().to_string() },
    if candidates.is_empty() {
        "all are authorities or issued another".to_owned()
    } else {
        candidates.join("; ")
    },
    damaged.as_ref().map(|part| format!(", and another part is damaged ({part})")).unwrap_or_default()
)]
pub struct NotOneCertificate {
    /// How many certificates there are.
    pub count: usize,
    /// The subjects, with thumbprints, of those that issued none of the others and are no
    /// authority; at most eight.
    pub candidates: Vec<String>,
    /// The first part of the file that could not be read, which may be the one to judge.
    pub damaged: Option<Skipped>,
}

/// How many certificates below one are looked at: the first that it issued decides.
const MAXIMUM_CHILDREN: usize = 64;

/// The certificate of a file that is to be judged, and the others: the only one there is, or the
/// only one that issued none of the others and is no authority. The order means nothing: a P7B is a
/// SET, which DER sorts (X.690, section 11.6). An authority alone is not judged beside a damaged part:
/// that may have been the one. `skipped` is what else the file holds.
///
/// # Errors
/// [`NotOneCertificate`] where that is not exactly one.
pub fn judged_of(
    certificates: Vec<Certificate>,
    skipped: &[Skipped],
) -> Result<(Certificate, Vec<Certificate>), NotOneCertificate> {
    const MAXIMUM_NAMED: usize = 8;
    let mut seen = HashSet::new();
    let mut distinct = certificates;
    distinct.retain(|one| seen.insert(one.thumbprint()));
    // Who issued whom, by names first: the number of pairs must not grow with its square.
    let mut issued: HashMap<&DistinguishedName, Vec<&Certificate>> = HashMap::new();
    for one in distinct.iter().filter(|one| !one.is_self_issued()) {
        issued.entry(&one.issuer).or_default().push(one);
    }
    let issued_another = |one: &Certificate| {
        issued.get(&one.subject).is_some_and(|children| {
            let mut children = children.iter().take(MAXIMUM_CHILDREN);
            children.any(|child| child.names_key_of(one) != Some(false))
        })
    };
    let damaged = skipped.iter().find(|part| part.is_damaged);
    let candidates: Vec<usize> = match distinct.len() {
        1 if damaged.is_none() => vec![0],
        count => (0..count)
            .filter(|at| !distinct[*at].is_authority() && !issued_another(&distinct[*at]))
            .collect(),
    };
    let [judged] = candidates[..] else {
        let named =
            |at: &usize| format!("{} ({})", distinct[*at].subject, distinct[*at].thumbprint());
        return Err(NotOneCertificate {
            count: distinct.len(),
            candidates: candidates.iter().take(MAXIMUM_NAMED).map(named).collect(),
            damaged: damaged.cloned(),
        });
    };
    let judged = distinct.remove(judged);
    Ok((judged, distinct))
}
