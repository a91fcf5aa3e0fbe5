# Pester 5; see Module.Tests.ps1. What the pages show of PowerShell is typed into it.
BeforeDiscovery {
    $root = Join-Path -Path $PSScriptRoot -ChildPath '../..'
    $pages = @(Get-Item -Path (Join-Path -Path $root -ChildPath 'README.md')) + @(Get-ChildItem -Path (Join-Path -Path $root -ChildPath 'docs') -Recurse -Filter '*.md')
    # The blocks of code, set four blanks in, that call one of the module's cmdlets; a prompt and schtasks are of other shells.
    $blocks = @(foreach ($page in $pages) {
        $block = [System.Collections.Generic.List[string]]::new()
        foreach ($line in @(Get-Content -LiteralPath $page.FullName) + '') {
            if ($line.StartsWith('    ')) {
                $block.Add($line.Substring(4))
                continue
            }
            $text = [string]::Join("`n", $block)
            $block.Clear()
            if ($text -match '(EopRelay[A-Z]|-SendConnectorTlsSession)' -and $text -notmatch '(?m)^(\$ |schtasks )') {
                @{ Page = $page.Name; Text = $text }
            }
        }
    })
}

BeforeAll {
    Set-StrictMode -Version 3.0
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath '../../powershell/EopRelay/EopRelay.psd1') -Force
    $readme = [System.IO.File]::ReadAllText((Join-Path -Path $PSScriptRoot -ChildPath '../../README.md'))
    $log = Join-Path -Path $PSScriptRoot -ChildPath '../fixtures/interop/SEND2026111501-1.LOG' | Resolve-Path | Select-Object -ExpandProperty ProviderPath
}

Describe 'The code of <Page>' -ForEach $blocks {
    It 'is read by PowerShell, with parameters that are there' {
        $errors = $null
        $ast = [System.Management.Automation.Language.Parser]::ParseInput($Text, [ref]$null, [ref]$errors)
        $errors | Should -BeNullOrEmpty -Because $Text
        foreach ($use in $ast.FindAll({ param($node) $node -is [System.Management.Automation.Language.CommandAst] }, $true)) {
            $name = $use.GetCommandName()
            if ($name -notlike '*-EopRelay*' -and $name -ne 'Get-SendConnectorTlsSession') {
                continue
            }
            $parameters = (Get-Command -Name $name).Parameters.Keys
            foreach ($parameter in $use.CommandElements | Where-Object { $_ -is [System.Management.Automation.Language.CommandParameterAst] }) {
                @($parameters | Where-Object { $_.StartsWith($parameter.ParameterName, [System.StringComparison]::OrdinalIgnoreCase) }).Count | Should -BeGreaterThan 0 -Because "$name -$($parameter.ParameterName)"
            }
        }
    }
}

Describe 'The first answer of README' {
    It 'is what it says, typed with stand-ins for the cmdlets of Exchange' {
        $typed = [regex]::Match($readme, '(?m)^    \$services = \(Get-SendConnector(.*\r?\n    )+.*$').Value
        $typed | Should -Not -BeNullOrEmpty
        Push-Location -LiteralPath $TestDrive
        try {
            @([pscustomobject]@{ Name = 'From on-premises'; Enabled = $true; ConnectorType = 'OnPremises'; TlsSenderCertificateName = 'mail.contosso.com'; SenderIPAddresses = @() }) | Export-Clixml -Path inbound.xml
            @([pscustomobject]@{ Name = 'contoso.com'; DomainName = 'contoso.com' }) | Export-Clixml -Path domains.xml
            $standIns = @{
                'Get-SendConnector'    = { [pscustomobject]@{ Name = $args[0]; SourceTransportServers = @([pscustomobject]@{ Name = [System.Environment]::MachineName }) } }
                'Get-TransportService' = { [pscustomobject]@{ Name = $args[0]; SendProtocolLogPath = $log } }
            }
            $screen = [scriptblock]::Create($typed).InvokeWithContext($standIns, @()) | Out-String -Width 80
        }
        finally {
            Pop-Location
        }
        $screen | Should -Match '^\s*REFUSED: '
        $screen | Should -Match 'NameMismatch'
        $screen | Should -Match ([regex]::Escape([System.Environment]::MachineName))
        $screen | Should -Match 'WHAT TO DO'
    }
}
