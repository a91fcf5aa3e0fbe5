# How sessions become evidence.
Set-StrictMode -Version 3.0

Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'ErrorRecord.psm1')
Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'PropertyBag.psm1')

# What a session is recognised by, when two of these are there.
$sessionMarks = 'SessionId', 'TlsStatus', 'Outcome', 'SentThumbprint', 'RemoteEndpoint', 'StartTlsOffered'

# What a session needs to be judged; Export-Csv and Select-Object leave texts of some, and lack others.
$sessionMembers = 'LogType', 'LogPath', 'Line', 'StartTime', 'EndTime', 'Connector', 'TlsStatus', 'SentCertificate', 'Messages', 'Outcome'

# Whether an object is a session, or what is left of one: recognised by its members, never by its type,
# which is another one after serialisation.
function Test-Session {
    [CmdletBinding()]
    param($InputObject)

    if ($InputObject -is [EopRelay.Session]) {
        return $true
    }
    $count = 0
    foreach ($name in $sessionMarks) {
        if ($null -ne $InputObject.PSObject.Properties[$name]) {
            $count++
        }
    }
    $count -ge 2
}

# Adds a session. Returns what is wrong with it.
function Add-Session {
    [CmdletBinding()]
    param($Request, $InputObject)

    if ($InputObject -is [EopRelay.Session]) {
        return $Request.Add('Sessions', $InputObject)
    }
    $lacking = @(
        foreach ($name in $sessionMembers) {
            $property = $InputObject.PSObject.Properties[$name]
            $isText = $null -ne $property -and $property.Value -is [string]
            if ($null -eq $property -or ($isText -and 'SentCertificate', 'Messages' -contains $name)) {
                $name
            }
        }
    )
    if ($lacking.Count -gt 0) {
        $message = "A session was cut, and lacks $($lacking -join ', '). Export-Csv and Select-Object keep a part of a session; give the output of Get-SendConnectorTlsSession as it is, or through Export-Clixml and Import-Clixml."
        return New-InputProblem -ErrorId 'SessionIncomplete' -Category 'InvalidData' -Message $message -TargetObject $InputObject
    }
    $Request.Add('Sessions', (ConvertTo-PropertyBag -InputObject $InputObject -Whole))
}

Export-ModuleMember -Function Test-Session, Add-Session
