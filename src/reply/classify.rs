//! The class of one SMTP reply.

use super::catalogue::{CATALOGUE, Signature};
use super::enhanced_status::EnhancedStatus;
use super::rejection_class::RejectionClass;
use super::smtp_reply::{Head, attr_number};

/// The class of one SMTP reply as logged: `None` for 2yz and 3yz replies and for text that does
/// not begin with a reply code, [`RejectionClass::Unclassified`] for a refusal that no row of the
/// catalogue knows.
#[must_use]
pub fn classify(reply: &str) -> Option<RejectionClass> {
    let head = Head::parse(reply)?;
    head.is_refusal().then(|| classify_head(&head))
}

/// The class of a refusal: the first row of the catalogue that fits.
pub(super) fn classify_head(head: &Head<'_>) -> RejectionClass {
    CATALOGUE
        .iter()
        .find(|entry| entry.signatures.iter().any(|signature| signature.fits(head)))
        .map_or(RejectionClass::Unclassified, |entry| entry.class)
}

/// The class of a refusal whose text is translated, where its numbers alone give it.
pub(super) fn classify_numbers(head: &Head<'_>) -> Option<RejectionClass> {
    let fits = |signature: &Signature| signature.numbers_suffice && signature.fits_numbers(head);
    CATALOGUE.iter().find(|entry| entry.signatures.iter().any(fits)).map(|entry| entry.class)
}

impl Signature {
    /// Whether a refusal has these numbers and these words.
    pub(super) fn fits(&self, head: &Head<'_>) -> bool {
        self.fits_numbers(head)
            && self.words.iter().all(|words| contains_words(head.text, words))
            && (self.attr.is_none() || self.attr == attr_number(head.text))
    }

    fn fits_numbers(&self, head: &Head<'_>) -> bool {
        (self.codes.is_empty() || self.codes.contains(&head.code))
            && (self.status.is_none()
                || head.enhanced_status.is_some_and(|status| self.has_status(status)))
    }

    /// Whether it names that status, or a range in which the status lies.
    pub(super) fn has_status(&self, status: EnhancedStatus) -> bool {
        self.status.is_some_and(|first| {
            let last = self.last_detail.unwrap_or(first.detail);
            (first.class, first.subject) == (status.class, status.subject)
                && (first.detail..=last).contains(&status.detail)
        })
    }
}

/// Whether `text` holds `words`, in any ASCII case; a blank stands for any run of white space.
pub(super) fn contains_words(text: &str, words: &str) -> bool {
    find_words(text, words).is_some()
}

/// The end of the first occurrence of `words` in `text`.
pub(super) fn find_words(text: &str, words: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    (0..bytes.len()).find_map(|start| {
        strip_words(&bytes[start..], words.as_bytes()).map(|rest| bytes.len() - rest.len())
    })
}

fn strip_words<'a>(mut text: &'a [u8], words: &[u8]) -> Option<&'a [u8]> {
    for &expected in words {
        let (&found, rest) = text.split_first()?;
        if expected == b' ' && found.is_ascii_whitespace() {
            text = rest.trim_ascii_start();
        } else if found.eq_ignore_ascii_case(&expected) {
            text = rest;
        } else {
            return None;
        }
    }
    Some(text)
}
