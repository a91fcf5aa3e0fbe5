# Pester 5; see Module.Tests.ps1. The module in other runspaces, processes and hosts, installed from a
# repository, and on logs that are being written.
BeforeDiscovery {
    $onCore = $PSVersionTable.PSEdition -eq 'Core'
    $onLinux = $onCore -and $IsLinux
    $hasThreadJobs = $null -ne (Get-Command -Name Start-ThreadJob -ErrorAction Ignore)
    if (-not $hasThreadJobs) {
        Write-Host 'Thread jobs are not tested: no Start-ThreadJob here.'
    }
    $canPublish = $onCore -and $null -ne (Get-Command -Name Publish-PSResource -ErrorAction Ignore)
    $canRemote = $onLinux -and (Test-Path -LiteralPath '/usr/sbin/sshd') -and $null -ne (Get-Command -Name ssh-keygen, ssh -ErrorAction Ignore)
    if ($onLinux -and -not $canRemote) {
        Write-Host 'Remoting over SSH is not tested: no openssh-server and openssh-client here.'
    }
}

BeforeAll {
    Set-StrictMode -Version 3.0
    $moduleFolder = Join-Path -Path $PSScriptRoot -ChildPath '../../powershell/EopRelay' | Resolve-Path | Select-Object -ExpandProperty ProviderPath
    $manifest = Join-Path -Path $moduleFolder -ChildPath 'EopRelay.psd1'
    Import-Module -Name $manifest -Force
    $log = Join-Path -Path $PSScriptRoot -ChildPath '../fixtures/interop/SEND2026111501-1.LOG' | Resolve-Path | Select-Object -ExpandProperty ProviderPath
    $shell = (Get-Process -Id $PID).Path
    $at = @{ At = '2026-11-16T00:00:00Z' }
    $sessions = @(Get-SendConnectorTlsSession -LiteralPath $log -WarningAction SilentlyContinue)
    $expected = ($sessions | Test-EopRelayCertificate @at).Summary

    # Runs a script in a runspace of its own, and stops it while it works: that many seconds after it has
    # written the file, if one is named.
    function Assert-StopsAtOnce {
        param([scriptblock]$Script, [object[]]$ArgumentList, [int]$After, [string]$File)
        $working = [powershell]::Create()
        try {
            $null = $working.AddScript($Script)
            foreach ($argument in $ArgumentList) {
                $null = $working.AddArgument($argument)
            }
            $null = $working.BeginInvoke()
            for ($turn = 0; $File -and $turn -lt 600 -and -not (Test-Path -LiteralPath $File); $turn++) {
                Start-Sleep -Milliseconds 100
            }
            Start-Sleep -Seconds $After
            $working.InvocationStateInfo.State | Should -Be 'Running'
            $watch = [System.Diagnostics.Stopwatch]::StartNew()
            $working.Stop()
            # A second on a machine with nothing else to do.
            $watch.Elapsed.TotalSeconds | Should -BeLessThan 5
            $working.InvocationStateInfo.State | Should -Be 'Stopped'
            # The library's thread ends too, and uses no more of a processor.
            Start-Sleep -Seconds 1
            $before = (Get-Process -Id $PID).TotalProcessorTime
            Start-Sleep -Seconds 2
            ((Get-Process -Id $PID).TotalProcessorTime - $before).TotalSeconds | Should -BeLessThan 1
        }
        finally {
            $working.Dispose()
        }
    }
}

