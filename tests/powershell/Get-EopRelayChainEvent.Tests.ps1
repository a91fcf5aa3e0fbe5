# Pester 5; see Module.Tests.ps1.
BeforeAll {
    Set-StrictMode -Version 3.0
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath '../../powershell/EopRelay/EopRelay.psd1') -Force

    $fixtures = Join-Path -Path $PSScriptRoot -ChildPath '../fixtures' | Resolve-Path | Select-Object -ExpandProperty ProviderPath
    $folder = Join-Path -Path $fixtures -ChildPath 'chain-events'
    $file = Join-Path -Path $folder -ChildPath 'partial-chain.xml'
    $text = Get-Content -LiteralPath $file -Raw
    $sent = 'E8412F6A9C03D7B5518E2A4C6F90B3D5E7F81A2C'

    # As Get-WinEvent gives it: all that is used is ToXml().
    $winEvent = [pscustomobject]@{ Id = 30 } | Add-Member -MemberType ScriptMethod -Name ToXml -Value { $text } -PassThru

    # As Export-Clixml and Invoke-Command leave an object.
    function Get-Serialized($InputObject) {
        $path = Join-Path -Path $TestDrive -ChildPath ([System.IO.Path]::GetRandomFileName())
        $InputObject | Export-Clixml -LiteralPath $path
        Import-Clixml -LiteralPath $path
    }
}

Describe 'Get-EopRelayChainEvent' {
    It 'reads a file' {
        $found = @(Get-EopRelayChainEvent -Path $file)
        $found.Count | Should -Be 1
        $found[0] | Should -BeOfType EopRelay.ChainEvent
        $found[0].Fault | Should -Be 'PartialChain'
        $found[0].Thumbprint | Should -Be $sent
        $found[0].Meaning | Should -Match '^most likely'
        $found[0].Time.Kind | Should -Be 'Utc'
        $found[0].LogPath | Should -Be $file
    }

    It 'reads <Shape> from the pipeline' -ForEach @(
        @{ Shape = 'events of Get-WinEvent'; Object = { $winEvent } }
        @{ Shape = 'their texts'; Object = { $text } }
        @{ Shape = 'files'; Object = { Get-Item -LiteralPath $file } }
        @{ Shape = 'paths'; Object = { $file } }
    ) {
        $found = @(& $Object | Get-EopRelayChainEvent)
        $found.Count | Should -Be 1
        $found[0].Thumbprint | Should -Be $sent
    }

    It 'joins the events of a validation, whatever their language' {
        $found = @(Get-EopRelayChainEvent -LiteralPath (Join-Path -Path $folder -ChildPath 'german.xml'))
        $found.Count | Should -Be 1
        @($found[0].Records).Count | Should -Be 5
        $found[0].Failures[0].ErrorStatus.Names | Should -Contain 'CERT_TRUST_IS_UNTRUSTED_ROOT'
    }

    It 'reads a folder, and what is chosen of it' {
        @(Get-EopRelayChainEvent -Path $folder -WarningAction SilentlyContinue).Count | Should -BeGreaterThan 3
        @(Get-EopRelayChainEvent -Path $folder -Failed | Where-Object { -not $_.Failed }).Count | Should -Be 0
        @(Get-EopRelayChainEvent -Path $folder -Thumbprint ('0' * 40)).Count | Should -Be 0
        @(Get-EopRelayChainEvent -Path $file -End '2026-11-16T01:17:40Z').Count | Should -Be 0
    }

    It 'says what cannot be read, and reads the rest' {
        $found = @(Get-EopRelayChainEvent -LiteralPath (Join-Path -Path $folder -ChildPath 'missing.evtx'), $file -ErrorVariable trouble -ErrorAction SilentlyContinue)
        $found.Count | Should -Be 1
        $trouble[0].FullyQualifiedErrorId | Should -Match '^LogNotFound'
    }

    It 'warns of a log without events, with the command that turns it on' {
        $empty = Join-Path -Path $TestDrive -ChildPath 'empty.xml'
        Set-Content -LiteralPath $empty -Value '<Events></Events>'
        $null = Get-EopRelayChainEvent -LiteralPath $empty -WarningVariable warnings -WarningAction SilentlyContinue
        $warnings[0].Message | Should -Match 'wevtutil sl Microsoft-Windows-CAPI2/Operational /e:true'
    }

    It 'refuses what is no event with one error' {
        $null = 17 | Get-EopRelayChainEvent -ErrorVariable trouble -ErrorAction SilentlyContinue
        $trouble[0].FullyQualifiedErrorId | Should -Match '^InputNotRecognized'
    }

    It 'returns events while more of them come' {
        $taken = @{ Count = 0 }
        $first = 1..6000 | ForEach-Object {
            $taken.Count++
            $number = '{0:X8}' -f $_
            $text.Replace('6F1D2C3B', $number).Replace('0A1B2C3D', $number)
        } | Get-EopRelayChainEvent | Select-Object -First 1
        $first.Fault | Should -Be 'PartialChain'
        $taken.Count | Should -BeLessThan 6000
    }

    It 'stops early' {
        @(Get-EopRelayChainEvent -Path $folder -WarningAction SilentlyContinue | Select-Object -First 1).Count | Should -Be 1
    }
}

Describe 'Test-EopRelayCertificate -ChainEvent' {
    BeforeAll {
        $log = Join-Path -Path $fixtures -ChildPath 'interop/SEND2026111501-1.LOG'
        $session = @(Get-SendConnectorTlsSession -LiteralPath $log -EopOnly -Outcome Refused -WarningAction SilentlyContinue)[0]
        $about = $text.Replace($sent, $session.SentThumbprint)
        $copy = Join-Path -Path $TestDrive -ChildPath 'capi2.xml'
        Set-Content -LiteralPath $copy -Value $about
    }

    It 'takes <Shape>' -ForEach @(
        @{ Shape = 'a path'; Object = { $copy } }
        @{ Shape = 'a file'; Object = { Get-Item -LiteralPath $copy } }
        @{ Shape = 'a text'; Object = { $about } }
        @{ Shape = 'objects of Get-EopRelayChainEvent'; Object = { Get-EopRelayChainEvent -LiteralPath $copy } }
        @{ Shape = 'objects after serialisation'; Object = { Get-Serialized (Get-EopRelayChainEvent -LiteralPath $copy) } }
    ) {
        $report = $session | Test-EopRelayCertificate -ChainEvent (& $Object) -At '2027-01-01T00:00:00Z'
        $report.Cause | Should -Be 'ChainIncompleteLogged'
        @($report.Findings[0].Evidence | Where-Object { $_.Text -match '^event 30 \(record 4711\)' }).Count | Should -Be 1
    }

    It 'reports a log in which nothing was found' {
        $report = $session | Test-EopRelayCertificate -ChainEvent @()
        @($report.Findings | Where-Object { $_.Id -eq 'ChainEventsMissing' }).Count | Should -Be 1
    }

    It 'says that a file is not there, and judges with the rest' {
        $report = $session | Test-EopRelayCertificate -ChainEvent 'no-such.evtx' -ErrorVariable trouble -ErrorAction SilentlyContinue
        $trouble[0].FullyQualifiedErrorId | Should -Be 'ChainEventFileNotFound,Test-EopRelayCertificate'
        $report.ExitCode | Should -Be 40
    }
}
