//! A report as Markdown, for tickets.

use std::fmt::Write as _;

use super::parts::{Parts, verdict_word, weight_word};
use super::printable;
use crate::diagnosis::{EvidenceLine, Finding, Remedy, Report, Scope, Status};
use crate::finding::fold;
use crate::finding::words::{counted, minute};

/// Scopes that are listed; further ones are counted.
const LISTED: usize = 50;

/// The report as CommonMark with tables, as GitHub, GitLab and most systems of tickets show it.
#[must_use]
pub fn markdown(report: &Report) -> String {
    let parts = Parts::of(report);
    let mut text = format!("# {}: {}\n\n", verdict_word(report.verdict), report.cause.name());
    scopes(&mut text, &report.scopes);
    paragraph(&mut text, &plain(&report.conclusion()));
    for finding in &parts.cause {
        text.push_str("## Proof\n\n");
        proofs(&mut text, &finding.evidence);
        if !finding.remedy.is_empty() {
            text.push_str("## What to do\n\nIn this order; stop when it works.\n\n");
        }
        for (number, remedy) in finding.remedy.iter().enumerate() {
            step(&mut text, number + 1, remedy);
        }
        let confidence = finding.confidence.name().to_lowercase();
        let reference =
            format!("Where this is written: {} ({confidence})", plain(&finding.reference));
        paragraph(&mut text, &reference);
    }
    list(&mut text, "What else was found", &parts.found);
    for more in &parts.more_found {
        paragraph(&mut text, more);
    }
    list(&mut text, "What evidence is missing", &parts.missing);
    let judged = report.judged_at.map(|at| format!(", judged as of {} UTC", minute(at)));
    let closing = format!(
        "EopRelay {}{}, exit code {}. All times are UTC.",
        plain(&report.product_version),
        judged.unwrap_or_default(),
        report.exit_code
    );
    text.push_str("---\n\n");
    paragraph(&mut text, &closing);
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

fn scopes(text: &mut String, scopes: &[Scope]) {
    if scopes.is_empty() {
        return;
    }
    text.push_str(
        "| Server | Connector | Refused | Since | Last delivery | Certificate | From |\n\
         | --- | --- | --- | --- | --- | --- | --- |\n",
    );
    for scope in scopes.iter().take(LISTED) {
        let known = |value: Option<&str>| plain(value.unwrap_or("not known"));
        let connector = Some(scope.connector.as_str()).filter(|name| !name.is_empty());
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "| {} | {} | {} of {}{} | {} | {} | {} | {} |",
            known(scope.server.as_deref()),
            known(connector),
            scope.refused,
            counted(scope.total, "session"),
            match scope.errors {
                0 => String::new(),
                errors => format!("; {} without a session", counted(errors, "error")),
            },
            scope.since.map_or_else(|| "-".to_owned(), minute),
            scope.last_delivery.map_or_else(|| "none".to_owned(), minute),
            known(scope.identity.certificate.as_deref()),
            known(scope.identity.public_address.as_deref()),
        );
    }
    text.push('\n');
    if scopes.len() > LISTED {
        paragraph(text, &format!("and {} more", scopes.len() - LISTED));
    }
}

fn proofs(text: &mut String, lines: &[EvidenceLine]) {
    if lines.is_empty() {
        paragraph(text, "There is no row or object that shows it.");
        return;
    }
    for line in lines {
        let place = match line.line {
            0 => plain(&line.path),
            number => format!("{}:{number}", plain(&line.path)),
        };
        paragraph(text, &place);
        code(text, "text", &line.text);
    }
}

fn step(text: &mut String, number: usize, remedy: &Remedy) {
    paragraph(text, &format!("**{number}.** {}", plain(&remedy.action)));
    let side = remedy.side.description();
    paragraph(text, &format!("Where: {} ({side})", plain(&remedy.r#where)));
    if let Some(command) = &remedy.command {
        code(text, "powershell", &fold(command));
    }
    for (label, words) in [("It worked if", &remedy.verify), ("To undo", &remedy.undo)] {
        if let Some(words) = words {
            paragraph(text, &format!("{label}: {}", plain(words)));
        }
    }
}

fn list(text: &mut String, title: &str, findings: &[&Finding]) {
    if findings.is_empty() {
        return;
    }
    let _ = writeln!(text, "## {title}\n");
    for finding in findings {
        let (weight, name) = (weight_word(finding), finding.id.name());
        paragraph(text, &format!("**{weight}: {name}**: {}", plain(&finding.message)));
        let Some(remedy) = finding.remedy.first().filter(|_| finding.status != Status::Past) else {
            continue;
        };
        paragraph(text, &format!("To do: {}", plain(&remedy.action)));
        if let Some(command) = &remedy.command {
            paragraph(text, &format!("Where: {}", plain(&remedy.r#where)));
            code(text, "powershell", &fold(command));
        }
    }
}

fn paragraph(text: &mut String, words: &str) {
    text.push_str(words);
    text.push_str("\n\n");
}

/// A block of code; the fence is longer than any run of backticks in it.
fn code(text: &mut String, language: &str, code: &str) {
    let longest = code.split(|character| character != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    let _ = writeln!(text, "{fence}{language}");
    for line in code.lines() {
        let _ = writeln!(text, "{}", printable(line));
    }
    let _ = writeln!(text, "{fence}\n");
}

/// A text in one line in which nothing is markup.
fn plain(words: &str) -> String {
    let mut plain = String::with_capacity(words.len() + 16);
    for word in words.split_whitespace() {
        if !plain.is_empty() {
            plain.push(' ');
        }
        for character in printable(word).chars() {
            // What opens or closes markup within a line, also of tables and of HTML.
            if matches!(
                character,
                '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '&' | '|' | '~' | '#' | '!' | '$'
            ) {
                plain.push('\\');
            }
            plain.push(character);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnosis::{Evidence, FindingId, Identity, diagnose};
    use crate::timestamp::Timestamp;

    #[test]
    fn a_hostile_name_is_no_markup() {
        let mut report = diagnose(&Evidence::new(Timestamp::parse("2026-11-16").unwrap()));
        report.cause = FindingId::NoEvidence;
        let hostile = "a|b](http://x) <img src=x> *c* `d` \u{202E}\n# e";
        (report.headline, report.reason) = (hostile.to_owned(), String::new());
        report.scopes = vec![Scope {
            server: Some(hostile.to_owned()),
            connector: String::new(),
            identity: Identity { certificate: None, public_address: None },
            refused: 1,
            total: 2,
            is_refused: true,
            errors: 0,
            last_error: None,
            since: None,
            last: None,
            last_delivery: None,
            cause: None,
            timeline: Vec::new(),
        }];
        let text = markdown(&report);
        let escaped = "a\\|b\\](http://x) \\<img src=x\\> \\*c\\* \\`d\\` \u{FFFD} \\# e";
        assert!(text.contains(&format!("| {escaped} | not known | 1 of 2 sessions |")), "{text}");
        assert!(text.contains(&format!("\n\n{escaped}\n\n")), "{text}");
    }

    #[test]
    fn a_block_of_code_ends_where_it_should() {
        let mut text = String::new();
        code(&mut text, "text", "a ``` b\u{1B}\n```\nc");
        assert_eq!(text, "````text\na ``` b\u{FFFD}\n```\nc\n````\n\n");
    }
}
