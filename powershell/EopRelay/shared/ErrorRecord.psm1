# How what goes wrong becomes an ErrorRecord. Helpers return an EopRelayException, and only exported
# functions write it: an exception that crosses a statement is recorded in $Error, caught or not.
Set-StrictMode -Version 3.0

# The record of a problem, for WriteError and ThrowTerminatingError. Its target is the input that the
# problem names itself, else the given one.
function ConvertTo-ErrorRecord {
    [CmdletBinding()]
    param($Problem, $TargetObject)

    $target = $TargetObject
    if ($null -ne $Problem.TargetObject) {
        $target = $Problem.TargetObject
    }
    [System.Management.Automation.ErrorRecord]::new($Problem, $Problem.ErrorId, $Problem.Category, $target)
}

# A problem with an input.
function New-InputProblem {
    [CmdletBinding()]
    param([string]$ErrorId, [string]$Category, [string]$Message, $TargetObject)

    $problem = [EopRelay.Interop]::NewError($ErrorId, $Category, $Message)
    $problem.TargetObject = $TargetObject
    $problem
}

Export-ModuleMember -Function ConvertTo-ErrorRecord, New-InputProblem
