//! What the readers of evidence in the form of records have in common.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use serde::{Serialize, Serializer};

use crate::log::{Notice, Severity};

/// Records, and the trouble met on the way to them.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct EvidenceBatch<T> {
    /// The records, in the order of their source.
    pub records: Vec<T>,
    /// What could not be read, or not as it stands; the rest was read.
    #[serde(serialize_with = "with_severity")]
    pub notices: Vec<Notice>,
}

/// Notices with how much each matters, which their code shows only to those who know it.
fn with_severity<S: Serializer>(notices: &[Notice], serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    #[serde(rename_all = "PascalCase")]
    struct NoticeWithSeverity<'a> {
        #[serde(flatten)]
        notice: &'a Notice,
        severity: Severity,
    }
    let to_object = |notice| NoticeWithSeverity { notice, severity: Notice::severity(notice) };
    serializer.collect_seq(notices.iter().map(to_object))
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

    /// Adds a piece of text, or with `None` ends it; `false` where the reader awaits none.
    fn add_text(&mut self, _text: Option<&str>) -> bool {
        false
    }

    /// Set to `true` from any thread, it ends the reading.
    fn cancellation(&self) -> Arc<AtomicBool>;
}
