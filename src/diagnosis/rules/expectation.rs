//! What the rules expect of the mail of a case, its steps left aside.

use std::collections::BTreeSet;

use super::engine::Answers;
use super::rule::{Effect, Rule, Scope};
use super::table;
use crate::diagnosis::case::Case;
use crate::diagnosis::finding_id::FindingId;
use crate::diagnosis::report::Verdict;

/// What the rules expect of a case.
#[derive(Clone)]
pub(crate) struct Expectation {
    /// The rules that apply.
    pub applying: Vec<FindingId>,
    /// The first of them that refuses.
    pub refused_by: Option<&'static Rule>,
}

/// Asks all rules on cases.
pub(crate) fn expect(case: &Case<'_>) -> Expectation {
    let disabled = BTreeSet::new();
    let mut answers = Answers::new(case, &disabled);
    let mut found = Expectation { applying: Vec::new(), refused_by: None };
    for (place, rule) in table::all().enumerate().filter(|(_, rule)| rule.scope == Scope::Case) {
        let Some(answer) = answers.take(place, rule) else { continue };
        found.applying.push(rule.id);
        if let (Effect::Decides(of_rule), false) = (rule.effect, answer.proof.is_advice) {
            let is_refused = answer.proof.verdict.unwrap_or(of_rule) == Verdict::Refused;
            found.refused_by = found.refused_by.or(is_refused.then_some(rule));
        }
    }
    found
}
