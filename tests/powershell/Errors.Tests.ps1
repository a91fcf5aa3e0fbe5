# Pester 5; see Module.Tests.ps1. One bad input is one record: in $Error, in -ErrorVariable, with its id.
BeforeDiscovery {
    $cases = @(
        @{ Cmdlet = 'Get-SendConnectorTlsSession'; Input = 'a path that does not exist'; Id = 'LogNotFound'; Category = 'ObjectNotFound'; Call = { Get-SendConnectorTlsSession -Path 'missing' @common } }
        @{ Cmdlet = 'Get-SendConnectorTlsSession'; Input = 'a drive that does not exist'; Id = 'LogNotFound'; Category = 'ObjectNotFound'; Call = { Get-SendConnectorTlsSession -Path 'NoSuchDrive:\x' @common } }
        @{ Cmdlet = 'Get-SendConnectorTlsSession'; Input = 'a path of another provider'; Id = 'NotAFileSystemPath'; Category = 'InvalidArgument'; Call = { Get-SendConnectorTlsSession -Path 'Env:\PATH' @common } }
        @{ Cmdlet = 'Get-SendConnectorTlsSession'; Input = 'an object that is no place of logs'; Id = 'InputNotRecognized'; Category = 'InvalidType'; Call = { 42 | Get-SendConnectorTlsSession @common } }
        @{ Cmdlet = 'Get-SendConnectorTlsSession'; Input = 'a service without a log path'; Id = 'NoProtocolLogPath'; Category = 'ObjectNotFound'; Call = { [pscustomobject]@{ Name = 'EX1'; SendProtocolLogPath = '' } | Get-SendConnectorTlsSession @common } }
        @{ Cmdlet = 'Get-SendConnectorTlsSession'; Input = 'a log path that is not a full path'; Id = 'LogPathNotRooted'; Category = 'InvalidData'; Call = { [pscustomobject]@{ Name = 'EX1'; SendProtocolLogPath = 'logs' } | Get-SendConnectorTlsSession @common } }
        @{ Cmdlet = 'Get-SendConnectorTlsSession'; Input = 'a path of a server out of reach'; Id = 'RemoteLogUnreachable'; Category = 'ResourceUnavailable'; Call = { [pscustomobject]@{ Name = 'EX OF ANOTHER HOST'; SendProtocolLogPath = 'C:\Logs' } | Get-SendConnectorTlsSession @common } }
        @{ Cmdlet = 'Get-SendConnectorTlsSession'; Input = 'another file'; Id = 'NotAProtocolLog'; Category = 'InvalidData'; Call = { Get-SendConnectorTlsSession -LiteralPath $foreign @common } }
        @{ Cmdlet = 'Get-SendConnectorTlsSession'; Input = 'a thumbprint that is none'; Terminates = $true; Id = 'InvalidThumbprint'; Category = 'InvalidArgument'; Call = { Get-SendConnectorTlsSession -LiteralPath $log -Thumbprint 'xyz' @common } }
        @{ Cmdlet = 'Get-SendConnectorTlsSession'; Input = 'a damaged state file'; Terminates = $true; Id = 'StateDamaged'; Category = 'InvalidData'; Call = { Get-SendConnectorTlsSession -LiteralPath $log -StatePath $foreign @common } }
        @{ Cmdlet = 'Get-SendConnectorTlsSession'; Input = 'a state file in no folder'; Terminates = $true; Id = 'StateUnusable'; Category = 'ResourceUnavailable'; Call = { Get-SendConnectorTlsSession -LiteralPath $log -StatePath (Join-Path -Path $TestDrive -ChildPath 'none/x.state') @common } }
        @{ Cmdlet = 'Get-SendConnectorTlsSession'; Input = 'a state path of another provider'; Terminates = $true; Id = 'NotAFileSystemPath'; Category = 'InvalidArgument'; Call = { Get-SendConnectorTlsSession -LiteralPath $log -StatePath 'Env:\x' @common } }
        @{ Cmdlet = 'Get-SendConnectorTlsSession'; Input = 'a pattern that names a server'; Terminates = $true; Id = 'ServerIsPattern'; Category = 'InvalidArgument'; Call = { Get-SendConnectorTlsSession -LiteralPath $log -Server 'EX0[12]' @common } }
        @{ Cmdlet = 'Test-EopRelayCertificate'; Input = 'a pattern that names a server'; Terminates = $true; Id = 'ServerIsPattern'; Category = 'InvalidArgument'; Call = { Test-EopRelayCertificate -LogPath $log -Server 'EX*' @common } }
        @{ Cmdlet = 'Get-EopRelayRenewalPlan'; Input = 'a pattern that names a server'; Terminates = $true; Id = 'ServerIsPattern'; Category = 'InvalidArgument'; Call = { Get-EopRelayRenewalPlan -NewCertificate $certificate -Server 'EX?' @common } }

        @{ Cmdlet = 'Test-EopRelayCertificate'; Input = 'a missing certificate file'; Id = 'CertificateFileNotFound'; Category = 'ObjectNotFound'; Call = { Test-EopRelayCertificate -Path 'missing.cer' @common } }
        @{ Cmdlet = 'Test-EopRelayCertificate'; Input = 'a pattern without a file'; Id = 'CertificateFileNotFound'; Category = 'ObjectNotFound'; Call = { Test-EopRelayCertificate -Path 'missing*.cer' @common } }
        @{ Cmdlet = 'Test-EopRelayCertificate'; Input = 'a folder as a certificate'; Id = 'CertificateFileUnreadable'; Category = 'ReadError'; Call = { Test-EopRelayCertificate -LiteralPath $TestDrive @common } }
        @{ Cmdlet = 'Test-EopRelayCertificate'; Input = 'a pfx without its password'; Id = 'PfxNotOpened'; Category = 'AuthenticationError'; Call = { Test-EopRelayCertificate -LiteralPath $pfx @common } }
        @{ Cmdlet = 'Test-EopRelayCertificate'; Input = 'a protocol log'; Id = 'NotACertificate'; Category = 'InvalidData'; Call = { Test-EopRelayCertificate -LiteralPath $log @common } }
        @{ Cmdlet = 'Test-EopRelayCertificate'; Input = 'an object that is neither session nor certificate'; Id = 'InputNotRecognized'; Category = 'InvalidType'; Call = { 42 | Test-EopRelayCertificate @common } }
        @{ Cmdlet = 'Test-EopRelayCertificate'; Input = 'a session that was cut'; Id = 'SessionIncomplete'; Category = 'InvalidData'; Call = { [pscustomobject]@{ Outcome = 'Refused'; TlsStatus = 'Succeeded' } | Test-EopRelayCertificate @common } }
        @{ Cmdlet = 'Test-EopRelayCertificate'; Input = 'a missing intermediate'; Terminates = $true; Id = 'CertificateFileNotFound'; Category = 'ObjectNotFound'; Call = { Test-EopRelayCertificate -LiteralPath $certificate -IntermediatePath 'missing.p7b' @common } }
        @{ Cmdlet = 'Test-EopRelayCertificate'; Input = 'a missing export'; Id = 'EvidenceFileNotFound'; Category = 'ObjectNotFound'; Call = { Test-EopRelayCertificate -LiteralPath $certificate -InboundConnector 'missing.xml' @common } }
        @{ Cmdlet = 'Test-EopRelayCertificate'; Input = 'an export of nothing known'; Id = 'InputUnreadable'; Category = 'ReadError'; Call = { Test-EopRelayCertificate -LiteralPath $certificate -InboundConnector $binary @common } }
        @{ Cmdlet = 'Test-EopRelayCertificate'; Input = 'a number as a connector'; Id = 'InputNotRecognized'; Category = 'InvalidType'; Call = { Test-EopRelayCertificate -LiteralPath $certificate -SendConnector 5 @common } }
        @{ Cmdlet = 'Test-EopRelayCertificate'; Input = 'a text that is no domain'; Id = 'InvalidDomain'; Category = 'InvalidArgument'; Call = { Test-EopRelayCertificate -LiteralPath $certificate -AcceptedDomain 'contoso' @common } }
        @{ Cmdlet = 'Test-EopRelayCertificate'; Input = 'a case that is not there'; Id = 'EvidenceFileNotFound'; Category = 'ObjectNotFound'; Call = { Test-EopRelayCertificate -EvidencePath 'missing.zip' @common } }
        @{ Cmdlet = 'Test-EopRelayCertificate'; Input = 'a missing CAPI2 log'; Id = 'ChainEventFileNotFound'; Category = 'ObjectNotFound'; Call = { Test-EopRelayCertificate -LiteralPath $certificate -ChainEvent 'missing.evtx' @common } }
        @{ Cmdlet = 'Test-EopRelayCertificate'; Input = 'a folder as a CAPI2 log'; Id = 'ChainEventFileUnreadable'; Category = 'ReadError'; Call = { Test-EopRelayCertificate -LiteralPath $certificate -ChainEvent (Get-Item -LiteralPath $TestDrive) @common } }
        @{ Cmdlet = 'Test-EopRelayCertificate'; Input = 'a folder without logs of the wizard'; Id = 'HybridLogNotFound'; Category = 'ObjectNotFound'; Call = { Test-EopRelayCertificate -LiteralPath $certificate -HybridLogPath $empty @common } }
        @{ Cmdlet = 'Test-EopRelayCertificate'; Input = 'a missing file of errors'; Id = 'ErrorFileNotFound'; Category = 'ObjectNotFound'; Call = { Test-EopRelayCertificate -LiteralPath $certificate -QueueError ([System.IO.FileInfo]'missing.eml') @common } }
        @{ Cmdlet = 'Test-EopRelayCertificate'; Input = 'a pipe in place of an export'; Id = 'EvidenceFileUnreadable'; Category = 'ReadError'; LinuxOnly = $true; Call = { Test-EopRelayCertificate -LiteralPath $certificate -InboundConnector $fifo @common } }
        @{ Cmdlet = 'Test-EopRelayCertificate'; Input = 'a device in place of an export'; Id = 'EvidenceFileUnreadable'; Category = 'ReadError'; LinuxOnly = $true; Call = { Test-EopRelayCertificate -LiteralPath $certificate -AcceptedDomain ([System.IO.FileInfo]'/dev/zero') @common } }
        @{ Cmdlet = 'Resolve-EopRelayError'; Input = 'a pipe'; Id = 'ErrorFileUnreadable'; Category = 'ReadError'; LinuxOnly = $true; Call = { Resolve-EopRelayError -LiteralPath $fifo @common } }
        @{ Cmdlet = 'Test-EopRelayCertificate'; Input = 'an empty file of errors'; Id = 'InputUnreadable'; Category = 'ReadError'; Call = { Test-EopRelayCertificate -LiteralPath $certificate -QueueError ([System.IO.FileInfo]$nothing) @common } }
        @{ Cmdlet = 'Test-EopRelayCertificate'; Input = 'a case without a file'; Id = 'InputUnreadable'; Category = 'ReadError'; Call = { Test-EopRelayCertificate -EvidencePath $empty @common } }
        @{ Cmdlet = 'Test-EopRelayCertificate'; Input = 'a missing log'; Id = 'InputUnreadable'; Category = 'ReadError'; Call = { Test-EopRelayCertificate -LogPath 'missing' @common } }
        @{ Cmdlet = 'Test-EopRelayCertificate'; Input = 'a thumbprint that is none'; Terminates = $true; Id = 'InvalidThumbprint'; Category = 'InvalidArgument'; Call = { Test-EopRelayCertificate -Thumbprint 'xyz' -InstalledCertificate @() @common } }
        @{ Cmdlet = 'Test-EopRelayCertificate'; Input = 'a thumbprint that no certificate has'; Terminates = $true; Id = 'CertificateNotFound'; Category = 'ObjectNotFound'; Call = { Test-EopRelayCertificate -Thumbprint ('1' * 40) -InstalledCertificate @() @common } }
        @{ Cmdlet = 'Test-EopRelayCertificate'; Input = 'a sender that is none'; Terminates = $true; Id = 'InvalidMailAddress'; Category = 'InvalidArgument'; Call = { Test-EopRelayCertificate -LiteralPath $certificate -MailFrom 'anna' @common } }

        @{ Cmdlet = 'Get-EopRelayRenewalPlan'; Input = 'a missing certificate'; Id = 'CertificateFileNotFound'; Category = 'ObjectNotFound'; Call = { Get-EopRelayRenewalPlan -NewCertificate 'missing.pem' @common } }
        @{ Cmdlet = 'Get-EopRelayRenewalPlan'; Input = 'a missing export'; Id = 'EvidenceFileNotFound'; Category = 'ObjectNotFound'; Call = { Get-EopRelayRenewalPlan -NewCertificate (Join-Path -Path $PSScriptRoot -ChildPath '../../examples/renewal/same-issuer.pem') -SendConnector 'missing.xml' @common } }
        @{ Cmdlet = 'Get-EopRelayRenewalPlan'; Input = 'an object that is no session'; Id = 'InputNotRecognized'; Category = 'InvalidType'; Call = { 42 | Get-EopRelayRenewalPlan -NewCertificate (Join-Path -Path $PSScriptRoot -ChildPath '../../examples/renewal/same-issuer.pem') @common } }
        @{ Cmdlet = 'Get-EopRelayCertificate'; Input = 'an object that is no session'; Id = 'InputNotRecognized'; Category = 'InvalidType'; Call = { 42 | Get-EopRelayCertificate @common } }
        @{ Cmdlet = 'Get-EopRelayCertificate'; Input = 'a missing export'; Id = 'EvidenceFileNotFound'; Category = 'ObjectNotFound'; Call = { Get-EopRelayCertificate -SendConnector 'missing.xml' @common } }
        @{ Cmdlet = 'Get-EopRelayCertificate'; Input = 'an object of another kind'; Id = 'InputUnreadable'; Category = 'ReadError'; Call = { Get-EopRelayCertificate -SendConnector @{ DomainName = 'contoso.com' } @common } }

        @{ Cmdlet = 'Get-EopRelayChain'; Input = 'a missing certificate file'; Id = 'CertificateFileNotFound'; Category = 'ObjectNotFound'; Call = { Get-EopRelayChain -Path 'missing.cer' @common } }
        @{ Cmdlet = 'Get-EopRelayChain'; Input = 'an object that is no certificate'; Id = 'InputNotRecognized'; Category = 'InvalidType'; Call = { 42 | Get-EopRelayChain @common } }
        @{ Cmdlet = 'Get-EopRelayChain'; Input = 'a file that is no certificate'; Id = 'NativeLibraryRefused'; Category = 'InvalidArgument'; Call = { Get-EopRelayChain -LiteralPath $binary @common } }

        @{ Cmdlet = 'Get-EopRelayChainEvent'; Input = 'a missing file'; Id = 'LogNotFound'; Category = 'ObjectNotFound'; Call = { Get-EopRelayChainEvent -Path 'missing.evtx' @common } }
        @{ Cmdlet = 'Get-EopRelayChainEvent'; Input = 'an object that is no event'; Id = 'InputNotRecognized'; Category = 'InvalidType'; Call = { 42 | Get-EopRelayChainEvent @common } }
        @{ Cmdlet = 'Get-EopRelayHybridChange'; Input = 'a missing file'; Id = 'LogNotFound'; Category = 'ObjectNotFound'; Call = { Get-EopRelayHybridChange -Path 'missing.log' @common } }
        @{ Cmdlet = 'Get-EopRelayHybridChange'; Input = 'another file'; Id = 'OtherContent'; Category = 'InvalidData'; Call = { Get-EopRelayHybridChange -LiteralPath $foreign @common } }
        @{ Cmdlet = 'Get-EopRelayHybridChange'; Input = 'an object that is no file'; Id = 'InputNotRecognized'; Category = 'InvalidType'; Call = { 42 | Get-EopRelayHybridChange @common } }

        @{ Cmdlet = 'Resolve-EopRelayError'; Input = 'a missing file'; Id = 'ErrorFileNotFound'; Category = 'ObjectNotFound'; Call = { Resolve-EopRelayError -Path 'missing.eml' @common } }
        @{ Cmdlet = 'Resolve-EopRelayError'; Input = 'a folder'; Id = 'ErrorFileUnreadable'; Category = 'ReadError'; Call = { Resolve-EopRelayError -LiteralPath $TestDrive @common } }
        @{ Cmdlet = 'Resolve-EopRelayError'; Input = 'an object without an error'; Id = 'InputNotRecognized'; Category = 'InvalidType'; Call = { 42 | Resolve-EopRelayError @common } }
        @{ Cmdlet = 'Resolve-EopRelayError'; Input = 'an object that is no session'; Terminates = $true; Id = 'InputNotRecognized'; Category = 'InvalidType'; Call = { Resolve-EopRelayError -InputObject 'x' -Session 5 @common } }
        @{ Cmdlet = 'Get-EopRelayRenewalPlan'; Input = 'an empty certificate'; Id = 'InputUnreadable'; Category = 'ReadError'; Target = '*nothing.txt'; Call = { Get-EopRelayRenewalPlan -NewCertificate $nothing @common } }
        @{ Cmdlet = 'Export-EopRelayEvidence'; Input = 'a folder in place of a package'; Terminates = $true; Id = 'PackageNotWritten'; Category = 'WriteError'; Call = { Export-EopRelayEvidence -Path $empty @common } }
        @{ Cmdlet = 'Test-EopRelayConnection'; Input = 'a sender that is no address'; Terminates = $true; Id = 'NativeLibraryRefused'; Category = 'InvalidArgument'; Call = { Test-EopRelayConnection -From 'anna' -To 'ben@fabrikam.com' -SmartHost 'mail.invalid' -NoCertificate @common } }
        @{ Cmdlet = 'Export-EopRelayReport'; Input = 'an object that is no report'; Id = 'InputNotRecognized'; Category = 'InvalidType'; Call = { 42 | Export-EopRelayReport -Path 'report.html' @common } }
        @{ Cmdlet = 'Export-EopRelayReport'; Input = 'a folder that is not there'; Id = 'ReportNotWritten'; Category = 'WriteError'; Call = { Test-EopRelayCertificate -AcceptedDomain contoso.com -LogPath $log -WarningAction SilentlyContinue | Export-EopRelayReport -Path 'missing/report.html' @common } }
        @{ Cmdlet = 'Format-EopRelayReport'; Input = 'an object that is no report'; Id = 'InputNotRecognized'; Category = 'InvalidType'; Call = { 42 | Format-EopRelayReport @common } }
    )
    # Windows has no file that is a pipe.
    $cases = @($cases | Where-Object { -not $_['LinuxOnly'] -or [System.Environment]::OSVersion.Platform -eq 'Unix' })
}

