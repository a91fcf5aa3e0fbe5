//! What a rule is: how it is found, what it changes, and what it says.

use crate::diagnosis::case::Case;
use crate::diagnosis::finding_id::FindingId;
use crate::diagnosis::remedies::of_catalogue;
use crate::diagnosis::remedies::per_server::repeat_per_server;
use crate::diagnosis::report::{Confidence, EvidenceLine, Remedy, Severity, Verdict};
use crate::reply::{self, RejectionClass};

/// Evidence for a rule, and what overrides the verdict, confidence or severity in its row.
#[derive(Clone, Debug, Default)]
pub(crate) struct Proof {
    pub evidence: Vec<EvidenceLine>,
    pub verdict: Option<Verdict>,
    pub confidence: Option<Confidence>,
    pub severity: Option<Severity>,
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

/// How a rule is found, and what it says.
#[derive(Clone, Copy)]
pub(crate) enum Test {
    /// The reply is of that class: the catalogue of replies tells the rest.
    Reply(RejectionClass),
    By {
        find: fn(&Case<'_>) -> Option<Proof>,
        message: fn(&Case<'_>) -> String,
        remedy: fn(&Case<'_>) -> Vec<Remedy>,
        reference: &'static str,
    },
}

pub(crate) struct Rule {
    pub id: FindingId,
    /// The row of the table of verdicts, or the section, from which the rule comes.
    pub source: &'static str,
    /// `None`: a verdict that finds no fault, and is no finding.
    pub severity: Option<Severity>,
    pub effect: Effect,
    pub scope: Scope,
    pub confidence: Confidence,
    pub test: Test,
}

impl Rule {
    pub fn find(&self, case: &Case<'_>) -> Option<Proof> {
        match self.test {
            Test::Reply(class) => {
                (case.class() == Some(class)).then(|| Proof::of(case.log_proof()))
            }
            Test::By { find, .. } => find(case),
        }
    }

    pub fn message(&self, case: &Case<'_>) -> String {
        match self.test {
            Test::Reply(class) => {
                let known = class.entry().map(|entry| entry.meaning.to_owned());
                known.unwrap_or_else(|| unknown_refusal(case))
            }
            Test::By { message, .. } => message(case),
        }
    }

    pub fn remedy(&self, case: &Case<'_>) -> Vec<Remedy> {
        let steps = match self.test {
            Test::Reply(class) => of_catalogue(case, class),
            Test::By { remedy, .. } => remedy(case),
        };
        repeat_per_server(&case.servers(), steps)
    }

    pub fn reference(&self) -> &'static str {
        match self.test {
            Test::Reply(class) => class.entry().map_or("RFC 3463", |entry| entry.reference),
            Test::By { reference, .. } => reference,
        }
    }

    pub fn confidence(&self) -> Confidence {
        let Test::Reply(class) = self.test else { return self.confidence };
        class.entry().map_or(Confidence::Uncertain, |entry| entry.confidence)
    }
}

fn unknown_refusal(case: &Case<'_>) -> String {
    let reply = case.incident.and_then(|incident| incident.reply.as_deref()).unwrap_or_default();
    reply::explain(reply).meaning
}
