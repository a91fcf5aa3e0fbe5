# Pester 5; see Module.Tests.ps1.
BeforeAll {
    Set-StrictMode -Version 3.0
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath '../../powershell/EopRelay/EopRelay.psd1') -Force

    $fixture = Join-Path -Path $PSScriptRoot -ChildPath '../fixtures/interop/SEND2026111501-1.LOG' | Resolve-Path | Select-Object -ExpandProperty ProviderPath
    $folder = Join-Path -Path $TestDrive -ChildPath 'SmtpSend'
    $null = New-Item -Path $folder -ItemType Directory
    Copy-Item -LiteralPath $fixture -Destination $folder
    $log = Join-Path -Path $folder -ChildPath 'SEND2026111501-1.LOG'
    $bracketFolder = Join-Path -Path $TestDrive -ChildPath 'Case [1]'
    $null = [System.IO.Directory]::CreateDirectory($bracketFolder)
    [System.IO.File]::Copy($fixture, [System.IO.Path]::Combine($bracketFolder, 'SEND2026111501-1.LOG'))
    $thisComputer = [System.Environment]::MachineName
    $silent = @{ WarningAction = 'SilentlyContinue' }
}

Describe 'The ways in' {
    It 'reads a file' {
        @(Get-SendConnectorTlsSession -Path $log @silent).Count | Should -Be 5
    }

    It 'reads a folder, positionally' {
        @(Get-SendConnectorTlsSession $folder @silent).Count | Should -Be 5
    }

    It 'reads a pattern' {
        @(Get-SendConnectorTlsSession -Path (Join-Path -Path $folder -ChildPath 'SEND*.LOG') @silent).Count | Should -Be 5
    }

    It 'reads a path relative to the current location' {
        Push-Location -LiteralPath $folder
        try {
            @(Get-SendConnectorTlsSession -Path 'SEND*.LOG' @silent).Count | Should -Be 5
            @(Get-SendConnectorTlsSession -Path '.' @silent).Count | Should -Be 5
        }
        finally {
            Pop-Location
        }
    }

    It 'reads a path of a PowerShell drive' {
        @(Get-SendConnectorTlsSession -Path 'TestDrive:\SmtpSend\*.LOG' @silent).Count | Should -Be 5
        @(Get-SendConnectorTlsSession -LiteralPath 'TestDrive:\SmtpSend' @silent).Count | Should -Be 5
    }

    It 'takes brackets in a name as they are, with -Path and with -LiteralPath' {
        @(Get-SendConnectorTlsSession -Path $bracketFolder @silent).Count | Should -Be 5
        @(Get-SendConnectorTlsSession -LiteralPath $bracketFolder @silent).Count | Should -Be 5
        @(Get-SendConnectorTlsSession -LP $bracketFolder @silent).Count | Should -Be 5
    }

    It 'takes text from the pipeline' {
        @($log | Get-SendConnectorTlsSession @silent).Count | Should -Be 5
        @($bracketFolder | Get-SendConnectorTlsSession @silent).Count | Should -Be 5
    }

    It 'takes files and folders from Get-ChildItem and Get-Item' {
        @(Get-ChildItem -LiteralPath $bracketFolder | Get-SendConnectorTlsSession @silent).Count | Should -Be 5
        @(Get-Item -LiteralPath $folder | Get-SendConnectorTlsSession @silent).Count | Should -Be 5
        @([System.IO.FileInfo]$log | Get-SendConnectorTlsSession @silent).Count | Should -Be 5
    }

    It 'takes an array as an argument' {
        @(Get-SendConnectorTlsSession -InputObject @($folder, (Get-Item -LiteralPath $bracketFolder)) @silent).Count | Should -Be 10
    }

    It 'takes what Resolve-Path returns, own sessions, and drives of the scope of the caller' {
        @(Resolve-Path -LiteralPath $log | Get-SendConnectorTlsSession @silent).Count | Should -Be 5
        $session = @(Get-SendConnectorTlsSession -LiteralPath $log @silent)[0]
        @($session | Get-SendConnectorTlsSession @silent).Count | Should -Be 5
        $null = New-PSDrive -Name Here -PSProvider FileSystem -Root $folder -Scope Local
        @(Get-SendConnectorTlsSession -Path 'Here:\SEND*.LOG' @silent).Count | Should -Be 5
    }

    It 'refuses an empty path' {
        $null = '' | Get-SendConnectorTlsSession -ErrorVariable trouble -ErrorAction SilentlyContinue
        $trouble[0].FullyQualifiedErrorId | Should -Be 'EmptyPath,Get-SendConnectorTlsSession'
    }

    It 'reads subfolders with -Recurse only' {
        @(Get-SendConnectorTlsSession -LiteralPath $TestDrive -ErrorAction SilentlyContinue @silent).Count | Should -Be 0
        @(Get-SendConnectorTlsSession -LiteralPath $TestDrive -Recurse @silent).Count | Should -Be 10
    }
}

