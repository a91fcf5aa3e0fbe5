//! `eop-relay hybrid`: what the Hybrid Configuration Wizard changed, and how it left the connectors.

mod render;

use std::path::PathBuf;
use std::process::ExitCode;

use eop_relay::evidence::{
    HybridChange, HybridConnector, HybridHistory, HybridNotice, hybrid_profile_folders,
};
use eop_relay::finding::Severity;
use eop_relay::timestamp::Timestamp;
use serde::Serialize;

use crate::arguments::{Time, given_or_now};
use crate::exit::Exit;
use crate::{json, message, output};

/// Report what the Hybrid Configuration Wizard changed and when, and how it left the connectors
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The wizard writes yyyyMMdd_HHmmss.log (and .xhcw) to
  %AppData%\\Microsoft\\Exchange Hybrid Configuration
of whoever ran it. A folder of profiles (C:\\Users, \\\\EX01\\c$\\Users) gives the logs of all of them;
without PATH those of this computer are read. The oldest change comes first.

Exit codes: 0 all was read; 10 something was read in part; 30 the logs show no change and no
connector; 40 an input cannot be read (the others are reported); 64 usage.")]
pub struct HybridArguments {
    /// Logs of the wizard, folders of them, folders of profiles, or patterns.
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// Read the folders below the given ones too.
    #[arg(long)]
    recurse: bool,

    /// Give ages as of this time, such as 2026-11-15, 2026-11-15T01:02:03Z, -24h or yesterday; by
    /// default now.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    at: Option<Time>,

    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// Reads the logs, and prints what they show.
pub fn run(arguments: &HybridArguments) -> ExitCode {
    let at = match given_or_now(arguments.at) {
        Ok(at) => at,
        Err(reason) => {
            message::error(&reason);
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
    let history = HybridHistory::read(&paths, arguments.recurse);
    for notice in &history.notices {
        message::graded(notice.severity, notice);
    }
    output::answer(exit_of(&history), |output| {
        if arguments.json {
            json::pretty(output, &Document::new(&history, at))
        } else {
            output::text(output, &render::text(&history, at, output::table_width()))
        }
    })
}

fn exit_of(history: &HybridHistory) -> Exit {
    let is_partial = history.notices.iter().any(|notice| notice.severity == Severity::Warning);
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
    changes: &'a [HybridChange],
    connectors: Vec<Aged<'a>>,
    files: &'a [String],
    notices: &'a [HybridNotice],
}

impl<'a> Document<'a> {
    fn new(history: &'a HybridHistory, at: Timestamp) -> Self {
        let aged =
            |connector: &'a HybridConnector| Aged { connector, age_days: connector.age_days(at) };
        Self {
            changes: &history.changes,
            connectors: history.connectors.iter().map(aged).collect(),
            files: &history.files,
            notices: &history.notices,
        }
    }
}
