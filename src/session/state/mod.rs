//! Reading on where another run stopped.
//!
//! A [`StateFile`] remembers how far each file was read, the rows of the sessions that were still
//! open, the halves of proxied sessions that wait, and the ids of sessions that ended. The next run
//! begins with these: so the runs together, the last of them a final one, return what one run over
//! everything would.
//!
//! That holds as long as the logs only grow: by rows at the end of the newest file of a folder, and
//! by newer files. A file that was replaced, truncated or deleted before its end is said. No filter
//! touches what is kept; a row is read once, by whichever run comes first.

mod file_registry;
mod state_file;
mod stored;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use self::file_registry::{FileRegistry, absolute, growing, is_gone, key_of};
use self::state_file::StateFile;
pub use self::state_file::{StateError, StateTrouble};
use self::stored::{
    State, StoredConversation, StoredFile, StoredHalf, StoredIds, StoredSession, StoredSource,
};
use super::assembly::{IisConversations, ProxyJoiner, Sequencer, SessionKey, Tombstones};
use crate::certificate::LoggedCertificate;
use crate::log::{Discovery, FileStart, Format, KnownFile, LogFile, Notice, NoticeCode};
use crate::timestamp::Timestamp;

/// Where the state is kept, and how the run ends.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StateOptions {
    /// The state file; there need not be one yet. A lock file lies beside it.
    pub path: PathBuf,
    /// Whether open sessions are returned as incomplete, as without a state, instead of kept.
    pub is_final: bool,
}

/// The state of a run that goes on where another stopped.
pub(super) struct Checkpoint {
    file: StateFile,
    is_final: bool,
    /// By [`key_of`] their paths.
    known: BTreeMap<PathBuf, Known>,
    registry: FileRegistry,
    growing: Vec<bool>,
    /// What the other run left, until it is taken in.
    left: State,
    formats: Vec<Arc<Format>>,
}

struct Known {
    path: PathBuf,
    file: KnownFile,
    is_growing: bool,
}

/// After that long without a row a session is emitted: its end will not come.
const OVERDUE_TICKS: i64 = 2 * 86_400 * 10_000_000;
/// After that long a half is emitted alone. The halves of one session end within seconds, but
/// Exchange writes the one log later than the other.
const ALONE_TICKS: i64 = 15 * 60 * 10_000_000;

impl Checkpoint {
    /// Takes the state file. What was found is added to by the notices of what is missing now.
    pub(super) fn open(
        options: StateOptions,
        discovery: &mut Discovery,
    ) -> Result<Self, StateError> {
        let (file, state) = StateFile::open(options.path)?;
        if state.is_none() {
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
            registry: FileRegistry::new(std::mem::take(&mut discovery.files)),
            growing,
            formats: std::mem::take(&mut left.formats).into_iter().map(Arc::new).collect(),
            left: State::default(),
        };
        for stored in std::mem::take(&mut left.files) {
            checkpoint.recall(&stored, &mut discovery.notices)?;
        }
        checkpoint.left = left;
        Ok(checkpoint)
    }

    /// Remembers how far a file was read, unless it was deleted since.
    fn recall(&mut self, stored: &StoredFile, notices: &mut Vec<Notice>) -> Result<(), StateError> {
        let file = stored
            .restore(&self.formats)
            .ok_or_else(|| self.damaged("the place in a file is not possible"))?;
        let key = key_of(&stored.path);
        if !self.registry.holds(&key) && is_gone(&stored.path) {
            if stored.is_growing {
                notices.push(Notice {
                    line: Some(file.position.lines),
                    message: "this file was deleted; what was written to it behind that line, if \
                              anything, was never read: run more often"
                        .to_owned(),
                    ..Notice::new(NoticeCode::FileReplaced, &stored.path)
                });
            }
            return Ok(());
        }
        let known = Known { path: stored.path.clone(), file, is_growing: stored.is_growing };
        self.known.insert(key, known);
        Ok(())
    }

    /// The files to read, each with its start.
    pub(super) fn files_to_read(&self) -> (Arc<[LogFile]>, Vec<FileStart>) {
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
    pub(super) fn all_files(&mut self) -> Arc<[LogFile]> {
        for source in &self.left.sources {
            self.registry.index_of(&source.path, source.server.as_deref());
        }
        self.registry.files.as_slice().into()
    }

    /// Begins where the other run stopped.
    pub(super) fn restore(
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

    /// Remembers how far a file was read; `lines`: lines of the file before the segment where `end`
    /// begins to count.
    pub(super) fn end_file(&mut self, index: usize, lines: u64, end: Option<KnownFile>) {
        let (Some(file), Some(mut end)) = (self.registry.files.get(index), end) else { return };
        end.position.lines += lines;
        let is_growing = self.growing.get(index).copied().unwrap_or_default();
        let known = Known { path: absolute(&file.path), file: end, is_growing };
        self.known.insert(key_of(&file.path), known);
    }

    /// Whether no other run goes on with what is open.
    pub(super) fn is_final(&self) -> bool {
        self.is_final
    }

    /// Ends a run until the next one.
    pub(super) fn pause(sequencer: &mut Sequencer, now: Option<Timestamp>) {
        let before = |ticks| now.and_then(|now| Timestamp::from_ticks(now.ticks() - ticks));
        sequencer.pause(before(OVERDUE_TICKS), before(ALONE_TICKS));
    }

    /// Writes the state.
    pub(super) fn save(
        &self,
        sequencer: &Sequencer,
        iis: &IisConversations,
    ) -> Result<(), StateError> {
        self.file.write(&self.collect(sequencer, iis))
    }

    fn collect(&self, sequencer: &Sequencer, iis: &IisConversations) -> State {
        let mut formats = Vec::new();
        let files = self
            .known
            .values()
            .map(|known| {
                let format = index_in(&mut formats, &known.file.position.format);
                StoredFile::new(known.path.clone(), &known.file, format, known.is_growing)
            })
            .collect();
        let mut sources = Vec::new();
        let open_sessions = sequencer
            .open_sessions()
            .filter_map(|(_, rows)| StoredSession::new(rows, |file| index_in(&mut sources, &file)))
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
    pub(super) fn error(&self, trouble: StateTrouble) -> StateError {
        StateError { path: self.file.path().to_owned(), trouble }
    }
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
