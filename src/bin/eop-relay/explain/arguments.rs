//! The arguments of `eop-relay explain`.

use std::path::PathBuf;

use eop_relay::diagnosis::FindingId;

use super::causes;
use crate::arguments::LogArguments;

/// What is read from standard input at most; `explain` itself reads less of it.
pub const MAX_INPUT: u64 = 4 << 20;

/// Explain a reply, an NDR or a queue's error: what it means and what is to be done
#[derive(Debug, clap::Args)]
#[command(after_help = "\
--path takes NDRs (.eml, .html, text) and what Get-Queue, Get-Message and Get-MessageTrackingLog gave,
exported with Export-Clixml (ConvertTo-Json, Export-Csv and Format-List text are read too).
With --log, each error is joined to the session that it is about: by the other server's session id,
by the Message-ID, by time and host; how certain that is, is said.

Exit codes: 0 explained; 30 not recognised; 40 an input cannot be read (the rest is explained);
64 usage.")]
pub struct ExplainArguments {
    /// The reply, NDR, LastError, RecipientStatus, event or TLS row; several words are joined.
    /// Without it and without --path, the text is read from standard input.
    pub text: Vec<String>,

    /// An NDR, or exported queues, messages or tracking events; - is standard input.
    #[arg(long, value_name = "PATH")]
    pub path: Vec<PathBuf>,

    #[command(flatten)]
    pub logs: LogArguments,

    /// The server whose logs these are, where the paths do not name it.
    #[arg(long, value_name = "NAME", requires = "log")]
    pub server: Option<String>,

    /// Explain a cause that a report names: what it says and why, an example, what helps, how sure
    /// it is and on what that rests.
    #[arg(
        long,
        value_name = "NAME",
        value_parser = causes::parse,
        conflicts_with_all = ["text", "path", "log", "list_causes"]
    )]
    pub cause: Option<FindingId>,

    /// List every cause with what it says.
    #[arg(long, conflicts_with_all = ["text", "path", "log"])]
    pub list_causes: bool,

    /// Print one JSON object for each error, or cause; where only a text is given, its
    /// explanation.
    #[arg(long)]
    pub json: bool,
}
