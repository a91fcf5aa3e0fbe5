//! What a view shows of a chain; a report that comes back as JSON has no more of it.

use serde::Deserialize;

use crate::chain::ChainReport;
use crate::diagnosis::Report;
use crate::finding::Severity;
use crate::timestamp::Timestamp;

/// A chain as a view shows it: members of the JSON of a [`ChainReport`].
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ChainOutline {
    /// One sentence with the most telling finding.
    pub summary: String,
    /// The certificates of the path, the judged one first.
    pub certificates: Vec<ChainLink>,
    /// What is wrong, the most telling first.
    pub findings: Vec<ChainFault>,
    /// The issuers that are missing.
    #[serde(default)]
    pub missing_issuers: Vec<MissingLink>,
}

/// A certificate of the path.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ChainLink {
    /// The subject, a Windows X.500 string.
    pub subject: String,
    /// The SHA-1 thumbprint in hexadecimal digits.
    pub thumbprint: String,
    /// The first moment of its validity.
    pub not_before: Option<Timestamp>,
    /// The last moment of its validity.
    pub not_after: Option<Timestamp>,
    /// Host names, the common name first.
    #[serde(default)]
    pub dns_names: Vec<String>,
    /// Type and size of the key, such as `RSA 2048`.
    pub public_key: String,
    /// The name of where it was found, such as `IntermediateStore`.
    pub origin: String,
}

/// A finding about the chain.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ChainFault {
    /// What it weighs.
    pub severity: Severity,
    /// The position of the certificate in the path, 0 for the judged one; `None`: about the stores.
    pub certificate: Option<usize>,
    /// What is wrong.
    pub message: String,
}

/// An issuer that is missing.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct MissingLink {
    /// Its subject, a Windows X.500 string.
    pub subject: String,
}

impl ChainOutline {
    /// The outline of the report's chain, if it has one.
    #[must_use]
    pub fn of(report: &Report) -> Option<Self> {
        report.chain.as_ref().and_then(Self::of_chain)
    }

    fn of_chain(chain: &ChainReport) -> Option<Self> {
        let json = serde_json::to_value(chain).ok()?;
        serde_json::from_value(json).ok()
    }
}
