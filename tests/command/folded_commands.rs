//! A command that was folded means to PowerShell what it meant in one line. Runs where there is
//! pwsh, with stand-ins for every command that print the arguments they get.

use std::fs;
use std::process::Command;

use eop_relay::finding::{COMMAND_WIDTH, fold};
use eop_relay::reply::CATALOGUE;

/// Commands of which each is longer than a line.
const COMMANDS: &[&str] = &[
    "Set-InboundConnector -Identity 'Inbound from HQ' -TlsSenderCertificateName '*.contoso.com' -Confirm:$false",
    "Set-InboundConnector -Identity 'Relay by address' -SenderIPAddresses '203.0.113.40','203.0.113.41','203.0.113.77','198.51.100.0/28'",
    "Enable-ExchangeCertificate -Server 'EX01' -Thumbprint '2468ACE013579BDF2468ACE013579BDF2468ACE0' -Services SMTP -Force",
    "Get-InboundConnector | Format-List Name,Enabled,ConnectorType,TlsSenderCertificateName,SenderIPAddresses,WhenChangedUTC",
    "Get-ExchangeCertificate -Server 'EX01' -Thumbprint '5F3020DEC29308DB4F0D76972C1AA85202503280' | Format-List NotBefore,NotAfter,Status",
    "Set-SendConnector 'Outbound to Office 365' -TlsCertificateName '<I>CN=Fourth Coffee TLS CA 1, O=Fourth Coffee Trust, C=US<S>CN=mail.contoso.com, O=Contoso Ltd, L=Oslo, C=NO'",
    "Set-SendConnector 'Bob''s -Fqdn | ; $(x) `connector' -TlsCertificateName '<I>CN=\u{2019}\u{2019}quoted''\"$env:PATH\", O=(a,b) {c} [d], C=US<S>CN=mail.contoso.com, O=Conto''''so' -Enabled $true",
    "Test-NetConnection -ComputerName 'contoso-com.mail.protection.outlook.com' -Port 25 -InformationLevel Detailed",
    "Import-Certificate -FilePath '.\\73C1C1AE07083BE1AB476E791B7621C514BB811E.cer' -CertStoreLocation 'Cert:\\LocalMachine\\CA'",
    "Export-Certificate -Cert 'Cert:\\LocalMachine\\My\\91C4A0E2D75B38F6140A7C9E2B6D8F13507E4CA9' -FilePath sent.cer -Type P7B",
    "New-InboundConnector -Name '\u{6771}\u{4EAC}\u{652F}\u{5E97}\u{306E}\u{53D7}\u{4FE1}\u{30B3}\u{30CD}\u{30AF}\u{30BF}\u{30FC}\u{6771}\u{4EAC}\u{652F}\u{5E97}' -ConnectorType OnPremises -RequireTls $true -SenderDomains 'smtp:*;1'",
];

/// A command that PowerShell must refuse, folded or not.
const WITH_PLACEHOLDER: &str = "Set-SendConnector 'Outbound to Office 365' -TlsCertificateName <'<I>issuer<S>subject' of the certificate>";

const STAND_INS: &str = r"
$ErrorActionPreference = 'Stop'
foreach ($name in 'Set-InboundConnector', 'Enable-ExchangeCertificate', 'Get-InboundConnector',
    'Get-ExchangeCertificate', 'Set-SendConnector', 'Test-NetConnection', 'Import-Certificate',
    'Export-Certificate', 'New-InboundConnector', 'Format-List') {
    Set-Item -Path ('function:global:' + $name) -Value ([scriptblock]::Create(@'
param([Parameter(Position = 0)] $Identity, $TlsSenderCertificateName, $SenderIPAddresses, $Server,
    $Thumbprint, $Services, $TlsCertificateName, $ComputerName, $Port, $InformationLevel, $FilePath,
    $CertStoreLocation, $Cert, $Type, $Name, $ConnectorType, $RequireTls, $SenderDomains, $Enabled,
    [switch] $Force, [switch] $Confirm, [Parameter(ValueFromPipeline)] $InputObject)
$bound = [ordered]@{ Command = $MyInvocation.MyCommand.Name }
foreach ($key in $PSBoundParameters.Keys | Sort-Object) { $bound[$key] = [string[]]@($PSBoundParameters[$key]) }
[Console]::Out.WriteLine((ConvertTo-Json $bound -Compress -Depth 4))
'x'
'@))
}
function Invoke-Text([string] $text) {
    try { $null = & ([scriptblock]::Create($text)) }
    catch { [Console]::Out.WriteLine('refused') }
}
";

#[test]
fn every_command_of_the_catalogue_of_replies_fits_a_console() {
    let mut looked_at = 0;
    for entry in CATALOGUE {
        for command in entry.remedy.iter().flat_map(|step| [step.command, step.undo]).flatten() {
            // A way back in words is a sentence, which wraps.
            let folded = fold(command);
            let is_code = command.split(' ').next().is_some_and(|word| word.contains('-'));
            let too_long = |line: &&str| textwrap::core::display_width(line) > COMMAND_WIDTH;
            let found = folded.lines().find(too_long).filter(|_| is_code);
            assert_eq!(found, None, "{}", entry.class.name());
            looked_at += usize::from(is_code);
        }
    }
    assert!(looked_at > 20, "{looked_at}");
}

#[test]
fn every_folded_line_fits_a_console_and_keeps_its_meaning() {
    for command in COMMANDS {
        let folded = fold(command);
        assert!(folded.lines().count() > 1, "{command}");
        for line in folded.lines() {
            assert!(textwrap::core::display_width(line) <= COMMAND_WIDTH, "{line}");
        }
        assert_eq!(fold(&folded), folded);
    }
    let Some(printed) = run_all() else { return };
    let (plain, folded) = printed.split_once("FOLDED\n").unwrap();
    assert_eq!(plain, folded);
    assert_eq!(plain.matches("refused\n").count(), 1, "{plain}");
    assert!(plain.lines().count() > COMMANDS.len(), "{plain}");
    assert!(plain.contains(r"Bob's -Fqdn | ; $(x) `connector"), "{plain}");
}

/// What the stand-ins print of the commands as they are, and of them folded.
fn run_all() -> Option<String> {
    let mut script = STAND_INS.to_owned();
    let here_string = |text: &str| format!("Invoke-Text @'\n{text}\n'@\n");
    let all = || COMMANDS.iter().copied().chain([WITH_PLACEHOLDER]);
    all().for_each(|command| script += &here_string(command));
    script += "[Console]::Out.WriteLine('FOLDED')\n";
    all().for_each(|command| script += &here_string(&fold(command)));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("commands.ps1");
    // Windows PowerShell reads a file without the mark in the code page of the system.
    fs::write(
        &file,
        format!("\u{FEFF}[Console]::OutputEncoding = [Text.Encoding]::UTF8\n{script}"),
    )
    .unwrap();
    let output = Command::new("pwsh").args(["-NoProfile", "-File"]).arg(&file).output();
    let Ok(output) = output else {
        eprintln!("folded commands were not run: no pwsh");
        return None;
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    Some(text.trim_start_matches('\u{FEFF}').replace("\r\n", "\n"))
}
