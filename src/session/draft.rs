//! A session while its rows come in: bytes and numbers, nothing decoded yet.

use std::borrow::Cow;

use super::dialogue::Dialogue;
use super::information::{CertificateRole, CertificateValue, Information};
use super::model::SessionNote;
use super::text_block::{Span, TextBlock};
use crate::log::{Event, LogType, Row};
use crate::timestamp::Timestamp;

/// Where a row stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// The index of its file.
    pub(super) file: usize,
    /// Its line in that file, counted from 1.
    pub(super) line: u64,
    /// Its byte offset in that file.
    pub(super) offset: u64,
}

/// A certificate in the making.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum CertificateDraft {
    #[default]
    None,
    /// The data of the one row of the condensed form.
    Condensed(Span),
    /// The values of the rows of the long form, in the order of [`CertificateValue`].
    Rows([Span; 5]),
}

/// How TLS ended, as far as the rows say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum TlsOutcome {
    #[default]
    None,
    Succeeded(Span),
    Failed(Span),
}

/// The sum of what a session keeps may not exceed this many bytes; nothing is kept beyond.
const MAXIMUM_BYTES: usize = 8 << 20;

#[derive(Debug, Default)]
pub(super) struct SessionDraft {
    pub(super) text: TextBlock,
    pub(super) start: Option<Start>,
    pub(super) end_time: Option<Timestamp>,
    pub(super) row_count: u64,
    pub(super) connector: Span,
    pub(super) local_endpoint: Span,
    pub(super) remote_endpoint: Span,
    pub(super) proxy_session_id: Option<u64>,
    pub(super) is_begun: bool,
    pub(super) is_ended: bool,
    pub(super) connect_error: Span,
    pub(super) tls: TlsOutcome,
    pub(super) sent_certificate: CertificateDraft,
    pub(super) remote_certificate: CertificateDraft,
    /// Rows of the long form before any row that says whose certificate it is.
    unattributed: CertificateDraft,
    opened: Option<CertificateRole>,
    pub(super) dialogue: Dialogue,
    notes: u32,
}

/// The first row of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Start {
    pub(super) place: Place,
    pub(super) time: Timestamp,
    pub(super) session_id: u64,
    pub(super) log_type: Option<LogType>,
}

impl SessionDraft {
    /// Takes the next row in. Returns whether it ends the session.
    pub(super) fn accept(
        &mut self,
        row: &Row<'_>,
        place: Place,
        log_type: Option<LogType>,
    ) -> bool {
        if self.start.is_none() {
            self.start =
                Some(Start { place, time: row.date_time, session_id: row.session_id, log_type });
            self.is_begun = is_opening(row);
            self.dialogue.is_begun = self.is_begun;
            self.dialogue.log_type = log_type;
            self.connector = self.text.keep(&row.connector.value());
        }
        self.end_time = Some(row.date_time);
        self.row_count += 1;
        if self.kept_bytes() > MAXIMUM_BYTES {
            self.note(SessionNote::ContentCapped);
            self.is_ended |= row.event == Event::Disconnect;
            return self.is_ended;
        }
        if self.local_endpoint.is_empty() && !row.local_endpoint.is_empty() {
            self.local_endpoint = self.text.keep(&row.local_endpoint.value());
        }
        if self.remote_endpoint.is_empty() && !row.remote_endpoint.is_empty() {
            self.remote_endpoint = self.text.keep(&row.remote_endpoint.value());
        }
        match row.event {
            Event::Connect => {}
            Event::Disconnect => self.is_ended = true,
            Event::Sent | Event::Received => {
                self.dialogue.accept(row.event, &row.data.value(), &mut self.text);
            }
            Event::Information => self.accept_information(row),
        }
        self.is_ended
    }

