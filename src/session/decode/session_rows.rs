//! The rows of one session as they stand in the log, until it ends.
//!
//! While rows come in, no more is read of them than what ends a session: most sessions lie within
//! one segment, and many are passed over by the filter. The rest is read from the rows at the end.

use super::information::Information;
use super::texts::{SHORT, append, append_span, clear_for_reuse};
use crate::log::{Event, Field, LogType, Row, RowPart, RowSpans, Segment, Span, Stamp};
use crate::session::model::SessionNote;
use crate::timestamp::Timestamp;

/// Where a row stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RowPosition {
    /// The index of its file.
    pub(crate) file: usize,
    /// Its line in that file, counted from 1.
    pub(crate) line: u64,
    /// Its byte offset in that file.
    pub(crate) offset: u64,
}

/// The first row of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Start {
    pub(crate) position: RowPosition,
    pub(crate) time: Timestamp,
    pub(crate) session_id: u64,
    pub(crate) log_type: Option<LogType>,
    /// Whether it stands at the beginning of a session.
    pub(crate) is_opening: bool,
}

/// The rows of a session may occupy no more than this many bytes; nothing is kept beyond. With more,
/// it would take all that open sessions may together, and be evicted for it.
const MAXIMUM_BYTES: usize = 4 << 20;

#[derive(Debug, Default)]
pub(crate) struct SessionRows {
    pub(crate) start: Option<Start>,
    pub(crate) end: Option<Stamp>,
    pub(crate) row_count: u64,
    pub(crate) is_ended: bool,
    pub(crate) connector: Span,
    pub(crate) local_endpoint: Span,
    pub(crate) remote_endpoint: Span,
    pub(crate) rows: Vec<RowSpans>,
    /// What the spans refer to once the segment of the first rows is gone.
    carried: Vec<u8>,
    is_carried: bool,
    notes: u32,
}

