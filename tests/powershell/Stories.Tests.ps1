# Pester 5; see Module.Tests.ps1. The stories of the documentation, typed into this shell: what stands on the
# screen is the report that the command prints.
BeforeDiscovery {
    $stories = @(Get-ChildItem -Path (Join-Path -Path $PSScriptRoot -ChildPath '../../examples/stories') -Directory | ForEach-Object { @{ Story = $_.Name; Folder = $_.FullName } })
}

BeforeAll {
    Set-StrictMode -Version 3.0
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath '../../powershell/EopRelay/EopRelay.psd1') -Force

    # The parameters that are the command's options.
    $parameters = @{
        '--log' = 'LogPath'; '--certificate' = 'Path'; '--intermediates' = 'IntermediatePath'; '--roots' = 'RootPath'
        '--inbound-connector' = 'InboundConnector'; '--accepted-domain' = 'AcceptedDomain'; '--send-connector' = 'SendConnector'
        '--installed' = 'InstalledCertificate'; '--server' = 'Server'; '--at' = 'At'; '--chain-event' = 'ChainEvent'
        '--hybrid-log' = 'HybridLogPath'; '--queue-error' = 'QueueError'
    }

    # What an administrator types for the arguments of the command.
    function Get-Splat([string]$Folder) {
        $lines = @(Get-Content -LiteralPath ([System.IO.Path]::Combine($Folder, 'arguments')))
        $splat = @{}
        for ($place = 0; $place -lt $lines.Count; $place += 2) {
            $name = $parameters[$lines[$place]]
            $name | Should -Not -BeNullOrEmpty -Because $lines[$place]
            if ($splat.ContainsKey($name)) {
                $splat[$name] = @($splat[$name]) + $lines[$place + 1]
            }
            else {
                $splat[$name] = $lines[$place + 1]
            }
        }
        $splat
    }

    # What stands on a screen. A shell names files by their whole path, so that lines break elsewhere.
    function Get-Print([string]$Screen, [string]$Folder) {
        $text = $Screen -replace '\s', ''
        $text.Replace(($Folder -replace '\s', '') + [System.IO.Path]::DirectorySeparatorChar, '')
    }

    # The commands, which are copied as they stand.
    function Get-CommandLine([string]$Screen) {
        @($Screen -split '\r?\n' | Where-Object { $_ -cmatch '^  [^\s\d]' } | ForEach-Object { $_.TrimEnd() })
    }
}

Describe 'The story <Story>' -ForEach $stories {
    BeforeAll {
        Push-Location -LiteralPath $Folder
        $splat = Get-Splat $Folder
        $expected = [System.IO.File]::ReadAllText([System.IO.Path]::Combine($Folder, 'report.txt'))
    }

    AfterAll {
        Pop-Location
    }

    It 'is told on the screen as by the command' {
        $screen = Test-EopRelayCertificate @splat | Out-String -Width 80
        @($screen -split '\r?\n' | Where-Object { $_.Length -gt 80 }) | Should -BeNullOrEmpty
        Get-Print $screen $Folder | Should -Be (Get-Print $expected '-')
        Get-CommandLine $screen | Should -Be (Get-CommandLine $expected)
    }

    It 'is the same of sessions by the pipeline' {
        $files = @($splat.LogPath)
        $rest = $splat.Clone()
        $rest.Remove('LogPath')
        if ($rest.ContainsKey('Path')) {
            # Sessions come by the pipeline, and the certificate with them.
            $rest.Remove('Path')
            $certificate = [System.IO.FileInfo][System.IO.Path]::Combine($Folder, $splat.Path)
        }
        else {
            $certificate = @()
        }
        $sessions = @(Get-SendConnectorTlsSession -Path $files -Server $splat.Server)
        $report = @($sessions) + $certificate | Test-EopRelayCertificate @rest
        $whole = Test-EopRelayCertificate @splat
        $report.Summary | Should -Be $whole.Summary
        $report.ExitCode | Should -Be $whole.ExitCode
        @($report.Findings | ForEach-Object { $_.Id }) | Should -Be @($whole.Findings | ForEach-Object { $_.Id })
    }
}
