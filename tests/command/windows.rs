//! The command for Windows, run under Wine: the same answers as here, from files of any name.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::support::root;
use crate::support::wine::{self, Wine, output_of, text, windows_path};

const REPLY: &str = "550 5.7.64 TenantAttribution; Relay Access Denied";

/// The command for Windows and where it runs; `None` where that is not possible here.
struct ForWindows {
    wine: &'static Wine,
}

impl ForWindows {
    fn find() -> Option<Self> {
        Some(Self { wine: wine::wine()? })
    }

    fn run(&self, folder: &Path, arguments: &[impl AsRef<OsStr>]) -> Output {
        let mut command = self.wine.command(wine::command().unwrap());
        output_of(command.args(arguments).current_dir(folder))
    }
}

/// What the command for this machine prints on the same.
fn here(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_eop-relay"));
    command.args(arguments).current_dir(root()).output().unwrap()
}

#[test]
fn the_command_imports_nothing_that_a_machine_might_lack() {
    let Some(command) = wine::command() else { return };
    let Some(foreign) = wine::foreign_imports(&command) else { return };
    assert!(foreign.is_empty(), "not part of Windows: {foreign:?}");
}

#[test]
fn it_lists_the_sessions_that_are_listed_here() {
    let Some(windows) = ForWindows::find() else { return };
    for arguments in [
        ["sessions", "--json", "tests/fixtures/interop/SEND2026111501-1.LOG"],
        ["sessions", "--failed", "tests/fixtures/iis/ex261116.log"],
        ["sessions", "--csv", "tests/golden/difficult-texts.log"],
    ] {
        let (there, here) = (windows.run(root(), &arguments), here(&arguments));
        assert_eq!(there.status.code(), here.status.code(), "{arguments:?}");
        assert!(!here.stdout.is_empty());
        assert_eq!(text(&there), text(&here), "{arguments:?}");
    }
}

#[test]
fn it_gives_the_report_of_a_story() {
    let Some(windows) = ForWindows::find() else { return };
    for (story, exit_code) in [("healthy", 0), ("missing-intermediate", 20)] {
        let folder = root().join("examples/stories").join(story);
        let arguments = fs::read_to_string(folder.join("arguments")).unwrap();
        let arguments: Vec<&str> = ["test"].into_iter().chain(arguments.lines()).collect();
        let output = windows.run(&folder, &arguments);
        let golden = fs::read_to_string(folder.join("report.txt")).unwrap();
        assert_eq!(text(&output), golden.replace("\r\n", "\n"), "{story}");
        assert_eq!(output.status.code(), Some(exit_code), "{story}");
    }
}

#[test]
fn it_explains_a_reply() {
    let Some(windows) = ForWindows::find() else { return };
    let (there, here) = (windows.run(root(), &["explain", REPLY]), here(&["explain", REPLY]));
    assert_eq!(there.status.code(), here.status.code());
    assert!(text(&here).contains("5.7.64"));
    assert_eq!(text(&there), text(&here));
}

#[test]
fn paths_with_umlauts_and_of_any_length_are_read() {
    let Some(windows) = ForWindows::find() else { return };
    let folder = TempDir::new().unwrap();
    let short = folder.path().join("Prüfung Straße \u{3A9}\u{4F8B}");
    let long = folder.path().join("x".repeat(120)).join("y".repeat(120)).join("z".repeat(120));
    for below in [short, long] {
        fs::create_dir_all(&below).unwrap();
        let file = below.join("SEND2026111501-1.LOG");
        fs::copy(root().join("tests/fixtures/interop/SEND2026111501-1.LOG"), &file).unwrap();
        let path = windows_path(&file);
        let output = windows.run(root(), &["sessions", "--json", &path]);
        let errors = String::from_utf8_lossy(&output.stderr);
        let first = text(&output).lines().next().map(str::to_owned);
        let first = first.unwrap_or_else(|| panic!("{path}: {errors}"));
        let session: serde_json::Value = serde_json::from_str(&first).unwrap();
        assert_eq!(session["LogPath"], path.as_str());
    }
}

#[test]
fn it_ends_with_the_exit_codes_of_the_command() {
    let Some(windows) = ForWindows::find() else { return };
    for (arguments, expected) in [
        (&["--version"][..], 0),
        (&["sessions", "--no-such-option"], 64),
        (&["sessions", "no-such-folder\\SEND*.LOG"], 40),
        (&["test", "--certificate", "no-such-file.pem"], 40),
    ] {
        let here: Vec<String> =
            arguments.iter().map(|argument| argument.replace('\\', "/")).collect();
        let here: Vec<&str> = here.iter().map(String::as_str).collect();
        assert_eq!(self::here(&here).status.code(), Some(expected), "{arguments:?}");
        let output = windows.run(root(), arguments);
        assert_eq!(output.status.code(), Some(expected), "{arguments:?}: {}", text(&output));
    }
}

#[cfg(unix)]
#[test]
fn on_a_console_it_prints_every_letter_and_fits_80_columns() {
    let Some(windows) = ForWindows::find() else { return };
    let folder = TempDir::new().unwrap();
    let below = folder.path().join("Prüfung Straße \u{3A9}\u{4F8B}");
    fs::create_dir(&below).unwrap();
    let log = below.join("SEND2026111501-1.LOG");
    fs::copy(root().join("tests/fixtures/interop/SEND2026111501-1.LOG"), &log).unwrap();
    let (command, folder) = (wine::command().unwrap(), windows_path(&below));
    for (arguments, shown, expected) in [
        (vec!["sessions", "--outcome", "Refused", &folder], "550 5.7.64 TenantAttribution", 10),
        (vec!["test", "--log", &folder, "--at", "2026-11-15T12:00:00Z"], "WHAT TO DO", 20),
    ] {
        let Some((screen, code)) = windows.wine.on_console(&command, &arguments, b"") else {
            return;
        };
        assert_eq!(code, expected, "{screen}");
        assert!(screen.contains(shown), "{screen}");
        // The console breaks a long name where its line is full.
        let letters: String = screen.split_whitespace().collect();
        assert!(letters.contains("PrüfungStraße\u{3A9}\u{4F8B}"), "{screen}");
        let longest = screen.lines().map(|line| line.chars().count()).max();
        assert!(longest <= Some(80), "{longest:?}: {screen}");
    }
    let Some((screen, code)) = windows.wine.on_console(&command, &["explain", REPLY], b"") else {
        return;
    };
    assert_eq!(code, here(&["explain", REPLY]).status.code().unwrap());
    assert!(screen.contains("5.7.64"), "{screen}");
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_it_at_once() {
    let Some(windows) = ForWindows::find() else { return };
    // It waits for rows that never come; its first line is a warning on the damaged row of the log.
    let arguments = ["sessions", "--follow", "tests/fixtures/interop"];
    let started = std::time::Instant::now();
    let command = wine::command().unwrap();
    let Some((screen, code)) = windows.wine.on_console(&command, &arguments, b"\x03") else {
        return;
    };
    assert_eq!(code, 0, "{screen}");
    assert!(started.elapsed() < std::time::Duration::from_secs(60), "{screen}");
}
