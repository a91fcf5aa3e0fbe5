# Get-EopRelayChainEvent, and how its inputs become places to read.
Set-StrictMode -Version 3.0

Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'shared/ErrorRecord.psm1')
Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'shared/EvidencePath.psm1')
Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'shared/Reading.psm1')
Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'shared/Completion.psm1')

function Get-EopRelayChainEvent {
    <#
    .SYNOPSIS
    Reads the CAPI2 log of Windows and returns one object per validation: which certificate was judged, for which program, what failed, and what it means.

    .DESCRIPTION
    Get-EopRelayChainEvent reads the log Microsoft-Windows-CAPI2/Operational: exported XML, .evtx files, and events of Get-WinEvent. It joins the events of one validation into one object (by TaskId, and event 30 to event 11 by chainRef) and names the results (winerror.h) and status bits (wincrypt.h). It needs no rights on the files but to read them, and changes nothing.

    It reads the events 11 (a chain was built), 30 (a chain was held against a policy), 41 and 42 (revocation), 70 (a private key was asked for) and 90 (the certificates in detail); others are counted. Texts of results, which Windows writes in its own language, are not read.

    On a server that sends mail the validations of lsass.exe, in which Schannel runs, report the certificate that is sent: the fault PartialChain means that the server most likely lacks an intermediate and so sends the certificate without its chain, which Exchange Online Protection answers with 550 5.7.64 (KB 3212877). Under the policy SSL Windows reports an untrusted root in that case, and names no certificate of the chain (element index -1): where no event 11 of the same chain shows its status, the partial chain is concluded, and the meaning says 'most likely'. Validations of other programs, and those of the other side's certificate, are listed too: see ProcessName and Thumbprint.

    The log is off by default and keeps 1 MB, which a busy server fills in minutes. In an elevated console:

        wevtutil sl Microsoft-Windows-CAPI2/Operational /e:true /ms:67108864

    All times in the objects are UTC. -Start and -End without a zone are local time.

    .PARAMETER Path
    Files (.xml, .evtx), folders with such files, or patterns (*, ?, [...]). A path that exists is taken as it is, whatever its characters.

    .PARAMETER LiteralPath
    Files or folders, taken as they are: no character is a wildcard.

    .PARAMETER InputObject
    What the pipeline brings: events of Get-WinEvent, the text of an event (ToXml()), the output of Get-ChildItem or Get-Item, or a path as text.

    .PARAMETER Recurse
    Reads the folders below the given ones too.

    .PARAMETER Thumbprint
    Only validations that name this certificate. Taken as pasted: blanks, colons and invisible marks do no harm.

    .PARAMETER Start
    Only validations of this time or later. Without a zone it is local time. A log that begins later is reported in a warning.

    .PARAMETER Since
    The same, as how long ago: 24h, 30m, 7d, 2w or a TimeSpan; or a day, in local time: yesterday, today, 'today 08:00'.

    .PARAMETER End
    Only validations before this time. Without a zone it is local time.

    .PARAMETER Failed
    Only validations in which something failed.

    .INPUTS
    System.Diagnostics.Eventing.Reader.EventLogRecord, System.String, System.IO.FileInfo, System.IO.DirectoryInfo.

    .OUTPUTS
    EopRelay.ChainEvent. Its members: Time, Computer, ProcessName, ProcessId, Thumbprint, Subject, Policy, ServerName, Failed, Fault, Meaning, Failures, TaskId, ChainRef, Records, LogPath, Line. What the log does not show is $null.

    .EXAMPLE
    Get-WinEvent -LogName Microsoft-Windows-CAPI2/Operational | Get-EopRelayChainEvent -Failed

    Shows on the server itself what failed. Get-WinEvent says so if the log is off or empty.

    .EXAMPLE
    wevtutil epl Microsoft-Windows-CAPI2/Operational C:\Temp\capi2.evtx
    Get-EopRelayChainEvent -Path C:\Temp\capi2.evtx -Failed | Format-List

    Exports the log, and shows what failed in full: results and status bits with their names, and what they mean.

    .EXAMPLE
    $sent = Get-SendConnectorTlsSession -Path 'D:\Logs\SmtpSend' -Failed -EopOnly | Select-Object -First 1 -ExpandProperty SentThumbprint
    Get-EopRelayChainEvent -Path C:\Temp\capi2.evtx -Thumbprint $sent

    Shows what Windows says of the certificate that a failed session sent.

    .EXAMPLE
    Get-EopRelayChainEvent -LiteralPath 'D:\Case [4711]\events.xml' -Start '2026-11-16 01:00' -End '2026-11-16 02:00'

    Reads an export in a folder with brackets in its name, and one hour of it (local time).

    .EXAMPLE
    Get-ChildItem -Path D:\Case -Filter *.evtx | Get-EopRelayChainEvent | Group-Object -Property Fault, ProcessName, Subject -NoElement

    Counts which faults were met, by program and certificate.

    .EXAMPLE
    $events = Invoke-Command -ComputerName EX2 { Get-WinEvent -LogName Microsoft-Windows-CAPI2/Operational | ForEach-Object { $_.ToXml() } }
    $events | Get-EopRelayChainEvent -Failed

    Reads the log of another server. The texts are made there: an event that has come through remoting has lost ToXml().

    .EXAMPLE
    $chain = Get-EopRelayChainEvent -Path C:\Temp\capi2.evtx
    $sessions | Test-EopRelayCertificate -ChainEvent $chain

    Judges sessions with what the log says. -ChainEvent takes the file as well.

    .LINK
    Test-EopRelayCertificate

    .LINK
    about_EopRelay
    #>
    [CmdletBinding(DefaultParameterSetName = 'Path', PositionalBinding = $false)]
    [OutputType('EopRelay.ChainEvent')]
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

        # The only one that takes the pipeline; what it is, is reported by its members.
        [Parameter(ParameterSetName = 'InputObject', Mandatory = $true, ValueFromPipeline = $true)]
        [psobject]
        $InputObject,

        [Parameter()]
        [switch]
        $Recurse,

        [Parameter()]
        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter({ param($CommandName, $ParameterName, $WordToComplete, $CommandAst, $FakeBoundParameters) & (Get-Command -Name $CommandName).ScriptBlock.Module { Get-ThumbprintCompletion -Word $args[0] } $WordToComplete })]
        [string]
        $Thumbprint,

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
        [switch]
        $Failed
    )

    begin {
        $from = Resolve-StartTime -BoundParameters $PSBoundParameters
        if ($from -is [EopRelay.EopRelayException]) {
            $PSCmdlet.ThrowTerminatingError((ConvertTo-ErrorRecord -Problem $from))
        }
        $source = New-ChainEventSource -BoundParameters $PSBoundParameters -Start $from
        $texts = [System.Collections.Generic.List[string]]::new()
        $textReader = $null
    }

    process {
        $problems = @(
            Add-GivenInput -Path $Path -LiteralPath $LiteralPath -InputObject $InputObject -AddPath {
                param($Given, $IsLiteral)
                if (-not $IsLiteral -and $Given.TrimStart().StartsWith('<', [System.StringComparison]::Ordinal)) {
                    $texts.Add($Given)
                }
                else {
                    # All files go to one reader, which joins what belongs together across them.
                    Add-EvidencePath -Source $source -Cmdlet $PSCmdlet -Path $Given -Literal:$IsLiteral
                }
            } -AddObject {
                param($Given)
                if ($null -ne $Given.PSObject.Methods['ToXml']) {
                    # Recognised by its method, never by its type, which is not there in every edition of PowerShell.
                    $texts.Add([string]$Given.ToXml())
                }
                else {
                    Add-ChainEventFile -Source $source -Cmdlet $PSCmdlet -InputObject $Given
                }
            }
        )
        foreach ($problem in $problems) {
            $PSCmdlet.WriteError((ConvertTo-ErrorRecord -Problem $problem))
        }
        if ($texts.Count -eq 0) {
            return
        }
        $isDone = $false
        try {
            if ($null -eq $textReader) {
                $textSource = New-ChainEventSource -BoundParameters $PSBoundParameters -Start $from
                $textSource.TextFollows = $true
                $textReader = [EopRelay.Interop]::OpenChainEvents($textSource)
                if ($textReader -is [EopRelay.EopRelayException]) {
                    $PSCmdlet.ThrowTerminatingError((ConvertTo-ErrorRecord -Problem $textReader))
                }
            }
            foreach ($text in $texts) {
                if ($textReader.AddText($text)) {
                    # Read as it comes, so that not all of it is in memory.
                    Read-ChainEvent -ChainReader $textReader -Cmdlet $PSCmdlet -HandOver -Failed:$Failed
                }
            }
            $texts.Clear()
            $isDone = $true
        }
        finally {
            if (-not $isDone -and $textReader -is [EopRelay.NativeHandle]) {
                $textReader.Dispose()
            }
        }
    }

    end {
        $chainReader = $null
        try {
            if ($null -ne $textReader) {
                Read-ChainEvent -ChainReader $textReader -Cmdlet $PSCmdlet -HandOver -ToEnd -Failed:$Failed
            }
            if ($source.InputCount -gt 0) {
                $chainReader = [EopRelay.Interop]::OpenChainEvents($source)
                if ($chainReader -is [EopRelay.EopRelayException]) {
                    $PSCmdlet.ThrowTerminatingError((ConvertTo-ErrorRecord -Problem $chainReader))
                }
                Read-ChainEvent -ChainReader $chainReader -Cmdlet $PSCmdlet -ToEnd -Failed:$Failed
            }
        }
        finally {
            # Here, because a pipeline that stops disposes no enumerators, and 5.1 has no clean block.
            foreach ($opened in $textReader, $chainReader) {
                if ($opened -is [EopRelay.NativeHandle]) {
                    $opened.Dispose()
                }
            }
        }
    }
}

