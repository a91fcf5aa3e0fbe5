# Pester 5; see Module.Tests.ps1. -Since: the beginning as how long ago, or as a day.
BeforeAll {
    Set-StrictMode -Version 3.0
    $module = Join-Path -Path $PSScriptRoot -ChildPath '../../powershell/EopRelay/EopRelay.psd1' | Resolve-Path | Select-Object -ExpandProperty ProviderPath
    Import-Module -Name $module -Force
    $story = Join-Path -Path $PSScriptRoot -ChildPath '../../examples/stories/healthy/SEND2026112401-1.LOG' | Resolve-Path | Select-Object -ExpandProperty ProviderPath
    $text = [System.IO.File]::ReadAllText($story)

    # The log of the story with its rows as many hours ago.
    function New-LogOfHoursAgo {
        param([int]$Hours)
        $time = [datetime]::UtcNow.AddHours(-$Hours).ToString('yyyy-MM-ddTHH:mm', [cultureinfo]::InvariantCulture)
        $path = Join-Path -Path $TestDrive -ChildPath "SEND-$Hours.LOG"
        [System.IO.File]::WriteAllText($path, ($text -replace '2026-11-2\dT\d\d:\d\d', $time))
        $path
    }
    $logs = (New-LogOfHoursAgo -Hours 1), (New-LogOfHoursAgo -Hours 75)
    $ofOneLog = @(Get-SendConnectorTlsSession -Path $logs[0]).Count
}

Describe 'Sessions since a time' {
    It 'leaves out what began before <Since>' -TestCases @(
        @{ Since = '24h' }
        @{ Since = '-1d' }
        @{ Since = 1d }
        @{ Since = '90m' }
        @{ Since = ([timespan]::FromHours(2)) }
        @{ Since = ([timespan]::FromHours(-2)) }
        @{ Since = 'Yesterday' }
        @{ Since = 'yesterday 00:00:01' }
        @{ Since = [datetime]::Today.AddDays(-1) }
    ) {
        param($Since)
        $ofOneLog | Should -BeGreaterThan 0
        @(Get-SendConnectorTlsSession -Path $logs -Since $Since).Count | Should -Be $ofOneLog
    }

    It 'keeps what began later than <Since>' -TestCases @(
        @{ Since = '4d' }
        @{ Since = '1w' }
        @{ Since = (New-TimeSpan -Days 4) }
    ) {
        param($Since)
        @(Get-SendConnectorTlsSession -Path $logs -Since $Since).Count | Should -Be (2 * $ofOneLog)
    }

    It 'finds nothing since a moment ago' {
        @(Get-SendConnectorTlsSession -Path $logs -Since '1m' -WarningAction SilentlyContinue).Count | Should -Be 0
    }

    It 'is named where it left everything out, and -Start where that did' {
        $null = Get-SendConnectorTlsSession -Path $logs -Since '1m' -WarningVariable since -WarningAction SilentlyContinue
        "$since" | Should -Match 'left out: [0-9]+ by -Since or -End'
        $null = Get-SendConnectorTlsSession -Path $logs -Start (Get-Date).AddMinutes(-1) -WarningVariable start -WarningAction SilentlyContinue
        "$start" | Should -Match 'left out: [0-9]+ by -Start or -End'
    }

    It 'refuses <Since> in one error that says what it takes' -TestCases @(
        @{ Since = 1.5d }
        @{ Since = 'last week' }
        @{ Since = '24' }
        @{ Since = 'today 25:00' }
        @{ Since = '99999d' }
        @{ Since = [timespan]::MaxValue }
        @{ Since = [timespan]::MinValue }
    ) {
        param($Since)
        foreach ($name in 'Get-SendConnectorTlsSession', 'Get-EopRelayChainEvent', 'Get-EopRelayHybridChange') {
            { & $name -Path $logs[0] -Since $Since } | Should -Throw -ErrorId "TimeNotRead,$name" -ExpectedMessage '*such as 24h*'
        }
    }

    It 'does not go with -Start' {
        { Get-SendConnectorTlsSession -Path $logs -Since '24h' -Start '2026-11-15' } | Should -Throw -ErrorId 'ParametersContradict,Get-SendConnectorTlsSession'
    }
}
