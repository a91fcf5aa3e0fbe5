//! Segments worked on by several threads, with the same result as one.
//!
//! The assembly of rows is not associative, so nothing is merged: a worker finishes the sessions
//! that begin and end inside its segment, and all other rows are replayed in their order by the
//! one sequencer.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use hashbrown::HashMap;

use super::assembler::SessionKey;
use super::decode::Decoder;
use super::draft::{Place, SessionDraft, is_opening};
use super::filter::CompiledFilter;
use super::model::Session;
use super::proxy::may_be_half;
use super::sequencer::{SegmentPlace, Sequencer};
use crate::log::{Line, LogFile, Row, RowError, Segment};

/// What a worker made of a segment.
pub(super) struct WorkedSegment {
    pub(super) segment: Segment,
    line_count: u64,
    /// In the order of their last rows.
    sessions: Vec<WorkedSession>,
    /// The rows of all other sessions, in order.
    rows: Vec<Line>,
    damage: Vec<(Line, RowError)>,
}

/// A session that begins and ends inside a segment.
struct WorkedSession {
    key: SessionKey,
    rows: Vec<Line>,
    /// `None` if the filter does not want it. Its line is counted within the segment.
    session: Option<Session>,
}

/// Threads, each with its own queue: segments go to them in turn, and come back in that order.
pub(super) struct Workers {
    threads: Vec<Worker>,
    in_flight: VecDeque<usize>,
    next: usize,
}

struct Worker {
    segments: Option<SyncSender<Segment>>,
    results: Receiver<WorkedSegment>,
    thread: Option<JoinHandle<()>>,
}

/// The name of the threads, by which a panic hook knows them.
pub(crate) const WORKER_THREAD_NAME: &str = "eop-relay";

/// Segments that a worker may have before it: one in work, one waiting.
const QUEUE: usize = 2;

impl Workers {
    /// Starts the threads; fewer than asked for if the system has no more to give.
    pub(super) fn start(
        count: usize,
        files: &Arc<[LogFile]>,
        filter: &Arc<CompiledFilter>,
    ) -> Self {
        let threads = (0..count)
            .filter_map(|_| {
                let (segments, received) = sync_channel::<Segment>(QUEUE);
                let (send_result, results) = sync_channel(QUEUE);
                let (files, filter) = (Arc::clone(files), Arc::clone(filter));
                let work = move || {
                    let mut bench = Workbench::default();
                    for segment in received {
                        let worked = bench.work(segment, &files, &filter);
                        if send_result.send(worked).is_err() {
                            return;
                        }
                    }
                };
                let name = WORKER_THREAD_NAME.to_owned();
                let thread = std::thread::Builder::new().name(name).spawn(work);
                let thread = Some(thread.ok()?);
                Some(Worker { segments: Some(segments), results, thread })
            })
            .collect();
        Self { threads, in_flight: VecDeque::new(), next: 0 }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.threads.is_empty()
    }

    pub(super) fn has_room(&self) -> bool {
        self.in_flight.len() < self.threads.len() * QUEUE
    }

    /// Hands a segment to the worker whose turn it is.
    pub(super) fn send(&mut self, segment: Segment) {
        let turn = self.next;
        self.next = (turn + 1) % self.threads.len();
        let worker = &mut self.threads[turn];
        let is_sent = worker.segments.as_ref().is_some_and(|queue| queue.send(segment).is_ok());
        if !is_sent {
            worker.resume_panic();
        }
        self.in_flight.push_back(turn);
    }

    /// The segment sent longest ago, worked.
    pub(super) fn receive(&mut self) -> Option<WorkedSegment> {
        let turn = self.in_flight.pop_front()?;
        let worker = &mut self.threads[turn];
        let result = worker.results.recv().ok();
        if result.is_none() {
            worker.resume_panic();
        }
        result
    }
}

