//! Where the fields of lines end.

#![expect(
    clippy::inline_always,
    reason = "it is compiled for the instructions that the caller may use"
)]

use fearless_simd::prelude::*;
use fearless_simd::u8x64;

/// How many bytes are searched at once.
pub(super) const BLOCK: usize = 64;

/// The places of one byte in a text, and those of the bytes up to the line feed, one after the other:
/// of the latter only the line feed stands in a plain line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Marks<'text, S, const BYTE: u8> {
    simd: S,
    text: &'text [u8],
    /// Where the block that is being looked at begins.
    block: usize,
    /// What is left of it: one bit a byte, the first one lowest.
    found: u64,
}

/// Where plain fields end.
pub(super) type Separators<'text, S> = Marks<'text, S, b','>;
/// Where quoted fields may end.
pub(super) type Quotes<'text, S> = Marks<'text, S, b'"'>;

impl<'text, S: Simd, const BYTE: u8> Marks<'text, S, BYTE> {
    /// Those from that place on.
    #[inline(always)]
    pub(super) fn from(simd: S, text: &'text [u8], place: usize) -> Self {
        Self { simd, text, block: place, found: find::<S, BYTE>(simd, text, place) }
    }

    /// All of them, where those of the first block are found already. Without a complete block nothing in
    /// it is found, which leaves the line to the plain parser.
    #[inline(always)]
    pub(super) fn resume(simd: S, text: &'text [u8], found: u64) -> Self {
        Self { simd, text, block: 0, found }
    }

    /// Where the next one is; behind the last, the text's length or more.
    #[inline(always)]
    pub(super) fn next(&mut self) -> usize {
        while self.found == 0 {
            self.block += BLOCK;
            self.found = find::<S, BYTE>(self.simd, self.text, self.block);
        }
        let at = self.block + self.found.trailing_zeros() as usize;
        self.found &= self.found - 1;
        at
    }
}

#[inline(always)]
fn find<S: Simd, const BYTE: u8>(simd: S, text: &[u8], start: usize) -> u64 {
    match text.get(start..).and_then(<[u8]>::first_chunk::<BLOCK>) {
        Some(block) => marks::<S, BYTE>(simd, block),
        None => find_in_rest::<S, BYTE>(simd, text.get(start..).unwrap_or_default()),
    }
}

/// The same in less than a block. NUL bytes stand for what is behind the end.
#[inline(always)]
fn find_in_rest<S: Simd, const BYTE: u8>(simd: S, rest: &[u8]) -> u64 {
    marks::<S, BYTE>(simd, &block_of(rest))
}

#[cold]
fn block_of(rest: &[u8]) -> [u8; BLOCK] {
    let mut block = [0; BLOCK];
    block[..rest.len()].copy_from_slice(rest);
    block
}

/// One bit for each of them, the first byte's lowest.
#[inline(always)]
pub(super) fn marks<S: Simd, const BYTE: u8>(simd: S, block: &[u8; BLOCK]) -> u64 {
    let bytes = u8x64::from_slice(simd, block);
    (bytes.simd_eq(BYTE) | bytes.simd_le(b'\n')).to_bitmask()
}

/// What processors can do, as far as this one can: what is read must not depend on it.
#[cfg(test)]
pub(super) fn levels() -> Vec<fearless_simd::Level> {
    use fearless_simd::Level;

    let best = Level::new();
    let mut levels = vec![Level::baseline(), best];
    #[cfg(target_arch = "x86_64")]
    {
        levels.extend(best.as_sse4_2().map(Level::Sse4_2));
        levels.extend(best.as_avx2().map(Level::Avx2));
    }
    levels
}

#[cfg(test)]
mod tests {
    use fearless_simd::dispatch;
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
            let separators = expected(b',');
            let quotes = expected(b'"');
            for level in levels() {
                dispatch!(level, simd => {
                    assert_eq!(all(Separators::from(simd, &text, start), text.len()), separators);
                    assert_eq!(all(Quotes::from(simd, &text, start), text.len()), quotes);
                });
            }
        }
    }

    fn all<S: Simd, const BYTE: u8>(mut marks: Marks<'_, S, BYTE>, end: usize) -> Vec<usize> {
        std::iter::from_fn(|| Some(marks.next()).filter(|at| *at < end)).collect()
    }
}
