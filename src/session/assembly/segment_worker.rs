//! One segment worked on apart from those before it.
//!
//! This is clever on purpose; read this first. Rows of a session may lie in several segments, and what
//! a row means can depend on rows before it, so results of segments cannot be merged. A worker
//! therefore finishes only those sessions that certainly begin and end inside its segment, and gathers
//! the rows of all others by session, unread. [`SegmentResult::replay`] then puts both into the
//! [`Sequencer`] in the order of their rows, as if these had been read one by one. Where only
//! sequential reading is right (another format, an id used twice, a session that turns out to go on
//! from an earlier segment), the segment is given back unread, and its work is thrown away: rare, and
//! always right. Every change here must keep this: any number of threads and any size of segments give
//! the same sessions in the same order (`reader/tests/properties.rs`).

use super::sequencer::{Sequencer, is_late};
use super::session_key::{KeyMap, NO_SLOT, RecentSlots, SessionKey};
use crate::log::{Event, Line, LogFile, Row, RowError, RowPart, RowReceiver, Segment};
use crate::session::decode::{Made, RowPosition, SessionMaker, SessionRows};
use crate::session::filter::CompiledFilter;
use crate::session::model::Session;

/// What was made of a segment. Lines and offsets are counted from its beginning.
pub(crate) struct SegmentResult {
    segment: Segment,
    line_count: u64,
    findings: SegmentFindings,
    /// A header line inside names another format.
    changes_format: bool,
}

/// What was found in a segment.
struct SegmentFindings {
    /// What ended of what began inside, in the order of the last rows.
    ended: Vec<EndedSession>,
    /// Those of them that are wanted, in the same order.
    sessions: Vec<Session>,
    /// Rows of sessions that begin before or end after this segment, by first row.
    gathered: Vec<GatheredRows>,
    /// Rows behind the end of a session that ends inside.
    late: Vec<Line>,
    damage: Vec<(Line, RowError)>,
    /// An id is used anew inside: only sequential reading says what becomes of its rows.
    has_reused_id: bool,
}

struct EndedSession {
    key: SessionKey,
    first_row: RowPosition,
    /// [`Slot::last_row_offset`].
    last_row_offset: usize,
    is_wanted: bool,
    is_capped: bool,
}

struct GatheredRows {
    key: SessionKey,
    rows: SessionRows,
    first_row: usize,
    /// [`Slot::last_row_offset`].
    last_row_offset: usize,
    /// The session begins in this segment.
    is_begun: bool,
    /// The session, if it does not begin here, may begin with one of these rows all the same: what
    /// stands before that row is then late.
    has_opening: bool,
}

/// What is known of a session of the segment.
#[derive(Clone, Copy)]
enum Local {
    /// Its rows are gathered in that slot.
    Open(usize),
    /// It ended in this segment.
    Ended,
}

/// Buffers of a segment that was replayed, to be used for the next one.
#[derive(Default)]
pub(crate) struct SpareBuffers {
    pub(crate) buffer: Vec<u8>,
    rows: Vec<SessionRows>,
    ended: Vec<EndedSession>,
    gathered: Vec<GatheredRows>,
}

impl SpareBuffers {
    pub(crate) fn of_buffer(buffer: Vec<u8>) -> Self {
        Self { buffer, ..Self::default() }
    }
}

/// Memory of more sessions than a segment mostly holds at once is not kept for the next one.
const MAXIMUM_REUSED: usize = 256;

/// What is kept from one segment to the next.
#[derive(Default)]
pub(super) struct SegmentWorker {
    maker: SessionMaker,
    by_key: KeyMap<Local>,
    recent: RecentSlots,
    slots: Vec<Slot>,
    free: Vec<usize>,
    spare_rows: Vec<SessionRows>,
    spare_ended: Vec<EndedSession>,
    spare_gathered: Vec<GatheredRows>,
    /// A little more than the segment before had.
    expected_sessions: usize,
}

#[derive(Default)]
struct Slot {
    key: Option<SessionKey>,
    rows: SessionRows,
    first_row: usize,
    /// Where the last row begins, or the first of those that stand together with it.
    last_row_offset: usize,
    is_begun: bool,
    has_opening: bool,
}

impl SegmentWorker {
    /// Takes back what is left of a segment beside its buffer.
    pub(super) fn reuse(&mut self, mut spare: SpareBuffers) {
        self.spare_rows.append(&mut spare.rows);
        self.spare_rows.truncate(MAXIMUM_REUSED);
        spare.ended.shrink_to(MAXIMUM_REUSED);
        spare.gathered.shrink_to(MAXIMUM_REUSED);
        self.spare_ended = spare.ended;
        self.spare_gathered = spare.gathered;
    }

