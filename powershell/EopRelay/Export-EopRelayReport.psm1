# Export-EopRelayReport.
Set-StrictMode -Version 3.0

Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'shared/ErrorRecord.psm1')
Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'shared/PropertyBag.psm1')

# Deeper than a report: report, findings, remedies; report, chain, Windows, runs, policies.
$reportDepth = 8

function Export-EopRelayReport {
    <#
    .SYNOPSIS
    Writes a report to a file to look at or to attach to a ticket.

    .DESCRIPTION
    The end of the file's name decides its form: .html or .htm is one page without script and without anything from outside, for screens, paper and screen readers; .md is Markdown, for tickets. A file of that name is replaced.

    .PARAMETER InputObject
    A report of Test-EopRelayCertificate, also deserialized.

    .PARAMETER Path
    The file, which ends with .html, .htm or .md.

    .PARAMETER PassThru
    Returns the file that was written.

    .INPUTS
    EopRelay.Report, also deserialized.

    .OUTPUTS
    None, or System.IO.FileInfo with -PassThru.

    .EXAMPLE
    $sessions | Test-EopRelayCertificate | Export-EopRelayReport -Path report.html

    Writes the report as a page.

    .EXAMPLE
    Import-Clixml -Path report.xml | Export-EopRelayReport -Path report.md -PassThru

    Writes a report that was exported on another computer as Markdown, and returns the file.

    .LINK
    Test-EopRelayCertificate

    .LINK
    Format-EopRelayReport
    #>
    [CmdletBinding(SupportsShouldProcess = $true, PositionalBinding = $false)]
    [OutputType([System.IO.FileInfo])]
    param(
        [Parameter(Mandatory = $true, ValueFromPipeline = $true)]
        [AllowNull()]
        [psobject]
        $InputObject,

        [Parameter(Mandatory = $true, Position = 0)]
        [ValidatePattern('\.(html?|md)$')]
        [string]
        $Path,

        [Parameter()]
        [switch]
        $PassThru
    )

    begin {
        $file = $PSCmdlet.SessionState.Path.GetUnresolvedProviderPathFromPSPath($Path)
    }

    process {
        foreach ($given in $InputObject) {
            if ($null -eq $given) {
                continue
            }
            $members = $given.PSObject.Properties
            $report = $given
            if ($given -isnot [EopRelay.Report]) {
                if ($null -eq $members['Verdict'] -or $null -eq $members['Findings']) {
                    $message = "'$given' is no report. Give the output of Test-EopRelayCertificate."
                    $problem = New-InputProblem -ErrorId 'InputNotRecognized' -Category 'InvalidType' -Message $message -TargetObject $given
                    $PSCmdlet.WriteError((ConvertTo-ErrorRecord -Problem $problem -TargetObject $given))
                    continue
                }
                $report = ConvertTo-PropertyBag -InputObject $given -Depth $reportDepth -Whole
            }
            if (-not $PSCmdlet.ShouldProcess($file, 'Write the report')) {
                continue
            }
            $problem = [EopRelay.Interop]::ExportReport($report, $file)
            if ($problem -is [EopRelay.EopRelayException]) {
                $PSCmdlet.WriteError((ConvertTo-ErrorRecord -Problem $problem -TargetObject $given))
            }
            elseif ($PassThru) {
                Get-Item -LiteralPath $file
            }
        }
    }
}

Export-ModuleMember -Function Export-EopRelayReport
