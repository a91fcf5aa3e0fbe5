//! Rows of many interleaved sessions to the rows of each, in bounded memory.

use super::session_key::{KeyMap, NO_SLOT, RecentSlots, SessionKey};
use super::tombstones::Tombstones;
use crate::log::{Row, RowPart, Segment};
use crate::session::decode::{RowPosition, SessionRows};
use crate::session::model::SessionNote;

/// What an assembler may occupy.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// All open sessions together, in bytes, at the end of a segment. Those without a row for the
    /// longest time are emitted when there are more.
    pub(crate) open_bytes: usize,
    /// How many ended sessions are remembered, so that rows behind their end are known as late.
    pub(crate) tombstones: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { open_bytes: 10 << 20, tombstones: 1 << 15 }
    }
}

/// What became of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Accepted {
    /// It belongs to a session that goes on.
    Open,
    /// It ended its session.
    Ended,
    /// Its session had already been emitted.
    Late,
}

/// The open sessions.
#[derive(Default)]
pub(super) struct Assembler {
    limits: Limits,
    slots: Vec<Slot>,
    free: Vec<usize>,
    by_key: KeyMap<usize>,
    /// The slot of the row before, or [`NO_SLOT`] if its session is not open.
    last: usize,
    recent: RecentSlots,
    /// The slots that rows of this segment went to.
    touched: Vec<usize>,
    /// Head and tail of the least-recently-used list of slots, as of the segment before.
    oldest: Option<usize>,
    newest: Option<usize>,
    /// Those of the open sessions, as [`Limits`] counts them.
    open_bytes: usize,
    /// Those that they do occupy.
    reserved_bytes: usize,
    tombstones: Tombstones,
}

#[derive(Default)]
struct Slot {
    key: Option<SessionKey>,
    rows: SessionRows,
    bytes: usize,
    reserved_bytes: usize,
    is_touched: bool,
    /// Where the last row in this segment begins, or the first of those that stand together with it:
    /// it orders the sessions.
    last_row_offset: usize,
    older: Option<usize>,
    newer: Option<usize>,
}

/// About what a session occupies beside its slot: its entry in the table and two allocations.
const BYTES_BESIDE_SLOT: usize = 96;

impl Assembler {
    pub(super) fn new(limits: Limits) -> Self {
        Self { limits, last: NO_SLOT, ..Self::default() }
    }

