//! What a probe came to: its session, read from its own log like any other, and the report on it.

use std::path::PathBuf;

use serde::Serialize;

use super::credential::KeyUse;
use super::series::Attempt;
use super::step::Step;
use crate::chain::ChainReport;
use crate::diagnosis::{CertificateSummary, Report, Verdict};
use crate::session::Session;
use crate::timestamp::Timestamp;

/// The version of the outcome's JSON: it grows by 1 when a member changes its meaning or goes.
pub const PROBE_SCHEMA_VERSION: u32 = 1;

/// A step and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct TimedStep {
    /// The step.
    pub step: Step,
    /// How long it took.
    pub milliseconds: u64,
    /// The reply, all its lines in one; `None` where the step ends with none.
    pub reply: Option<String>,
}

/// What a probe came to. Serialised in PascalCase, absent values as `null`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ProbeOutcome {
    /// [`PROBE_SCHEMA_VERSION`].
    pub schema_version: u32,
    /// The version of EopRelay.
    pub product_version: &'static str,
    /// When it began.
    pub start_time: Timestamp,
    /// The host that was connected to.
    pub host: String,
    /// MAIL FROM; `None` where no mail was asked about.
    pub mail_from: Option<String>,
    /// RCPT TO.
    pub recipient: Option<String>,
    /// Accepted: the recipient was accepted, and Exchange can use the key. Refused: the report says
    /// so. Uncertain: all else.
    pub verdict: Verdict,
    /// The same in a few sentences.
    pub summary: String,
    /// What it cannot show, each in a sentence.
    pub limits: Vec<String>,
    /// Why the dialogue ended early.
    pub fault: Option<String>,
    /// The steps in order.
    pub steps: Vec<TimedStep>,
    /// Whether the other side asked for a certificate.
    pub certificate_requested: bool,
    /// The certificates that were sent, the own one first; empty where none was.
    pub sent_chain: Vec<CertificateSummary>,
    /// Whose access to the private key was tried.
    pub key: Option<KeyUse>,
    /// The certificates of the other side, its own first.
    pub remote_chain: Vec<CertificateSummary>,
    /// What becomes of the chain of the other side, held against its host or the expected name.
    pub remote_trust: Option<ChainReport>,
    /// The log that is kept.
    pub log: Option<PathBuf>,
    /// The session of that log.
    pub session: Option<Session>,
    /// The report on the session; `None` where no mail was asked about.
    pub report: Option<Report>,
    /// 0 accepted, 10 accepted with warnings, 20 refused, 30 uncertain.
    pub exit_code: u8,
}

impl ProbeOutcome {
    /// What counts in a series.
    #[must_use]
    pub fn attempt(&self) -> Attempt {
        let session = self.session.as_ref();
        Attempt {
            host: session.and_then(Session::remote_host).map(str::to_owned),
            accepted: self.step(Step::Recipient).is_some_and(|reply| reply.starts_with('2')),
            reply: session.and_then(Session::reply).map(str::to_owned),
        }
    }

    /// The reply of a step.
    pub(super) fn step(&self, step: Step) -> Option<&str> {
        self.steps.iter().rev().find(|taken| taken.step == step)?.reply.as_deref()
    }
}
