# What Register- and Unregister-EopRelayCheck share.
Set-StrictMode -Version 3.0

# The folder for state files and exports, for administrators and SYSTEM only.
function Get-CheckTaskFolder {
    [CmdletBinding()]
    param()

    [EopRelay.Interop]::StateFolderPath()
}

# A text as a literal of PowerShell.
function ConvertTo-Literal {
    [CmdletBinding()]
    param([string]$Text)

    "'" + [System.Management.Automation.Language.CodeGeneration]::EscapeSingleQuotedStringContent($Text) + "'"
}

# What the task imports: the name where the module is installed for all users, so that the task survives an
# upgrade, else its path.
function Get-CheckModuleName {
    [CmdletBinding()]
    param()

    $base = Split-Path -Path $PSScriptRoot -Parent
    $installed = [System.Environment]::GetFolderPath('ProgramFiles')
    if ($installed -ne '' -and $base.StartsWith($installed, [System.StringComparison]::OrdinalIgnoreCase)) {
        'EopRelay'
    }
    else {
        ConvertTo-Literal -Text (Join-Path -Path $base -ChildPath 'EopRelay.psd1')
    }
}

Export-ModuleMember -Function Get-CheckTaskFolder, ConvertTo-Literal, Get-CheckModuleName
