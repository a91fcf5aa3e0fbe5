//! The step that makes a change: command, check and way back, from the change alone.

use super::change::Change;
use super::{server_step, tenant_step};
use crate::finding::Step;

/// The step that makes a change; `action` says what is done, and when. What is done on a server is
/// written for each of `servers`.
pub(crate) fn step_of(change: &Change, action: impl Into<String>, servers: &[&str]) -> Step {
    let action = action.into();
    if change.is_of_tenant() {
        tenant_step::step(change, action)
    } else {
        server_step::step(change, action, servers)
    }
}
