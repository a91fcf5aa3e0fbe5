# Restore-EopRelayText: the answer to redacted evidence with the real names.
BeforeAll {
    Set-StrictMode -Version 3.0
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath '../../powershell/EopRelay/EopRelay.psd1') -Force
    $examples = Join-Path -Path $PSScriptRoot -ChildPath '../../examples' | Resolve-Path | Select-Object -ExpandProperty ProviderPath
    $sent = Join-Path -Path $TestDrive -ChildPath 'sent.zip'
    $key = Join-Path -Path $TestDrive -ChildPath 'sent.key.json'
    $log = Join-Path -Path $examples -ChildPath 'certificates/SEND2026111501-1.LOG'
    $null = Export-EopRelayEvidence -Path $sent -LogPath $log -Redact -WarningAction SilentlyContinue
    $report = Test-EopRelayCertificate -EvidencePath $sent -At '2026-11-20T00:00:00Z'
    $answer = Join-Path -Path $TestDrive -ChildPath 'answer.txt'
}

Describe 'Restore-EopRelayText' {
    It 'has stand-ins to turn back' {
        $report.Text | Should -Not -Match 'contoso|8F21D6B4'
        (Get-Content -LiteralPath $key -Raw) | Should -Match 'contoso'
    }

    It 'turns back <Shape>' -ForEach @(
        @{ Shape = 'a report'; Call = { $report | Restore-EopRelayText -KeyPath $key } }
        @{ Shape = 'a report of another process'; Call = { $report | Export-Clixml -LiteralPath "$answer.xml"; Import-Clixml -LiteralPath "$answer.xml" | Restore-EopRelayText -KeyPath $key } }
        @{ Shape = 'lines'; Call = { $report.Text -split '\r?\n' | Restore-EopRelayText -KeyPath $key } }
        @{ Shape = 'a file'; Call = { [System.IO.File]::WriteAllText($answer, $report.Text); Restore-EopRelayText $answer -KeyPath $key } }
        @{ Shape = 'a file in UTF-16'; Call = { [System.IO.File]::WriteAllText($answer, $report.Text, [System.Text.Encoding]::Unicode); Restore-EopRelayText -Path $answer -KeyPath $key } }
    ) {
        $text = & $Call
        @($text).Count | Should -Be 1
        $text | Should -BeOfType string
        $text | Should -Match 'CN=mail\.contoso\.com'
        $text | Should -Match '8F21D6B4E07C953A1B6E8D0F2A4C69708192B3D5'
    }

    It 'refuses <Kind>, and names it' -ForEach @(
        @{ Kind = 'a key that is none'; Id = 'NativeLibraryRefused'; Says = 'no key of a redaction'; Call = { 'text' | Restore-EopRelayText -KeyPath $log } }
        @{ Kind = 'a key that is not there'; Id = 'KeyNotFound'; Says = 'lost\.key\.json.*written beside the redacted evidence'; Call = { 'text' | Restore-EopRelayText -KeyPath (Join-Path -Path $TestDrive -ChildPath 'lost.key.json') } }
        @{ Kind = 'an answer that is not there'; Id = 'AnswerNotFound'; Says = 'missing\.txt'; Call = { Restore-EopRelayText -Path (Join-Path -Path $TestDrive -ChildPath 'missing.txt') -KeyPath $key } }
        @{ Kind = 'a folder as answer'; Id = 'AnswerUnreadable'; Says = 'is a folder'; Call = { Restore-EopRelayText -Path $TestDrive -KeyPath $key } }
    ) {
        $Error.Clear()
        try { $null = & $Call } catch { $null = $_ }
        $Error.Count | Should -Be 1
        $Error[0].FullyQualifiedErrorId | Should -Be "$Id,Restore-EopRelayText"
        $Error[0].Exception.Message | Should -Match $Says
    }
}
