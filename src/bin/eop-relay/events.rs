//! `eop-relay events`: what Windows found wrong with certificate chains, out of the CAPI2 log.

mod groups;

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use eop_relay::certificate::Thumbprint;
use eop_relay::evidence::EvidenceReader;
use eop_relay::evidence::chain_event::{
    ChainEventQuery, ChainEventReader, ChainEventSummary, ENABLE_CHAIN_EVENT_LOG,
};
use eop_relay::log::Severity;

use self::groups::Groups;
use crate::arguments::{Time, inputs_of};
use crate::exit::Exit;
use crate::{json, message, output};

/// Validations asked for at once, and the input after which the library returns all the same.
const RECORDS_PER_BATCH: usize = 256;
const BYTES_PER_BATCH: u64 = 16 << 20;

/// List what Windows found wrong with certificate chains and private keys, and what it means
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Reads the log Microsoft-Windows-CAPI2/Operational of the sending server: exported XML (wevtutil qe
... /f:xml, the event viewer, texts copied of a web page), .evtx files, folders of these, patterns.
The log is off by default and keeps 1 MB; on the server, in an elevated prompt:
  wevtutil sl Microsoft-Windows-CAPI2/Operational /e:true /ms:67108864
  wevtutil epl Microsoft-Windows-CAPI2/Operational capi2.evtx
Times without a zone are UTC.

Exit codes: 0 nothing failed; 10 a validation failed, events are damaged, or the log does not reach
back as far as asked; 30 no validation was found; 40 an input cannot be read (the others are
listed); 64 usage.")]
pub struct EventsArguments {
    /// Files, folders, or patterns
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Write one JSON object a line, one for each validation
    #[arg(long)]
    json: bool,
    /// List the validations too in which nothing failed
    #[arg(long)]
    all: bool,
    /// Only validations that name this certificate
    #[arg(long, value_name = "HEX", value_parser = parse_thumbprint)]
    thumbprint: Option<Thumbprint>,
    /// Only validations of that time or later
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    start: Option<Time>,
    /// Only validations before that time
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    end: Option<Time>,
    /// Read the folders below the given ones too
    #[arg(long)]
    recurse: bool,
}

fn parse_thumbprint(text: &str) -> Result<Thumbprint, String> {
    text.parse().map_err(|error: eop_relay::certificate::ThumbprintError| error.to_string())
}

/// What came of the reading.
#[derive(Clone, Copy, Default)]
struct Outcome {
    validations: u64,
    failed: u64,
    has_errors: bool,
    has_warnings: bool,
}

impl Outcome {
    fn exit(self) -> Exit {
        if self.has_errors {
            Exit::CouldNotCheck
        } else if self.validations == 0 {
            Exit::NoEvidence
        } else if self.failed > 0 || self.has_warnings {
            Exit::Warning
        } else {
            Exit::Fine
        }
    }
}

/// Reads the events and lists them.
pub fn run(arguments: &EventsArguments) -> ExitCode {
    let mut reader = ChainEventReader::new(ChainEventQuery {
        inputs: inputs_of(&arguments.paths, None),
        recurse: arguments.recurse,
        thumbprint: arguments.thumbprint,
        start: arguments.start.map(Into::into),
        end: arguments.end.map(Into::into),
        ..ChainEventQuery::default()
    });
    let mut outcome = Outcome::default();
    let list = |output: &mut dyn Write| list(arguments, &mut reader, &mut outcome, output);
    if let Err(broken) = output::write(list) {
        return broken;
    }
    message::summary(&summary(reader.summary(), outcome));
    if outcome.validations == 0 && !outcome.has_errors {
        message::summary(
            &"eop-relay: no evidence: no validation was found; the log is off by default, and this \
             turns it on:",
        );
        message::summary(&format_args!("  {ENABLE_CHAIN_EVENT_LOG}"));
    }
    outcome.exit().into()
}

fn list(
    arguments: &EventsArguments,
    reader: &mut ChainEventReader,
    outcome: &mut Outcome,
    output: &mut dyn Write,
) -> io::Result<()> {
    let mut groups = Groups::default();
    while let Some(batch) = reader.next_batch(RECORDS_PER_BATCH, BYTES_PER_BATCH) {
        for notice in &batch.notices {
            outcome.has_errors |= notice.severity() == Severity::Error;
            outcome.has_warnings |= notice.severity() == Severity::Warning;
            message::notice(notice);
        }
        for event in &batch.records {
            outcome.validations += 1;
            outcome.failed += u64::from(event.failed);
            if !event.failed && !arguments.all {
                continue;
            }
            if arguments.json {
                json::line(output, event)?;
            } else {
                groups.add(event);
            }
        }
    }
    output::text(output, &groups.text(output::width()))
}

fn summary(read: &ChainEventSummary, outcome: Outcome) -> String {
    let kinds: Vec<String> =
        read.events.iter().map(|(id, count)| format!("event {id}: {count}")).collect();
    let mut parts =
        vec![format!("{} of {} validations failed", outcome.failed, outcome.validations)];
    parts.extend((!kinds.is_empty()).then(|| kinds.join(", ")));
    if read.other_events > 0 {
        parts.push(format!("others of the log: {}", read.other_events));
    }
    if read.foreign_events > 0 {
        parts.push(format!("of other logs, left out: {}", read.foreign_events));
    }
    if read.damaged_events > 0 {
        parts.push(format!("damaged: {}", read.damaged_events));
    }
    if let (Some(first), Some(last)) = (read.first_time, read.last_time) {
        parts.push(format!("from {first} to {last}"));
    }
    parts.push(format!("files: {}", read.files));
    parts.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exit_code_tells_the_worst_that_was_met() {
        let outcome = |validations, failed, has_errors, has_warnings| {
            Outcome { validations, failed, has_errors, has_warnings }.exit()
        };
        assert_eq!(outcome(3, 0, false, false), Exit::Fine);
        assert_eq!(outcome(3, 1, false, false), Exit::Warning);
        assert_eq!(outcome(3, 0, false, true), Exit::Warning);
        assert_eq!(outcome(0, 0, false, true), Exit::NoEvidence);
        assert_eq!(outcome(3, 1, true, true), Exit::CouldNotCheck);
    }
}
