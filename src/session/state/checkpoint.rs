//! The state of a run: what the run before left, and what this one leaves.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use super::StateOptions;
use super::failures::Failures;
use super::file_registry::{FileRegistry, absolute, growing, is_gone, key_of};
use super::state_file::{StateError, StateFile, StateTrouble};
use super::stored::{
    State, StoredConversation, StoredFile, StoredHalf, StoredIds, StoredSession, StoredSource,
};
use crate::certificate::LoggedCertificate;
use crate::log::{Discovery, Edges, FileStart, Format, KnownFile, LogFile, Notice, NoticeCode};
use crate::session::assembly::{IisConversations, ProxyJoiner, Sequencer, SessionKey, Tombstones};
use crate::timestamp::{TICKS_PER_DAY, TICKS_PER_MINUTE, Timestamp};

/// The state of a run that goes on where another stopped.
pub(crate) struct Checkpoint {
    file: StateFile,
    is_final: bool,
    /// By [`key_of`] their paths.
    known: BTreeMap<PathBuf, Known>,
    registry: FileRegistry,
    growing: Vec<bool>,
    failures: Failures,
    now: Option<Timestamp>,
    /// What the other run left, until it is restored.
    left: State,
    formats: Vec<Arc<Format>>,
}

struct Known {
    path: PathBuf,
    file: KnownFile,
    is_growing: bool,
    /// Since when it is gone, in ticks.
    gone_since: Option<i64>,
}

/// After that long without a row a session is emitted: its end will not come.
const OVERDUE_TICKS: i64 = 2 * TICKS_PER_DAY;
/// After that long a half is emitted alone. The halves of one session end within seconds, but
/// Exchange writes the one log later than the other.
const ALONE_TICKS: i64 = 15 * TICKS_PER_MINUTE;
/// After that long a file that is gone is forgotten: Exchange deletes logs when they are that old,
/// and a file that comes back sooner is read on.
const FORGOTTEN_TICKS: i64 = 30 * TICKS_PER_DAY;

impl Checkpoint {
    /// Opens the state file. Adds notices of what is missing now to those of the discovery.
    pub(crate) fn open(
        options: StateOptions,
        discovery: &mut Discovery,
        now: Option<Timestamp>,
    ) -> Result<Self, StateError> {
        let is_in_memory = options.memory.is_some();
        let (file, state) = match options.memory {
            Some(memory) => StateFile::in_memory(memory)?,
            None => StateFile::open(options.path)?,
        };
        if state.is_none() && !is_in_memory {
            discovery.notices.push(Notice {
                message: "there is no state file yet: all logs are read from their beginning"
                    .to_owned(),
                ..Notice::new(NoticeCode::StateCreated, file.path())
            });
        }
        let mut left = state.unwrap_or_default();
        let growing = if options.is_final {
            vec![false; discovery.files.len()]
        } else {
            growing(&discovery.files)
        };
        let mut checkpoint = Self {
            file,
            is_final: options.is_final,
            known: BTreeMap::new(),
            failures: Failures::new(&left.unreadable, discovery),
            registry: FileRegistry::new(std::mem::take(&mut discovery.files)),
            growing,
            now,
            formats: std::mem::take(&mut left.formats).into_iter().map(Arc::new).collect(),
            left: State::default(),
        };
        let files = std::mem::take(&mut left.files);
        let stored = files.iter().map(|file| key_of(&file.path)).collect();
        let mut new_files = checkpoint.registry.files_beside(&stored);
        for stored in files {
            checkpoint.recall(&stored, &mut new_files, &mut discovery.notices)?;
        }
        checkpoint.left = left;
        Ok(checkpoint)
    }

    /// Recalls how far a file was read, unless it has been gone for long. One that has become gone may
    /// be one of the new files: renamed, or packed.
    fn recall(
        &mut self,
        stored: &StoredFile,
        new_files: &mut Vec<PathBuf>,
        notices: &mut Vec<Notice>,
    ) -> Result<(), StateError> {
        let file = stored
            .restore(&self.formats)
            .ok_or_else(|| self.damaged("the place in a file is not possible"))?;
        let key = key_of(&stored.path);
        let mut notice = |message: &str| {
            notices.push(Notice {
                line: Some(file.position.lines),
                message: message.to_owned(),
                ..Notice::new(NoticeCode::FileReplaced, &stored.path)
            });
        };
        let now = self.now.map(Timestamp::ticks);
        let is_gone_now =
            stored.gone_since.is_none() && !self.registry.holds(&key) && is_gone(&stored.path);
        if is_gone_now && let Some(path) = take_same(new_files, &file) {
            notice(&format!("this file is now {}: it was read up to that line", path.display()));
            let is_growing = stored.is_growing;
            self.known.insert(key_of(&path), Known { path, file, is_growing, gone_since: None });
            return Ok(());
        }
        let gone_since = if !self.registry.holds(&key) && is_gone(&stored.path) {
            if stored.is_growing && stored.gone_since.is_none() {
                notice(
                    "this file was deleted; what was written to it behind that line, if anything, \
                     was never read: run more often",
                );
            }
            stored.gone_since.or(now)
        } else {
            if stored.gone_since.is_some() && self.registry.holds(&key) {
                notice(
                    "this file was gone in an earlier run and is back: it was read up to that line",
                );
            }
            None
        };
        let is_forgotten =
            gone_since.zip(now).is_some_and(|(since, now)| now - since > FORGOTTEN_TICKS);
        if !is_forgotten {
            let (path, is_growing) = (stored.path.clone(), stored.is_growing);
            self.known.insert(key, Known { path, file, is_growing, gone_since });
        }
        Ok(())
    }

