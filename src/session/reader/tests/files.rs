//! Files, folders, ids, languages and filters.

use std::path::PathBuf;

use super::*;
use crate::session::OwnedSession;
use crate::session::assembly::WorkItem;

#[test]
fn a_session_may_cross_files_in_the_order_of_their_numbers() {
    let lines =
        joined(&[&GREETING, &LONG_FORM, &["* |TLS negotiation failed with error NoCredentials"]]);
    let whole = rows(ID, 0, &lines);
    let cut = whole.match_indices('\n').nth(9).unwrap().0 + 1;
    let folder = Folder::new(&[
        ("SEND2026111501-10.LOG", format!("{HEADER}{}", &whole[cut..]).as_bytes()),
        ("SEND2026111501-9.LOG", format!("\u{feff}{HEADER}{}", &whole[..cut]).as_bytes()),
    ]);
    let (sessions, notices) = read(folder.query());
    assert_eq!((sessions.len(), notices.len()), (1, 0));
    assert_eq!(sessions[0].row_count, lines.len() as u64);
    assert_eq!(sessions[0].sent_thumbprint(), Some(THUMBPRINT));
    assert!(sessions[0].log_path.ends_with("SEND2026111501-9.LOG"));
    assert_eq!(sessions[0].line, 6);
}

#[test]
fn a_file_whose_rest_cannot_be_read_is_named_and_the_others_are_read() {
    let content = |id| format!("{HEADER}{}", rows(id, 0, &["+ ", "< 220 mx ready", "- |Local"]));
    let folder = Folder::new(&[
        ("a.log", content("08DE23A1F00D0001").as_bytes()),
        ("b.log", content("08DE23A1F00D0002").as_bytes()),
    ]);
    for threads in [1, 2] {
        let query = SessionQuery { threads, ..folder.query() };
        let mut reader = SessionReader::new(query).unwrap();
        let error = std::io::Error::from_raw_os_error(5);
        let notice = Notice::unreadable(&reader.files[0].path, &error);
        reader.acceptor.accept(WorkItem::Unreadable(0, notice.clone()));
        let (sessions, notices) = read_all(reader);
        assert_eq!(notices, [notice]);
        assert_eq!(sessions.len(), 1);
        assert!(sessions[0].log_path.ends_with("b.log"));
    }
}

#[test]
fn the_same_id_in_two_folders_is_two_sessions() {
    let content = format!("{HEADER}{}", rows(ID, 0, &["+ ", "< 220 mx ready"]));
    let folder = Folder::new(&[("x/a.log", content.as_bytes()), ("y/a.log", content.as_bytes())]);
    assert_eq!(read(folder.query()).0.len(), 2);
}

#[test]
fn other_languages_and_bytes_survive() {
    let mut content = format!("{HEADER}{}", rows(ID, 0, &["+ "])).into_bytes();
    content.extend_from_slice(b"2026-11-15T01:02:03.100Z,x,08DE23A1F00D0001,1,,192.0.2.1:25,<,220 m\xFCller.test Gr\xFC\xDFe,\n");
    content.extend_from_slice(
        "2026-11-15T01:02:03.100Z,В облако 世界,08DE23A1F00D0002,0,,10.**.**.31:25,+,,\n"
            .as_bytes(),
    );
    let folder = Folder::new(&[("a.log", &content)]);
    let (sessions, notices) = read(folder.query());
    assert_eq!(notices, []);
    assert_eq!(sessions[0].reply(), Some("220 m\u{fffd}ller.test Gr\u{fffd}\u{fffd}e"));
    assert_eq!(sessions[1].connector(), "В облако 世界");
    assert_eq!(sessions[1].remote_endpoint(), Some("10.**.**.31:25"), "masked stays text");
}

#[test]
fn a_byte_that_is_no_utf8_changes_the_text_that_holds_it_and_no_other() {
    let lines = [
        "+ ",
        "< 220 mx.fabrikam.com ready",
        "> EHLO ?1.contoso.com",
        "< 250  mx.fabrikam.com Hello [203.0.113.7]",
        "* |sending message with RecordId 17 and InternetMessageId <?2@contoso.com>",
        "> MAIL FROM:<?3@contoso.com>",
        "> RCPT TO:<?4@fabrikam.com>",
        "< 250 2.1.0 Sender OK",
        "< 250 2.1.5 ?5 OK",
        "> BDAT 1 LAST",
        "< 250 2.6.0 ?6",
        "> QUIT",
        "< 221 2.0.0 ?7",
        "- |Local",
    ];
    let content = format!("{HEADER}{}", rows(ID, 0, &lines));
    let json_of = |content: &[u8]| {
        let folder = Folder::new(&[("a.log", content)]);
        let (sessions, _) = read(folder.query());
        let parts = OwnedSession { log_path: PathBuf::new(), ..OwnedSession::from(&sessions[0]) };
        serde_json::to_string(&Session::from(parts)).unwrap()
    };
    let clean = json_of(content.as_bytes());
    for number in 1..=7 {
        let (mark, replaced) = (format!("?{number}"), format!("\u{fffd}{number}"));
        let mut damaged = content.clone().into_bytes();
        damaged[content.find(&mark).unwrap()] = 0xC3;
        assert_eq!(json_of(&damaged), clean.replace(&mark, &replaced), "{mark}");
        assert!(clean.contains(&mark), "{mark} in {clean}");
    }
}

