//! Certificate policies (RFC 5280, section 6.1, with the graph of RFC 9618 in place of the tree).
//!
//! Only whether a policy is left at the end decides. So of the graph the newest level alone is kept,
//! each policy once: its size is that of one certificate's policies, however they are mapped.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::budget::Budget;
use super::findings::Findings;
use super::rule::Rule;
use crate::certificate::{ANY_POLICY, Certificate};

/// The inputs of RFC 5280, section 6.1.1 (c), (e), (f) and (g). The default asks for nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PolicyInputs<'a> {
    /// The policies that are acceptable, dotted OIDs; `None`: any.
    pub acceptable: Option<&'a [String]>,
    /// Whether a policy must be left.
    pub require_explicit: bool,
    /// Whether policies may not be mapped.
    pub inhibit_mapping: bool,
    /// Whether anyPolicy stands for no other.
    pub inhibit_any: bool,
}

/// Checks the policies of a path without its anchor, the end entity first.
pub(crate) fn check_policies(
    inputs: PolicyInputs<'_>,
    path: &[&Certificate],
    budget: &mut Budget,
    findings: &mut Findings,
) {
    let requires = |certificate: &&Certificate| {
        let constraints = certificate.extensions.policy_constraints.as_ref();
        constraints.is_some_and(|constraints| constraints.value.require_explicit.is_some())
    };
    // Where nobody demands a policy, none can be missing.
    if !inputs.require_explicit && !path.iter().any(requires) {
        return;
    }
    let work = path.iter().map(|one| {
        one.extensions.policies.as_ref().map_or(0, Vec::len) + one.extensions.policy_mappings.len()
    });
    if !budget.charge_comparisons(work.sum()) {
        return;
    }
    let mut state = State::new(inputs, path.len());
    for (position, certificate) in path.iter().enumerate().rev() {
        let is_last = position == 0;
        if !state.take(certificate, is_last) {
            return findings.add_plain(Rule::PolicyNotPermitted, position);
        }
    }
}

/// A policy of the newest level.
#[derive(Clone, Debug, Default)]
struct Node {
    /// What it may be called one level below (expected_policy_set).
    expected: BTreeSet<String>,
    /// Whether it goes back to an acceptable policy of the level where anyPolicy ended.
    is_acceptable: bool,
}

type Level = BTreeMap<String, Node>;

struct State<'a> {
    inputs: PolicyInputs<'a>,
    /// `None`: the NULL graph.
    level: Option<Level>,
    /// How many certificates may follow before each takes effect.
    explicit: usize,
    mapping: usize,
    any: usize,
}

impl<'a> State<'a> {
    fn new(inputs: PolicyInputs<'a>, count: usize) -> Self {
        let after = |is_at_once: bool| if is_at_once { 0 } else { count + 1 };
        let root = Node {
            expected: BTreeSet::from([ANY_POLICY.to_owned()]),
            is_acceptable: inputs.acceptable.is_none_or(|policies| !policies.is_empty()),
        };
        Self {
            inputs,
            level: Some(Level::from([(ANY_POLICY.to_owned(), root)])),
            explicit: after(inputs.require_explicit),
            mapping: after(inputs.inhibit_mapping),
            any: after(inputs.inhibit_any),
        }
    }

    fn is_acceptable(&self, policy: &str) -> bool {
        self.inputs.acceptable.is_none_or(|policies| policies.iter().any(|one| one == policy))
    }

    /// Goes down to a certificate; `false` if no policy is left that is demanded.
    fn take(&mut self, certificate: &Certificate, is_last: bool) -> bool {
        let is_self_issued = certificate.is_self_issued();
        let extensions = &certificate.extensions;
        let takes_any = self.any > 0 || (!is_last && is_self_issued);
        self.level = match (&extensions.policies, self.level.take()) {
            (Some(policies), Some(above)) => Some(self.next_level(policies, &above, takes_any)),
            _ => None,
        }
        .filter(|level| !level.is_empty());
        // Section 6.1.3 (f).
        if self.explicit == 0 && self.level.is_none() {
            return false;
        }
        let constraints = extensions.policy_constraints.as_ref().map(|one| one.value);
        if is_last {
            // Section 6.1.5 (a), (b), (g).
            self.explicit = self.explicit.saturating_sub(1);
            if constraints.and_then(|one| one.require_explicit) == Some(0) {
                self.explicit = 0;
            }
            let mut nodes = self.level.iter().flat_map(BTreeMap::values);
            return self.explicit > 0 || nodes.any(|node| node.is_acceptable);
        }
        if !self.map(&extensions.policy_mappings) {
            return false;
        }
        // Section 6.1.4 (h) to (j).
        if !is_self_issued {
            for counter in [&mut self.explicit, &mut self.mapping, &mut self.any] {
                *counter = counter.saturating_sub(1);
            }
        }
        let lower = |counter: &mut usize, limit: Option<u32>| {
            *counter = (*counter).min(limit.map_or(usize::MAX, |limit| limit as usize));
        };
        lower(&mut self.explicit, constraints.and_then(|one| one.require_explicit));
        lower(&mut self.mapping, constraints.and_then(|one| one.inhibit_mapping));
        lower(&mut self.any, extensions.inhibit_any_policy.as_ref().map(|one| one.value));
        true
    }

    /// Section 6.1.3 (d).
    fn next_level(&self, policies: &[String], above: &Level, takes_any: bool) -> Level {
        // Which policies of the level above expect one, and whether one of them is acceptable.
        let mut expected: HashMap<&str, bool> = HashMap::new();
        for node in above.values() {
            for policy in &node.expected {
                *expected.entry(policy).or_default() |= node.is_acceptable;
            }
        }
        let any_above = above.get(ANY_POLICY);
        let node = |policy: &str, is_acceptable: bool| {
            let expected = BTreeSet::from([policy.to_owned()]);
            (policy.to_owned(), Node { expected, is_acceptable })
        };
        let mut level = Level::new();
        for policy in policies.iter().filter(|policy| *policy != ANY_POLICY) {
            match (expected.get(policy.as_str()), any_above) {
                (Some(is_acceptable), _) => level.extend([node(policy, *is_acceptable)]),
                (None, Some(_)) => level.extend([node(policy, self.is_acceptable(policy))]),
                (None, None) => {}
            }
        }
        if takes_any && policies.iter().any(|policy| policy == ANY_POLICY) {
            for (policy, is_acceptable) in expected {
                if !level.contains_key(policy) {
                    level.extend([node(policy, is_acceptable)]);
                }
            }
        }
        level
    }

    /// Section 6.1.4 (a), (b); `false` if anyPolicy is mapped, which nobody may.
    fn map(&mut self, mappings: &[(String, String)]) -> bool {
        if mappings.iter().any(|(from, to)| from == ANY_POLICY || to == ANY_POLICY) {
            return false;
        }
        let mut by_issuer: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
        for (from, to) in mappings {
            by_issuer.entry(from).or_default().insert(to.clone());
        }
        let acceptable: Vec<bool> =
            by_issuer.keys().map(|policy| self.is_acceptable(policy)).collect();
        let Some(level) = &mut self.level else { return true };
        let has_any = level.contains_key(ANY_POLICY);
        for ((from, expected), is_acceptable) in by_issuer.into_iter().zip(acceptable) {
            if self.mapping == 0 {
                level.remove(from);
            } else if let Some(node) = level.get_mut(from) {
                node.expected = expected;
            } else if has_any {
                level.insert(from.to_owned(), Node { expected, is_acceptable });
            }
        }
        if level.is_empty() {
            self.level = None;
        }
        true
    }
}
