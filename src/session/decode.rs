//! Drafts to sessions: the bytes become text, and the text is judged.

use std::sync::Arc;

use hashbrown::HashMap;

use super::draft::{CertificateDraft, SessionDraft, TlsOutcome};
use super::filter::CompiledFilter;
use super::model::{
    Message, MessageOutcome, Outcome, Recipient, Session, SessionNote, Text, TlsStatus,
};
use super::session_rows::SessionRows;
use super::texts::{Span, Texts, lossy};
use super::tls::Negotiated;
use crate::certificate::{CertificateRows, LoggedCertificate};
use crate::eop_host::is_eop_host;
use crate::log::{LogFile, LogType};
use crate::reply::{self, RejectionClass};

/// Turns drafts into sessions, and stores equal strings and certificates once.
#[derive(Default)]
pub(super) struct Decoder {
    strings: HashMap<Box<[u8]>, Text>,
    string_bytes: usize,
    certificates: HashMap<Box<[u8]>, Option<KnownCertificate>>,
    certificate_bytes: usize,
    negotiations: HashMap<Box<[u8]>, Negotiation>,
    last_refusal: (Vec<u8>, Option<RejectionClass>),
    scratch: Vec<u8>,
}

/// Protocol and cipher.
type Negotiation = (Option<Text>, Option<Text>);

/// A certificate, and whether one of its names is one of EOP.
#[derive(Clone)]
struct KnownCertificate {
    certificate: Arc<LoggedCertificate>,
    is_eop: bool,
}