#[test]
fn filters_select_sessions() {
    let failing = rows(
        "08DE23A1F00D0002",
        0,
        &joined(&[
            &GREETING,
            &LONG_FORM,
            &["* |TLS negotiation failed with error SocketError", "- |Local"],
        ]),
    );
    let content = format!(
        "{HEADER}{}{failing}",
        rows(ID, 60, &["+ ", "< 220 mx.fabrikam.com ready", "- |Local"])
    );
    let folder = Folder::new(&[("a.log", content.as_bytes())]);
    let all = SessionFilter::default();
    let stamp = |text: &str| Timestamp::parse(text);
    for (filter, expected) in [
        (all.clone(), 2),
        (SessionFilter { failed: true, ..all.clone() }, 1),
        (SessionFilter { outcomes: vec![Outcome::NoMail], ..all.clone() }, 1),
        (SessionFilter { outcomes: vec![Outcome::Delivered], ..all.clone() }, 0),
        (SessionFilter { eop_only: true, ..all.clone() }, 1),
        (SessionFilter { connector: Some("outbound*".into()), ..all.clone() }, 2),
        (SessionFilter { connector: Some("inbound*".into()), ..all.clone() }, 0),
        (SessionFilter { remote_host: Some("*.outlook.com".into()), ..all.clone() }, 1),
        (SessionFilter { remote_host: Some("104.47.2.36".into()), ..all.clone() }, 2),
        (SessionFilter { thumbprint: Some(THUMBPRINT.to_lowercase()), ..all.clone() }, 1),
        (SessionFilter { start: stamp("2026-11-15T01:02:06Z"), ..all.clone() }, 1),
        (SessionFilter { end: stamp("2026-11-15T01:02:06Z"), ..all.clone() }, 1),
        (
            SessionFilter {
                start: stamp("2026-11-15T01:02:00Z"),
                end: stamp("2026-11-15T01:02:00Z"),
                ..all.clone()
            },
            0,
        ),
    ] {
        let query = SessionQuery { filter: filter.clone(), ..folder.query() };
        assert_eq!(read(query).0.len(), expected, "{filter:?}");
    }
    let query = SessionQuery {
        filter: SessionFilter { thumbprint: Some("12".into()), ..all },
        ..folder.query()
    };
    assert!(matches!(
        SessionReader::new(query),
        Err(QueryError::Filter(FilterError::InvalidThumbprint(_)))
    ));
}

#[test]
fn unreadable_and_foreign_files_are_said_and_the_others_go_on() {
    let good = format!("{HEADER}{}", rows(ID, 0, &["+ "]));
    let folder =
        Folder::new(&[("a.log", b"#Log-type: HttpProxy Logs\n"), ("b.log", good.as_bytes())]);
    let mut query = folder.query();
    query.inputs.push(LogInput { path: folder.0.path().join("none.log"), ..LogInput::default() });
    let (sessions, notices) = read(query);
    assert_eq!(sessions.len(), 1);
    let codes: Vec<NoticeCode> = notices.iter().map(|notice| notice.code).collect();
    assert_eq!(codes, [NoticeCode::NothingFound, NoticeCode::NotAProtocolLog]);
}

#[test]
fn a_row_cut_at_the_end_of_the_file_is_information_and_no_damage() {
    for cut in ["2026-11-15T01:02:03.1", "2026-11-15T01:02:03.1\r"] {
        let content = format!("{HEADER}{}{cut}", rows(ID, 0, &["+ "]));
        let folder = Folder::new(&[("a.log", content.as_bytes())]);
        let (sessions, notices) = read(folder.query());
        assert_eq!(sessions.len(), 1);
        assert_eq!(notices.len(), 1);
        assert_eq!((notices[0].code, notices[0].line), (NoticeCode::LastRowCut, Some(7)));
    }
}
