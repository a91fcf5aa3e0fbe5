//! The texts of one session on their way into the block of a batch.

use super::flat::{ABSENT, append, append_ascii, span};
use crate::ffi::error::Failure;
use crate::ffi::records::TextSpan;
use crate::session::{Content, ContentSpan};

/// The texts of a session, its mails and their recipients, which lie in one piece of the block.
pub(super) struct OwnTexts<'core> {
    content: &'core Content,
    start: usize,
    /// Where the core's text begins in the block, if it lies there as a whole: in ASCII a byte is a
    /// unit, and a place in the one text is a place in the other.
    base: Option<u32>,
}

impl<'core> OwnTexts<'core> {
    /// Begins the piece of a session.
    pub fn begin(block: &mut Vec<u16>, content: &'core Content) -> Result<Self, Failure> {
        let start = block.len();
        let base = if content.text().is_ascii() {
            Some(append_ascii(block, content.text())?.offset)
        } else {
            None
        };
        Ok(Self { content, start, base })
    }

    /// The place of one of its texts in the block.
    #[inline]
    pub fn place(&self, block: &mut Vec<u16>, span: ContentSpan) -> Result<TextSpan, Failure> {
        match self.base {
            _ if span == ContentSpan::ABSENT => Ok(ABSENT),
            Some(base) => Ok(TextSpan { offset: base + span.start, length: span.length }),
            None => self.content.get(span).map_or(Ok(ABSENT), |text| append(block, text)),
        }
    }

    /// The whole piece.
    pub fn end(&self, block: &[u16]) -> Result<TextSpan, Failure> {
        span(self.start, block.len())
    }
}
