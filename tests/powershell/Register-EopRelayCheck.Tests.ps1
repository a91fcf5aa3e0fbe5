# Pester 5; see Module.Tests.ps1. The cmdlets of ScheduledTasks are stand-ins, which record what they get.
BeforeAll {
    Set-StrictMode -Version 3.0
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath '../../powershell/EopRelay/EopRelay.psd1') -Force
    $global:eopRelayTasks = @{}
    function global:New-ScheduledTaskAction { param($Execute, $Argument) "$Execute $Argument" }
    function global:New-ScheduledTaskTrigger { param([switch]$Once, $At, $RepetitionInterval) "$RepetitionInterval" }
    function global:New-ScheduledTaskPrincipal { param($UserId, $LogonType, $RunLevel) "$UserId $LogonType $RunLevel" }
    function global:New-ScheduledTaskSettingsSet { param($MultipleInstances, $ExecutionTimeLimit, [switch]$StartWhenAvailable) "$MultipleInstances" }
    function global:Register-ScheduledTask { param($TaskName, $TaskPath, $Action, $Trigger, $Principal, $Settings, $Description, [switch]$Force) $global:eopRelayTasks["$TaskPath$TaskName"] = @{ Action = $Action; Trigger = $Trigger; Principal = $Principal } }
    function global:Get-ScheduledTask { param($TaskName, $TaskPath) $global:eopRelayTasks["$TaskPath$TaskName"] }
    function global:Unregister-ScheduledTask { param($TaskName, $TaskPath, [switch]$Confirm) $global:eopRelayTasks.Remove("$TaskPath$TaskName") }
    $place = Join-Path -Path $TestDrive -ChildPath 'state'
    $connector = [pscustomobject]@{ Name = "O'Neil's"; ConnectorType = 'OnPremises'; Enabled = $true; SenderIPAddresses = @('203.0.113.7') }
    $null = New-Item -Path $place -ItemType Directory
}

AfterAll {
    foreach ($name in 'New-ScheduledTaskAction', 'New-ScheduledTaskTrigger', 'New-ScheduledTaskPrincipal', 'New-ScheduledTaskSettingsSet', 'Register-ScheduledTask', 'Get-ScheduledTask', 'Unregister-ScheduledTask') {
        Remove-Item -Path "Function:\$name" -ErrorAction Ignore
    }
    Remove-Variable -Name eopRelayTasks -Scope Global
}

