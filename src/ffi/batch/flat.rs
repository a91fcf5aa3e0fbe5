//! A flat batch: records and the block of text that they point into.

use crate::ffi::error::Failure;
use crate::ffi::records::{
    BatchView, CertificateRecord, EOP_ABSENT, MessageRecord, NameRecord, NoteRecord, NoticeRecord,
    RecipientRecord, RecordRange, SessionRecord, TextSpan,
};
use crate::ffi::status::EOP_TOO_LARGE;

/// Records and the text they point into.
#[derive(Default)]
pub struct FlatBatch {
    pub(super) text: Vec<u16>,
    pub(super) sessions: Vec<SessionRecord>,
    pub(super) messages: Vec<MessageRecord>,
    pub(super) recipients: Vec<RecipientRecord>,
    pub(super) certificates: Vec<CertificateRecord>,
    pub(super) names: Vec<NameRecord>,
    pub(super) notes: Vec<NoteRecord>,
    pub(super) notices: Vec<NoticeRecord>,
}

impl FlatBatch {
    /// Empties it and keeps its memory.
    pub fn clear(&mut self) {
        self.text.clear();
        self.sessions.clear();
        self.messages.clear();
        self.recipients.clear();
        self.certificates.clear();
        self.names.clear();
        self.notes.clear();
        self.notices.clear();
    }

    /// Pointers to all of it, valid until the next change.
    pub fn view(&self) -> Result<BatchView, Failure> {
        Ok(BatchView {
            struct_size: 0,
            reserved: 0,
            text: self.text.as_ptr(),
            text_length: self.text.len() as u64,
            sessions: self.sessions.as_ptr(),
            session_count: number(self.sessions.len())?,
            session_stride: stride(&self.sessions),
            messages: self.messages.as_ptr(),
            message_count: number(self.messages.len())?,
            message_stride: stride(&self.messages),
            recipients: self.recipients.as_ptr(),
            recipient_count: number(self.recipients.len())?,
            recipient_stride: stride(&self.recipients),
            certificates: self.certificates.as_ptr(),
            certificate_count: number(self.certificates.len())?,
            certificate_stride: stride(&self.certificates),
            names: self.names.as_ptr(),
            name_count: number(self.names.len())?,
            name_stride: stride(&self.names),
            notes: self.notes.as_ptr(),
            note_count: number(self.notes.len())?,
            note_stride: stride(&self.notes),
            notices: self.notices.as_ptr(),
            notice_count: number(self.notices.len())?,
            notice_stride: stride(&self.notices),
        })
    }
}

/// The place of a text that is not there.
pub(super) const ABSENT: TextSpan = TextSpan { offset: EOP_ABSENT, length: 0 };

/// Adds a text to the block.
pub(super) fn append(block: &mut Vec<u16>, text: &str) -> Result<TextSpan, Failure> {
    if text.is_ascii() {
        return append_ascii(block, text);
    }
    let start = block.len();
    block.extend(text.encode_utf16());
    span(start, block.len())
}

/// Adds a text that is all ASCII, in a loop that compiles to vectors; `encode_utf16` does not.
pub(super) fn append_ascii(block: &mut Vec<u16>, text: &str) -> Result<TextSpan, Failure> {
    let start = block.len();
    block.extend(text.bytes().map(u16::from));
    span(start, block.len())
}

pub(super) fn span(start: usize, end: usize) -> Result<TextSpan, Failure> {
    // The last offset means absent, so that the end of the text must stay below it.
    number(end)?;
    Ok(TextSpan { offset: number(start)?, length: number(end - start)? })
}

pub(super) fn range(first: usize, count: usize) -> Result<RecordRange, Failure> {
    number(first + count)?;
    Ok(RecordRange { first: number(first)?, count: number(count)? })
}

/// A count or an index, below [`EOP_ABSENT`].
pub(super) fn number(value: usize) -> Result<u32, Failure> {
    u32::try_from(value).ok().filter(|number| *number != EOP_ABSENT).ok_or_else(|| {
        Failure::new(
            EOP_TOO_LARGE,
            "a single session has more text or records than can be numbered",
        )
    })
}

fn stride<T>(_records: &[T]) -> u32 {
    u32::try_from(size_of::<T>()).unwrap_or(u32::MAX)
}
