//! A batch of the core as flat records: safe code, no pointers but those of the finished view.

mod shared;

use std::path::Path;
use std::sync::Arc;

use widestring::U16String;

use self::shared::Shared;
use super::error::Failure;
use super::records::{
    BatchView, CertificateRecord, EOP_ABSENT, EOP_FALSE, EOP_NO_OFFSET, EOP_TRUE, EOP_UNKNOWN,
    MessageRecord, NameRecord, NoteRecord, NoticeRecord, RecipientRecord, RecordRange,
    SessionRecord, TextSpan,
};
use super::status::EOP_TOO_LARGE;
use super::values::severity_number;
use crate::certificate::LoggedCertificate;
use crate::log::Notice;
use crate::reply::RejectionClass;
use crate::session::{Batch, Message, Recipient, Session, SessionNote, Text};
use crate::timestamp::Timestamp;

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
            if writer.flat.text.len() >= ENOUGH_TEXT {
                break;
            }
        }
        Ok(self.next_session == self.batch.sessions.len())
    }
}

/// Writes into a flat batch what it borrows from a core batch: what sessions share once, the texts of
/// each session in one piece.
struct Writer<'flat, 'core> {
    flat: &'flat mut FlatBatch,
    paths: Shared<'core, Path, TextSpan>,
    texts: Shared<'core, str, TextSpan>,
    certificates: Shared<'core, LoggedCertificate, u32>,
}

impl<'flat, 'core> Writer<'flat, 'core> {
    fn new(flat: &'flat mut FlatBatch) -> Self {
        Self {
            flat,
            paths: Shared::default(),
            texts: Shared::default(),
            certificates: Shared::default(),
        }
    }

    fn session(&mut self, session: &'core Session) -> Result<(), Failure> {
        // What is shared lies before the session's own piece, not within it.
        let sent_certificate = self.certificate(session.sent_certificate.as_ref())?;
        let remote_certificate = self.certificate(session.remote_certificate.as_ref())?;
        let server = match &session.server {
            Some(server) => self.shared_text(server)?,
            None => ABSENT,
        };
        let log_path = self.path(&session.log_path)?;
        let notes = self.notes(&session.notes)?;
        let start = self.flat.text.len();
        let mut record = SessionRecord {
            start_time: session.start_time.ticks(),
            end_time: session.end_time.ticks(),
            line: session.line,
            row_count: session.row_count,
            log_type: session.log_type.number(),
            tls_status: session.tls_status.number(),
            outcome: session.outcome.number(),
            rejection: rejection(session.rejection),
            is_eop: truth(session.is_eop),
            start_tls_offered: truth(session.start_tls_offered),
            complete: truth(Some(session.complete)),
            tls_error_code_known: truth(Some(session.tls_error_code.is_some())),
            tls_error_code: session.tls_error_code.unwrap_or(0),
            sent_certificate,
            remote_certificate,
            reserved: 0,
            server,
            log_path,
            own_texts: ABSENT,
            connector: self.text(&session.connector)?,
            session_id: self.text(&session.session_id)?,
            proxy_session_id: self.optional(session.proxy_session_id.as_ref())?,
            local_endpoint: self.optional(session.local_endpoint.as_ref())?,
            remote_endpoint: self.optional(session.remote_endpoint.as_ref())?,
            remote_host: self.optional(session.remote_host.as_ref())?,
            ehlo_name: self.optional(session.ehlo_name.as_ref())?,
            public_ip_address: self.optional(session.public_ip_address.as_ref())?,
            tls_protocol: self.optional(session.tls_protocol.as_ref())?,
            tls_cipher: self.optional(session.tls_cipher.as_ref())?,
            tls_error: self.optional(session.tls_error.as_ref())?,
            reply: self.optional(session.reply.as_ref())?,
            messages: self.messages(&session.messages)?,
            notes,
        };
        record.own_texts = span(start, self.flat.text.len())?;
        self.flat.sessions.push(record);
        Ok(())
    }

    fn messages(&mut self, messages: &[Message]) -> Result<RecordRange, Failure> {
        let range = range(self.flat.messages.len(), messages.len())?;
        for message in messages {
            let record = MessageRecord {
                mail_from: self.optional(message.mail_from.as_ref())?,
                record_id: self.optional(message.record_id.as_ref())?,
                internet_message_id: self.optional(message.internet_message_id.as_ref())?,
                reply: self.optional(message.reply.as_ref())?,
                recipients: self.recipients(&message.recipients)?,
                outcome: message.outcome.number(),
                reserved: 0,
            };
            self.flat.messages.push(record);
        }
        Ok(range)
    }

