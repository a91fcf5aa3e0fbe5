//! C programs that use the shipped library through its header, compiled as C99 and as C++17.
//!
//! The library under test is the one of the tests' own build, or named by `EOP_RELAY_LIBRARY` (the
//! path of a shipped one). Without a C compiler the tests say so in one line and check nothing.

use std::collections::BTreeSet;
use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;

use eop_relay::log::LogInput;
use eop_relay::session::{SessionQuery, SessionReader};
use tempfile::TempDir;

use crate::support::{assert_success, library, root, say};

const HEADER: &str = include_str!("../../include/eop_relay.h");
const WARNINGS: [&str; 4] = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"];

/// A language that the header must fit.
struct Language {
    standard: &'static str,
    name: &'static str,
    compiler_variable: &'static str,
    compiler: &'static str,
}

const LANGUAGES: [Language; 2] = [
    Language { standard: "-std=c99", name: "c", compiler_variable: "CC", compiler: "cc" },
    Language { standard: "-std=c++17", name: "c++", compiler_variable: "CXX", compiler: "c++" },
];

#[test]
fn the_sessions_program_says_how_it_is_used() {
    for program in programs("sessions", &library::shipped()) {
        let output = run(&program, &[]);
        assert_eq!(output.status.code(), Some(64));
        assert!(String::from_utf8_lossy(&output.stderr).starts_with("usage: sessions"));
    }
}

/// Each `tests/golden/*.jsonl` was written by hand; the LogPath in its lines says what to read.
#[test]
fn the_sessions_program_prints_the_golden_files() {
    let programs = programs("sessions", &library::shipped());
    let golden = root().join("tests/golden");
    let mut compared = 0;
    for file in fs::read_dir(golden).unwrap().map(|entry| entry.unwrap().path()) {
        if file.extension().is_none_or(|extension| extension != "jsonl") {
            continue;
        }
        compared += 1;
        let expected = json_lines(&fs::read_to_string(&file).unwrap());
        let logs: BTreeSet<&str> =
            expected.iter().map(|session| session["LogPath"].as_str().unwrap()).collect();
        let logs: Vec<&str> = logs.into_iter().collect();
        for program in &programs {
            let output = run(program, &logs);
            assert_success("sessions", &output);
            assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
            let printed = String::from_utf8(output.stdout).unwrap();
            assert_eq!(json_lines(&printed), expected, "{}", file.display());
            assert_eq!(printed, serialised(&logs), "C and serde_json write the same bytes");
            let one_by_one = run(program, &[&["--batch", "1"], &logs[..]].concat());
            assert_eq!(String::from_utf8(one_by_one.stdout).unwrap(), printed);
        }
    }
    assert!(compared > 0);
}

#[test]
fn the_sessions_program_passes_on_filters_and_notices() {
    const LOG: &str = "tests/golden/difficult-texts.log";
    for program in programs("sessions", &library::shipped()) {
        let ids = |arguments: &[&str]| -> Vec<String> {
            let output = run(&program, arguments);
            assert_success("sessions", &output);
            json_lines(&String::from_utf8(output.stdout).unwrap())
                .iter()
                .map(|session| session["SessionId"].as_str().unwrap().to_owned())
                .collect()
        };
        assert_eq!(ids(&["--connector", "*\u{1F4E7}*", LOG]).len(), 2);
        assert_eq!(ids(&["--connector", "Исх*1", "--failed", LOG]).len(), 2);
        assert!(ids(&["--connector", "*\u{1F4E8}*", LOG]).is_empty());
        assert!(ids(&["--eop-only", LOG]).is_empty());
        assert_eq!(ids(&["tests/golden/difficult-*.log"]).len(), 2);
        let output = run(&program, &["tests/golden/no-such-\u{416}.log", LOG]);
        assert_eq!(output.status.code(), Some(10));
        assert_eq!(String::from_utf8(output.stdout).unwrap().lines().count(), 2);
        let notices = String::from_utf8(output.stderr).unwrap();
        assert!(notices.starts_with("Error: NothingFound"), "{notices}");
        assert!(notices.contains("no-such-\u{416}.log"), "{notices}");
        let output = run(&program, &["--connector", "[", LOG]);
        assert_eq!(output.status.code(), Some(70));
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(error.starts_with("open: INVALID_PATTERN: the pattern '['"), "{error}");
    }
}

