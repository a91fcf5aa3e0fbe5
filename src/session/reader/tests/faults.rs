//! Series of runs of which one meets a fault: they give what one run over everything gives.

use std::path::PathBuf;

use proptest::prelude::*;

use super::series::{files_of, sorted, story, write_grown};
use super::state::{Run, run_at, soon};
use super::*;
use crate::log::faults::{Fault, Injection};

const EACCES: i32 = libc::EACCES;

/// What can go wrong at one call, and whether at all those after it too.
fn any_fault() -> impl Strategy<Value = (Fault, bool)> {
    let errors = [libc::EIO, EACCES, libc::ENOENT, libc::EINTR].map(Fault::Error);
    let once = prop::sample::select([&errors[..], &[Fault::ShortRead]].concat());
    // A share that is gone stays gone; a call that is interrupted for ever is no fault of a file.
    let lasting = prop::sample::select(vec![Fault::Error(libc::EIO), Fault::Error(libc::ENOENT)]);
    prop_oneof![4 => (once, Just(false)), 1 => (lasting, Just(true))]
}

fn bytes(files: &[(PathBuf, String)]) -> usize {
    files.iter().map(|(_, text)| text.len()).sum()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn one_fault_in_any_run_of_a_series_gives_no_session_twice_and_loses_none(
        kinds in prop::collection::vec(0..4_u8, 1..8),
        turns in prop::collection::vec(0..9_usize, 1..40),
        rows_per_file in 5..40_usize,
        cuts in prop::collection::vec((0..1000_usize, 1..3_usize, 300..3000_usize), 0..4),
        (fault, is_lasting) in any_fault(),
        faulty_run in any::<prop::sample::Index>(),
        call in 1..40_u64,
        is_final_faulty: bool,
    ) {
        let (mut of_x, mut of_y) = (Vec::new(), Vec::new());
        for (number, kind) in (1..).zip(&kinds) {
            let [x, y] = story(number, *kind);
            of_x.push(x);
            of_y.push(y);
        }
        let x = files_of("x", of_x, &turns, rows_per_file);
        let y = files_of("y", of_y, &turns, rows_per_file + 3);
        let other_folder = ("y/SEND20261114-1.LOG", HEADER.as_bytes());
        let all = Folder::new(&[other_folder]);
        write_grown(&all, &x, usize::MAX);
        write_grown(&all, &y, usize::MAX);
        let (expected, _) = read(all.query());

        let mut cuts = cuts;
        cuts.sort_unstable();
        cuts.push((1000, 1, 700));
        let faulty_run = faulty_run.index(cuts.len());
        let folder = Folder::new(&[other_folder]);
        let mut sum = Run::default();
        for (index, (cut, threads, size)) in cuts.iter().copied().enumerate() {
            write_grown(&folder, &x, bytes(&x) * cut / 1000);
            write_grown(&folder, &y, bytes(&y) * cut / 1000);
            let is_faulty = index == faulty_run;
            let is_final = is_faulty && is_final_faulty && index + 1 == cuts.len();
            let query = SessionQuery { threads, ..folder.stateful(is_final) };
            let injection = is_faulty
                .then(|| Injection::begin(folder.0.path(), fault, call, is_lasting));
            sum.add(run_at(query, size, soon()));
            drop(injection);
        }
        // What waits for a file that could not be read is read by the next run.
        sum.add(run_at(folder.stateful(false), 900, soon()));
        sum.add(folder.last_run());
        let paths_alike = |sessions: &[Session], root: &Folder| -> Vec<String> {
            let root = root.0.path().to_str().unwrap();
            sorted(sessions).into_iter().map(|line| line.replace(root, "")).collect()
        };
        prop_assert_eq!(paths_alike(&sum.sessions, &folder), paths_alike(&expected, &all));
    }
}

/// Two files of one session each, the first of which cannot be read from that call on.
fn two_files() -> Folder {
    let content = |id| format!("{HEADER}{}", rows(id, 0, &["+ ", "< 220 mx ready", "- |Local"]));
    Folder::new(&[
        ("SEND20261115-1.LOG", content("08DE23A1F00D0001").repeat(40).as_bytes()),
        ("SEND20261115-2.LOG", content("08DE23A1F00D0002").as_bytes()),
    ])
}

#[test]
fn files_after_one_that_cannot_be_read_wait_for_one_run_and_no_longer() {
    let folder = two_files();
    let _injection =
        Injection::begin(&folder.path("SEND20261115-1.LOG"), Fault::Error(EACCES), 1, true);
    let run = || run_at(folder.stateful(false), 4096, soon());
    let first = run();
    assert_eq!(first.sessions, []);
    let waiting = first.notices.last().unwrap();
    assert!(waiting.message.contains("waits for the next run"), "{}", waiting.message);
    assert!(waiting.path.as_ref().unwrap().ends_with("SEND20261115-2.LOG"));
    let second = run();
    assert_eq!(second.sessions.len(), 1, "{:?}", second.notices);
    assert_eq!(second.codes(), [NoticeCode::Unreadable], "it is said again");
    assert_eq!(run().sessions, []);
}

