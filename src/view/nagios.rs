//! A report as the answer of a check of Nagios, Icinga, Naemon or Checkmk: one line with performance data.

use std::fmt::Write as _;

use super::parts::verdict_word;
use super::printable;
use crate::diagnosis::{Report, Scope, Verdict};
use crate::finding::words::counted;
use crate::timestamp::{TICKS_PER_DAY, TICKS_PER_SECOND};

/// The exit code of a check, by the guidelines of the Monitoring Plugins: 0 OK, 1 WARNING, 2 CRITICAL
/// (mail is refused), 3 UNKNOWN (the evidence does not decide, or an input cannot be read).
#[must_use]
pub fn nagios_status(report: &Report) -> u8 {
    match (report.verdict, report.exit_code) {
        (Verdict::Refused, _) => 2,
        (_, 40) | (Verdict::Uncertain, _) => 3,
        (Verdict::Accepted, 0) => 0,
        (Verdict::Accepted, _) => 1,
    }
}

/// One line: state, verdict, cause, and after `|` the performance data: sessions refused and
/// compared, the seconds since the last delivery, the days until the certificate ends.
#[must_use]
pub fn nagios(report: &Report) -> String {
    let word = ["OK", "WARNING", "CRITICAL", "UNKNOWN"][usize::from(nagios_status(report)).min(3)];
    let refused: u64 = report.scopes.iter().filter(|scope| scope.is_refused).map(refused).sum();
    let total: u64 = report.scopes.iter().map(|scope| scope.total).sum();
    let gravest = report.scopes.first().map(|scope| {
        let on = scope.server.as_deref().map(|server| format!(" on {}", words(server)));
        let count = counted(scope.total, "session");
        format!(", {} of {count} refused{}", scope.refused, on.unwrap_or_default())
    });
    let mut data = format!("refused={refused};;;0 sessions={total};;;0");
    let last = report.scopes.iter().filter_map(|scope| scope.last_delivery).max();
    if let Some((last, now)) = last.zip(report.judged_at) {
        let age = (now.ticks() - last.ticks()) / TICKS_PER_SECOND;
        // Writing to a string cannot fail.
        let _ = write!(data, " last_delivery_age={}s;;;0", age.max(0));
    }
    let end = report.certificate.as_ref().and_then(|one| one.not_after);
    if let Some((end, now)) = end.zip(report.judged_at) {
        let days = (end.time().ticks() - now.ticks()).div_euclid(TICKS_PER_DAY);
        let _ = write!(data, " certificate_days={days}");
    }
    format!(
        "EOPRELAY {word} - {}: {}{} | {data}\n",
        verdict_word(report.verdict),
        report.cause.name(),
        gravest.unwrap_or_default()
    )
}

fn refused(scope: &Scope) -> u64 {
    scope.refused
}

/// A text in one line without the sign before the performance data.
fn words(text: &str) -> String {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    printable(&words).replace('|', "/")
}
