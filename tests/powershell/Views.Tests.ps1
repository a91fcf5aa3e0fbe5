# Pester 5; see Module.Tests.ps1. What stands on the screen: in 80 and in 120 columns, in every culture, after
# serialisation and out of jobs.
BeforeAll {
    Set-StrictMode -Version 3.0
    $manifest = Join-Path -Path $PSScriptRoot -ChildPath '../../powershell/EopRelay/EopRelay.psd1' | Resolve-Path | Select-Object -ExpandProperty ProviderPath
    Import-Module -Name $manifest -Force

    $fixtures = Join-Path -Path $PSScriptRoot -ChildPath '../fixtures' | Resolve-Path | Select-Object -ExpandProperty ProviderPath
    $examples = Join-Path -Path $PSScriptRoot -ChildPath '../../examples' | Resolve-Path | Select-Object -ExpandProperty ProviderPath
    $log = Join-Path -Path $fixtures -ChildPath 'interop/SEND2026111501-1.LOG'
    $certificate = Join-Path -Path $fixtures -ChildPath 'certificates/mail.contoso.com.cer'
    $errorFolder = Join-Path -Path $fixtures -ChildPath 'delivery_errors'
    $certificateFolder = Join-Path -Path $examples -ChildPath 'certificates'
    $at = [datetime]'2027-01-01T00:00:00Z'
    $sessions = @(Get-SendConnectorTlsSession -LiteralPath $log -Server EX1 -WarningAction SilentlyContinue)
    $report = Test-EopRelayCertificate -LiteralPath $certificate -At $at
    $plan = Get-EopRelayRenewalPlan -NewCertificate (Join-Path -Path $examples -ChildPath 'renewal/other-issuer.pem') -SendConnector (Join-Path -Path $certificateFolder -ChildPath 'send.json') -InstalledCertificate (Join-Path -Path $certificateFolder -ChildPath 'installed.json') -At ([datetime]'2026-11-20T00:00:00Z')
    $objects = @{
        Session              = $sessions
        Message              = @($sessions | ForEach-Object { $_.Messages })
        Recipient            = @($sessions | ForEach-Object { $_.Messages } | ForEach-Object { $_.Recipients })
        LoggedCertificate    = @($sessions | ForEach-Object { $_.SentCertificate } | Where-Object { $_ })
        Report               = @($report, ($sessions | Test-EopRelayCertificate -AcceptedDomain contoso.com -At $at))
        Finding              = @($report.Findings)
        Scope                = @(($sessions | Test-EopRelayCertificate -At $at).Scopes)
        Chain                = @(Get-EopRelayChain -LiteralPath $certificate -At $at)
        ConnectorCertificate = @(Get-EopRelayCertificate -SendConnector (Join-Path -Path $certificateFolder -ChildPath 'send.json') -InstalledCertificate (Join-Path -Path $certificateFolder -ChildPath 'installed.json') -At ([datetime]'2030-01-01T00:00:00Z'))
        ChainEvent           = @(Get-EopRelayChainEvent -LiteralPath (Join-Path -Path $fixtures -ChildPath 'chain-events/german.xml'))
        HybridChange         = @(Get-EopRelayHybridChange -LiteralPath (Join-Path -Path $examples -ChildPath 'hybrid'))
        RenewalPlan          = @($plan)
        RenewalPlace         = @($plan.Places)
        RenewalStep          = @($plan.Steps)
        DeliveryError        = @(Resolve-EopRelayError -LiteralPath (Join-Path -Path $errorFolder -ChildPath 'queues.xml') -Session (Get-SendConnectorTlsSession -LiteralPath (Join-Path -Path $errorFolder -ChildPath 'SEND20261117-1.LOG')))
    }
}

