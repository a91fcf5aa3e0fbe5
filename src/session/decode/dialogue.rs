//! The SMTP dialogue of a session: which reply answers which command.
//!
//! MAIL and RCPT are pipelined (RFC 2920), so replies are matched to the commands in their order.

use super::greeting;
use super::mails::{Mails, MessageDraft, RecipientDraft};
use super::pending::{Command, Pending};
use super::smtp::{ReplyLine, Verb};
use super::texts::{Rewritten, Value, clear_for_reuse};
use crate::log::{Event, LogType, Span};
use crate::session::model::SessionNote;

/// A refusal and whether it still counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Refusal {
    reply: Span,
    by_hello: bool,
}

#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact seen on its own in the rows")]
pub(super) struct Dialogue {
    pub(super) log_type: Option<LogType>,
    answers: Option<Event>,
    /// Whether the rows begin where the session begins.
    pub(super) is_begun: bool,
    pub(super) mails: Mails,
    pub(super) hello_name: Span,
    pub(super) banner_host: Span,
    /// Whether that name has a domain.
    has_full_banner_host: bool,
    /// Of use, and read, only where the banner names no host.
    pub(super) hello_host: Span,
    pub(super) public_ip_address: Span,
    pub(super) start_tls_offered: Option<bool>,
    pub(super) start_tls_accepted: bool,
    /// Whether an EHLO follows the accepted STARTTLS: the handshake then succeeded.
    pub(super) has_hello_after_start_tls: bool,
    /// Whether QUIT was said: the session ended as it should.
    pub(super) has_quit: bool,
    pub(super) last_reply: Span,
    refusal: Option<Refusal>,
    pending: Pending,
    announced: Option<(Span, Span)>,
    current_message: Option<usize>,
    has_greeting: bool,
    /// A server asked for credentials (334): what the client sends next is no command.
    awaits_credentials: bool,
    /// Whether lines of the reply to EHLO have come, of which the first names the host.
    has_hello_line: bool,
    start_tls_seen_in_reply: bool,
    continued: Vec<u8>,
    /// One bit for each [`SessionNote`], by its number.
    pub(super) notes: u32,
}

/// More are not kept; the session then says so.
const MAXIMUM_RECIPIENTS: usize = 100_000;

impl Dialogue {
    #[inline]
    pub(super) fn accept(&mut self, event: Event, line: Value<'_>, rewritten: &mut Rewritten) {
        let answers = self.answers.unwrap_or_else(|| self.tell_sides_apart(event, line));
        if event != answers {
            self.accept_command(line);
        } else if let Some(reply) = ReplyLine::parse(line.bytes) {
            self.accept_reply(reply, line, rewritten);
        }
    }

    /// In a log without a header the first line decides which side answers.
    #[cold]
    fn tell_sides_apart(&mut self, event: Event, line: Value<'_>) -> Event {
        let is_reply = ReplyLine::parse(line.bytes).is_some();
        let is_send = is_reply == (event == Event::Received);
        let log_type = if is_send { LogType::Send } else { LogType::Receive };
        self.log_type = Some(log_type);
        *self.answers.insert(answers(log_type))
    }

    /// `sending message with RecordId ...` stands before the MAIL command it belongs to.
    pub(super) fn announce(&mut self, record_id: Span, message_id: Span) {
        self.announced = Some((record_id, message_id));
    }

    fn accept_command(&mut self, line: Value<'_>) {
        let verb = Verb::parse(line.bytes);
        if std::mem::take(&mut self.awaits_credentials) {
            // The client may give up in place of an answer.
            if !matches!(verb, Verb::Quit) {
                return;
            }
            self.pending.take_first();
        }
        let command = match verb {
            Verb::Hello(name) => {
                if self.hello_name.is_empty() {
                    self.hello_name = line.part(name);
                }
                self.has_hello_after_start_tls |= self.start_tls_accepted;
                Command::Hello
            }
            Verb::StartTls => Command::StartTls,
            Verb::Authenticate => Command::Authenticate,
            Verb::Mail(path) => {
                let (record_id, internet_message_id) = self.announced.take().unwrap_or_default();
                self.mails.messages.push(MessageDraft {
                    mail_from: line.part(path),
                    record_id,
                    internet_message_id,
                    first_recipient: self.mails.recipients.len(),
                    ..MessageDraft::default()
                });
                self.current_message = Some(self.mails.messages.len() - 1);
                Command::Mail(self.mails.messages.len() - 1)
            }
            Verb::Recipient(path) => {
                if self.mails.recipients.len() >= MAXIMUM_RECIPIENTS {
                    self.note(SessionNote::ContentCapped);
                    return;
                }
                self.message();
                let address = line.part(path);
                self.mails.recipients.push(RecipientDraft { address, ..RecipientDraft::default() });
                Command::Recipient(self.mails.recipients.len() - 1)
            }
            Verb::Data => Command::Data(self.message()),
            Verb::Chunk { is_last } => Command::Content { message: self.message(), is_last },
            Verb::Reset => {
                self.current_message = None;
                Command::Reset
            }
            Verb::Quit => {
                self.has_quit = true;
                Command::Quit
            }
            Verb::Other => Command::Other,
        };
        if !self.pending.push(command) {
            self.note(SessionNote::RepliesOutOfStep);
        }
    }

