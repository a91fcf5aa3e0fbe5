# Pester 5; see Module.Tests.ps1. The collecting cmdlet, on a machine with stand-ins for Exchange's cmdlets.
BeforeAll {
    Set-StrictMode -Version 3.0
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath '../../powershell/EopRelay/EopRelay.psd1') -Force
    $log = Join-Path -Path $PSScriptRoot -ChildPath '../fixtures/interop/SEND2026111501-1.LOG' | Resolve-Path | Select-Object -ExpandProperty ProviderPath
    $logFolder = Join-Path -Path $TestDrive -ChildPath 'SmtpSend'
    $null = New-Item -Path $logFolder -ItemType Directory
    foreach ($name in 'SEND2026111501-1.LOG', 'SEND2026111001-1.LOG') {
        Copy-Item -LiteralPath $log -Destination (Join-Path -Path $logFolder -ChildPath $name)
    }
    # Old, and not the newest.
    $old = Get-Item -LiteralPath (Join-Path -Path $logFolder -ChildPath 'SEND2026111001-1.LOG')
    $old.LastWriteTimeUtc = [datetime]::UtcNow.AddDays(-9)
    $old.CreationTimeUtc = [datetime]::UtcNow.AddDays(-9)

    $global:calls = [System.Collections.Generic.List[string]]::new()
    $here = [System.Environment]::MachineName
    $answers = @{
        'Get-TransportService'         = { [pscustomobject]@{ Name = $here; SendProtocolLogPath = $logFolder; ReceiveProtocolLogPath = '' } }
        'Get-FrontendTransportService' = { throw 'The front end answers nothing.' }
        'Get-SendConnector'            = { [pscustomobject]@{ Name = 'Outbound'; TlsCertificateName = ''; AddressSpaces = @('smtp:*;1') } }
        'Get-ReceiveConnector'         = { }
        'Get-ExchangeCertificate'      = { [pscustomobject]@{ Thumbprint = '1' * 40; Services = 'SMTP'; PrivateKey = 'never to be seen' } }
        'Get-CloudInboundConnector'    = { [pscustomobject]@{ Name = 'From on-premises'; ConnectorType = 'OnPremises'; TlsSenderCertificateName = 'mail.contosso.com' } }
        'Get-CloudAcceptedDomain'      = { [pscustomobject]@{ Name = 'contoso.com'; DomainName = 'contoso.com' } }
    }
    foreach ($name in $answers.Keys) {
        $answer = $answers[$name]
        Set-Item -Path "function:global:$name" -Value { $global:calls.Add($MyInvocation.MyCommand.Name); & $answer }.GetNewClosure()
    }
    # Any other verb would change something.
    foreach ($name in 'Set-SendConnector', 'New-SendConnector', 'Enable-ExchangeCertificate', 'Set-TransportService', 'Remove-SendConnector', 'Set-CloudInboundConnector') {
        Set-Item -Path "function:global:$name" -Value { throw "$($MyInvocation.MyCommand.Name) changes something." }
    }
    $case = Join-Path -Path $TestDrive -ChildPath 'case.zip'
    $file = Export-EopRelayEvidence -Path $case -WarningVariable warnings -WarningAction SilentlyContinue
    $content = Join-Path -Path $TestDrive -ChildPath 'content'
    [System.IO.Compression.ZipFile]::ExtractToDirectory($case, $content)
    $manifest = Get-Content -LiteralPath (Join-Path -Path $content -ChildPath 'manifest.json') -Raw | ConvertFrom-Json
}

AfterAll {
    foreach ($name in @($answers.Keys) + 'Set-SendConnector', 'New-SendConnector', 'Enable-ExchangeCertificate', 'Set-TransportService', 'Remove-SendConnector', 'Set-CloudInboundConnector') {
        Remove-Item -Path "Function:\$name"
    }
}