    fn recipients(&mut self, recipients: &[Recipient]) -> Result<RecordRange, Failure> {
        let range = range(self.flat.recipients.len(), recipients.len())?;
        for recipient in recipients {
            let record = RecipientRecord {
                address: self.text(&recipient.address)?,
                reply: self.optional(recipient.reply.as_ref())?,
                rejection: rejection(recipient.rejection),
                reserved: 0,
            };
            self.flat.recipients.push(record);
        }
        Ok(range)
    }

    fn notes(&mut self, notes: &[SessionNote]) -> Result<RecordRange, Failure> {
        let range = range(self.flat.notes.len(), notes.len())?;
        for note in notes {
            let message = self.shared_text(note.message())?;
            self.flat.notes.push(NoteRecord { code: note.number(), reserved: 0, message });
        }
        Ok(range)
    }

    fn certificate(
        &mut self,
        certificate: Option<&'core Arc<LoggedCertificate>>,
    ) -> Result<u32, Failure> {
        let Some(certificate) = certificate else { return Ok(EOP_ABSENT) };
        if let Some(index) = self.certificates.get(certificate) {
            return Ok(index);
        }
        let dns_names = range(self.flat.names.len(), certificate.dns_names.len())?;
        for name in &certificate.dns_names {
            let name = self.text(name)?;
            self.flat.names.push(NameRecord { name });
        }
        let record = CertificateRecord {
            not_before: certificate.not_before.map_or(0, Timestamp::ticks),
            not_after: certificate.not_after.map_or(0, Timestamp::ticks),
            subject: self.optional(certificate.subject.as_ref())?,
            issuer: self.optional(certificate.issuer.as_ref())?,
            serial_number: self.optional(certificate.serial_number.as_ref())?,
            thumbprint: self.optional(certificate.thumbprint.as_ref())?,
            dns_names,
        };
        let index = number(self.flat.certificates.len())?;
        self.flat.certificates.push(record);
        self.certificates.insert(certificate, index);
        Ok(index)
    }

    fn notice(&mut self, notice: &'core Notice) -> Result<(), Failure> {
        let record = NoticeRecord {
            code: notice.code.number(),
            severity: severity_number(notice.severity()),
            os_error_known: truth(Some(notice.os_error.is_some())),
            os_error: notice.os_error.unwrap_or(0),
            line: notice.line.unwrap_or(0),
            offset: notice.offset.unwrap_or(EOP_NO_OFFSET),
            count: notice.count,
            path: match &notice.path {
                Some(path) => self.path(path)?,
                None => ABSENT,
            },
            message: self.text(&notice.message)?,
        };
        self.flat.notices.push(record);
        Ok(())
    }

    fn shared_text(&mut self, text: &'core str) -> Result<TextSpan, Failure> {
        if let Some(span) = self.texts.get(text) {
            return Ok(span);
        }
        let span = self.text(text)?;
        self.texts.insert(text, span);
        Ok(span)
    }

    fn path(&mut self, path: &'core Arc<Path>) -> Result<TextSpan, Failure> {
        if let Some(span) = self.paths.get(path) {
            return Ok(span);
        }
        let start = self.flat.text.len();
        self.flat.text.extend_from_slice(U16String::from_os_str(path.as_os_str()).as_slice());
        let span = span(start, self.flat.text.len())?;
        self.paths.insert(path, span);
        Ok(span)
    }

    fn optional(&mut self, text: Option<&Text>) -> Result<TextSpan, Failure> {
        text.map_or(Ok(ABSENT), |text| self.text(text))
    }

    fn text(&mut self, text: &str) -> Result<TextSpan, Failure> {
        let block = &mut self.flat.text;
        let start = block.len();
        if text.is_ascii() {
            // A loop over bytes is one over vectors; encode_utf16 looks at every character.
            block.extend(text.bytes().map(u16::from));
        } else {
            block.extend(text.encode_utf16());
        }
        span(start, block.len())
    }
}

const ABSENT: TextSpan = TextSpan { offset: EOP_ABSENT, length: 0 };

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

fn truth(value: Option<bool>) -> i32 {
    match value {
        None => EOP_UNKNOWN,
        Some(false) => EOP_FALSE,
        Some(true) => EOP_TRUE,
    }
}

fn rejection(class: Option<RejectionClass>) -> u32 {
    class.map_or(0, RejectionClass::number)
}

#[cfg(test)]
mod tests;
