//! Asking the rules of the table about a case, with their exclusions.

use std::collections::{BTreeMap, BTreeSet};

use super::rule::{Answer, Rule};
use super::table;
use crate::diagnosis::case::Case;
use crate::diagnosis::finding_id::FindingId;

/// The rules that apply to one case. Each is asked once.
pub(crate) struct Answers<'c, 'a> {
    case: &'c Case<'a>,
    disabled: &'c BTreeSet<FindingId>,
    /// What was asked, by place in the table.
    known: BTreeMap<usize, Option<Answer>>,
}

impl<'c, 'a> Answers<'c, 'a> {
    /// Nothing is asked yet; the `disabled` rules never apply, and exclude nothing.
    pub fn new(case: &'c Case<'a>, disabled: &'c BTreeSet<FindingId>) -> Self {
        Self { case, disabled, known: BTreeMap::new() }
    }

    /// What the rule says, if it applies and none of the rules in its `unless` does.
    pub fn take(&mut self, place: usize, rule: &Rule) -> Option<Answer> {
        self.ask(place, rule);
        self.known.get(&place).cloned().flatten()
    }

    fn ask(&mut self, place: usize, rule: &Rule) -> bool {
        if let Some(known) = self.known.get(&place) {
            return known.is_some();
        }
        let is_enabled = !self.disabled.contains(&rule.id) && self.case.evidence.goes_on();
        let answer = if is_enabled { rule.ask(self.case) } else { None };
        let is_excluded = answer.is_some() && rule.unless.iter().any(|id| self.applies(*id));
        let answer = answer.filter(|_| !is_excluded);
        let applies = answer.is_some();
        self.known.insert(place, answer);
        applies
    }

    fn applies(&mut self, id: FindingId) -> bool {
        table::all()
            .enumerate()
            .find(|(_, rule)| rule.id == id)
            .is_some_and(|(place, rule)| self.ask(place, rule))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An exclusion comes to an end: no rule excludes itself over others.
    #[test]
    fn no_rule_excludes_itself_by_way_of_others() {
        for rule in table::all() {
            let mut reached = BTreeSet::new();
            let mut next: Vec<FindingId> = rule.unless.to_vec();
            while let Some(id) = next.pop() {
                assert_ne!(id, rule.id, "{} excludes itself", rule.id.name());
                if reached.insert(id) {
                    let excluding = table::all().find(|other| other.id == id).unwrap();
                    next.extend(excluding.unless);
                }
            }
        }
    }
}
