# Format-EopRelayReport.
Set-StrictMode -Version 3.0

Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'shared/ErrorRecord.psm1')
Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'shared/PropertyBag.psm1')

# Deeper than a report: report, findings, remedies; report, chain, Windows, runs, policies.
$reportDepth = 8

function Format-EopRelayReport {
    <#
    .SYNOPSIS
    Returns a report as text of a given width, as the command eop-relay prints it.

    .DESCRIPTION
    A report shows itself at 78 columns. Format-EopRelayReport returns the same text for another width, such as that of a mail or of a wide console, also of reports that came through Export-Clixml or Invoke-Command. The commands in it keep their lines at any width.

    .PARAMETER InputObject
    A report of Test-EopRelayCertificate, also deserialized.

    .PARAMETER Width
    The columns of a line, 40 to 1000. The default is the width of the console, else 80.

    .INPUTS
    EopRelay.Report, also deserialized.

    .OUTPUTS
    System.String

    .EXAMPLE
    $sessions | Test-EopRelayCertificate | Format-EopRelayReport -Width 120

    The report for a wide console.

    .EXAMPLE
    Import-Clixml -Path report.xml | Format-EopRelayReport | Set-Content -Path report.txt -Encoding UTF8

    The text of a report that was exported on another computer.

    .LINK
    Test-EopRelayCertificate

    .LINK
    about_EopRelay
    #>
    [CmdletBinding(PositionalBinding = $false)]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true, Position = 0, ValueFromPipeline = $true)]
        [AllowNull()]
        [psobject]
        $InputObject,

        [Parameter()]
        [ValidateRange(40, 1000)]
        [int]
        $Width
    )

    begin {
        $columns = $Width
        if (-not $PSBoundParameters.ContainsKey('Width')) {
            $columns = [EopRelay.Interop]::ConsoleWidth($Host)
        }
    }

    process {
        foreach ($given in $InputObject) {
            if ($null -eq $given) {
                continue
            }
            $members = $given.PSObject.Properties
            if ($given -is [EopRelay.Report]) {
                $text = [EopRelay.Interop]::FormatReport($given, $columns)
            }
            elseif ($null -ne $members['Verdict'] -and $null -ne $members['Findings']) {
                $text = [EopRelay.Interop]::FormatReport((ConvertTo-PropertyBag -InputObject $given -Depth $reportDepth -Whole), $columns)
            }
            else {
                $message = "'$given' is no report. Give the output of Test-EopRelayCertificate."
                $text = New-InputProblem -ErrorId 'InputNotRecognized' -Category 'InvalidType' -Message $message -TargetObject $given
            }
            if ($text -is [EopRelay.EopRelayException]) {
                $PSCmdlet.WriteError((ConvertTo-ErrorRecord -Problem $text -TargetObject $given))
            }
            else {
                $text
            }
        }
    }
}

Export-ModuleMember -Function Format-EopRelayReport
