//! What lines begin with, compared at once.

use fearless_simd::prelude::*;
use fearless_simd::u8x64;

use super::separators::BLOCK;

/// What lines may begin with. None begins with an empty one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Prefix<'log> {
    text: &'log [u8],
    /// The beginning of the text.
    block: [u8; BLOCK],
    /// One bit for each byte of the block that is the text's, the first one's lowest.
    bits: u64,
}

impl<'log> Prefix<'log> {
    /// That with which no line begins.
    pub(super) const NONE: Self = Self { text: b"", block: [0; BLOCK], bits: 0 };

    pub(super) fn of(text: &'log [u8]) -> Self {
        let length = text.len().min(BLOCK);
        let mut block = [0; BLOCK];
        block[..length].copy_from_slice(&text[..length]);
        let bits = if length == 0 { 0 } else { u64::MAX >> (BLOCK - length) };
        Self { text, block, bits }
    }

    /// What follows it at the beginning of a text.
    #[expect(clippy::inline_always, reason = "for the instructions that the caller may use")]
    #[inline(always)]
    pub(super) fn strip<'text, S: Simd>(&self, simd: S, text: &'text [u8]) -> Option<&'text [u8]> {
        let Some(block) = text.first_chunk::<BLOCK>() else {
            return self.strip_plainly(text);
        };
        let equal = u8x64::from_slice(simd, block).simd_eq(u8x64::from_slice(simd, &self.block));
        if self.bits & !equal.to_bitmask() != 0 || self.bits == 0 {
            return None;
        }
        if self.text.len() > BLOCK {
            return self.strip_behind_block(simd, text);
        }
        text.get(self.text.len()..)
    }

    /// The same where the first block is known to be equal: the last one is compared, and with it all,
    /// if both meet.
    #[expect(clippy::inline_always, reason = "for the instructions that the caller may use")]
    #[inline(always)]
    fn strip_behind_block<'text, S: Simd>(
        &self,
        simd: S,
        text: &'text [u8],
    ) -> Option<&'text [u8]> {
        let length = self.text.len();
        if length > 2 * BLOCK {
            return self.strip_plainly(text);
        }
        let (begun, rest) = text.split_at_checked(length)?;
        let [last, own]: [&[u8; BLOCK]; 2] = [begun.last_chunk()?, self.text.last_chunk()?];
        let equal = u8x64::from_slice(simd, last).simd_eq(u8x64::from_slice(simd, own));
        (equal.to_bitmask() == u64::MAX).then_some(rest)
    }

    #[inline(never)]
    fn strip_plainly<'text>(&self, text: &'text [u8]) -> Option<&'text [u8]> {
        text.strip_prefix(self.text).filter(|_| !self.text.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use fearless_simd::dispatch;
    use proptest::prelude::*;

    use super::*;
    use crate::log::separators::levels;

    proptest! {
        #[test]
        fn it_is_found_where_a_text_begins_with_it(
            text in prop::collection::vec(prop::sample::select(&b"a\0"[..]), 0..200),
            length in 0..140_usize,
            change in prop::option::of(0..140_usize),
        ) {
            let mut begun = text[..length.min(text.len())].to_vec();
            if let Some(byte) = change.and_then(|at| begun.get_mut(at)) {
                *byte ^= 1;
            }
            let expected = text.strip_prefix(&begun[..]).filter(|_| !begun.is_empty());
            for level in levels() {
                let found = dispatch!(level, simd => Prefix::of(&begun).strip(simd, &text));
                prop_assert_eq!(found, expected);
                prop_assert_eq!(dispatch!(level, simd => Prefix::NONE.strip(simd, &text)), None);
            }
        }
    }
}
