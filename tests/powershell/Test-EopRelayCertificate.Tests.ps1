# Pester 5; see Module.Tests.ps1.
BeforeAll {
    Set-StrictMode -Version 3.0
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath '../../powershell/EopRelay/EopRelay.psd1') -Force

    $fixtures = Join-Path -Path $PSScriptRoot -ChildPath '../fixtures' | Resolve-Path | Select-Object -ExpandProperty ProviderPath
    $log = Join-Path -Path $fixtures -ChildPath 'interop/SEND2026111501-1.LOG'
    $certificates = Join-Path -Path $fixtures -ChildPath 'certificates'
    $file = Join-Path -Path $certificates -ChildPath 'mail.contoso.com.cer'
    $certificate = [System.Security.Cryptography.X509Certificates.X509Certificate2]::new($file)
    $sessions = @(Get-SendConnectorTlsSession -LiteralPath $log -EopOnly -WarningAction SilentlyContinue)
    $inbound = [pscustomobject]@{
        Name = 'From on-premises'; Enabled = $true; ConnectorType = 'OnPremises'
        TlsSenderCertificateName = 'mail.contosso.com'; SenderIPAddresses = @()
    }
    $at = @{ At = [datetime]'2027-01-01T00:00:00Z' }

    function Get-Json($InputObject) {
        $InputObject | ConvertTo-Json -Depth 6
    }

    # As Export-Clixml and Invoke-Command leave an object.
    function Get-Serialized($InputObject) {
        $path = Join-Path -Path $TestDrive -ChildPath ([System.IO.Path]::GetRandomFileName())
        $InputObject | Export-Clixml -LiteralPath $path
        Import-Clixml -LiteralPath $path
    }
}

Describe 'Sessions' {
    It 'are judged from the pipeline' {
        $report = $sessions | Test-EopRelayCertificate -InboundConnector $inbound -AcceptedDomain 'contoso.com' @at
        $report | Should -BeOfType EopRelay.Report
        @($report).Count | Should -Be 1
        $report.Verdict | Should -Be 'Refused'
        $report.Findings[0].Evidence[0].Path | Should -Be $log
    }

    It 'give the same report after serialisation' {
        $with = @{ InboundConnector = $inbound; AcceptedDomain = 'contoso.com' }
        $live = Get-Json ($sessions | Test-EopRelayCertificate @with @at)
        Get-Json ((Get-Serialized $sessions) | Test-EopRelayCertificate @with @at) | Should -Be $live
    }

    It 'are judged as they come, however many' {
        $refused = @($sessions | Where-Object { $_.Outcome -eq 'Refused' })[0]
        # More than one piece that is handed over.
        $report = 1..1500 | ForEach-Object { $refused } | Test-EopRelayCertificate -InboundConnector $inbound @at
        $report.Verdict | Should -Be 'Refused'
        ($report.Scopes | ForEach-Object { $_.Refused } | Measure-Object -Sum).Sum | Should -Be 1500
    }

    It 'of several certificates show headline, block and steps, and the rest where it is asked for' {
        $reports = @($certificate, $certificate | Test-EopRelayCertificate -InboundConnector $inbound -At ([datetime]'2026-11-16T00:00:00Z'))
        $screen = $reports | Out-String -Width 80
        @([regex]::Matches($screen, '(?m)^WHAT TO DO')).Count | Should -Be 2
        $screen | Should -Not -Match '(?m)^(PROOF|WHERE THIS IS WRITTEN|WHAT E)'
        $screen | Should -Match '(?s)^\s*REFUSED: .*\n\s*\n(REFUSED|UNCERTAIN): '
        $reports[0] | Format-EopRelayReport -Width 80 | Should -Match '(?m)^PROOF'
        $alone = $certificate | Test-EopRelayCertificate -InboundConnector $inbound -At ([datetime]'2026-11-16T00:00:00Z')
        ($alone | Out-String -Width 80) | Should -Match '(?m)^PROOF'
    }

    It 'and certificates make one report, whichever comes first' {
        $reports = @($certificate, $sessions[0] | Test-EopRelayCertificate @at)
        $reports.Count | Should -Be 1
        $others = @($sessions[0], $certificate | Test-EopRelayCertificate @at)
        Get-Json $others[0] | Should -Be (Get-Json $reports[0])
    }

    It 'that are missing are no evidence, never healthy' {
        $report = @() | Test-EopRelayCertificate
        $report.Cause | Should -Be 'NoEvidence'
        $report.Verdict | Should -Be 'Uncertain'
        $report.ExitCode | Should -Be 30
    }
}