    /// The files to read, each with its start.
    pub(crate) fn files_to_read(&self) -> (Arc<[LogFile]>, Vec<FileStart>) {
        let files = &self.registry.files[..self.growing.len()];
        let starts = files
            .iter()
            .zip(&self.growing)
            .map(|(file, is_growing)| FileStart {
                known: self.known.get(&key_of(&file.path)).map(|known| known.file.clone()),
                is_growing: *is_growing,
            })
            .collect();
        (files.into(), starts)
    }

    /// The files that rows can stand in: those to read, and those of which rows are remembered.
    pub(crate) fn all_files(&mut self) -> Arc<[LogFile]> {
        for source in &self.left.sources {
            self.registry.index_of(&source.path, source.server.as_deref());
        }
        self.registry.files.as_slice().into()
    }

    /// Begins where the other run stopped.
    pub(crate) fn restore(
        &mut self,
        sequencer: &mut Sequencer,
        iis: &mut IisConversations,
    ) -> Result<(), StateError> {
        let left = std::mem::take(&mut self.left);
        let registry = &mut self.registry;
        let sources: Vec<usize> = left
            .sources
            .iter()
            .map(|source| registry.index_of(&source.path, source.server.as_deref()))
            .collect();
        for (last_row_offset, session) in left.open_sessions.into_iter().enumerate() {
            let rows = session.restore(&sources);
            rows.and_then(|rows| sequencer.resume_restored(rows, last_row_offset))
                .ok_or_else(|| self.damaged("an open session is not possible"))?;
        }
        // What was taken in counts against the cap from the beginning.
        sequencer.end_segment(&[], 0);
        iis.restore_last_id(left.last_conversation);
        for StoredConversation { server, folder, group } in left.conversations {
            let source = self.registry.number_of(server.as_deref(), &folder);
            iis.restore(source, group)
                .ok_or_else(|| self.damaged("a conversation is not possible"))?;
        }
        // Now and not before: an open session may have the id of one that ended.
        let mut tombstones = Tombstones::default();
        tombstones.has_forgotten = left.has_forgotten;
        tombstones.has_evictions = left.has_evictions;
        for StoredIds { server, folder, ids } in left.ended {
            let source = self.registry.number_of(server.as_deref(), &folder);
            for digits in ids.as_bytes().chunks(16) {
                let digits = std::str::from_utf8(digits).ok();
                let session_id = digits.and_then(|digits| u64::from_str_radix(digits, 16).ok());
                let session_id =
                    session_id.ok_or_else(|| self.damaged("a session id cannot be read"))?;
                tombstones.in_order.push_back(SessionKey { source, session_id });
            }
        }
        sequencer.restore_tombstones(tombstones);
        for half in left.waiting {
            let StoredHalf { is_found_by_id, is_found_by_proxy_id, .. } = half;
            sequencer.restore_half(half.restore(), is_found_by_id, is_found_by_proxy_id);
        }
        Ok(())
    }

    /// Remembers how far a file was read, where that is known, and that it cannot be read further.
    pub(crate) fn end_file(&mut self, index: usize, known: Option<KnownFile>, is_unreadable: bool) {
        let Some(file) = self.registry.files.get(index) else { return };
        if is_unreadable && !is_gone(&file.path) {
            self.failures.add_file(&self.registry.files[..self.growing.len()], index);
        }
        if let Some(known) = known {
            let is_growing = self.growing.get(index).copied().unwrap_or_default();
            let path = absolute(&file.path);
            let known = Known { path, file: known, is_growing, gone_since: None };
            self.known.insert(key_of(&file.path), known);
        }
    }

    /// Whether that file waits for the next run.
    pub(crate) fn is_postponed(&self, index: usize) -> bool {
        self.failures.is_postponed(index)
    }

    /// Whether another run goes on with what is open: also after a final one that could not read
    /// everything.
    pub(crate) fn goes_on(&self) -> bool {
        !self.is_final || self.failures.asks_for_another_run()
    }

    /// Whether there may be more folders than were found.
    pub(crate) fn misses_files(&self) -> bool {
        self.failures.asks_for_another_run()
    }

