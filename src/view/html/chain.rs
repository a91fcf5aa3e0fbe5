//! The chain as a tree, from the root down to the certificate that is sent.

use maud::{Markup, html as markup};

use super::words::{safe, until};
use crate::finding::Severity;
use crate::finding::words::date;
use crate::timestamp::Timestamp;
use crate::view::chain_outline::{ChainLink, ChainOutline};

/// Certificates that are drawn inside each other; a chain that Windows builds is far shorter.
const MAXIMUM_DEPTH: usize = 16;

pub(super) fn tree(chain: Option<&ChainOutline>, now: Option<Timestamp>) -> Markup {
    // One that was found elsewhere stands in the path, with what is said of it.
    let missing = |chain: &ChainOutline| -> Vec<String> {
        let subjects = chain.missing_issuers.iter().map(|one| &one.subject);
        let is_absent =
            |subject: &&String| !chain.certificates.iter().any(|link| link.subject == **subject);
        subjects.filter(is_absent).map(|subject| safe(subject)).collect()
    };
    markup! {
        @if let Some(chain) = chain.filter(|chain| !chain.certificates.is_empty()) {
            section aria-labelledby="chain" {
                h2 id="chain" { "Chain of the certificate" }
                p { (safe(&chain.summary)) }
                @let missing = missing(chain);
                @if missing.is_empty() {
                    (branch(chain, chain.certificates.len().min(MAXIMUM_DEPTH), now))
                } @else {
                    ul class="chain" {
                        li {
                            @for subject in &missing {
                                p class="missing" { b { "missing: " } (subject) }
                            }
                            (branch(chain, chain.certificates.len().min(MAXIMUM_DEPTH), now))
                        }
                    }
                }
                @for fault in chain.findings.iter().filter(|fault| fault.certificate.is_none()) {
                    p { b { (weight(fault.severity)) ": " } (safe(&fault.message)) }
                }
            }
        }
    }
}

/// The certificate before that position, and inside it those that it issued.
fn branch(chain: &ChainOutline, end: usize, now: Option<Timestamp>) -> Markup {
    let Some(position) = end.checked_sub(1) else { return markup! {} };
    let Some(link) = chain.certificates.get(position) else { return markup! {} };
    markup! {
        ul class="chain" {
            li {
                (certificate(link, now))
                @for fault in chain.findings.iter().filter(|one| one.certificate == Some(position)) {
                    p class="fault" { b { (weight(fault.severity)) ": " } (safe(&fault.message)) }
                }
                (branch(chain, position, now))
            }
        }
    }
}

fn certificate(link: &ChainLink, now: Option<Timestamp>) -> Markup {
    let subject = if link.subject.is_empty() { "(no subject)" } else { &link.subject };
    markup! {
        p class="subject" { b { (safe(subject)) } }
        p class="detail" {
            code { (safe(&link.thumbprint)) } ", " (safe(&link.public_key)) ", " (origin(&link.origin))
            @if let Some(end) = link.not_after { ", " (until(end.into(), now)) " " (date(end)) }
            @if link.not_before.zip(now).is_some_and(|(start, now)| start > now) { ", not yet valid" }
        }
    }
}

fn weight(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Information => "note",
    }
}

fn origin(name: &str) -> &str {
    match name {
        "Judged" => "the judged certificate",
        "IntermediateStore" => "among the server's intermediates",
        "RootStore" => "in the server's root store, and in no list",
        "ProgrammeRoot" => "in Microsoft's root programme",
        "GivenRoot" => "among the given roots",
        "EmbeddedRoot" => "in Mozilla's list",
        _ => "not in the server's stores",
    }
}
