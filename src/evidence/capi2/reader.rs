//! Reading events out of files and texts, batch by batch.

use std::collections::{BTreeMap, VecDeque};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::assembler::Assembler;
use super::event_log::{CHAIN_EVENT_LOG, ENABLE_CHAIN_EVENT_LOG};
use super::framer::Next;
use super::model::ChainEvent;
use super::open_source::{OpenSource, no_event_log, of_content};
use super::parser::Parsed;
use super::record::ChainEventRecord;
use super::source::{Item, OpenError, Source};
use super::text_queue::TextQueue;
use crate::certificate::Thumbprint;
use crate::evidence::{EvidenceBatch, EvidenceReader};
use crate::log::{LogInput, Notice, NoticeCode, discover_files};
use crate::timestamp::Timestamp;

/// The extensions of files that are read of a folder.
const EXTENSIONS: &[&str] = &["evtx", "xml", "json", "jsonl"];

/// What to read, and which validations to return.
#[derive(Clone, Debug, Default)]
pub struct ChainEventQuery {
    /// Files, folders and patterns.
    pub inputs: Vec<LogInput>,
    /// Contents of files that are elsewhere: what errors call them, and their bytes.
    pub contents: Vec<(String, Vec<u8>)>,
    /// Whether the folders below the given ones are read too.
    pub recurse: bool,
    /// Only validations that name this certificate.
    pub thumbprint: Option<Thumbprint>,
    /// Only validations that begin then or later; those of unknown time are returned all the same.
    pub start: Option<Timestamp>,
    /// Only validations that begin before.
    pub end: Option<Timestamp>,
}

/// What was met, all files together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChainEventSummary {
    /// Files read to their end.
    pub files: u64,
    /// Events that were read, by their ids.
    pub events: BTreeMap<u32, u64>,
    /// Events of the log that say nothing of certificates, and were counted only.
    pub other_events: u64,
    /// Events of other logs.
    pub foreign_events: u64,
    /// Events that cannot be read.
    pub damaged_events: u64,
    /// The time of the first and of the last event of the log, be it of the kinds that are read.
    pub first_time: Option<Timestamp>,
    /// See `first_time`.
    pub last_time: Option<Timestamp>,
}

/// Reads validations. See [`EvidenceReader`].
pub struct ChainEventReader {
    query: ChainEventQuery,
    waiting: VecDeque<Input>,
    open: Option<OpenSource>,
    assembler: Assembler,
    notices: Vec<Notice>,
    summary: ChainEventSummary,
    cancellation: Arc<AtomicBool>,
    is_at_end: bool,
    /// Where text is awaited.
    queue: Option<TextQueue>,
    /// Whether all text that came is read, and more may come.
    waits: bool,
}

enum Input {
    File(PathBuf),
    Content(String, Vec<u8>),
    Queue(String, TextQueue),
}

impl ChainEventReader {
    /// Finds the files. Trouble with single inputs comes as notices of the batches.
    #[must_use]
    pub fn new(mut query: ChainEventQuery) -> Self {
        let found = discover_files(&query.inputs, query.recurse, EXTENSIONS);
        let files = found.files.iter().map(|file| Input::File(file.path.to_path_buf()));
        let contents = std::mem::take(&mut query.contents);
        let contents = contents.into_iter().map(|(name, bytes)| Input::Content(name, bytes));
        Self {
            waiting: files.chain(contents).collect(),
            query,
            open: None,
            assembler: Assembler::default(),
            notices: found.notices,
            summary: ChainEventSummary::default(),
            cancellation: Arc::default(),
            is_at_end: false,
            queue: None,
            waits: false,
        }
    }

    /// Awaits text that comes by [`EvidenceReader::add_text`], and is read after everything else;
    /// `name` is what errors call it.
    pub fn await_text(&mut self, name: &str) {
        let queue = TextQueue::default();
        self.waiting.push_back(Input::Queue(name.to_owned(), queue.clone()));
        self.queue = Some(queue);
    }

    /// What was met so far.
    #[must_use]
    pub fn summary(&self) -> &ChainEventSummary {
        &self.summary
    }

    /// Goes to the next source; `false` when there is none.
    fn open_next(&mut self) -> bool {
        let Some(input) = self.waiting.pop_front() else { return false };
        match input {
            Input::File(path) => match Source::open(&path) {
                Ok(source) => {
                    let size = std::fs::metadata(&path).ok().map(|metadata| metadata.len());
                    self.open = Some(OpenSource::new(path.display().to_string(), source, size));
                }
                Err(OpenError::Io(error)) => self.notices.push(Notice::unreadable(&path, &error)),
                Err(OpenError::Evtx(reason)) => self.notices.push(no_event_log(&path, &reason)),
            },
            Input::Queue(name, queue) => {
                let source = Source::of_bytes(Vec::new(), queue);
                self.open = Some(OpenSource::new(name, source, None));
            }
            Input::Content(name, bytes) => match of_content(bytes) {
                Ok(source) => self.open = Some(OpenSource::new(name, source, None)),
                Err(reason) => self.notices.push(no_event_log(Path::new(&name), &reason)),
            },
        }
        true
    }

