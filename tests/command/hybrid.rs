//! Logs of the Hybrid Configuration Wizard as files: finding them, their size, and the command.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use eop_relay::evidence::{
    HybridHistory, HybridHistoryBuilder, HybridOutcome, discover_hybrid_files,
};
use eop_relay::finding::Severity;
use eop_relay::log::LogInput;
use serde_json::Value;

const EXAMPLES: &str = "examples/hybrid";
const AT: &str = "2026-11-20T12:00:00Z";

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn run(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_eop-relay"));
    command.current_dir(root()).arg("hybrid").args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// What the command prints where `\` separates folders.
fn with_slashes(text: &str) -> String {
    text.replace("hybrid\\2026", "hybrid/2026")
}

/// A text again and again, up to a length, without ever holding it.
struct Repeated {
    text: Vec<u8>,
    at: usize,
    left: u64,
}

impl Read for Repeated {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let rest = &self.text[self.at..];
        let most = usize::try_from(self.left).unwrap_or(usize::MAX);
        let length = rest.len().min(buffer.len()).min(most);
        buffer[..length].copy_from_slice(&rest[..length]);
        self.at = (self.at + length) % self.text.len();
        self.left -= length as u64;
        Ok(length)
    }
}

/// The most memory that this process has had at once, in bytes.
#[cfg(target_os = "linux")]
fn greatest_memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
}

/// A log of 100 MB: what the wizard writes of Get- cmdlets and tables, and one change at its end.
#[cfg(target_os = "linux")]
#[test]
fn a_log_of_100_mb_takes_no_memory_of_its_size() {
    let log = fs::read_to_string(root().join(EXAMPLES).join("20261115_210211.log")).unwrap();
    let without_changes: String = log
        .lines()
        .filter(|line| !line.contains("Set-"))
        .fold(String::new(), |all, line| all + line + "\r\n");
    let table_of_others = "                                      Name | Value\r\n".repeat(200);
    let text = without_changes
        .replace("Standard", "Other")
        .replace("Connector", "Database")
        .replace("TLSSenderCertificateName", "MountAtStartup")
        .replace("TlsCertificateName", "Server")
        .replace("SenderIPAddresses", "Recovery")
        .replace("AddressSpaces", "Guid")
        + &table_of_others;
    let whole = Repeated { text: text.into_bytes(), at: 0, left: 100 << 20 };
    let before = greatest_memory();
    let mut builder = HybridHistoryBuilder::default();
    builder.add_input("20261115_210211.log", whole.chain(log.as_bytes()));
    let history = builder.finish();
    let grown = greatest_memory().saturating_sub(before);
    assert!(grown < 16 << 20, "{grown} bytes more");
    assert_eq!(history.changes.len(), 2, "{:?}", history.notices);
}

#[test]
fn every_profile_of_a_computer_is_looked_through_newest_first() {
    let users = tempfile::tempdir().unwrap();
    let wizard = |user: &str| {
        let folder = "AppData/Roaming/Microsoft/Exchange Hybrid Configuration";
        let folder = users.path().join(user).join(folder);
        fs::create_dir_all(&folder).unwrap();
        folder
    };
    let (anna, ben, _nobody) = (wizard("anna"), wizard("ben"), wizard("nobody"));
    fs::create_dir(users.path().join("Public")).unwrap();
    for (folder, name) in [
        (&anna, "20260203_091530.log"),
        (&ben, "20261115_210211.log"),
        (&ben, "20261115_210211.xhcw"),
        (&ben, "20261115_210211.boot"),
        (&ben, "20261115_210211.png"),
    ] {
        fs::write(folder.join(name), "2026.11.15 21:02:11.540 10110 [Client=UX, Thread=1] x")
            .unwrap();
    }
    let input = |path: &Path| LogInput { path: path.to_owned(), wildcards: true, server: None };
    let names = |path: &Path| -> Vec<String> {
        let found = discover_hybrid_files(&[input(path)], false);
        assert_eq!(found.notices, []);
        let name = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
        found.files.iter().map(|file| name(&file.path)).collect()
    };
    let all = ["20261115_210211.log", "20261115_210211.xhcw", "20260203_091530.log"];
    assert_eq!(names(users.path()), all);
    assert_eq!(names(&users.path().join("ben")), all[..2]);
    assert_eq!(names(&anna), all[2..]);
    assert_eq!(names(&ben.join("*.log")), all[..1]);

    let below = users.path().join("old/copies");
    fs::create_dir_all(&below).unwrap();
    fs::rename(ben.join("20261115_210211.log"), below.join("20261115_210211.log")).unwrap();
    let old = [input(&users.path().join("old"))];
    let found = discover_hybrid_files(&old, false);
    assert_eq!(found.files, []);
    assert!(found.notices[0].message.contains("ask to recurse"), "{:?}", found.notices);
    assert_eq!(discover_hybrid_files(&old, true).files.len(), 1);
    assert_eq!(discover_hybrid_files(&[input(users.path())], true).files.len(), 3);
    fs::rename(below.join("20261115_210211.log"), ben.join("20261115_210211.log")).unwrap();

    let twice = [input(&ben), input(&ben.join("20261115_210211.log"))];
    assert_eq!(discover_hybrid_files(&twice, false).files.len(), 2);
    for nothing in [users.path().join("Public"), users.path().join("x"), users.path().join("*.x")] {
        let found = discover_hybrid_files(&[input(&nothing)], false);
        assert_eq!((found.files.len(), found.notices.len()), (0, 1), "{nothing:?}");
        assert_eq!(found.notices[0].severity, Severity::Error);
    }
}

