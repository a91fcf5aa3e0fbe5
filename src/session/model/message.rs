//! The mails of a session.

use std::fmt;

use serde::{Serialize, Serializer};

use super::content::Content;
use super::outcome::MessageOutcome;
use super::spans::{MessageSpans, RecipientRecord, RecipientSpans};
use crate::reply::RejectionClass;

/// One mail of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Message<'session> {
    mail_from: Option<&'session str>,
    record_id: Option<&'session str>,
    internet_message_id: Option<&'session str>,
    reply: Option<&'session str>,
    outcome: MessageOutcome,
    recipients: Recipients<'session>,
}

impl<'session> Message<'session> {
    fn new(content: &'session Content, spans: MessageSpans) -> Self {
        let first = spans.first_recipient as usize;
        let all = content.recipient_records();
        let own = all.get(first..first + spans.recipient_count as usize);
        Self {
            mail_from: content.get(spans.mail_from),
            record_id: content.get(spans.record_id),
            internet_message_id: content.get(spans.internet_message_id),
            reply: content.get(spans.reply),
            outcome: spans.outcome,
            recipients: Recipients { content, records: own.unwrap_or_default() },
        }
    }

    pub(super) fn all_of(
        content: &'session Content,
    ) -> impl ExactSizeIterator<Item = Self> + DoubleEndedIterator + Clone {
        content.message_spans().map(|spans| Self::new(content, spans))
    }

    /// The address of MAIL FROM; `<>` is the null sender (RFC 5321, 4.5.5).
    #[must_use]
    pub fn mail_from(self) -> Option<&'session str> {
        self.mail_from
    }

    /// Exchange's record id, from `sending message with RecordId`.
    #[must_use]
    pub fn record_id(self) -> Option<&'session str> {
        self.record_id
    }

    /// The Message-ID with its angle brackets.
    #[must_use]
    pub fn internet_message_id(self) -> Option<&'session str> {
        self.internet_message_id
    }

    /// The reply that decided about the mail: to the end of its data, else the refusal of its
    /// MAIL FROM, else, where every recipient was refused, the first of those.
    #[must_use]
    pub fn reply(self) -> Option<&'session str> {
        self.reply
    }

    /// How it ended.
    #[must_use]
    pub fn outcome(self) -> MessageOutcome {
        self.outcome
    }

    /// One per RCPT TO.
    #[must_use]
    pub fn recipients(
        self,
    ) -> impl ExactSizeIterator<Item = Recipient<'session>> + DoubleEndedIterator + Clone {
        self.recipients.iter()
    }
}

/// One RCPT TO of a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Recipient<'session> {
    address: &'session str,
    reply: Option<&'session str>,
    rejection: Option<RejectionClass>,
}

impl<'session> Recipient<'session> {
    /// The address.
    #[must_use]
    pub fn address(self) -> &'session str {
        self.address
    }

    /// The reply to its RCPT TO.
    #[must_use]
    pub fn reply(self) -> Option<&'session str> {
        self.reply
    }

    /// The class of that reply where it is a refusal.
    #[must_use]
    pub fn rejection(self) -> Option<RejectionClass> {
        self.rejection
    }
}

/// The recipients of one mail.
#[derive(Clone, Copy)]
struct Recipients<'session> {
    content: &'session Content,
    records: &'session [RecipientRecord],
}

impl<'session> Recipients<'session> {
    fn iter(
        self,
    ) -> impl ExactSizeIterator<Item = Recipient<'session>> + DoubleEndedIterator + Clone {
        self.records.iter().map(RecipientSpans::of_record).map(move |spans| Recipient {
            address: self.content.get(spans.address).unwrap_or_default(),
            reply: self.content.get(spans.reply),
            rejection: spans.rejection,
        })
    }
}

impl PartialEq for Recipients<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Recipients<'_> {}

impl fmt::Debug for Recipients<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.iter()).finish()
    }
}

impl Serialize for Recipients<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl PartialEq for Content {
    fn eq(&self, other: &Self) -> bool {
        self.texts() == other.texts() && Message::all_of(self).eq(Message::all_of(other))
    }
}

impl Eq for Content {}

impl fmt::Debug for Content {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let messages: Vec<Message<'_>> = Message::all_of(self).collect();
        formatter
            .debug_struct("Content")
            .field("texts", &self.texts())
            .field("messages", &messages)
            .finish()
    }
}
