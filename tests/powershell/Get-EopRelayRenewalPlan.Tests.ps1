# Pester 5; see Module.Tests.ps1.
BeforeAll {
    Set-StrictMode -Version 3.0
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath '../../powershell/EopRelay/EopRelay.psd1') -Force

    $examples = Join-Path -Path $PSScriptRoot -ChildPath '../../examples' | Resolve-Path | Select-Object -ExpandProperty ProviderPath
    $same = Join-Path -Path $examples -ChildPath 'renewal/same-issuer.pem'
    $other = Join-Path -Path $examples -ChildPath 'renewal/other-issuer.pem'
    $connectors = @(Get-Content -LiteralPath (Join-Path -Path $examples -ChildPath 'certificates/send.json') -Raw | ConvertFrom-Json | ForEach-Object { $_ })
    $installed = @(Get-Content -LiteralPath (Join-Path -Path $examples -ChildPath 'certificates/installed.json') -Raw | ConvertFrom-Json | ForEach-Object { $_ })
    $all = @{ SendConnector = $connectors; InstalledCertificate = $installed; At = [datetime]'2026-11-20T00:00:00Z' }
}

Describe 'Get-EopRelayRenewalPlan' {
    It 'gives the steps in their order, each with its command and the state that it leads to' {
        $plan = Get-EopRelayRenewalPlan -NewCertificate $other @all
        $plan | Should -BeOfType EopRelay.RenewalPlan
        $plan.Verdict | Should -Be 'StepsNeeded'
        $plan.ExitCode | Should -Be 10
        $commands = @($plan.Steps | Where-Object { $_.Need -eq 'Required' } | ForEach-Object { $_.Command })
        $commands[0] | Should -Match 'Import-ExchangeCertificate -Server ''EX01'''
        $commands[0] | Should -Match 'Import-ExchangeCertificate -Server ''EX02'''
        $commands[1] | Should -Match 'Set-SendConnector ''Outbound to Microsoft 365'''
        $plan.Steps[0].State.Count | Should -BeGreaterThan 1
        ($plan.Places | Where-Object { $_.Server -eq 'EX02' -and $_.Connector -like 'Outbound*' }).HasNew | Should -BeFalse
    }

    It 'takes <Shape>' -ForEach @(
        @{ Shape = 'a file'; New = { $other } }
        @{ Shape = 'a FileInfo'; New = { Get-Item -LiteralPath $other } }
        @{ Shape = 'a certificate'; New = { [System.Security.Cryptography.X509Certificates.X509Certificate2]::new($other) } }
        @{ Shape = 'an object with RawData'; New = { [pscustomobject]@{ RawData = [System.Security.Cryptography.X509Certificates.X509Certificate2]::new($other).RawData } } }
    ) {
        $plan = Get-EopRelayRenewalPlan -NewCertificate (& $New) @all
        $plan.Certificates.Count | Should -Be 1
        $plan.Summary | Should -Be (Get-EopRelayRenewalPlan -NewCertificate $other @all).Summary
        (& $New | Get-EopRelayRenewalPlan @all).Summary | Should -Be $plan.Summary
    }

    It 'refuses <Input>, and says what to give' -ForEach @(
        @{ Input = 'nothing'; Id = 'CertificateMissing'; Says = 'with -NewCertificate'; Call = { Get-EopRelayRenewalPlan @all } }
        @{ Input = 'a folder'; Id = 'CertificateFileUnreadable'; Says = 'is a folder\. Give the files in it'; Call = { Get-EopRelayRenewalPlan -NewCertificate $TestDrive @all } }
        @{ Input = 'a number by pipeline'; Id = 'InputNotRecognized'; Says = 'neither a file nor a certificate'; Call = { 5 | Get-EopRelayRenewalPlan @all } }
        @{ Input = 'a certificate behind sessions'; Id = 'InputNotRecognized'; Says = 'with -NewCertificate'; Call = { @($sessions) + @(Get-Item -LiteralPath $other) | Get-EopRelayRenewalPlan -NewCertificate $other @all } }
    ) {
        $sessions = @(Get-SendConnectorTlsSession -LiteralPath (Join-Path -Path $examples -ChildPath 'certificates/SEND2026111501-1.LOG') -Server EX01)
        $Error.Clear()
        try { $null = & $Call 2>$null } catch { $null = $_ }
        @($Error | Where-Object { $_.FullyQualifiedErrorId -eq "$Id,Get-EopRelayRenewalPlan" }).Count | Should -Be 1
        $Error[0].Exception.Message | Should -Match $Says
    }

    It 'says that nothing is to be set where issuer and subject stay and nothing is known of the servers' {
        $plan = Get-EopRelayRenewalPlan -NewCertificate $same -SendConnector $connectors -At $all.At
        $plan.Verdict | Should -Be 'NothingToSet'
        $plan.ExitCode | Should -Be 0
    }

    It 'shows itself as the command prints it, also after serialisation' {
        $plan = Get-EopRelayRenewalPlan -NewCertificate $other @all
        $text = $plan | Out-String -Width 80
        $text | Should -Match '^\s*RENEWAL: steps are needed'
        @($text -split '\r?\n' | Where-Object { $_.Length -gt 80 }).Count | Should -Be 0
        $path = Join-Path -Path $TestDrive -ChildPath 'plan.xml'
        $plan | Export-Clixml -LiteralPath $path -Depth 4
        (Import-Clixml -LiteralPath $path | Out-String -Width 80) | Should -Be $text
    }

    It 'takes sessions, which show what is sent today' {
        $log = Join-Path -Path $examples -ChildPath 'certificates/SEND2026111501-1.LOG'
        $sessions = @(Get-SendConnectorTlsSession -LiteralPath $log -Server EX01)
        $plan = $sessions | Get-EopRelayRenewalPlan -NewCertificate $other @all
        $plan.Verdict | Should -Be 'StepsNeeded'
        $byLog = Get-EopRelayRenewalPlan -NewCertificate $other -LogPath "EX01=$log" @all
        $byLog.Summary | Should -Be $plan.Summary
    }
}

