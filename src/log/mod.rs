//! Protocol logs: finding, opening and reading them, row by row.
//!
//! The formats are described by Microsoft under "Protocol logging" (Exchange Server) and "IIS log file
//! formats" and, where these are silent, by what real logs hold.

#![forbid(unsafe_code)]

mod columns;
mod discovery;
mod edges;
#[cfg(test)]
pub(crate) mod faults;
mod fields;
mod format;
mod header_lines;
mod iis;
mod line;
mod notice;
mod open_file;
mod position;
mod prefix;
mod row;
mod row_parser;
mod row_receiver;
mod segment;
mod segment_reader;
mod separators;
mod shared_file;
mod span;
mod stamp_parser;
mod text_kind;
mod text_source;
mod unread_range;

pub use crate::finding::Severity;
pub use columns::Columns;
pub(crate) use discovery::reading_order;
pub use discovery::{Discovery, LogFile, LogInput, discover, discover_files};
pub(crate) use edges::{Edges, Fingerprint};
pub use format::{Format, LogType};
pub use iis::{IisFormat, IisRow, IisSpeaker, W3cColumns};
pub use line::Line;
pub use notice::{Notice, NoticeCode};
pub(crate) use position::{FileStart, KnownFile, LastPosition, Position};
pub use row::{Event, Field, Row, RowError};
pub use row_receiver::{RowPart, RowReceiver, RowSpans};
pub use segment::{LinesRead, Segment};
pub(crate) use segment_reader::SEGMENT_SIZE;
pub use segment_reader::{FileEnd, SegmentReader, SegmentReaderItem};
pub use span::Span;
pub use stamp_parser::Stamp;
pub(crate) use text_source::open_text;
pub use unread_range::UnreadRange;
