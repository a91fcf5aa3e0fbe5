//! `eop-relay explain`: a reply, an NDR or a queue's error in plain words, and what the log says of it.

mod errors;
mod inputs;

use std::io::{self, IsTerminal, Read, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use encoding_rs_io::DecodeReaderBytes;
use eop_relay::reply::{Confidence, Explanation, Side, explain};

use crate::exit::Exit;
use crate::message;
use crate::paragraph::wrapped;

/// Columns of the labels on its left.
const LABEL_WIDTH: usize = 13;
/// What is read from standard input at most; `explain` itself reads less of it.
const MAX_INPUT: u64 = 4 << 20;

/// Explain a reply, an NDR or a queue's error: what it means and what is to be done
#[derive(Debug, clap::Args)]
#[command(after_help = "\
--path takes NDRs (.eml, .html, text) and what Get-Queue, Get-Message and Get-MessageTrackingLog gave,
exported with Export-Clixml (ConvertTo-Json, Export-Csv and Format-List text are read too).
With --log, each error is joined to the session that it tells of: by the other server's session id,
by the Message-ID, by time and host; how certain that is, is said.

Exit codes: 0 explained; 30 not recognised; 40 an input cannot be read (the rest is explained);
64 usage.")]
pub struct ExplainArguments {
    /// The reply, NDR, LastError, RecipientStatus, event or TLS row; several words are joined.
    /// Without it and without --path, the text is read from standard input.
    text: Vec<String>,

    /// An NDR, or exported queues, messages or tracking events; - is standard input.
    #[arg(long, value_name = "PATH")]
    path: Vec<PathBuf>,

    /// Logs in which to look for the sessions: files, folders or patterns.
    #[arg(long, value_name = "PATH")]
    log: Vec<PathBuf>,

    /// The server whose logs these are, where the paths do not tell.
    #[arg(long, value_name = "NAME", requires = "log")]
    server: Option<String>,

    /// Print one JSON object for each error; for a text alone, its explanation.
    #[arg(long)]
    json: bool,
}

/// Explains the text: exit code 0 recognised, 30 not recognised, 40 unreadable, 64 no text given.
pub fn run(arguments: &ExplainArguments) -> ExitCode {
    let text = match text_of(arguments) {
        Ok(text) => text,
        Err(error) => {
            message::error(&format_args!("standard input cannot be read: {error}"));
            return Exit::CouldNotCheck.into();
        }
    };
    if text.trim().is_empty() && arguments.path.is_empty() {
        message::error(
            &"no text given. Give the reply in quotes, pipe the NDR in, or name a file:\n  \
             eop-relay explain \"550 5.7.64 TenantAttribution; Relay Access Denied\"\n  \
             eop-relay explain --path ndr.eml --log SmtpSend",
        );
        return Exit::Usage.into();
    }
    if !arguments.path.is_empty() || !arguments.log.is_empty() {
        return errors::run(arguments, &text);
    }

    let explanation = explain(&text);
    let mut output = io::stdout().lock();
    let written = if arguments.json {
        serde_json::to_writer(&mut output, &explanation)
            .map_err(io::Error::from)
            .and_then(|()| writeln!(output))
    } else {
        render(&explanation, &text, &mut output)
    };
    if let Err(exit) = ended(written) {
        return exit.into();
    }
    if explanation.recognised { Exit::Fine.into() } else { Exit::NoEvidence.into() }
}

fn ended(written: io::Result<()>) -> Result<(), Exit> {
    match written {
        // The reader of the pipe has seen enough.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            message::error(&format_args!("the output cannot be written: {error}"));
            Err(Exit::Broken)
        }
        _ => Ok(()),
    }
}

