//! The PowerShell module as it is written: versions, exports, help and tables, as far as they can be
//! checked without PowerShell.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use eop_relay::diagnosis::{CertificateStatus, FindingId, Verdict};
use eop_relay::evidence::chain_event::ChainFault;
use eop_relay::evidence::delivery_error::DeliveryErrorSource;
use eop_relay::reply::RejectionClass;
use eop_relay::session::Outcome;

use crate::support::root;

const VERSION: &str = env!("CARGO_PKG_VERSION");
const MANIFEST: &str = include_str!("../../powershell/EopRelay/EopRelay.psd1");
const LOADER: &str = include_str!("../../powershell/EopRelay/shared/Interop.psm1");
const SESSIONS: &str = include_str!("../../powershell/EopRelay/Get-SendConnectorTlsSession.psm1");
const CERTIFICATE_TEST: &str =
    include_str!("../../powershell/EopRelay/Test-EopRelayCertificate.psm1");
const CHECK: &str = include_str!("../../powershell/EopRelay/Invoke-EopRelayCheck.psm1");
const SCHEDULED_CHECK: &str = include_str!("../../docs/scheduled-check.md");
const CERTIFICATES: &str = include_str!("../../powershell/EopRelay/Get-EopRelayCertificate.psm1");
const CHAIN_EVENTS: &str = include_str!("../../powershell/EopRelay/Get-EopRelayChainEvent.psm1");
const HYBRID: &str = include_str!("../../powershell/EopRelay/Get-EopRelayHybridChange.psm1");
const ERRORS: &str = include_str!("../../powershell/EopRelay/Resolve-EopRelayError.psm1");
const FORMATS: &str = include_str!("../../powershell/EopRelay/EopRelay.Format.ps1xml");
const ASSEMBLY: &str = include_str!("../../powershell/interop/AssemblyInfo.cs");

#[test]
fn module_assembly_and_crate_have_one_version() {
    assert_eq!(text_after(MANIFEST, "ModuleVersion"), VERSION);
    assert!(LOADER.contains(&format!("$interopName = 'EopRelay.Interop.{VERSION}'")));
    assert!(ASSEMBLY.contains(&format!("AssemblyVersion(\"{VERSION}.0\")")));
}

#[test]
fn scripts_are_ascii_strict_and_without_compilation_at_import() {
    for (path, text) in scripts() {
        let shown = path.display();
        assert!(
            text.is_ascii(),
            "{shown}: Windows PowerShell reads other letters in the ANSI code page"
        );
        for banned in ["Add-Type", "Invoke-Expression", "-Parallel", "Add-PSSnapin"] {
            assert!(!text.contains(banned), "{shown} uses {banned}");
        }
        let is_data =
            path.extension().is_some_and(|extension| extension != "ps1" && extension != "psm1");
        assert!(is_data || text.contains("Set-StrictMode -Version 3.0"), "{shown} is not strict");
        let is_dot_sourcing = |line: &str| line.trim_start().starts_with(". ");
        assert!(!text.lines().any(is_dot_sourcing), "{shown} dot-sources");
    }
}

#[test]
fn the_manifest_exports_what_the_modules_export() {
    let mut exported = BTreeSet::new();
    for file in texts_after(MANIFEST, "NestedModules") {
        let script = fs::read_to_string(root().join("powershell/EopRelay").join(&file)).unwrap();
        let (_, exports) = script.split_once("Export-ModuleMember -Function ").expect(&file);
        let exports = exports.lines().next().unwrap();
        if exports != "@()" {
            exported.extend(exports.split(", ").map(str::to_owned));
        }
    }
    let declared: BTreeSet<String> =
        texts_after(MANIFEST, "FunctionsToExport").into_iter().collect();
    assert_eq!(declared, exported);
    for list in ["CmdletsToExport", "VariablesToExport", "AliasesToExport"] {
        assert_eq!(texts_after(MANIFEST, list), Vec::<String>::new(), "{list}");
    }
}

