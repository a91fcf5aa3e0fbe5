//! Compressed files, archives and standard input, wherever a file is given.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use flate2::Compression;
use flate2::write::GzEncoder;
use zip::write::{SimpleFileOptions, ZipWriter};

fn run(arguments: &[&str], folder: &Path, input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_eop-relay"))
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut pipe = child.stdin.take().unwrap();
    // Who has what is asked for need not read on.
    let _ = pipe.write_all(input);
    drop(pipe);
    child.wait_with_output().unwrap()
}

fn printed(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(content).unwrap();
    packed.finish().unwrap()
}

/// The files of a folder as an archive, below a folder of that name.
fn zip(folder: &Path, below: &str) -> Vec<u8> {
    let mut archive = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.is_file() {
            archive.start_file(format!("{below}/{name}"), SimpleFileOptions::default()).unwrap();
            archive.write_all(&fs::read(path).unwrap()).unwrap();
        }
    }
    archive.finish().unwrap().into_inner()
}

fn story(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/stories").join(name)
}

/// The log of the story.
fn log_of(story: &Path) -> PathBuf {
    let mut entries = fs::read_dir(story).unwrap().map(|entry| entry.unwrap().path());
    let is_log =
        |path: &PathBuf| path.extension().is_some_and(|own| own.eq_ignore_ascii_case("log"));
    entries.find(is_log).unwrap()
}

#[test]
fn a_log_gives_the_same_sessions_compressed_in_an_archive_and_from_standard_input() {
    let folder = tempfile::tempdir().unwrap();
    let log = fs::read(log_of(&story("two-causes"))).unwrap();
    let name = "SEND2026111501-1.LOG";
    let plain = folder.path().join("plain");
    fs::create_dir(&plain).unwrap();
    fs::write(plain.join(name), &log).unwrap();
    fs::write(folder.path().join("case.zip"), zip(&plain, "MX07")).unwrap();
    let packed = folder.path().join("packed");
    fs::create_dir(&packed).unwrap();
    fs::write(packed.join(format!("{name}.gz")), gzip(&log)).unwrap();
    let sessions = |arguments: &[&str], input: &[u8]| {
        let output = run(&[&["sessions", "--json"], arguments].concat(), folder.path(), input);
        let text = printed(&output);
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        let without_path = |line: &str| {
            let mut session: serde_json::Value = serde_json::from_str(line).unwrap();
            session.as_object_mut().unwrap().remove("LogPath").unwrap();
            session
        };
        text.lines().map(without_path).collect::<Vec<_>>()
    };
    let expected = sessions(&["plain"], b"");
    assert!(expected.len() > 1);
    assert_eq!(sessions(&["case.zip"], b""), expected);
    assert_eq!(sessions(&[&format!("case.zip/MX07/{name}")], b""), expected);
    assert_eq!(sessions(&["packed"], b""), expected);
    assert_eq!(sessions(&["-"], &log), expected);
    assert_eq!(sessions(&["-"], &gzip(&log)), expected);
    let archive = zip(&plain, "MX07");
    assert_eq!(sessions(&["-"], &archive), expected);
}

#[test]
fn the_row_that_proves_a_refusal_is_named_inside_its_archive() {
    let folder = tempfile::tempdir().unwrap();
    let story = story("two-causes");
    fs::write(folder.path().join("case.zip"), zip(&story, "case")).unwrap();
    let output = run(&["test", "--evidence", "case.zip", "--at", "2026-11-20"], folder.path(), b"");
    let text = printed(&output);
    let log = log_of(&story).file_name().unwrap().to_str().unwrap().to_owned();
    assert!(text.replace("\n      ", "").contains(&format!("case.zip/case/{log}:")), "{text}");
    let table = String::from_utf8_lossy(&output.stderr).into_owned();
    let line = table.lines().find(|line| line.contains(&log)).unwrap();
    assert!(line.contains("ProtocolLog") && line.contains("send log"), "{table}");
}

#[test]
fn an_archive_is_judged_as_the_folder_that_it_holds() {
    for name in ["missing-intermediate", "two-causes", "healthy"] {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("case.zip"), zip(&story(name), "case")).unwrap();
        let judged = |case: &str, folder: &Path| {
            let arguments = ["test", "--json", "--evidence", case, "--at", "2026-11-20"];
            let report = printed(&run(&arguments, folder, b""));
            let report: serde_json::Value = serde_json::from_str(&report).unwrap();
            (report["Verdict"].clone(), report["Cause"].clone())
        };
        assert_eq!(judged("case.zip", folder.path()), judged(".", &story(name)), "{name}");
        let arguments = ["test", "--json", "--evidence", "-", "--at", "2026-11-20"];
        let report = printed(&run(&arguments, folder.path(), &zip(&story(name), "case")));
        let report: serde_json::Value = serde_json::from_str(&report).unwrap();
        let piped = (report["Verdict"].clone(), report["Cause"].clone());
        assert_eq!(piped, judged("case.zip", folder.path()), "{name}");
    }
}

