//! Protocol logs.

use std::path::PathBuf;

use eop_relay::diagnosis::Evidence;
use eop_relay::log::{LogInput, Severity};
use eop_relay::session::{Batch, SessionQuery, SessionReader};

use crate::message;

/// Sessions asked for at once, and the input after which the library returns all the same.
const SESSIONS_PER_BATCH: usize = 1024;
const BYTES_PER_BATCH: u64 = 16 << 20;

/// The logs in which the sessions are looked for.
#[derive(Debug, clap::Args)]
pub struct LogArguments {
    /// Send logs: files, folders or patterns; may be given several times. Give FrontEnd and Hub
    /// folders together. NAME=PATH says of which server they are.
    #[arg(long, value_name = "[NAME=]PATH")]
    pub log: Vec<PathBuf>,

    /// Read the folders below the given ones too: of logs, of events and of certificates.
    #[arg(long)]
    pub recurse: bool,
}

impl LogArguments {
    /// Whether there are any.
    pub fn are_given(&self) -> bool {
        !self.log.is_empty()
    }

    /// Reads the sessions of the logs, and calls `use_batch` with each batch of them; `server` is that
    /// of logs without a name.
    ///
    /// # Errors
    /// The query is not valid. Trouble with single files comes as notices of a batch.
    pub fn read(&self, server: Option<&str>, use_batch: impl FnMut(&Batch)) -> Result<(), String> {
        read(inputs_of(&self.log, server), self.recurse, use_batch)
    }

    /// Adds the sessions to the evidence; what cannot be read is noted there.
    ///
    /// # Errors
    /// As of [`read`](Self::read).
    pub fn add_to(&self, evidence: &mut Evidence) -> Result<(), String> {
        add_logs(inputs_of(&self.log, None), self.recurse, evidence)
    }
}

/// Adds the sessions of logs to the evidence; what cannot be read is noted there.
///
/// # Errors
/// The query is not valid.
pub fn add_logs(
    inputs: Vec<LogInput>,
    recurse: bool,
    evidence: &mut Evidence,
) -> Result<(), String> {
    if inputs.is_empty() {
        return Ok(());
    }
    evidence.logs_given = true;
    evidence.note_logs(&inputs, recurse);
    read(inputs, recurse, |batch| add_batch(batch, evidence))
}

fn read(
    inputs: Vec<LogInput>,
    recurse: bool,
    mut use_batch: impl FnMut(&Batch),
) -> Result<(), String> {
    let query = SessionQuery { inputs, recurse, ..SessionQuery::default() };
    let mut reader = SessionReader::new(query).map_err(|error| error.to_string())?;
    while let Some(batch) = reader.next_batch(SESSIONS_PER_BATCH, BYTES_PER_BATCH) {
        use_batch(&batch);
    }
    Ok(())
}

fn add_batch(batch: &Batch, evidence: &mut Evidence) {
    for session in &batch.sessions {
        evidence.add_session(session);
    }
    for notice in &batch.notices {
        match notice.severity() {
            Severity::Error => {
                let path = notice.path.as_ref().map(|path| path.display().to_string());
                let path = path.unwrap_or_else(|| "the logs".to_owned());
                evidence.unreadable.push((path, notice.message.clone()));
            }
            Severity::Warning => {
                evidence.note_damaged_log(notice);
                message::notice(notice);
            }
            Severity::Information => message::detail(notice),
        }
    }
}

/// The places to read: files, folders or patterns, those of a server as `NAME=PATH`; `server` is that
/// of the others.
pub fn inputs_of(paths: &[PathBuf], server: Option<&str>) -> Vec<LogInput> {
    let input = |path: &PathBuf| {
        let named = LogInput::of_text(path.as_os_str());
        LogInput { server: named.server.or_else(|| server.map(str::to_owned)), ..named }
    };
    paths.iter().map(input).collect()
}
