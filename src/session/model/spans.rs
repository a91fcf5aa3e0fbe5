//! FileRegistry in the text of a session, and mails and recipients as records of such places.

use super::outcome::MessageOutcome;
use crate::reply::RejectionClass;

/// A place in the text of a session, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TextSpan {
    pub start: u32,
    pub length: u32,
}

impl TextSpan {
    /// The place of a text that the log does not hold. No text is that long.
    pub const ABSENT: Self = Self { start: u32::MAX, length: 0 };

    #[inline]
    pub(crate) fn range(self) -> std::ops::Range<usize> {
        let start = self.start as usize;
        start..start + self.length as usize
    }
}

/// One mail of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MessageSpans {
    pub mail_from: TextSpan,
    pub record_id: TextSpan,
    pub internet_message_id: TextSpan,
    pub reply: TextSpan,
    pub outcome: MessageOutcome,
    /// Its recipients among all of the session.
    pub first_recipient: u32,
    pub recipient_count: u32,
}

/// One recipient of a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RecipientSpans {
    pub address: TextSpan,
    pub reply: TextSpan,
    pub rejection: Option<RejectionClass>,
}

/// The bytes of a mail's record: its members one after the other, each number in four bytes.
pub(super) type MessageRecord = [u8; 44];
/// The bytes of a recipient's record.
pub(super) type RecipientRecord = [u8; 20];

impl MessageSpans {
    pub(super) fn to_record(self) -> MessageRecord {
        bytes([
            self.mail_from.start,
            self.mail_from.length,
            self.record_id.start,
            self.record_id.length,
            self.internet_message_id.start,
            self.internet_message_id.length,
            self.reply.start,
            self.reply.length,
            self.outcome.number(),
            self.first_recipient,
            self.recipient_count,
        ])
    }

    pub(super) fn of_record(record: &MessageRecord) -> Self {
        let numbers: [u32; 11] = numbers(record);
        let span = |place: usize| TextSpan { start: numbers[place], length: numbers[place + 1] };
        let [.., outcome, first_recipient, recipient_count] = numbers;
        Self {
            mail_from: span(0),
            record_id: span(2),
            internet_message_id: span(4),
            reply: span(6),
            outcome: MessageOutcome::from_number(outcome).unwrap_or(MessageOutcome::Incomplete),
            first_recipient,
            recipient_count,
        }
    }
}

impl RecipientSpans {
    pub(super) fn to_record(self) -> RecipientRecord {
        bytes([
            self.address.start,
            self.address.length,
            self.reply.start,
            self.reply.length,
            self.rejection.map_or(0, RejectionClass::number),
        ])
    }

    pub(super) fn of_record(record: &RecipientRecord) -> Self {
        let [address_start, address_length, reply_start, reply_length, rejection] = numbers(record);
        Self {
            address: TextSpan { start: address_start, length: address_length },
            reply: TextSpan { start: reply_start, length: reply_length },
            rejection: RejectionClass::from_number(rejection),
        }
    }
}

fn bytes<const COUNT: usize, const LENGTH: usize>(numbers: [u32; COUNT]) -> [u8; LENGTH] {
    let mut bytes = [0; LENGTH];
    for (bytes, number) in bytes.as_chunks_mut().0.iter_mut().zip(numbers) {
        *bytes = number.to_ne_bytes();
    }
    bytes
}

fn numbers<const COUNT: usize, const LENGTH: usize>(bytes: &[u8; LENGTH]) -> [u32; COUNT] {
    let mut numbers = [0; COUNT];
    for (number, bytes) in numbers.iter_mut().zip(bytes.as_chunks().0) {
        *number = u32::from_ne_bytes(*bytes);
    }
    numbers
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn span() -> impl Strategy<Value = TextSpan> {
        (any::<u32>(), any::<u32>()).prop_map(|(start, length)| TextSpan { start, length })
    }

    proptest! {
        #[test]
        fn records_give_back_what_they_were_made_of(
            [mail_from, record_id, internet_message_id, reply] in prop::array::uniform4(span()),
            outcome in prop::sample::select(MessageOutcome::ALL),
            rejection in prop::option::of(prop::sample::select(RejectionClass::ALL)),
            (first_recipient, recipient_count) in any::<(u32, u32)>(),
        ) {
            let message = MessageSpans {
                mail_from, record_id, internet_message_id, reply, outcome, first_recipient,
                recipient_count,
            };
            prop_assert_eq!(MessageSpans::of_record(&message.to_record()), message);
            let recipient = RecipientSpans { address: mail_from, reply, rejection };
            prop_assert_eq!(RecipientSpans::of_record(&recipient.to_record()), recipient);
        }
    }
}
