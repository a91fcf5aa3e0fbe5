//! Reading on where another run stopped.

use std::path::{Path, PathBuf};

use super::*;
use crate::session::StateTrouble;

const NAME: &str = "SEND20261115-1.LOG";

/// A time just after the rows of the tests.
pub(super) fn soon() -> Option<Timestamp> {
    Timestamp::parse("2026-11-15T01:04:00Z")
}

impl Folder {
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(super) fn write(&self, name: &str, content: &str) {
        std::fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        std::fs::write(self.path(name), content).unwrap();
    }

    pub(super) fn stateful(&self, is_final: bool) -> SessionQuery {
        let state = Some(StateOptions { path: self.path("state"), is_final, memory: None });
        SessionQuery { state, ..self.query() }
    }

    pub(super) fn run(&self) -> Run {
        run_at(self.stateful(false), 4096, soon())
    }

    pub(super) fn last_run(&self) -> Run {
        run_at(self.stateful(true), 4096, soon())
    }
}

pub(super) fn run_at(query: SessionQuery, size: usize, now: Option<Timestamp>) -> Run {
    let mut reader = SessionReader::with_settings(query, size, Limits::default(), now).unwrap();
    let (mut sessions, mut notices) = (Vec::new(), Vec::new());
    while let Some(mut batch) = reader.next_batch(7, 1000) {
        sessions.append(&mut batch.sessions);
        notices.append(&mut batch.notices);
    }
    reader.save_state().unwrap();
    Run { sessions, notices }
}

#[derive(Default)]
pub(super) struct Run {
    pub(super) sessions: Vec<Session>,
    pub(super) notices: Vec<Notice>,
}

impl Run {
    pub(super) fn add(&mut self, mut other: Self) {
        self.sessions.append(&mut other.sessions);
        self.notices.append(&mut other.notices);
    }

    pub(super) fn codes(&self) -> Vec<NoticeCode> {
        self.notices.iter().map(|notice| notice.code).collect()
    }

    pub(super) fn count_of(&self, code: NoticeCode) -> u64 {
        self.notices.iter().filter(|notice| notice.code == code).map(|notice| notice.count).sum()
    }

    fn notice(&self, code: NoticeCode) -> &Notice {
        self.notices.iter().find(|notice| notice.code == code).expect("such a notice")
    }
}

/// What belongs to the state and not to the logs.
pub(super) const OF_THE_STATE: [NoticeCode; 2] =
    [NoticeCode::StateCreated, NoticeCode::SessionsKept];

const OPENING: [&str; 3] = ["+ ", "< 220 mx.fabrikam.com ready", "> MAIL FROM:<alice@contoso.com>"];
const ENDING: [&str; 3] = ["> RCPT TO:<bob@fabrikam.com>", "< 250 2.1.0 OK", "- |Local"];

#[test]
fn an_open_session_is_kept_and_put_out_when_it_ends() {
    let first = format!("{HEADER}{}", rows(ID, 0, &OPENING));
    let folder = Folder::new(&[(NAME, first.as_bytes())]);
    let run = folder.run();
    assert_eq!(run.sessions, []);
    assert_eq!(run.codes(), OF_THE_STATE);
    assert_eq!(run.notices[1].count, 1);
    let nothing_new = folder.run();
    assert_eq!(
        (nothing_new.sessions.len(), nothing_new.codes()),
        (0, vec![NoticeCode::SessionsKept])
    );

    let whole = format!("{first}{}", rows(ID, OPENING.len(), &ENDING));
    folder.write(NAME, &whole);
    let run = folder.run();
    assert_eq!(run.codes(), []);
    assert_eq!(run.sessions, read(folder.query()).0);
    assert_eq!(run.sessions[0].line, 6, "its line is that of its first row");
    assert!(folder.run().sessions.is_empty());
}

