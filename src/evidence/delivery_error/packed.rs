//! Many errors in little memory: what alike ones have in common is kept once.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use super::error::DeliveryError;
use crate::stated_time::StatedTime;

/// Errors in their order. Those that differ in their stamps, ids, people and texts alone share the rest.
#[derive(Clone, Debug, Default)]
pub struct DeliveryErrorList {
    errors: Vec<Packed>,
    kinds: Kinds,
}

/// What errors have in common, by a hash of what tells most apart.
#[derive(Clone, Debug, Default)]
pub(super) struct Kinds {
    by_hash: HashMap<u64, Arc<DeliveryError>>,
    last: Option<Arc<DeliveryError>>,
}

/// One error.
#[derive(Clone, Debug)]
pub(super) struct Packed {
    /// What it shares with others; what is its own is empty in it.
    pub common: Arc<DeliveryError>,
    pub time: Option<StatedTime>,
    line: u64,
    message_count: Option<u64>,
    texts: Texts,
}

/// The texts that are an error's own, one after the other in one piece of memory.
#[derive(Clone, Debug, Default)]
struct Texts {
    all: Box<str>,
    /// Where each ends; the highest bit marks one that is there.
    ends: [u32; OWN_TEXTS],
    recipients: Box<[Box<str>]>,
    uncertain: Box<[Box<str>]>,
    wrappers: Box<[Box<str>]>,
}

const OWN_TEXTS: usize = 8;
const IS_THERE: u32 = 1 << 31;
const REPLY: usize = 2;
const SERVER_SESSION_ID: usize = 4;
const MESSAGE_ID: usize = 6;

/// The places of an error's own texts, in their order. Its text is never absent.
fn own_texts(error: &mut DeliveryError) -> [Option<String>; OWN_TEXTS] {
    let explanation = &mut error.explanation;
    [
        error.identity.take(),
        Some(std::mem::take(&mut error.text)),
        explanation.reply.take(),
        explanation.server_time.take(),
        explanation.server_session_id.take(),
        explanation.last_retry_time.take(),
        explanation.internet_message_id.take(),
        error.sender.take(),
    ]
}

fn boxed(texts: Vec<String>) -> Box<[Box<str>]> {
    texts.into_iter().map(String::into_boxed_str).collect()
}

fn unboxed(texts: &[Box<str>]) -> Vec<String> {
    texts.iter().map(|text| String::from(&**text)).collect()
}

impl Kinds {
    /// Parts an error into what is its own and what it shares with one before.
    pub fn pack(&mut self, mut error: DeliveryError) -> Packed {
        let (mut all, mut ends) = (String::new(), [0; OWN_TEXTS]);
        for (end, text) in ends.iter_mut().zip(own_texts(&mut error)) {
            all.push_str(text.as_deref().unwrap_or_default());
            // Texts of an error are cut at some thousand characters.
            let place = u32::try_from(all.len()).unwrap_or(IS_THERE - 1);
            *end = place | if text.is_some() { IS_THERE } else { 0 };
        }
        let texts = Texts {
            all: all.into_boxed_str(),
            ends,
            recipients: boxed(std::mem::take(&mut error.recipients)),
            uncertain: boxed(std::mem::take(&mut error.explanation.uncertain)),
            wrappers: boxed(std::mem::take(&mut error.explanation.wrappers)),
        };
        let (time, line) = (error.time.take(), std::mem::take(&mut error.line));
        let message_count = error.message_count.take();
        Packed { common: self.common(error), time, line, message_count, texts }
    }

    fn common(&mut self, mut error: DeliveryError) -> Arc<DeliveryError> {
        let mut hasher = DefaultHasher::new();
        (&error.path, &error.next_hop, &error.reporting_server, &error.remote_server)
            .hash(&mut hasher);
        (&error.explanation.meaning, error.explanation.code).hash(&mut hasher);
        let hash = hasher.finish();
        if let Some(known) = self.by_hash.get(&hash)
            && **known == error
        {
            return Arc::clone(known);
        }
        if let Some(last) = &self.last {
            error.explanation.share_with(&last.explanation);
        }
        let common = Arc::new(error);
        self.by_hash.insert(hash, Arc::clone(&common));
        self.last = Some(Arc::clone(&common));
        common
    }
}

impl Packed {
    fn text(&self, index: usize) -> Option<&str> {
        let (all, ends) = (&self.texts.all, &self.texts.ends);
        let begin = index.checked_sub(1).map_or(0, |before| ends[before] & !IS_THERE);
        let end = ends[index] & !IS_THERE;
        let text = all.get(begin as usize..end as usize).unwrap_or_default();
        (ends[index] & IS_THERE != 0).then_some(text)
    }

    pub fn reply(&self) -> Option<&str> {
        self.text(REPLY)
    }

    pub fn server_session_id(&self) -> Option<&str> {
        self.text(SERVER_SESSION_ID)
    }

    pub fn internet_message_id(&self) -> Option<&str> {
        self.text(MESSAGE_ID)
    }

    /// The error as it was.
    pub fn unpack(&self) -> DeliveryError {
        let own = |index: usize| self.text(index).map(str::to_owned);
        let mut error = (*self.common).clone();
        error.identity = own(0);
        error.text = own(1).unwrap_or_default();
        error.sender = own(7);
        error.recipients = unboxed(&self.texts.recipients);
        error.time = self.time;
        error.line = self.line;
        error.message_count = self.message_count;
        let explanation = &mut error.explanation;
        explanation.reply = own(REPLY);
        explanation.server_time = own(3);
        explanation.server_session_id = own(SERVER_SESSION_ID);
        explanation.last_retry_time = own(5);
        explanation.internet_message_id = own(MESSAGE_ID);
        explanation.uncertain = unboxed(&self.texts.uncertain);
        explanation.wrappers = unboxed(&self.texts.wrappers);
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
    fn errors_that_differ_in_their_stamps_and_ids_alone_share_the_rest() {
        let list: DeliveryErrorList = (10..20)
            .map(|number| {
                let text = format!(
                    "[{{LRT=11/15/2026 1:00:{number} AM}};{{LED=450 4.4.101 Proxy session setup \
                     failed {number:08X}}}]"
                );
                let identity = Some(format!("EX1\\{number}"));
                DeliveryError { identity, ..DeliveryError::of_text("queues.json", &text) }
            })
            .collect();
        let first = &list.errors[0].common;
        assert!(list.errors.iter().all(|error| Arc::ptr_eq(&error.common, first)));
    }
}