/// Logs, and the time at which they are judged.
const GUIDE: [&str; 2] = ["examples/logs", "2026-11-16T12:00:00Z"];

#[test]
fn the_c_program_of_the_guide_prints_the_report_of_the_command() {
    let Some(command) = option_env!("CARGO_BIN_EXE_eop-relay") else {
        say("the C program of the guide not compared: the command is not built");
        return;
    };
    let [logs, time] = GUIDE;
    let command =
        Command::new(command).args(["test", "--log", logs, "--at", time]).output().unwrap();
    let expected = String::from_utf8(command.stdout).unwrap();
    assert!(expected.starts_with("REFUSED"), "{expected}");
    for program in programs_from(&root().join("examples/abi/report.c"), &library::shipped()) {
        let output = run(&program, &GUIDE);
        assert_success("report", &output);
        assert_eq!(String::from_utf8(output.stdout).unwrap(), expected);
        assert_eq!(run(&program, &[]).status.code(), Some(64));
        let failed = run(&program, &[logs, "no time"]);
        assert_eq!(failed.status.code(), Some(70));
        assert!(String::from_utf8_lossy(&failed.stderr).contains("no time"));
    }
}

#[test]
fn the_python_program_of_the_guide_prints_the_cause_and_its_first_step() {
    let python = |arguments: &[&str]| {
        Command::new("python3")
            .arg(root().join("examples/abi/report.py"))
            .arg(library::shipped())
            .args(arguments)
            .current_dir(root())
            .output()
    };
    let Ok(output) = python(&GUIDE) else {
        say("the Python program of the guide not run: no python3");
        return;
    };
    assert_success("report.py", &output);
    let printed = String::from_utf8(output.stdout).unwrap();
    let mut lines = printed.lines();
    assert!(lines.next().unwrap().starts_with("Refused: "), "{printed}");
    assert!(lines.next().is_some(), "{printed}");
    let failed = python(&[GUIDE[0], "no time"]).unwrap();
    assert!(String::from_utf8_lossy(&failed.stderr).contains("RuntimeError: "));
}

#[test]
fn every_wrong_use_of_the_shipped_library_is_answered_by_a_status() {
    for program in programs("misuse", &library::shipped()) {
        assert_success("misuse", &run(&program, &[]));
    }
}

#[test]
fn the_shipped_library_cannot_be_made_to_panic() {
    if library::named().is_none() {
        say("panics of the shipped library not tried: EOP_RELAY_LIBRARY does not name one");
        return;
    }
    for program in programs("misuse", &library::shipped()) {
        let output = Command::new(program.path())
            .env("EOP_RELAY_INJECT_PANIC", "eop_session_reader_open")
            .output()
            .unwrap();
        assert_success("misuse", &output);
    }
}