impl SessionRows {
    /// Accepts a row, a part of that segment, which stands at `position`. Returns whether it ends the
    /// session.
    #[inline]
    pub(crate) fn accept<'data>(
        &mut self,
        part: RowPart,
        whole: impl Fn() -> Row<'data>,
        segment: &Segment,
        position: impl FnOnce() -> RowPosition,
    ) -> bool {
        // Endpoints are learned with the beginning, or after it.
        if self.local_endpoint.is_empty() || self.remote_endpoint.is_empty() {
            self.learn(&whole(), segment, position);
        }
        self.accept_further(part, segment)
    }

    /// Learns what a row says about its session.
    #[inline(never)]
    fn learn(&mut self, row: &Row<'_>, segment: &Segment, position: impl FnOnce() -> RowPosition) {
        if self.start.is_none() {
            self.begin(row, segment, position());
        }
        if self.local_endpoint.is_empty() && !row.local_endpoint.is_empty() {
            self.local_endpoint = self.keep(row.local_endpoint, segment);
        }
        if self.remote_endpoint.is_empty() && !row.remote_endpoint.is_empty() {
            self.remote_endpoint = self.keep(row.remote_endpoint, segment);
        }
    }

    /// Accepts a row that says nothing new about its session. Returns whether it ends the session.
    #[expect(clippy::inline_always, reason = "called for each row, from one position in each loop")]
    #[inline(always)]
    pub(crate) fn accept_further(&mut self, part: RowPart, segment: &Segment) -> bool {
        self.end = Some(part.stamp);
        self.row_count += 1;
        if self.is_carried {
            self.carry_rows(&[part.spans], &segment.data);
        } else {
            self.rows.push(part.spans);
        }
        let is_end = is_end(part.spans, &segment.data);
        self.is_ended |= is_end;
        is_end
    }

    /// When its last row was written.
    pub(crate) fn end_time(&self) -> Option<Timestamp> {
        self.end.map(Stamp::time)
    }

    /// Keeps rows, and their text of that other text, as long as there is room.
    #[inline(never)]
    fn carry_rows(&mut self, rows: &[RowSpans], text: &[u8]) {
        for row in rows {
            if self.is_full() {
                self.note(SessionNote::ContentCapped);
                return;
            }
            let [data, context] =
                [row.data, row.context].map(|field| append_span(&mut self.carried, field, text));
            self.rows.push(RowSpans { event: row.event, data, context });
        }
    }

    /// Appends further rows of the session that were gathered apart from these. Both are
    /// independent of their segments.
    pub(crate) fn append(&mut self, further: &Self) {
        self.end = further.end;
        self.row_count += further.row_count;
        self.notes |= further.notes;
        self.is_ended |= further.is_ended;
        let heading = [further.connector, further.local_endpoint, further.remote_endpoint];
        let before: usize = heading.iter().map(|span| span.length()).sum();
        let rows = further.carried.get(before..).unwrap_or_default();
        if self.bytes_with(rows.len(), further.rows.len()) <= MAXIMUM_BYTES {
            let behind = self.carried.len();
            self.carried.extend_from_slice(rows);
            self.rows.extend(further.rows.iter().map(|row| RowSpans {
                event: row.event,
                data: row.data.moved(before, behind),
                context: row.context.moved(before, behind),
            }));
        } else {
            self.carry_rows(&further.rows, &further.carried);
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

    fn is_full(&self) -> bool {
        self.bytes_with(0, 0) > MAXIMUM_BYTES
    }

    /// What is kept, with that many more bytes of text and rows.
    fn bytes_with(&self, text: usize, rows: usize) -> usize {
        self.carried.len() + text + (self.rows.len() + rows) * size_of::<RowSpans>()
    }

    /// A session of which other rows were read before: nothing of them is kept here yet.
    pub(crate) fn restored(start: Start, row_count: u64, notes: u32) -> Self {
        Self { start: Some(start), row_count, notes, is_carried: true, ..Self::default() }
    }

    /// Keeps a text of its own.
    pub(crate) fn carry_text(&mut self, text: &[u8]) -> Span {
        append(&mut self.carried, text)
    }

    /// Adds a line of the dialogue that shares its row with the line before.
    pub(crate) fn add_line(&mut self, event: Event, line: &[u8], segment: &Segment) {
        if !self.has_note(SessionNote::ContentCapped) {
            let data = self.keep(Field::new(line), segment);
            self.rows.push(RowSpans { event, data, context: Span::default() });
        }
    }

    fn begin(&mut self, row: &Row<'_>, segment: &Segment, position: RowPosition) {
        self.start = Some(Start {
            position,
            time: row.date_time,
            session_id: row.session_id,
            log_type: segment.format.log_type,
            is_opening: row.is_opening(),
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
    pub(crate) fn carry(&mut self, segment: &[u8]) {
        if std::mem::replace(&mut self.is_carried, true) {
            return;
        }
        let Self { connector, local_endpoint, remote_endpoint, rows, carried, .. } = self;
        let heading = [connector, local_endpoint, remote_endpoint];
        let length = |row: &RowSpans| row.data.length() + row.context.length();
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
    pub(crate) fn text<'text>(&'text self, segment: &'text [u8]) -> &'text [u8] {
        if self.is_carried { &self.carried } else { segment }
    }

    pub(crate) fn note(&mut self, note: SessionNote) {
        self.notes |= 1 << note.number();
    }

    pub(crate) fn has_note(&self, note: SessionNote) -> bool {
        self.notes & (1 << note.number()) != 0
    }

    /// One bit for each [`SessionNote`], by its number.
    pub(crate) fn notes(&self) -> u32 {
        self.notes
    }

    /// Changes where its first row stands.
    pub(crate) fn move_to(&mut self, position: impl Fn(RowPosition) -> RowPosition) {
        if let Some(start) = &mut self.start {
            start.position = position(start.position);
        }
    }

    /// About how many bytes its buffers occupy that grew with it. It depends on the rows alone, and
    /// not on how they came together.
    pub(crate) fn bytes(&self) -> usize {
        let rows = self.rows.len().next_power_of_two().max(4);
        self.carried.len().next_power_of_two() + rows * size_of::<RowSpans>()
    }

    /// How many bytes its buffers do occupy, whatever they were used for before.
    pub(crate) fn reserved_bytes(&self) -> usize {
        self.carried.capacity() + self.rows.capacity() * size_of::<RowSpans>()
    }

    /// Gives back what is not needed of its buffers.
    pub(crate) fn shrink(&mut self) {
        self.carried.shrink_to_fit();
        self.rows.shrink_to_fit();
    }

    /// Empties it for the next session, keeping its buffers.
    pub(crate) fn reset(&mut self) {
        let mut rows = std::mem::take(&mut self.rows);
        let mut carried = std::mem::take(&mut self.carried);
        clear_for_reuse(&mut rows);
        clear_for_reuse(&mut carried);
        *self = Self { rows, carried, ..Self::default() };
    }
}

/// Whether a row of that text ends its session: a disconnection does, and a `*` row that says that no
/// connection came about.
#[inline]
fn is_end(row: RowSpans, text: &[u8]) -> bool {
    match row.event {
        Event::Disconnect => true,
        Event::Information => is_failed_connection(row, text),
        _ => false,
    }
}

#[inline]
fn is_failed_connection(row: RowSpans, text: &[u8]) -> bool {
    let [data, context] = [row.data, row.context].map(|span| Field::new(span.get(text)));
    let label = if context.is_empty() { data } else { context };
    matches!(label.raw(), [b'F' | b'f', ..] | [b'"', b'F' | b'f', ..]) && is_about_failure(label)
}

#[cold]
fn is_about_failure(label: Field<'_>) -> bool {
    matches!(Information::parse(&label.value()), Information::ConnectFailed(_))
}