Describe 'Logs and tenants' {
    It 'are of the server that NAME=PATH names' {
        $report = Test-EopRelayCertificate -LogPath "EX7=$log" @at
        @($report.Scopes | ForEach-Object { $_.Server } | Select-Object -Unique) | Should -Be 'EX7'
        $odd = Join-Path -Path $TestDrive -ChildPath 'EX8=SEND2026111501-1.LOG'
        Copy-Item -LiteralPath $log -Destination $odd
        Push-Location -LiteralPath $TestDrive
        $folder = New-Item -ItemType Directory -Path (Join-Path -Path $TestDrive -ChildPath 'servers/EX10')
        Copy-Item -LiteralPath $log -Destination $folder.FullName
        $above = Split-Path -Path $folder.FullName
        (Test-EopRelayCertificate -LogPath $above -Recurse @at).Verdict | Should -Be (Test-EopRelayCertificate -LogPath $log @at).Verdict
        (Test-EopRelayCertificate -LogPath $above @at -ErrorAction SilentlyContinue).Cause | Should -Be 'NoEvidence'
        $report = Test-EopRelayCertificate -LogPath 'EX8=SEND2026111501-1.LOG' -Server EX9 @at
        Pop-Location
        @($report.Scopes | ForEach-Object { $_.Server } | Select-Object -Unique) | Should -Be 'EX9' -Because 'a file has that whole name'
    }

    It 'take receive connectors as objects and as files' {
        $receive = [pscustomobject]@{ Name = 'Default Frontend'; Identity = 'EX1\Default Frontend'; Bindings = @('0.0.0.0:25'); TlsCertificateName = ''; AuthMechanism = 'Tls' }
        $path = Join-Path -Path $TestDrive -ChildPath 'receive.json'
        ConvertTo-Json -InputObject @($receive) | Set-Content -LiteralPath $path
        foreach ($given in $receive, $path, $null, @()) {
            $report = Test-EopRelayCertificate -LogPath $log -ReceiveConnector $given @at -ErrorVariable trouble
            @($trouble).Count | Should -Be 0
            $report.Verdict | Should -Not -BeNullOrEmpty
        }
    }

    It 'of several tenants are judged in their own' {
        $path = Join-Path -Path $TestDrive -ChildPath 'inbound.json'
        ConvertTo-Json -InputObject @($inbound) | Set-Content -LiteralPath $path
        foreach ($tenant in @{ Name = 'contoso'; InboundConnector = $inbound; AcceptedDomain = 'contoso.com' }, [pscustomobject]@{ Name = 'contoso'; InboundConnector = $path; AcceptedDomain = @('contoso.com') }) {
            $report = Test-EopRelayCertificate -LogPath $log -Tenant $tenant @at
            $report.Cause | Should -Be (Test-EopRelayCertificate -LogPath $log -InboundConnector $inbound -AcceptedDomain contoso.com @at).Cause
        }
        $null = Test-EopRelayCertificate -LogPath $log -Tenant @{ Name = 'contoso' } @at -ErrorVariable trouble -ErrorAction SilentlyContinue
        @($trouble).Count | Should -Be 1
        $trouble[0].FullyQualifiedErrorId | Should -Be 'InputNotRecognized,Test-EopRelayCertificate'
    }
}

