# Pester 5; see Module.Tests.ps1. Windows PowerShell 5.1 is held by the parser of the language: commands and
# parameters that it has, nodes and encodings that it knows, types that are in a list.
BeforeDiscovery {
    $root = Join-Path -Path $PSScriptRoot -ChildPath '../..'
    $scripts = @(Get-ChildItem -Path (Join-Path -Path $root -ChildPath 'powershell') -Recurse -Include '*.psm1', '*.ps1' | ForEach-Object { @{ Name = $_.Name; Path = $_.FullName } })
}

BeforeAll {
    Set-StrictMode -Version 3.0
    $root = Join-Path -Path $PSScriptRoot -ChildPath '../..'
    $commands = @{}
    foreach ($line in Get-Content -LiteralPath (Join-Path -Path $PSScriptRoot -ChildPath 'windows-powershell-5.1.tsv')) {
        if (-not $line.StartsWith('#')) {
            $name, $parameters = $line -split "`t"
            $commands[$name] = @($parameters -split ' ')
        }
    }
    # The functions of the module, with their parameters.
    foreach ($file in Get-ChildItem -Path (Join-Path -Path $root -ChildPath 'powershell/EopRelay') -Recurse -Include '*.psm1') {
        $ast = [System.Management.Automation.Language.Parser]::ParseFile($file.FullName, [ref]$null, [ref]$null)
        foreach ($function in $ast.FindAll({ param($node) $node -is [System.Management.Automation.Language.FunctionDefinitionAst] }, $true)) {
            $commands[$function.Name] = @($function.Body.ParamBlock.Parameters | ForEach-Object { $_.Name.VariablePath.UserPath }) + 'WhatIf' + 'Confirm'
        }
    }
    $common = 'Verbose', 'Debug', 'ErrorAction', 'WarningAction', 'InformationAction', 'ErrorVariable', 'WarningVariable', 'InformationVariable', 'OutVariable', 'OutBuffer', 'PipelineVariable'
    $newer = 'TernaryExpressionAst', 'PipelineChainAst'
    $types = 'string', 'string[]', 'int', 'long', 'decimal', 'bool', 'byte', 'byte[]', 'switch', 'datetime', 'timespan', 'psobject', 'psobject[]', 'securestring', 'object', 'object[]', 'void', 'ref',
        'valuetype', 'scriptblock', 'pscustomobject', 'ordered', 'IntPtr', 'hashtable', 'CmdletBinding', 'Parameter', 'OutputType', 'Alias', 'AllowNull', 'AllowEmptyString', 'AllowEmptyCollection',
        'SupportsWildcards', 'ArgumentCompleter', 'ValidateNotNull', 'ValidateNotNullOrEmpty', 'ValidateRange', 'ValidateSet', 'ValidatePattern', 'System.StringComparison', 'System.DateTimeKind',
        'System.IO.FileInfo', 'System.IO.File', 'System.IO.Directory', 'cultureinfo', 'System.IO.Path', 'System.AppDomain', 'System.Environment', 'System.Reflection.Assembly', 'System.IO.Compression.ZipFile', 'System.IO.Compression.ZipFileExtensions', 'System.Collections.IDictionary', 'System.Collections.IEnumerable',
        'System.Collections.Generic.List', 'System.Collections.Generic.List[string]', 'System.Collections.Generic.List[object]', 'System.Management.Automation.ErrorRecord',
        'System.IDisposable', 'System.Diagnostics.Stopwatch', 'System.Management.Automation.CompletionResult', 'System.Management.Automation.Language.CodeGeneration'
    # Other letters have other meanings in the two: UTF8 is written with a mark by 5.1, and read by both.
    $encodings = 'UTF8', 'ASCII', 'Unicode'

    # What Windows PowerShell would not take of a syntax tree, each with its line.
    function Get-Complaint($Ast) {
        foreach ($node in $Ast.FindAll({ $true }, $true)) {
            $line = $node.Extent.StartLineNumber
            $kind = $node.GetType().Name
            if ($newer -contains $kind -or ($node.PSObject.Properties['NullConditional'] -and $node.NullConditional)) {
                "${line}: $kind is of PowerShell 7"
            }
            if ($kind -eq 'BinaryExpressionAst' -and [string]$node.Operator -eq 'QuestionQuestion') {
                "${line}: ?? is of PowerShell 7"
            }
            if ($kind -eq 'AssignmentStatementAst' -and [string]$node.Operator -eq 'QuestionQuestionEquals') {
                "${line}: ??= is of PowerShell 7"
            }
            if ($kind -eq 'ScriptBlockAst' -and $node.PSObject.Properties['CleanBlock'] -and $null -ne $node.CleanBlock) {
                "${line}: a clean block is of PowerShell 7"
            }
            if ($kind -eq 'TypeExpressionAst' -or $kind -eq 'TypeConstraintAst' -or $kind -eq 'AttributeAst') {
                $type = $node.TypeName.FullName
                if ($types -notcontains $type -and -not $type.StartsWith('EopRelay.')) {
                    "${line}: the type $type is not in the list"
                }
            }
            if ($kind -ne 'CommandAst') {
                continue
            }
            $name = $node.GetCommandName()
            if ($null -eq $name -or $name -like '*$*' -or $name -like '*.exe' -or $name -eq 'cargo') {
                continue
            }
            if (-not $commands.ContainsKey($name)) {
                "${line}: the command $name is not in the list"
                continue
            }
            foreach ($parameter in $node.CommandElements | Where-Object { $_ -is [System.Management.Automation.Language.CommandParameterAst] }) {
                if ($commands[$name] -notcontains $parameter.ParameterName -and $common -notcontains $parameter.ParameterName) {
                    "${line}: $name has no parameter $($parameter.ParameterName)"
                }
            }
            $elements = @($node.CommandElements | ForEach-Object { $_.Extent.Text })
            $place = [array]::IndexOf($elements, '-Encoding')
            if ($place -ge 0 -and $encodings -notcontains $elements[$place + 1].Trim("'")) {
                "${line}: the encoding $($elements[$place + 1]) is not known to both"
            }
        }
    }
}

