//! Files that cannot be read, and those that wait for them.
//!
//! Rows of a session may lie in several files of a folder, and are accepted in the order of the files.
//! So if one cannot be read, those after it wait for the next run, which reads it first. If it still
//! cannot be read then, they are read without it: no damaged file blocks the others for ever.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

use super::file_registry::{absolute, is_gone, key_of};
use crate::log::{Discovery, LogFile, Notice, NoticeCode, reading_order};

/// The failures of this run and of the one before.
#[derive(Default)]
pub(super) struct Failures {
    /// By [`key_of`] their paths.
    of_run_before: BTreeSet<PathBuf>,
    /// Absolute.
    unreadable: BTreeSet<PathBuf>,
    is_any_new: bool,
    /// By the index of the file.
    postponed: Vec<bool>,
}

impl Failures {
    /// Begins with the files that the run before could not read, and with what was not found now
    /// because a file or folder cannot be looked at.
    pub(super) fn new(of_run_before: &[PathBuf], discovery: &Discovery) -> Self {
        let mut failures = Self {
            of_run_before: of_run_before.iter().map(|path| key_of(path)).collect(),
            ..Self::default()
        };
        let is_unreadable = |notice: &&Notice| notice.code == NoticeCode::Unreadable;
        let unreadable = discovery.notices.iter().filter(is_unreadable);
        let unreadable = unreadable.filter_map(|notice| notice.path.as_deref());
        let failed: HashSet<&Path> =
            unreadable.filter(|path| !is_gone(path) && failures.add(path)).collect();
        let mut first_of_folder: HashMap<Option<&Path>, &Path> = HashMap::new();
        for path in &failed {
            let first = first_of_folder.entry(path.parent()).or_insert(path);
            if reading_order(path, first).is_lt() {
                *first = path;
            }
        }
        let waits = |file: &LogFile| {
            file.path.ancestors().skip(1).any(|folder| failed.contains(folder))
                || first_of_folder
                    .get(&file.path.parent())
                    .is_some_and(|failed| reading_order(failed, &file.path).is_lt())
        };
        failures.postponed = discovery.files.iter().map(waits).collect();
        failures
    }

    /// Adds a file that cannot be read, or not to its end.
    pub(super) fn add_file(&mut self, files: &[LogFile], index: usize) {
        let Some(failed) = files.get(index) else { return };
        if !self.add(&failed.path) {
            return;
        }
        for (file, is_postponed) in files.iter().zip(&mut self.postponed).skip(index + 1) {
            *is_postponed |= file.source == failed.source;
        }
    }

    /// Adds a path; whether the run before could still read it.
    fn add(&mut self, path: &Path) -> bool {
        self.unreadable.insert(absolute(path));
        let is_new = !self.of_run_before.contains(&key_of(path));
        self.is_any_new |= is_new;
        is_new
    }

    pub(super) fn is_postponed(&self, index: usize) -> bool {
        self.postponed.get(index).copied().unwrap_or_default()
    }

    /// Whether the next run may read what this one could not.
    pub(super) fn asks_for_another_run(&self) -> bool {
        self.is_any_new
    }

    /// The files that could not be read.
    pub(super) fn unreadable(&self) -> Vec<PathBuf> {
        self.unreadable.iter().cloned().collect()
    }

    /// The notice of those that wait, at the first of them.
    pub(super) fn notice(&self, files: &[LogFile]) -> Option<Notice> {
        let first = self.postponed.iter().position(|is_postponed| *is_postponed)?;
        let count = self.postponed.iter().filter(|is_postponed| **is_postponed).count();
        let files_wait =
            if count == 1 { "this file waits" } else { "this file and later ones wait" };
        Some(Notice {
            count: count as u64,
            message: format!(
                "{files_wait} for the next run, because one before cannot be read and its rows come \
                 first; if that still cannot be read then, it is passed over"
            ),
            ..Notice::new(NoticeCode::Unreadable, &files.get(first)?.path)
        })
    }
}
