//! What was listed, in one line, and what the exit code makes of it.

use std::fmt;

use eop_relay::log::{Notice, NoticeCode, Severity};
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
        match notice.severity() {
            Severity::Error => self.errors += 1,
            Severity::Warning => self.warnings += 1,
            Severity::Information => {}
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

    pub fn sessions(&self) -> u64 {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sessions::fixtures;

    fn notice(code: NoticeCode, count: u64) -> Notice {
        Notice {
            code,
            path: None,
            line: None,
            offset: None,
            os_error: None,
            count,
            message: String::new(),
        }
    }

    fn summary(sessions: &[Session], notices: &[Notice]) -> Summary {
        let mut summary = Summary { files: 2, ..Summary::default() };
        for session in sessions {
            summary.count_session(session);
        }
        for notice in notices {
            summary.count_notice(notice);
        }
        summary
    }

    #[test]
    fn the_gravest_thing_met_decides_the_exit_code() {
        let found = [fixtures::delivered()];
        let damaged = notice(NoticeCode::DamagedRows, 3);
        let unreadable = notice(NoticeCode::Unreadable, 1);
        let evicted = notice(NoticeCode::SessionsEvicted, 1);
        let cases: [(&[Session], &[Notice], Exit); 8] = [
            (&found, &[], Exit::Fine),
            (&found, std::slice::from_ref(&damaged), Exit::Warning),
            (&found, &[evicted], Exit::Warning),
            (&found, &[notice(NoticeCode::LastRowCut, 1)], Exit::Fine),
            (&[], &[], Exit::NoEvidence),
            (&[], std::slice::from_ref(&damaged), Exit::NoEvidence),
            (&found, &[damaged.clone(), unreadable.clone()], Exit::CouldNotCheck),
            (&[], &[unreadable], Exit::CouldNotCheck),
        ];
        for (sessions, notices, expected) in cases {
            assert_eq!(summary(sessions, notices).exit(), expected, "{notices:?}");
        }
    }

    #[test]
    fn it_counts_sessions_by_outcome_and_rows_by_damage() {
        let sessions = [fixtures::refused(), fixtures::delivered(), fixtures::refused()];
        let notices = [
            notice(NoticeCode::DamagedRows, 3),
            notice(NoticeCode::DamagedRows, 4),
            notice(NoticeCode::LateRows, 1),
            notice(NoticeCode::NotAProtocolLog, 1),
        ];
        assert_eq!(
            summary(&sessions, &notices).to_string(),
            "3 sessions: 1 Delivered, 2 Refused; 2 files read; 7 rows damaged; 1 row too late; \
             1 input not read"
        );
        assert_eq!(summary(&[], &[]).to_string(), "no session; 2 files read");
    }
}
