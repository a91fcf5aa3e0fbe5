//! The library for Windows as it is shipped: what it imports, exports and says of itself, and, under
//! Wine, what programs do with it. What Wine says of certificates is no evidence of what Windows
//! says: there the calls are tested, not the verdicts.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use eop_relay::certificate::Certificate;
use eop_relay::log::LogInput;
use eop_relay::session::{SessionQuery, SessionReader};
use serde_json::Value;

use crate::support::wine::{
    self, Wine, library, output_of, program, text, tmp, windows_path, wine,
};
use crate::support::{assert_success, is_installed, root, say};

const HEADER: &str = include_str!("../../include/eop_relay.h");
const LEAF: &str = "tests/fixtures/certificates/mail.contoso.com.cer";
const INTERMEDIATE: &str = "tests/fixtures/certificates/fabrikam-ca-5.cer";
const INTEROP_LOG: &str = "tests/fixtures/interop/SEND2026111501-1.LOG";

#[test]
fn the_dll_imports_nothing_that_a_server_might_lack() {
    let Some(library) = library() else { return };
    let Some(foreign) = wine::foreign_imports(&library) else { return };
    assert!(foreign.is_empty(), "not part of Windows: {foreign:?}");
}

#[test]
fn the_dll_exports_the_functions_of_the_header_and_no_other() {
    let Some(library) = library() else { return };
    let Some(headers) = wine::private_headers(&library) else { return };
    let (_, names) = headers.split_once("[Ordinal/Name Pointer] Table").expect("a table of names");
    let mut exported: Vec<&str> = names
        .lines()
        .skip(1)
        .take_while(|line| line.trim_start().starts_with('['))
        .filter_map(|line| line.split_whitespace().last())
        .collect();
    exported.sort_unstable();
    let mut declared: Vec<&str> = HEADER
        .split(|character: char| !(character.is_ascii_alphanumeric() || "_(".contains(character)))
        .filter_map(|word| word.split_once('('))
        .map(|(name, _)| name)
        .filter(|name| name.starts_with("eop_"))
        .collect();
    declared.sort_unstable();
    assert_eq!(exported, declared);
}

#[test]
fn the_dll_says_its_version_and_name() {
    let Some(library) = library() else { return };
    let bytes = fs::read(library).unwrap();
    for (key, value) in [
        ("FileVersion", env!("CARGO_PKG_VERSION")),
        ("ProductVersion", env!("CARGO_PKG_VERSION")),
        ("ProductName", "EopRelay"),
        ("OriginalFilename", "eop_relay.dll"),
    ] {
        let key_at = find(&bytes, &utf16(key)).expect(key);
        let value_at = find(&bytes[key_at..], &utf16(value)).expect(value);
        assert!(value_at <= 2 * key.len() + 8, "{key} is not followed by {value}");
    }
}

#[test]
fn a_c_program_prints_the_sessions_of_the_golden_files() {
    let (Some(wine), Some(program)) = (wine(), program("sessions")) else { return };
    let mut compared = 0;
    for golden in golden_files() {
        let logs = logs_of(&golden);
        let output = output_of(wine.command(&program).args(&logs));
        assert_success("sessions.exe", &output);
        assert_eq!(text(&output), serialised(&logs), "{}", golden.display());
        compared += 1;
    }
    assert!(compared > 0, "there is no golden file");
}

#[test]
fn every_wrong_use_of_the_dll_is_answered_by_a_status() {
    let (Some(wine), Some(program)) = (wine(), program("misuse")) else { return };
    assert_success("misuse.exe", &output_of(&mut wine.command(program)));
}

#[test]
fn logs_are_read_while_they_grow_move_and_go_and_wherever_they_lie() {
    let (Some(wine), Some(program)) = (wine(), program("windows/sharing")) else { return };
    let folder = tmp("windows-sharing");
    fs::remove_dir_all(&folder).unwrap();
    fs::create_dir_all(&folder).unwrap();
    wine.share("logs", &folder);
    let arguments = [windows_path(&folder), r"\\localhost\logs".to_owned()];
    let output = output_of(wine.command(program).args(arguments));
    assert_success("sharing.exe", &output);
    assert_eq!(text(&output).lines().count(), 6, "{}", text(&output));
}

