//! Runs over growing logs, each beginning where the one before stopped.

use std::path::{Path, PathBuf};

use proptest::prelude::*;

use super::properties::any_files;
use super::state::{OF_THE_STATE, Run, run_at, soon};
use super::*;

/// The logs as they are when that many bytes of them are written.
pub(super) fn write_grown(folder: &Folder, files: &[(PathBuf, String)], mut bytes: usize) {
    for (path, content) in files {
        let length = bytes.min(content.len());
        bytes -= length;
        std::fs::create_dir_all(folder.0.path().join(path).parent().unwrap()).unwrap();
        std::fs::write(folder.0.path().join(path), &content.as_bytes()[..length]).unwrap();
    }
}

/// A session of each kind, by its number: the rows of folder x, and those of folder y.
pub(super) fn story(number: u32, kind: u8) -> [Vec<String>; 2] {
    let (front, hub) = (format!("{number:016X}"), format!("{:016X}", number + 1000));
    let mut of_front = joined(&[&GREETING, &LONG_FORM]);
    let naming = format!("* |Proxying outbound session with session id {front}");
    let mut of_hub = vec!["+ ", &*naming];
    let refusal = "< 550 5.7.64 TenantAttribution; Relay Access Denied [EX.outlook.com]";
    let mail = ["> MAIL FROM:<a@contoso.com>", "> RCPT TO:<b@fabrikam.com>", "< 250 OK", refusal];
    of_hub.extend(mail);
    match kind {
        0 => of_front.extend(["* |TLS negotiation failed with error NoCredentials", "- |Local"]),
        1 => of_front.extend(mail),
        _ => of_front.extend([TLS_SUCCEEDED, "- |Local"]),
    }
    of_hub.push("- |Local");
    let lines = |id: &str, lines: &[&str]| -> Vec<String> {
        rows(id, 0, lines).split_inclusive('\n').map(str::to_owned).collect()
    };
    let of_hub = if kind > 1 { lines(&hub, &of_hub) } else { Vec::new() };
    [lines(&front, &of_front), of_hub]
}

/// Rows of interleaved sessions as files of a folder: each row comes from the session whose turn it
/// is.
pub(super) fn files_of(
    folder: &str,
    mut sessions: Vec<Vec<String>>,
    turns: &[usize],
    rows_per_file: usize,
) -> Vec<(PathBuf, String)> {
    for session in &mut sessions {
        session.reverse();
    }
    let mut all_rows = Vec::new();
    for turn in turns.iter().copied().cycle() {
        sessions.retain(|session| !session.is_empty());
        if sessions.is_empty() {
            break;
        }
        let turn = turn % sessions.len();
        all_rows.extend(sessions[turn].pop());
    }
    let files = all_rows.chunks(rows_per_file).enumerate().map(|(number, rows)| {
        let path = PathBuf::from(format!("{folder}/SEND20261115-{}.LOG", number + 1));
        (path, format!("{HEADER}{}", rows.concat()))
    });
    files.collect()
}

