//! What holds for any input.

use std::path::PathBuf;

use proptest::prelude::*;

use super::*;
use crate::session::OwnedSession;

/// Files of rows of few sessions in any order, with every kind of row and damage among them.
pub(super) fn any_files() -> impl Strategy<Value = Vec<(PathBuf, String)>> {
    files_with(&["* |session id 0000000000000003"])
}

fn files_with(further: &[&'static str]) -> impl Strategy<Value = Vec<(PathBuf, String)>> + use<> {
    let pool = joined(&[
        further,
        &GREETING,
        &LONG_FORM,
        &REMOTE_LONG_FORM,
        &[
            TLS_SUCCEEDED,
            "* |TLS negotiation failed with error 10054",
            "> MAIL FROM:<a@contoso.com>",
            "> RCPT TO:<b@fabrikam.com>",
            "< 250 2.1.0 OK",
            "< 250 2.1.5 OK",
            "< 550 5.7.64 TenantAttribution; Relay Access Denied",
            "> BDAT 1 LAST",
            "< 250 2.6.0 Queued",
            "- |Local",
            "- |Remote",
        ],
    ]);
    let row = (0..5_u32, 0..4_usize, prop::sample::select(pool), 0..40_u8);
    let file = (prop::sample::select(vec!["x", "y"]), prop::collection::vec(row, 0..120));
    prop::collection::vec(file, 1..4).prop_map(|files| {
        let mut named = Vec::new();
        for (number, (folder, file_rows)) in files.into_iter().enumerate() {
            let mut content = HEADER.to_owned();
            for (id, sequence, line, extra) in file_rows {
                content.push_str(&rows(&format!("{id:016X}"), sequence, &[line]));
                match extra {
                    0 => content.push_str("2026-11-15T01:02:03.100Z,\"cut\r\n"),
                    1 => content.push_str(HEADER),
                    2 => content.push_str("\r\n"),
                    _ => {}
                }
            }
            named.push((PathBuf::from(format!("{folder}/SEND20261115-{number}.LOG")), content));
        }
        named
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_number_of_threads_and_any_segment_size_give_the_same_sessions_and_notices(
        files in any_files(),
        segment_size in 16..3000_usize,
        threads in 2..5_usize,
    ) {
        let files: Vec<_> = files.iter().map(|(path, text)| (path.to_str().unwrap(), text.as_bytes())).collect();
        let folder = Folder::new(&files);
        let read_with = |segment_size, threads| {
            let query = SessionQuery { threads, ..folder.query() };
            read_all(SessionReader::with_settings(query, segment_size, Limits::default(), now()).unwrap())
        };
        let plain = read_with(1 << 20, 1);
        prop_assert_eq!(&read_with(segment_size, 1), &plain);
        prop_assert_eq!(&read_with(segment_size, threads), &plain);
    }

    #[test]
    fn any_number_of_threads_puts_the_same_sessions_out_where_too_many_are_open(
        files in any_files(),
        segment_size in 16..600_usize,
        threads in 2..5_usize,
        open_bytes in 400..3000_usize,
    ) {
        let files: Vec<_> = files.iter().map(|(path, text)| (path.to_str().unwrap(), text.as_bytes())).collect();
        let folder = Folder::new(&files);
        // As many as sessions can end within a segment: so it is with those of a mebibyte.
        let limits = Limits { open_bytes, tombstones: 4 + segment_size / 60 };
        let read_with = |threads| {
            let query = SessionQuery { threads, ..folder.query() };
            read_all(SessionReader::with_settings(query, segment_size, limits, now()).unwrap())
        };
        prop_assert_eq!(read_with(threads), read_with(1));
    }

    #[test]
    fn a_filter_gives_those_of_all_sessions_that_it_wants(
        files in files_with(&[
            "> RCPT TO:<c@fabrikam.com>",
            "< \"550 5.1.1, no such user\"",
            "* |Failed to connect. Winsock error code: 10060",
            "* Failed to connect. Winsock error code: 10060",
        ]),
        segment_size in 16..3000_usize,
        threads in 1..4_usize,
        failed in any::<bool>(),
        has_thumbprint in any::<bool>(),
        outcomes in prop::sample::subsequence(Outcome::ALL.to_vec(), 0..3),
        start in prop::option::of(0..3_i64),
    ) {
        let files: Vec<_> = files.iter().map(|(path, text)| (path.to_str().unwrap(), text.as_bytes())).collect();
        let folder = Folder::new(&files);
        let second = |second| Timestamp::parse(&format!("2026-11-15T01:02:0{second}Z"));
        let filter = SessionFilter {
            failed,
            outcomes,
            thumbprint: has_thumbprint.then(|| THUMBPRINT.to_owned()),
            start: start.and_then(second),
            end: start.and_then(|start| second(start + 1)),
            ..SessionFilter::default()
        };
        let read_with = |filter: &SessionFilter, segment_size, threads| {
            let query = SessionQuery { threads, filter: filter.clone(), ..folder.query() };
            read_all(SessionReader::with_settings(query, segment_size, Limits::default(), None).unwrap())
        };
        let (mut wanted, notices) = read_with(&SessionFilter::default(), 1 << 20, 1);
        let compiled = CompiledFilter::new(&filter).unwrap();
        let all = wanted.len();
        wanted.retain(|session| compiled.passes(compiled.unmet_by(session)));
        let left_out = compiled.left_out();
        let counted = left_out.time + left_out.outcome + left_out.thumbprint + left_out.eop_only + left_out.connector + left_out.remote_host;
        prop_assert_eq!(counted, (all - wanted.len()) as u64);
        prop_assert_eq!(read_with(&filter, segment_size, threads), (wanted, notices));
    }

    #[test]
    fn every_row_is_in_a_session_or_in_a_notice_or_a_repeated_end(files in any_files()) {
        let files: Vec<_> = files.iter().map(|(path, text)| (path.to_str().unwrap(), text.as_bytes())).collect();
        let folder = Folder::new(&files);
        let (sessions, notices) = read(folder.query());
        let lines: usize = files
            .iter()
            .map(|(_, content)| {
                std::str::from_utf8(content).unwrap().lines().filter(|line| !line.is_empty() && !line.starts_with('#')).count()
            })
            .sum();
        let in_sessions: u64 = sessions.iter().map(|session| session.row_count).sum();
        let in_notices: u64 = notices.iter().map(|notice| notice.count).sum();
        let ends: usize = files.iter().map(|(_, content)| {
            std::str::from_utf8(content).unwrap().lines().filter(|line| line.contains(",-,,")).count()
        }).sum();
        let accounted_for = in_sessions + in_notices;
        prop_assert!(accounted_for <= lines as u64);
        prop_assert!(accounted_for + ends as u64 >= lines as u64);
    }

    #[test]
    fn no_bytes_make_the_reader_panic(content in prop::collection::vec(any::<u8>(), 0..2000)) {
        let folder = Folder::new(&[("a.log", &content)]);
        read(folder.query());
        let with_header = [HEADER.as_bytes(), &content].concat();
        let folder = Folder::new(&[("a.log", &with_header)]);
        read(folder.query());
    }

    #[test]
    fn any_session_is_read_back_from_its_json(files in any_files()) {
        let files: Vec<_> = files.iter().map(|(path, text)| (path.to_str().unwrap(), text.as_bytes())).collect();
        let folder = Folder::new(&files);
        let (sessions, _) = read(folder.query());
        for session in sessions {
            let json = serde_json::to_string(&session).unwrap();
            let back: Session = serde_json::from_str(&json).unwrap();
            prop_assert_eq!(serde_json::to_string(&back).unwrap(), json);
            // The text does not say at which byte of the log it begins.
            prop_assert_eq!(back, Session { log_offset: 0, ..session.clone() });
            prop_assert_eq!(Session::from(OwnedSession::from(&session)), session);
        }
    }
}
