//! The command as its users meet it: what it prints where, and how it ends.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use eop_relay::timestamp::Timestamp;
use serde_json::Value;

use crate::common::{Profile, SendLog};

const EXAMPLES: &str = "examples/logs";
const HEADER: &str = "#Software: Microsoft Exchange Server\r\n#Version: 15.0.0.0\r\n\
                      #Log-type: SMTP Send Protocol Log\r\n#Date: 2026-11-16T01:00:00.000Z\r\n\
                      #Fields: date-time,connector-id,session-id,sequence-number,local-endpoint,\
                      remote-endpoint,event,data,context\r\n";
const CONNECT_ROW: &str = "2026-11-16T01:00:00.000Z,Outbound,08DE24A7C31F0001,0,,\
                           198.51.100.1:25,*,,attempting to connect\r\n";

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_eop-relay"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).args(arguments);
    command
}

fn run(arguments: &[&str]) -> Output {
    command(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// The ids of the sessions that such a query lists, shortened to their last two digits.
fn session_ids(arguments: &[&str]) -> Vec<String> {
    let output = run(&[&["sessions", "--json"], arguments].concat());
    let ids = text(&output.stdout).lines().map(|line| {
        let session: Value = serde_json::from_str(line).unwrap();
        let id = session["SessionId"].as_str().unwrap();
        id[id.len() - 2..].to_owned()
    });
    ids.collect()
}

fn path_text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// What a file of the same folder would be called where `\` separates folders.
fn with_slashes(text: &str) -> String {
    text.replace("logs\\\\SEND", "logs/SEND").replace("logs\\SEND", "logs/SEND")
}

fn golden(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name))
        .unwrap()
}

#[test]
fn the_table_shows_how_each_session_of_the_examples_ended_and_why() {
    let output = run(&["sessions", EXAMPLES]);
    assert_eq!(with_slashes(text(&output.stdout)), golden("sessions.txt"));
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn json_is_one_object_a_line_as_written_by_hand() {
    let output = run(&["sessions", "--json", EXAMPLES]);
    let actual = with_slashes(text(&output.stdout));
    let expected = golden("sessions.jsonl");
    let parse = |line: &str| serde_json::from_str::<Value>(line).unwrap();
    for (actual, expected) in actual.lines().zip(expected.lines()) {
        let (actual, expected) = (parse(actual), parse(expected));
        let id = &expected["SessionId"];
        for (name, value) in expected.as_object().unwrap() {
            assert_eq!(&actual[name], value, "{name} of {id}");
        }
        assert_eq!(actual, expected, "{id}");
    }
    assert_eq!(actual.lines().count(), expected.lines().count());
}

#[test]
fn csv_is_one_flat_line_a_session() {
    let output = run(&["sessions", "--csv", EXAMPLES]);
    assert_eq!(with_slashes(text(&output.stdout)), golden("sessions.csv"));
}

#[test]
fn the_summary_is_the_only_thing_on_standard_error_when_all_is_well() {
    for form in [&["sessions", EXAMPLES][..], &["sessions", "--json", EXAMPLES]] {
        assert_eq!(
            text(&run(form).stderr),
            "7 sessions: 2 Delivered, 1 PartlyRefused, 2 Refused, 1 TlsFailed, 1 ConnectFailed; \
             2 files read\n"
        );
    }
}

#[test]
fn without_a_terminal_there_is_neither_colour_nor_progress() {
    for arguments in [&["sessions", EXAMPLES][..], &["sessions", "--help"], &["--help"], &["x"]] {
        let output = run(arguments);
        for stream in [&output.stdout, &output.stderr] {
            assert!(!stream.iter().any(|byte| matches!(byte, 0x1b | b'\r')), "{arguments:?}");
        }
    }
}

#[test]
fn filters_select_the_sessions_they_name() {
    let cases: [(&[&str], &[&str]); 13] = [
        (&[], &["51", "5C", "5D", "63", "6A", "71", "7E"]),
        (&["--failed"], &["5C", "5D", "63", "6A", "71"]),
        (&["--outcome", "Delivered"], &["51", "7E"]),
        (&["--outcome", "tlsfailed", "--outcome", "REFUSED"], &["5C", "63", "6A"]),
        (&["--failed", "--outcome", "Delivered"], &[]),
        (
            &["--thumbprint", "e8 41 2f 6a 9c 03 d7 b5 51 8e 2a 4c 6f 90 b3 d5 e7 f8 1a 2c"],
            &["5C", "6A"],
        ),
        (&["--connector", "*office*"], &["51", "5C", "5D", "63", "6A", "71", "7E"]),
        (&["--connector", "Inbound*"], &[]),
        (&["--remote-host", "*ft074.*"], &["5C", "6A"]),
        (&["--remote-host", "198.51.100.201"], &["5D"]),
        (
            &["--start", "2026-11-16T01:44:52.318Z", "--end", "2026-11-16T02:20:31.765Z"],
            &["6A", "71"],
        ),
        (&["--start", "2026-11-16T03:20:31.765+01:00"], &["7E"]),
        (&["--eop-only"], &["51", "5C", "63", "6A", "71", "7E"]),
    ];
    for (arguments, expected) in cases {
        let arguments = [arguments, &[EXAMPLES]].concat();
        assert_eq!(session_ids(&arguments), expected, "{arguments:?}");
    }
}

#[test]
fn threads_change_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("SEND20261115-1.LOG");
    SendLog::new(3, Profile::MIXED).write(3 << 20, &mut fs::File::create(&log).unwrap()).unwrap();
    let listed = |threads| run(&["sessions", "--json", "--threads", threads, path_text(&log)]);
    let (one, two) = (listed("1"), listed("2"));
    assert!(one.stdout == two.stdout);
    assert_eq!(text(&one.stderr), text(&two.stderr));
}