Describe 'Objects of Exchange' {
    BeforeDiscovery {
        # A transport service in the shapes that it arrives in.
        $shapes = @(
            @{ Shape = 'a plain string'; Path = { param($text) $text } }
            @{ Shape = 'a bag with PathName'; Path = { param($text) [pscustomobject]@{ PathName = $text; IsLocalFull = $true } } }
            @{ Shape = 'a bag with Value'; Path = { param($text) [pscustomobject]@{ Value = $text } } }
            @{ Shape = 'an object that prints its path'; Path = { param($text) [System.Text.StringBuilder]::new($text) } }
        )
    }

    It 'reads SendProtocolLogPath as <Shape>' -ForEach $shapes {
        $service = [pscustomobject]@{ Name = $thisComputer; SendProtocolLogPath = & $Path $folder; ReceiveProtocolLogPath = 'C:\Nowhere' }
        $sessions = @($service | Get-SendConnectorTlsSession @silent)
        $sessions.Count | Should -Be 5
        $sessions[0].Server | Should -Be $thisComputer
    }

    It 'reads what Select-Object left, as in the support article, from <Shape>' -ForEach $shapes {
        $service = [pscustomobject]@{ Name = $thisComputer; SendProtocolLogPath = & $Path $folder; Other = 1 }
        @($service | Select-Object name, SendProtocolLogPath | Get-SendConnectorTlsSession @silent).Count | Should -Be 5
    }

    It 'reads a deserialised service with <Shape>' -ForEach $shapes {
        $service = [pscustomobject]@{ Name = $thisComputer; SendProtocolLogPath = & $Path $folder }
        $file = Join-Path -Path $TestDrive -ChildPath 'service.xml'
        $service | Export-Clixml -LiteralPath $file -Depth 3
        @(Import-Clixml -LiteralPath $file | Get-SendConnectorTlsSession @silent).Count | Should -Be 5
    }

    It 'reads a receive log that was asked for' {
        $service = [pscustomobject]@{ Name = $thisComputer; ReceiveProtocolLogPath = $folder }
        @($service | Get-SendConnectorTlsSession @silent).Count | Should -Be 5
    }

    It 'never reads this server''s folder for another server''s' {
        $service = [pscustomobject]@{ Name = 'EX-OF-ANOTHER-HOST'; SendProtocolLogPath = $folder }
        $sessions = @($service | Get-SendConnectorTlsSession -ErrorVariable trouble -ErrorAction SilentlyContinue @silent)
        $sessions.Count | Should -Be 0
        $trouble.Count | Should -Be 1
        $trouble[0].FullyQualifiedErrorId | Should -BeIn @(
            'RemoteLogUnreachable,Get-SendConnectorTlsSession', 'RemoteLogUnreadable,Get-SendConnectorTlsSession')
        $trouble[0].Exception.Message | Should -Match 'EX-OF-ANOTHER-HOST'
    }

    It 'reads copies with -LogsAreLocal, under the name of their server' {
        $service = [pscustomobject]@{ Name = 'EX-OF-ANOTHER-HOST'; SendProtocolLogPath = $folder }
        $sessions = @($service | Get-SendConnectorTlsSession -LogsAreLocal @silent)
        $sessions.Count | Should -Be 5
        $sessions[0].Server | Should -Be 'EX-OF-ANOTHER-HOST'
    }

    It 'names the server that -Server says' {
        (Get-SendConnectorTlsSession -LiteralPath $folder -Server 'EX9' @silent)[0].Server | Should -Be 'EX9'
    }

    It 'does not take a file seen on another computer for one of this' {
        $file = [pscustomobject]@{ Name = 'SEND2026111501-1.LOG'; FullName = $log; PSComputerName = 'EX-OF-ANOTHER-HOST' }
        @($file | Get-SendConnectorTlsSession -ErrorAction SilentlyContinue @silent).Count | Should -Be 0
    }
}

