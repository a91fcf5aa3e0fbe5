# Pester 5. Build the module first (powershell/build/build.sh or powershell/build/build.ps1), then:
#   Invoke-Pester -Path tests/powershell
BeforeAll {
    Set-StrictMode -Version 3.0
    $moduleFolder = Join-Path -Path $PSScriptRoot -ChildPath '../../powershell/EopRelay'
    Import-Module -Name (Join-Path -Path $moduleFolder -ChildPath 'EopRelay.psd1') -Force
}

Describe 'The module' {
    It 'has a manifest that PowerShell accepts' {
        Test-ModuleManifest -Path (Join-Path -Path $moduleFolder -ChildPath 'EopRelay.psd1') | Should -Not -BeNullOrEmpty
    }

    It 'exports its cmdlets and nothing else' {
        $module = Get-Module -Name EopRelay
        @($module.ExportedFunctions.Keys | Sort-Object) | Should -Be @('Export-EopRelayEvidence', 'Export-EopRelayReport', 'Format-EopRelayReport', 'Get-EopRelayCertificate', 'Get-EopRelayChain', 'Get-EopRelayChainEvent', 'Get-EopRelayHybridChange', 'Get-EopRelayRenewalPlan', 'Get-SendConnectorTlsSession', 'Invoke-EopRelayCheck', 'Register-EopRelayCheck', 'Resolve-EopRelayError', 'Restore-EopRelayText', 'Test-EopRelayCertificate', 'Test-EopRelayConnection', 'Unregister-EopRelayCheck')
        $module.ExportedAliases.Count | Should -Be 0
        $module.ExportedVariables.Count | Should -Be 0
    }

    It 'can be imported twice' {
        { Import-Module -Name (Join-Path -Path $moduleFolder -ChildPath 'EopRelay.psd1') -Force } | Should -Not -Throw
    }

    It 'leaves nothing behind when it is removed, and comes back whole' {
        Remove-Module -Name EopRelay
        Get-Command -Name '*EopRelay*' -ErrorAction Ignore | Where-Object { $_.CommandType -eq 'Function' -and $_.Source -eq 'EopRelay' } | Should -BeNullOrEmpty
        Get-TypeData -TypeName 'EopRelay.*' | Should -BeNullOrEmpty
        Import-Module -Name (Join-Path -Path $moduleFolder -ChildPath 'EopRelay.psd1') -Force
        (Get-TypeData -TypeName 'EopRelay.Session').SerializationDepth | Should -Be 3
    }

    It 'refuses a second copy in the same console in one sentence' {
        $copy = Join-Path -Path $TestDrive -ChildPath 'copy'
        Copy-Item -Path $moduleFolder -Destination $copy -Recurse
        $global:Error.Clear()
        try {
            Import-Module -Name (Join-Path -Path $copy -ChildPath 'EopRelay.psd1')
        }
        catch {
            $refusal = $_
        }
        $refusal.Exception.Message | Should -Match 'Open a new console'
        @($global:Error | Where-Object { $_.Exception.Message -notmatch 'Open a new console' }).Count | Should -Be 0
        (Get-Module -Name EopRelay).ModuleBase | Should -Be (Resolve-Path -LiteralPath $moduleFolder).ProviderPath
    }

    It 'carries its version in the name of its assembly' {
        $version = (Get-Module -Name EopRelay).Version
        [EopRelay.Session].Assembly.GetName().Name | Should -Be "EopRelay.Interop.$version"
    }
}

Describe 'The help of Test-EopRelayCertificate' {
    It 'describes every parameter, and takes the pipeline with InputObject only' {
        $help = Get-Help -Name Test-EopRelayCertificate -Full
        $common = [System.Management.Automation.Cmdlet]::CommonParameters
        foreach ($parameter in (Get-Command -Name Test-EopRelayCertificate).Parameters.Values) {
            if ($parameter.Name -in $common) {
                continue
            }
            $described = $help.Parameters.Parameter | Where-Object { $_.Name -eq $parameter.Name }
            ($described.Description | Out-String).Trim() | Should -Not -BeNullOrEmpty -Because "-$($parameter.Name) needs words"
            $fromPipeline = $parameter.Attributes | Where-Object { $_ -is [System.Management.Automation.ParameterAttribute] -and ($_.ValueFromPipeline -or $_.ValueFromPipelineByPropertyName) }
            [bool]$fromPipeline | Should -Be ($parameter.Name -eq 'InputObject')
        }
    }
}

Describe 'The help of Get-SendConnectorTlsSession' {
    BeforeAll {
        $help = Get-Help -Name Get-SendConnectorTlsSession -Full
        $common = [System.Management.Automation.Cmdlet]::CommonParameters
    }

    It 'has a synopsis, a description and an example for every use' {
        $help.Synopsis | Should -Match 'which certificate was sent'
        ($help.Description | Out-String) | Should -Match 'before the handshake'
        @($help.Examples.Example).Count | Should -BeGreaterOrEqual 8
    }

    It 'describes every parameter' {
        $parameters = (Get-Command -Name Get-SendConnectorTlsSession).Parameters.Keys | Where-Object { $_ -notin $common }
        foreach ($parameter in $parameters) {
            $described = $help.Parameters.Parameter | Where-Object { $_.Name -eq $parameter }
            ($described.Description | Out-String).Trim() | Should -Not -BeNullOrEmpty -Because "-$parameter needs words"
        }
    }

    It 'shows the pipeline of the support article as it is' {
        ($help.Examples | Out-String -Width 400) | Should -Match 'Select-Object name,SendProtocolLogPath \| Get-SendConnectorTlsSession'
    }
}

Describe 'The parameters of Get-SendConnectorTlsSession' {
    BeforeAll {
        $parameters = (Get-Command -Name Get-SendConnectorTlsSession).Parameters
    }

    It 'takes the pipeline with InputObject only' {
        $fromPipeline = foreach ($parameter in $parameters.Values) {
            foreach ($attribute in $parameter.Attributes) {
                if ($attribute -is [System.Management.Automation.ParameterAttribute] -and
                    ($attribute.ValueFromPipeline -or $attribute.ValueFromPipelineByPropertyName)) {
                    $parameter.Name
                }
            }
        }
        @($fromPipeline) | Should -Be @('InputObject')
    }

    It 'knows LiteralPath as PSPath and LP' {
        $parameters['LiteralPath'].Aliases | Should -Be @('PSPath', 'LP')
    }

    It 'refuses <Name> <Value>' -ForEach @(
        @{ Name = 'Outcome'; Value = 'Lost' }
        @{ Name = 'ThrottleLimit'; Value = 0 }
        @{ Name = 'ThrottleLimit'; Value = 65 }
        @{ Name = 'Connector'; Value = '' }
    ) {
        $arguments = @{ Path = 'x'; $Name = $Value }
        { Get-SendConnectorTlsSession @arguments } | Should -Throw -ErrorId 'ParameterArgumentValidationError,Get-SendConnectorTlsSession'
    }
}