Describe 'Certificates' {
    It 'are judged as <Shape>' -ForEach @(
        @{ Shape = 'X509Certificate2'; Object = { param($it) $it } }
        @{ Shape = 'a selected object'; Object = { param($it) $it | Select-Object -Property Thumbprint, RawData } }
        @{ Shape = 'nothing but RawData'; Object = { param($it) [pscustomobject]@{ RawData = $it.RawData } } }
        @{ Shape = 'a serialised object'; Object = { param($it) Get-Serialized ($it | Select-Object -Property Thumbprint, RawData) } }
        @{ Shape = 'base64'; Object = { param($it) [pscustomobject]@{ RawData = [System.Convert]::ToBase64String($it.RawData) } } }
    ) {
        $report = & $Object $certificate | Test-EopRelayCertificate @at
        $report.Certificate.Thumbprint | Should -Be $certificate.Thumbprint
        $pasted = ([string]$certificate.Thumbprint).ToLowerInvariant().Insert(2, ' ')
        $report = Test-EopRelayCertificate -Thumbprint $pasted -InstalledCertificate (& $Object $certificate) @at
        $report.Certificate.Thumbprint | Should -Be $certificate.Thumbprint
    }

    It 'are judged from a <Kind>' -ForEach @(@{ Kind = 'cer' }, @{ Kind = 'pem' }, @{ Kind = 'p7b' }) {
        $path = Join-Path -Path $certificates -ChildPath "mail.contoso.com.$Kind"
        (Test-EopRelayCertificate -Path $path @at).Certificate.Thumbprint | Should -Be $certificate.Thumbprint
        (Test-EopRelayCertificate -LiteralPath $path @at).Certificate.Thumbprint | Should -Be $certificate.Thumbprint
    }

    It 'are judged from a pfx with its password' {
        $path = Join-Path -Path $certificates -ChildPath 'mail.contoso.com.pfx'
        $password = ConvertTo-SecureString -String 'correct horse' -AsPlainText -Force
        (Test-EopRelayCertificate $path -Password $password @at).Certificate.Thumbprint | Should -Be $certificate.Thumbprint
        $null = Test-EopRelayCertificate $path -ErrorVariable trouble -ErrorAction SilentlyContinue
        $trouble[0].FullyQualifiedErrorId | Should -Be 'PfxNotOpened,Test-EopRelayCertificate'
    }

    It 'are judged from a pattern' {
        (Test-EopRelayCertificate -Path (Join-Path -Path $certificates -ChildPath 'mail.contoso.com.ce*') @at).Certificate.Thumbprint | Should -Be $certificate.Thumbprint
    }
}

Describe '-Quiet' {
    It 'is $false for anything but Accepted' {
        $sessions | Test-EopRelayCertificate -InboundConnector $inbound -Quiet | Should -BeExactly $false
        @() | Test-EopRelayCertificate -Quiet | Should -BeExactly $false
        Test-EopRelayCertificate -LiteralPath 'missing.cer' -Quiet -ErrorAction SilentlyContinue | Should -BeExactly $false
    }

    It 'is $true for Accepted' {
        $story = Join-Path -Path $PSScriptRoot -ChildPath '../../examples/stories/healthy'
        $with = @{
            LogPath          = Join-Path -Path $story -ChildPath 'SEND2026112401-1.LOG'
            InboundConnector = Join-Path -Path $story -ChildPath 'inbound.xml'
            AcceptedDomain   = Join-Path -Path $story -ChildPath 'accepted.json'
            Server           = 'EX01'
            At               = '2026-11-24T12:00:00Z'
        }
        Test-EopRelayCertificate @with -Quiet | Should -BeExactly $true
    }
}