#[test]
fn every_file_that_the_manifest_names_is_there() {
    for list in ["NestedModules", "FormatsToProcess"] {
        for file in texts_after(MANIFEST, list) {
            assert!(root().join("powershell/EopRelay").join(&file).is_file(), "{file}");
        }
    }
}

#[test]
fn the_help_describes_every_parameter_in_the_order_of_the_signature() {
    for (script, least) in [
        (SESSIONS, 11),
        (CERTIFICATE_TEST, 11),
        (CERTIFICATES, 6),
        (CHAIN_EVENTS, 8),
        (HYBRID, 5),
        (CHECK, 11),
        (ERRORS, 4),
    ] {
        let (help, code) = script.split_once("#>").unwrap();
        let (block, _) = code.split_once("\n    )\n").unwrap();
        let declared: Vec<&str> = block
            .lines()
            .filter_map(|line| line.trim().strip_prefix('$'))
            .map(|name| name.trim_end_matches(',').split(" = ").next().unwrap_or_default())
            .collect();
        let described: Vec<&str> =
            help.lines().filter_map(|line| line.trim().strip_prefix(".PARAMETER ")).collect();
        assert_eq!(described, declared);
        assert!(declared.len() >= least, "{declared:?}");
    }
}

#[test]
fn the_help_has_an_example_for_every_use() {
    let (help, _) = SESSIONS.split_once("#>").unwrap();
    for expected in [
        "(Get-SendConnector \"outbound to Microsoft 365\").SourceTransportServers | \
         foreach {get-transportservice $_.name} | Select-Object name,SendProtocolLogPath | \
         Get-SendConnectorTlsSession\n",
        "Pipelines cannot be executed concurrently",
        "-LogsAreLocal",
        "-LiteralPath 'D:\\Case [4711]",
        "-Recurse",
        "Get-ChildItem",
        "Import-Clixml",
        "Export-Csv",
        "Select-Object -First 1",
        "-ErrorVariable",
    ] {
        assert!(help.contains(expected), "{expected}");
    }
    assert!(help.matches(".EXAMPLE").count() >= 8);
}

#[test]
fn the_help_of_the_test_has_an_example_for_every_use() {
    let (help, _) = CERTIFICATE_TEST.split_once("#>").unwrap();
    for expected in [
        "Pipelines cannot be executed concurrently",
        "Connect-ExchangeOnline -Prefix Cloud",
        "Get-AcceptedDomain is the cloud's",
        "Export-Clixml",
        "Import-Clixml",
        "-Password (Read-Host -AsSecureString)",
        "-Thumbprint '12 34",
        "Cert:\\LocalMachine\\My",
        "-MailFrom '<>'",
        "-IntermediatePath",
        "-SourceIPAddress",
        "-RecipientDomain",
        "-Quiet",
        "-At '",
        "-WarningDays",
        "-ChainEvent",
        "-HybridLogPath",
        "-QueueError $queues",
    ] {
        let (_, examples) = help.split_once(".EXAMPLE").unwrap();
        assert!(examples.contains(expected), "{expected}");
    }
    // An Exchange cmdlet feeds no other cmdlet of Exchange, whose output is assigned first.
    assert!(!help.contains("Get-TransportService |") && !help.contains("Get-SendConnector |"));
}

#[test]
fn the_help_of_the_certificates_has_an_example_for_every_use() {
    let (help, _) = CERTIFICATES.split_once("#>").unwrap();
    let (_, examples) = help.split_once(".EXAMPLE").unwrap();
    for expected in [
        "Pipelines cannot be executed concurrently",
        "Import-Clixml",
        "-SendConnector $connectors -InstalledCertificate $installed",
        "-Server ex01.contoso.com",
        "Name = 'Server'",
        "-WarningDays",
        "-At ",
        "exit 10",
    ] {
        assert!(examples.contains(expected), "{expected}");
    }
    for status in CertificateStatus::ALL {
        assert!(help.contains(status.name()), "{}", status.name());
    }
    assert!(!help.contains("Get-TransportService |") && !help.contains("Get-SendConnector |"));
}

