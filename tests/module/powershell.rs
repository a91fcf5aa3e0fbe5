//! The PowerShell module as it is written: versions, exports, help and syntax, as far as that can be
//! told without PowerShell; and its Pester tests where there is one.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use eop_relay::diagnosis::{CertificateStatus, FindingId, Verdict};
use eop_relay::evidence::delivery_error::DeliveryErrorSource;
use eop_relay::reply::RejectionClass;

use crate::support::{assert_success, is_installed, root, say};

const VERSION: &str = env!("CARGO_PKG_VERSION");
const MANIFEST: &str = include_str!("../../powershell/EopRelay/EopRelay.psd1");
const LOADER: &str = include_str!("../../powershell/EopRelay/shared/Interop.psm1");
const SESSIONS: &str = include_str!("../../powershell/EopRelay/Get-SendConnectorTlsSession.psm1");
const CERTIFICATE_TEST: &str =
    include_str!("../../powershell/EopRelay/Test-EopRelayCertificate.psm1");
const CHECK: &str = include_str!("../../powershell/EopRelay/Invoke-EopRelayCheck.psm1");
const README: &str = include_str!("../../README.md");
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
    for list in ["NestedModules", "TypesToProcess", "FormatsToProcess"] {
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
            .map(|name| name.trim_end_matches(','))
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

/// The last column takes what is left beside the others, and a status is never cut.
#[test]
fn the_table_of_certificates_fits_120_columns() {
    let (_, table) =
        FORMATS.split_once("<Name>EopRelay.ConnectorCertificate.Table</Name>").unwrap();
    let (table, _) = table.split_once("</TableHeaders>").unwrap();
    let width = |text: &str| text.split('<').next().unwrap().parse::<usize>().unwrap();
    let widths: Vec<usize> = table.split("<Width>").skip(1).map(width).collect();
    assert_eq!(table.matches("<TableColumnHeader>").count(), widths.len() + 1);
    assert!(widths.iter().map(|width| width + 1).sum::<usize>() + 15 <= 120, "{widths:?}");
    let longest = CertificateStatus::ALL.iter().map(|status| status.name().len()).max().unwrap();
    assert!(longest <= widths[2]);
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

/// The subject has room beside the longest fault.
#[test]
fn the_table_of_chain_events_fits_120_columns() {
    let (_, table) = FORMATS.split_once("<Name>EopRelay.ChainEvent.Table</Name>").unwrap();
    let (table, _) = table.split_once("</TableHeaders>").unwrap();
    let width = |text: &str| text.split('<').next().unwrap().parse::<usize>().unwrap();
    let widths: Vec<usize> = table.split("<Width>").skip(1).map(width).collect();
    assert!(widths.iter().map(|width| width + 1).sum::<usize>() + 40 <= 120, "{widths:?}");
    let faults = eop_relay::evidence::chain_event::ChainFault::ALL;
    assert!(faults.iter().all(|fault| fault.name().len() <= widths[1]));
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

/// What changed, in the last column, has room for a name.
#[test]
fn the_table_of_hybrid_changes_fits_120_columns() {
    let (_, table) = FORMATS.split_once("<Name>EopRelay.HybridChange.Table</Name>").unwrap();
    let (table, _) = table.split_once("</TableHeaders>").unwrap();
    let width = |text: &str| text.split('<').next().unwrap().parse::<usize>().unwrap();
    let taken: usize = table.split("<Width>").skip(1).map(|text| width(text) + 1).sum();
    assert!(taken + 40 <= 120, "{taken} columns beside what changed");
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
fn the_commands_of_the_readme_are_short_enough_for_schtasks() {
    let mut found = 0;
    for line in README.lines().filter(|line| line.trim_start().starts_with("/TR ")) {
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

#[test]
fn the_table_of_errors_fits_120_columns() {
    let (_, table) = FORMATS.split_once("<Name>EopRelay.DeliveryError.Table</Name>").unwrap();
    let (table, _) = table.split_once("</TableHeaders>").unwrap();
    let width = |text: &str| text.split('<').next().unwrap().parse::<usize>().unwrap();
    let widths: Vec<usize> = table.split("<Width>").skip(1).map(width).collect();
    let taken = widths.iter().map(|width| width + 1).sum::<usize>();
    assert!(taken + 40 <= 120, "{taken} columns beside the reply");
    let longest = |names: Vec<&str>| names.into_iter().map(str::len).max().unwrap();
    let sources = DeliveryErrorSource::ALL.iter().map(|source| source.name()).collect();
    let classes = RejectionClass::ALL.iter().map(|class| class.name()).collect();
    assert!(longest(sources) <= widths[0]);
    assert!(longest(classes) <= widths[1]);
}

/// What stands beside the summary has room for the longest name, and the summary for its beginning.
#[test]
fn the_table_of_reports_fits_120_columns() {
    let (_, table) = FORMATS.split_once("<Name>EopRelay.Report.Table</Name>").unwrap();
    let (table, _) = table.split_once("</TableHeaders>").unwrap();
    let width = |text: &str| text.split('<').next().unwrap().parse::<usize>().unwrap();
    let widths: Vec<usize> = table.split("<Width>").skip(1).map(width).collect();
    let columns = table.matches("<TableColumnHeader>").count();
    assert_eq!(columns, widths.len() + 1, "the last column takes what is left");
    let taken = widths.iter().map(|width| width + 1).sum::<usize>();
    assert!(taken + 50 <= 120, "{taken} columns beside the summary");
    let longest = |names: Vec<&str>| names.into_iter().map(str::len).max().unwrap();
    let verdicts = Verdict::ALL.iter().map(|verdict| verdict.name()).collect();
    let causes = FindingId::ALL.iter().map(|cause| cause.name()).collect();
    assert!(longest(verdicts) <= widths[0]);
    assert!(longest(causes) <= widths[1]);
}

#[test]
fn outcomes_to_choose_from_are_those_of_the_core() {
    let (_, set) = SESSIONS.split_once("[ValidateSet(").unwrap();
    let names: Vec<String> = quoted(set.split(')').next().unwrap());
    let outcomes: Vec<&str> =
        eop_relay::session::Outcome::ALL.iter().map(|outcome| outcome.name()).collect();
    assert_eq!(names, outcomes);
}

#[test]
fn scripts_have_the_syntax_of_windows_powershell() {
    let modules = root().join("target/powershell-grammar/node_modules");
    if !modules.exists() || !is_installed("node") {
        say("PowerShell syntax not checked: run tests/powershell/syntax.sh once (needs Node.js)");
        return;
    }
    let output = Command::new(root().join("tests/powershell/syntax.sh")).output().unwrap();
    assert_success("tests/powershell/syntax.sh", &output);
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
