# Export-EopRelayReport: a report as a file to look at.
BeforeAll {
    Set-StrictMode -Version 3.0
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath '../../powershell/EopRelay/EopRelay.psd1') -Force
    $log = Join-Path -Path $PSScriptRoot -ChildPath '../fixtures/interop/SEND2026111501-1.LOG'
    $report = Test-EopRelayCertificate -LogPath $log -AcceptedDomain contoso.com -At '2026-11-16T12:00:00Z' -WarningAction SilentlyContinue
}

Describe 'Export-EopRelayReport' {
    It 'writes a page, in the place of one of that name' {
        $path = Join-Path -Path $TestDrive -ChildPath 'report.html'
        foreach ($time in 1, 2) {
            $report | Export-EopRelayReport -Path $path | Should -BeNullOrEmpty
        }
        $page = [System.IO.File]::ReadAllText($path)
        $page | Should -Match '^<!DOCTYPE html>'
        $page | Should -Match $report.Cause
        @(Get-ChildItem -LiteralPath $TestDrive -Filter 'report*').Count | Should -Be 1
    }

    It 'writes Markdown, and returns the file with -PassThru' {
        $path = Join-Path -Path $TestDrive -ChildPath 'ticket.md'
        $file = $report | Export-EopRelayReport -Path $path -PassThru
        $file.FullName | Should -Be $path
        (Get-Content -LiteralPath $path -TotalCount 1) | Should -Match "^# [A-Z]+: $($report.Cause)"
    }

    It 'writes a report of another process the same' {
        $export = Join-Path -Path $TestDrive -ChildPath 'report.xml'
        $report | Export-Clixml -LiteralPath $export
        $paths = 'here.html', 'there.html' | ForEach-Object { Join-Path -Path $TestDrive -ChildPath $_ }
        $report | Export-EopRelayReport -Path $paths[0]
        Import-Clixml -LiteralPath $export | Export-EopRelayReport -Path $paths[1]
        [System.IO.File]::ReadAllText($paths[1]) | Should -Be ([System.IO.File]::ReadAllText($paths[0]))
    }

    It 'writes nothing with -WhatIf' {
        $path = Join-Path -Path $TestDrive -ChildPath 'nothing.html'
        $report | Export-EopRelayReport -Path $path -WhatIf
        Test-Path -LiteralPath $path | Should -BeFalse
    }
}
