//! Certificate chains: path building, verification, trust, completeness, and what to do.
//!
//! [`verdict`] tells whether a chain is accepted, [`report`] everything about it. Both hold it
//! against the one table of rules in [`rule`], under a [`Profile`], at a given time. Policy trees,
//! delta and indirect revocation lists are left out, and said to be where they matter.

#![forbid(unsafe_code)]

mod budget;
mod certificate_checks;
mod comparison;
mod completeness;
mod embedded_roots;
mod examination;
mod finding_report;
mod findings;
mod mailbox;
mod name_constraints;
mod path_checks;
mod pool;
mod remedy;
mod report;
mod request;
mod revocation;
mod role;
pub mod rule;
mod search;
mod signature;
mod subject_checks;
mod survey;
mod verdict;

pub use crate::finding::{Severity, Step};
pub use budget::Limits;
pub use comparison::{Comparison, Difference, OnlyIn};
pub use completeness::{Completeness, MissingIssuer};
pub use embedded_roots::{EmbeddedRoots, embedded_roots};
pub use examination::{ChainInput, ChainInputError, NamedBytes, examine};
pub use finding_report::FindingReport;
pub use findings::Finding;
pub use report::{
    AlternativePath, CertificateOrigin, CertificateReport, ChainReport, Trust, report,
};
pub use request::{ChainRequest, Purpose};
pub use revocation::{NotARevocationList, RevocationList};
pub use rule::{Profile, Rule};
pub use subject_checks::ExpectedName;
pub use verdict::{ChainVerdict, verdict};
