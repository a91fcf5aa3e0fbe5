# Unregister-EopRelayCheck.
Set-StrictMode -Version 3.0

Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'shared/ErrorRecord.psm1')
Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'shared/EvidencePath.psm1')
Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'shared/CheckTask.psm1')

function Unregister-EopRelayCheck {
    <#
    .SYNOPSIS
    Removes the scheduled task that Register-EopRelayCheck made, with its state and its exports.

    .DESCRIPTION
    Unregister-EopRelayCheck removes the task from the folder \EopRelay\ of the Task Scheduler, and its state file and exported evidence from the folder EopRelay of ProgramData. The results (.jsonl) stay. Run it as an administrator.

    .PARAMETER TaskName
    The name of the task.

    .PARAMETER Folder
    The folder that was given to Register-EopRelayCheck.

    .OUTPUTS
    None.

    .EXAMPLE
    Unregister-EopRelayCheck

    Ends the check.

    .EXAMPLE
    Unregister-EopRelayCheck -TaskName 'EX2' -WhatIf

    Shows what would be removed.

    .LINK
    Register-EopRelayCheck
    #>
    [CmdletBinding(SupportsShouldProcess = $true, PositionalBinding = $false)]
    [OutputType([void])]
    param(
        [Parameter()]
        [ValidatePattern('^[A-Za-z0-9][A-Za-z0-9 _-]{0,63}$')]
        [string]
        $TaskName = 'EopRelay check',

        [Parameter()]
        [ValidateNotNullOrEmpty()]
        [string]
        $Folder
    )

    if ($null -eq (Get-Command -Name Unregister-ScheduledTask -ErrorAction Ignore)) {
        $message = 'There is no Unregister-ScheduledTask here: scheduled tasks are there on Windows, with the module ScheduledTasks.'
        $problem = New-InputProblem -ErrorId 'ScheduledTasksMissing' -Category 'NotInstalled' -Message $message -TargetObject 'Unregister-ScheduledTask'
        $PSCmdlet.ThrowTerminatingError((ConvertTo-ErrorRecord -Problem $problem))
    }
    if (-not $PSCmdlet.ShouldProcess("\EopRelay\$TaskName", 'Remove the scheduled task, its state and its exports')) {
        return
    }
    if ($null -eq (Get-ScheduledTask -TaskName $TaskName -TaskPath '\EopRelay\' -ErrorAction Ignore)) {
        $problem = New-InputProblem -ErrorId 'TaskNotFound' -Category 'ObjectNotFound' -Message "There is no task '\EopRelay\$TaskName'." -TargetObject $TaskName
        $PSCmdlet.WriteError((ConvertTo-ErrorRecord -Problem $problem))
    }
    else {
        Unregister-ScheduledTask -TaskName $TaskName -TaskPath '\EopRelay\' -Confirm:$false
    }
    $place = Get-CheckTaskFolder
    if ($PSBoundParameters.ContainsKey('Folder')) {
        $resolved = Resolve-EvidencePath -Cmdlet $PSCmdlet -Path $Folder -Literal -Kind 'Folder'
        if ($resolved -is [EopRelay.EopRelayException]) {
            $PSCmdlet.ThrowTerminatingError((ConvertTo-ErrorRecord -Problem $resolved))
        }
        $place = $resolved.Plain
    }
    $left = @(
        foreach ($name in 'state', 'state.new', 'state.lock') {
            Join-Path -Path $place -ChildPath ($TaskName + '.' + $name)
        }
        foreach ($name in Get-CheckTaskEvidence) {
            Get-CheckTaskExport -Place $place -TaskName $TaskName -Parameter $name
        }
    )
    Remove-Item -LiteralPath $left -ErrorAction Ignore
}

Export-ModuleMember -Function Unregister-EopRelayCheck
