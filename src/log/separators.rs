//! Where the fields of plain lines end.

use wide::u8x16;

/// How many bytes are searched at once.
pub(super) const BLOCK: usize = 64;

/// The commas of a text and its bytes up to the line feed, one after the other: of these only the line
/// feed stands in a plain line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Separators<'text> {
    text: &'text [u8],
    /// Where the block that is being looked at begins.
    block: usize,
    /// What is left of it: one bit a byte, the first one lowest.
    found: u64,
}

impl<'text> Separators<'text> {
    /// Those from that place on.
    #[inline]
    pub(super) fn from(text: &'text [u8], place: usize) -> Self {
        Self { text, block: place, found: find(text, place) }
    }

    /// Those that were found in the block at that place, where there is a whole one, and those
    /// behind it.
    #[inline]
    pub(super) fn resume(text: &'text [u8], block: usize, found: u64) -> Self {
        Self { text, block, found }
    }

    /// Where the next one is; behind the last, the text's length or more.
    #[inline]
    pub(super) fn next(&mut self) -> usize {
        while self.found == 0 {
            self.block += BLOCK;
            self.found = find(self.text, self.block);
        }
        let at = self.block + self.found.trailing_zeros() as usize;
        self.found &= self.found - 1;
        at
    }
}

#[inline]
fn find(text: &[u8], start: usize) -> u64 {
    match text.get(start..).and_then(<[u8]>::first_chunk::<BLOCK>) {
        Some(block) => separators(block),
        None => find_in_rest(text.get(start..).unwrap_or_default()),
    }
}

/// The same in less than a block. NUL bytes stand for what is behind the end.
#[cold]
fn find_in_rest(rest: &[u8]) -> u64 {
    let mut block = [0; BLOCK];
    block[..rest.len()].copy_from_slice(rest);
    separators(&block)
}

/// One bit for each of them, the first byte's lowest.
#[inline]
pub(super) fn separators(block: &[u8; BLOCK]) -> u64 {
    let [comma, line_feed] = [b',', b'\n'].map(u8x16::splat);
    let mut found = 0;
    for sixteen in block.as_chunks::<16>().0.iter().rev() {
        let bytes = u8x16::new(*sixteen);
        let ends = bytes.simd_eq(comma) | bytes.simd_eq(bytes.min(line_feed));
        found = found << 16 | u64::from(ends.to_bitmask());
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_separator_is_found_and_nothing_else(
            text in prop::collection::vec(prop::sample::select(&b",\n\0\t\ra-.\xAC\x8A\x80"[..]), 0..300),
            start in 0..300_usize,
        ) {
            let is_separator = |at: &usize| matches!(text[*at], b',' | ..=b'\n');
            let expected: Vec<usize> = (start..text.len()).filter(is_separator).collect();
            let mut separators = Separators::from(&text, start);
            let next = || Some(separators.next()).filter(|at| *at < text.len());
            prop_assert_eq!(std::iter::from_fn(next).collect::<Vec<_>>(), expected);
        }
    }
}
