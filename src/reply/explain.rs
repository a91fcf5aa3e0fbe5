//! Any text about a refusal, explained.

use std::sync::Arc;

use serde::{Serialize, Serializer};

use super::catalogue::CatalogueEntry;
use super::details::Details;
use super::enhanced_status::EnhancedStatus;
use super::find_reply::{class_of_wrapper, find_reply};
use super::find_tls_error::find_tls_error;
use super::mail_program::MailProgram;
use super::mail_program_steps;
use super::notations::plain_replies;
use super::rejection_class::RejectionClass;
use super::remote_host;
use super::smtp_reply::{Reply, attr_number};
use super::tls_error_row::TlsError;
use super::unwrap::{Unwrapped, unwrap};
use crate::finding::{Confidence, Placeholder, Side, Step, StepTemplate, Values, fold};

/// What is read of one text, in bytes; an NDR is a few kilobytes long.
const MAX_TEXT: usize = 1 << 20;

/// What a text about a refusal says, what it means, and what is to be done.
///
/// Serialised with the names of its fields in PascalCase, absent values as `null`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Explanation {
    /// Whether the class of the refusal, or the TLS error, is known.
    pub recognised: bool,
    /// The innermost reply, its line breaks made blanks; `None`: the text holds none.
    pub reply: Option<String>,
    /// The words of the wrappers around it, the outermost first.
    pub wrappers: Vec<String>,
    /// The class of the reply.
    pub rejection: Option<RejectionClass>,
    /// The reply code.
    pub code: Option<u16>,
    /// The enhanced status code (RFC 3463).
    pub enhanced_status: Option<EnhancedStatus>,
    /// What RFC 3463 says of it; Exchange uses details that the RFC does not register.
    pub enhanced_status_meaning: Option<&'static str>,
    /// The number in `ATTR36`.
    pub attr: Option<u32>,
    /// What that number means, where it is known (34, 35, 36).
    pub attr_meaning: Option<&'static str>,
    /// The server that gave the reply: the host in its last `[...]`.
    pub server: Option<String>,
    /// The stamp in the same bracket.
    pub server_time: Option<String>,
    /// The session id in the same bracket; Microsoft support can look it up.
    pub server_session_id: Option<String>,
    /// The TLS or connection error that the text names.
    pub tls_error: Option<TlsError>,
    /// What it means, in plain words.
    pub meaning: Arc<str>,
    /// Who has to act, the likeliest first.
    pub side: &'static [Side],
    /// What to do, the smallest change first.
    #[serde(serialize_with = "without_side")]
    pub remedy: Arc<[Step]>,
    /// The program that sent the mail, where the form of the text shows that it is not Exchange; the
    /// steps are then its own.
    pub mail_program: Option<MailProgram>,
    /// Where it is documented.
    pub reference: Option<&'static str>,
    /// How well the meaning is founded.
    pub confidence: Option<Confidence>,
    /// Whether the sending server itself wrote the reply.
    pub local: bool,
    /// Whether the reply only covers what happened: the session's TLS row in the log says.
    pub cover: bool,
    /// What is not certain.
    pub uncertain: Vec<String>,
    /// The next hop, from `{FQDN=...}`.
    pub fqdn: Option<String>,
    /// Its address, from `{IP=...}` or `[LastAttemptedIP=...]`, as logged (may be masked).
    #[serde(rename = "IPAddress")]
    pub ip_address: Option<String>,
    /// The time of the last attempt, from `{LRT=...}`, in the notation of that server.
    pub last_retry_time: Option<String>,
    /// The host that was tried: `[LastAttemptedServerName=...]`, else the next hop.
    pub host: Option<String>,
    /// The name that the certificate should have had.
    pub expected_subject: Option<String>,
    /// The name that it had.
    pub presented_subject: Option<String>,
    /// Its thumbprint.
    pub thumbprint: Option<String>,
    /// The send connector that the text names.
    pub send_connector: Option<String>,
    /// The Message-ID that the text names.
    pub internet_message_id: Option<String>,
    /// The steps before they were filled.
    #[serde(skip)]
    templates: Arc<[StepTemplate]>,
    /// With what they were filled.
    #[serde(skip)]
    known: Values,
}

/// The numbers of a reply.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ReplyNumbers {
    code: Option<u16>,
    enhanced_status: Option<EnhancedStatus>,
    attr: Option<u32>,
}

