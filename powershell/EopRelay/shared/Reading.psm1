# What the cmdlets that read files and the pipeline have in common.
Set-StrictMode -Version 3.0

Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'ErrorRecord.psm1')
Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'EvidencePath.psm1')

# Adds what -Path, -LiteralPath and the pipeline gave. $AddPath takes a path and whether it is literal;
# $AddObject, what the pipeline brought and is no path. Returns what is wrong.
function Add-GivenInput {
    [CmdletBinding()]
    param([string[]]$Path, [string[]]$LiteralPath, $InputObject, [scriptblock]$AddPath, [scriptblock]$AddObject)

    foreach ($given in $Path) {
        & $AddPath $given $false
    }
    foreach ($given in $LiteralPath) {
        & $AddPath $given $true
    }
    foreach ($given in $InputObject) {
        if ($given -is [string]) {
            & $AddPath $given $false
        }
        elseif ($null -ne $given) {
            & $AddObject $given
        }
    }
}

# Adds what a path stands for to a source of evidence. Returns what is wrong with it.
function Add-EvidencePath {
    [CmdletBinding()]
    param($Source, $Cmdlet, [string]$Path, [switch]$Literal)

    $resolved = Resolve-EvidencePath -Cmdlet $Cmdlet -Path $Path -Literal:$Literal -Kind 'Log'
    if ($resolved -is [EopRelay.EopRelayException]) {
        return $resolved
    }
    if ($resolved.Found.Length -eq 0) {
        # The reader says what is wrong with a pattern that leads nowhere.
        $Source.AddPath($resolved.Plain, $true)
    }
    foreach ($file in $resolved.Found) {
        $Source.AddPath($file, $false)
    }
}

# Returns the records of a reader of evidence, and writes its notices for the cmdlet; as far as the text
# goes that was handed over, or to the end. What ended the reading before is in the reader's Error.
function Read-Evidence {
    [CmdletBinding()]
    param($EvidenceReader, $Cmdlet, [switch]$ToEnd)

    while ($EvidenceReader.TryReadBatch()) {
        Write-Notice -NoticeList $EvidenceReader.Notices -Cmdlet $Cmdlet
        $EvidenceReader.Records
        if (-not $ToEnd -and $EvidenceReader.Records.Length + $EvidenceReader.Notices.Length -eq 0) {
            return
        }
    }
}

# Writes the trouble that a reader met, for the cmdlet: a record for what cannot be read, a warning for
# what is read in part.
function Write-Notice {
    [CmdletBinding()]
    param($NoticeList, $Cmdlet)

    foreach ($notice in $NoticeList) {
        switch ($notice.Severity) {
            'Error' {
                $Cmdlet.WriteError((ConvertTo-ErrorRecord -Problem $notice.ToException() -TargetObject $notice.Path))
            }
            'Warning' {
                $Cmdlet.WriteWarning($notice.Text)
            }
            default {
                $Cmdlet.WriteVerbose($notice.Text)
            }
        }
    }
}

# Returns an answer that is worked out on another thread: between two statements Ctrl+C is heard, and ends
# the work.
function Wait-Answer {
    [CmdletBinding()]
    param($PendingAnswer)

    if ($PendingAnswer -is [EopRelay.EopRelayException]) {
        return $PendingAnswer
    }
    try {
        while (-not $PendingAnswer.Wait(100)) {
            continue
        }
        $PendingAnswer.Result
    }
    finally {
        $PendingAnswer.Dispose()
    }
}

# Shows how far a reader of logs is, four times a second.
function Write-ReadingProgress {
    [CmdletBinding()]
    param([string]$Activity, $Progress)

    if ($Progress.TakeTurn()) {
        Write-Progress -Activity $Activity -Status $Progress.Status -CurrentOperation $Progress.CurrentPath -PercentComplete $Progress.PercentComplete
    }
}

# The time that -Start or -Since of a cmdlet give, $null where neither does, or an EopRelayException.
function Resolve-StartTime {
    [CmdletBinding()]
    param($BoundParameters)

    if (-not $BoundParameters.ContainsKey('Since')) {
        if ($BoundParameters.ContainsKey('Start')) {
            $BoundParameters['Start']
        }
        return
    }
    $since = $BoundParameters['Since']
    if ($since -is [decimal]) {
        # 7d without quotes is a decimal number to PowerShell.
        $since = [string]::Format([cultureinfo]::InvariantCulture, '{0}d', $since)
    }
    if ($BoundParameters.ContainsKey('Start')) {
        return New-InputProblem -ErrorId 'ParametersContradict' -Category 'InvalidArgument' -Message '-Start and -Since both say where it begins. Give one of the two.' -TargetObject $since
    }
    if ($since -is [datetime]) {
        return $since
    }
    if ($since -is [timespan]) {
        $limit = [timespan]::FromDays(36500)
        if ($since -ge [timespan]::Zero -and $since -lt $limit) {
            return [datetime]::UtcNow - $since
        }
        if ($since -lt [timespan]::Zero -and $since -gt [timespan]::Zero - $limit) {
            return [datetime]::UtcNow + $since
        }
    }
    $text = "$since".Trim()
    if ($text -match '^-?([0-9]{1,4})([smhdw])$') {
        $seconds = @{ s = 1; m = 60; h = 3600; d = 86400; w = 604800 }
        return [datetime]::UtcNow.AddSeconds(-[int]$Matches[1] * $seconds[$Matches[2]])
    }
    if ($text -match '^(today|yesterday)(?: +((?:[01]?[0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9])?))?$') {
        $day = [datetime]::Today
        if ($Matches[1] -eq 'yesterday') {
            $day = $day.AddDays(-1)
        }
        if ($Matches.ContainsKey(2)) {
            $day = $day + [timespan]::Parse($Matches[2], [cultureinfo]::InvariantCulture)
        }
        return $day
    }
    New-InputProblem -ErrorId 'TimeNotRead' -Category 'InvalidArgument' -Message "$text is no time that -Since takes. Give how long ago, such as 24h, 30m, 7d or (New-TimeSpan -Hours 24), or yesterday, today or 'today 08:00' in local time." -TargetObject $since
}

Export-ModuleMember -Function Add-GivenInput, Add-EvidencePath, Read-Evidence, Resolve-StartTime, Wait-Answer, Write-Notice, Write-ReadingProgress