Describe 'Register-EopRelayCheck' {
    It 'registers a task that checks, under SYSTEM, with exports of the evidence' {
        Register-EopRelayCheck -Folder $place -InboundConnector $connector -AcceptedDomain 'contoso.com' -WarningDays 45
        $task = $global:eopRelayTasks['\EopRelay\EopRelay check']
        $task.Principal | Should -Be 'SYSTEM ServiceAccount Highest'
        $task.Trigger | Should -Be '00:15:00'
        $task.Action | Should -Match '^powershell\.exe -NoProfile -NonInteractive -Command "Import-Module '
        $export = Join-Path -Path $place -ChildPath 'EopRelay check.InboundConnector.xml'
        (Import-Clixml -LiteralPath $export).Name | Should -Be "O'Neil's"
        foreach ($part in "-InboundConnector @('$export')", "-AcceptedDomain @('contoso.com')", "-WarningDays '45'", ').ExitCode"') {
            $task.Action.Contains($part) | Should -BeTrue -Because "$($task.Action) holds $part"
        }
    }

    It 'writes a command that PowerShell runs with exactly these arguments' {
        $log = Join-Path -Path $TestDrive -ChildPath "O'Neil `$(x) logs"
        $null = New-Item -Path $log -ItemType Directory
        Register-EopRelayCheck -Folder $place -TaskName 'EX2' -Path $log -Server "EX2" -Interval 01:00:00 -SendConnector $connector
        $action = $global:eopRelayTasks['\EopRelay\EX2'].Action
        $command = $action.Substring($action.IndexOf('"') + 1).TrimEnd('"').Replace('\"', '"')
        $tokens = $null
        $errors = $null
        $ast = [System.Management.Automation.Language.Parser]::ParseInput($command, [ref]$tokens, [ref]$errors)
        $errors.Count | Should -Be 0
        $literals = @($ast.FindAll({ param($node) $node -is [System.Management.Automation.Language.StringConstantExpressionAst] }, $true) | ForEach-Object { $_.Value })
        $literals | Should -Contain $log
        $literals | Should -Contain 'EX2'
    }

    It 'registers nothing with -WhatIf' {
        Register-EopRelayCheck -Folder $place -TaskName 'Nothing' -InboundConnector $connector -WhatIf
        $global:eopRelayTasks.ContainsKey('\EopRelay\Nothing') | Should -BeFalse
        Test-Path -LiteralPath (Join-Path -Path $place -ChildPath 'Nothing.InboundConnector.xml') | Should -BeFalse
    }

    It 'passes on that there is none, which is not the same as not given' {
        $none = $null
        Register-EopRelayCheck -Folder $place -TaskName 'Empty' -InboundConnector $none -AcceptedDomain @() -QuietHours 24
        $action = $global:eopRelayTasks['\EopRelay\Empty'].Action
        foreach ($part in '-InboundConnector @()', '-AcceptedDomain @()', "-QuietHours '24'") {
            $action.Contains($part) | Should -BeTrue -Because "$action holds $part"
        }
        $action | Should -Not -Match 'SendConnector'
    }

    It 'exports the public parts of certificates alone' {
        $certificate = [pscustomobject]@{ Thumbprint = '1' * 40; Services = 'SMTP' }
        $certificate | Add-Member -MemberType ScriptProperty -Name PrivateKey -Value { throw 'A smart card is asked for.' }
        Register-EopRelayCheck -Folder $place -TaskName 'Keys' -InstalledCertificate $certificate -ReceiveConnector $connector
        $export = [System.IO.File]::ReadAllText((Join-Path -Path $place -ChildPath 'Keys.InstalledCertificate.xml'))
        $export | Should -Match ('1' * 40)
        $export | Should -Not -Match '"PrivateKey"'
        Test-Path -LiteralPath (Join-Path -Path $place -ChildPath 'Keys.ReceiveConnector.xml') | Should -BeTrue
    }

    It 'refuses <Name> that is not there' -ForEach @(
        @{ Name = 'a pattern'; Given = 'missing*.xml' }, @{ Name = 'a file'; Given = 'missing.xml' }
    ) {
        { Register-EopRelayCheck -Folder $place -InboundConnector $Given } | Should -Throw -ErrorId 'EvidenceFileNotFound,Register-EopRelayCheck'
    }

    It 'refuses a folder that is not there' {
        { Register-EopRelayCheck -Folder (Join-Path -Path $place -ChildPath 'none') -InboundConnector $connector } | Should -Throw -ErrorId 'FolderNotFound,Register-EopRelayCheck'
    }

    It 'knows the parameters of the check itself' {
        $own = @('TaskName', 'Interval', 'Folder', 'StatePath', 'IntermediatePath', 'RootPath')
        $check = @((Get-Command -Name Invoke-EopRelayCheck).Parameters.Keys | Where-Object { $own -notcontains $_ } | Sort-Object)
        @((Get-Command -Name Register-EopRelayCheck).Parameters.Keys | Where-Object { $own -notcontains $_ } | Sort-Object) | Should -Be $check
    }
}

Describe 'Unregister-EopRelayCheck' {
    It 'removes the task, its state and its exports' {
        Register-EopRelayCheck -Folder $place -TaskName 'EX3' -InboundConnector $connector
        Unregister-EopRelayCheck -Folder $place -TaskName 'EX3'
        $global:eopRelayTasks.ContainsKey('\EopRelay\EX3') | Should -BeFalse
        Test-Path -LiteralPath (Join-Path -Path $place -ChildPath 'EX3.InboundConnector.xml') | Should -BeFalse
    }

    It 'says that there is none' {
        Unregister-EopRelayCheck -Folder $place -TaskName 'None' -ErrorVariable trouble -ErrorAction SilentlyContinue
        $trouble[0].FullyQualifiedErrorId | Should -Be 'TaskNotFound,Unregister-EopRelayCheck'
    }
}
