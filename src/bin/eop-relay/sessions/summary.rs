//! What was listed, in one line, and what the exit code makes of it.

use std::fmt;

use eop_relay::log::{Notice, NoticeCode};
use eop_relay::session::{Outcome, Progress, Session};

use crate::exit::Exit;

/// Counts of what was listed and met.
#[derive(Debug, Default)]
pub struct Summary {
    /// Sessions by [`Outcome`], in the order of [`Outcome::ALL`].
    by_outcome: [u64; Outcome::ALL.len()],
    files: u64,
    damaged_rows: u64,
    late_rows: u64,
    warnings: u64,
    errors: u64,
}

impl Summary {
    pub fn count_session(&mut self, session: &Session) {
        let counts = Outcome::ALL.iter().zip(&mut self.by_outcome);
        for (_, count) in counts.filter(|(outcome, _)| **outcome == session.outcome) {
            *count += 1;
        }
    }

    pub fn count_notice(&mut self, notice: &Notice) {
        match notice.code {
            NoticeCode::DamagedRows => self.damaged_rows += notice.count,
            NoticeCode::LateRows => self.late_rows += notice.count,
            _ => {}
        }
        if notice.is_error() {
            self.errors += 1;
        } else {
            self.warnings += 1;
        }
    }

    pub fn set_progress(&mut self, progress: &Progress) {
        self.files = progress.files_read;
    }

    /// An input that cannot be read outweighs what was found: the answer may lie there.
    pub fn exit(&self) -> Exit {
        if self.errors > 0 {
            Exit::CouldNotCheck
        } else if self.sessions() == 0 {
            Exit::NoEvidence
        } else if self.warnings > 0 {
            Exit::Warning
        } else {
            Exit::Fine
        }
    }

    fn sessions(&self) -> u64 {
        self.by_outcome.iter().sum()
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.sessions() {
            0 => formatter.write_str("no session")?,
            sessions => formatter.write_str(&counted(sessions, "session"))?,
        }
        let by_outcome = Outcome::ALL.iter().zip(self.by_outcome).filter(|(_, count)| *count > 0);
        for (position, (outcome, count)) in by_outcome.enumerate() {
            let separator = if position == 0 { ": " } else { ", " };
            write!(formatter, "{separator}{count} {}", outcome.name())?;
        }
        write!(formatter, "; {} read", counted(self.files, "file"))?;
        if self.damaged_rows > 0 {
            write!(formatter, "; {} damaged", counted(self.damaged_rows, "row"))?;
        }
        if self.late_rows > 0 {
            write!(formatter, "; {} too late", counted(self.late_rows, "row"))?;
        }
        if self.errors > 0 {
            write!(formatter, "; {} not read", counted(self.errors, "input"))?;
        }
        Ok(())
    }
}

fn counted(count: u64, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}
