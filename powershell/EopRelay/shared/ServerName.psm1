# Names of servers, and patterns of them.
Set-StrictMode -Version 3.0

Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'ErrorRecord.psm1')

# Whether a server is one of those that were given, by name, by the first label of a full name, or by pattern;
# every server is where none was given.
function Test-ServerName {
    [CmdletBinding()]
    param([string]$Name, [string[]]$Given)

    if ($null -eq $Given -or $Given.Count -eq 0) {
        return $true
    }
    foreach ($one in $Given) {
        if ($Name -like $one -or $Name.Split('.')[0] -eq $one.Split('.')[0]) {
            return $true
        }
    }
    $false
}

# Why a text cannot name the server of logs or certificates: a pattern says which servers, and not whose they are.
function Get-ServerNameProblem {
    [CmdletBinding()]
    param([string]$Server)

    if ($Server -match '[*?\[\]]') {
        $message = "-Server names the one server whose logs or certificates these are; '$Server' is a pattern. Choose servers before: Get-TransportService | Where-Object Name -like '$($Server.Replace("'", "''"))'."
        New-InputProblem -ErrorId 'ServerIsPattern' -Category 'InvalidArgument' -Message $message -TargetObject $Server
    }
}

Export-ModuleMember -Function Test-ServerName, Get-ServerNameProblem
