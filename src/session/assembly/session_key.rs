//! The key that keeps sessions apart, and tables by it.

use std::hash::{BuildHasherDefault, Hash, Hasher};

use hashbrown::{HashMap, HashSet};

/// The key that keeps sessions apart: ids are unique per server process only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SessionKey {
    /// [`crate::log::LogFile::source`].
    pub(crate) source: u32,
    pub(crate) session_id: u64,
}

/// The number of no slot.
pub(super) const NO_SLOT: usize = usize::MAX;

/// Slots that sessions had, by the last digits of their ids: a look there and at the slot saves most
/// searches of a table.
pub(super) struct RecentSlots([usize; RECENT]);

/// More than sessions that are mostly open at once.
const RECENT: usize = 256;

impl Default for RecentSlots {
    fn default() -> Self {
        Self([NO_SLOT; RECENT])
    }
}

impl RecentSlots {
    /// The slot of that session, if it is remembered; `key_of` gives whose a slot is by now.
    #[inline]
    pub(super) fn find(
        &self,
        key: SessionKey,
        key_of: impl Fn(usize) -> Option<SessionKey>,
    ) -> Option<usize> {
        let slot = self.0[Self::place_of(key)];
        (key_of(slot) == Some(key)).then_some(slot)
    }

    #[inline]
    pub(super) fn set(&mut self, key: SessionKey, slot: usize) {
        self.0[Self::place_of(key)] = slot;
    }

    #[expect(clippy::cast_possible_truncation, reason = "the last digits are asked for")]
    #[inline]
    fn place_of(key: SessionKey) -> usize {
        key.session_id as usize % RECENT
    }
}

/// A table by keys of sessions.
pub(super) type KeyMap<T> = HashMap<SessionKey, T, BuildHasherDefault<KeyHasher>>;
/// A set of keys of sessions.
pub(super) type KeySet = HashSet<SessionKey, BuildHasherDefault<KeyHasher>>;

impl Hash for SessionKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let source = u64::from(self.source).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        state.write_u64(self.session_id.wrapping_add(source));
    }
}

/// Keeps ids that follow each other together: ids count up, so that the sessions of a time lie side
/// by side in a table, and thus in the cache.
#[derive(Default)]
pub(super) struct KeyHasher(u64);

impl Hasher for KeyHasher {
    #[inline]
    fn write_u64(&mut self, key: u64) {
        // The table takes the place from the low bits and compares neighbours by the highest seven.
        self.0 = key ^ key << 57;
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(self.0.rotate_left(8) ^ u64::from(*byte));
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
