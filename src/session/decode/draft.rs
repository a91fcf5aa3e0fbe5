//! A session in the making: places of text and facts, nothing decoded yet.

use super::dialogue::Dialogue;
use super::information::{CertificateRole, CertificateValue, Information, MessageIds};
use super::session_rows::SessionRows;
use super::texts::{Rewritten, Texts, Value, clear_for_reuse};
use crate::log::{Event, Field, RowSpans, Span};
use crate::session::model::SessionNote;

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
    /// The row that says that the client could not log on.
    pub(super) logon_error: Span,
    pub(super) tls: TlsOutcome,
    pub(super) sent_certificate: CertificateDraft,
    pub(super) remote_certificate: CertificateDraft,
    /// Rows of the long form before any row that says whose certificate it is.
    unattributed: CertificateDraft,
    opened: Option<CertificateRole>,
    pub(super) dialogue: Dialogue,
    rewritten: Rewritten,
    /// The value of the field that is read, where it has doubled quotes.
    unquoted: Vec<u8>,
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
        self.rewritten.begin(text);
        clear_for_reuse(&mut self.unquoted);
        self.connector = self.place_of(rows.connector, text);
        self.local_endpoint = self.place_of(rows.local_endpoint, text);
        self.remote_endpoint = self.place_of(rows.remote_endpoint, text);
        self.proxy_session_id = None;
        self.is_begun = rows.start.is_some_and(|start| start.is_opening);
        self.is_ended = rows.is_ended;
        self.connect_error = Span::default();
        self.logon_error = Span::default();
        self.tls = TlsOutcome::None;
        self.sent_certificate = CertificateDraft::None;
        self.remote_certificate = CertificateDraft::None;
        self.unattributed = CertificateDraft::None;
        self.opened = None;
        self.dialogue.reset(self.is_begun, rows.start.and_then(|start| start.log_type));
        self.notes = rows.notes();
    }

    /// Where the value of a field stands.
    #[inline]
    fn place_of(&mut self, field: Span, text: &[u8]) -> Span {
        Value::of_field(field, text, &mut self.rewritten, &mut self.unquoted).span
    }

    /// What its spans refer to, beside the text of the rows that it was read from.
    pub(super) fn texts<'text>(&'text self, rows: &'text [u8]) -> Texts<'text> {
        Texts::new(rows, &self.rewritten)
    }

    fn accept(&mut self, row: &RowSpans, text: &[u8]) {
        if row.event == Event::Information {
            self.accept_information(row, text);
        } else if matches!(row.event, Event::Sent | Event::Received) {
            let Self { dialogue, rewritten, unquoted, .. } = self;
            let line = Value::of_field(row.data, text, rewritten, unquoted);
            dialogue.accept(row.event, line, rewritten);
        }
    }

    fn accept_information(&mut self, row: &RowSpans, text: &[u8]) {
        // A message without a label stands in either field.
        let field =
            if Field::new(row.context.get(text)).is_empty() { row.data } else { row.context };
        let label = Value::of_field(field, text, &mut self.rewritten, &mut self.unquoted);
        match Information::parse(label.bytes) {
            Information::Certificate(role) => {
                // Sending comes first in the log: what stood before Remote without an opener was
                // sent.
                if role == CertificateRole::Remote {
                    self.attribute(CertificateRole::Sent);
                }
                *self.certificate_mut(role) = CertificateDraft::None;
                self.open_certificate(role, row, text);
            }
            Information::CertificateAgain => {
                self.open_certificate(CertificateRole::Remote, row, text);
            }
            Information::CertificateValue(value) => self.add_value(value, row, text),
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
            Information::AuthenticationFailed(message) if self.logon_error.is_empty() => {
                self.logon_error = label.part(message);
            }
            Information::Message(message) => {
                let ids = MessageIds::parse(message);
                let message_id = label.part(ids.internet_message_id);
                self.dialogue.announce(label.part(ids.record_id), message_id);
            }
            Information::ProxySession(id) => {
                let id =
                    std::str::from_utf8(id).ok().and_then(|id| u64::from_str_radix(id, 16).ok());
                self.proxy_session_id = self.proxy_session_id.or(id);
            }
            Information::Connecting => self.is_begun = true,
            Information::AuthenticationFailed(_) | Information::Other => {}
        }
    }

    fn open_certificate(&mut self, role: CertificateRole, row: &RowSpans, text: &[u8]) {
        self.opened = Some(role);
        if !matches!(self.certificate_mut(role), CertificateDraft::None) {
            return;
        }
        let data = Value::of_field(row.data, text, &mut self.rewritten, &mut self.unquoted);
        if !data.bytes.trim_ascii().is_empty() {
            *self.certificate_mut(role) = CertificateDraft::Condensed(data.span);
        }
    }

    fn add_value(&mut self, value: CertificateValue, row: &RowSpans, text: &[u8]) {
        let data = self.place_of(row.data, text);
        let certificate = match self.opened {
            Some(role) => self.certificate_mut(role),
            None => &mut self.unattributed,
        };
        if let CertificateDraft::None = certificate {
            *certificate = CertificateDraft::Rows([Span::default(); 5]);
        }
        if let CertificateDraft::Rows(values) = certificate
            && values[value as usize].is_empty()
        {
            values[value as usize] = data;
        }
    }

    fn certificate_mut(&mut self, role: CertificateRole) -> &mut CertificateDraft {
        match role {
            CertificateRole::Sent => &mut self.sent_certificate,
            CertificateRole::Remote => &mut self.remote_certificate,
        }
    }

    /// Attributes the certificate that the rows without an opener describe, by their order: the sent certificate is logged before the handshake and the remote one within it.
    fn attribute(&mut self, role: CertificateRole) {
        let unattributed = std::mem::take(&mut self.unattributed);
        let certificate = self.certificate_mut(role);
        if let CertificateDraft::None = certificate {
            *certificate = unattributed;
        }
    }

    /// Whether it may be one half of two, so that no filter can judge it alone: the FrontEnd half has
    /// a certificate and no mail, the Hub half mail and no certificate.
    pub(super) fn may_be_half(&self) -> bool {
        let has_certificate = self.sent_certificate != CertificateDraft::None;
        let has_messages = !self.dialogue.mails.messages.is_empty();
        self.proxy_session_id.is_some() || has_certificate != has_messages
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::log::LogType;
    use crate::session::decode::session_rows::{RowPosition, Start};
    use crate::timestamp::Timestamp;

    type Reported = (Event, &'static str, &'static str);

    proptest! {
        #[test]
        fn a_draft_used_before_reads_as_a_new_one(
            first in prop::collection::vec(prop::sample::select(ROWS.to_vec()), 0..30),
            second in prop::collection::vec(prop::sample::select(ROWS.to_vec()), 0..30),
            (first_type, second_type) in (log_type(), log_type()),
        ) {
            let (first, first_text) = session(&first, first_type);
            let (second, second_text) = session(&second, second_type);
            let mut new = SessionDraft::default();
            new.read(&second, &second_text);
            let mut used = SessionDraft::default();
            used.read(&first, &first_text);
            used.read(&second, &second_text);
            prop_assert_eq!(format!("{new:?}"), format!("{used:?}"));
        }
    }

    const ROWS: [Reported; 22] = [
        (Event::Information, "", "attempting to connect"),
        (Event::Received, "220 mail.fabrikam.com ESMTP", ""),
        (Event::Received, "220 *******", ""),
        (Event::Sent, "EHLO mail.contoso.com", ""),
        (Event::Received, "250-mail.fabrikam.com Hello [203.0.113.7]", ""),
        (Event::Received, "250-STARTTLS", ""),
        (Event::Received, "250 DSN", ""),
        (Event::Sent, "STARTTLS", ""),
        (Event::Information, "", "Sending certificate"),
        (Event::Information, "CN=mail.contoso.com", "Certificate subject"),
        (Event::Information, "\"CN=\"\"a\"\"\"", "Remote certificate Subject"),
        (Event::Information, "", "TLS negotiation failed with error UnknownCredentials"),
        (Event::Information, "", "Failed to connect"),
        (Event::Information, "", "session id 08D54162A04116F1"),
        (Event::Information, "", "sending message with RecordId 1 and InternetMessageId <a@b>"),
        (Event::Sent, "MAIL FROM:<>", ""),
        (Event::Sent, "RCPT TO:<bob@fabrikam.com>", ""),
        (Event::Sent, "BDAT 5 LAST", ""),
        (Event::Received, "250 2.1.0 OK", ""),
        (Event::Received, "250 2.1.5 OK", ""),
        (Event::Received, "550-\"\"5.7.1\"\" refused", ""),
        (Event::Received, "550 5.7.1 refused", ""),
    ];

    fn log_type() -> impl Strategy<Value = Option<LogType>> {
        prop::sample::select(vec![None, Some(LogType::Send), Some(LogType::Receive)])
    }

    fn session(reported: &[Reported], log_type: Option<LogType>) -> (SessionRows, Vec<u8>) {
        let text: Vec<u8> =
            reported.iter().flat_map(|row| [row.1, row.2]).collect::<String>().into();
        let mut rest = &text[..];
        let mut span = |length: usize| {
            let (part, behind) = rest.split_at(length);
            rest = behind;
            Span::of(part, &text)
        };
        let mut rows = SessionRows::default();
        rows.start = Some(Start {
            position: RowPosition { file: 0, line: 1, offset: 0 },
            time: Timestamp::MINIMUM,
            session_id: 1,
            log_type,
            is_opening: reported.len().is_multiple_of(2),
        });
        for (event, data, context) in reported {
            let (data, context) = (span(data.len()), span(context.len()));
            rows.rows.push(RowSpans { event: *event, data, context });
        }
        (rows, text)
    }
}
