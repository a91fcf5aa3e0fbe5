//! What the readers of evidence in the form of records have in common.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use serde::Serialize;

use crate::log::Notice;

/// Records, and the trouble met on the way to them.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct EvidenceBatch<T> {
    /// The records, in the order of their source.
    pub records: Vec<T>,
    /// What could not be read, or not as it stands; the rest was read.
    pub notices: Vec<Notice>,
}

/// Reads records of one kind out of files and texts, piece by piece and in bounded memory.
pub trait EvidenceReader {
    /// What is read.
    type Record: Serialize;

    /// Reads on: at most `max_records` records, after about `budget` bytes of input, so that a batch
    /// can be empty before the end. `None` at the end, and after a cancellation.
    fn next_batch(
        &mut self,
        max_records: usize,
        budget: u64,
    ) -> Option<EvidenceBatch<Self::Record>>;

    /// Set to `true` from any thread, it ends the reading.
    fn cancellation(&self) -> Arc<AtomicBool>;
}
