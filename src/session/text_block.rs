//! The bytes that a session keeps of its rows.

use std::borrow::Cow;

/// A place in a [`TextBlock`]. An empty span means that there is no such text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Span {
    start: u32,
    length: u32,
}

impl Span {
    pub(super) fn is_empty(self) -> bool {
        self.length == 0
    }
}

/// Bytes of many fields, one after the other.
#[derive(Debug, Default)]
pub(super) struct TextBlock {
    bytes: Vec<u8>,
}

impl TextBlock {
    /// Keeps a copy of the bytes. Bytes that no longer fit are not kept; callers stop long before.
    pub(super) fn keep(&mut self, bytes: &[u8]) -> Span {
        let start = u32::try_from(self.bytes.len());
        let length = u32::try_from(bytes.len());
        let (Ok(start), Ok(length)) = (start, length) else { return Span::default() };
        self.bytes.extend_from_slice(bytes);
        Span { start, length }
    }

    pub(super) fn get(&self, span: Span) -> &[u8] {
        let start = span.start as usize;
        self.bytes.get(start..start + span.length as usize).unwrap_or_default()
    }

    /// The text with every invalid sequence of bytes replaced by U+FFFD.
    pub(super) fn text(&self, span: Span) -> Cow<'_, str> {
        String::from_utf8_lossy(self.get(span))
    }

    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    pub(super) fn clear(&mut self) {
        clear_for_reuse(&mut self.bytes);
    }
}

/// Elements that a buffer may have room for to be kept when its session has ended: one session of
/// uncommon size must not hold its memory for ever.
const MAXIMUM_REUSED: usize = 1 << 14;

/// Empties a buffer for the next session.
pub(super) fn clear_for_reuse<T>(buffer: &mut Vec<T>) {
    if buffer.capacity() > MAXIMUM_REUSED {
        *buffer = Vec::new();
    } else {
        buffer.clear();
    }
}