pub(super) fn sorted(sessions: &[Session]) -> Vec<String> {
    let mut sorted: Vec<String> =
        sessions.iter().map(|session| serde_json::to_string(session).unwrap()).collect();
    sorted.sort();
    sorted
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn runs_over_growing_logs_and_a_final_one_put_out_what_one_run_over_all_does(
        files in any_files(),
        cuts in prop::collection::vec((any::<prop::sample::Index>(), 1..3_usize, 16..3000_usize), 0..6),
        failed: bool,
    ) {
        let total: usize = files.iter().map(|(_, content)| content.len()).sum();
        let mut cuts: Vec<(usize, usize, usize)> =
            cuts.into_iter().map(|(cut, threads, size)| (cut.index(total + 1), threads, size)).collect();
        cuts.sort_unstable();
        let folder = Folder::new(&[]);
        let mut sum = Run::default();
        let filter = SessionFilter { failed, ..SessionFilter::default() };
        for (cut, threads, size) in cuts {
            write_grown(&folder, &files, cut);
            let query = SessionQuery { threads, filter: filter.clone(), ..folder.stateful(false) };
            sum.add(run_at(query, size, soon()));
        }
        write_grown(&folder, &files, total);
        let query = SessionQuery { filter: filter.clone(), ..folder.stateful(true) };
        sum.add(run_at(query, 700, soon()));

        let (sessions, notices) = read(SessionQuery { filter, ..folder.query() });
        // What waited in the state file does not know any more at which byte it began.
        let without_offset = |sessions: &[Session]| -> Vec<Session> {
            sessions.iter().map(|one| Session { log_offset: 0, ..one.clone() }).collect()
        };
        prop_assert_eq!(without_offset(&sum.sessions), without_offset(&sessions));
        let full = Run { sessions, notices };
        for code in NoticeCode::ALL.iter().filter(|code| !OF_THE_STATE.contains(code)) {
            prop_assert_eq!(sum.count_of(*code), full.count_of(*code), "{:?}", code);
        }
        let after = folder.last_run();
        prop_assert_eq!((after.sessions.len(), after.notices.len()), (0, 0));
    }

    #[test]
    fn folders_may_grow_and_files_follow_and_go_while_halves_are_joined_across_runs(
        kinds in prop::collection::vec(0..4_u8, 1..12),
        turns in prop::collection::vec(0..9_usize, 1..40),
        rows_per_file in 5..60_usize,
        cuts in prop::collection::vec((0..1000_usize, 0..1000_usize, 1..3_usize), 0..6),
        deletes_read_files: bool,
    ) {
        let (mut of_x, mut of_y) = (Vec::new(), Vec::new());
        for (number, kind) in (1..).zip(&kinds) {
            let [x, y] = story(number, *kind);
            of_x.push(x);
            of_y.push(y);
        }
        let x = files_of("x", of_x, &turns, rows_per_file);
        let y = files_of("y", of_y, &turns, rows_per_file + 3);
        let all = Folder::new(&[("y/SEND20261114-1.LOG", HEADER.as_bytes())]);
        write_grown(&all, &x, usize::MAX);
        write_grown(&all, &y, usize::MAX);
        let (expected, _) = read(all.query());

        let folder = Folder::new(&[("y/SEND20261114-1.LOG", HEADER.as_bytes())]);
        let length = |files: &[(PathBuf, String)]| files.iter().map(|(_, text)| text.len()).sum::<usize>();
        let mut shares: Vec<(usize, usize)> = Vec::new();
        let (mut first, mut second): (Vec<_>, Vec<_>) = cuts.iter().map(|(x, y, _)| (*x, *y)).unzip();
        first.sort_unstable();
        second.sort_unstable();
        shares.extend(first.into_iter().zip(second));
        shares.push((1000, 1000));
        let mut sum = Run::default();
        for (index, (of_x, of_y)) in shares.iter().enumerate() {
            write_grown(&folder, &x, length(&x) * of_x / 1000);
            write_grown(&folder, &y, length(&y) * of_y / 1000);
            let threads = cuts.get(index).map_or(1, |(.., threads)| *threads);
            let query = SessionQuery { threads, ..folder.stateful(false) };
            sum.add(run_at(query, 900, soon()));
            if deletes_read_files && index + 1 == shares.len() {
                std::fs::remove_dir_all(folder.path("x")).unwrap();
            }
        }
        sum.add(folder.last_run());
        let paths_alike = |text: Vec<String>, root: &Path| -> Vec<String> {
            text.into_iter().map(|line| line.replace(root.to_str().unwrap(), "")).collect()
        };
        prop_assert_eq!(
            paths_alike(sorted(&sum.sessions), folder.0.path()),
            paths_alike(sorted(&expected), all.0.path())
        );
    }
}
