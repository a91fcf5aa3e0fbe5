//! What a worker made of a segment, and its replay in the order of the rows.

use super::sequencer::Sequencer;
use super::session_key::SessionKey;
use crate::log::{Line, RowError, Segment};
use crate::session::decode::{Made, RowPosition, SessionRows};
use crate::session::model::Session;

/// What was made of a segment. Lines and offsets are counted from its beginning.
pub(crate) struct SegmentResult {
    pub(super) segment: Segment,
    pub(super) line_count: u64,
    pub(super) findings: SegmentFindings,
    /// A header line inside names another format.
    pub(super) changes_format: bool,
}

/// What was found in a segment.
pub(super) struct SegmentFindings {
    /// What ended of what began inside, in the order of the last rows.
    pub(super) ended: Vec<EndedSession>,
    /// Those of them that are wanted, in the same order.
    pub(super) sessions: Vec<Session>,
    /// Rows of sessions that begin before or end after this segment, by first row.
    pub(super) gathered: Vec<GatheredRows>,
    /// Rows behind the end of a session that ends inside.
    pub(super) late: Vec<Line>,
    pub(super) damage: Vec<(Line, RowError)>,
    /// An id is used anew inside: only sequential reading says what becomes of its rows.
    pub(super) has_reused_id: bool,
}

pub(super) struct EndedSession {
    pub(super) key: SessionKey,
    pub(super) first_row: RowPosition,
    /// Where its last row begins, or the first of those that stand together with it.
    pub(super) last_row_offset: usize,
    pub(super) is_wanted: bool,
    pub(super) is_capped: bool,
}

pub(super) struct GatheredRows {
    pub(super) key: SessionKey,
    pub(super) rows: SessionRows,
    pub(super) first_row: usize,
    /// Where its last row begins, or the first of those that stand together with it.
    pub(super) last_row_offset: usize,
    /// The session begins in this segment.
    pub(super) is_begun: bool,
    /// The session, if it does not begin here, may begin with one of these rows all the same: what
    /// stands before that row is then late.
    pub(super) has_opening: bool,
}

/// Buffers of a segment that was replayed, to be used for the next one.
#[derive(Default)]
pub(crate) struct SpareBuffers {
    pub(crate) buffer: Vec<u8>,
    pub(super) rows: Vec<SessionRows>,
    pub(super) ended: Vec<EndedSession>,
    pub(super) gathered: Vec<GatheredRows>,
}

impl SpareBuffers {
    pub(crate) fn of_buffer(buffer: Vec<u8>) -> Self {
        Self { buffer, ..Self::default() }
    }
}

/// Memory of more sessions than a segment mostly holds at once is not kept for the next one.
pub(super) const MAXIMUM_REUSED: usize = 256;

impl SegmentResult {
    /// Replays it into the sequencer; returns the buffers, to be used again. Gives the segment back
    /// unread if it was parsed by an outdated format, or if an id was used twice inside: then only
    /// sequential reading is right.
    pub(crate) fn replay(
        self,
        is_read_by_its_format: bool,
        sequencer: &mut Sequencer,
    ) -> Result<SpareBuffers, Box<Segment>> {
        if !is_read_by_its_format
            || self.changes_format
            || self.findings.has_reused_id
            || self.contradicts(sequencer)
        {
            return Err(Box::new(self.segment));
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

    pub(crate) fn into_segment(self) -> Segment {
        self.segment
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