Describe 'Trouble' {
    It 'says what an object is not, and goes on' {
        $report = @(42) + $sessions | Test-EopRelayCertificate -ErrorVariable trouble -ErrorAction SilentlyContinue
        $trouble[0].FullyQualifiedErrorId | Should -Be 'InputNotRecognized,Test-EopRelayCertificate'
        $report.Cause | Should -Not -Be 'NoEvidence'
    }

    It 'says a missing file' {
        $null = Test-EopRelayCertificate -LiteralPath 'missing.cer' -ErrorVariable trouble -ErrorAction SilentlyContinue
        $trouble[0].FullyQualifiedErrorId | Should -Be 'CertificateFileNotFound,Test-EopRelayCertificate'
    }

    It 'says what to give for a thumbprint' {
        { Test-EopRelayCertificate -Thumbprint ('1' * 40) } | Should -Throw -ErrorId 'CertificateNotFound,Test-EopRelayCertificate'
        { Test-EopRelayCertificate -Thumbprint 'xyz' } | Should -Throw -ErrorId 'InvalidThumbprint,Test-EopRelayCertificate'
    }

    It 'does not judge with an intermediate that it cannot read' {
        { Test-EopRelayCertificate -LiteralPath $file -IntermediatePath 'missing.p7b' } | Should -Throw -ErrorId 'CertificateFileNotFound,Test-EopRelayCertificate'
    }

    It 'says that the file of -<Name> is missing, as an error and in the report' -ForEach @(
        @{ Name = 'AcceptedDomain' }, @{ Name = 'InboundConnector' }, @{ Name = 'SendConnector' }, @{ Name = 'ReceiveConnector' }, @{ Name = 'InstalledCertificate' }
    ) {
        $with = @{ $Name = 'missing.xml' }
        $report = Test-EopRelayCertificate -LiteralPath $file @with @at -ErrorVariable trouble -ErrorAction SilentlyContinue
        @($trouble).Count | Should -Be 1
        $trouble[0].FullyQualifiedErrorId | Should -Be 'EvidenceFileNotFound,Test-EopRelayCertificate'
        $report.ExitCode | Should -Be 40
        ($report.Findings | Where-Object { $_.Id -eq 'InputUnreadable' }).Message | Should -Match "-$Name \[1\]"
        { Test-EopRelayCertificate -LiteralPath $file @with -ErrorAction Stop } | Should -Throw -ErrorId 'EvidenceFileNotFound,Test-EopRelayCertificate'
    }
}

Describe 'Reports' {
    BeforeAll {
        $report = $sessions | Test-EopRelayCertificate -InboundConnector $inbound -AcceptedDomain 'contoso.com' @at
    }

    It 'are a table that fits 120 columns' {
        $text = $report | Format-Table | Out-String -Width 120
        $text | Should -Match 'Verdict +Cause +Sent +Expires +Summary'
        @($text -split '\r?\n' | Where-Object { $_.Length -gt 120 }).Count | Should -Be 0
    }

    It 'are a list that reads as an explanation' {
        $text = $report | Format-List | Out-String -Width 4000
        foreach ($part in 'Verdict +: Refused', 'Connector +: From on-premises', 'Proof: ', 'To do', 'Where: ', 'Exit code +: 20') {
            $text | Should -Match $part
        }
    }

    It 'show themselves as the command prints them, at 80 columns, and after serialisation too' {
        $text = $report | Out-String -Width 80
        $text | Should -Match 'REFUSED'
        foreach ($part in 'PROOF', 'WHAT TO DO', 'WHERE THIS IS WRITTEN') {
            $text | Should -Match $part
        }
        (Get-Serialized $report) | Out-String -Width 80 | Should -Be $text
        $report.Text | Should -Be (Format-EopRelayReport -InputObject $report -Width 78)
    }

    It 'survive serialisation, and look the same' {
        $back = Get-Serialized $report
        $back.Findings[0].Remedy[0].Action | Should -Be $report.Findings[0].Remedy[0].Action
        ($back | Format-List | Out-String -Width 400) | Should -Be ($report | Format-List | Out-String -Width 400)
        ($back | Format-Table | Out-String -Width 120) | Should -Be ($report | Format-Table | Out-String -Width 120)
    }
}