#[test]
fn an_endpoint_that_a_later_run_is_the_first_to_read_is_reported() {
    let local = "192.0.2.10:44276";
    let first =
        format!("{HEADER}{}", rows(ID, 0, &["* |attempting to connect"]).replace(local, ""));
    let folder = Folder::new(&[(NAME, first.as_bytes())]);
    folder.run();
    folder.write(NAME, &format!("{first}{}", rows(ID, 1, &["+ ", "- |Local"])));
    let run = folder.run();
    assert_eq!(run.sessions[0].local_endpoint(), Some(local));
    assert_eq!(run.sessions, read(folder.query()).0);
}

#[test]
fn rows_of_a_file_that_is_gone_are_not_lost() {
    let first = format!("{HEADER}{}", rows(ID, 0, &OPENING));
    let second = format!("{HEADER}{}", rows(ID, OPENING.len(), &ENDING));
    let folder =
        Folder::new(&[(NAME, first.as_bytes()), ("SEND20261115-2.LOG", HEADER.as_bytes())]);
    folder.run();
    std::fs::remove_file(folder.path(NAME)).unwrap();
    folder.write("SEND20261115-2.LOG", &second);
    let run = folder.run();
    assert_eq!(run.codes(), []);
    assert_eq!(run.sessions[0].row_count, 6);
    assert!(run.sessions[0].complete);
    assert!(run.sessions[0].log_path.ends_with(NAME));
}

#[test]
fn a_line_that_is_not_written_to_its_end_is_left_for_the_next_run() {
    let whole =
        format!("{HEADER}{}", rows(ID, 0, &["+ ", "< 220 mx.fabrikam.com ready", "- |Local"]));
    let folder = Folder::new(&[]);
    let mut sessions = Vec::new();
    for end in [HEADER.len() - 7, HEADER.len() + 30, whole.len() - 3, whole.len() - 1, whole.len()]
    {
        folder.write(NAME, &whole[..end]);
        let run = folder.run();
        assert!(run.codes().iter().all(|code| OF_THE_STATE.contains(code)), "{:?}", run.notices);
        sessions.extend(run.sessions);
    }
    assert_eq!(sessions, read(folder.query()).0);
    assert_eq!(sessions.len(), 1);
}

#[test]
fn a_cut_line_of_a_file_that_a_newer_one_follows_is_said() {
    let cut = format!("{HEADER}{}2026-11-15T01:02", rows(ID, 0, &["+ ", "- |Local"]));
    let folder = Folder::new(&[(NAME, cut.as_bytes())]);
    assert_eq!(folder.run().codes(), [NoticeCode::StateCreated]);
    folder.write("SEND20261115-2.LOG", HEADER);
    assert_eq!(folder.run().codes(), [NoticeCode::LastRowCut]);
    assert_eq!(folder.run().codes(), []);
}

#[test]
fn a_run_that_is_not_saved_loses_nothing() {
    let whole = format!("{HEADER}{}", rows(ID, 0, &["+ ", "- |Local"]));
    let folder = Folder::new(&[(NAME, whole.as_bytes())]);
    for _ in 0..2 {
        let mut reader = SessionReader::new(folder.stateful(false)).unwrap();
        assert_eq!(reader.next_batch(1, u64::MAX).unwrap().sessions.len(), 1);
        let trouble = reader.save_state().unwrap_err().trouble;
        assert_eq!(trouble, StateTrouble::NotAtEnd, "there may be more");
        reader.cancellation().store(true, Ordering::Relaxed);
        assert_eq!(reader.next_batch(1, u64::MAX), None);
        assert_eq!(reader.save_state().unwrap_err().trouble, StateTrouble::NotAtEnd);
    }
    assert_eq!(folder.run().sessions.len(), 1);
    assert_eq!(folder.run().sessions.len(), 0);
}

