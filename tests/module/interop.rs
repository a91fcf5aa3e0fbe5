//! The C# layer over the shipped library: built by `powershell/build/build.sh`, run on Mono (which stands
//! for .NET Framework) and on .NET 8.
//!
//! The tests themselves are C# (`tests/interop`), for they ask what PowerShell would see. Without
//! Mono they say so in one line and check nothing.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use eop_relay::diagnosis::{Evidence, certificate_overview, diagnose};
use eop_relay::evidence::chain_event::{ChainEventQuery, ChainEventReader};
use eop_relay::evidence::{EvidenceReader, ExchangeObjects, HybridHistory};
use eop_relay::finding::OptionNames;
use eop_relay::log::LogInput;
use eop_relay::session::{SessionQuery, SessionReader};
use eop_relay::timestamp::Timestamp;

use crate::support::once::built_once;
use crate::support::{assert_success, is_installed, library, root, say};

/// A runtime: the words before the assembly.
struct Runtime {
    name: &'static str,
    command: Vec<PathBuf>,
}

struct Built {
    /// What `EopRelay/bin` is in an installed module.
    bin: PathBuf,
    test_program: PathBuf,
    runtimes: Vec<Runtime>,
}

#[test]
fn another_servers_log_is_never_read_in_this_servers_folder() {
    pass_everywhere(&["locations"]);
}

#[test]
fn the_structs_lie_in_memory_as_those_of_c() {
    pass_everywhere(&["layout", "tests/golden/abi-layout.txt"]);
}

#[test]
fn every_member_that_the_scripts_and_formats_name_exists() {
    let mut arguments = vec!["members".to_owned()];
    let folders = ["powershell/EopRelay", "powershell/EopRelay/shared"];
    let entries = folders.into_iter().flat_map(|folder| fs::read_dir(root().join(folder)).unwrap());
    for entry in entries {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "psm1" || extension == "ps1xml") {
            arguments.push(path.to_str().unwrap().to_owned());
        }
    }
    assert!(arguments.len() > 4, "{arguments:?}");
    pass_everywhere(&arguments);
}

/// Windows PowerShell runs on .NET Framework, whose class library is not that of Mono.
#[test]
fn the_layer_compiles_against_the_net_framework() {
    let references = root().join("../shared/tools/netfx");
    if !references.exists() || !is_installed("mcs") {
        say("C# not compiled against .NET Framework 4.7.2: no ../shared/tools/netfx, or no mcs");
        return;
    }
    let assembly = fresh_folder("interop-netfx").join("EopRelay.Interop.dll");
    let references = ["mscorlib.dll", "System.dll", "System.Core.dll"]
        .map(|name| format!("-r:{}", references.join(name).display()));
    let output = Command::new("mcs")
        .args(["-langversion:5", "-unsafe", "-warn:4", "-warnaserror", "-target:library"])
        .args(["-nostdlib", "-noconfig"])
        .args(references)
        .arg(format!("-out:{}", assembly.display()))
        .arg("-recurse:powershell/interop/*.cs")
        .current_dir(root())
        .output()
        .unwrap();
    assert_success("mcs", &output);
}

#[test]
fn batches_become_objects_and_contradictions_errors() {
    let Some(built) = built() else { return };
    pass_everywhere(&["batches", built.bin.to_str().unwrap()]);
}

#[test]
fn loading_says_what_is_wrong() {
    let Some(built) = built() else { return };
    let empty = fresh_folder("interop-empty");
    let broken = fresh_folder("interop-broken");
    fs::create_dir(broken.join("linux-x64")).unwrap();
    fs::write(broken.join("linux-x64/libeop_relay.so"), "no library").unwrap();
    let folders = [&empty, &broken, &built.bin].map(|folder| folder.to_str().unwrap());
    pass_everywhere(&["loading", folders[0], folders[1], folders[2]]);
}

#[test]
fn readers_survive_misuse() {
    let Some(built) = built() else { return };
    pass_everywhere(&["readers", built.bin.to_str().unwrap(), "tests/fixtures/interop"]);
}

