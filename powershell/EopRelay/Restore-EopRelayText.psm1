# Restore-EopRelayText.
Set-StrictMode -Version 3.0

Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'shared/ErrorRecord.psm1')
Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'shared/EvidencePath.psm1')

function Restore-EopRelayText {
    <#
    .SYNOPSIS
    Turns the answer to redacted evidence back: real names stand in it again.

    .DESCRIPTION
    Export-EopRelayEvidence -Redact replaces names, domains, addresses and thumbprints by stand-ins, and keeps a key beside the package. Whoever gets the package answers with a report or a mail in which the stand-ins stand. Restore-EopRelayText returns that text with the real values in their places. The key is read here and goes nowhere.

    .PARAMETER InputObject
    The answer: text, lines of Get-Content, or reports of Test-EopRelayCertificate, which are taken as the text that they show. All that the pipeline brings is one text.

    .PARAMETER Path
    The file of the answer, of any form of text: a report, Markdown, a page, JSON, a mail.

    .PARAMETER KeyPath
    The key, such as case.key.json.

    .INPUTS
    System.String, or EopRelay.Report, also deserialized.

    .OUTPUTS
    System.String

    .EXAMPLE
    Restore-EopRelayText -Path answer.txt -KeyPath case.key.json

    The answer with the real names.

    .EXAMPLE
    Get-Clipboard | Restore-EopRelayText -KeyPath case.key.json

    A mail that was copied.

    .LINK
    Export-EopRelayEvidence

    .LINK
    about_EopRelay
    #>
    [CmdletBinding(PositionalBinding = $false, DefaultParameterSetName = 'Text')]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true, ValueFromPipeline = $true, ParameterSetName = 'Text')]
        [AllowNull()]
        [AllowEmptyString()]
        [psobject]
        $InputObject,

        [Parameter(Mandatory = $true, Position = 0, ParameterSetName = 'Path')]
        [ValidateNotNullOrEmpty()]
        [string]
        $Path,

        [Parameter(Mandatory = $true)]
        [ValidateNotNullOrEmpty()]
        [string]
        $KeyPath
    )

    begin {
        $resolved = Resolve-EvidencePath -Cmdlet $PSCmdlet -Path $KeyPath -Literal -Kind 'Key'
        if ($resolved -is [EopRelay.EopRelayException]) {
            $PSCmdlet.ThrowTerminatingError((ConvertTo-ErrorRecord -Problem $resolved -TargetObject $KeyPath))
        }
        $key = $resolved.Plain
        if (-not [System.IO.File]::Exists($key)) {
            $message = "There is no key '$key'. It was written beside the redacted evidence, with .key.json at the end of its name: give the path to which it was put."
            $problem = New-InputProblem -ErrorId 'KeyNotFound' -Category 'ObjectNotFound' -Message $message -TargetObject $KeyPath
            $PSCmdlet.ThrowTerminatingError((ConvertTo-ErrorRecord -Problem $problem))
        }
        $lines = [System.Collections.Generic.List[string]]::new()
    }

    process {
        if ($PSCmdlet.ParameterSetName -eq 'Path') {
            return
        }
        foreach ($given in $InputObject) {
            if ($null -ne $given -and $null -ne $given.PSObject.Properties['Verdict']) {
                $report = $given
                $lines.Add([string]$report.Text)
            }
            else {
                $lines.Add([string]$given)
            }
        }
    }

    end {
        $answer = $lines -join [System.Environment]::NewLine
        $target = $KeyPath
        if ($PSCmdlet.ParameterSetName -eq 'Path') {
            $target = $Path
            $resolved = Resolve-EvidencePath -Cmdlet $PSCmdlet -Path $Path -Literal -Kind 'Answer'
            $answer = $resolved
            if ($resolved -isnot [EopRelay.EopRelayException]) {
                $answer = [EopRelay.Interop]::ReadAnswer($resolved.Plain)
            }
        }
        if ($answer -isnot [EopRelay.EopRelayException]) {
            $answer = [EopRelay.Interop]::RestoreText($answer, $key)
        }
        if ($answer -is [EopRelay.EopRelayException]) {
            $PSCmdlet.ThrowTerminatingError((ConvertTo-ErrorRecord -Problem $answer -TargetObject $target))
        }
        $answer
    }
}

Export-ModuleMember -Function Restore-EopRelayText
