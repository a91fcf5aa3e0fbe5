# Pester 5; see Module.Tests.ps1.
BeforeAll {
    Set-StrictMode -Version 3.0
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath '../../powershell/EopRelay/EopRelay.psd1') -Force

    $folder = Join-Path -Path $PSScriptRoot -ChildPath '../../examples/hybrid' | Resolve-Path | Select-Object -ExpandProperty ProviderPath
    $log = Join-Path -Path $folder -ChildPath '20261115_210211.log'
}

Describe 'Changes of the hybrid wizard' {
    It 'are objects in the order of time, with before and after' {
        $changes = @(Get-EopRelayHybridChange -LiteralPath $folder)
        $changes | Should -BeOfType EopRelay.HybridChange
        $changes.Count | Should -Be 4
        $changes[2].Cmdlet | Should -Be 'Set-InboundConnector'
        $changes[2].Side | Should -Be 'Tenant'
        $changes[2].TlsSenderCertificateNameBefore | Should -Be 'mail.contoso.com'
        $changes[2].TlsSenderCertificateNameAfter | Should -Be '*.contoso.com'
        $changes[2].StartTime.Kind | Should -Be 'Utc'
        $changes[3].Outcome | Should -Be 'Failed'
        $changes[3].Error | Should -Match 'could not be found'
    }

    It 'come from <Shape> alike' -ForEach @(
        @{ Shape = 'a path'; Read = { param($it) Get-EopRelayHybridChange -Path $it } }
        @{ Shape = 'a pattern'; Read = { param($it) Get-EopRelayHybridChange ((Split-Path -Path $it) + '/20261115*.log') } }
        @{ Shape = 'a file'; Read = { param($it) Get-Item -LiteralPath $it | Get-EopRelayHybridChange } }
        @{ Shape = 'a selected file'; Read = { param($it) Get-Item -LiteralPath $it | Select-Object -Property FullName | Get-EopRelayHybridChange } }
        @{ Shape = 'text of the pipeline'; Read = { param($it) $it | Get-EopRelayHybridChange } }
    ) {
        $expected = @(Get-EopRelayHybridChange -LiteralPath $log | ForEach-Object { [string]$_ })
        @(& $Read $log | ForEach-Object { [string]$_ }) | Should -Be $expected
    }

    It 'come from the folders below with -Recurse only' {
        $null = New-Item -ItemType Directory -Path (Join-Path -Path $TestDrive -ChildPath 'EX01/copies')
        Copy-Item -LiteralPath $log -Destination (Join-Path -Path $TestDrive -ChildPath 'EX01/copies')
        $above = Join-Path -Path $TestDrive -ChildPath 'EX01'
        @(Get-EopRelayHybridChange -LiteralPath $above -Recurse).Count | Should -Be @(Get-EopRelayHybridChange -LiteralPath $log).Count
        @(Get-EopRelayHybridChange -LiteralPath $above -ErrorAction SilentlyContinue -ErrorVariable problems).Count | Should -Be 0
        $problems[0].Exception.Message | Should -Match 'recurse'
    }

    It 'come without an error for what else lies below, which is counted' {
        $case = Join-Path -Path $TestDrive -ChildPath 'case'
        $null = New-Item -ItemType Directory -Path (Join-Path -Path $case -ChildPath 'EX01/Hub')
        Copy-Item -LiteralPath $log -Destination $case
        foreach ($name in 'SEND1.LOG', 'SEND2.LOG', 'Hub/RECV1.LOG') {
            Set-Content -LiteralPath (Join-Path -Path $case -ChildPath "EX01/$name") -Value '#Software: Microsoft Exchange Server'
        }
        $global:Error.Clear()
        $given = @(Get-EopRelayHybridChange -LiteralPath $case -Recurse -Verbose 4>&1)
        $global:Error.Count | Should -Be 0
        @($given | Where-Object { $_ -is [EopRelay.HybridChange] }).Count | Should -Be @(Get-EopRelayHybridChange -LiteralPath $log).Count
        @($given | Where-Object { "$_" -match '3 files of other kinds are left out' }).Count | Should -Be 1
        $none = @(Get-EopRelayHybridChange -LiteralPath (Join-Path -Path $case -ChildPath 'EX01') -Recurse -ErrorAction SilentlyContinue -ErrorVariable problems)
        $none.Count | Should -Be 0
        $problems.Count | Should -Be 1
        $problems[0].FullyQualifiedErrorId | Should -Be 'OtherContent,Get-EopRelayHybridChange'
    }

    It 'belong to a window by their time' {
        @(Get-EopRelayHybridChange -LiteralPath $folder -Start '2026-11-01T00:00:00Z').Count | Should -Be 2
        @(Get-EopRelayHybridChange -LiteralPath $folder -End '2026-11-01T00:00:00Z').Count | Should -Be 2
    }

    It 'keep their properties over serialisation' {
        $path = Join-Path -Path $TestDrive -ChildPath 'changes.xml'
        Get-EopRelayHybridChange -LiteralPath $log | Export-Clixml -LiteralPath $path
        $change = @(Import-Clixml -LiteralPath $path)[0]
        ($change.Properties | Where-Object { $_.Name -eq 'TLSSenderCertificateName' }).Before | Should -Be 'mail.contoso.com'
    }

    It 'fit a console of 120 columns' {
        $lines = (Get-EopRelayHybridChange -LiteralPath $folder | Format-Table | Out-String -Width 120) -split '\r?\n'
        ($lines | Measure-Object -Property Length -Maximum).Maximum | Should -BeLessOrEqual 120
    }
}

