//! Findings: what proves the cause, what to do, what else there is.

use maud::{Markup, html as markup};

use super::words::safe;
use crate::diagnosis::{EvidenceLine, Finding, Remedy, Status};
use crate::finding::fold;
use crate::view::parts::weight_word;

/// The proof of the cause and its steps.
pub(super) fn cause(findings: &[&Finding]) -> Markup {
    markup! {
        @for (number, finding) in findings.iter().enumerate() {
            section aria-labelledby={ "proof-" (number) } {
                h2 id={ "proof-" (number) } { "Proof" }
                (proofs(&finding.evidence))
                p class="source" {
                    "Where this is written: " (safe(&finding.reference))
                    " (" (finding.confidence.name().to_lowercase()) ")"
                }
            }
            @if !finding.remedy.is_empty() {
                section aria-labelledby={ "steps-" (number) } {
                    h2 id={ "steps-" (number) } { "What to do" }
                    p { "In this order; stop when it works." }
                    ol class="steps" { @for remedy in &finding.remedy { li { (step(remedy)) } } }
                }
            }
        }
    }
}

/// Findings beside the cause, each with its proof and its first step.
pub(super) fn others(title: &str, id: &str, findings: &[&Finding], more: &[String]) -> Markup {
    markup! {
        @if !findings.is_empty() {
            section aria-labelledby=(id) {
                h2 id=(id) { (title) }
                @for finding in findings {
                    div class={ "finding " (weight_word(finding)) } {
                        h3 { span class="weight" { (weight_word(finding)) } " " (finding.id.name()) }
                        p { (safe(&finding.message)) }
                        @if !finding.evidence.is_empty() { (proofs(&finding.evidence)) }
                        @if finding.status != Status::Past {
                            @if let Some(remedy) = finding.remedy.first() { (step(remedy)) }
                        }
                    }
                }
                @for more in more { p { (more) } }
            }
        }
    }
}

fn proofs(lines: &[EvidenceLine]) -> Markup {
    markup! {
        @if lines.is_empty() {
            p { "There is no row or object that shows it." }
        } @else {
            dl class="proofs" {
                @for line in lines {
                    dt {
                        (safe(&line.path))
                        @if line.line > 0 { ":" (line.line) }
                    }
                    dd { code { (safe(&line.text)) } }
                }
            }
        }
    }
}

fn step(remedy: &Remedy) -> Markup {
    markup! {
        p { (safe(&remedy.action)) }
        p class="where" { "Where: " (safe(&remedy.r#where)) " (" (remedy.side.description()) ")" }
        @if let Some(command) = &remedy.command { pre class="command" { code { (lines(command)) } } }
        @if let Some(verify) = &remedy.verify { p class="detail" { b { "It worked if: " } (words(verify)) } }
        @if let Some(undo) = &remedy.undo { p class="detail" { b { "To undo: " } (words(undo)) } }
    }
}

/// A command as it can be copied, folded as in the text.
fn lines(command: &str) -> String {
    fold(command).lines().map(safe).collect::<Vec<_>>().join("\n")
}

/// A text in one line.
fn words(text: &str) -> String {
    safe(&text.split_whitespace().collect::<Vec<_>>().join(" "))
}
