//! Records of a flat batch, written out of a batch of the core.

use std::path::Path;

use widestring::U16String;

use super::flat::{ABSENT, FlatBatch, append, number, range, span};
use super::own_texts::OwnTexts;
use super::shared::Shared;
use crate::certificate::LoggedCertificate;
use crate::ffi::error::Failure;
use crate::ffi::records::{
    CertificateRecord, EOP_ABSENT, EOP_FALSE, EOP_NO_OFFSET, EOP_TRUE, EOP_UNKNOWN, MessageRecord,
    NameRecord, NoteRecord, NoticeRecord, RecipientRecord, RecordRange, SessionRecord, TextSpan,
};
use crate::ffi::values::severity_number;
use crate::log::Notice;
use crate::reply::RejectionClass;
use crate::session::{Content, Session, SessionNote};
use crate::timestamp::Timestamp;

/// Writes into a flat batch what it borrows from a core batch: what sessions share once, the texts of
/// each session in one piece.
pub(super) struct Writer<'flat, 'core> {
    flat: &'flat mut FlatBatch,
    paths: Shared<'core, Path, TextSpan>,
    texts: Shared<'core, str, TextSpan>,
    certificates: Shared<'core, LoggedCertificate, u32>,
}

impl<'flat, 'core> Writer<'flat, 'core> {
    pub fn new(flat: &'flat mut FlatBatch) -> Self {
        Self {
            flat,
            paths: Shared::default(),
            texts: Shared::default(),
            certificates: Shared::default(),
        }
    }

    /// How much text was written, in units.
    pub fn text_length(&self) -> usize {
        self.flat.text.len()
    }

    pub fn session(&mut self, session: &'core Session) -> Result<(), Failure> {
        // What is shared lies before the session's own piece, not within it.
        let sent_certificate = self.certificate(session.sent_certificate.as_deref())?;
        let remote_certificate = self.certificate(session.remote_certificate.as_deref())?;
        let server = match &session.server {
            Some(server) => self.shared_text(server)?,
            None => ABSENT,
        };
        let log_path = self.path(&session.log_path)?;
        let notes = self.notes(&session.notes)?;
        let own_texts = OwnTexts::begin(&mut self.flat.text, &session.content)?;
        let messages = self.messages(&session.content, &own_texts)?;
        let fields = &session.content.fields;
        let mut place = |span| own_texts.place(&mut self.flat.text, span);
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
            connector: place(fields.connector)?,
            session_id: place(fields.session_id)?,
            proxy_session_id: place(fields.proxy_session_id)?,
            local_endpoint: place(fields.local_endpoint)?,
            remote_endpoint: place(fields.remote_endpoint)?,
            remote_host: place(fields.remote_host)?,
            ehlo_name: place(fields.ehlo_name)?,
            public_ip_address: place(fields.public_ip_address)?,
            tls_protocol: place(fields.tls_protocol)?,
            tls_cipher: place(fields.tls_cipher)?,
            tls_error: place(fields.tls_error)?,
            reply: place(fields.reply)?,
            messages,
            notes,
        };
        record.own_texts = own_texts.end(&self.flat.text)?;
        self.flat.sessions.push(record);
        Ok(())
    }

    fn messages(
        &mut self,
        content: &Content,
        texts: &OwnTexts<'_>,
    ) -> Result<RecordRange, Failure> {
        let FlatBatch { text: block, messages, recipients, .. } = &mut *self.flat;
        let first_recipient = recipients.len();
        for recipient in content.recipient_spans() {
            recipients.push(RecipientRecord {
                address: texts.place(block, recipient.address)?,
                reply: texts.place(block, recipient.reply)?,
                rejection: rejection(recipient.rejection),
                reserved: 0,
            });
        }
        let first = messages.len();
        let spans = content.message_spans();
        let count = spans.len();
        for message in spans {
            messages.push(MessageRecord {
                mail_from: texts.place(block, message.mail_from)?,
                record_id: texts.place(block, message.record_id)?,
                internet_message_id: texts.place(block, message.internet_message_id)?,
                reply: texts.place(block, message.reply)?,
                recipients: range(
                    first_recipient + message.first_recipient as usize,
                    message.recipient_count as usize,
                )?,
                outcome: message.outcome.number(),
                reserved: 0,
            });
        }
        range(first, count)
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
        certificate: Option<&'core LoggedCertificate>,
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
            subject: self.optional(certificate.subject.as_deref())?,
            issuer: self.optional(certificate.issuer.as_deref())?,
            serial_number: self.optional(certificate.serial_number.as_deref())?,
            thumbprint: self.optional(certificate.thumbprint.as_deref())?,
            dns_names,
        };
        let index = number(self.flat.certificates.len())?;
        self.flat.certificates.push(record);
        self.certificates.insert(certificate, index);
        Ok(index)
    }

    pub fn notice(&mut self, notice: &'core Notice) -> Result<(), Failure> {
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

    fn path(&mut self, path: &'core Path) -> Result<TextSpan, Failure> {
        if let Some(span) = self.paths.get(path) {
            return Ok(span);
        }
        let start = self.flat.text.len();
        self.flat.text.extend_from_slice(U16String::from_os_str(path.as_os_str()).as_slice());
        let span = span(start, self.flat.text.len())?;
        self.paths.insert(path, span);
        Ok(span)
    }

    fn optional(&mut self, text: Option<&str>) -> Result<TextSpan, Failure> {
        text.map_or(Ok(ABSENT), |text| self.text(text))
    }

    fn text(&mut self, text: &str) -> Result<TextSpan, Failure> {
        append(&mut self.flat.text, text)
    }
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