    /// The message that a command belongs to; one whose MAIL command is not in the log is begun.
    fn message(&mut self) -> usize {
        if let Some(message) = self.current_message {
            return message;
        }
        let (record_id, internet_message_id) = self.announced.take().unwrap_or_default();
        self.mails.messages.push(MessageDraft {
            record_id,
            internet_message_id,
            first_recipient: self.mails.recipients.len(),
            ..MessageDraft::default()
        });
        self.current_message = Some(self.mails.messages.len() - 1);
        self.mails.messages.len() - 1
    }

    fn accept_reply(&mut self, reply: ReplyLine, line: Value<'_>, rewritten: &mut Rewritten) {
        let awaited = self.pending.first();
        match awaited {
            // A reply of another code answers a later command: that to EHLO is missing.
            Some(Command::Hello) if reply.code == 250 => self.read_hello_reply(reply, line),
            None if self.awaits_greeting() && !reply.is_refusal() => self.read_greeting(line),
            _ => {}
        }
        if reply.is_continued {
            if reply.is_refusal() && self.continued.len() < 4096 {
                self.continued.extend_from_slice(line.bytes);
                self.continued.push(b' ');
            }
            return;
        }
        let kept = if self.continued.is_empty() {
            line.span
        } else {
            self.continued.extend_from_slice(line.bytes);
            let kept = rewritten.keep(&self.continued);
            self.continued.clear();
            kept
        };
        self.last_reply = kept;
        self.awaits_credentials = reply.code == 334;
        match self.answered(awaited, reply, line.bytes) {
            Some(command) => self.apply_reply(command, reply, kept),
            None => self.unexplained(reply, kept),
        }
    }

    /// Whether the server side speaks next without being asked.
    fn awaits_greeting(&self) -> bool {
        self.is_begun && !self.has_greeting
    }

    fn read_greeting(&mut self, line: Value<'_>) {
        // The first word of a line of several need not be the host's name (RFC 5321, 4.2).
        if (self.banner_host.is_empty() || !self.has_full_banner_host)
            && let Some(name) = greeting::greeting_host(line.bytes)
            && (self.banner_host.is_empty() || name.contains(&b'.'))
        {
            self.banner_host = line.part(name);
            self.has_full_banner_host = name.contains(&b'.');
        }
        if greeting::looks_rewritten(line.bytes) {
            self.note(SessionNote::SmtpRewritten);
        }
    }

    fn read_hello_reply(&mut self, reply: ReplyLine, line: Value<'_>) {
        let is_first_line = !std::mem::replace(&mut self.has_hello_line, reply.is_continued);
        if is_first_line
            && self.banner_host.is_empty()
            && self.hello_host.is_empty()
            && let Some(name) = greeting::greeting_host(line.bytes)
        {
            self.hello_host = line.part(name);
        }
        if self.public_ip_address.is_empty()
            && let Some(address) = greeting::greeted_address(line.bytes)
        {
            self.public_ip_address = line.part(address);
        }
        // Within TLS nothing on the way rewrites what is said, and STARTTLS is not offered again.
        if self.has_hello_after_start_tls {
            return;
        }
        if !greeting::is_common_extension(line.bytes) {
            if greeting::looks_rewritten(line.bytes) {
                self.note(SessionNote::SmtpRewritten);
            }
            self.start_tls_seen_in_reply |= greeting::offers_start_tls(line.bytes);
        }
        if !reply.is_continued {
            self.start_tls_offered.get_or_insert(self.start_tls_seen_in_reply);
        }
    }

    /// Takes the command that this reply answers off the queue, of which the first is awaited.
    #[inline]
    fn answered(
        &mut self,
        awaited: Option<Command>,
        reply: ReplyLine,
        line: &[u8],
    ) -> Option<Command> {
        let awaits_greeting = self.awaits_greeting();
        self.has_greeting = true;
        match awaited {
            None => awaits_greeting.then_some(Command::Greeting),
            Some(command) if command.can_be_answered_by(reply, line) => {
                self.pending.take_first();
                awaited
            }
            Some(_) => self.answered_later(reply, line),
        }
    }

