//! A state file and logs that cannot be read at one call: the runs together list each session once.
//!
//! The faults come from a library that is preloaded into the command (tests/c/file_faults.c); faults
//! within a run over many more cases are injected in src/session/reader/tests/faults.rs.

#![cfg(all(target_os = "linux", target_env = "gnu"))]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use eop_relay::timestamp::Timestamp;
use serde_json::Value;

use crate::support::{evtx_forge, say};

const HEADER: &str = "#Software: Microsoft Exchange Server\r\n#Version: 15.0.0.0\r\n\
                      #Log-type: SMTP Send Protocol Log\r\n#Date: 2026-11-16T01:00:00.000Z\r\n\
                      #Fields: date-time,connector-id,session-id,sequence-number,local-endpoint,\
                      remote-endpoint,event,data,context\r\n";

/// The library with the faults; `None`, and a line that says so, without a C compiler.
fn library(folder: &Path) -> Option<PathBuf> {
    let library = folder.join("file_faults.so");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/c/file_faults.c");
    let compiler = std::env::var("CC").unwrap_or_else(|_| "cc".to_owned());
    let built = Command::new(&compiler)
        .args(["-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-o"])
        .args([&library, &source])
        .arg("-ldl")
        .status();
    match built {
        Ok(status) => {
            assert!(status.success(), "{} does not compile", source.display());
            Some(library)
        }
        Err(error) => {
            say(&format!("faults of files not tested: {compiler} cannot be run ({error})"));
            None
        }
    }
}

/// Rows of a session from that one on, of the present time: an open session is kept only while its
/// end may still come.
fn rows(id: u32, sequences: std::ops::Range<u32>) -> String {
    let now = Timestamp::try_from(time::OffsetDateTime::now_utc()).unwrap().to_string();
    let row = |sequence: u32| {
        let event = ["+", "<", ">", "-"][sequence as usize];
        format!("{now},Outbound,{id:016X},{sequence},,198.51.100.1:25,{event},,\r\n")
    };
    sequences.map(row).collect()
}

/// Lets the call of that number on a path below that folder fail with that error.
fn inject(command: &mut Command, fault: (u32, i32, &Path), folder: &Path, report: &Path) {
    let (call, error, library) = fault;
    command
        .env("LD_PRELOAD", library)
        .env("FAULT_FOLDER", folder)
        .env("FAULT_CALL", call.to_string())
        .env("FAULT_ERROR", error.to_string())
        .env("FAULT_REPORT", report);
}

struct Runs {
    folder: tempfile::TempDir,
    sessions: Vec<(String, u64)>,
}

impl Runs {
    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs once; the fault is the number of the call and of the error, in that folder. Returns whether
    /// it was met.
    fn run(&mut self, fault: Option<(u32, i32, &Path)>, place: &str, further: &[&str]) -> bool {
        let report = self.path("report");
        let mut command = Command::new(env!("CARGO_BIN_EXE_eop-relay"));
        command.args(["sessions", "--json", "--threads", "1", "--state"]);
        command.arg(self.path("state/file"));
        command.args(further).arg(self.path("logs"));
        if let Some(fault) = fault {
            inject(&mut command, fault, &self.path(place), &report);
        }
        let output = command.output().unwrap();
        for line in std::str::from_utf8(&output.stdout).unwrap().lines() {
            let session: Value = serde_json::from_str(line).unwrap();
            let id = session["SessionId"].as_str().unwrap().to_owned();
            self.sessions.push((id, session["RowCount"].as_u64().unwrap()));
        }
        fs::remove_file(report).is_ok()
    }
}

#[test]
fn a_call_that_fails_in_one_run_gives_no_session_twice_and_loses_none() {
    let folder = tempfile::tempdir().unwrap();
    let Some(library) = library(folder.path()) else { return };
    let errors = [libc::EIO, libc::EACCES, libc::ENOENT, libc::EINTR];
    // 0 = a read gives one byte.
    let of_logs = errors.into_iter().chain([0]).map(|error| ("logs", error));
    let of_state = errors.into_iter().map(|error| ("state", error));
    for (place, error) in of_logs.chain(of_state) {
        let mut met = 0;
        for call in 1.. {
            let folder = tempfile::tempdir().unwrap();
            let mut runs = Runs { folder, sessions: Vec::new() };
            fs::create_dir(runs.path("logs")).unwrap();
            fs::create_dir(runs.path("state")).unwrap();
            let [first, second] = ["logs/SEND20261128-1.LOG", "logs/SEND20261128-2.LOG"];
            let begun = format!("{HEADER}{}{}", rows(1, 0..4), rows(2, 0..2));
            fs::write(runs.path(first), &begun).unwrap();
            runs.run(None, place, &[]);
            fs::write(runs.path(first), format!("{begun}{}", rows(2, 2..3))).unwrap();
            let rest = format!("{HEADER}{}{}", rows(2, 3..4), rows(3, 0..4));
            fs::write(runs.path(second), rest).unwrap();
            let is_met = runs.run(Some((call, error, &library)), place, &[]);
            runs.run(None, place, &[]);
            runs.run(None, place, &["--final"]);
            runs.sessions.sort();
            let expected: Vec<(String, u64)> = (1..4).map(|id| (format!("{id:016X}"), 4)).collect();
            assert_eq!(runs.sessions, expected, "{place}: error {error} at call {call}");
            met += u32::from(is_met);
            if !is_met {
                break;
            }
        }
        let least = if place == "logs" { 10 } else { 3 };
        assert!(met > least, "{place}: {met} calls met error {error}");
    }
}

