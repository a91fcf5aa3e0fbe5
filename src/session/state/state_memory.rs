//! A state that lasts as long as the process.

use std::sync::{Arc, Mutex, PoisonError};

/// A state in memory, empty at first; clones are the same one.
#[derive(Clone, Debug, Default)]
pub struct StateMemory(Arc<Mutex<Vec<u8>>>);

impl StateMemory {
    /// What was saved last; empty before.
    pub(super) fn saved(&self) -> Vec<u8> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn save(&self, state: Vec<u8>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = state;
    }
}

impl PartialEq for StateMemory {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for StateMemory {}
