//! Protocol logs of a request, read and judged in one step.

use serde::Deserialize;

use crate::diagnosis::Evidence;
use crate::ffi::error::Failure;
use crate::ffi::status::EOP_INVALID_ARGUMENT;
use crate::log::{LogInput, Severity};
use crate::session::{SessionQuery, SessionReader};

/// Sessions that are in memory at once.
const SESSIONS_PER_BATCH: usize = 1000;

/// A file, a folder or a pattern, and whose log it is; without a server the path may be `NAME=PATH`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(in crate::ffi) struct Log {
    path: String,
    server: Option<String>,
}

/// Finds the files of the logs, with `recurse` also those of the folders below, and of those of support
/// cases, and notes them in the evidence.
pub(in crate::ffi) fn open(
    evidence: &mut Evidence,
    logs: Vec<Log>,
    recurse: bool,
    of_cases: Vec<LogInput>,
) -> Result<SessionReader, Failure> {
    let input = |log: Log| match log.server {
        Some(server) => LogInput { path: log.path.into(), wildcards: true, server: Some(server) },
        None => LogInput::of_text(log.path.as_ref()),
    };
    let inputs: Vec<LogInput> = logs.into_iter().map(input).chain(of_cases).collect();
    evidence.note_logs(&inputs, recurse);
    let query = SessionQuery { inputs, recurse, ..SessionQuery::default() };
    SessionReader::new(query)
        .map_err(|error| Failure::new(EOP_INVALID_ARGUMENT, format!("Logs: {error}")))
}

/// Adds the next sessions, after about `budget` bytes; what cannot be read goes into the evidence.
/// `false` at the end, and after a cancellation.
pub(in crate::ffi) fn read_on(
    evidence: &mut Evidence,
    reader: &mut SessionReader,
    budget: u64,
) -> bool {
    let Some(batch) = reader.next_batch(SESSIONS_PER_BATCH, budget) else { return false };
    for session in &batch.sessions {
        evidence.add_session(session);
    }
    for notice in &batch.notices {
        let path = notice.path.as_ref().map(|path| path.display().to_string());
        let path = path.unwrap_or_else(|| "the logs".to_owned());
        match notice.severity() {
            Severity::Error => evidence.unreadable.push((path, notice.message.clone())),
            Severity::Warning => {
                evidence.note_damaged_log(notice);
                let line = notice.line.unwrap_or_default();
                evidence.damaged.push((path, line, notice.message.clone()));
            }
            Severity::Information => {}
        }
    }
    true
}
