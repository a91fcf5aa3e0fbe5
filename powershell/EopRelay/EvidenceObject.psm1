# What the cmdlets share: how objects and files become evidence, and errors.
Set-StrictMode -Version 3.0

# What is read of a certificate. Not all members: that of the private key may ask for a smart card.
$certificateMembers = 'Thumbprint', 'RawData', 'Subject', 'Issuer', 'SerialNumber', 'NotBefore', 'NotAfter',
    'Services', 'Status', 'IsSelfSigned', 'HasPrivateKey', 'RootCAType', 'CertificateDomains', 'FriendlyName',
    'Identity', 'Server', 'PSComputerName'

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

# A session as it is, or the members of what is left of one.
function ConvertTo-SessionBag {
    [CmdletBinding()]
    param($InputObject)

    if ($InputObject -is [EopRelay.Session]) {
        $InputObject
    }
    else {
        ConvertTo-PropertyBag -InputObject $InputObject -Depth $sessionDepth
    }
}

# The members of a certificate.
function ConvertTo-CertificateBag {
    [CmdletBinding()]
    param($InputObject)

    ConvertTo-PropertyBag -InputObject $InputObject -Name $certificateMembers
}

# The members of an object by name: texts, numbers, flags, times and bytes as they are, lists of
# these, and everything else as its text; down to $Depth objects within it with their members.
function ConvertTo-PropertyBag {
    [CmdletBinding()]
    param($InputObject, [string[]]$Name, [int]$Depth = 0)

    if ($InputObject -is [string]) {
        $message = "'$InputObject' is a text. Give the objects of the cmdlet, or import them (Import-Clixml, Import-Csv)."
        throw [EopRelay.Interop]::NewError('InputNotRecognized', 'InvalidType', $message)
    }
    $bag = [ordered]@{ PSTypeNames = @($InputObject.PSObject.TypeNames) }
    foreach ($property in $InputObject.PSObject.Properties) {
        if ($null -ne $Name -and $Name -notcontains $property.Name) {
            continue
        }
        try {
            $value = $property.Value
        }
        catch {
            # A live object computes some members, and may fail to: then it does not tell them.
            continue
        }
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

# The full paths of files in the file system; PowerShell resolves its drives and wildcards.
function Resolve-EvidencePath {
    [CmdletBinding()]
    param($Cmdlet, [string]$Path, [switch]$Literal, [string]$NotFoundId, [string]$Advice)

    $qualified = $Path
    if ($Path.StartsWith('\\', [System.StringComparison]::Ordinal)) {
        # Else a share is looked for in whatever provider the current location has.
        $qualified = 'Microsoft.PowerShell.Core\FileSystem::' + $Path
    }
    $paths = $Cmdlet.SessionState.Path
    $provider = $null
    $drive = $null
    $isPattern = -not $Literal -and [System.Management.Automation.WildcardPattern]::ContainsWildcardCharacters($Path)
    $plain = $paths.GetUnresolvedProviderPathFromPSPath($qualified, [ref]$provider, [ref]$drive)
    if ($provider.Name -ne 'FileSystem') {
        $message = "'$Path' is no path of the file system.$Advice"
        throw [EopRelay.Interop]::NewError('NotAFileSystemPath', 'InvalidArgument', $message)
    }
    if ($isPattern -and -not [EopRelay.Interop]::PathExists($plain)) {
        $found = @($paths.GetResolvedProviderPathFromPSPath($qualified, [ref]$provider))
        if ($found.Count -eq 0) {
            $message = "No file fits '$Path'. Check the pattern."
            throw [EopRelay.Interop]::NewError($NotFoundId, 'ObjectNotFound', $message)
        }
        $found
    }
    else {
        $plain
    }
}

# PowerShell wraps what a method throws; AsError finds it again.
function ConvertTo-ErrorRecord {
    [CmdletBinding()]
    param($Exception, $TargetObject)

    $cause = [EopRelay.Interop]::AsError($Exception)
    [System.Management.Automation.ErrorRecord]::new($cause, $cause.ErrorId, $cause.Category, $TargetObject)
}

# Words for an error of the input, as a non-terminating error of the cmdlet.
function Write-InputError {
    [CmdletBinding()]
    param($Cmdlet, [string]$ErrorId, [string]$Category, [string]$Message, $TargetObject)

    $exception = [EopRelay.Interop]::NewError($ErrorId, $Category, $Message)
    $Cmdlet.WriteError((ConvertTo-ErrorRecord -Exception $exception -TargetObject $TargetObject))
}

Export-ModuleMember -Function Test-Session, ConvertTo-SessionBag, ConvertTo-CertificateBag, ConvertTo-PropertyBag, Resolve-EvidencePath, ConvertTo-ErrorRecord, Write-InputError
