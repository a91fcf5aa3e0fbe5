//! All paths of a chain, each with all its reasons, and which of them is the one to report.

use std::cmp::Reverse;

use super::budget::Budget;
use super::certificate_checks::{check_certificate, check_expiry};
use super::completeness::check_stores;
use super::findings::{Finding, Findings};
use super::microsoft_programme::{ProgrammeRoot, ProgrammeState, programme_date, programme_root};
use super::path_checks::check_path;
use super::pool::Pool;
use super::private_authority::private_authority_evidence;
use super::request::{ChainRequest, lacks_only_a_root};
use super::revocation::check_revocation;
use super::role::Role;
use super::rule::Rule;
use super::search::{End, MAXIMUM_ISSUERS, Next, Visitor, search};
use super::signature::{SignatureError, SignatureHash, hash_of};
use super::words::{named, shown};
use crate::certificate::{Certificate, hexadecimal};
use crate::finding::Severity;

/// A path and what is wrong with it.
#[derive(Clone, Debug)]
pub(crate) struct Evaluated {
    /// Numbers in the pool, the end entity first.
    pub path: Vec<usize>,
    pub end: End,
    /// The most significant first.
    pub findings: Vec<Finding>,
}

impl Evaluated {
    pub fn errors(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.severity == Severity::Error)
    }

    pub fn is_accepted(&self) -> bool {
        self.errors().next().is_none()
    }

    /// The less, the better: breaches that make a chain worthless count before breaches of form,
    /// both before warnings; among equals the least significant first breach.
    fn severity_key(&self) -> (usize, usize, Reverse<usize>, usize) {
        let is_grave = |finding: &&Finding| finding.rule < Rule::Sha1Signature;
        let grave = self.errors().filter(is_grave).count();
        let formal = self.errors().count() - grave;
        let first = self.errors().map(|finding| finding.rule.rank()).min();
        let warnings = self.findings.iter().filter(|f| f.severity == Severity::Warning).count();
        (grave, formal, Reverse(first.unwrap_or(usize::MAX)), warnings)
    }
}

/// What the search found.
#[derive(Debug)]
pub(crate) struct Survey {
    /// The path to report.
    pub best: Evaluated,
    /// The others, the better first.
    pub others: Vec<Evaluated>,
    /// How many paths were looked at.
    pub path_count: usize,
    /// Whether the search ended for want of budget.
    pub is_cut_short: bool,
}

/// How many paths are kept, the best included.
const MAXIMUM_KEPT: usize = 16;

/// Looks at every path that the budget allows.
pub(crate) fn survey<'a>(request: &ChainRequest<'a>, pool: &mut Pool<'a>) -> Survey {
    let now = request.seconds();
    let mut budget = Budget::new(request.limits);
    let mut surveyor = Surveyor { request, now, kept: Vec::new(), count: 0 };
    search(pool, now, &mut budget, &mut surveyor);
    let Surveyor { kept, count: path_count, .. } = surveyor;
    let (is_exhausted, is_cut_short) = (budget.is_exhausted(), budget.is_cut());
    let mut kept = kept.into_iter();
    let nothing = Evaluated { path: vec![0], end: End::TooLong, findings: Vec::new() };
    let mut best = kept.next().unwrap_or(nothing);
    let is_settled = path_count > 0 && best.is_accepted();
    let is_reported = best.findings.iter().any(|known| known.rule == Rule::BudgetExhausted);
    // A search that was cut short after it found a sound path has nothing to be blamed for.
    if (is_exhausted || path_count == 0) && !is_settled && !is_reported {
        let severity = Rule::BudgetExhausted.severity(request.profile);
        let detail = format!("after {path_count} paths");
        let finding = Finding { rule: Rule::BudgetExhausted, severity, position: 0, detail };
        best.findings.insert(0, finding);
    }
    Survey { best, others: kept.collect(), path_count, is_cut_short }
}

struct Surveyor<'r, 'a> {
    request: &'r ChainRequest<'a>,
    now: i64,
    kept: Vec<Evaluated>,
    count: usize,
}

