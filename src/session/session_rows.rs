//! The rows of one session as they stand in the log, until it ends.
//!
//! While rows come in, no more is read of them than what ends a session: most sessions lie within
//! one segment, and many are passed over by the filter. The rest is read from the rows at the end.

use super::information::Information;
use super::model::SessionNote;
use super::texts::{SHORT, Span, append, append_span, clear_for_reuse};
use crate::log::{Event, Field, LogType, Row, Segment};
use crate::timestamp::Timestamp;

/// Where a row stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// The index of its file.
    pub(super) file: usize,
    /// Its line in that file, counted from 1.
    pub(super) line: u64,
    /// Its byte offset in that file.
    pub(super) offset: u64,
}

/// The first row of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Start {
    pub(super) place: Place,
    pub(super) time: Timestamp,
    pub(super) session_id: u64,
    pub(super) log_type: Option<LogType>,
    /// Whether it stands at the beginning of a session.
    pub(super) is_opening: bool,
}

/// What is kept of a row: its fields with their quotes.
#[derive(Clone, Copy, Debug)]
pub(super) struct StoredRow {
    pub(super) event: Event,
    pub(super) data: Span,
    pub(super) context: Span,
}

/// The rows of a session may occupy no more than this many bytes; nothing is kept beyond.
const MAXIMUM_BYTES: usize = 8 << 20;

#[derive(Debug, Default)]
pub(super) struct SessionRows {
    pub(super) start: Option<Start>,
    pub(super) end_time: Option<Timestamp>,
    pub(super) row_count: u64,
    pub(super) is_ended: bool,
    pub(super) connector: Span,
    pub(super) local_endpoint: Span,
    pub(super) remote_endpoint: Span,
    pub(super) rows: Vec<StoredRow>,
    /// What the spans refer to once the segment of the first rows is gone.
    carried: Vec<u8>,
    is_carried: bool,
    notes: u32,
}

impl SessionRows {
    /// Takes the next row in, a part of that segment; `place` tells where it stands. Returns whether
    /// it ends the session.
    #[expect(clippy::inline_always, reason = "called for each row, from three loops")]
    #[inline(always)]
    pub(super) fn accept(
        &mut self,
        row: &Row<'_>,
        segment: &Segment,
        place: impl FnOnce() -> Place,
    ) -> bool {
        if self.start.is_none() {
            self.begin(row, segment, place());
        }
        self.end_time = Some(row.date_time);
        self.row_count += 1;
        if self.is_full() {
            self.note(SessionNote::ContentCapped);
            self.is_ended |= row.event == Event::Disconnect;
            return self.is_ended;
        }
        if self.local_endpoint.is_empty() && !row.local_endpoint.is_empty() {
            self.local_endpoint = self.keep(row.local_endpoint, segment);
        }
        if self.remote_endpoint.is_empty() && !row.remote_endpoint.is_empty() {
            self.remote_endpoint = self.keep(row.remote_endpoint, segment);
        }
        let data = self.keep(row.data, segment);
        let context = self.keep(row.context, segment);
        self.rows.push(StoredRow { event: row.event, data, context });
        let is_end = match row.event {
            Event::Disconnect => true,
            Event::Information => is_failed_connection(row),
            _ => false,
        };
        self.is_ended |= is_end;
        is_end
    }

    /// Takes further rows of the session in that were gathered apart from these. Both are
    /// independent of their segments.
    pub(super) fn append(&mut self, further: &Self) {
        self.end_time = further.end_time;
        self.row_count += further.row_count;
        self.notes |= further.notes;
        self.is_ended |= further.is_ended;
        let heading = [further.connector, further.local_endpoint, further.remote_endpoint];
        let before: usize = heading.iter().map(|span| span.length()).sum();
        let rows = further.carried.get(before..).unwrap_or_default();
        if self.bytes_with(rows.len(), further.rows.len()) <= MAXIMUM_BYTES {
            let behind = self.carried.len();
            self.carried.extend_from_slice(rows);
            self.rows.extend(further.rows.iter().map(|row| StoredRow {
                event: row.event,
                data: row.data.moved(before, behind),
                context: row.context.moved(before, behind),
            }));
        } else {
            self.append_until_full(further);
        }
        for (own, further_span) in [
            (&mut self.local_endpoint, further.local_endpoint),
            (&mut self.remote_endpoint, further.remote_endpoint),
        ] {
            if own.is_empty() {
                *own = append(&mut self.carried, further_span.get(&further.carried));
            }
        }
    }

    fn append_until_full(&mut self, further: &Self) {
        for row in &further.rows {
            if self.is_full() {
                self.note(SessionNote::ContentCapped);
                break;
            }
            let [data, context] = [row.data, row.context]
                .map(|field| append(&mut self.carried, field.get(&further.carried)));
            self.rows.push(StoredRow { event: row.event, data, context });
        }
    }

    fn is_full(&self) -> bool {
        self.bytes_with(0, 0) > MAXIMUM_BYTES
    }

