//! The stories as packages of evidence, in the layout of Export-EopRelayEvidence: listed, judged,
//! redacted, and as pages.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use eop_relay::evidence::ContentDigest;
use serde_json::{Value, json};
use zip::write::{SimpleFileOptions, ZipWriter};

use crate::redaction::shape;
use crate::stories::{STORIES, show};

fn run(arguments: &[&str], folder: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_eop-relay"));
    command.args(arguments).current_dir(folder).output().unwrap()
}

/// The arguments of a story that have a value: (name, value).
fn arguments(folder: &Path) -> Vec<(String, String)> {
    let text = fs::read_to_string(folder.join("arguments")).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    lines.chunks(2).map(|pair| (pair[0].to_owned(), pair[1].to_owned())).collect()
}

/// Where the collecting cmdlet puts what an argument gives.
fn place(name: &str, file: &str, server: &str) -> String {
    match name {
        "--log" => format!("{server}/Hub/ProtocolLog/SmtpSend/{file}"),
        "--hybrid-log" => format!("{server}/wizard/{file}"),
        "--inbound-connector" | "--accepted-domain" => format!("tenant/{file}"),
        "--send-connector" => file.to_owned(),
        _ => format!("{server}/{file}"),
    }
}

/// A story as a package: the files by their names in it, and the server and time of judgement.
struct Package {
    files: Vec<(String, Vec<u8>)>,
    server: String,
    at: String,
}

fn package(story: &str) -> Package {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/stories").join(story);
    let arguments = arguments(&folder);
    let value = |name: &str| arguments.iter().find(|(own, _)| own == name).unwrap().1.clone();
    let (server, at) = (value("--server"), value("--at"));
    let mut files = Vec::new();
    let mut domains = Vec::new();
    for (name, value) in &arguments {
        match fs::read(folder.join(value)) {
            Ok(content) => files.push((place(name, value, &server), content)),
            Err(_) if name == "--accepted-domain" => {
                domains.push(json!({ "Name": value, "DomainName": value }));
            }
            Err(_) => assert!(["--server", "--at"].contains(&name.as_str()), "{name} {value}"),
        }
    }
    if !domains.is_empty() {
        let domains = Value::from(domains).to_string().into_bytes();
        files.push(("tenant/accepted-domains.json".to_owned(), domains));
    }
    let listed: Vec<Value> = files
        .iter()
        .map(|(path, content)| {
            let is_of_server = path.starts_with(&format!("{server}/"));
            json!({
                "Path": path, "Length": content.len(), "Sha256": ContentDigest::of(content).sha256.to_ascii_lowercase(),
                "Server": if is_of_server { server.as_str() } else { "" }, "Source": "",
            })
        })
        .collect();
    let manifest = json!({
        "SchemaVersion": 1, "ProductVersion": "0.2.0", "Computer": server,
        "Start": "2026-11-15T00:00:00.000Z", "End": at, "Confidentiality": "Whoever has it.",
        "Files": listed,
        "Missing": [{ "What": "Get-Queue", "Server": server, "Reason": "no such cmdlet" }],
    });
    files.push(("manifest.json".to_owned(), manifest.to_string().into_bytes()));
    Package { files, server, at }
}

impl Package {
    fn zip(&self, path: &Path) {
        let mut archive = ZipWriter::new(fs::File::create(path).unwrap());
        for (name, content) in &self.files {
            archive.start_file(name.as_str(), SimpleFileOptions::default()).unwrap();
            archive.write_all(content).unwrap();
        }
        archive.finish().unwrap();
    }

