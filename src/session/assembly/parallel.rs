//! Files read and segments worked on by several threads, with the same result as one.
//!
//! The assembly of rows is not associative, so nothing is merged: the sessions that begin and end
//! inside a segment are made by whichever thread read it, the rows of all others are gathered by
//! session, and the one sequencer puts both together in their order.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use super::segment_result::{SegmentResult, SpareBuffers};
use super::segment_worker::SegmentWorker;
use crate::log::{FileEnd, LogFile, Notice, Segment, SegmentReader, SegmentReaderItem};
use crate::session::filter::CompiledFilter;

/// What comes next out of the files.
pub(crate) enum WorkItem {
    /// Rows that must be read in order, or that the caller alone works on.
    Segment(Segment),
    Result(SegmentResult),
    /// The rest of that file cannot be read.
    Unreadable(usize, Notice),
    FileEnd(FileEnd),
}

/// The threads beside the calling one, which takes its share while it waits for them.
pub(crate) struct Workers {
    threads: Vec<JoinHandle<()>>,
    shared: Arc<Shared>,
    worker: SegmentWorker,
}

struct Shared {
    files: Arc<[LogFile]>,
    filter: Arc<CompiledFilter>,
    queue: Mutex<Queue>,
    bytes_read: AtomicU64,
    /// How many items may be read and not yet received.
    room: u64,
    is_alone: bool,
    progress: Mutex<Progress>,
    has_room: Condvar,
    has_results: Condvar,
}

struct Queue {
    segments: SegmentReader,
    /// The number of the next item.
    next: u64,
}

#[derive(Default)]
struct Progress {
    /// Items that were or are being read.
    taken: u64,
    received: u64,
    done: Vec<(u64, WorkItem)>,
    spare: Vec<SpareBuffers>,
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
    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads the next item and works on it; there must be room for it. Whoever reads a segment
    /// works on it, while it is in the cache of that processor.
    fn take(&self, mut progress: MutexGuard<'_, Progress>, worker: &mut SegmentWorker) {
        progress.taken += 1;
        let mut spare = progress.spare.pop().unwrap_or_default();
        drop(progress);
        let buffer = std::mem::take(&mut spare.buffer);
        worker.reuse(spare);
        let Some((number, item)) = self.next_of_queue(buffer) else { return };
        let item = match item {
            SegmentReaderItem::Segment(segment) => self.work_on(segment, worker),
            SegmentReaderItem::UnreadRange(range) => {
                let file = range.file();
                let path = self.files.get(file).map_or(Path::new(""), |file| &file.path);
                match range.read() {
                    Ok(segment) => self.work_on(segment, worker),
                    Err(error) => WorkItem::Unreadable(file, Notice::unreadable(path, &error)),
                }
            }
            SegmentReaderItem::FileEnd(end) => WorkItem::FileEnd(end),
        };
        self.progress().done.push((number, item));
        self.has_results.notify_one();
    }

    /// The next item with its number; the buffer is for it or those after it.
    fn next_of_queue(&self, buffer: Vec<u8>) -> Option<(u64, SegmentReaderItem)> {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let Queue { segments, next } = &mut *queue;
        segments.recycle(buffer);
        let number = *next;
        let item = segments.next_item();
        if item.is_some() {
            *next += 1;
            self.bytes_read.store(segments.bytes_read(), Ordering::Relaxed);
        } else {
            self.progress().end = Some(number);
            self.has_room.notify_all();
            self.has_results.notify_one();
        }
        Some((number, item?))
    }

    fn work_on(&self, segment: Segment, worker: &mut SegmentWorker) -> WorkItem {
        if self.is_alone || segment.format.iis.is_some() {
            WorkItem::Segment(segment)
        } else {
            WorkItem::Result(worker.process(segment, &self.files, &self.filter))
        }
    }

    fn has_room(&self, progress: &Progress) -> bool {
        progress.end.is_none() && progress.taken - progress.received < self.room
    }

    /// What a worker does until all is over.
    fn work(&self) {
        let _signal = PanicSignal(self);
        let mut worker = SegmentWorker::default();
        loop {
            let mut progress = self.progress();
            while !self.has_room(&progress) {
                if progress.is_over || progress.end.is_some() {
                    return;
                }
                progress = self.has_room.wait(progress).unwrap_or_else(PoisonError::into_inner);
            }
            if progress.is_over {
                return;
            }
            self.take(progress, &mut worker);
        }
    }
}

/// Reports a panic to the calling thread, which would wait for ever.
struct PanicSignal<'shared>(&'shared Shared);

impl Drop for PanicSignal<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.progress().has_panicked = true;
            self.0.has_results.notify_one();
        }
    }
}

impl Workers {
    /// Starts the threads; fewer than asked for if the system has no more to give.
    pub(crate) fn start(
        count: usize,
        segments: SegmentReader,
        files: &Arc<[LogFile]>,
        filter: &Arc<CompiledFilter>,
    ) -> Self {
        let is_alone = count == 0;
        let shared = Arc::new(Shared {
            files: Arc::clone(files),
            filter: Arc::clone(filter),
            queue: Mutex::new(Queue { segments, next: 0 }),
            bytes_read: AtomicU64::new(0),
            room: if is_alone { 1 } else { count as u64 + 1 + WAITING },
            is_alone,
            progress: Mutex::default(),
            has_room: Condvar::new(),
            has_results: Condvar::new(),
        });
        let start = |_| {
            let shared = Arc::clone(&shared);
            let thread = std::thread::Builder::new().name(WORKER_THREAD_NAME.to_owned());
            thread.spawn(move || shared.work()).ok()
        };
        let threads = (0..count).filter_map(start).collect();
        Self { threads, shared, worker: SegmentWorker::default() }
    }

    /// Bytes read so far, of all files.
    pub(crate) fn bytes_read(&self) -> u64 {
        self.shared.bytes_read.load(Ordering::Relaxed)
    }

    /// The next item in the order of the files; `None` at the end.
    pub(crate) fn next_item(&mut self) -> Option<WorkItem> {
        let shared = Arc::clone(&self.shared);
        loop {
            let mut progress = shared.progress();
            let received = progress.received;
            if let Some(at) = progress.done.iter().position(|(number, _)| *number == received) {
                progress.received += 1;
                shared.has_room.notify_one();
                return Some(progress.done.swap_remove(at).1);
            }
            if progress.end == Some(received) {
                return None;
            }
            if progress.has_panicked {
                drop(progress);
                self.resume_panic();
            } else if shared.has_room(&progress) {
                shared.take(progress, &mut self.worker);
            } else {
                drop(shared.has_results.wait(progress));
            }
        }
    }

    /// Takes back what a segment leaves to be used again.
    pub(crate) fn recycle(&mut self, spare: SpareBuffers) {
        self.shared.progress().spare.push(spare);
    }

    fn stop(&mut self) {
        self.shared.progress().is_over = true;
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
