//! Segments in their order to sessions in theirs.

use std::sync::Arc;

use super::assembler::{Accepted, Assembler, Limits, Tombstones};
use super::filter::CompiledFilter;
use super::model::{Session, SessionNote};
use super::output::Output;
use super::proxy::ProxyJoiner;
use super::session_key::SessionKey;
use super::session_maker::Made;
use super::session_rows::{Place, SessionRows};
use super::tally::FileTally;
use crate::log::{
    Event, Line, LogFile, Notice, NoticeCode, Row, RowError, RowPart, RowReceiver, Segment, Span,
};
use crate::timestamp::Timestamp;

/// Everything that must see the rows in their order.
pub(super) struct Sequencer {
    files: Arc<[LogFile]>,
    assembler: Assembler,
    output: Output,
    file: FileTally,
}

/// How many open sessions are put out at once in the end: all of them would double the memory.
const FINISHED_AT_ONCE: usize = 1024;

/// Where the rows of a segment stand.
#[derive(Clone, Copy)]
pub(super) struct SegmentPlace {
    file: usize,
    /// [`LogFile::source`].
    source: u32,
    /// Lines of the file before the segment's data.
    lines: u64,
    offset: u64,
}

impl SegmentPlace {
    fn of_line(self, line: Line) -> Place {
        self.of_place(Place { file: self.file, line: line.number + 1, offset: line.start as u64 })
    }

    /// Where a row stands whose place is counted from the beginning of the segment.
    pub(super) fn of_place(self, place: Place) -> Place {
        Place { line: self.lines + place.line, offset: self.offset + place.offset, ..place }
    }
}

/// Takes the rows of a segment in.
struct RowsInOrder<'sequencer> {
    sequencer: &'sequencer mut Sequencer,
    segment: &'sequencer Segment,
    place: SegmentPlace,
}

impl RowReceiver for RowsInOrder<'_> {
    #[inline]
    fn row<'data>(&mut self, session_id: u64, part: RowPart, whole: impl Fn() -> Row<'data>) {
        self.sequencer.accept_row(session_id, part, whole, self.place, self.segment);
    }

    #[expect(clippy::inline_always, reason = "called for each row, from one loop")]
    #[inline(always)]
    fn further_row(&mut self, part: RowPart) {
        match self.sequencer.assembler.accept_further(part, self.segment) {
            Accepted::Open => {}
            Accepted::Ended => self.sequencer.end_last(self.segment),
            Accepted::Late => self.sequencer.late_row(part.spans.event, part.line, self.place),
        }
    }

    fn damage(&mut self, line: Line, error: RowError) {
        self.sequencer.accept_damage(error, line, self.place);
    }
}

/// Whether a row behind the end of its session is worth a notice: an end that was known already, as
/// that of a failed connection, tells nothing new.
pub(super) fn is_late(event: Event) -> bool {
    event != Event::Disconnect
}

impl Sequencer {
    pub(super) fn new(
        files: Arc<[LogFile]>,
        filter: Arc<CompiledFilter>,
        joiner: ProxyJoiner,
        limits: Limits,
    ) -> Self {
        let output = Output::new(Arc::clone(&files), filter, joiner);
        Self { files, assembler: Assembler::new(limits), output, file: FileTally::default() }
    }

    /// Begins a segment: says where its rows stand, and counts the line before it that was too long.
    pub(super) fn begin_segment(&mut self, segment: &Segment) -> SegmentPlace {
        self.file.lines += segment.lines_before;
        if let Some(offset) = segment.oversized_line {
            let place = Place { file: segment.file, line: self.file.lines, offset };
            self.file.damage.add(place, Some(RowError::TooLong));
        }
        SegmentPlace {
            file: segment.file,
            source: self.files.get(segment.file).map_or(0, |file| file.source),
            lines: self.file.lines,
            offset: segment.offset,
        }
    }

    /// Takes the rows of a segment in, up to a header line that tells of another format. Returns
    /// where that begins.
    pub(super) fn accept_segment(&mut self, segment: &Segment) -> Option<usize> {
        let place = self.begin_segment(segment);
        let read = segment.read_rows(&mut RowsInOrder { sequencer: self, segment, place });
        self.end_segment(&segment.data, read.count);
        read.header_line
    }

