# Get-EopRelayHybridChange: what the Hybrid Configuration Wizard changed.
Set-StrictMode -Version 3.0

Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'EvidenceObject.psm1')

function Get-EopRelayHybridChange {
    <#
    .SYNOPSIS
    Tells what the Hybrid Configuration Wizard changed of connectors, remote domains and the hybrid configuration, and when: each value before and after.

    .DESCRIPTION
    The wizard (HCW) writes a log of each run to %AppData%\Microsoft\Exchange Hybrid Configuration of whoever runs it. Get-EopRelayHybridChange reads these logs (yyyyMMdd_HHmmss.log, and .xhcw beside them) and gives one object for each cmdlet that changed something, in the order of time: on which side it ran, what came of it, and every property with its value before and after. TlsSenderCertificateName of the inbound connector and TlsCertificateName of the send connector, on which mail to Exchange Online hangs, are members of their own.

    Without a path the profiles of all users of this computer are read; that takes an elevated session, and a profile that cannot be read is an error of its own while the others are read.

    Outcome tells what the log shows: Succeeded, Failed (with Error), or NotShown, where the log ends before the cmdlet does, or only shows that the wizard wanted another value. What a value was before is known if the wizard compared it, or set it in an earlier run that was given too.

    The times are UTC where the log says so (IsTimeZoneKnown). It asks no server and changes nothing.

    .PARAMETER Path
    Logs, folders of logs, profiles, folders of profiles (C:\Users), or patterns (*, ?, [...]).

    .PARAMETER LiteralPath
    The same, taken as they are: no character is a wildcard.

    .PARAMETER InputObject
    Files and folders (Get-ChildItem, Get-Item), or paths as text, from the pipeline.

    .PARAMETER Start
    Changes of that time or later. Without a zone it is local time.

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
    Get-ChildItem -Path 'D:\Case\*.log' | Get-EopRelayHybridChange | Export-Csv -Path changes.csv -NoTypeInformation

    Reads copies that were sent by mail.

    .EXAMPLE
    Get-EopRelayHybridChange -LiteralPath 'D:\Case [4711]\20261115_210211.log' -End '2026-11-16' | Select-Object -ExpandProperty Properties

    Every property that was set, with its value before and after.

    .LINK
    Test-EopRelayCertificate

    .LINK
    about_EopRelay
    #>
    [CmdletBinding(DefaultParameterSetName = 'Path')]
    [OutputType('EopRelay.HybridChange')]
    param(
        [Parameter(ParameterSetName = 'Path', Position = 0)]
        [ValidateNotNullOrEmpty()]
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
        [datetime]
        $Start,

        [Parameter()]
        [datetime]
        $End
    )

    begin {
        $source = [EopRelay.Interop]::NewEvidenceSource()
        if ($PSBoundParameters.ContainsKey('Start')) {
            $source.Start = $Start
        }
        if ($PSBoundParameters.ContainsKey('End')) {
            $source.End = $End
        }
    }

    process {
        switch ($PSCmdlet.ParameterSetName) {
            'Path' {
                foreach ($given in @($Path) -ne $null) {
                    Add-HybridPath -Source $source -Cmdlet $PSCmdlet -Path $given
                }
            }
            'LiteralPath' {
                foreach ($given in $LiteralPath) {
                    Add-HybridPath -Source $source -Cmdlet $PSCmdlet -Path $given -Literal
                }
            }
            'InputObject' {
                foreach ($given in @($InputObject) -ne $null) {
                    Add-HybridObject -Source $source -Cmdlet $PSCmdlet -InputObject $given
                }
            }
        }
    }

    end {
        # Nothing given means this computer; something given that came to nothing has its error.
        $isThisComputer = $PSCmdlet.ParameterSetName -eq 'Path' -and -not $PSBoundParameters.ContainsKey('Path')
        if ($source.InputCount -eq 0 -and -not $isThisComputer) {
            return
        }
        try {
            $changeReader = [EopRelay.Interop]::OpenHybridChanges($source)
        }
        catch {
            $PSCmdlet.ThrowTerminatingError((ConvertTo-ErrorRecord -Exception $_.Exception -TargetObject $null))
        }
        try {
            while ($changeReader.ReadBatch()) {
                foreach ($notice in $changeReader.Notices) {
                    if ($notice.Severity -eq 'Error') {
                        $PSCmdlet.WriteError((ConvertTo-ErrorRecord -Exception $notice.ToException() -TargetObject $notice.Path))
                    }
                    else {
                        $PSCmdlet.WriteWarning($notice.Text)
                    }
                }
                $changeReader.Changes
            }
        }
        finally {
            # Here, because a pipeline that stops disposes no enumerators, and 5.1 has no clean block.
            $changeReader.Dispose()
        }
    }
}

# Adds a path that was given as text; PowerShell resolves its drives, its current folder and its
# wildcards, and what exists under exactly that name is taken as it is.
function Add-HybridPath {
    [CmdletBinding()]
    param($Source, $Cmdlet, [string]$Path, [switch]$Literal)

    $qualified = $Path
    if ($Path.StartsWith('\\', [System.StringComparison]::Ordinal)) {
        # Else a share is looked for in whatever provider the current location has.
        $qualified = 'Microsoft.PowerShell.Core\FileSystem::' + $Path
    }
    $paths = $Cmdlet.SessionState.Path
    $provider = $null
    $drive = $null
    try {
        $plain = $paths.GetUnresolvedProviderPathFromPSPath($qualified, [ref]$provider, [ref]$drive)
        if ($provider.Name -ne 'FileSystem') {
            throw [EopRelay.Interop]::NewError('NotAFileSystemPath', 'InvalidArgument', "'$Path' is a path of the PowerShell provider $($provider.Name). Logs are files: give a path in the file system.")
        }
        $isPattern = -not $Literal -and -not [EopRelay.Interop]::PathExists($plain) -and
            [System.Management.Automation.WildcardPattern]::ContainsWildcardCharacters($Path)
        $found = @()
        if ($isPattern) {
            $found = @($paths.GetResolvedProviderPathFromPSPath($qualified, [ref]$provider))
        }
    }
    catch {
        $Cmdlet.WriteError((ConvertTo-ErrorRecord -Exception $_.Exception -TargetObject $Path))
        return
    }
    if ($found.Count -eq 0) {
        # The reader says what is wrong with a path or pattern that leads nowhere.
        $Source.AddPath($plain, $isPattern)
    }
    foreach ($file in $found) {
        $Source.AddPath($file, $false)
    }
}

# Adds what the pipeline brought: a path as text, or a file or folder in any shape.
function Add-HybridObject {
    [CmdletBinding()]
    param($Source, $Cmdlet, $InputObject)

    if ($InputObject -is [string]) {
        Add-HybridPath -Source $Source -Cmdlet $Cmdlet -Path $InputObject
        return
    }
    foreach ($name in 'PSPath', 'FullName') {
        $property = $InputObject.PSObject.Properties[$name]
        if ($null -ne $property -and -not [string]::IsNullOrWhiteSpace([string]$property.Value)) {
            Add-HybridPath -Source $Source -Cmdlet $Cmdlet -Path ([string]$property.Value) -Literal
            return
        }
    }
    $message = "'$InputObject' is neither a path, nor a file or folder. Give logs of the Hybrid Configuration Wizard, folders of them, or paths."
    $exception = [EopRelay.Interop]::NewError('InputNotRecognized', 'InvalidType', $message)
    $Cmdlet.WriteError((ConvertTo-ErrorRecord -Exception $exception -TargetObject $InputObject))
}

Export-ModuleMember -Function Get-EopRelayHybridChange