#[test]
fn certificates_keys_and_chains_of_the_machine_are_read() {
    let (Some(wine), Some(program)) = (wine(), program("windows/stores")) else { return };
    let output = output_of(wine.command(program).args([LEAF, INTERMEDIATE]));
    assert_success("stores.exe", &output);
    let [stores, chain] = json_lines(&text(&output)).try_into().expect("two lines");
    let [leaf, intermediate] = [LEAF, INTERMEDIATE]
        .map(|path| Certificate::from_der(&fs::read(root().join(path)).unwrap()).unwrap())
        .map(|certificate| certificate.thumbprint().to_string());

    let [entry] = stores["My"].as_array().unwrap().as_slice() else { panic!("{stores}") };
    assert_eq!(entry["Thumbprint"], leaf);
    assert_eq!(entry["FriendlyName"], "Renewed 2026 \u{4e2d}");
    let key = &entry["PrivateKey"];
    assert_eq!(key["Kind"], "CSP");
    assert_eq!(key["Provider"], "Microsoft Enhanced RSA and AES Cryptographic Provider");
    assert_eq!(key["Container"], "EopRelay test");
    assert_eq!(key["IsMachineKey"], true);
    assert_eq!(key["Presence"], "Present", "{key}");
    let intermediates = stores["Intermediates"].as_array().unwrap();
    assert!(intermediates.iter().any(|one| one["Thumbprint"] == intermediate), "{stores}");
    assert!(stores["Roots"].is_array(), "{stores}");

    assert_eq!(chain["Certificates"][0]["Thumbprint"], leaf);
    assert_eq!(chain["Certificates"][1]["Origin"], "IntermediateStore", "{chain}");
    let runs = chain["Windows"]["Runs"].as_array().unwrap();
    let modes: Vec<&str> = runs.iter().map(|run| run["Mode"].as_str().unwrap()).collect();
    assert_eq!(modes, ["StoresOnly", "Download", "CachedRevocation"]);
    for run in runs {
        assert_eq!(run["Elements"][0]["Thumbprint"], leaf, "{run}");
        let policies: Vec<&str> = run["Policies"]
            .as_array()
            .unwrap()
            .iter()
            .map(|policy| policy["Policy"].as_str().unwrap())
            .collect();
        assert_eq!(policies, ["Base", "Ssl"]);
    }
}

#[test]
fn csharp_on_windows_gives_the_objects_of_the_core() {
    let Some(dotnet) = dotnet() else { return };
    let mut compared = 0;
    for golden in golden_files() {
        let logs = logs_of(&golden);
        let printed = dotnet.print(&[&["sessions", &dotnet.bin], &as_text(&logs)[..]].concat());
        let expected = json_lines(&fs::read_to_string(&golden).unwrap());
        assert_eq!(json_lines(&printed), expected, "{}", golden.display());
        compared += 1;
    }
    assert!(compared > 0, "there is no golden file");
    let logs = [INTEROP_LOG.to_owned()];
    assert_eq!(dotnet.print(&["sessions", &dotnet.bin, INTEROP_LOG]), serialised(&logs));
}

/// Only the checks that catch no exception, or one: .NET ends under Wine 8 when more are thrown.
#[test]
fn the_structs_of_csharp_lie_in_memory_as_those_of_the_dll() {
    let Some(dotnet) = dotnet() else { return };
    dotnet.pass(&["layout", "tests/golden/abi-layout.txt"]);
}

