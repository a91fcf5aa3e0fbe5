//! From evidence to a verdict: which rule applies, what shows it, and what is to be done.
//!
//! [`Evidence`] takes sessions, certificates and exports; [`diagnose`] holds it against the one
//! table of rules and gives a [`Report`]. Sessions that tell the same story are judged once.
//! [`certificate_overview`] tells of the same evidence which certificates are sent, and when they
//! expire.

#![forbid(unsafe_code)]

mod candidate;
mod case;
mod cause;
mod certificates;
mod chain_log;
mod diagnose;
mod each_server;
mod evidence;
mod findings;
mod literal;
mod locate;
mod lookup;
mod machine;
mod remedies;
mod report;
mod rules;
mod story;
mod tell;
mod told_errors;

pub use cause::Cause;
pub use certificates::{
    CertificateOverview, CertificateStatus, ConnectorCertificate, InputProblem,
    InstalledCertificate, SelectedBy, SentCertificate, SentRelation, certificate_overview,
};
pub use chain_log::ChainLog;
pub use diagnose::{Diagnosis, diagnose};
pub use evidence::{DEFAULT_WARNING_DAYS, Evidence, GivenCertificate, Located};
pub use report::{
    CertificateSummary, Confidence, EvidenceLine, Finding, Remedy, Report, Severity, Status,
    Verdict,
};
