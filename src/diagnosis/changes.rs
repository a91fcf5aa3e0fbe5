//! What was changed, and when: beside the course of the sessions it shows what their end changed with.

use crate::diagnosis::evidence::basis::Basis;
use crate::diagnosis::report::{Change, ChangeSource};
use crate::evidence::{HybridChange, HybridOutcome};

/// Changes that are kept, the newest.
const MAXIMUM_CHANGES: usize = 200;

/// The changes of connectors that the evidence holds, the oldest first.
pub(crate) fn changes(evidence: &Basis<'_>) -> Vec<Change> {
    let wizard = evidence.hybrid.iter().flat_map(|history| &history.changes).filter_map(by_wizard);
    let inbound =
        evidence.inbound_connectors.iter().flat_map(|all| all.iter()).filter_map(|connector| {
            Some(Change {
                time: connector.object.when_changed_utc?,
                source: ChangeSource::Export,
                text: format!("inbound connector {} was changed", connector.object.name),
                path: connector.path.clone(),
                line: connector.line,
            })
        });
    let mut changes: Vec<Change> = wizard.chain(inbound).collect();
    changes.sort_by_key(|change| change.time);
    changes.drain(..changes.len().saturating_sub(MAXIMUM_CHANGES));
    changes
}

/// What the wizard set to another value, or tried to.
fn by_wizard(change: &HybridChange) -> Option<Change> {
    let different: Vec<&str> = change
        .properties
        .iter()
        .filter(|property| property.is_different())
        .map(|property| property.name.as_str())
        .collect();
    if different.is_empty() {
        return None;
    }
    let verb = match change.outcome {
        HybridOutcome::Succeeded => "set",
        HybridOutcome::Failed => "failed to set",
        HybridOutcome::NotShown => "was about to set",
    };
    let object = change.identity.as_deref().unwrap_or("an object without a name");
    Some(Change {
        time: change.time()?,
        source: ChangeSource::Wizard,
        text: format!("the wizard {verb} {} of {object}", different.join(", ")),
        path: change.log_path.clone(),
        line: change.line,
    })
}
