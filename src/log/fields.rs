//! The fields of a line one after the other, quoted ones too.

#![expect(
    clippy::inline_always,
    reason = "it is compiled for the instructions that the caller may use"
)]

use fearless_simd::prelude::*;

use super::separators::{Quotes, Separators};

/// The fields at the beginning of a text. `None` stands for every line that is not as expected: with
/// too few fields, a quote that is not closed, NUL, or no line feed.
pub(super) struct Fields<'text, S> {
    simd: S,
    text: &'text [u8],
    /// Where the next field begins.
    pub(super) start: usize,
    separators: Separators<'text, S>,
}

impl<'text, S: Simd> Fields<'text, S> {
    #[inline(always)]
    pub(super) fn from(simd: S, text: &'text [u8]) -> Self {
        Self { simd, text, start: 0, separators: Separators::from(simd, text, 0) }
    }

    /// The same, where the commas of the first block are found already.
    #[inline(always)]
    pub(super) fn resume(simd: S, text: &'text [u8], found: u64) -> Self {
        Self { simd, text, start: 0, separators: Separators::resume(simd, text, found) }
    }

    /// The next field that a comma follows.
    #[inline(always)]
    pub(super) fn next(&mut self) -> Option<&'text [u8]> {
        let start = self.start;
        let end = self.end()?;
        if self.text.get(end) != Some(&b',') {
            return None;
        }
        self.start = end + 1;
        self.text.get(start..end)
    }

    /// The field that a line feed follows, and where the next line begins.
    #[inline(always)]
    pub(super) fn last(&mut self) -> Option<(&'text [u8], usize)> {
        let end = self.end()?;
        if self.text.get(end) != Some(&b'\n') {
            return None;
        }
        let field = self.text.get(self.start..end)?;
        Some((field.strip_suffix(b"\r").unwrap_or(field), end + 1))
    }

    /// Where the next field ends, if it is well formed.
    #[inline(always)]
    fn end(&mut self) -> Option<usize> {
        if self.text.get(self.start) == Some(&b'"') {
            let end = end_of_quoted(self.simd, self.text, self.start)?;
            self.separators = Separators::from(self.simd, self.text, end);
        }
        Some(self.separators.next())
    }
}

/// Where the quoted field that begins there ends.
#[inline(never)]
fn end_of_quoted<S: Simd>(simd: S, text: &[u8], start: usize) -> Option<usize> {
    simd.vectorize(
        #[inline(always)]
        || {
            let mut quotes = Quotes::from(simd, text, start + 1);
            loop {
                let at = quotes.next();
                match text.get(at..)? {
                    [b'"', b'"', ..] => quotes.next(),
                    [b'"', b',' | b'\n', ..] | [b'"', b'\r', b'\n', ..] | [b'"'] => {
                        return Some(at + 1);
                    }
                    _ => return None,
                };
            }
        },
    )
}