    pub(super) fn process(
        &mut self,
        segment: Segment,
        files: &[LogFile],
        filter: &CompiledFilter,
    ) -> SegmentResult {
        let mut rows = RowCollector {
            source: files.get(segment.file).map_or(0, |file| file.source),
            segment: &segment,
            files,
            filter,
            last: NO_SLOT,
            findings: SegmentFindings {
                ended: std::mem::take(&mut self.spare_ended),
                sessions: Vec::with_capacity(self.expected_sessions),
                gathered: std::mem::take(&mut self.spare_gathered),
                late: Vec::new(),
                damage: Vec::new(),
                has_reused_id: false,
            },
            worker: self,
        };
        let read = segment.read_rows(&mut rows);
        let RowCollector { mut findings, .. } = rows;
        let spare = &mut self.spare_rows;
        findings.gathered.extend(self.slots.iter_mut().filter_map(|slot| slot.take(spare)));
        self.by_key.clear();
        self.slots.truncate(MAXIMUM_REUSED);
        self.free.clear();
        self.free.extend(0..self.slots.len());
        for session in &mut findings.gathered {
            session.rows.carry(&segment.data);
        }
        findings.gathered.sort_unstable_by_key(|rows| rows.first_row);
        let count = findings.sessions.len();
        self.expected_sessions = (count + count / 8).min(MAXIMUM_REUSED);
        SegmentResult {
            segment,
            line_count: read.count,
            findings,
            changes_format: read.header_line.is_some(),
        }
    }

    /// The slot of a session, which is opened if it is not known, or [`NO_SLOT`] if it ended in this
    /// segment.
    #[inline]
    fn slot_of<'data>(
        &mut self,
        key: SessionKey,
        first_row: usize,
        whole: impl Fn() -> Row<'data>,
    ) -> usize {
        if let Some(recent) = self.recent.find(key, |slot| self.slots.get(slot)?.key) {
            return recent;
        }
        let index = match self.find(key) {
            Some(Local::Open(index)) => index,
            Some(Local::Ended) => return NO_SLOT,
            None => self.open(key, begins_here(&whole()), first_row),
        };
        self.recent.set(key, index);
        index
    }

    #[inline(never)]
    fn find(&self, key: SessionKey) -> Option<Local> {
        self.by_key.get(&key).copied()
    }

    #[inline(never)]
    fn open(&mut self, key: SessionKey, is_begun: bool, first_row: usize) -> usize {
        let index = self.free.pop().unwrap_or_else(|| {
            self.slots.push(Slot::default());
            self.slots.len() - 1
        });
        if let Some(slot) = self.slots.get_mut(index) {
            slot.key = Some(key);
            slot.first_row = first_row;
            slot.is_begun = is_begun;
            slot.has_opening = false;
        }
        self.by_key.insert(key, Local::Open(index));
        index
    }
}

/// Collects the rows of a segment, apart from those before.
struct RowCollector<'work> {
    worker: &'work mut SegmentWorker,
    segment: &'work Segment,
    files: &'work [LogFile],
    filter: &'work CompiledFilter,
    source: u32,
    /// The slot of the row before, or [`NO_SLOT`] if its session ended.
    last: usize,
    findings: SegmentFindings,
}

impl RowReceiver for RowCollector<'_> {
    #[inline]
    fn row<'data>(&mut self, session_id: u64, part: RowPart, whole: impl Fn() -> Row<'data>) {
        let key = SessionKey { source: self.source, session_id };
        self.last = self.worker.slot_of(key, part.line.start, &whole);
        let Some(slot) = self.worker.slots.get_mut(self.last) else {
            self.findings.has_reused_id |= part.is_opening;
            return self.late_row(part.spans.event, part.line);
        };
        let line = part.line;
        let position = || RowPosition {
            file: self.segment.file,
            line: line.number + 1,
            offset: line.start as u64,
        };
        slot.last_row_offset = line.start;
        slot.has_opening |= part.is_opening;
        if slot.rows.accept(part, whole, self.segment, position) {
            self.end_session();
        }
    }

    #[expect(clippy::inline_always, reason = "called for each row, from one loop")]
    #[inline(always)]
    fn further_row(&mut self, part: RowPart) {
        let Some(slot) = self.worker.slots.get_mut(self.last) else {
            return self.late_row(part.spans.event, part.line);
        };
        if slot.rows.accept_further(part, self.segment) {
            self.end_session();
        }
    }

    fn damage(&mut self, line: Line, error: RowError) {
        self.findings.damage.push((line, error));
    }
}

impl RowCollector<'_> {
    #[cold]
    fn late_row(&mut self, event: Event, line: Line) {
        if is_late(event) {
            self.findings.late.push(line);
        }
    }

    /// Ends the session of the row before.
    #[inline(never)]
    fn end_session(&mut self) {
        let index = std::mem::replace(&mut self.last, NO_SLOT);
        let SegmentWorker { maker, by_key, slots, free, spare_rows, .. } = &mut *self.worker;
        let Some(slot) = slots.get_mut(index) else { return };
        let Some(key) = slot.key else { return };
        match slot.rows.start {
            Some(start) if slot.is_begun => {
                let Made { session, is_capped } =
                    maker.make(&slot.rows, &self.segment.data, self.files, self.filter);
                self.findings.ended.push(EndedSession {
                    key,
                    first_row: start.position,
                    last_row_offset: slot.last_row_offset,
                    is_wanted: session.is_some(),
                    is_capped,
                });
                self.findings.sessions.extend(session);
                slot.rows.reset();
            }
            _ => self.findings.gathered.extend(slot.take(spare_rows)),
        }
        slot.key = None;
        free.push(index);
        by_key.insert(key, Local::Ended);
    }
}

