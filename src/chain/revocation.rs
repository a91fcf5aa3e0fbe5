//! Certificate revocation lists given as data (RFC 5280, sections 5 and 6.3). Delta lists and
//! indirect lists are not evaluated, and that is reported.

use std::ops::Range;

use x509_parser::asn1_rs::{Oid, oid};

use super::budget::Budget;
use super::findings::Findings;
use super::rule::Rule;
use super::signature::{cost, verify};
use crate::certificate::der::{self, Malformed, Reader, tag};
use crate::certificate::{
    Certificate, DistinguishedName, DistributionPointName, GeneralName, SignatureAlgorithm,
    hexadecimal,
};

/// A certificate revocation list.
#[derive(Clone, Debug)]
pub struct RevocationList {
    der: Box<[u8]>,
    signed_part: Range<usize>,
    signature: Box<[u8]>,
    algorithm: SignatureAlgorithm,
    issuer: DistinguishedName,
    this_update: i64,
    next_update: Option<i64>,
    entries: Vec<Entry>,
    scope: Scope,
    /// The distribution point of its issuingDistributionPoint: the part of a split list that it is.
    point: Option<DistributionPointName>,
    /// The key identifier of its issuer, if it says.
    key_identifier: Option<Vec<u8>>,
    is_delta: bool,
    /// Why the list cannot be used whatever the time and the issuer, if so.
    defect: Option<&'static str>,
}

#[derive(Clone, Debug)]
struct Entry {
    serial: Box<[u8]>,
    is_removal: bool,
}

/// issuingDistributionPoint (section 5.2.5).
#[derive(Clone, Copy, Debug, Default)]
struct Scope {
    only_end_entities: bool,
    only_authorities: bool,
    only_attribute_certificates: bool,
}

