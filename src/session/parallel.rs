//! Segments worked on by several threads, with the same result as one.
//!
//! The assembly of rows is not associative, so nothing is merged: the sessions that begin and end
//! inside a segment are made by whichever thread works on it, those that only begin there are
//! gathered, and the rows of all others are replayed in their order by the one sequencer.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use super::filter::CompiledFilter;
use super::workbench::{Workbench, WorkedSegment};
use crate::log::{LogFile, Segment};

/// The threads beside the calling one, which takes its share while it waits for them.
pub(super) struct Workers {
    threads: Vec<JoinHandle<()>>,
    shared: Arc<Shared>,
    bench: Workbench,
    sent: u64,
    received: u64,
}

struct Shared {
    files: Arc<[LogFile]>,
    filter: Arc<CompiledFilter>,
    state: Mutex<State>,
    has_work: Condvar,
    has_results: Condvar,
}

#[derive(Default)]
struct State {
    /// Segments that nobody works on yet, by their number.
    waiting: VecDeque<(u64, Segment)>,
    done: Vec<(u64, WorkedSegment)>,
    is_over: bool,
    has_panicked: bool,
}

/// The name of the threads, by which a panic hook knows them.
pub(crate) const WORKER_THREAD_NAME: &str = "eop-relay";

/// Segments that are in memory beside those in work: one that waits for the next idle thread.
const WAITING: u64 = 1;

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn finish(&self, number: u64, worked: WorkedSegment) {
        self.state().done.push((number, worked));
        self.has_results.notify_one();
    }

    /// What a worker does until all is over.
    fn work(&self) {
        let _alarm = Alarm(self);
        let mut bench = Workbench::default();
        loop {
            let mut state = self.state();
            let (number, segment) = loop {
                if state.is_over {
                    return;
                }
                match state.waiting.pop_front() {
                    Some(work) => break work,
                    None => {
                        state = self.has_work.wait(state).unwrap_or_else(PoisonError::into_inner);
                    }
                }
            };
            drop(state);
            self.finish(number, bench.work(segment, &self.files, &self.filter));
        }
    }
}

/// Tells the calling thread of a panic, for which it would wait for ever.
struct Alarm<'shared>(&'shared Shared);

impl Drop for Alarm<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.state().has_panicked = true;
            self.0.has_results.notify_one();
        }
    }
}

impl Workers {
    /// Starts the threads; fewer than asked for if the system has no more to give.
    pub(super) fn start(
        count: usize,
        files: &Arc<[LogFile]>,
        filter: &Arc<CompiledFilter>,
    ) -> Self {
        let shared = Arc::new(Shared {
            files: Arc::clone(files),
            filter: Arc::clone(filter),
            state: Mutex::default(),
            has_work: Condvar::new(),
            has_results: Condvar::new(),
        });
        let start = |_| {
            let shared = Arc::clone(&shared);
            let thread = std::thread::Builder::new().name(WORKER_THREAD_NAME.to_owned());
            thread.spawn(move || shared.work()).ok()
        };
        let threads = (0..count).filter_map(start).collect();
        Self { threads, shared, bench: Workbench::default(), sent: 0, received: 0 }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.threads.is_empty()
    }

    pub(super) fn has_room(&self) -> bool {
        self.sent - self.received < self.threads.len() as u64 + 1 + WAITING
    }

    /// Leaves a segment to be worked on.
    pub(super) fn send(&mut self, segment: Segment) {
        self.shared.state().waiting.push_back((self.sent, segment));
        self.shared.has_work.notify_one();
        self.sent += 1;
    }

    /// The segment sent longest ago, worked; there must be one.
    pub(super) fn receive(&mut self) -> WorkedSegment {
        let shared = Arc::clone(&self.shared);
        let mut state = shared.state();
        loop {
            if let Some(at) = state.done.iter().position(|(number, _)| *number == self.received) {
                self.received += 1;
                return state.done.swap_remove(at).1;
            }
            if state.has_panicked {
                drop(state);
                self.resume_panic();
                state = shared.state();
            }
            if let Some((number, segment)) = state.waiting.pop_front() {
                drop(state);
                let worked = self.bench.work(segment, &shared.files, &shared.filter);
                state = shared.state();
                state.done.push((number, worked));
            } else {
                state = shared.has_results.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
        }
    }

    /// A worker only goes away early by a panic, which goes on in the thread that waits for it.
    fn resume_panic(&mut self) {
        self.shared.state().is_over = true;
        self.shared.has_work.notify_all();
        for thread in self.threads.drain(..) {
            if let Err(panic) = thread.join() {
                std::panic::resume_unwind(panic);
            }
        }
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.shared.state().is_over = true;
        self.shared.has_work.notify_all();
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}