impl Slot {
    /// Its rows, if it has any; the slot is then empty.
    fn take(&mut self, spare: &mut Vec<SessionRows>) -> Option<GatheredRows> {
        Some(GatheredRows {
            key: self.key.take()?,
            rows: std::mem::replace(&mut self.rows, spare.pop().unwrap_or_default()),
            first_row: self.first_row,
            last_row_offset: self.last_row_offset,
            is_begun: self.is_begun,
            has_opening: self.has_opening,
        })
    }
}

/// Whether a session certainly begins with this row. `+` alone does not show it: mostly rows about the
/// attempt to connect stand before it, which can lie in the segment before.
fn begins_here(row: &Row<'_>) -> bool {
    row.is_opening() && matches!(row.sequence_number, None | Some(0))
}

impl SegmentResult {
    /// Replays it into the sequencer; returns the buffers, to be used again. Gives the segment back
    /// unread if it was parsed by an outdated format, or if an id was used twice inside: then only
    /// sequential reading is right.
    pub(crate) fn replay(
        self,
        is_read_by_its_format: bool,
        sequencer: &mut Sequencer,
    ) -> Result<SpareBuffers, Segment> {
        if !is_read_by_its_format
            || self.changes_format
            || self.findings.has_reused_id
            || self.contradicts(sequencer)
        {
            return Err(self.segment);
        }
        let Self { segment, line_count, findings, .. } = self;
        let SegmentFindings { mut ended, sessions, mut gathered, late, damage, .. } = findings;
        let position = sequencer.begin_segment(&segment);
        for (line, error) in damage {
            sequencer.accept_damage(error, line, position);
        }
        for line in late {
            sequencer.count_late(line, position);
        }
        let is_ended = |rows: &&GatheredRows| rows.rows.is_ended;
        let mut ends: Vec<(usize, SessionKey)> =
            gathered.iter().filter(is_ended).map(|rows| (rows.last_row_offset, rows.key)).collect();
        ends.sort_unstable_by_key(|(row, _)| *row);
        let mut rows_left = Vec::new();
        let mut sessions = sessions.into_iter();
        let mut ends = ends.into_iter().peekable();
        let mut ended_in_order = ended.drain(..).peekable();
        let mut gathered_in_order = gathered.drain(..).peekable();
        // All in the order of their rows.
        while let Some(row) = [
            gathered_in_order.peek().map(|rows| rows.first_row),
            ends.peek().map(|(row, _)| *row),
            ended_in_order.peek().map(|session| session.last_row_offset),
        ]
        .into_iter()
        .flatten()
        .min()
        {
            if let Some(next) = gathered_in_order.next_if(|rows| rows.first_row == row) {
                let GatheredRows { key, mut rows, last_row_offset, is_begun, .. } = next;
                rows.move_to(|first| position.in_file(first));
                if is_begun {
                    sequencer.resume(key, &mut rows, last_row_offset);
                } else {
                    sequencer.accept_rows(key, &mut rows, last_row_offset);
                }
                if rows_left.len() < MAXIMUM_REUSED {
                    rows.reset();
                    rows_left.push(rows);
                }
            } else if let Some((_, key)) =
                ends.next_if(|(last_row_offset, _)| *last_row_offset == row)
            {
                sequencer.end_session(key, true, &segment.data);
            } else if let Some(EndedSession { key, first_row, is_wanted, is_capped, .. }) =
                ended_in_order.next()
            {
                let session = if is_wanted { sessions.next() } else { None };
                let made = Made { session, is_capped };
                sequencer.accept_session(key, made, position.in_file(first_row));
            }
        }
        sequencer.end_segment(&segment.data, line_count);
        drop((ended_in_order, gathered_in_order));
        Ok(SpareBuffers { buffer: segment.data, rows: rows_left, ended, gathered })
    }

    pub(crate) fn segment(&self) -> &Segment {
        &self.segment
    }

    /// Whether a session of an earlier segment goes on where one seemed to begin, or one begins with
    /// a later one of rows that seemed to go on.
    fn contradicts(&self, sequencer: &Sequencer) -> bool {
        self.findings.ended.iter().any(|session| sequencer.is_open(session.key))
            || self.findings.gathered.iter().any(|rows| {
                let is_open = sequencer.is_open(rows.key);
                if rows.is_begun {
                    is_open
                } else {
                    rows.has_opening && !is_open && sequencer.may_be_late(rows.key)
                }
            })
    }
}
