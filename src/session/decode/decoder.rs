//! Drafts to sessions: the bytes become text, and the text is judged.

use std::sync::Arc;

use super::draft::{CertificateDraft, SessionDraft, TlsOutcome};
use super::parse_cache::ParseCache;
use super::session_rows::SessionRows;
use super::texts::Texts;
use super::tls::Negotiated;
use crate::certificate::{CertificateRows, LoggedCertificate};
use crate::eop_host::is_eop_host;
use crate::log::{LogFile, LogType, Span};
use crate::reply::{self, RejectionClass};
use crate::session::filter::{CompiledFilter, FilterInput};
use crate::session::model::{
    ContentWriter, MessageSpans, Outcome, RecipientSpans, Session, SessionNote, SessionTexts,
    TextSpan, TlsStatus, lossy,
};

/// Turns drafts into sessions, and reads equal certificates once.
#[derive(Default)]
pub(super) struct Decoder {
    writer: ContentWriter,
    certificates: ParseCache<Option<KnownCertificate>>,
    negotiations: ParseCache<Negotiated>,
    last_refusal: (Vec<u8>, Option<RejectionClass>),
    scratch: Vec<u8>,
}

/// A certificate, and whether one of its names is one of EOP.
#[derive(Clone)]
struct KnownCertificate {
    certificate: Arc<LoggedCertificate>,
    is_eop: bool,
}

impl KnownCertificate {
    fn read(texts: Texts<'_>, certificate: CertificateDraft) -> Option<Self> {
        let certificate = match certificate {
            CertificateDraft::None => None,
            CertificateDraft::Condensed(data) => {
                LoggedCertificate::from_condensed(&lossy(texts.get(data)))
            }
            CertificateDraft::Rows(values) => {
                let [subject, issuer, serial_number, thumbprint, alternate_names] =
                    values.map(|value| lossy(texts.get(value)));
                Some(LoggedCertificate::from_rows(&CertificateRows {
                    subject: &subject,
                    issuer: &issuer,
                    serial_number: &serial_number,
                    thumbprint: &thumbprint,
                    alternate_names: &alternate_names,
                }))
            }
        }?;
        let is_eop = names_eop(&certificate);
        Some(Self { certificate: Arc::new(certificate), is_eop })
    }
}

impl Decoder {
    /// The session that a draft describes; `None` if the filter, where there is one, does not want
    /// it.
    pub(super) fn decode(
        &mut self,
        rows: &SessionRows,
        draft: &SessionDraft,
        text: &[u8],
        files: &[LogFile],
        filter: Option<&CompiledFilter>,
    ) -> Option<Session> {
        let start = rows.start?;
        let file = files.get(start.position.file)?;
        let dialogue = &draft.dialogue;
        let log_type = start.log_type.or(dialogue.log_type).unwrap_or(LogType::Send);
        let texts = draft.texts(text);
        // In a receive log the banner is this server's own.
        let banner_host = if log_type == LogType::Receive {
            Span::default()
        } else if dialogue.banner_host.is_empty() {
            dialogue.hello_host
        } else {
            dialogue.banner_host
        };
        let other_side = match log_type {
            LogType::Receive => dialogue.hello_name,
            _ => banner_host,
        };
        let mut outcome = outcome(draft);
        if outcome == Outcome::NoMail
            && lacks_tls_of_eop(draft, log_type)
            && is_eop_host(&lossy(texts.get(other_side)))
        {
            outcome = Outcome::TlsFailed;
        }
        if let Some(filter) = filter
            && !filter.passes(filter.unmet_early(start.time, outcome))
        {
            return None;
        }
        let sent = self.certificate(texts, draft.sent_certificate);
        let remote = self.certificate(texts, draft.remote_certificate);
        let mut notes = draft.notes();
        let is_ambiguous = |known: &KnownCertificate| known.certificate.subject_issuer_ambiguous;
        if sent.as_ref().is_some_and(is_ambiguous) || remote.as_ref().is_some_and(is_ambiguous) {
            notes.push(SessionNote::SubjectIssuerAmbiguous);
        }
        notes.sort_unstable();
        notes.dedup();
        let (reply, said) = last_words(draft, outcome);
        let is_eop = is_eop(&lossy(texts.get(other_side)), remote.as_ref());
        if let Some(filter) = filter
            && !filter.passes(filter.unmet(&FilterInput {
                start_time: start.time,
                outcome,
                is_eop,
                connector: &lossy(texts.get(draft.connector)),
                remote_host: &lossy(texts.get(banner_host)),
                remote_endpoint: &lossy(texts.get(draft.remote_endpoint)),
                certificates: [&sent, &remote].map(|known| Some(&*known.as_ref()?.certificate)),
            }))
        {
            return None;
        }
        let rejection = match said {
            Said::Refusal => self.rejection(texts, reply),
            Said::LogonError => Some(RejectionClass::ServerAuthenticationFailed),
            Said::NoRefusal => None,
        };
        self.writer.begin();
        let tls = self.tls(draft, texts);
        let proxy_session_id = draft.proxy_session_id.map(hexadecimal);
        let fields = SessionTexts {
            connector: self.writer.text(texts.get(draft.connector)),
            session_id: self.writer.text(&hexadecimal(start.session_id)),
            proxy_session_id: self.writer.text_if_any(proxy_session_id.as_slice().as_flattened()),
            local_endpoint: self.text(texts, draft.local_endpoint),
            remote_endpoint: self.text(texts, draft.remote_endpoint),
            remote_host: self.text(texts, banner_host),
            ehlo_name: self.text(texts, dialogue.hello_name),
            public_ip_address: self.text(texts, dialogue.public_ip_address),
            tls_protocol: tls.protocol,
            tls_cipher: tls.cipher,
            tls_error: tls.error,
            reply: self.text(texts, reply),
        };
        self.messages(draft, texts);
        self.recipients(draft, texts);
        Some(Session {
            log_type,
            server: file.server.clone(),
            log_path: Arc::clone(&file.path),
            line: start.position.line,
            log_offset: start.position.offset,
            start_time: start.time,
            end_time: rows.end_time().unwrap_or(start.time),
            is_eop,
            start_tls_offered: start_tls_offered(draft),
            tls_status: tls.status,
            tls_error_code: tls.error_code,
            sent_certificate: sent.map(|known| known.certificate),
            remote_certificate: remote.map(|known| known.certificate),
            rejection,
            outcome,
            complete: draft.is_begun && draft.is_ended,
            row_count: rows.row_count,
            notes,
            content: self.writer.finish(fields),
        })
    }

