# How the evidence parameters of all cmdlets become members of a request: objects in any shape, or files
# by path, pattern or FileInfo, which the library reads. Not bound is not given; $null and an empty list
# are given, and there is none. What cannot be read is returned as a problem, and reported to the library.
Set-StrictMode -Version 3.0

Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'ErrorRecord.psm1')
Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'EvidencePath.psm1')
Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'PropertyBag.psm1')

# What is read of a certificate. Not all members: that of the private key may ask for a smart card.
$certificateMembers = 'Thumbprint', 'RawData', 'Subject', 'Issuer', 'SerialNumber', 'NotBefore', 'NotAfter',
    'Services', 'Status', 'IsSelfSigned', 'HasPrivateKey', 'RootCAType', 'CertificateDomains', 'FriendlyName',
    'Identity', 'Server', 'PSComputerName'

# What is read of a queue, a message or an event of the tracking log; live objects compute others.
$queueErrorMembers = 'Identity', 'NextHopDomain', 'MessageCount', 'LastError', 'LastRetryTime', 'FromAddress',
    'InternetMessageId', 'Recipients', 'Server', 'PSComputerName', 'Timestamp', 'TimestampUtc', 'ServerHostname',
    'ConnectorId', 'EventId', 'MessageId', 'InternalMessageId', 'RecipientStatus', 'Sender'

# The parameters: the members of the request that have their objects and their files, and what is read of
# an object; $null is all.
$parameters = @{
    InboundConnector     = @{ List = 'InboundConnectors'; Files = 'InboundConnectorFiles'; Name = $null }
    AcceptedDomain       = @{ List = 'AcceptedDomains'; Files = 'AcceptedDomainFiles'; Name = $null }
    SendConnector        = @{ List = 'SendConnectors'; Files = 'SendConnectorFiles'; Name = $null }
    InstalledCertificate = @{ List = 'InstalledCertificates'; Files = 'InstalledCertificateFiles'; Name = $certificateMembers }
}

# Adds what was given to evidence parameters, as far as they are bound. Returns what is wrong.
function Add-Evidence {
    [CmdletBinding()]
    param($Request, $Cmdlet, $BoundParameters)

    foreach ($parameter in 'AcceptedDomain', 'InboundConnector', 'InstalledCertificate', 'SendConnector') {
        if (-not $BoundParameters.ContainsKey($parameter)) {
            continue
        }
        $isEmpty = $true
        $number = 0
        foreach ($given in $BoundParameters[$parameter]) {
            $number++
            if ($null -eq $given) {
                continue
            }
            $isEmpty = $false
            $problems = @(Add-EvidenceInput -Request $Request -Cmdlet $Cmdlet -Parameter $parameter -Number $number -InputObject $given)
            foreach ($problem in $problems) {
                if ($null -ne $problem) {
                    $Request.AddUnreadable("-$parameter [$number]", $problem.Message)
                    $problem
                }
            }
        }
        if ($isEmpty) {
            # Given, and there is none.
            $Request.Expect($parameters[$parameter].List)
        }
    }
}

# Adds one input of an evidence parameter.
function Add-EvidenceInput {
    [CmdletBinding()]
    param($Request, $Cmdlet, [string]$Parameter, [int]$Number, $InputObject)

    $how = $parameters[$Parameter]
    if ($InputObject -is [string]) {
        if ($Parameter -eq 'AcceptedDomain' -and [EopRelay.Interop]::IsDomain($InputObject)) {
            $Request.Add($how.List, @{ DomainName = $InputObject.Trim() })
        }
        elseif ($Parameter -eq 'AcceptedDomain' -and $InputObject -notmatch '[\\/:*?.]') {
            $message = "-AcceptedDomain [$Number], '$InputObject', is neither a domain such as contoso.com nor a file."
            New-InputProblem -ErrorId 'InvalidDomain' -Category 'InvalidArgument' -Message $message -TargetObject $InputObject
        }
        else {
            Add-EvidenceFile -Request $Request -List $how.Files -Cmdlet $Cmdlet -Path $InputObject -Kind 'EvidenceFile'
        }
        return
    }
    if ($InputObject -is [System.IO.FileInfo]) {
        $Request.AddFile($how.Files, 'EvidenceFile', $InputObject.FullName)
        return
    }
    if ($InputObject -is [valuetype]) {
        $message = "-$Parameter [$Number], '$InputObject', is neither an object of Exchange nor a file. Give the output of its cmdlet, or the path of a file that it was exported to (Export-Clixml)."
        New-InputProblem -ErrorId 'InputNotRecognized' -Category 'InvalidType' -Message $message -TargetObject $InputObject
        return
    }
    $Request.Add($how.List, (ConvertTo-PropertyBag -InputObject $InputObject -Name $how.Name))
}

# Adds a certificate to the certificates that are judged.
function Add-Certificate {
    [CmdletBinding()]
    param($Request, $InputObject)

    $Request.Add('Certificates', (ConvertTo-PropertyBag -InputObject $InputObject -Name $certificateMembers))
}

# Adds the members of a queue, a message or an event of the tracking log.
function Add-QueueErrorObject {
    [CmdletBinding()]
    param($Request, [string]$List, $InputObject)

    $Request.Add($List, (ConvertTo-PropertyBag -InputObject $InputObject -Name $queueErrorMembers))
}

# Adds the content of each file that a path or pattern stands for. Returns what is wrong.
function Add-EvidenceFile {
    [CmdletBinding()]
    param($Request, [string]$List, $Cmdlet, [string]$Path, [switch]$Literal, [string]$Kind)

    foreach ($file in Get-EvidenceFile -Cmdlet $Cmdlet -Path $Path -Literal:$Literal -Kind $Kind) {
        if ($file -is [EopRelay.EopRelayException]) {
            $file
            continue
        }
        $problem = $Request.AddFile($List, $Kind, $file)
        if ($null -ne $problem) {
            $problem.TargetObject = $Path
            $problem
        }
    }
}

Export-ModuleMember -Function Add-Evidence, Add-Certificate, Add-QueueErrorObject, Add-EvidenceFile
