//! Counts of lines and sessions, reported as notices.

use crate::log::{LogFile, Notice, NoticeCode, RowError};
use crate::session::decode::RowPosition;

/// A count and its first case.
#[derive(Default)]
pub(super) struct Tally {
    count: u64,
    first: Option<(RowPosition, Option<RowError>)>,
}

impl Tally {
    pub(super) fn add(&mut self, position: RowPosition, error: Option<RowError>) {
        self.add_several(1, position, error);
    }

    /// Adds cases of which the first one is there.
    pub(super) fn add_several(
        &mut self,
        count: u64,
        position: RowPosition,
        error: Option<RowError>,
    ) {
        self.count += count;
        if self
            .first
            .is_none_or(|(first, _)| (position.file, position.offset) < (first.file, first.offset))
        {
            self.first = Some((position, error));
        }
    }

    pub(super) fn notice(
        self,
        code: NoticeCode,
        files: &[LogFile],
        message: impl Fn(u64, Option<RowError>) -> String,
    ) -> Option<Notice> {
        let (position, error) = self.first?;
        Some(Notice {
            line: Some(position.line),
            offset: Some(position.offset),
            count: self.count,
            message: message(self.count, error),
            ..Notice::new(code, &files.get(position.file)?.path)
        })
    }
}

/// What is counted while a file is read.
#[derive(Default)]
pub(super) struct FileTally {
    /// Lines before the segment that comes next.
    pub(super) lines: u64,
    pub(super) damage: Tally,
    pub(super) late: Tally,
    pub(super) last_row_cut: Option<RowPosition>,
}

impl FileTally {
    /// The notices about the file of that number.
    pub(super) fn notices(self, files: &[LogFile], file: usize) -> Vec<Notice> {
        let mut notices = Vec::new();
        notices.extend(self.damage.notice(NoticeCode::DamagedRows, files, |count, error| {
            let reason = error.map(|error| format!(": {error}")).unwrap_or_default();
            format!(
                "{} cannot be read and {} left out; the first one{reason}",
                rows(count),
                if count == 1 { "is" } else { "are" }
            )
        }));
        notices.extend(self.late.notice(NoticeCode::LateRows, files, |count, _| {
            format!(
                "{} of sessions that were already emitted: after their end, or after too many \
                 sessions were open at once; counted only",
                rows(count)
            )
        }));
        if let (Some(position), Some(file)) = (self.last_row_cut, files.get(file)) {
            notices.push(Notice {
                line: Some(position.line),
                offset: Some(position.offset),
                message:
                    "the last row is cut: the file was being written when it was read or copied"
                        .to_owned(),
                ..Notice::new(NoticeCode::LastRowCut, &file.path)
            });
        }
        notices
    }
}

fn rows(count: u64) -> String {
    if count == 1 { "1 row".to_owned() } else { format!("{count} rows") }
}