#[test]
fn standard_input_is_read_wherever_a_file_is_given() {
    let folder = tempfile::tempdir().unwrap();
    let ndr = b"Remote Server returned '550 5.7.64 TenantAttribution; Relay Access Denied'";
    let output = run(&["explain", "--path", "-"], folder.path(), ndr);
    assert!(printed(&output).starts_with("RelayDenied"), "{}", printed(&output));
    let connectors = br#"[{"Name":"From HQ","Enabled":true,"ConnectorType":"OnPremises",
        "TlsSenderCertificateName":"mail.adatum.com"}]"#;
    let given = ["test", "--inbound-connector", "-", "--accepted-domain", "adatum.com", "--json"];
    let text = printed(&run(&given, folder.path(), connectors));
    assert!(!text.contains("ConnectorsNotGiven"), "{text}");
    let text = printed(&run(&given, folder.path(), &gzip(connectors)));
    assert!(!text.contains("ConnectorsNotGiven"), "{text}");
    let log = fs::read(log_of(&story("two-causes"))).unwrap();
    for command in ["test", "certificates"] {
        let given = [command, "--at", "2026-11-20", "--json", "--log"];
        let shown = |path: &str| {
            let output = run(&[&given[..], &[path]].concat(), folder.path(), &log);
            let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
            (report["Cause"].clone(), report["Certificates"].as_array().map(Vec::len))
        };
        fs::write(folder.path().join("SEND.LOG"), &log).unwrap();
        assert_eq!(shown("-"), shown("SEND.LOG"), "{command}");
        #[cfg(unix)]
        assert_eq!(shown("/dev/stdin"), shown("SEND.LOG"), "{command}");
    }
    #[cfg(unix)]
    {
        let tracked =
            b"#Log-type: Message Tracking Log\n#Fields: date-time,event-id,recipient-status\n\
            2026-11-17T05:10:00.000Z,FAIL,550 5.7.64 TenantAttribution; Relay Access Denied\n";
        let output = run(&["explain", "--path", "/dev/stdin"], folder.path(), tracked);
        assert!(printed(&output).starts_with("RelayDenied"), "{}", printed(&output));
    }
    for arguments in [&["test", "--evidence", "-"][..], &["redact", "-", "out"]] {
        let output = run(arguments, folder.path(), &log);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains("pipe a .zip"), "{said}");
    }
    let archive = zip(&story("two-causes"), "case");
    let output = run(&["redact", "-", "redacted"], folder.path(), &archive);
    assert_eq!(output.status.code(), Some(10), "{}", String::from_utf8_lossy(&output.stderr));
    let output = run(&["sessions", "-", "-"], folder.path(), b"");
    assert_eq!(output.status.code(), Some(64), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn an_archive_that_unpacks_itself_is_read_as_one() {
    let folder = tempfile::tempdir().unwrap();
    let archive = zip(&story("two-causes"), "case");
    let program = [b"MZ".as_slice(), &vec![0; 70_000]].concat();
    for (name, content) in [
        ("case.zip", archive.clone()),
        ("case.exe", [&program[..], &archive].concat()),
        ("signed.exe", [&program[..], &archive, &[0; 4_000]].concat()),
    ] {
        fs::write(folder.path().join(name), content).unwrap();
        let output = run(&["sessions", "--json", name], folder.path(), b"");
        assert!(printed(&output).lines().count() > 1, "{name}");
    }
    fs::write(folder.path().join("tool.exe"), &program).unwrap();
    let output = run(&["test", "--evidence", "tool.exe"], folder.path(), b"");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("a program"), "{said}");
}

#[test]
fn an_entry_of_another_method_is_named_with_it_and_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut archive = zip(&story("two-causes"), "case");
    // The method in each header of an entry, local and central (APPNOTE 4.3.7, 4.3.12).
    for (mark, method) in [(b"PK\x03\x04", 8), (b"PK\x01\x02", 10)] {
        for place in memchr::memmem::find_iter(&archive.clone(), mark).collect::<Vec<_>>() {
            archive[place + method] = 9;
        }
    }
    fs::write(folder.path().join("case.zip"), archive).unwrap();
    let output = run(&["sessions", "case.zip"], folder.path(), b"");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("Deflate64") && !said.contains("no .log file"), "{said}");
    assert_eq!(output.status.code(), Some(40));
}

#[test]
fn a_state_is_kept_of_files_alone() {
    let folder = tempfile::tempdir().unwrap();
    let log = fs::read(log_of(&story("two-causes"))).unwrap();
    fs::write(folder.path().join("SEND.LOG"), &log).unwrap();
    for (arguments, words) in [
        (["sessions", "-", "--state", "state"], "no place for"),
        (["sessions", "SEND.LOG", "--state", "-"], "the path of a file"),
    ] {
        let output = run(&arguments, folder.path(), &log);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(64), "{said}");
        assert!(said.contains(words), "{said}");
        assert!(printed(&output).is_empty());
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn what_cannot_be_unpacked_is_named_with_the_reason_and_the_rest_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let log = fs::read(log_of(&story("two-causes"))).unwrap();
    let cut = &gzip(&log)[..200];
    fs::write(folder.path().join("cut.log.gz"), cut).unwrap();
    fs::write(folder.path().join("whole.log"), &log).unwrap();
    let output = run(&["sessions", "."], folder.path(), b"");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("cut.log.gz") && said.contains("damaged or cut"), "{said}");
    assert!(printed(&output).contains("Refused"));
    fs::write(folder.path().join("broken.zip"), b"PK\x03\x04 and nothing that follows").unwrap();
    let output = run(&["test", "--evidence", "broken.zip"], folder.path(), b"");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(40), "{said}");
    assert!(said.contains("damaged or cut archive"), "{said}");
}