Describe 'A package' {
    It 'is one file, with nothing half-written beside it' {
        $file | Should -BeOfType System.IO.FileInfo
        $file.FullName | Should -Be $case
        @(Get-ChildItem -Path $TestDrive -Filter '*.partial').Count | Should -Be 0
    }

    It 'is of the servers that <Given> stands for' -ForEach @(
        @{ Given = 'a pattern'; Servers = @('[a-z]*', 'none*'); Answers = 1; Gap = '' }
        @{ Given = 'a full name'; Servers = @("$([System.Environment]::MachineName).contoso.com"); Answers = 1; Gap = '' }
        @{ Given = 'a pattern that fits none'; Servers = @('none*'); Answers = 0; Gap = 'no transport service fits -Server' }
    ) {
        $before = $global:calls.Count
        $other = Join-Path -Path $TestDrive -ChildPath 'servers.zip'
        $null = Export-EopRelayEvidence -Path $other -Server $Servers -Force -WarningVariable gaps -WarningAction SilentlyContinue
        $added = $global:calls.GetRange($before, $global:calls.Count - $before)
        $global:calls.RemoveRange($before, $added.Count)
        @($added | Where-Object { $_ -eq 'Get-ExchangeCertificate' }).Count | Should -Be $Answers
        "$gaps" | Should -Match ([regex]::Escape($Gap))
    }

    It 'has a manifest with size and checksum of each file' {
        $manifest.SchemaVersion | Should -Be 1
        $manifest.Confidentiality | Should -Match 'no private key'
        $manifest.Files.Count | Should -BeGreaterOrEqual 6
        foreach ($listed in $manifest.Files) {
            $path = Join-Path -Path $content -ChildPath $listed.Path
            (Get-Item -LiteralPath $path).Length | Should -Be $listed.Length
            (Get-FileHash -LiteralPath $path -Algorithm SHA256).Hash | Should -Be $listed.Sha256
        }
    }

    It 'has the logs of the time, in a folder of the server, and not the old ones' {
        $logs = @($manifest.Files | Where-Object { $_.Path -like '*.LOG' })
        $logs.Path | Should -Be "$here/Hub/ProtocolLog/SmtpSend/SEND2026111501-1.LOG"
        $logs.Server | Should -Be $here
    }

    It 'calls each cmdlet once, Get- alone, and those of the cloud by their prefix' {
        @($global:calls | Where-Object { $_ -notlike 'Get-*' }) | Should -BeNullOrEmpty
        @($global:calls | Sort-Object) | Should -Be @($answers.Keys | Sort-Object)
    }

    It 'says what is missing and why' {
        ($warnings -join ' ') | Should -Match 'Get-FrontendTransportService: The front end answers nothing'
        @($manifest.Missing | Where-Object { $_.What -eq 'Get-ExchangeServer' })[0].Reason | Should -Match 'Exchange Management Shell'
    }

    It 'holds nothing of a private key' {
        $text = @(Get-ChildItem -Path $content -Recurse -File -Filter *.xml | ForEach-Object { [System.IO.File]::ReadAllText($_.FullName) }) -join ''
        $text | Should -Match ('1' * 40)
        $text | Should -Not -Match 'never to be seen'
    }

    It 'says who may read the private keys, where this computer has a store of them' {
        $listed = @($manifest.Files | Where-Object { $_.Path -eq "$here/private-keys.txt" })
        $gaps = @($manifest.Missing | Where-Object { $_.What -eq 'who may read the private keys' })
        if ($PSVersionTable.PSEdition -eq 'Core' -and -not $IsWindows) {
            $listed | Should -BeNullOrEmpty
            $gaps[0].Reason | Should -Match 'no certificate stores of Windows'
        }
        else {
            $gaps | Should -BeNullOrEmpty
            $text = [System.IO.File]::ReadAllText([System.IO.Path]::Combine($content, $listed[0].Path))
            $text | Should -Match "^Private keys of LocalMachine\\My on $here, 2"
            $text | Should -Match 'NETWORK SERVICE|holds no certificate'
        }
    }

    It 'is judged like the files that are in it' {
        $evidence = @{
            InboundConnector = Join-Path -Path $content -ChildPath 'tenant/inbound-connectors.xml'
            AcceptedDomain   = Join-Path -Path $content -ChildPath 'tenant/accepted-domains.xml'
        }
        $report = Test-EopRelayCertificate -LogPath (Join-Path -Path $content -ChildPath "$here/Hub/ProtocolLog/SmtpSend") @evidence -At '2026-11-16T00:00:00Z'
        $report.Verdict | Should -Be 'Refused'
        $direct = Test-EopRelayCertificate -LogPath $log -InboundConnector (Get-CloudInboundConnector) -AcceptedDomain contoso.com -At '2026-11-16T00:00:00Z'
        $report.Cause | Should -Be $direct.Cause
    }
}

