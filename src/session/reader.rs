//! Log files to sessions, in batches.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::acceptor::Acceptor;
use super::assembly::{Limits, ProxyJoiner, Workers};
use super::filter::{CompiledFilter, FilterError, LeftOut, SessionFilter};
use super::model::Session;
use super::state::{Checkpoint, StateError, StateOptions};
use crate::log::{self, FileStart, LogFile, LogInput, Notice, SegmentReader};
use crate::timestamp::Timestamp;

/// What to read, and which sessions to return.
#[derive(Clone, Debug, Default)]
pub struct SessionQuery {
    /// Files, folders, patterns.
    pub inputs: Vec<LogInput>,
    /// Whether folders below the given ones are read too.
    pub recurse: bool,
    /// Which sessions are returned.
    pub filter: SessionFilter,
    /// How many threads read, at least 1; 0 = the default (2, or 1 on a single processor).
    pub threads: usize,
    /// The state of the run before, to read on from there; save it with
    /// [`SessionReader::save_state`].
    pub state: Option<StateOptions>,
}

/// A query that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// A condition of the filter cannot be used.
    #[error(transparent)]
    Filter(#[from] FilterError),
    /// The state file cannot be used.
    #[error(transparent)]
    State(#[from] StateError),
}

/// Sessions and the notices of the input read for them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batch {
    /// The sessions, in the order of their last rows.
    pub sessions: Vec<Session>,
    /// Trouble met on the way.
    pub notices: Vec<Notice>,
}

/// Progress, in bytes and in files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Bytes read.
    pub bytes_read: u64,
    /// Bytes to read in all files found, as of the start; files that grow can bring `bytes_read` above it.
    pub bytes_total: u64,
    /// Files read to their end.
    pub files_read: u64,
    /// Files found.
    pub files_total: u64,
    /// The file being read.
    pub path: Option<Arc<Path>>,
    /// Sessions left out by the filter.
    pub left_out: LeftOut,
}

/// Reads sessions out of logs, batch by batch, in bounded memory.
///
/// Rows of one session may lie in several files; a session is returned when its last row was
/// read, at the end of all input, or when too many are open at once.
///
/// ```
/// use eop_relay::log::LogInput;
/// use eop_relay::session::{SessionFilter, SessionQuery, SessionReader};
///
/// let mut reader = SessionReader::new(SessionQuery {
///     inputs: vec![LogInput { path: "examples/logs".into(), ..LogInput::default() }],
///     filter: SessionFilter { failed: true, ..SessionFilter::default() },
///     ..SessionQuery::default()
/// })?;
/// let mut refused = 0;
/// while let Some(batch) = reader.next_batch(1000, 16 << 20) {
///     for notice in &batch.notices {
///         eprintln!("{:?}: {}", notice.code, notice.message);
///     }
///     for session in &batch.sessions {
///         println!("{} {}", session.start_time, session.reply().unwrap_or("-"));
///         refused += usize::from(session.rejection.is_some());
///     }
/// }
/// assert_eq!(refused, 3);
/// # Ok::<(), eop_relay::session::QueryError>(())
/// ```
pub struct SessionReader {
    files: Arc<[LogFile]>,
    filter: Arc<CompiledFilter>,
    bytes_total: u64,
    workers: Workers,
    acceptor: Acceptor,
    is_finished: bool,
    /// Whether everything was returned.
    is_drained: bool,
    cancelled: Arc<AtomicBool>,
}

/// Threads that a reader uses unless asked for others: it runs on a production transport server.
const DEFAULT_THREADS: usize = 2;
const MAXIMUM_THREADS: usize = 64;

impl SessionReader {
    /// Finds the files. Trouble with single inputs comes as notices of the first batch.
    ///
    /// # Errors
    /// [`QueryError`] if a pattern or the thumbprint of the filter is not valid, or the state file
    /// cannot be used.
    pub fn new(query: SessionQuery) -> Result<Self, QueryError> {
        Self::with_settings(query, log::SEGMENT_SIZE, Limits::default(), now())
    }

    /// Reads in segments of that many bytes, so that a short log has several: for tests.
    #[doc(hidden)]
    pub fn with_segment_size(query: SessionQuery, bytes: usize) -> Result<Self, QueryError> {
        Self::with_settings(query, bytes, Limits::default(), now())
    }

