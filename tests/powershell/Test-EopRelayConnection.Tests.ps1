# Test-EopRelayConnection, against a stand-in for a front end on loopback. It knows no STARTTLS: TLS is
# the library's, and tested there.
BeforeAll {
    Set-StrictMode -Version 3.0
    Import-Module -Name "$PSScriptRoot/../../powershell/EopRelay/EopRelay.psd1" -Force

    # Answers one connection with these replies, one for each command.
    function Start-FrontEnd {
        param([string[]]$Reply)

        $listener = [System.Net.Sockets.TcpListener]::new([System.Net.IPAddress]::Loopback, 0)
        $listener.Start()
        $shell = [powershell]::Create()
        $null = $shell.AddScript({
            param($Listener, $Reply)
            $client = $Listener.AcceptTcpClient()
            $stream = $client.GetStream()
            $reader = [System.IO.StreamReader]::new($stream)
            foreach ($one in $Reply) {
                $bytes = [System.Text.Encoding]::ASCII.GetBytes("$one`r`n")
                $stream.Write($bytes, 0, $bytes.Length)
                $reader.ReadLine()
            }
            $client.Close()
        }).AddArgument($listener).AddArgument($Reply)
        [pscustomobject]@{
            Port     = $listener.LocalEndpoint.Port
            Listener = $listener
            Shell    = $shell
            Running  = $shell.BeginInvoke()
        }
    }

    function Stop-FrontEnd {
        param($FrontEnd)

        $FrontEnd.Listener.Stop()
        $FrontEnd.Shell.Stop()
        $FrontEnd.Shell.Dispose()
    }

    $hostName = 'DB9EUR01FT019.mail.protection.outlook.com'
    $script:replies = @(
        "220 $hostName Microsoft ESMTP MAIL Service ready"
        "250 $hostName Hello [203.0.113.40]"
        '250 2.1.0 Sender OK'
        '550 5.7.64 TenantAttribution; Relay Access Denied'
        '250 2.0.0 Resetting'
        '221 2.0.0 Service closing transmission channel'
    )
    $script:mail = @{
        From          = 'anna@contoso.com'
        To            = 'bob@fabrikam.com'
        NoCertificate = $true
        Fqdn          = 'ex01.contoso.com'
        Server        = 'EX01'
        TimeoutSec    = 5
    }
}