Describe 'Test-EopRelayCertificate -EvidencePath' {
    It 'judges the package, and the folder that it was unpacked to, alike' {
        $at = @{ At = '2026-11-16T00:00:00Z' }
        $direct = Test-EopRelayCertificate -LogPath $log -InboundConnector (Get-CloudInboundConnector) -AcceptedDomain contoso.com @at
        foreach ($place in $case, $content) {
            $report = Test-EopRelayCertificate -EvidencePath $place @at -ErrorAction SilentlyContinue
            @($report).Count | Should -Be 1
            $report.Verdict | Should -Be $direct.Verdict
            @($report.Findings | ForEach-Object { $_.Id }) | Should -Contain 'NameMismatch'
            @($report.Scopes | ForEach-Object { $_.Server } | Select-Object -Unique) | Should -Be $here
        }
    }

    It 'says that a case is not there' {
        $null = Test-EopRelayCertificate -EvidencePath 'no-such-case.zip' -ErrorVariable trouble -ErrorAction SilentlyContinue
        @($trouble).Count | Should -Be 1
        $trouble[0].FullyQualifiedErrorId | Should -Be 'EvidenceFileNotFound,Test-EopRelayCertificate'
    }
}

Describe 'Export-EopRelayEvidence' {
    It 'replaces nothing unless told to' {
        { Export-EopRelayEvidence -Path $case } | Should -Throw -ErrorId 'PackageExists,Export-EopRelayEvidence'
        (Export-EopRelayEvidence -Path $case -Force -WarningAction SilentlyContinue).Length | Should -BeGreaterThan 0
    }

    It 'writes and calls nothing with -WhatIf' {
        $global:calls.Clear()
        $other = Join-Path -Path $TestDrive -ChildPath 'other.zip'
        Export-EopRelayEvidence -Path $other -WhatIf
        Test-Path -LiteralPath $other | Should -BeFalse
        $global:calls.Count | Should -Be 0
    }

    It 'leaves out what is beyond the size, the oldest first, and says so' {
        $small = Join-Path -Path $TestDrive -ChildPath 'small.zip'
        $big = Join-Path -Path $TestDrive -ChildPath 'SmtpBig'
        $null = New-Item -Path $big -ItemType Directory
        [System.IO.File]::WriteAllText((Join-Path -Path $big -ChildPath 'SEND2026111602-1.LOG'), 'x' * 700KB)
        [System.IO.File]::WriteAllText((Join-Path -Path $big -ChildPath 'SEND2026111601-1.LOG'), 'x' * 700KB)
        $null = Export-EopRelayEvidence -Path $small -Server none -LogPath $big -MaximumSize 1 -WarningVariable warnings -WarningAction SilentlyContinue
        ($warnings -join ' ') | Should -Match 'SEND2026111601-1.LOG: more logs than -MaximumSize allows'
    }

    It 'leaves nothing behind when it fails' {
        $folder = Join-Path -Path $TestDrive -ChildPath 'no/such/folder.zip'
        { Export-EopRelayEvidence -Path $folder -ErrorAction Stop } | Should -Throw
        @(Get-ChildItem -Path $TestDrive -Recurse -Filter '*.partial').Count | Should -Be 0
    }
}

Describe 'Export-EopRelayEvidence -Redact' {
    BeforeAll {
        $sent = Join-Path -Path $TestDrive -ChildPath 'sent.zip'
        $key = Join-Path -Path $TestDrive -ChildPath 'sent.key.json'
        $sentFile = Export-EopRelayEvidence -Path $sent -Redact -WarningVariable redactWarnings -WarningAction SilentlyContinue
        $sentContent = Join-Path -Path $TestDrive -ChildPath 'sent'
        [System.IO.Compression.ZipFile]::ExtractToDirectory($sent, $sentContent)
    }

    It 'writes the package and its key, and says that the key stays' {
        $sentFile.FullName | Should -Be $sent
        Test-Path -LiteralPath $key | Should -BeTrue
        ($redactWarnings -join ' ') | Should -Match 'sent.key.json.*stays here'
        @(Get-ChildItem -Path $TestDrive -Filter '*.partial*').Count | Should -Be 0
    }

    It 'is judged like the package that is not redacted' {
        $at = @{ At = '2026-11-16T00:00:00Z'; ErrorAction = 'SilentlyContinue' }
        $report = Test-EopRelayCertificate -EvidencePath $sent @at
        $direct = Test-EopRelayCertificate -EvidencePath $case @at
        $report.Verdict | Should -Be $direct.Verdict
        $report.Cause | Should -Be $direct.Cause
        @($report.Findings | ForEach-Object { $_.Id }) | Should -Be @($direct.Findings | ForEach-Object { $_.Id })
        @($report.Scopes | ForEach-Object { $_.Server } | Select-Object -Unique) | Should -Not -Be $here
    }

    It 'holds no name of the organisation or of the server' {
        $text = @(Get-ChildItem -Path $sentContent -Recurse -File | ForEach-Object { $_.FullName; [System.IO.File]::ReadAllText($_.FullName) }) -join "`n"
        $text.Substring($text.IndexOf('sent')) | Should -Not -Match 'contos+o'
        $text | Should -Not -Match ('1' * 40)
        (Get-Content -LiteralPath $key -Raw) | Should -Match 'contos+o'
    }

    It 'has a manifest of what is sent' {
        $redacted = Get-Content -LiteralPath (Join-Path -Path $sentContent -ChildPath 'manifest.json') -Raw | ConvertFrom-Json
        $redacted.Redacted | Should -BeTrue
        foreach ($listed in $redacted.Files) {
            $path = Join-Path -Path $sentContent -ChildPath $listed.Path
            (Get-FileHash -LiteralPath $path -Algorithm SHA256).Hash | Should -Be $listed.Sha256
        }
    }

    It 'replaces no key unless told to' {
        Remove-Item -LiteralPath $sent
        { Export-EopRelayEvidence -Path $sent -Redact } | Should -Throw -ErrorId 'PackageExists,Export-EopRelayEvidence'
        (Export-EopRelayEvidence -Path $sent -Redact -Force -WarningAction SilentlyContinue).Length | Should -BeGreaterThan 0
    }
}

