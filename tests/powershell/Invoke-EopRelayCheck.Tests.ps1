# Pester 5; see Module.Tests.ps1.
BeforeAll {
    Set-StrictMode -Version 3.0
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath '../../powershell/EopRelay/EopRelay.psd1') -Force

    # A log with one session of this minute that Exchange Online Protection refused.
    function New-RefusedLog {
        param([string]$Folder, [switch]$WithCertificate)

        $null = New-Item -Path $Folder -ItemType Directory -Force
        $start = [datetime]::UtcNow.AddMinutes(-5).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", [cultureinfo]::InvariantCulture)
        $rows = '+,,', '<,220 EX1.mail.protection.outlook.com Microsoft ESMTP MAIL Service ready,',
            '>,MAIL FROM:<alice@contoso.com>,', '>,RCPT TO:<bob@fabrikam.com>,', '<,250 2.1.0 Sender OK,',
            '<,550 5.7.64 TenantAttribution; Relay Access Denied [EX1.prod.protection.outlook.com],', '-,,Local'
        if ($WithCertificate) {
            $shown = '*,,Sending certificate', '*,CN=mail.contoso.com,Certificate subject', '*,"CN=Fabrikam CA 5, O=Fabrikam",Certificate issuer name',
                '*,0A1B2C3D,Certificate serial number', '*,9F86D081884C7D659A2FEAA0C55AD015A3BF4F1B,Certificate thumbprint', '*,mail.contoso.com,Certificate alternate names'
            $rows = $rows[0..1] + $shown + $rows[2..($rows.Count - 1)]
        }
        $sequence = 0
        $lines = @('#Fields: date-time,connector-id,session-id,sequence-number,local-endpoint,remote-endpoint,event,data,context')
        $lines += foreach ($row in $rows) {
            "$start,Outbound,08DE240500000001,$sequence,10.1.0.11:51203,198.51.100.9:25,$row"
            $sequence++
        }
        [System.IO.File]::WriteAllLines((Join-Path -Path $Folder -ChildPath 'SEND20261115-1.LOG'), [string[]]$lines)
    }
}

