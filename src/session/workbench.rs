//! One segment worked on apart from those before it.

use hashbrown::HashMap;

use super::assembler::SessionKey;
use super::filter::CompiledFilter;
use super::sequencer::Sequencer;
use super::session_maker::{Made, SessionMaker};
use super::session_rows::{Place, SessionRows, is_opening};
use crate::log::{Line, LogFile, Row, RowError, RowParser, Segment};

/// What was made of a segment. Lines and offsets are counted from its beginning.
pub(super) struct WorkedSegment {
    pub(super) segment: Segment,
    line_count: u64,
    /// Sessions that begin and end inside, in the order of their last rows.
    ended: Vec<EndedSession>,
    /// Sessions that begin inside and go on, in the order of their last rows.
    begun: Vec<BegunSession>,
    /// The rows of all other sessions, in order.
    rows: Vec<Line>,
    damage: Vec<(Line, RowError)>,
}

struct EndedSession {
    key: SessionKey,
    first_row: Place,
    /// Where its last row begins.
    last_row: usize,
    made: Made,
}

struct BegunSession {
    key: SessionKey,
    rows: SessionRows,
    last_row: usize,
}

/// Where the rows of a session go.
#[derive(Clone, Copy)]
enum Local {
    /// It begins in this segment: to that slot.
    Begun(usize),
    /// Its beginning is not in this segment: to the sequencer.
    Elsewhere,
}

/// What is kept from one segment to the next.
#[derive(Default)]
pub(super) struct Workbench {
    maker: SessionMaker,
    by_key: HashMap<SessionKey, Local>,
    slots: Vec<BegunSlot>,
    free: Vec<usize>,
}

#[derive(Default)]
struct BegunSlot {
    rows: SessionRows,
    last_row: usize,
}

impl Workbench {
    pub(super) fn work(
        &mut self,
        segment: Segment,
        files: &[LogFile],
        filter: &CompiledFilter,
    ) -> WorkedSegment {
        let source = files.get(segment.file).map_or(0, |file| file.source);
        let mut ended = Vec::new();
        let mut rows = Vec::new();
        let mut damage = Vec::new();
        let mut last = None;
        let line_count = segment.for_each_row(|line, row| {
            let row = match row {
                Ok(row) => row,
                Err(error) => {
                    damage.push((line, error));
                    return;
                }
            };
            let key = SessionKey { source, session_id: row.session_id };
            let local = match last {
                Some((last, local)) if last == key => local,
                _ => self.local(key, row),
            };
            last = Some((key, local));
            let Local::Begun(index) = local else {
                rows.push(line);
                return;
            };
            let Some(slot) = self.slots.get_mut(index) else { return };
            let place =
                || Place { file: segment.file, line: line.number + 1, offset: line.start as u64 };
            slot.last_row = line.start;
            if !slot.rows.accept(row, &segment, place) {
                return;
            }
            let made = self.maker.make(&slot.rows, &segment.data, files, filter);
            let first_row = slot.rows.start.map_or_else(place, |start| start.place);
            ended.push(EndedSession { key, first_row, last_row: line.start, made });
            slot.rows.reset();
            self.free.push(index);
            self.by_key.remove(&key);
            last = None;
        });
        let begun = self.take_begun(&segment);
        WorkedSegment { segment, line_count, ended, begun, rows, damage }
    }

    fn local(&mut self, key: SessionKey, row: &Row<'_>) -> Local {
        if let Some(local) = self.by_key.get(&key) {
            return *local;
        }
        let local = if begins_here(row) {
            Local::Begun(self.free.pop().unwrap_or_else(|| {
                self.slots.push(BegunSlot::default());
                self.slots.len() - 1
            }))
        } else {
            Local::Elsewhere
        };
        self.by_key.insert(key, local);
        local
    }

    fn take_begun(&mut self, segment: &Segment) -> Vec<BegunSession> {
        let mut begun = Vec::new();
        for (key, local) in self.by_key.drain() {
            if let Local::Begun(index) = local
                && let Some(slot) = self.slots.get_mut(index)
            {
                let mut rows = std::mem::take(&mut slot.rows);
                rows.carry(&segment.data);
                begun.push(BegunSession { key, rows, last_row: slot.last_row });
            }
        }
        begun.sort_unstable_by_key(|session| session.last_row);
        // The buffers of those that ended serve the next segment.
        self.free.clear();
        self.free.extend(0..self.slots.len());
        begun
    }
}

/// Whether a session certainly begins with this row. `+` alone does not tell: mostly rows about the
/// attempt to connect stand before it, which can lie in the segment before.
fn begins_here(row: &Row<'_>) -> bool {
    is_opening(row) && matches!(row.sequence_number, None | Some(0))
}

impl WorkedSegment {
    /// Replays it into the sequencer; returns the segment's buffer.
    pub(super) fn replay(self, sequencer: &mut Sequencer) -> Vec<u8> {
        let Self { segment, line_count, ended, begun, rows, damage } = self;
        let ended_keys = ended.iter().map(|session| session.key);
        let begun_keys = begun.iter().map(|session| session.key);
        if ended_keys.chain(begun_keys).any(|key| sequencer.is_open(key)) {
            // A session of an earlier segment goes on where one seemed to begin.
            sequencer.accept_segment(&segment);
            return segment.data;
        }
        let place = sequencer.begin_segment(&segment);
        for (line, error) in damage {
            sequencer.accept_damage(error, line, place);
        }
        let mut parser = RowParser::new(&segment.format.columns);
        let mut replay = |line: Line, sequencer: &mut Sequencer| {
            if let Ok(row) = parser.parse(&segment.data[line.start..line.end]) {
                sequencer.accept_row(&row, line, place, &segment);
            }
        };
        let mut rows = rows.into_iter().peekable();
        for session in ended {
            while let Some(line) = rows.next_if(|line| line.start < session.last_row) {
                replay(line, sequencer);
            }
            sequencer.accept_session(session.key, session.made, place.of_place(session.first_row));
        }
        for line in rows {
            replay(line, sequencer);
        }
        for mut session in begun {
            session.rows.move_to(|first| place.of_place(first));
            sequencer.adopt(session.key, session.rows, session.last_row);
        }
        sequencer.end_segment(&segment.data, line_count);
        segment.data
    }
}
