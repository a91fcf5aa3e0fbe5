//! A chain report as a person reads it.

use eop_relay::chain::{
    CertificateOrigin, CertificateReport, ChainReport, Completeness, FindingReport, Severity, Trust,
};
use eop_relay::finding::words::date as day;
use eop_relay::timestamp::Timestamp;
use eop_relay::view::{Page, cut_name};

/// The report. `is_whole_evidence`: no store was given, only the file was judged.
pub fn text(report: &ChainReport, is_whole_evidence: bool, width: usize) -> String {
    let mut page = Page::new(width);
    page.paragraph("", "  ", &report.summary);
    page.blank_line();
    let last = report.certificates.len().saturating_sub(1);
    for (position, certificate) in report.certificates.iter().enumerate() {
        add_certificate(&mut page, position, position == last, certificate);
        let own = |finding: &&FindingReport| finding.certificate == Some(position);
        add_findings(&mut page, &"   ".repeat(position + 1), report.findings.iter().filter(own));
    }
    let about_stores = |finding: &&FindingReport| finding.certificate.is_none();
    add_findings(&mut page, "", report.findings.iter().filter(about_stores));
    for part in &report.unread {
        page.paragraph(
            if part.is_damaged { "warning: " } else { "note: " },
            "   ",
            &format!(
                "{}: at byte {}, {} was not read: {}",
                part.file, part.offset, part.label, part.reason
            ),
        );
    }
    page.blank_line();
    add_judgements(&mut page, report, is_whole_evidence);
    add_missing(&mut page, report);
    add_alternatives(&mut page, report);
    add_remedies(&mut page, report);
    page.into_text()
}

fn add_certificate(
    page: &mut Page,
    position: usize,
    is_last: bool,
    certificate: &CertificateReport,
) {
    let indent = "   ".repeat(position);
    let branch = match (position, is_last) {
        (0, _) => "",
        (_, true) => "`- ",
        (_, false) => "+- ",
    };
    let branch_indent = if position == 0 { String::new() } else { "   ".repeat(position - 1) };
    let subject =
        if certificate.subject.is_empty() { "(no subject)" } else { &certificate.subject };
    page.paragraph(&format!("{branch_indent}{branch}"), &indent, &cut_name(subject));
    let origin = match certificate.origin {
        CertificateOrigin::Judged => "the judged certificate",
        CertificateOrigin::IntermediateStore => "from the intermediates",
        CertificateOrigin::RootStore => "in the root store of this computer",
        CertificateOrigin::ProgrammeRoot => "in Microsoft's root programme",
        CertificateOrigin::GivenRoot => "from the given roots",
        CertificateOrigin::EmbeddedRoot => "from the embedded roots",
        CertificateOrigin::Elsewhere => "not in the server's stores",
    };
    let indent = format!("{indent}   ");
    page.line(format_args!("{indent}Thumbprint {}, {origin}", certificate.thumbprint));
    page.line(format_args!(
        "{indent}Valid {} to {}, {}",
        date(certificate.not_before),
        date(certificate.not_after),
        certificate.public_key
    ));
    if !certificate.dns_names.is_empty() && position == 0 {
        let names = &certificate.dns_names;
        let shown = names.iter().take(8).map(|name| cut_name(name)).collect::<Vec<_>>().join(", ");
        let rest = names.len().saturating_sub(8);
        let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
        let first = format!("{indent}Names ");
        page.paragraph(&first, &format!("{indent}      "), &format!("{shown}{more}"));
    }
}

fn add_findings<'a>(
    page: &mut Page,
    indent: &str,
    findings: impl Iterator<Item = &'a FindingReport>,
) {
    for finding in findings {
        let severity = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Information => "note",
        };
        let code = finding.h_result.as_ref().map(|code| format!(", {code}")).unwrap_or_default();
        page.paragraph(
            &format!("{indent}{severity}: "),
            &format!("{indent}   "),
            &format!("{} [{:?}{code}]", finding.message, finding.id),
        );
    }
}

