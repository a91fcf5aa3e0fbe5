# Pester 5; see Module.Tests.ps1. Every example of the help is run, as it stands there: with stand-ins for what
# only Exchange, Windows or a network has, and with a folder of the test in place of each drive.
BeforeDiscovery {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath '../../powershell/EopRelay/EopRelay.psd1') -Force
    $examples = @(foreach ($cmdlet in (Get-Module -Name EopRelay).ExportedFunctions.Keys | Sort-Object) {
        $number = 0
        foreach ($example in (Get-Help -Name $cmdlet -Examples).Examples.Example) {
            $number++
            # Code that the words below it show, set in further, is a part of it.
            $more = @(($example.Remarks | ForEach-Object { $_.Text }) -split '\r?\n' | Where-Object { $_ -match '^ {4,}\S' } | ForEach-Object { $_.Trim() })
            @{ Cmdlet = $cmdlet; Number = $number; Code = [string]::Join("`n", @($example.Code) + $more) }
        }
    })
    # What an example must say on this machine, in place of nothing: (id of the error, why).
    $onWindows = $PSVersionTable.PSEdition -ne 'Core' -or $IsWindows
    $troubles = @{}
    # No certificate has the thumbprint of the example.
    $troubles['Test-EopRelayCertificate 6'] = 'CertificateNotFound'
    # No wizard ran here, and no certificate with its key is in a store of this computer.
    # No mail comes.
    $troubles['Get-SendConnectorTlsSession 10'] = 'NoSuccess'
    $troubles['Get-EopRelayHybridChange 1'] = 'LogNotFound'
    $troubles['Get-EopRelayHybridChange 2'] = 'LogNotFound'
    $troubles['Test-EopRelayConnection 1'] = 'NativeLibraryRefused'
    $troubles['Test-EopRelayConnection 3'] = 'NativeLibraryRefused'
    if (-not $onWindows) {
        $troubles['Get-EopRelayChain 2'] = 'NativeLibraryRefused'
    }
    elseif (Test-Path -Path 'HKCU:\Software\Wine') {
        # Wine does not confine the folder of the check.
        $troubles['Register-EopRelayCheck 1'] = 'StateUnusable'
    }
    foreach ($example in $examples) {
        $example['Trouble'] = [string]$troubles["$($example.Cmdlet) $($example.Number)"]
    }
}