/// Explains a reply, an NDR, a queue's LastError, a tracking RecipientStatus, a line of an event
/// log, a message trace's reason, or the TLS row of a session. Any text is taken.
#[must_use]
pub fn explain(text: &str) -> Explanation {
    let (text, was_cut) = bounded(text);
    let program = MailProgram::of(text);
    let plain = plain_replies(text);
    let text = &*plain;
    let Unwrapped { wrappers, inner } = unwrap(text);
    let mut details = Details::read(text);
    let mut uncertain = Vec::new();
    if was_cut {
        uncertain.push(format!("Only the first {MAX_TEXT} bytes of the text were read."));
    }

    let found = find_reply(inner, &mut uncertain);
    let mut rejection = found.class;
    if rejection.is_none_or(|class| class == RejectionClass::Unclassified)
        && let Some(failure) = program.and_then(|program| program.failure_in(text))
    {
        rejection = Some(failure);
    }
    // Exchange Online as the sender: what it met speaks of the server to which it handed over.
    let of_wrapper = class_of_wrapper(&wrappers);
    if of_wrapper == Some(RejectionClass::CannotConnectToRemoteServer) {
        rejection = of_wrapper;
    }
    if rejection.is_none_or(|class| class == RejectionClass::Unclassified)
        && let Some(class) = of_wrapper
    {
        if found.reply.is_some() {
            uncertain.push("The inner reply is not known; the class is its wrapper's.".to_owned());
        }
        rejection = Some(class);
    }
    let entry = rejection.and_then(RejectionClass::entry);
    let error = find_tls_error(text, &details, entry);

    if details.host.is_none() && details.ip_address.is_none() {
        let place = found.reply.map_or(0, |reply| reply.as_ptr().addr() - text.as_ptr().addr());
        let named = remote_host::before(text.get(..place).unwrap_or_default());
        (details.host, details.ip_address) = (named.host, named.address);
    }

    let reply = found.reply.map(|reply| reply_line(reply, program));
    let parts = Reply::parse(reply.as_deref().unwrap_or_default());
    let attr = parts.attr.or_else(|| attr_number(inner));
    if attr.is_some() && attr.and_then(attr_meaning).is_none() {
        uncertain.push("What its ATTR number means is not documented.".to_owned());
    }
    uncertain.extend(entry.iter().flat_map(|entry| entry.uncertain).map(|&text| text.to_owned()));
    let enhanced_status = parts.enhanced_status.or(found.status);

    let templates: Arc<[StepTemplate]> = steps(entry, error.as_ref(), program, text).into();
    let known = Values::default()
        .with(Placeholder::SendConnector, details.send_connector)
        .with(Placeholder::Host, details.host);
    let owned = |value: Option<&str>| value.map(str::to_owned);
    Explanation {
        recognised: entry.is_some() || error.as_ref().is_some_and(|error| error.meaning.is_some()),
        wrappers: wrappers
            .iter()
            .filter(|words| words.contains(char::is_alphanumeric))
            .map(|words| one_line(words))
            .collect(),
        rejection,
        code: parts.code,
        enhanced_status,
        enhanced_status_meaning: enhanced_status.and_then(EnhancedStatus::meaning),
        attr,
        attr_meaning: attr.and_then(attr_meaning),
        server: owned(parts.server),
        server_time: owned(parts.server_time),
        server_session_id: owned(parts.server_session_id),
        meaning: meaning(entry, error.as_ref(), &parts, found.status).into(),
        side: sides(entry, error.as_ref()),
        remedy: filled(&templates, &known),
        mail_program: program,
        reference: entry.map(|entry| entry.reference),
        confidence: entry.map(|entry| entry.confidence),
        local: entry.is_some_and(|entry| entry.local),
        cover: entry.is_some_and(|entry| entry.cover),
        uncertain,
        fqdn: owned(details.fqdn),
        ip_address: owned(details.ip_address),
        last_retry_time: owned(details.last_retry_time),
        host: owned(details.host),
        expected_subject: owned(details.expected_subject),
        presented_subject: owned(details.presented_subject),
        thumbprint: owned(details.thumbprint),
        send_connector: owned(details.send_connector),
        internet_message_id: owned(details.internet_message_id),
        tls_error: error,
        reply,
        templates,
        known,
    }
}

