//! Row 3: whether there is a connector that may grant relay.

use crate::connector::{AddressMatch, ConnectorAssessment, Eligibility, NameRelation, Outcome};
use crate::diagnosis::case::Case;
use crate::diagnosis::literal::{listed, literal};
use crate::diagnosis::remedies;
use crate::diagnosis::report::Remedy;
use crate::diagnosis::rules::attribution::{is_attr36, name_of, outcome, proof};
use crate::diagnosis::rules::rule::Proof;

fn connectors_with(case: &Case<'_>, eligibility: &Eligibility) -> Vec<usize> {
    let all = case.attribution.connectors.iter().enumerate();
    all.filter(|(_, one)| one.eligibility == *eligibility).map(|(index, _)| index).collect()
}

pub(crate) fn is_without_connector(case: &Case<'_>) -> bool {
    let may_grant = case.attribution.connectors.iter().any(ConnectorAssessment::may_be_eligible);
    case.evidence.inbound_connectors.is_some()
        && !may_grant
        && case.rests_on_attribution()
        && case.is_known()
        && !is_attr36(case)
}

pub(crate) fn connector_disabled(case: &Case<'_>) -> Option<Proof> {
    let disabled = matching_disabled(case)?;
    let is_nothing_else = is_without_connector(case)
        || (matches!(outcome(case), Some(Outcome::NoMatch)) && disabled.1);
    is_nothing_else.then(|| proof(case, Some(disabled.0)))
}

/// The disabled connector that matches, else the first one; and whether it matches.
fn matching_disabled(case: &Case<'_>) -> Option<(usize, bool)> {
    let disabled = connectors_with(case, &Eligibility::Disabled);
    let matches = |index: &usize| {
        let one = &case.attribution.connectors[*index];
        matches!(one.name_match.relation, NameRelation::Match(_))
            || matches!(one.address, AddressMatch::Listed(_))
    };
    let matching = disabled.iter().copied().find(matches);
    matching.map(|index| (index, true)).or(disabled.first().map(|index| (*index, false)))
}

pub(crate) fn connector_disabled_message(case: &Case<'_>) -> String {
    let name = matching_disabled(case).map(|(index, _)| name_of(case, index)).unwrap_or_default();
    format!(
        "The inbound connector {name} is disabled, and no other one of type OnPremises matches {}: \
         Exchange Online cannot tell whose mail it is.",
        case.certificate_text()
    )
}

pub(crate) fn connector_disabled_remedy(case: &Case<'_>) -> Vec<Remedy> {
    let name = matching_disabled(case).map(|(index, _)| name_of(case, index));
    let identity = literal(name.as_deref(), "inbound connector");
    vec![
        Remedy::tenant("Enable the connector, if nobody disabled it for a reason.")
            .command(format!("Set-InboundConnector -Identity {identity} -Enabled $true"))
            .verify(
                "after up to an hour a message to a recipient outside Microsoft 365 is accepted",
            )
            .undo(format!("Set-InboundConnector -Identity {identity} -Enabled $false")),
    ]
}

pub(crate) fn connector_wrong_type(case: &Case<'_>) -> Option<Proof> {
    let partners = connectors_with(case, &Eligibility::Partner);
    let first = partners.first().copied()?;
    let has_disabled = matching_disabled(case).is_some();
    (is_without_connector(case) && !has_disabled).then(|| proof(case, Some(first)))
}

pub(crate) fn connector_wrong_type_message(case: &Case<'_>) -> String {
    let names: Vec<String> = connectors_with(case, &Eligibility::Partner)
        .into_iter()
        .map(|index| name_of(case, index))
        .collect();
    format!(
        "The tenant has inbound connectors of type Partner only ({}): a Partner connector never \
         grants relay, whatever it matches.",
        listed(names.iter().map(String::as_str), 4)
    )
}

pub(crate) fn connector_missing(case: &Case<'_>) -> Option<Proof> {
    let is_empty = case.attribution.connectors.is_empty();
    (is_without_connector(case) && is_empty).then(|| proof(case, None))
}

pub(crate) fn connector_missing_message(_: &Case<'_>) -> String {
    "The tenant has no inbound connector: Exchange Online cannot tell whose mail it is, and relays \
     none."
        .to_owned()
}

pub(crate) fn new_connector_remedy(case: &Case<'_>) -> Vec<Remedy> {
    vec![remedies::new_connector(case), remedies::rerun_wizard()]
}
