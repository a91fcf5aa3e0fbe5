# Pester 5; see Module.Tests.ps1.
BeforeDiscovery {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath '../../powershell/EopRelay/EopRelay.psd1') -Force
    $cmdlets = @((Get-Module -Name EopRelay).ExportedFunctions.Keys | Sort-Object | ForEach-Object { @{ Cmdlet = $_ } })
}

BeforeAll {
    Set-StrictMode -Version 3.0
    $common = @([System.Management.Automation.Cmdlet]::CommonParameters) + @([System.Management.Automation.Cmdlet]::OptionalCommonParameters)
}

Describe 'The help of <Cmdlet>' -ForEach $cmdlets {
    BeforeAll {
        $help = Get-Help -Name $Cmdlet -Full
        $command = Get-Command -Name $Cmdlet
    }

    It 'has a synopsis of one line, a description and examples' {
        $help.Synopsis.Trim() | Should -Not -Match '\n'
        $help.Synopsis | Should -Not -Match "^\s*$Cmdlet"
        ($help.Description | Out-String).Trim() | Should -Not -BeNullOrEmpty
        @($help.Examples.Example).Count | Should -BeGreaterOrEqual 2
    }

    It 'describes every parameter, and no other' {
        $named = @($command.Parameters.Keys | Where-Object { $common -notcontains $_ } | Sort-Object)
        foreach ($parameter in $named) {
            $described = $help.Parameters.Parameter | Where-Object { $_.Name -eq $parameter }
            ($described.Description | Out-String).Trim() | Should -Not -BeNullOrEmpty -Because "-$parameter needs words"
        }
        @($help.Parameters.Parameter.Name | Where-Object { $common -notcontains $_ } | Sort-Object) | Should -Be $named
    }

    It 'shows examples that PowerShell reads, with parameters that are there' {
        foreach ($example in $help.Examples.Example) {
            $errors = $null
            $ast = [System.Management.Automation.Language.Parser]::ParseInput(($example.Code | Out-String), [ref]$null, [ref]$errors)
            $errors | Should -BeNullOrEmpty
            foreach ($use in $ast.FindAll({ param($node) $node -is [System.Management.Automation.Language.CommandAst] }, $true)) {
                $name = $use.GetCommandName()
                if ($name -notlike '*EopRelay*' -and $name -ne 'Get-SendConnectorTlsSession') {
                    continue
                }
                $parameters = (Get-Command -Name $name).Parameters
                foreach ($parameter in $use.CommandElements | Where-Object { $_ -is [System.Management.Automation.Language.CommandParameterAst] }) {
                    $parameters.Keys -contains $parameter.ParameterName | Should -BeTrue -Because "$name -$($parameter.ParameterName) in an example"
                }
            }
        }
    }

    It 'takes the pipeline with InputObject only, and is positional where that is natural' {
        foreach ($parameter in $command.Parameters.Values) {
            foreach ($attribute in $parameter.Attributes | Where-Object { $_ -is [System.Management.Automation.ParameterAttribute] }) {
                if ($attribute.ValueFromPipeline -or $attribute.ValueFromPipelineByPropertyName) {
                    $parameter.Name | Should -Be 'InputObject'
                }
                if ($attribute.Position -ge 0) {
                    $parameter.Name | Should -BeIn @('Path', 'InputObject')
                }
            }
        }
    }

    It 'completes its parameters' {
        $text = "$Cmdlet -"
        $found = [System.Management.Automation.CommandCompletion]::CompleteInput($text, $text.Length, $null).CompletionMatches
        @($found).Count | Should -BeGreaterThan 2
    }
}

Describe 'The topics' {
    It 'explain each cause by its name' {
        $folder = Join-Path -Path $PSScriptRoot -ChildPath '../../powershell/EopRelay/en-US'
        $topic = Get-Content -LiteralPath (Join-Path -Path $folder -ChildPath 'about_EopRelay_Causes.help.txt') -Raw
        foreach ($cause in 'NameMismatch', 'ATTR36', 'CertificateNotEnabledForSmtp') {
            $topic | Should -Match $cause
        }
    }
}