/// Bytes of strings, and of certificates, that are remembered before all are forgotten.
const MAXIMUM_REMEMBERED: usize = 2 << 20;
/// How many different outcomes of a handshake are remembered.
const MAXIMUM_NEGOTIATIONS: usize = 256;
/// Longer replies hold host names and times, so that hardly two are equal.
const LONGEST_REPEATED: usize = 64;

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
        let file = files.get(start.place.file)?;
        let dialogue = &draft.dialogue;
        let outcome = outcome(draft);
        if let Some(filter) = filter
            && !(filter.wants_start(start.time) && filter.wants_outcome(outcome))
        {
            return None;
        }
        let log_type = start.log_type.or(dialogue.log_type).unwrap_or(LogType::Send);
        let texts = draft.texts(text);
        let sent = self.certificate(texts, draft.sent_certificate);
        let remote = self.certificate(texts, draft.remote_certificate);
        let mut notes = draft.notes();
        let is_ambiguous = |known: &KnownCertificate| known.certificate.subject_issuer_ambiguous;
        if sent.as_ref().is_some_and(is_ambiguous) || remote.as_ref().is_some_and(is_ambiguous) {
            notes.push(SessionNote::SubjectIssuerAmbiguous);
        }
        notes.sort_unstable();
        notes.dedup();
        let (reply, is_refusal) = match dialogue.first_refusal() {
            Some(refusal) => (refusal, true),
            None if outcome == Outcome::ConnectFailed => (draft.connect_error, false),
            None => (dialogue.last_reply, false),
        };
        let start_tls_offered = start_tls_offered(draft);
        let tls = self.tls(draft, texts);
        // In a receive log the banner is this server's own.
        let banner_host = if log_type == LogType::Receive {
            Span::default()
        } else if dialogue.banner_host.is_empty() {
            dialogue.hello_host
        } else {
            dialogue.banner_host
        };
        let remote_host = self.repeated(texts, banner_host);
        let ehlo_name = self.repeated(texts, dialogue.hello_name);
        let other_side = if log_type == LogType::Receive { &ehlo_name } else { &remote_host };
        let is_eop = is_eop(other_side.as_deref(), remote.as_ref());
        let session = Session {
            log_type,
            server: file.server.clone(),
            log_path: Arc::clone(&file.path),
            line: start.place.line,
            start_time: start.time,
            end_time: rows.end_time.unwrap_or(start.time),
            connector: self.repeated(texts, draft.connector).unwrap_or_default(),
            session_id: hexadecimal(start.session_id),
            proxy_session_id: draft.proxy_session_id.map(hexadecimal),
            local_endpoint: own(texts, draft.local_endpoint),
            remote_endpoint: self.repeated(texts, draft.remote_endpoint),
            remote_host,
            ehlo_name,
            public_ip_address: self.repeated(texts, dialogue.public_ip_address),
            is_eop,
            start_tls_offered,
            tls_status: tls.status,
            tls_protocol: tls.protocol,
            tls_cipher: tls.cipher,
            tls_error: tls.error,
            tls_error_code: tls.error_code,
            sent_certificate: sent.map(|known| known.certificate),
            remote_certificate: remote.map(|known| known.certificate),
            messages: self.messages(draft, texts),
            reply: self.repeated(texts, reply),
            rejection: if is_refusal { self.rejection(texts, reply) } else { None },
            outcome,
            complete: draft.is_begun && draft.is_ended,
            row_count: rows.row_count,
            notes,
        };
        filter.is_none_or(|filter| filter.wants(&session)).then_some(session)
    }

    fn messages(&mut self, draft: &SessionDraft, texts: Texts<'_>) -> Vec<Message> {
        let dialogue = &draft.dialogue;
        let mut messages = Vec::with_capacity(dialogue.messages.len());
        for (index, message) in dialogue.messages.iter().enumerate() {
            let recipients = dialogue.recipients_of(index).iter().map(|recipient| Recipient {
                address: own(texts, recipient.address).unwrap_or_default(),
                reply: self.repeated(texts, recipient.reply),
                rejection: match recipient.accepted {
                    Some(false) => self.rejection(texts, recipient.reply),
                    _ => None,
                },
            });
            let recipients = recipients.collect();
            messages.push(Message {
                mail_from: self.repeated(texts, message.mail_from),
                record_id: own(texts, message.record_id),
                internet_message_id: own(texts, message.internet_message_id),
                reply: self.repeated(texts, dialogue.deciding_reply(index)),
                outcome: dialogue.message_outcome(index),
                recipients,
            });
        }
        messages
    }

    /// Text that other sessions hold too, stored once.
    fn repeated(&mut self, texts: Texts<'_>, span: Span) -> Option<Text> {
        let bytes = texts.get(span);
        if bytes.is_empty() {
            return None;
        }
        if bytes.len() > LONGEST_REPEATED {
            return own(texts, span);
        }
        if let Some(known) = self.strings.get(bytes) {
            return Some(Arc::clone(known));
        }
        if self.string_bytes > MAXIMUM_REMEMBERED {
            self.strings.clear();
            self.string_bytes = 0;
        }
        let new: Text = lossy(bytes).into();
        self.string_bytes += bytes.len() + 64;
        self.strings.insert(bytes.into(), Arc::clone(&new));
        Some(new)
    }

    fn certificate(
        &mut self,
        texts: Texts<'_>,
        certificate: CertificateDraft,
    ) -> Option<KnownCertificate> {
        let scratch = &mut self.scratch;
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
        if let Some(known) = self.certificates.get(key) {
            return known.clone();
        }
        if self.certificate_bytes > MAXIMUM_REMEMBERED {
            self.certificates.clear();
            self.certificate_bytes = 0;
        }
        let new = match certificate {
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
        };
        let new = new.map(|certificate| KnownCertificate {
            is_eop: names_eop(&certificate),
            certificate: Arc::new(certificate),
        });
        self.certificate_bytes += 3 * key.len() + 256;
        self.certificates.insert(key.into(), new.clone());
        new
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
            TlsOutcome::Succeeded(message) => {
                let (protocol, cipher) = self.negotiated(texts.get(message));
                Tls { protocol, cipher, ..Tls::of(TlsStatus::Succeeded) }
            }
            TlsOutcome::Failed(error) => {
                let error = reply::tls_error(&lossy(texts.get(error)));
                Tls {
                    error_code: error.code,
                    error: Some(self.share(&error.name)),
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
    fn negotiated(&mut self, message: &[u8]) -> Negotiation {
        if let Some(known) = self.negotiations.get(message) {
            return known.clone();
        }
        if self.negotiations.len() >= MAXIMUM_NEGOTIATIONS {
            self.negotiations.clear();
        }
        let Negotiated { protocol, cipher } = Negotiated::parse(&lossy(message));
        self.negotiations.insert(message.into(), (protocol.clone(), cipher.clone()));
        (protocol, cipher)
    }

    fn share(&mut self, text: &str) -> Text {
        if let Some(known) = self.strings.get(text.as_bytes()) {
            return Arc::clone(known);
        }
        let new: Text = text.into();
        self.string_bytes += text.len() + 64;
        self.strings.insert(text.as_bytes().into(), Arc::clone(&new));
        new
    }
}

/// Whether STARTTLS was offered. IIS logs the first line of the EHLO reply alone, which tells nothing
/// by its silence.
fn start_tls_offered(draft: &SessionDraft) -> Option<bool> {
    let is_first_line = draft.dialogue.log_type == Some(LogType::IisSmtp);
    draft.dialogue.start_tls_offered.filter(|offered| *offered || !is_first_line)
}

struct Tls {
    status: TlsStatus,
    protocol: Option<Text>,
    cipher: Option<Text>,
    error: Option<Text>,
    error_code: Option<i32>,
}

impl Tls {
    fn of(status: TlsStatus) -> Self {
        Self { status, protocol: None, cipher: None, error: None, error_code: None }
    }
}

fn own(texts: Texts<'_>, span: Span) -> Option<Text> {
    (!span.is_empty()).then(|| lossy(texts.get(span)).into())
}

/// 16 digits.
fn hexadecimal(id: u64) -> Text {
    let mut digits = [0; 16];
    for (byte, pair) in id.to_be_bytes().into_iter().zip(digits.as_chunks_mut::<2>().0) {
        *pair = [byte >> 4, byte & 15].map(|digit| b"0123456789ABCDEF"[usize::from(digit)]);
    }
    lossy(&digits).into()
}

/// How the session ended: by its mails if it has any, else by what kept it from having any.
fn outcome(draft: &SessionDraft) -> Outcome {
    let dialogue = &draft.dialogue;
    if dialogue.messages.is_empty() {
        return if !draft.connect_error.is_empty() {
            Outcome::ConnectFailed
        } else if dialogue.first_refusal().is_some() {
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
        };
    }
    let mut counts = [0_usize; 4];
    let mut has_refused_recipient = false;
    for message in 0..dialogue.messages.len() {
        counts[match dialogue.message_outcome(message) {
            MessageOutcome::Delivered => 0,
            MessageOutcome::PartlyRefused => 1,
            MessageOutcome::Refused => 2,
            MessageOutcome::Incomplete => 3,
        }] += 1;
        has_refused_recipient |= dialogue
            .recipients_of(message)
            .iter()
            .any(|recipient| recipient.accepted == Some(false));
    }
    match counts {
        [_, 0, 0, 0] => Outcome::Delivered,
        [0, 0, _, 0] => Outcome::Refused,
        [_, 0, 0, _] if !has_refused_recipient => Outcome::Incomplete,
        _ => Outcome::PartlyRefused,
    }
}

/// The other side's host name decides; where it is none of EOP, its certificate may still be.
fn is_eop(host: Option<&str>, certificate: Option<&KnownCertificate>) -> Option<bool> {
    match (host.map(is_eop_host), certificate.map(|known| known.is_eop)) {
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