Describe 'Invoke-EopRelayCheck' {
    BeforeEach {
        $folder = Join-Path -Path $TestDrive -ChildPath ([guid]::NewGuid().ToString('N'))
        New-RefusedLog -Folder $folder
        $state = Join-Path -Path $folder -ChildPath 'check.state'
        $json = Join-Path -Path $folder -ChildPath 'check.jsonl'
    }

    It 'returns one object with the exit code, and writes one line of JSON' {
        $result = @(Invoke-EopRelayCheck -Path $folder -StatePath $state -JsonPath $json)
        $result.Count | Should -Be 1
        $result[0].PSObject.TypeNames[0] | Should -Be 'EopRelay.CheckResult'
        $result[0].ExitCode | Should -Be 20
        $lines = @(Get-Content -LiteralPath $json)
        $lines.Count | Should -Be 1
        ($lines[0] | ConvertFrom-Json).ExitCode | Should -Be 20
    }

    It 'reads only what is new, and takes a quiet night for normal' {
        $null = Invoke-EopRelayCheck -Path $folder -StatePath $state
        $result = Invoke-EopRelayCheck -Path $folder -StatePath $state
        $result.SessionsRead | Should -Be 0
        $result.ExitCode | Should -Be 0
        $result.Summary | Should -Match 'the last one was 0(\.1)? hours ago\. That is normal here'
    }

    It 'says how far a renewal is, over all servers' {
        $examples = Join-Path -Path $PSScriptRoot -ChildPath '../../examples/certificates'
        $given = @{ SendConnector = (Join-Path -Path $examples -ChildPath 'send.json'); InstalledCertificate = (Join-Path -Path $examples -ChildPath 'installed.json') }
        $result = Invoke-EopRelayCheck -Path $folder -StatePath $state -JsonPath $json @given
        @($result.Renewals).Count | Should -Be 1
        $result.Renewals[0] | Should -Match '8F21D6B4E07C953A1B6E8D0F2A4C69708192B3D5, until 2027-11-12: ready on EX01; missing on EX02'
        $result.Summary | Should -Match 'missing on EX02'
        ($result | Out-String -Width 80) -replace '\s+', ' ' | Should -Match 'ready on EX01; missing on EX02'
        (Get-Content -LiteralPath $json -Tail 1 | ConvertFrom-Json).Renewals.Count | Should -Be 1
        $without = Invoke-EopRelayCheck -Path $folder -StatePath (Join-Path -Path $folder -ChildPath 'other.state')
        @($without.Renewals).Count | Should -Be 0
    }

    It 'calls silence beyond the quiet hours no evidence' {
        $null = Invoke-EopRelayCheck -Path $folder -StatePath $state
        (Invoke-EopRelayCheck -Path $folder -StatePath $state -QuietHours 0).ExitCode | Should -Be 30
        $old = [datetime]::UtcNow.AddHours(-13).ToString('o', [cultureinfo]::InvariantCulture)
        [System.IO.File]::WriteAllText("$state.last", $old)
        $result = Invoke-EopRelayCheck -Path $folder -StatePath $state
        $result.ExitCode | Should -Be 30
        $result.Summary | Should -Match 'the last one was 13 hours ago'
        Get-Content -LiteralPath "$state.last" | Should -Match 'reported$'
        (Invoke-EopRelayCheck -Path $folder -StatePath $state -QuietHours 24).ExitCode | Should -Be 0
    }

    It 'takes what would be sent for no answer where nothing was sent for too long' {
        $now = [datetime]::UtcNow
        $given = @{
            InboundConnector = @{ Name = 'From EX'; ConnectorType = 'OnPremises'; Enabled = $true; TlsSenderCertificateName = 'mail.contoso.com' }
            AcceptedDomain = @('contoso.com', 'mail.contoso.com')
            SendConnector = @{
                Name = 'Outbound to Office 365'; SmartHosts = @('contoso-com.mail.protection.outlook.com'); AddressSpaces = @('SMTP:*;1')
                TlsCertificateName = '<I>CN=Fourth Coffee CA<S>CN=mail.contoso.com'
            }
            InstalledCertificate = @{
                Thumbprint = '3D0C51F8A27B946E80D15CF3B9247A6E08D3C1B5'; Subject = 'CN=mail.contoso.com'; Issuer = 'CN=Fourth Coffee CA'
                CertificateDomains = @('mail.contoso.com'); Services = 'SMTP'; HasPrivateKey = $true; IsSelfSigned = $false
                RootCAType = 'ThirdParty'; Status = 'Valid'; NotBefore = $now.AddDays(-30).ToString('o'); NotAfter = $now.AddDays(170).ToString('o')
            }
        }
        $null = Invoke-EopRelayCheck -Path $folder -StatePath $state
        # A chain that is in no evidence is no event of a quiet night.
        $result = Invoke-EopRelayCheck -Path $folder -StatePath $state @given
        $result.Installed.Cause | Should -Be 'ChainNotKnown'
        $result.Installed.ExitCode | Should -Be 30
        $result.ExitCode | Should -Be 0
        $given.InstalledCertificate.NotAfter = $now.AddDays(6).ToString('o')
        (Invoke-EopRelayCheck -Path $folder -StatePath $state @given).ExitCode | Should -Be 10
        $given.InstalledCertificate.NotAfter = $now.AddDays(170).ToString('o')
        $old = $now.AddHours(-13).ToString('o', [cultureinfo]::InvariantCulture)
        [System.IO.File]::WriteAllText("$state.last", $old)
        $result = Invoke-EopRelayCheck -Path $folder -StatePath $state @given
        $result.ExitCode | Should -Be 30
        $result.Cause | Should -Be 'NoEvidence'
        $result.Summary | Should -Match '^No session for 13 hours, longer than what is quiet here \(12\)\. No session since the last run'
        # Nor where the first look finds none of the last day.
        $log = Join-Path -Path $folder -ChildPath 'SEND20261115-1.LOG'
        $before = $now.AddDays(-3).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", [cultureinfo]::InvariantCulture)
        $rows = @([System.IO.File]::ReadAllLines($log))
        [System.IO.File]::WriteAllLines($log, [string[]](@($rows[0]) + ($rows[1..($rows.Count - 1)] -replace '^[^,]+', $before)))
        (Invoke-EopRelayCheck -Path $folder -StatePath "$state.first" @given).ExitCode | Should -Be 30
        (Invoke-EopRelayCheck -Path $folder -StatePath "$state.second" -QuietHours 24 @given).ExitCode | Should -Be 0
    }

    It 'calls it silence where the first run finds only older sessions' {
        $log = Join-Path -Path $folder -ChildPath 'SEND20261115-1.LOG'
        $old = [datetime]::UtcNow.AddHours(-13).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", [cultureinfo]::InvariantCulture)
        $rows = @([System.IO.File]::ReadAllLines($log))
        $delivered = foreach ($row in $rows[1..($rows.Count - 1)]) {
            $row -replace '^[^,]+', $old -replace '<,550 5\.7\.64 .*\],', '<,250 2.6.0 Queued mail for delivery,'
        }
        [System.IO.File]::WriteAllLines($log, [string[]](@($rows[0]) + $delivered))
        $given = @{ InboundConnector = @{ Name = 'From EX'; ConnectorType = 'OnPremises'; Enabled = $true; SenderIPAddresses = @('203.0.113.5') }; AcceptedDomain = 'contoso.com'; SourceIPAddress = '203.0.113.5' }
        $result = Invoke-EopRelayCheck -Path $folder -StatePath $state @given
        $result.SessionsJudged | Should -Be 1
        $result.ExitCode | Should -Be 30
        $result.Cause | Should -Be 'NoEvidence'
        $result.Summary | Should -Match 'No session for 13 hours, longer than what is quiet here \(12\)'
        (Invoke-EopRelayCheck -Path $folder -StatePath "$state.other" -QuietHours 24 @given).ExitCode | Should -Be 0
    }

    It 'names refusals that are over, and is never 0 with one in its window' {
        $log = Join-Path -Path $folder -ChildPath 'SEND20261115-1.LOG'
        $rows = [System.IO.File]::ReadAllLines($log)
        $later = [datetime]::UtcNow.AddMinutes(-3).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", [cultureinfo]::InvariantCulture)
        $delivered = foreach ($row in $rows[1..($rows.Count - 1)]) {
            $row = $row -replace '^[^,]+', $later -replace '08DE240500000001', '08DE240500000002'
            $row -replace '<,550 5\.7\.64 .*\],', '<,250 2.6.0 Queued mail for delivery,'
        }
        [System.IO.File]::WriteAllLines($log, [string[]]($rows + $delivered))
        $result = Invoke-EopRelayCheck -Path $folder -StatePath $state
        $result.ExitCode | Should -BeGreaterOrEqual 10
        $result.SessionsRefused | Should -Be 1
        $result.Summary | Should -Match '^Refused since the last run: 1 of 2 sessions'
    }

    It 'takes evidence as objects, as text and as exported files' {
        New-RefusedLog -Folder $folder -WithCertificate
        $connector = [pscustomobject]@{
            Name = 'From on-premises'; ConnectorType = 'OnPremises'; Enabled = $true
            TlsSenderCertificateName = 'mail.contoso.com'; SenderIPAddresses = @()
        }
        $files = foreach ($extension in 'xml', 'json', 'csv') { Join-Path -Path $folder -ChildPath "inbound.$extension" }
        $connector | Export-Clixml -LiteralPath $files[0]
        ConvertTo-Json -InputObject @($connector) | Set-Content -LiteralPath $files[1]
        foreach ($given in @($connector, $files[0], $files[1])) {
            Remove-Item -Path "$state*"
            $result = Invoke-EopRelayCheck -Path $folder -StatePath $state -InboundConnector $given -AcceptedDomain 'contoso.com'
            $result.InUse.Connector.Name | Should -Be 'From on-premises'
        }
        # CSV has lost the lists, and says so.
        $connector | Export-Csv -LiteralPath $files[2] -NoTypeInformation
        Remove-Item -Path "$state*"
        $result = Invoke-EopRelayCheck -Path $folder -StatePath $state -InboundConnector $files[2] -AcceptedDomain 'contoso.com'
        ($result.InUse.Findings | ForEach-Object { [string]$_ }) -join ' ' | Should -Match 'Export-Clixml'
    }

    It 'says what cannot be used in its result, and loses nothing' {
        $missing = Join-Path -Path $folder -ChildPath 'missing.xml'
        $result = Invoke-EopRelayCheck -Path $folder -StatePath $state -JsonPath $json -InboundConnector $missing
        $result.ExitCode | Should -Be 40
        $result.Summary | Should -Match 'missing\.xml'
        Test-Path -LiteralPath $state | Should -BeFalse
        @(Get-Content -LiteralPath $json).Count | Should -Be 1
    }

    It 'says when there is no log to read' {
        $before = $env:ExchangeInstallPath
        try {
            $env:ExchangeInstallPath = $folder
            $result = Invoke-EopRelayCheck -StatePath $state
            $result.ExitCode | Should -Be 40
            $result.Summary | Should -Match 'Give the folders with -Path'
        }
        finally {
            $env:ExchangeInstallPath = $before
        }
    }

    It 'takes a folder without a log for a notice, and names this computer' {
        $before = $env:ExchangeInstallPath
        try {
            $env:ExchangeInstallPath = Join-Path -Path $folder -ChildPath 'exchange'
            $hub, $frontEnd = foreach ($role in 'Hub', 'FrontEnd') {
                Join-Path -Path $env:ExchangeInstallPath -ChildPath "TransportRoles/Logs/$role/ProtocolLog/SmtpSend"
            }
            New-RefusedLog -Folder $hub
            $null = New-Item -Path $frontEnd -ItemType Directory
            $result = Invoke-EopRelayCheck -StatePath $state
            $result.SessionsJudged | Should -Be 1
            ($result.Notices -join ' ') | Should -Match 'FrontEnd.*holds no log'
            $result.InUse.Findings[0].Servers | Should -Be ([System.Environment]::MachineName)
        }
        finally {
            $env:ExchangeInstallPath = $before
        }
    }

    It 'judges and writes nothing with -WhatIf, also beside the task' {
        $result = Invoke-EopRelayCheck -Path $folder -StatePath $state -JsonPath $json -WhatIf
        $result.ExitCode | Should -Be 20
        Test-Path -LiteralPath $state | Should -BeFalse
        Test-Path -LiteralPath $json | Should -BeFalse
        $null = Invoke-EopRelayCheck -Path $folder -StatePath $state
        $hash = (Get-FileHash -LiteralPath $state).Hash
        (Invoke-EopRelayCheck -Path $folder -StatePath $state -WhatIf).SessionsRead | Should -Be 0
        (Get-FileHash -LiteralPath $state).Hash | Should -Be $hash
    }

    It 'names a broken export, and the cause' {
        $missing = Join-Path -Path $folder -ChildPath 'missing.xml'
        (Invoke-EopRelayCheck -Path $folder -StatePath $state -InboundConnector $missing).Cause | Should -Be 'InputUnreadable'
        $broken = Join-Path -Path $folder -ChildPath 'broken.xml'
        Set-Content -LiteralPath $broken -Value 'no export'
        $result = Invoke-EopRelayCheck -Path $folder -StatePath $state -InboundConnector $broken
        $result.ExitCode | Should -Be 40
        ($result.InUse.Findings | ForEach-Object { [string]$_ }) -join ' ' | Should -Match 'broken\.xml'
    }

    It 'puts the file of results aside when it has grown large' {
        [System.IO.File]::WriteAllBytes($json, [byte[]]::new(33MB))
        $null = Invoke-EopRelayCheck -Path $folder -StatePath $state -JsonPath $json
        @(Get-Content -LiteralPath $json).Count | Should -Be 1
        (Get-Item -LiteralPath (Join-Path -Path $folder -ChildPath 'check.1.jsonl')).Length | Should -Be 33MB
    }

    It 'begins a line of its own behind one that a crash has cut' {
        [System.IO.File]::WriteAllText($json, '{"ExitCode":0,"Time":"2026-11-20T0')
        $null = Invoke-EopRelayCheck -Path $folder -StatePath $state -JsonPath $json
        $lines = @(Get-Content -LiteralPath $json)
        $lines.Count | Should -Be 2
        $lines[0] | Should -Be '{"ExitCode":0,"Time":"2026-11-20T0'
        ($lines[1] | ConvertFrom-Json).ExitCode | Should -Be 20
    }

    It 'shows itself at 80 columns' {
        $text = Invoke-EopRelayCheck -Path $folder -StatePath $state | Out-String -Width 80
        $text | Should -Match 'EXIT CODE 20'
        $text | Should -Match 'WHAT TO DO'
    }

    It 'never fails for an event that cannot be written' {
        $result = Invoke-EopRelayCheck -Path $folder -StatePath $state -EventLog
        $result.ExitCode | Should -Be 20
        if (-not $IsWindows -and $PSVersionTable.PSVersion.Major -gt 5) {
            ($result.Notices -join ' ') | Should -Match 'no Application log here'
        }
    }

    It 'keeps the remedies of its reports over Export-Clixml' {
        $result = Invoke-EopRelayCheck -Path $folder -StatePath $state
        $file = Join-Path -Path $folder -ChildPath 'result.xml'
        $result | Export-Clixml -LiteralPath $file
        $back = Import-Clixml -LiteralPath $file
        $back.InUse.Findings[0].Remedy[0].Action | Should -Be $result.InUse.Findings[0].Remedy[0].Action
    }

    It 'leaves the priority of the console as it was' -Skip:($PSVersionTable.PSVersion.Major -gt 5 -and -not $IsWindows) {
        $before = (Get-Process -Id $PID).PriorityClass
        $null = Invoke-EopRelayCheck -Path $folder -StatePath $state
        (Get-Process -Id $PID).PriorityClass | Should -Be $before
    }
}
