//! Where revocation lists are published (RFC 5280, sections 4.2.1.13 and 5.2.5).

use serde::{Deserialize, Serialize};

use super::der::{self, Malformed, Reader, tag};
use super::distinguished_name::DistinguishedName;
use super::general_name::GeneralName;
use super::hexadecimal;

/// A distributionPoint: names of one place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DistributionPointName {
    /// fullName.
    Full(Vec<GeneralName>),
    /// nameRelativeToCRLIssuer: the content of its SET.
    #[serde(with = "hexadecimal::bytes")]
    Relative(Vec<u8>),
}

impl DistributionPointName {
    /// Reads the content of the field distributionPoint, a CHOICE.
    pub(crate) fn read(content: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(content);
        let name = match reader.optional(tag::context_constructed(0))? {
            Some(names) => Self::Full(GeneralName::read_all(names)?),
            None => Self::Relative(reader.expect(tag::context_constructed(1))?.to_vec()),
        };
        reader.finish()?;
        Ok(name)
    }

    /// The names of the place to compare with others, those relative to the issuer of its list completed.
    pub(crate) fn names(&self, issuer: &DistinguishedName) -> Vec<GeneralName> {
        match self {
            Self::Full(names) => names.iter().map(GeneralName::comparable).collect(),
            Self::Relative(rdn) => {
                issuer.below(rdn).map(GeneralName::Directory).into_iter().collect()
            }
        }
    }
}

/// One entry of cRLDistributionPoints.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DistributionPoint {
    /// Where the list is; `None`: in the directory entry of whoever issues it.
    pub name: Option<DistributionPointName>,
    /// Whether the list holds revocations for some reasons alone.
    pub has_reasons: bool,
    /// Who issues the list, where that is not said to be the certificate's issuer.
    pub issuers: Option<Vec<GeneralName>>,
}

impl DistributionPoint {
    /// Reads the content of the extension.
    pub(crate) fn read_all(content: &[u8]) -> Result<Vec<Self>, Malformed> {
        let mut reader = Reader::new(content);
        let mut points = Vec::new();
        while !reader.is_empty() {
            let mut fields = Reader::new(reader.expect(tag::SEQUENCE)?);
            let name = fields.optional(tag::context_constructed(0))?;
            points.push(Self {
                name: name.map(DistributionPointName::read).transpose()?,
                has_reasons: fields.optional(tag::context(1))?.is_some(),
                issuers: fields
                    .optional(tag::context_constructed(2))?
                    .map(GeneralName::read_all)
                    .transpose()?,
            });
            fields.finish()?;
        }
        Ok(points)
    }
}

/// The content of an extension cRLDistributionPoints.
pub(crate) fn distribution_points(body: &[u8]) -> Result<Vec<DistributionPoint>, Malformed> {
    DistributionPoint::read_all(der::whole(body, tag::SEQUENCE)?)
}
