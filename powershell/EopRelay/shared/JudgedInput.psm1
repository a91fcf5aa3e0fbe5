# What Test-EopRelayCertificate judges: what the pipeline brings, certificate files, and the logs of a diagnosis.
Set-StrictMode -Version 3.0

Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'ErrorRecord.psm1')
Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'EvidencePath.psm1')
Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'EvidenceObject.psm1')
Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'Reading.psm1')
Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'Session.psm1')

# Adds an object that the pipeline brought: recognised by its members, never by its type, which is another
# one after serialisation.
function Add-TestInput {
    [CmdletBinding()]
    param($Request, $Cmdlet, $InputObject)

    $members = $InputObject.PSObject.Properties
    if ($InputObject -is [System.IO.FileInfo]) {
        Add-CertificateFile -Request $Request -Cmdlet $Cmdlet -Path $InputObject.FullName -Literal
    }
    elseif (Test-Session -InputObject $InputObject) {
        Add-Session -Request $Request -InputObject $InputObject
    }
    elseif ($null -ne $members['RawData'] -or $null -ne $members['Thumbprint']) {
        Add-EvidenceObject -Request $Request -List 'Certificates' -Kind 'Certificate' -InputObject $InputObject
    }
    else {
        $message = "'$InputObject' is neither a session nor a certificate. Give the output of Get-SendConnectorTlsSession or Get-ExchangeCertificate, certificates of the certificate drive, or certificate files with -Path."
        New-InputProblem -ErrorId 'InputNotRecognized' -Category 'InvalidType' -Message $message -TargetObject $InputObject
    }
}

# Adds the certificate files that a path or pattern stands for.
function Add-CertificateFile {
    [CmdletBinding()]
    param($Request, $Cmdlet, [string]$Path, [switch]$Literal, [securestring]$Password)

    foreach ($file in Get-EvidenceFile -Cmdlet $Cmdlet -Path $Path -Literal:$Literal -Kind 'CertificateFile') {
        $problem = $file
        if ($file -isnot [EopRelay.EopRelayException]) {
            $problem = $Request.AddCertificateFile('CertificateFiles', $file, $Password)
        }
        if ($null -ne $problem -and $null -eq $problem.TargetObject) {
            $problem.TargetObject = $Path
        }
        $problem
    }
}

# Reads the logs that a diagnosis was given, with progress. Returns what ended the reading before its end.
function Read-GivenLog {
    [CmdletBinding()]
    param($Diagnosis, $Cmdlet)

    $activity = 'Reading SMTP protocol logs'
    while ($Diagnosis.TryRead()) {
        Write-ReadingProgress -Activity $activity -Progress $Diagnosis.Progress
    }
    if ($null -eq $Diagnosis.Error -and $Diagnosis.Progress.FilesTotal -gt 0) {
        Write-Progress -Activity $activity -Completed
        $Cmdlet.WriteVerbose("$($Diagnosis.Progress.Status) read.")
    }
    $Diagnosis.Error
}

Export-ModuleMember -Function Add-TestInput, Add-CertificateFile, Read-GivenLog
