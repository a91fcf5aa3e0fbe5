//! The first lines of a report: who sends, how much of it is refused, and since when.

use super::page::Page;
use crate::diagnosis::{Report, Scope, Status, Verdict};
use crate::finding::words::{counted, date, minute};

/// Where texts begin.
const INDENT: &str = "    ";
/// Columns of the names in the block.
const NAME: usize = 16;
/// Columns of a table without those of the server.
const TABLE: usize = 61;
/// Scopes with a refusal or an error that are listed; further ones are counted.
const LISTED: usize = 20;
/// Others that are listed: the cause below them is to be on the first screen.
const LISTED_WITHOUT_REFUSAL: usize = 4;

/// Adds a block of names and values, and a table where there are several scopes.
pub fn add(page: &mut Page, report: &Report) {
    let Some(gravest) = report.scopes.first() else { return };
    page.blank_line();
    if report.scopes.len() > 1 {
        table(page, &report.scopes);
        page.blank_line();
    } else {
        scope(page, gravest);
    }
    if let Some(certificate) = certificate(report, gravest) {
        value(page, "Certificate", &certificate);
    }
    if let Some(log) = log(report) {
        value(page, "Log", &log);
    }
}

fn scope(page: &mut Page, scope: &Scope) {
    value(page, "Server", scope.server.as_deref().unwrap_or("not known"));
    value(page, "Connector", connector(scope));
    if let Some(address) = &scope.identity.public_address {
        value(page, "Public address", address);
    }
    value(page, "Refused", &format!("{} of {}", scope.refused, sessions(scope.total)));
    if let Some(errors) = errors(scope) {
        value(page, "Errors", &errors);
    }
    if let Some(since) = scope.since {
        value(page, "Since", &format!("{} UTC", minute(since)));
    }
    value(page, "Last delivery", &last_delivery(scope));
}

fn table(page: &mut Page, scopes: &[Scope]) {
    let server_width = page.width().saturating_sub(TABLE + INDENT.len()).clamp(8, 24);
    let row = |cells: [&str; 5]| {
        let [server, refused, since, last, certificate] = cells;
        let line = format!(
            "{INDENT}{server:<server_width$}  {refused:>10}  {since:<16}  {last:<16}  {certificate}"
        );
        line.trim_end().to_owned()
    };
    page.line(row(["SERVER", "REFUSED OF", "SINCE (UTC)", "LAST DELIVERY", "CERTIFICATE"]));
    let (failing, others): (Vec<&Scope>, Vec<&Scope>) =
        scopes.iter().partition(|scope| scope.is_refused || scope.refused > 0 || scope.errors > 0);
    let listed = failing.iter().take(LISTED).chain(others.iter().take(LISTED_WITHOUT_REFUSAL));
    for scope in listed {
        let refused = format!("{} of {}", scope.refused, scope.total);
        let since = scope.since.map_or_else(|| "-".to_owned(), minute);
        let last = scope.last_delivery.map_or_else(|| "none".to_owned(), minute);
        let certificate: String = match &scope.identity.certificate {
            Some(thumbprint) => thumbprint.chars().take(11).collect(),
            None => "not known".to_owned(),
        };
        let server = scope.server.as_deref().unwrap_or("not known");
        let short = shortened(server, server_width);
        page.line(row([&short, &refused, &since, &last, &certificate]));
        let on = if short == server { String::new() } else { format!("on {server} ") };
        let address = scope.identity.public_address.as_deref();
        let from = address.map_or_else(String::new, |address| format!(", from {address}"));
        let errors = errors(scope).map_or_else(String::new, |text| format!("; errors: {text}"));
        page.paragraph("      ", "      ", &format!("{on}over {}{from}{errors}", connector(scope)));
    }
    if failing.len() > LISTED {
        page.line(format_args!("{INDENT}and {} more with a refusal", failing.len() - LISTED));
    }
    if others.len() > LISTED_WITHOUT_REFUSAL {
        let more = others.iter().skip(LISTED_WITHOUT_REFUSAL);
        let total: u64 = more.clone().map(|scope| scope.total).sum();
        page.paragraph(
            INDENT,
            INDENT,
            &format!(
                "and {} more without a refusal, of {}; Scopes, in the JSON or the object, has them all",
                more.count(),
                sessions(total)
            ),
        );
    }
}

fn value(page: &mut Page, name: &str, value: &str) {
    let first = format!("{INDENT}{name:<NAME$}");
    page.paragraph(&first, &" ".repeat(first.len()), value);
}

fn connector(scope: &Scope) -> &str {
    if scope.connector.is_empty() { "not known" } else { &scope.connector }
}

fn sessions(count: u64) -> String {
    counted(count, "session")
}

/// What queues and NDRs report beside the sessions.
fn errors(scope: &Scope) -> Option<String> {
    let last = scope.last_error.filter(|_| scope.errors > 0)?;
    Some(format!("{} without a session, the last {} UTC", scope.errors, minute(last)))
}

fn last_delivery(scope: &Scope) -> String {
    let Some(time) = scope.last_delivery else { return "none in the logs".to_owned() };
    // What compares with the refused ones was never delivered.
    let other = scope.refused > 0 && scope.refused == scope.total;
    format!("{} UTC{}", minute(time), if other { ", of other mail" } else { "" })
}

