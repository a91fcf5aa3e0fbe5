//! The extensions of certificates (RFC 5280, section 4.2), decoded once.

use serde::{Deserialize, Serialize};
use x509_parser::asn1_rs::{Oid, oid};
use x509_parser::extensions::X509Extension;

use super::der::{self, Malformed, Reader, tag};
use super::distribution_point::{DistributionPoint, distribution_points};
use super::extension::Extension;
use super::general_name::{GeneralName, dotted};
use super::hexadecimal;

/// basicConstraints (section 4.2.1.9).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct BasicConstraints {
    /// cA.
    pub is_authority: bool,
    /// pathLenConstraint: how many intermediates may follow.
    pub path_length: Option<u32>,
}

/// keyUsage (section 4.2.1.3): bit n of the value is named bit n of the RFC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyUsage(pub u16);

impl KeyUsage {
    /// The names of the bits in the order of the RFC.
    pub const NAMES: [&'static str; 9] = [
        "digitalSignature",
        "contentCommitment",
        "keyEncipherment",
        "dataEncipherment",
        "keyAgreement",
        "keyCertSign",
        "cRLSign",
        "encipherOnly",
        "decipherOnly",
    ];

    /// keyCertSign: certificates may be signed with the key.
    #[must_use]
    pub fn allows_certificate_signing(self) -> bool {
        self.0 & (1 << 5) != 0
    }

    /// cRLSign: revocation lists may be signed with the key.
    #[must_use]
    pub fn allows_crl_signing(self) -> bool {
        self.0 & (1 << 6) != 0
    }

    /// The names of the bits that are set.
    #[must_use]
    pub fn names(self) -> Vec<&'static str> {
        let is_set = |index: &usize| self.0 & (1 << index) != 0;
        (0..Self::NAMES.len()).filter(is_set).map(|index| Self::NAMES[index]).collect()
    }
}

/// authorityKeyIdentifier (section 4.2.1.1).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct AuthorityKeyIdentifier {
    /// keyIdentifier.
    #[serde(with = "hexadecimal::optional")]
    pub key_identifier: Option<Vec<u8>>,
    /// Whether authorityCertIssuer is present.
    pub has_issuer: bool,
    /// Whether authorityCertSerialNumber is present.
    pub has_serial_number: bool,
}

/// nameConstraints (section 4.2.1.10).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct NameConstraints {
    /// The bases of permittedSubtrees.
    pub permitted: Vec<GeneralName>,
    /// The bases of excludedSubtrees.
    pub excluded: Vec<GeneralName>,
}

/// policyConstraints (section 4.2.1.11): after how many further certificates each takes effect.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PolicyConstraints {
    /// requireExplicitPolicy.
    pub require_explicit: Option<u32>,
    /// inhibitPolicyMapping.
    pub inhibit_mapping: Option<u32>,
}

/// The extensions of a certificate. An extension that is present but cannot be decoded is listed in
/// `malformed` and absent from its field.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default, deny_unknown_fields)]
pub struct Extensions {
    /// basicConstraints.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub basic_constraints: Option<Extension<BasicConstraints>>,
    /// keyUsage.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_usage: Option<Extension<KeyUsage>>,
    /// extKeyUsage: OIDs in dotted notation (section 4.2.1.12).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extended_key_usage: Option<Extension<Vec<String>>>,
    /// subjectAltName.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject_alt_names: Option<Extension<Vec<GeneralName>>>,
    /// nameConstraints.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name_constraints: Option<Extension<NameConstraints>>,
    /// authorityKeyIdentifier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authority_key_identifier: Option<Extension<AuthorityKeyIdentifier>>,
    /// subjectKeyIdentifier.
    #[serde(with = "hexadecimal::extension")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject_key_identifier: Option<Extension<Vec<u8>>>,
    /// authorityInfoAccess: the URLs of caIssuers (section 4.2.2.1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuer_urls: Option<Extension<Vec<String>>>,
    /// cRLDistributionPoints (section 4.2.1.13).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distribution_points: Option<Vec<DistributionPoint>>,
    /// Whether a template of Active Directory Certificate Services made it (MS-WCCE, section
    /// 2.2.2.7.7).
    pub has_certificate_template: bool,
    /// certificatePolicies, dotted OIDs (section 4.2.1.4).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policies: Option<Vec<String>>,
    /// policyMappings: from a policy of the issuer to one of the subject (section 4.2.1.5).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub policy_mappings: Vec<(String, String)>,
    /// policyConstraints.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy_constraints: Option<Extension<PolicyConstraints>>,
    /// inhibitAnyPolicy: after how many further certificates (section 4.2.1.14).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inhibit_any_policy: Option<Extension<u32>>,
    /// The OIDs of extensions that break their syntax, dotted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub malformed: Vec<String>,
    /// The OIDs of critical extensions that are not interpreted, dotted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unknown_critical: Vec<String>,
    /// The OIDs that occur more than once, dotted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub duplicate: Vec<String>,
}

