//! What every sub-command takes: where its answer goes, and how much it reports beside it.

use std::path::PathBuf;
use std::sync::OnceLock;

use clap::ValueEnum;

static SETTINGS: OnceLock<Settings> = OnceLock::new();

/// The options of every sub-command.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Options of every command")]
pub struct Settings {
    /// Write the answer to this file instead of standard output
    #[arg(short, long, global = true, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Report only errors beside the answer: no notes, no summary
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Report also what needs no attention
    #[arg(short, long, global = true)]
    pub verbose: bool,
    /// Show the headline and severities in colour; auto: on a terminal, unless NO_COLOR is set
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value_t)]
    pub color: Color,
    /// Show no progress bar
    #[arg(long, global = true)]
    pub no_progress: bool,
}

/// When there is colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    #[default]
    Auto,
    Always,
    Never,
}

impl Settings {
    /// Keeps the options of this run; only the first call does.
    pub fn keep(self) {
        let _ = SETTINGS.set(self);
    }

    /// The options of this run.
    pub fn get() -> &'static Self {
        SETTINGS.get_or_init(Self::default)
    }
}
