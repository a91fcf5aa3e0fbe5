//! What a rule is: what it says, what it does to the verdict, and how it is asked.

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
#[derive(Clone, Copy, Debug)]
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

/// How a rule is asked.
#[derive(Clone, Copy)]
pub(crate) enum Test {
    /// The reply is of that class: the catalogue of replies has the rest.
    Reply(RejectionClass),
    /// One function finds the facts, and makes proof, message and steps of them.
    Rule(fn(&Case<'_>) -> Option<Answer>),
    By {
        find: fn(&Case<'_>) -> Option<Proof>,
        message: fn(&Case<'_>) -> String,
        remedy: fn(&Case<'_>) -> Vec<Remedy>,
        reference: &'static str,
    },
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
    pub text: Option<&'static RuleText>,
    pub test: Test,
}

impl Rule {
    /// What the rule says of a case by itself, its exclusions left aside.
    pub fn ask(&self, case: &Case<'_>) -> Option<Answer> {
        let mut answer = match self.test {
            Test::Rule(rule) => rule(case)?,
            Test::Reply(class) if case.class() == Some(class) => {
                let known = class.entry().map(|entry| entry.meaning.to_owned());
                let message = known.unwrap_or_else(|| unknown_refusal(case));
                Proof::of(case.log_proof()).says(message, of_catalogue(case, class))
            }
            Test::Reply(_) => return None,
            Test::By { find, message, remedy, .. } => find(case)?.says(message(case), remedy(case)),
        };
        answer.steps = repeat_per_server(&case.servers(), answer.steps);
        Some(answer)
    }

    pub fn reference(&self) -> &'static str {
        match self.test {
            Test::Reply(class) => class.entry().map_or("RFC 3463", |entry| entry.reference),
            Test::Rule(_) => self.text.map(|text| text.sources).unwrap_or_default(),
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