# The source of events with the conditions of the cmdlet.
function New-ChainEventSource {
    [CmdletBinding()]
    param($BoundParameters, $Start)

    $source = [EopRelay.Interop]::NewEvidenceSource()
    $source.Start = $Start
    if ($BoundParameters.ContainsKey('Recurse')) {
        $source.Recurse = [bool]$BoundParameters['Recurse']
    }
    foreach ($name in 'Thumbprint', 'End') {
        if ($BoundParameters.ContainsKey($name)) {
            $source.$name = $BoundParameters[$name]
        }
    }
    $source
}

# Returns the events of a reader, with -Failed those that failed, and writes for the cmdlet what ended it.
function Read-ChainEvent {
    [CmdletBinding()]
    param($ChainReader, $Cmdlet, [switch]$HandOver, [switch]$ToEnd, [switch]$Failed)

    $problem = $null
    if ($HandOver) {
        $problem = $ChainReader.HandOver($ToEnd.IsPresent)
    }
    if ($null -eq $problem) {
        foreach ($chainEvent in Read-Evidence -EvidenceReader $ChainReader -Cmdlet $Cmdlet -ToEnd:$ToEnd) {
            if (-not $Failed -or $chainEvent.Failed) {
                $chainEvent
            }
        }
        $problem = $ChainReader.Error
    }
    if ($null -ne $problem) {
        $Cmdlet.ThrowTerminatingError((ConvertTo-ErrorRecord -Problem $problem))
    }
}

# Adds a file or folder in any shape.
function Add-ChainEventFile {
    [CmdletBinding()]
    param($Source, $Cmdlet, $InputObject)

    $path = Get-FileObjectPath -InputObject $InputObject
    if ($path -ne '') {
        Add-EvidencePath -Source $Source -Cmdlet $Cmdlet -Path $path -Literal
        return
    }
    $message = "'$InputObject' is neither an event with ToXml(), nor the text of one, nor a file. Events that came through remoting have lost ToXml(): make the texts on that server, Get-WinEvent ... | ForEach-Object { `$_.ToXml() }."
    New-InputProblem -ErrorId 'InputNotRecognized' -Category 'InvalidType' -Message $message -TargetObject $InputObject
}

Export-ModuleMember -Function Get-EopRelayChainEvent
