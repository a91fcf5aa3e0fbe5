//! Segments in their order to sessions in theirs.

use std::collections::VecDeque;
use std::sync::Arc;

use super::assembler::{Accepted, Assembler, Limits, SessionKey, Tombstones};
use super::checkpoint::OpenRows;
use super::decode::Decoder;
use super::draft::{Place, SessionDraft};
use super::filter::CompiledFilter;
use super::model::{Session, SessionNote};
use super::proxy::{ProxyJoiner, may_be_half};
use crate::log::{Event, Format, LogFile, Notice, NoticeCode, Row, RowError, Segment};
use crate::timestamp::Timestamp;

/// Everything that must see the rows in their order.
pub(super) struct Sequencer {
    files: Arc<[LogFile]>,
    assembler: Assembler,
    output: Output,
    file: FileState,
    evicted: u64,
    capped: Option<(u64, Arc<std::path::Path>, u64)>,
    /// The rows of the open sessions, if those are to be kept beyond the end.
    open_rows: Option<OpenRows>,
}

/// What is ready to be handed out, and what makes it so.
pub(super) struct Output {
    files: Arc<[LogFile]>,
    filter: Arc<CompiledFilter>,
    decoder: Decoder,
    joiner: ProxyJoiner,
    sessions: VecDeque<Session>,
    notices: Vec<Notice>,
}

/// What is counted while a file is read.
#[derive(Default)]
struct FileState {
    /// Lines before the segment that comes next.
    lines: u64,
    damage: Tally,
    late: Tally,
    last_row_cut: Option<Place>,
}

/// A count and its first case.
#[derive(Default)]
struct Tally {
    count: u64,
    first: Option<(Place, Option<RowError>)>,
}

impl Tally {
    fn add(&mut self, place: Place, error: Option<RowError>) {
        self.count += 1;
        self.first.get_or_insert((place, error));
    }

    fn notice(
        self,
        code: NoticeCode,
        files: &[LogFile],
        message: impl Fn(u64, Option<RowError>) -> String,
    ) -> Option<Notice> {
        let (place, error) = self.first?;
        Some(Notice {
            line: Some(place.line),
            offset: Some(place.offset),
            count: self.count,
            message: message(self.count, error),
            ..Notice::new(code, &files.get(place.file)?.path)
        })
    }
}

/// Where the rows of a segment stand.
#[derive(Clone, Copy)]
pub(super) struct SegmentPlace {
    file: usize,
    /// Lines of the file before the segment's data.
    lines: u64,
    offset: u64,
}

impl SegmentPlace {
    pub(super) fn of_line(self, number: u64, start: usize) -> Place {
        Place { file: self.file, line: self.lines + number + 1, offset: self.offset + start as u64 }
    }

    /// Adds the lines before the segment to a line counted within it.
    pub(super) fn line(self, line_in_segment: u64) -> u64 {
        self.lines + line_in_segment
    }
}

impl Sequencer {
    pub(super) fn new(
        files: Arc<[LogFile]>,
        filter: Arc<CompiledFilter>,
        joiner: ProxyJoiner,
        limits: Limits,
    ) -> Self {
        let output = Output {
            files: Arc::clone(&files),
            filter,
            decoder: Decoder::default(),
            joiner,
            sessions: VecDeque::new(),
            notices: Vec::new(),
        };
        Self {
            files,
            assembler: Assembler::new(limits),
            output,
            file: FileState::default(),
            evicted: 0,
            capped: None,
            open_rows: None,
        }
    }

    /// Begins to keep the rows of the open sessions.
    pub(super) fn keep_rows(&mut self, open_rows: OpenRows) {
        self.open_rows = Some(open_rows);
    }

    /// Begins a segment: says where its rows stand, and counts the line before it that was too long.
    pub(super) fn begin_segment(&mut self, segment: &Segment) -> SegmentPlace {
        self.file.lines += segment.lines_before;
        if let Some(offset) = segment.oversized_line {
            let place = Place { file: segment.file, line: self.file.lines, offset };
            self.file.damage.add(place, Some(RowError::TooLong));
        }
        SegmentPlace { file: segment.file, lines: self.file.lines, offset: segment.offset }
    }

    /// Ends a segment that has that many lines.
    pub(super) fn end_segment(&mut self, lines: u64) {
        self.file.lines += lines;
    }

    /// Takes the next row in.
    pub(super) fn accept_row(&mut self, row: &Row<'_>, place: Place, segment: &Segment) {
        let line = match self.open_rows {
            Some(_) => line_at(segment, place.offset),
            None => &[],
        };
        self.accept_line(row, line, place, &segment.format);
    }