impl Explanation {
    /// Fills in what has become known beside the text, which goes before it.
    pub fn fill(&mut self, placeholder: Placeholder, value: Option<&str>) {
        self.known = std::mem::take(&mut self.known).with(placeholder, value);
        self.remedy = filled(&self.templates, &self.known);
    }

    /// What the text itself says of placeholders.
    fn own_values(&self) -> Values {
        Values::default()
            .with(Placeholder::SendConnector, self.send_connector.as_deref())
            .with(Placeholder::Host, self.host.as_deref())
    }

    /// Takes out with what the steps were filled, which leaves the steps empty; `None` where that is what
    /// the text itself says.
    pub(crate) fn take_values(&mut self) -> Option<Values> {
        let own = self.own_values();
        let known = std::mem::take(&mut self.known);
        if known != Values::default() {
            self.remedy = Arc::default();
        }
        (known != own).then_some(known)
    }

    /// Puts back what [`take_values`](Self::take_values) took out, once the texts are back.
    pub(crate) fn put_values(&mut self, known: Option<&Values>) {
        self.known = known.cloned().unwrap_or_else(|| self.own_values());
        if self.known != Values::default() {
            self.remedy = filled(&self.templates, &self.known);
        }
    }

    /// Takes out the numbers of the reply, and what they mean.
    pub(crate) fn take_numbers(&mut self) -> ReplyNumbers {
        (self.enhanced_status_meaning, self.attr_meaning) = (None, None);
        ReplyNumbers {
            code: self.code.take(),
            enhanced_status: self.enhanced_status.take(),
            attr: self.attr.take(),
        }
    }

    /// Puts back what [`take_numbers`](Self::take_numbers) took out.
    pub(crate) fn put_numbers(&mut self, numbers: ReplyNumbers) {
        let ReplyNumbers { code, enhanced_status, attr } = numbers;
        self.enhanced_status_meaning = enhanced_status.and_then(EnhancedStatus::meaning);
        self.attr_meaning = attr.and_then(attr_meaning);
        (self.code, self.enhanced_status, self.attr) = (code, enhanced_status, attr);
    }

    /// Keeps what another one says too once for both: of many errors most are alike.
    pub(crate) fn share_with(&mut self, other: &Self) {
        if self.meaning == other.meaning {
            self.meaning = Arc::clone(&other.meaning);
        }
        if self.templates == other.templates && self.remedy == other.remedy {
            self.templates = Arc::clone(&other.templates);
            self.remedy = Arc::clone(&other.remedy);
        }
    }

    /// Takes meaning and steps of the error that this reply only covers.
    pub(crate) fn lift_cover(&mut self, error: Self) {
        self.meaning = format!("{} {}", self.meaning, error.meaning).into();
        self.remedy = error.remedy;
        self.templates = error.templates;
        self.known = error.known;
        self.tls_error = error.tls_error;
        self.side = error.side;
    }
}

fn filled(templates: &[StepTemplate], known: &Values) -> Arc<[Step]> {
    templates.iter().map(|step| step.fill(known)).collect()
}

/// The steps without the side: who acts stands beside them, for all of them.
fn without_side<S: Serializer>(steps: &[Step], serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    #[serde(rename_all = "PascalCase")]
    struct StepOfReply<'a> {
        action: &'a str,
        command: Option<String>,
        r#where: &'a str,
        verify: Option<&'a str>,
        undo: Option<&'a str>,
    }
    serializer.collect_seq(steps.iter().map(|step| StepOfReply {
        action: &step.action,
        command: step.command.as_deref().map(fold),
        r#where: &step.r#where,
        verify: step.verify.as_deref(),
        undo: step.undo.as_deref(),
    }))
}

/// Who acts: by the class, but for a socket error, which is the network's first, and where no class
/// is known by the error.
fn sides(entry: Option<&CatalogueEntry>, error: Option<&TlsError>) -> &'static [Side] {
    // winerror.h: SSPI statuses are negative numbers, those of Winsock positive.
    let is_socket_error = error.is_some_and(|error| error.code.is_some_and(|code| code > 0));
    match entry {
        Some(entry) if !(entry.cover && is_socket_error) => entry.side,
        _ if is_socket_error => &[Side::Network, Side::OnPremisesServer],
        _ if error.is_some() => &[Side::OnPremisesServer, Side::Network],
        _ => &[Side::Unknown],
    }
}