Describe 'Filters' {
    It '-<Name> <Value> gives <Count>' -ForEach @(
        @{ Name = 'Connector'; Value = 'outbound*365'; Count = 1 }
        @{ Name = 'RemoteHost'; Value = '*.mail.protection.outlook.com'; Count = 2 }
        @{ Name = 'Thumbprint'; Value = '9f:86 d0 81884c7d659a2feaa0c55ad015a3bf4f1b'; Count = 1 }
        @{ Name = 'Connector'; Value = @('outbound*365', 'Internet'); Count = 4 }
        @{ Name = 'RemoteHost'; Value = @('mx.fabrikam.com', '198.51.100.10'); Count = 2 }
        @{ Name = 'Thumbprint'; Value = @('9F86*'); Count = 1 }
        @{ Name = 'Thumbprint'; Value = @('9f:86 d0 81884c7d659a2feaa0c55ad015a3bf4f1b', '5E88*'); Count = 2 }
        @{ Name = 'Outcome'; Value = @('Refused', 'TlsFailed'); Count = 2 }
        @{ Name = 'Failed'; Value = $true; Count = 4 }
        @{ Name = 'EopOnly'; Value = $true; Count = 2 }
        @{ Name = 'Start'; Value = '2026-11-15T01:02:03.300Z'; Count = 3 }
        @{ Name = 'End'; Value = '2026-11-15T01:02:03.300Z'; Count = 2 }
        @{ Name = 'ThrottleLimit'; Value = 1; Count = 5 }
    ) {
        $filter = @{ $Name = $Value }
        @(Get-SendConnectorTlsSession -LiteralPath $folder @filter @silent).Count | Should -Be $Count
    }

    It 'that contradict each other are refused' {
        { Get-SendConnectorTlsSession -LiteralPath $folder -Failed -Outcome Delivered } | Should -Throw -ErrorId 'FiltersContradict,Get-SendConnectorTlsSession'
        @(Get-SendConnectorTlsSession -LiteralPath $folder -Failed -Outcome Refused @silent).Count | Should -Be 1
    }

    It 'that leave nothing say which they are' {
        $null = Get-SendConnectorTlsSession -LiteralPath $folder -Connector 'none' -EopOnly -WarningVariable warnings -WarningAction SilentlyContinue
        ($warnings -join ' ') | Should -Match 'No session fits, in .* 3 by -EopOnly, 2 by -Connector'
    }

    It 'or logs that hold no session are told apart' {
        $none = Join-Path -Path $TestDrive -ChildPath 'SEND2026111601-1.LOG'
        Set-Content -LiteralPath $none -Value @(Get-Content -LiteralPath $log | Where-Object { $_ -like '#*' })
        @(Get-SendConnectorTlsSession -LiteralPath $none -EopOnly -WarningVariable warnings -WarningAction SilentlyContinue).Count | Should -Be 0
        @($warnings).Count | Should -Be 1
        $warnings[0].Message | Should -Match 'hold no session .*ProtocolLoggingLevel Verbose'
    }

    It 'say with -Verbose how many sessions each of them left out' {
        $verbose = Get-SendConnectorTlsSession -LiteralPath $folder -Connector 'none', 'nobody' -EopOnly -Verbose @silent 4>&1
        ($verbose -join ' ') | Should -Match '1 of 1 files read; sessions returned: 0; left out: 3 by -EopOnly, 2 by -Connector'
        $verbose = Get-SendConnectorTlsSession -LiteralPath $folder -Start '2030-01-01' -Verbose @silent 4>&1
        ($verbose -join ' ') | Should -Match 'left out: 5 by -Start or -End'
    }

    It 'takes a time without a zone as local time' {
        $local = [datetime]::SpecifyKind(([datetime]'2026-11-15T01:02:03.300Z').ToLocalTime(), [System.DateTimeKind]::Unspecified)
        @(Get-SendConnectorTlsSession -LiteralPath $folder -Start $local @silent).Count | Should -Be 3
    }
}