#[test]
fn a_file_that_is_replaced_or_truncated_is_said_and_read_anew() {
    let long = format!("{HEADER}{}", rows(ID, 0, &["+ ", "< 220 mx ready", "- |Local"]));
    let other = rows("08DE23A1F00D0002", 0, &["+ ", "- |Local"]);
    let later = HEADER.replace("01:00:00", "02:00:00");
    for (content, expected) in [
        (format!("{HEADER}{other}"), "it is shorter than that"),
        (format!("{later}{other}{other}{other}"), "it holds others now"),
    ] {
        let folder = Folder::new(&[(NAME, long.as_bytes())]);
        assert_eq!(folder.run().sessions.len(), 1);
        folder.write(NAME, &content);
        let run = folder.run();
        let notice = run.notice(NoticeCode::FileReplaced);
        assert!(notice.message.contains(expected), "{}", notice.message);
        assert!(notice.path.as_ref().unwrap().ends_with(NAME));
        assert_eq!(run.sessions[0].session_id(), "08DE23A1F00D0002");
        let again = folder.run();
        assert_eq!((again.sessions.len(), again.codes().len()), (0, 0));
    }
}

#[test]
fn a_file_deleted_while_more_could_come_is_said_once() {
    let folder = Folder::new(&[
        (NAME, format!("{HEADER}{}", rows(ID, 0, &["+ ", "- |Local"])).as_bytes()),
        ("other/a.log", b""),
    ]);
    folder.run();
    std::fs::remove_file(folder.path(NAME)).unwrap();
    let run = folder.run();
    assert!(run.notice(NoticeCode::FileReplaced).message.contains("deleted"));
    assert_eq!(folder.run().codes(), []);
}

#[test]
fn late_rows_are_no_phantom_sessions_in_the_next_run_either() {
    let first = format!("{HEADER}{}", rows(ID, 0, &["+ ", "- |Local"]));
    let folder = Folder::new(&[(NAME, first.as_bytes())]);
    folder.run();
    folder.write(NAME, &format!("{first}{}", rows(ID, 2, &["* |late", "* |later"])));
    let run = folder.last_run();
    assert_eq!((run.sessions.len(), run.codes()), (0, vec![NoticeCode::LateRows]));
    assert_eq!(run.notices[0].line, Some(8), "lines are counted from the file's beginning");
}

#[test]
fn sessions_without_a_row_for_days_and_halves_without_their_other_are_put_out() {
    let half = joined(&[&GREETING, &["* |session id 08D54162A04116F1", "- |Local"]]);
    let content =
        format!("{HEADER}{}{}", rows(ID, 0, &OPENING), rows("08DE23A1F00D0002", 0, &half));
    let folder = Folder::new(&[(NAME, content.as_bytes())]);
    assert_eq!(folder.run().sessions, []);
    let at = |text| run_at(folder.stateful(false), 4096, Timestamp::parse(text));
    let alone = at("2026-11-15T01:20:00Z");
    assert_eq!(alone.sessions[0].notes, [SessionNote::ProxyHalfMissing]);
    assert_eq!((alone.sessions.len(), alone.count_of(NoticeCode::SessionsKept)), (1, 1));
    assert_eq!(at("2026-11-17T01:00:00Z").sessions, []);
    let overdue = at("2026-11-17T01:03:00Z");
    assert_eq!(overdue.sessions[0].outcome, Outcome::Incomplete);
    assert_eq!(overdue.codes(), [NoticeCode::SessionsOverdue]);
    assert_eq!(at("2026-11-17T01:04:00Z").codes(), []);
}

#[test]
fn what_is_kept_does_not_depend_on_the_filter() {
    let first = format!("{HEADER}{}", rows(ID, 0, &OPENING));
    let folder = Folder::new(&[(NAME, first.as_bytes())]);
    let mut query = folder.stateful(false);
    query.filter.connector = Some("another".to_owned());
    run_at(query, 4096, soon());
    folder.write(NAME, &format!("{first}{}", rows(ID, OPENING.len(), &ENDING)));
    assert_eq!(folder.run().sessions.len(), 1);
}