    /// The same, with the line that the row was read from, which need not be in a file any more.
    pub(super) fn accept_line(
        &mut self,
        row: &Row<'_>,
        line: &[u8],
        place: Place,
        format: &Arc<Format>,
    ) {
        let Some(file) = self.files.get(place.file) else { return };
        let key = SessionKey { source: file.source, session_id: row.session_id };
        let Self { assembler, output, evicted, capped, open_rows, .. } = self;
        let mut finish = |key, draft: &mut SessionDraft| {
            *evicted += u64::from(draft.has_note(SessionNote::Evicted));
            count_if_capped(capped, draft, &output.files);
            if let Some(open_rows) = open_rows {
                open_rows.forget(key);
            }
            output.finish(draft);
        };
        let accepted = assembler.accept(row, key.source, place, format.log_type, &mut finish);
        // An end that was known already, as that of a failed connection, tells nothing new.
        if accepted == Accepted::Late && row.event != Event::Disconnect {
            self.file.late.add(place, None);
        }
        if accepted == Accepted::Open
            && let Some(open_rows) = &mut self.open_rows
        {
            open_rows.keep(key, row.date_time, place, format, line);
            self.evict_what_cannot_be_kept();
        }
    }

    fn evict_what_cannot_be_kept(&mut self) {
        while self.open_rows.as_ref().is_some_and(OpenRows::is_over_limit) {
            let Self { assembler, output, evicted, capped, open_rows, .. } = self;
            assembler.evict_oldest(&mut |key, draft| {
                *evicted += 1;
                count_if_capped(capped, draft, &output.files);
                if let Some(open_rows) = open_rows {
                    open_rows.forget(key);
                }
                output.finish(draft);
            });
        }
    }

    /// Counts a line that is no row; the last line of a file without a line end is only cut.
    pub(super) fn accept_damage(&mut self, error: RowError, place: Place, is_terminated: bool) {
        if is_terminated {
            self.file.damage.add(place, Some(error));
        } else {
            self.file.last_row_cut = Some(place);
        }
    }

    /// Whether a session of an earlier segment is still open under that key.
    pub(super) fn is_open(&self, key: SessionKey) -> bool {
        self.assembler.is_open(key)
    }

    /// Takes a session in that was assembled apart from the others.
    pub(super) fn accept_session(&mut self, key: SessionKey, session: Option<Session>) {
        self.assembler.bury(key);
        if let Some(session) = session {
            self.output.accept(session);
        }
    }

    /// Ends a file, with the notice that ended it early. Returns how many lines of it there were up
    /// to the end of its last segment.
    pub(super) fn end_file(&mut self, file: usize, notice: Option<Notice>) -> u64 {
        let state = std::mem::take(&mut self.file);
        let notices = &mut self.output.notices;
        if let Some(mut notice) = notice {
            notice.line = notice.line.map(|line| line + state.lines);
            notices.push(notice);
        }
        notices.extend(state.damage.notice(
            NoticeCode::DamagedRows,
            &self.files,
            |count, error| {
                let reason = error.map(|error| format!(": {error}")).unwrap_or_default();
                format!(
                    "{} cannot be read and {} left out; the first one{reason}",
                    rows(count),
                    if count == 1 { "is" } else { "are" }
                )
            },
        ));
        notices.extend(state.late.notice(NoticeCode::LateRows, &self.files, |count, _| {
            format!(
                "{} of sessions that were already put out: after their end, or after too many \
                 sessions were open at once; counted only",
                rows(count)
            )
        }));
        if let (Some(place), Some(file)) = (state.last_row_cut, self.files.get(file)) {
            notices.push(Notice {
                line: Some(place.line),
                offset: Some(place.offset),
                message:
                    "the last row is cut: the file was being written when it was read or copied"
                        .to_owned(),
                ..Notice::new(NoticeCode::LastRowCut, &file.path)
            });
        }
        state.lines
    }

    /// Ends everything: what is open and what waits is put out.
    pub(super) fn finish(&mut self) {
        let Self { assembler, output, capped, .. } = self;
        assembler.finish_all(&mut |_, draft| {
            count_if_capped(capped, draft, &output.files);
            output.finish(draft);
        });
        self.open_rows = None;
        self.output.release_waiting();
        self.report_limits();
    }

