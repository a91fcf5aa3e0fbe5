//! Sessions that are ready to be returned.

use std::collections::VecDeque;
use std::sync::Arc;

use super::proxy::ProxyJoiner;
use super::tally::Tally;
use crate::log::{LogFile, Notice, NoticeCode};
use crate::session::decode::{Made, RowPosition, SessionMaker, SessionRows};
use crate::session::filter::CompiledFilter;
use crate::session::model::{Session, SessionNote};
use crate::timestamp::Timestamp;

/// The sessions and notices that are ready, and what makes them so.
pub(super) struct Output {
    files: Arc<[LogFile]>,
    filter: Arc<CompiledFilter>,
    maker: SessionMaker,
    pub(super) joiner: ProxyJoiner,
    sessions: VecDeque<Session>,
    pub(super) notices: Vec<Notice>,
    evicted: u64,
    /// Sessions of which not all is kept: how many, and where the first one begins.
    capped: Tally,
}

impl Output {
    pub(super) fn new(
        files: Arc<[LogFile]>,
        filter: Arc<CompiledFilter>,
        joiner: ProxyJoiner,
    ) -> Self {
        Self {
            files,
            filter,
            maker: SessionMaker::default(),
            joiner,
            sessions: VecDeque::new(),
            notices: Vec::new(),
            evicted: 0,
            capped: Tally::default(),
        }
    }

    /// Accepts the rows of an ended session, the last ones standing in that segment.
    pub(super) fn finish(&mut self, rows: &SessionRows, segment: &[u8]) {
        self.evicted += u64::from(rows.has_note(SessionNote::Evicted));
        let made = self.maker.make(rows, segment, &self.files, &self.filter);
        if let Some(start) = rows.start {
            self.accept_made(made, start.position);
        }
    }

    pub(super) fn accept_made(&mut self, made: Made, first_row: RowPosition) {
        if made.is_capped {
            self.capped.add(first_row, None);
        }
        if let Some(mut session) = made.session {
            (session.line, session.log_offset) = (first_row.line, first_row.offset);
            self.accept(session);
        }
    }

    fn accept(&mut self, session: Session) {
        let Self { filter, joiner, sessions, .. } = self;
        joiner.accept(session, &mut |session| {
            if filter.passes(filter.unmet_by(&session)) {
                sessions.push_back(session);
            }
        });
    }

    pub(super) fn release_waiting_before(&mut self, time: Timestamp) {
        let Self { filter, joiner, sessions, .. } = self;
        joiner.release_before(time, &mut |session| {
            if filter.passes(filter.unmet_by(&session)) {
                sessions.push_back(session);
            }
        });
    }

    pub(super) fn release_waiting(&mut self) {
        let Self { filter, joiner, sessions, .. } = self;
        joiner.finish(&mut |session| {
            if filter.passes(filter.unmet_by(&session)) {
                sessions.push_back(session);
            }
        });
    }

    /// How many sessions are ready.
    pub(super) fn ready(&self) -> usize {
        self.sessions.len()
    }

    /// Returns at most that many of them.
    pub(super) fn take_sessions(&mut self, maximum: usize) -> Vec<Session> {
        let ready = &mut self.sessions;
        let count = ready.len().min(maximum);
        if ready.len() > 2 * count {
            return ready.drain(..count).collect();
        }
        // The fewer ones are copied: mostly those of one segment that are too many.
        let mut later = VecDeque::with_capacity(ready.len());
        later.extend(ready.drain(count..));
        std::mem::replace(ready, later).into()
    }

    /// Reports the sessions of which not everything was kept.
    pub(super) fn report_limits(&mut self) {
        if self.evicted > 0 {
            let message = format!(
                "{} sessions were emitted before their end, because too many were open at once to \
                 keep them all in memory; they are marked",
                self.evicted
            );
            let notice = Notice::of_sessions(NoticeCode::SessionsEvicted, self.evicted, message);
            self.notices.push(notice);
        }
        let capped = std::mem::take(&mut self.capped);
        self.notices.extend(capped.notice(NoticeCode::ContentCapped, &self.files, |count, _| {
            format!(
                "{count} sessions have more rows, mails or recipients than are kept; they are marked"
            )
        }));
    }
}
