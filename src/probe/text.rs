//! What a probe came to, as text.

use super::outcome::ProbeOutcome;
use crate::diagnosis::{CertificateSummary, Verdict};
use crate::view::{self, Page};

const INDENT: &str = "    ";

/// The outcome in lines of at most `width` columns: verdict, steps, certificates, limits; then the
/// report on the session, where there is one.
#[must_use]
pub fn text(outcome: &ProbeOutcome, width: usize) -> String {
    let mut page = Page::new(width);
    let is_mail = outcome.mail_from.is_some();
    page.line(match (outcome.verdict, is_mail) {
        (Verdict::Accepted, true) => "PROBE: ACCEPTED up to RCPT TO, nothing was submitted",
        (Verdict::Refused, true) => "PROBE: REFUSED, nothing was submitted",
        (Verdict::Uncertain, true) => "PROBE: UNCERTAIN, nothing was submitted",
        (Verdict::Accepted, false) => {
            "PROBE: TLS and certificate are as Exchange Online wants them"
        }
        (_, false) => "PROBE: TLS or certificate are not as Exchange Online wants them",
    });
    page.gap();
    page.paragraph(INDENT, INDENT, &outcome.summary);
    page.gap();
    page.line("STEPS");
    for step in &outcome.steps {
        let first = format!("{INDENT}{:<12}{:>6} ms  ", step.step.name(), step.milliseconds);
        let next = " ".repeat(first.len());
        page.paragraph(&first, &next, step.reply.as_deref().unwrap_or("-"));
    }
    if is_mail {
        certificates(&mut page, "CERTIFICATES SENT", &outcome.sent_chain);
    }
    certificates(&mut page, "CERTIFICATES OF THE OTHER SIDE", &outcome.remote_chain);
    page.gap();
    page.line("WHAT THIS DOES NOT SHOW");
    for limit in &outcome.limits {
        page.paragraph("  - ", INDENT, limit);
    }
    let mut text = page.into_text();
    if let Some(report) = &outcome.report {
        text.push_str("\nThe report on this session:\n\n");
        text.push_str(&view::text(report, width));
    }
    text
}

fn certificates(page: &mut Page, title: &str, certificates: &[CertificateSummary]) {
    page.gap();
    page.line(title);
    if certificates.is_empty() {
        page.line("    none");
    }
    for one in certificates {
        let subject = one.subject.as_deref().unwrap_or("-");
        let end = one.not_after.map(|end| end.to_string()).unwrap_or_default();
        let end = end.get(..10).unwrap_or("-");
        let thumbprint = one.thumbprint.as_deref().unwrap_or("-");
        page.paragraph(INDENT, "      ", &format!("{thumbprint} {subject}, until {end}"));
    }
}
