//! Connectors of the logs of the Hybrid Configuration Wizard that stand in for an export.

use std::fmt::Write as _;

use super::rule::{Answer, Proof, RuleText};
use super::wizard::proof_of;
use crate::diagnosis::case::Case;
use crate::diagnosis::case::wizard_state::{Staleness, age_text};
use crate::diagnosis::remedies;
use crate::diagnosis::report::{EvidenceLine, Severity};
use crate::evidence::HybridConnector;

pub(crate) const CONNECTORS_FROM_WIZARD: RuleText = RuleText {
    says: "The inbound connectors are as the logs of the Hybrid Configuration Wizard last knew them.",
    why: "No export was given, or it shows a WhenChangedUTC that is older than a change in these \
          logs. The wizard reads the connectors before it changes them; what was \
          changed since by hand its logs do not hold.",
    example: "Inbound from contoso as the wizard knew it 12 days before the report.",
    helps: "Export the inbound connectors, and check again.",
    certainty: "Inferred up to 30 days; open where the state is older, or the wizard set out to \
                change it and its log does not show whether it did.",
    sources: "logs of the Hybrid Configuration Wizard",
};

pub(crate) fn stands_in(case: &Case<'_>) -> Option<Answer> {
    let evidence = case.evidence;
    let states: Vec<&HybridConnector> = evidence.wizard_states.iter().flatten().collect();
    let is_used = !states.is_empty() || evidence.is_export_older;
    if !is_used || !case.is_known() || !case.rests_on_attribution() {
        return None;
    }
    let known: Vec<String> = states
        .iter()
        .map(|state| format!("{} {}", state.name, age_text(state, case.evidence.at)))
        .collect();
    let mut text = if evidence.is_export_older {
        let gone = evidence.taken_away.iter().map(|(name, change)| {
            let time = change.time().map(|time| format!(" at {time}")).unwrap_or_default();
            format!("{name} was taken away{time}")
        });
        format!(
            "The export of the inbound connectors is older than what the Hybrid Configuration \
             Wizard changed by its logs, and they count: {}. What was changed since by hand, neither \
             knows.",
            known.into_iter().chain(gone).collect::<Vec<_>>().join("; ")
        )
    } else {
        format!(
            "No export of the inbound connectors was given; the logs of the Hybrid Configuration \
             Wizard stand in for it: {}. What was changed since by hand, they do not know.",
            known.join("; ")
        )
    };
    let first = case.incident.map(|incident| incident.first);
    let is_later = |state: &&HybridConnector| state.as_of.zip(first).is_some_and(|(a, b)| a > b);
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
    let of_wizard = evidence.wizard_states.iter().enumerate().filter(|(_, one)| one.is_some());
    let lines: Vec<EvidenceLine> = of_wizard
        .flat_map(|(index, _)| case.inbound_proof(index))
        .chain(evidence.taken_away.iter().map(|(_, change)| proof_of(change)))
        .collect();
    let is_old = |state: &HybridConnector| Staleness::of(state, case.evidence.at) == Staleness::Old;
    let is_open = evidence.is_export_older
        || states.iter().any(|state| is_old(state) || !state.unsettled.is_empty());
    let proof = Proof { severity: is_open.then_some(Severity::Warning), ..Proof::of(lines) };
    Some(proof.says(text, vec![remedies::export_inbound_connectors(case)]))
}