#[test]
fn a_panic_in_a_library_leaves_a_handle_that_can_only_be_freed() {
    for program in programs("misuse", &library::with_assertions()) {
        let output = run(&program, &["panic"]);
        assert_success("misuse panic", &output);
        assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn the_shipped_library_exports_the_functions_of_the_header_and_no_other() {
    let Ok(output) =
        Command::new("nm").args(["-D", "--defined-only"]).arg(library::shipped()).output()
    else {
        say("exports not compared: no nm");
        return;
    };
    assert_success("nm", &output);
    let mut exported: Vec<String> = String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .filter_map(|line| line.split_whitespace().last().map(str::to_owned))
        .collect();
    exported.sort_unstable();
    let mut declared: Vec<String> = HEADER
        .split(|character: char| !(character.is_ascii_alphanumeric() || "_(".contains(character)))
        .filter_map(|word| word.split_once('('))
        .filter(|(name, _)| name.starts_with("eop_"))
        .map(|(name, _)| name.to_owned())
        .collect();
    declared.sort_unstable();
    assert_eq!(exported, declared);
}

#[test]
fn c_sees_the_layout_that_rust_sees() {
    let folder = TempDir::new().unwrap();
    let source = folder.path().join("layout.c");
    fs::write(&source, layout_program()).unwrap();
    for program in programs_from(&source, &library::shipped()) {
        let output = run(&program, &[]);
        assert_success("layout", &output);
        assert_eq!(
            String::from_utf8(output.stdout).unwrap(),
            include_str!("../golden/abi-layout.txt")
        );
    }
}

/// A program that prints the size, alignment and offsets of every struct of the header.
fn layout_program() -> String {
    let mut types = String::new();
    let mut body = String::new();
    let mut name = "";
    for line in HEADER.lines() {
        if let Some(opened) = line.strip_prefix("typedef struct ") {
            name = opened.trim_end_matches(" {");
            writeln!(types, "struct aligned_{name} {{ char first; {name} second; }};").unwrap();
            writeln!(
                body,
                "printf(\"{name} size=%d align=%d\\n\", (int)sizeof({name}), \
                 (int)offsetof(struct aligned_{name}, second));"
            )
            .unwrap();
        } else if line.starts_with("  ") && line.ends_with(';') && !name.is_empty() {
            let declared = line.trim_end_matches(';').split('[').next().unwrap();
            let member = declared.rsplit([' ', '*']).next().unwrap();
            writeln!(
                body,
                "printf(\"{name}.{member} offset=%d size=%d\\n\", (int)offsetof({name}, {member}), \
                 (int)sizeof((({name} *)0)->{member}));"
            )
            .unwrap();
        } else if line.starts_with('}') {
            name = "";
        }
    }
    format!(
        "#include <stdio.h>\n#include \"eop_relay.h\"\n{types}int main(void) {{\n{body}return 0;\n}}\n"
    )
}

fn json_lines(text: &str) -> Vec<serde_json::Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The sessions of these logs as the library itself writes them.
fn serialised(logs: &[&str]) -> String {
    let inputs = logs.iter().map(|log| LogInput { path: log.into(), ..LogInput::default() });
    let query = SessionQuery { inputs: inputs.collect(), ..SessionQuery::default() };
    let mut reader = SessionReader::new(query).unwrap();
    let mut text = String::new();
    while let Some(batch) = reader.next_batch(100, u64::MAX) {
        for session in batch.sessions {
            writeln!(text, "{}", serde_json::to_string(&session).unwrap()).unwrap();
        }
    }
    text
}

/// A compiled program in a folder of its own, since tests run at the same time.
struct Program {
    folder: TempDir,
}

impl Program {
    fn path(&self) -> PathBuf {
        self.folder.path().join("program")
    }
}

/// The program of `tests/c` in every language, linked to that library; none without compilers.
fn programs(name: &str, library: &Path) -> Vec<Program> {
    let source = root().join("tests/c").join(name).with_extension("c");
    programs_from(&source, library)
}

fn programs_from(source: &Path, library: &Path) -> Vec<Program> {
    if !has_compilers() {
        return Vec::new();
    }
    LANGUAGES
        .iter()
        .map(|language| {
            let folder = library.parent().unwrap();
            let program = Program { folder: TempDir::new().unwrap() };
            let output = Command::new(compiler(language))
                .args([language.standard, "-x", language.name])
                .args(WARNINGS)
                .arg("-I")
                .arg(root().join("include"))
                .arg(source)
                .args(["-x", "none"])
                .arg(library)
                .arg(format!("-Wl,-rpath,{}", folder.display()))
                .arg("-o")
                .arg(program.path())
                .output()
                .unwrap();
            assert_success(&source.display().to_string(), &output);
            program
        })
        .collect()
}

fn has_compilers() -> bool {
    static ALL_ARE_THERE: LazyLock<bool> = LazyLock::new(|| {
        let all_are_there = LANGUAGES.iter().all(|language| {
            let run = Command::new(compiler(language)).arg("--version").output();
            run.is_ok_and(|run| run.status.success())
        });
        if !all_are_there {
            say("C tests not run: no C compiler");
        }
        all_are_there
    });
    *ALL_ARE_THERE
}

fn compiler(language: &Language) -> std::ffi::OsString {
    env::var_os(language.compiler_variable).unwrap_or_else(|| language.compiler.into())
}

fn run(program: &Program, arguments: &[&str]) -> Output {
    Command::new(program.path()).current_dir(root()).args(arguments).output().unwrap()
}