Describe 'Trouble' {
    It 'with <Name> is one error that names it' -ForEach @(
        @{ Name = 'a missing path'; Content = $null; Id = 'LogNotFound*' }
        @{ Name = 'another file'; Content = 'no log'; Id = 'OtherContent*' }
    ) {
        $path = Join-Path -Path $TestDrive -ChildPath ([System.IO.Path]::GetRandomFileName())
        if ($null -ne $Content) {
            Set-Content -LiteralPath $path -Value $Content
        }
        $changes = @(Get-EopRelayHybridChange -LiteralPath $path, $log -ErrorVariable trouble -ErrorAction SilentlyContinue)
        $changes.Count | Should -Be 2
        @($trouble).Count | Should -Be 1
        $trouble[0].FullyQualifiedErrorId | Should -BeLike $Id
        $trouble[0].TargetObject | Should -Be $path
    }

    It 'with an object that is no file says so' {
        { 42 | Get-EopRelayHybridChange -ErrorAction Stop } | Should -Throw -ErrorId 'InputNotRecognized*'
    }
}

Describe 'Test-EopRelayCertificate -HybridLogPath' {
    BeforeAll {
        $session = Join-Path -Path $PSScriptRoot -ChildPath '../fixtures/interop/SEND2026111501-1.LOG'
        $sessions = @(Get-SendConnectorTlsSession -LiteralPath $session -EopOnly -WarningAction SilentlyContinue)
    }

    It 'takes a folder in place of connectors and says how old they are' {
        $report = $sessions | Test-EopRelayCertificate -HybridLogPath $folder -AcceptedDomain contoso.com -At '2026-11-20T00:00:00Z'
        $finding = $report.Findings | Where-Object { $_.Id -eq 'ConnectorsFromWizard' }
        $finding.Message | Should -Match '4 days before this report'
    }

    It 'refuses a folder without logs' {
        $null = $sessions | Test-EopRelayCertificate -HybridLogPath $TestDrive -ErrorVariable trouble -ErrorAction SilentlyContinue
        $trouble[0].FullyQualifiedErrorId | Should -Be 'HybridLogNotFound,Test-EopRelayCertificate'
    }
}