#[test]
fn other_inputs_may_be_read_between_and_files_out_of_reach_are_remembered() {
    let content = format!("{HEADER}{}", rows(ID, 0, &["+ ", "- |Local"]));
    let folder = Folder::new(&[("x/a.log", content.as_bytes()), ("y/a.log", content.as_bytes())]);
    let run_on = |name: &str| {
        let path = folder.path(name);
        let inputs = vec![LogInput { path, ..LogInput::default() }];
        run_at(SessionQuery { inputs, ..folder.stateful(false) }, 4096, soon())
    };
    assert_eq!(run_on("x").sessions.len(), 1);
    std::fs::rename(folder.path("x"), folder.path("away")).unwrap();
    assert_eq!(run_on("y").sessions.len(), 1);
    std::fs::rename(folder.path("away"), folder.path("x")).unwrap();
    assert_eq!(run_on("x").sessions, []);
}

#[test]
fn more_open_rows_than_the_state_may_hold_put_sessions_out() {
    let mut content = HEADER.to_owned();
    for number in 0..500 {
        content.push_str(&rows(
            &format!("{number:016X}"),
            0,
            &["+ ", &format!("* |{}", "x".repeat(900))],
        ));
    }
    let folder = Folder::new(&[(NAME, content.as_bytes())]);
    let limits = Limits { open_bytes: 100_000, ..Limits::default() };
    let mut reader =
        SessionReader::with_settings(folder.stateful(false), 4096, limits, soon()).unwrap();
    let mut run = Run::default();
    while let Some(Batch { sessions, notices }) = reader.next_batch(7, 1000) {
        run.add(Run { sessions, notices });
    }
    reader.save_state().unwrap();
    let kept = run.count_of(NoticeCode::SessionsKept);
    let evicted = run.count_of(NoticeCode::SessionsEvicted);
    assert!(kept > 20 && kept + evicted == 500, "{kept} {evicted}");
    assert_eq!(run.sessions.len() as u64, evicted);
    assert!(run.sessions.iter().all(|session| session.notes.contains(&SessionNote::Evicted)));
    assert!(std::fs::metadata(folder.path("state")).unwrap().len() < 200_000);
}

#[test]
fn utf_16_files_are_read_on_too() {
    let whole = format!("{HEADER}{}", rows(ID, 0, &["+ ", "< 220 mx ready", "- |Local"]));
    let bytes: Vec<u8> =
        std::iter::once(0xFEFF).chain(whole.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let folder = Folder::new(&[]);
    let mut run = Run::default();
    for end in [1, 2, 301, bytes.len() - 101, bytes.len()] {
        std::fs::write(folder.path(NAME), &bytes[..end]).unwrap();
        run.add(folder.run());
    }
    assert!(run.codes().iter().all(|code| OF_THE_STATE.contains(code)), "{:?}", run.notices);
    assert_eq!(run.sessions, read(folder.query()).0);
}

#[test]
fn conversations_of_logs_of_iis_go_on_in_the_next_run() {
    let whole = include_str!("../../../../tests/fixtures/iis/ex261116.log");
    let name = "ex261116.log";
    let expected = read(Folder::new(&[(name, whole.as_bytes())]).query()).0;
    let texts = |sessions: &[Session]| -> Vec<String> {
        let bare =
            |session: &Session| Session { log_path: Path::new("").into(), ..session.clone() };
        sessions.iter().map(|session| format!("{:?}", bare(session))).collect()
    };
    let now = Timestamp::parse("2026-11-16T10:00:00Z");
    for cut in (0..whole.len()).step_by(61) {
        let folder = Folder::new(&[]);
        let mut sum = Run::default();
        for (end, is_final) in [(cut, false), (cut + 61, false), (whole.len(), true)] {
            folder.write(name, &whole[..end.min(whole.len())]);
            sum.add(run_at(folder.stateful(is_final), 300, now));
        }
        assert_eq!(texts(&sum.sessions), texts(&expected), "{cut}");
    }
}
