# Pester 5. Build the module first (powershell/build/build.sh or powershell/build/build.ps1), then:
#   Invoke-Pester -Path tests/powershell
BeforeAll {
    Set-StrictMode -Version 3.0
    $root = Join-Path -Path $PSScriptRoot -ChildPath '../..'
    Import-Module -Name (Join-Path -Path $root -ChildPath 'powershell/EopRelay/EopRelay.psd1') -Force
    $folder = Join-Path -Path $root -ChildPath 'tests/fixtures/delivery_errors'
    $reply = '550 5.7.64 TenantAttribution; Relay Access Denied'
    $sessions = @(Get-SendConnectorTlsSession -LiteralPath (Join-Path -Path $folder -ChildPath 'SEND20261117-1.LOG'))
}

Describe 'What Resolve-EopRelayError takes' {
    It 'explains a text, by position and by pipeline' {
        (Resolve-EopRelayError $reply).Rejection | Should -Be 'RelayDenied'
        @($reply, '', $null, '421 4.4.1 Connection timed out' | Resolve-EopRelayError).Rejection | Should -Be @('RelayDenied', 'ConnectionTimedOut')
    }

    It 'takes queues live, imported and as property bags' {
        $imported = @(Import-Clixml -Path (Join-Path -Path $folder -ChildPath 'queues.xml'))
        $bag = $imported | Select-Object -Property Identity, LastError, LastRetryTime
        foreach ($queues in @($imported, $bag)) {
            $found = @($queues | Resolve-EopRelayError)
            $found.Count | Should -Be 1
            $found[0].Identity | Should -Be 'EX1\27'
            $found[0].Rejection | Should -Be 'ConnectionTimedOut'
            $found[0].Time | Should -Be ([datetime]::new(2026, 11, 17, 5, 10, 2, 500, [System.DateTimeKind]::Utc))
        }
    }

    It 'takes events of the tracking log with lists' {
        $event = [pscustomobject]@{ EventId = 'FAIL'; MessageId = '<1@x>'; Recipients = @('a@x', 'b@x'); RecipientStatus = @("[{LED=$reply}]", "[{LED=$reply}]") }
        $found = @($event | Resolve-EopRelayError)
        $found.Count | Should -Be 1
        $found[0].Recipients | Should -Be @('a@x', 'b@x')
    }

    It 'takes files by path, by pattern and from Get-ChildItem' {
        (Resolve-EopRelayError -Path (Join-Path -Path $folder -ChildPath 'ndr*.eml')).Source | Should -Be 'NonDeliveryReport'
        (Resolve-EopRelayError -LiteralPath (Join-Path -Path $folder -ChildPath 'ndr.html')).Rejection | Should -Be 'RelayDenied'
        (Get-ChildItem -Path $folder -Filter *.eml | Resolve-EopRelayError).Recipients.Count | Should -Be 2
    }

    It 'takes the name of a file that is there for the file' {
        Push-Location -LiteralPath $folder
        (Resolve-EopRelayError ndr.html).Rejection | Should -Be 'RelayDenied'
        ('ndr.html' | Resolve-EopRelayError).Rejection | Should -Be 'RelayDenied'
        Pop-Location
    }

    It 'takes the lines of Get-Content as one text' {
        $path = Join-Path -Path $TestDrive -ChildPath 'ndr.txt'
        Set-Content -LiteralPath $path -Value 'Your message could not be delivered.', '', $reply, 'It was refused.'
        @(Get-Content -LiteralPath $path | Resolve-EopRelayError).Rejection | Should -Be 'RelayDenied'
    }

    It 'says what it does not take, and goes on' {
        $found = @(1, $reply | Resolve-EopRelayError -ErrorVariable trouble -ErrorAction SilentlyContinue)
        $found.Count | Should -Be 1
        $trouble[0].FullyQualifiedErrorId | Should -BeLike 'InputNotRecognized*'
        $null = Resolve-EopRelayError -LiteralPath 'missing.eml' -ErrorVariable trouble -ErrorAction SilentlyContinue
        $trouble[0].CategoryInfo.Category | Should -Be 'ObjectNotFound'
        { Resolve-EopRelayError $reply -Session @('x') } | Should -Throw '*Get-SendConnectorTlsSession*'
    }
}

Describe 'What the log says of an error' {
    It 'lifts a cover text' {
        $found = Resolve-EopRelayError -Path (Join-Path -Path $folder -ChildPath 'queues.xml') -Session $sessions
        $found.Session.Certainty | Should -Be 'Likely'
        $found.TlsError | Should -Be 'UnknownCredentials'
        $found.Session.SentThumbprint | Should -Be '0F1E2D3C4B5A69788796A5B4C3D2E1F00F1E2D3C'
    }

    It 'takes sessions after serialisation too' {
        $path = Join-Path -Path $TestDrive -ChildPath 'sessions.xml'
        $sessions | Export-Clixml -Path $path
        $found = Resolve-EopRelayError -Path (Join-Path -Path $folder -ChildPath 'ndr.eml') -Session (Import-Clixml -Path $path)
        $found.Session.Basis | Should -Be 'ServerSessionId'
    }
}

Describe 'How an error is shown' {
    It 'fits 120 columns' {
        $lines = $reply | Resolve-EopRelayError | Format-Table | Out-String -Width 120 -Stream
        $lines | ForEach-Object { $_.Length | Should -BeLessOrEqual 120 }
    }

    It 'keeps its session and its steps over Export-Clixml' {
        $path = Join-Path -Path $TestDrive -ChildPath 'errors.xml'
        Resolve-EopRelayError -Path (Join-Path -Path $folder -ChildPath 'queues.xml') -Session $sessions | Export-Clixml -Path $path
        $imported = Import-Clixml -Path $path
        $imported.Session.TlsError | Should -Be 'UnknownCredentials'
        $imported.Remedy[0].Action | Should -Not -BeNullOrEmpty
        ($imported | Format-List | Out-String) | Should -Match 'UnknownCredentials with the certificate'
    }
}