Describe 'Objects' {
    BeforeAll {
        $refused = Get-SendConnectorTlsSession -LiteralPath $folder -Outcome Refused @silent
    }

    It 'are typed, with times in UTC' {
        $refused | Should -BeOfType EopRelay.Session
        $refused.StartTime.Kind | Should -Be 'Utc'
        $refused.SentThumbprint | Should -Be '9F86D081884C7D659A2FEAA0C55AD015A3BF4F1B'
        $refused.Rejection | Should -Be 'RelayDenied'
        $refused.Messages[0].Recipients[0].Address | Should -Be 'ben@fabrikam.com'
    }

    It 'survive Export-Clixml whole' {
        $file = Join-Path -Path $TestDrive -ChildPath 'sessions.xml'
        $refused | Export-Clixml -LiteralPath $file
        $back = Import-Clixml -LiteralPath $file
        $back.PSObject.TypeNames | Should -Contain 'Deserialized.EopRelay.Session'
        $back.Messages[0].Recipients[0].Rejection | Should -Be 'RelayDenied'
        $back.SentCertificate.DnsNames[1] | Should -Be 'autodiscover.contoso.com'
        $back.StartTime | Should -Be $refused.StartTime
        $back.Outcome -eq 'Refused' | Should -BeTrue
        ($back | Format-Table | Out-String -Width 160) | Should -Be ($refused | Format-Table | Out-String -Width 160)
        ($back | Format-List | Out-String -Width 160) | Should -Be ($refused | Format-List | Out-String -Width 160)
    }

    It 'keep their flat members in CSV' {
        $row = $refused | ConvertTo-Csv -NoTypeInformation | ConvertFrom-Csv
        $row.SentThumbprint | Should -Be $refused.SentThumbprint
        $row.Outcome | Should -Be 'Refused'
    }

    It 'are a table with the time in UTC by default' {
        $text = $refused | Out-String -Width 160
        $text | Should -Match 'Start \(UTC\) +Outcome +Connector +Sent +Answer'
        $text | Should -Match '2026-11-15 01:02:03 +Refused'
        $text | Should -Match '550 5\.7\.64'
    }

    It 'are a list that says which certificate was sent' {
        $text = $refused | Format-List | Out-String -Width 160
        $text | Should -Match 'Certificate sent +: CN=mail\.contoso\.com'
        $text | Should -Match 'anna@contoso\.com to ben@fabrikam\.com: Refused'
    }
}

Describe 'Trouble' {
    It 'says a missing path once, as an error with its path, and reads on' {
        $missing = Join-Path -Path $TestDrive -ChildPath 'missing'
        $sessions = @(Get-SendConnectorTlsSession -LiteralPath $missing, $folder -ErrorVariable trouble -ErrorAction SilentlyContinue @silent)
        $sessions.Count | Should -Be 5
        $trouble.Count | Should -Be 1
        $trouble[0].FullyQualifiedErrorId | Should -Be 'LogNotFound,Get-SendConnectorTlsSession'
        $trouble[0].CategoryInfo.Category | Should -Be 'ObjectNotFound'
        $trouble[0].TargetObject | Should -Be $missing
    }

    It 'says a foreign log by name' {
        $foreign = Join-Path -Path $TestDrive -ChildPath 'foreign.log'
        Set-Content -LiteralPath $foreign -Value '#Software: Microsoft Exchange Server', '#Log-type: HttpProxy Logs', '#Fields: DateTime,RequestId'
        $null = Get-SendConnectorTlsSession -LiteralPath $foreign -ErrorVariable trouble -ErrorAction SilentlyContinue
        $trouble[0].FullyQualifiedErrorId | Should -Be 'NotAProtocolLog,Get-SendConnectorTlsSession'
    }

    It 'says damaged rows once, as a warning with file and line' {
        $null = Get-SendConnectorTlsSession -LiteralPath $log -WarningVariable warnings -WarningAction SilentlyContinue
        $warnings.Count | Should -Be 1
        [string]$warnings[0] | Should -Match 'SEND2026111501-1\.LOG:\d+: '
    }

    It 'stops at the first error with -ErrorAction Stop' {
        { Get-SendConnectorTlsSession -LiteralPath (Join-Path -Path $TestDrive -ChildPath 'missing') -ErrorAction Stop } | Should -Throw -ErrorId 'LogNotFound,Get-SendConnectorTlsSession'
    }

    It 'refuses paths of other providers' {
        $null = Get-SendConnectorTlsSession -Path 'Env:\PATH' -ErrorVariable trouble -ErrorAction SilentlyContinue
        $trouble[0].FullyQualifiedErrorId | Should -Be 'NotAFileSystemPath,Get-SendConnectorTlsSession'
    }

    It 'refuses objects that are no place of logs, and goes on' {
        $sessions = @(42, $folder | Get-SendConnectorTlsSession -ErrorVariable trouble -ErrorAction SilentlyContinue @silent)
        $sessions.Count | Should -Be 5
        $trouble[0].FullyQualifiedErrorId | Should -Be 'InputNotRecognized,Get-SendConnectorTlsSession'
    }

    It 'refuses a service without a log path' {
        $service = [pscustomobject]@{ Name = 'EX1'; SendProtocolLogPath = $null }
        $null = $service | Get-SendConnectorTlsSession -ErrorVariable trouble -ErrorAction SilentlyContinue
        $trouble[0].FullyQualifiedErrorId | Should -Be 'NoProtocolLogPath,Get-SendConnectorTlsSession'
    }

    It 'refuses a thumbprint that is none' {
        { Get-SendConnectorTlsSession -LiteralPath $folder -Thumbprint 'xyz' } | Should -Throw -ErrorId 'InvalidThumbprint,Get-SendConnectorTlsSession'
    }

    It 'gives nothing and says nothing for an empty pipeline' {
        @(@() | Get-SendConnectorTlsSession).Count | Should -Be 0
    }
}