Describe '<Name>' -ForEach $scripts {
    It 'is a script of Windows PowerShell 5.1' {
        $errors = $null
        $ast = [System.Management.Automation.Language.Parser]::ParseFile($Path, [ref]$null, [ref]$errors)
        $errors | Should -BeNullOrEmpty
        Get-Complaint $ast | Should -BeNullOrEmpty
    }
}

Describe 'The guard' {
    It 'complains about <Code>' -ForEach @(
        @{ Code = '$a ? 1 : 2' }, @{ Code = '$a ?? 1' }, @{ Code = '$a ??= 1' }, @{ Code = 'Get-Item x && Get-Item y' }, @{ Code = '${a}?.Length' }
        @{ Code = 'Get-Nothing' }, @{ Code = 'Get-Item -NoSuchParameter' }, @{ Code = 'Set-Content -Path x -Encoding utf8NoBOM' }
        @{ Code = '[System.Text.Json.JsonSerializer]::Deserialize(1)' }, @{ Code = 'function F { clean { } }' }
    ) {
        $ast = [System.Management.Automation.Language.Parser]::ParseInput($Code, [ref]$null, [ref]$null)
        @(Get-Complaint $ast).Count | Should -BeGreaterThan 0
    }

    It 'knows the commands of Windows PowerShell as they are' {
        $facts = Join-Path -Path $root -ChildPath '../shared/tools/powershell/windows-powershell-5.1-commands.tsv'
        if (-not (Test-Path -LiteralPath $facts)) {
            Set-ItResult -Skipped -Because 'the list of its commands is not beside the project'
            return
        }
        $known = @{}
        foreach ($line in Get-Content -LiteralPath $facts) {
            $name, $parameters = $line -split "`t"
            $known[$name] = @(([string]$parameters) -split ' ')
        }
        foreach ($line in Get-Content -LiteralPath (Join-Path -Path $PSScriptRoot -ChildPath 'windows-powershell-5.1.tsv')) {
            $name, $parameters = $line -split "`t"
            # The modules of single features are not in the facts.
            if ($known.ContainsKey($name)) {
                @($parameters -split ' ' | Where-Object { $known[$name] -notcontains $_ }) | Should -BeNullOrEmpty -Because $name
            }
        }
    }
}
