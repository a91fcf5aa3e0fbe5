//! Path building (RFC 4158): depth first, with backtracking, stopping at the first trusted
//! certificate of each path.

use super::budget::Budget;
use super::pool::Pool;
use super::signature::SignatureError;

/// How a path ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// At a trusted certificate.
    Trusted,
    /// At a certificate whose issuer is a root of Microsoft's programme, by name and key
    /// identifier; its key is not known.
    ProgrammeRoot,
    /// At a self-issued certificate that is not trusted.
    SelfIssued,
    /// At a certificate whose issuer is not there.
    MissingIssuer,
    /// All issuers stand in the path already.
    Cycle,
    /// At the greatest length that is looked at, with issuers left.
    TooLong,
    /// At a certificate with more issuers by name than are looked at, none of which signed it.
    TooManyIssuers,
}

/// What to do after a path was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// The search is over.
    Stop,
    /// Look for further paths.
    Continue,
    /// Nothing that begins with this many certificates of the path is of use.
    Backtrack(usize),
}

/// How many issuers of one name are looked at: a child with more is hostile, and the likeliest come
/// first.
pub(crate) const MAXIMUM_ISSUERS: usize = 32;

/// Who looks at the paths.
pub(crate) trait Visitor {
    /// Whether signatures are checked while building, so that only true issuers are followed.
    const CHECKS_SIGNATURES_FIRST: bool;

    /// Whether an issuer is worth following.
    fn admits(&mut self, pool: &Pool<'_>, issuer: usize, budget: &mut Budget) -> bool;

    /// Looks at a path: numbers in the pool, the end entity first.
    fn visit(&mut self, pool: &mut Pool<'_>, path: &[usize], end: End, budget: &mut Budget)
    -> Next;
}

/// Shows every path from the end entity to the visitor until it stops or the budget is used up.
pub(crate) fn search<V: Visitor>(
    pool: &mut Pool<'_>,
    now: i64,
    budget: &mut Budget,
    visitor: &mut V,
) {
    let mut path = vec![0];
    Search { pool, now, budget, visitor }.extend(&mut path);
}

struct Search<'s, 'a, V> {
    pool: &'s mut Pool<'a>,
    now: i64,
    budget: &'s mut Budget,
    visitor: &'s mut V,
}

impl<V: Visitor> Search<'_, '_, V> {
    /// The depth of the recursion is the length of the path, which is limited.
    fn extend(&mut self, path: &mut Vec<usize>) -> Next {
        let Some(&last) = path.last() else { return Next::Stop };
        if !self.budget.charge_step() {
            return Next::Stop;
        }
        if self.pool.is_trusted(last) {
            return self.complete(path, End::Trusted);
        }
        let all = self.pool.issuers_of(last, self.now);
        let has_more = all.len() > MAXIMUM_ISSUERS;
        let all = &all[..all.len().min(MAXIMUM_ISSUERS)];
        if has_more {
            self.budget.note_cut();
        }
        let has_trusted_issuer = || all.iter().any(|issuer| self.pool.is_trusted(*issuer));
        if self.pool.programme_issuer(last).is_some() && !has_trusted_issuer() {
            let next = self.complete(path, End::ProgrammeRoot);
            let is_over = matches!(next, Next::Backtrack(length) if length < path.len());
            if all.is_empty() || is_over || next == Next::Stop {
                return next;
            }
        }
        let is_new = |candidate: &usize| {
            path.iter().all(|member| !self.pool.is_same_authority(*member, *candidate))
        };
        let mut issuers: Vec<usize> = all.iter().copied().filter(is_new).collect();
        let has_only_known = issuers.is_empty() && !all.is_empty();
        if V::CHECKS_SIGNATURES_FIRST && !issuers.is_empty() {
            match self.true_issuers(last, issuers, has_more) {
                Some(found) => issuers = found,
                None => return self.complete(path, End::TooManyIssuers),
            }
        }
        if issuers.is_empty() {
            let end = if self.pool.certificate(last).is_self_issued() {
                End::SelfIssued
            } else if has_only_known {
                End::Cycle
            } else {
                End::MissingIssuer
            };
            return self.complete(path, end);
        }
        if path.len() >= self.budget.path_length() {
            self.budget.note_cut();
            return self.complete(path, End::TooLong);
        }
        for issuer in issuers {
            let is_bad = matches!(self.pool.known_signature(last, issuer), Some(Err(_)));
            let is_useless = is_bad && !V::CHECKS_SIGNATURES_FIRST;
            if is_useless || !self.visitor.admits(self.pool, issuer, self.budget) {
                continue;
            }
            path.push(issuer);
            let next = self.extend(path);
            path.pop();
            match next {
                Next::Stop => return Next::Stop,
                Next::Backtrack(length) if length < path.len() => return next,
                Next::Backtrack(_) | Next::Continue => {}
            }
        }
        Next::Continue
    }

    /// Those whose key verifies the certificate, or might; else those that claim to, so that the
    /// broken signature is reported. `None` if there are others that nobody looked at.
    fn true_issuers(
        &mut self,
        child: usize,
        issuers: Vec<usize>,
        has_more: bool,
    ) -> Option<Vec<usize>> {
        let mut is_cut = has_more;
        let mut claimed = Vec::new();
        let mut verified = Vec::new();
        for issuer in issuers {
            match self.pool.check_signature(child, issuer, self.budget) {
                Some(Ok(()) | Err(SignatureError::Unsupported)) => verified.push(issuer),
                Some(Err(SignatureError::Invalid)) => {
                    let (child, issuer_certificate) =
                        (self.pool.certificate(child), self.pool.certificate(issuer));
                    if child.names_key_of(issuer_certificate) != Some(false) {
                        claimed.push(issuer);
                    }
                }
                None => {
                    is_cut = true;
                    break;
                }
            }
        }
        match verified.is_empty() {
            false => Some(verified),
            true if is_cut => None,
            true => Some(claimed),
        }
    }

    fn complete(&mut self, path: &[usize], end: End) -> Next {
        if !self.budget.charge_path() {
            return Next::Stop;
        }
        self.visitor.visit(self.pool, path, end, self.budget)
    }
}