    fn with_settings(
        query: SessionQuery,
        segment_size: usize,
        limits: Limits,
        now: Option<Timestamp>,
    ) -> Result<Self, QueryError> {
        let SessionQuery { inputs, recurse, filter, threads, state } = query;
        let filter = Arc::new(CompiledFilter::new(&filter)?);
        let mut discovery = log::discover(&inputs, recurse);
        let mut checkpoint =
            state.map(|state| Checkpoint::open(state, &mut discovery, now)).transpose()?;
        let (files, starts, all_files) = if let Some(checkpoint) = &mut checkpoint {
            let (files, starts) = checkpoint.files_to_read();
            (files, starts, checkpoint.all_files())
        } else {
            let files: Arc<[LogFile]> = discovery.files.into();
            (Arc::clone(&files), Vec::new(), files)
        };
        // A half may then wait for one in a folder that could not be looked at.
        let misses_files = checkpoint.as_ref().is_some_and(Checkpoint::misses_files);
        let joiner = ProxyJoiner::new(discovery.folders > 1 || misses_files);
        let mut acceptor =
            Acceptor::new(Arc::clone(&all_files), Arc::clone(&filter), joiner, limits, checkpoint)?;
        acceptor.sequencer.add_notices(discovery.notices);
        let threads = match threads {
            0 => std::thread::available_parallelism().map_or(1, usize::from).min(DEFAULT_THREADS),
            asked => asked.min(MAXIMUM_THREADS),
        };
        Ok(Self {
            bytes_total: bytes_to_read(&files, &starts),
            workers: Workers::start(
                threads.saturating_sub(1),
                SegmentReader::resume(Arc::clone(&files), segment_size, starts),
                &all_files,
                &filter,
            ),
            files,
            filter,
            acceptor,
            is_finished: false,
            is_drained: false,
            cancelled: Arc::default(),
        })
    }

    /// The next sessions: at most `max_sessions` (at least 1), after at most about `budget` bytes
    /// of input, so that a batch can be empty before the end. `None` at the end.
    pub fn next_batch(&mut self, max_sessions: usize, budget: u64) -> Option<Batch> {
        let max_sessions = max_sessions.max(1);
        let limit = self.workers.bytes_read().saturating_add(budget);
        while !self.is_finished
            && self.acceptor.sequencer.ready() < max_sessions
            && !self.cancelled.load(Ordering::Relaxed)
        {
            if self.step() {
                self.is_finished = self.acceptor.finish();
            } else if self.workers.bytes_read() >= limit {
                break;
            }
        }
        if self.cancelled.load(Ordering::Relaxed) {
            return None;
        }
        let notices = self.acceptor.sequencer.take_notices();
        let sessions = self.acceptor.sequencer.take_sessions(max_sessions);
        let is_over = self.is_finished && sessions.is_empty() && notices.is_empty();
        self.is_drained |= is_over;
        (!is_over).then_some(Batch { sessions, notices })
    }

    /// Saves the state for the next run, once [`Self::next_batch`] has answered `None`; until then
    /// the state file is as the run before left it, so that a run that is given up loses nothing.
    /// Nothing is done if no state was asked for.
    ///
    /// # Errors
    /// [`StateError`] if there is more to read, the reading was cancelled, or the file cannot be
    /// written.
    pub fn save_state(&mut self) -> Result<(), StateError> {
        self.acceptor.save(self.is_drained)
    }

    /// Accepts what comes next out of the files. Returns whether there is nothing more.
    fn step(&mut self) -> bool {
        let Some(item) = self.workers.next_item() else { return true };
        if let Some(spare) = self.acceptor.accept(item) {
            self.workers.recycle(spare);
        }
        false
    }

    /// How far it is.
    #[must_use]
    pub fn progress(&self) -> Progress {
        Progress {
            bytes_read: self.workers.bytes_read(),
            bytes_total: self.bytes_total,
            files_read: self.acceptor.files_read() as u64,
            files_total: self.files.len() as u64,
            path: self.files.get(self.acceptor.files_read()).map(|file| Arc::clone(&file.path)),
            left_out: self.filter.left_out(),
        }
    }

    /// Set it (from any thread) to end the reading: the next batch is then `None`.
    #[must_use]
    pub fn cancellation(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.cancelled)
    }
}

/// What of the files was not read before.
fn bytes_to_read(files: &[LogFile], starts: &[FileStart]) -> u64 {
    let known = |index: usize| starts.get(index)?.known.as_ref().map(|known| known.position.offset);
    let sizes = files.iter().enumerate();
    sizes.map(|(index, file)| file.size.saturating_sub(known(index).unwrap_or(0))).sum()
}

/// `None` where the clock is beyond the year 9999.
fn now() -> Option<Timestamp> {
    Timestamp::try_from(time::OffsetDateTime::now_utc()).ok()
}

#[cfg(test)]
mod tests;
