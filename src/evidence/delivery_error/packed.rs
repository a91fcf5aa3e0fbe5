//! Many errors in little memory: what alike ones have in common is kept once.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use super::error::DeliveryError;
use super::words::{OwnWords, Texts};
use crate::finding::Values;
use crate::reply::{Explanation, ReplyNumbers};
use crate::stated_time::StatedTime;

/// Errors in their order. Those that differ in their stamps, ids, people and texts alone share the rest.
#[derive(Clone, Debug, Default)]
pub struct DeliveryErrorList {
    errors: Vec<Packed>,
    kinds: Kinds,
}

/// What errors have in common, by a hash of what tells most apart; and the paths and meanings that
/// several of them name.
#[derive(Clone, Debug, Default)]
struct Kinds {
    by_hash: HashMap<u64, Arc<DeliveryError>>,
    /// The texts of the first of each kind and shape.
    first_texts: HashMap<u64, Arc<Texts>>,
    texts: HashSet<Arc<str>>,
}

/// One error.
#[derive(Clone, Debug)]
pub(super) struct Packed {
    /// What it shares with others; what is its own is empty in it.
    pub common: Arc<DeliveryError>,
    pub time: Option<StatedTime>,
    line: u64,
    message_count: Option<u64>,
    path: Arc<str>,
    meaning: Arc<str>,
    numbers: ReplyNumbers,
    /// With what its steps were filled, where its own texts do not say so.
    values: Option<Box<Values>>,
    /// The texts of the first that is alike, and its own words in them.
    first_texts: Arc<Texts>,
    own_words: OwnWords,
}

/// Texts that an error has once or not at all.
const OWN_TEXTS: usize = 18;
const REPLY: u8 = 1;
const SERVER_SESSION_ID: u8 = 2;
const MESSAGE_ID: u8 = 3;
const REPORTING_SERVER: u8 = 4;
const IP_ADDRESS: u8 = 5;
/// The hosts that it names begin here.
const FIRST_HOST: u8 = 6;
const LAST_HOST: u8 = 10;
/// Behind these its whole text, and its lists.
const TEXT: u8 = 18;
const RECIPIENT: u8 = 19;
const UNCERTAIN: u8 = 20;
const WRAPPER: u8 = 21;

/// The places of an error's own texts, in the order of their names.
fn own_texts(error: &mut DeliveryError) -> [&mut Option<String>; OWN_TEXTS] {
    let explanation = &mut error.explanation;
    [
        &mut error.identity,
        &mut explanation.reply,
        &mut explanation.server_session_id,
        &mut explanation.internet_message_id,
        &mut error.reporting_server,
        &mut explanation.ip_address,
        &mut error.remote_server,
        &mut error.next_hop,
        &mut explanation.host,
        &mut explanation.fqdn,
        &mut explanation.server,
        &mut explanation.server_time,
        &mut explanation.last_retry_time,
        &mut error.sender,
        &mut explanation.expected_subject,
        &mut explanation.presented_subject,
        &mut explanation.thumbprint,
        &mut explanation.send_connector,
    ]
}

/// Takes the texts out that are an error's own.
fn take_texts(error: &mut DeliveryError) -> Texts {
    let mut texts = Texts::default();
    texts.add(TEXT, &std::mem::take(&mut error.text));
    for (name, text) in (0..).zip(own_texts(error)) {
        if let Some(text) = text.take() {
            texts.add(name, &text);
        }
    }
    for (name, list) in [
        (RECIPIENT, &mut error.recipients),
        (UNCERTAIN, &mut error.explanation.uncertain),
        (WRAPPER, &mut error.explanation.wrappers),
    ] {
        for text in std::mem::take(list) {
            texts.add(name, &text);
        }
    }
    texts
}

