# What Register- and Unregister-EopRelayCheck share.
Set-StrictMode -Version 3.0

Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'ErrorRecord.psm1')
Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'EvidencePath.psm1')
Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'EvidenceObject.psm1')

# The parameters of the check whose objects are exported for it.
function Get-CheckTaskEvidence {
    [CmdletBinding()]
    param()

    'InboundConnector', 'AcceptedDomain', 'SendConnector', 'ReceiveConnector', 'InstalledCertificate'
}

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

# The file of a task that objects of a parameter are exported to.
function Get-CheckTaskExport {
    [CmdletBinding()]
    param([string]$Place, [string]$TaskName, [string]$Parameter)

    Join-Path -Path $Place -ChildPath ($TaskName + '.' + $Parameter + '.xml')
}

# The values of an evidence parameter as literals for the command of the task, or what is wrong with them.
# Objects are gathered in $Export, by the path of their file.
function Get-CheckTaskValue {
    [CmdletBinding()]
    param($Cmdlet, [string]$Parameter, $Value, [string]$Place, [string]$TaskName, [hashtable]$Export)

    foreach ($given in $Value) {
        if ($null -eq $given) {
            continue
        }
        if ($given -is [string] -and $Parameter -eq 'AcceptedDomain' -and [EopRelay.Interop]::IsDomain($given)) {
            ConvertTo-Literal -Text $given.Trim()
        }
        elseif ($given -is [string] -or $given -is [System.IO.FileInfo]) {
            $isLiteral = $given -isnot [string]
            $path = [string]$given
            if ($isLiteral) {
                $path = $given.FullName
            }
            foreach ($file in Get-EvidenceFile -Cmdlet $Cmdlet -Path $path -Literal:$isLiteral -Kind 'EvidenceFile') {
                if ($file -is [EopRelay.EopRelayException]) {
                    $file
                }
                elseif (-not [System.IO.File]::Exists($file)) {
                    New-InputProblem -ErrorId 'EvidenceFileNotFound' -Category 'ObjectNotFound' -Message "The file '$file' of -$Parameter is not there. Check the path." -TargetObject $given
                }
                else {
                    ConvertTo-Literal -Text $file
                }
            }
        }
        else {
            $path = Get-CheckTaskExport -Place $Place -TaskName $TaskName -Parameter $Parameter
            if (-not $Export.ContainsKey($path)) {
                $Export[$path] = [System.Collections.Generic.List[object]]::new()
                ConvertTo-Literal -Text $path
            }
            if ($Parameter -eq 'InstalledCertificate') {
                # Public parts alone: nothing of a private key is even looked at.
                $given = $given | Select-Object -Property (Get-CertificateMember)
            }
            $Export[$path].Add($given)
        }
    }
}

Export-ModuleMember -Function Get-CheckTaskEvidence, Get-CheckTaskFolder, ConvertTo-Literal, Get-CheckModuleName, Get-CheckTaskExport, Get-CheckTaskValue
