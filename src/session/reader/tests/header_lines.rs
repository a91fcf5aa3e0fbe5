//! Header lines within a file: a restarted service writes them again.

use super::*;
use crate::log::LogType;
use crate::session::StateOptions;

const REPLIES: [&str; 4] = ["+ ", "< 220 mx.fabrikam.com ready", "< 421 4.4.2 bye", "- "];

/// The same header with the columns the other way round, of a receive log.
fn reversed_header() -> String {
    let fields = HEADER.trim_end().rsplit_once(": ").unwrap().1;
    let reversed: Vec<&str> = fields.rsplit(',').collect();
    HEADER.replace(fields, &reversed.join(",")).replace("SMTP Send", "SMTP Receive")
}

/// Plain rows with their columns the other way round.
fn reversed(rows: &str) -> String {
    let reversed = |row: &str| row.rsplit(',').collect::<Vec<_>>().join(",") + "\r\n";
    rows.lines().map(reversed).collect()
}

fn with_id(number: usize) -> String {
    rows(&format!("{number:016X}"), 0, &REPLIES)
}

/// What a file gives in whatever way it is read.
fn read_in_all_ways(content: &str) -> (Vec<Session>, Vec<Notice>) {
    let folder = Folder::new(&[("a.log", content.as_bytes())]);
    let mut found: Option<(Vec<Session>, Vec<Notice>)> = None;
    for threads in [1, 2, 3] {
        for size in [64, 300, 1000, 1 << 20] {
            let query = SessionQuery { threads, ..folder.query() };
            let reader = SessionReader::with_settings(query, size, Limits::default(), now());
            let read = read_all(reader.unwrap());
            match &found {
                Some(found) => assert_eq!(read, *found, "{threads} threads, {size} bytes"),
                None => found = Some(read),
            }
        }
    }
    found.unwrap()
}

#[test]
fn a_header_written_again_within_a_session_is_passed_over() {
    let whole = rows(ID, 0, &REPLIES);
    let cut = whole.match_indices('\n').nth(1).unwrap().0 + 1;
    let (before, behind) = whole.split_at(cut);
    let (sessions, notices) =
        read_in_all_ways(&format!("{HEADER}{before}{HEADER}{behind}{HEADER}{}", with_id(2)));
    assert_eq!(notices, []);
    let lines: Vec<u64> = sessions.iter().map(|session| session.line).collect();
    assert_eq!(lines, [6, 20]);
    assert_eq!(sessions[0].row_count, 4);
}

#[test]
fn rows_behind_a_header_with_other_columns_are_read_by_it() {
    let content = format!(
        "{HEADER}{}{}{}{HEADER}{}",
        with_id(1),
        reversed_header(),
        reversed(&(2..40).map(with_id).collect::<String>()),
        with_id(40),
    );
    let (sessions, notices) = read_in_all_ways(&content);
    assert_eq!(notices, []);
    assert_eq!(sessions.len(), 40);
    for (number, session) in (1..).zip(&sessions) {
        assert_eq!(session.session_id(), format!("{number:016X}"));
        assert!(session.complete);
        let is_received = (2..40).contains(&number);
        assert_eq!(session.log_type == LogType::Receive, is_received, "{number}");
    }
}

#[test]
fn a_header_of_another_log_ends_the_file_there_and_says_so() {
    let content = format!(
        "{HEADER}{}#Log-type: Message Tracking Log\r\n{}",
        with_id(1),
        (2..40).map(with_id).collect::<String>()
    );
    let (sessions, notices) = read_in_all_ways(&content);
    assert_eq!(sessions.len(), 1);
    assert_eq!(notices.len(), 1);
    assert_eq!((notices[0].code, notices[0].line), (NoticeCode::NotAProtocolLog, Some(10)));
    assert!(notices[0].message.contains("Message Tracking Log"), "{}", notices[0].message);
}

#[test]
fn a_log_of_iis_within_the_file_ends_it_there_and_says_so() {
    let iis = "#Software: Microsoft Internet Information Services 10.0\r\n\
        #Date: 2026-11-16 08:00:00\r\n\
        #Fields: time c-ip cs-username s-sitename s-port cs-method cs-uri-query sc-status\r\n\
        08:00:01 192.0.2.36 OutboundConnectionResponse SMTPSVC1 25 - 220+mx 0\r\n";
    let (sessions, notices) = read_in_all_ways(&format!("{HEADER}{}{iis}", with_id(1)));
    assert_eq!(sessions.len(), 1);
    assert_eq!((notices[0].code, notices[0].line), (NoticeCode::NotAProtocolLog, Some(12)));
    assert!(notices[0].message.contains("a log of IIS follows"), "{}", notices[0].message);
}

#[test]
fn the_next_run_reads_on_by_the_last_header() {
    let first = format!("{HEADER}{}{}", with_id(1), reversed_header());
    let folder = Folder::new(&[("a.log", first.as_bytes())]);
    let run = || {
        let state = StateOptions { path: folder.0.path().join("state"), ..StateOptions::default() };
        let query = SessionQuery { state: Some(state), threads: 2, ..folder.query() };
        let mut reader = SessionReader::new(query).unwrap();
        let mut sessions = Vec::new();
        while let Some(mut batch) = reader.next_batch(7, 1000) {
            sessions.append(&mut batch.sessions);
        }
        reader.save_state().unwrap();
        sessions
    };
    assert_eq!(run().len(), 1);
    let whole = format!("{first}{}", reversed(&with_id(2)));
    std::fs::write(folder.0.path().join("a.log"), whole).unwrap();
    let sessions = run();
    assert_eq!(sessions.len(), 1);
    assert_eq!((sessions[0].log_type, sessions[0].line), (LogType::Receive, 15));
    assert!(sessions[0].complete);
}
