//! A non-delivery report as a mail: its delivery-status part (RFC 3464), else what its body says.

use std::borrow::Cow;
use std::collections::HashMap;

use mail_parser::{
    DateTime, HeaderName, HeaderValue, Message, MessageParser, MessagePart, PartType,
};
use memchr::memchr_iter;

use super::delivered;
use super::error::{DeliveryError, DeliveryErrorSource};
use super::html::text_of_html;
use super::returned::{Returned, cause, is_cover, returned_lines};
use super::status_fields::{self, Group, value};
use crate::stated_time::StatedTime;
use crate::timestamp::Timestamp;

/// Fields of which a mail has one before its body.
const MARKS: &[&str] =
    &["mime-version:", "content-type:", "received:", "return-path:", "message-id:", "x-ms-"];
/// What a header may be long.
const MAXIMUM_HEADER: usize = 256 << 10;
/// Recipients of one report that are listed apart.
const MAXIMUM_RECIPIENTS: usize = 1000;

/// Whether bytes are a mail: fields up to the first blank line, one of which only mails have.
pub(super) fn is_mail(bytes: &[u8]) -> bool {
    let beginning = String::from_utf8_lossy(&bytes[..bytes.len().min(MAXIMUM_HEADER)]);
    let mut has_mark = false;
    for (number, line) in beginning.trim_start_matches('\u{FEFF}').lines().enumerate() {
        if line.trim().is_empty() {
            return has_mark && number > 0;
        }
        if line.starts_with([' ', '\t']) {
            continue;
        }
        let is_name =
            |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic());
        let is_field = line.split_once(':').is_some_and(|(name, _)| is_name(name.trim_end()));
        let is_mbox_line = number == 0 && line.starts_with("From ");
        if !is_field && !is_mbox_line {
            return false;
        }
        let lower = line.to_ascii_lowercase();
        has_mark |= MARKS.iter().any(|mark| lower.starts_with(mark));
    }
    has_mark
}

/// The errors of a report: one for each diagnosis, with the recipients that it is about.
pub(super) fn read(path: &str, bytes: &[u8]) -> Vec<DeliveryError> {
    read_within(path, bytes, MAXIMUM_NESTING)
}

/// Mails inside each other that are read: a report that hangs on a mail that hangs on a mail.
const MAXIMUM_NESTING: usize = 3;

fn read_within(path: &str, bytes: &[u8], nesting: usize) -> Vec<DeliveryError> {
    let masked = without_nesting(bytes);
    let Some(message) = MessageParser::default().parse(&masked[..]) else { return Vec::new() };
    let common = Common::of(&message);
    let mut errors = Vec::new();
    let mut lines = LineCounter::new(&masked);
    let mut known = HashMap::new();
    for part in &message.parts {
        if is_type(part, "message", &["delivery-status", "global-delivery-status"]) {
            let line = lines.line_of(part.offset_body);
            add_recipients(path, &common, line, &text_of(part), (&mut errors, &mut known));
        }
    }
    let is_report = !errors.is_empty();
    if !is_report && nesting > 0 {
        errors = attached(&message, path, nesting - 1);
        if !errors.is_empty() {
            return errors;
        }
        let header_end = usize::try_from(message.root_part().offset_body).unwrap_or(bytes.len());
        let headers = String::from_utf8_lossy(bytes.get(..header_end).unwrap_or(bytes));
        if let Some(delivered) = delivered::read(path, &headers) {
            return vec![complete_delivered(delivered, &message)];
        }
    }
    let returned = returned_lines(&bodies(&message));
    for error in &mut errors {
        lift_cover(error, &returned);
    }
    if errors.iter().all(|error: &DeliveryError| !error.explanation.recognised) {
        // Where the status part says little, the body repeats the reply.
        let body = body(&message);
        let mut of_body = DeliveryError::of_text(path, &body);
        if of_body.explanation.recognised || errors.is_empty() {
            of_body.recipients = errors.iter().flat_map(|error| error.recipients.clone()).collect();
            of_body.line = 1;
            errors = vec![common.complete(of_body, None)];
        }
    }
    errors
}

/// A message that was delivered, with what else its headers say of it.
fn complete_delivered(mut delivered: DeliveryError, message: &Message<'_>) -> DeliveryError {
    delivered.time = message.date().and_then(timestamp).map(StatedTime::from);
    delivered.sender = message.from().and_then(|from| Some(from.first()?.address()?.to_owned()));
    delivered.explanation.internet_message_id = message.message_id().map(|id| format!("<{id}>"));
    delivered
}

