//! The verdict alone: cheap checks first, signatures last, nothing worded.

use super::budget::Budget;
use super::certificate_checks::check_certificate;
use super::embedded_roots::embedded_roots;
use super::findings::Findings;
use super::path_checks::check_path;
use super::pool::{Origin, Pool};
use super::request::ChainRequest;
use super::revocation::check_revocation;
use super::role::Role;
use super::rule::Profile;
use super::search::{End, Next, Visitor, search};
use crate::certificate::Certificate;

/// Whether some path is accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChainVerdict {
    /// A path without errors leads to a trusted certificate.
    Accepted,
    /// No path does.
    Refused,
    /// No path was found with the work that is allowed.
    BudgetExhausted,
}

/// Judges a chain. A report ([`super::report`]) comes to the same verdict and gives reasons.
#[must_use]
pub fn verdict(request: &ChainRequest<'_>) -> ChainVerdict {
    let now = request.seconds();
    let mut alone = Findings::errors_only(request.profile);
    check_certificate(request.end_entity, Role::EndEntity, 0, now, &mut alone);
    if alone.has_error() {
        return ChainVerdict::Refused;
    }
    let mut pool = fill_pool(request);
    let mut budget = Budget::new(request.limits);
    let reaches_trust = pool.reaches_trust();
    if !reaches_trust[0] {
        return ChainVerdict::Refused;
    }
    let mut judge = Judge {
        request,
        now,
        admitted: vec![None; reaches_trust.len()],
        reaches_trust,
        is_accepted: false,
    };
    search(&mut pool, now, &mut budget, &mut judge);
    match judge.is_accepted {
        true => ChainVerdict::Accepted,
        false if budget.is_cut() => ChainVerdict::BudgetExhausted,
        false => ChainVerdict::Refused,
    }
}

/// The certificates of a request.
pub(crate) fn fill_pool<'a>(request: &ChainRequest<'a>) -> Pool<'a> {
    let mut pool = Pool::new(request.end_entity);
    if request.with_embedded_roots {
        pool.follow_programme();
    }
    pool.add(request.known, Origin::Known);
    pool.add(request.intermediates.unwrap_or_default(), Origin::IntermediateStore);
    let is_root = |certificate: &&Certificate| certificate.is_self_issued();
    pool.add(request.root_store.iter().filter(is_root), Origin::RootStore);
    // Windows takes no certificate for a root that is not self-issued (KB 2795828), but sends it.
    let others = request.root_store.iter().filter(|certificate| !is_root(certificate));
    pool.add(others, Origin::IntermediateStore);
    pool.add(request.programme_roots, Origin::ProgrammeRoot);
    if request.with_embedded_roots {
        pool.add(embedded_roots(), Origin::EmbeddedRoot);
    }
    pool.add(request.roots, Origin::GivenRoot);
    pool
}

struct Judge<'r, 'a> {
    request: &'r ChainRequest<'a>,
    now: i64,
    reaches_trust: Vec<bool>,
    /// Whether a certificate is free of errors by itself, as far as it was looked at.
    admitted: Vec<Option<bool>>,
    is_accepted: bool,
}

impl Visitor for Judge<'_, '_> {
    const CHECKS_SIGNATURES_FIRST: bool = false;

    fn admits(&mut self, pool: &Pool<'_>, issuer: usize, _: &mut Budget) -> bool {
        let (profile, now): (Profile, i64) = (self.request.profile, self.now);
        self.reaches_trust[issuer]
            && *self.admitted[issuer].get_or_insert_with(|| {
                let role = if pool.is_trusted(issuer) { Role::Anchor } else { Role::Intermediate };
                let mut findings = Findings::errors_only(profile);
                check_certificate(pool.certificate(issuer), role, 1, now, &mut findings);
                !findings.has_error()
            })
    }

    fn visit(
        &mut self,
        pool: &mut Pool<'_>,
        path: &[usize],
        end: End,
        budget: &mut Budget,
    ) -> Next {
        if !matches!(end, End::Trusted | End::ProgrammeRoot) {
            return Next::Continue;
        }
        let root = path.last().and_then(|last| pool.programme_issuer(*last));
        if end == End::ProgrammeRoot && root.is_some_and(|root| root.has_expired(self.request.at)) {
            return Next::Continue;
        }
        let mut findings = Findings::errors_only(self.request.profile);
        let certificates: Vec<&Certificate> =
            path.iter().map(|index| pool.certificate(*index)).collect();
        check_path(self.request, &certificates, end == End::Trusted, budget, &mut findings);
        if findings.has_error() {
            return Next::Continue;
        }
        for (position, pair) in path.windows(2).enumerate() {
            match pool.check_signature(pair[0], pair[1], budget) {
                Some(Ok(())) => {}
                Some(Err(_)) => return Next::Backtrack(position + 1),
                None => return Next::Stop,
            }
        }
        if !self.request.revocation_lists.is_empty() {
            let lists = self.request.revocation_lists;
            check_revocation(lists, pool, path, self.now, budget, &mut findings);
        }
        if findings.has_error() {
            return Next::Continue;
        }
        self.is_accepted = true;
        Next::Stop
    }
}