Describe 'Other runspaces' {
    It 'read and judge at the same time' -Skip:(-not $onCore) {
        # A test of the module's text bans the parameter's name in scripts of the module alone.
        $parallel = @{ Parallel = { Import-Module -Name $using:manifest; (Test-EopRelayCertificate -LogPath $using:log -At '2026-11-16T00:00:00Z').Summary } }
        $summaries = @(1..6 | ForEach-Object @parallel -ThrottleLimit 3)
        $summaries.Count | Should -Be 6
        @($summaries | Select-Object -Unique) | Should -Be $expected
    }

    It 'that judge what never ends stop at once, as by Ctrl+C' {
        Assert-StopsAtOnce -After 3 -ArgumentList $manifest, $log -Script {
            param($Manifest, $Log)
            Import-Module -Name $Manifest
            $sessions = @(Get-SendConnectorTlsSession -LiteralPath $Log -WarningAction SilentlyContinue)
            & { while ($true) { $sessions } } | Test-EopRelayCertificate
        }
    }

    It 'that judge hundreds of certificates by thousands of connectors stop at once, as by Ctrl+C' {
        $given = Join-Path -Path $TestDrive -ChildPath 'given'
        Assert-StopsAtOnce -File $given -After 1 -ArgumentList $manifest, $sessions[0], $given -Script {
            param($Manifest, $Session, $Given)
            Import-Module -Name $Manifest
            $mails = @(@{
                    MailFrom = 'anna@contoso.com'
                    Outcome = 'Refused'
                    Recipients = @(@{ Address = 'ben@fabrikam.com'; Reply = '550 5.7.64 Relay Access Denied'; Rejection = 'RelayDenied' })
                })
            $all = foreach ($number in 1..600) {
                $of = $Session | Select-Object -Property *
                $of.Outcome = 'Refused'
                $of.Rejection = 'RelayDenied'
                $of.IsEop = $true
                $of.SentCertificate = @{ Subject = "CN=mail$number.contoso.com"; Thumbprint = '{0:X40}' -f $number; DnsNames = @("mail$number.contoso.com") }
                $of.Messages = $mails
                $of
            }
            $connectors = foreach ($number in 1..3000) {
                [PSCustomObject]@{ Name = "From EX$number"; Enabled = $true; ConnectorType = 'OnPremises'; TlsSenderCertificateName = "smtp$number.contosso.com" }
            }
            & { $all; Set-Content -LiteralPath $Given -Value '' } | Test-EopRelayCertificate -InboundConnector $connectors
        }
    }

    It 'that examine the chain of a store of thousands stop at once, as by Ctrl+C' {
        $certificates = Join-Path -Path $PSScriptRoot -ChildPath '../fixtures/certificates'
        $leaf = Join-Path -Path $certificates -ChildPath 'mail.contoso.com.cer' | Resolve-Path | Select-Object -ExpandProperty ProviderPath
        $pem = [System.IO.File]::ReadAllText((Join-Path -Path $certificates -ChildPath 'mail.contoso.com.pem'))
        $store = Join-Path -Path $TestDrive -ChildPath 'store.pem'
        [System.IO.File]::WriteAllText($store, $pem * [int](30MB / $pem.Length))
        Assert-StopsAtOnce -After 4 -ArgumentList $manifest, $leaf, $store -Script {
            param($Manifest, $Leaf, $Store)
            Import-Module -Name $Manifest
            Get-EopRelayChain -LiteralPath $Leaf -IntermediatePath (@($Store) * 8)
        }
    }

    It 'of a thread job give sessions that are judged here' -Skip:(-not $hasThreadJobs) {
        $job = Start-ThreadJob -ScriptBlock { Import-Module -Name $using:manifest; Get-SendConnectorTlsSession -LiteralPath $using:log }
        $received = @($job | Wait-Job -Timeout 120 | Receive-Job -WarningAction SilentlyContinue)
        Remove-Job -Job $job -Force
        ($received | Test-EopRelayCertificate @at).Summary | Should -Be $expected
    }
}

