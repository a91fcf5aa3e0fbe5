//! Judging evidence unless it is cancelled.

use serde::Serialize;

use super::answer::json;
use super::error::Failure;
use super::status::EOP_CANCELLED;
use crate::diagnosis::Evidence;

/// The JSON of what the evidence comes to, unless it was cancelled: then that is not whole.
pub(super) fn judged<R: Serialize>(
    evidence: &Evidence,
    judge: impl FnOnce(&Evidence) -> R,
) -> Result<String, Failure> {
    check_cancellation(evidence)?;
    let found = judge(evidence);
    check_cancellation(evidence)?;
    json(&found)
}

/// Ends a call that was cancelled.
pub(super) fn check_cancellation(evidence: &Evidence) -> Result<(), Failure> {
    if evidence.goes_on() {
        return Ok(());
    }
    Err(Failure::new(EOP_CANCELLED, "the call was cancelled".to_owned()))
}