    fn unpack(&self, folder: &Path) {
        for (name, content) in &self.files {
            let path: PathBuf = folder.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
    }
}

/// Writes a story as a package.
pub fn zip_of(story: &str, path: &Path) {
    package(story).zip(path);
}

/// The manifest of a story as a package.
pub fn manifest_of(story: &str) -> String {
    let (_, content) = package(story).files.pop().unwrap();
    String::from_utf8(content).unwrap()
}

fn judged(package: &str, at: &str, folder: &Path) -> Value {
    let output = run(&["test", "--evidence", package, "--at", at, "--json"], folder);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"))
}

fn listing(package: &str, folder: &Path) -> (Value, Option<i32>) {
    let output = run(&["evidence", "list", package, "--json"], folder);
    (serde_json::from_slice(&output.stdout).unwrap(), output.status.code())
}

#[test]
fn a_story_as_a_package_is_judged_like_its_files_and_so_is_the_redacted_one() {
    for (story, exit) in STORIES {
        let folder = tempfile::tempdir().unwrap();
        let package = package(story);
        package.zip(&folder.path().join("case.zip"));
        package.unpack(&folder.path().join("case"));
        let output = run(&["redact", "case.zip", "sent.zip"], folder.path());
        assert_eq!(output.status.code(), Some(0), "{story}: {output:?}");
        let separate: Value = serde_json::from_slice(&show(story, &["--json"]).stdout).unwrap();
        for name in ["case.zip", "case", "sent.zip"] {
            let report = judged(name, &package.at, folder.path());
            assert_eq!(shape(&report), shape(&separate), "{story} {name}");
            assert_eq!(report["ExitCode"], *exit, "{story} {name}");
            let scopes = report["Scopes"].as_array().unwrap();
            let servers = scopes.iter().map(|scope| scope["Server"].as_str());
            let is_named = |server: Option<&str>| {
                if name == "sent.zip" {
                    server.is_some_and(|server| server != package.server)
                } else {
                    server == Some(package.server.as_str())
                }
            };
            assert!(servers.clone().all(is_named), "{story} {name} {scopes:?}");
        }
    }
}

#[test]
fn each_story_is_a_page_from_its_package() {
    for (story, _) in STORIES {
        let folder = tempfile::tempdir().unwrap();
        let package = package(story);
        package.zip(&folder.path().join("case.zip"));
        let arguments =
            ["test", "--evidence", "case.zip", "--at", &package.at, "--html", "page.html"];
        run(&arguments, folder.path());
        let page = fs::read_to_string(folder.path().join("page.html")).unwrap();
        let report = judged("case.zip", &package.at, folder.path());
        assert!(page.starts_with("<!DOCTYPE html>"), "{story}");
        for text in [report["Cause"].as_str().unwrap(), &package.server] {
            assert!(page.contains(text), "{story} {text}");
        }
        assert!(!page.contains("<script"), "{story}");
    }
}

#[test]
fn a_package_is_listed_with_what_each_file_is() {
    let folder = tempfile::tempdir().unwrap();
    let package = package("missing-intermediate");
    package.zip(&folder.path().join("case.zip"));
    package.unpack(&folder.path().join("case"));
    for name in ["case.zip", "case"] {
        let (listing, exit) = listing(name, folder.path());
        assert_eq!(exit, Some(0), "{listing}");
        let files = listing["Files"].as_array().unwrap();
        assert_eq!(files.len(), package.files.len());
        for file in files {
            let is_manifest = file["Path"] == "manifest.json";
            let expected = if is_manifest { "Manifest" } else { "Same" };
            assert_eq!(file["Comparison"], expected, "{file}");
            assert_eq!(file["Kind"] == "Unused", is_manifest, "{file}");
        }
        assert_eq!(listing["Missing"][0]["What"], "Get-Queue");
        assert_eq!(listing["Collected"][0]["Computer"], "EX01");
    }
    let output = run(&["evidence", "list", "case.zip"], folder.path());
    let text = String::from_utf8(output.stdout).unwrap();
    let log = text.split("SEND2026112401-1.LOG\n").nth(1).unwrap();
    assert!(log.starts_with("    send log, of EX01, "), "{text}");
    assert!(log.lines().next().unwrap().ends_with(" bytes, as collected"), "{text}");
    assert!(text.contains("COULD NOT BE COLLECTED\n  Get-Queue of EX01: no such cmdlet"), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
}

#[test]
fn what_was_changed_added_or_taken_away_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    let case = folder.path().join("case");
    let package = package("healthy");
    package.unpack(&case);
    let log = case.join(&package.files[0].0);
    let mut content = fs::read(&log).unwrap();
    *content.last_mut().unwrap() ^= 1;
    fs::write(&log, content).unwrap();
    fs::write(case.join("note.txt"), "550 5.7.64 TenantAttribution; Relay Access Denied").unwrap();
    fs::remove_file(case.join("tenant/inbound.xml")).unwrap();
    let (listing, exit) = listing("case", folder.path());
    assert_eq!(exit, Some(10), "{listing}");
    let of = |name: &str| {
        let files = listing["Files"].as_array().unwrap();
        files.iter().find(|file| file["Path"].as_str().unwrap().ends_with(name)).unwrap().clone()
    };
    assert_eq!(of(".LOG")["Comparison"], "Differs");
    assert_eq!(of("note.txt")["Comparison"], "NotListed");
    assert_eq!(of("accepted.json")["Comparison"], "Same");
    assert_eq!(listing["Absent"], json!(["tenant/inbound.xml"]));
    let text = String::from_utf8(run(&["evidence", "list", "case"], folder.path()).stdout).unwrap();
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in
        ["NOT AS COLLECTED", "it was changed or cut", "it was added afterwards", "is not there"]
    {
        assert!(words.contains(part), "{part}: {text}");
    }
}

#[test]
fn a_folder_without_a_manifest_is_listed_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.log"), "#Log-type: SMTP Send Protocol Log\r\n").unwrap();
    let output = run(&["evidence", "list", "."], folder.path());
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(text.contains("There is no manifest.json"), "{text}");
    fs::write(folder.path().join("manifest.json"), "{\"SchemaVersion\": 9").unwrap();
    let output = run(&["evidence", "list", "."], folder.path());
    assert_eq!(output.status.code(), Some(40));
    assert!(String::from_utf8_lossy(&output.stdout).contains("no manifest of a package"));
    let output = run(&["evidence", "list", "absent.zip"], folder.path());
    assert_eq!(output.status.code(), Some(40));
}

/// Two servers in one package: what a manifest says of a file is said of no other.
#[test]
fn servers_are_those_of_the_manifest_whatever_their_folders_are_called() {
    let folder = tempfile::tempdir().unwrap();
    let mut package = package("two-causes");
    for (name, content) in &mut package.files {
        *name = name.replace("EX01/Hub/ProtocolLog/SmtpSend/", "logs/1/");
        if name == "manifest.json" {
            let text = String::from_utf8(content.clone()).unwrap();
            let text = text.replace("EX01/Hub/ProtocolLog/SmtpSend/", "logs/1/");
            *content = text.replace("\"EX01\"", "\"MX77\"").into_bytes();
        }
    }
    package.zip(&folder.path().join("case.zip"));
    let report = judged("case.zip", &package.at, folder.path());
    for scope in report["Scopes"].as_array().unwrap() {
        assert_eq!(scope["Server"], "MX77", "{scope}");
    }
}
