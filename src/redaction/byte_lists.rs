//! Certificates as lists of their bytes.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The text with base64 in place of certificates that are lists of their bytes as numbers, as
/// ConvertTo-Json and Format-List write them.
pub(super) fn without_byte_lists(text: &str) -> Cow<'_, str> {
    /// How a certificate begins: a SEQUENCE with a length of two bytes.
    const BEGINNING: &str = "48";
    let mut changed = String::new();
    let mut done = 0;
    for (at, open) in text.match_indices(['[', '{']) {
        if at < done || !text[at + 1..].trim_start().starts_with(BEGINNING) {
            continue;
        }
        let list = &text[at + 1..];
        let is_part =
            |letter: char| letter.is_ascii_digit() || letter.is_ascii_whitespace() || letter == ',';
        let Some(end) = list.find(|letter| !is_part(letter)) else { continue };
        let bytes: Option<Vec<u8>> =
            list[..end].split(',').map(|number| number.trim().parse().ok()).collect();
        let Some(bytes) = bytes.filter(|bytes| bytes.len() > 64) else { continue };
        let base64 = STANDARD.encode(bytes);
        changed.push_str(&text[done..at]);
        let quote = if open == "[" { "\"" } else { "" };
        changed.extend([quote, &base64, quote]);
        done = at + 1 + end + 1;
    }
    if done == 0 {
        return Cow::Borrowed(text);
    }
    changed.push_str(&text[done.min(text.len())..]);
    Cow::Owned(changed)
}