BeforeAll {
    Set-StrictMode -Version 3.0
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath '../../powershell/EopRelay/EopRelay.psd1') -Force

    $fixtures = Join-Path -Path $PSScriptRoot -ChildPath '../fixtures' | Resolve-Path | Select-Object -ExpandProperty ProviderPath
    $log = Join-Path -Path $fixtures -ChildPath 'interop/SEND2026111501-1.LOG'
    $certificate = Join-Path -Path $fixtures -ChildPath 'certificates/mail.contoso.com.cer'
    $pfx = Join-Path -Path $fixtures -ChildPath 'certificates/mail.contoso.com.pfx'
    $foreign = Join-Path -Path $TestDrive -ChildPath 'foreign.log'
    Set-Content -LiteralPath $foreign -Value '#Software: Microsoft Exchange Server', '#Log-type: HttpProxy Logs', '#Fields: DateTime,RequestId'
    $binary = Join-Path -Path $TestDrive -ChildPath 'binary.xml'
    [System.IO.File]::WriteAllText($binary, 'no export of anything')
    $nothing = Join-Path -Path $TestDrive -ChildPath 'nothing.txt'
    [System.IO.File]::WriteAllText($nothing, '')
    $fifo = Join-Path -Path $TestDrive -ChildPath 'fifo.xml'
    if ([System.Environment]::OSVersion.Platform -eq 'Unix') {
        mkfifo $fifo
    }
    $empty = Join-Path -Path $TestDrive -ChildPath 'empty'
    $null = New-Item -Path $empty -ItemType Directory
    Push-Location -LiteralPath $empty
}

