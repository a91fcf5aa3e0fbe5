//! The readable form of a chain report.

use std::io::{self, Write};

use eop_relay::chain::{
    CertificateOrigin, CertificateReport, ChainReport, Completeness, FindingReport, Severity, Trust,
};
use eop_relay::timestamp::Timestamp;

use crate::message::printable;
use crate::paragraph::wrapped;

/// Prints the report. `is_whole_evidence`: no store was given, the file alone was judged.
pub fn print(
    report: &ChainReport,
    is_whole_evidence: bool,
    output: &mut impl Write,
) -> io::Result<()> {
    wrapped(output, "", "  ", &report.summary)?;
    writeln!(output)?;
    let last = report.certificates.len().saturating_sub(1);
    for (position, certificate) in report.certificates.iter().enumerate() {
        print_certificate(output, position, position == last, certificate)?;
        let own = |finding: &&FindingReport| finding.certificate == Some(position);
        print_findings(output, &"   ".repeat(position + 1), report.findings.iter().filter(own))?;
    }
    let about_stores = |finding: &&FindingReport| finding.certificate.is_none();
    print_findings(output, "", report.findings.iter().filter(about_stores))?;
    writeln!(output)?;
    print_judgements(report, is_whole_evidence, output)?;
    print_missing(report, output)?;
    print_alternatives(report, output)?;
    print_remedies(report, output)
}

fn print_certificate(
    output: &mut impl Write,
    position: usize,
    is_last: bool,
    certificate: &CertificateReport,
) -> io::Result<()> {
    let indent = "   ".repeat(position);
    let branch = match (position, is_last) {
        (0, _) => "",
        (_, true) => "`- ",
        (_, false) => "+- ",
    };
    let branch_indent = if position == 0 { String::new() } else { "   ".repeat(position - 1) };
    let subject =
        if certificate.subject.is_empty() { "(no subject)" } else { &certificate.subject };
    wrapped(output, &format!("{branch_indent}{branch}"), &indent, subject)?;
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
    let line =
        |output: &mut dyn Write, text: String| writeln!(output, "{indent}{}", printable(&text));
    line(output, format!("Thumbprint {}, {origin}", certificate.thumbprint))?;
    line(
        output,
        format!(
            "Valid {} to {}, {}",
            date(certificate.not_before),
            date(certificate.not_after),
            certificate.public_key
        ),
    )?;
    if !certificate.dns_names.is_empty() && position == 0 {
        let names = &certificate.dns_names;
        let shown = names.iter().take(8).cloned().collect::<Vec<_>>().join(", ");
        let rest = names.len().saturating_sub(8);
        let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
        wrapped(
            output,
            &format!("{indent}Names "),
            &format!("{indent}      "),
            &format!("{shown}{more}"),
        )?;
    }
    Ok(())
}

fn print_findings<'a>(
    output: &mut impl Write,
    indent: &str,
    findings: impl Iterator<Item = &'a FindingReport>,
) -> io::Result<()> {
    for finding in findings {
        let severity = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Information => "note",
        };
        let code = finding.h_result.as_ref().map(|code| format!(", {code}")).unwrap_or_default();
        wrapped(
            output,
            &format!("{indent}{severity}: "),
            &format!("{indent}   "),
            &format!("{} [{:?}{code}]", finding.message, finding.id),
        )?;
    }
    Ok(())
}

fn print_judgements(
    report: &ChainReport,
    is_whole_evidence: bool,
    output: &mut impl Write,
) -> io::Result<()> {
    let accepted = if report.is_accepted { "accepted" } else { "refused" };
    writeln!(output, "Verdict       {accepted} ({:?} profile, at {})", report.profile, report.at)?;
    let trust = match report.trust {
        Trust::Trusted => "trusted root",
        Trust::Untrusted => "untrusted",
        Trust::UnknownRoot => "unknown root: give the receiver's roots with --roots to decide",
    };
    writeln!(output, "Trust         {trust}")?;
    let completeness = match (report.completeness, is_whole_evidence) {
        (Completeness::Complete, true) => "complete as given in the file",
        (Completeness::Complete, false) => "complete: the server can send all intermediates",
        (Completeness::Incomplete, true) => {
            "incomplete as given in the file (what the server has in its stores: --intermediates)"
        }
        (Completeness::Incomplete, false) => "incomplete: the server cannot send an intermediate",
        (Completeness::Unknown, _) => "unknown: nothing was given about the server's stores",
    };
    writeln!(output, "Completeness  {completeness}")?;
    for (index, thumbprint) in report.would_send.iter().enumerate() {
        let label = if index == 0 { "Would send    " } else { "              " };
        let known = report.certificates.iter().find(|c| c.thumbprint == *thumbprint);
        let subject = known.map(|certificate| certificate.subject.as_str()).unwrap_or_default();
        wrapped(output, label, "              ", &format!("{thumbprint} {subject}"))?;
    }
    if let Some(roots) = &report.embedded_roots {
        let newest = date(roots.newest_root);
        writeln!(
            output,
            "Roots         {} embedded ({}; the newest is of {newest})",
            roots.count, roots.source
        )?;
    }
    if report.is_cut_short {
        writeln!(output, "Search        given up at the limit: there may be further paths")?;
    }
    Ok(())
}

fn print_missing(report: &ChainReport, output: &mut impl Write) -> io::Result<()> {
    for missing in &report.missing_issuers {
        wrapped(output, "Missing       ", "              ", &missing.subject)?;
        if let Some(key) = &missing.key_identifier {
            writeln!(output, "              key identifier {key}")?;
        }
        if let Some(found) = &missing.found {
            writeln!(output, "              found outside the stores: thumbprint {found}")?;
        }
        for url in &missing.urls {
            writeln!(output, "              {}", printable(url))?;
        }
    }
    Ok(())
}

fn print_alternatives(report: &ChainReport, output: &mut impl Write) -> io::Result<()> {
    if report.alternatives.is_empty() {
        return Ok(());
    }
    writeln!(output, "\nOther paths ({} were looked at):", report.path_count)?;
    for path in &report.alternatives {
        let verdict = if path.is_accepted {
            "accepted".to_owned()
        } else {
            let names: Vec<String> = path.errors.iter().map(|rule| format!("{rule:?}")).collect();
            format!("refused: {}", names.join(", "))
        };
        wrapped(output, "  - ", "    ", &format!("{} ({verdict})", path.subjects.join(" <- ")))?;
    }
    Ok(())
}

fn print_remedies(report: &ChainReport, output: &mut impl Write) -> io::Result<()> {
    if report.remedies.is_empty() {
        return Ok(());
    }
    writeln!(output, "\nWhat to do:")?;
    for (index, remedy) in report.remedies.iter().enumerate() {
        wrapped(output, &format!("  {}. ", index + 1), "     ", &remedy.action)?;
        wrapped(output, "     Where:  ", "             ", &remedy.r#where)?;
        // Never wrapped: a command is to be copied as it is.
        for (label, command) in
            [("Command", &remedy.command), ("Verify", &remedy.verify), ("Undo", &remedy.undo)]
        {
            if let Some(command) = command {
                writeln!(output, "     {label}:\n       {}", printable(command))?;
            }
        }
    }
    Ok(())
}

fn date(time: Option<Timestamp>) -> String {
    time.map_or_else(|| "?".to_owned(), |time| time.to_string().chars().take(10).collect())
}