impl Kinds {
    /// Parts an error into what is its own and what it shares with one before.
    fn pack(&mut self, mut error: DeliveryError) -> Packed {
        let values = error.explanation.take_values().map(Box::new);
        let texts = take_texts(&mut error);
        let (time, line) = (error.time.take(), std::mem::take(&mut error.line));
        let message_count = error.message_count.take();
        let path = self.shared(std::mem::take(&mut error.path).into());
        let meaning = self.shared(std::mem::take(&mut error.explanation.meaning));
        let numbers = error.explanation.take_numbers();
        let kind = kind_of(&error);
        let common = self.common(kind, error);
        let (first_texts, own_words) = self.compared(kind, texts);
        Packed {
            common,
            time,
            line,
            message_count,
            path,
            meaning,
            numbers,
            values,
            first_texts,
            own_words,
        }
    }

    fn shared(&mut self, text: Arc<str>) -> Arc<str> {
        if let Some(known) = self.texts.get(&text) {
            return Arc::clone(known);
        }
        self.texts.insert(Arc::clone(&text));
        text
    }

    fn common(&mut self, kind: u64, error: DeliveryError) -> Arc<DeliveryError> {
        match self.by_hash.get(&kind) {
            Some(known) if **known == error => Arc::clone(known),
            _ => {
                let common = Arc::new(error);
                self.by_hash.insert(kind, Arc::clone(&common));
                common
            }
        }
    }

    /// The texts of the first of that kind and shape, and the words in which these differ.
    fn compared(&mut self, kind: u64, texts: Texts) -> (Arc<Texts>, OwnWords) {
        let first = self.first_texts.entry(hash_of((kind, texts.shape())));
        let first = first.or_insert_with(|| Arc::new(texts.clone()));
        if let Some(own) = texts.differences(first) {
            return (Arc::clone(first), own);
        }
        *first = Arc::new(texts);
        (Arc::clone(first), OwnWords::default())
    }
}

/// What tells errors apart, but for their own texts, as a number.
fn kind_of(error: &DeliveryError) -> u64 {
    let Explanation { rejection, tls_error, mail_program, remedy, .. } = &error.explanation;
    let tls_error = tls_error.as_ref().map(|error| &error.name);
    hash_of((error.source, rejection, tls_error, mail_program, remedy.len()))
}

fn hash_of(value: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

impl Packed {
    fn text(&self, name: u8) -> Option<Cow<'_, str>> {
        self.first_texts.named_with(&self.own_words, name..=name).next()
    }

    pub fn reply(&self) -> Option<Cow<'_, str>> {
        self.text(REPLY)
    }

    pub fn server_session_id(&self) -> Option<Cow<'_, str>> {
        self.text(SERVER_SESSION_ID)
    }

    pub fn internet_message_id(&self) -> Option<Cow<'_, str>> {
        self.text(MESSAGE_ID)
    }

    pub fn reporting_server(&self) -> Option<Cow<'_, str>> {
        self.text(REPORTING_SERVER)
    }

    pub fn ip_address(&self) -> Option<Cow<'_, str>> {
        self.text(IP_ADDRESS)
    }

    /// The hosts of the other side that it names anywhere.
    pub fn hosts(&self) -> impl Iterator<Item = Cow<'_, str>> {
        self.first_texts.named_with(&self.own_words, FIRST_HOST..=LAST_HOST)
    }

    /// The error as it was.
    pub fn unpack(&self) -> DeliveryError {
        let mut error = (*self.common).clone();
        let texts = self.first_texts.with(&self.own_words);
        let all_of = |name: u8| texts.named(name..=name).map(str::to_owned);
        for (name, text) in (0..).zip(own_texts(&mut error)) {
            *text = all_of(name).next();
        }
        error.text = all_of(TEXT).next().unwrap_or_default();
        error.recipients = all_of(RECIPIENT).collect();
        error.explanation.uncertain = all_of(UNCERTAIN).collect();
        error.explanation.wrappers = all_of(WRAPPER).collect();
        error.explanation.put_values(self.values.as_deref());
        error.explanation.put_numbers(self.numbers);
        error.explanation.meaning = Arc::clone(&self.meaning);
        error.path = self.path.to_string();
        error.time = self.time;
        error.line = self.line;
        error.message_count = self.message_count;
        error
    }
}