BeforeAll {
    Set-StrictMode -Version 3.0
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath '../../powershell/EopRelay/EopRelay.psd1') -Force
    $fixtures = Join-Path -Path $PSScriptRoot -ChildPath '../fixtures' | Resolve-Path | Select-Object -ExpandProperty ProviderPath
    $examplesFolder = Join-Path -Path $PSScriptRoot -ChildPath '../../examples' | Resolve-Path | Select-Object -ExpandProperty ProviderPath
    $log = Join-Path -Path $fixtures -ChildPath 'interop/SEND2026111501-1.LOG'
    $global:exampleAnswers = @{}

    # Lays a file of the fixtures where an example looks for it.
    function Copy-ToDrive([string]$From, [string]$To) {
        $target = Join-Path -Path $TestDrive -ChildPath $To
        $null = New-Item -Path (Split-Path -Path $target -Parent) -ItemType Directory -Force
        Copy-Item -LiteralPath (Join-Path -Path $fixtures -ChildPath $From) -Destination $target
    }

    foreach ($folder in 'D/Logs/SmtpSend', 'D/Logs', 'D/Logs/EX01', 'D/Logs/EX02', 'D/Exchange/TransportRoles/Logs/Hub/ProtocolLog/SmtpSend', 'D/Case [4711]/EX2', 'C/Logs', 'C/Services', 'C/Program Files/Microsoft/Exchange Server/V15/TransportRoles/Logs/Hub/ProtocolLog/SmtpSend') {
        $name = 'SEND2026111501-1.LOG'
        $target = Join-Path -Path $TestDrive -ChildPath $folder
        $null = [System.IO.Directory]::CreateDirectory($target)
        [System.IO.File]::Copy($log, [System.IO.Path]::Combine($target, $name), $true)
    }
    foreach ($folder in 'C/Temp', 'C/Exports', 'C/ProgramData/EopRelay', 'D/Tasks', 'D/EopRelay', 'D/Case', 'C/Users/ola/AppData/Roaming/Microsoft/Exchange Hybrid Configuration') {
        $null = [System.IO.Directory]::CreateDirectory((Join-Path -Path $TestDrive -ChildPath $folder))
    }
    foreach ($place in 'C/Certificates/renewed.pfx', 'D/new.pfx') {
        Copy-ToDrive 'certificates/mail.contoso.com.pfx' $place
    }
    Copy-ToDrive 'certificates/mail.contoso.com.p7b' 'C/Certificates/intermediates.p7b'
    Copy-ToDrive 'certificates/fabrikam-ca-5.cer' 'C/Certificates/ca'
    Copy-ToDrive 'certificates/mail.contoso.com.cer' 'work/mail.cer'
    [System.IO.File]::Copy([System.IO.Path]::Combine($examplesFolder, 'renewal/other-issuer.pem'), [System.IO.Path]::Combine($TestDrive, 'work/new.pem'))
    # The library reads logs of events by their content.
    Copy-ToDrive 'chain-events/partial-chain.xml' 'C/Temp/capi2.evtx'
    Copy-ToDrive 'chain-events/german.xml' 'D/Case/other.evtx'
    [System.IO.File]::Copy([System.IO.Path]::Combine($fixtures, 'chain-events/german.xml'), [System.IO.Path]::Combine($TestDrive, 'D/Case [4711]/events.xml'))
    [System.IO.File]::Copy([System.IO.Path]::Combine($fixtures, 'delivery_errors/ndr.html'), [System.IO.Path]::Combine($TestDrive, 'D/Case [4711]/ndr.html'))
    Copy-ToDrive 'delivery_errors/ndr.eml' 'C/Reports/ndr.eml'
    $wizard = Join-Path -Path $examplesFolder -ChildPath 'hybrid/20261115_210211.log'
    foreach ($place in 'D/Case/20261115_210211.log', 'D/Case [4711]/20261115_210211.log', 'C/Users/ola/AppData/Roaming/Microsoft/Exchange Hybrid Configuration/20261115_210211.log') {
        [System.IO.File]::Copy($wizard, [System.IO.Path]::Combine($TestDrive, $place))
    }

    $global:exampleCertificate = [System.Security.Cryptography.X509Certificates.X509Certificate2]::new((Join-Path -Path $fixtures -ChildPath 'certificates/mail.contoso.com.cer'))
    $here = [System.Environment]::MachineName
    $inbound = [pscustomobject]@{ Name = 'From on-premises'; Enabled = $true; ConnectorType = 'OnPremises'; TlsSenderCertificateName = 'mail.contosso.com'; SenderIPAddresses = @() }
    $domain = [pscustomobject]@{ Name = 'contoso.com'; DomainName = 'contoso.com'; DomainType = 'Authoritative' }
    $service = [pscustomobject]@{ Name = $here; SendProtocolLogPath = [System.IO.Path]::Combine($TestDrive, 'D/Logs/SmtpSend'); ReceiveProtocolLogPath = '' }
    $connector = [pscustomobject]@{ Name = 'outbound to Microsoft 365'; Enabled = $true; SmartHosts = @('[127.0.0.1]'); Fqdn = 'mail.contoso.com'; AddressSpaces = @('SMTP:*;1'); TlsCertificateName = $null; SourceTransportServers = @([pscustomobject]@{ Name = $here }) }
    $receiving = [pscustomobject]@{ Name = 'Default Frontend'; Server = $here; Enabled = $true; Bindings = @('0.0.0.0:25'); AuthMechanism = 'Tls'; TlsCertificateName = $null; Fqdn = 'mail.contoso.com' }
    $installed = @(
        [pscustomobject]@{ Thumbprint = $global:exampleCertificate.Thumbprint; RawData = $global:exampleCertificate.RawData; Services = 'IIS, SMTP'; Status = 'Valid'; HasPrivateKey = $true; RootCAType = 'ThirdParty' }
    )
    $queues = Import-Clixml -LiteralPath (Join-Path -Path $fixtures -ChildPath 'delivery_errors/queues.xml')
    $messages = Get-Content -LiteralPath (Join-Path -Path $fixtures -ChildPath 'delivery_errors/messages.json') -Raw | ConvertFrom-Json
    # Objects that know ToXml(), as those of Get-WinEvent do.
    $events = @(([xml](Get-Content -LiteralPath (Join-Path -Path $fixtures -ChildPath 'chain-events/partial-chain.xml') -Raw)).SelectNodes('//*[local-name()="Event"]') | ForEach-Object {
        $text = $_.OuterXml
        [pscustomobject]@{ LogName = 'Microsoft-Windows-CAPI2/Operational' } | Add-Member -MemberType ScriptMethod -Name ToXml -Value { $text }.GetNewClosure() -PassThru
    })
    $answers = @{
        'Get-SendConnector'            = { $connector }
        'Get-ReceiveConnector'         = { $receiving }
        'Get-TransportService'         = { $service }
        'Get-FrontendTransportService' = { [pscustomobject]@{ Name = $here; SendProtocolLogPath = $service.SendProtocolLogPath } }
        'Get-ExchangeCertificate'      = { $installed }
        'Get-InboundConnector'         = { $inbound }
        'Get-AcceptedDomain'           = { $domain }
        'Get-CloudInboundConnector'    = { $inbound }
        'Get-CloudAcceptedDomain'      = { $domain }
        'Connect-ExchangeOnline'       = { }
        'Get-Queue'                    = { $queues }
        'Get-Message'                  = { $messages }
        'Get-MessageTrackingLog'       = { $queues }
        'Get-WinEvent'                 = { $events }
        'Get-Clipboard'                = { '550 5.7.64 TenantAttribution; Relay Access Denied' }
        'wevtutil'                     = { }
        'Register-ScheduledTask'       = { }
        'Get-ScheduledTask'            = { [pscustomobject]@{ TaskName = 'EopRelay check' } }
        'Unregister-ScheduledTask'     = { }
        'New-ScheduledTaskAction'      = { 'action' }
        'New-ScheduledTaskTrigger'     = { 'trigger' }
        'New-ScheduledTaskPrincipal'   = { 'principal' }
        'New-ScheduledTaskSettingsSet' = { 'settings' }
    }
    foreach ($name in $answers.Keys) {
        $global:exampleAnswers[$name] = $answers[$name].GetNewClosure()
        Set-Item -Path "function:global:$name" -Value { & $global:exampleAnswers[$MyInvocation.MyCommand.Name] }
    }
    # What the example alone sees.
    $seen = @{
        'Read-Host'      = { $password = [securestring]::new(); 'correct horse'.ToCharArray() | ForEach-Object { $password.AppendChar($_) }; $password }
        'Invoke-Command' = { param([string]$ComputerName, [Parameter(Position = 0)][scriptblock]$ScriptBlock) & $ScriptBlock }
        # Where there is no drive of certificates.
        'Get-ChildItem'  = {
            param([Parameter(Position = 0)][string[]]$Path, [string]$Filter)
            if ($Path -like 'Cert:*') {
                $global:exampleCertificate
            }
            else {
                Microsoft.PowerShell.Management\Get-ChildItem @PSBoundParameters
            }
        }
        # The text of a task, run here for what comes of it.
        'powershell.exe' = {
            param([switch]$NoProfile, [switch]$NonInteractive, [string]$Command)
            $task = $Command -replace '^Import-Module EopRelay -ErrorAction Stop; exit ', ''
            $task | Should -Not -Be $Command
            & ([scriptblock]::Create($task))
        }
    }
    # A front end that answers each connection, and knows no STARTTLS.
    $listener = [System.Net.Sockets.TcpListener]::new([System.Net.IPAddress]::Loopback, 0)
    $listener.Start()
    $frontEnd = [powershell]::Create()
    $null = $frontEnd.AddScript({
        param($Listener)
        while ($true) {
            $client = $Listener.AcceptTcpClient()
            $stream = $client.GetStream()
            $reader = [System.IO.StreamReader]::new($stream)
            foreach ($reply in '220 DB9EUR01FT019.mail.protection.outlook.com ready', '250 DB9EUR01FT019.mail.protection.outlook.com Hello [203.0.113.40]', '250 ok', '250 ok', '250 ok', '221 bye') {
                $bytes = [System.Text.Encoding]::ASCII.GetBytes("$reply`r`n")
                $stream.Write($bytes, 0, $bytes.Length)
                if ($null -eq $reader.ReadLine()) {
                    break
                }
            }
            $client.Close()
        }
    }).AddArgument($listener)
    $null = $frontEnd.BeginInvoke()

    # What the examples take as there.
    Push-Location -LiteralPath (Join-Path -Path $TestDrive -ChildPath 'work')
    $sessions = @(Get-SendConnectorTlsSession -LiteralPath $log -EopOnly)
    $sessions | Export-Clixml -Path sessions.xml
    $service | Export-Clixml -Path services.xml
    $connector | Export-Clixml -Path send.xml
    $installed | Export-Clixml -Path installed.xml
    $sessions | Test-EopRelayCertificate | Export-Clixml -Path report.xml
    foreach ($folder in '.', '../C/Exports', '../C/ProgramData/EopRelay') {
        $inbound | Export-Clixml -Path "$folder/inbound.xml"
        $domain | Export-Clixml -Path "$folder/domains.xml"
    }
    [System.IO.File]::WriteAllText([System.IO.Path]::Combine($TestDrive, 'C/ProgramData/EopRelay/check.jsonl'), '{"ExitCode":20,"Time":"2026-11-15T02:00:00Z","Cause":"NameMismatch","Summary":"x"}' + "`n")
    $package = [System.IO.Path]::Combine($TestDrive, 'package.zip')
    $null = Export-EopRelayEvidence -Path $package -Hours 8760 -WarningAction SilentlyContinue
    # The key of a redacted package, and an answer to it.
    $null = Export-EopRelayEvidence -Path ([System.IO.Path]::Combine($TestDrive, 'work/case.zip')) -Hours 8760 -Redact -WarningAction SilentlyContinue
    [System.IO.File]::WriteAllText([System.IO.Path]::Combine($TestDrive, 'work/answer.txt'), 'REFUSED: NameMismatch')
    $reported = @(Get-SendConnectorTlsSession -LiteralPath (Join-Path -Path $fixtures -ChildPath 'delivery_errors/SEND20261117-1.LOG'))
    $installPath = $env:ExchangeInstallPath
    $env:ExchangeInstallPath = [System.IO.Path]::Combine($TestDrive, 'C/Program Files/Microsoft/Exchange Server/V15')
    $given = @{
        sessions = $sessions; services = @($service); connectors = @($connector); installed = $installed; inbound = @($inbound)
        domains = @($domain); send = @($connector); receive = @($receiving)
    }

    # The text of an example, with folders of the test for drives, and the stand-in for the front end.
    function Get-Runnable([string]$Text) {
        foreach ($drive in 'C', 'D') {
            $folder = [System.IO.Path]::Combine($TestDrive, $drive)
            $Text = [regex]::Replace($Text, "(?i)(\\\\EX\w+\\$drive\`$|\b${drive}:)(?=\\)", $folder.Replace('$', '$$'))
        }
        $Text = $Text -replace '(Test-EopRelayConnection -(?:From|Inbound)[^\r\n]*)', "`$1 -Port $($listener.LocalEndpoint.Port)"
        $Text = $Text -replace 'contoso-com\.mail\.protection\.outlook\.com|ex01\.contoso\.com(?= -TlsDomain)', '127.0.0.1'
        # Nobody waits ten minutes for a third front end, or an hour for mail.
        $Text = $Text -replace '-TimeoutSec \d+', '-TimeoutSec 1'
        $Text = $Text -replace '-UntilAccepted', '-UntilAccepted -TimeLimitSec 1'
        # A thumbprint as pasted, of a certificate that is there; the other one is of none.
        $Text = $Text -replace '12 34 56 78 9a bc de f0 [0-9a-f ]+', ($global:exampleCertificate.Thumbprint -replace '(..)', '$1 ').Trim()
        # The shell goes on.
        $Text -replace '\bexit (?=10\b|\$)', 'return '
    }
}

