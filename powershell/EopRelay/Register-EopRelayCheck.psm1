# Register-EopRelayCheck.
Set-StrictMode -Version 3.0

Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'shared/ErrorRecord.psm1')
Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'shared/EvidencePath.psm1')
Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'shared/ServerName.psm1')
Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'shared/CheckTask.psm1')

function Register-EopRelayCheck {
    <#
    .SYNOPSIS
    Registers the scheduled task that runs Invoke-EopRelayCheck, with the evidence it judges by.

    .DESCRIPTION
    Register-EopRelayCheck makes a task of Windows in the folder \EopRelay\ of the Task Scheduler, which runs Invoke-EopRelayCheck under SYSTEM in Windows PowerShell. Objects that are given as evidence are exported beside the state file, in the folder EopRelay of ProgramData; files are named in the command as they are. Register it again when connectors or certificates change: a task of the same name is replaced.

    Run it as an administrator. It needs the ScheduledTasks module, which every Windows Server has.

    .PARAMETER TaskName
    The name of the task. Each task has a state file of its own, named like it.

    .PARAMETER Interval
    How often the check runs, from one minute to a day. The default is 15 minutes.

    .PARAMETER Folder
    The folder for state, exports and results, which must be there. The default is the folder EopRelay of ProgramData, which is made for administrators and SYSTEM only.

    .PARAMETER Path
    Send logs, as of Invoke-EopRelayCheck. Without it those of the Exchange server that is installed here.

    .PARAMETER Server
    The server whose logs they are, for logs that were copied.

    .PARAMETER JsonPath
    The file to which each result is added. The default is the name of the task with .jsonl beside the state file.

    .PARAMETER EventLog
    Writes each result to the Application log, and registers its source.

    .PARAMETER InboundConnector
    The inbound connectors of the tenant: objects of Get-InboundConnector in Exchange Online, or the path of a file that they were exported to. $null and an empty list say that there is none.

    .PARAMETER AcceptedDomain
    The accepted domains of the tenant: objects of Get-AcceptedDomain in Exchange Online, domains as text, or such a file.

    .PARAMETER SendConnector
    The send connectors: objects of Get-SendConnector, or such a file.

    .PARAMETER ReceiveConnector
    The receive connectors, over which Exchange Online hands mail to this organisation: objects of Get-ReceiveConnector, or such a file.

    .PARAMETER InstalledCertificate
    The certificates installed on the server: objects of Get-ExchangeCertificate, or such a file.

    .PARAMETER SourceIPAddress
    The public address that Exchange Online Protection sees.

    .PARAMETER WarningDays
    Warns about a certificate that many days before its expiry, 0 to 3650. The default is a third of its validity, at most 30.

    .PARAMETER QuietHours
    How many hours without a session to Exchange Online Protection are normal, 0 to 720. The default is 12.

    .OUTPUTS
    Microsoft.Management.Infrastructure.CimInstance, as of Register-ScheduledTask.

    .EXAMPLE
    Register-EopRelayCheck -InboundConnector $inbound -AcceptedDomain $domains -EventLog

    Checks every 15 minutes, judges by the tenant's connectors and domains, and writes events.

    .EXAMPLE
    Register-EopRelayCheck -TaskName 'EX2' -Path '\\EX2\C$\Logs\SmtpSend' -Interval 01:00:00 -InboundConnector C:\Exports\inbound.xml -WhatIf

    Shows what would be registered.

    .LINK
    Invoke-EopRelayCheck

    .LINK
    Unregister-EopRelayCheck
    #>
    [CmdletBinding(SupportsShouldProcess = $true, PositionalBinding = $false)]
    [OutputType('Microsoft.Management.Infrastructure.CimInstance')]
    param(
        [Parameter()]
        [ValidatePattern('^[A-Za-z0-9][A-Za-z0-9 _-]{0,63}$')]
        [string]
        $TaskName = 'EopRelay check',

        [Parameter()]
        [ValidateRange('00:01:00', '1.00:00:00')]
        [timespan]
        $Interval = '00:15:00',

        [Parameter()]
        [ValidateNotNullOrEmpty()]
        [string]
        $Folder,

        [Parameter()]
        [ValidateNotNullOrEmpty()]
        [string[]]
        $Path,

        [Parameter()]
        [ValidateNotNullOrEmpty()]
        [string]
        $Server,

        [Parameter()]
        [ValidateNotNullOrEmpty()]
        [string]
        $JsonPath,

        [Parameter()]
        [switch]
        $EventLog,

        [Parameter()]
        [AllowNull()]
        [AllowEmptyCollection()]
        [psobject[]]
        $InboundConnector,

        [Parameter()]
        [AllowNull()]
        [AllowEmptyCollection()]
        [psobject[]]
        $AcceptedDomain,

        [Parameter()]
        [AllowNull()]
        [AllowEmptyCollection()]
        [psobject[]]
        $SendConnector,

        [Parameter()]
        [AllowNull()]
        [AllowEmptyCollection()]
        [psobject[]]
        $ReceiveConnector,

        [Parameter()]
        [AllowNull()]
        [AllowEmptyCollection()]
        [psobject[]]
        $InstalledCertificate,

        [Parameter()]
        [ValidateNotNullOrEmpty()]
        [string]
        $SourceIPAddress,

        [Parameter()]
        [ValidateRange(0, 3650)]
        [int]
        $WarningDays,

        [Parameter()]
        [ValidateRange(0, 720)]
        [int]
        $QuietHours
    )

    if ($null -eq (Get-Command -Name Register-ScheduledTask -ErrorAction Ignore)) {
        $message = 'There is no Register-ScheduledTask here: scheduled tasks are registered on Windows, with the module ScheduledTasks.'
        $problem = New-InputProblem -ErrorId 'ScheduledTasksMissing' -Category 'NotInstalled' -Message $message -TargetObject 'Register-ScheduledTask'
        $PSCmdlet.ThrowTerminatingError((ConvertTo-ErrorRecord -Problem $problem))
    }
    $place = Get-CheckTaskFolder
    if ($PSBoundParameters.ContainsKey('Folder')) {
        $resolved = Resolve-EvidencePath -Cmdlet $PSCmdlet -Path $Folder -Literal -Kind 'Folder'
        if ($resolved -is [EopRelay.EopRelayException]) {
            $PSCmdlet.ThrowTerminatingError((ConvertTo-ErrorRecord -Problem $resolved))
        }
        $place = $resolved.Plain
        if (-not [System.IO.Directory]::Exists($place)) {
            $problem = New-InputProblem -ErrorId 'FolderNotFound' -Category 'ObjectNotFound' -Message "The folder '$place' is not there. Make it, with access for those alone who run the task, or leave -Folder out." -TargetObject $Folder
            $PSCmdlet.ThrowTerminatingError((ConvertTo-ErrorRecord -Problem $problem))
        }
    }
    $problem = Get-ServerNameProblem -Server $Server
    if ($null -ne $problem) {
        $PSCmdlet.ThrowTerminatingError((ConvertTo-ErrorRecord -Problem $problem))
    }
    $names = @(
        '-StatePath'
        ConvertTo-Literal -Text (Join-Path -Path $place -ChildPath ($TaskName + '.state'))
        '-JsonPath'
        if ($PSBoundParameters.ContainsKey('JsonPath')) {
            $resolved = Resolve-EvidencePath -Cmdlet $PSCmdlet -Path $JsonPath -Literal -Kind 'JsonPath'
            if ($resolved -is [EopRelay.EopRelayException]) {
                $PSCmdlet.ThrowTerminatingError((ConvertTo-ErrorRecord -Problem $resolved))
            }
            ConvertTo-Literal -Text $resolved.Plain
        }
        else {
            ConvertTo-Literal -Text (Join-Path -Path $place -ChildPath ($TaskName + '.jsonl'))
        }
        if ($EventLog) {
            '-EventLog'
        }
        if ($PSBoundParameters.ContainsKey('Path')) {
            '-Path'
            $values = @(
                foreach ($given in $Path) {
                    $resolved = Resolve-EvidencePath -Cmdlet $PSCmdlet -Path $given -Literal -Kind 'Log'
                    if ($resolved -is [EopRelay.EopRelayException]) {
                        $PSCmdlet.ThrowTerminatingError((ConvertTo-ErrorRecord -Problem $resolved))
                    }
                    ConvertTo-Literal -Text $resolved.Plain
                }
            )
            $values -join ','
        }
        foreach ($name in 'Server', 'SourceIPAddress', 'WarningDays', 'QuietHours') {
            if ($PSBoundParameters.ContainsKey($name)) {
                "-$name"
                ConvertTo-Literal -Text ([string]$PSBoundParameters[$name])
            }
        }
    )
    $exports = @{}
    foreach ($name in Get-CheckTaskEvidence) {
        if (-not $PSBoundParameters.ContainsKey($name)) {
            continue
        }
        $values = @(Get-CheckTaskValue -Cmdlet $PSCmdlet -Parameter $name -Value $PSBoundParameters[$name] -Place $place -TaskName $TaskName -Export $exports)
        foreach ($value in $values) {
            if ($value -is [EopRelay.EopRelayException]) {
                $problem = $value
                $PSCmdlet.ThrowTerminatingError((ConvertTo-ErrorRecord -Problem $problem))
            }
        }
        $names += "-$name"
        $names += '@(' + ($values -join ',') + ')'
    }
    $command = "Import-Module $(Get-CheckModuleName) -ErrorAction Stop; exit (Invoke-EopRelayCheck $($names -join ' ')).ExitCode"
    if (-not $PSCmdlet.ShouldProcess("\EopRelay\$TaskName, every $Interval`: $command", 'Register the scheduled task')) {
        return
    }
    if (-not $PSBoundParameters.ContainsKey('Folder')) {
        $problem = [EopRelay.Interop]::PrepareStateFolder($place)
        if ($null -ne $problem) {
            $PSCmdlet.ThrowTerminatingError((ConvertTo-ErrorRecord -Problem $problem -TargetObject $place))
        }
    }
    foreach ($export in $exports.Keys) {
        # Deep enough for what is read of them: lists, and objects within.
        $exports[$export] | Export-Clixml -LiteralPath $export -Depth 3 -Encoding UTF8
    }
    if ($EventLog) {
        $problem = [EopRelay.Interop]::RegisterEventSource()
        if ($null -ne $problem) {
            $PSCmdlet.WriteWarning($problem.Message)
        }
    }
    $action = New-ScheduledTaskAction -Execute 'powershell.exe' -Argument ('-NoProfile -NonInteractive -Command "' + $command.Replace('"', '\"') + '"')
    $trigger = New-ScheduledTaskTrigger -Once -At ([datetime]::Today) -RepetitionInterval $Interval
    $principal = New-ScheduledTaskPrincipal -UserId 'SYSTEM' -LogonType ServiceAccount -RunLevel Highest
    $settings = New-ScheduledTaskSettingsSet -MultipleInstances IgnoreNew -ExecutionTimeLimit ([timespan]::FromHours(1)) -StartWhenAvailable
    Register-ScheduledTask -TaskName $TaskName -TaskPath '\EopRelay\' -Action $action -Trigger $trigger -Principal $principal -Settings $settings -Description 'Checks whether Exchange Online Protection accepts the mail of this server.' -Force
}

Export-ModuleMember -Function Register-EopRelayCheck
