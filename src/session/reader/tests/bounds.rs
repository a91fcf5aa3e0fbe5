//! Batches, cancellation and caps.

use super::*;

#[test]
fn a_cancelled_reader_ends_and_a_dropped_one_releases_its_files() {
    let mut content = HEADER.to_owned();
    for number in 0..20_000 {
        content.push_str(&rows(&format!("{number:016X}"), 0, &["+ ", "- "]));
    }
    let folder = Folder::new(&[("a.log", content.as_bytes())]);
    for threads in [1, 3] {
        let query = SessionQuery { threads, ..folder.query() };
        let mut reader =
            SessionReader::with_settings(query, 4096, Limits::default(), now()).unwrap();
        assert_eq!(reader.next_batch(5, u64::MAX).unwrap().sessions.len(), 5);
        assert!(
            reader.progress().bytes_read < content.len() as u64,
            "no more is read than asked for"
        );
        reader.cancellation().store(true, Ordering::Relaxed);
        assert_eq!(reader.next_batch(5, u64::MAX), None);
        drop(reader);
    }
}

#[test]
fn a_batch_returns_after_its_budget_without_a_match() {
    let mut content = HEADER.to_owned();
    for number in 0..2000 {
        content.push_str(&rows(&format!("{number:016X}"), 0, &["+ ", "- "]));
    }
    let folder = Folder::new(&[("a.log", content.as_bytes())]);
    let mut query = folder.query();
    query.filter.failed = true;
    let mut reader = SessionReader::with_settings(query, 4096, Limits::default(), now()).unwrap();
    assert_eq!(reader.next_batch(10, 10_000), Some(Batch::default()));
    let progress = reader.progress();
    assert!((10_000..30_000).contains(&progress.bytes_read), "{progress:?}");
    assert_eq!(progress.bytes_total, content.len() as u64);
}

#[test]
fn evicted_sessions_are_marked_and_counted() {
    let mut content = HEADER.to_owned();
    for number in 0..3000 {
        content.push_str(&rows(&format!("{number:016X}"), 0, &["+ "]));
    }
    let folder = Folder::new(&[("a.log", content.as_bytes())]);
    let limits = Limits { open_bytes: 100_000, ..Limits::default() };
    let reader = SessionReader::with_settings(folder.query(), 4096, limits, now()).unwrap();
    let (sessions, notices) = read_all(reader);
    assert_eq!(sessions.len(), 3000);
    let marked = sessions.iter().filter(|session| session.notes == [SessionNote::Evicted]).count();
    assert!(marked > 2000, "{marked}");
    assert_eq!(notices[0].code, NoticeCode::SessionsEvicted);
    assert_eq!(notices[0].count, marked as u64);
}

#[test]
fn a_session_beyond_all_measure_is_capped_and_says_so() {
    let lines: Vec<String> =
        (0..120_000).map(|number| format!("> RCPT TO:<user{number}@fabrikam.com>")).collect();
    let mut lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    lines.push("- |Local");
    let folder = Folder::new(&[("a.log", format!("{HEADER}{}", rows(ID, 0, &lines)).as_bytes())]);
    let (sessions, notices) = read(folder.query());
    assert!(sessions[0].notes.contains(&SessionNote::ContentCapped));
    assert_eq!(sessions[0].row_count, 120_001);
    assert!(sessions[0].complete);
    assert!(notices.iter().any(|notice| notice.code == NoticeCode::ContentCapped));
}

#[test]
fn a_session_of_more_text_than_is_kept_is_capped_and_ends_alike_on_any_number_of_threads() {
    let long = format!("* |{}", "x".repeat(900_000));
    for end in ["- |Local", "* |Failed to connect. Winsock error code: 10061"] {
        let lines: Vec<&str> = [&*long; 12].into_iter().chain([end]).collect();
        let content = format!("{HEADER}{}{}", rows(ID, 0, &["+ "]), rows(ID, 1, &lines));
        let folder = Folder::new(&[("a.log", content.as_bytes())]);
        for threads in [1, 2] {
            let (sessions, notices) = read(SessionQuery { threads, ..folder.query() });
            assert_eq!(sessions.len(), 1);
            let notes = &sessions[0].notes;
            assert_eq!(*notes, [SessionNote::ContentCapped], "{threads}, {end}, {notices:?}");
            assert_eq!((sessions[0].row_count, sessions[0].complete), (14, true), "{end}");
            let codes: Vec<NoticeCode> = notices.iter().map(|notice| notice.code).collect();
            assert_eq!(codes, [NoticeCode::ContentCapped], "{threads}, {end}");
        }
    }
}
