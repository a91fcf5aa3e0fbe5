//! Certificate revocation lists as data (RFC 5280, section 5): what a list says, of which
//! certificates it says it, and whether one of those who may have signed it did.

use std::cmp::Ordering;
use std::ops::Range;

use x509_parser::asn1_rs::{Oid, oid};

use super::budget::Budget;
use super::signature::{cost, verify};
use crate::certificate::der::{self, Malformed, Reader, tag};
use crate::certificate::{
    Certificate, DistinguishedName, DistributionPointName, GeneralName, SignatureAlgorithm,
};

/// A certificate revocation list.
#[derive(Clone, Debug)]
pub struct RevocationList {
    der: Box<[u8]>,
    signed_part: Range<usize>,
    signature: Box<[u8]>,
    algorithm: SignatureAlgorithm,
    pub(super) issuer: DistinguishedName,
    this_update: i64,
    next_update: Option<i64>,
    entries: Vec<Entry>,
    /// Issuers of certificates that entries of an indirect list name, in their order.
    entry_issuers: Vec<DistinguishedName>,
    pub(super) scope: Scope,
    /// The distribution point of its issuingDistributionPoint: the part of a split list that it is.
    point: Option<DistributionPointName>,
    /// The key identifier of its issuer, if it says.
    key_identifier: Option<Vec<u8>>,
    /// The content of its CRL number.
    number: Option<Vec<u8>>,
    /// Of a delta list the content of the number of the list that it can be combined with, and of
    /// any later one (section 5.2.4).
    base_number: Option<Vec<u8>>,
    /// Why the list cannot be used whatever the time and the issuer, if so.
    defect: Option<&'static str>,
}

#[derive(Clone, Debug)]
pub(super) struct Entry {
    serial: Box<[u8]>,
    pub is_removal: bool,
    /// Whose certificate it is: the number of the name in `entry_issuers`; `None`: the list's issuer.
    issuer: Option<usize>,
}

/// issuingDistributionPoint (section 5.2.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "the extension has a BOOLEAN for each")]
pub(super) struct Scope {
    only_end_entities: bool,
    only_authorities: bool,
    only_attribute_certificates: bool,
    /// Whether it may speak of certificates that others issued.
    is_indirect: bool,
    /// The reasons of which it speaks, the first bit of ReasonFlags highest.
    pub reasons: u16,
}

/// Every reason that ReasonFlags names, bits 1 to 8 (section 4.2.1.13).
pub(super) const ALL_REASONS: u16 = 0x7F80;

/// What a list has to say of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coverage {
    /// Whether it is revoked.
    Covers,
    /// It belongs to the issuer, and only refines another list.
    Delta,
    /// Nothing, and why if it is its issuer's: a list of another key of the same name, another part of
    /// a split list, another kind.
    Nothing(&'static str),
}

/// Bytes that are no certificate revocation list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a certificate revocation list (RFC 5280, section 5.1)")]
pub struct NotARevocationList;

impl From<Malformed> for NotARevocationList {
    fn from(_: Malformed) -> Self {
        Self
    }
}

impl RevocationList {
    /// Decodes the list of exactly these bytes.
    ///
    /// # Errors
    /// [`NotARevocationList`]. Lists that break other rules of section 5 are read, and found
    /// unusable when they are needed.
    pub fn from_der(der: &[u8]) -> Result<Self, NotARevocationList> {
        let mut outer = Reader::new(der::whole(der, tag::SEQUENCE)?);
        let tbs = outer.element()?;
        let algorithm = outer.element()?;
        let signature = outer.expect(tag::BIT_STRING)?;
        outer.finish()?;
        let start = tbs.encoding.as_ptr() as usize - der.as_ptr() as usize;

        let mut fields = Reader::new(der::whole(tbs.encoding, tag::SEQUENCE)?);
        let version = fields.optional(tag::INTEGER)?.map(der::unsigned).transpose()?;
        let inner_algorithm = fields.element()?;
        let issuer = DistinguishedName::from_der(fields.element()?.encoding)?;
        let this_update = der::time(&fields.element()?)?;
        let next_update = match fields.peek() {
            Some(tag::UTC_TIME | tag::GENERALIZED_TIME) => Some(der::time(&fields.element()?)?),
            _ => None,
        };
        let mut list = Self {
            der: der.into(),
            signed_part: start..start + tbs.encoding.len(),
            signature: signature.strip_prefix(&[0]).unwrap_or_default().into(),
            algorithm: read_algorithm(algorithm.encoding)?,
            issuer,
            this_update,
            next_update,
            entries: Vec::new(),
            entry_issuers: Vec::new(),
            scope: Scope {
                only_end_entities: false,
                only_authorities: false,
                only_attribute_certificates: false,
                is_indirect: false,
                reasons: ALL_REASONS,
            },
            point: None,
            key_identifier: None,
            number: None,
            base_number: None,
            defect: None,
        };
        if let Some(revoked) = fields.optional(tag::SEQUENCE)? {
            let mut entries = Reader::new(revoked);
            while !entries.is_empty() {
                list.read_entry(entries.expect(tag::SEQUENCE)?)?;
            }
        }
        let extensions = fields.optional(tag::context_constructed(0))?;
        fields.finish()?;
        list.read_extensions(extensions)?;
        if !list.entry_issuers.is_empty() && !list.scope.is_indirect {
            list.defect = Some("its entries name other issuers, and it is no indirect list");
        }
        if version != Some(1) {
            list.defect = Some("it is not of version 2");
        } else if algorithm.encoding != inner_algorithm.encoding {
            list.defect = Some("its two signature algorithms differ");
        }
        Ok(list)
    }

