//! What many records of a batch share, and where it was stored.

use std::hash::Hash;
use std::ptr;

use hashbrown::HashMap;

/// The places of values, found by address first: whoever shares a value mostly shares the one
/// allocation of it, and a long text or a whole certificate need not be hashed. Equal values at other
/// addresses are found too.
pub(super) struct Shared<'core, T: ?Sized, Place> {
    by_address: HashMap<*const T, Place>,
    by_value: HashMap<&'core T, Place>,
}

impl<T: ?Sized, Place> Default for Shared<'_, T, Place> {
    fn default() -> Self {
        Self { by_address: HashMap::new(), by_value: HashMap::new() }
    }
}

impl<'core, T: ?Sized + Eq + Hash, Place: Copy> Shared<'core, T, Place> {
    /// Where the value is, if it is anywhere.
    pub fn get(&mut self, value: &'core T) -> Option<Place> {
        let address = ptr::from_ref(value);
        if let Some(place) = self.by_address.get(&address) {
            return Some(*place);
        }
        let place = *self.by_value.get(value)?;
        self.by_address.insert(address, place);
        Some(place)
    }

    /// Notes where a value is that was not found.
    pub fn insert(&mut self, value: &'core T, place: Place) {
        self.by_address.insert(ptr::from_ref(value), place);
        self.by_value.insert(value, place);
    }
}