#[test]
fn the_help_of_chain_events_has_an_example_for_every_use() {
    let (help, _) = CHAIN_EVENTS.split_once("#>").unwrap();
    let (_, examples) = help.split_once(".EXAMPLE").unwrap();
    for expected in [
        "Get-WinEvent -LogName Microsoft-Windows-CAPI2/Operational | Get-EopRelayChainEvent",
        "wevtutil epl",
        "-Failed",
        "-Thumbprint $sent",
        "-LiteralPath 'D:\\Case [4711]",
        "-Start '",
        "Get-ChildItem",
        "ToXml()",
        "-ChainEvent $chain",
    ] {
        assert!(examples.contains(expected), "{expected}");
    }
    let command = eop_relay::evidence::chain_event::ENABLE_CHAIN_EVENT_LOG;
    assert!(help.contains(command), "the help turns the log on as the reader advises");
}

#[test]
fn the_help_of_hybrid_changes_has_an_example_for_every_use() {
    let (help, _) = HYBRID.split_once("#>").unwrap();
    let (_, examples) = help.split_once(".EXAMPLE").unwrap();
    for expected in
        ["-Start", "-End", "-Path", "-LiteralPath", "Get-ChildItem", "Export-Csv", "c$\\Users"]
    {
        assert!(examples.contains(expected), "{expected}");
    }
}

#[test]
fn the_help_of_the_check_says_how_it_is_scheduled() {
    let (help, _) = CHECK.split_once("#>").unwrap();
    for expected in [
        "Import-Module EopRelay -ErrorAction Stop; exit (Invoke-EopRelayCheck ",
        ").ExitCode\"",
        "New-EventLog -LogName Application -Source EopRelay",
        "PowerShell 7 has no New-EventLog",
        "Export-Clixml",
        "-StatePath D:",
        "-SendConnector $send -InstalledCertificate $installed",
        "| ConvertFrom-Json |",
    ] {
        assert!(help.contains(expected), "{expected}");
    }
    let codes =
        "0 fine, 10 warning, 20 refused, 30 uncertain or no evidence, 40 an input cannot be read";
    assert!(help.contains(codes));
}

/// `schtasks /Create` takes a command of 261 characters at most ("Value for '/TR' option cannot be
/// more than 261 character(s)").
#[test]
fn the_commands_of_the_documentation_are_short_enough_for_schtasks() {
    let mut found = 0;
    for line in SCHEDULED_CHECK.lines().filter(|line| line.trim_start().starts_with("/TR ")) {
        let quoted = line.trim().strip_prefix("/TR \"").unwrap().strip_suffix('"').unwrap();
        let command = quoted.replace("\\\"", "\"");
        assert!(command.len() <= 261, "{} characters: {command}", command.len());
        assert!(command.starts_with("powershell.exe -NoProfile -NonInteractive -Command \""));
        assert!(
            command
                .contains("Import-Module EopRelay -ErrorAction Stop; exit (Invoke-EopRelayCheck ")
        );
        assert!(command.ends_with(").ExitCode\""), "{command}");
        found += 1;
    }
    assert!(found >= 2, "{found}");
}

#[test]
fn the_help_of_the_errors_has_an_example_for_every_use() {
    let (help, _) = ERRORS.split_once("#>").unwrap();
    let (_, examples) = help.split_once(".EXAMPLE").unwrap();
    for expected in [
        "Resolve-EopRelayError '550 5.7.64",
        "Pipelines cannot be executed concurrently",
        "Get-Queue -Filter",
        "Get-Message -Queue",
        "Get-MessageTrackingLog -EventId FAIL",
        "-Filter *.eml",
        "-Session (Import-Clixml",
        "Export-Clixml",
        "-LiteralPath 'D:\\Case [4711]",
        "-ErrorVariable",
    ] {
        assert!(examples.contains(expected), "{expected}");
    }
    for cmdlet in ["Get-Queue", "Get-TransportService"] {
        assert!(!help.contains(&format!("{cmdlet} | Resolve")), "{cmdlet} feeds a cmdlet");
    }
}

