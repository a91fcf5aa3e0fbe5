//! Where the answer goes, and what is reported beside it.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_eop-relay"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).args(arguments).env_remove("NO_COLOR");
    command
}

fn run(arguments: &[&str]) -> Output {
    command(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// A command line of each sub-command that gives an answer.
const ANSWERS: &[&[&str]] = &[
    &["sessions", "examples/logs"],
    &["sessions", "--csv", "examples/logs"],
    &["test", "--log", "examples/logs"],
    &["test", "--json", "--log", "examples/logs"],
    &["explain", "550 5.7.64 TenantAttribution; Relay Access Denied"],
    &["chain", "examples/stories/missing-intermediate/sent.pem"],
    &["certificates", "--log", "examples/certificates"],
    &["hybrid", "--at", "2026-11-16", "examples/hybrid"],
    &["events", "examples/stories/missing-intermediate/capi2.xml"],
];

#[test]
fn that_an_input_is_missing_is_said_in_the_same_words_by_every_command() {
    for arguments in [
        &["sessions", "nowhere"][..],
        &["test", "--log", "nowhere"],
        &["test", "--certificate", "nowhere"],
        &["test", "--send-connector", "nowhere"],
        &["test", "--hybrid-log", "nowhere"],
        &["test", "--evidence", "nowhere"],
        &["explain", "--path", "nowhere"],
        &["chain", "nowhere"],
        &["certificates", "--send-connector", "nowhere"],
        &["renew", "--new", "nowhere"],
        &["hybrid", "nowhere"],
        &["events", "nowhere"],
        &["evidence", "list", "nowhere"],
        &["redact", "nowhere", "out"],
    ] {
        let output = run(arguments);
        let said = format!("{}{}", text(&output.stderr), text(&output.stdout));
        assert!(
            said.contains("nowhere: no file or folder has this path\n"),
            "{arguments:?} {said}"
        );
        assert_eq!(output.status.code(), Some(40), "{arguments:?} {said}");
    }
}

#[test]
fn the_answer_can_go_to_a_file() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in ANSWERS {
        let file = folder.path().join("answer");
        let to_file = run(&[arguments, &["-o", file.to_str().unwrap()][..]].concat());
        let plain = run(arguments);
        assert!(to_file.stdout.is_empty(), "{arguments:?}");
        assert_eq!(to_file.status.code(), plain.status.code(), "{arguments:?}");
        // Times of the judgement are those of now.
        let written = fs::read_to_string(&file).unwrap();
        assert_eq!(written.lines().count(), text(&plain.stdout).lines().count(), "{arguments:?}");
        assert!(!written.is_empty(), "{arguments:?}");
    }
}

#[test]
fn a_file_that_cannot_be_written_is_exit_code_1() {
    for arguments in ANSWERS {
        let output = run(&[arguments, &["-o", "no such folder/answer"][..]].concat());
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        let message = text(&output.stderr);
        assert!(message.contains("no such folder/answer cannot be written"), "{message}");
    }
}

#[cfg(unix)]
#[test]
fn without_standard_output_nothing_is_answered_and_nothing_saved() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    let state_argument = ["--state", state.to_str().unwrap()];
    let all: Vec<Vec<&str>> = ANSWERS
        .iter()
        .map(|arguments| arguments.to_vec())
        .chain([[&["sessions", "examples/logs"], &state_argument[..]].concat()])
        .collect();
    for arguments in all {
        let mut shell = Command::new("sh");
        shell.current_dir(env!("CARGO_MANIFEST_DIR"));
        shell.args(["-c", "exec \"$0\" \"$@\" >&-", env!("CARGO_BIN_EXE_eop-relay")]);
        let output = shell.args(&arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert!(text(&output.stderr).contains("standard output is closed"), "{arguments:?}");
    }
    assert!(fs::read_to_string(&state).map_or(true, |text| text.is_empty()));
    // The null device is an output: whoever redirects into it wants the exit code.
    let null = || std::fs::OpenOptions::new().read(true).write(true).open("/dev/null").unwrap();
    for null in [Stdio::null(), Stdio::from(null())] {
        let answer = command(ANSWERS[0]).stdout(null).output().unwrap();
        assert_eq!(answer.status.code(), run(ANSWERS[0]).status.code());
    }
}

#[cfg(unix)]
#[test]
fn a_reader_that_closes_early_leaves_the_state_as_it_was() {
    use std::io::{BufRead, BufReader};

    use crate::common::{Profile, SendLog};

    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("SEND2026111501-1.LOG");
    SendLog::new(1, Profile::CLEAN).write(4 << 20, &mut fs::File::create(&log).unwrap()).unwrap();
    let state = folder.path().join("state");
    let arguments = |form| {
        ["sessions", form, log.to_str().unwrap(), "--state", state.to_str().unwrap()]
            .map(str::to_owned)
    };
    let sessions_of = |output: &Output| text(&output.stdout).lines().count();
    for form in ["--json", "--csv"] {
        let before = fs::read(&state).ok();
        let mut child = command(&[])
            .args(arguments(form))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut first = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
        child.wait().unwrap();
        assert!(!first.is_empty());
        let after = fs::read(&state).ok();
        let is_same = before == after || after.as_deref().is_some_and(<[u8]>::is_empty);
        assert!(is_same, "{form}: the state was saved");
    }
    let all = command(&[]).args(arguments("--json")).output().unwrap();
    let without_state = run(&["sessions", "--json", log.to_str().unwrap()]);
    assert!(sessions_of(&all) > 100 && sessions_of(&all) <= sessions_of(&without_state));
}

#[test]
fn quiet_reports_errors_only() {
    let arguments = ["sessions", "examples/logs", "no-such-file.log"];
    assert!(text(&run(&arguments).stderr).lines().count() > 1);
    for quiet in ["-q", "--quiet"] {
        let output = run(&[&arguments[..], &[quiet]].concat());
        let messages: Vec<&str> = text(&output.stderr).lines().collect();
        assert!(
            matches!(messages[..], [one] if one.starts_with("eop-relay: error:")),
            "{messages:?}"
        );
        assert_eq!(output.status.code(), Some(40));
    }
}

#[test]
fn verbose_reports_also_what_needs_no_attention() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("SEND2026111601-1.LOG");
    let whole = fs::read("examples/logs/SEND2026111601-1.LOG").unwrap();
    // Exchange is still writing the last row.
    fs::write(&log, &whole[..whole.len() - 20]).unwrap();
    let arguments = ["test", "--log", log.to_str().unwrap()];
    let quiet = run(&arguments);
    assert!(quiet.stderr.is_empty(), "{}", text(&quiet.stderr));
    let verbose = run(&[&arguments[..], &["-v"]].concat());
    assert!(text(&verbose.stderr).starts_with("eop-relay: note: "), "{}", text(&verbose.stderr));
    assert_eq!(quiet.stdout.len(), verbose.stdout.len());
}

