//! The report as a person reads it: cause, proof, what to do, what else, what is missing.

use std::io::{self, Write};

use eop_relay::diagnosis::{
    EvidenceLine, Finding, FindingId, Remedy, Report, Severity, Status, Verdict,
};

use crate::message;
use crate::paragraph::wrapped;

/// Where texts begin.
const INDENT: &str = "    ";

/// Writes the report.
pub fn render(report: &Report, output: &mut impl Write) -> io::Result<()> {
    let verdict = match report.verdict {
        Verdict::Accepted => "ACCEPTED",
        Verdict::Refused => "REFUSED",
        Verdict::Uncertain => "UNCERTAIN",
    };
    writeln!(output, "{verdict}: {}", report.cause.name())?;
    writeln!(output)?;
    wrapped(output, INDENT, INDENT, &report.summary)?;
    let (cause, others): (Vec<&Finding>, Vec<&Finding>) =
        report.findings.iter().partition(|finding| finding.status == Status::Cause);
    for finding in &cause {
        heading(output, "PROOF")?;
        proofs(output, &finding.evidence, INDENT)?;
        steps(output, finding)?;
        let reference =
            format!("{} ({})", finding.reference, finding.confidence.name().to_lowercase());
        heading(output, "WHERE THIS IS WRITTEN")?;
        wrapped(output, INDENT, INDENT, &reference)?;
    }
    let (open, found): (Vec<&Finding>, Vec<&Finding>) =
        others.iter().partition(|finding| tells_what_is_missing(finding));
    if !found.is_empty() {
        heading(output, "WHAT ELSE WAS FOUND")?;
        for finding in found {
            beside(output, finding)?;
        }
    }
    if !open.is_empty() {
        heading(output, "WHAT EVIDENCE IS MISSING")?;
        for finding in open {
            beside(output, finding)?;
        }
    }
    Ok(())
}

/// Whether a finding is about evidence rather than about the server or the tenant.
fn tells_what_is_missing(finding: &Finding) -> bool {
    let is_about_evidence = matches!(
        finding.id,
        FindingId::ChainNotKnown
            | FindingId::RootNotKnown
            | FindingId::ConnectorsNotGiven
            | FindingId::ConnectorsFromWizard
            | FindingId::AcceptedDomainsNotGiven
            | FindingId::FrontEndHalfMissing
            | FindingId::OpenQuestion
            | FindingId::LoggingOff
            | FindingId::InputUnreadable
            | FindingId::EvidenceDamaged
            | FindingId::ChainEventsMissing
    );
    finding.status == Status::Possible || (is_about_evidence && finding.status != Status::Past)
}

fn heading(output: &mut impl Write, text: &str) -> io::Result<()> {
    writeln!(output)?;
    writeln!(output, "{text}")
}

fn proofs(output: &mut impl Write, lines: &[EvidenceLine], indent: &str) -> io::Result<()> {
    for line in lines {
        let place = match line.line {
            0 => line.path.clone(),
            number => format!("{}:{number}", line.path),
        };
        let next = format!("{indent}  ");
        wrapped(output, indent, &next, &format!("{place}: {}", line.text))?;
    }
    if lines.is_empty() {
        writeln!(output, "{indent}There is no row or object that shows it.")?;
    }
    Ok(())
}

fn steps(output: &mut impl Write, finding: &Finding) -> io::Result<()> {
    if finding.remedy.is_empty() {
        return Ok(());
    }
    heading(output, "WHAT TO DO (in this order; stop when it works)")?;
    for (number, remedy) in finding.remedy.iter().enumerate() {
        if number > 0 {
            writeln!(output)?;
        }
        step(output, number + 1, remedy)?;
    }
    Ok(())
}

fn step(output: &mut impl Write, number: usize, remedy: &Remedy) -> io::Result<()> {
    wrapped(output, &format!("{number:>3} "), INDENT, &remedy.action)?;
    labelled(output, "where", &format!("{} ({})", remedy.r#where, remedy.side.description()))?;
    if let Some(command) = &remedy.command {
        // Commands stay whole lines, so that they can be copied.
        for line in command.lines() {
            writeln!(output, "{INDENT}  > {}", message::printable(line))?;
        }
    }
    if let Some(verify) = &remedy.verify {
        labelled(output, "it worked if", verify)?;
    }
    if let Some(undo) = &remedy.undo {
        labelled(output, "to undo", undo)?;
    }
    Ok(())
}

fn beside(output: &mut impl Write, finding: &Finding) -> io::Result<()> {
    let weight = match (finding.status, finding.severity) {
        (Status::Past, _) => "past",
        (_, Severity::Error) => "error",
        (_, Severity::Warning) => "warning",
        (_, Severity::Information) => "note",
    };
    let first = format!("{INDENT}{weight}: {}: ", finding.id.name());
    wrapped(output, &first, "      ", &finding.message)?;
    if let Some(remedy) = finding.remedy.first().filter(|_| finding.status != Status::Past) {
        if let Some(command) = &remedy.command {
            labelled(output, "where", &remedy.r#where)?;
            for line in command.lines() {
                writeln!(output, "{INDENT}  > {}", message::printable(line))?;
            }
        } else {
            labelled(output, "to do", &remedy.action)?;
        }
    }
    Ok(())
}

fn labelled(output: &mut impl Write, label: &str, text: &str) -> io::Result<()> {
    let next = format!("{INDENT}  {:width$}", "", width = label.len() + 2);
    let text: Vec<&str> = text.split_whitespace().collect();
    wrapped(output, &format!("{INDENT}  {label}: "), &next, &text.join(" "))
}