    /// Ends the reading until it goes on: what is open and what waits stays, but for sessions
    /// without a row since `overdue` and halves without their other half since `alone`.
    pub(super) fn pause(&mut self, overdue: Option<Timestamp>, alone: Option<Timestamp>) {
        let Self { assembler, output, capped, open_rows, .. } = self;
        let Some(open_rows) = open_rows else { return };
        let keys = overdue.map_or_else(Vec::new, |overdue| open_rows.keys_before(overdue));
        for key in &keys {
            assembler.put_out(*key, &mut |key, draft| {
                count_if_capped(capped, draft, &output.files);
                open_rows.forget(key);
                output.finish(draft);
            });
        }
        if let Some(alone) = alone {
            output.release_waiting_before(alone);
        }
        let notices = [
            (NoticeCode::SessionsOverdue, keys.len(), "had no row for two days and are put out"),
            (
                NoticeCode::SessionsKept,
                open_rows.len(),
                "are still open and kept in the state file",
            ),
        ];
        for (code, count, what) in notices.into_iter().filter(|(_, count, _)| *count > 0) {
            let message = format!("{count} sessions {what}");
            output.notices.push(Notice::of_sessions(code, count as u64, message));
        }
        self.report_limits();
    }

    /// What is to be kept until the reading goes on.
    pub(super) fn open_rows(&self) -> Option<&OpenRows> {
        self.open_rows.as_ref()
    }

    pub(super) fn tombstones(&self) -> &Tombstones {
        self.assembler.tombstones()
    }

    pub(super) fn restore_tombstones(&mut self, tombstones: Tombstones) {
        self.assembler.restore_tombstones(tombstones);
    }

    /// The halves that wait for their other half.
    pub(super) fn joiner(&self) -> &ProxyJoiner {
        &self.output.joiner
    }

    pub(super) fn restore_half(
        &mut self,
        session: Session,
        is_found_by_id: bool,
        is_found_by_proxy_id: bool,
    ) {
        self.output.joiner.restore(session, is_found_by_id, is_found_by_proxy_id);
    }

    fn report_limits(&mut self) {
        if self.evicted > 0 {
            let message = format!(
                "{} sessions were put out before their end, because too many were open at once to \
                 keep them all in memory; they are marked",
                self.evicted
            );
            let notice = Notice::of_sessions(NoticeCode::SessionsEvicted, self.evicted, message);
            self.output.notices.push(notice);
        }
        if let Some((count, path, line)) = self.capped.take() {
            self.output.notices.push(Notice {
                line: Some(line),
                count,
                message: format!(
                    "{count} sessions have more mails or recipients than are kept; they are marked"
                ),
                ..Notice::new(NoticeCode::ContentCapped, &path)
            });
        }
    }

    /// What is ready.
    pub(super) fn ready_sessions(&mut self) -> &mut VecDeque<Session> {
        &mut self.output.sessions
    }

    pub(super) fn take_notices(&mut self) -> Vec<Notice> {
        std::mem::take(&mut self.output.notices)
    }

    pub(super) fn add_notices(&mut self, notices: Vec<Notice>) {
        self.output.notices.extend(notices);
    }
}

/// The line of a segment that begins at that place of the file, without its line end.
fn line_at(segment: &Segment, offset: u64) -> &[u8] {
    let start = offset.checked_sub(segment.offset).and_then(|start| usize::try_from(start).ok());
    let rest = start.and_then(|start| segment.data.get(start..)).unwrap_or_default();
    let line = &rest[..memchr::memchr(b'\n', rest).unwrap_or(rest.len())];
    line.strip_suffix(b"\r").unwrap_or(line)
}

fn rows(count: u64) -> String {
    if count == 1 { "1 row".to_owned() } else { format!("{count} rows") }
}

fn count_if_capped(
    capped: &mut Option<(u64, Arc<std::path::Path>, u64)>,
    draft: &SessionDraft,
    files: &[LogFile],
) {
    if !draft.has_note(SessionNote::ContentCapped) {
        return;
    }
    let Some(start) = draft.start else { return };
    let Some(file) = files.get(start.place.file) else { return };
    capped.get_or_insert_with(|| (0, Arc::clone(&file.path), start.place.line)).0 += 1;
}

impl Output {
    fn finish(&mut self, draft: &SessionDraft) {
        let filter = (!may_be_half(draft)).then_some(&*self.filter);
        if let Some(session) = self.decoder.decode(draft, &self.files, filter) {
            self.accept(session);
        }
    }

    fn accept(&mut self, session: Session) {
        let Self { filter, joiner, sessions, .. } = self;
        joiner.accept(session, &mut |session| {
            if filter.wants(&session) {
                sessions.push_back(session);
            }
        });
    }

    fn release_waiting_before(&mut self, time: Timestamp) {
        let Self { filter, joiner, sessions, .. } = self;
        joiner.release_before(time, &mut |session| {
            if filter.wants(&session) {
                sessions.push_back(session);
            }
        });
    }

    fn release_waiting(&mut self) {
        let Self { filter, joiner, sessions, .. } = self;
        joiner.finish(&mut |session| {
            if filter.wants(&session) {
                sessions.push_back(session);
            }
        });
    }
}
