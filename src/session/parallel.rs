//! Files read and segments worked on by several threads, with the same result as one.
//!
//! The assembly of rows is not associative, so nothing is merged: the sessions that begin and end
//! inside a segment are made by whichever thread read it, the rows of all others are gathered by
//! session, and the one sequencer puts both together in their order.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use super::filter::CompiledFilter;
use super::workbench::{Leftover, Workbench, WorkedSegment};
use crate::log::{FileEnd, LogFile, Notice, Segment, SegmentReader, SegmentReaderItem};

/// What comes next out of the files.
pub(super) enum Item {
    /// Rows that only their order tells apart, or that nobody but the caller works on.
    Segment(Segment),
    Worked(WorkedSegment),
    /// The rest of that file cannot be read.
    Unreadable(usize, Notice),
    FileEnd(FileEnd),
}

/// The threads beside the calling one, which takes its share while it waits for them.
pub(super) struct Workers {
    threads: Vec<JoinHandle<()>>,
    shared: Arc<Shared>,
    bench: Workbench,
}

struct Shared {
    files: Arc<[LogFile]>,
    filter: Arc<CompiledFilter>,
    source: Mutex<Source>,
    bytes_read: AtomicU64,
    /// How many items may be read and not yet received.
    room: u64,
    is_alone: bool,
    state: Mutex<State>,
    has_room: Condvar,
    has_results: Condvar,
}

struct Source {
    segments: SegmentReader,
    /// The number of the next item.
    next: u64,
}

#[derive(Default)]
struct State {
    /// Items that were or are being read.
    taken: u64,
    received: u64,
    done: Vec<(u64, Item)>,
    leftovers: Vec<Leftover>,
    /// How many items there are, once that is known.
    end: Option<u64>,
    is_over: bool,
    has_panicked: bool,
}

/// The name of the threads, by which a panic hook knows them.
pub(crate) const WORKER_THREAD_NAME: &str = "eop-relay";

/// Items that may be in memory beside those that the threads work on.
const WAITING: u64 = 1;

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads the next item and works on it; there must be room for it. Whoever reads a segment
    /// works on it, while it is in the cache of that processor.
    fn take(&self, mut state: MutexGuard<'_, State>, bench: &mut Workbench) {
        state.taken += 1;
        let mut leftover = state.leftovers.pop().unwrap_or_default();
        drop(state);
        let buffer = std::mem::take(&mut leftover.buffer);
        bench.reuse(leftover);
        let Some((number, item)) = self.next_of_source(buffer) else { return };
        let item = match item {
            SegmentReaderItem::Segment(segment) => self.work_on(segment, bench),
            SegmentReaderItem::Stretch(stretch) => {
                let file = stretch.file();
                let path = self.files.get(file).map_or(Path::new(""), |file| &file.path);
                match stretch.read() {
                    Ok(segment) => self.work_on(segment, bench),
                    Err(error) => Item::Unreadable(file, Notice::unreadable(path, &error)),
                }
            }
            SegmentReaderItem::FileEnd(end) => Item::FileEnd(end),
        };
        self.state().done.push((number, item));
        self.has_results.notify_one();
    }

    /// The next item with its number; the buffer is for it or those after it.
    fn next_of_source(&self, buffer: Vec<u8>) -> Option<(u64, SegmentReaderItem)> {
        let mut source = self.source.lock().unwrap_or_else(PoisonError::into_inner);
        let Source { segments, next } = &mut *source;
        segments.recycle(buffer);
        let number = *next;
        let item = segments.next_item();
        if item.is_some() {
            *next += 1;
            self.bytes_read.store(segments.bytes_read(), Ordering::Relaxed);
        } else {
            self.state().end = Some(number);
            self.has_room.notify_all();
            self.has_results.notify_one();
        }
        Some((number, item?))
    }

    fn work_on(&self, segment: Segment, bench: &mut Workbench) -> Item {
        if self.is_alone || segment.format.iis.is_some() {
            Item::Segment(segment)
        } else {
            Item::Worked(bench.work(segment, &self.files, &self.filter))
        }
    }

    fn has_room(&self, state: &State) -> bool {
        state.end.is_none() && state.taken - state.received < self.room
    }

    /// What a worker does until all is over.
    fn work(&self) {
        let _alarm = Alarm(self);
        let mut bench = Workbench::default();
        loop {
            let mut state = self.state();
            while !self.has_room(&state) {
                if state.is_over || state.end.is_some() {
                    return;
                }
                state = self.has_room.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
            if state.is_over {
                return;
            }
            self.take(state, &mut bench);
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
        segments: SegmentReader,
        files: &Arc<[LogFile]>,
        filter: &Arc<CompiledFilter>,
    ) -> Self {
        let is_alone = count == 0;
        let shared = Arc::new(Shared {
            files: Arc::clone(files),
            filter: Arc::clone(filter),
            source: Mutex::new(Source { segments, next: 0 }),
            bytes_read: AtomicU64::new(0),
            room: if is_alone { 1 } else { count as u64 + 1 + WAITING },
            is_alone,
            state: Mutex::default(),
            has_room: Condvar::new(),
            has_results: Condvar::new(),
        });
        let start = |_| {
            let shared = Arc::clone(&shared);
            let thread = std::thread::Builder::new().name(WORKER_THREAD_NAME.to_owned());
            thread.spawn(move || shared.work()).ok()
        };
        let threads = (0..count).filter_map(start).collect();
        Self { threads, shared, bench: Workbench::default() }
    }

    /// Bytes read so far, of all files.
    pub(super) fn bytes_read(&self) -> u64 {
        self.shared.bytes_read.load(Ordering::Relaxed)
    }

    /// The next item in the order of the files; `None` at the end.
    pub(super) fn next_item(&mut self) -> Option<Item> {
        let shared = Arc::clone(&self.shared);
        loop {
            let mut state = shared.state();
            let received = state.received;
            if let Some(at) = state.done.iter().position(|(number, _)| *number == received) {
                state.received += 1;
                shared.has_room.notify_one();
                return Some(state.done.swap_remove(at).1);
            }
            if state.end == Some(received) {
                return None;
            }
            if state.has_panicked {
                drop(state);
                self.resume_panic();
            } else if shared.has_room(&state) {
                shared.take(state, &mut self.bench);
            } else {
                drop(shared.has_results.wait(state));
            }
        }
    }

    /// Takes back what a segment leaves to be used again.
    pub(super) fn recycle(&mut self, leftover: Leftover) {
        self.shared.state().leftovers.push(leftover);
    }

    fn stop(&mut self) {
        self.shared.state().is_over = true;
        self.shared.has_room.notify_all();
    }

    /// A worker only goes away early by a panic, which goes on in the thread that waits for it.
    fn resume_panic(&mut self) {
        self.stop();
        for thread in self.threads.drain(..) {
            if let Err(panic) = thread.join() {
                std::panic::resume_unwind(panic);
            }
        }
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.stop();
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}
