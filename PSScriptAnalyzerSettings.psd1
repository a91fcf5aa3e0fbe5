# All rules of PSScriptAnalyzer hold but these.
@{
    ExcludeRules = @(
        # Add-..., New-... and Format-... of the module change nothing but the request that they are given.
        'PSUseShouldProcessForStateChangingFunctions'
        # Parameters are used in the blocks that follow, and by splatting.
        'PSReviewUnusedParameter'
    )
    Rules        = @{
        PSUseCompatibleSyntax = @{
            Enable         = $true
            TargetVersions = @('5.1', '7.0')
        }
        PSPlaceOpenBrace      = @{ Enable = $true; OnSameLine = $true }
        PSUseConsistentIndentation = @{ Enable = $true; IndentationSize = 4; Kind = 'space' }
    }
}