#[test]
fn a_thumbprint_alone_is_judged_with_the_stores_of_the_machine() {
    let (Some(dotnet), Some(program)) = (dotnet(), program("windows/stores")) else { return };
    let arguments = [LEAF, INTERMEDIATE, "keep"];
    assert_success("stores.exe", &output_of(dotnet.wine.command(program).args(arguments)));
    let leaf = Certificate::from_der(&fs::read(root().join(LEAF)).unwrap()).unwrap();
    let thumbprint = leaf.thumbprint().to_string();
    let report = &json_lines(&dotnet.print(&["stored", &dotnet.bin, &thumbprint]))[0];
    assert_eq!(report["Certificate"]["Thumbprint"], thumbprint);
    assert_eq!(report["Chain"]["Completeness"], "Complete", "{report}");
    assert_eq!(report["Chain"]["Windows"]["Runs"].as_array().unwrap().len(), 3);
    assert_eq!(report["Chain"]["Certificates"][1]["Origin"], "IntermediateStore");
    let causes: Vec<&str> = report["Findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| finding["Id"].as_str().unwrap())
        .collect();
    assert!(
        !causes.contains(&"InputUnreadable") && !causes.contains(&"NoPrivateKey"),
        "{causes:?}"
    );
}

#[test]
fn a_dll_that_windows_marks_as_downloaded_is_said_to_be_blocked() {
    let Some(dotnet) = dotnet() else { return };
    let blocked = tmp("windows-blocked");
    fs::create_dir_all(blocked.join("win-x64")).unwrap();
    fs::write(blocked.join("win-x64/eop_relay.dll"), "no library").unwrap();
    // Wine keeps no streams; a file of that name stands for the one of NTFS.
    fs::write(blocked.join("win-x64/eop_relay.dll:Zone.Identifier"), "[ZoneTransfer]").unwrap();
    dotnet.pass(&["blocked", &windows_path(&blocked)]);
}

#[test]
fn csharp_on_windows_judges_sessions_as_the_core_does() {
    let Some(dotnet) = dotnet() else { return };
    let printed = dotnet.print(&["test", &dotnet.bin, INTEROP_LOG]);
    let [live, serialised] = json_lines(&printed).try_into().unwrap();
    assert_eq!(live, serialised);
    assert_eq!(live["Verdict"], "Refused", "{live}");
}

/// .NET for Windows, and the tests of the C# layer compiled for it.
struct Dotnet {
    wine: &'static Wine,
    launcher: PathBuf,
    program: PathBuf,
    /// What `EopRelay\bin` is in an installed module.
    bin: String,
}

/// `None` where something is missing, after one line that says what.
fn dotnet() -> Option<Dotnet> {
    let wine = wine()?;
    let launcher = root().join("../shared/tools/run-dotnet");
    if !launcher.exists() {
        say("C# tests not run on Windows: no ../shared/tools/run-dotnet");
        return None;
    }
    if !is_installed("mcs") {
        say("C# tests not run on Windows: no mcs");
        return None;
    }
    let folder = tmp("windows-interop");
    let assembly = folder.join(format!("EopRelay.Interop.{}.dll", env!("CARGO_PKG_VERSION")));
    compile(&["-target:library", "-recurse:powershell/interop/*.cs"], &[], &assembly);
    let program = folder.join("EopRelay.Interop.Tests.exe");
    compile(&["-r:System.Core", "tests/interop/*.cs"], &[&assembly], &program);
    Some(Dotnet { wine, launcher, program, bin: windows_path(wine::bin()?) })
}

fn compile(arguments: &[&str], references: &[&Path], target: &Path) {
    let references = references.iter().map(|path| format!("-r:{}", path.display()));
    let output = Command::new("mcs")
        .args(["-langversion:5", "-unsafe", "-optimize", "-warn:4", "-warnaserror"])
        .args(references)
        .arg(format!("-out:{}", target.display()))
        .args(arguments)
        .current_dir(root())
        .output()
        .unwrap();
    assert_success("mcs", &output);
}

impl Dotnet {
    /// Runs checks. A crash under Wine can end with exit code 0, so the count is asked for.
    fn pass(&self, arguments: &[&str]) {
        let output = self.run(arguments);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(text(&output).ends_with(" passed, 0 failed\n"), "{arguments:?}: {errors}");
    }

    fn print(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert_success(&arguments.join(" "), &output);
        text(&output)
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = self.wine.environment(Command::new(&self.launcher));
        command.arg("windows").arg(windows_path(&self.program)).args(arguments);
        output_of(command.current_dir(root()))
    }
}

fn golden_files() -> Vec<PathBuf> {
    let files = fs::read_dir(root().join("tests/golden")).unwrap();
    files
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "jsonl"))
        .collect()
}

/// The logs that a golden file is about.
fn logs_of(golden: &Path) -> Vec<String> {
    let logs: BTreeSet<String> = json_lines(&fs::read_to_string(golden).unwrap())
        .iter()
        .map(|session| session["LogPath"].as_str().unwrap().to_owned())
        .collect();
    logs.into_iter().collect()
}

/// The sessions of these logs as the library itself writes them.
fn serialised(logs: &[String]) -> String {
    let inputs = logs.iter().map(|log| LogInput { path: log.into(), ..LogInput::default() });
    let query = SessionQuery { inputs: inputs.collect(), ..SessionQuery::default() };
    let mut reader = SessionReader::new(query).unwrap();
    let mut text = String::new();
    while let Some(batch) = reader.next_batch(1000, u64::MAX) {
        for session in batch.sessions {
            writeln!(text, "{}", serde_json::to_string(&session).unwrap()).unwrap();
        }
    }
    text
}

fn as_text(list: &[String]) -> Vec<&str> {
    list.iter().map(String::as_str).collect()
}

fn json_lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}