impl Visitor for Surveyor<'_, '_> {
    const CHECKS_SIGNATURES_FIRST: bool = true;

    fn admits(&mut self, _: &Pool<'_>, _: usize, _: &mut Budget) -> bool {
        true
    }

    fn visit(
        &mut self,
        pool: &mut Pool<'_>,
        path: &[usize],
        end: End,
        budget: &mut Budget,
    ) -> Next {
        self.count += 1;
        let evaluated = self.evaluate(pool, path, end, budget);
        let severity_key = evaluated.severity_key();
        let place = self.kept.partition_point(|other| other.severity_key() <= severity_key);
        if place < MAXIMUM_KEPT {
            self.kept.insert(place, evaluated);
            self.kept.truncate(MAXIMUM_KEPT);
        }
        Next::Continue
    }
}

impl Surveyor<'_, '_> {
    fn evaluate(
        &self,
        pool: &mut Pool<'_>,
        path: &[usize],
        end: End,
        budget: &mut Budget,
    ) -> Evaluated {
        let mut findings = Findings::all(self.request.profile);
        let certificates: Vec<&Certificate> =
            path.iter().map(|index| pool.certificate(*index)).collect();
        let last = path.len() - 1;
        let end = self.check_end(pool, path, end, budget, &mut findings);
        let can_be_private = match end {
            End::Trusted | End::ProgrammeRoot | End::TooLong | End::TooManyIssuers => false,
            // A certificate that is its own issuer is of no authority.
            End::SelfIssued => last > 0,
            End::MissingIssuer | End::Cycle => true,
        };
        if can_be_private {
            let evidence = private_authority_evidence(&certificates);
            if !evidence.is_empty() {
                findings.add(Rule::PrivateAuthority, last, || evidence.join("; "));
            }
        }
        let ends_at_anchor = matches!(end, End::Trusted | End::SelfIssued);
        for (position, certificate) in certificates.iter().enumerate() {
            let is_end = position == last && ends_at_anchor;
            let role = match position {
                0 => Role::EndEntity,
                _ if is_end => Role::Anchor,
                _ => Role::Intermediate,
            };
            check_certificate(certificate, role, position, self.now, &mut findings);
            let time = (self.now, self.request.warning_days);
            check_expiry(certificate, position, time, &mut findings);
        }
        check_path(self.request, &certificates, ends_at_anchor, budget, &mut findings);
        check_signatures(pool, path, budget, &mut findings);
        self.check_revocation(pool, path, budget, &mut findings);
        check_stores(self.request, pool, path, end, &mut findings);
        Evaluated { path: path.to_vec(), end, findings: findings.into_sorted() }
    }