Describe 'The stories as packages' {
    BeforeDiscovery {
        $stories = Join-Path -Path $PSScriptRoot -ChildPath '../../examples/stories' | Resolve-Path | Select-Object -ExpandProperty ProviderPath
        $cases = @(Get-ChildItem -Path $stories -Directory | ForEach-Object { @{ Story = $_.Name; Folder = $_.FullName } })
    }

    It 'are judged like their files, redacted and not: <Story>' -ForEach $cases {
        $lines = @(Get-Content -LiteralPath (Join-Path -Path $Folder -ChildPath 'arguments'))
        $headline = @(Get-Content -LiteralPath (Join-Path -Path $Folder -ChildPath 'report.txt'))[0]
        $server = $lines[[array]::IndexOf($lines, '--server') + 1]
        $at = $lines[[array]::IndexOf($lines, '--at') + 1]
        $plain = Join-Path -Path $TestDrive -ChildPath "$Story.zip"
        $package = [EopRelay.Interop]::NewEvidencePackage($plain)
        $domains = @()
        for ($index = 0; $index -lt $lines.Count; $index += 2) {
            $file = Join-Path -Path $Folder -ChildPath $lines[$index + 1]
            if (Test-Path -LiteralPath $file -PathType Leaf) {
                $place = switch ($lines[$index]) {
                    '--log' { "$server/Hub/ProtocolLog/SmtpSend/" }
                    '--hybrid-log' { "$server/wizard/" }
                    '--inbound-connector' { 'tenant/' }
                    '--accepted-domain' { 'tenant/' }
                    '--send-connector' { '' }
                    default { "$server/" }
                }
                $of = ''
                if ($place.StartsWith($server)) {
                    $of = $server
                }
                $package.AddFile($place + $lines[$index + 1], $file, $of) | Should -BeNullOrEmpty
            }
            elseif ($lines[$index] -eq '--accepted-domain') {
                $domains += [pscustomobject]@{ Name = $lines[$index + 1]; DomainName = $lines[$index + 1] }
            }
        }
        if ($domains.Count -gt 0) {
            $bytes = [System.Text.Encoding]::UTF8.GetBytes((ConvertTo-Json -InputObject $domains))
            $package.AddBytes('tenant/accepted-domains.json', $bytes, 'Get-AcceptedDomain', '') | Should -BeNullOrEmpty
        }
        $package.Complete([datetime]'2026-11-15', [datetime]'2026-11-24') | Should -BeNullOrEmpty
        $redacted = Join-Path -Path $TestDrive -ChildPath "$Story-sent.zip"
        $redaction = [EopRelay.Interop]::RedactPackage($plain, $redacted, "$redacted.key.json")
        $redaction.GetType().Name | Should -Be 'Redaction'
        foreach ($path in $plain, $redacted) {
            $report = Test-EopRelayCertificate -EvidencePath $path -At $at
            @($report).Count | Should -Be 1
            "$(([string]$report.Verdict).ToUpperInvariant()): $($report.Cause)" | Should -Be ($headline -replace '^ACCEPTED$', "ACCEPTED: $($report.Cause)")
        }
        $page = Join-Path -Path $TestDrive -ChildPath "$Story.html"
        Export-EopRelayReport -InputObject (Test-EopRelayCertificate -EvidencePath $plain -At $at) -Path $page
        Get-Content -LiteralPath $page -Raw | Should -Match $report.Cause
    }
}