/// The text of the arguments, else of standard input in UTF-8, or UTF-16 with a byte order mark
/// (as PowerShell redirects); a terminal is not waited for.
fn text_of(arguments: &ExplainArguments) -> io::Result<String> {
    if !arguments.text.is_empty() || !arguments.path.is_empty() {
        return Ok(arguments.text.join(" "));
    }
    let input = io::stdin().lock();
    if input.is_terminal() {
        return Ok(String::new());
    }
    let mut bytes = Vec::new();
    DecodeReaderBytes::new(input).take(MAX_INPUT).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn render(explanation: &Explanation, text: &str, output: &mut impl Write) -> io::Result<()> {
    render_with(explanation, text, output, &[])
}

/// An explanation, with what is known beside the text.
fn render_with(
    explanation: &Explanation,
    text: &str,
    output: &mut impl Write,
    known: &[(&str, Option<String>)],
) -> io::Result<()> {
    writeln!(output, "{}", title(explanation))?;
    for (label, value) in known {
        if let Some(value) = value {
            paragraph(output, label, value)?;
        }
    }
    let mut field = |label: &str, value: Option<&str>| match value {
        Some(value) => paragraph(output, label, value),
        None => Ok(()),
    };
    match &explanation.reply {
        Some(reply) => field("Reply", Some(reply))?,
        None => field("Text", Some(&excerpt(text)))?,
    }
    field("Wrapped in", joined(&explanation.wrappers, " > ").as_deref())?;
    field("Server", server(explanation).as_deref())?;
    field("Connector", explanation.send_connector.as_deref())?;
    field("Next hop", next_hop(explanation).as_deref())?;
    field("Last try", explanation.last_retry_time.as_deref())?;
    field("Message", explanation.internet_message_id.as_deref())?;
    field("TLS error", tls_error(explanation).as_deref())?;
    field("ATTR", attr(explanation).as_deref())?;
    field("Expected", explanation.expected_subject.as_deref())?;
    field("Presented", explanation.presented_subject.as_deref())?;
    field("Thumbprint", explanation.thumbprint.as_deref())?;
    field("Meaning", Some(&explanation.meaning))?;
    field("Written by", explanation.local.then_some("this server itself, not the other side"))?;
    if explanation.recognised {
        let sides: Vec<&str> =
            explanation.side.iter().map(|side| Side::description(*side)).collect();
        field("Who acts", Some(&sides.join(", then ")))?;
    }
    if !explanation.remedy.is_empty() {
        writeln!(output, "\nWhat to do, the smallest change first:")?;
        steps(explanation, output)?;
    }
    if !explanation.uncertain.is_empty() {
        writeln!(output, "\nNot certain:")?;
        for doubt in &explanation.uncertain {
            wrapped(output, "  - ", "    ", doubt)?;
        }
    }
    if let Some(reference) = explanation.reference {
        writeln!(output)?;
        paragraph(output, "Reference", reference)?;
        let confidence = match explanation.confidence {
            Some(Confidence::Documented) => "documented by Microsoft",
            Some(Confidence::Observed) => "observed in real logs",
            Some(Confidence::Inferred) | None => "inferred",
            Some(Confidence::Uncertain) => "uncertain",
        };
        paragraph(output, "Basis", confidence)?;
    }
    Ok(())
}

fn steps(explanation: &Explanation, output: &mut impl Write) -> io::Result<()> {
    for (index, step) in explanation.remedy.iter().enumerate() {
        wrapped(output, &format!("  {}. ", index + 1), "     ", &step.action)?;
        wrapped(output, "     Where:  ", "             ", &step.r#where)?;
        if let Some(command) = &step.command {
            writeln!(output)?;
            // Never wrapped: a command is to be copied as it is.
            for line in command.lines() {
                writeln!(output, "       {line}")?;
            }
            writeln!(output)?;
        }
        if let Some(verify) = &step.verify {
            let verify = verify.replace('\n', " ");
            wrapped(output, "     Verify: ", "             ", &verify)?;
        }
        if let Some(undo) = &step.undo {
            wrapped(output, "     Undo:   ", "             ", undo)?;
        }
    }
    Ok(())
}

fn title(explanation: &Explanation) -> String {
    let name = match (explanation.rejection, &explanation.tls_error) {
        (Some(class), _) => class.name(),
        (None, Some(_)) => "TLS or connection error",
        (None, None) => "Not recognised",
    };
    let code = explanation.code.map(|code| code.to_string());
    let status = explanation.enhanced_status.map(|status| status.to_string());
    let numbers: Vec<String> = code.into_iter().chain(status).collect();
    let cover = if explanation.cover { ", a cover text" } else { "" };
    if numbers.is_empty() {
        format!("{name}{cover}")
    } else {
        format!("{name} ({}){cover}", numbers.join(" "))
    }
}

fn server(explanation: &Explanation) -> Option<String> {
    let parts = [&explanation.server, &explanation.server_time, &explanation.server_session_id];
    let parts: Vec<String> = parts.into_iter().flatten().cloned().collect();
    joined(&parts, ", ")
}

fn next_hop(explanation: &Explanation) -> Option<String> {
    let host = explanation.fqdn.as_ref().or(explanation.host.as_ref());
    let parts: Vec<String> = host.into_iter().chain(&explanation.ip_address).cloned().collect();
    joined(&parts, ", ")
}

fn tls_error(explanation: &Explanation) -> Option<String> {
    let error = explanation.tls_error.as_ref()?;
    let number =
        error.code.map(|code| if code < 0 { format!("0x{code:08X}") } else { code.to_string() });
    let parts: Vec<String> = [Some(error.name.clone()), error.symbol.map(str::to_owned), number]
        .into_iter()
        .flatten()
        .collect();
    joined(&parts, ", ")
}

fn attr(explanation: &Explanation) -> Option<String> {
    let number = explanation.attr?;
    Some(format!("{number}: {}", explanation.attr_meaning.unwrap_or("not documented publicly")))
}

fn joined(parts: &[String], separator: &str) -> Option<String> {
    (!parts.is_empty()).then(|| parts.join(separator))
}

/// The beginning of a text in which no reply was found.
fn excerpt(text: &str) -> String {
    let mut beginning: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((end, _)) = beginning.char_indices().nth(400) {
        beginning.truncate(end);
        beginning.push_str(" ...");
    }
    beginning
}

fn paragraph(output: &mut impl Write, label: &str, value: &str) -> io::Result<()> {
    let label = format!("  {label:<width$}", width = LABEL_WIDTH - 2);
    wrapped(output, &label, &" ".repeat(LABEL_WIDTH), value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paragraph::WIDTH;
    use eop_relay::reply::CATALOGUE;

    fn rendered(text: &str) -> String {
        let mut output = Vec::new();
        render(&explain(text), text, &mut output).unwrap();
        String::from_utf8(output).unwrap()
    }

    #[test]
    fn every_class_prints_within_100_columns() {
        for entry in CATALOGUE {
            for signature in entry.signatures {
                let status = signature.status.map(|status| status.to_string()).unwrap_or_default();
                let code = signature.codes.first().unwrap_or(&550);
                let attr = signature.attr.map(|attr| format!(" ATTR{attr}")).unwrap_or_default();
                let text = format!("{code} {status} {}{attr}", signature.words.join(" "));
                assert_eq!(explain(&text).rejection, Some(entry.class), "{text}");
                for line in rendered(&text).lines() {
                    assert!(line.chars().count() <= WIDTH, "{}: {line}", entry.class.name());
                }
            }
        }
    }

    #[test]
    fn a_reply_cannot_steer_the_terminal() {
        assert!(!rendered("550 5.7.64 \u{1B}[2J\u{7}").contains(['\u{1B}', '\u{7}']));
    }

    #[test]
    fn what_is_not_recognised_is_given_back() {
        let output = rendered("something\nquite else");
        assert!(output.starts_with("Not recognised"), "{output}");
        assert!(output.contains("something quite else"), "{output}");
    }
}
