//! From evidence to a verdict: which rule applies, what shows it, and what is to be done.
//!
//! [`Evidence`] takes sessions, certificates and exports; [`diagnose`] holds it against the one
//! table of rules and gives a [`Report`]. Sessions that are alike in end,
//! certificate and sender are judged once.
//! [`certificate_overview`] says by the same evidence which certificates are sent, and when they
//! expire.

#![forbid(unsafe_code)]

pub(crate) mod case;
mod changes;
mod conclusion;
mod diagnose;
pub(crate) mod evidence;
mod finding_id;
mod findings;
mod judge;
pub(crate) mod literal;
mod observation;
pub(crate) mod overview;
pub(crate) mod remedies;
mod report;
pub(crate) mod rules;
mod scopes;
mod trial;
mod weigh;

pub use diagnose::{Diagnosis, diagnose};
pub use evidence::case_folder::CaseContent;
pub use evidence::chain_log::ChainLog;
pub use evidence::inputs::Input;
pub use evidence::{Evidence, GivenCertificate, Located, NotADomain};
pub use finding_id::FindingId;
pub use overview::{
    AffectedKind, AffectedObject, CertificateOverview, CertificateStatus, CertificateSuccessor,
    ConnectorCertificate, InputProblem, InstalledCertificate, SelectedBy, SentCertificate,
    SentRelation, certificate_overview,
};
pub use report::{
    CertificateSummary, Change, ChangeSource, Confidence, EvidenceLine, Finding, Identity,
    REPORT_SCHEMA_VERSION, Remedy, Report, Scope, Severity, Status, TimelineBucket, Verdict,
};
pub use rules::description::RuleDescription;
pub use rules::rule::RuleText;
