//! The texts of a session: one piece of text, and where each of them stands in it.

use std::fmt;

use super::message::Message;
use super::model::MessageOutcome;
use super::texts::{clear_for_reuse, lossy};
use crate::reply::RejectionClass;

/// A place in the text of a session, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TextSpan {
    pub start: u32,
    pub length: u32,
}

impl TextSpan {
    /// The place of a text that the log does not tell. No text is that long.
    pub const ABSENT: Self = Self { start: u32::MAX, length: 0 };

    #[inline]
    fn range(self) -> std::ops::Range<usize> {
        let start = self.start as usize;
        start..start + self.length as usize
    }
}

/// What each text of a session is, beside those of its mails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SessionTexts<T> {
    pub connector: T,
    pub session_id: T,
    pub proxy_session_id: T,
    pub local_endpoint: T,
    pub remote_endpoint: T,
    pub remote_host: T,
    pub ehlo_name: T,
    pub public_ip_address: T,
    pub tls_protocol: T,
    pub tls_cipher: T,
    pub tls_error: T,
    pub reply: T,
}

impl<T> SessionTexts<T> {
    pub fn map<U>(self, mut change: impl FnMut(T) -> U) -> SessionTexts<U> {
        SessionTexts {
            connector: change(self.connector),
            session_id: change(self.session_id),
            proxy_session_id: change(self.proxy_session_id),
            local_endpoint: change(self.local_endpoint),
            remote_endpoint: change(self.remote_endpoint),
            remote_host: change(self.remote_host),
            ehlo_name: change(self.ehlo_name),
            public_ip_address: change(self.public_ip_address),
            tls_protocol: change(self.tls_protocol),
            tls_cipher: change(self.tls_cipher),
            tls_error: change(self.tls_error),
            reply: change(self.reply),
        }
    }
}

/// One mail of a session.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MessageSpans {
    pub mail_from: TextSpan,
    pub record_id: TextSpan,
    pub internet_message_id: TextSpan,
    pub reply: TextSpan,
    pub outcome: MessageOutcome,
    /// Its recipients among all of the session.
    pub first_recipient: usize,
    pub recipient_count: usize,
}

/// One recipient of a mail.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RecipientSpans {
    pub address: TextSpan,
    pub reply: TextSpan,
    pub rejection: Option<RejectionClass>,
}

/// All texts of a session and of its mails. Two are equal if they say the same, wherever it stands.
#[derive(Clone)]
pub(crate) struct Content {
    pub text: Box<str>,
    pub fields: SessionTexts<TextSpan>,
    pub messages: Box<[MessageSpans]>,
    /// Those of all mails, in their order.
    pub recipients: Box<[RecipientSpans]>,
}

impl Content {
    #[inline]
    pub fn get(&self, span: TextSpan) -> Option<&str> {
        self.text.get(span.range())
    }

    pub(super) fn messages(
        &self,
    ) -> impl ExactSizeIterator<Item = Message<'_>> + DoubleEndedIterator + Clone {
        self.messages.iter().map(|spans| Message::new(self, spans))
    }

    fn texts(&self) -> SessionTexts<Option<&str>> {
        self.fields.map(|span| self.get(span))
    }
}

impl PartialEq for Content {
    fn eq(&self, other: &Self) -> bool {
        self.texts() == other.texts() && self.messages().eq(other.messages())
    }
}

impl Eq for Content {}

impl fmt::Debug for Content {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let messages: Vec<Message<'_>> = self.messages().collect();
        formatter
            .debug_struct("Content")
            .field("texts", &self.texts())
            .field("messages", &messages)
            .finish()
    }
}

/// Gathers the bytes of the texts of one session after the other, in the same buffer.
#[derive(Default)]
pub(super) struct ContentWriter {
    bytes: Vec<u8>,
    /// Whether a text begins with what could end a character of the text before it.
    has_torn_character: bool,
}

impl ContentWriter {
    /// Adds a text. What comes after 4 GiB, which no session has, is absent.
    #[inline]
    pub(super) fn text(&mut self, text: &[u8]) -> TextSpan {
        let start = self.bytes.len();
        match (u32::try_from(start), u32::try_from(text.len())) {
            (Ok(start), Ok(length)) if start.checked_add(length).is_some() => {
                self.has_torn_character |= matches!(text.first(), Some(0x80..=0xBF));
                self.bytes.extend_from_slice(text);
                TextSpan { start, length }
            }
            _ => TextSpan::ABSENT,
        }
    }

