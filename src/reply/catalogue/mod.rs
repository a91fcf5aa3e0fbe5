//! What is known of each class of refusal: one row a class, in the order in which they are tried.

mod attribution;
mod delivery;
mod reputation;
pub(super) mod steps;
mod tls;

use super::enhanced_status::EnhancedStatus;
use super::rejection_class::RejectionClass;
use crate::finding::{Confidence, Side, StepTemplate};

/// The classes; the first whose signature fits a refusal is its class.
pub static CATALOGUE: &[&CatalogueEntry] = &[
    &attribution::RELAY_DENIED_ATTR36,
    &attribution::RELAY_DENIED,
    &attribution::WRONG_REGION_ATTR35,
    &attribution::HOP_COUNT_EXCEEDED_ATTR34,
    &attribution::TENANT_INBOUND_ATTRIBUTION,
    &attribution::DIRECT_SEND_REJECTED,
    &reputation::UNREGISTERED_DOMAINS,
    &reputation::TENANT_THRESHOLD_EXCEEDED,
    &reputation::TRAFFIC_NOT_ACCEPTED,
    &reputation::INBOUND_CONNECTOR_BLOCKED,
    &reputation::SERVER_OUT_OF_DATE,
    &tls::TLS_CHANNEL_UNTRUSTED_ROOT,
    &tls::TLS_CERTIFICATE_NAME_NOT_FOUND,
    &tls::REMOTE_CERTIFICATE_INVALID,
    &tls::START_TLS_REQUIRED,
    &tls::CANNOT_CONNECT_TO_REMOTE_SERVER,
    &delivery::RECIPIENT_REJECTED,
    &delivery::CLIENT_NOT_AUTHENTICATED,
    &delivery::CONNECTION_TIMED_OUT,
    &delivery::UNABLE_TO_CONNECT,
    &delivery::CONNECTION_DROPPED,
];

/// What is known of one class.
#[derive(Clone, Copy, Debug)]
pub struct CatalogueEntry {
    /// The class.
    pub class: RejectionClass,
    /// How its replies are recognised: any one of these.
    pub signatures: &'static [Signature],
    /// What it means, in plain words.
    pub meaning: &'static str,
    /// Who has to act, the likeliest first.
    pub side: &'static [Side],
    /// What to do, the smallest change first.
    pub remedy: &'static [StepTemplate],
    /// Where it is documented.
    pub reference: &'static str,
    /// How well the row is founded.
    pub confidence: Confidence,
    /// Whether the sending server itself wrote the reply: the other side never said it.
    pub local: bool,
    /// Whether the reply only covers what happened: the session's TLS row in the log tells.
    pub cover: bool,
    /// What the reply does not tell.
    pub uncertain: &'static [&'static str],
}

/// What a reply must hold to belong to a class; what is empty or absent may be anything.
#[derive(Clone, Copy, Debug)]
pub struct Signature {
    /// The reply codes.
    pub codes: &'static [u16],
    /// The enhanced status code.
    pub status: Option<EnhancedStatus>,
    /// The number of `ATTRn`.
    pub attr: Option<u32>,
    /// Words, all of which occur, in any ASCII case.
    pub words: &'static [&'static str],
    /// Whether the numbers alone tell the class where the words are translated.
    pub numbers_suffice: bool,
}

impl Signature {
    /// Enhanced status codes that Exchange alone uses: RFC 3463 does not register them.
    const fn status(class: u8, subject: u16, detail: u16) -> Self {
        Self {
            codes: &[],
            status: Some(EnhancedStatus::new(class, subject, detail)),
            attr: None,
            words: &[],
            numbers_suffice: true,
        }
    }

    /// Words that tell the class with any codes.
    const fn words(words: &'static [&'static str]) -> Self {
        Self { codes: &[], status: None, attr: None, words, numbers_suffice: false }
    }

    const fn with_attr(self, attr: u32) -> Self {
        Self { attr: Some(attr), numbers_suffice: false, ..self }
    }

    /// For codes that others use too: the words decide.
    const fn with_words(self, words: &'static [&'static str]) -> Self {
        Self { words, numbers_suffice: false, ..self }
    }

    const fn with_codes(self, codes: &'static [u16]) -> Self {
        Self { codes, ..self }
    }

    const fn or_numbers_in_translation(self) -> Self {
        Self { numbers_suffice: true, ..self }
    }
}

impl RejectionClass {
    /// What the catalogue knows of it; `None` for [`Unclassified`](Self::Unclassified) alone.
    #[must_use]
    pub fn entry(self) -> Option<&'static CatalogueEntry> {
        CATALOGUE.iter().copied().find(|entry| entry.class == self)
    }

    /// Whether the reply is a cover text: the cause stands in the session's TLS row of the log.
    #[must_use]
    pub fn is_cover_text(self) -> bool {
        self.entry().is_some_and(|entry| entry.cover)
    }
}