#[test]
fn colour_is_there_where_it_is_wanted() {
    let arguments = ["test", "--log", "examples/logs"];
    let is_coloured = |more: &[&str], no_color: bool| {
        let mut command = command(&[&arguments[..], more].concat());
        if no_color {
            command.env("NO_COLOR", "1");
        }
        command.output().unwrap().stdout.contains(&0x1B)
    };
    assert!(!is_coloured(&[], false), "a pipe is no terminal");
    assert!(is_coloured(&["--color", "always"], false));
    assert!(is_coloured(&["--color", "always"], true), "the option is nearer than the variable");
    assert!(!is_coloured(&["--color", "never"], false));
    assert!(!is_coloured(&["--color", "auto"], true));
}

#[test]
fn no_line_of_a_report_is_wider_than_80_columns_where_the_width_is_unknown() {
    for story in
        fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/stories")).unwrap()
    {
        let report = fs::read_to_string(story.unwrap().path().join("report.txt")).unwrap();
        for line in report.lines() {
            let is_one_word = line.split_whitespace().count() <= 2;
            assert!(line.chars().count() <= 80 || is_one_word, "{line}");
        }
    }
}

#[test]
fn without_arguments_the_command_is_its_help() {
    let output = run(&[]);
    assert_eq!(output.status.code(), Some(64));
    let help = [text(&output.stdout), text(&output.stderr)].concat();
    assert!(help.contains("Usage: eop-relay") && help.contains("sessions"), "{help}");
}

#[test]
fn times_can_be_given_as_seen_from_now() {
    for arguments in [
        &["sessions", "examples/logs", "--start", "-1h"][..],
        &["sessions", "examples/logs", "--end", "-99999d"],
        &["sessions", "examples/logs", "--start=today 08:00", "--end", "now"],
        &["events", "examples/stories/missing-intermediate/capi2.xml", "--end", "-99999d"],
    ] {
        assert_eq!(run(arguments).status.code(), Some(30), "{arguments:?}");
    }
    for arguments in [
        &["sessions", "examples/logs", "--start", "tomorrow"][..],
        &["test", "--at", "15.11.2026"],
        &["chain", "x", "--at", "-h"],
        &["hybrid", "--at", ""],
    ] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(64), "{arguments:?}");
        assert!(text(&output.stderr).contains("give a time such as"), "{arguments:?}");
    }
}

#[test]
fn completions_and_manual_pages_are_made_of_the_help() {
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let output = run(&["completions", shell]);
        assert_eq!(output.status.code(), Some(0), "{shell}");
        let script = text(&output.stdout);
        assert!(script.contains("warn-days") && script.contains("certificates"), "{shell}");
    }
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(run(&["man", folder.path().to_str().unwrap()]).status.code(), Some(0));
    for (page, part) in [
        ("eop-relay.1", "sessions"),
        ("eop-relay-test.1", "queue"),
        ("eop-relay-sessions.1", "state"),
    ] {
        let page = fs::read_to_string(folder.path().join(page)).unwrap();
        assert!(page.contains(".TH") && page.contains(part), "{page}");
    }
    assert_eq!(run(&["man", "no such folder"]).status.code(), Some(1));
}

/// The command is at work as long as its input does not end.
#[cfg(unix)]
#[test]
fn an_interrupted_command_leaves_nothing_half_written() {
    use std::io::Write;
    use std::os::unix::process::ExitStatusExt;

    let log = fs::read("examples/logs/SEND2026111601-1.LOG").unwrap();
    for (signal, number) in [("INT", 2), ("TERM", 15)] {
        for arguments in [&["--csv", "-o", "answer"][..], &["--parquet", "answer"]] {
            let folder = tempfile::tempdir().unwrap();
            let mut command = Command::new(env!("CARGO_BIN_EXE_eop-relay"))
                .arg("sessions")
                .args(arguments)
                .arg("-")
                .current_dir(folder.path())
                .stdin(Stdio::piped())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            let (mut input, log) = (command.stdin.take().unwrap(), log.clone());
            let writer = std::thread::spawn(move || while input.write_all(&log).is_ok() {});
            let files = || fs::read_dir(folder.path()).unwrap().count();
            while files() == 0 {
                std::thread::sleep(std::time::Duration::from_millis(5));
            }
            let id = command.id().to_string();
            assert!(Command::new("kill").args(["-s", signal, &id]).status().unwrap().success());
            let status = command.wait().unwrap();
            assert_eq!(status.signal(), Some(number), "{arguments:?}: as without a handler");
            assert_eq!(files(), 0, "{signal} {arguments:?}");
            writer.join().unwrap();
        }
    }
}
