//! Where the fields of plain lines end.

use wide::u8x16;

/// How many bytes are searched at once.
pub(super) const BLOCK: usize = 64;

/// The commas, line feeds and NUL bytes of a text, one after the other.
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

    /// Where the next one is; the text's length behind the last.
    #[inline]
    pub(super) fn next(&mut self) -> usize {
        while self.found == 0 {
            if self.block >= self.text.len() {
                return self.text.len();
            }
            self.block += BLOCK;
            self.found = find(self.text, self.block);
        }
        let at = self.block + self.found.trailing_zeros() as usize;
        self.found &= self.found - 1;
        at.min(self.text.len())
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

/// One bit for each comma, line feed and NUL, the first byte's lowest.
#[inline]
pub(super) fn separators(block: &[u8; BLOCK]) -> u64 {
    let [comma, line_feed, nul] = [b',', b'\n', 0].map(u8x16::splat);
    let mut found = 0;
    for sixteen in block.as_chunks::<16>().0.iter().rev() {
        let bytes = u8x16::new(*sixteen);
        let ends = bytes.simd_eq(comma) | bytes.simd_eq(line_feed) | bytes.simd_eq(nul);
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
            text in prop::collection::vec(prop::sample::select(&b",\n\0a-.\xAC\x8A\x80"[..]), 0..300),
            start in 0..300_usize,
        ) {
            let is_separator = |at: &usize| matches!(text[*at], b',' | b'\n' | 0);
            let expected: Vec<usize> = (start..text.len()).filter(is_separator).collect();
            let mut separators = Separators::from(&text, start);
            let next = || Some(separators.next()).filter(|at| *at < text.len());
            prop_assert_eq!(std::iter::from_fn(next).collect::<Vec<_>>(), expected);
        }
    }
}
