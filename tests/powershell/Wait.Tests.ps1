# Pester 5; see Module.Tests.ps1. Sessions as they end: Get-SendConnectorTlsSession -Wait and -UntilSuccess.
BeforeAll {
    Set-StrictMode -Version 3.0
    $module = Join-Path -Path $PSScriptRoot -ChildPath '../../powershell/EopRelay/EopRelay.psd1' | Resolve-Path | Select-Object -ExpandProperty ProviderPath
    Import-Module -Name $module -Force
    $stories = Join-Path -Path $PSScriptRoot -ChildPath '../../examples/stories' | Resolve-Path | Select-Object -ExpandProperty ProviderPath
    $delivered = Join-Path -Path $stories -ChildPath 'healthy/SEND2026112401-1.LOG'
    $refused = Join-Path -Path $stories -ChildPath 'two-causes/SEND2026111601-1.LOG'

    # An empty folder for the logs of one test.
    function New-LogFolder {
        $folder = Join-Path -Path $TestDrive -ChildPath ([System.IO.Path]::GetRandomFileName())
        $null = New-Item -Path $folder -ItemType Directory
        $folder
    }

    # Copies a log to its place after a while, beside this thread.
    function Start-LateCopy {
        param([string]$From, [string]$To)
        $later = [powershell]::Create().AddScript({
                param($From, $To)
                Start-Sleep -Milliseconds 1500
                $null = [System.IO.Directory]::CreateDirectory([System.IO.Path]::GetDirectoryName($To))
                [System.IO.File]::Copy($From, $To)
            }).AddArgument($From).AddArgument($To)
        $null = $later.BeginInvoke()
    }

    function Get-StateFile {
        @(Get-ChildItem -Path ([System.IO.Path]::GetTempPath()) -Filter 'EopRelay-*').Count
    }
}

Describe 'Get-SendConnectorTlsSession -UntilSuccess' {
    It 'returns the sessions of a file that comes later, up to the first that delivers its mail' {
        $folder = New-LogFolder
        Copy-Item -LiteralPath $refused -Destination $folder
        $before = Get-StateFile
        Start-LateCopy -From $delivered -To (Join-Path -Path $folder -ChildPath 'later/SEND2026112401-1.LOG')
        $sessions = @(Get-SendConnectorTlsSession -Path $folder -Recurse -UntilSuccess -TimeoutSec 60)
        $sessions.Count | Should -Be 1
        $sessions[0].Outcome | Should -Be 'Delivered'
        $sessions[0].LogPath | Should -Match 'later'
        Get-StateFile | Should -Be $before
    }

    It 'finds files of a pattern that come later' {
        $folder = New-LogFolder
        Copy-Item -LiteralPath $refused -Destination $folder
        Start-LateCopy -From $delivered -To (Join-Path -Path $folder -ChildPath 'SEND2026112401-1.LOG')
        $sessions = @(Get-SendConnectorTlsSession -Path (Join-Path -Path $folder -ChildPath 'SEND*.LOG') -UntilSuccess -TimeoutSec 60)
        $sessions[-1].Outcome | Should -Be 'Delivered'
    }

    It 'says that no session came' {
        $folder = New-LogFolder
        Copy-Item -LiteralPath $delivered -Destination $folder
        $sessions = @(Get-SendConnectorTlsSession -Path $folder -UntilSuccess -TimeoutSec 1 -ErrorVariable trouble -ErrorAction SilentlyContinue)
        $sessions.Count | Should -Be 0
        $trouble[0].FullyQualifiedErrorId | Should -Be 'NoSuccess,Get-SendConnectorTlsSession'
        [string]$trouble[0] | Should -Match 'No session of that kind came'
    }

    It 'says that none of those that came was accepted' {
        $folder = New-LogFolder
        Copy-Item -LiteralPath $refused -Destination $folder
        $sessions = @(Get-SendConnectorTlsSession -Path $folder -Start '2026-11-01' -Connector 'Outbound*' -UntilSuccess -TimeoutSec 1 -ErrorVariable trouble -ErrorAction SilentlyContinue)
        $sessions.Count | Should -BeGreaterThan 0
        [string]$trouble[0] | Should -Match 'none of them delivered'
    }

    It 'refuses what contradicts it' {
        $folder = New-LogFolder
        foreach ($other in @{ StatePath = 'x.state' }, @{ Failed = $true }, @{ Outcome = 'Refused' }) {
            { Get-SendConnectorTlsSession -Path $folder -UntilSuccess @other } | Should -Throw -ErrorId 'ParametersContradict,Get-SendConnectorTlsSession'
        }
        { Get-SendConnectorTlsSession -Path $folder -TimeoutSec 3 } | Should -Throw -ErrorId 'ParametersContradict,Get-SendConnectorTlsSession'
    }
}

Describe 'Get-SendConnectorTlsSession -Wait' {
    It 'returns sessions as they end, until the time is over' {
        $folder = New-LogFolder
        Copy-Item -LiteralPath $refused -Destination $folder
        Start-LateCopy -From $delivered -To (Join-Path -Path $folder -ChildPath 'SEND2026112401-1.LOG')
        $sessions = @(Get-SendConnectorTlsSession -Path $folder -Wait -TimeoutSec 4)
        $all = @(Get-SendConnectorTlsSession -Path $delivered)
        $sessions.Count | Should -Be $all.Count
    }

    It 'ends within a second when it is stopped, and leaves nothing behind' {
        $folder = New-LogFolder
        Copy-Item -LiteralPath $delivered -Destination $folder
        $before = Get-StateFile
        $waiting = [powershell]::Create().AddScript({
                param($Module, $Folder)
                Import-Module -Name $Module
                Get-SendConnectorTlsSession -Path $Folder -Wait
            }).AddArgument($module).AddArgument($folder)
        $null = $waiting.BeginInvoke()
        $clock = [System.Diagnostics.Stopwatch]::StartNew()
        while ((Get-StateFile) -eq $before -and $clock.Elapsed.TotalSeconds -lt 60) {
            Start-Sleep -Milliseconds 100
        }
        $clock.Restart()
        $waiting.Stop()
        $clock.ElapsedMilliseconds | Should -BeLessThan 1000
        Get-StateFile | Should -Be $before
    }
}
