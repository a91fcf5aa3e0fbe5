# How objects become evidence: members by name, for a request.
Set-StrictMode -Version 3.0

Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'ErrorRecord.psm1')
Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'EvidencePath.psm1')

# What is read of a certificate. Not all members: that of the private key may ask for a smart card.
$certificateMembers = 'Thumbprint', 'RawData', 'Subject', 'Issuer', 'SerialNumber', 'NotBefore', 'NotAfter',
    'Services', 'Status', 'IsSelfSigned', 'HasPrivateKey', 'RootCAType', 'CertificateDomains', 'FriendlyName',
    'Identity', 'Server', 'PSComputerName'

# What is read of a queue, a message or an event of the tracking log; live objects compute others.
$queueErrorMembers = 'Identity', 'NextHopDomain', 'MessageCount', 'LastError', 'LastRetryTime', 'FromAddress',
    'InternetMessageId', 'Recipients', 'Server', 'PSComputerName', 'Timestamp', 'TimestampUtc', 'ServerHostname',
    'ConnectorId', 'EventId', 'MessageId', 'InternalMessageId', 'RecipientStatus', 'Sender'

# How exports are called; no top-level domain is called so.
$exportExtensions = '.xml', '.clixml', '.json', '.csv', '.txt'

# Deeper than a session: session, messages, recipients.
$sessionDepth = 3

# Whether an object is a session: told by its members, never by its type, which is another one after
# serialisation.
function Test-Session {
    [CmdletBinding()]
    param($InputObject)

    $members = $InputObject.PSObject.Properties
    $InputObject -is [EopRelay.Session] -or ($null -ne $members['TlsStatus'] -and $null -ne $members['Outcome'])
}

# Adds a session: as it is, or the members of what is left of one.
function Add-Session {
    [CmdletBinding()]
    param($Request, $InputObject)

    if ($InputObject -is [EopRelay.Session]) {
        $Request.Add('Sessions', $InputObject)
    }
    else {
        $Request.Add('Sessions', (ConvertTo-PropertyBag -InputObject $InputObject -Depth $sessionDepth))
    }
}

# Adds a certificate to the certificates that are judged, or to those that are installed.
function Add-Certificate {
    [CmdletBinding()]
    param($Request, [string]$List, $InputObject)

    Add-ExchangeObject -Request $Request -List $List -InputObject $InputObject -Name $certificateMembers
}

# Adds an accepted domain: an object, or the domain as text.
function Add-AcceptedDomain {
    [CmdletBinding()]
    param($Request, $InputObject)

    if ($InputObject -isnot [string]) {
        Add-ExchangeObject -Request $Request -List 'AcceptedDomains' -InputObject $InputObject
    }
    elseif ($exportExtensions -contains [System.IO.Path]::GetExtension($InputObject.Trim())) {
        $message = "'$InputObject' is the name of a file. Give what is in it: -AcceptedDomain (Import-Clixml '$InputObject')."
        New-InputProblem -ErrorId 'InputNotRecognized' -Category 'InvalidType' -Message $message -TargetObject $InputObject
    }
    else {
        $Request.Add('AcceptedDomains', @{ DomainName = $InputObject.Trim() })
    }
}

# Adds an object of Exchange to a list of a request.
function Add-ExchangeObject {
    [CmdletBinding()]
    param($Request, [string]$List, $InputObject, [string[]]$Name)

    if ($InputObject -is [string]) {
        $message = "'$InputObject' is a text. Give the objects of the cmdlet, or import them (Import-Clixml, Import-Csv)."
        New-InputProblem -ErrorId 'InputNotRecognized' -Category 'InvalidType' -Message $message -TargetObject $InputObject
    }
    else {
        $Request.Add($List, (ConvertTo-PropertyBag -InputObject $InputObject -Name $Name))
    }
}

# Adds the members of a queue, a message or an event of the tracking log.
function Add-QueueErrorObject {
    [CmdletBinding()]
    param($Request, [string]$List, $InputObject)

    $Request.Add($List, (ConvertTo-PropertyBag -InputObject $InputObject -Name $queueErrorMembers))
}

# Adds the content of each file that a path or pattern stands for.
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

# The members of an object by name: texts, numbers, flags, times and bytes as they are, lists of
# these, and everything else as its text; down to $Depth objects within it with their members.
function ConvertTo-PropertyBag {
    [CmdletBinding()]
    param($InputObject, [string[]]$Name, [int]$Depth = 0)

    $bag = [ordered]@{ PSTypeNames = @($InputObject.PSObject.TypeNames) }
    foreach ($property in $InputObject.PSObject.Properties) {
        if ($null -ne $Name -and $Name -notcontains $property.Name) {
            continue
        }
        $value = [EopRelay.Interop]::ValueOf($property)
        if ($value -is [System.Collections.IEnumerable] -and $value -isnot [string] -and $value -isnot [byte[]]) {
            $bag[$property.Name] = @(foreach ($item in $value) { ConvertTo-PlainValue -Value $item -Depth $Depth })
        }
        else {
            $bag[$property.Name] = ConvertTo-PlainValue -Value $value -Depth $Depth
        }
    }
    $bag
}

# A value that is no list.
function ConvertTo-PlainValue {
    [CmdletBinding()]
    param($Value, [int]$Depth)

    if ($null -eq $Value -or $Value -is [string] -or $Value -is [valuetype]) {
        $Value
    }
    elseif ($Value -is [byte[]]) {
        # The comma keeps the bytes together.
        , $Value
    }
    elseif ($Depth -gt 0) {
        ConvertTo-PropertyBag -InputObject $Value -Depth ($Depth - 1)
    }
    else {
        [string]$Value
    }
}

Export-ModuleMember -Function Test-Session, Add-Session, Add-Certificate, Add-AcceptedDomain, Add-ExchangeObject, Add-QueueErrorObject, Add-EvidenceFile, ConvertTo-PropertyBag
