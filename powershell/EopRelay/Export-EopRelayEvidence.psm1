# Export-EopRelayEvidence.
Set-StrictMode -Version 3.0

Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'shared/ErrorRecord.psm1')
Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'shared/EvidencePath.psm1')
Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'shared/EvidencePackage.psm1')

function Export-EopRelayEvidence {
    <#
    .SYNOPSIS
    Collects on the server what a diagnosis needs into one zip file: logs, connectors, certificates without keys, queues and events.

    .DESCRIPTION
    Export-EopRelayEvidence takes the send logs of the last hours of each server, the connectors, transport services, installed certificates and queues that Exchange's cmdlets give, inbound connectors and accepted domains where the cmdlets of Exchange Online are loaded, the certificate stores (public parts only, never a key), the logs of the Hybrid Configuration Wizard, the CAPI2 log and the events of transport. Files of other servers come over their administrative shares, each into a folder of the server's name.

    It runs in the Exchange Management Shell, in a scheduled task, or in a plain elevated PowerShell; Exchange's cmdlets are called by name if the session has them, Get- alone, one at a time. What is not there or fails is a warning and a line of manifest.json, which also has size and SHA-256 of each file and says who can read what.

    The zip file is there whole or not at all: it is written beside its place and moved there at the end, also when it is stopped (Ctrl+C). It changes nothing on the servers.

    .PARAMETER Path
    The zip file to write.

    .PARAMETER Hours
    How many hours the logs reach back, 1 to 8760. Whole files are taken. The default is 24.

    .PARAMETER Server
    The servers, by name or pattern. Without it those of Get-TransportService, else this computer.

    .PARAMETER LogPath
    Folders with further send logs, such as copies, or single logs.

    .PARAMETER ReceiveLog
    Takes the receive logs too.

    .PARAMETER MaximumSize
    How many megabytes of logs are taken at most, before they are compressed, 1 to 1048576. The newest come first; what is left out is named. The default is 2048.

    .PARAMETER Redact
    Replaces names, domains, addresses, thumbprints and IP addresses by stand-ins, the same everywhere, so that the verdict stays the same. In place of certificates stand their facts; what cannot be redacted is left out and named. The key that turns an answer back (Restore-EopRelayText) is written beside the package, with .key.json at the end of its name: keep it, and do not send it.

    .PARAMETER Force
    Replaces a file that is there.

    .OUTPUTS
    System.IO.FileInfo

    .EXAMPLE
    Export-EopRelayEvidence -Path C:\Temp\case.zip

    On the server: everything of the last day. The warnings name what is missing, and how it is got.

    .EXAMPLE
    Connect-ExchangeOnline -Prefix Cloud
    Export-EopRelayEvidence -Path C:\Temp\case.zip -Hours 72 -Server EX1, EX2 -ReceiveLog

    Of two servers, three days, with the tenant's connectors and accepted domains.

    .EXAMPLE
    Export-EopRelayEvidence -Path C:\Temp\case.zip -Redact

    For somebody outside: C:\Temp\case.zip is sent, C:\Temp\case.key.json stays here.

    .EXAMPLE
    Export-EopRelayEvidence -Path C:\Temp\case.zip -WhatIf

    Says what would be collected, and writes nothing.

    .LINK
    Test-EopRelayCertificate

    .LINK
    about_EopRelay
    #>
    [CmdletBinding(SupportsShouldProcess = $true, PositionalBinding = $false)]
    [OutputType([System.IO.FileInfo])]
    param(
        [Parameter(Mandatory = $true, Position = 0)]
        [ValidateNotNullOrEmpty()]
        [string]
        $Path,

        [Parameter()]
        [ValidateRange(1, 8760)]
        [int]
        $Hours = 24,

        [Parameter()]
        [ValidateNotNullOrEmpty()]
        [SupportsWildcards()]
        [string[]]
        $Server,

        [Parameter()]
        [ValidateNotNullOrEmpty()]
        [SupportsWildcards()]
        [string[]]
        $LogPath,

        [Parameter()]
        [switch]
        $ReceiveLog,

        [Parameter()]
        [ValidateRange(1, 1048576)]
        [int]
        $MaximumSize = 2048,

        [Parameter()]
        [switch]
        $Redact,

        [Parameter()]
        [switch]
        $Force
    )

    $resolved = Resolve-EvidencePath -Cmdlet $PSCmdlet -Path $Path -Literal -Kind 'Package'
    if ($resolved -is [EopRelay.EopRelayException]) {
        $PSCmdlet.ThrowTerminatingError((ConvertTo-ErrorRecord -Problem $resolved -TargetObject $Path))
    }
    $target = $resolved.Plain
    $key = [System.IO.Path]::ChangeExtension($target, '.key.json')
    $written = @($target)
    if ($Redact) {
        $written += $key
    }
    foreach ($file in $written) {
        if ([System.IO.Directory]::Exists($file)) {
            $inside = Join-Path -Path $file -ChildPath 'evidence.zip'
            $problem = New-InputProblem -ErrorId 'PackageNotWritten' -Category 'WriteError' -Message "'$file' is a folder. Give the name of the package, such as '$inside'." -TargetObject $Path
            $PSCmdlet.ThrowTerminatingError((ConvertTo-ErrorRecord -Problem $problem))
        }
        if ([System.IO.File]::Exists($file) -and -not $Force) {
            $problem = New-InputProblem -ErrorId 'PackageExists' -Category 'ResourceExists' -Message "The file '$file' is there already. Give another name, or -Force to replace it." -TargetObject $Path
            $PSCmdlet.ThrowTerminatingError((ConvertTo-ErrorRecord -Problem $problem))
        }
    }
    $end = [datetime]::UtcNow
    $start = $end.AddHours(-$Hours)
    $isTrial = -not $PSCmdlet.ShouldProcess("the evidence of the last $Hours hours, into '$target'", 'Collect')
    if ($isTrial) {
        foreach ($name in Get-PackageQuery) {
            $PSCmdlet.WriteVerbose("$name is called if the session has it.")
        }
        return
    }
    $activity = 'Collecting evidence'
    $work = Join-Path -Path ([System.IO.Path]::GetTempPath()) -ChildPath ('EopRelay-' + [System.IO.Path]::GetRandomFileName())
    $package = $null
    try {
        $null = New-Item -Path $work -ItemType Directory
        $collected = $target
        if ($Redact) {
            # What is not redacted stays out of the folder that is sent from.
            $collected = Join-Path -Path $work -ChildPath 'collected.zip'
        }
        $package = [EopRelay.Interop]::NewEvidencePackage($collected)
        if ($package -is [EopRelay.EopRelayException]) {
            $PSCmdlet.ThrowTerminatingError((ConvertTo-ErrorRecord -Problem $package -TargetObject $Path))
        }
        Write-Progress -Activity $activity -Status 'Exchange' -PercentComplete 5
        $services = @(Add-ExchangeExport -Package $package -Folder $work -Server $Server)
        Write-Progress -Activity $activity -Status 'Certificates, the wizard and events' -PercentComplete 30
        Add-MachineEvidence -Package $package -Folder $work -Start $start
        $logs = @(Get-PackageLog -Package $package -Cmdlet $PSCmdlet -Service $services -Server $Server -LogPath $LogPath -Start $start -ReceiveLog:$ReceiveLog)
        $problem = Test-PackageSpace -Path $target -Log $logs -MaximumSize $MaximumSize
        if ($null -ne $problem) {
            $PSCmdlet.ThrowTerminatingError((ConvertTo-ErrorRecord -Problem $problem -TargetObject $Path))
        }
        $left = 1MB * $MaximumSize
        $number = 0
        foreach ($log in $logs) {
            $number++
            Write-Progress -Activity $activity -Status $log.File.FullName -PercentComplete (40 + 60 * $number / ($logs.Count + 1))
            if ($log.File.Length -gt $left) {
                $package.Miss($log.File.FullName, $log.Server, 'more logs than -MaximumSize allows')
                continue
            }
            $left -= $log.File.Length
            $problem = $package.AddFile($log.Name, $log.File.FullName, $log.Server)
            if ($null -ne $problem) {
                $package.Miss($log.File.FullName, $log.Server, $problem.Message)
            }
        }
        $problem = $package.Complete($start, $end)
        if ($null -ne $problem) {
            $PSCmdlet.ThrowTerminatingError((ConvertTo-ErrorRecord -Problem $problem -TargetObject $Path))
        }
        foreach ($gap in $package.Missing) {
            $PSCmdlet.WriteWarning([string]$gap)
        }
        if ($Redact) {
            Write-Progress -Activity $activity -Status 'Replacing private values' -PercentComplete 100
            if ($package.Files.Length -eq 0) {
                $problem = New-InputProblem -ErrorId 'NothingCollected' -Category 'ObjectNotFound' -Message "Nothing was collected, so that there is nothing to redact. The warnings say why; run it on the Exchange server, or give -LogPath." -TargetObject $Path
                $PSCmdlet.ThrowTerminatingError((ConvertTo-ErrorRecord -Problem $problem))
            }
            $redaction = [EopRelay.Interop]::RedactPackage($collected, $target, $key)
            if ($redaction -is [EopRelay.EopRelayException]) {
                $PSCmdlet.ThrowTerminatingError((ConvertTo-ErrorRecord -Problem $redaction -TargetObject $Path))
            }
            foreach ($redactedFile in $redaction.Files) {
                if ($null -ne $redactedFile.LeftOut) {
                    $PSCmdlet.WriteWarning("$($redactedFile.Path) is left out: $($redactedFile.LeftOut)")
                }
            }
            $PSCmdlet.WriteWarning("The key of the $($redaction.Replaced) values that were replaced is '$key'. It stays here: Restore-EopRelayText turns an answer back with it.")
        }
        Write-Progress -Activity $activity -Completed
        $PSCmdlet.WriteVerbose("$($package.Files.Length) files are in '$target'.")
        [System.IO.FileInfo]$target
    }
    finally {
        # Takes away what is not complete.
        if ($package -is [System.IDisposable]) {
            $package.Dispose()
        }
        if ([System.IO.Directory]::Exists($work)) {
            Remove-Item -LiteralPath $work -Recurse -Force
        }
    }
}

Export-ModuleMember -Function Export-EopRelayEvidence