AfterAll {
    Pop-Location
}

Describe '<Cmdlet> with <Input>' -ForEach $cases {
    It 'writes one record with its id and category' {
        $common = @{ ErrorAction = 'SilentlyContinue'; ErrorVariable = 'trouble'; WarningAction = 'SilentlyContinue' }
        $global:Error.Clear()
        $trouble = @()
        if ($_['Terminates']) {
            $caught = $null
            try {
                $null = . $Call
            }
            catch {
                $caught = $_
            }
            $caught | Should -Not -BeNullOrEmpty
            $caught.FullyQualifiedErrorId | Should -Be "$Id,$Cmdlet"
            $caught.CategoryInfo.Category | Should -Be $Category
            $caught.TargetObject | Should -Not -BeNullOrEmpty
            $global:Error.Count | Should -Be 1
            return
        }
        $null = . $Call
        $global:Error.Count | Should -Be 1
        $trouble = @($trouble)
        $trouble.Count | Should -Be 1
        $trouble[0].FullyQualifiedErrorId | Should -Be "$Id,$Cmdlet"
        $trouble[0].CategoryInfo.Category | Should -Be $Category
        $trouble[0].TargetObject | Should -Not -BeNullOrEmpty
        if ($_['Target']) {
            [string]$trouble[0].TargetObject | Should -BeLike $_['Target']
        }
    }

    It 'writes none with Ignore' -Skip:([bool]$_['Terminates']) {
        $common = @{ ErrorAction = 'Ignore'; WarningAction = 'SilentlyContinue' }
        $global:Error.Clear()
        $null = . $Call
        $global:Error.Count | Should -Be 0
    }
}