#[test]
fn checks_judge_what_is_new_and_tell_whatever_goes_wrong() {
    let Some(built) = built() else { return };
    pass_everywhere(&["checks", built.bin.to_str().unwrap(), "tests/fixtures/interop"]);
}

#[test]
fn the_folder_of_the_state_is_in_good_hands() {
    let Some(built) = built() else { return };
    for runtime in &built.runtimes {
        let folder = fresh_folder("interop-state-folder");
        let output = run(built, runtime, &["folders", folder.to_str().unwrap()]);
        assert_success(runtime.name, &output);
    }
}

#[test]
fn json_is_written_and_read_strictly() {
    pass_everywhere(&["json"]);
}

#[test]
fn requests_become_reports_and_trouble_says_what_to_do() {
    let Some(built) = built() else { return };
    pass_everywhere(&["reports", built.bin.to_str().unwrap(), "tests/fixtures/certificates"]);
}

#[test]
fn chain_events_become_objects_and_findings() {
    let Some(built) = built() else { return };
    let log = "tests/fixtures/interop/SEND2026111501-1.LOG";
    let folder = "tests/fixtures/chain-events";
    pass_everywhere(&["events", built.bin.to_str().unwrap(), folder, log]);
}

#[test]
fn csharp_gives_the_chain_events_of_the_core() {
    let Some(built) = built() else { return };
    let files = ["german", "partial-chain", "bodies", "lost-blanks"]
        .map(|name| format!("tests/fixtures/chain-events/{name}.xml"));
    let inputs = files.iter().map(|file| LogInput { path: file.into(), ..LogInput::default() });
    let query = ChainEventQuery { inputs: inputs.collect(), ..ChainEventQuery::default() };
    let mut reader = ChainEventReader::new(query);
    let mut expected = Vec::new();
    while let Some(batch) = reader.next_batch(100, u64::MAX) {
        expected.extend(batch.records.iter().map(|event| serde_json::to_value(event).unwrap()));
    }
    assert!(expected.len() > 4);
    let files = files.each_ref().map(String::as_str);
    let arguments = [&["chain-events", built.bin.to_str().unwrap()], &files[..]].concat();
    for (runtime, printed) in print_everywhere(built, &arguments) {
        // C# writes all digits of a time.
        let printed = printed.replace("0000Z\"", "Z\"");
        assert_eq!(json_lines(&printed), expected, "on {runtime}");
    }
}

#[test]
fn changes_of_the_hybrid_wizard_become_objects_and_evidence() {
    let Some(built) = built() else { return };
    let log = "tests/fixtures/interop/SEND2026111501-1.LOG";
    pass_everywhere(&["hybrid", built.bin.to_str().unwrap(), "examples/hybrid", log]);
}

#[test]
fn csharp_gives_the_hybrid_changes_of_the_core() {
    let Some(built) = built() else { return };
    let folder = "examples/hybrid";
    let history = HybridHistory::read(&[folder.into()], false);
    let changes = history.changes.iter().map(|change| serde_json::to_value(change).unwrap());
    let expected: Vec<serde_json::Value> = changes.collect();
    assert_eq!(expected.len(), 4);
    let arguments = ["hybrid-changes", built.bin.to_str().unwrap(), folder];
    for (runtime, printed) in print_everywhere(built, &arguments) {
        // C# writes all digits of a time.
        let printed = printed.replace("0000Z\"", "Z\"");
        assert_eq!(json_lines(&printed), expected, "on {runtime}");
    }
}

#[test]
fn errors_are_explained_and_joined_to_sessions() {
    let Some(built) = built() else { return };
    pass_everywhere(&["errors", built.bin.to_str().unwrap(), "tests/fixtures/delivery_errors"]);
}

