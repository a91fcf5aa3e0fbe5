//! Where the fields of lines end.

use wide::u8x16;

/// How many bytes are searched at once.
pub(super) const BLOCK: usize = 64;

/// The places of one byte in a text, and those of the bytes up to the line feed, one after the other:
/// of the latter only the line feed stands in a plain line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Marks<'text, const BYTE: u8> {
    text: &'text [u8],
    /// Where the block that is being looked at begins.
    block: usize,
    /// What is left of it: one bit a byte, the first one lowest.
    found: u64,
}

/// Where plain fields end.
pub(super) type Separators<'text> = Marks<'text, b','>;
/// Where quoted fields may end.
pub(super) type Quotes<'text> = Marks<'text, b'"'>;

impl<'text, const BYTE: u8> Marks<'text, BYTE> {
    /// Those from that place on.
    #[inline]
    pub(super) fn from(text: &'text [u8], place: usize) -> Self {
        Self { text, block: place, found: find::<BYTE>(text, place) }
    }

    /// All of them, where those of the first block are found already, if there is a whole one.
    #[inline]
    pub(super) fn resume(text: &'text [u8], found: u64) -> Self {
        Self { text, block: 0, found }
    }

    /// Where the next one is; behind the last, the text's length or more.
    #[inline]
    pub(super) fn next(&mut self) -> usize {
        while self.found == 0 {
            self.block += BLOCK;
            self.found = find::<BYTE>(self.text, self.block);
        }
        let at = self.block + self.found.trailing_zeros() as usize;
        self.found &= self.found - 1;
        at
    }
}

#[inline]
fn find<const BYTE: u8>(text: &[u8], start: usize) -> u64 {
    match text.get(start..).and_then(<[u8]>::first_chunk::<BLOCK>) {
        Some(block) => marks::<BYTE>(block),
        None => find_in_rest::<BYTE>(text.get(start..).unwrap_or_default()),
    }
}

/// The same in less than a block. NUL bytes stand for what is behind the end.
#[cold]
fn find_in_rest<const BYTE: u8>(rest: &[u8]) -> u64 {
    let mut block = [0; BLOCK];
    block[..rest.len()].copy_from_slice(rest);
    marks::<BYTE>(&block)
}

/// One bit for each of them, the first byte's lowest.
#[inline]
pub(super) fn marks<const BYTE: u8>(block: &[u8; BLOCK]) -> u64 {
    let [byte, line_feed] = [BYTE, b'\n'].map(u8x16::splat);
    let mut found = 0;
    for sixteen in block.as_chunks::<16>().0.iter().rev() {
        let bytes = u8x16::new(*sixteen);
        let marks = bytes.simd_eq(byte) | bytes.simd_eq(bytes.min(line_feed));
        found = found << 16 | u64::from(marks.to_bitmask());
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_mark_is_found_and_nothing_else(
            text in prop::collection::vec(prop::sample::select(&b",\n\0\t\r\"a-.\xAC\x8A\x80"[..]), 0..300),
            start in 0..300_usize,
        ) {
            let expected = |mark: u8| -> Vec<usize> {
                (start..text.len()).filter(|at| text[*at] == mark || text[*at] <= b'\n').collect()
            };
            prop_assert_eq!(all(Separators::from(&text, start), text.len()), expected(b','));
            prop_assert_eq!(all(Quotes::from(&text, start), text.len()), expected(b'"'));
        }
    }

    fn all<const BYTE: u8>(mut marks: Marks<'_, BYTE>, end: usize) -> Vec<usize> {
        std::iter::from_fn(|| Some(marks.next()).filter(|at| *at < end)).collect()
    }
}
