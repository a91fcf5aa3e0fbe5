# Pester 5; see Module.Tests.ps1.
BeforeAll {
    Set-StrictMode -Version 3.0
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath '../../powershell/EopRelay/EopRelay.psd1') -Force

    $folder = Join-Path -Path $PSScriptRoot -ChildPath '../../examples/certificates' | Resolve-Path | Select-Object -ExpandProperty ProviderPath
    $log = Join-Path -Path $folder -ChildPath 'SEND2026111501-1.LOG'
    $sessions = @(Get-SendConnectorTlsSession -LiteralPath $log -Server EX01)
    $connectors = @(Get-Content -LiteralPath (Join-Path -Path $folder -ChildPath 'send.json') -Raw | ConvertFrom-Json | ForEach-Object { $_ })
    $installed = @(Get-Content -LiteralPath (Join-Path -Path $folder -ChildPath 'installed.json') -Raw | ConvertFrom-Json | ForEach-Object { $_ })
    $all = @{ SendConnector = $connectors; InstalledCertificate = $installed; At = [datetime]'2026-11-20T00:00:00Z' }
    $old = '1E40C7D2A95B83F6047A6C9E1B3D5F7092B8D4E6'
    $new = '8F21D6B4E07C953A1B6E8D0F2A4C69708192B3D5'

    # As Export-Clixml and Invoke-Command leave an object.
    function Get-Serialized($InputObject) {
        $path = Join-Path -Path $TestDrive -ChildPath ([System.IO.Path]::GetRandomFileName())
        $InputObject | Export-Clixml -LiteralPath $path
        Import-Clixml -LiteralPath $path
    }
}

Describe 'A row' {
    It 'stands for each connector and server' {
        $rows = @($sessions | Get-EopRelayCertificate @all)
        $rows | Should -BeOfType EopRelay.ConnectorCertificate
        ($rows | ForEach-Object { '{0} {1} {2}' -f $_.Connector, $_.Server, $_.Status }) | Should -Be @(
            'Outbound to Microsoft 365 EX01 Valid', 'Outbound to Microsoft 365 EX02 ExpiresSoon', 'Fax gateway EX01 NotNeeded')
    }

    It 'says what would be sent, what was sent, and when it expires' {
        $row = @($sessions | Get-EopRelayCertificate @all)[0]
        $row.SelectedThumbprint | Should -Be $new
        $row.SentThumbprint | Should -Be $new
        $row.Comparison | Should -Be 'Same'
        $row.Twins[0].Thumbprint | Should -Be $old
        $row.SentCertificates[1].Sessions | Should -Be 2
        $row.NotAfter.Kind | Should -Be 'Utc'
        $row.DaysLeft | Should -Be 357
    }

    It 'is the same with <Shape>' -ForEach @(
        @{ Shape = 'serialised sessions'; Given = { Get-Serialized $sessions }; With = { $all } }
        @{ Shape = 'serialised objects'; Given = { $sessions }; With = {
                @{ SendConnector = @(Get-Serialized $connectors); InstalledCertificate = @(Get-Serialized $installed); At = $all.At }
            }
        }
    ) {
        $with = & $With
        @(& $Given).Count | Should -Be $sessions.Count
        $expected = $sessions | Get-EopRelayCertificate @all | ConvertTo-Json -Depth 5
        & $Given | Get-EopRelayCertificate @with | ConvertTo-Json -Depth 5 | Should -Be $expected
    }

    It 'survives serialisation, and looks the same' {
        $rows = @($sessions | Get-EopRelayCertificate @all)
        $back = @(Get-Serialized $rows)
        $back[0].SentCertificates[1].Thumbprint | Should -Be $old
        ($back | Format-Table | Out-String -Width 120) | Should -Be ($rows | Format-Table | Out-String -Width 120)
        ($back | Format-List | Out-String -Width 120) | Should -Be ($rows | Format-List | Out-String -Width 120)
    }
}

Describe 'What is not given' {
    It 'leaves what would be sent, without sessions' {
        $row = @(Get-EopRelayCertificate @all)[0]
        $row.SelectedThumbprint | Should -Be $new
        $row.SentThumbprint | Should -BeNullOrEmpty
        $row.Note | Should -Match 'No sessions were given'
    }

    It 'is reported otherwise than a pipeline without a session' {
        @(@() | Get-EopRelayCertificate @all)[0].Note | Should -Match 'The logs have no session'
    }

    It 'leaves what was sent, without connectors' {
        $row = $sessions | Get-EopRelayCertificate
        $row.SentThumbprint | Should -Be $new
        $row.SelectedThumbprint | Should -BeNullOrEmpty
        $row.Reason | Should -Match 'send connectors were not given'
    }

    It 'gives nothing of nothing' {
        Get-EopRelayCertificate | Should -BeNullOrEmpty
    }
}

Describe 'Certificates without a server' {
    It 'are those of -Server' {
        $untold = $installed | Where-Object { $_.Server -eq 'EX02' } | Select-Object -Property * -ExcludeProperty Server
        $rows = @(Get-EopRelayCertificate -SendConnector $connectors -InstalledCertificate $untold -Server EX02 -At $all.At)
        $rows[0].SelectedThumbprint | Should -BeNullOrEmpty
        $rows[1].SelectedThumbprint | Should -Be $old
    }
}

Describe 'Trouble' {
    It 'says what an object is not, and goes on' {
        $rows = @(42) + $sessions | Get-EopRelayCertificate -ErrorVariable trouble -ErrorAction SilentlyContinue
        $trouble[0].FullyQualifiedErrorId | Should -Be 'InputNotRecognized,Get-EopRelayCertificate'
        $rows.SentThumbprint | Should -Be $new
    }

    It 'says what is no send connector' {
        $null = $sessions | Get-EopRelayCertificate -SendConnector ([pscustomobject]@{ DomainName = 'contoso.com' }) -ErrorVariable trouble -ErrorAction SilentlyContinue
        $trouble[0].FullyQualifiedErrorId | Should -Be 'InputUnreadable,Get-EopRelayCertificate'
    }

    It 'reads a file of connectors, and says which is missing' {
        $null = Get-EopRelayCertificate -SendConnector 'send.xml' -ErrorVariable trouble -ErrorAction SilentlyContinue
        $trouble[0].FullyQualifiedErrorId | Should -Be 'EvidenceFileNotFound,Get-EopRelayCertificate'
    }
}

Describe 'The table' {
    It 'fits 120 columns' {
        $text = $sessions | Get-EopRelayCertificate @all | Out-String -Width 120
        $text | Should -Match 'Connector +Status +Selected +Sent +Expires +Note'
        @($text -split '\r?\n' | Where-Object { $_.Length -gt 120 }).Count | Should -Be 0
    }
}