fn add_judgements(page: &mut Page, report: &ChainReport, is_whole_evidence: bool) {
    let accepted = match report.is_accepted {
        true => "accepted",
        false if report.is_uncertain() => "uncertain",
        false => "refused",
    };
    page.line(format_args!(
        "Verdict       {accepted} ({:?} profile, at {})",
        report.profile, report.at
    ));
    let trust = match report.trust {
        Trust::Trusted => "trusted root",
        Trust::Untrusted => "untrusted",
        Trust::MicrosoftProgramme => "root of Microsoft's programme, its signature not checked",
        Trust::Blocked => "root that Microsoft has taken out of its programme",
        Trust::PrivateAuthority => "private authority, not trusted outside the organisation",
        Trust::UnknownRoot => "unknown root: in neither Mozilla's list nor Microsoft's",
    };
    page.line(format_args!("Trust         {trust}"));
    let completeness = match (report.completeness, is_whole_evidence) {
        (Completeness::Complete, true) => "complete as given in the file",
        (Completeness::Complete, false) => "complete: the server can send all intermediates",
        (Completeness::Incomplete, true) => {
            "incomplete as given in the file (what the server has in its stores: --intermediates)"
        }
        (Completeness::Incomplete, false) => "incomplete: the server cannot send an intermediate",
        (Completeness::Unknown, _) if report.is_cut_short => "unknown: the search was cut short",
        (Completeness::Unknown, _) => {
            "unknown: the last issuer is a root of the receiver, or an intermediate that is missing"
        }
    };
    page.line(format_args!("Completeness  {completeness}"));
    for (index, thumbprint) in report.would_send.iter().enumerate() {
        let label = if index == 0 { "Would send    " } else { "              " };
        let known = report.certificates.iter().find(|c| c.thumbprint == *thumbprint);
        let subject = known.map(|certificate| certificate.subject.as_str()).unwrap_or_default();
        page.paragraph(label, "              ", &format!("{thumbprint} {}", cut_name(subject)));
    }
    if let Some(roots) = &report.embedded_roots {
        let newest = date(roots.newest_root);
        page.line(format_args!(
            "Roots         {} embedded ({}; the newest is of {newest})",
            roots.count, roots.source
        ));
    }
    if let Some(date) = report.microsoft_programme {
        page.line(format_args!(
            "              Microsoft's programme by name and key, list of {date}"
        ));
    }
    if report.is_cut_short {
        page.line(format_args!("Search        given up at the limit: there may be further paths"));
    }
}

fn add_missing(page: &mut Page, report: &ChainReport) {
    for missing in &report.missing_issuers {
        page.paragraph("Missing       ", "              ", &cut_name(&missing.subject));
        if let Some(key) = &missing.key_identifier {
            page.line(format_args!("              key identifier {key}"));
        }
        if let Some(found) = &missing.found {
            page.line(format_args!("              found outside the stores: thumbprint {found}"));
        }
        for url in &missing.urls {
            page.line(format_args!("              {url}"));
        }
    }
}

fn add_alternatives(page: &mut Page, report: &ChainReport) {
    if report.alternatives.is_empty() {
        return;
    }
    page.blank_line();
    page.line(format_args!("Other paths ({} were looked at):", report.path_count));
    for path in &report.alternatives {
        let verdict = if path.is_accepted {
            "accepted".to_owned()
        } else {
            let names: Vec<String> = path.errors.iter().map(|rule| format!("{rule:?}")).collect();
            format!("refused: {}", names.join(", "))
        };
        let subjects: Vec<_> = path.subjects.iter().map(|subject| cut_name(subject)).collect();
        page.paragraph("  - ", "    ", &format!("{} ({verdict})", subjects.join(" <- ")));
    }
}

fn add_remedies(page: &mut Page, report: &ChainReport) {
    if report.remedies.is_empty() {
        return;
    }
    page.blank_line();
    page.line("What to do:");
    for (index, remedy) in report.remedies.iter().enumerate() {
        page.paragraph(&format!("  {}. ", index + 1), "     ", &remedy.action);
        page.paragraph("     Where:  ", "             ", &remedy.r#where);
        if let Some(command) = &remedy.command {
            page.command(command);
        }
        for (label, text) in [("Verify: ", &remedy.verify), ("Undo:   ", &remedy.undo)] {
            if let Some(text) = text {
                page.paragraph(&format!("     {label}"), "             ", text);
            }
        }
    }
}

fn date(time: Option<Timestamp>) -> String {
    time.map_or_else(|| "?".to_owned(), day)
}
