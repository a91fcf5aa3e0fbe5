//! A session as its rows tell it: places of text and facts, nothing decoded yet.

use super::dialogue::Dialogue;
use super::information::{CertificateRole, CertificateValue, Information};
use super::model::SessionNote;
use super::session_rows::{SessionRows, StoredRow};
use super::texts::{Rewritten, Span, Texts, Value};
use crate::log::Event;

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

#[derive(Debug, Default)]
pub(super) struct SessionDraft {
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
    rewritten: Rewritten,
    notes: u32,
}

impl SessionDraft {
    /// Reads the rows of a session, whose text is that. What the draft held before is gone.
    pub(super) fn read(&mut self, rows: &SessionRows, text: &[u8]) {
        self.reset(rows, text);
        for row in &rows.rows {
            self.accept(row, text);
        }
    }

    fn reset(&mut self, rows: &SessionRows, text: &[u8]) {
        let mut dialogue = std::mem::take(&mut self.dialogue);
        let mut rewritten = std::mem::take(&mut self.rewritten);
        rewritten.begin(text);
        let is_begun = rows.start.is_some_and(|start| start.is_opening);
        dialogue.reset(is_begun, rows.start.and_then(|start| start.log_type));
        let mut value = |field| Value::of_field(field, text, &mut rewritten).span();
        let connector = value(rows.connector);
        let local_endpoint = value(rows.local_endpoint);
        let remote_endpoint = value(rows.remote_endpoint);
        *self = Self {
            connector,
            local_endpoint,
            remote_endpoint,
            is_begun,
            is_ended: rows.is_ended,
            dialogue,
            rewritten,
            notes: rows.notes(),
            ..Self::default()
        };
    }

    /// What its spans refer to, beside the text of the rows that it was read from.
    pub(super) fn texts<'text>(&'text self, rows: &'text [u8]) -> Texts<'text> {
        Texts::new(rows, &self.rewritten)
    }

    fn accept(&mut self, row: &StoredRow, text: &[u8]) {
        match row.event {
            Event::Connect | Event::Disconnect => {}
            Event::Sent | Event::Received => {
                let line = Value::of_field(row.data, text, &mut self.rewritten);
                self.dialogue.accept(row.event, &line, &mut self.rewritten);
            }
            Event::Information => self.accept_information(row, text),
        }
    }

    fn accept_information(&mut self, row: &StoredRow, text: &[u8]) {
        let data = Value::of_field(row.data, text, &mut self.rewritten);
        let context = Value::of_field(row.context, text, &mut self.rewritten);
        // A message without a label stands in either field.
        let label = if context.bytes().is_empty() { &data } else { &context };
        match Information::parse(label.bytes()) {
            Information::Certificate(role) => {
                // Sending comes first in the log: what stood before Remote without an opener was
                // sent.
                if role == CertificateRole::Remote {
                    self.attribute(CertificateRole::Sent);
                }
                *self.certificate_mut(role) = CertificateDraft::None;
                self.open_certificate(role, &data);
            }
            Information::CertificateAgain => self.open_certificate(CertificateRole::Remote, &data),
            Information::CertificateValue(value) => self.add_value(value, &data),
            Information::TlsSucceeded(message) => {
                self.tls = TlsOutcome::Succeeded(label.part(message));
                self.attribute(CertificateRole::Remote);
            }
            Information::TlsFailed(error) => {
                self.tls = TlsOutcome::Failed(label.part(error));
                self.attribute(CertificateRole::Sent);
            }
            Information::ConnectFailed(message) => {
                self.connect_error = label.part(message);
            }
            Information::Message { record_id, internet_message_id } => {
                let message_id = label.part(internet_message_id);
                self.dialogue.announce(label.part(record_id), message_id);
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

    fn open_certificate(&mut self, role: CertificateRole, data: &Value<'_>) {
        self.opened = Some(role);
        if data.bytes().trim_ascii().is_empty()
            || *self.certificate_mut(role) != CertificateDraft::None
        {
            return;
        }
        let condensed = CertificateDraft::Condensed(data.span());
        *self.certificate_mut(role) = condensed;
    }

    fn add_value(&mut self, value: CertificateValue, data: &Value<'_>) {
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
            values[value as usize] = data.span();
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

    pub(super) fn has_note(&self, note: SessionNote) -> bool {
        (self.notes | self.dialogue.notes) & (1 << note.number()) != 0
    }

    pub(super) fn notes(&self) -> Vec<SessionNote> {
        let mut notes: Vec<SessionNote> = if self.notes | self.dialogue.notes == 0 {
            Vec::new()
        } else {
            SessionNote::ALL.iter().copied().filter(|note| self.has_note(*note)).collect()
        };
        if self.unattributed != CertificateDraft::None {
            notes.push(SessionNote::CertificateUnattributed);
        }
        notes
    }
}