impl DeliveryErrorList {
    /// Adds an error at the end.
    pub fn push(&mut self, error: DeliveryError) {
        let packed = self.kinds.pack(error);
        self.errors.push(packed);
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.errors.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.errors.is_empty()
    }

    /// The errors as they are kept.
    pub(super) fn packed(&self) -> &[Packed] {
        &self.errors
    }

    /// Adds those of another list at the end.
    pub(super) fn append(&mut self, other: Self) {
        if self.is_empty() {
            *self = other;
        } else {
            other.into_iter().for_each(|error| self.push(error));
        }
    }

    /// The errors, each made anew.
    pub fn iter(&self) -> impl Iterator<Item = DeliveryError> + '_ {
        self.errors.iter().map(Packed::unpack)
    }
}

impl FromIterator<DeliveryError> for DeliveryErrorList {
    fn from_iter<I: IntoIterator<Item = DeliveryError>>(errors: I) -> Self {
        let mut list = Self::default();
        errors.into_iter().for_each(|error| list.push(error));
        list
    }
}

impl IntoIterator for DeliveryErrorList {
    type Item = DeliveryError;
    type IntoIter = DeliveryErrorIter;

    fn into_iter(self) -> DeliveryErrorIter {
        DeliveryErrorIter(self.errors.into_iter())
    }
}

/// The errors of a list, each made anew when it is asked for.
#[derive(Clone, Debug)]
pub struct DeliveryErrorIter(std::vec::IntoIter<Packed>);

impl Iterator for DeliveryErrorIter {
    type Item = DeliveryError;

    fn next(&mut self) -> Option<DeliveryError> {
        self.0.next().map(|packed| packed.unpack())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_that_differ_in_their_texts_alone_share_the_rest_and_come_back_as_they_were() {
        let errors: Vec<DeliveryError> = (10..20)
            .map(|number| {
                let text = format!(
                    "[{{LRT=11/15/2026 1:00:{number} AM}};{{LED=454 4.7.5 The certificate \
                     specified in TlsCertificateName of the SendConnector could not be found. Send \
                     connector To {number}.}};{{FQDN=host{number}.example.com}};\
                     {{IP=192.0.2.{number}}}]"
                );
                let identity = Some(format!("EX{number}\\{number}"));
                let recipients = vec![format!("a{number}@example.com"), "b@example.com".to_owned()];
                let next_hop = Some(format!("host{number}.example.com"));
                let of_text = DeliveryError::of_text("queues.json", &text);
                DeliveryError { identity, next_hop, recipients, ..of_text }
            })
            .collect();
        let list: DeliveryErrorList = errors.iter().cloned().collect();
        let first = &list.errors[0].common;
        assert!(list.errors.iter().all(|error| Arc::ptr_eq(&error.common, first)));
        assert_eq!(list.iter().collect::<Vec<_>>(), errors);
        let kept = list.errors[9].own_words.len();
        assert!(kept < 100, "{kept}: what alike errors share is kept once");
    }

    #[test]
    fn unknown_replies_of_several_files_share_all_but_their_words_numbers_and_files() {
        let of = |number: usize| {
            let text = format!("554 5.3.{} ATTR{number} the gate is closed", number % 9);
            DeliveryError::of_text(&format!("{number}.eml"), &text)
        };
        let errors: Vec<DeliveryError> = (30..40).map(of).collect();
        let list: DeliveryErrorList = errors.iter().cloned().collect();
        let first = &list.errors[0].common;
        assert!(list.errors.iter().all(|error| Arc::ptr_eq(&error.common, first)));
        assert!(first.path.is_empty() && first.explanation.code.is_none());
        assert_eq!(list.iter().collect::<Vec<_>>(), errors);
    }
}
