//! Sessions as they end: the logs are read on again and again.

use std::collections::HashSet;
use std::io;
use std::time::Duration;

use clap::Args;
use eop_relay::session::{
    Outcome, Session, SessionQuery, SessionReader, StateMemory, StateOptions,
};

use super::batches::{BYTES_PER_BATCH, SESSIONS_PER_BATCH};
use super::summary::Summary;
use super::writer::SessionWriter;
use crate::again;
use crate::arguments::parse_duration;
use crate::exit::Exit;
use crate::message;

/// How often the logs are looked at; Exchange writes them every second or less often.
const INTERVAL: Duration = Duration::from_secs(1);
/// How long a success is waited for.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30 * 60);

/// Reading on while the logs grow.
#[derive(Debug, Args)]
pub struct FollowArguments {
    /// Go on reading, and list each session when it ends, also of files and folders that come later.
    /// Sessions that ended before are left out, unless --start asks for them
    #[arg(long, conflicts_with = "state")]
    follow: bool,
    /// Go on reading until a session is accepted that the other options select, and say so
    #[arg(long, conflicts_with_all = ["state", "failed", "outcome"])]
    until_success: bool,
    /// Stop after that long (90s, 30m, 2h); with --until-success 30m unless given
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    timeout: Option<Duration>,
}

impl FollowArguments {
    /// Whether reading goes on at the end of the logs.
    pub fn are_given(&self) -> bool {
        self.follow || self.until_success || self.timeout.is_some()
    }
}

/// What is followed, and what was seen of it.
struct Follow<'a> {
    query: SessionQuery,
    writer: &'a mut dyn SessionWriter,
    summary: Summary,
    /// Notices that were shown: each run meets the same trouble again.
    shown: HashSet<String>,
    until_success: bool,
}

/// Lists sessions as they end; how the command ends, once it does.
///
/// # Errors
/// The output cannot be written, or its reader has gone.
pub fn follow(
    arguments: &FollowArguments,
    query: SessionQuery,
    writer: &mut dyn SessionWriter,
) -> io::Result<Exit> {
    let timeout = arguments.timeout.or(arguments.until_success.then_some(DEFAULT_TIMEOUT));
    let lists_past = query.filter.start.is_some();
    let memory = Some(StateMemory::default());
    let state = Some(StateOptions { memory, ..StateOptions::default() });
    let mut follow = Follow {
        query: SessionQuery { state, ..query },
        writer,
        summary: Summary::default(),
        shown: HashSet::new(),
        until_success: arguments.until_success,
    };
    follow.writer.begin()?;
    follow.writer.flush()?;
    let mut is_listed = lists_past;
    again::until(INTERVAL, timeout, |clock| {
        if let Some(session) = follow.read_on(is_listed)? {
            report_success(&session);
            return Ok(Some(Exit::Fine));
        }
        is_listed = true;
        let is_over = timeout.is_some_and(|timeout| clock.elapsed() >= timeout);
        Ok(is_over.then(|| follow.end()))
    })
}

impl Follow<'_> {
    /// Reads what was written since the run before; the first session that was accepted, if one ends
    /// the reading.
    fn read_on(&mut self, is_listed: bool) -> io::Result<Option<Session>> {
        // The query was used before: its filter is valid, and memory can be read.
        let mut reader = SessionReader::new(self.query.clone()).map_err(io::Error::other)?;
        let mut accepted = None;
        while let Some(batch) = reader.next_batch(SESSIONS_PER_BATCH, BYTES_PER_BATCH) {
            let listed = if is_listed { batch.sessions.as_slice() } else { &[] };
            for session in listed {
                if accepted.is_some() {
                    break;
                }
                self.writer.write(session)?;
                self.summary.count_session(session);
                if self.until_success && session.outcome == Outcome::Delivered {
                    accepted = Some(session.clone());
                }
            }
            self.writer.flush()?;
            for notice in batch.notices {
                if self.shown.insert(format!("{:?}: {}", notice.path, notice.message)) {
                    message::notice(&notice);
                    self.summary.count_notice(&notice);
                }
            }
        }
        self.summary.set_progress(&reader.progress());
        reader.save_state().map_err(io::Error::other)?;
        Ok(accepted)
    }

    /// The time is over.
    fn end(&self) -> Exit {
        message::summary(&self.summary);
        if self.until_success && self.summary.sessions() > 0 {
            message::summary(&"not accepted: sessions came, and none of them delivered its mail");
            return Exit::Refused;
        }
        if self.until_success {
            message::summary(&"no session of that kind came");
        }
        self.summary.exit()
    }
}

fn report_success(session: &Session) {
    message::summary(&format_args!(
        "accepted: the session of {} was the first to deliver its mail ({}:{})",
        session.end_time,
        session.log_path.display(),
        session.line
    ));
}
