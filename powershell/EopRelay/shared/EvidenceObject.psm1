# How single objects become members of a request, recognised by their members and never by their types,
# which are others after serialisation; and files, where a path stands in place of an object.
Set-StrictMode -Version 3.0

Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'ErrorRecord.psm1')
Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'EvidencePath.psm1')
Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'PropertyBag.psm1')

# What is read of an object of each kind; $null is all.
$members = @{
    Object      = $null
    # Not all members: that of the private key may ask for a smart card.
    Certificate = @('Thumbprint', 'RawData', 'Subject', 'Issuer', 'SerialNumber', 'NotBefore', 'NotAfter',
        'Services', 'Status', 'IsSelfSigned', 'HasPrivateKey', 'RootCAType', 'CertificateDomains', 'FriendlyName',
        'Identity', 'Server', 'PSComputerName')
    # A queue, a message or an event of the tracking log; live objects compute others.
    QueueError  = @('Identity', 'NextHopDomain', 'MessageCount', 'LastError', 'LastRetryTime', 'FromAddress',
        'InternetMessageId', 'Recipients', 'Server', 'PSComputerName', 'Timestamp', 'TimestampUtc', 'ServerHostname',
        'ConnectorId', 'EventId', 'MessageId', 'InternalMessageId', 'RecipientStatus', 'Sender')
}

# Deeper than a chain event: event, records, certificates, their status.
$chainEventDepth = 4

# What is read of a certificate: its public parts.
function Get-CertificateMember {
    [CmdletBinding()]
    param()

    $members['Certificate']
}

# Adds an object to a list, with the members of its kind.
function Add-EvidenceObject {
    [CmdletBinding()]
    param($Request, [string]$List, [string]$Kind, $InputObject)

    $Request.Add($List, (ConvertTo-PropertyBag -InputObject $InputObject -Name $members[$Kind]))
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

# Adds a file, an event with ToXml() or its text, or an object of Get-EopRelayChainEvent.
function Add-ChainEvent {
    [CmdletBinding()]
    param($Request, $Cmdlet, $InputObject)

    $properties = $InputObject.PSObject.Properties
    if ($InputObject -is [EopRelay.ChainEvent]) {
        $Request.Add('ChainEvents', $InputObject)
    }
    elseif ($null -ne $properties['Failures'] -and $null -ne $properties['Records']) {
        $Request.Add('ChainEvents', (ConvertTo-PropertyBag -InputObject $InputObject -Depth $chainEventDepth -Whole))
    }
    elseif ($null -ne $InputObject.PSObject.Methods['ToXml']) {
        $Request.Add('ChainEvents', [string]$InputObject.ToXml())
    }
    elseif ($InputObject -is [string] -and $InputObject.TrimStart().StartsWith('<', [System.StringComparison]::Ordinal)) {
        $Request.Add('ChainEvents', $InputObject)
    }
    else {
        $path = Get-FileObjectPath -InputObject $InputObject
        $isLiteral = $path -ne ''
        if (-not $isLiteral) {
            $path = [string]$InputObject
        }
        Add-EvidenceFile -Request $Request -List 'ChainEventFiles' -Cmdlet $Cmdlet -Path $path -Literal:$isLiteral -Kind 'ChainEventFile'
    }
}

# Adds an error of a queue: a text, a file, an object of Exchange, or what Resolve-EopRelayError made of one.
function Add-QueueError {
    [CmdletBinding()]
    param($Request, $Cmdlet, $InputObject)

    $properties = $InputObject.PSObject.Properties
    if ($InputObject -is [string]) {
        if (Test-FileName -Cmdlet $Cmdlet -Text $InputObject) {
            Add-EvidenceFile -Request $Request -List 'QueueErrorFiles' -Cmdlet $Cmdlet -Path $InputObject -Literal -Kind 'ErrorFile'
        }
        else {
            $Request.Add('QueueErrors', $InputObject)
        }
    }
    elseif ($InputObject -is [System.IO.FileInfo]) {
        $Request.AddFile('QueueErrorFiles', 'ErrorFile', $InputObject.FullName)
    }
    elseif ($null -ne $properties['LastError'] -or $null -ne $properties['RecipientStatus']) {
        Add-EvidenceObject -Request $Request -List 'QueueErrors' -Kind 'QueueError' -InputObject $InputObject
    }
    elseif ($null -ne $properties['EnhancedStatus'] -and $null -ne $properties['Text']) {
        # As it was found.
        $queueObject = [pscustomobject]@{
            Identity          = $properties['Identity'].Value
            NextHopDomain     = $properties['NextHop'].Value
            LastError         = $properties['Text'].Value
            LastRetryTime     = $properties['Time'].Value
            FromAddress       = $properties['Sender'].Value
            Recipients        = $properties['Recipients'].Value
            InternetMessageId = $properties['InternetMessageId'].Value
            Server            = $properties['ReportingServer'].Value
        }
        Add-EvidenceObject -Request $Request -List 'QueueErrors' -Kind 'QueueError' -InputObject $queueObject
    }
    else {
        $message = "'$InputObject' is no error of a queue. Give a text, the output of Get-Queue, Get-Message, Get-MessageTrackingLog or Resolve-EopRelayError, or a file."
        New-InputProblem -ErrorId 'InputNotRecognized' -Category 'InvalidType' -Message $message -TargetObject $InputObject
    }
}

Export-ModuleMember -Function Get-CertificateMember, Add-EvidenceObject, Add-EvidenceFile, Add-ChainEvent, Add-QueueError
