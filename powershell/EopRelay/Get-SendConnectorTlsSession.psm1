# Get-SendConnectorTlsSession.
Set-StrictMode -Version 3.0

Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'shared/ErrorRecord.psm1')
Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'shared/EvidencePath.psm1')
Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'shared/Reading.psm1')
Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'shared/Completion.psm1')
Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'shared/LogLocation.psm1')
Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'shared/ServerName.psm1')
Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'shared/SessionReading.psm1')

function Get-SendConnectorTlsSession {
    <#
    .SYNOPSIS
    Reads SMTP protocol logs and returns one object per session: which certificate was sent, how TLS ended, and what the other side answered.

    .DESCRIPTION
    Get-SendConnectorTlsSession reads the SMTP send protocol logs of Exchange (2007 to Subscription Edition) and makes one object of the rows of each session, also across files, and of both halves of a session that went through the front-end proxy if both folders are read. It reads the files while Exchange writes them, needs no cloud login and changes nothing. Receive protocol logs and the logs of the SMTP service of IIS are read too.

    What TLS rows prove: SentCertificate is the certificate that Exchange chose for the session. The log names it before the handshake; that its complete chain was sent, or that the other side accepted it, is proven only by what follows: TlsStatus, and the replies. A session without SentCertificate whose TLS was tried offered no certificate, as far as the log says. RemoteCertificate is the other side's. A log without a session proves nothing: protocol logging is off until Set-SendConnector -ProtocolLoggingLevel Verbose, the folder keeps 250 MB by default (often hours, not 30 days), and the last seconds may not be written yet.

    A mail queue that shows '421 4.4.1 Connection timed out' hides the reason: TlsError of the session has it.

    All times in the objects are UTC. -Start and -End without a zone are local time. Progress is shown in bytes of bytes. Stopping early (Ctrl+C, Select-Object -First) closes the files.

    Whose log it is: for an object with a Name and a log path, such as Get-TransportService returns, the path is true on that server. If Name is another computer and the path is on a drive, \\Name\C$\... is read; if that cannot be read, an error says so, and this computer's folder of the same name is never read instead. -LogsAreLocal says that copies lie at that path here.

    .PARAMETER Path
    Log files, folders with log files, or patterns (*, ?, [...]). A path that exists is taken as it is, whatever its characters.

    .PARAMETER LiteralPath
    Log files or folders, taken as they are: no character is a wildcard.

    .PARAMETER InputObject
    What the pipeline brings: a path as text, the output of Get-ChildItem or Get-Item, or anything with a SendProtocolLogPath (Get-TransportService, Get-FrontendTransportService, Get-TransportServer, also selected, imported or from a remote session). Where there is no SendProtocolLogPath, each member that ends in ProtocolLogPath is read, such as a selected ReceiveProtocolLogPath.

    .PARAMETER Recurse
    Reads the folders below the given ones too.

    .PARAMETER Connector
    Only sessions of these connectors; names or patterns (*, ?, [...]) in any case.

    .PARAMETER Start
    Only sessions that start at this time or later. Without a zone it is local time; with one ('2026-11-15T01:00:00Z') it is that moment.

    .PARAMETER Since
    The same, as how long ago: 24h, 30m, 7d, 2w or a TimeSpan; or a day, in local time: yesterday, today, 'today 08:00'.

    .PARAMETER End
    Only sessions that start before this time. Without a zone it is local time.

    .PARAMETER RemoteHost
    Only sessions whose other side has one of these names in its banner, or one of these addresses (with or without the port); patterns in any case.

    .PARAMETER Thumbprint
    Only sessions in which one of these certificates was sent or received. Taken as pasted: blanks, colons and invisible marks do no harm; a beginning with * will do.

    .PARAMETER Outcome
    Only sessions that ended in one of these ways.

    .PARAMETER Failed
    Only sessions that failed: the same as -Outcome PartlyRefused, Refused, TlsFailed, ConnectFailed.

    .PARAMETER EopOnly
    Only sessions whose other side is Exchange Online Protection, as far as the log says.

    .PARAMETER Server
    The server to name in the objects, for copied logs. It does not change what is read.

    .PARAMETER LogsAreLocal
    The logs of other servers lie as copies at the same path on this computer.

    .PARAMETER StatePath
    Reads on where the run before with this state file stopped: only what was written since is read, sessions that are still open are kept for the next run, and each session is returned once. The file need not exist yet; a lock file lies beside it. It is saved when everything was returned; a run that is stopped (Ctrl+C, Select-Object -First) saves nothing and loses nothing. Give each task a state file of its own: what one run has returned, no other run with the same file returns, whatever its filters. Halves of a proxied session wait 15 minutes for each other, and sessions without a row for two days are returned as Incomplete. A file that was replaced, truncated, or deleted before its end was read, is a warning. A state file that is damaged or in use is an error; delete a damaged one to begin anew.

    .PARAMETER Wait
    Goes on reading, and returns each session when it ends, also of files and folders that come later. Sessions that ended before are left out, unless -Start asks for them. Ctrl+C ends it.

    .PARAMETER UntilSuccess
    Goes on reading until a session delivers its mail that the other parameters select, and returns those that end until then: the last one is the success. An error says that none came in time.

    .PARAMETER TimeoutSec
    Ends -Wait and -UntilSuccess after that many seconds, 1 to 2592000. The default of -UntilSuccess is 1800; -Wait goes on until Ctrl+C.

    .PARAMETER ThrottleLimit
    How many threads read, 1 to 64. The default is 2 (1 on a single processor), because the server has mail to transport.

    .INPUTS
    System.String, System.IO.FileInfo, System.IO.DirectoryInfo, or any object with a member that ends in ProtocolLogPath.

    .OUTPUTS
    EopRelay.Session. Its members: LogType, Server, LogPath, Line, StartTime, EndTime, Connector, SessionId, ProxySessionId, LocalEndpoint, RemoteEndpoint, RemoteHost, EhloName, PublicIPAddress, IsEop, StartTlsOffered, TlsStatus, TlsProtocol, TlsCipher, TlsError, TlsErrorCode, SentCertificate, RemoteCertificate, SentThumbprint, SentSubject, Messages, Reply, Rejection, Outcome, Complete, RowCount, Notes. What the log does not show is $null.

    .EXAMPLE
    (Get-SendConnector "outbound to Microsoft 365").SourceTransportServers | foreach {get-transportservice $_.name} | Select-Object name,SendProtocolLogPath | Get-SendConnectorTlsSession

    Reads the send logs of every source server of the connector: this server's in place, the others' over their administrative shares. Where Exchange answers 'Pipelines cannot be executed concurrently' (two Exchange cmdlets of one remote session in one pipeline), assign first:

        $servers = (Get-SendConnector "outbound to Microsoft 365").SourceTransportServers
        $services = foreach ($server in $servers) { Get-TransportService $server.Name }
        $services | Get-SendConnectorTlsSession -Connector 'outbound to Microsoft 365'

    .EXAMPLE
    $services = @(Get-TransportService) + @(Get-FrontendTransportService)
    $services | Get-SendConnectorTlsSession -Failed -EopOnly -Start (Get-Date).AddHours(-4)

    Shows the failed sessions to Exchange Online Protection of the last four hours. Hub and front-end folders are read together, so that both halves of a proxied session become one object.

    .EXAMPLE
    Get-SendConnectorTlsSession -Path 'D:\Exchange\TransportRoles\Logs\Hub\ProtocolLog\SmtpSend' | Group-Object -Property SentThumbprint, Outcome -NoElement

    Counts which certificate was sent how often and how those sessions ended: after a renewal, the old and the new one side by side.

    .EXAMPLE
    Get-ChildItem -Path 'D:\Logs' -Filter 'SEND20261115*.LOG' | Get-SendConnectorTlsSession -Thumbprint '12 34 56 78 9a bc de f0 12 34 56 78 9a bc de f0 12 34 56 78'

    Takes files from Get-ChildItem, and only the sessions with the certificate whose thumbprint was pasted.

    .EXAMPLE
    Get-SendConnectorTlsSession -LiteralPath 'D:\Case [4711]\EX2' -Server EX2 -Recurse | Export-Csv -Path sessions.csv -NoTypeInformation -Encoding UTF8

    Reads copied logs in a folder with brackets in its name and below it, names the server in the objects, and writes the flat members as CSV.

    .EXAMPLE
    Import-Clixml -Path services.xml | Get-SendConnectorTlsSession -LogsAreLocal

    Reads copies that lie at the same paths as on the servers, for transport services that were exported elsewhere.

    .EXAMPLE
    Get-SendConnectorTlsSession -Path 'C:\Logs\SEND*.LOG' -Outcome Refused -RemoteHost '*.mail.protection.outlook.com' | Select-Object -First 1 | Format-List

    Shows one refused session in full. The reading stops there and the files are closed.

    .EXAMPLE
    $failed = Get-SendConnectorTlsSession -Path 'C:\Logs' -Failed -ErrorVariable unread
    $failed | ForEach-Object { $_.Messages } | ForEach-Object { $_.Recipients } | Where-Object { $_.Rejection }

    Lists the refused recipients. What could not be read is in $unread, each file once; the other files were read.

    .EXAMPLE
    $services = Get-TransportService
    $services | Get-SendConnectorTlsSession -EopOnly -Failed -StatePath 'D:\Tasks\eop-failed.state' | Export-Csv -Path 'D:\Tasks\eop-failed.csv' -Append -NoTypeInformation -Encoding UTF8

    In a task that runs every 15 minutes: appends the sessions that failed since the last run.

    .EXAMPLE
    Get-SendConnectorTlsSession -Path 'D:\Logs\SmtpSend' -Connector 'Outbound to Office 365' -EopOnly -UntilSuccess -TimeoutSec 3600

    After a remedy: did it work? Returns sessions as they end, until the first one of the connector delivers its mail.

    .LINK
    about_EopRelay
    #>
    [CmdletBinding(DefaultParameterSetName = 'Path', PositionalBinding = $false)]
    [OutputType('EopRelay.Session')]
    param(
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

        # The only one that takes the pipeline: a parameter bound by property name beside it would
        # take the whole object as text as soon as a path is not a plain string.
        [Parameter(ParameterSetName = 'InputObject', Mandatory = $true, ValueFromPipeline = $true)]
        [psobject]
        $InputObject,

        [Parameter()]
        [switch]
        $Recurse,

        [Parameter()]
        [ValidateNotNullOrEmpty()]
        [SupportsWildcards()]
        [ArgumentCompleter({ param($CommandName, $ParameterName, $WordToComplete, $CommandAst, $FakeBoundParameters) & (Get-Command -Name $CommandName).ScriptBlock.Module { Get-ConnectorCompletion -Word $args[0] -BoundParameters $args[1] } $WordToComplete $FakeBoundParameters })]
        [string[]]
        $Connector,

        [Parameter()]
        [datetime]
        $Start,

        [Parameter()]
        [ValidateNotNullOrEmpty()]
        [object]
        $Since,

        [Parameter()]
        [datetime]
        $End,

        [Parameter()]
        [ValidateNotNullOrEmpty()]
        [SupportsWildcards()]
        [string[]]
        $RemoteHost,

        [Parameter()]
        [ValidateNotNullOrEmpty()]
        [SupportsWildcards()]
        [ArgumentCompleter({ param($CommandName, $ParameterName, $WordToComplete, $CommandAst, $FakeBoundParameters) & (Get-Command -Name $CommandName).ScriptBlock.Module { Get-ThumbprintCompletion -Word $args[0] } $WordToComplete })]
        [string[]]
        $Thumbprint,

        [Parameter()]
        [ValidateSet('Delivered', 'PartlyRefused', 'Refused', 'TlsFailed', 'ConnectFailed', 'Incomplete', 'NoMail')]
        [string[]]
        $Outcome,

        [Parameter()]
        [switch]
        $Failed,

        [Parameter()]
        [switch]
        $EopOnly,

        [Parameter()]
        [ValidateNotNullOrEmpty()]
        [string]
        $Server,

        [Parameter()]
        [switch]
        $LogsAreLocal,

        [Parameter()]
        [ValidateNotNullOrEmpty()]
        [string]
        $StatePath,

        [Parameter()]
        [switch]
        $Wait,

        [Parameter()]
        [switch]
        $UntilSuccess,

        [Parameter()]
        [ValidateRange(1, 2592000)]
        [int]
        $TimeoutSec,

        [Parameter()]
        [ValidateRange(1, 64)]
        [int]
        $ThrottleLimit
    )

    begin {
        if ($Failed -and $PSBoundParameters.ContainsKey('Outcome')) {
            $contradicting = @($Outcome | Where-Object { 'PartlyRefused', 'Refused', 'TlsFailed', 'ConnectFailed' -notcontains $_ })
            if ($contradicting.Count -gt 0) {
                $message = "-Failed leaves out sessions that ended as $($contradicting -join ', '), which -Outcome asks for. Give one of the two."
                $problem = New-InputProblem -ErrorId 'FiltersContradict' -Category 'InvalidArgument' -Message $message -TargetObject $Outcome
                $PSCmdlet.ThrowTerminatingError((ConvertTo-ErrorRecord -Problem $problem))
            }
        }
        $contradiction = $null
        if (($Wait -or $UntilSuccess) -and $PSBoundParameters.ContainsKey('StatePath')) {
            $contradiction = '-Wait and -UntilSuccess remember what they read by themselves. Leave -StatePath out.'
        }
        elseif ($UntilSuccess -and ($Failed -or $PSBoundParameters.ContainsKey('Outcome'))) {
            $contradiction = '-UntilSuccess waits for a session that delivers its mail, which -Failed and -Outcome may leave out. Give one of them.'
        }
        elseif ($PSBoundParameters.ContainsKey('TimeoutSec') -and -not $Wait -and -not $UntilSuccess) {
            $contradiction = '-TimeoutSec says how long -Wait or -UntilSuccess waits. Give one of the two.'
        }
        if ($null -ne $contradiction) {
            $problem = New-InputProblem -ErrorId 'ParametersContradict' -Category 'InvalidArgument' -Message $contradiction -TargetObject "$($PSBoundParameters.Keys)"
            $PSCmdlet.ThrowTerminatingError((ConvertTo-ErrorRecord -Problem $problem))
        }
        $from = Resolve-StartTime -BoundParameters $PSBoundParameters
        if ($from -is [EopRelay.EopRelayException]) {
            $PSCmdlet.ThrowTerminatingError((ConvertTo-ErrorRecord -Problem $from))
        }
        $problem = Get-ServerNameProblem -Server $Server
        if ($null -ne $problem) {
            $PSCmdlet.ThrowTerminatingError((ConvertTo-ErrorRecord -Problem $problem))
        }
        $query = [EopRelay.Interop]::NewSessionQuery()
        $query.Recurse = $Recurse.IsPresent
        $query.Connectors = $Connector
        $query.RemoteHosts = $RemoteHost
        $query.Thumbprints = $Thumbprint
        $query.Outcomes = $Outcome
        $query.Failed = $Failed.IsPresent
        $query.EopOnly = $EopOnly.IsPresent
        $query.ThreadCount = $ThrottleLimit
        if ($null -ne $from) {
            $query.Start = $from
        }
        if ($PSBoundParameters.ContainsKey('End')) {
            $query.End = $End
        }
        if ($PSBoundParameters.ContainsKey('StatePath')) {
            $resolved = Resolve-EvidencePath -Cmdlet $PSCmdlet -Path $StatePath -Literal -Kind 'State'
            if ($resolved -is [EopRelay.EopRelayException]) {
                $PSCmdlet.ThrowTerminatingError((ConvertTo-ErrorRecord -Problem $resolved -TargetObject $StatePath))
            }
            $query.StatePath = $resolved.Plain
        }
    }

    process {
        # All inputs go to one reader, which joins what belongs together across folders.
        $problems = @(
            Add-GivenInput -Path $Path -LiteralPath $LiteralPath -InputObject $InputObject -AddPath {
                param($Given, $IsLiteral)
                Add-GivenPath -Query $query -Cmdlet $PSCmdlet -Path $Given -Server $Server -Literal:$IsLiteral -Later:($Wait -or $UntilSuccess)
            } -AddObject {
                param($Given)
                Add-GivenObject -Query $query -Cmdlet $PSCmdlet -InputObject $Given -Server $Server -LogsAreLocal:$LogsAreLocal
            }
        )
        foreach ($problem in $problems) {
            $PSCmdlet.WriteError((ConvertTo-ErrorRecord -Problem $problem))
        }
    }

    end {
        if ($query.LocationCount -eq 0) {
            return
        }
        $isWaiting = $Wait.IsPresent -or $UntilSuccess.IsPresent
        $run = @{
            Problem = $null
            UntilSuccess = $UntilSuccess.IsPresent
            # What ended before is left out, unless a time was asked for.
            IsListed = $null -ne $from
            IsSince = $PSBoundParameters.ContainsKey('Since')
            Limit = $TimeoutSec
            StatePath = $PSBoundParameters['StatePath']
        }
        if ($UntilSuccess -and -not $PSBoundParameters.ContainsKey('TimeoutSec')) {
            $run['Limit'] = 1800
        }
        if ($isWaiting) {
            Wait-Session -Query $query -Cmdlet $PSCmdlet -Run $run
        }
        else {
            Read-Session -Query $query -Cmdlet $PSCmdlet -Run $run
        }
        if ($null -ne $run['Problem']) {
            $problem = $run['Problem']
            $target = $Thumbprint
            if ($problem.ErrorId -like 'State*') {
                $target = $StatePath
            }
            $PSCmdlet.ThrowTerminatingError((ConvertTo-ErrorRecord -Problem $problem -TargetObject $target))
        }
    }
}

Export-ModuleMember -Function Get-SendConnectorTlsSession
