//! Stand-ins of the same length and kind, one for each value.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use super::known_words::KnownWords;

/// Tries for a stand-in that is not taken; short words have few.
const MAXIMUM_TRIES: u32 = 64;

/// What stands for letters beyond ASCII: each has a capital of its own.
const FOREIGN: [char; 16] =
    ['à', 'á', 'â', 'ã', 'ä', 'å', 'æ', 'ç', 'è', 'é', 'ê', 'ë', 'ì', 'í', 'î', 'ï'];

/// The stand-ins of words, or of hexadecimal numbers.
#[derive(Clone, Debug, Default)]
pub(super) struct StandIns {
    by_value: HashMap<String, String>,
    values: HashMap<String, String>,
}

impl StandIns {
    /// The stand-in of a word: letters for letters, digits for digits, the rest as it is, capitals where
    /// it has them. Without a free one the word itself.
    pub fn of_word(&mut self, secret: &[u8; 32], word: &str) -> String {
        let small: String = word.chars().map(small_letter).collect();
        // A short serial number stays one.
        let is_hexadecimal = small.bytes().all(|byte| byte.is_ascii_hexdigit());
        let letters: &[u8] = if is_hexadecimal { b"abcdef" } else { b"abcdefghijklmnopqrstuvwxyz" };
        let stand_in = self.of(&small, |tries| {
            let made = made(secret, &small, tries, letters);
            (!KnownWords::has(&made)).then_some(made)
        });
        in_case_of(&stand_in, word)
    }

    /// The stand-in of a hexadecimal number, its separators left out.
    pub fn of_number(&mut self, secret: &[u8; 32], digits: &str) -> String {
        let small = digits.to_ascii_lowercase();
        let stand_in = self.of(&small, |tries| Some(made_hexadecimal(secret, &small, tries)));
        in_capitals_of(&stand_in, digits)
    }

    fn of(&mut self, value: &str, make: impl Fn(u32) -> Option<String>) -> String {
        if let Some(known) = self.by_value.get(value) {
            return known.clone();
        }
        let is_free = |made: &String| {
            made != value && !self.values.contains_key(made) && !self.by_value.contains_key(made)
        };
        let found = (0..MAXIMUM_TRIES).filter_map(make).find(is_free);
        let stand_in = found.unwrap_or_else(|| value.to_owned());
        self.by_value.insert(value.to_owned(), stand_in.clone());
        self.values.insert(stand_in.clone(), value.to_owned());
        stand_in
    }

    /// The number of a stand-in, in capitals like the latter.
    pub fn number(&self, stand_in: &str) -> Option<String> {
        let value = self.values.get(&stand_in.to_ascii_lowercase())?;
        Some(in_capitals_of(value, stand_in))
    }

    /// The value of a stand-in, in the case of the latter.
    pub fn value(&self, stand_in: &str) -> Option<String> {
        let small: String = stand_in.chars().map(small_letter).collect();
        self.values.get(&small).map(|value| in_case_of(value, stand_in))
    }

    /// Each value with its stand-in, in small letters.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.by_value.iter().map(|(value, stand_in)| (value.as_str(), stand_in.as_str()))
    }

    pub fn insert(&mut self, value: String, stand_in: String) {
        self.values.insert(stand_in.clone(), value.clone());
        self.by_value.insert(value, stand_in);
    }
}

/// One character for one, so that lengths stay.
fn small_letter(letter: char) -> char {
    letter.to_lowercase().next().unwrap_or(letter)
}

/// The text with capitals where the `model`, of the same length, has them.
fn in_case_of(text: &str, model: &str) -> String {
    let letters = text.chars().zip(model.chars());
    letters
        .map(|(letter, model)| {
            if model.is_uppercase() {
                letter.to_uppercase().next().unwrap_or(letter)
            } else {
                letter
            }
        })
        .collect()
}

/// The digits all in capitals, if those of the `model` are not all small.
fn in_capitals_of(digits: &str, model: &str) -> String {
    let has_capitals = model.bytes().any(|byte| byte.is_ascii_uppercase());
    if has_capitals { digits.to_ascii_uppercase() } else { digits.to_owned() }
}

/// A stream of bytes that depends on secret, value and try.
fn bytes(secret: &[u8; 32], value: &str, tries: u32) -> impl Iterator<Item = u8> {
    let (secret, value) = (*secret, value.to_owned());
    (0_u32..).flat_map(move |block| {
        let mut hash = Sha256::new();
        hash.update(secret);
        hash.update(block.to_le_bytes());
        hash.update(tries.to_le_bytes());
        hash.update(value.as_bytes());
        <[u8; 32]>::from(hash.finalize())
    })
}

fn made(secret: &[u8; 32], value: &str, tries: u32, letters: &[u8]) -> String {
    let mut bytes = bytes(secret, value, tries);
    value
        .chars()
        .map(|character| {
            let byte = usize::from(bytes.next().unwrap_or_default());
            match character {
                _ if character.is_numeric() => char::from(b"0123456789"[byte % 10]),
                _ if character.is_ascii_alphabetic() => char::from(letters[byte % letters.len()]),
                // What shows another language than English, by which replies are read, stays so.
                _ if character.is_alphabetic() => FOREIGN[byte % FOREIGN.len()],
                other => other,
            }
        })
        .collect()
}

/// With a letter at its beginning, so that it is no decimal number.
fn made_hexadecimal(secret: &[u8; 32], value: &str, tries: u32) -> String {
    let bytes = bytes(secret, value, tries);
    let digits = value.chars().zip(bytes).enumerate();
    digits
        .map(|(place, (character, byte))| match (place, character) {
            // Session ids begin with 08; a serial number stays positive or negative, and without
            // zeros at its beginning.
            (0 | 1, character) if character.is_ascii_digit() => character,
            (1, _) => char::from(b"123456789abcdef"[usize::from(byte) % 15]),
            (0 | 2, _) => char::from(b"abcdef"[usize::from(byte) % 6]),
            _ => char::from(b"0123456789abcdef"[usize::from(byte) % 16]),
        })
        .collect()
}

/// The digits without the pairs of zeros before them.
pub(super) fn without_zeros(digits: &str) -> &str {
    let mut rest = digits;
    while let Some(shorter) = rest.strip_prefix("00").filter(|shorter| !shorter.is_empty()) {
        rest = shorter;
    }
    rest
}