Describe 'Logs that Exchange is writing' {
    It 'are read while another handle appends' {
        $growing = Join-Path -Path $TestDrive -ChildPath 'SEND2026111501-1.LOG'
        $lines = [System.IO.File]::ReadAllText($log)
        $half = $lines.IndexOf("`n", [int]($lines.Length / 2)) + 1
        $share = [System.IO.FileShare]'ReadWrite, Delete'
        $writer = [System.IO.FileStream]::new($growing, 'Create', 'Write', $share)
        try {
            foreach ($part in $lines.Substring(0, $half), $lines.Substring($half)) {
                $bytes = [System.Text.Encoding]::UTF8.GetBytes($part)
                $writer.Write($bytes, 0, $bytes.Length)
                $writer.Flush()
                $read = @(Get-SendConnectorTlsSession -LiteralPath $growing -WarningAction SilentlyContinue)
                $read.Count | Should -BeGreaterThan 0
            }
        }
        finally {
            $writer.Dispose()
        }
        $read.Count | Should -Be $sessions.Count
    }

    It 'are read below \\?\, and a locked one is one error' -Skip:($onLinux) {
        $path = Join-Path -Path $TestDrive -ChildPath 'SEND2026111501-1.LOG'
        Copy-Item -LiteralPath $log -Destination $path -Force
        @(Get-SendConnectorTlsSession -LiteralPath "\\?\$path" -WarningAction SilentlyContinue).Count | Should -Be $sessions.Count
        $lock = [System.IO.FileStream]::new($path, 'Open', 'ReadWrite', 'None')
        try {
            $null = Get-SendConnectorTlsSession -LiteralPath $path -ErrorVariable trouble -ErrorAction SilentlyContinue
            @($trouble).Count | Should -Be 1
            $trouble[0].FullyQualifiedErrorId | Should -BeLike 'LogUnreadable,*'
        }
        finally {
            $lock.Dispose()
        }
    }

    It 'have a state file that another program keeps open, which is said' -Skip:($onLinux) {
        $state = Join-Path -Path $TestDrive -ChildPath 'open.state'
        $null = Get-SendConnectorTlsSession -LiteralPath $log -StatePath $state
        $lock = [System.IO.FileStream]::new($state, 'Open', 'ReadWrite', 'None')
        try {
            $Error.Clear()
            try { $null = Get-SendConnectorTlsSession -LiteralPath $log -StatePath $state } catch { $null = $_ }
            $Error.Count | Should -Be 1
            $Error[0].FullyQualifiedErrorId | Should -BeLike 'StateInUse,*'
            $Error[0].Exception.Message | Should -Match 'in use by another'
        }
        finally {
            $lock.Dispose()
        }
    }

    # run.sh offers the fixtures as the drive C of another server, as far as Wine can.
    It 'of another server are read over its administrative share, and are that server''s' -Skip:([string]$env:EOP_RELAY_SECOND_SERVER -eq '') {
        $server = $env:EOP_RELAY_SECOND_SERVER
        $service = [pscustomobject]@{ Name = $server; SendProtocolLogPath = 'C:\interop' }
        $read = @($service | Get-SendConnectorTlsSession -WarningAction SilentlyContinue)
        $read.Count | Should -Be $sessions.Count
        @($read | ForEach-Object { $_.Server } | Select-Object -Unique) | Should -Be $server
        $read[0].LogPath | Should -Be "\\$server\C$\interop\SEND2026111501-1.LOG"
        $by = Test-EopRelayCertificate -LogPath "\\$server\C$\interop" @at
        @($by.Scopes | ForEach-Object { $_.Server } | Select-Object -Unique) | Should -Be $server
        $file = Get-SendConnectorTlsSession -Path "\\$server\C$\interop\SEND*.LOG" -WarningAction SilentlyContinue
        @($file).Count | Should -Be $sessions.Count
        ($read + $sessions | Test-EopRelayCertificate @at).Scopes.Count | Should -BeGreaterThan @($by.Scopes).Count
    }

    It 'of another server that is not there are one error that names the share' -Skip:($onLinux) {
        $service = [pscustomobject]@{ Name = 'no-such-server'; SendProtocolLogPath = 'C:\Logs' }
        $null = $service | Get-SendConnectorTlsSession -ErrorVariable trouble -ErrorAction SilentlyContinue
        @($trouble).Count | Should -Be 1
        $trouble[0].Exception.Message | Should -Match 'no-such-server'
    }
}

Describe 'The module from a repository' {
    It 'is published, installed and works, with nothing of the source tree' -Skip:(-not $canPublish) {
        $work = Join-Path -Path $TestDrive -ChildPath 'gallery'
        $packed = Join-Path -Path $work -ChildPath 'packed/EopRelay'
        # Without .config NuGet writes its configuration into the current folder.
        $null = New-Item -Path (Join-Path -Path $work -ChildPath 'repository'), (Join-Path -Path $work -ChildPath 'home/.config'), (Split-Path -Path $packed -Parent) -ItemType Directory
        Copy-Item -LiteralPath $moduleFolder -Destination $packed -Recurse
        $script = {
            param($Work, $Packed, $Log)
            Set-StrictMode -Version 3.0
            $ErrorActionPreference = 'Stop'
            Register-PSResourceRepository -Name Local -Uri (Join-Path -Path $Work -ChildPath 'repository') -Trusted
            Publish-PSResource -Path $Packed -Repository Local -SkipDependenciesCheck
            Install-PSResource -Name EopRelay -Repository Local -Scope CurrentUser
            Import-Module -Name EopRelay
            (Get-Module -Name EopRelay).ModuleBase
            (Test-EopRelayCertificate -LogPath $Log -At '2026-11-16T00:00:00Z').Summary
        }
        $names = 'HOME', 'USERPROFILE', 'LOCALAPPDATA', 'XDG_DATA_HOME', 'XDG_CONFIG_HOME', 'XDG_CACHE_HOME', 'PSModulePath'
        $before = @{}
        foreach ($name in $names) {
            $before[$name] = [System.Environment]::GetEnvironmentVariable($name)
        }
        try {
            # What a user's folders are to the other process.
            foreach ($name in 'HOME', 'USERPROFILE', 'LOCALAPPDATA') {
                [System.Environment]::SetEnvironmentVariable($name, (Join-Path -Path $work -ChildPath 'home'))
            }
            foreach ($name in 'XDG_DATA_HOME', 'XDG_CONFIG_HOME', 'XDG_CACHE_HOME', 'PSModulePath') {
                [System.Environment]::SetEnvironmentVariable($name, $null)
            }
            $output = @(& $shell -NoProfile -NonInteractive -Command $script -args $work, $packed, $log)
        }
        finally {
            foreach ($name in $names) {
                [System.Environment]::SetEnvironmentVariable($name, $before[$name])
            }
        }
        $output.Count | Should -Be 2 -Because ($output -join "`n")
        $output[0] | Should -BeLike (Join-Path -Path $work -ChildPath 'home*EopRelay*')
        $output[1] | Should -Be $expected
    }
}