impl Extensions {
    /// Decodes a list of extensions.
    pub(crate) fn decode(list: &[X509Extension<'_>]) -> Self {
        let mut extensions = Self::default();
        for (index, extension) in list.iter().enumerate() {
            if list[..index].iter().any(|earlier| earlier.oid == extension.oid) {
                extensions.duplicate.push(extension.oid.to_id_string());
            } else if extensions.decode_one(extension).is_err() {
                extensions.malformed.push(extension.oid.to_id_string());
            }
        }
        extensions
    }

    fn decode_one(&mut self, extension: &X509Extension<'_>) -> Result<(), Malformed> {
        const AUTHORITY_INFORMATION_ACCESS: &[u8] = &oid!(raw 1.3.6.1.5.5.7.1.1);
        const CERTIFICATE_TEMPLATE_NAME: &[u8] = &oid!(raw 1.3.6.1.4.1.311.20.2);
        const CERTIFICATE_TEMPLATE: &[u8] = &oid!(raw 1.3.6.1.4.1.311.21.7);
        const APPLICATION_POLICIES: &[u8] = &oid!(raw 1.3.6.1.4.1.311.21.10);
        const APPLICATION_POLICY_MAPPINGS: &[u8] = &oid!(raw 1.3.6.1.4.1.311.21.11);
        const APPLICATION_POLICY_CONSTRAINTS: &[u8] = &oid!(raw 1.3.6.1.4.1.311.21.12);
        // Those below 2.5.29, by their last arc.
        const SUBJECT_KEY_IDENTIFIER: u8 = 14;
        const KEY_USAGE: u8 = 15;
        const SUBJECT_ALT_NAME: u8 = 17;
        const ISSUER_ALT_NAME: u8 = 18;
        const BASIC_CONSTRAINTS: u8 = 19;
        const NAME_CONSTRAINTS: u8 = 30;
        const CRL_DISTRIBUTION_POINTS: u8 = 31;
        const CERTIFICATE_POLICIES: u8 = 32;
        const POLICY_MAPPINGS: u8 = 33;
        const AUTHORITY_KEY_IDENTIFIER: u8 = 35;
        const POLICY_CONSTRAINTS: u8 = 36;
        const EXTENDED_KEY_USAGE: u8 = 37;
        const INHIBIT_ANY_POLICY: u8 = 54;

        let (critical, body) = (extension.critical, extension.value);
        let in_sequence = || der::whole(body, tag::SEQUENCE);
        match extension.oid.as_bytes() {
            [0x55, 0x1D, arc] => match *arc {
                SUBJECT_KEY_IDENTIFIER => {
                    let value = der::whole(body, tag::OCTET_STRING)?.to_vec();
                    self.subject_key_identifier = Some(Extension { critical, value });
                }
                KEY_USAGE => {
                    self.key_usage = Some(Extension { critical, value: key_usage(body)? });
                }
                SUBJECT_ALT_NAME => {
                    let value = GeneralName::read_all(in_sequence()?)?;
                    self.subject_alt_names = Some(Extension { critical, value });
                }
                BASIC_CONSTRAINTS => {
                    let value = basic_constraints(in_sequence()?)?;
                    self.basic_constraints = Some(Extension { critical, value });
                }
                NAME_CONSTRAINTS => {
                    let value = name_constraints(in_sequence()?)?;
                    self.name_constraints = Some(Extension { critical, value });
                }
                AUTHORITY_KEY_IDENTIFIER => {
                    let value = authority_key_identifier(in_sequence()?)?;
                    self.authority_key_identifier = Some(Extension { critical, value });
                }
                EXTENDED_KEY_USAGE => {
                    let mut reader = Reader::new(in_sequence()?);
                    let mut value = Vec::new();
                    while !reader.is_empty() {
                        value.push(dotted(reader.expect(tag::OBJECT_IDENTIFIER)?)?);
                    }
                    self.extended_key_usage = Some(Extension { critical, value });
                }
                CERTIFICATE_POLICIES => self.policies = Some(policies(in_sequence()?)?),
                POLICY_MAPPINGS => self.policy_mappings = policy_mappings(in_sequence()?)?,
                POLICY_CONSTRAINTS => {
                    let value = policy_constraints(in_sequence()?)?;
                    self.policy_constraints = Some(Extension { critical, value });
                }
                INHIBIT_ANY_POLICY => {
                    let value = der::unsigned(der::whole(body, tag::INTEGER)?)?;
                    self.inhibit_any_policy = Some(Extension { critical, value });
                }
                CRL_DISTRIBUTION_POINTS => {
                    self.distribution_points = Some(distribution_points(body)?);
                }
                ISSUER_ALT_NAME => drop(in_sequence()?),
                _ => self.note_unknown(extension),
            },
            AUTHORITY_INFORMATION_ACCESS => {
                let value = issuer_urls(in_sequence()?)?;
                self.issuer_urls = Some(Extension { critical, value });
            }
            CERTIFICATE_TEMPLATE_NAME | CERTIFICATE_TEMPLATE => {
                self.has_certificate_template = true;
            }
            // Windows reads them; they say what extended key usage and policies say (MS-WCCE).
            APPLICATION_POLICIES | APPLICATION_POLICY_MAPPINGS | APPLICATION_POLICY_CONSTRAINTS => {
            }
            _ => self.note_unknown(extension),
        }
        Ok(())
    }

    fn note_unknown(&mut self, extension: &X509Extension<'_>) {
        if extension.critical {
            self.unknown_critical.push(extension.oid.to_id_string());
        }
    }
}

fn basic_constraints(content: &[u8]) -> Result<BasicConstraints, Malformed> {
    let mut reader = Reader::new(content);
    let is_authority = reader.boolean_or_false()?;
    let path_length = reader.optional(tag::INTEGER)?.map(der::unsigned).transpose()?;
    reader.finish()?;
    Ok(BasicConstraints { is_authority, path_length })
}

fn key_usage(body: &[u8]) -> Result<KeyUsage, Malformed> {
    let (bits, unused) = match der::whole(body, tag::BIT_STRING)? {
        [unused, bits @ ..] if *unused < 8 => (bits, *unused),
        _ => return Err(Malformed),
    };
    if bits.len() > 2 || (bits.is_empty() && unused > 0) {
        return Err(Malformed);
    }
    let octet = |index: usize| u16::from(bits.get(index).copied().unwrap_or(0).reverse_bits());
    Ok(KeyUsage(octet(0) | octet(1) << 8))
}

fn authority_key_identifier(content: &[u8]) -> Result<AuthorityKeyIdentifier, Malformed> {
    let mut reader = Reader::new(content);
    let key_identifier = reader.optional(tag::context(0))?.map(<[u8]>::to_vec);
    let has_issuer = reader.optional(tag::context_constructed(1))?.is_some();
    let has_serial_number = reader.optional(tag::context(2))?.is_some();
    reader.finish()?;
    Ok(AuthorityKeyIdentifier { key_identifier, has_issuer, has_serial_number })
}

fn name_constraints(content: &[u8]) -> Result<NameConstraints, Malformed> {
    let mut reader = Reader::new(content);
    let permitted = reader.optional(tag::context_constructed(0))?.unwrap_or_default();
    let excluded = reader.optional(tag::context_constructed(1))?.unwrap_or_default();
    reader.finish()?;
    Ok(NameConstraints {
        permitted: GeneralName::read_subtrees(permitted)?,
        excluded: GeneralName::read_subtrees(excluded)?,
    })
}

/// The policies, without their qualifiers.
fn policies(content: &[u8]) -> Result<Vec<String>, Malformed> {
    let mut reader = Reader::new(content);
    let mut policies = Vec::new();
    while !reader.is_empty() {
        let mut information = Reader::new(reader.expect(tag::SEQUENCE)?);
        policies.push(dotted(information.expect(tag::OBJECT_IDENTIFIER)?)?);
    }
    Ok(policies)
}

fn policy_mappings(content: &[u8]) -> Result<Vec<(String, String)>, Malformed> {
    let mut reader = Reader::new(content);
    let mut mappings = Vec::new();
    while !reader.is_empty() {
        let mut mapping = Reader::new(reader.expect(tag::SEQUENCE)?);
        let mut policy = || dotted(mapping.expect(tag::OBJECT_IDENTIFIER)?);
        mappings.push((policy()?, policy()?));
        mapping.finish()?;
    }
    Ok(mappings)
}

fn policy_constraints(content: &[u8]) -> Result<PolicyConstraints, Malformed> {
    let mut reader = Reader::new(content);
    let mut number = |tag| reader.optional(tag)?.map(der::unsigned).transpose();
    let (require_explicit, inhibit_mapping) = (number(tag::context(0))?, number(tag::context(1))?);
    reader.finish()?;
    Ok(PolicyConstraints { require_explicit, inhibit_mapping })
}

/// The URLs below caIssuers; at least one access description is demanded.
fn issuer_urls(content: &[u8]) -> Result<Vec<String>, Malformed> {
    const CA_ISSUERS: &[u8] = &oid!(raw 1.3.6.1.5.5.7.48.2);
    let mut reader = Reader::new(content);
    let mut urls = Vec::new();
    if reader.is_empty() {
        return Err(Malformed);
    }
    while !reader.is_empty() {
        let mut description = Reader::new(reader.expect(tag::SEQUENCE)?);
        let method = description.expect(tag::OBJECT_IDENTIFIER)?;
        let location = GeneralName::read(&mut description)?;
        description.finish()?;
        if let (CA_ISSUERS, GeneralName::Uri(url)) = (method, location) {
            urls.push(url);
        }
    }
    Ok(urls)
}

/// The OID of anyExtendedKeyUsage, dotted.
pub(crate) const ANY_EXTENDED_KEY_USAGE: &str = "2.5.29.37.0";

/// The OID of anyPolicy, dotted (section 4.2.1.4).
pub(crate) const ANY_POLICY: &str = "2.5.29.32.0";

/// The common name attribute type (RFC 5280, appendix A.1).
pub(crate) const COMMON_NAME: Oid<'static> = oid!(2.5.4.3);

/// The emailAddress attribute type (RFC 2985, section 5.2.1).
pub(crate) const EMAIL_ADDRESS: Oid<'static> = oid!(1.2.840.113549.1.9.1);
