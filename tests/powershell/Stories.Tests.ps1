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

    # What the command prints, with what the options are called here that its steps name.
    function Get-Expected([string]$Report) {
        $text = Get-Print $Report '-'
        $names = @{
            'eop-relay chain --programme-roots' = 'Get-EopRelayChain -ProgrammeRootPath'
            '--certificate' = '-Path'
            '--intermediates' = '-IntermediatePath'
            '--inbound-connector' = '-InboundConnector'
            '--accepted-domain' = '-AcceptedDomain'
            '--receive-connector' = '-ReceiveConnector'
            '--installed' = '-InstalledCertificate'
        }
        foreach ($name in $names.Keys) {
            $text = $text.Replace(($name -replace ' ', ''), ($names[$name] -replace ' ', ''))
        }
        $text
    }

    # Where an object has not what the JSON has that it was made of.
    function Get-Difference([string]$Place, $Json, $Object) {
        if ($null -eq $Json) {
            if ($null -ne $Object -and @($Object).Count -gt 0) {
                "$Place is null in JSON"
            }
        }
        elseif ($Json -is [array]) {
            if (@($Json).Count -ne @($Object).Count) {
                "$Place has $(@($Object).Count) of $(@($Json).Count)"
                return
            }
            for ($index = 0; $index -lt @($Json).Count; $index++) {
                Get-Difference "$Place[$index]" @($Json)[$index] @($Object)[$index]
            }
        }
        elseif ($Json -is [pscustomobject]) {
            foreach ($member in $Json.PSObject.Properties) {
                $names = @($Object.PSObject.Properties.Name)
                $isThere = $names -ccontains $member.Name
                if ($Object -is [System.Collections.IDictionary]) {
                    $isThere = $Object.Keys -ccontains $member.Name
                }
                if ($isThere) {
                    Get-Difference "$Place.$($member.Name)" $member.Value $Object.$($member.Name)
                }
                else {
                    "$Place.$($member.Name) is missing"
                }
            }
        }
        elseif ($Json -is [datetime]) {
            $time = $Object
            if ($time -isnot [datetime]) {
                $time = [datetime]::Parse($Object, [cultureinfo]::InvariantCulture)
            }
            if ($time.ToUniversalTime() -ne $Json.ToUniversalTime()) {
                "$Place is $Object"
            }
        }
        elseif ("$Json" -cne "$Object") {
            "$Place is $Object, and not $Json"
        }
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
        Get-Print $screen $Folder | Should -Be (Get-Expected $expected)
        Get-CommandLine $screen | Should -Be (Get-CommandLine $expected)
    }

    It 'is an object with the members and shapes of its JSON' {
        $report = Test-EopRelayCertificate @splat
        $json = [EopRelay.Report].GetProperty('Json', [System.Reflection.BindingFlags]'Instance, NonPublic, Public').GetValue($report) | ConvertFrom-Json
        Get-Difference 'Report' $json $report | Should -BeNullOrEmpty
        if ($null -ne $report.Chain -and @($report.Chain.Remedies).Count -gt 0) {
            $path = Join-Path -Path $TestDrive -ChildPath 'report.xml'
            $report | Export-Clixml -LiteralPath $path
            (Import-Clixml -LiteralPath $path).Chain.Remedies[0].Description | Should -Be $report.Chain.Remedies[0].Description
        }
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