    fn read_entry(&mut self, content: &[u8]) -> Result<(), Malformed> {
        const REASON_CODE: &[u8] = &oid!(raw 2.5.29.21);
        const INVALIDITY_DATE: &[u8] = &oid!(raw 2.5.29.24);
        const CERTIFICATE_ISSUER: &[u8] = &oid!(raw 2.5.29.29);
        const REMOVE_FROM_CRL: &[u8] = &[tag::ENUMERATED, 1, 8];
        let mut fields = Reader::new(content);
        let serial = fields.expect(tag::INTEGER)?.into();
        der::time(&fields.element()?)?;
        let mut is_removal = false;
        if let Some(extensions) = fields.optional(tag::SEQUENCE)? {
            for_each_extension(extensions, |oid, is_critical, value| {
                is_removal |= oid == REASON_CODE && value == REMOVE_FROM_CRL;
                if oid == CERTIFICATE_ISSUER {
                    return self.read_entry_issuer(value);
                }
                if is_critical && oid != REASON_CODE && oid != INVALIDITY_DATE {
                    self.defect = Some("an entry has a critical extension that is not understood");
                }
                Ok(())
            })?;
        }
        fields.finish()?;
        // Section 5.3.3: an entry that names no issuer has that of the entry before.
        let issuer = self.entry_issuers.len().checked_sub(1);
        self.entries.push(Entry { serial, is_removal, issuer });
        Ok(())
    }

    /// Section 5.3.3.
    fn read_entry_issuer(&mut self, value: &[u8]) -> Result<(), Malformed> {
        let names = GeneralName::read_all(der::whole(value, tag::SEQUENCE)?)?;
        let directory = names.into_iter().find_map(|name| match name {
            GeneralName::Directory(name) => Some(name),
            _ => None,
        });
        let issuer = directory.ok_or(Malformed)?;
        if self.entry_issuers.last() != Some(&issuer) {
            self.entry_issuers.push(issuer);
        }
        Ok(())
    }

    /// Section 5.2.
    fn read_extensions(&mut self, extensions: Option<&[u8]>) -> Result<(), Malformed> {
        const AUTHORITY_KEY_IDENTIFIER: &[u8] = &oid!(raw 2.5.29.35);
        const CRL_NUMBER: &[u8] = &oid!(raw 2.5.29.20);
        const DELTA_CRL_INDICATOR: &[u8] = &oid!(raw 2.5.29.27);
        const ISSUING_DISTRIBUTION_POINT: &[u8] = &oid!(raw 2.5.29.28);
        if let Some(extensions) = extensions {
            for_each_extension(
                der::whole(extensions, tag::SEQUENCE)?,
                |oid, is_critical, value| {
                    match oid {
                        CRL_NUMBER => {
                            self.number = Some(der::whole(value, tag::INTEGER)?.to_vec());
                            if is_critical {
                                self.defect = Some("its CRL number is critical");
                            }
                        }
                        DELTA_CRL_INDICATOR => {
                            self.base_number = Some(der::whole(value, tag::INTEGER)?.to_vec());
                        }
                        ISSUING_DISTRIBUTION_POINT => self.read_scope(value)?,
                        AUTHORITY_KEY_IDENTIFIER if is_critical => {
                            self.defect = Some("its authority key identifier is critical");
                        }
                        AUTHORITY_KEY_IDENTIFIER => {
                            let mut fields = Reader::new(der::whole(value, tag::SEQUENCE)?);
                            let key = fields.optional(tag::context(0))?;
                            self.key_identifier = key.map(<[u8]>::to_vec);
                        }
                        _ if is_critical => {
                            self.defect = Some("a critical extension is not understood");
                        }
                        _ => {}
                    }
                    Ok(())
                },
            )?;
        }
        if self.number.is_none() {
            self.defect = Some("it has no CRL number");
        }
        Ok(())
    }

