//! Mutated certificates, the same for the same seed.

#![allow(clippy::cast_possible_truncation, reason = "random bytes are cut from random words")]

#[allow(clippy::duplicate_mod, reason = "a test program may have that of the benchmarks too")]
#[path = "../../benches/common/random.rs"]
#[allow(dead_code, reason = "each user takes some of it")]
mod random;

pub use random::Random;

/// Changes one to four places: bits, bytes, lengths, cuts, and copies of a stretch elsewhere.
#[allow(dead_code, reason = "the storm takes the numbers alone")]
pub fn mutate(original: &[u8], random: &mut Random) -> Vec<u8> {
    let mut bytes = original.to_vec();
    for _ in 0..=random.below(4) {
        let at = random.below(bytes.len());
        if bytes.is_empty() {
            break;
        }
        match random.below(7) {
            0 => bytes[at] ^= 1 << random.below(8),
            1 => bytes[at] = random.next() as u8,
            2 => bytes[at] = [0x00, 0x30, 0x7F, 0x80, 0x84, 0xA0, 0xFF][random.below(7)],
            3 => bytes.truncate(at),
            4 => drop(bytes.remove(at)),
            5 => bytes.insert(at, random.next() as u8),
            _ => {
                let length = random.below(40).min(bytes.len() - at);
                let stretch = bytes[at..at + length].to_vec();
                let target = random.below(bytes.len());
                bytes.splice(target..target, stretch);
            }
        }
    }
    bytes
}
