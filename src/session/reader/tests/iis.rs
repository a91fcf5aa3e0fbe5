//! Logs of the SMTP service of IIS: both formats, changing columns, and sessions without ids.

use proptest::prelude::*;

use super::*;
use crate::log::LogType;
use crate::reply::RejectionClass;

const W3C: &str = include_str!("../../../../tests/fixtures/iis/ex261116.log");
const NATIVE: &str = include_str!("../../../../tests/fixtures/iis/in261116.log");

const FIELDS: &str = "#Software: Microsoft Internet Information Services 10.0\r\n\
    #Date: 2026-11-16 08:00:00\r\n#Fields: time c-ip cs-username s-port cs-method cs-uri-query \
    sc-status\r\n";

/// Rows under [`FIELDS`]: each `time address > command` or `time address < reply`.
fn log(lines: &[&str]) -> String {
    let mut text = FIELDS.to_owned();
    for line in lines {
        let mut words = line.splitn(4, ' ');
        let mut next = || words.next().unwrap();
        let (time, address, direction, rest) = (next(), next(), next(), next());
        let (user, verb, query) = match direction {
            ">" => {
                let (verb, query) = rest.split_once(' ').unwrap_or((rest, "-"));
                ("OutboundConnectionCommand", verb, query)
            }
            _ => ("OutboundConnectionResponse", "-", rest),
        };
        let query = query.replace(' ', "+");
        let _ = write!(text, "{time} {address} {user} 25 {verb} {query} 0\r\n");
    }
    text
}

fn read(content: &[u8]) -> (Vec<Session>, Vec<Notice>) {
    let folder = Folder::new(&[("ex261116.log", content)]);
    read_all(SessionReader::new(folder.query()).unwrap())
}

#[test]
fn a_w3c_log_gives_its_sessions_also_where_its_columns_change() {
    let (sessions, notices) = read(W3C.as_bytes());
    assert_eq!(notices, []);
    assert_eq!(sessions.len(), 3);
    assert!(sessions.iter().all(|session| session.log_type == LogType::IisSmtp));
    assert!(sessions.iter().all(|session| session.complete), "{sessions:?}");

    let received = &sessions[0];
    assert_eq!(received.remote_endpoint(), Some("10.20.0.15"));
    assert_eq!(received.local_endpoint(), Some("10.20.0.9"));
    assert_eq!((received.outcome, received.is_eop), (Outcome::Delivered, None));
    assert!(received.notes.contains(&SessionNote::ReceivedByIis));
    assert_eq!((received.line, received.row_count), (5, 5));

    let refused = &sessions[1];
    assert_eq!(refused.connector(), "MAILGW02\\SMTPSVC1");
    assert_eq!(refused.remote_endpoint(), Some("192.0.2.36:25"));
    assert_eq!(refused.remote_host(), Some("DB5EUR01FT043.mail.protection.outlook.com"));
    assert_eq!((refused.is_eop, refused.outcome), (Some(true), Outcome::Refused));
    assert_eq!(refused.rejection, Some(RejectionClass::RelayDenied));
    assert_eq!(refused.public_ip_address(), Some("198.51.100.24"));
    assert_eq!(refused.tls_status, TlsStatus::Succeeded);
    assert_eq!(refused.messages().next().unwrap().mail_from(), Some("orders@tailspintoys.com"));
    assert_eq!(
        refused.messages().next().unwrap().recipients().next().unwrap().address(),
        "buyer@wingtiptoys.com"
    );
    assert_eq!(refused.notes, [SessionNote::GroupedByAddress]);
    assert_eq!(refused.start_time.to_string(), "2026-11-16T06:00:03.000Z");

    let delivered = &sessions[2];
    assert_eq!((delivered.outcome, delivered.line), (Outcome::Delivered, 28));
    assert_eq!(delivered.remote_host(), Some("mx.wingtiptoys.com"));
    assert_eq!(
        delivered.start_tls_offered, None,
        "the log shows the first line of the reply alone"
    );
    assert_eq!(delivered.tls_status, TlsStatus::NotStarted);
}