/// Its sessions were given: they are not given again.
#[test]
fn a_state_that_cannot_take_its_name_is_said_and_the_next_run_goes_on_from_it() {
    let folder = tempfile::tempdir().unwrap();
    let Some(library) = library(folder.path()) else { return };
    fs::create_dir(folder.path().join("logs")).unwrap();
    fs::create_dir(folder.path().join("state")).unwrap();
    let log = folder.path().join("logs/SEND20261128-1.LOG");
    let state = folder.path().join("state/file");
    let run = |has_names: bool| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_eop-relay"));
        command.args(["sessions", "--csv", "--state"]).arg(&state).arg(&log);
        if !has_names {
            command
                .env("LD_PRELOAD", &library)
                .env("FAULT_FOLDER", folder.path())
                .env("FAULT_RENAMES", "1");
        }
        let output = command.output().unwrap();
        let listed = String::from_utf8(output.stdout).unwrap().lines().count().saturating_sub(1);
        (listed, output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let first = format!("{HEADER}{}", rows(1, 0..4));
    fs::write(&log, &first).unwrap();
    let (listed, code, error) = run(false);
    assert_eq!((listed, code), (1, Some(40)), "{error}");
    assert!(error.contains("cannot be written"), "{error}");
    // Nothing is given before the name is.
    fs::write(&log, first + &rows(2, 0..4)).unwrap();
    let (listed, code, _) = run(false);
    assert_eq!((listed, code), (0, Some(40)));
    assert_eq!(run(true).0, 1);
    assert_eq!(run(true).0, 0);
}

#[test]
fn an_event_log_that_cannot_be_read_is_not_one_that_is_off() {
    let folder = tempfile::tempdir().unwrap();
    let Some(library) = library(folder.path()) else { return };
    let (events, report) = (folder.path().join("events"), folder.path().join("report"));
    fs::create_dir(&events).unwrap();
    let xml = include_str!("../fixtures/chain-events/partial-chain.xml");
    let xml = xml[xml.find("<Event ").unwrap()..].split_inclusive("</Event>").next().unwrap();
    fs::write(events.join("capi2.evtx"), evtx_forge::evtx(&[xml.to_owned()])).unwrap();
    let run = |fault: Option<u32>| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_eop-relay"));
        command.arg("events").arg(&events);
        if let Some(call) = fault {
            inject(&mut command, (call, libc::EIO, &library), &events, &report);
        }
        command.output().unwrap()
    };
    let good = run(None);
    let mut unreadable = 0;
    for call in 1.. {
        let output = run(Some(call));
        if fs::remove_file(&report).is_err() {
            break;
        }
        let error = std::str::from_utf8(&output.stderr).unwrap();
        // Some calls only ask what is known another way.
        if output.status.code() == good.status.code() && output.stdout == good.stdout {
            continue;
        }
        assert_eq!(output.status.code(), Some(40), "call {call}: {error}");
        assert!(error.contains("cannot be read") && !error.contains("is off"), "{call}: {error}");
        unreadable += 1;
    }
    assert!(unreadable > 5, "{unreadable}");
}

/// The exit code and the messages of the command in a folder.
fn run_in(folder: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_eop-relay"));
    let output = command.args(arguments).current_dir(folder).output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

/// A copy that lost its first bytes says nothing of whether the log is on.
#[test]
fn what_is_named_as_an_event_log_and_is_none_is_not_one_that_is_off() {
    let folder = tempfile::tempdir().unwrap();
    for content in
        [&b""[..], &[0; 4096], b"not an event log", b"lfFile\0 of which the first byte is gone"]
    {
        fs::write(folder.path().join("capi2.EVTX"), content).unwrap();
        for arguments in [&["events", "capi2.EVTX"][..], &["test", "--chain-event", "capi2.EVTX"]] {
            let (code, error) = run_in(folder.path(), arguments);
            assert_eq!(code, Some(40), "{arguments:?} {content:?}: {error}");
            assert!(error.contains("cannot be read as an event log"), "{error}");
            assert!(!error.contains("is off by default: turn it on"), "{error}");
        }
    }
}

#[test]
fn a_file_of_something_else_says_nothing_of_the_log_and_an_empty_export_that_it_is_empty() {
    let folder = tempfile::tempdir().unwrap();
    for (content, is_log) in [
        (&b"MZ\x90\x00\x03\x04\x00\x01\xfe"[..], false),
        (b"Get-ExchangeCertificate, as it was shown", false),
        (b"<html><body>500</body></html>", false),
        (b"[{\"Name\": \"Inbound from HQ\"}]", false),
        (b"", true),
        (b"\xEF\xBB\xBF\r\n", true),
        (b"[]\r\n", true),
        (b"<?xml version=\"1.0\"?><Events></Events>", true),
        (b"\xFF\xFE<\0E\0v\0e\0n\0t\0s\0/\0>\0", true),
    ] {
        fs::write(folder.path().join("capi2.xml"), content).unwrap();
        for arguments in [&["events", "capi2.xml"][..], &["test", "--chain-event", "capi2.xml"]] {
            let (code, error) = run_in(folder.path(), arguments);
            let is_refused = error.contains("cannot be read as an event log");
            assert_eq!(is_refused, !is_log, "{arguments:?} {content:?}: {error}");
            let expected = if is_log { 30 } else { 40 };
            assert_eq!(code, Some(expected), "{arguments:?} {content:?}: {error}");
        }
    }
}