    /// Ends a run until the next one. Where that is to read more of the same time, nothing is emitted
    /// for its age.
    pub(crate) fn pause(&self, sequencer: &mut Sequencer) {
        let now = self.now.filter(|_| !self.failures.asks_for_another_run());
        let before = |ticks| now.and_then(|now| Timestamp::from_ticks(now.ticks() - ticks));
        sequencer.pause(before(OVERDUE_TICKS), before(ALONE_TICKS));
        sequencer.add_notices(self.failures.notice(&self.registry.files).into_iter().collect());
    }

    /// Writes the state.
    pub(crate) fn save(
        &mut self,
        sequencer: &Sequencer,
        iis: &IisConversations,
    ) -> Result<(), StateError> {
        let state = self.collect(sequencer, iis);
        self.file.write(&state)
    }

    fn collect(&self, sequencer: &Sequencer, iis: &IisConversations) -> State {
        let mut formats = Vec::new();
        let files = self
            .known
            .values()
            .map(|known| {
                let format = index_in(&mut formats, &known.file.position.format);
                let mut stored =
                    StoredFile::new(known.path.clone(), &known.file, format, known.is_growing);
                stored.gone_since = known.gone_since;
                stored
            })
            .collect();
        let (mut sources, mut source_of) = (Vec::new(), HashMap::new());
        let mut source = |file| {
            *source_of.entry(file).or_insert_with(|| {
                sources.push(file);
                sources.len() - 1
            })
        };
        let open_sessions = sequencer
            .open_sessions()
            .filter_map(|(_, rows)| StoredSession::new(rows, &mut source))
            .collect();
        let conversations = iis.conversations().filter_map(|(source, group)| {
            let (server, folder) = self.registry.source(source)?;
            Some(StoredConversation { server, folder, group })
        });
        let tombstones = sequencer.tombstones();
        State {
            sources: sources.iter().filter_map(|file| self.stored_source(*file)).collect(),
            files,
            open_sessions,
            last_conversation: iis.last_id(),
            conversations: conversations.collect(),
            waiting: waiting_halves(sequencer.joiner()),
            ended: self.stored_ids(tombstones),
            has_forgotten: tombstones.has_forgotten,
            has_evictions: tombstones.has_evictions,
            unreadable: self.failures.unreadable(),
            formats: formats.iter().map(|format| Format::clone(format)).collect(),
        }
    }

    fn stored_source(&self, index: usize) -> Option<StoredSource> {
        let file = self.registry.files.get(index)?;
        let server = file.server.as_deref().map(str::to_owned);
        Some(StoredSource { path: absolute(&file.path), server })
    }

    fn stored_ids(&self, tombstones: &Tombstones) -> Vec<StoredIds> {
        let mut stored: Vec<StoredIds> = Vec::new();
        let mut last_source = None;
        for key in &tombstones.in_order {
            if last_source != Some(key.source) {
                let Some((server, folder)) = self.registry.source(key.source) else { continue };
                stored.push(StoredIds { server, folder, ids: String::new() });
                last_source = Some(key.source);
            }
            if let Some(last) = stored.last_mut() {
                // Writing to a String cannot fail.
                let _ = write!(last.ids, "{:016X}", key.session_id);
            }
        }
        stored
    }

    fn damaged(&self, reason: &str) -> StateError {
        self.error(StateTrouble::Damaged(reason.to_owned()))
    }

    /// What is the matter with the state file.
    pub(crate) fn error(&self, trouble: StateTrouble) -> StateError {
        StateError { path: self.file.path().to_owned(), trouble }
    }
}

/// Takes out the file that holds what was read of another one.
fn take_same(files: &mut Vec<PathBuf>, known: &KnownFile) -> Option<PathBuf> {
    let is_same = |path: &PathBuf| {
        let edges = Edges::of_file(path, known.position.offset).ok().flatten();
        edges.is_some_and(|edges| edges.fingerprint() == known.fingerprint)
    };
    let place = files.iter().position(is_same).filter(|_| known.position.offset > 0)?;
    Some(files.swap_remove(place))
}

fn waiting_halves(joiner: &ProxyJoiner) -> Vec<StoredHalf> {
    let is_ambiguous = |certificate: &Option<Arc<LoggedCertificate>>| {
        certificate.as_ref().is_some_and(|certificate| certificate.subject_issuer_ambiguous)
    };
    let stored = joiner.waiting().map(|half| StoredHalf {
        is_sent_ambiguous: is_ambiguous(&half.session.sent_certificate),
        is_remote_ambiguous: is_ambiguous(&half.session.remote_certificate),
        session: half.session.clone(),
        is_found_by_id: half.is_found_by_id,
        is_found_by_proxy_id: half.is_found_by_proxy_id,
    });
    stored.collect()
}

/// The index of a value, which is added if it is not there.
fn index_in<T: Clone + PartialEq>(values: &mut Vec<T>, value: &T) -> usize {
    values.iter().rposition(|known| known == value).unwrap_or_else(|| {
        values.push(value.clone());
        values.len() - 1
    })
}
