//! A batch of the core as flat records: safe code, no pointers but those of the finished view.

mod own_texts;
mod shared;
mod writer;

use self::writer::Writer;
use super::error::Failure;
use super::records::{
    BatchView, CertificateRecord, EOP_ABSENT, MessageRecord, NameRecord, NoteRecord, NoticeRecord,
    RecipientRecord, RecordRange, SessionRecord, TextSpan,
};
use super::status::EOP_TOO_LARGE;
use crate::session::Batch;

/// How much text a flat batch takes on before it hands over, in units: 32 MiB.
const ENOUGH_TEXT: usize = 16 << 20;

/// Records and the text they point into.
#[derive(Default)]
pub(super) struct FlatBatch {
    text: Vec<u16>,
    sessions: Vec<SessionRecord>,
    messages: Vec<MessageRecord>,
    recipients: Vec<RecipientRecord>,
    certificates: Vec<CertificateRecord>,
    names: Vec<NameRecord>,
    notes: Vec<NoteRecord>,
    notices: Vec<NoticeRecord>,
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

/// A core batch on its way into one or more flat ones.
pub(super) struct Flattening {
    batch: Batch,
    next_session: usize,
}

impl Flattening {
    pub fn new(batch: Batch) -> Self {
        Self { batch, next_session: 0 }
    }

    /// Fills an empty flat batch with the notices (the first time) and the next sessions. Returns
    /// whether that was all; what did not fit goes into the next flat batch.
    pub fn fill(&mut self, flat: &mut FlatBatch, max_sessions: usize) -> Result<bool, Failure> {
        let mut writer = Writer::new(flat);
        if self.next_session == 0 {
            for notice in &self.batch.notices {
                writer.notice(notice)?;
            }
        }
        for session in self.batch.sessions.iter().skip(self.next_session).take(max_sessions) {
            writer.session(session)?;
            self.next_session += 1;
            if writer.text_length() >= ENOUGH_TEXT {
                break;
            }
        }
        Ok(self.next_session == self.batch.sessions.len())
    }
}

/// The place of a text that is not there.
const ABSENT: TextSpan = TextSpan { offset: EOP_ABSENT, length: 0 };

/// Adds a text to the block.
fn append(block: &mut Vec<u16>, text: &str) -> Result<TextSpan, Failure> {
    if text.is_ascii() {
        return append_ascii(block, text);
    }
    let start = block.len();
    block.extend(text.encode_utf16());
    span(start, block.len())
}

/// Adds a text that is all ASCII, in a loop that compiles to vectors; `encode_utf16` does not.
fn append_ascii(block: &mut Vec<u16>, text: &str) -> Result<TextSpan, Failure> {
    let start = block.len();
    block.extend(text.bytes().map(u16::from));
    span(start, block.len())
}

fn span(start: usize, end: usize) -> Result<TextSpan, Failure> {
    // The last offset means absent, so that the end of the text must stay below it.
    number(end)?;
    Ok(TextSpan { offset: number(start)?, length: number(end - start)? })
}

fn range(first: usize, count: usize) -> Result<RecordRange, Failure> {
    number(first + count)?;
    Ok(RecordRange { first: number(first)?, count: number(count)? })
}

/// A count or an index, below [`EOP_ABSENT`].
fn number(value: usize) -> Result<u32, Failure> {
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

#[cfg(test)]
mod tests;