    fn messages(&mut self, draft: &SessionDraft, texts: Texts<'_>) {
        let mails = &draft.dialogue.mails;
        for (index, message) in mails.messages.iter().enumerate() {
            let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
            let spans = MessageSpans {
                mail_from: self.text(texts, message.mail_from),
                record_id: self.text(texts, message.record_id),
                internet_message_id: self.text(texts, message.internet_message_id),
                reply: self.text(texts, mails.deciding_reply(index)),
                outcome: mails.message_outcome(index),
                first_recipient: number(message.first_recipient),
                recipient_count: number(mails.recipients_of(index).len()),
            };
            self.writer.message(spans);
        }
    }

    fn recipients(&mut self, draft: &SessionDraft, texts: Texts<'_>) {
        for recipient in &draft.dialogue.mails.recipients {
            let spans = RecipientSpans {
                address: self.writer.text(texts.get(recipient.address)),
                reply: self.text(texts, recipient.reply),
                rejection: match recipient.accepted {
                    Some(false) => self.rejection(texts, recipient.reply),
                    _ => None,
                },
            };
            self.writer.recipient(spans);
        }
    }

    #[inline]
    fn text(&mut self, texts: Texts<'_>, span: Span) -> TextSpan {
        if span.is_empty() {
            return TextSpan::ABSENT;
        }
        self.writer.append(|text| texts.append_to(text, span))
    }

    fn certificate(
        &mut self,
        texts: Texts<'_>,
        certificate: CertificateDraft,
    ) -> Option<KnownCertificate> {
        let Self { certificates, scratch, .. } = self;
        let key = match certificate {
            CertificateDraft::None => return None,
            CertificateDraft::Condensed(data) => texts.get(data),
            CertificateDraft::Rows(values) => {
                scratch.clear();
                for value in values {
                    scratch.push(0);
                    scratch.extend_from_slice(texts.get(value));
                }
                scratch
            }
        };
        certificates.get(key, || KnownCertificate::read(texts, certificate)).clone()
    }

    /// The class of a refusal; most of a session's refusals are the same.
    fn rejection(&mut self, texts: Texts<'_>, reply: Span) -> Option<RejectionClass> {
        let reply = texts.get(reply);
        let (last_reply, last_class) = &mut self.last_refusal;
        if last_reply != reply {
            last_reply.clear();
            last_reply.extend_from_slice(reply);
            *last_class = reply::classify(&lossy(reply));
        }
        *last_class
    }

    fn tls(&mut self, draft: &SessionDraft, texts: Texts<'_>) -> Tls {
        let dialogue = &draft.dialogue;
        match draft.tls {
            TlsOutcome::Succeeded(message) => self.negotiated(texts.get(message)),
            TlsOutcome::Failed(error) => {
                let error = reply::tls_error(&lossy(texts.get(error)));
                Tls {
                    error_code: error.code,
                    error: self.writer.text(error.name.as_bytes()),
                    ..Tls::of(TlsStatus::Failed)
                }
            }
            TlsOutcome::None if dialogue.has_hello_after_start_tls => Tls::of(TlsStatus::Succeeded),
            TlsOutcome::None if dialogue.start_tls_accepted && draft.is_ended => {
                Tls::of(TlsStatus::Failed)
            }
            TlsOutcome::None if start_tls_offered(draft) == Some(false) => {
                Tls::of(TlsStatus::NotOffered)
            }
            TlsOutcome::None => Tls::of(TlsStatus::NotStarted),
        }
    }