/// The errors of reports that hang on a mail, whole or as a file.
fn attached(message: &Message<'_>, path: &str, nesting: usize) -> Vec<DeliveryError> {
    let mut errors = Vec::new();
    for part in &message.parts {
        let is_mail_part = is_type(part, "message", &[MASK]);
        let content = match &part.body {
            PartType::Binary(bytes) | PartType::InlineBinary(bytes) => bytes,
            PartType::Text(text) if is_mail_part => &Cow::Borrowed(text.as_bytes()),
            _ => continue,
        };
        if is_mail(content) {
            let read = read_within(path, content, nesting);
            errors.extend(read.into_iter().filter(|error| error.explanation.recognised));
        }
    }
    errors
}

/// All that a reader of the mail sees, as text and as HTML.
fn bodies(message: &Message<'_>) -> String {
    let parts = message.text_bodies().chain(message.html_bodies());
    let texts = parts.filter_map(|part| match &part.body {
        PartType::Text(text) => Some(text.clone().into_owned()),
        PartType::Html(html) => Some(text_of_html(html)),
        _ => None,
    });
    texts.collect::<Vec<_>>().join("\n")
}

/// Gives an error that is only a cover the cause that stands beside it.
fn lift_cover(error: &mut DeliveryError, lines: &[Returned]) {
    if !is_cover(&error.explanation) {
        return;
    }
    if let Some((explanation, host)) = cause(lines, &error.recipients) {
        let host = explanation.host.clone().or(host).or_else(|| explanation.server.clone());
        error.remote_server = host.or(error.remote_server.take());
        error.explanation = explanation;
    }
}

/// What all recipients of a report share.
#[derive(Default)]
struct Common {
    date: Option<StatedTime>,
    internet_message_id: Option<String>,
    sender: Option<String>,
}

impl Common {
    fn of(message: &Message<'_>) -> Self {
        let mut common = Self {
            date: message.date().and_then(timestamp).map(StatedTime::from),
            // An NDR answers the mail that it is about.
            internet_message_id: message_id(message.in_reply_to())
                .or_else(|| message_id(message.references())),
            sender: message.to().and_then(|to| Some(to.first()?.address()?.to_owned())),
        };
        for part in &message.parts {
            let is_original = is_type(part, "message", &[MASK, "global-headers"])
                || is_type(part, "text", &["rfc822-headers"]);
            if !is_original {
                continue;
            }
            let raw = text_of(part);
            let Some(original) = MessageParser::default().parse_headers(raw.as_bytes()) else {
                continue;
            };
            if let Some(id) = original.message_id() {
                common.internet_message_id = Some(format!("<{id}>"));
            }
            let from = original.from().and_then(|from| Some(from.first()?.address()?.to_owned()));
            common.sender = from.or(common.sender);
        }
        common
    }

    fn complete(
        &self,
        mut error: DeliveryError,
        last_attempt: Option<StatedTime>,
    ) -> DeliveryError {
        error.source = DeliveryErrorSource::NonDeliveryReport;
        error.time = error.time.or(last_attempt).or(self.date);
        error.sender.clone_from(&self.sender);
        if self.internet_message_id.is_some() {
            error.explanation.internet_message_id.clone_from(&self.internet_message_id);
        }
        error
    }
}

/// What a reader of the mail sees.
fn body(message: &Message<'_>) -> String {
    let plain = message.text_bodies().find_map(|part| match &part.body {
        PartType::Text(text) => Some(text.clone().into_owned()),
        _ => None,
    });
    let html = || {
        message.html_bodies().find_map(|part| match &part.body {
            PartType::Html(html) => Some(text_of_html(html)),
            _ => None,
        })
    };
    plain.filter(|text| !text.trim().is_empty()).or_else(html).unwrap_or_default()
}

fn add_recipients(
    path: &str,
    common: &Common,
    first_line: u64,
    text: &str,
    (errors, by_text): (&mut Vec<DeliveryError>, &mut HashMap<String, usize>),
) {
    let groups = status_fields::read(text);
    let reporting = groups.first().and_then(|group| value(group, "Reporting-MTA"));
    for group in groups.iter().take(MAXIMUM_RECIPIENTS) {
        let recipient = value(group, "Original-Recipient").or(value(group, "Final-Recipient"));
        let (Some((recipient, _)), true) = (recipient, is_failure(group)) else { continue };
        let recipient = recipient.trim_matches(['<', '>']).to_owned();
        let diagnosis = value(group, "Diagnostic-Code").or(value(group, "Status"));
        let Some((diagnosis, line)) = diagnosis else { continue };
        if let Some(known) = by_text.get(diagnosis).and_then(|index| errors.get_mut(*index)) {
            known.recipients.push(recipient);
            continue;
        }
        if errors.len() == MAXIMUM_RECIPIENTS {
            const MORE: &str = "The report has further recipients, which are not listed.";
            let doubts = errors.first_mut().map(|error| &mut error.explanation.uncertain);
            if let Some(doubts) = doubts.filter(|doubts| !doubts.iter().any(|own| own == MORE)) {
                doubts.push(MORE.to_owned());
            }
            return;
        }
        let mut error = DeliveryError::of_text(path, diagnosis);
        error.line = first_line + line;
        error.reporting_server = reporting.map(|(host, _)| host.to_owned());
        if let Some((host, _)) = value(group, "Remote-MTA") {
            error.remote_server = Some(host.to_owned());
        }
        error.recipients.push(recipient);
        let last_attempt = value(group, "Last-Attempt-Date")
            .and_then(|(date, _)| timestamp(&DateTime::parse_rfc822(&format!("{date}\n"))?))
            .map(StatedTime::from);
        let mut error = common.complete(error, last_attempt);
        if let Some(before) = errors.last() {
            error.explanation.share_with(&before.explanation);
        }
        by_text.entry(error.text.clone()).or_insert(errors.len());
        errors.push(error);
    }
}

