//! Where the text of a session stands while it is read: in its rows, mostly.

use std::borrow::Cow;

use bytes::BytesMut;

use super::byte_search::holds_any;
use crate::log::{Field, Span};

/// Appends text to other text.
pub(crate) fn append(text: &mut Vec<u8>, part: &[u8]) -> Span {
    let span = Span::new(text.len(), part.len());
    text.extend_from_slice(part);
    span
}

/// Appends the text of a span of other text.
#[inline]
pub(super) fn append_span(text: &mut Vec<u8>, span: Span, other: &[u8]) -> Span {
    let Some(block) = short(span, other) else { return append(text, span.get(other)) };
    let appended = Span::new(text.len(), span.length());
    text.extend_from_slice(block);
    text.truncate(text.len() - SHORT + span.length());
    appended
}

/// Most texts are shorter: to copy that many bytes and to cut them off costs less than to copy as many
/// as cannot be foreseen.
pub(super) const SHORT: usize = 64;

/// A short text with what follows it.
#[inline]
fn short(span: Span, text: &[u8]) -> Option<&[u8; SHORT]> {
    let block = text.get(span.start()..)?.first_chunk()?;
    (span.length() <= SHORT).then_some(block)
}

/// Text that stands in no row as it is needed: doubled quotes made single, replies of several
/// lines joined. Its spans follow those of the rows.
#[derive(Debug, Default)]
pub(super) struct Rewritten {
    first: usize,
    bytes: Vec<u8>,
}

impl Rewritten {
    /// Begins anew beside rows of that many bytes.
    pub(super) fn begin(&mut self, rows: &[u8]) {
        self.first = rows.len();
        clear_for_reuse(&mut self.bytes);
    }

    pub(super) fn keep(&mut self, text: &[u8]) -> Span {
        let span = Span::new(self.first + self.bytes.len(), text.len());
        self.bytes.extend_from_slice(text);
        span
    }
}

/// All that the spans of a session refer to.
#[derive(Clone, Copy)]
pub(super) struct Texts<'text> {
    rows: &'text [u8],
    rewritten: &'text [u8],
}

impl<'text> Texts<'text> {
    pub(super) fn new(rows: &'text [u8], rewritten: &'text Rewritten) -> Self {
        Self { rows, rewritten: &rewritten.bytes }
    }

    #[inline]
    pub(super) fn get(self, span: Span) -> &'text [u8] {
        let start = span.start();
        match start.checked_sub(self.rows.len()) {
            None => span.get(self.rows),
            Some(start) => self.rewritten.get(start..start + span.length()).unwrap_or_default(),
        }
    }

    /// Appends one of them to other text.
    #[inline]
    pub(super) fn append_to(self, text: &mut BytesMut, span: Span) {
        match short(span, self.rows) {
            Some(block) => {
                let end = text.len() + span.length();
                text.extend_from_slice(block);
                text.truncate(end);
            }
            None => text.extend_from_slice(self.get(span)),
        }
    }
}

/// The value of a field, and where it stands.
#[derive(Clone, Copy)]
pub(super) struct Value<'text> {
    pub(super) bytes: &'text [u8],
    pub(super) span: Span,
}

impl<'text> Value<'text> {
    /// Takes a field with its quotes, if it has any. What has doubled quotes is unquoted into the
    /// buffer.
    #[inline]
    pub(super) fn of_field(
        field: Span,
        rows: &'text [u8],
        rewritten: &mut Rewritten,
        unquoted: &'text mut Vec<u8>,
    ) -> Self {
        match field.get(rows) {
            quoted @ [b'"', ..] => Self::of_quoted(field, quoted, rewritten, unquoted),
            bytes => Self { bytes, span: field },
        }
    }

    // Within `of_field` it would keep that from being inlined.
    #[inline(never)]
    fn of_quoted(
        field: Span,
        quoted: &'text [u8],
        rewritten: &mut Rewritten,
        unquoted: &'text mut Vec<u8>,
    ) -> Self {
        if let [b'"', inner @ .., b'"'] = quoted
            && !holds_any(inner, [b'"'])
        {
            return Self { bytes: inner, span: field.part(inner, quoted) };
        }
        match Field::new(quoted).value() {
            Cow::Borrowed(bytes) => Self { bytes, span: field.part(bytes, quoted) },
            Cow::Owned(bytes) => {
                let span = rewritten.keep(&bytes);
                *unquoted = bytes;
                Self { bytes: unquoted, span }
            }
        }
    }

    /// Where a part of the value stands.
    #[inline]
    pub(super) fn part(self, part: &[u8]) -> Span {
        self.span.part(part, self.bytes)
    }
}

/// Bytes that a buffer may have to be kept when its session has ended: one session of uncommon size
/// must not hold its memory for ever.
const MAXIMUM_REUSED: usize = 1 << 14;

/// Empties a buffer for the next session.
pub(super) fn clear_for_reuse<T>(buffer: &mut Vec<T>) {
    if buffer.capacity() * size_of::<T>() > MAXIMUM_REUSED {
        *buffer = Vec::new();
    } else {
        buffer.clear();
    }
}

/// A text with one of its bytes replaced, to test with.
#[cfg(test)]
pub(super) fn changed(text: &str, change: Option<(usize, String)>) -> String {
    let mut text = text.to_owned();
    if let Some((at, replacement)) = change
        && at < text.len()
    {
        text.replace_range(at..=at, &replacement);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_rows_and_rewritten_text_are_found_again() {
        let rows = br#"x,"a ""b"" c",d"#;
        let mut rewritten = Rewritten::default();
        rewritten.begin(rows);
        let mut buffers = [Vec::new(), Vec::new()];
        let [first, second] = &mut buffers;
        let plain = Value::of_field(Span::of(&rows[14..], rows), rows, &mut rewritten, first);
        let quoted = Value::of_field(Span::of(&rows[2..13], rows), rows, &mut rewritten, second);
        let part = quoted.part(&quoted.bytes[2..5]);
        let joined = rewritten.keep(b"more");
        let texts = Texts::new(rows, &rewritten);
        assert_eq!(texts.get(plain.span), b"d");
        assert_eq!(texts.get(quoted.span), br#"a "b" c"#);
        assert_eq!(texts.get(part), br#""b""#);
        assert_eq!(texts.get(joined), b"more");
        assert_eq!(texts.get(Span::default()), b"");
        assert!(plain.part(b"").is_empty());
    }
}