Describe 'The scripts of docs/renewal.md' {
    BeforeAll {
        $page = Get-Content -LiteralPath (Join-Path -Path $PSScriptRoot -ChildPath '../../docs/renewal.md') -Raw
        $blocks = @([regex]::Matches($page, '(?s)```powershell\r?\n(.*?)```') | ForEach-Object { $_.Groups[1].Value })
        $manifest = Join-Path -Path $PSScriptRoot -ChildPath '../../powershell/EopRelay/EopRelay.psd1' | Resolve-Path | Select-Object -ExpandProperty ProviderPath

        # Runs a script of the page in a folder with exports, with stand-ins for what the tool has; returns
        # what it printed and its exit code.
        function Invoke-Hook {
            param([string]$Script, [string]$StandIns, [string]$Call)

            $folder = Join-Path -Path $TestDrive -ChildPath ([guid]::NewGuid().ToString('N'))
            $null = New-Item -Path $folder -ItemType Directory
            $connectors | Export-Clixml -LiteralPath (Join-Path -Path $folder -ChildPath 'send.xml')
            $installed | Export-Clixml -LiteralPath (Join-Path -Path $folder -ChildPath 'installed.xml')
            , @() | Export-Clixml -LiteralPath (Join-Path -Path $folder -ChildPath 'inbound.xml')
            @(@{ DomainName = 'contoso.com' }) | ForEach-Object { [pscustomobject]$_ } | Export-Clixml -LiteralPath (Join-Path -Path $folder -ChildPath 'domains.xml')
            $Script.Replace('Import-Module EopRelay ', "Import-Module '$manifest' ") | Set-Content -LiteralPath (Join-Path -Path $folder -ChildPath 'hook.ps1')
            $file = Join-Path -Path $folder -ChildPath 'run.ps1'
            "$StandIns`nSet-Location -LiteralPath '$folder'`n$Call`nexit `$LASTEXITCODE" | Set-Content -LiteralPath $file
            $program = (Get-Process -Id $PID).Path
            $output = & $program -NoProfile -NonInteractive -File $file 2>&1 | Out-String
            [pscustomobject]@{ Output = $output; ExitCode = $LASTEXITCODE }
        }
    }

    It 'are those of win-acme, Posh-ACME and Certify The Web' {
        $blocks.Count | Should -Be 3
    }

    It 'of <Tool> prints one line and ends with the code of the plan' -ForEach @(
        @{ Tool = 'win-acme'; Number = 0; StandIns = "function Get-Item { param(`$LiteralPath) [System.Security.Cryptography.X509Certificates.X509Certificate2]::new('NEW') }"; Call = "./hook.ps1 -Thumbprint '0000'" }
        @{ Tool = 'Posh-ACME'; Number = 1; StandIns = "function Submit-Renewal { [pscustomobject]@{ Thumbprint = '0000'; FullChainFile = 'NEW' } }"; Call = './hook.ps1' }
        @{ Tool = 'Certify The Web'; Number = 2; StandIns = "function Get-Item { param(`$LiteralPath) [System.Security.Cryptography.X509Certificates.X509Certificate2]::new('NEW') }"; Call = "./hook.ps1 -result ([pscustomobject]@{ IsSuccess = `$true; ManagedItem = [pscustomobject]@{ CertificateThumbprintHash = '0000' } })" }
    ) {
        $run = Invoke-Hook -Script $blocks[$Number] -StandIns $StandIns.Replace('NEW', $other) -Call $Call
        $run.Output.Trim() | Should -Match 'needed|refused'
        $run.Output | Should -Not -Match 'Exception|CategoryInfo'
        $run.ExitCode | Should -BeIn 10, 20, 30
    }
}