    /// Takes the next event of the open source.
    fn step(&mut self) -> Option<ChainEvent> {
        let open = self.open.as_mut()?;
        let item = match open.source.next() {
            Ok(Next::Item(item)) => item,
            Ok(Next::Again) => return None,
            Ok(Next::End) => {
                self.close();
                return None;
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                self.waits = true;
                return None;
            }
            Err(error) => {
                self.notices.push(Notice::unreadable(Path::new(&open.name), &error));
                // Of a file that cannot be read it cannot be said that it is empty.
                if open.is_empty() {
                    self.open = None;
                }
                self.close();
                return None;
            }
        };
        let Item { parsed, line, offset } = item;
        match parsed {
            Ok(Parsed::Record(record)) => {
                let record =
                    ChainEventRecord { log_path: open.name.clone(), line, offset, ..*record };
                open.events += 1;
                let first = open.first_record_id.into_iter().chain(record.event_record_id).min();
                open.first_record_id = first;
                *self.summary.events.entry(record.event_id).or_default() += 1;
                self.summary.saw(record.time);
                self.assembler.add(record)
            }
            Ok(Parsed::OtherEvent(time)) => {
                open.events += 1;
                self.summary.other_events += 1;
                self.summary.saw(time);
                None
            }
            Ok(Parsed::OtherLog) => {
                open.foreign += 1;
                self.summary.foreign_events += 1;
                None
            }
            Err(reason) => {
                open.damaged += 1;
                open.first_damage.get_or_insert((line, offset, reason));
                self.summary.damaged_events += 1;
                None
            }
        }
    }

    /// Ends the open source, and says what was met in it.
    fn close(&mut self) {
        let Some(open) = self.open.take() else { return };
        self.summary.files += 1;
        self.notices.extend(open.notices());
    }

    /// Says whether the log reaches back far enough for what is asked.
    fn tell_coverage(&mut self) {
        let (Some(start), Some(first)) = (self.query.start, self.summary.first_time) else {
            return;
        };
        if first > start {
            let path = Path::new(CHAIN_EVENT_LOG);
            self.notices.push(Notice {
                path: None,
                message: format!(
                    "the first event is of {first}, later than the time asked ({start}): what was \
                     before is not known. The log was off then, or has overwritten its oldest \
                     events: let it grow with {ENABLE_CHAIN_EVENT_LOG}"
                ),
                ..Notice::new(NoticeCode::EvidenceIncomplete, path)
            });
        }
    }

    fn is_wanted(&self, event: &ChainEvent) -> bool {
        let ChainEventQuery { thumbprint, start, end, .. } = &self.query;
        thumbprint.is_none_or(|thumbprint| event.names_certificate(thumbprint))
            && event.time.is_none_or(|time| {
                start.is_none_or(|start| time >= start) && end.is_none_or(|end| time < end)
            })
    }
}

impl EvidenceReader for ChainEventReader {
    type Record = ChainEvent;

    fn next_batch(&mut self, max_records: usize, budget: u64) -> Option<EvidenceBatch<ChainEvent>> {
        let mut batch = EvidenceBatch { records: Vec::new(), notices: Vec::new() };
        let mut spent = 0;
        self.waits = false;
        while batch.records.len() < max_records.max(1) && spent < budget.max(1) && !self.waits {
            if self.cancellation.load(Ordering::Relaxed) {
                return None;
            }
            let before = self.open.as_ref().map_or(0, |open| open.source.offset());
            let event = if self.open.is_some() {
                self.step()
            } else if self.open_next() {
                None
            } else if let Some(event) = self.assembler.take_oldest() {
                Some(event)
            } else if self.is_at_end {
                break;
            } else {
                self.is_at_end = true;
                self.tell_coverage();
                None
            };
            let after = self.open.as_ref().map_or(before, |open| open.source.offset());
            spent += after.saturating_sub(before).max(1);
            batch.records.extend(event.filter(|event| self.is_wanted(event)));
        }
        batch.notices.append(&mut self.notices);
        let is_over = self.is_at_end && batch.records.is_empty() && batch.notices.is_empty();
        (!is_over).then_some(batch)
    }

    fn add_text(&mut self, text: Option<&str>) -> bool {
        self.queue.as_ref().is_some_and(|queue| queue.push(text))
    }

    fn cancellation(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.cancellation)
    }
}

impl ChainEventSummary {
    fn saw(&mut self, time: Option<Timestamp>) {
        self.first_time = self.first_time.into_iter().chain(time).min();
        self.last_time = self.last_time.into_iter().chain(time).max();
    }
}