    /// How the path really ends, with the finding for it.
    fn check_end(
        &self,
        pool: &mut Pool<'_>,
        path: &[usize],
        end: End,
        budget: &mut Budget,
        findings: &mut Findings,
    ) -> End {
        let (position, index) = (path.len() - 1, path[path.len() - 1]);
        let certificate = pool.certificate(index);
        let end = match end {
            // Self-issued is not self-signed: another key of the same name may have signed it.
            End::SelfIssued
                if pool.check_signature(index, index, budget)
                    == Some(Err(SignatureError::Invalid)) =>
            {
                End::MissingIssuer
            }
            end => end,
        };
        let issuer = || {
            let key = certificate.authority_key_identifier();
            let key = key.map(|key| format!(", key identifier {}", hexadecimal(key)));
            format!("{}{}", shown(&certificate.issuer), key.unwrap_or_default())
        };
        match end {
            End::Trusted => {
                if self.request.with_embedded_roots
                    && programme_root(certificate).is_some_and(is_blocked)
                {
                    findings.add(Rule::BlockedRoot, position, || shown(&certificate.subject));
                }
            }
            End::ProgrammeRoot => {
                let root = pool.programme_issuer(index);
                let has_expired = |root: &ProgrammeRoot| root.has_expired(self.request.at);
                let rule = match root {
                    Some(root) if is_blocked(root) => Rule::BlockedRoot,
                    Some(root) if has_expired(root) => Rule::ProgrammeRootExpired,
                    _ => Rule::ProgrammeRoot,
                };
                findings.add(rule, position, || {
                    let thumbprint = root.map(|root| format!(" ({})", root.thumbprint));
                    let end = root.filter(|root| has_expired(root));
                    let end = end.map(|root| format!(", valid until {}", root.not_after.day()));
                    format!(
                        "{}{}{}, list of {}",
                        shown(&certificate.issuer),
                        thumbprint.unwrap_or_default(),
                        end.unwrap_or_default(),
                        programme_date()
                    )
                });
            }
            End::SelfIssued if position == 0 => findings.add_plain(Rule::SelfSignedEndEntity, 0),
            End::SelfIssued => {
                // Whoever gives the roots of the receiver has decided.
                let is_decided = !self.request.roots.is_empty();
                let rule = if is_decided { Rule::UntrustedRoot } else { Rule::UnknownRoot };
                findings.add(rule, position, || shown(&certificate.subject));
            }
            End::MissingIssuer if lacks_only_a_root(certificate, position) => {
                findings.add(Rule::MissingRoot, position, issuer);
            }
            End::MissingIssuer => findings.add(Rule::MissingIssuer, position, || {
                let mut of_name =
                    pool.issuers_by_name(index).iter().map(|at| pool.certificate(*at));
                let other = of_name.find(|one| certificate.names_key_of(one) == Some(false));
                let other = other.map(|one| {
                    format!("; the given one of that name, {}, has another key", one.thumbprint())
                });
                format!("{}{}", issuer(), other.unwrap_or_default())
            }),
            // Roots that sign each other, without the certificate of either that ends a path.
            End::Cycle => findings.add(Rule::UnknownRoot, position, issuer),
            End::TooLong => findings.add(Rule::BudgetExhausted, 0, || {
                format!("more than {} certificates in a row", path.len())
            }),
            End::TooManyIssuers => findings.add(Rule::BudgetExhausted, position, || {
                format!(
                    "more than {MAXIMUM_ISSUERS} certificates of the issuer's name: {}",
                    issuer()
                )
            }),
        }
        end
    }

    fn check_revocation(
        &self,
        pool: &mut Pool<'_>,
        path: &[usize],
        budget: &mut Budget,
        findings: &mut Findings,
    ) {
        let lists = self.request.revocation_lists;
        if lists.is_empty() {
            findings.add_plain(Rule::RevocationUnknown, 0);
            return;
        }
        check_revocation(lists, pool, path, self.now, budget, findings);
    }
}

fn is_blocked(root: &ProgrammeRoot) -> bool {
    root.state == ProgrammeState::Blocked
}

fn check_signatures(
    pool: &mut Pool<'_>,
    path: &[usize],
    budget: &mut Budget,
    findings: &mut Findings,
) {
    for (position, pair) in path.windows(2).enumerate() {
        match pool.check_signature(pair[0], pair[1], budget) {
            Some(Ok(())) => {}
            Some(Err(SignatureError::Invalid)) => {
                let issuer = pool.certificate(pair[1]);
                findings.add(Rule::BadSignature, position, || {
                    format!("checked with the key of {}", named(issuer))
                });
            }
            Some(Err(SignatureError::Unsupported)) => {
                let algorithm = &pool.certificate(pair[0]).signature_algorithm;
                let is_reported =
                    matches!(hash_of(algorithm), SignatureHash::Unknown | SignatureHash::Broken);
                if !is_reported {
                    let key = &pool.certificate(pair[1]).public_key.key_type;
                    findings.add(Rule::UnsupportedSignatureAlgorithm, position, || {
                        format!("the issuer's key: {key}")
                    });
                }
            }
            None => findings.add_plain(Rule::BudgetExhausted, position),
        }
    }
}
