# Pester 5; see Module.Tests.ps1. The commands of a report, taken from the screen as an administrator marks
# and copies them: run against stand-ins, they get exactly the arguments that are meant.
BeforeDiscovery {
    $single = [string][char]0x2018 + [char]0x2019 + [char]0x201A + [char]0x201B
    $double = [string][char]0x201C + [char]0x201D + [char]0x201E
    $names = @(
        'plain', "Ola's connector", 'back`tick `n', 'dollar $env:PATH $(Get-Date) ${x}', 'quote "double"', "single $single"
        "double $double", 'statement; Remove-Item x', 'pipe | Out-Null', 'and & x', '@{a = 1}', '# comment', '--%', '%PATH%'
        "'@", '{0} [ab]?*', '<angle> >out', 'two  blanks  inside', ' blanks around ', '-Identity', "dash $([char]0x2013)x"
        ([string][char]0x65E5 + [char]0x672C + ' ' + [char]0xE5), ('Long and more ' * 9)
    )
    $cases = @(foreach ($culture in 'en-US', 'nb-NO') { foreach ($name in $names) { @{ Culture = $culture; Name = 'zz' + $name + 'zz' } } })
}

BeforeAll {
    Set-StrictMode -Version 3.0
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath '../../powershell/EopRelay/EopRelay.psd1') -Force
    $log = Join-Path -Path $PSScriptRoot -ChildPath '../fixtures/interop/SEND2026111501-1.LOG' | Resolve-Path | Select-Object -ExpandProperty ProviderPath
    $refused = @(Get-SendConnectorTlsSession -LiteralPath $log -EopOnly -Outcome Refused -WarningAction SilentlyContinue)

    # The blocks of commands that stand on a screen: set two blanks in, between empty lines.
    function Get-CommandBlock([string]$Screen) {
        $block = [System.Collections.Generic.List[string]]::new()
        foreach ($line in ($Screen -split '\r?\n') + '') {
            if ($line -match '^  [A-Za-z$(&]' -or ($block.Count -gt 0 -and $line -match '^   *\S')) {
                $block.Add($line)
            }
            elseif ($line.Trim() -eq '') {
                if ($block.Count -gt 0) {
                    [string]::Join("`n", $block)
                }
                $block.Clear()
            }
            else {
                $block.Clear()
            }
        }
    }

    # Runs a block with stand-ins for all that it calls; returns each call with its arguments.
    function Invoke-Block([string]$Block) {
        $errors = $null
        $ast = [System.Management.Automation.Language.Parser]::ParseInput($Block, [ref]$null, [ref]$errors)
        if (@($errors).Count -gt 0) {
            throw "The screen shows what PowerShell does not read: $Block"
        }
        $calls = [System.Collections.Generic.List[object]]::new()
        $functions = @{}
        foreach ($use in $ast.FindAll({ param($node) $node -is [System.Management.Automation.Language.CommandAst] }, $true)) {
            $called = $use.GetCommandName()
            $functions[$called] = { $calls.Add(@{ Name = $called; Arguments = @($args) }) }.GetNewClosure()
        }
        $null = [scriptblock]::Create($Block).InvokeWithContext($functions, @())
        $calls
    }
}

Describe 'A connector called <Name>, in <Culture>' -ForEach $cases {
    It 'is named exactly by the commands on the screen' {
        $before = [cultureinfo]::CurrentCulture
        try {
            [cultureinfo]::CurrentCulture = $Culture
            $inbound = @{ Name = $Name; Enabled = $true; ConnectorType = 'OnPremises'; TlsSenderCertificateName = 'mail.contosso.com'; SenderIPAddresses = @() }
            $screen = $refused | Test-EopRelayCertificate -InboundConnector $inbound -AcceptedDomain contoso.com -At '2026-11-15T12:00:00Z' | Out-String -Width 80
        }
        finally {
            [cultureinfo]::CurrentCulture = $before
        }
        $calls = @(foreach ($block in Get-CommandBlock $screen) { Invoke-Block $block })
        $changes = @($calls | Where-Object { $_.Name -eq 'Set-InboundConnector' })
        # The step and its undo.
        $changes.Count | Should -BeGreaterOrEqual 2
        foreach ($change in $changes) {
            $arguments = $change.Arguments
            $arguments.Count | Should -Be 4
            $arguments[[array]::IndexOf($arguments, '-Identity:') + 1] | Should -BeExactly $Name -Because $screen
        }
        $values = @($changes | ForEach-Object { $_.Arguments[[array]::IndexOf($_.Arguments, '-TlsSenderCertificateName:') + 1] })
        $values | Should -Contain 'mail.contosso.com'
        @($calls | ForEach-Object { $_.Arguments } | Where-Object { $_ -is [string] -and $_ -like '*zz*' -and $_ -cne $Name }) | Should -BeNullOrEmpty
    }
}
