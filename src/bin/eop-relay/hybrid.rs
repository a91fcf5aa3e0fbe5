//! `eop-relay hybrid`: what the Hybrid Configuration Wizard changed, and how it left the connectors.

mod render;

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use eop_relay::evidence::{
    HybridConnector, HybridHistory, HybridNotice, HybridSeverity, hybrid_profile_folders,
};
use eop_relay::timestamp::Timestamp;
use serde::Serialize;

use crate::exit::Exit;
use crate::message;

/// Tell what the Hybrid Configuration Wizard changed and when, and how it left the connectors
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The wizard writes yyyyMMdd_HHmmss.log (and .xhcw) to
  %AppData%\\Microsoft\\Exchange Hybrid Configuration
of whoever ran it. A folder of profiles (C:\\Users, \\\\EX01\\c$\\Users) gives the logs of all of them;
without PATH those of this computer are read. The oldest change comes first.

Exit codes: 0 all was read; 10 something was read in part; 30 the logs tell of no change and no
connector; 40 an input cannot be read (the others are told); 64 usage.")]
pub struct HybridArguments {
    /// Logs of the wizard, folders of them, folders of profiles, or patterns.
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// Tell ages as of this time, such as 2026-11-15 or 2026-11-15T01:02:03Z; by default now.
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    at: Option<Timestamp>,

    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

fn parse_time(text: &str) -> Result<Timestamp, String> {
    Timestamp::parse(text).ok_or_else(|| "expected a time such as 2026-11-15T01:02:03Z".to_owned())
}

/// Reads the logs, and prints what they tell.
pub fn run(arguments: &HybridArguments) -> ExitCode {
    let now = || Timestamp::try_from(time::OffsetDateTime::now_utc());
    let at = match arguments.at.map_or_else(now, Ok) {
        Ok(at) => at,
        Err(error) => {
            message::error(&format_args!("the clock of this computer is wrong: {error}"));
            return Exit::Broken.into();
        }
    };
    let paths = match (arguments.paths.as_slice(), hybrid_profile_folders()) {
        ([], Some(profiles)) => vec![profiles],
        ([], None) => {
            message::error(&"no path given, and this computer has no folder of Windows profiles");
            return Exit::Usage.into();
        }
        (paths, _) => paths.to_vec(),
    };
    let history = HybridHistory::read(&paths);
    for notice in &history.notices {
        say(notice);
    }
    match print(&history, at, arguments.json) {
        // The reader of the pipe has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Fine.into(),
        Err(error) => {
            message::error(&format_args!("the output cannot be written: {error}"));
            Exit::Broken.into()
        }
        Ok(()) => exit_of(&history).into(),
    }
}

fn say(notice: &HybridNotice) {
    let severity = match notice.severity {
        HybridSeverity::Error => "error",
        HybridSeverity::Warning => "warning",
        HybridSeverity::Information => "note",
    };
    let text = notice.to_string();
    message::line(format_args!("eop-relay: {severity}: {}", message::printable(&text)));
}

fn exit_of(history: &HybridHistory) -> Exit {
    let is_partial =
        history.notices.iter().any(|notice| notice.severity == HybridSeverity::Warning);
    if history.has_errors() {
        Exit::CouldNotCheck
    } else if history.changes.is_empty() && history.connectors.is_empty() {
        Exit::NoEvidence
    } else if is_partial {
        Exit::Warning
    } else {
        Exit::Fine
    }
}

/// A state with its age, for JSON.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Aged<'a> {
    #[serde(flatten)]
    connector: &'a HybridConnector,
    age_days: Option<i64>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Document<'a> {
    changes: &'a [eop_relay::evidence::HybridChange],
    connectors: Vec<Aged<'a>>,
    files: &'a [String],
    notices: &'a [HybridNotice],
}

fn print(history: &HybridHistory, at: Timestamp, as_json: bool) -> io::Result<()> {
    let mut output = io::BufWriter::new(io::stdout().lock());
    if as_json {
        let aged = |connector| Aged { connector, age_days: connector.age_days(at) };
        let document = Document {
            changes: &history.changes,
            connectors: history.connectors.iter().map(aged).collect(),
            files: &history.files,
            notices: &history.notices,
        };
        serde_json::to_writer_pretty(&mut output, &document)?;
        writeln!(output)?;
    } else {
        render::render(history, at, &mut output)?;
    }
    output.flush()
}