    /// Ends a segment that has that many lines, with the text that its rows are parts of.
    pub(super) fn end_segment(&mut self, text: &[u8], lines: u64) {
        self.file.lines += lines;
        let Self { assembler, output, .. } = self;
        assembler.end_segment(text, &mut |_, rows| output.finish(rows, text));
    }

    /// Takes a row of that session in, a part of that segment; `whole` gives all of it.
    #[inline]
    pub(super) fn accept_row<'data>(
        &mut self,
        session_id: u64,
        part: RowPart,
        whole: impl Fn() -> Row<'data>,
        place: SegmentPlace,
        segment: &Segment,
    ) {
        let key = SessionKey { source: place.source, session_id };
        let line_place = || place.of_line(part.line);
        match self.assembler.accept(key, part, whole, segment, line_place) {
            Accepted::Open => {}
            Accepted::Ended => self.end_last(segment),
            Accepted::Late => self.late_row(part.spans.event, part.line, place),
        }
    }

    #[cold]
    fn late_row(&mut self, event: Event, line: Line, place: SegmentPlace) {
        if is_late(event) {
            self.count_late(line, place);
        }
    }

    /// Puts the session of the row before out, which ended it.
    #[inline(never)]
    fn end_last(&mut self, segment: &Segment) {
        let Self { assembler, output, .. } = self;
        assembler.end_last(&mut |_, rows| output.finish(rows, &segment.data));
    }

    /// Counts a line that is no row; the last line of a file without a line end is only cut.
    pub(super) fn accept_damage(&mut self, error: RowError, line: Line, place: SegmentPlace) {
        if line.is_terminated {
            self.file.damage.add(place.of_line(line), Some(error));
        } else {
            self.file.last_row_cut = Some(place.of_line(line));
        }
    }

    /// Whether a session of an earlier segment is still open under that key.
    pub(super) fn is_open(&self, key: SessionKey) -> bool {
        self.assembler.is_open(key)
    }

    /// Whether rows of a session that is not open may be late, up to the one that begins it anew.
    pub(super) fn may_be_late(&self, key: SessionKey) -> bool {
        self.assembler.may_be_late(key)
    }

    /// Takes a session in that was made apart from the others; its first row stands there.
    pub(super) fn accept_session(&mut self, key: SessionKey, made: Made, first_row: Place) {
        self.assembler.bury(key);
        self.output.accept_made(made, first_row);
    }

    /// Takes a session in whose first rows were gathered apart from the others, with its turn in the
    /// segment.
    pub(super) fn adopt(&mut self, key: SessionKey, rows: &mut SessionRows, turn: usize) {
        self.assembler.adopt(key, rows, turn);
    }

    /// Takes rows of a session in that were gathered apart from the others and of which none stands
    /// at the beginning of a session, with its turn in the segment. An end among them is still to be
    /// told by [`Self::end_session`].
    pub(super) fn accept_rows(&mut self, key: SessionKey, rows: &mut SessionRows, turn: usize) {
        let Some(start) = rows.start else { return };
        let ended_by_disconnect =
            rows.rows.last().is_some_and(|row| row.event == Event::Disconnect);
        let count = rows.row_count - u64::from(ended_by_disconnect);
        let accepted = self.assembler.accept_rows(key, rows, turn);
        if accepted == Accepted::Late && count > 0 {
            self.file.late.add_several(count, start.place, None);
        }
    }

    /// Takes a session in whose first rows another run read; the next one has a higher turn. `None`
    /// if there is one with its id.
    pub(super) fn adopt_restored(&mut self, mut rows: SessionRows, turn: usize) -> Option<()> {
        let start = rows.start?;
        let source = self.files.get(start.place.file)?.source;
        let key = SessionKey { source, session_id: start.session_id };
        (!self.is_open(key)).then(|| self.adopt(key, &mut rows, turn))
    }

    /// Puts a session out whose end no row says; whether it came to its end.
    pub(super) fn end_session(&mut self, key: SessionKey, is_ended: bool, text: &[u8]) {
        if is_ended {
            self.mark_ended(key);
        }
        let Self { assembler, output, .. } = self;
        assembler.end(key, &mut |_, rows| output.finish(rows, text));
    }

    /// Says of an open session that it came to its end.
    pub(super) fn mark_ended(&mut self, key: SessionKey) {
        if let Some(rows) = self.assembler.open_rows(key) {
            rows.is_ended = true;
        }
    }

    /// Says something of an open session.
    pub(super) fn note(&mut self, key: SessionKey, note: SessionNote) {
        if let Some(rows) = self.assembler.open_rows(key) {
            rows.note(note);
        }
    }

    /// Takes a line of the dialogue in that shares its row with another.
    pub(super) fn hear(&mut self, key: SessionKey, event: Event, line: Span, segment: &Segment) {
        if let Some(rows) = self.assembler.open_rows(key) {
            rows.add_line(event, line.get(&segment.data), segment);
        }
    }

    /// Counts a row of a session that was already put out.
    pub(super) fn count_late(&mut self, line: Line, place: SegmentPlace) {
        self.file.late.add(place.of_line(line), None);
    }

    /// Ends a file, with the notice that ended it early. Returns how many lines of it there were up
    /// to the end of its last segment.
    pub(super) fn end_file(&mut self, file: usize, notice: Option<Notice>) -> u64 {
        let state = std::mem::take(&mut self.file);
        if let Some(mut notice) = notice {
            notice.line = notice.line.map(|line| line + state.lines);
            self.output.notices.push(notice);
        }
        let lines = state.lines;
        self.output.notices.extend(state.notices(&self.files, file));
        lines
    }

    /// Ends everything, by a part at a call: what is open is put out, and then what waits. Returns
    /// whether all is done.
    pub(super) fn finish(&mut self) -> bool {
        let Self { assembler, output, .. } = self;
        if !assembler.finish(FINISHED_AT_ONCE, &mut |_, rows| output.finish(rows, &[])) {
            return false;
        }
        output.release_waiting();
        self.output.report_limits();
        true
    }

    /// Ends the reading until it goes on: what is open and what waits stays, but for sessions
    /// without a row since `overdue` and halves without their other half since `alone`.
    pub(super) fn pause(&mut self, overdue: Option<Timestamp>, alone: Option<Timestamp>) {
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
            (NoticeCode::SessionsOverdue, due.len(), "had no row for two days and are put out"),
            (NoticeCode::SessionsKept, kept, "are still open and kept in the state file"),
        ];
        for (code, count, what) in notices.into_iter().filter(|(_, count, _)| *count > 0) {
            let message = format!("{count} sessions {what}");
            output.notices.push(Notice::of_sessions(code, count as u64, message));
        }
        self.output.report_limits();
    }

    /// The open sessions, the one without a row for the longest time first.
    pub(super) fn open_sessions(&self) -> impl Iterator<Item = (SessionKey, &SessionRows)> {
        self.assembler.open_sessions()
    }

    pub(super) fn tombstones(&self) -> &Tombstones {
        self.assembler.tombstones()
    }

    pub(super) fn restore_tombstones(&mut self, tombstones: Tombstones) {
        self.assembler.restore_tombstones(tombstones);
    }

    /// The halves that wait for their other half.
    pub(super) fn joiner(&self) -> &ProxyJoiner {
        &self.output.joiner
    }

    pub(super) fn restore_half(
        &mut self,
        session: Session,
        is_found_by_id: bool,
        is_found_by_proxy_id: bool,
    ) {
        self.output.joiner.restore(session, is_found_by_id, is_found_by_proxy_id);
    }

    /// How many sessions are ready.
    pub(super) fn ready(&self) -> usize {
        self.output.ready()
    }

    /// Hands at most that many of the sessions out that are ready.
    pub(super) fn take_sessions(&mut self, maximum: usize) -> Vec<Session> {
        self.output.take_sessions(maximum)
    }

    pub(super) fn take_notices(&mut self) -> Vec<Notice> {
        std::mem::take(&mut self.output.notices)
    }

    pub(super) fn add_notices(&mut self, notices: Vec<Notice>) {
        self.output.notices.extend(notices);
    }
}
