//! A finding as a report gives it.

use std::collections::HashMap;
use std::fmt::Write;

use serde::Serialize;

use super::findings::Finding;
use super::rule::Rule;
use crate::finding::Severity;

/// A finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct FindingReport {
    /// The rule.
    pub id: Rule,
    /// What it weighs.
    pub severity: Severity,
    /// The position of the certificate in the path, 0 for the judged one; `None` for findings about
    /// the stores.
    pub certificate: Option<usize>,
    /// What is wrong.
    pub message: String,
    /// Where the rule is written.
    pub reference: &'static str,
    /// The HRESULT of Windows for it, such as `0x800B0109`.
    pub h_result: Option<String>,
}

/// How many findings of one rule about one certificate are given each by itself.
const MAXIMUM_ALIKE: usize = 3;

impl FindingReport {
    /// The findings, with those beyond the first of one kind in one.
    pub(super) fn summed(findings: &[Finding]) -> Vec<Self> {
        let mut counts: HashMap<(Rule, usize), usize> = HashMap::new();
        let mut reports = Vec::new();
        let mut last = HashMap::new();
        for finding in findings {
            let kind = (finding.rule, finding.position);
            let count = counts.entry(kind).or_default();
            *count += 1;
            if *count <= MAXIMUM_ALIKE {
                last.insert(kind, reports.len());
                reports.push(Self::new(finding));
            }
        }
        for (kind, at) in last {
            let more = counts.get(&kind).map_or(0, |count| count.saturating_sub(MAXIMUM_ALIKE));
            if more > 0 {
                let _ = write!(reports[at].message, " (and {more} more of this kind)");
            }
        }
        reports
    }

    pub(super) fn new(finding: &Finding) -> Self {
        let entry = finding.rule.entry();
        let is_about_stores =
            matches!(finding.rule, Rule::RootInIntermediateStore | Rule::IntermediateInRootStore);
        let message = match finding.detail.as_str() {
            "" => entry.title.to_owned(),
            detail => format!("{}: {detail}", entry.title),
        };
        Self {
            id: finding.rule,
            severity: finding.severity,
            certificate: (!is_about_stores).then_some(finding.position),
            message,
            reference: entry.source,
            h_result: (entry.hresult != 0).then(|| format!("0x{:08X}", entry.hresult)),
        }
    }
}
