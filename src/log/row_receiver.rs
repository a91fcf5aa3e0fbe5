//! The interface by which rows of a segment are received.

use super::line::Line;
use super::row::{Event, Row, RowError};
use super::span::Span;
use super::stamp_parser::Stamp;

/// What a row holds beside what it shares with others of its session, as places in the segment's
/// data, with quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowSpans {
    /// [`Row::event`].
    pub event: Event,
    /// [`Row::data`].
    pub data: Span,
    /// [`Row::context`].
    pub context: Span,
}

impl RowSpans {
    /// Those of a row whose line is a part of that data.
    #[must_use]
    pub fn of_row(row: &Row<'_>, data: &[u8]) -> Self {
        let [data, context] = [row.data, row.context].map(|field| Span::of(field.raw(), data));
        Self { event: row.event, data, context }
    }
}

/// A row without its session, connector and endpoints.
#[derive(Clone, Copy, Debug)]
pub struct RowPart {
    /// Its line.
    pub line: Line,
    /// When it was written.
    pub stamp: Stamp,
    /// What it says.
    pub spans: RowSpans,
    /// [`Row::is_opening`].
    pub is_opening: bool,
}

impl RowPart {
    /// That of a row whose fields are parts of that data.
    #[must_use]
    pub fn of_row(row: &Row<'_>, line: Line, data: &[u8]) -> Self {
        Self {
            line,
            stamp: Stamp::of_time(row.date_time),
            spans: RowSpans::of_row(row, data),
            is_opening: row.is_opening(),
        }
    }
}

/// Receives the lines of a segment, one after the other.
pub trait RowReceiver {
    /// Accepts a row of that session; `whole` gives all of it.
    fn row<'data>(&mut self, session_id: u64, part: RowPart, whole: impl Fn() -> Row<'data>);

    /// Accepts a row of the session of the row before, which it follows with no other line between:
    /// the call before this one was one of these two. It has the same connector and endpoints and
    /// does not open a session.
    fn further_row(&mut self, part: RowPart);

    /// Accepts a line that is no row, and what is wrong with it.
    fn damage(&mut self, line: Line, error: RowError);
}
