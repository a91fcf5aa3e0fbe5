//! One source of events, and what was met in it.

use std::io::{self, Cursor};
use std::path::Path;

use super::event_log::{CHAIN_EVENT_LOG, ENABLE_CHAIN_EVENT_LOG};
use super::evtx_file::{EvtxFile, SIGNATURE};
use super::source::Source;
use crate::log::{Notice, NoticeCode};

/// The size to which the log grows by default, in bytes; a file of it is not much longer.
const DEFAULT_LOG_SIZE: u64 = 1_052_672;

/// A source that is being read, and what was met in it.
pub(super) struct OpenSource {
    pub(super) name: String,
    pub(super) source: Source,
    pub(super) size: Option<u64>,
    pub(super) events: u64,
    pub(super) foreign: u64,
    pub(super) damaged: u64,
    /// Place and reason of the first damage.
    pub(super) first_damage: Option<(u64, u64, String)>,
    pub(super) first_record_id: Option<u64>,
}

impl OpenSource {
    pub(super) fn new(name: String, source: Source, size: Option<u64>) -> Self {
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

    /// Whether nothing was met in it.
    pub(super) fn is_empty(&self) -> bool {
        self.events + self.foreign + self.damaged == 0
    }

    pub(super) fn notices(&self) -> Vec<Notice> {
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
        } else if self.is_empty() && (self.is_named_as_event_log() || self.is_of_something_else()) {
            notices.push(no_event_log(path, "it does not begin as one"));
        } else if self.is_empty() {
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

    /// Whether its name says that it is an event log, and its first bytes do not.
    fn is_named_as_event_log(&self) -> bool {
        let extension = Path::new(&self.name).extension();
        !matches!(self.source, Source::Evtx(_))
            && extension.is_some_and(|extension| extension.eq_ignore_ascii_case("evtx"))
    }

    /// Whether its beginning is that of no events: nothing can be said of a log by it.
    fn is_of_something_else(&self) -> bool {
        matches!(self.source, Source::Xml(_, false))
    }

    /// A log of the default size whose first events are gone.
    fn has_rolled_over(&self) -> bool {
        let is_full =
            self.size.is_some_and(|size| (DEFAULT_LOG_SIZE..2 * DEFAULT_LOG_SIZE).contains(&size));
        matches!(self.source, Source::Evtx(_))
            && is_full
            && self.first_record_id.is_some_and(|number| number > 1)
    }
}

/// A file whose bytes came by another way, such as through the C ABI.
pub(super) fn of_content(bytes: Vec<u8>) -> Result<Source, String> {
    if bytes.starts_with(SIGNATURE) {
        let file = EvtxFile::open(Cursor::new(bytes)).map_err(|error| error.to_string())?;
        return file.map(|file| Source::Evtx(Box::new(file)));
    }
    Ok(Source::of_bytes(bytes, io::empty()))
}

/// What says of a file with the signature of an event log that it is none.
pub(super) fn no_event_log(path: &Path, reason: &str) -> Notice {
    let message = format!("cannot be read as an event log ({reason}): copy or export it again");
    other_content(path, message)
}

/// A source that is not what is read.
fn other_content(path: &Path, message: String) -> Notice {
    Notice { message, ..Notice::new(NoticeCode::OtherContent, path) }
}
