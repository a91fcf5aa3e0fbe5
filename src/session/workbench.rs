//! One segment worked on apart from those before it.

use super::filter::CompiledFilter;
use super::model::Session;
use super::sequencer::{Sequencer, is_late};
use super::session_key::{KeyMap, NO_SLOT, RecentSlots, SessionKey};
use super::session_maker::{Made, SessionMaker};
use super::session_rows::{Place, SessionRows};
use crate::log::{Event, Line, LogFile, Row, RowError, RowPart, RowReceiver, Segment};

/// What was made of a segment. Lines and offsets are counted from its beginning.
pub(super) struct WorkedSegment {
    segment: Segment,
    line_count: u64,
    found: Found,
    /// A header line inside tells of another format.
    changes_format: bool,
}

/// What was found in a segment.
struct Found {
    /// What ended of what began inside, in the order of the last rows.
    ended: Vec<EndedSession>,
    /// Those of them that are wanted, in the same order.
    sessions: Vec<Session>,
    /// The rows of sessions that do not, in the order of their first rows.
    gathered: Vec<GatheredRows>,
    /// Rows behind the end of a session that ends inside.
    late: Vec<Line>,
    damage: Vec<(Line, RowError)>,
    /// An id is used anew inside: what becomes of its rows is told by their order alone.
    has_reused_id: bool,
}

struct EndedSession {
    key: SessionKey,
    first_row: Place,
    /// [`Slot::turn`].
    turn: usize,
    is_wanted: bool,
    is_capped: bool,
}

struct GatheredRows {
    key: SessionKey,
    rows: SessionRows,
    first_row: usize,
    /// [`Slot::turn`].
    turn: usize,
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

/// Memory of a segment that was replayed, to be used for the next one.
#[derive(Default)]
pub(super) struct Leftover {
    pub(super) buffer: Vec<u8>,
    rows: Vec<SessionRows>,
    ended: Vec<EndedSession>,
    gathered: Vec<GatheredRows>,
}

impl Leftover {
    pub(super) fn of_buffer(buffer: Vec<u8>) -> Self {
        Self { buffer, ..Self::default() }
    }
}

/// Memory of more sessions than a segment mostly holds at once is not kept for the next one.
const MAXIMUM_REUSED: usize = 256;

/// What is kept from one segment to the next.
#[derive(Default)]
pub(super) struct Workbench {
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
    turn: usize,
    is_begun: bool,
    has_opening: bool,
}

impl Workbench {
    /// Takes back what is left of a segment beside its buffer.
    pub(super) fn reuse(&mut self, mut leftover: Leftover) {
        self.spare_rows.append(&mut leftover.rows);
        self.spare_rows.truncate(MAXIMUM_REUSED);
        leftover.ended.shrink_to(MAXIMUM_REUSED);
        leftover.gathered.shrink_to(MAXIMUM_REUSED);
        self.spare_ended = leftover.ended;
        self.spare_gathered = leftover.gathered;
    }

    pub(super) fn work(
        &mut self,
        segment: Segment,
        files: &[LogFile],
        filter: &CompiledFilter,
    ) -> WorkedSegment {
        let mut rows = RowsApart {
            source: files.get(segment.file).map_or(0, |file| file.source),
            segment: &segment,
            files,
            filter,
            last: NO_SLOT,
            found: Found {
                ended: std::mem::take(&mut self.spare_ended),
                sessions: Vec::with_capacity(self.expected_sessions),
                gathered: std::mem::take(&mut self.spare_gathered),
                late: Vec::new(),
                damage: Vec::new(),
                has_reused_id: false,
            },
            bench: self,
        };
        let read = segment.read_rows(&mut rows);
        let RowsApart { mut found, .. } = rows;
        let spare = &mut self.spare_rows;
        found.gathered.extend(self.slots.iter_mut().filter_map(|slot| slot.take(spare)));
        self.by_key.clear();
        self.slots.truncate(MAXIMUM_REUSED);
        self.free.clear();
        self.free.extend(0..self.slots.len());
        for session in &mut found.gathered {
            session.rows.carry(&segment.data);
        }
        found.gathered.sort_unstable_by_key(|rows| rows.first_row);
        let count = found.sessions.len();
        self.expected_sessions = (count + count / 8).min(MAXIMUM_REUSED);
        WorkedSegment {
            segment,
            line_count: read.count,
            found,
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

/// Takes the rows of a segment in, apart from those before.
struct RowsApart<'work> {
    bench: &'work mut Workbench,
    segment: &'work Segment,
    files: &'work [LogFile],
    filter: &'work CompiledFilter,
    source: u32,
    /// The slot of the row before, or [`NO_SLOT`] if its session ended.
    last: usize,
    found: Found,
}

impl RowReceiver for RowsApart<'_> {
    #[inline]
    fn row<'data>(&mut self, session_id: u64, part: RowPart, whole: impl Fn() -> Row<'data>) {
        let key = SessionKey { source: self.source, session_id };
        self.last = self.bench.slot_of(key, part.line.start, &whole);
        let Some(slot) = self.bench.slots.get_mut(self.last) else {
            self.found.has_reused_id |= part.is_opening;
            return self.late_row(part.spans.event, part.line);
        };
        let line = part.line;
        let place =
            || Place { file: self.segment.file, line: line.number + 1, offset: line.start as u64 };
        slot.turn = line.start;
        slot.has_opening |= part.is_opening;
        if slot.rows.accept(part, whole, self.segment, place) {
            self.end_session();
        }
    }

