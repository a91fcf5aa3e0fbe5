//! Finding the reply in a text without wrappers.

use super::catalogue::{CATALOGUE, CatalogueEntry};
use super::classify::{classify_head, classify_numbers};
use super::enhanced_status::EnhancedStatus;
use super::rejection_class::RejectionClass;
use super::scan;
use super::smtp_reply::{Head, attr_number};
use super::words::contains_words;

/// What was found of a reply in a text.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct FoundReply<'a> {
    pub reply: Option<&'a str>,
    pub class: Option<RejectionClass>,
    /// An enhanced status code that stands without a reply.
    pub status: Option<EnhancedStatus>,
}

/// The reply in a text without wrappers: of several, the first of the most significant class.
pub(super) fn find_reply<'a>(text: &'a str, uncertain: &mut Vec<String>) -> FoundReply<'a> {
    let text = text.trim_start_matches(['#', ' ']);
    let first = Head::parse(text).map(|_| scan::folded_line(text));
    let accepted = first.filter(|line| Head::parse(line).is_some_and(|head| !head.is_refusal()));
    // Numbers inside a reply that accepts are no refusal.
    let rest = accepted.map_or(text, |line| &text[line.len()..]);
    let refused = first.filter(|_| accepted.is_none()).map(|_| text);

    let mut best: Option<(FoundReply<'_>, Basis)> = None;
    let mut others = 0;
    for candidate in refused.into_iter().chain(scan::refusals(rest)) {
        let line = scan::folded_line(candidate);
        let (class, basis) = class_of_candidate(candidate, line);
        let known = best.as_ref().and_then(|(found, _)| found.class);
        others += usize::from(known.is_some_and(|known| {
            significance(known) > 0 && significance(class) > 0 && known != class
        }));
        if known.is_none_or(|known| significance(class) > significance(known)) {
            best =
                Some((FoundReply { reply: Some(line), class: Some(class), status: None }, basis));
        }
    }
    if others > 0 {
        uncertain.push(
            "The text holds refusals of other classes too; explain them one by one.".to_owned(),
        );
    }
    if let Some((found, basis)) = best {
        if basis == Basis::Numbers {
            uncertain.push("Recognised by its numbers alone: the words are translated.".to_owned());
        }
        return found;
    }
    if accepted.is_some() {
        return FoundReply { reply: accepted, ..FoundReply::default() };
    }
    if let Some(reply) = scan::bare_refusals(rest).next() {
        let class = Some(RejectionClass::Unclassified);
        return FoundReply { reply: Some(scan::folded_line(reply)), class, status: None };
    }
    find_number(rest, uncertain)
}

/// Texts that hold no reply: events 12014, 12016 and 12018 of the Application log, a row of the send log,
/// the headers of a message that was delivered.
const WITHOUT_REPLY: &[(&str, RejectionClass)] = &[
    (
        "could not find a certificate that contains the domain name",
        RejectionClass::ConnectorCertificateMissing,
    ),
    (
        "There is no valid SMTP Transport Layer Security (TLS) certificate for the FQDN",
        RejectionClass::ConnectorCertificateExpired,
    ),
    ("The STARTTLS certificate will expire soon", RejectionClass::ConnectorCertificateExpiring),
    ("Outbound Authentication failed with", RejectionClass::ServerAuthenticationFailed),
    ("X-MS-Exchange-Organization-AuthAs: Anonymous", RejectionClass::DeliveredAsAnonymous),
    ("X-MS-Exchange-Organization-AuthAs: Internal", RejectionClass::DeliveredAsInternal),
    ("X-MS-Exchange-Organization-AuthAs: Partner", RejectionClass::DeliveredAsPartner),
    ("X-MS-Exchange-Organization-AuthAs: External", RejectionClass::DeliveredAsPartner),
];

/// A class by an enhanced status code, or by an ATTR number, that stands without a reply.
fn find_number<'a>(text: &str, uncertain: &mut Vec<String>) -> FoundReply<'a> {
    let mut first = None;
    for status in scan::statuses(text) {
        first = first.or(Some(status));
        if let Some(class) = class_of_status(status, text) {
            uncertain
                .push("Recognised by the status code alone: the text holds no reply.".to_owned());
            return FoundReply { reply: None, class: Some(class), status: Some(status) };
        }
    }
    if let Some((_, class)) = WITHOUT_REPLY.iter().find(|(words, _)| contains_words(text, words)) {
        return FoundReply { reply: None, class: Some(*class), status: first };
    }
    let class = match attr_number(text) {
        Some(34) => Some(RejectionClass::HopCountExceededAttr34),
        Some(35) => Some(RejectionClass::WrongRegionAttr35),
        Some(36) => Some(RejectionClass::RelayDeniedAttr36),
        _ => None,
    };
    if class.is_some() {
        uncertain.push("Recognised by the ATTR number alone: the text holds no reply.".to_owned());
    }
    FoundReply { reply: None, class, status: first }
}

fn class_of_status(status: EnhancedStatus, text: &str) -> Option<RejectionClass> {
    let fits = |entry: &&&CatalogueEntry| {
        entry.signatures.iter().any(|signature| {
            signature.has_status(status)
                && signature.words.iter().all(|words| contains_words(text, words))
                && (signature.attr.is_none() || signature.attr == attr_number(text))
        })
    };
    CATALOGUE.iter().find(fits).map(|entry| entry.class)
}

/// What the class of a reply rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Basis {
    Text,
    Numbers,
}

fn class_of_candidate(candidate: &str, line: &str) -> (RejectionClass, Basis) {
    // A mail program may have broken the line without indenting the rest.
    let attempts = [line, scan::paragraph(candidate)];
    for head in attempts.into_iter().filter_map(Head::parse) {
        let class = classify_head(&head);
        if class != RejectionClass::Unclassified {
            return (class, Basis::Text);
        }
    }
    if !line.is_ascii()
        && let Some(class) = Head::parse(line).and_then(|head| classify_numbers(&head))
    {
        return (class, Basis::Numbers);
    }
    (RejectionClass::Unclassified, Basis::Text)
}

/// How much a class says: a cover text less than what it covers, that a message expired less than
/// any other reply, an unknown refusal nothing.
fn significance(class: RejectionClass) -> u8 {
    match class.entry() {
        None => 0,
        Some(_) if class == RejectionClass::MessageExpired => 1,
        Some(entry) if entry.cover => 2,
        Some(_) => 3,
    }
}

/// The class of the innermost wrapper that has one.
pub(super) fn class_of_wrapper(wrappers: &[&str]) -> Option<RejectionClass> {
    let heads =
        wrappers.iter().rev().flat_map(|words| scan::refusals(words)).filter_map(Head::parse);
    heads.map(|head| classify_head(&head)).find(|class| *class != RejectionClass::Unclassified)
}
