//! `eop-relay sessions`: the sessions of protocol logs, one by one.

mod batches;
mod csv_writer;
mod ecs_writer;
#[cfg(test)]
mod fixtures;
mod follow;
mod json_writer;
#[cfg(feature = "parquet")]
mod parquet_writer;
mod progress;
mod summary;
mod table_writer;
mod writer;

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use eop_relay::session::{
    Outcome, QueryError, SessionFilter, SessionQuery, SessionReader, StateOptions,
};

use self::batches::{BYTES_PER_BATCH, SESSIONS_PER_BATCH};
use self::csv_writer::{Cells, CsvWriter};
use self::ecs_writer::EcsWriter;
use self::follow::{FollowArguments, follow};
use self::json_writer::JsonWriter;
use self::progress::ProgressDisplay;
use self::summary::Summary;
use self::table_writer::TableWriter;
use self::writer::SessionWriter;
use crate::arguments::{Time, inputs_of};
use crate::exit::Exit;
use crate::settings::Settings;
use crate::{interruption, message, output};

/// Set-SendConnector, -ProtocolLoggingLevel: None is the default.
const NO_EVIDENCE: [&str; 2] = [
    "eop-relay: no evidence: no session matched, or protocol logging was off at the time; it is off by",
    "default, and Set-SendConnector NAME -ProtocolLoggingLevel Verbose turns it on",
];

/// List the SMTP sessions of protocol logs: how each ended and why, and which certificate was sent
// Each bool is a switch of the command line, independent of the others.
#[allow(clippy::struct_excessive_bools)]
#[derive(Debug, Args)]
#[command(after_help = "\
Times without a zone are UTC, as the logs are. A session belongs to the time at which it started;
--end itself is not in the window. Patterns (GLOB) know *, ? and [...], in any case.

With --state, a run reads only what was written since the run before, keeps sessions that are still
open, and returns each session once: give each task a state file of its own. Nothing is saved if
the run is stopped before its end (Ctrl+C, | head) or its output cannot be written. What was written
into a pipe counts as read, also where its reader ends without looking: use --output FILE.

With --until-success the exit code is 0 once a session was accepted, 20 if sessions came and none was,
30 if none came.

Exit codes: 0 all was read; 10 rows are damaged or a limit was hit; 30 no session matched;
40 an input cannot be read (the others are listed), or the state file; 64 usage.")]
pub struct SessionsArguments {
    /// Log files, folders of logs, or patterns such as SEND2026*.LOG
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Write one JSON object a line
    #[arg(long, conflicts_with_all = ["csv", "csv_raw"])]
    json: bool,
    /// Write one event of the Elastic Common Schema a line (NDJSON), for Elasticsearch and what reads it
    #[arg(long, conflicts_with_all = ["json", "csv", "csv_raw"])]
    ecs: bool,
    /// Write comma-separated values with a header, one session a line. A text that a spreadsheet
    /// would take for a formula gets an apostrophe in front
    #[arg(long)]
    csv: bool,
    /// Write comma-separated values with every text as it stands in the log
    #[arg(long)]
    csv_raw: bool,
    /// Write a Parquet file, with the recipients of each session as a nested list
    #[cfg(feature = "parquet")]
    #[arg(long, value_name = "FILE", conflicts_with_all = ["json", "ecs", "csv", "csv_raw", "follow", "until_success"])]
    parquet: Option<PathBuf>,
    /// Only sessions of connectors whose name matches
    #[arg(long, value_name = "GLOB")]
    connector: Option<String>,
    /// Only sessions that started then or later (2026-11-15, 2026-11-15T01:02:03+01:00,
    /// -24h, yesterday, "today 08:00")
    #[arg(long, value_name = "T", allow_hyphen_values = true)]
    start: Option<Time>,
    /// Only sessions that started before then
    #[arg(long, value_name = "T", allow_hyphen_values = true)]
    end: Option<Time>,
    /// Only sessions with a remote host or endpoint that matches
    #[arg(long, value_name = "GLOB")]
    remote_host: Option<String>,
    /// Only sessions in which either side sent this certificate (40 digits, as pasted)
    #[arg(long, value_name = "HEX")]
    thumbprint: Option<String>,
    /// Only sessions that ended so; may be given several times
    #[arg(long, value_name = "NAME", ignore_case = true, value_parser = outcome_parser())]
    outcome: Vec<Outcome>,
    /// Only sessions that failed: PartlyRefused, Refused, TlsFailed, ConnectFailed
    #[arg(long)]
    failed: bool,
    /// Only sessions known to be with Exchange Online Protection
    #[arg(long)]
    eop_only: bool,
    /// Read the folders below the given ones too
    #[arg(long)]
    recurse: bool,
    /// The server whose logs these are, where the paths do not name it
    #[arg(long, value_name = "NAME")]
    server: Option<String>,
    /// How many threads read; by default 2, or 1 on a single processor
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=64))]
    threads: Option<u16>,
    /// Read on where the run before with this state file stopped
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// List the sessions that are still open too, instead of keeping them in the state file
    #[arg(long = "final", requires = "state")]
    is_final: bool,
    #[command(flatten)]
    follow: FollowArguments,
}

