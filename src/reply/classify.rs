//! The class of one SMTP reply.

use super::catalogue::{CATALOGUE, Signature};
use super::enhanced_status::EnhancedStatus;
use super::rejection_class::RejectionClass;
use super::smtp_reply::{Head, attr_number};
use super::words::contains_words;

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
