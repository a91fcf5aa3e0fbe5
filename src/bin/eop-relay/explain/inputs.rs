//! From the texts, files and logs of the command line to errors, each with its session.

use std::path::{Path, PathBuf};

use eop_relay::evidence::delivery_error::{DeliveryError, DeliveryErrors, SessionMatcher};
use eop_relay::log::Severity;

use super::arguments::ExplainArguments;
use crate::message;

/// What was read.
#[derive(Default)]
pub struct Collected {
    pub errors: Vec<DeliveryError>,
    /// Whether something could not be read at all; it was reported.
    pub is_unreadable: bool,
    /// How many sessions the logs hold; `None` without logs.
    pub sessions: Option<u64>,
}

/// Reads everything. What cannot be read is reported, and the rest goes on.
///
/// An error is one of the command line itself.
pub fn collect(
    arguments: &ExplainArguments,
    text: &str,
    read: Option<DeliveryErrors>,
) -> Result<Collected, String> {
    let mut collected = Collected::default();
    if let Some(read) = read {
        collected.add(read);
    }
    let named = Some(Path::new(text)).filter(|path| path.is_file());
    if named.is_none() && !text.trim().is_empty() {
        collected.errors.extend(DeliveryErrors::from_text("text", text));
    }
    for path in named.into_iter().chain(arguments.path.iter().map(PathBuf::as_path)) {
        match DeliveryErrors::from_file(path) {
            Ok(read) => collected.add(read),
            Err(error) => {
                message::error(&error);
                collected.is_unreadable = true;
            }
        }
    }
    if arguments.logs.are_given() {
        collected.join(arguments)?;
    }
    Ok(collected)
}

impl Collected {
    fn add(&mut self, read: DeliveryErrors) {
        for problem in &read.problems {
            message::note(problem);
        }
        if read.errors.is_empty() {
            message::note(&format_args!(
                "{}: {} queues, messages or events, none of them with an error",
                read.source_name, read.without_error
            ));
        }
        self.errors.extend(read.errors);
    }

    fn join(&mut self, arguments: &ExplainArguments) -> Result<(), String> {
        let mut matcher = SessionMatcher::new(std::mem::take(&mut self.errors));
        let mut count = 0;
        arguments.logs.read(arguments.server.as_deref(), |batch| {
            count += batch.sessions.len() as u64;
            for session in &batch.sessions {
                matcher.offer(session);
            }
            for notice in &batch.notices {
                message::notice(notice);
                self.is_unreadable |= notice.severity() == Severity::Error;
            }
        })?;
        self.errors = matcher.finish();
        self.sessions = Some(count);
        Ok(())
    }
}