/// What a list has to say of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Coverage {
    /// Whether it is revoked.
    Covers,
    /// It belongs to the issuer, and only refines another list.
    Delta,
    /// Nothing: a list of another key of the same name, another part of a split list, another kind.
    Nothing,
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
            scope: Scope::default(),
            point: None,
            key_identifier: None,
            is_delta: false,
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
        const REMOVE_FROM_CRL: &[u8] = &[tag::ENUMERATED, 1, 8];
        let mut fields = Reader::new(content);
        let serial = fields.expect(tag::INTEGER)?.into();
        der::time(&fields.element()?)?;
        let mut is_removal = false;
        if let Some(extensions) = fields.optional(tag::SEQUENCE)? {
            for_each_extension(extensions, |oid, is_critical, value| {
                is_removal |= oid == REASON_CODE && value == REMOVE_FROM_CRL;
                if is_critical && oid != REASON_CODE && oid != INVALIDITY_DATE {
                    self.defect = Some("an entry has a critical extension that is not understood");
                }
                Ok(())
            })?;
        }
        fields.finish()?;
        self.entries.push(Entry { serial, is_removal });
        Ok(())
    }

    /// Section 5.2.
    fn read_extensions(&mut self, extensions: Option<&[u8]>) -> Result<(), Malformed> {
        const AUTHORITY_KEY_IDENTIFIER: &[u8] = &oid!(raw 2.5.29.35);
        const CRL_NUMBER: &[u8] = &oid!(raw 2.5.29.20);
        const DELTA_CRL_INDICATOR: &[u8] = &oid!(raw 2.5.29.27);
        const ISSUING_DISTRIBUTION_POINT: &[u8] = &oid!(raw 2.5.29.28);
        let mut has_number = false;
        if let Some(extensions) = extensions {
            for_each_extension(
                der::whole(extensions, tag::SEQUENCE)?,
                |oid, is_critical, value| {
                    match oid {
                        CRL_NUMBER => {
                            has_number = true;
                            if is_critical {
                                self.defect = Some("its CRL number is critical");
                            }
                        }
                        DELTA_CRL_INDICATOR => self.is_delta = true,
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
        if !has_number {
            self.defect = Some("it has no CRL number");
        }
        Ok(())
    }

    fn read_scope(&mut self, value: &[u8]) -> Result<(), Malformed> {
        let mut fields = Reader::new(der::whole(value, tag::SEQUENCE)?);
        let point = fields.optional(tag::context_constructed(0))?;
        self.point = point.map(DistributionPointName::read).transpose()?;
        let mut flag = |number: u8| -> Result<bool, Malformed> {
            Ok(fields.optional(tag::context(number))?.is_some_and(|content| content != [0]))
        };
        self.scope.only_end_entities = flag(1)?;
        self.scope.only_authorities = flag(2)?;
        let only_some_reasons = flag(3)?;
        let is_indirect = flag(4)?;
        self.scope.only_attribute_certificates = flag(5)?;
        if is_indirect {
            self.defect = Some("it is an indirect list");
        } else if only_some_reasons {
            self.defect = Some("it covers some reasons only");
        }
        fields.finish()
    }

    /// Whether the list speaks of certificates such as this one, by that issuer.
    fn coverage(&self, certificate: &Certificate, issuer: &Certificate) -> Coverage {
        let scope = self.scope;
        let is_in_scope = if certificate.is_authority() {
            !scope.only_end_entities
        } else {
            !scope.only_authorities
        };
        let key = issuer.extensions.subject_key_identifier.as_ref().map(|key| &key.value);
        let is_of_other_key =
            self.key_identifier.is_some() && key.is_some() && self.key_identifier.as_ref() != key;
        let covers = self.issuer == certificate.issuer
            && !is_of_other_key
            && is_in_scope
            && !scope.only_attribute_certificates
            && self.is_published_for(certificate);
        match covers {
            true if self.is_delta => Coverage::Delta,
            true => Coverage::Covers,
            false => Coverage::Nothing,
        }
    }

    /// RFC 5280, section 6.3.3 (b)(2)(i): a list that names its distribution point covers only
    /// certificates that name the same; one without distribution points has its issuer's entry.
    fn is_published_for(&self, certificate: &Certificate) -> bool {
        let Some(point) = &self.point else { return true };
        let own = point.names(&self.issuer);
        let of_issuer = || vec![GeneralName::Directory(self.issuer.clone())];
        let Some(points) = &certificate.extensions.distribution_points else {
            return of_issuer().iter().any(|name| own.contains(name));
        };
        points.iter().filter(|point| !point.has_other_issuer).any(|point| {
            let names = match &point.name {
                Some(name) => name.names(&self.issuer),
                None => of_issuer(),
            };
            names.iter().any(|name| own.contains(name))
        })
    }

    /// Why the list cannot be used at that time with that issuer; `None` if it can.
    fn obstacle(
        &self,
        issuer: &Certificate,
        now: i64,
        budget: &mut Budget,
    ) -> Option<&'static str> {
        if self.defect.is_some() {
            return self.defect;
        }
        // RFC 5280, section 6.3.3 (f): only where a key usage is present.
        let usage = issuer.extensions.key_usage.as_ref();
        if usage.is_some_and(|usage| !usage.value.allows_crl_signing()) {
            return Some("its issuer's key usage does not permit signing lists");
        }
        if now < self.this_update {
            return Some("it is not valid yet");
        }
        match self.next_update {
            None => return Some("it does not say when the next list comes"),
            Some(next_update) if now > next_update => return Some("it is out of date"),
            Some(_) => {}
        }
        if !budget.charge_signature(cost(&issuer.public_key)) {
            return Some("the work budget is used up");
        }
        let content = self.der.get(self.signed_part.clone()).unwrap_or_default();
        let result = verify(&self.algorithm, &issuer.public_key, content, &self.signature);
        result.err().map(|_| "its signature is not that of the issuer")
    }
}

/// Looks a certificate up in the lists of its issuer.
pub(crate) fn check_revocation(
    lists: &[RevocationList],
    (certificate, position): (&Certificate, usize),
    issuer: &Certificate,
    now: i64,
    budget: &mut Budget,
    findings: &mut Findings,
) {
    let mut is_known = false;
    let mut obstacles = Vec::new();
    for list in lists {
        match list.coverage(certificate, issuer) {
            Coverage::Covers => {}
            Coverage::Delta => {
                findings.add_plain(Rule::DeltaListNotUsed, position);
                continue;
            }
            Coverage::Nothing => continue,
        }
        if let Some(obstacle) = list.obstacle(issuer, now, budget) {
            obstacles.push(obstacle);
            continue;
        }
        is_known = true;
        let is_listed = |entry: &&Entry| entry.serial == certificate.serial && !entry.is_removal;
        if list.entries.iter().any(|entry| is_listed(&entry)) {
            findings.add(Rule::Revoked, position, || {
                format!("serial number {}", hexadecimal(&certificate.serial))
            });
        }
    }
    if is_known {
        return;
    }
    match obstacles.first() {
        Some(obstacle) => {
            findings.add(Rule::RevocationListNotUsable, position, || (*obstacle).to_owned());
        }
        None => findings.add_plain(Rule::RevocationUnknown, position),
    }
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