/// The last column takes what is left beside the others at 80 columns, a heading stands in one line, and
/// a name of a kind is never cut.
#[test]
fn the_tables_fit_80_columns() {
    let longest = |names: &[&str]| names.iter().map(|name| name.len()).max().unwrap();
    let verdicts: Vec<&str> = Verdict::ALL.iter().map(|one| one.name()).collect();
    let findings: Vec<&str> = FindingId::ALL.iter().map(|one| one.name()).collect();
    let statuses: Vec<&str> = CertificateStatus::ALL.iter().map(|one| one.name()).collect();
    let faults: Vec<&str> = ChainFault::ALL.iter().map(|one| one.name()).collect();
    let sources: Vec<&str> = DeliveryErrorSource::ALL.iter().map(|one| one.name()).collect();
    let classes: Vec<&str> = RejectionClass::ALL.iter().map(|one| one.name()).collect();
    let outcomes: Vec<&str> = Outcome::ALL.iter().map(|one| one.name()).collect();
    for (kind, column, names) in [
        ("Report", 0, verdicts),
        ("Report", 1, findings),
        ("ConnectorCertificate", 1, statuses),
        ("ChainEvent", 1, faults),
        ("DeliveryError", 0, sources),
        ("DeliveryError", 1, classes),
        ("Session", 1, outcomes),
        ("HybridChange", 1, vec!["Succeeded"]),
    ] {
        let (labels, widths) = columns_of(kind);
        assert_eq!(labels.len(), widths.len() + 1, "the last column of {kind} takes what is left");
        let taken: usize = widths.iter().map(|width| width + 1).sum();
        assert!(taken + 16 <= 80, "{kind}: {taken} columns beside the last");
        assert!(labels.iter().zip(&widths).all(|(label, width)| label.len() <= *width), "{kind}");
        assert!(longest(&names) <= widths[column], "{kind}: a name does not fit");
    }
}

/// The headings of a table, and the widths of all columns but the last.
fn columns_of(kind: &str) -> (Vec<&'static str>, Vec<usize>) {
    let (_, table) = FORMATS.split_once(&format!("<Name>EopRelay.{kind}.Table</Name>")).unwrap();
    let (table, _) = table.split_once("</TableHeaders>").unwrap();
    let texts = |tag: &str| -> Vec<&'static str> {
        table.split(tag).skip(1).map(|text| text.split('<').next().unwrap()).collect()
    };
    let widths = texts("<Width>").iter().map(|width| width.parse().unwrap()).collect();
    (texts("<Label>"), widths)
}

#[test]
fn outcomes_to_choose_from_are_those_of_the_core() {
    let (_, set) = SESSIONS.split_once("[ValidateSet(").unwrap();
    let names: Vec<String> = quoted(set.split(')').next().unwrap());
    let outcomes: Vec<&str> = Outcome::ALL.iter().map(|outcome| outcome.name()).collect();
    assert_eq!(names, outcomes);
}

/// Every script of the project and every file of the module with its text.
fn scripts() -> Vec<(PathBuf, String)> {
    let mut scripts = Vec::new();
    for folder in [
        "powershell/build",
        "powershell/EopRelay",
        "powershell/EopRelay/shared",
        "tests/powershell",
    ] {
        for entry in fs::read_dir(root().join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let is_script = path.extension().is_some_and(|extension| {
                ["ps1", "psm1", "psd1", "ps1xml"].iter().any(|known| extension == *known)
            });
            if is_script {
                let text = fs::read_to_string(&path).unwrap();
                scripts.push((path, text));
            }
        }
    }
    assert!(scripts.len() >= 8, "{scripts:?}");
    scripts
}

/// The text that the manifest assigns to a key.
fn text_after(manifest: &str, key: &str) -> String {
    texts_after(manifest, key).remove(0)
}

/// The texts that the manifest assigns to a key.
fn texts_after(manifest: &str, key: &str) -> Vec<String> {
    let line = manifest.lines().find(|line| line.trim_start().starts_with(key)).unwrap();
    quoted(line)
}

/// The pieces between single quotes.
fn quoted(text: &str) -> Vec<String> {
    text.split('\'').skip(1).step_by(2).map(str::to_owned).collect()
}