    fn accept_information(&mut self, row: &Row<'_>) {
        let (data, context) = (row.data.value(), row.context.value());
        // A message without a label stands in either field.
        let label: &Cow<'_, [u8]> = if context.is_empty() { &data } else { &context };
        match Information::parse(label) {
            Information::Certificate(role) => self.open_certificate(role, &data),
            Information::CertificateValue(value) => self.add_value(value, &data),
            Information::TlsSucceeded(message) => {
                self.tls = TlsOutcome::Succeeded(self.text.keep(message));
                self.attribute(CertificateRole::Remote);
            }
            Information::TlsFailed(error) => {
                self.tls = TlsOutcome::Failed(self.text.keep(error));
                self.attribute(CertificateRole::Sent);
            }
            Information::ConnectFailed(message) => {
                self.connect_error = self.text.keep(message);
                self.is_ended = true;
            }
            Information::Message { record_id, internet_message_id } => {
                self.dialogue.announce(record_id, internet_message_id, &mut self.text);
            }
            Information::ProxySession(id) => {
                let id =
                    std::str::from_utf8(id).ok().and_then(|id| u64::from_str_radix(id, 16).ok());
                self.proxy_session_id = self.proxy_session_id.or(id);
            }
            Information::Connecting => self.is_begun = true,
            Information::Other => {}
        }
    }

    fn open_certificate(&mut self, role: CertificateRole, data: &[u8]) {
        // Sending comes first in the log: what stood before Remote without an opener was sent.
        if role == CertificateRole::Remote {
            self.attribute(CertificateRole::Sent);
        }
        self.opened = Some(role);
        if data.trim_ascii().is_empty() {
            return;
        }
        let condensed = CertificateDraft::Condensed(self.text.keep(data));
        let certificate = self.certificate_mut(role);
        // `Received certificate` repeats no more than the thumbprint of the remote certificate.
        if role == CertificateRole::Sent || *certificate == CertificateDraft::None {
            *certificate = condensed;
        }
    }

    fn add_value(&mut self, value: CertificateValue, data: &[u8]) {
        let span = self.text.keep(data);
        let certificate = match self.opened {
            Some(role) => self.certificate_mut(role),
            None => &mut self.unattributed,
        };
        if *certificate == CertificateDraft::None {
            *certificate = CertificateDraft::Rows([Span::default(); 5]);
        }
        if let CertificateDraft::Rows(values) = certificate
            && values[value as usize].is_empty()
        {
            values[value as usize] = span;
        }
    }

    fn certificate_mut(&mut self, role: CertificateRole) -> &mut CertificateDraft {
        match role {
            CertificateRole::Sent => &mut self.sent_certificate,
            CertificateRole::Remote => &mut self.remote_certificate,
        }
    }

    /// Settles whose certificate the rows without an opener described: the order of the rows tells,
    /// since the sent certificate is logged before the handshake and the remote one within it.
    fn attribute(&mut self, role: CertificateRole) {
        let unattributed = std::mem::take(&mut self.unattributed);
        let certificate = self.certificate_mut(role);
        if *certificate == CertificateDraft::None {
            *certificate = unattributed;
        }
    }

    pub(super) fn note(&mut self, note: SessionNote) {
        self.notes |= 1 << note.number();
    }

    pub(super) fn has_note(&self, note: SessionNote) -> bool {
        (self.notes | self.dialogue.notes) & (1 << note.number()) != 0
    }

    pub(super) fn notes(&self) -> Vec<SessionNote> {
        let mut notes: Vec<SessionNote> =
            SessionNote::ALL.iter().copied().filter(|note| self.has_note(*note)).collect();
        if self.unattributed != CertificateDraft::None {
            notes.push(SessionNote::CertificateUnattributed);
        }
        notes
    }

    /// About how many bytes it occupies.
    pub(super) fn kept_bytes(&self) -> usize {
        self.text.len() + self.dialogue.kept_bytes() + size_of::<Self>()
    }

    /// Empties it for the next session, keeping its buffers.
    pub(super) fn reset(&mut self) {
        let mut text = std::mem::take(&mut self.text);
        let mut dialogue = std::mem::take(&mut self.dialogue);
        text.clear();
        dialogue.reset();
        *self = Self { text, dialogue, ..Self::default() };
    }
}

/// Whether a row stands at the beginning of a session.
pub(super) fn is_opening(row: &Row<'_>) -> bool {
    row.sequence_number == Some(0) || row.event == Event::Connect
}
