# Invoke-EopRelayCheck, the check of a scheduled task.
Set-StrictMode -Version 3.0

Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'shared/ErrorRecord.psm1')
Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'shared/EvidencePath.psm1')
Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'shared/Evidence.psm1')

function Invoke-EopRelayCheck {
    <#
    .SYNOPSIS
    Checks in a scheduled task whether Exchange Online Protection accepts the server's mail: reads what is new in the logs, judges the certificates in use and the installed ones, and says so in one object with an exit code.

    .DESCRIPTION
    Invoke-EopRelayCheck reads the rows that the send logs got since its last run, judges the sessions that may have gone to Exchange Online Protection, and, where send connectors and installed certificates are given, the certificate that Exchange would send now, so that a renewal is judged before the first mail. It always returns one object, whatever goes wrong:

        ExitCode  0 fine, 10 warning, 20 refused, 30 uncertain or no evidence, 40 an input cannot be read

    InUse is the report on the sessions, Installed the one on the installed certificate; Verdict, Cause and Summary are those of the graver one. Anything that was refused since the last run is at least a warning (10), with its number, whatever passed since. No new session for longer than -QuietHours is no evidence (30, cause NoEvidence), and never fine: with protocol logging off there would be none either. What cannot be read outweighs what was found.

    A certificate is warned about in the last third of its validity, at most 30 days. Renewals says how far its renewal is, as soon as the renewed certificate is installed on one of the servers: ready on EX01, missing on EX02; installed, and the connector still names the old issuer; and after the switch which servers still sent the one before. Summary says the same. Give the certificates of all servers with -InstalledCertificate for that.

    It needs no cloud login and no Exchange cmdlets. What it judges by is given as objects or as files that the cmdlets were exported to: connectors and accepted domains change seldom. Export them again when they do.

    The first run judges the sessions of the last day; every later one all since the run before. Rows count as read only when the result is written, so a run that fails is made good by the next. At most 10,000 sessions of a run are judged, and as many more that failed; the rest is counted, and said.

    The state is kept in a file that one run uses at a time. By default it lies in the folder EopRelay of ProgramData, which is made with access for administrators and SYSTEM only; if somebody else made that folder, the check refuses it. For another account give -StatePath. Delete the state file to begin anew.

    The process runs at below-normal priority meanwhile.

    With -WhatIf everything is read and judged, and nothing is written: neither the state, nor -JsonPath, nor the event. So it may be tried by hand beside the task.

    Exit code 1 of the task means that the check itself did not run: powershell.exe answers it where the module cannot be imported, or a parameter is wrong.

    .PARAMETER Path
    Send logs: files, folders or patterns. Without it, the folders of front end, hub and edge transport below the ExchangeInstallPath of this computer. Only without it the certificate stores of this computer are evidence too (LocalMachine\My, CA and Root): the logs of -Path may be another server's. Give both the front-end and the hub folder where mail goes through the front end.

    .PARAMETER Server
    The server whose logs and installed certificates they are, for logs that were copied.

    .PARAMETER StatePath
    The state file. By default check.state in the folder EopRelay of ProgramData. Each task needs its own.

    .PARAMETER JsonPath
    A file to which the result is added, one JSON object a line, for monitoring that reads files. Its folder must exist. From 32 MB on it is put aside as NAME.1.jsonl, which replaces the one before.

    .PARAMETER EventLog
    Writes the result to the Application log of Windows: source EopRelay, identifier 1000 plus the exit code, level Information (0), Warning (10, 30) or Error (20, 40). The source is registered once, by an administrator in Windows PowerShell: New-EventLog -LogName Application -Source EopRelay. PowerShell 7 has no New-EventLog; there it is [System.Diagnostics.EventLog]::CreateEventSource('EopRelay', 'Application'). Writing works in both. If no event can be written, Notices says why, and the check stands.

    .PARAMETER InboundConnector
    The inbound connectors of the tenant: objects of Get-InboundConnector in Exchange Online, or files that they were exported to, by path or pattern (Export-Clixml, ConvertTo-Json, Export-Csv, Format-List text). $null and an empty list say that there is none.

    .PARAMETER AcceptedDomain
    The accepted domains of the tenant: objects of Get-AcceptedDomain in Exchange Online, such files, or the domains as text.

    .PARAMETER SendConnector
    The send connectors: objects of Get-SendConnector, or such files.

    .PARAMETER ReceiveConnector
    The receive connectors, over which Exchange Online hands mail to this organisation: objects of Get-ReceiveConnector, or such files. What they name is held against the installed certificates.

    .PARAMETER InstalledCertificate
    The certificates installed on the server: objects of Get-ExchangeCertificate, or such files. Without it, and without -Path, the certificates of LocalMachine\My are taken; they do not say which are enabled for SMTP.

    .PARAMETER IntermediatePath
    Files with the intermediates that the server has in LocalMachine\CA, all of them. Without it, and with -Path, whether the server can send the chain is not known.

    .PARAMETER RootPath
    Files with roots that are trusted beside the built-in list of public ones.

    .PARAMETER SourceIPAddress
    The public address that Exchange Online Protection sees. Without it the address is that of the log.

    .PARAMETER WarningDays
    Warns about a certificate that many days before its expiry, 0 to 3650. The default is a third of its validity, at most 30.

    .PARAMETER QuietHours
    How many hours without a session to Exchange Online Protection are normal, 0 to 720. The default is 12: a night without mail is no fault. Until then a run without a new session is 0, unless the installed certificate is at fault, and writes no event; beyond it is 30, and the event is written once.

    .OUTPUTS
    EopRelay.CheckResult. Its members: Time, Computer, ExitCode, Verdict, Cause, Summary, SessionsRead, SessionsFailed, SessionsRefused, SessionsJudged, InUse, Installed, Renewals, Notices.

    .EXAMPLE
    powershell.exe -NoProfile -NonInteractive -Command "Import-Module EopRelay -ErrorAction Stop; exit (Invoke-EopRelayCheck -EventLog -JsonPath C:\ProgramData\EopRelay\check.jsonl).ExitCode"

    The action of a task under SYSTEM. Import-Module names no path, so the task survives an upgrade of the module.

    .EXAMPLE
    Connect-ExchangeOnline -Prefix Cloud
    Get-CloudInboundConnector | Export-Clixml -Path C:\ProgramData\EopRelay\inbound.xml
    Get-CloudAcceptedDomain | Export-Clixml -Path C:\ProgramData\EopRelay\domains.xml
    Invoke-EopRelayCheck -InboundConnector C:\ProgramData\EopRelay\inbound.xml -AcceptedDomain C:\ProgramData\EopRelay\domains.xml

    Exports once what the check judges by, wherever the cloud login is, and uses the files.

    .EXAMPLE
    $send = Get-SendConnector
    $installed = Get-ExchangeCertificate
    $result = Invoke-EopRelayCheck -SendConnector $send -InstalledCertificate $installed -WarningDays 45
    $result.Installed | Format-List

    By hand in the Exchange Management Shell: what would Exchange send now, and will it be accepted? Exchange's output is assigned first.

    .EXAMPLE
    Invoke-EopRelayCheck -Path '\\EX2\C$\Program Files\Microsoft\Exchange Server\V15\TransportRoles\Logs\Hub\ProtocolLog\SmtpSend' -StatePath D:\EopRelay\ex2.state -JsonPath D:\EopRelay\ex2.jsonl

    Under a service account, for another server's logs: that account must be able to read them and to write to D:\EopRelay. It needs no profile.

    .EXAMPLE
    Get-Content -Path C:\ProgramData\EopRelay\check.jsonl -Tail 96 | ConvertFrom-Json | Where-Object { $_.ExitCode -eq 20 } | Select-Object Time, Cause, Summary

    Which checks of the last day found that mail is refused.

    .LINK
    Get-SendConnectorTlsSession

    .LINK
    Test-EopRelayCertificate

    .LINK
    about_EopRelay
    #>
    [CmdletBinding(SupportsShouldProcess = $true, PositionalBinding = $false)]
    [OutputType('EopRelay.CheckResult')]
    param(
        [Parameter(Position = 0)]
        [ValidateNotNullOrEmpty()]
        [SupportsWildcards()]
        [string[]]
        $Path,

        [Parameter()]
        [ValidateNotNullOrEmpty()]
        [string]
        $Server,

        [Parameter()]
        [ValidateNotNullOrEmpty()]
        [string]
        $StatePath,

        [Parameter()]
        [ValidateNotNullOrEmpty()]
        [string]
        $JsonPath,

        [Parameter()]
        [switch]
        $EventLog,

        [Parameter()]
        [AllowNull()]
        [AllowEmptyCollection()]
        [psobject[]]
        $InboundConnector,

        [Parameter()]
        [AllowNull()]
        [AllowEmptyCollection()]
        [psobject[]]
        $AcceptedDomain,

        [Parameter()]
        [AllowNull()]
        [AllowEmptyCollection()]
        [psobject[]]
        $SendConnector,

        [Parameter()]
        [AllowNull()]
        [AllowEmptyCollection()]
        [psobject[]]
        $ReceiveConnector,

        [Parameter()]
        [AllowNull()]
        [AllowEmptyCollection()]
        [psobject[]]
        $InstalledCertificate,

        [Parameter()]
        [ValidateNotNullOrEmpty()]
        [string[]]
        $IntermediatePath,

        [Parameter()]
        [ValidateNotNullOrEmpty()]
        [string[]]
        $RootPath,

        [Parameter()]
        [ValidateNotNullOrEmpty()]
        [string]
        $SourceIPAddress,

        [Parameter()]
        [ValidateRange(0, 3650)]
        [int]
        $WarningDays,

        [Parameter()]
        [ValidateRange(0, 720)]
        [int]
        $QuietHours = 12
    )

    $check = [EopRelay.Interop]::NewCheckRequest()
    $check.WritesEvent = $EventLog.IsPresent
    $check.QuietTime = [timespan]::FromHours($QuietHours)
    # -WhatIf judges and writes nothing, also beside the task.
    $check.IsTrial = -not $PSCmdlet.ShouldProcess('the state file, the result and the event', 'Write')
    $problems = @(
        if ($PSBoundParameters.ContainsKey('JsonPath')) {
            $resolved = Resolve-EvidencePath -Cmdlet $PSCmdlet -Path $JsonPath -Literal -Kind 'JsonPath'
            if ($resolved -is [EopRelay.EopRelayException]) {
                $resolved
            }
            else {
                $check.JsonPath = $resolved.Plain
            }
        }
        if ($PSBoundParameters.ContainsKey('StatePath')) {
            $resolved = Resolve-EvidencePath -Cmdlet $PSCmdlet -Path $StatePath -Literal -Kind 'State'
            if ($resolved -is [EopRelay.EopRelayException]) {
                $resolved
            }
            else {
                $check.StatePath = $resolved.Plain
            }
        }
        foreach ($given in $Path) {
            $resolved = Resolve-EvidencePath -Cmdlet $PSCmdlet -Path $given -Literal -Kind 'Log'
            if ($resolved -is [EopRelay.EopRelayException]) {
                $resolved
            }
            else {
                $check.Logs.Add([EopRelay.Interop]::LocatePath($resolved.Plain, $true, $Server))
            }
        }
        if (-not $PSBoundParameters.ContainsKey('Path')) {
            $check.AddLogsOfThisServer($env:ExchangeInstallPath, $Server)
        }
        Add-Evidence -Request $check.Evidence -Cmdlet $PSCmdlet -BoundParameters $PSBoundParameters
    )
    # A task has nobody to read an error: what cannot be used is said in the result.
    foreach ($problem in $problems) {
        if ($null -ne $problem) {
            $check.Fail($problem)
        }
    }
    [EopRelay.Interop]::Check($check)
}

Export-ModuleMember -Function Invoke-EopRelayCheck