/// The same of sessions as they are and of what is left of them after serialisation.
#[test]
fn csharp_gives_the_report_of_the_core_also_on_serialised_sessions() {
    let Some(built) = built() else { return };
    let log = "tests/fixtures/interop/SEND2026111501-1.LOG";
    let expected = report_of_the_core(log);
    for (runtime, printed) in print_everywhere(built, &["test", built.bin.to_str().unwrap(), log]) {
        let [live, serialised] = json_lines(&printed).try_into().unwrap();
        assert_eq!(live, serialised, "on {runtime}");
        for name in ["Verdict", "Cause", "Summary", "Findings", "Certificate", "ExitCode"] {
            assert_eq!(live[name], expected[name], "{name} on {runtime}");
        }
        assert_eq!(live["Connector"]["Value"], expected["Connector"]["Value"], "on {runtime}");
    }
}

/// A fixed report, whatever the core says today: the texts of the list view.
#[test]
fn a_report_reads_as_the_golden_explanation() {
    let Some(built) = built() else { return };
    let golden = fs::read_to_string(root().join("tests/golden/report.txt")).unwrap();
    for (runtime, printed) in print_everywhere(built, &["show", "tests/golden/report.json"]) {
        assert_eq!(printed, golden, "on {runtime}");
    }
}

/// Fixed JSON, whatever the core says today: the tables at 120 columns and the lists.
#[test]
fn views_show_the_golden_tables_and_lists() {
    let Some(built) = built() else { return };
    let formats = "powershell/EopRelay/EopRelay.Format.ps1xml";
    for (kind, json) in [("Report", "report"), ("ConnectorCertificate", "certificates")] {
        for form in ["Table", "List"] {
            let golden = format!("tests/golden/{json}-{}.txt", form.to_lowercase());
            let golden = fs::read_to_string(root().join(golden)).unwrap();
            assert!(golden.lines().all(|line| line.chars().count() <= 120), "{golden}");
            let view = format!("EopRelay.{kind}.{form}");
            let json = format!("tests/golden/{json}.json");
            for (runtime, printed) in print_everywhere(built, &["view", formats, &view, &json]) {
                assert_eq!(printed, golden, "{view} on {runtime}");
            }
        }
    }
}

/// The rows of the core, member for member.
#[test]
fn csharp_gives_the_certificates_of_the_core() {
    let overview = certificate_overview(&certificate_evidence());
    let core = serde_json::to_value(overview).unwrap();
    let golden = fs::read_to_string(root().join("tests/golden/certificates.json")).unwrap();
    let golden: serde_json::Value = serde_json::from_str(&golden).unwrap();
    assert_eq!(core, golden, "tests/golden/certificates.json is what the core says");
    let Some(built) = built() else { return };
    let arguments = ["overview", "tests/golden/certificates.json"];
    for (runtime, printed) in print_everywhere(built, &arguments) {
        let rows = json_lines(&printed);
        for (row, expected) in rows.iter().zip(core["Certificates"].as_array().unwrap()) {
            for (member, value) in expected.as_object().unwrap() {
                assert_eq!(&row[member], value, "{member} on {runtime}");
            }
        }
        assert_eq!(rows.len(), core["Certificates"].as_array().unwrap().len(), "on {runtime}");
    }
}

#[test]
fn an_early_stop_releases_the_files() {
    let Some(built) = built() else { return };
    let folder = fresh_folder("interop-large");
    fs::write(folder.join("SEND20261115-1.LOG"), large_log()).unwrap();
    pass_everywhere(&["large", built.bin.to_str().unwrap(), folder.to_str().unwrap()]);
}

#[test]
fn csharp_and_rust_give_the_same_objects() {
    let Some(built) = built() else { return };
    let log = root().join("tests/fixtures/interop/SEND2026111501-1.LOG");
    let logs = [log.to_str().unwrap()];
    let expected = sessions_of_the_core(&logs);
    assert_eq!(expected.lines().count(), 5, "{expected}");
    for (runtime, printed) in print_everywhere(built, &of_logs(built, &logs)) {
        assert_eq!(printed, expected, "on {runtime}");
    }
}