/// Delivered, relayed and expanded mail is no error.
fn is_failure(group: &Group) -> bool {
    value(group, "Action").is_none_or(|(action, _)| {
        ["failed", "delayed"].iter().any(|failure| action.eq_ignore_ascii_case(failure))
    })
}

fn timestamp(date: &DateTime) -> Option<Timestamp> {
    date.is_valid().then(|| Timestamp::parse(&date.to_rfc3339())).flatten()
}

fn message_id(value: &HeaderValue<'_>) -> Option<String> {
    let id = match value {
        HeaderValue::Text(id) => id.as_ref(),
        HeaderValue::TextList(ids) => ids.last()?.as_ref(),
        _ => return None,
    };
    Some(format!("<{id}>"))
}

fn text_of<'p>(part: &'p MessagePart<'_>) -> Cow<'p, str> {
    match &part.body {
        PartType::Text(text) | PartType::Html(text) => Cow::Borrowed(text.as_ref()),
        PartType::Binary(bytes) | PartType::InlineBinary(bytes) => String::from_utf8_lossy(bytes),
        PartType::Message(_) | PartType::Multipart(_) => Cow::Borrowed(""),
    }
}

fn is_type(part: &MessagePart<'_>, kind: &str, subtypes: &[&str]) -> bool {
    let Some(header) = part.headers.iter().find(|header| header.name == HeaderName::ContentType)
    else {
        return false;
    };
    header.value.as_content_type().is_some_and(|content| {
        let subtype = content.c_subtype.as_deref().unwrap_or_default();
        content.c_type.eq_ignore_ascii_case(kind)
            && subtypes.iter().any(|known| subtype.eq_ignore_ascii_case(known))
    })
}

/// Finds the lines of places that come in their order, without counting any line twice.
struct LineCounter<'a> {
    bytes: &'a [u8],
    counted: usize,
    lines: u64,
}

impl<'a> LineCounter<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, counted: 0, lines: 0 }
    }

    fn line_of(&mut self, offset: u32) -> u64 {
        let offset = (offset as usize).min(self.bytes.len());
        if offset < self.counted {
            (self.counted, self.lines) = (0, 0);
        }
        self.lines += memchr_iter(b'\n', &self.bytes[self.counted..offset]).count() as u64;
        self.counted = offset;
        self.lines + 1
    }
}

/// What stands in place of the subtypes by which mails lie within mails.
const MASK: &str = "masked";
const NESTING: &[&str] = &["rfc822", "global", "digest"];

/// The mail with its attached mails taken for opaque parts: the parser would descend into them, as
/// deep as they are nested, and nothing of them but the header is wanted.
fn without_nesting(bytes: &[u8]) -> Vec<u8> {
    const NAME: &[u8] = b"content-type";
    let mut masked = bytes.to_vec();
    let mut at = 0;
    while let Some(start) = find_in_any_case(&masked[at..], NAME).map(|start| at + start) {
        let field_end = memchr_iter(b'\n', &masked[start..])
            .map(|newline| start + newline)
            .find(|newline| !matches!(masked.get(newline + 1), Some(b' ' | b'\t')))
            .unwrap_or(masked.len());
        let field = &mut masked[start..field_end];
        for word in NESTING {
            let mut from = 0;
            while let Some(place) = find_in_any_case(&field[from..], word.as_bytes()) {
                let end = from + place + word.len();
                // `text/rfc822-headers` nests nothing.
                if field.get(end) != Some(&b'-') {
                    field[from + place..end].copy_from_slice(MASK.as_bytes());
                }
                from = end;
            }
        }
        at = field_end.max(start + NAME.len());
    }
    masked
}

fn find_in_any_case(bytes: &[u8], lower: &[u8]) -> Option<usize> {
    let first = *lower.first()?;
    memchr::memchr2_iter(first, first.to_ascii_uppercase(), bytes).find(|start| {
        bytes
            .get(*start..start + lower.len())
            .is_some_and(|found| found.eq_ignore_ascii_case(lower))
    })
}