#[test]
fn a_final_run_that_cannot_read_everything_keeps_what_is_open_for_another_one() {
    let open = format!("{HEADER}{}", rows(ID, 0, &["+ ", "< 220 mx ready"]));
    let folder = Folder::new(&[("SEND20261115-1.LOG", open.as_bytes())]);
    let faulty = {
        let _injection = Injection::begin(folder.0.path(), Fault::Error(libc::EIO), 3, false);
        folder.last_run()
    };
    assert_eq!(faulty.sessions, []);
    let last = folder.last_run();
    assert_eq!((last.sessions.len(), last.sessions[0].row_count), (1, 2));
}

#[test]
fn a_file_that_was_gone_and_is_back_is_said_and_not_read_again() {
    let folder = two_files();
    let run = || run_at(folder.stateful(false), 4096, soon());
    assert_eq!(run().sessions.len(), 41);
    let (name, away) = (folder.path("SEND20261115-1.LOG"), folder.path("away"));
    std::fs::rename(&name, &away).unwrap();
    run();
    std::fs::rename(&away, &name).unwrap();
    let back = run();
    assert_eq!(back.sessions, []);
    assert_eq!(back.codes(), [NoticeCode::FileReplaced]);
    assert!(back.notices[0].message.contains("is back"), "{}", back.notices[0].message);
    assert_eq!(run().codes(), []);
}

#[test]
fn a_file_that_was_renamed_or_packed_is_said_and_read_on() {
    use std::io::Write as _;

    let content = |id| format!("{HEADER}{}", rows(id, 0, &["+ ", "< 220 mx ready", "- |Local"]));
    let (first, second) =
        (content("08DE23A1F00D0001"), rows("08DE23A1F00D0002", 0, &["+ ", "- |"]));
    for is_packed in [false, true] {
        let folder = Folder::new(&[("SEND20261115-1.LOG", first.as_bytes())]);
        let run = || run_at(folder.stateful(false), 4096, soon());
        assert_eq!(run().sessions.len(), 1);
        std::fs::remove_file(folder.path("SEND20261115-1.LOG")).unwrap();
        let grown = format!("{first}{second}");
        if is_packed {
            let file = std::fs::File::create(folder.path("SEND20261115-1.LOG.gz")).unwrap();
            let mut packed = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
            packed.write_all(grown.as_bytes()).unwrap();
            packed.finish().unwrap();
        } else {
            std::fs::write(folder.path("OLD20261115-1.LOG"), &grown).unwrap();
        }
        let renamed = run();
        assert_eq!(renamed.sessions.len(), 1, "{:?}", renamed.notices);
        assert_eq!(renamed.sessions[0].session_id(), "08DE23A1F00D0002");
        assert_eq!(renamed.codes(), [NoticeCode::FileReplaced]);
        assert!(renamed.notices[0].message.contains("is now"), "{:?}", renamed.notices);
        let last = run();
        assert_eq!((last.sessions.len(), last.codes()), (0, vec![]));
    }
}

#[test]
fn what_a_damaged_header_line_ends_is_not_read_again() {
    let read_part = format!("{HEADER}{}", rows(ID, 0, &["+ ", "< 220 mx ready", "- |Local"]));
    let foreign = format!("{read_part}#Log-type: HttpProxy Logs\r\nx\r\n");
    let folder = Folder::new(&[("SEND20261115-1.LOG", foreign.as_bytes())]);
    for size in [300, 4096] {
        for threads in [1, 2] {
            std::fs::remove_file(folder.path("state")).ok();
            let run = || run_at(SessionQuery { threads, ..folder.stateful(false) }, size, soon());
            assert_eq!(run().sessions.len(), 1);
            let again = run();
            assert_eq!(again.sessions, []);
            assert_eq!(again.codes(), [NoticeCode::NotAProtocolLog]);
            assert_eq!(again.notices[0].line, Some(9), "{:?}", again.notices);
        }
    }
}

#[test]
fn a_log_of_iis_that_loses_a_column_is_not_read_again() {
    let whole = include_str!("../../../../tests/fixtures/iis/ex261116.log");
    let lost = format!("{whole}#Fields: date time c-ip cs-method sc-status\r\n");
    let folder = Folder::new(&[("ex261116.log", lost.as_bytes())]);
    let now = Timestamp::parse("2026-11-16T10:00:00Z");
    let first = run_at(folder.stateful(false), 300, now);
    assert!(!first.sessions.is_empty());
    let again = run_at(folder.stateful(false), 300, now);
    assert_eq!(again.sessions, []);
    assert_eq!(again.count_of(NoticeCode::NotAProtocolLog), 1);
}

#[test]
fn a_log_that_is_truncated_while_it_is_read_is_said() {
    let folder = two_files();
    let mut reader =
        SessionReader::with_settings(folder.query(), 4096, Limits::default(), soon()).unwrap();
    let first = folder.path("SEND20261115-1.LOG");
    std::fs::File::options().write(true).open(&first).unwrap().set_len(2000).unwrap();
    let mut notices = Vec::new();
    while let Some(mut batch) = reader.next_batch(7, 1000) {
        notices.append(&mut batch.notices);
    }
    let codes: Vec<NoticeCode> = notices.iter().map(|notice| notice.code).collect();
    assert_eq!(codes, [NoticeCode::LastRowCut, NoticeCode::FileReplaced], "{notices:?}");
    assert!(notices[1].message.contains("2000 when it was read"), "{}", notices[1].message);
}