    /// What is kept, with that many more bytes of text and rows.
    fn bytes_with(&self, text: usize, rows: usize) -> usize {
        self.carried.len() + text + (self.rows.len() + rows) * size_of::<StoredRow>()
    }

    /// A session of which other rows were read before: nothing of them is kept here yet.
    pub(super) fn restored(start: Start, row_count: u64, notes: u32) -> Self {
        Self { start: Some(start), row_count, notes, is_carried: true, ..Self::default() }
    }

    /// Keeps a text of its own.
    pub(super) fn carry_text(&mut self, text: &[u8]) -> Span {
        append(&mut self.carried, text)
    }

    /// Takes a line of the dialogue in that shares its row with the line before.
    pub(super) fn add_line(&mut self, event: Event, line: &[u8], segment: &Segment) {
        if !self.has_note(SessionNote::ContentCapped) {
            let data = self.keep(Field::new(line), segment);
            self.rows.push(StoredRow { event, data, context: Span::default() });
        }
    }

    #[cold]
    fn begin(&mut self, row: &Row<'_>, segment: &Segment, place: Place) {
        self.start = Some(Start {
            place,
            time: row.date_time,
            session_id: row.session_id,
            log_type: segment.format.log_type,
            is_opening: is_opening(row),
        });
        self.connector = self.keep(row.connector, segment);
    }

    #[inline]
    fn keep(&mut self, field: Field<'_>, segment: &Segment) -> Span {
        if self.is_carried {
            append(&mut self.carried, field.raw())
        } else {
            Span::of(field.raw(), &segment.data)
        }
    }

    /// Makes the rows independent of their segment.
    pub(super) fn carry(&mut self, segment: &[u8]) {
        if std::mem::replace(&mut self.is_carried, true) {
            return;
        }
        let Self { connector, local_endpoint, remote_endpoint, rows, carried, .. } = self;
        let heading = [connector, local_endpoint, remote_endpoint];
        let length = |row: &StoredRow| row.data.length() + row.context.length();
        let lengths = heading.iter().map(|span| span.length()).chain(rows.iter().map(length));
        carried.reserve(lengths.sum::<usize>() + SHORT);
        let mut carry = |span: &mut Span| {
            if !span.is_empty() {
                *span = append_span(carried, *span, segment);
            }
        };
        heading.into_iter().for_each(&mut carry);
        for row in rows {
            carry(&mut row.data);
            carry(&mut row.context);
        }
    }

    /// What the spans refer to, for rows of which the last ones stand in that segment.
    pub(super) fn text<'text>(&'text self, segment: &'text [u8]) -> &'text [u8] {
        if self.is_carried { &self.carried } else { segment }
    }

    pub(super) fn note(&mut self, note: SessionNote) {
        self.notes |= 1 << note.number();
    }

    pub(super) fn has_note(&self, note: SessionNote) -> bool {
        self.notes & (1 << note.number()) != 0
    }

    /// One bit for each [`SessionNote`], by its number.
    pub(super) fn notes(&self) -> u32 {
        self.notes
    }

    /// Changes where its first row stands.
    pub(super) fn move_to(&mut self, place: impl Fn(Place) -> Place) {
        if let Some(start) = &mut self.start {
            start.place = place(start.place);
        }
    }

    /// About how many bytes its buffers occupy that grew with it. It depends on the rows alone, and
    /// not on how they came together.
    pub(super) fn bytes(&self) -> usize {
        let rows = self.rows.len().next_power_of_two().max(4);
        self.carried.len().next_power_of_two() + rows * size_of::<StoredRow>()
    }

    /// How many bytes its buffers do occupy, whatever they were used for before.
    pub(super) fn reserved_bytes(&self) -> usize {
        self.carried.capacity() + self.rows.capacity() * size_of::<StoredRow>()
    }

    /// Gives back what is not needed of its buffers.
    pub(super) fn shrink(&mut self) {
        self.carried.shrink_to_fit();
        self.rows.shrink_to_fit();
    }

    /// Empties it for the next session, keeping its buffers.
    pub(super) fn reset(&mut self) {
        let mut rows = std::mem::take(&mut self.rows);
        let mut carried = std::mem::take(&mut self.carried);
        clear_for_reuse(&mut rows);
        clear_for_reuse(&mut carried);
        *self = Self { rows, carried, ..Self::default() };
    }
}

/// Whether a row stands at the beginning of a session.
pub(super) fn is_opening(row: &Row<'_>) -> bool {
    row.sequence_number == Some(0) || row.event == Event::Connect
}

/// Whether a `*` row says that no connection came about, which ends a session.
#[inline]
fn is_failed_connection(row: &Row<'_>) -> bool {
    let label = if row.context.is_empty() { row.data } else { row.context };
    matches!(label.raw(), [b'F' | b'f', ..] | [b'"', b'F' | b'f', ..]) && tells_of_failure(label)
}

#[cold]
fn tells_of_failure(label: Field<'_>) -> bool {
    matches!(Information::parse(&label.value()), Information::ConnectFailed(_))
}
