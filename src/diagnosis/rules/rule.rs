//! What a rule is: what it says, what it does to the verdict, and how it is asked.

use serde::Serialize;

use crate::diagnosis::case::Case;
use crate::diagnosis::finding_id::FindingId;
use crate::diagnosis::remedies::Remedy;
use crate::diagnosis::report::{Confidence, EvidenceLine, Severity, Verdict};

/// Evidence for a rule, and what overrides the verdict, confidence or severity in its row.
#[derive(Clone, Debug, Default)]
pub(crate) struct Proof {
    pub evidence: Vec<EvidenceLine>,
    pub verdict: Option<Verdict>,
    pub confidence: Option<Confidence>,
    pub severity: Option<Severity>,
    /// Whether it stands beside the cause this time, whatever its row says.
    pub is_advice: bool,
}

impl Proof {
    pub fn of(evidence: Vec<EvidenceLine>) -> Self {
        let mut evidence = evidence;
        evidence.dedup_by(|one, other| one.path == other.path && one.line == other.line);
        Self { evidence, ..Self::default() }
    }

    pub fn at(path: &str, line: u64, text: &str) -> Self {
        Self::of(vec![EvidenceLine { path: path.to_owned(), line, text: text.to_owned() }])
    }

    /// The row of the log and the inbound connector that decides. What is predicted and contradicted
    /// by a delivery is uncertain: mail to other tenants arrives without attribution.
    pub fn of_connector(case: &Case<'_>, connector: Option<usize>) -> Self {
        let mut evidence = case.log_proof();
        evidence.extend(connector.map(|index| case.inbound_proof(index)).unwrap_or_default());
        Self { verdict: case.uncertain_if_delivered(), ..Self::of(evidence) }
    }

    /// The answer of a rule that this proves.
    pub fn says(self, message: impl Into<String>, steps: Vec<Remedy>) -> Answer {
        Answer { proof: self, message: message.into(), steps }
    }
}

/// What a rule says of a case to which it applies.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub proof: Proof,
    pub message: String,
    pub steps: Vec<Remedy>,
}

/// What a rule does to the verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// It can be the cause.
    Decides(Verdict),
    /// It stands beside it.
    Advises,
}

/// To what a rule is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// To each case.
    Case,
    /// To the evidence as a whole.
    Evidence,
}

/// The documentation of a rule, from which `explain --cause` and the table of verdicts are made.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct RuleText {
    /// What a finding of it says, in one sentence.
    pub says: &'static str,
    /// Why Exchange Online, or the server, acts so.
    pub why: &'static str,
    /// What it looks like, with values.
    pub example: &'static str,
    /// What helps, the smallest change first.
    pub helps: &'static str,
    /// How sure it is, and on what that rests.
    pub certainty: &'static str,
    /// KB numbers, sections of RFCs, titles of Microsoft Learn, message centre ids or "observed",
    /// separated by "; ".
    pub sources: &'static str,
}

pub(crate) struct Rule {
    pub id: FindingId,
    /// `None`: a verdict that finds no fault, and is no finding.
    pub severity: Option<Severity>,
    pub effect: Effect,
    pub scope: Scope,
    pub confidence: Confidence,
    /// The rules that explain the same better: where one of them applies, this one does not.
    pub unless: &'static [FindingId],
    pub text: &'static RuleText,
    /// Finds the facts, and makes proof, message and steps of them.
    pub test: fn(&Case<'_>) -> Option<Answer>,
}

impl Rule {
    /// What the rule says of a case by itself, its exclusions left aside.
    pub fn ask(&self, case: &Case<'_>) -> Option<Answer> {
        (self.test)(case)
    }
}