/// The steps: where a cover text is lifted by an error, the error's own; of a program other than
/// Exchange its own.
fn steps(
    entry: Option<&CatalogueEntry>,
    error: Option<&TlsError>,
    program: Option<MailProgram>,
    text: &str,
) -> Vec<StepTemplate> {
    let own = error.map_or(&[][..], |error| error.remedy);
    match (entry, program) {
        (Some(entry), Some(program)) => mail_program_steps::steps(program, entry),
        (Some(entry), None) if !entry.cover || own.is_empty() => {
            entry.steps_for(text).copied().collect()
        }
        _ => own.to_vec(),
    }
}

fn meaning(
    entry: Option<&CatalogueEntry>,
    error: Option<&TlsError>,
    reply: &Reply<'_>,
    status: Option<EnhancedStatus>,
) -> String {
    let error_text = error.map(|error| match error.meaning {
        Some(meaning) => format!("{}: {meaning}.", error.name),
        None => format!("{}: an error that is not in the table.", error.name),
    });
    match (entry, error_text) {
        (Some(entry), Some(error)) => format!("{} {error}", entry.meaning),
        (Some(entry), None) => entry.meaning.to_owned(),
        (None, Some(error)) => format!("The connection or its TLS negotiation failed with {error}"),
        (None, None) => unknown(reply, status),
    }
}

fn unknown(reply: &Reply<'_>, status: Option<EnhancedStatus>) -> String {
    let status = reply.enhanced_status.or(status);
    let status = status
        .and_then(|status| Some(format!(" By RFC 3463, {status} is: {}.", status.meaning()?)))
        .unwrap_or_default();
    match reply.code {
        Some(code) if code < 400 => format!("{code} is no refusal.{status}"),
        Some(400..=499) => format!(
            "A temporary refusal (the sender tries again) that is not in the catalogue; its text \
             says what the other side objects to.{status}"
        ),
        Some(_) => format!(
            "A permanent refusal that is not in the catalogue; its text says what the other side \
             objects to.{status}"
        ),
        None => format!("No SMTP reply was found in the text.{status}"),
    }
}

fn attr_meaning(attr: u32) -> Option<&'static str> {
    match attr {
        34 => Some("a mail loop"),
        35 => Some("the wrong region, or a relay that was attributed to no tenant"),
        36 => Some(
            "a connector matched, but neither the sender's nor the certificate's domain is an \
             accepted domain",
        ),
        _ => None,
    }
}

/// The text in one line, without the `##` that ends a reply in an NDR.
fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").trim_end_matches(['#', ' ']).to_owned()
}

/// The reply in one line, up to where the other server's words end.
fn reply_line(text: &str, program: Option<MailProgram>) -> String {
    let line = one_line(text);
    let line = program.map_or(line.as_str(), |program| program.reply_in(&line));
    // The values behind LED in a queue of Exchange, and the recipient behind `##` in an NDR.
    let line = line.split("};{MSG=").next().unwrap_or(line);
    let line = line.split(" ##rfc822").next().unwrap_or(line);
    without_stray_end(end_of_server(line)).to_owned()
}

/// A reply of Exchange Online ends with its own server in brackets; what follows is another's.
fn end_of_server(line: &str) -> &str {
    let Some(place) = line.rfind(".outlook.com") else { return line };
    let is_open = line[..place].rfind('[').is_some_and(|open| !line[open..place].contains(']'));
    let Some(close) = line[place..].find(']').filter(|_| is_open) else { return line };
    let (reply, behind) = line.split_at(place + close + 1);
    if behind.trim_start().starts_with('[') { line } else { reply }
}

/// Without a quote or parenthesis at the end that was opened before the reply.
fn without_stray_end(line: &str) -> &str {
    let mut line = line.trim_end();
    while let Some(rest) = line.strip_suffix([')', '"']) {
        let is_closing = if line.ends_with(')') {
            rest.matches('(').count() > rest.matches(')').count()
        } else {
            rest.matches('"').count() % 2 == 1
        };
        if is_closing {
            break;
        }
        line = rest.trim_end();
    }
    line
}

fn bounded(text: &str) -> (&str, bool) {
    if text.len() <= MAX_TEXT {
        return (text, false);
    }
    let end = (0..=MAX_TEXT).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    (&text[..end], true)
}
