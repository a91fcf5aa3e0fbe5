//! The changes of the wizard as a stream of records, piece by piece.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::super::batch::{EvidenceBatch, EvidenceReader};
use super::change::HybridChange;
use super::discovery::{HybridFile, discover_hybrid_files, hybrid_profile_folders};
use super::history::{HybridHistoryBuilder, OpenLog};
use super::notice::HybridNotice;
use crate::input;
use crate::log::{LogInput, Notice, NoticeCode};
use crate::timestamp::Timestamp;

/// What to read, and which changes to hand out.
#[derive(Clone, Debug, Default)]
pub struct HybridChangeQuery {
    /// Files, folders, profiles and patterns; without any, and without contents, the profiles of
    /// this computer.
    pub inputs: Vec<LogInput>,
    /// Contents of files, with what notices and changes call them.
    pub contents: Vec<(String, Vec<u8>)>,
    /// Whether folders below the given ones are read too.
    pub recurse: bool,
    /// Changes of that time or later; those of unknown time pass.
    pub start: Option<Timestamp>,
    /// Changes before that time; those of unknown time pass.
    pub end: Option<Timestamp>,
}

/// Reads the changes, the oldest first. All files are read before the first change is returned:
/// what one was before may stand in another.
pub struct HybridChangeReader {
    contents: VecDeque<(String, Vec<u8>)>,
    files: VecDeque<HybridFile>,
    builder: HybridHistoryBuilder,
    open: Option<OpenLog<'static>>,
    notices: Vec<Notice>,
    changes: Option<VecDeque<HybridChange>>,
    start: Option<Timestamp>,
    end: Option<Timestamp>,
    cancellation: Arc<AtomicBool>,
}

impl HybridChangeReader {
    /// Finds the files. What cannot be found or read comes as notices of the batches.
    #[must_use]
    pub fn new(query: HybridChangeQuery) -> Self {
        let HybridChangeQuery { mut inputs, contents, recurse, start, end } = query;
        let mut notices = Vec::new();
        if inputs.is_empty() && contents.is_empty() {
            match hybrid_profile_folders() {
                Some(path) => inputs.push(LogInput { path, wildcards: false, server: None }),
                None => notices.push(Notice {
                    path: None,
                    message: "no path was given, and this computer has no folder of Windows \
                              profiles"
                        .to_owned(),
                    ..Notice::new(NoticeCode::NothingFound, Path::new(""))
                }),
            }
        }
        let discovery = discover_hybrid_files(&inputs, recurse);
        notices.extend(discovery.notices.into_iter().map(Notice::from));
        Self {
            contents: contents.into(),
            files: discovery.files.into(),
            builder: HybridHistoryBuilder::default(),
            open: None,
            notices,
            changes: None,
            start,
            end,
            cancellation: Arc::default(),
        }
    }

    /// Reads on by about that many bytes; whether all is read.
    fn read_on(&mut self, budget: u64) -> bool {
        if let Some(mut log) = self.open.take() {
            match log.read_on(budget) {
                Ok(true) => self.builder.close(log),
                Ok(false) => self.open = Some(log),
                Err(error) => self.unreadable(log.path(), &error),
            }
        } else if let Some((path, bytes)) = self.contents.pop_front() {
            self.builder.add_bytes(&path, &bytes);
        } else if let Some(file) = self.files.pop_front() {
            let path = file.path.display().to_string();
            let opened = input::open(&file.path)
                .and_then(|file_input| self.builder.open(&path, file_input, file.is_named));
            match opened {
                Ok(open) => self.open = open,
                Err(error) => self.unreadable(&path, &error),
            }
        } else {
            return true;
        }
        false
    }

    fn unreadable(&mut self, path: &str, error: &std::io::Error) {
        self.builder.notices.push(HybridNotice::unreadable(path, error));
    }

    fn take_notices(&mut self) -> Vec<Notice> {
        let of_files = std::mem::take(&mut self.builder.notices);
        self.notices.extend(of_files.into_iter().map(Notice::from));
        std::mem::take(&mut self.notices)
    }

    fn is_wanted(&self, change: &HybridChange) -> bool {
        let Some(time) = change.time() else { return true };
        self.start.is_none_or(|start| time >= start) && self.end.is_none_or(|end| time < end)
    }
}

impl EvidenceReader for HybridChangeReader {
    type Record = HybridChange;

    fn next_batch(
        &mut self,
        max_records: usize,
        budget: u64,
    ) -> Option<EvidenceBatch<HybridChange>> {
        if self.cancellation.load(Ordering::Relaxed) {
            return None;
        }
        if self.changes.is_none() {
            if !self.read_on(budget) {
                return Some(EvidenceBatch { records: Vec::new(), notices: self.take_notices() });
            }
            let mut history = std::mem::take(&mut self.builder).finish();
            self.notices.extend(history.notices.drain(..).map(Notice::from));
            history.changes.retain(|change| self.is_wanted(change));
            self.changes = Some(history.changes.into());
        }
        let changes = self.changes.get_or_insert_default();
        let count = max_records.min(changes.len());
        let records: Vec<HybridChange> = changes.drain(..count).collect();
        let notices = self.take_notices();
        (!records.is_empty() || !notices.is_empty()).then_some(EvidenceBatch { records, notices })
    }

    fn cancellation(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.cancellation)
    }
}