#[test]
fn the_native_format_keeps_the_commas_of_a_reply() {
    let (sessions, notices) = read(NATIVE.as_bytes());
    assert_eq!(notices, []);
    assert_eq!(sessions.len(), 1);
    let session = &sessions[0];
    assert_eq!(session.rejection, Some(RejectionClass::RelayDeniedAttr36));
    assert!(session.reply().unwrap().contains("Denied, see KB 3169958, ATTR36 ["));
    assert_eq!(session.start_time.to_string(), "2026-11-16T07:00:03.000Z");
    assert!(session.notes.contains(&SessionNote::LocalTime), "its time has no zone");
}

#[test]
fn day_and_month_of_the_native_format_are_in_the_order_that_the_file_shows() {
    let rows = |dates: &[&str]| -> String {
        dates.iter().map(|date| NATIVE.replace("11/16/26", date)).collect()
    };
    for (name, dates, expected) in [
        ("in261102.log", &["11/2/26"][..], "2026-11-02"),
        ("in261102.log", &["2/11/26"], "2026-11-02"),
        ("in26110207.log", &["02/11/2026"], "2026-11-02"),
        ("u_in2603w1.log", &["4/3/26"], "2026-03-04"),
        ("inetsv1.log", &["2/11/26", "13/11/26"], "2026-11-02"),
        ("inetsv1.log", &["11/2/26", "11/13/26"], "2026-11-02"),
        // Month first, as Microsoft documents it, where nothing shows another order.
        ("inetsv1.log", &["11/2/26"], "2026-11-02"),
        ("inetsv1.log", &["2.11.2026"], "2026-11-02"),
    ] {
        let folder = Folder::new(&[(name, rows(dates).as_bytes())]);
        let (sessions, _) = read_all(SessionReader::new(folder.query()).unwrap());
        let first = sessions.first().map(|one| one.start_time.to_string()).unwrap_or_default();
        assert!(first.starts_with(expected), "{name} {dates:?}: {first}");
    }
}

#[test]
fn any_segment_size_and_number_of_threads_gives_the_same_sessions() {
    let content = [W3C, "\r\n", &log(&["09:59:00 192.0.2.8 < 220 a.example"])].concat();
    let folder = Folder::new(&[
        ("ex261116.log", content.as_bytes()),
        ("in261116.log", NATIVE.as_bytes()),
        (
            "SEND20261116-1.LOG",
            format!("{HEADER}{}", rows(ID, 0, &["+ ", "< 220 x", "- "])).as_bytes(),
        ),
    ]);
    let expected = read_all(SessionReader::new(folder.query()).unwrap());
    assert_eq!(expected.0.len(), 6);
    for segment_size in [200, 333, 4096, 1 << 20] {
        for threads in [1, 2, 3] {
            let query = SessionQuery { threads, ..folder.query() };
            let reader =
                SessionReader::with_settings(query, segment_size, Limits::default(), None).unwrap();
            assert_eq!(read_all(reader), expected, "{segment_size} bytes, {threads} threads");
        }
    }
}

#[test]
fn conversations_with_different_addresses_are_kept_apart() {
    let (sessions, _) = read(
        log(&[
            "08:00:01 192.0.2.1 < 220 a.example",
            "08:00:01 192.0.2.2 < 220 b.example",
            "08:00:02 192.0.2.1 > RSET",
            "08:00:02 192.0.2.2 > RSET",
            "08:00:03 192.0.2.2 > QUIT",
            "08:00:03 192.0.2.1 > QUIT",
            "08:00:03 192.0.2.2 < 221 bye",
            "08:00:04 192.0.2.1 < 221 bye",
        ])
        .as_bytes(),
    );
    let seen: Vec<_> =
        sessions.iter().map(|one| (one.remote_host().unwrap(), one.row_count)).collect();
    assert_eq!(seen, [("b.example", 4), ("a.example", 4)]);
    assert!(sessions.iter().all(|one| one.notes == [SessionNote::GroupedByAddress]));
}

