//! Certificate chains: path building, verification, trust, completeness, and what to do.
//!
//! [`verdict`] says whether a chain is accepted, [`report`] everything about it. Both hold it
//! against the one table of rules in [`rule`], under a [`Profile`], at a given time.

#![forbid(unsafe_code)]

mod budget;
mod certificate_checks;
mod comparison;
mod completeness;
mod embedded_roots;
mod examination;
mod fault_remedy;
mod finding_report;
mod findings;
mod internal_name;
mod mailbox;
mod microsoft_programme;
mod name_constraints;
mod path_checks;
mod policies;
mod pool;
mod private_authority;
mod remedy;
mod report;
mod request;
mod revocation;
mod revocation_list;
mod role;
pub mod rule;
mod search;
mod selection;
mod signature;
mod step_parts;
mod subject_checks;
mod survey;
mod verdict;
mod words;

pub use crate::finding::{Severity, Step};
pub use budget::Limits;
pub use comparison::{Comparison, Difference, OnlyIn};
pub use completeness::{Completeness, MissingIssuer};
pub use embedded_roots::{EmbeddedRoots, embedded_roots};
pub use examination::{ChainInput, ChainInputError, NamedBytes, examine};
pub use finding_report::FindingReport;
pub use findings::Finding;
pub use microsoft_programme::{
    ProgrammeRoot, ProgrammeState, programme_date, programme_issuer, programme_root,
};
pub use policies::PolicyInputs;
pub(crate) use private_authority::private_authority_evidence;
pub use report::{
    AlternativePath, CertificateOrigin, CertificateReport, ChainReport, Trust, UnreadPart, report,
};
pub(crate) use request::RootStores;
pub use request::{ChainRequest, Purpose};
pub use revocation_list::{NotARevocationList, RevocationList};
#[cfg(test)]
pub(crate) use rule::RULES;
pub use rule::{Profile, Rule};
pub use selection::{NotOneCertificate, judged_of};
pub(crate) use signature::{SignatureError, verify_certificate};
pub(crate) use step_parts::{import as import_step, move_to_intermediates, remove as remove_step};
pub use subject_checks::ExpectedName;
pub use verdict::{ChainVerdict, verdict};
