//! What was read of texts that come again and again.

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};

/// Values by the texts that they were read from.
pub(super) struct ParseCache<T> {
    known: HashTable<(Box<[u8]>, T)>,
    hasher: DefaultHashBuilder,
    /// Of the texts; with too many of them all is forgotten.
    bytes: usize,
}

/// Bytes of texts that are remembered; what was read of them takes about twice as many.
const MAXIMUM_BYTES: usize = 1 << 19;

impl<T> Default for ParseCache<T> {
    fn default() -> Self {
        Self { known: HashTable::new(), hasher: DefaultHashBuilder::default(), bytes: 0 }
    }
}

impl<T> ParseCache<T> {
    /// The value of a text, read once.
    pub(super) fn get(&mut self, text: &[u8], read: impl FnOnce() -> T) -> &T {
        let Self { known, hasher, bytes } = self;
        if *bytes > MAXIMUM_BYTES {
            known.clear();
            *bytes = 0;
        }
        let hash = |text: &[u8]| hasher.hash_one((text.len(), hashed_tail(text)));
        let entry = known.entry(hash(text), |(key, _)| **key == *text, |(key, _)| hash(key));
        let entry = entry.or_insert_with(|| {
            *bytes += text.len();
            (text.into(), read())
        });
        &entry.into_mut().1
    }
}

/// Where such texts mostly differ: a certificate in its thumbprint and its names, which come last.
fn hashed_tail(text: &[u8]) -> &[u8] {
    text.last_chunk::<96>().map_or(text, |end| end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_read_once_and_again_when_too_many_came_between() {
        let mut remembered = ParseCache::default();
        let mut reads = 0;
        let mut get = |text: &str| {
            let read = || {
                reads += 1;
                text.to_uppercase()
            };
            assert_eq!(*remembered.get(text.as_bytes(), read), text.to_uppercase());
            reads
        };
        let long = "a".repeat(200);
        let other = format!("b{}", &long[1..]);
        assert_eq!([get(&long), get(&other), get(&long), get(&other), get("")], [1, 2, 2, 2, 3]);
        for number in 0..MAXIMUM_BYTES / 1000 + 2 {
            get(&format!("{number:01000}"));
        }
        let before = get("c");
        assert_eq!(get(&long), before + 1);
    }
}