    fn read_scope(&mut self, value: &[u8]) -> Result<(), Malformed> {
        let mut fields = Reader::new(der::whole(value, tag::SEQUENCE)?);
        let point = fields.optional(tag::context_constructed(0))?;
        self.point = point.map(DistributionPointName::read).transpose()?;
        let flag = |fields: &mut Reader<'_>, number: u8| -> Result<bool, Malformed> {
            Ok(fields.optional(tag::context(number))?.is_some_and(|content| content != [0]))
        };
        self.scope.only_end_entities = flag(&mut fields, 1)?;
        self.scope.only_authorities = flag(&mut fields, 2)?;
        if let Some([_, bits @ ..]) = fields.optional(tag::context(3))? {
            let octet = |at: usize| u16::from(bits.get(at).copied().unwrap_or_default());
            self.scope.reasons = (octet(0) << 8 | octet(1)) & ALL_REASONS;
        }
        self.scope.is_indirect = flag(&mut fields, 4)?;
        self.scope.only_attribute_certificates = flag(&mut fields, 5)?;
        fields.finish()
    }

    /// What the list has to say of a certificate, if one of the signers made it.
    pub(super) fn coverage(&self, certificate: &Certificate, signers: &[&Certificate]) -> Coverage {
        let scope = self.scope;
        let is_authority = certificate.is_authority();
        if !signers.iter().any(|signer| self.may_be_of(signer)) {
            Coverage::Nothing("it is of another key of the issuer's name")
        } else if !self.is_published_for(certificate) {
            Coverage::Nothing("it is of a distribution point that the certificate does not name")
        } else if scope.only_attribute_certificates {
            Coverage::Nothing("it covers attribute certificates alone")
        } else if is_authority && scope.only_end_entities {
            Coverage::Nothing("it does not cover authorities")
        } else if !is_authority && scope.only_authorities {
            Coverage::Nothing("it covers authorities alone")
        } else if self.base_number.is_some() {
            Coverage::Delta
        } else {
            Coverage::Covers
        }
    }

    /// Whether nothing says that it was made with another key.
    fn may_be_of(&self, signer: &Certificate) -> bool {
        let key = signer.extensions.subject_key_identifier.as_ref().map(|key| &key.value);
        self.key_identifier.is_none() || key.is_none() || self.key_identifier.as_ref() == key
    }

    /// RFC 5280, section 6.3.3 (b)(1) and (2)(i): a list of another issuer than the certificate's is
    /// an indirect one that a distribution point of the certificate names; a list that names its
    /// distribution point covers only certificates that name the same. One without distribution points
    /// has its issuer's entry.
    fn is_published_for(&self, certificate: &Certificate) -> bool {
        let is_own = self.issuer == certificate.issuer;
        if is_own && self.point.is_none() {
            return true;
        }
        let of_issuer = || vec![GeneralName::Directory(self.issuer.clone())];
        let own = self.point.as_ref().map(|point| point.names(&self.issuer));
        let is_at = |names: &[GeneralName]| {
            own.as_ref().is_none_or(|own| names.iter().any(|name| own.contains(name)))
        };
        let Some(points) = &certificate.extensions.distribution_points else {
            return is_own && is_at(&of_issuer());
        };
        points.iter().any(|point| {
            let is_meant = match &point.issuers {
                None => is_own,
                Some(issuers) => {
                    self.scope.is_indirect
                        && issuers.contains(&GeneralName::Directory(self.issuer.clone()))
                }
            };
            let names = match &point.name {
                Some(name) => name.names(&self.issuer),
                None => of_issuer(),
            };
            is_meant && is_at(&names)
        })
    }

    /// Whether a delta list can be combined with a complete one (section 5.2.4): the same issuer and
    /// scope, based on that list or an older one, and newer than it.
    pub(super) fn refines(&self, base: &Self) -> bool {
        self.issuer == base.issuer
            && self.scope == base.scope
            && self.point == base.point
            && self.key_identifier == base.key_identifier
            && number_order(self.base_number.as_ref(), base.number.as_ref()) != Ordering::Greater
            && base.order(self) == Ordering::Less
    }

    pub(super) fn entry(&self, certificate: &Certificate) -> Option<&Entry> {
        let issuer_of = |entry: &Entry| {
            entry.issuer.and_then(|number| self.entry_issuers.get(number)).unwrap_or(&self.issuer)
        };
        let is_it = |entry: &&Entry| {
            entry.serial == certificate.serial && *issuer_of(entry) == certificate.issuer
        };
        self.entries.iter().find(is_it)
    }

    /// Whether it may still be relied on by its times.
    pub(super) fn is_current(&self, now: i64) -> bool {
        now >= self.this_update && self.next_update.is_some_and(|next_update| now <= next_update)
    }

    /// Whether it lists the certificate as revoked, for whatever that is worth.
    pub(super) fn lists(&self, certificate: &Certificate) -> bool {
        self.entry(certificate).is_some_and(|entry| !entry.is_removal)
    }

    /// The order of two lists of an authority, by their numbers.
    pub(super) fn order(&self, other: &Self) -> Ordering {
        number_order(self.number.as_ref(), other.number.as_ref())
    }

    /// Why the list cannot be used at that time; `None` if one of the signers made it.
    pub(super) fn obstacle(
        &self,
        signers: &[&Certificate],
        now: i64,
        budget: &mut Budget,
    ) -> Option<&'static str> {
        if self.defect.is_some() {
            return self.defect;
        }
        if now < self.this_update {
            return Some("it is not valid yet");
        }
        match self.next_update {
            None => return Some("it does not say when the next list comes"),
            Some(next_update) if now > next_update => return Some("it is out of date"),
            Some(_) => {}
        }
        let mut first = None;
        for signer in signers.iter().filter(|signer| self.may_be_of(signer)) {
            let obstacle = self.obstacle_by(signer, budget)?;
            first = first.or(Some(obstacle));
        }
        first
    }

    /// Why the list is not that signer's; `None` if it is.
    fn obstacle_by(&self, issuer: &Certificate, budget: &mut Budget) -> Option<&'static str> {
        // RFC 5280, section 6.3.3 (f): only where a key usage is present.
        let usage = issuer.extensions.key_usage.as_ref();
        if usage.is_some_and(|usage| !usage.value.allows_crl_signing()) {
            return Some("its issuer's key usage does not permit signing lists");
        }
        if !budget.charge_signature(cost(&issuer.public_key)) {
            return Some("the search was cut short");
        }
        if issuer.is_known_by_facts() {
            return Some(
                "of its issuer only the facts are known, by which no signature is checked",
            );
        }
        let content = self.der.get(self.signed_part.clone()).unwrap_or_default();
        let result = verify(&self.algorithm, &issuer.public_key, content, &self.signature);
        result.err().map(|_| "its signature is not that of the issuer")
    }
}

