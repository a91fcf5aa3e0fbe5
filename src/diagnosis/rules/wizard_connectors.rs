//! Connectors of the logs of the Hybrid Configuration Wizard that stand in for an export.

use std::fmt::Write as _;

use super::rule::{Answer, Proof, RuleText};
use crate::diagnosis::case::Case;
use crate::diagnosis::case::wizard_state::{Staleness, age_text};
use crate::diagnosis::remedies;
use crate::diagnosis::report::{EvidenceLine, Severity};
use crate::evidence::HybridConnector;

pub(crate) const CONNECTORS_FROM_WIZARD: RuleText = RuleText {
    says: "The inbound connectors are as the logs of the Hybrid Configuration Wizard last knew them.",
    why: "No export was given. The wizard reads the connectors before it changes them; what was \
          changed since by hand its logs do not hold.",
    example: "Inbound from contoso as the wizard knew it 12 days before the report.",
    helps: "Export the inbound connectors, and check again.",
    certainty: "Inferred up to 30 days; open where the state is older, or the wizard set out to \
                change it and its log does not show whether it did.",
    sources: "logs of the Hybrid Configuration Wizard",
};

pub(crate) fn stands_in(case: &Case<'_>) -> Option<Answer> {
    let states = &case.evidence.wizard_states;
    if states.is_empty() || !case.is_known() || !case.rests_on_attribution() {
        return None;
    }
    let known: Vec<String> = states
        .iter()
        .map(|state| format!("{} {}", state.name, age_text(state, case.evidence.at)))
        .collect();
    let mut text = format!(
        "No export of the inbound connectors was given; the logs of the Hybrid Configuration \
         Wizard stand in for it: {}. What was changed since by hand, they do not know.",
        known.join("; ")
    );
    let first = case.incident.map(|incident| incident.first);
    let is_later = |state: &HybridConnector| state.as_of.zip(first).is_some_and(|(a, b)| a > b);
    if states.iter().any(is_later) {
        text.push_str(
            " They are of a later time than the first session of the log, which may have met \
             other connectors.",
        );
    }
    for state in states.iter().filter(|state| !state.unsettled.is_empty()) {
        let _ = write!(
            text,
            " The wizard set out to change {} of {}, and its log does not show whether it did.",
            state.unsettled.join(", "),
            state.name
        );
    }
    let lines: Vec<EvidenceLine> =
        (0..states.len()).flat_map(|index| case.inbound_proof(index)).collect();
    let is_old = |state: &HybridConnector| Staleness::of(state, case.evidence.at) == Staleness::Old;
    let is_open = states.iter().any(|state| is_old(state) || !state.unsettled.is_empty());
    let proof = Proof { severity: is_open.then_some(Severity::Warning), ..Proof::of(lines) };
    Some(proof.says(text, vec![remedies::export_inbound_connectors()]))
}
