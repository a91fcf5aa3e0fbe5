//! Whether a short text holds one of a few bytes: quicker than `memchr`, which is made to find where.

use fearless_simd::prelude::*;
use fearless_simd::{Level, dispatch, mask8x16, u8x16};

/// Whether any of those bytes is in the text.
#[inline]
pub(super) fn holds_any<const COUNT: usize>(text: &[u8], bytes: [u8; COUNT]) -> bool {
    // What every processor has: to ask for more costs more than so short a text gains by it.
    dispatch!(Level::baseline(), simd => holds_any_with(simd, text, bytes))
}

#[expect(clippy::inline_always, reason = "for the instructions that the caller may use")]
#[inline(always)]
fn holds_any_with<S: Simd, const COUNT: usize>(simd: S, text: &[u8], bytes: [u8; COUNT]) -> bool {
    let Some(last) = text.last_chunk() else {
        return text.iter().any(|byte| bytes.contains(byte));
    };
    let matches = |block: &[u8; 16]| {
        let block = u8x16::from_slice(simd, block);
        let none = mask8x16::splat(simd, false);
        bytes.iter().fold(none, |matches, byte| matches | block.simd_eq(*byte))
    };
    // The last block overlaps the one before it: there is no rest.
    let blocks = text.as_chunks().0.iter();
    blocks.fold(matches(last), |found, block| found | matches(block)).any_true()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_agrees_with_a_look_at_each_byte(
            text in prop::collection::vec(prop::sample::select(&b"abcdefgh\x80*\xAA"[..]), 0..80),
        ) {
            for bytes in [[b'*', b'a'], [b'*', b'X'], [0x80, 0xAA], [b'"', 0]] {
                let plain = text.iter().any(|byte| bytes.contains(byte));
                prop_assert_eq!(holds_any(&text, bytes), plain, "{:?}", bytes);
            }
        }
    }
}
