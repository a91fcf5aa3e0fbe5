//! Whether the server can send the chain: which certificates it has, and which are missing.
//!
//! In a handshake Schannel sends what it finds in the machine's stores. A chain that validates on
//! the server, because Windows may download issuers there, can still leave the server without them
//! (KB 3212877): completeness is judged from the stores alone, apart from trust.

use serde::Serialize;

use super::findings::Findings;
use super::pool::{Origin, Pool};
use super::request::{ChainRequest, lacks_only_a_root};
use super::rule::Rule;
use super::search::End;
use super::words::named;
use crate::certificate::{Certificate, Thumbprint, hexadecimal};

/// Whether the server can send all intermediates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub enum Completeness {
    /// All of them lie in the given stores.
    Complete,
    /// At least one does not.
    Incomplete,
    /// Nothing is known about the stores.
    Unknown,
}

/// An issuer that is not there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct MissingIssuer {
    /// Its subject, a Windows X.500 string.
    pub subject: String,
    /// Its subject key identifier in hexadecimal digits, if its child says.
    pub key_identifier: Option<String>,
    /// Where its child says that it can be had (authorityInfoAccess).
    pub urls: Vec<String>,
    /// The thumbprint of the certificate that it issued.
    pub issued: Thumbprint,
    /// Its thumbprint, if it was found among the given certificates, outside the stores.
    pub found: Option<Thumbprint>,
}

/// How a certificate of the path could reach the receiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// The end entity and what the stores hold.
    Present,
    /// The root, which the receiver has, or has not.
    Root,
    /// An intermediate that is in no store.
    Absent,
}

/// What each certificate of a path is to the handshake.
pub(crate) fn needs(pool: &Pool<'_>, path: &[usize]) -> Vec<Need> {
    path.iter()
        .enumerate()
        .map(|(position, index)| {
            let entry = pool.entry(*index);
            let is_last = position + 1 == path.len();
            match entry.origin {
                _ if position == 0 => Need::Present,
                _ if is_last && entry.certificate.is_self_issued() => Need::Root,
                Origin::IntermediateStore
                | Origin::RootStore
                | Origin::ProgrammeRoot
                | Origin::GivenRoot => Need::Present,
                // An anchor that is no root of its own, and not in the stores.
                Origin::EmbeddedRoot | Origin::Known | Origin::EndEntity => Need::Absent,
            }
        })
        .collect()
}

/// Judges a path.
pub(crate) fn completeness(
    request: &ChainRequest<'_>,
    pool: &Pool<'_>,
    path: &[usize],
    end: End,
) -> Completeness {
    let reaches_a_root = matches!(end, End::Trusted | End::ProgrammeRoot | End::SelfIssued);
    if path.len() == 1 && reaches_a_root {
        return Completeness::Complete;
    }
    if request.intermediates.is_none() {
        return Completeness::Unknown;
    }
    if needs(pool, path).contains(&Need::Absent) {
        return Completeness::Incomplete;
    }
    let (position, last) = (path.len() - 1, pool.certificate(path[path.len() - 1]));
    match end {
        _ if reaches_a_root => Completeness::Complete,
        End::Cycle | End::MissingIssuer if lacks_only_a_root(last, position) => {
            // Authorities below a root often say of no place where it could be had, as receivers
            // have it or do not trust it.
            if last.issuer_urls().is_empty() {
                Completeness::Complete
            } else {
                Completeness::Unknown
            }
        }
        // What was not looked at may be there.
        End::TooLong | End::TooManyIssuers => Completeness::Unknown,
        _ => Completeness::Incomplete,
    }
}

/// The issuers that are missing from the stores, from the end entity up.
pub(crate) fn missing_issuers(pool: &Pool<'_>, path: &[usize], end: End) -> Vec<MissingIssuer> {
    let describe = |child: &Certificate, found: Option<Thumbprint>| MissingIssuer {
        subject: child.issuer.to_string(),
        key_identifier: child.authority_key_identifier().map(hexadecimal),
        urls: child.issuer_urls().to_vec(),
        issued: child.thumbprint(),
        found,
    };
    let mut missing = Vec::new();
    for (position, need) in needs(pool, path).into_iter().enumerate() {
        if need == Need::Absent {
            let child = pool.certificate(path[position - 1]);
            let found = pool.certificate(path[position]).thumbprint();
            missing.push(describe(child, Some(found)));
        }
    }
    // Of roots that sign each other every certificate that could help a server is there.
    if end == End::MissingIssuer
        && let Some(last) = path.last()
    {
        missing.push(describe(pool.certificate(*last), None));
    }
    missing
}

/// Says what the stores lack, and what lies in the wrong one.
pub(crate) fn check_stores(
    request: &ChainRequest<'_>,
    pool: &Pool<'_>,
    path: &[usize],
    end: End,
    findings: &mut Findings,
) {
    for certificate in request.intermediates.unwrap_or_default() {
        if certificate.looks_self_signed() {
            findings.add(Rule::RootInIntermediateStore, 0, || named(certificate));
        }
    }
    for certificate in request.roots.iter().chain(request.root_store) {
        if !certificate.is_self_issued() {
            findings.add(Rule::IntermediateInRootStore, 0, || named(certificate));
        }
    }
    if completeness(request, pool, path, end) != Completeness::Incomplete {
        return;
    }
    for (position, need) in needs(pool, path).into_iter().enumerate() {
        if need == Need::Absent {
            let certificate = pool.certificate(path[position]);
            findings.add(Rule::IntermediateNotInStore, position, || named(certificate));
        }
    }
    let can_be_downloaded = missing_issuers(pool, path, end).iter().any(|m| !m.urls.is_empty());
    findings.add_if(can_be_downloaded, Rule::ChainOnlyThroughDownload, 0);
}

/// A root of the server's own store that ends the chain before the cross-signed certificate of the
/// same authority, with the position of that certificate in the path. Windows prefers the shorter
/// chain, and then sends nothing above it.
pub(crate) fn shortening_root(pool: &Pool<'_>, path: &[usize]) -> Option<(usize, usize)> {
    let is_shortening = |child: usize, index: usize, candidate: &usize| {
        let entry = pool.entry(*candidate);
        entry.origin == Origin::RootStore
            && entry.certificate.is_self_issued()
            && pool.is_same_authority(*candidate, index)
            && pool.known_signature(child, *candidate) == Some(Ok(()))
    };
    path.windows(2).enumerate().find_map(|(below, pair)| {
        let (child, index) = (pair[0], pair[1]);
        if pool.certificate(index).is_self_issued() {
            return None;
        }
        let root = pool.issuers_by_name(child).iter().find(|one| is_shortening(child, index, one));
        root.map(|root| (below + 1, *root))
    })
}