Describe 'Test-EopRelayConnection' {
    It 'asks about one recipient and submits nothing' {
        $frontEnd = Start-FrontEnd -Reply $replies
        try {
            $result = Test-EopRelayConnection @mail -SmartHost 127.0.0.1 -Port $frontEnd.Port
            $said = $frontEnd.Shell.EndInvoke($frontEnd.Running)
        }
        finally {
            Stop-FrontEnd -FrontEnd $frontEnd
        }
        $said | Should -Be @('EHLO ex01.contoso.com', 'MAIL FROM:<anna@contoso.com>', 'RCPT TO:<bob@fabrikam.com>', 'RSET', 'QUIT', $null)
        $result.Verdict | Should -Be 'Refused'
        $result.ExitCode | Should -Be 20
        $result.Limits[0] | Should -Match 'Nothing was submitted'
        $result.Session | Should -BeOfType ([EopRelay.Session])
        $result.Session.Rejection | Should -Be 'RelayDenied'
        $result.Session.Server | Should -Be 'EX01'
        $result.Report.Verdict | Should -Be 'Refused'
        ($result.Steps | Where-Object -Property Step -EQ 'Recipient').Reply | Should -Match '5\.7\.64'
        ($result | Out-String) | Should -Match 'PROBE: REFUSED, nothing was submitted'
    }

    It 'takes host and name from the send connector, and keeps the log' {
        $frontEnd = Start-FrontEnd -Reply $replies
        $log = Join-Path -Path $TestDrive -ChildPath 'probe.log'
        $connector = [pscustomobject]@{ Name = 'To Microsoft 365'; SmartHosts = @('[127.0.0.1]'); Fqdn = 'mail.contoso.com'; AddressSpaces = @('SMTP:*;1') }
        $arguments = $mail.Clone()
        $arguments.Remove('Fqdn')
        try {
            $result = Test-EopRelayConnection @arguments -SendConnector $connector -Port $frontEnd.Port -OutLog $log
        }
        finally {
            Stop-FrontEnd -FrontEnd $frontEnd
        }
        $result.Log | Should -Be $log
        $session = Get-SendConnectorTlsSession -LiteralPath $log
        $session.Connector | Should -Be 'To Microsoft 365'
        $session.EhloName | Should -Be 'mail.contoso.com'
        $session.Reply | Should -Be $result.Session.Reply
        # A log is never written over.
        $frontEnd = Start-FrontEnd -Reply $replies
        try {
            { Test-EopRelayConnection @mail -SmartHost 127.0.0.1 -Port $frontEnd.Port -OutLog $log -ErrorAction Stop } |
                Should -Throw -ExpectedMessage '*probe.log*'
        }
        finally {
            Stop-FrontEnd -FrontEnd $frontEnd
        }
    }

    It 'refuses <Name>' -TestCases @(
        @{ Name = 'a list of recipients'; Change = @{ To = 'a@fabrikam.com, b@fabrikam.com' }; Message = '*is a list*' }
        @{ Name = 'the null sender as recipient'; Change = @{ To = '<>' }; Message = '*no recipient*' }
        @{ Name = 'a command in an address'; Change = @{ To = "b@fabrikam.com`r`nDATA" }; Message = '*is no address*' }
        @{ Name = 'a connector that nobody knows'; Change = @{ SendConnector = 'nobody' }; Message = '*Get-SendConnector*' }
    ) {
        param($Name, $Change, $Message)

        $arguments = $mail.Clone()
        foreach ($key in $Change.Keys) {
            $arguments[$key] = $Change[$key]
        }
        { Test-EopRelayConnection @arguments -SmartHost 127.0.0.1 -ErrorAction Stop } | Should -Throw -ExpectedMessage $Message
    }

    It 'takes a connector by its name where the session has Get-SendConnector' {
        $global:asked = @()
        function global:Get-SendConnector {
            [CmdletBinding()]
            param($Identity)
            $global:asked += $Identity
            [pscustomobject]@{ Name = $Identity; SmartHosts = @('[127.0.0.1]'); AddressSpaces = @('SMTP:*;1'); Fqdn = 'mail.contoso.com' }
        }
        $frontEnd = Start-FrontEnd -Reply $replies
        try {
            $result = Test-EopRelayConnection @mail -SendConnector 'To Microsoft 365' -Port $frontEnd.Port
        }
        finally {
            Stop-FrontEnd -FrontEnd $frontEnd
            Remove-Item -Path Function:Get-SendConnector
        }
        $global:asked | Should -Be @('To Microsoft 365')
        $result.Session.Connector | Should -Be 'To Microsoft 365'
    }

    It 'looks at a receive connector without an address' {
        $frontEnd = Start-FrontEnd -Reply $replies[0, 1, 5]
        try {
            $result = Test-EopRelayConnection -Inbound -Server 127.0.0.1 -Fqdn probe.contoso.com -Port $frontEnd.Port
        }
        finally {
            Stop-FrontEnd -FrontEnd $frontEnd
        }
        $result.Report | Should -BeNullOrEmpty
        $result.Summary | Should -Match 'offers no STARTTLS'
    }

    It 'judges a series by its front ends' {
        $frontEnd = Start-FrontEnd -Reply ($replies[0..2] + '250 2.1.5 Recipient OK' + $replies[4, 5])
        try {
            $result = Test-EopRelayConnection @mail -SmartHost 127.0.0.1 -Port $frontEnd.Port -UntilAccepted -TimeLimitSec 1 -WarningAction SilentlyContinue -WarningVariable warnings
        }
        finally {
            Stop-FrontEnd -FrontEnd $frontEnd
        }
        @($result).Count | Should -Be 1
        "$warnings" | Should -Match '1 of 1 probes accepted; front ends that accept: DB9EUR01FT019'
    }

    # On Windows itself alone: elsewhere there is no store of the computer. Needs an elevated shell.
    It 'signs with a key of LocalMachine\My where it lies' -Skip:($null -eq (Get-Command -Name New-SelfSignedCertificate -ErrorAction Ignore)) {
        $certificate = New-SelfSignedCertificate -DnsName 'probe.contoso.com' -CertStoreLocation Cert:\LocalMachine\My -KeyExportPolicy NonExportable
        $listener = [System.Net.Sockets.TcpListener]::new([System.Net.IPAddress]::Loopback, 0)
        $listener.Start()
        $shell = [powershell]::Create()
        $null = $shell.AddScript({
            param($Listener, $Certificate)
            $client = $Listener.AcceptTcpClient()
            $stream = $client.GetStream()
            $say = {
                param($Stream, $Text)
                $bytes = [System.Text.Encoding]::ASCII.GetBytes("$Text`r`n")
                $Stream.Write($bytes, 0, $bytes.Length)
            }
            $hear = {
                param($Stream)
                $line = ''
                while (($byte = $Stream.ReadByte()) -ge 0 -and $byte -ne 10) {
                    $line += [char]$byte
                }
            }
            & $say $stream '220 DB9EUR01FT019.mail.protection.outlook.com ready'
            & $hear $stream
            & $say $stream "250-DB9EUR01FT019.mail.protection.outlook.com Hello [203.0.113.40]`r`n250 STARTTLS"
            & $hear $stream
            & $say $stream '220 2.0.0 ready'
            $tls = [System.Net.Security.SslStream]::new($stream, $false, { $true })
            $tls.AuthenticateAsServer($Certificate, $true, [System.Security.Authentication.SslProtocols]::Tls12, $false)
            foreach ($reply in '250 DB9EUR01FT019.mail.protection.outlook.com Hello [203.0.113.40]', '250 ok', '250 ok', '250 ok', '221 bye') {
                & $hear $tls
                & $say $tls $reply
            }
            $tls.RemoteCertificate.GetCertHashString()
            $client.Close()
        }).AddArgument($listener).AddArgument($certificate)
        $running = $shell.BeginInvoke()
        try {
            $result = Test-EopRelayConnection -From anna@contoso.com -To bob@fabrikam.com -SmartHost 127.0.0.1 -Fqdn ex01.contoso.com -Thumbprint $certificate.Thumbprint -Port $listener.LocalEndpoint.Port
            $shell.EndInvoke($running) | Should -Be $certificate.Thumbprint
        }
        finally {
            $listener.Stop()
            $shell.Dispose()
            Remove-Item -LiteralPath "Cert:\LocalMachine\My\$($certificate.Thumbprint)"
        }
        $result.SentChain[0].Thumbprint | Should -Be $certificate.Thumbprint
        # NETWORK SERVICE has no right to it, whoever runs this.
        $result.Key.NetworkService | Should -Be 'Denied'
        $result.Verdict | Should -Be 'Uncertain'
    }
}