/// Each `tests/golden/*.jsonl` was written by hand; the LogPath in its lines says what to read.
#[test]
fn csharp_gives_the_objects_of_the_golden_files() {
    let Some(built) = built() else { return };
    let mut compared = 0;
    for entry in fs::read_dir(root().join("tests/golden")).unwrap() {
        let golden = entry.unwrap().path();
        if golden.extension().is_none_or(|extension| extension != "jsonl") {
            continue;
        }
        let expected = json_lines(&fs::read_to_string(&golden).unwrap());
        let logs: BTreeSet<&str> =
            expected.iter().map(|session| session["LogPath"].as_str().unwrap()).collect();
        let logs: Vec<&str> = logs.into_iter().collect();
        for (runtime, printed) in print_everywhere(built, &of_logs(built, &logs)) {
            assert_eq!(json_lines(&printed), expected, "{} on {runtime}", golden.display());
        }
        compared += 1;
    }
    assert!(compared > 0, "there is no golden file");
}

/// The arguments to print the sessions of these logs.
fn of_logs<'a>(built: &'a Built, logs: &[&'a str]) -> Vec<&'a str> {
    [&["sessions", built.bin.to_str().unwrap()], logs].concat()
}

/// What the test program prints, by runtime.
fn print_everywhere(built: &Built, arguments: &[&str]) -> Vec<(&'static str, String)> {
    built
        .runtimes
        .iter()
        .map(|runtime| {
            let output = run(built, runtime, arguments);
            assert_success(runtime.name, &output);
            (runtime.name, String::from_utf8(output.stdout).unwrap())
        })
        .collect()
}

fn json_lines(text: &str) -> Vec<serde_json::Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The sessions as the core itself serialises them, one a line.
fn sessions_of_the_core(logs: &[&str]) -> String {
    let inputs = logs.iter().map(|log| LogInput { path: log.into(), ..LogInput::default() });
    let query = SessionQuery { inputs: inputs.collect(), ..SessionQuery::default() };
    let mut reader = SessionReader::new(query).unwrap();
    let mut lines = String::new();
    while let Some(batch) = reader.next_batch(1000, u64::MAX) {
        for session in &batch.sessions {
            writeln!(lines, "{}", serde_json::to_string(session).unwrap()).unwrap();
        }
    }
    lines
}

/// What the core says of the evidence that the test program gives too.
fn report_of_the_core(log: &str) -> serde_json::Value {
    let mut evidence = Evidence::new(Timestamp::parse("2027-01-01").unwrap());
    evidence.option_names = OptionNames::PowerShell;
    let connector =
        r#"[{"Name": "From on-premises", "Enabled": "True", "ConnectorType": "OnPremises",
        "TlsSenderCertificateName": "mail.contosso.com", "SenderIPAddresses": []}]"#
            .replace("\n        ", " ");
    let read = |name, json: &str| ExchangeObjects::from_bytes(name, json.as_bytes()).unwrap();
    evidence.add_inbound_connectors(&read("-InboundConnector", &connector));
    evidence.add_accepted_domains(&read("-AcceptedDomain", r#"[{"DomainName": "contoso.com"}]"#));
    for session in json_lines(&sessions_of_the_core(&[log])) {
        evidence.add_session(&serde_json::from_value(session).unwrap());
    }
    serde_json::to_value(diagnose(&evidence)).unwrap()
}

/// A renewal that one of two servers lacks.
fn certificate_evidence() -> Evidence {
    let read = |name: &str| {
        let bytes = fs::read(root().join("examples/certificates").join(name)).unwrap();
        ExchangeObjects::from_bytes(name, &bytes).unwrap()
    };
    let mut evidence = Evidence::new(Timestamp::parse("2026-11-20").unwrap());
    evidence.server = Some("EX01".into());
    evidence.add_send_connectors(&read("send.json"));
    evidence.add_installed(&read("installed.json"));
    let log = "examples/certificates/SEND2026111501-1.LOG";
    for session in json_lines(&sessions_of_the_core(&[log])) {
        evidence.add_session(&serde_json::from_value(session).unwrap());
    }
    evidence
}

/// A log of twice what one batch reads (`EOP_DEFAULT_BUDGET`).
fn large_log() -> String {
    let banner = format!("220 mx.fabrikam.com ESMTP {}", "x".repeat(150));
    let mut log = String::new();
    for session in 0..90_000 {
        for (sequence, (event, data)) in
            [("+", ""), ("<", banner.as_str()), ("-", "")].into_iter().enumerate()
        {
            writeln!(
                log,
                "2026-11-15T01:02:03.{:03}Z,Internet,08DE2405{session:08X},{sequence},\
                 10.1.0.11:51203,198.51.100.9:25,{event},{data},",
                session % 1000
            )
            .unwrap();
        }
    }
    assert!(log.len() as u64 > 2 * eop_relay::ffi::EOP_DEFAULT_BUDGET);
    log
}

/// Runs the test program with these arguments on every runtime.
fn pass_everywhere(arguments: &[impl AsRef<std::ffi::OsStr>]) {
    let Some(built) = built() else { return };
    for runtime in &built.runtimes {
        let output = run(built, runtime, arguments);
        assert_success(runtime.name, &output);
    }
}

fn run(built: &Built, runtime: &Runtime, arguments: &[impl AsRef<std::ffi::OsStr>]) -> Output {
    Command::new(&runtime.command[0])
        .args(&runtime.command[1..])
        .arg(&built.test_program)
        .args(arguments)
        // Local time must differ from UTC, or nobody sees which of the two was taken.
        .env("TZ", "Europe/Oslo")
        .current_dir(root())
        .output()
        .unwrap()
}

/// Builds the module and the test program once; `None` where there is no Mono.
fn built() -> Option<&'static Built> {
    static BUILT: OnceLock<Option<Built>> = OnceLock::new();
    BUILT.get_or_init(build).as_ref()
}

