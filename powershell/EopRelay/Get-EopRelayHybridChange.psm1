# Get-EopRelayHybridChange: what the Hybrid Configuration Wizard changed.
Set-StrictMode -Version 3.0

Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'shared/ErrorRecord.psm1')
Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'shared/EvidencePath.psm1')
Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'shared/Reading.psm1')

function Get-EopRelayHybridChange {
    <#
    .SYNOPSIS
    Says what the Hybrid Configuration Wizard changed of connectors, remote domains and the hybrid configuration, and when: each value before and after.

    .DESCRIPTION
    The wizard (HCW) writes a log of each run to %AppData%\Microsoft\Exchange Hybrid Configuration of whoever runs it. Get-EopRelayHybridChange reads these logs (yyyyMMdd_HHmmss.log, and .xhcw beside them) and gives one object for each cmdlet that changed something, in the order of time: on which side it ran, what came of it, and every property with its value before and after. TlsSenderCertificateName of the inbound connector and TlsCertificateName of the send connector, on which mail to Exchange Online hangs, are members of their own.

    Without a path the profiles of all users of this computer are read; that takes an elevated session, and a profile that cannot be read is an error of its own while the others are read.

    Outcome says what the log shows: Succeeded, Failed (with Error), or NotShown, where the log ends before the cmdlet does, or only shows that the wizard wanted another value. What a value was before is known if the wizard compared it, or set it in an earlier run that was given too.

    The times are UTC where the log says so (IsTimeZoneKnown). It asks no server and changes nothing.

    .PARAMETER Path
    Logs, folders of logs, profiles, folders of profiles (C:\Users), or patterns (*, ?, [...]).

    .PARAMETER LiteralPath
    The same, taken as they are: no character is a wildcard.

    .PARAMETER InputObject
    Files and folders (Get-ChildItem, Get-Item), or paths as text, from the pipeline.

    .PARAMETER Recurse
    Reads the folders below the given ones too.

    .PARAMETER Start
    Changes of that time or later. Without a zone it is local time.

    .PARAMETER Since
    The same, as how long ago: 24h, 30m, 7d, 2w or a TimeSpan; or a day, in local time: yesterday, today, 'today 08:00'.

    .PARAMETER End
    Changes before that time. Without a zone it is local time.

    .INPUTS
    System.IO.FileInfo, System.IO.DirectoryInfo, System.String.

    .OUTPUTS
    EopRelay.HybridChange. Its members: StartTime, EndTime, IsTimeZoneKnown, DurationMilliseconds, Side, Cmdlet, ObjectType, Identity, Outcome, Error, Properties, TlsSenderCertificateNameBefore, TlsSenderCertificateNameAfter, TlsCertificateNameBefore, TlsCertificateNameAfter, UndoesManualChange, Task, Phase, LogPath, Line.

    .EXAMPLE
    Get-EopRelayHybridChange

    Every change that the wizard made on this computer, whoever ran it.

    .EXAMPLE
    Get-EopRelayHybridChange -Start (Get-Date).AddDays(-7) | Where-Object { $_.TlsSenderCertificateNameAfter } | Format-List

    Did the wizard change which certificate Exchange Online expects, in the last week?

    .EXAMPLE
    Get-EopRelayHybridChange -Path '\\EX01\c$\Users' -ErrorAction SilentlyContinue

    The same on another server, as far as its profiles may be read.

    .EXAMPLE
    Get-ChildItem -Path 'D:\Case\*.log' | Get-EopRelayHybridChange | Export-Csv -Path changes.csv -NoTypeInformation -Encoding UTF8

    Reads copies that were sent by mail.

    .EXAMPLE
    Get-EopRelayHybridChange -LiteralPath 'D:\Case [4711]\20261115_210211.log' -End '2026-11-16' | Select-Object -ExpandProperty Properties

    Every property that was set, with its value before and after.

    .LINK
    Test-EopRelayCertificate

    .LINK
    about_EopRelay
    #>
    [CmdletBinding(DefaultParameterSetName = 'Path', PositionalBinding = $false)]
    [OutputType('EopRelay.HybridChange')]
    param(
        [Parameter(ParameterSetName = 'Path', Position = 0)]
        [ValidateNotNullOrEmpty()]
        [SupportsWildcards()]
        [string[]]
        $Path,

        [Parameter(ParameterSetName = 'LiteralPath', Mandatory = $true)]
        [ValidateNotNullOrEmpty()]
        [Alias('PSPath', 'LP')]
        [string[]]
        $LiteralPath,

        # The only one that takes the pipeline.
        [Parameter(ParameterSetName = 'InputObject', Mandatory = $true, ValueFromPipeline = $true)]
        [AllowNull()]
        [psobject]
        $InputObject,

        [Parameter()]
        [switch]
        $Recurse,

        [Parameter()]
        [datetime]
        $Start,

        [Parameter()]
        [ValidateNotNullOrEmpty()]
        [object]
        $Since,

        [Parameter()]
        [datetime]
        $End
    )

    begin {
        $from = Resolve-StartTime -BoundParameters $PSBoundParameters
        if ($from -is [EopRelay.EopRelayException]) {
            $PSCmdlet.ThrowTerminatingError((ConvertTo-ErrorRecord -Problem $from))
        }
        $source = [EopRelay.Interop]::NewEvidenceSource()
        $source.Recurse = $Recurse.IsPresent
        if ($null -ne $from) {
            $source.Start = $from
        }
        if ($PSBoundParameters.ContainsKey('End')) {
            $source.End = $End
        }
    }

    process {
        $problems = @(
            Add-GivenInput -Path $Path -LiteralPath $LiteralPath -InputObject $InputObject -AddPath {
                param($Given, $IsLiteral)
                Add-EvidencePath -Source $source -Cmdlet $PSCmdlet -Path $Given -Literal:$IsLiteral
            } -AddObject {
                param($Given)
                $file = Get-FileObjectPath -InputObject $Given
                if ($file -ne '') {
                    Add-EvidencePath -Source $source -Cmdlet $PSCmdlet -Path $file -Literal
                }
                else {
                    $message = "'$Given' is neither a path, nor a file or folder. Give logs of the Hybrid Configuration Wizard, folders of them, or paths."
                    New-InputProblem -ErrorId 'InputNotRecognized' -Category 'InvalidType' -Message $message -TargetObject $Given
                }
            }
        )
        foreach ($problem in $problems) {
            $PSCmdlet.WriteError((ConvertTo-ErrorRecord -Problem $problem))
        }
    }

    end {
        # Nothing given means this computer; something given that came to nothing has its error.
        $isThisComputer = $PSCmdlet.ParameterSetName -eq 'Path' -and -not $PSBoundParameters.ContainsKey('Path')
        if ($source.InputCount -eq 0 -and -not $isThisComputer) {
            return
        }
        $changeReader = [EopRelay.Interop]::OpenHybridChanges($source)
        if ($changeReader -is [EopRelay.EopRelayException]) {
            $PSCmdlet.ThrowTerminatingError((ConvertTo-ErrorRecord -Problem $changeReader))
        }
        try {
            Read-Evidence -EvidenceReader $changeReader -Cmdlet $PSCmdlet -ToEnd
            if ($null -ne $changeReader.Error) {
                $PSCmdlet.ThrowTerminatingError((ConvertTo-ErrorRecord -Problem $changeReader.Error))
            }
        }
        finally {
            # Here, because a pipeline that stops disposes no enumerators, and 5.1 has no clean block.
            $changeReader.Dispose()
        }
    }
}

Export-ModuleMember -Function Get-EopRelayHybridChange