Describe 'Evidence' {
    BeforeAll {
        $domain = @{ AcceptedDomain = 'contoso.com' }
        $connectorFolder = Join-Path -Path $TestDrive -ChildPath 'evidence'
        $null = New-Item -Path $connectorFolder -ItemType Directory
        $clixml = Join-Path -Path $connectorFolder -ChildPath 'inbound.xml'
        $inbound | Export-Clixml -LiteralPath $clixml
        $json = Join-Path -Path $connectorFolder -ChildPath 'inbound.json'
        ConvertTo-Json -InputObject @($inbound) | Set-Content -LiteralPath $json -Encoding UTF8
        $expected = ($sessions | Test-EopRelayCertificate -InboundConnector $inbound @domain @at).Findings | ForEach-Object { $_.Id + $_.Message }
    }

    It 'is the same as <Shape>' -ForEach @(
        @{ Shape = 'an object'; Value = { $inbound } }
        @{ Shape = 'a hashtable'; Value = { @{ Name = 'From on-premises'; Enabled = $true; ConnectorType = 'OnPremises'; TlsSenderCertificateName = 'mail.contosso.com'; SenderIPAddresses = @() } } }
        @{ Shape = 'nested members, as JSON gives an enumeration'; Value = { [pscustomobject]@{ Name = 'From on-premises'; Enabled = $true; ConnectorType = [pscustomobject]@{ Value = 'OnPremises' }; TlsSenderCertificateName = 'mail.contosso.com'; SenderIPAddresses = @() } } }
        @{ Shape = 'a serialised object'; Value = { Get-Serialized $inbound } }
        @{ Shape = 'an object of JSON'; Value = { Get-Content -LiteralPath $json -Raw | ConvertFrom-Json } }
        @{ Shape = 'the path of a file'; Value = { $clixml } }
        @{ Shape = 'a file'; Value = { Get-Item -LiteralPath $json } }
        @{ Shape = 'a pattern'; Value = { Join-Path -Path $connectorFolder -ChildPath 'inbound.j*' } }
    ) {
        $report = $sessions | Test-EopRelayCertificate -InboundConnector (& $Value) @domain @at -ErrorVariable trouble
        @($trouble).Count | Should -Be 0
        $found = $report.Findings | ForEach-Object { $_.Id + $_.Message }
        $found | Should -Be $expected
    }

    It 'that is <Shape> says that there is none' -ForEach @(
        @{ Shape = '$null'; Value = { $null } }
        @{ Shape = 'an empty list'; Value = { , @() } }
        @{ Shape = 'an export of nothing'; Value = { $path = Join-Path -Path $connectorFolder -ChildPath 'nil.xml'; $null | Export-Clixml -LiteralPath $path; $path } }
        @{ Shape = 'an empty file'; Value = { $path = Join-Path -Path $connectorFolder -ChildPath 'empty.xml'; Set-Content -LiteralPath $path -Value $null; $path } }
    ) {
        $given = & $Value
        $report = $sessions | Test-EopRelayCertificate -InboundConnector $given @domain @at -ErrorVariable trouble
        @($trouble).Count | Should -Be 0
        $report.Cause | Should -Not -Be 'ConnectorsNotGiven'
        ($report.Findings.Id -join ' ') | Should -Match 'ConnectorMissing'
    }

    It 'of -AcceptedDomain is a domain, a file, or refused' {
        $null = $sessions | Test-EopRelayCertificate -AcceptedDomain 'contoso' -ErrorVariable trouble -ErrorAction SilentlyContinue
        @($trouble).Count | Should -Be 1
        $trouble[0].FullyQualifiedErrorId | Should -Be 'InvalidDomain,Test-EopRelayCertificate'
        $trouble[0].TargetObject | Should -Be 'contoso'
    }

    It 'of -<Name> is an address or a domain' -ForEach @(@{ Name = 'MailFrom' }, @{ Name = 'RecipientDomain' }) {
        foreach ($text in 'ben@fabrikam.com', '<ben@fabrikam.com>', 'fabrikam.com') {
            $with = @{ $Name = $text }
            { $sessions | Test-EopRelayCertificate @with } | Should -Not -Throw
        }
        $with = @{ $Name = 'ben at fabrikam' }
        { $sessions | Test-EopRelayCertificate @with } | Should -Throw -ErrorId 'InvalidMailAddress,Test-EopRelayCertificate'
    }

    It 'of sessions that were cut is an error that says so, never missing evidence' -ForEach @(
        @{ Cut = { $sessions | ConvertTo-Csv -NoTypeInformation | ConvertFrom-Csv } }
        @{ Cut = { $sessions | Select-Object -Property StartTime, Outcome, TlsStatus, SentThumbprint } }
    ) {
        $reports = @(& $Cut | Test-EopRelayCertificate -ErrorVariable trouble -ErrorAction SilentlyContinue)
        $reports.Count | Should -Be 0
        @($trouble).Count | Should -Be $sessions.Count
        $trouble[0].FullyQualifiedErrorId | Should -Be 'SessionIncomplete,Test-EopRelayCertificate'
    }

    It 'of a protocol log given as a certificate says where it belongs' {
        $null = Test-EopRelayCertificate -LiteralPath $log -ErrorVariable trouble -ErrorAction SilentlyContinue
        $trouble[0].FullyQualifiedErrorId | Should -Be 'NotACertificate,Test-EopRelayCertificate'
        $trouble[0].Exception.Message | Should -Match '-LogPath'
    }

    It 'of -LogPath is judged as the sessions of the log are' {
        $all = @(Get-SendConnectorTlsSession -LiteralPath $log -WarningAction SilentlyContinue)
        $expected = $all | Test-EopRelayCertificate -InboundConnector $inbound @domain @at
        $report = Test-EopRelayCertificate -LogPath $log -InboundConnector $inbound @domain @at -WarningAction SilentlyContinue
        $report.Cause | Should -Be $expected.Cause
        $report.Summary | Should -Be $expected.Summary
    }

    It 'of certificates alone gives one report each, and -Quiet one answer each' {
        $files = @($file, (Join-Path -Path $certificates -ChildPath 'fabrikam-ca-5.cer'))
        $reports = @(Test-EopRelayCertificate -LiteralPath $files @at)
        $reports.Count | Should -Be 2
        @($files | Test-EopRelayCertificate @at).Certificate.Thumbprint | Should -Be $reports.Certificate.Thumbprint
        @(Get-Item -LiteralPath $files | Test-EopRelayCertificate @at -Quiet).Count | Should -Be 2
        @(@(Get-Item -LiteralPath $files) + $sessions | Test-EopRelayCertificate @at).Count | Should -Be 1
    }
}