Describe 'A remote session over SSH' -Skip:(-not $canRemote) {
    BeforeAll {
        $folder = Join-Path -Path $TestDrive -ChildPath 'ssh'
        $null = New-Item -Path $folder, /run/sshd -ItemType Directory -Force
        & ssh-keygen -q -t ed25519 -N '' -f "$folder/host"
        & ssh-keygen -q -t ed25519 -N '' -f "$folder/user"
        $port = Get-Random -Minimum 20000 -Maximum 60000
        Set-Content -LiteralPath "$folder/sshd_config" -Value @(
            "Port $port", 'ListenAddress 127.0.0.1', "HostKey $folder/host", "AuthorizedKeysFile $folder/user.pub", 'StrictModes no'
            'PermitRootLogin prohibit-password', 'PasswordAuthentication no', 'UsePAM no', "PidFile $folder/pid"
            "SetEnv DOTNET_ROOT=$env:DOTNET_ROOT", "Subsystem powershell $shell -sshs -NoLogo -NoProfile"
        )
        & /usr/sbin/sshd -f "$folder/sshd_config"
        $options = @{ StrictHostKeyChecking = 'no'; UserKnownHostsFile = "$folder/known"; IdentitiesOnly = 'yes' }
        $remote = New-PSSession -HostName 127.0.0.1 -Port $port -KeyFilePath "$folder/user" -UserName ([System.Environment]::UserName) -Options $options -ConnectingTimeout 60000
    }

    AfterAll {
        Remove-PSSession -Session $remote
        Stop-Process -Id ([int](Get-Content -LiteralPath "$folder/pid"))
    }

    It 'gives sessions that are judged here like local ones' {
        $received = @(Invoke-Command -Session $remote -ScriptBlock { Import-Module -Name $using:manifest; Get-SendConnectorTlsSession -LiteralPath $using:log -WarningAction SilentlyContinue })
        $received.Count | Should -Be $sessions.Count
        $received[0].PSComputerName | Should -Be '127.0.0.1'
        ($received | Test-EopRelayCertificate @at).Summary | Should -Be $expected
    }

    It 'gives its commands with their tables to a session that has no module' {
        $script = {
            param($Port, $Folder, $User, $Log)
            Set-StrictMode -Version 3.0
            $ErrorActionPreference = 'Stop'
            $options = @{ StrictHostKeyChecking = 'no'; UserKnownHostsFile = "$Folder/known"; IdentitiesOnly = 'yes' }
            $far = New-PSSession -HostName 127.0.0.1 -Port $Port -KeyFilePath "$Folder/user" -UserName $User -Options $options -ConnectingTimeout 60000
            Invoke-Command -Session $far -ScriptBlock { Import-Module -Name $args[0] } -ArgumentList $args[0]
            $null = Import-PSSession -Session $far -Module EopRelay -FormatTypeName *
            @(Get-Module -Name EopRelay).Count
            Get-SendConnectorTlsSession -LiteralPath $Log -WarningAction SilentlyContinue | Format-Table | Out-String -Width 80
            Test-EopRelayCertificate -LogPath $Log -At '2026-11-16T00:00:00Z' | Out-String -Width 80
            Remove-PSSession -Session $far
        }
        $output = @(& $shell -NoProfile -NonInteractive -Command $script -args $port, $folder, ([System.Environment]::UserName), $log, $manifest)
        $output.Count | Should -Be 3 -Because ($output -join "`n")
        $output[0] | Should -Be 0
        $output[1].Trim() | Should -Be ($sessions | Format-Table | Out-String -Width 80).Trim()
        $output[2] | Should -Match '^\s*REFUSED'
    }

    It 'gives a report that shows itself' {
        $report = Invoke-Command -Session $remote -ScriptBlock { Import-Module -Name $using:manifest; Test-EopRelayCertificate -LogPath $using:log -At '2026-11-16T00:00:00Z' }
        ($report | Out-String -Width 80) | Should -Match '^\s*REFUSED'
        $report.Findings[0].Remedy[0].Where | Should -Not -BeNullOrEmpty
    }
}