    #[expect(clippy::inline_always, reason = "called for each row, from one loop")]
    #[inline(always)]
    fn further_row(&mut self, part: RowPart) {
        let Some(slot) = self.bench.slots.get_mut(self.last) else {
            return self.late_row(part.spans.event, part.line);
        };
        if slot.rows.accept_further(part, self.segment) {
            self.end_session();
        }
    }

    fn damage(&mut self, line: Line, error: RowError) {
        self.found.damage.push((line, error));
    }
}

impl RowsApart<'_> {
    #[cold]
    fn late_row(&mut self, event: Event, line: Line) {
        if is_late(event) {
            self.found.late.push(line);
        }
    }

    /// Ends the session of the row before.
    #[inline(never)]
    fn end_session(&mut self) {
        let index = std::mem::replace(&mut self.last, NO_SLOT);
        let Workbench { maker, by_key, slots, free, spare_rows, .. } = &mut *self.bench;
        let Some(slot) = slots.get_mut(index) else { return };
        let Some(key) = slot.key else { return };
        match slot.rows.start {
            Some(start) if slot.is_begun => {
                let Made { session, is_capped } =
                    maker.make(&slot.rows, &self.segment.data, self.files, self.filter);
                self.found.ended.push(EndedSession {
                    key,
                    first_row: start.place,
                    turn: slot.turn,
                    is_wanted: session.is_some(),
                    is_capped,
                });
                self.found.sessions.extend(session);
                slot.rows.reset();
            }
            _ => self.found.gathered.extend(slot.take(spare_rows)),
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
            turn: self.turn,
            is_begun: self.is_begun,
            has_opening: self.has_opening,
        })
    }
}

/// Whether a session certainly begins with this row. `+` alone does not tell: mostly rows about the
/// attempt to connect stand before it, which can lie in the segment before.
fn begins_here(row: &Row<'_>) -> bool {
    row.is_opening() && matches!(row.sequence_number, None | Some(0))
}

impl WorkedSegment {
    /// Replays it into the sequencer; returns what can be used again. What was made of the rows
    /// does not stand where it was made by another format, or where their order alone tells what
    /// becomes of them: the segment is then given back.
    pub(super) fn replay(
        self,
        is_read_by_its_format: bool,
        sequencer: &mut Sequencer,
    ) -> Result<Leftover, Segment> {
        if !is_read_by_its_format
            || self.changes_format
            || self.found.has_reused_id
            || self.contradicts(sequencer)
        {
            return Err(self.segment);
        }
        let Self { segment, line_count, found, .. } = self;
        let Found { mut ended, sessions, mut gathered, late, damage, .. } = found;
        let place = sequencer.begin_segment(&segment);
        for (line, error) in damage {
            sequencer.accept_damage(error, line, place);
        }
        for line in late {
            sequencer.count_late(line, place);
        }
        let is_ended = |rows: &&GatheredRows| rows.rows.is_ended;
        let mut ends: Vec<(usize, SessionKey)> =
            gathered.iter().filter(is_ended).map(|rows| (rows.turn, rows.key)).collect();
        ends.sort_unstable_by_key(|(row, _)| *row);
        let mut rows_left = Vec::new();
        let mut sessions = sessions.into_iter();
        let mut ends = ends.into_iter().peekable();
        let mut ended_in_order = ended.drain(..).peekable();
        let mut gathered_in_order = gathered.drain(..).peekable();
        // All in the order of the rows that tell it.
        while let Some(row) = [
            gathered_in_order.peek().map(|rows| rows.first_row),
            ends.peek().map(|(row, _)| *row),
            ended_in_order.peek().map(|session| session.turn),
        ]
        .into_iter()
        .flatten()
        .min()
        {
            if let Some(next) = gathered_in_order.next_if(|rows| rows.first_row == row) {
                let GatheredRows { key, mut rows, turn, is_begun, .. } = next;
                rows.move_to(|first| place.of_place(first));
                if is_begun {
                    sequencer.adopt(key, &mut rows, turn);
                } else {
                    sequencer.accept_rows(key, &mut rows, turn);
                }
                if rows_left.len() < MAXIMUM_REUSED {
                    rows.reset();
                    rows_left.push(rows);
                }
            } else if let Some((_, key)) = ends.next_if(|(turn, _)| *turn == row) {
                sequencer.end_session(key, true, &segment.data);
            } else if let Some(EndedSession { key, first_row, is_wanted, is_capped, .. }) =
                ended_in_order.next()
            {
                let session = if is_wanted { sessions.next() } else { None };
                let made = Made { session, is_capped };
                sequencer.accept_session(key, made, place.of_place(first_row));
            }
        }
        sequencer.end_segment(&segment.data, line_count);
        drop((ended_in_order, gathered_in_order));
        Ok(Leftover { buffer: segment.data, rows: rows_left, ended, gathered })
    }

    pub(super) fn segment(&self) -> &Segment {
        &self.segment
    }

    /// Whether a session of an earlier segment goes on where one seemed to begin, or one begins with
    /// a later one of rows that seemed to go on.
    fn contradicts(&self, sequencer: &Sequencer) -> bool {
        self.found.ended.iter().any(|session| sequencer.is_open(session.key))
            || self.found.gathered.iter().any(|rows| {
                let is_open = sequencer.is_open(rows.key);
                if rows.is_begun {
                    is_open
                } else {
                    rows.has_opening && !is_open && sequencer.may_be_late(rows.key)
                }
            })
    }
}
