# Where logs are: what paths, files and Exchange's objects stand for, on this computer and on others.
Set-StrictMode -Version 3.0

Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'ErrorRecord.psm1')
Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'EvidencePath.psm1')

# Adds a path that was given as text. Returns what is wrong with it.
function Add-GivenPath {
    [CmdletBinding()]
    param($Query, $Cmdlet, [string]$Path, [string]$Server, [switch]$Literal, [switch]$Later)

    $resolved = Resolve-EvidencePath -Cmdlet $Cmdlet -Path $Path -Literal:$Literal -Kind 'Log'
    if ($resolved -is [EopRelay.EopRelayException]) {
        return $resolved
    }
    $isOne = $resolved.Found.Length -eq 1 -and $resolved.Found[0] -eq $resolved.Plain
    $isPattern = $Later -and -not $Literal -and -not $isOne
    if ($resolved.Found.Length -eq 0 -or $isPattern) {
        # The reader says what is wrong with a pattern that leads nowhere, and finds what comes later.
        $Query.Add([EopRelay.Interop]::LocatePath($resolved.Plain, $true, $Server))
    }
    foreach ($file in $resolved.Found) {
        if (-not $isPattern) {
            $Query.Add([EopRelay.Interop]::LocatePath($file, $false, $Server))
        }
    }
}

# Adds what the pipeline brought. Members are read by name and through [string], never by type:
# Exchange's objects come live, deserialised, or as bags of what somebody selected.
function Add-GivenObject {
    [CmdletBinding()]
    param($Query, $Cmdlet, $InputObject, [string]$Server, [switch]$LogsAreLocal)

    $members = @(Get-ProtocolLogMember -InputObject $InputObject)
    if ($members.Count -gt 0) {
        $owner = Get-MemberText -InputObject $InputObject -Name 'Name', 'Identity'
        foreach ($member in $members) {
            $path = Get-MemberText -InputObject $InputObject -Name $member
            if ($path -eq '') {
                $message = "$member of '$owner' is empty: that service keeps no protocol log. Set the path and -ProtocolLoggingLevel Verbose on the connector."
                New-InputProblem -ErrorId 'NoProtocolLogPath' -Category 'ObjectNotFound' -Message $message -TargetObject $InputObject
                continue
            }
            Add-OwnedPath -Query $Query -Owner $owner -Path $path -Server $Server -LogsAreLocal:$LogsAreLocal
        }
        return
    }
    # A file that Invoke-Command saw on another computer is that computer's.
    $seenOn = Get-MemberText -InputObject $InputObject -Name 'PSComputerName'
    $fullName = Get-MemberText -InputObject $InputObject -Name 'FullName'
    if ($seenOn -ne '' -and $fullName -ne '') {
        Add-OwnedPath -Query $Query -Owner $seenOn -Path $fullName -Server $Server -LogsAreLocal:$LogsAreLocal
        return
    }
    $path = Get-FileObjectPath -InputObject $InputObject
    if ($path -ne '') {
        Add-GivenPath -Query $Query -Cmdlet $Cmdlet -Path $path -Server $Server -Literal
        return
    }
    $message = "'$InputObject' is neither a path, nor a file or folder, nor an object with a SendProtocolLogPath. Give the output of Get-TransportService, files, folders, or paths."
    New-InputProblem -ErrorId 'InputNotRecognized' -Category 'InvalidType' -Message $message -TargetObject $InputObject
}

# Adds a path that is true on the computer named $Owner.
function Add-OwnedPath {
    [CmdletBinding()]
    param($Query, [string]$Owner, [string]$Path, [string]$Server, [switch]$LogsAreLocal)

    $location = [EopRelay.Interop]::LocateOnServer($Owner, $Path, $Server, $LogsAreLocal.IsPresent)
    if ($location -is [EopRelay.EopRelayException]) {
        $problem = $location
        $problem.TargetObject = $Path
        return $problem
    }
    $Query.Add($location)
}

# The names of the members that hold log paths: the send log's, else every protocol log's.
function Get-ProtocolLogMember {
    [CmdletBinding()]
    param($InputObject)

    $names = @(foreach ($property in $InputObject.PSObject.Properties.Match('*ProtocolLogPath')) { $property.Name })
    if ($names -contains 'SendProtocolLogPath') {
        return 'SendProtocolLogPath'
    }
    $names
}

# The text of the first of these members that has one, else an empty text. A path may itself be an
# object: Exchange's path type has PathName, a folder FullName, some serialisations leave Value, and
# others print it.
function Get-MemberText {
    [CmdletBinding()]
    param($InputObject, [string[]]$Name)

    foreach ($candidate in $Name) {
        $property = $InputObject.PSObject.Properties[$candidate]
        if ($null -eq $property) {
            continue
        }
        $value = [EopRelay.Interop]::ValueOf($property)
        if ($null -ne $value -and $value -isnot [string]) {
            foreach ($inner in 'PathName', 'FullName', 'Value') {
                $innerProperty = $value.PSObject.Properties[$inner]
                if ($null -ne $innerProperty -and -not [string]::IsNullOrWhiteSpace([string]$innerProperty.Value)) {
                    $value = $innerProperty.Value
                    break
                }
            }
        }
        $text = ([string]$value).Trim()
        if ($text -ne '') {
            return $text
        }
    }
    ''
}

Export-ModuleMember -Function Add-GivenPath, Add-GivenObject
