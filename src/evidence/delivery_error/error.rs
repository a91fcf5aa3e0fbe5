//! An error of delivery, and where it comes from.

use serde::Serialize;

use super::retry_time::{ErrorDates, OPEN_TIME};
use super::returned::{Named, cause, is_cover, returned_lines};
use super::session_match::SessionMatch;
use crate::evidence::export::shortened;
use crate::named_enum::named_enum;
use crate::reply::{Explanation, RejectionClass, explain};
use crate::stated_time::StatedTime;
use crate::timestamp::Timestamp;

named_enum! {
    /// Where an error was found.
    DeliveryErrorSource {
        /// A text: a reply, a LastError, an NDR as it is read.
        Text = 1,
        /// An object of Get-Queue.
        Queue = 2,
        /// An object of Get-Message.
        QueuedMessage = 3,
        /// An object of Get-MessageTrackingLog.
        TrackingLog = 4,
        /// A non-delivery report as a mail.
        NonDeliveryReport = 5,
        /// An object of Get-MessageTraceDetail.
        MessageTrace = 6,
        /// An event of the Application log (Get-WinEvent).
        EventLog = 7,
        /// The headers of a message that was delivered.
        DeliveredMessage = 8,
    }
}

/// An error of delivery: what was said, by whom and when, and what it means.
///
/// Serialised with the names of its fields in PascalCase, those of the explanation among them, absent
/// values as `null`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DeliveryError {
    /// Where it was found.
    pub source: DeliveryErrorSource,
    /// The file, or what else it came from.
    pub path: String,
    /// The line, from 1; 0 where there is none.
    pub line: u64,
    /// The identity of the queue or of the message, such as `EX1\3`.
    pub identity: Option<String>,
    /// The server that reports it: whose queue it is, or which wrote the NDR.
    pub reporting_server: Option<String>,
    /// The domain or smart host to which the queue leads.
    pub next_hop: Option<String>,
    /// The server on the other side: Remote-MTA of an NDR, else the host of the text.
    pub remote_server: Option<String>,
    /// When the delivery failed, as exactly as it is reported: by the other side's stamp in the reply,
    /// else by the last attempt. Of times without a zone the LRT of a queue's error alone, which the
    /// search for its session takes for UTC.
    pub time: Option<StatedTime>,
    /// The envelope sender, or the author of the mail in an NDR.
    pub sender: Option<String>,
    /// For whom the mail was.
    pub recipients: Vec<String>,
    /// How many messages the queue holds.
    pub message_count: Option<u64>,
    /// The error as it was found.
    pub text: String,
    /// What it means. Its `internet_message_id` is that of the mail, wherever it was found.
    #[serde(flatten)]
    pub explanation: Explanation,
    /// The session of the log that it is about, where logs were read.
    pub session: Option<SessionMatch>,
}

/// The longest text that is kept, in characters.
const MAXIMUM_TEXT: usize = 8192;

impl DeliveryError {
    /// Explains one text.
    #[must_use]
    pub fn of_text(path: &str, text: &str) -> Self {
        let dates = ErrorDates::of_text(text);
        let mut error = Self::undated(path, text);
        error.add_retry_time(&dates, None);
        error.name_open_time(&dates);
        error
    }

    /// Gives the error the last attempt that its text names, where it has no time.
    pub(super) fn add_retry_time(&mut self, dates: &ErrorDates, near: Option<StatedTime>) {
        let printed = self.explanation.last_retry_time.as_deref();
        // As far as published texts show, it agrees with the other server's stamp.
        self.time = self.time.or_else(|| dates.retry_time(printed?, near));
    }

    /// Both days of a last attempt that gave the error no time, in words.
    pub(crate) fn open_time(&self) -> Option<&str> {
        let doubts = self.explanation.uncertain.iter().filter(|_| self.time.is_none());
        doubts.map(String::as_str).find(|doubt| doubt.starts_with(OPEN_TIME))
    }

    /// Names both days of a last attempt that gave the error no time.
    pub(super) fn name_open_time(&mut self, dates: &ErrorDates) {
        let printed = self.explanation.last_retry_time.as_deref().filter(|_| self.time.is_none());
        if let Some(doubt) = printed.and_then(|printed| dates.doubt(printed)) {
            self.explanation.uncertain.push(doubt);
        }
    }

    /// The same, without the time that a queue's error states by a clock of no zone.
    pub(super) fn undated(path: &str, text: &str) -> Self {
        let of_cause = || cause(&returned_lines(text), &[]);
        let mut explanation = explain(text);
        if is_cover(&explanation)
            && let Some((of_cause, _)) = of_cause()
        {
            explanation = of_cause;
        }
        let stamp = explanation.server_time.as_deref().and_then(Timestamp::parse);
        let is_event = explanation.rejection.is_some_and(RejectionClass::is_event);
        let named = Named::of(text);
        let computer = computer_of(text).filter(|_| is_event).map(str::to_owned);
        let remote_server = explanation.host.clone().or_else(|| explanation.server.clone());
        Self {
            source: DeliveryErrorSource::Text,
            path: path.to_owned(),
            line: 1,
            identity: None,
            reporting_server: computer.or(named.generating_server),
            next_hop: None,
            remote_server,
            time: stamp.map(StatedTime::from),
            sender: None,
            recipients: named.recipients,
            message_count: None,
            text: text.trim().chars().take(MAXIMUM_TEXT).collect(),
            explanation,
            session: None,
        }
    }

    /// Keeps a text in place of the one that was explained.
    pub(super) fn set_text(&mut self, text: &str) {
        self.text = text.trim().chars().take(MAXIMUM_TEXT).collect();
    }

    /// Who reports it: `The queue EX1\3`, `The NDR`.
    #[must_use]
    pub fn reporter(&self) -> String {
        let named = |what: &str| match &self.identity {
            Some(identity) => format!("The {what} {identity}"),
            None => format!("The {what}"),
        };
        match self.source {
            DeliveryErrorSource::Text => "The text".to_owned(),
            DeliveryErrorSource::Queue => named("queue"),
            DeliveryErrorSource::QueuedMessage => named("queued message"),
            DeliveryErrorSource::TrackingLog => "The message tracking log".to_owned(),
            DeliveryErrorSource::NonDeliveryReport => "The NDR".to_owned(),
            DeliveryErrorSource::MessageTrace => "The message trace".to_owned(),
            DeliveryErrorSource::EventLog => "The event log".to_owned(),
            DeliveryErrorSource::DeliveredMessage => "The delivered message".to_owned(),
        }
    }

    /// The innermost reply, else the beginning of the text, in one line.
    #[must_use]
    pub fn short_text(&self) -> String {
        self.explanation.reply.clone().unwrap_or_else(|| shortened(&self.text))
    }
}

/// The server in the text of an event, as the Event Viewer copies it.
fn computer_of(text: &str) -> Option<&str> {
    let value = text.lines().find_map(|line| line.trim().strip_prefix("Computer:"))?;
    Some(value.trim()).filter(|name| !name.is_empty() && !name.contains(char::is_whitespace))
}