#[test]
fn two_conversations_with_one_address_at_a_time_say_so() {
    let (sessions, _) = read(
        log(&[
            "08:00:01 192.0.2.1 < 220 a.example",
            "08:00:02 192.0.2.1 > EHLO x",
            "08:00:03 192.0.2.1 < 220 a.example",
            "08:00:04 192.0.2.1 > EHLO x",
            "08:00:05 192.0.2.1 > QUIT",
        ])
        .as_bytes(),
    );
    assert_eq!(sessions.len(), 2);
    for session in &sessions {
        assert!(session.notes.contains(&SessionNote::ConversationsInterleaved), "{session:?}");
    }
    assert_eq!((sessions[0].complete, sessions[1].complete), (false, true), "QUIT ends it");
}

#[test]
fn a_long_pause_ends_a_session_and_what_follows_an_end_founds_none() {
    let (sessions, notices) = read(
        log(&[
            "08:00:01 192.0.2.1 < 220 a.example",
            "08:00:02 192.0.2.1 > EHLO x",
            "08:11:03 192.0.2.1 > MAIL FROM:<a@contoso.com>",
            "08:11:03 192.0.2.1 > QUIT",
            "08:11:03 192.0.2.1 < 221 bye",
            "08:11:04 192.0.2.1 < 250 stray",
            "08:11:04 192.0.2.1 < 221 stray",
        ])
        .as_bytes(),
    );
    assert_eq!(sessions.len(), 2, "{sessions:?}");
    assert_eq!((sessions[0].row_count, sessions[1].row_count), (2, 3));
    assert!(!sessions[0].complete && !sessions[1].complete, "its beginning is not in the log");
    assert_eq!(notices.len(), 1);
    assert_eq!((notices[0].code, notices[0].count), (NoticeCode::LateRows, 2));
    assert_eq!(notices[0].line, Some(9));
}

#[test]
fn without_a_date_column_the_day_is_that_of_the_header_also_past_midnight() {
    let content = log(&["23:59:58 192.0.2.1 < 220 a.example", "00:00:02 192.0.2.1 < 421 gone"]);
    let (sessions, _) = read(content.as_bytes());
    let session = &sessions[0];
    assert_eq!(session.start_time.to_string(), "2026-11-16T23:59:58.000Z");
    assert_eq!(session.end_time.to_string(), "2026-11-17T00:00:02.000Z");
    assert_eq!(session.outcome, Outcome::Refused, "421 where the banner was");

    let undated = content.replace("#Date: 2026-11-16 08:00:00\r\n", "");
    let (sessions, notices) = read(undated.as_bytes());
    assert!(sessions.is_empty());
    assert_eq!(notices[0].code, NoticeCode::NotAProtocolLog);
}

#[test]
fn damaged_rows_are_counted_and_the_last_one_may_be_cut() {
    let content = log(&["08:00:01 192.0.2.1 < 220 a.example"])
        + "08:00:02 192.0.2.1 OutboundConnectionCommand 25 EHLO x\r\n\
           8:00 192.0.2.1 OutboundConnectionCommand 25 EHLO x 0\r\n\
           08:00:02 192.0.2.1 Outbound\u{0}ConnectionCommand 25 EHLO x 0\r\n\
           08:00:03 192.0.2.1 OutboundConn";
    let (sessions, notices) = read(content.as_bytes());
    assert_eq!(sessions[0].row_count, 1);
    let seen: Vec<_> = notices.iter().map(|one| (one.code, one.line, one.count)).collect();
    assert_eq!(seen, [(NoticeCode::DamagedRows, Some(5), 3), (NoticeCode::LastRowCut, Some(8), 1)]);
    assert!(notices[0].message.contains("6 fields where 7 are expected"), "{notices:?}");
}

