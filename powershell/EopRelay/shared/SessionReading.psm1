# One reading of the logs, and reading again until something came.
Set-StrictMode -Version 3.0

Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'ErrorRecord.psm1')
Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'Reading.psm1')

$activity = 'Reading SMTP protocol logs'

# Returns the sessions of the logs; while one waits, those that ended since the last pass. What ended the
# reading before is in the run's Problem.
function Read-Session {
    [CmdletBinding()]
    param($Query, $Cmdlet, $Run)

    $isWaiting = $Run.ContainsKey('Shown')
    $reader = [EopRelay.Interop]::OpenSessions($Query)
    if ($reader -is [EopRelay.EopRelayException]) {
        $Run['Problem'] = $reader
        return
    }
    try {
        while ($reader.TryReadBatch()) {
            Write-ReadingProgress -Activity $activity -Progress $reader.Progress
            if ($isWaiting) {
                Write-NewNotice -NoticeList $reader.Notices -Cmdlet $Cmdlet -Shown $Run['Shown']
                Select-Awaited -Reader $reader -Run $Run
            }
            else {
                Write-Notice -NoticeList $reader.Notices -Cmdlet $Cmdlet
                $reader.Sessions
            }
        }
        $Run['Problem'] = $reader.Error
        if ($null -ne $reader.Error) {
            return
        }
        if (-not $isWaiting) {
            Write-Progress -Activity $activity -Completed
            Write-ReadingEnd -Cmdlet $Cmdlet -Reader $reader -Run $Run
        }
        # Not before everything is returned; a pipeline that stops does not come here.
        if ($Query.StatePath) {
            $problem = $reader.TrySaveState()
            if ($null -ne $problem) {
                $Cmdlet.WriteError((ConvertTo-ErrorRecord -Problem $problem -TargetObject $Query.StatePath))
            }
        }
    }
    finally {
        # Here, because a pipeline that stops disposes no enumerators, and 5.1 has no clean block.
        $reader.Dispose()
    }
}

# Returns sessions as they end, until the time is over, or until one delivered its mail where the run waits for
# that. What ended the reading before is in the run's Problem.
function Wait-Session {
    [CmdletBinding()]
    param($Query, $Cmdlet, $Run)

    $state = Join-Path -Path ([System.IO.Path]::GetTempPath()) -ChildPath ('EopRelay-' + [System.IO.Path]::GetRandomFileName())
    $Query.StatePath = $state
    $Run['Shown'] = @{}
    $Run['Count'] = 0
    $Run['Accepted'] = $null
    $clock = [System.Diagnostics.Stopwatch]::StartNew()
    try {
        while ($true) {
            Read-Session -Query $Query -Cmdlet $Cmdlet -Run $Run
            if ($null -ne $Run['Problem']) {
                return
            }
            if ($null -ne $Run['Accepted'] -or ($Run['Limit'] -gt 0 -and $clock.Elapsed.TotalSeconds -ge $Run['Limit'])) {
                break
            }
            $Run['IsListed'] = $true
            Write-Progress -Activity 'Waiting for sessions' -Status "$($Run['Count']) so far, $([int]$clock.Elapsed.TotalSeconds) seconds"
            Start-Sleep -Milliseconds 500
        }
        Write-Progress -Activity 'Waiting for sessions' -Completed
        Write-WaitingEnd -Cmdlet $Cmdlet -Run $Run
    }
    finally {
        Remove-Item -Path "$state*" -Force -ErrorAction Ignore
    }
}

# Writes the notices that no pass before has met.
function Write-NewNotice {
    [CmdletBinding()]
    param($NoticeList, $Cmdlet, $Shown)

    foreach ($notice in $NoticeList) {
        $met = "$($notice.Path)|$($notice.Message)"
        if (-not $Shown.ContainsKey($met)) {
            $Shown[$met] = $true
            Write-Notice -NoticeList $notice -Cmdlet $Cmdlet
        }
    }
}

# Returns the sessions of a batch as far as the run lists them, up to the one that is waited for.
function Select-Awaited {
    [CmdletBinding()]
    param($Reader, $Run)

    if (-not $Run['IsListed']) {
        return
    }
    foreach ($session in $Reader.Sessions) {
        if ($null -ne $Run['Accepted']) {
            return
        }
        $Run['Count']++
        $session
        if ($Run['UntilSuccess'] -and $session.Outcome -eq 'Delivered') {
            $Run['Accepted'] = $session
        }
    }
}

# Reports what the waiting came to.
function Write-WaitingEnd {
    [CmdletBinding()]
    param($Cmdlet, $Run)

    $accepted = $Run['Accepted']
    if ($null -ne $accepted) {
        $Cmdlet.WriteVerbose("The session that ended at $($accepted.EndTime.ToString('u', [cultureinfo]::InvariantCulture)) was the first to deliver its mail ($($accepted.LogPath):$($accepted.Line)).")
    }
    elseif ($Run['UntilSuccess']) {
        $message = "No session of that kind came in $($Run['Limit']) seconds. Send a message, and see that protocol logging is on (Set-SendConnector <name> -ProtocolLoggingLevel Verbose)."
        if ($Run['Count'] -gt 0) {
            $message = "No session was accepted in $($Run['Limit']) seconds: $($Run['Count']) came, and none of them delivered its mail. A change in Exchange Online takes up to an hour."
        }
        $problem = New-InputProblem -ErrorId 'NoSuccess' -Category 'OperationTimeout' -Message $message -TargetObject $Run['Limit']
        $Cmdlet.WriteError((ConvertTo-ErrorRecord -Problem $problem))
    }
}

# Reports how much was read, and what may be wrong where nothing was returned.
function Write-ReadingEnd {
    [CmdletBinding()]
    param($Cmdlet, $Reader, $Run)

    $leftOut = $Reader.LeftOutText
    if ($Run['IsSince']) {
        $leftOut = $leftOut -replace '-Start or -End', '-Since or -End'
    }
    if ($leftOut -ne '') {
        $leftOut = '; left out: ' + $leftOut
    }
    $Cmdlet.WriteVerbose("$($Reader.Progress.Status) read; sessions returned: $($Reader.SessionCount)$leftOut.")
    if ($Reader.SessionCount -gt 0 -or $null -ne $Run['StatePath']) {
        return
    }
    if ($leftOut -ne '') {
        $Cmdlet.WriteWarning("No session fits, in $($Reader.Progress.Status)$leftOut. Leave a condition out to see what is there.")
    }
    elseif ($Reader.Progress.FilesTotal -gt 0) {
        $Cmdlet.WriteWarning("The logs hold no session ($($Reader.Progress.Status)): nothing was sent, or protocol logging was off, as it is by default. Turn it on: Set-SendConnector <name> -ProtocolLoggingLevel Verbose.")
    }
}

Export-ModuleMember -Function Read-Session, Wait-Session