AfterAll {
    Pop-Location
    $listener.Stop()
    $frontEnd.Stop()
    $frontEnd.Dispose()
    $env:ExchangeInstallPath = $installPath
    foreach ($name in $global:exampleAnswers.Keys) {
        Remove-Item -Path "Function:\$name"
    }
    Remove-Variable -Name exampleAnswers, exampleCertificate -Scope Global
}

Describe 'Example <Number> of <Cmdlet>' -ForEach $examples {
    It 'runs as it stands' {
        $text = Get-Runnable $Code
        $case = [System.IO.Path]::Combine($TestDrive, 'C/Temp/case.zip')
        if ($Cmdlet -eq 'Export-EopRelayEvidence') {
            Remove-Item -LiteralPath $case -ErrorAction Ignore
        }
        else {
            Copy-Item -LiteralPath $package -Destination $case
        }
        if ($Cmdlet -eq 'Resolve-EopRelayError') {
            $given['sessions'] = $reported
        }
        $variables = @(foreach ($name in $given.Keys) { [psvariable]::new($name, $given[$name]) })
        $Error.Clear()
        $shown = $global:ErrorActionPreference
        if ($Trouble -ne '') {
            # A module sees the preference of the console alone.
            $global:ErrorActionPreference = 'SilentlyContinue'
        }
        $output = @(
            try {
                [scriptblock]::Create($text).InvokeWithContext($seen, $variables)
            }
            catch {
                # What ends a cmdlet is among the errors.
                $null = $_
            }
            finally {
                $global:ErrorActionPreference = $shown
            }
        )
        $ids = @($Error | ForEach-Object { [string]$_.FullyQualifiedErrorId } | Where-Object { $_ -notmatch '^(EopRelay|CmdletInvocation|MethodInvocation)Exception$' } | ForEach-Object { ($_ -split ',')[0] } | Select-Object -Unique)
        [string]::Join(' ', $ids) | Should -Be $Trouble -Because "$text says: $($Error -join '; ')"
        # What is assigned, exported or only tried leaves nothing on the screen; nor does what finds nothing here.
        $isSilent = $Trouble -ne '' -or $text -match '(?m)(^\s*\$\w+ = .*|Export-Csv.*|Export-Clixml.*|-WhatIf|\$result.Installed . Format-List|Set-Content.*|-Start \(Get-Date\).*|Export-EopRelayReport -Path \S+|^if .*|^(Unr|R)egister-.*|-ErrorAction SilentlyContinue|-Thumbprint (\$sent|''[0-9A-F ]*''))\s*\z'
        if (-not $isSilent) {
            $output.Count | Should -BeGreaterThan 0 -Because $text
        }
    }
}