Describe 'A <Kind>' -ForEach @(
    @{ Kind = 'Session' }, @{ Kind = 'Message' }, @{ Kind = 'Recipient' }, @{ Kind = 'LoggedCertificate' }, @{ Kind = 'Report' }, @{ Kind = 'Finding' }, @{ Kind = 'Scope' }
    @{ Kind = 'Chain' }, @{ Kind = 'ConnectorCertificate' }, @{ Kind = 'ChainEvent' }, @{ Kind = 'HybridChange' }, @{ Kind = 'DeliveryError' }
    @{ Kind = 'RenewalPlan' }, @{ Kind = 'RenewalPlace' }, @{ Kind = 'RenewalStep' }
) {
    BeforeAll {
        $shown = $objects[$Kind]
    }

    It 'is there to be shown' {
        @($shown).Count | Should -BeGreaterThan 0
        $shown[0].PSObject.TypeNames[0] | Should -Be "EopRelay.$Kind"
    }

    It 'fits <_> columns, with headings of one line' -ForEach 80, 120 {
        foreach ($lines in @(($shown | Out-String -Width $_), ($shown | Format-List | Out-String -Width $_))) {
            @($lines -split '\r?\n' | Where-Object { $_.Length -gt 120 }).Count | Should -Be 0
        }
        if ($Kind -ne 'LoggedCertificate') {
            $table = @(($shown | Format-Table | Out-String -Width $_) -split '\r?\n' | Where-Object { $_ -ne '' })
            $table[1] | Should -Match '^-[- ]+$'
        }
    }

    It 'looks the same in <_>' -ForEach 'nb-NO', 'th-TH', 'ar-SA', 'fa-IR', 'de-DE', 'tr-TR', 'ja-JP', 'hi-IN' {
        $before = [cultureinfo]::CurrentCulture
        # PowerShell breaks long lines between words in some cultures, and within them in others.
        $expected = (($shown | Out-String -Width 120) + ($shown | Format-Table | Out-String -Width 120) + ($shown | Format-List | Out-String -Width 120)) -replace '\s', ''
        try {
            [cultureinfo]::CurrentCulture = $_
            $text = ($shown | Out-String -Width 120) + ($shown | Format-Table | Out-String -Width 120) + ($shown | Format-List | Out-String -Width 120)
            $text -replace '\s', '' | Should -Be $expected
        }
        finally {
            [cultureinfo]::CurrentCulture = $before
        }
    }

    It 'looks the same after serialisation' {
        $path = Join-Path -Path $TestDrive -ChildPath "$Kind.xml"
        $shown | Export-Clixml -LiteralPath $path
        $back = Import-Clixml -LiteralPath $path
        foreach ($width in 80, 120) {
            ($back | Out-String -Width $width) | Should -Be ($shown | Out-String -Width $width)
            ($back | Format-Table | Out-String -Width $width) | Should -Be ($shown | Format-Table | Out-String -Width $width)
            ($back | Format-List | Out-String -Width $width) | Should -Be ($shown | Format-List | Out-String -Width $width)
        }
    }
}

Describe 'Elsewhere' {
    It 'a report of another process has the same text, at any width' {
        $path = Join-Path -Path $TestDrive -ChildPath 'report.xml'
        $report | Export-Clixml -LiteralPath $path
        foreach ($width in 60, 78, 120) {
            Import-Clixml -LiteralPath $path | Format-EopRelayReport -Width $width | Should -Be ($report | Format-EopRelayReport -Width $width)
        }
    }

    It 'a job gives the same sessions' {
        $job = Start-Job -ScriptBlock {
            param($Manifest, $Log)
            Set-StrictMode -Version 3.0
            Import-Module -Name $Manifest
            Get-SendConnectorTlsSession -LiteralPath $Log -Server EX1 -WarningAction SilentlyContinue
        } -ArgumentList $manifest, $log
        $received = @($job | Wait-Job -Timeout 120 | Receive-Job)
        Remove-Job -Job $job -Force
        $received.Count | Should -Be $sessions.Count
        ($received | Format-Table | Out-String -Width 120) | Should -Be ($sessions | Format-Table | Out-String -Width 120)
        $received | Test-EopRelayCertificate -AcceptedDomain contoso.com -At $at | ForEach-Object { $_.Summary } | Should -Be ($objects.Report[1].Summary)
    }

    It 'flat members of a session stand in CSV' {
        $row = @($sessions | ConvertTo-Csv -NoTypeInformation | ConvertFrom-Csv)[1]
        $row.MailFrom | Should -Be 'anna@contoso.com'
        $row.Recipients | Should -Be 'ben@fabrikam.com'
        $row.MessageCount | Should -Be '1'
        $sessions[0].LocalStartTime | Should -Be $sessions[0].StartTime.ToLocalTime()
    }
}