#[test]
fn folders_below_are_read_on_request_only() {
    let folder = tempfile::tempdir().unwrap();
    let below = folder.path().join("FrontEnd");
    fs::create_dir(&below).unwrap();
    fs::write(below.join("SEND20261116-1.LOG"), HEADER.to_owned() + CONNECT_ROW).unwrap();
    assert_eq!(session_ids(&["--recurse", path_text(folder.path())]), ["01"]);
    assert!(session_ids(&[path_text(folder.path())]).is_empty());
}

#[test]
fn the_server_is_the_one_given() {
    let output = run(&["sessions", "--json", "--server", "EX01", EXAMPLES]);
    let servers = text(&output.stdout).lines().map(|line| {
        serde_json::from_str::<Value>(line).unwrap()["Server"].as_str().unwrap().to_owned()
    });
    assert!(servers.eq(std::iter::repeat_n("EX01".to_owned(), 7)));
}

#[test]
fn a_damaged_row_is_a_warning_with_its_place_and_exit_code_10() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("SEND20261116-1.LOG");
    fs::write(&log, format!("{HEADER}{CONNECT_ROW}2026-11-16T01:00:01.000Z,Outb\r\n")).unwrap();
    let output = run(&["sessions", path_text(&log)]);
    assert_eq!(output.status.code(), Some(10));
    let errors = text(&output.stderr);
    let place = format!("eop-relay: warning: {}:7: ", log.display());
    assert!(errors.starts_with(&place), "{errors}");
    assert!(errors.ends_with("1 session: 1 Incomplete; 1 file read; 1 row damaged\n"), "{errors}");
}

#[test]
fn no_session_is_no_evidence_and_exit_code_30() {
    for arguments in [&["--connector", "Inbound*"][..], &["--start", "2027-01-01"]] {
        let output = run(&[&["sessions"], arguments, &[EXAMPLES]].concat());
        assert_eq!(output.status.code(), Some(30), "{arguments:?}");
        assert!(output.stdout.is_empty());
        assert!(text(&output.stderr).contains("no evidence"), "{arguments:?}");
    }
}

#[test]
fn an_unreadable_input_is_exit_code_40_and_the_others_are_listed() {
    let output = run(&["sessions", "--json", "no-such-folder", EXAMPLES]);
    assert_eq!(output.status.code(), Some(40));
    assert_eq!(text(&output.stdout).lines().count(), 7);
    let errors = text(&output.stderr);
    assert!(errors.contains("eop-relay: error: no-such-folder: "), "{errors}");
    assert!(errors.trim_end().ends_with("; 1 input not read"), "{errors}");
}

#[test]
fn a_foreign_log_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("HttpProxy_2026111601-1.LOG");
    let lines = [
        "#Software: Microsoft Exchange Server",
        "#Version: 15.02.1118.040",
        "#Log-type: HttpProxy Logs",
        "#Date: 2026-11-16T01:00:00.000Z",
        "#Fields: DateTime,RequestId,MajorVersion",
        "2026-11-16T01:00:00.000Z,3f2b,15",
    ];
    fs::write(&log, lines.join("\r\n")).unwrap();
    let output = run(&["sessions", path_text(&log)]);
    assert_eq!(output.status.code(), Some(40));
    assert!(text(&output.stderr).contains("HttpProxy"), "{}", text(&output.stderr));
}

