//! Whether certificates are revoked (RFC 5280, section 6.3), by lists that are given: complete ones,
//! delta lists beside their base, and indirect ones.

use super::budget::Budget;
use super::findings::Findings;
use super::pool::Pool;
use super::revocation_list::{ALL_REASONS, Coverage, RevocationList};
use super::rule::Rule;
use super::search::MAXIMUM_ISSUERS;
use crate::certificate::{Certificate, DistinguishedName, GeneralName, hexadecimal};

/// Looks every certificate of a path, but for its last, up in the lists of its issuer.
pub(crate) fn check_revocation(
    lists: &[RevocationList],
    pool: &mut Pool<'_>,
    path: &[usize],
    now: i64,
    budget: &mut Budget,
    findings: &mut Findings,
) {
    for position in 0..path.len() - 1 {
        let certificate = pool.certificate(path[position]);
        let signers: Vec<Signers<'_>> = list_issuers(certificate)
            .into_iter()
            .map(|name| Signers {
                name,
                certificates: signers(lists, pool, path, (position + 1, name), now, budget),
            })
            .collect();
        look_up(lists, (certificate, position), &signers, now, budget, findings);
    }
}

/// Whoever may sign the lists of one name.
struct Signers<'a> {
    name: &'a DistinguishedName,
    certificates: Vec<&'a Certificate>,
}

/// The most issuers of indirect lists that are looked at for a certificate.
const MAXIMUM_LIST_ISSUERS: usize = 8;

/// Whose lists may speak of a certificate: its issuer's, and those whom its distribution points name
/// (section 4.2.1.13, cRLIssuer).
fn list_issuers(certificate: &Certificate) -> Vec<&DistinguishedName> {
    let mut names = vec![&certificate.issuer];
    let points = certificate.extensions.distribution_points.iter().flatten();
    for name in points.flat_map(|point| point.issuers.iter().flatten()) {
        match name {
            GeneralName::Directory(name)
                if !names.contains(&name) && names.len() < MAXIMUM_LIST_ISSUERS =>
            {
                names.push(name);
            }
            _ => {}
        }
    }
    names
}

/// Whoever may sign the lists of a name: the issuer in the path where it is its own, and other keys of
/// that name that the path certifies (RFC 5280, section 6.3.3 (f): keys that were changed, keys for
/// lists alone, issuers of indirect lists).
fn signers<'a>(
    lists: &[RevocationList],
    pool: &mut Pool<'a>,
    path: &[usize],
    (issuer, name): (usize, &DistinguishedName),
    now: i64,
    budget: &mut Budget,
) -> Vec<&'a Certificate> {
    // What any list says against it is enough to do without it.
    let is_listed = |certificate: &Certificate| {
        let mut own = lists.iter();
        own.any(|list| list.lists(certificate))
    };
    let own = pool.certificate(path[issuer]);
    let mut signers: Vec<&Certificate> =
        (own.subject == *name).then_some(own).into_iter().collect();
    let same_name: Vec<usize> = pool.of_name(name).iter().copied().take(MAXIMUM_ISSUERS).collect();
    for other in same_name {
        let certificate = pool.certificate(other);
        let is_current = (certificate.not_before..=certificate.not_after).contains(&now);
        if other == path[issuer] || !is_current {
            continue;
        }
        let is_certified = path.contains(&other)
            || !is_listed(certificate)
                && path[issuer..].iter().any(|above| {
                    pool.certificate(*above).subject == certificate.issuer
                        && pool.check_signature(other, *above, budget) == Some(Ok(()))
                });
        if is_certified {
            signers.push(certificate);
        }
    }
    signers
}

fn look_up(
    lists: &[RevocationList],
    (certificate, position): (&Certificate, usize),
    signers: &[Signers<'_>],
    now: i64,
    budget: &mut Budget,
    findings: &mut Findings,
) {
    let of_list = |list: &RevocationList| -> &[&Certificate] {
        let known = signers.iter().find(|known| *known.name == list.issuer);
        known.map_or(&[], |known| &known.certificates)
    };
    let (mut complete, mut deltas, mut unfit) = (Vec::<&RevocationList>::new(), Vec::new(), None);
    for list in lists {
        match list.coverage(certificate, of_list(list)) {
            Coverage::Covers => complete.push(list),
            Coverage::Delta => deltas.push(list),
            Coverage::Nothing(reason) if list.issuer == certificate.issuer => {
                unfit = unfit.or(Some(reason));
            }
            Coverage::Nothing(_) => {}
        }
    }
    let mut obstacles = Vec::new();
    let mut usable = |list: &&RevocationList| {
        let obstacle = list.obstacle(of_list(list), now, budget);
        // Revocation does not end with the list that says it.
        let is_listed = !list.is_current(now) && list.lists(certificate);
        let also = if is_listed { "; it lists the certificate as revoked" } else { "" };
        obstacles.extend(obstacle.map(|obstacle| format!("{obstacle}{also}")));
        obstacle.is_none()
    };
    complete.retain(&mut usable);
    let (deltas, mut unused): (Vec<_>, Vec<_>) = deltas.into_iter().partition(usable);
    // Whoever signed an old one said so; of one whose signature does not hold nobody did.
    let says_so =
        |list: &&RevocationList| list.entry(certificate).is_some_and(|entry| !entry.is_removal);
    let mut is_listed = unused.iter().any(|list| !list.is_current(now) && says_so(list));
    let mut reasons = 0;
    for base in &complete {
        reasons |= base.scope.reasons;
        // The newest delta has the last word.
        let mut own: Vec<_> = deltas.iter().filter(|delta| delta.refines(base)).collect();
        own.sort_by(|one, other| other.order(one));
        let mut entries = own.iter().map(|delta| **delta).chain([*base]);
        let found = entries.find_map(|list| list.entry(certificate));
        if found.is_some_and(|entry| !entry.is_removal) {
            findings.add(Rule::Revoked, position, || {
                format!("serial number {}", hexadecimal(&certificate.serial))
            });
        }
    }
    let has_base = |delta: &&RevocationList| complete.iter().any(|base| delta.refines(base));
    let without_base: Vec<_> = deltas.into_iter().filter(|delta| !has_base(delta)).collect();
    is_listed |= without_base.iter().any(says_so);
    unused.extend(without_base);
    if !unused.is_empty() {
        findings.add(Rule::DeltaListNotUsed, position, || {
            if is_listed { "it lists the certificate as revoked".to_owned() } else { String::new() }
        });
    }
    if budget.is_exhausted() {
        findings.add_plain(Rule::BudgetExhausted, position);
    } else if reasons == ALL_REASONS {
        // Whether it is revoked is known.
    } else if let Some(obstacle) = obstacles.into_iter().next() {
        findings.add(Rule::RevocationListNotUsable, position, || obstacle);
    } else if reasons != 0 {
        findings.add(Rule::RevocationListNotUsable, position, || {
            "the lists cover some reasons only".to_owned()
        });
    } else {
        findings.add(Rule::RevocationUnknown, position, || {
            unfit.map(|reason| format!("of that of its issuer, {reason}")).unwrap_or_default()
        });
    }
}
