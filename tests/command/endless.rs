//! What is no file: opening a pipe waits for its writer, and a device has no end.

#![cfg(unix)]

use std::fs;
use std::process::Command;

const LOG: &str = "SEND2026111501-1.LOG";

/// Each with the path in place of `PATH`.
const LINES: &[&[&str]] = &[
    &["sessions", "PATH"],
    &["sessions", "--state", "PATH", LOG],
    &["chain", "PATH"],
    &["chain", "--intermediates", "PATH", "server.cer"],
    &["hybrid", "PATH"],
    &["events", "PATH"],
    &["explain", "--path", "PATH"],
    &["test", "--log", "PATH"],
    &["test", "--certificate", "PATH"],
    &["test", "--inbound-connector", "PATH"],
    &["test", "--accepted-domain", "PATH"],
    &["test", "--send-connector", "PATH"],
    &["test", "--installed", "PATH"],
    &["test", "--queue-error", "PATH"],
    &["test", "--hybrid-log", "PATH"],
    &["test", "--chain-event", "PATH"],
    &["test", "--evidence", "PATH"],
    &["certificates", "--send-connector", "PATH"],
    &["renew", "--new", "PATH"],
    &["redact", "PATH", "redacted", "--key", "key"],
];

#[test]
fn pipes_and_devices_are_refused_by_name_wherever_a_file_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    let made = Command::new("mkfifo").arg(folder.path().join("pipe")).status().unwrap();
    assert!(made.success());
    fs::write(folder.path().join(LOG), include_bytes!("../fixtures/interop/SEND2026111501-1.LOG"))
        .unwrap();
    let certificate = include_bytes!("../fixtures/certificates/mail.contoso.com.cer");
    fs::write(folder.path().join("server.cer"), certificate).unwrap();
    let mut wrong = Vec::new();
    for line in LINES {
        for path in ["pipe", "/dev/zero"] {
            let arguments = line.iter().map(|word| if *word == "PATH" { path } else { *word });
            // A hang is its exit code 124.
            let output = Command::new("timeout")
                .args(["20", env!("CARGO_BIN_EXE_eop-relay")])
                .args(arguments)
                .current_dir(folder.path())
                .output()
                .unwrap();
            let said = [output.stdout, output.stderr].concat();
            let said = String::from_utf8_lossy(&said).replace('\n', " ");
            let names_it = said.contains(path) && said.contains("device");
            if !matches!(output.status.code(), Some(40 | 64)) || !names_it {
                wrong.push(format!("{line:?} {path}: {:?}: {said}", output.status.code()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// As root a file that took the name of a device would take it from everybody.
#[test]
fn no_result_takes_the_place_of_a_pipe_a_folder_or_a_link() {
    use std::os::unix::fs::FileTypeExt;
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    assert!(Command::new("mkfifo").arg(place("pipe")).status().unwrap().success());
    fs::create_dir(place("folder")).unwrap();
    std::os::unix::fs::symlink("nowhere", place("dangling")).unwrap();
    fs::write(place("file"), "old").unwrap();
    std::os::unix::fs::symlink("file", place("link")).unwrap();
    fs::write(place(LOG), include_bytes!("../fixtures/interop/SEND2026111501-1.LOG")).unwrap();
    let run = |line: &[&str], path: &str| {
        let arguments = line.iter().map(|word| if *word == "PATH" { path } else { *word });
        let mut command = Command::new("timeout");
        command.args(["20", env!("CARGO_BIN_EXE_eop-relay")]).args(arguments);
        let output = command.current_dir(folder.path()).output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let mut lines: Vec<&[&str]> = vec![
        &["test", "--log", LOG, "--html", "PATH"],
        &["test", "--log", LOG, "--prometheus", "PATH"],
    ];
    if cfg!(feature = "parquet") {
        lines.push(&["sessions", "--parquet", "PATH", LOG]);
    }
    for line in lines {
        for (path, why) in [("pipe", "device"), ("folder", "folder"), ("dangling", "leads nowhere")]
        {
            let (code, error) = run(line, path);
            assert_eq!(code, Some(1), "{line:?} {path}: {error}");
            assert!(error.contains(path) && error.contains(why), "{line:?} {path}: {error}");
        }
        run(line, "link");
        assert!(
            place("link").is_symlink() && fs::read(place("file")).unwrap() != b"old",
            "{line:?}"
        );
        fs::write(place("file"), "old").unwrap();
    }
    assert!(fs::metadata(place("pipe")).unwrap().file_type().is_fifo());
    let names = fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(names, 6, "nothing is left beside them");
}

/// And no text of that name.
#[test]
fn a_link_that_leads_nowhere_is_a_file_that_cannot_be_read() {
    let folder = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink("nowhere", folder.path().join("exported")).unwrap();
    for option in ["--accepted-domain", "--queue-error", "--send-connector"] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_eop-relay"));
        let output =
            command.args(["test", option, "exported"]).current_dir(folder.path()).output().unwrap();
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(40), "{option}: {error}");
        assert!(error.contains("exported"), "{option}: {error}");
    }
}

/// What a shell names the output of a command.
#[test]
fn the_output_of_a_command_is_read_as_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let script = format!(
        "{} test --inbound-connector <(printf '[]') --at 2026-11-15",
        env!("CARGO_BIN_EXE_eop-relay")
    );
    let output =
        Command::new("bash").args(["-c", &script]).current_dir(folder.path()).output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(30), "{error}");
    assert!(!error.contains("device"), "{error}");
}
