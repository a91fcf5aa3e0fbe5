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

use super::segment_result::{
    EndedSession, GatheredRows, MAXIMUM_REUSED, SegmentFindings, SegmentResult, SpareBuffers,
};
use super::sequencer::is_late;
use super::session_key::{KeyMap, NO_SLOT, RecentSlots, SessionKey};
use crate::log::{Event, Line, LogFile, Row, RowError, RowPart, RowReceiver, Segment};
use crate::session::decode::{Made, RowPosition, SessionMaker, SessionRows};
use crate::session::filter::CompiledFilter;

/// What is known of a session of the segment.
#[derive(Clone, Copy)]
enum Local {
    /// Its rows are gathered in that slot.
    Open(usize),
    /// It ended in this segment.
    Ended,
}

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