#[test]
fn logs_of_other_services_of_iis_are_refused_by_name() {
    let web = "#Software: Microsoft Internet Information Services 10.0\r\n#Fields: date time s-ip \
        cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip sc-status\r\n\
        2026-11-16 08:00:00 192.0.2.1 GET /owa/ - 443 - 192.0.2.9 200\r\n";
    let without_replies = "#Fields: time c-ip cs-method cs-uri-stem sc-status\r\n";
    for (content, expected) in [(web, "SMTPSVC"), (without_replies, "cs-uri-query")] {
        let (sessions, notices) = read(content.as_bytes());
        assert!(sessions.is_empty());
        assert_eq!(notices[0].code, NoticeCode::NotAProtocolLog);
        assert!(notices[0].message.contains(expected), "{}", notices[0].message);
    }
}

#[test]
fn the_filters_hold_for_logs_of_iis_too() {
    let folder = Folder::new(&[("ex261116.log", W3C.as_bytes())]);
    let count = |filter: SessionFilter| {
        let query = SessionQuery { filter, ..folder.query() };
        read_all(SessionReader::new(query).unwrap()).0.len()
    };
    let all = SessionFilter::default;
    assert_eq!(count(SessionFilter { failed: true, ..all() }), 1);
    assert_eq!(count(SessionFilter { eop_only: true, ..all() }), 1);
    assert_eq!(count(SessionFilter { remote_host: Some("198.51.100.80".into()), ..all() }), 1);
    assert_eq!(count(SessionFilter { connector: Some("*SMTPSVC1".into()), ..all() }), 2);
    let nine = Timestamp::parse("2026-11-16T09:00:00Z");
    assert_eq!(count(SessionFilter { start: nine, ..all() }), 1);
    assert_eq!(count(SessionFilter { end: nine, ..all() }), 2);
}

#[test]
fn many_conversations_that_never_end_stay_within_bounds() {
    let mut content = FIELDS.to_owned();
    for number in 0..40_000 {
        let (high, low) = (number / 250, number % 250);
        let _ = write!(
            content,
            "08:00:00 10.{}.{high}.{low} OutboundConnectionResponse 25 - 220+a.example 0\r\n",
            number % 3
        );
    }
    let (sessions, _) = read(content.as_bytes());
    assert_eq!(sessions.len(), 40_000);
    let rows: u64 = sessions.iter().map(|session| session.row_count).sum();
    assert_eq!(rows, 40_000);
}

proptest! {
    #[test]
    fn no_rows_make_the_reader_panic_and_each_is_kept_or_counted(
        lines in prop::collection::vec(
            (0..4_usize, 0..90_u32, "(220 a|EHLO b|HELO b|STARTTLS|MAIL FROM:<a@b>|RCPT TO:<c@d>|DATA|354 go|250-x|250 ok|421 no|550 5.7.64 TenantAttribution|QUIT|221 bye|\"x|-|)"),
            0..60,
        ),
    ) {
        let mut content = FIELDS.to_owned();
        content.push_str("08:00:00 192.0.2.9 OutboundConnectionCommand 25 NOOP - 0\r\n");
        for (kind, minute, text) in &lines {
            let user = ["OutboundConnectionCommand", "OutboundConnectionResponse", "CLIENT", "-"][*kind];
            let (verb, query) = if *kind == 1 { ("-", text.as_str()) } else { text.split_once(' ').unwrap_or((text, "-")) };
            let query = query.replace(' ', "+");
            let _ = write!(content, "08:{minute:02}:00 192.0.2.1 {user} 25 {verb} {query} {}\r\n", kind * 125);
        }
        let (sessions, notices) = read(content.as_bytes());
        let rows: u64 = sessions.iter().map(|session| session.row_count).sum();
        let counted: u64 = notices.iter().map(|notice| notice.count).sum();
        prop_assert_eq!(rows + counted, lines.len() as u64 + 1);
    }

    #[test]
    fn no_bytes_make_the_parsers_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        read(&[FIELDS.as_bytes(), &bytes].concat());
        read(&[NATIVE.as_bytes(), &bytes].concat());
    }
}