Describe 'An early stop' {
    It 'releases the files' {
        $copy = Join-Path -Path $TestDrive -ChildPath 'SEND20261116-1.LOG'
        [System.IO.File]::Copy($fixture, $copy)
        $first = @(Get-SendConnectorTlsSession -LiteralPath $copy @silent | Select-Object -First 1)
        $first.Count | Should -Be 1
        { [System.IO.File]::Open($copy, 'Open', 'ReadWrite', 'None').Dispose() } | Should -Not -Throw
        { [System.IO.File]::Delete($copy) } | Should -Not -Throw
    }
}

Describe 'Tab' {
    It 'offers the connectors of the log that is given' {
        $text = "Get-SendConnectorTlsSession -LiteralPath '$folder' -Connector Out"
        $found = [System.Management.Automation.CommandCompletion]::CompleteInput($text, $text.Length, $null).CompletionMatches
        $found.CompletionText | Should -Be "'Outbound to Microsoft 365'"
    }

    It 'offers them below the location of the shell, which the process does not know' {
        Push-Location -LiteralPath $folder
        try {
            $text = 'Get-SendConnectorTlsSession -Path . -Connector Out'
            $found = [System.Management.Automation.CommandCompletion]::CompleteInput($text, $text.Length, $null).CompletionMatches
            $found.CompletionText | Should -Be "'Outbound to Microsoft 365'"
        }
        finally {
            Pop-Location
        }
    }

    It 'offers those of Get-SendConnector where there is no log' {
        function global:Get-SendConnector { [pscustomobject]@{ Name = 'Internet' } }
        try {
            $text = 'Get-SendConnectorTlsSession -Connector '
            [System.Management.Automation.CommandCompletion]::CompleteInput($text, $text.Length, $null).CompletionMatches[0].CompletionText | Should -Be 'Internet'
        }
        finally {
            Remove-Item -Path Function:\Get-SendConnector
        }
    }
}

Describe 'A state file' {
    BeforeEach {
        $state = Join-Path -Path $TestDrive -ChildPath ([guid]::NewGuid().ToString('N'))
    }

    It 'makes the next run read on' {
        @(Get-SendConnectorTlsSession -Path $log -StatePath $state @silent).Count | Should -BeGreaterThan 0
        @(Get-SendConnectorTlsSession -Path $log -StatePath $state @silent).Count | Should -Be 0
    }

    It 'is not written when the pipeline stops early, so that nothing is lost' {
        $null = Get-SendConnectorTlsSession -Path $log -StatePath $state @silent | Select-Object -First 1
        Test-Path -LiteralPath $state | Should -BeFalse
        @(Get-SendConnectorTlsSession -Path $log -StatePath $state @silent).Count | Should -BeGreaterThan 1
    }

    It 'may be given as a path of a PowerShell drive' {
        $null = Get-SendConnectorTlsSession -Path $log -StatePath 'TestDrive:\drive.state' @silent
        Test-Path -LiteralPath (Join-Path -Path $TestDrive -ChildPath 'drive.state') | Should -BeTrue
    }

    It 'is a terminating error if it is damaged' {
        Set-Content -LiteralPath $state -Value 'no state'
        { Get-SendConnectorTlsSession -Path $log -StatePath $state @silent } | Should -Throw -ErrorId 'StateDamaged*'
    }
}