/// The order of two numbers by their content as INTEGER; both are positive, as section 5.2.3 demands.
fn number_order(one: Option<&Vec<u8>>, other: Option<&Vec<u8>>) -> Ordering {
    let digits = |number: Option<&Vec<u8>>| {
        let number = number.map(Vec::as_slice).unwrap_or_default();
        let zeros = number.iter().take_while(|octet| **octet == 0).count();
        number[zeros..].to_vec()
    };
    let (one, other) = (digits(one), digits(other));
    one.len().cmp(&other.len()).then(one.cmp(&other))
}

fn read_algorithm(encoding: &[u8]) -> Result<SignatureAlgorithm, Malformed> {
    let mut fields = Reader::new(der::whole(encoding, tag::SEQUENCE)?);
    let oid = Oid::new(fields.expect(tag::OBJECT_IDENTIFIER)?.to_vec().into());
    let parameters = if fields.is_empty() {
        None
    } else {
        let element = fields.element()?;
        Some((element.tag & 0x1F, element.content.into()))
    };
    fields.finish()?;
    Ok(SignatureAlgorithm { oid, parameters })
}

fn for_each_extension<'a>(
    list: &'a [u8],
    mut visit: impl FnMut(&'a [u8], bool, &'a [u8]) -> Result<(), Malformed>,
) -> Result<(), Malformed> {
    let mut reader = Reader::new(list);
    while !reader.is_empty() {
        let mut fields = Reader::new(reader.expect(tag::SEQUENCE)?);
        let oid = fields.expect(tag::OBJECT_IDENTIFIER)?;
        let is_critical = fields.boolean_or_false()?;
        let value = fields.expect(tag::OCTET_STRING)?;
        fields.finish()?;
        visit(oid, is_critical, value)?;
    }
    Ok(())
}