    /// Accepts a row of that session, a part of that segment, which stands at `position`. If it ends
    /// the session, the caller calls [`Self::end_last`].
    #[inline]
    pub(super) fn accept<'data>(
        &mut self,
        key: SessionKey,
        part: RowPart,
        whole: impl Fn() -> Row<'data>,
        segment: &Segment,
        position: impl FnOnce() -> RowPosition,
    ) -> Accepted {
        let index = self.slot_of(key, part.is_opening);
        self.last = index;
        let Some(slot) = self.slots.get_mut(index) else { return Accepted::Late };
        let is_end = slot.rows.accept(part, whole, segment, position);
        self.touch_row(index, part.line.start);
        if is_end { Accepted::Ended } else { Accepted::Open }
    }

    /// The slot of a session, which is opened if it may be, or [`NO_SLOT`].
    #[inline]
    fn slot_of(&mut self, key: SessionKey, is_opening: bool) -> usize {
        if let Some(recent) = self.recent.find(key, |slot| self.slots.get(slot)?.key) {
            return recent;
        }
        self.find_slot(key, is_opening)
    }

    #[inline(never)]
    fn find_slot(&mut self, key: SessionKey, is_opening: bool) -> usize {
        let index = match self.by_key.get(&key) {
            Some(index) => *index,
            None if !is_opening && self.tombstones.may_hold(key) => return NO_SLOT,
            None => self.open(key),
        };
        self.recent.set(key, index);
        index
    }

    /// Accepts a further row of the session of the row before. If it ends the session, the caller
    /// calls [`Self::end_last`].
    #[expect(clippy::inline_always, reason = "called for each row, from one loop")]
    #[inline(always)]
    pub(super) fn accept_further(&mut self, part: RowPart, segment: &Segment) -> Accepted {
        let Some(slot) = self.slots.get_mut(self.last) else { return Accepted::Late };
        if slot.rows.accept_further(part, segment) { Accepted::Ended } else { Accepted::Open }
    }

    /// Ends the session of the row before.
    pub(super) fn end_last(&mut self, finish: &mut impl FnMut(SessionKey, &SessionRows)) {
        if self.last < self.slots.len() {
            self.close(self.last, finish);
        }
    }

    /// Goes on with a session that was begun elsewhere, with its rows; `last_row_offset` as in
    /// [`Slot::last_row_offset`]. The buffers left in `rows` are to be used again.
    pub(super) fn resume(
        &mut self,
        key: SessionKey,
        rows: &mut SessionRows,
        last_row_offset: usize,
    ) {
        let index = self.open(key);
        std::mem::swap(&mut self.slots[index].rows, rows);
        self.touch_row(index, last_row_offset);
    }

    /// Accepts rows of a session that were gathered elsewhere, none of which stands at the beginning of
    /// a session; `last_row_offset` as in [`Slot::last_row_offset`]. If they end the session, the caller
    /// calls [`Self::end`]. The buffers left in `rows` are to be used again.
    pub(super) fn accept_rows(
        &mut self,
        key: SessionKey,
        rows: &mut SessionRows,
        last_row_offset: usize,
    ) -> Accepted {
        if let Some(index) = self.by_key.get(&key).copied() {
            self.slots[index].rows.append(rows);
            self.touch_row(index, last_row_offset);
        } else if self.tombstones.may_hold(key) {
            return Accepted::Late;
        } else {
            self.resume(key, rows, last_row_offset);
        }
        Accepted::Open
    }

    /// Notes that a row of an open session begins there in this segment.
    fn touch_row(&mut self, index: usize, last_row_offset: usize) {
        let slot = &mut self.slots[index];
        slot.last_row_offset = last_row_offset;
        if !slot.is_touched {
            slot.is_touched = true;
            self.touched.push(index);
        }
    }

    /// Ends a segment: what is open no longer depends on its bytes. Sessions that are emitted to
    /// make room go to `finish`.
    pub(super) fn end_segment(
        &mut self,
        segment: &[u8],
        finish: &mut impl FnMut(SessionKey, &SessionRows),
    ) {
        let mut touched = std::mem::take(&mut self.touched);
        touched.sort_unstable_by_key(|index| self.slots[*index].last_row_offset);
        for index in touched.drain(..) {
            let slot = &mut self.slots[index];
            slot.is_touched = false;
            if slot.key.is_none() {
                continue;
            }
            slot.rows.carry(segment);
            let needed = slot.rows.bytes();
            let bytes = needed + size_of::<Slot>() + BYTES_BESIDE_SLOT;
            self.open_bytes = self.open_bytes + bytes - slot.bytes;
            slot.bytes = bytes;
            let mut reserved = slot.rows.reserved_bytes();
            // Buffers are used again for other sessions, which may need less of them.
            if self.reserved_bytes > self.limits.open_bytes / 4 && reserved > needed + needed / 4 {
                slot.rows.shrink();
                reserved = slot.rows.reserved_bytes();
            }
            self.reserved_bytes = self.reserved_bytes + reserved - slot.reserved_bytes;
            slot.reserved_bytes = reserved;
            self.touch(index);
        }
        self.touched = touched;
        while self.open_bytes > self.limits.open_bytes
            && let Some(oldest) = self.oldest
        {
            self.slots[oldest].rows.note(SessionNote::Evicted);
            self.tombstones.has_evictions = true;
            self.close(oldest, finish);
        }
    }

    /// Emits at most that many of the open sessions, those without a row for the longest time
    /// first. Returns whether none is left.
    pub(super) fn finish(
        &mut self,
        count: usize,
        finish: &mut impl FnMut(SessionKey, &SessionRows),
    ) -> bool {
        for _ in 0..count {
            let Some(oldest) = self.oldest else { break };
            self.close(oldest, finish);
        }
        self.oldest.is_none()
    }

    pub(super) fn is_open(&self, key: SessionKey) -> bool {
        self.by_key.contains_key(&key)
    }

    /// Whether a row of that session, if it is not open, may be late at any time in this segment.
    pub(super) fn may_be_late(&self, key: SessionKey) -> bool {
        self.tombstones.has_evictions || self.tombstones.may_hold(key)
    }

    /// The open sessions, the one without a row for the longest time first, as of the end of a
    /// segment.
    pub(super) fn open_sessions(&self) -> impl Iterator<Item = (SessionKey, &SessionRows)> {
        let slots = std::iter::successors(self.oldest, |index| self.slots[*index].newer);
        slots.filter_map(|index| {
            let slot = &self.slots[index];
            Some((slot.key?, &slot.rows))
        })
    }

    /// What is remembered of ended sessions.
    pub(super) fn tombstones(&self) -> &Tombstones {
        &self.tombstones
    }

    /// Remembers what another assembler did, on top of what this one remembers.
    pub(super) fn restore_tombstones(&mut self, tombstones: Tombstones) {
        self.tombstones.has_forgotten |= tombstones.has_forgotten;
        self.tombstones.has_evictions |= tombstones.has_evictions;
        for key in tombstones.in_order {
            self.remember_ended(key);
        }
    }

    /// The rows of an open session.
    pub(super) fn open_rows(&mut self, key: SessionKey) -> Option<&mut SessionRows> {
        let index = self.by_key.get(&key)?;
        self.slots.get_mut(*index).map(|slot| &mut slot.rows)
    }

    /// Emits an open session.
    pub(super) fn end(
        &mut self,
        key: SessionKey,
        finish: &mut impl FnMut(SessionKey, &SessionRows),
    ) {
        if let Some(index) = self.by_key.get(&key) {
            self.close(*index, finish);
        }
    }

    /// Remembers a session that was assembled elsewhere as ended.
    pub(super) fn remember_ended(&mut self, key: SessionKey) {
        self.tombstones.add(key, self.limits.tombstones);
    }

    fn open(&mut self, key: SessionKey) -> usize {
        let index = self.free.pop().unwrap_or_else(|| {
            self.slots.push(Slot::default());
            self.slots.len() - 1
        });
        self.slots[index].key = Some(key);
        self.by_key.insert(key, index);
        index
    }

    fn close(&mut self, index: usize, finish: &mut impl FnMut(SessionKey, &SessionRows)) {
        self.last = NO_SLOT;
        self.unlink(index);
        let slot = &mut self.slots[index];
        self.open_bytes -= std::mem::take(&mut slot.bytes);
        self.reserved_bytes -= std::mem::take(&mut slot.reserved_bytes);
        if let Some(key) = slot.key.take() {
            self.by_key.remove(&key);
            self.tombstones.add(key, self.limits.tombstones);
            finish(key, &slot.rows);
        }
        slot.rows.reset();
        self.free.push(index);
    }

    fn touch(&mut self, index: usize) {
        if self.newest == Some(index) {
            return;
        }
        self.unlink(index);
        self.slots[index].older = self.newest;
        match self.newest.replace(index) {
            Some(newest) => self.slots[newest].newer = Some(index),
            None => self.oldest = Some(index),
        }
    }

    fn unlink(&mut self, index: usize) {
        let Slot { older, newer, .. } = self.slots[index];
        match older {
            Some(older) => self.slots[older].newer = newer,
            None if self.oldest == Some(index) => self.oldest = newer,
            None => {}
        }
        match newer {
            Some(newer) => self.slots[newer].older = older,
            None if self.newest == Some(index) => self.newest = older,
            None => {}
        }
        self.slots[index].older = None;
        self.slots[index].newer = None;
    }
}

#[cfg(test)]
mod tests;