    /// A server hardly ever negotiates more than a handful of them.
    fn negotiated(&mut self, message: &[u8]) -> Tls {
        let negotiated = self.negotiations.get(message, || Negotiated::parse(&lossy(message)));
        Tls {
            protocol: self.writer.optional(negotiated.protocol.as_deref()),
            cipher: self.writer.optional(negotiated.cipher.as_deref()),
            ..Tls::of(TlsStatus::Succeeded)
        }
    }
}

/// Whether STARTTLS was offered. IIS logs the first line of the EHLO reply alone, so that its
/// silence says nothing.
fn start_tls_offered(draft: &SessionDraft) -> Option<bool> {
    let is_first_line = draft.dialogue.log_type == Some(LogType::IisSmtp);
    draft.dialogue.start_tls_offered.filter(|offered| *offered || !is_first_line)
}

struct Tls {
    status: TlsStatus,
    protocol: TextSpan,
    cipher: TextSpan,
    error: TextSpan,
    error_code: Option<i32>,
}

impl Tls {
    fn of(status: TlsStatus) -> Self {
        let absent = TextSpan::ABSENT;
        Self { status, protocol: absent, cipher: absent, error: absent, error_code: None }
    }
}

/// 16 digits.
fn hexadecimal(id: u64) -> [u8; 16] {
    std::array::from_fn(|place| b"0123456789ABCDEF"[((id >> (60 - 4 * place)) & 15) as usize])
}

/// Whether a session of EOP without a mail failed by TLS. No mail goes to or from it without TLS: its
/// connectors ask for it. As a client it hangs up without a word where it does not take the certificate.
fn lacks_tls_of_eop(draft: &SessionDraft, log_type: LogType) -> bool {
    let dialogue = &draft.dialogue;
    let has_tls =
        matches!(draft.tls, TlsOutcome::Succeeded(_)) || dialogue.has_hello_after_start_tls;
    start_tls_offered(draft) == Some(false)
        || (log_type == LogType::Receive && has_tls && !dialogue.has_quit)
}

/// Whose the words are with which a session ended.
enum Said {
    /// A reply that refuses.
    Refusal,
    /// What Exchange wrote of an authentication that failed.
    LogonError,
    /// Anything else.
    NoRefusal,
}

fn last_words(draft: &SessionDraft, outcome: Outcome) -> (Span, Said) {
    match draft.dialogue.first_refusal() {
        Some(refusal) => (refusal, Said::Refusal),
        None if outcome == Outcome::ConnectFailed => (draft.connect_error, Said::NoRefusal),
        None if outcome == Outcome::Refused && !draft.logon_error.is_empty() => {
            (draft.logon_error, Said::LogonError)
        }
        None => (draft.dialogue.last_reply, Said::NoRefusal),
    }
}

/// How the session ended: by its mails if it has any, else by what kept it from having any.
fn outcome(draft: &SessionDraft) -> Outcome {
    let dialogue = &draft.dialogue;
    if let Some(outcome) = dialogue.mails.outcome() {
        outcome
    } else if !draft.connect_error.is_empty() {
        Outcome::ConnectFailed
    } else if dialogue.first_refusal().is_some() || !draft.logon_error.is_empty() {
        Outcome::Refused
    } else if matches!(draft.tls, TlsOutcome::Failed(_))
        || (draft.tls == TlsOutcome::None
            && draft.is_ended
            && dialogue.start_tls_accepted
            && !dialogue.has_hello_after_start_tls)
    {
        Outcome::TlsFailed
    } else if draft.is_ended {
        Outcome::NoMail
    } else {
        Outcome::Incomplete
    }
}

/// The other side's host name decides; where it is none of EOP, its certificate may still be. An
/// empty name is unknown.
fn is_eop(host: &str, certificate: Option<&KnownCertificate>) -> Option<bool> {
    let is_eop = (!host.is_empty()).then(|| is_eop_host(host));
    match (is_eop, certificate.map(|known| known.is_eop)) {
        (Some(true), _) | (_, Some(true)) => Some(true),
        (None, None) => None,
        _ => Some(false),
    }
}

fn names_eop(certificate: &LoggedCertificate) -> bool {
    certificate.dns_names.iter().any(|name| is_eop_host(name))
        || certificate.subject.as_deref().is_some_and(|subject| {
            subject.split(", ").filter_map(|part| part.strip_prefix("CN=")).any(is_eop_host)
        })
}