fn outcome_parser() -> impl TypedValueParser<Value = Outcome> {
    PossibleValuesParser::new(Outcome::ALL.iter().map(|outcome| outcome.name()))
        .try_map(|name| Outcome::from_name(&name).ok_or("no such outcome"))
}

impl SessionsArguments {
    fn query(&self) -> SessionQuery {
        SessionQuery {
            inputs: inputs_of(&self.paths, self.server.as_deref()),
            recurse: self.recurse,
            filter: SessionFilter {
                connector: self.connector.clone(),
                remote_host: self.remote_host.clone(),
                thumbprint: self.thumbprint.clone(),
                start: self.start.map(Into::into),
                end: self.end.map(Into::into),
                outcomes: self.outcome.clone(),
                failed: self.failed,
                eop_only: self.eop_only,
            },
            threads: self.threads.map_or(0, usize::from),
            state: self.state.clone().map(|path| StateOptions {
                path,
                is_final: self.is_final,
                memory: None,
            }),
        }
    }

    /// Why a state file cannot go with standard input: where the next run would read on is a place in
    /// a file, and so is the state itself.
    fn state_on_standard_input(&self) -> Option<&'static str> {
        let is_input = |path: &PathBuf| eop_relay::input::is_standard_input(path);
        let state = self.state.as_ref()?;
        if is_input(state) {
            return Some("--state takes the path of a file that the next run reads again, not -");
        }
        self.paths.iter().any(is_input).then_some(
            "--state remembers how far each file was read, which standard input (-) has no place \
             for: give the logs by their paths, or leave --state out",
        )
    }

    fn writer(&self) -> Result<Box<dyn SessionWriter>, ExitCode> {
        #[cfg(feature = "parquet")]
        if let Some(path) = &self.parquet {
            return match parquet_writer::ParquetWriter::create(path) {
                Ok(writer) => Ok(Box::new(writer)),
                Err(error) => {
                    message::error(&format_args!("{}: cannot be written: {error}", path.display()));
                    Err(Exit::Broken.into())
                }
            };
        }
        let output = io::BufWriter::with_capacity(output::BUFFER, output::open()?);
        Ok(if self.ecs {
            Box::new(EcsWriter::new(output))
        } else if self.json {
            Box::new(JsonWriter::new(output))
        } else if self.csv || self.csv_raw {
            let are_on_terminal = output::is_terminal();
            Box::new(CsvWriter::new(output, Cells { are_raw: self.csv_raw, are_on_terminal }))
        } else {
            Box::new(TableWriter::new(output, output::table_width()))
        })
    }
}

/// Lists the sessions; the answer is the exit code.
pub fn run(arguments: &SessionsArguments) -> ExitCode {
    if let Some(reason) = arguments.state_on_standard_input() {
        message::error(&reason);
        return Exit::Usage.into();
    }
    let mut reader = match SessionReader::new(arguments.query()) {
        Ok(reader) => reader,
        Err(error) => {
            message::error(&error);
            let is_state = matches!(error, QueryError::State(_));
            return if is_state { Exit::CouldNotCheck } else { Exit::Usage }.into();
        }
    };
    // Before anything is read: without an output nothing is given, and so nothing is saved.
    let mut writer = match arguments.writer() {
        Ok(writer) => writer,
        Err(broken) => return broken,
    };
    if arguments.follow.are_given() {
        // Ctrl+C is how it ends.
        interruption::leave_all();
        return match follow(&arguments.follow, arguments.query(), writer.as_mut()) {
            Ok(exit) => exit.into(),
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Fine.into(),
            Err(error) => output::not_written(&error),
        };
    }
    match list(&mut reader, writer.as_mut()) {
        Ok(summary) => {
            drop(writer);
            // Last of all: what was not listed is read again.
            if let Err(error) = reader.save_state() {
                message::error(&format_args!(
                    "{error}; what was listed now the next run lists again, unless it finds the new state \
                     beside that file (.new)"
                ));
                return Exit::CouldNotCheck.into();
            }
            message::summary(&summary);
            if summary.exit() == Exit::NoEvidence {
                NO_EVIDENCE.iter().for_each(message::summary);
            }
            summary.exit().into()
        }
        // Whoever reads the output has seen enough (`| head`).
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Fine.into(),
        Err(error) => output::not_written(&error),
    }
}

fn list(reader: &mut SessionReader, writer: &mut dyn SessionWriter) -> io::Result<Summary> {
    let mut summary = Summary::default();
    let display = ProgressDisplay::new(io::stderr().is_terminal() && !Settings::get().no_progress);
    writer.begin()?;
    while let Some(batch) = reader.next_batch(SESSIONS_PER_BATCH, BYTES_PER_BATCH) {
        display.show(&reader.progress());
        display.hide_while(|| -> io::Result<()> {
            for session in &batch.sessions {
                writer.write(session)?;
                summary.count_session(session);
            }
            // What was found is seen at once, and before the notices about what follows it.
            writer.flush()?;
            for notice in &batch.notices {
                message::notice(notice);
                summary.count_notice(notice);
            }
            io::stderr().flush()
        })?;
    }
    summary.set_progress(&reader.progress());
    display.clear();
    writer.finish()?;
    Ok(summary)
}