impl Worker {
    /// A worker only goes away early by a panic, which goes on in the thread that asks it.
    fn resume_panic(&mut self) {
        if let Some(Err(panic)) = self.thread.take().map(JoinHandle::join) {
            std::panic::resume_unwind(panic);
        }
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        for worker in &mut self.threads {
            worker.segments = None;
            // A worker that waits for room in its results finds the receiver gone.
            let (_, empty) = sync_channel(0);
            worker.results = empty;
            if let Some(thread) = worker.thread.take() {
                let _ = thread.join();
            }
        }
    }
}

/// One session while a worker reads its segment.
#[derive(Default)]
struct LocalSession {
    draft: SessionDraft,
    rows: Vec<Line>,
    begins_here: bool,
}

/// What a worker keeps from one segment to the next.
#[derive(Default)]
struct Workbench {
    decoder: Decoder,
    open: HashMap<SessionKey, LocalSession>,
    spare: Vec<LocalSession>,
}

impl Workbench {
    fn work(
        &mut self,
        segment: Segment,
        files: &[LogFile],
        filter: &CompiledFilter,
    ) -> WorkedSegment {
        let Self { decoder, open, spare } = self;
        let source = files.get(segment.file).map_or(0, |file| file.source);
        let mut sessions = Vec::new();
        let mut rows = Vec::new();
        let mut damage = Vec::new();
        let line_count = segment.for_each_row(|line, row| {
            let row = match row {
                Ok(row) => row,
                Err(error) => {
                    damage.push((line, error));
                    return;
                }
            };
            let key = SessionKey { source, session_id: row.session_id };
            let local = open.entry(key).or_insert_with(|| LocalSession {
                begins_here: is_opening(&row),
                ..spare.pop().unwrap_or_default()
            });
            local.rows.push(line);
            if !local.begins_here {
                return;
            }
            let place =
                Place { file: segment.file, line: line.number + 1, offset: line.start as u64 };
            if !local.draft.accept(&row, place, segment.format.log_type) {
                return;
            }
            let Some(mut ended) = open.remove(&key) else { return };
            let filter = (!may_be_half(&ended.draft)).then_some(filter);
            let session = decoder.decode(&ended.draft, files, filter);
            sessions.push(WorkedSession { key, rows: std::mem::take(&mut ended.rows), session });
            ended.draft.reset();
            spare.push(ended);
        });
        for (_, mut local) in open.drain() {
            rows.append(&mut local.rows);
            local.draft.reset();
            spare.push(local);
        }
        rows.sort_unstable_by_key(|line| line.start);
        WorkedSegment { segment, line_count, sessions, rows, damage }
    }
}

impl WorkedSegment {
    /// Replays it into the sequencer; returns the segment's buffer.
    pub(super) fn replay(self, sequencer: &mut Sequencer) -> Vec<u8> {
        let Self { segment, line_count, sessions, rows, damage } = self;
        let place = sequencer.begin_segment(&segment);
        for (line, error) in damage {
            let place = place.of_line(line.number, line.start);
            sequencer.accept_damage(error, place, line.is_terminated);
        }
        let mut rows = rows.into_iter().peekable();
        for worked in sessions {
            let end = worked.rows.last().map_or(0, |line| line.start);
            while let Some(line) = rows.next_if(|line| line.start < end) {
                replay_row(&segment, place, line, sequencer);
            }
            if sequencer.is_open(worked.key) {
                // An earlier segment left that session open: these rows continue it.
                for line in worked.rows {
                    replay_row(&segment, place, line, sequencer);
                }
                continue;
            }
            let session = worked.session.map(|mut session| {
                session.line = place.line(session.line);
                session
            });
            sequencer.accept_session(worked.key, session);
        }
        for line in rows {
            replay_row(&segment, place, line, sequencer);
        }
        sequencer.end_segment(line_count);
        segment.data
    }
}

fn replay_row(segment: &Segment, place: SegmentPlace, line: Line, sequencer: &mut Sequencer) {
    let bytes = &segment.data[line.start..line.end];
    if let Ok(row) = Row::parse(bytes, &segment.format.columns) {
        sequencer.accept_row(&row, place.of_line(line.number, line.start), segment);
    }
}