fn build() -> Option<Built> {
    for program in ["mcs", "mono"] {
        if !is_installed(program) {
            say(&format!("C# tests not run: no {program}"));
            return None;
        }
    }
    let native = library::shipped();
    let sources = ["powershell/interop", "powershell/build/build.sh", "tests/interop"];
    let inputs: Vec<PathBuf> =
        sources.iter().map(|path| root().join(path)).chain([native.clone()]).collect();
    let folder = built_once("interop", &inputs, |folder| compile(folder, &native));
    let test_program = folder.join("tests/EopRelay.Interop.Tests.exe");
    Some(Built { bin: folder.join("bin"), test_program, runtimes: runtimes() })
}

fn compile(folder: &Path, native: &Path) {
    let bin = folder.join("bin");
    let output = Command::new(root().join("powershell/build/build.sh"))
        .arg(&bin)
        .env("EOP_RELAY_LIBRARY", native)
        .output()
        .unwrap();
    assert_success("powershell/build/build.sh", &output);

    let assembly = format!("EopRelay.Interop.{}.dll", env!("CARGO_PKG_VERSION"));
    let tests = folder.join("tests");
    fs::create_dir(&tests).unwrap();
    fs::copy(bin.join(&assembly), tests.join(&assembly)).unwrap();
    let output = Command::new("mcs")
        .args(["-langversion:5", "-unsafe", "-warn:4", "-warnaserror", "-r:System.Core"])
        .arg(format!("-r:{}", tests.join(&assembly).display()))
        .arg(format!("-out:{}", tests.join("EopRelay.Interop.Tests.exe").display()))
        .arg("tests/interop/*.cs")
        .current_dir(root())
        .output()
        .unwrap();
    assert_success("mcs", &output);
}

fn runtimes() -> Vec<Runtime> {
    let mut runtimes = vec![Runtime { name: "Mono", command: vec!["mono".into()] }];
    let launcher = root().join("../shared/tools/run-dotnet");
    if launcher.exists() {
        runtimes.push(Runtime { name: ".NET 8", command: vec![launcher, "linux".into()] });
    } else {
        say("C# tests not run on .NET 8: no ../shared/tools/run-dotnet");
    }
    runtimes
}

/// An empty folder of its own below the target directory.
fn fresh_folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}
