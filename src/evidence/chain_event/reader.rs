//! Reading events out of files and texts, batch by batch.

use std::collections::{BTreeMap, VecDeque};
use std::fs::File;
use std::io::{self, Cursor};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::assembler::Assembler;
use super::model::ChainEvent;
use super::parser::Parsed;
use super::record::ChainEventRecord;
use super::source::{Item, OpenError, Source};
use super::{CHAIN_EVENT_LOG, ENABLE_CHAIN_EVENT_LOG};
use crate::certificate::Thumbprint;
use crate::evidence::{EvidenceBatch, EvidenceReader};
use crate::log::{LogInput, Notice, NoticeCode, discover_files};
use crate::timestamp::Timestamp;

/// The extensions of files that are read of a folder.
const EXTENSIONS: &[&str] = &["evtx", "xml"];
/// The size to which the log grows by default, in bytes; a file of it is not much longer.
const DEFAULT_LOG_SIZE: u64 = 1_052_672;

/// What to read, and which validations to hand out.
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
    /// Only validations that begin then or later; those of unknown time are handed out all the same.
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
    /// Events of the log that tell nothing of certificates, and were counted only.
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
}

enum Input {
    File(PathBuf),
    Content(String, Vec<u8>),
}

/// A source that is being read, and what was met in it.
struct OpenSource {
    name: String,
    source: Source,
    size: Option<u64>,
    events: u64,
    foreign: u64,
    damaged: u64,
    /// Place and reason of the first damage.
    first_damage: Option<(u64, u64, String)>,
    first_record_id: Option<u64>,
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
        }
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
                    let size = File::open(&path).and_then(|file| file.metadata()).ok();
                    let size = size.map(|metadata| metadata.len());
                    self.open = Some(OpenSource::new(path.display().to_string(), source, size));
                }
                Err(OpenError::Io(error)) => self.notices.push(Notice::unreadable(&path, &error)),
                Err(OpenError::Evtx(reason)) => self.notices.push(other_content(
                    &path,
                    format!("cannot be read as an event log ({reason}): copy or export it again"),
                )),
            },
            Input::Content(name, bytes) => match of_content(bytes) {
                Ok(source) => self.open = Some(OpenSource::new(name, source, None)),
                Err(reason) => self.notices.push(other_content(
                    Path::new(&name),
                    format!("cannot be read as an event log ({reason}): copy or export it again"),
                )),
            },
        }
        true
    }

    /// Takes the next event of the open source.
    fn step(&mut self) -> Option<ChainEvent> {
        let open = self.open.as_mut()?;
        let item = match open.source.next() {
            Ok(Some(item)) => item,
            Ok(None) => {
                self.close();
                return None;
            }
            Err(error) => {
                let name = open.name.clone();
                self.notices.push(Notice::unreadable(Path::new(&name), &error));
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
        while batch.records.len() < max_records.max(1) && spent < budget.max(1) {
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

impl OpenSource {
    fn new(name: String, source: Source, size: Option<u64>) -> Self {
        Self {
            name,
            source,
            size,
            events: 0,
            foreign: 0,
            damaged: 0,
            first_damage: None,
            first_record_id: None,
        }
    }

    fn notices(&self) -> Vec<Notice> {
        let path = Path::new(&self.name);
        let mut notices = Vec::new();
        if let Some((line, offset, reason)) = &self.first_damage {
            notices.push(Notice {
                line: Some(*line).filter(|line| *line > 0),
                offset: Some(*offset),
                count: self.damaged,
                message: format!(
                    "{} cannot be read and {} left out; the first: {reason}. Export the log again: \
                     wevtutil qe {CHAIN_EVENT_LOG} /f:xml",
                    if self.damaged == 1 {
                        "1 event".to_owned()
                    } else {
                        format!("{} events", self.damaged)
                    },
                    if self.damaged == 1 { "is" } else { "are" },
                ),
                ..Notice::new(NoticeCode::DamagedRecords, path)
            });
        }
        if self.events == 0 && self.foreign > 0 {
            notices.push(other_content(
                path,
                format!(
                    "holds {} events, and none of {CHAIN_EVENT_LOG}: export that log",
                    self.foreign
                ),
            ));
        } else if self.events == 0 && self.damaged == 0 {
            notices.push(Notice {
                message: format!(
                    "holds no event of {CHAIN_EVENT_LOG}. The log is off by default: turn it on with \
                     {ENABLE_CHAIN_EVENT_LOG} and let the server send a message"
                ),
                ..Notice::new(NoticeCode::EvidenceIncomplete, path)
            });
        } else if self.has_rolled_over() {
            notices.push(Notice {
                message: format!(
                    "is full at its default size and begins with event record {}: older events are \
                     overwritten. Let it grow with {ENABLE_CHAIN_EVENT_LOG}",
                    self.first_record_id.unwrap_or_default(),
                ),
                ..Notice::new(NoticeCode::EvidenceIncomplete, path)
            });
        }
        notices
    }

    /// A log of the default size whose first events are gone.
    fn has_rolled_over(&self) -> bool {
        let is_full =
            self.size.is_some_and(|size| size >= DEFAULT_LOG_SIZE && size < 2 * DEFAULT_LOG_SIZE);
        matches!(self.source, Source::Evtx(_))
            && is_full
            && self.first_record_id.is_some_and(|number| number > 1)
    }
}

fn other_content(path: &Path, message: String) -> Notice {
    Notice { message, ..Notice::new(NoticeCode::OtherContent, path) }
}

/// A file whose bytes came by another way, such as through the C ABI.
fn of_content(bytes: Vec<u8>) -> Result<Source, String> {
    if bytes.starts_with(super::evtx_file::SIGNATURE) {
        return super::evtx_file::EvtxFile::open(Cursor::new(bytes))
            .map(|file| Source::Evtx(Box::new(file)));
    }
    Ok(Source::of_bytes(bytes, io::empty()))
}
