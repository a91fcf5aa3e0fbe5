//! Segments in their order to sessions in theirs.

use std::sync::Arc;

use super::assembler::{Accepted, Assembler, Limits};
use super::output::Output;
use super::proxy::ProxyJoiner;
use super::session_key::SessionKey;
use super::tally::FileTally;
use super::tombstones::Tombstones;
use crate::finding::words::counted;
use crate::log::{
    Event, Line, LogFile, Notice, NoticeCode, Row, RowError, RowPart, RowReceiver, Segment, Span,
};
use crate::session::decode::{Made, RowPosition, SessionRows};
use crate::session::filter::CompiledFilter;
use crate::session::model::{Session, SessionNote};
use crate::timestamp::Timestamp;

/// Everything that must see the rows in their order.
pub(crate) struct Sequencer {
    files: Arc<[LogFile]>,
    assembler: Assembler,
    output: Output,
    file: FileTally,
}

/// How many open sessions are emitted at once in the end: all of them would double the memory.
const FINISHED_AT_ONCE: usize = 1024;

/// Where the rows of a segment stand.
#[derive(Clone, Copy)]
pub(crate) struct SegmentPosition {
    file: usize,
    /// [`LogFile::source`].
    source: u32,
    /// Lines of the file before the segment's data.
    lines: u64,
    offset: u64,
}

impl SegmentPosition {
    fn of_line(self, line: Line) -> RowPosition {
        self.in_file(RowPosition {
            file: self.file,
            line: line.number + 1,
            offset: line.start as u64,
        })
    }

    /// Where a row stands whose position is counted from the beginning of the segment.
    pub(crate) fn in_file(self, position: RowPosition) -> RowPosition {
        RowPosition {
            line: self.lines + position.line,
            offset: self.offset + position.offset,
            ..position
        }
    }
}

/// Accepts the rows of a segment.
struct RowsInOrder<'sequencer> {
    sequencer: &'sequencer mut Sequencer,
    segment: &'sequencer Segment,
    position: SegmentPosition,
}

impl RowReceiver for RowsInOrder<'_> {
    #[inline]
    fn row<'data>(&mut self, session_id: u64, part: RowPart, whole: impl Fn() -> Row<'data>) {
        self.sequencer.accept_row(session_id, part, whole, self.position, self.segment);
    }

    #[expect(clippy::inline_always, reason = "called for each row, from one loop")]
    #[inline(always)]
    fn further_row(&mut self, part: RowPart) {
        match self.sequencer.assembler.accept_further(part, self.segment) {
            Accepted::Open => {}
            Accepted::Ended => self.sequencer.end_last(self.segment),
            Accepted::Late => self.sequencer.late_row(part.spans.event, part.line, self.position),
        }
    }

    fn damage(&mut self, line: Line, error: RowError) {
        self.sequencer.accept_damage(error, line, self.position);
    }
}

/// Whether a row behind the end of its session is worth a notice: an end that was known already, as
/// that of a failed connection, says nothing new.
pub(super) fn is_late(event: Event) -> bool {
    event != Event::Disconnect
}

impl Sequencer {
    pub(crate) fn new(
        files: Arc<[LogFile]>,
        filter: Arc<CompiledFilter>,
        joiner: ProxyJoiner,
        limits: Limits,
    ) -> Self {
        let output = Output::new(Arc::clone(&files), filter, joiner);
        Self { files, assembler: Assembler::new(limits), output, file: FileTally::default() }
    }

    /// Begins a segment: says where its rows stand, and counts the line before it that was too long.
    pub(crate) fn begin_segment(&mut self, segment: &Segment) -> SegmentPosition {
        self.file.lines += segment.lines_before;
        if let Some(offset) = segment.oversized_line {
            let position = RowPosition { file: segment.file, line: self.file.lines, offset };
            self.file.damage.add(position, Some(RowError::TooLong));
        }
        SegmentPosition {
            file: segment.file,
            source: self.files.get(segment.file).map_or(0, |file| file.source),
            lines: self.file.lines,
            offset: segment.offset,
        }
    }

    /// Accepts the rows of a segment, up to a header line that names another format. Returns
    /// where that begins.
    pub(crate) fn accept_segment(&mut self, segment: &Segment) -> Option<usize> {
        let position = self.begin_segment(segment);
        let read = segment.read_rows(&mut RowsInOrder { sequencer: self, segment, position });
        self.end_segment(&segment.data, read.count);
        read.header_line
    }

