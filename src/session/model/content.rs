//! The texts of a session: one piece of text, and where each of them stands in it.

use std::borrow::Cow;

use bytes::{Bytes, BytesMut};
use bytestring::ByteString;

use super::spans::{MessageRecord, MessageSpans, RecipientRecord, RecipientSpans, TextSpan};

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

/// All texts of a session and of its mails. Two are equal if they say the same, wherever it stands.
///
/// Its memory is a part of a block that several sessions share, so that a session takes none of its
/// own, and gives none back to the allocator in another thread than took it, which would make both
/// wait. A block lives as long as any of its sessions.
#[derive(Clone)]
pub(crate) struct Content {
    text: ByteString,
    pub fields: SessionTexts<TextSpan>,
    /// Those of the mails, then those of the recipients of all mails in their order.
    records: Bytes,
    message_count: usize,
}

impl Content {
    /// All its texts, one behind the other.
    #[inline]
    pub fn text(&self) -> &str {
        &self.text
    }

    #[inline]
    pub fn get(&self, span: TextSpan) -> Option<&str> {
        self.text.get(span.range())
    }

    pub fn message_spans(
        &self,
    ) -> impl ExactSizeIterator<Item = MessageSpans> + DoubleEndedIterator + Clone {
        let (messages, _) = self.records.as_chunks();
        messages.iter().take(self.message_count).map(MessageSpans::of_record)
    }

    /// Those of all mails.
    pub fn recipient_spans(
        &self,
    ) -> impl ExactSizeIterator<Item = RecipientSpans> + DoubleEndedIterator + Clone {
        self.recipient_records().iter().map(RecipientSpans::of_record)
    }

    pub(crate) fn recipient_records(&self) -> &[RecipientRecord] {
        let messages = self.message_count * size_of::<MessageRecord>();
        self.records.get(messages..).unwrap_or_default().as_chunks().0
    }

    /// Takes memory of its own, to wait without keeping that of other sessions.
    pub(crate) fn detach(&mut self) {
        self.text = String::from(&*self.text).into();
        self.records = Bytes::copy_from_slice(&self.records);
    }

    pub(crate) fn texts(&self) -> SessionTexts<Option<&str>> {
        self.fields.map(|span| self.get(span))
    }
}

/// Writes the texts and mails of one session after the other: the texts of the session, its mails,
/// then the recipients of all of them.
#[derive(Default)]
pub(crate) struct ContentWriter {
    text: BytesMut,
    /// Whether a text begins with what could end a character of the text before it.
    has_torn_character: bool,
    records: BytesMut,
    message_count: usize,
}

/// Bytes of the blocks that sessions share: some dozens find room in one.
const TEXT_BLOCK: usize = 1 << 16;
const RECORD_BLOCK: usize = 1 << 14;

impl ContentWriter {
    /// Adds a text. What comes after 4 GiB, which no session has, is absent.
    pub(crate) fn text(&mut self, text: &[u8]) -> TextSpan {
        let start = self.text.len();
        self.text.extend_from_slice(text);
        self.added(start)
    }

    /// Adds the text that is appended to those before it.
    #[inline]
    pub(crate) fn append(&mut self, append: impl FnOnce(&mut BytesMut)) -> TextSpan {
        let start = self.text.len();
        append(&mut self.text);
        self.added(start)
    }

    /// What was added from that byte on.
    #[inline]
    fn added(&mut self, start: usize) -> TextSpan {
        self.has_torn_character |= matches!(self.text.get(start), Some(0x80..=0xBF));
        match (u32::try_from(start), u32::try_from(self.text.len())) {
            (Ok(start), Ok(end)) => TextSpan { start, length: end - start },
            _ => TextSpan::ABSENT,
        }
    }

    /// Adds a text that is absent where it is empty.
    #[inline]
    pub(crate) fn text_if_any(&mut self, text: &[u8]) -> TextSpan {
        if text.is_empty() { TextSpan::ABSENT } else { self.text(text) }
    }

    pub(crate) fn optional(&mut self, text: Option<&str>) -> TextSpan {
        text.map_or(TextSpan::ABSENT, |text| self.text(text.as_bytes()))
    }

    /// Adds a mail; all mails come before the first recipient.
    pub(crate) fn message(&mut self, message: MessageSpans) {
        self.message_count += 1;
        self.records.extend_from_slice(&message.to_record());
    }

    /// Adds a recipient of the mails added.
    pub(crate) fn recipient(&mut self, recipient: RecipientSpans) {
        self.records.extend_from_slice(&recipient.to_record());
    }

    /// Makes room for a session beside those before it.
    pub(crate) fn begin(&mut self) {
        for (block, size) in [(&mut self.text, TEXT_BLOCK), (&mut self.records, RECORD_BLOCK)] {
            if block.capacity() < size / 16 || block.capacity() > size {
                *block = BytesMut::with_capacity(size);
            }
        }
    }

    /// The content of what was added, and begins anew.
    pub(crate) fn finish(&mut self, fields: SessionTexts<TextSpan>) -> Content {
        let text = self.text.split().freeze();
        let records = self.records.split().freeze();
        let message_count = std::mem::take(&mut self.message_count);
        let is_torn = std::mem::take(&mut self.has_torn_character);
        match ByteString::try_from(text.clone()) {
            Ok(text) if !is_torn => Content { text, fields, records, message_count },
            _ => repaired(&text, fields, &records, message_count),
        }
    }
}

/// The content with every sequence that is no UTF-8 replaced by U+FFFD, in each text on its own.
fn repaired(
    text: &[u8],
    fields: SessionTexts<TextSpan>,
    records: &[u8],
    message_count: usize,
) -> Content {
    let mut valid = ContentWriter::default();
    let repair = |valid: &mut ContentWriter, span: TextSpan| {
        let bytes = text.get(span.range());
        bytes.map_or(TextSpan::ABSENT, |bytes| valid.text(lossy(bytes).as_bytes()))
    };
    let fields = fields.map(|span| repair(&mut valid, span));
    let (messages, recipients) = records.split_at(message_count * size_of::<MessageRecord>());
    for message in messages.as_chunks().0.iter().map(MessageSpans::of_record) {
        let message = MessageSpans {
            mail_from: repair(&mut valid, message.mail_from),
            record_id: repair(&mut valid, message.record_id),
            internet_message_id: repair(&mut valid, message.internet_message_id),
            reply: repair(&mut valid, message.reply),
            ..message
        };
        valid.message(message);
    }
    for recipient in recipients.as_chunks().0.iter().map(RecipientSpans::of_record) {
        let recipient = RecipientSpans {
            address: repair(&mut valid, recipient.address),
            reply: repair(&mut valid, recipient.reply),
            ..recipient
        };
        valid.recipient(recipient);
    }
    valid.finish(fields)
}

/// Bytes with every invalid sequence replaced by U+FFFD.
pub(crate) fn lossy(bytes: &[u8]) -> Cow<'_, str> {
    // The usual case first: the check alone is much faster than the search for what to replace.
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => String::from_utf8_lossy(bytes),
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
        writer.finish(fields_of(nothing));
        let fields = fields_of(texts.map(|text| writer.text(text)));
        writer.finish(fields)
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
