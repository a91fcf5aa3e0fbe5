# How an object becomes members by name, which the library reads whatever its type was.
Set-StrictMode -Version 3.0

# The members of an object or a hashtable: texts, numbers, flags, times and bytes as they are, lists of
# these, and objects within it as their text where they have one of their own, else as their members, down
# to $Depth; with -Whole as their members always, as a session needs it.
function ConvertTo-PropertyBag {
    [CmdletBinding()]
    param($InputObject, [string[]]$Name, [int]$Depth = 3, [switch]$Whole)

    $bag = [ordered]@{}
    if ($InputObject -is [System.Collections.IDictionary]) {
        foreach ($key in $InputObject.Keys) {
            if ($null -eq $Name -or $Name -contains $key) {
                $bag[[string]$key] = ConvertTo-PlainValue -Name ([string]$key) -Value $InputObject[$key] -Depth $Depth -Whole:$Whole
            }
        }
        return $bag
    }
    $bag['PSTypeNames'] = @($InputObject.PSObject.TypeNames)
    foreach ($property in $InputObject.PSObject.Properties) {
        if ($null -eq $Name -or $Name -contains $property.Name) {
            $value = [EopRelay.Interop]::ValueOf($property)
            $bag[$property.Name] = ConvertTo-PlainValue -Name $property.Name -Value $value -Depth $Depth -Whole:$Whole
        }
    }
    $bag
}

# A value of a member. A list stays one, be it of one element.
function ConvertTo-PlainValue {
    [CmdletBinding()]
    param([string]$Name, $Value, [int]$Depth, [switch]$Whole)

    if ($null -eq $Value -or $Value -is [string]) {
        return $Value
    }
    if ($Value -is [datetime] -and $Name.EndsWith('Utc', [System.StringComparison]::OrdinalIgnoreCase)) {
        # Whatever its Kind says: Exchange leaves it Unspecified, and CSV makes it local.
        return [datetime]::SpecifyKind($Value, [System.DateTimeKind]::Utc)
    }
    if ($Value -is [valuetype]) {
        return $Value
    }
    if ($Value -is [byte[]]) {
        # The comma keeps the bytes together.
        return , $Value
    }
    if ($Value -is [System.Collections.IEnumerable] -and $Value -isnot [System.Collections.IDictionary]) {
        $list = @(foreach ($item in $Value) { ConvertTo-PlainValue -Name $Name -Value $item -Depth $Depth -Whole:$Whole })
        return , $list
    }
    if ($Depth -le 0) {
        return [string]$Value
    }
    if ($Whole -or -not (Test-OwnText -InputObject $Value)) {
        return ConvertTo-PropertyBag -InputObject $Value -Depth ($Depth - 1) -Whole:$Whole
    }
    [string]$Value
}

# Whether the text of an object says what it is, as that of an address or an enumeration does: a hashtable
# has none, a property bag prints its members, and some objects print the name of their type.
function Test-OwnText {
    [CmdletBinding()]
    param($InputObject)

    if ($InputObject -is [System.Collections.IDictionary]) {
        return $false
    }
    $text = [string]$InputObject
    $type = ([string]$InputObject.PSObject.TypeNames[0]) -replace '^Deserialized\.', ''
    -not ($text -eq '' -or $text.StartsWith('@{', [System.StringComparison]::Ordinal) -or $text -eq $type)
}

Export-ModuleMember -Function ConvertTo-PropertyBag