/// The certificate of the report, else the thumbprint of the gravest scope.
fn certificate(report: &Report, gravest: &Scope) -> Option<String> {
    let Some(certificate) = &report.certificate else {
        return gravest.identity.certificate.clone();
    };
    let end = certificate.not_after.map(|end| {
        let verb = if report.judged_at.is_some_and(|now| end < now) { "expired" } else { "until" };
        format!(", {verb} {}", date(end))
    });
    let thumbprint = certificate.thumbprint.as_deref().unwrap_or("(no thumbprint)");
    let subject = certificate.subject.as_deref().unwrap_or("(no subject)");
    Some(format!("{thumbprint}, {subject}{}", end.unwrap_or_default()))
}

/// The row that proves the cause.
fn log(report: &Report) -> Option<String> {
    let cause = report.findings.iter().find(|finding| finding.status == Status::Cause)?;
    let line = cause.evidence.first().filter(|line| line.line > 0)?;
    (report.verdict != Verdict::Accepted).then(|| format!("{}:{}", line.path, line.line))
}

/// A name in a column: of a full name that is too long the host, of a host its beginning.
fn shortened(text: &str, width: usize) -> String {
    let fits = |text: &str| text.chars().count() <= width;
    let host = text.split('.').next().unwrap_or_default();
    match (fits(text), fits(host) && !host.is_empty()) {
        (true, _) => text.to_owned(),
        (false, true) => host.to_owned(),
        _ => text.chars().take(width.saturating_sub(3)).chain("...".chars()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnosis::{Evidence, Identity, diagnose};
    use crate::timestamp::Timestamp;

    fn scope_of(server: &str) -> Scope {
        Scope {
            server: Some(server.to_owned()),
            connector: "Outbound to Microsoft 365".to_owned(),
            identity: Identity {
                certificate: Some("5D0B1E77C2A94F6688D3107BA4E95C21F06D83AB".to_owned()),
                public_address: Some("203.0.113.40".to_owned()),
            },
            refused: 2,
            total: 12,
            is_refused: true,
            errors: 0,
            last_error: None,
            since: Timestamp::parse("2026-11-16T02:14:07Z"),
            last: Timestamp::parse("2026-11-16T03:00:00Z"),
            last_delivery: None,
            cause: None,
            timeline: Vec::new(),
        }
    }

    fn lines(scopes: Vec<Scope>, width: usize) -> String {
        let evidence = Evidence::new(Timestamp::parse("2026-11-16").unwrap());
        let report = Report { scopes, ..diagnose(&evidence) };
        let mut page = Page::new(width);
        add(&mut page, &report);
        page.into_text()
    }

    #[test]
    fn one_scope_is_a_block_of_names_and_values() {
        assert_eq!(
            lines(vec![scope_of("EX01")], 80),
            "\n    Server          EX01\n    Connector       Outbound to Microsoft 365\n    \
             Public address  203.0.113.40\n    Refused         2 of 12 sessions\n    \
             Since           2026-11-16 02:14 UTC\n    Last delivery   none in the logs\n    \
             Certificate     5D0B1E77C2A94F6688D3107BA4E95C21F06D83AB\n"
        );
    }

    #[test]
    fn several_scopes_are_a_table_of_which_no_line_is_wider_than_the_page() {
        let mut other = scope_of("edge-of-the-northern-site.contoso.com");
        other.last_delivery = Timestamp::parse("2026-11-15T23:59:59Z");
        other.identity = Identity { certificate: None, public_address: None };
        for width in [78, 80, 120] {
            let text = lines(vec![scope_of("EX01"), other.clone()], width);
            assert!(text.lines().all(|line| line.chars().count() <= width), "{text}");
            assert!(text.contains("SERVER") && text.contains("2 of 12"), "{text}");
            assert!(text.contains("2026-11-15 23:59  not known"), "{text}");
            assert!(text.contains("over Outbound to Microsoft 365, from 203.0.113.40\n"), "{text}");
        }
    }

    #[test]
    fn servers_that_begin_alike_are_told_apart_in_80_columns() {
        for (one, other, shown) in [
            ("CONTOSO-EXCH-01", "CONTOSO-EXCH-02", ["CONTOSO-EXCH-01 ", "CONTOSO-EXCH-02 "]),
            (
                "exchange-hub-01.emea.contoso.com",
                "exchange-hub-02.emea.contoso.com",
                ["exchange-hub-01 ", "      on exchange-hub-02.emea.contoso.com over Outbound"],
            ),
            (
                "copy-of-the-logs-of-march",
                "copy-of-the-logs-of-april",
                ["copy-of-the-... ", "      on copy-of-the-logs-of-april over Outbound"],
            ),
        ] {
            let text = lines(vec![scope_of(one), scope_of(other)], 80);
            assert!(shown.iter().all(|words| text.contains(words)), "{text}");
            assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        }
    }

    #[test]
    fn more_scopes_than_anybody_reads_are_counted() {
        let text = lines((0..25).map(|number| scope_of(&format!("EX{number:02}"))).collect(), 80);
        assert!(text.contains("    and 5 more with a refusal\n"), "{text}");
        assert!(!text.contains("EX20"), "{text}");
    }

    #[test]
    fn places_without_a_refusal_do_not_push_the_cause_off_the_screen() {
        let healthy =
            |number| Scope { refused: 0, is_refused: false, ..scope_of(&format!("EX{number:02}")) };
        let scopes = std::iter::once(scope_of("EX50")).chain((0..30).map(healthy)).collect();
        let text = lines(scopes, 80);
        assert!(text.lines().count() < 18, "{text}");
        assert!(text.contains("and 26 more without a refusal, of 312 sessions;"), "{text}");
    }

    #[test]
    fn without_a_scope_there_is_no_block() {
        assert_eq!(lines(Vec::new(), 80), "");
    }
}