    /// Adds a text that is absent where it is empty.
    #[inline]
    pub(super) fn text_if_any(&mut self, text: &[u8]) -> TextSpan {
        if text.is_empty() { TextSpan::ABSENT } else { self.text(text) }
    }

    pub(super) fn optional(&mut self, text: Option<&str>) -> TextSpan {
        text.map_or(TextSpan::ABSENT, |text| self.text(text.as_bytes()))
    }

    /// The content whose texts were added, and begins anew.
    pub(super) fn finish(
        &mut self,
        fields: SessionTexts<TextSpan>,
        messages: Box<[MessageSpans]>,
        recipients: Box<[RecipientSpans]>,
    ) -> Content {
        let content = match std::str::from_utf8(&self.bytes) {
            Ok(text) if !self.has_torn_character => {
                Content { text: text.into(), fields, messages, recipients }
            }
            _ => self.repaired(fields, messages, recipients),
        };
        clear_for_reuse(&mut self.bytes);
        self.has_torn_character = false;
        content
    }

    /// The content with every sequence that is no UTF-8 replaced by U+FFFD, in each text on its own.
    fn repaired(
        &self,
        fields: SessionTexts<TextSpan>,
        mut messages: Box<[MessageSpans]>,
        mut recipients: Box<[RecipientSpans]>,
    ) -> Content {
        let mut valid = Self::default();
        let mut repair = |span: TextSpan| {
            let bytes = self.bytes.get(span.range());
            bytes.map_or(TextSpan::ABSENT, |bytes| valid.text(lossy(bytes).as_bytes()))
        };
        let fields = fields.map(&mut repair);
        for message in &mut messages {
            message.mail_from = repair(message.mail_from);
            message.record_id = repair(message.record_id);
            message.internet_message_id = repair(message.internet_message_id);
            message.reply = repair(message.reply);
        }
        for recipient in &mut recipients {
            recipient.address = repair(recipient.address);
            recipient.reply = repair(recipient.reply);
        }
        valid.finish(fields, messages, recipients)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn content_of(texts: [&[u8]; 12]) -> Content {
        let mut writer = ContentWriter::default();
        writer.text(b"of the session before \xC3");
        let nothing = [TextSpan::ABSENT; 12];
        writer.finish(fields_of(nothing), Box::default(), Box::default());
        let fields = fields_of(texts.map(|text| writer.text(text)));
        writer.finish(fields, Box::default(), Box::default())
    }

    fn fields_of<T>(texts: [T; 12]) -> SessionTexts<T> {
        let mut texts = texts.into_iter();
        fields_of_nothing().map(|()| texts.next().unwrap())
    }

    fn fields_of_nothing() -> SessionTexts<()> {
        SessionTexts {
            connector: (),
            session_id: (),
            proxy_session_id: (),
            local_endpoint: (),
            remote_endpoint: (),
            remote_host: (),
            ehlo_name: (),
            public_ip_address: (),
            tls_protocol: (),
            tls_cipher: (),
            tls_error: (),
            reply: (),
        }
    }

    #[test]
    fn halves_of_a_character_in_neighbouring_texts_do_not_become_one() {
        let mut texts: [&[u8]; 12] = [b"a"; 12];
        texts[3] = b"m\xC3";
        texts[4] = b"\xBCller";
        let content = content_of(texts);
        assert_eq!(content.get(content.fields.local_endpoint), Some("m\u{FFFD}"));
        assert_eq!(content.get(content.fields.remote_endpoint), Some("\u{FFFD}ller"));
        assert_eq!(content.get(content.fields.reply), Some("a"));
    }

    proptest! {
        #[test]
        fn every_text_is_what_it_is_on_its_own(
            texts in prop::array::uniform12(prop_oneof![
                "[a-zé世]{0,4}".prop_map(String::into_bytes),
                prop::collection::vec(any::<u8>(), 0..4),
            ]),
        ) {
            let content = content_of(texts.each_ref().map(Vec::as_slice));
            let expected = texts.each_ref().map(|text| String::from_utf8_lossy(text));
            prop_assert_eq!(content.texts(), fields_of(expected.each_ref().map(|text| Some(&**text))));
        }
    }
}
