//! Sessions as they end: `sessions --follow` and `--until-success`.

use std::fs;
use std::io::{BufRead, BufReader, Lines};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use serde_json::Value;

const LOG: &str = "examples/stories/healthy/SEND2026112401-1.LOG";

/// The rows of a log of two sessions that delivered, with session ids of their own.
fn rows(mark: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/stories/healthy");
    let log = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.extension().is_some_and(|extension| extension == "LOG"))
        .unwrap_or_else(|| panic!("{LOG}"));
    fs::read_to_string(log).unwrap().replace(",08DE", &format!(",08{mark}"))
}

struct Following {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Following {
    fn start(folder: &Path, arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_eop-relay"))
            .args(["sessions", "--json", "--recurse", "--timeout", "30s"])
            .args(arguments)
            .arg(folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    /// The ids of the next two sessions.
    fn next_two(&mut self) -> Vec<String> {
        let session = |line: String| serde_json::from_str::<Value>(&line).unwrap();
        let next = self.lines.by_ref().take(2).map(|line| session(line.unwrap()));
        next.map(|session| session["SessionId"].as_str().unwrap().to_owned()).collect()
    }

    fn end(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

#[test]
fn sessions_are_listed_as_they_end_over_rotation_and_new_folders() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, mark: &str| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, rows(mark)).unwrap();
    };
    write("Hub/SEND2026112401-1.LOG", "D1");
    let mut following = Following::start(folder.path(), &["--follow", "--start", "2020-01-01"]);
    let are_of = |ids: &[String], mark: &str| {
        assert_eq!(ids.len(), 2);
        assert!(ids.iter().all(|id| id.starts_with(&format!("08{mark}"))), "{ids:?}");
    };
    are_of(&following.next_two(), "D1");
    // The next file, and a folder that was not there before.
    write("Hub/SEND2026112402-1.LOG", "D2");
    are_of(&following.next_two(), "D2");
    write("Edge/SEND2026112401-1.LOG", "D3");
    are_of(&following.next_two(), "D3");
    following.end();
}

#[test]
fn the_first_success_ends_the_waiting_and_is_named() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("SEND2026112401-1.LOG"), rows("D1")).unwrap();
    let following = Following::start(folder.path(), &["--until-success", "--start", "2020-01-01"]);
    let output = following.child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(errors.contains("accepted: the session of 20"), "{errors}");
}

#[test]
fn what_ended_before_is_no_success_and_that_none_came_is_said() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("SEND2026112401-1.LOG"), rows("D1")).unwrap();
    let started = std::time::Instant::now();
    let output = Command::new(env!("CARGO_BIN_EXE_eop-relay"))
        .args(["sessions", "--json", "--until-success", "--timeout", "2s"])
        .arg(folder.path())
        .output()
        .unwrap();
    assert!(started.elapsed() >= Duration::from_secs(2));
    assert_eq!(output.status.code(), Some(30));
    assert!(output.stdout.is_empty());
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(errors.contains("no session of that kind came"), "{errors}");
}