    /// Takes a command off that is not the first of the queue.
    ///
    /// A damaged row can hide a command or a reply; where the code cannot answer the first command
    /// but a later one, those before it are passed over.
    #[cold]
    fn answered_later(&mut self, reply: ReplyLine, line: &[u8]) -> Option<Command> {
        let is_iis = self.is_iis();
        let (command, passed_over) = self.pending.take_answered(reply, line)?;
        // IIS does not log the reply to RSET.
        if !passed_over.iter().all(|command| is_iis && *command == Command::Reset) {
            self.note(SessionNote::RepliesOutOfStep);
        }
        Some(command)
    }

    fn apply_reply(&mut self, command: Command, reply: ReplyLine, kept: Span) {
        let accepted = !reply.is_refusal();
        match command {
            Command::Hello if accepted => {
                // HELO after a refused EHLO is the fallback of RFC 5321, 3.2.
                self.refusal = self.refusal.filter(|refusal| !refusal.by_hello);
            }
            Command::StartTls if accepted => self.start_tls_accepted = true,
            // RFC 4954, 4: it goes on until another code comes.
            Command::Authenticate if reply.code == 334 => {
                self.pending.push_first(Command::Authenticate);
            }
            Command::Mail(message) if !accepted => {
                self.mails.messages[message].reply = kept;
                self.mails.messages[message].accepted = Some(false);
            }
            Command::Recipient(recipient) => {
                self.mails.recipients[recipient].reply = kept;
                self.mails.recipients[recipient].accepted = Some(accepted);
            }
            Command::Data(message) if reply.code == 354 => {
                self.pending.push_first(Command::Content { message, is_last: true });
            }
            Command::Data(message) | Command::Content { message, .. } if !accepted => {
                let draft = &mut self.mails.messages[message];
                if draft.accepted.is_none() {
                    draft.accepted = Some(false);
                    draft.reply = kept;
                }
                self.current_message = None;
            }
            Command::Content { message, is_last: true } => {
                let draft = &mut self.mails.messages[message];
                if draft.accepted.is_none() {
                    draft.accepted = Some(true);
                    draft.reply = kept;
                }
                self.current_message = None;
            }
            _ => {}
        }
        // Refused extensions and a refused QUIT are no refusal of mail.
        let counts = !matches!(command, Command::Other | Command::Quit | Command::Reset);
        if !accepted && counts && self.refusal.is_none() {
            self.refusal = Some(Refusal { reply: kept, by_hello: command == Command::Hello });
        }
    }

    /// A reply that no command waits for: `421` when the server side hangs up, or a row is missing.
    fn unexplained(&mut self, reply: ReplyLine, kept: Span) {
        if reply.code != 421 && self.is_begun {
            self.note(SessionNote::RepliesOutOfStep);
        }
        let is_idle_goodbye = reply.code == 421 && !self.mails.messages.is_empty();
        if reply.is_refusal() && !is_idle_goodbye && self.refusal.is_none() {
            self.refusal = Some(Refusal { reply: kept, by_hello: false });
        }
    }

    /// The first refusal of the session, of a mail or of a recipient.
    pub(super) fn first_refusal(&self) -> Option<Span> {
        self.refusal.map(|refusal| refusal.reply)
    }

    fn is_iis(&self) -> bool {
        self.log_type == Some(LogType::IisSmtp)
    }

    fn note(&mut self, note: SessionNote) {
        self.notes |= 1 << note.number();
    }

    /// Begins anew, keeping its buffers.
    pub(super) fn reset(&mut self, is_begun: bool, log_type: Option<LogType>) {
        self.log_type = log_type;
        self.answers = log_type.map(answers);
        self.is_begun = is_begun;
        self.mails.clear_for_reuse();
        clear_for_reuse(&mut self.continued);
        self.pending.clear_for_reuse();
        self.hello_name = Span::default();
        self.banner_host = Span::default();
        self.has_full_banner_host = false;
        self.hello_host = Span::default();
        self.public_ip_address = Span::default();
        self.start_tls_offered = None;
        self.start_tls_accepted = false;
        self.has_hello_after_start_tls = false;
        self.has_quit = false;
        self.last_reply = Span::default();
        self.refusal = None;
        self.announced = None;
        self.current_message = None;
        self.has_greeting = false;
        self.awaits_credentials = false;
        self.has_hello_line = false;
        self.start_tls_seen_in_reply = false;
        self.notes = 0;
    }
}

/// The rows of the side that answers.
fn answers(log_type: LogType) -> Event {
    match log_type {
        LogType::Send | LogType::IisSmtp => Event::Received,
        LogType::Receive => Event::Sent,
    }
}
