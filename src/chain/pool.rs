//! The certificates from which paths are built.

use std::collections::HashMap;
use std::rc::Rc;

use super::budget::Budget;
use super::microsoft_programme::{ProgrammeRoot, programme_issuer, programme_root};
use super::signature::{SignatureError, cost, verify_certificate};
use crate::certificate::{Certificate, DistinguishedName};

/// Where a certificate comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Origin {
    /// The certificate that is judged.
    EndEntity,
    /// Known, and not shown to lie in a store of the server.
    Known,
    /// One of the server's intermediate certificates.
    IntermediateStore,
    /// In the server's root store: the server trusts it, and whether receivers do is not known.
    RootStore,
    /// One of the embedded roots: trusted.
    EmbeddedRoot,
    /// A root of Microsoft's programme that the server has: trusted.
    ProgrammeRoot,
    /// One of the given roots: trusted.
    GivenRoot,
}

impl Origin {
    /// Whether certificates of this origin end a path.
    pub fn is_trusted(self) -> bool {
        matches!(self, Self::EmbeddedRoot | Self::ProgrammeRoot | Self::GivenRoot)
    }
}

/// A certificate and its origin.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry<'a> {
    pub certificate: &'a Certificate,
    pub origin: Origin,
}

/// From how many certificates of one name on they are found by their hash.
const CROWD: usize = 16;

/// All certificates of one judgement, by number. Number 0 is the end entity.
pub(crate) struct Pool<'a> {
    entries: Vec<Entry<'a>>,
    by_subject: HashMap<&'a DistinguishedName, Vec<usize>>,
    /// Those of names that many have, by their encoding.
    crowded: HashMap<&'a [u8], usize>,
    /// The issuers of certificates that were asked for, in order.
    issuers: HashMap<usize, Rc<[usize]>>,
    /// (child, issuer) -> whether the issuer's key verifies the child: at most once each.
    signatures: HashMap<(usize, usize), Result<(), SignatureError>>,
    /// Whether the list of Microsoft's programme ends paths.
    follows_programme: bool,
}

impl<'a> Pool<'a> {
    pub fn new(end_entity: &'a Certificate) -> Self {
        let entry = Entry { certificate: end_entity, origin: Origin::EndEntity };
        Self {
            entries: vec![entry],
            by_subject: HashMap::new(),
            crowded: HashMap::new(),
            issuers: HashMap::new(),
            signatures: HashMap::new(),
            follows_programme: false,
        }
    }

    /// Has paths end at roots of Microsoft's programme, those that are added later by their
    /// thumbprint, others by name and key identifier.
    pub fn follow_programme(&mut self) {
        self.follows_programme = true;
        self.entries[0].origin = self.listed_origin(self.entries[0]);
    }

    /// The origin of a root that is in the list, else its own.
    fn listed_origin(&self, Entry { certificate, origin }: Entry<'_>) -> Origin {
        let is_listed = self.follows_programme
            && !origin.is_trusted()
            && certificate.is_self_issued()
            && programme_root(certificate).is_some();
        if is_listed { Origin::ProgrammeRoot } else { origin }
    }

