//! Segments in their order to sessions in theirs.

use std::collections::VecDeque;
use std::sync::Arc;

use super::assembler::{Accepted, Assembler, Limits, SessionKey};
use super::decode::Decoder;
use super::draft::{Place, SessionDraft};
use super::filter::CompiledFilter;
use super::model::{Session, SessionNote};
use super::proxy::{ProxyJoiner, may_be_half};
use crate::log::{Event, LogFile, Notice, NoticeCode, Row, RowError, Segment};

/// Everything that must see the rows in their order.
pub(super) struct Sequencer {
    files: Arc<[LogFile]>,
    assembler: Assembler,
    output: Output,
    file: FileState,
    evicted: u64,
    capped: Option<(u64, Arc<std::path::Path>, u64)>,
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
        }
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
        let Some(file) = self.files.get(place.file) else { return };
        let Self { assembler, output, evicted, capped, .. } = self;
        let mut finish = |_: SessionKey, draft: &mut SessionDraft| {
            *evicted += u64::from(draft.has_note(SessionNote::Evicted));
            count_if_capped(capped, draft, &output.files);
            output.finish(draft);
        };
        let accepted =
            assembler.accept(row, file.source, place, segment.format.log_type, &mut finish);
        // An end that was known already, as that of a failed connection, tells nothing new.
        if accepted == Accepted::Late && row.event != Event::Disconnect {
            self.file.late.add(place, None);
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

    /// Puts a session out whose end no row says; whether it came to its end.
    pub(super) fn end_session(&mut self, key: SessionKey, is_ended: bool) {
        if is_ended {
            self.mark_ended(key);
        }
        let Self { assembler, output, capped, .. } = self;
        assembler.end(key, &mut |_, draft| {
            count_if_capped(capped, draft, &output.files);
            output.finish(draft);
        });
    }

    /// Says of an open session that it came to its end.
    pub(super) fn mark_ended(&mut self, key: SessionKey) {
        if let Some(draft) = self.assembler.open_draft(key) {
            draft.is_ended = true;
        }
    }

    /// Says something of an open session.
    pub(super) fn note(&mut self, key: SessionKey, note: SessionNote) {
        if let Some(draft) = self.assembler.open_draft(key) {
            draft.note(note);
        }
    }

    /// Takes a line of the dialogue in that shares its row with another.
    pub(super) fn hear(&mut self, key: SessionKey, event: Event, line: &[u8]) {
        if let Some(draft) = self.assembler.open_draft(key) {
            draft.dialogue.accept(event, line, &mut draft.text);
        }
    }

    /// Counts a row of a session that was already put out.
    pub(super) fn count_late(&mut self, place: Place) {
        self.file.late.add(place, None);
    }

    /// Ends a file, with the notice that ended it early.
    pub(super) fn end_file(&mut self, file: usize, notice: Option<Notice>) {
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
    }

    /// Ends everything: what is open and what waits is put out.
    pub(super) fn finish(&mut self) {
        let Self { assembler, output, capped, .. } = self;
        assembler.finish_all(&mut |_, draft| {
            count_if_capped(capped, draft, &output.files);
            output.finish(draft);
        });
        self.output.release_waiting();
        if self.evicted > 0 {
            self.output.notices.push(Notice {
                code: NoticeCode::SessionsEvicted,
                path: None,
                line: None,
                offset: None,
                os_error: None,
                count: self.evicted,
                message: format!(
                    "{} sessions were put out before their end, because too many were open at \
                     once to keep them all in memory; they are marked",
                    self.evicted
                ),
            });
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

    fn release_waiting(&mut self) {
        let Self { filter, joiner, sessions, .. } = self;
        joiner.finish(&mut |session| {
            if filter.wants(&session) {
                sessions.push_back(session);
            }
        });
    }
}