Describe 'What -QueueError adds' {
    BeforeAll {
        $errorFolder = Join-Path -Path $PSScriptRoot -ChildPath '../fixtures/delivery_errors'
        $errorLog = Join-Path -Path $errorFolder -ChildPath 'SEND20261117-1.LOG'
        $queueFile = Join-Path -Path $errorFolder -ChildPath 'queues.xml'
    }

    It 'joins queues, files and explained errors to the sessions' {
        $sessions = @(Get-SendConnectorTlsSession -LiteralPath $errorLog)
        foreach ($given in @((Import-Clixml -Path $queueFile), (Get-Item -LiteralPath $queueFile), (Resolve-EopRelayError -LiteralPath $queueFile))) {
            $report = $sessions | Test-EopRelayCertificate -QueueError $given
            @($report.Findings.Id) | Should -Contain 'QueueErrorJoined'
        }
    }

    It 'makes no verdict firmer than the text' {
        $report = Test-EopRelayCertificate -QueueError '421 4.4.1 Connection timed out'
        $report.Verdict | Should -Be 'Uncertain'
        $report.Cause | Should -Be 'CoverTextOnly'
    }

    It 'refuses what is no error' {
        $null = Test-EopRelayCertificate -QueueError 5 -ErrorVariable trouble -ErrorAction SilentlyContinue
        $trouble[0].FullyQualifiedErrorId | Should -Be 'InputNotRecognized,Test-EopRelayCertificate'
        $trouble[0].Exception.Message | Should -Match 'Resolve-EopRelayError'
    }
}

Describe 'What -ReceiveConnector adds' {
    It 'holds what receive connectors name against the installed certificates' {
        $installed = [pscustomobject]@{
            Thumbprint = '9F86D081884C7D659A2FEAA0C55AD015A3BF4F1B'; Subject = 'CN=mail.contoso.com'; Issuer = 'CN=New CA'
            Services = 'SMTP'; Status = 'Valid'; HasPrivateKey = $true; IsSelfSigned = $false
            NotBefore = '2026-01-01'; NotAfter = '2030-01-01'; CertificateDomains = @('mail.contoso.com')
        }
        $receive = [pscustomobject]@{
            Identity = 'EX01\Default Frontend EX01'; Fqdn = 'mail.contoso.com'; AuthMechanism = 'Tls, Integrated'
            TlsCertificateName = '<I>CN=Old CA<S>CN=mail.contoso.com'; Bindings = @('0.0.0.0:25')
        }
        $report = Test-EopRelayCertificate -ReceiveConnector $receive -InstalledCertificate $installed
        $finding = $report.Findings | Where-Object { $_.Id -eq 'ReceiveConnectorFault' }
        $finding.Remedy[0].Command | Should -Match 'Set-ReceiveConnector'
        $finding.Remedy[0].Command | Should -Match '<I>CN=New CA<S>CN=mail\.contoso\.com'
    }
}
