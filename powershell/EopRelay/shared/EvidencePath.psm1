# How a path becomes the full paths of files in the file system.
Set-StrictMode -Version 3.0

Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'ErrorRecord.psm1')

# Bound to no module, so that it runs in the scope of the caller and sees the caller's drives; in a block
# of its own there, so that it leaves no variable.
$resolve = [scriptblock]::Create('& { param($Path, $IsLiteral, $Kind) [EopRelay.Interop]::ResolvePath($ExecutionContext.SessionState.Path, $Path, $IsLiteral, $Kind) } @args')

# What a path or pattern of the caller stands for: a ResolvedPath, or an EopRelayException. $Kind is the
# beginning of the error's id.
function Resolve-EvidencePath {
    [CmdletBinding()]
    param($Cmdlet, [string]$Path, [switch]$Literal, [string]$Kind)

    $resolved = $Cmdlet.InvokeCommand.InvokeScript($Cmdlet.SessionState, $resolve, $Path, $Literal.IsPresent, $Kind)[0]
    if ($resolved -is [EopRelay.EopRelayException]) {
        $problem = $resolved
        $problem.TargetObject = $Path
    }
    $resolved
}

# The path that an object has: a file or folder in any shape, what Resolve-Path returns, or an object with
# the path of a log; else an empty text.
function Get-FileObjectPath {
    [CmdletBinding()]
    param($InputObject)

    foreach ($name in 'PSPath', 'FullName', 'ProviderPath', 'LogPath', 'Path') {
        $property = $InputObject.PSObject.Properties[$name]
        if ($null -ne $property -and -not [string]::IsNullOrWhiteSpace([string]$property.Value)) {
            return [string]$property.Value
        }
    }
    ''
}

# Whether a text that may be an error is the name of a file that is there: no error of a mail server is.
function Test-FileName {
    [CmdletBinding()]
    param($Cmdlet, [string]$Text)

    if ($Text.Length -gt 260 -or $Text -match '[\r\n<>"|?*]') {
        return $false
    }
    $resolved = Resolve-EvidencePath -Cmdlet $Cmdlet -Path $Text -Literal -Kind 'File'
    $resolved -isnot [EopRelay.EopRelayException] -and [System.IO.File]::Exists($resolved.Plain)
}

# The full paths that a path or pattern stands for, or what is wrong with it.
function Get-EvidenceFile {
    [CmdletBinding()]
    param($Cmdlet, [string]$Path, [switch]$Literal, [string]$Kind)

    $resolved = Resolve-EvidencePath -Cmdlet $Cmdlet -Path $Path -Literal:$Literal -Kind $Kind
    if ($resolved -is [EopRelay.EopRelayException]) {
        $resolved
    }
    elseif ($resolved.Found.Length -eq 0) {
        New-InputProblem -ErrorId ($Kind + 'NotFound') -Category 'ObjectNotFound' -Message "No file fits '$Path'. Check the pattern." -TargetObject $Path
    }
    else {
        $resolved.Found
    }
}

Export-ModuleMember -Function Resolve-EvidencePath, Get-FileObjectPath, Test-FileName, Get-EvidenceFile