#[test]
fn the_examples_tell_their_story() {
    let history = HybridHistory::read(&[root().join(EXAMPLES)], false);
    // What the wizard itself warns of is passed on.
    let [notice] = &history.notices[..] else { panic!("{:?}", history.notices) };
    assert_eq!((notice.severity, notice.line), (Severity::Information, Some(3)));
    assert!(notice.message.contains("a warning (10310): Coexistence domain"), "{notice}");
    let outcomes: Vec<HybridOutcome> =
        history.changes.iter().map(|change| change.outcome).collect();
    let mut expected = [HybridOutcome::Succeeded; 4];
    expected[3] = HybridOutcome::Failed;
    assert_eq!(outcomes, expected);
    let (_, inbound) = history.inbound_connectors().next().unwrap();
    assert_eq!(inbound.tls_sender_certificate_name.as_deref(), Some("*.contoso.com"));
    assert_eq!(inbound.enabled, Some(true));
}

#[test]
fn the_command_shows_history_and_state_in_120_columns() {
    let output = run(&["--at", AT, EXAMPLES]);
    let golden = fs::read_to_string(root().join("tests/golden/hybrid.txt")).unwrap();
    assert_eq!(with_slashes(text(&output.stdout)), golden);
    assert!(golden.lines().all(|line| line.chars().count() <= 120));
    assert_eq!(output.status.code(), Some(0));
    let noted = text(&output.stderr);
    assert!(
        noted.contains("20261115_210211.log, line 3: the wizard reports a warning (10310)"),
        "{noted}"
    );
}

#[test]
fn json_has_every_change_and_the_age_of_each_state() {
    let output = run(&["--json", "--at", AT, EXAMPLES]);
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["Changes"].as_array().unwrap().len(), 4);
    assert_eq!(json["Changes"][2]["TlsSenderCertificateNameBefore"], "mail.contoso.com");
    assert_eq!(json["Changes"][2]["Side"], "Tenant");
    let inbound = &json["Connectors"][0];
    assert_eq!(
        (&inbound["ObjectType"], &inbound["AgeDays"]),
        (&"InboundConnector".into(), &4.into())
    );
    assert_eq!(inbound["Properties"]["TLSSenderCertificateName"], "*.contoso.com");
    assert_eq!(json["Files"].as_array().unwrap().len(), 2);
}

#[test]
fn the_exit_code_says_what_could_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        fs::write(folder.path().join(name), text).unwrap();
        folder.path().join(name).to_str().unwrap().to_owned()
    };
    let foreign = write("foreign.log", "date-time,connector-id\r\n");
    let settings = write("x.cc.json", r#"{"CurrentDomain":"contoso.com","Mode":"FullHybrid"}"#);
    let damaged = write("damaged.xhcw", "<invoke cmdlet=\"Set-InboundConnector\" type=\"Tenant\">");
    for (arguments, code, part) in [
        (vec![foreign.as_str()], 40, "foreign.log: no log of the Hybrid Configuration Wizard"),
        (vec![settings.as_str()], 30, "contoso.com FullHybrid"),
        (vec![damaged.as_str()], 10, "damaged.xhcw, line 1, byte "),
        (vec!["no-such.log"], 40, "no-such.log"),
        (vec![EXAMPLES, foreign.as_str()], 40, "foreign.log"),
        (vec!["--at", "last tuesday", EXAMPLES], 64, "last tuesday"),
    ] {
        let output = run(&arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}");
        let said = text(&output.stderr);
        assert!(said.contains(part), "{said}");
    }
}

#[test]
fn the_shared_samples_are_each_known_for_what_they_are() {
    let folder = root().join("../shared/samples/connectors");
    if !folder.is_dir() {
        println!("sample logs of the wizard not read: there is no ../shared/samples/connectors");
        return;
    }
    let read = |name: &str| HybridHistory::read(&[folder.join(name)], false);
    let table = read("hcw-log-connector-table.txt");
    assert_eq!(table.connectors.len(), 1);
    assert_eq!(table.connectors[0].text("ConnectorType").as_deref(), Some("OnPremises"));
    assert!(!table.has_errors());
    for (name, part) in [
        ("hcw-boot-20200221_100225.boot.txt", "Client=Boot"),
        ("hcw-exchange-hybrid-configuration.cc.json", "FullHybrid"),
    ] {
        let notices = read(name).notices;
        assert!(notices.len() == 1 && notices[0].message.contains(part), "{notices:?}");
    }
    let fragment = read("hcw-xhcw-fragment.xml");
    assert_eq!((fragment.notices.len(), fragment.files.len()), (0, 1));
}
