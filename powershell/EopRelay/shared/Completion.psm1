# What Tab offers: connectors of the given log or of Get-SendConnector, and certificates of this computer.
Set-StrictMode -Version 3.0

Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'EvidencePath.psm1')

function Get-ConnectorCompletion {
    [CmdletBinding()]
    param([string]$Word, $BoundParameters)

    $names = @()
    foreach ($parameter in 'Path', 'LiteralPath', 'LogPath') {
        if ($BoundParameters.Contains($parameter)) {
            # Below the caller's location, which the process does not know.
            $given = @{ Path = $BoundParameters[$parameter] }
            if ($parameter -eq 'LiteralPath') {
                $given = @{ LiteralPath = $BoundParameters[$parameter] }
            }
            $names = [EopRelay.Interop]::ConnectorsOf(@(Resolve-Path @given -ErrorAction Ignore | ForEach-Object { $_.ProviderPath }))
        }
    }
    if ($names.Length -eq 0 -and $null -ne (Get-Command -Name Get-SendConnector -ErrorAction Ignore)) {
        # Assigned first: two remoting cmdlets in one pipeline fail.
        $connectors = Get-SendConnector -ErrorAction Ignore
        $names = @(foreach ($connector in $connectors) { [string]$connector.Name })
    }
    $wanted = $Word.Trim("'", '"')
    foreach ($name in $names) {
        if ($name.StartsWith($wanted, [System.StringComparison]::OrdinalIgnoreCase)) {
            $text = $name
            if ($name -notmatch '^[A-Za-z0-9_.-]+$') {
                $text = "'" + $name.Replace("'", "''") + "'"
            }
            [System.Management.Automation.CompletionResult]::new($text, $name, 'ParameterValue', $name)
        }
    }
}

function Get-ThumbprintCompletion {
    [CmdletBinding()]
    param([string]$Word)

    $wanted = $Word.Trim("'", '"')
    foreach ($certificate in [EopRelay.Interop]::StoredCertificates()) {
        if ($certificate.Thumbprint.StartsWith($wanted, [System.StringComparison]::OrdinalIgnoreCase)) {
            [System.Management.Automation.CompletionResult]::new($certificate.Thumbprint, $certificate.ToString(), 'ParameterValue', $certificate.ToString())
        }
    }
}

Export-ModuleMember -Function Get-ConnectorCompletion, Get-ThumbprintCompletion