    /// Ends a segment that has that many lines, with the text that its rows are parts of.
    pub(crate) fn end_segment(&mut self, text: &[u8], lines: u64) {
        self.file.lines += lines;
        let Self { assembler, output, .. } = self;
        assembler.end_segment(text, &mut |_, rows| output.finish(rows, text));
    }

    /// Accepts a row of that session, a part of that segment; `whole` gives all of it.
    #[inline]
    pub(crate) fn accept_row<'data>(
        &mut self,
        session_id: u64,
        part: RowPart,
        whole: impl Fn() -> Row<'data>,
        position: SegmentPosition,
        segment: &Segment,
    ) {
        let key = SessionKey { source: position.source, session_id };
        let line_place = || position.of_line(part.line);
        match self.assembler.accept(key, part, whole, segment, line_place) {
            Accepted::Open => {}
            Accepted::Ended => self.end_last(segment),
            Accepted::Late => self.late_row(part.spans.event, part.line, position),
        }
    }

    #[cold]
    fn late_row(&mut self, event: Event, line: Line, position: SegmentPosition) {
        if is_late(event) {
            self.count_late(line, position);
        }
    }

    /// Emits the session of the row before, which ended it.
    #[inline(never)]
    fn end_last(&mut self, segment: &Segment) {
        let Self { assembler, output, .. } = self;
        assembler.end_last(&mut |_, rows| output.finish(rows, &segment.data));
    }

    /// Counts a line that is no row; the last line of a file without a line end is only cut.
    pub(crate) fn accept_damage(&mut self, error: RowError, line: Line, position: SegmentPosition) {
        if line.is_terminated {
            self.file.damage.add(position.of_line(line), Some(error));
        } else {
            self.file.last_row_cut = Some(position.of_line(line));
        }
    }

    /// Whether a session of an earlier segment is still open under that key.
    pub(crate) fn is_open(&self, key: SessionKey) -> bool {
        self.assembler.is_open(key)
    }

    /// Whether rows of a session that is not open may be late, up to the one that begins it anew.
    pub(crate) fn may_be_late(&self, key: SessionKey) -> bool {
        self.assembler.may_be_late(key)
    }

    /// Accepts a session that a worker made; its first row stands there.
    pub(crate) fn accept_session(&mut self, key: SessionKey, made: Made, first_row: RowPosition) {
        self.assembler.remember_ended(key);
        self.output.accept_made(made, first_row);
    }

    /// Goes on with a session whose first rows a worker gathered; `last_row_offset` as in the
    /// assembler.
    pub(crate) fn resume(
        &mut self,
        key: SessionKey,
        rows: &mut SessionRows,
        last_row_offset: usize,
    ) {
        self.assembler.resume(key, rows, last_row_offset);
    }

    /// Accepts rows of a session that a worker gathered, none of which stands at the beginning of a
    /// session. If they end the session, the caller calls [`Self::end_session`].
    pub(crate) fn accept_rows(
        &mut self,
        key: SessionKey,
        rows: &mut SessionRows,
        last_row_offset: usize,
    ) {
        let Some(start) = rows.start else { return };
        let ended_by_disconnect =
            rows.rows.last().is_some_and(|row| row.event == Event::Disconnect);
        let count = rows.row_count - u64::from(ended_by_disconnect);
        let accepted = self.assembler.accept_rows(key, rows, last_row_offset);
        if accepted == Accepted::Late && count > 0 {
            self.file.late.add_several(count, start.position, None);
        }
    }

    /// Goes on with a session whose first rows another run read; `order` grows from one to the next.
    /// `None` if a session with its id is open.
    pub(crate) fn resume_restored(&mut self, mut rows: SessionRows, order: usize) -> Option<()> {
        let start = rows.start?;
        let source = self.files.get(start.position.file)?.source;
        let key = SessionKey { source, session_id: start.session_id };
        (!self.is_open(key)).then(|| self.resume(key, &mut rows, order))
    }

    /// Emits a session whose end no row says; `is_ended`: whether it came to its end.
    pub(crate) fn end_session(&mut self, key: SessionKey, is_ended: bool, text: &[u8]) {
        if is_ended {
            self.mark_ended(key);
        }
        let Self { assembler, output, .. } = self;
        assembler.end(key, &mut |_, rows| output.finish(rows, text));
    }

    /// Says of an open session that it came to its end.
    pub(crate) fn mark_ended(&mut self, key: SessionKey) {
        if let Some(rows) = self.assembler.open_rows(key) {
            rows.is_ended = true;
        }
    }

    /// Says something of an open session.
    pub(crate) fn note(&mut self, key: SessionKey, note: SessionNote) {
        if let Some(rows) = self.assembler.open_rows(key) {
            rows.note(note);
        }
    }

    /// Adds a line of the dialogue that shares its row with another.
    pub(crate) fn add_dialogue_line(
        &mut self,
        key: SessionKey,
        event: Event,
        line: Span,
        segment: &Segment,
    ) {
        if let Some(rows) = self.assembler.open_rows(key) {
            rows.add_line(event, line.get(&segment.data), segment);
        }
    }

    /// Counts a row of a session that was already emitted.
    pub(crate) fn count_late(&mut self, line: Line, position: SegmentPosition) {
        self.file.late.add(position.of_line(line), None);
    }

    /// How many lines the file has up to the end of its last segment.
    pub(crate) fn lines(&self) -> u64 {
        self.file.lines
    }

    /// Ends a file, with the notice that ended it early.
    pub(crate) fn end_file(&mut self, file: usize, notice: Option<Notice>) {
        let state = std::mem::take(&mut self.file);
        if let Some(mut notice) = notice {
            notice.line = notice.line.map(|line| line + state.lines);
            self.output.notices.push(notice);
        }
        self.output.notices.extend(state.notices(&self.files, file));
    }

    /// Ends everything, by a part at a call: what is open is emitted, and then what waits. Returns
    /// whether all is done.
    pub(crate) fn finish(&mut self) -> bool {
        let Self { assembler, output, .. } = self;
        if !assembler.finish(FINISHED_AT_ONCE, &mut |_, rows| output.finish(rows, &[])) {
            return false;
        }
        output.release_waiting();
        self.output.report_limits();
        true
    }

    /// Ends the reading until it goes on: what is open and what waits stays, except sessions without
    /// a row since `overdue` and halves without their other half since `alone`.
    pub(crate) fn pause(&mut self, overdue: Option<Timestamp>, alone: Option<Timestamp>) {
        let Self { assembler, output, .. } = self;
        let is_overdue = |rows: &SessionRows| {
            overdue.zip(rows.end_time()).is_some_and(|(overdue, last)| last < overdue)
        };
        let (due, kept): (Vec<_>, Vec<_>) =
            assembler.open_sessions().partition(|(_, rows)| is_overdue(rows));
        let kept = kept.len();
        let due: Vec<SessionKey> = due.into_iter().map(|(key, _)| key).collect();
        for key in &due {
            assembler.end(*key, &mut |_, rows| output.finish(rows, &[]));
        }
        if let Some(alone) = alone {
            output.release_waiting_before(alone);
        }
        let notices = [
            (
                NoticeCode::SessionsOverdue,
                due.len(),
                "without a row for two days, emitted as incomplete",
            ),
            (NoticeCode::SessionsKept, kept, "still open, kept in the state file"),
        ];
        for (code, count, what) in notices.into_iter().filter(|(_, count, _)| *count > 0) {
            let message = format!("{} {what}", counted(count as u64, "session"));
            output.notices.push(Notice::of_sessions(code, count as u64, message));
        }
        self.output.report_limits();
    }

    /// The open sessions, the one without a row for the longest time first.
    pub(crate) fn open_sessions(&self) -> impl Iterator<Item = (SessionKey, &SessionRows)> {
        self.assembler.open_sessions()
    }

    pub(crate) fn tombstones(&self) -> &Tombstones {
        self.assembler.tombstones()
    }

    pub(crate) fn restore_tombstones(&mut self, tombstones: Tombstones) {
        self.assembler.restore_tombstones(tombstones);
    }

    /// The halves that wait for their other half.
    pub(crate) fn joiner(&self) -> &ProxyJoiner {
        &self.output.joiner
    }

    pub(crate) fn restore_half(
        &mut self,
        session: Session,
        is_found_by_id: bool,
        is_found_by_proxy_id: bool,
    ) {
        self.output.joiner.restore(session, is_found_by_id, is_found_by_proxy_id);
    }

    /// How many sessions are ready.
    pub(crate) fn ready(&self) -> usize {
        self.output.ready()
    }

    /// Returns at most that many of the sessions that are ready.
    pub(crate) fn take_sessions(&mut self, maximum: usize) -> Vec<Session> {
        self.output.take_sessions(maximum)
    }

    pub(crate) fn take_notices(&mut self) -> Vec<Notice> {
        std::mem::take(&mut self.output.notices)
    }

    pub(crate) fn add_notices(&mut self, notices: Vec<Notice>) {
        self.output.notices.extend(notices);
    }
}
