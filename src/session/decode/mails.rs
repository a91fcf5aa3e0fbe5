//! The mails of a session in the making, and how each ended.

use super::texts::clear_for_reuse;
use crate::log::Span;
use crate::session::model::{MessageOutcome, Outcome};

/// One mail in the making.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct MessageDraft {
    pub(super) mail_from: Span,
    pub(super) record_id: Span,
    pub(super) internet_message_id: Span,
    /// The reply that decided about the mail as a whole.
    pub(super) reply: Span,
    /// Whether the mail as a whole was accepted or refused.
    pub(super) accepted: Option<bool>,
    /// The recipients are `first_recipient..` up to the next message's first.
    pub(super) first_recipient: usize,
}

/// One recipient in the making.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct RecipientDraft {
    pub(super) address: Span,
    pub(super) reply: Span,
    pub(super) accepted: Option<bool>,
}

/// The mails of a session, and the recipients of all of them.
#[derive(Debug, Default)]
pub(super) struct Mails {
    pub(super) messages: Vec<MessageDraft>,
    pub(super) recipients: Vec<RecipientDraft>,
}

impl Mails {
    pub(super) fn recipients_of(&self, message: usize) -> &[RecipientDraft] {
        let first = self.messages[message].first_recipient;
        let next = self.messages.get(message + 1).map(|next| next.first_recipient);
        &self.recipients[first..next.unwrap_or(self.recipients.len())]
    }

    /// The reply that decided about a mail; where every recipient was refused, the first of those.
    pub(super) fn deciding_reply(&self, message: usize) -> Span {
        let reply = self.messages[message].reply;
        if reply.is_empty() && self.message_outcome(message) == MessageOutcome::Refused {
            return self
                .recipients_of(message)
                .first()
                .map(|first| first.reply)
                .unwrap_or_default();
        }
        reply
    }

    pub(super) fn message_outcome(&self, message: usize) -> MessageOutcome {
        let recipients = self.recipients_of(message);
        let is_refused = |recipient: &RecipientDraft| recipient.accepted == Some(false);
        match self.messages[message].accepted {
            Some(false) => MessageOutcome::Refused,
            Some(true) if recipients.iter().any(is_refused) => MessageOutcome::PartlyRefused,
            Some(true) => MessageOutcome::Delivered,
            None if !recipients.is_empty() && recipients.iter().all(is_refused) => {
                MessageOutcome::Refused
            }
            None => MessageOutcome::Incomplete,
        }
    }

    /// How a session with these mails ended; `None` without a mail.
    pub(super) fn outcome(&self) -> Option<Outcome> {
        if self.messages.is_empty() {
            return None;
        }
        let mut counts = [0_usize; 4];
        let mut has_refused_recipient = false;
        for message in 0..self.messages.len() {
            counts[match self.message_outcome(message) {
                MessageOutcome::Delivered => 0,
                MessageOutcome::PartlyRefused => 1,
                MessageOutcome::Refused => 2,
                MessageOutcome::Incomplete => 3,
            }] += 1;
            has_refused_recipient |= self
                .recipients_of(message)
                .iter()
                .any(|recipient| recipient.accepted == Some(false));
        }
        Some(match counts {
            [_, 0, 0, 0] => Outcome::Delivered,
            [0, 0, _, 0] => Outcome::Refused,
            [_, 0, 0, _] if !has_refused_recipient => Outcome::Incomplete,
            _ => Outcome::PartlyRefused,
        })
    }

    /// Begins anew, keeping its buffers.
    pub(super) fn clear_for_reuse(&mut self) {
        clear_for_reuse(&mut self.messages);
        clear_for_reuse(&mut self.recipients);
    }
}
