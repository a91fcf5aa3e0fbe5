# Test-EopRelayCertificate.
Set-StrictMode -Version 3.0

Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'shared/ErrorRecord.psm1')
Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'shared/Completion.psm1')
Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'shared/Evidence.psm1')
Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'shared/JudgedInput.psm1')
Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'shared/Reading.psm1')
Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'shared/Session.psm1')

function Test-EopRelayCertificate {
    <#
    .SYNOPSIS
    Says whether Exchange Online Protection accepts a server's mail by its certificate, and if not, why, what proves it, and what exactly is to be done.

    .DESCRIPTION
    Test-EopRelayCertificate joins what the send log shows, the chain of the certificate, and the tenant's inbound connectors and accepted domains into one report: a verdict, one ranked cause, and every finding with its proof (file and line, or object), its remedy (command with literal values, where it runs, how to verify and how to undo it) and its reference. It needs no cloud login, asks no server, and changes nothing.

    Everything is optional. What is missing is said in the report, and what can be judged is judged: without -InboundConnector the names cannot be compared, but an expired certificate, a private authority or a missing intermediate are found all the same.

    Sessions are judged at the time at which they took place; sessions that show the same story are reported once. Sessions that do not go to Exchange Online Protection, and those of receive logs, are counted and not judged. No session at all is the cause NoEvidence, and never healthy.

    A certificate that is given as a file or as an object, and that no session shows, is judged as if it were sent: so a renewal can be tested before it is installed. Certificates alone give a report each; with sessions, logs or queue errors everything is one report.

    Evidence is given as objects, live, imported, selected or hashtables, or as files that it was exported to, which are read in any encoding. Not given is unknown; $null and an empty list say that there is none. What cannot be read is an error, and the report names it too.

    The exit codes in the report: 0 fine, 10 warning, 20 refused, 30 uncertain or no evidence, 40 an input could not be read.

    .PARAMETER InputObject
    What the pipeline brings: sessions of Get-SendConnectorTlsSession, also after Export-Clixml or Invoke-Command; certificates of the certificate drive (X509Certificate2); objects of Get-ExchangeCertificate, also from remoting or with nothing but RawData. Sessions and certificates may come together.

    .PARAMETER Thumbprint
    Judges the certificates with these thumbprints among -InstalledCertificate; without it, among those of this computer (LocalMachine\My), with the computer's own intermediates, with what can be seen of the private keys, and beside the verdict of Windows. Taken as pasted: blanks, colons and invisible marks do no harm.

    .PARAMETER Path
    Certificate files (cer, pem, p7b, pfx), or patterns (*, ?, [...]). Of several certificates in a file that one is judged that issued none of the others and is no authority; of a pfx that of the private key.

    .PARAMETER LiteralPath
    Certificate files, taken as they are: no character is a wildcard.

    .PARAMETER Password
    The password of a pfx. It opens the file here and goes nowhere else; nothing is imported.

    .PARAMETER LogPath
    Send protocol logs: files, folders or patterns; NAME=PATH says of which server they are (EX1=D:\Logs\EX1). They are read and judged in one step, which takes less time and memory than sessions of the pipeline.

    .PARAMETER Recurse
    Reads the folders below those of -LogPath too.

    .PARAMETER Server
    The server whose logs and installed certificates they are, where these do not say so themselves.

    .PARAMETER InboundConnector
    The inbound connectors of the tenant: objects of Get-InboundConnector in Exchange Online, live, imported, selected or hashtables; or files that they were exported to, by path, pattern or Get-Item (Export-Clixml, ConvertTo-Json, Export-Csv, Format-List text). $null and an empty list say that there is none: check that the cmdlet that gave them did not fail.

    .PARAMETER AcceptedDomain
    The accepted domains of the tenant: objects of Get-AcceptedDomain in Exchange Online, files as of -InboundConnector, or the domains as text. The list of the on-premises organization need not be the same.

    .PARAMETER SendConnector
    The send connectors: objects of Get-SendConnector, or files as of -InboundConnector.

    .PARAMETER ReceiveConnector
    The receive connectors, over which Exchange Online hands mail to this organisation: objects of Get-ReceiveConnector, or files as of -InboundConnector. What they name is held against the installed certificates.

    .PARAMETER Tenant
    The tenants, where there are several: hashtables or objects with Name, InboundConnector and AcceptedDomain, the two in any shape of these parameters.

    .PARAMETER EvidencePath
    Support cases: folders, or zip files such as those of Export-EopRelayEvidence. Each file is taken for what it holds.

    .PARAMETER InstalledCertificate
    The certificates installed on the server: objects of Get-ExchangeCertificate, or files as of -InboundConnector.

    .PARAMETER ChainEvent
    What the CAPI2 log of the sending server says: objects of Get-EopRelayChainEvent, also after Export-Clixml or Invoke-Command; events of Get-WinEvent, or their texts (ToXml()); the log itself as a file (.evtx, .xml). Only what it says of the certificate that is judged, for the programs that send mail, becomes a finding.

    .PARAMETER SourceIPAddress
    The public address that Exchange Online Protection sees. Without it the address is that of the log.

    .PARAMETER MailFrom
    The envelope sender to judge; '<>' is the null sender of non-delivery reports and automatic replies. Without it the senders are those of the log.

    .PARAMETER RecipientDomain
    Judges mail for this domain only.

    .PARAMETER IntermediatePath
    Files with the intermediates that the server has in LocalMachine\CA, all of them. Without it, whether the server can send the chain is not known.

    .PARAMETER RootPath
    Files with roots that are trusted beside the built-in list of public ones.

    .PARAMETER HybridLogPath
    Logs of the Hybrid Configuration Wizard: files, folders, profiles or folders of profiles (C:\Users), patterns. They say what the wizard changed before the refusals began, and stand in for -InboundConnector where that is not given; the report says how old they are.

    .PARAMETER QueueError
    Errors of queues and non-delivery reports: texts, objects of Get-Queue, Get-Message or Get-MessageTrackingLog, files by path or Get-Item, or the output of Resolve-EopRelayError. Each is looked for among the sessions, which say what a text such as '421 4.4.1 Connection timed out' only covers; alone it is worth what its text says, and no more.

    .PARAMETER At
    The time of the judgement for what no session dates. Without a zone it is local time. The default is now.

    .PARAMETER WarningDays
    Warns about a certificate that many days before its expiry, 0 to 3650. The default is a third of its validity, at most 30.

    .PARAMETER Quiet
    Returns $true if the verdict is Accepted, else $false.

    .INPUTS
    EopRelay.Session, System.Security.Cryptography.X509Certificates.X509Certificate2, objects of Get-ExchangeCertificate; any of them deserialized.

    .OUTPUTS
    EopRelay.Report. Its members: SchemaVersion, ProductVersion, JudgedAt, Inputs, Verdict, Cause, Scopes, Changes, Headline, Reason, Summary, Findings, Certificate, Chain, Connector, ExitCode, Thumbprint, Expires, Explanation.

    System.Boolean with -Quiet.

    .EXAMPLE
    $services = Get-TransportService
    $sessions = $services | Get-SendConnectorTlsSession -EopOnly
    $sessions | Test-EopRelayCertificate | Format-List

    Judges what the logs show. The output of Exchange's cmdlets is assigned first: two of them in one pipeline over remoting fail with 'Pipelines cannot be executed concurrently'.

    .EXAMPLE
    Connect-ExchangeOnline -Prefix Cloud
    $inbound = Get-CloudInboundConnector
    $domains = Get-CloudAcceptedDomain
    $send = Get-SendConnector
    $installed = Get-ExchangeCertificate -Server EX1
    $sessions | Test-EopRelayCertificate -InboundConnector $inbound -AcceptedDomain $domains -SendConnector $send -InstalledCertificate $installed

    Judges with everything. After Connect-ExchangeOnline without -Prefix, Get-AcceptedDomain is the cloud's and no longer the server's; with the prefix both are at hand.

    .EXAMPLE
    Get-InboundConnector | Export-Clixml -Path inbound.xml
    Get-AcceptedDomain | Export-Clixml -Path domains.xml

    Run where the cloud login is (Exchange Online PowerShell), and on the server then:

        $sessions | Test-EopRelayCertificate -InboundConnector (Import-Clixml inbound.xml) -AcceptedDomain (Import-Clixml domains.xml)

    .EXAMPLE
    Test-EopRelayCertificate -Path 'C:\Certificates\renewed.pfx' -Password (Read-Host -AsSecureString) -InboundConnector $inbound -AcceptedDomain contoso.com, mail.contoso.com -SendConnector $send

    Would this renewal be accepted? Nothing is installed. Accepted domains may be given as text.

    .EXAMPLE
    Test-EopRelayCertificate -Thumbprint '12 34 56 78 9a bc de f0 12 34 56 78 9a bc de f0 12 34 56 78' -InstalledCertificate $installed -InboundConnector $inbound

    Judges one of the installed certificates by its thumbprint, as pasted.

    .EXAMPLE
    Test-EopRelayCertificate -Thumbprint '1234567890ABCDEF1234567890ABCDEF12345678'

    On the server itself, with nothing else given: is the chain complete in LocalMachine\CA, is the private key there and may NETWORK SERVICE read it, and does Windows say the same? Run it as administrator; without that, the report says what could not be seen.

    .EXAMPLE
    $certificates = Get-ChildItem -Path Cert:\LocalMachine\My
    $certificates | Test-EopRelayCertificate -InboundConnector $inbound -MailFrom '<>' -IntermediatePath 'C:\Certificates\intermediates.p7b'

    Judges certificates of the certificate drive for non-delivery reports, with the intermediates of the server in a file.

    .EXAMPLE
    Import-Clixml -Path sessions.xml | Test-EopRelayCertificate -SourceIPAddress 203.0.113.7 -RecipientDomain fabrikam.com

    Judges sessions that were exported on the server, for one recipient domain, with the public address as the provider names it.

    .EXAMPLE
    $queues = Get-Queue -Filter "Status -eq 'Retry'"
    $sessions | Test-EopRelayCertificate -QueueError $queues -InboundConnector $inbound

    With what the queues say: '421 4.4.1 Connection timed out' in the queue and UnknownCredentials in the log are one story.

    .EXAMPLE
    if (-not ($sessions | Test-EopRelayCertificate -InboundConnector $inbound -AcceptedDomain $domains -Quiet)) { 'Mail to Exchange Online may be refused.' }

    In a script: only the verdict Accepted is $true.

    .EXAMPLE
    $sessions | Test-EopRelayCertificate -ChainEvent C:\Temp\capi2.evtx | Format-List

    Judges with the CAPI2 log of the server (wevtutil epl Microsoft-Windows-CAPI2/Operational C:\Temp\capi2.evtx): an intermediate that the server lacks is found even where neither the certificate nor its stores are given.

    .EXAMPLE
    Test-EopRelayCertificate -LogPath 'D:\Logs\SmtpSend' -Server EX1 -InboundConnector C:\Exports\inbound.xml -AcceptedDomain C:\Exports\domains.xml

    Judges logs of any size, and reads the evidence from the files that it was exported to.

    .EXAMPLE
    Test-EopRelayCertificate -EvidencePath C:\Temp\case.zip

    Judges what Export-EopRelayEvidence collected, wherever the file is.

    .EXAMPLE
    $report = $sessions | Test-EopRelayCertificate -WarningDays 14 -At '2026-12-24'
    $report.Findings | ForEach-Object { $_.Remedy } | Where-Object { $_.Command } | Select-Object Where, Command, Verify, Undo

    Lists the commands of all findings, as of another day.

    .EXAMPLE
    $sessions | Test-EopRelayCertificate -HybridLogPath 'C:\Users' -AcceptedDomain contoso.com

    Judges without a cloud login: the logs of the Hybrid Configuration Wizard say how it left the inbound connector. Get-EopRelayHybridChange shows what they hold.

    .LINK
    Get-SendConnectorTlsSession

    .LINK
    Get-EopRelayHybridChange

    .LINK
    about_EopRelay
    #>
    [CmdletBinding(DefaultParameterSetName = 'InputObject', PositionalBinding = $false)]
    [OutputType('EopRelay.Report', ParameterSetName = ('InputObject', 'Thumbprint', 'Path', 'LiteralPath'))]
    [OutputType([bool])]
    param(
        # The only one that takes the pipeline; what it is, is reported by its members.
        [Parameter(ParameterSetName = 'InputObject', ValueFromPipeline = $true)]
        [psobject]
        $InputObject,

        [Parameter(ParameterSetName = 'Thumbprint', Mandatory = $true)]
        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter({ param($CommandName, $ParameterName, $WordToComplete, $CommandAst, $FakeBoundParameters) & (Get-Command -Name $CommandName).ScriptBlock.Module { Get-ThumbprintCompletion -Word $args[0] } $WordToComplete })]
        [string[]]
        $Thumbprint,

        [Parameter(ParameterSetName = 'Path', Mandatory = $true, Position = 0)]
        [ValidateNotNullOrEmpty()]
        [SupportsWildcards()]
        [string[]]
        $Path,

        [Parameter(ParameterSetName = 'LiteralPath', Mandatory = $true)]
        [ValidateNotNullOrEmpty()]
        [Alias('PSPath', 'LP')]
        [string[]]
        $LiteralPath,

        [Parameter(ParameterSetName = 'Path')]
        [Parameter(ParameterSetName = 'LiteralPath')]
        [ValidateNotNull()]
        [securestring]
        $Password,

        [Parameter()]
        [ValidateNotNullOrEmpty()]
        [string[]]
        $LogPath,

        [Parameter()]
        [switch]
        $Recurse,

        [Parameter()]
        [ValidateNotNullOrEmpty()]
        [string]
        $Server,

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
        [ValidateNotNullOrEmpty()]
        [psobject[]]
        $Tenant,

        [Parameter()]
        [ValidateNotNullOrEmpty()]
        [SupportsWildcards()]
        [string[]]
        $EvidencePath,

        [Parameter()]
        [AllowNull()]
        [AllowEmptyCollection()]
        [psobject[]]
        $InstalledCertificate,

        [Parameter()]
        [AllowNull()]
        [AllowEmptyCollection()]
        [psobject[]]
        $ChainEvent,

        [Parameter()]
        [ValidateNotNullOrEmpty()]
        [string]
        $SourceIPAddress,

        [Parameter()]
        [ValidateNotNullOrEmpty()]
        [string]
        $MailFrom,

        [Parameter()]
        [ValidateNotNullOrEmpty()]
        [string]
        $RecipientDomain,

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
        [string[]]
        $HybridLogPath,

        [Parameter()]
        [AllowNull()]
        [AllowEmptyCollection()]
        [psobject[]]
        $QueueError,

        [Parameter()]
        [datetime]
        $At,

        [Parameter()]
        [ValidateRange(0, 3650)]
        [int]
        $WarningDays,

        [Parameter()]
        [switch]
        $Quiet
    )

    begin {
        $isDamaged = $false
        $diagnosis = $null
        $request = [EopRelay.Interop]::NewRequest()
        $request.Set('UseMachineStores', ($PSCmdlet.ParameterSetName -eq 'Thumbprint' -and -not $PSBoundParameters.ContainsKey('InstalledCertificate')))
        $problems = @(
            Add-Evidence -Request $request -Cmdlet $PSCmdlet -BoundParameters $PSBoundParameters
            foreach ($given in $Thumbprint) {
                $request.Add('Thumbprints', $given)
            }
        )
        foreach ($problem in $problems) {
            if ($null -eq $problem) {
                continue
            }
            if ($problem.IsFatal) {
                $PSCmdlet.ThrowTerminatingError((ConvertTo-ErrorRecord -Problem $problem))
            }
            $isDamaged = $true
            $PSCmdlet.WriteError((ConvertTo-ErrorRecord -Problem $problem))
        }
        foreach ($warning in $request.Warnings) {
            $PSCmdlet.WriteWarning($warning)
        }
    }

    process {
        $isDone = $false
        try {
            if ($null -eq $diagnosis -and $null -ne $InputObject -and (Test-Session -InputObject $InputObject)) {
                # Sessions are judged as they come, and not kept.
                $diagnosis = Wait-Answer -PendingAnswer ([EopRelay.Interop]::StartDiagnosis($request))
                if ($diagnosis -is [EopRelay.EopRelayException]) {
                    $PSCmdlet.ThrowTerminatingError((ConvertTo-ErrorRecord -Problem $diagnosis))
                }
            }
            $target = $request
            if ($null -ne $diagnosis) {
                $target = $diagnosis
            }
            $problems = @(
                Add-GivenInput -Path $Path -LiteralPath $LiteralPath -InputObject $InputObject -AddPath {
                    param($Given, $IsLiteral)
                    Add-CertificateFile -Request $target -Cmdlet $PSCmdlet -Path $Given -Literal:$IsLiteral -Password $Password
                } -AddObject {
                    param($Given)
                    Add-TestInput -Request $target -Cmdlet $PSCmdlet -InputObject $Given
                }
            )
            foreach ($problem in $problems) {
                if ($null -ne $problem) {
                    $isDamaged = $true
                    $PSCmdlet.WriteError((ConvertTo-ErrorRecord -Problem $problem))
                }
            }
            $isDone = $true
        }
        finally {
            if (-not $isDone -and $diagnosis -is [EopRelay.NativeHandle]) {
                $diagnosis.Dispose()
            }
        }
    }

    end {
        try {
            if ($null -eq $diagnosis -and $request.CountOf('Logs', 'EvidencePaths') -gt 0) {
                $diagnosis = Wait-Answer -PendingAnswer ([EopRelay.Interop]::StartDiagnosis($request))
                if ($diagnosis -is [EopRelay.EopRelayException]) {
                    $PSCmdlet.ThrowTerminatingError((ConvertTo-ErrorRecord -Problem $diagnosis))
                }
            }
            $count = $request.CountOf('Logs', 'EvidencePaths', 'Certificates', 'CertificateFiles', 'Thumbprints', 'QueueErrors', 'QueueErrorFiles')
            if ($null -ne $diagnosis) {
                $count += $diagnosis.Count
            }
            if ($count -eq 0 -and $isDamaged) {
                # The errors say it; a report would speak of missing evidence.
                if ($Quiet) {
                    $false
                }
                return
            }
            if ($null -ne $diagnosis) {
                $problem = Read-GivenLog -Diagnosis $diagnosis -Cmdlet $PSCmdlet
                if ($null -ne $problem) {
                    $PSCmdlet.ThrowTerminatingError((ConvertTo-ErrorRecord -Problem $problem))
                }
                $reports = Wait-Answer -PendingAnswer ([EopRelay.Interop]::StartReport($diagnosis))
            }
            else {
                if ($count -eq 0) {
                    $request.Expect('Sessions')
                }
                $reports = Wait-Answer -PendingAnswer ([EopRelay.Interop]::StartTest($request))
            }
            if ($reports -is [EopRelay.EopRelayException]) {
                $PSCmdlet.ThrowTerminatingError((ConvertTo-ErrorRecord -Problem $reports -TargetObject $Thumbprint))
            }
            foreach ($report in $reports) {
                foreach ($problem in $request.ProblemsIn($report)) {
                    $PSCmdlet.WriteError((ConvertTo-ErrorRecord -Problem $problem))
                }
                if ($Quiet) {
                    $report.Verdict -eq 'Accepted' -and -not $isDamaged
                }
                else {
                    $report
                }
            }
        }
        finally {
            # Here, because 5.1 has no clean block.
            if ($diagnosis -is [EopRelay.NativeHandle]) {
                $diagnosis.Dispose()
            }
        }
    }
}

Export-ModuleMember -Function Test-EopRelayCertificate
