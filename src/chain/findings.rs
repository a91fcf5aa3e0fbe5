//! Breaches of rules, as the checks find them.

use super::rule::{Profile, Rule};
use crate::finding::Severity;

/// A rule that a certificate of a path breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule.
    pub rule: Rule,
    /// What it weighs under the profile.
    pub severity: Severity,
    /// The position of the certificate in the path: 0 is the end entity.
    pub position: usize,
    /// What exactly was found; may be empty.
    pub detail: String,
}

/// Takes what the checks find. A verdict wants to know whether there is an error at all, and words
/// nothing; a report keeps everything.
#[derive(Debug)]
pub(crate) struct Findings {
    profile: Profile,
    keeps_all: bool,
    has_error: bool,
    list: Vec<Finding>,
}

impl Findings {
    /// For a verdict.
    pub fn errors_only(profile: Profile) -> Self {
        Self { profile, keeps_all: false, has_error: false, list: Vec::new() }
    }

    /// For a report.
    pub fn all(profile: Profile) -> Self {
        Self { keeps_all: true, ..Self::errors_only(profile) }
    }

    /// Whether an error was found.
    pub fn has_error(&self) -> bool {
        self.has_error
    }

    /// Whether nothing further could change the outcome.
    pub fn is_decided(&self) -> bool {
        self.has_error && !self.keeps_all
    }

    /// Adds a breach.
    pub fn add(&mut self, rule: Rule, position: usize, detail: impl FnOnce() -> String) {
        let severity = rule.severity(self.profile);
        self.has_error |= severity == Severity::Error;
        if self.keeps_all {
            self.list.push(Finding { rule, severity, position, detail: detail() });
        }
    }

    /// Adds a breach that needs no words beside the rule's.
    pub fn add_plain(&mut self, rule: Rule, position: usize) {
        self.add(rule, position, String::new);
    }

    /// Adds a breach if a condition holds.
    pub fn add_if(&mut self, condition: bool, rule: Rule, position: usize) {
        if condition {
            self.add_plain(rule, position);
        }
    }

    /// The findings, the most significant first: by severity, then by rank, then from the end entity up.
    pub fn into_sorted(mut self) -> Vec<Finding> {
        self.list.sort_by_key(|f| (std::cmp::Reverse(f.severity), f.rule.rank(), f.position));
        self.list.dedup();
        self.list
    }
}