    /// The root of Microsoft's programme that a certificate names as its issuer.
    pub fn programme_issuer(&self, index: usize) -> Option<&'static ProgrammeRoot> {
        self.follows_programme.then(|| programme_issuer(self.certificate(index))).flatten()
    }

    /// Adds certificates. A certificate of several origins keeps the highest; the end entity stays
    /// number 0 and becomes trusted if a root is the same certificate.
    pub fn add(&mut self, certificates: impl IntoIterator<Item = &'a Certificate>, origin: Origin) {
        for certificate in certificates {
            if *certificate == *self.entries[0].certificate {
                if origin.is_trusted() {
                    self.entries[0].origin = origin;
                }
                continue;
            }
            let origin = self.listed_origin(Entry { certificate, origin });
            let same_subject = self.by_subject.entry(&certificate.subject).or_default();
            // A few are compared faster than hashed; many are compared no more than once each.
            let known = if same_subject.len() < CROWD {
                let mut own = same_subject.iter().copied();
                own.find(|index| self.entries[*index].certificate == certificate)
            } else {
                if same_subject.len() == CROWD {
                    let ders =
                        same_subject.iter().map(|i| (&**self.entries[*i].certificate.der(), *i));
                    self.crowded.extend(ders);
                }
                self.crowded.get(&**certificate.der()).copied()
            };
            if let Some(index) = known {
                let entry = &mut self.entries[index];
                entry.origin = entry.origin.max(origin);
            } else {
                if same_subject.len() >= CROWD {
                    self.crowded.insert(certificate.der(), self.entries.len());
                }
                same_subject.push(self.entries.len());
                self.entries.push(Entry { certificate, origin });
            }
        }
    }

    pub fn entry(&self, index: usize) -> Entry<'a> {
        self.entries[index]
    }

    pub fn certificate(&self, index: usize) -> &'a Certificate {
        self.entries[index].certificate
    }

    pub fn is_trusted(&self, index: usize) -> bool {
        self.entries[index].origin.is_trusted()
    }

    /// The certificates whose subject is the issuer of the given one, the likeliest first: key
    /// identifiers that match before those that say nothing before those that differ, then trusted
    /// ones, then those valid at the time, then those that expire later.
    pub fn issuers_of(&mut self, index: usize, now: i64) -> Rc<[usize]> {
        if let Some(known) = self.issuers.get(&index) {
            return Rc::clone(known);
        }
        let issuers: Rc<[usize]> = self.sorted_issuers(index, now).into();
        self.issuers.insert(index, Rc::clone(&issuers));
        issuers
    }

    /// The same in the order in which they were added.
    pub fn issuers_by_name(&self, index: usize) -> &[usize] {
        self.of_name(&self.certificate(index).issuer)
    }

    /// The certificates of a subject, but for the end entity.
    pub fn of_name(&self, subject: &DistinguishedName) -> &[usize] {
        self.by_subject.get(subject).map_or(&[], Vec::as_slice)
    }

    fn sorted_issuers(&self, index: usize, now: i64) -> Vec<usize> {
        let child = self.certificate(index);
        let mut issuers = self.issuers_by_name(index).to_vec();
        if issuers.len() > 1 {
            issuers.sort_by_cached_key(|candidate| {
                let Entry { certificate, origin } = self.entries[*candidate];
                let key_rank = match child.names_key_of(certificate) {
                    Some(true) => 0,
                    None => 1,
                    Some(false) => 2,
                };
                let is_valid = (certificate.not_before..=certificate.not_after).contains(&now);
                let by_origin = origin.is_trusted().then_some(origin);
                std::cmp::Reverse((2 - key_rank, by_origin, is_valid, certificate.not_after))
            });
        }
        issuers
    }

    /// Whether both certificates stand for the same authority: the same subject, key and subject
    /// alternative names. A path never holds two of these (RFC 4158, section 2.4.2).
    pub fn is_same_authority(&self, one: usize, other: usize) -> bool {
        let (one, other) = (self.certificate(one), self.certificate(other));
        one.subject == other.subject
            && one.public_key == other.public_key
            && one.subject_alt_names() == other.subject_alt_names()
    }

    /// What is already known about a signature.
    pub fn known_signature(
        &self,
        child: usize,
        issuer: usize,
    ) -> Option<Result<(), SignatureError>> {
        self.signatures.get(&(child, issuer)).copied()
    }

    /// Checks a signature, once; `None` where the budget does not allow it any more.
    pub fn check_signature(
        &mut self,
        child: usize,
        issuer: usize,
        budget: &mut Budget,
    ) -> Option<Result<(), SignatureError>> {
        if let Some(known) = self.known_signature(child, issuer) {
            return Some(known);
        }
        let (certificate, signer) = (self.certificate(child), self.certificate(issuer));
        if !budget.charge_signature(cost(&signer.public_key)) {
            return None;
        }
        let result = verify_certificate(certificate, signer);
        self.signatures.insert((child, issuer), result);
        Some(result)
    }

    /// For every certificate, whether names alone lead from it to a trusted one.
    pub fn reaches_trust(&self) -> Vec<bool> {
        let mut children: HashMap<&DistinguishedName, Vec<usize>> = HashMap::new();
        for (index, entry) in self.entries.iter().enumerate() {
            children.entry(&entry.certificate.issuer).or_default().push(index);
        }
        let ends_here =
            |index: usize| self.is_trusted(index) || self.programme_issuer(index).is_some();
        let mut reaches: Vec<bool> = (0..self.entries.len()).map(ends_here).collect();
        let mut open: Vec<usize> = (0..reaches.len()).filter(|index| reaches[*index]).collect();
        while let Some(index) = open.pop() {
            // Each name is followed once.
            for child in children.remove(&self.certificate(index).subject).unwrap_or_default() {
                if !reaches[child] {
                    reaches[child] = true;
                    open.push(child);
                }
            }
        }
        reaches
    }
}
