//! A row of the catalogue, and how the replies of its class are recognised.

use crate::finding::{Confidence, Side, StepTemplate};
use crate::reply::enhanced_status::EnhancedStatus;
use crate::reply::rejection_class::RejectionClass;
use crate::reply::words::contains_words;

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
    /// Whether the reply only covers what happened: the session's TLS row in the log says.
    pub cover: bool,
    /// What the reply does not say.
    pub uncertain: &'static [&'static str],
}

impl CatalogueEntry {
    /// The steps for a reply of the class: those for other replies are left out where its words decide.
    pub(crate) fn steps_for(&self, reply: &str) -> impl Iterator<Item = &'static StepTemplate> {
        let is_meant =
            |step: &StepTemplate| step.only_for.iter().any(|words| contains_words(reply, words));
        let meant: Vec<bool> = self.remedy.iter().map(is_meant).collect();
        let is_decided = meant.contains(&true);
        let steps = self.remedy.iter().zip(meant);
        steps.filter_map(move |(step, is_meant)| {
            (is_meant || !is_decided || step.only_for.is_empty()).then_some(step)
        })
    }
}

/// A row that is documented, of the other side's words, with nothing left open.
pub(super) const DOCUMENTED: CatalogueEntry = CatalogueEntry {
    class: RejectionClass::Unclassified,
    signatures: &[],
    meaning: "",
    side: &[],
    remedy: &[],
    reference: "",
    confidence: Confidence::Documented,
    local: false,
    cover: false,
    uncertain: &[],
};

/// What a reply must hold to belong to a class; what is empty or absent may be anything.
#[derive(Clone, Copy, Debug)]
pub struct Signature {
    /// The reply codes.
    pub codes: &'static [u16],
    /// The enhanced status code.
    pub status: Option<EnhancedStatus>,
    /// The last detail of a range that begins with that of the status.
    pub last_detail: Option<u16>,
    /// The number of `ATTRn`.
    pub attr: Option<u32>,
    /// Words, all of which occur, in any ASCII case.
    pub words: &'static [&'static str],
    /// Whether the numbers alone give the class where the words are translated.
    pub numbers_suffice: bool,
}

impl Signature {
    /// Enhanced status codes that Exchange alone uses: RFC 3463 does not register them.
    pub(super) const fn status(class: u8, subject: u16, detail: u16) -> Self {
        Self {
            codes: &[],
            status: Some(EnhancedStatus::new(class, subject, detail)),
            last_detail: None,
            attr: None,
            words: &[],
            numbers_suffice: true,
        }
    }

    /// Words that give the class with any codes.
    pub(super) const fn words(words: &'static [&'static str]) -> Self {
        Self {
            codes: &[],
            status: None,
            last_detail: None,
            attr: None,
            words,
            numbers_suffice: false,
        }
    }

    /// All details from that of the status to this one.
    pub(super) const fn up_to(self, last_detail: u16) -> Self {
        Self { last_detail: Some(last_detail), ..self }
    }

    pub(super) const fn with_attr(self, attr: u32) -> Self {
        Self { attr: Some(attr), numbers_suffice: false, ..self }
    }

    /// For codes that others use too: the words decide.
    pub(super) const fn with_words(self, words: &'static [&'static str]) -> Self {
        Self { words, numbers_suffice: false, ..self }
    }

    pub(super) const fn with_codes(self, codes: &'static [u16]) -> Self {
        Self { codes, ..self }
    }

    pub(super) const fn or_numbers_in_translation(self) -> Self {
        Self { numbers_suffice: true, ..self }
    }
}