#[test]
fn a_wrong_command_line_is_exit_code_64() {
    let cases: [&[&str]; 12] = [
        &[],
        &["no-such-command"],
        &["sessions"],
        &["sessions", "--no-such-option", EXAMPLES],
        &["sessions", "--json", "--csv", EXAMPLES],
        &["sessions", "--start", "last tuesday", EXAMPLES],
        &["sessions", "--outcome", "Lost", EXAMPLES],
        &["sessions", "--threads", "0", EXAMPLES],
        &["sessions", "--threads", "many", EXAMPLES],
        &["sessions", "--thumbprint", "E8412F", EXAMPLES],
        &["sessions", "--connector", "[", EXAMPLES],
        &["sessions", "--remote-host", "[", EXAMPLES],
    ];
    for arguments in cases {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(64), "{arguments:?}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
        assert!(!output.stderr.is_empty(), "{arguments:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn output_that_cannot_be_written_is_exit_code_1() {
    for form in [&["sessions", EXAMPLES][..], &["sessions", "--json", EXAMPLES]] {
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = command(form).stdout(full).stderr(Stdio::piped()).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        assert!(text(&output.stderr).starts_with("eop-relay: error: the output cannot be written"));
    }
}

#[test]
fn help_and_version_are_answers() {
    for arguments in [&["--help"][..], &["--version"], &["help"], &["sessions", "--help"]] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
        assert!(output.stderr.is_empty() && !output.stdout.is_empty(), "{arguments:?}");
    }
    assert!(text(&run(&["sessions", "--help"]).stdout).contains("without a zone are UTC"));
}

#[test]
fn a_closed_pipe_ends_it_quietly() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("SEND20261115-1.LOG");
    SendLog::new(1, Profile::CLEAN).write(4 << 20, &mut fs::File::create(&log).unwrap()).unwrap();
    for form in ["--json", "--csv", "--failed"] {
        let arguments = ["sessions", form, path_text(&log), EXAMPLES];
        let mut child =
            command(&arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut first = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(!first.is_empty(), "{form}");
        assert_eq!(output.status.code(), Some(0), "{form}");
        assert!(!text(&output.stderr).contains("error"), "{form}: {}", text(&output.stderr));
    }
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_it_quietly() {
    use std::os::unix::process::ExitStatusExt;

    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("SEND20261115-1.LOG");
    SendLog::new(1, Profile::CLEAN).write(4 << 20, &mut fs::File::create(&log).unwrap()).unwrap();
    // Nobody reads on, so that it stands still with the pipe full until it is interrupted.
    let mut child = command(&["sessions", "--json", path_text(&log)])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut output = BufReader::with_capacity(1, child.stdout.take().unwrap());
    output.read_line(&mut String::new()).unwrap();
    Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    let ended = child.wait_with_output().unwrap();
    assert_eq!(ended.status.signal(), Some(2));
    assert_eq!(text(&ended.stderr), "");
}

#[test]
fn a_state_file_makes_the_next_run_read_on() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("SEND20261116-1.LOG");
    let state = folder.path().join("tasks.state");
    let of_state = ["sessions", "--json", "--state", path_text(&state), path_text(folder.path())];
    // An open session is kept only while its end may still come.
    let now = Timestamp::try_from(time::OffsetDateTime::now_utc()).unwrap().to_string();
    let open_row = CONNECT_ROW.replace("2026-11-16T01:00:00.000Z", &now);
    let end_row = open_row.replace("08DE24A7C31F0001,0,", "08DE24A7C31F0001,1,");
    let end_row = end_row.replace("*,,attempting to connect", "-,,Local");

    fs::write(&log, format!("{HEADER}{open_row}")).unwrap();
    let first = run(&of_state);
    assert_eq!((text(&first.stdout), first.status.code()), ("", Some(30)));
    assert!(text(&first.stderr).contains("note: 1 session still open"), "{}", text(&first.stderr));

    fs::write(&log, format!("{HEADER}{open_row}{end_row}")).unwrap();
    let second = run(&of_state);
    assert_eq!(second.status.code(), Some(0));
    let session: Value = serde_json::from_str(text(&second.stdout)).unwrap();
    assert_eq!((&session["Line"], &session["RowCount"]), (&Value::from(6), &Value::from(2)));
    assert_eq!(text(&run(&of_state).stdout), "");

    let open = open_row.replace("08DE24A7C31F0001", "08DE24A7C31F0002");
    fs::write(&log, format!("{HEADER}{open_row}{end_row}{open}")).unwrap();
    let last = run(&[&of_state[..], &["--final"]].concat());
    assert!(text(&last.stdout).contains("08DE24A7C31F0002"));
    assert_eq!(run(&["sessions", "--final", EXAMPLES]).status.code(), Some(64), "of what?");
}

#[test]
fn a_state_file_in_use_or_damaged_is_an_error_that_says_what_to_do() {
    use eop_relay::session::{SessionQuery, SessionReader, StateOptions};
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tasks.state");
    let of_state = ["sessions", "--state", path_text(&path), EXAMPLES];
    let state = Some(StateOptions { path: path.clone(), ..StateOptions::default() });
    let holder = SessionReader::new(SessionQuery { state, ..SessionQuery::default() }).unwrap();
    let output = run(&of_state);
    assert_eq!(output.status.code(), Some(40));
    assert!(text(&output.stderr).contains("is in use by another run"), "{}", text(&output.stderr));
    drop(holder);

    fs::write(&path, "{\"EopRelayState\":1,").unwrap();
    let output = run(&of_state);
    assert_eq!(output.status.code(), Some(40));
    let error = text(&output.stderr);
    assert!(
        error.contains(path_text(&path)) && error.contains("delete it to begin anew"),
        "{error}"
    );
    assert!(output.stdout.is_empty());
}
