//! What a rule is for those who read: `explain --cause`, and the table of verdicts.

use serde::Serialize;

use super::rule::{Effect, Rule, RuleText};
use crate::diagnosis::finding_id::FindingId;
use crate::diagnosis::report::{Confidence, Severity, Verdict};

/// A rule as it stands in the table, with its documentation.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct RuleDescription {
    /// The name of its findings.
    pub id: FindingId,
    /// The verdict where it is the cause; `None`: it stands beside the cause.
    pub verdict: Option<Verdict>,
    /// How much its findings matter; `None`: it finds no fault.
    pub severity: Option<Severity>,
    /// How well it is founded, where nothing in the evidence makes it better or worse.
    pub confidence: Confidence,
    /// The rules that explain the same better: where one of them applies, this one does not.
    pub unless: &'static [FindingId],
    /// Its documentation.
    #[serde(flatten)]
    pub text: &'static RuleText,
}

impl From<&'static Rule> for RuleDescription {
    fn from(rule: &'static Rule) -> Self {
        let verdict = match rule.effect {
            Effect::Decides(verdict) => Some(verdict),
            Effect::Advises => None,
        };
        Self {
            id: rule.id,
            verdict,
            severity: rule.severity,
            confidence: rule.confidence,
            unless: rule.unless,
            text: rule.text,
        }
    }
}
