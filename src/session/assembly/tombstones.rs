//! Which sessions have ended, so that rows behind their end are known as late.

use std::collections::VecDeque;

use super::session_key::{KeySet, SessionKey};

/// The sessions that ended last.
#[derive(Default)]
pub(crate) struct Tombstones {
    keys: KeySet,
    pub(crate) in_order: VecDeque<SessionKey>,
    pub(crate) has_forgotten: bool,
    pub(crate) has_evictions: bool,
}

impl Tombstones {
    pub(super) fn add(&mut self, key: SessionKey, limit: usize) {
        if !self.keys.insert(key) {
            return;
        }
        self.in_order.push_back(key);
        if self.in_order.len() > limit
            && let Some(forgotten) = self.in_order.pop_front()
        {
            self.keys.remove(&forgotten);
            self.has_forgotten = true;
        }
    }

    /// Whether that session was emitted before. Once sessions were emitted before their end and
    /// some are forgotten, every unknown one may have been: better a counted row than a phantom.
    pub(super) fn may_hold(&self, key: SessionKey) -> bool {
        self.keys.contains(&key) || (self.has_evictions && self.has_forgotten)
    }
}
