# Test-EopRelayConnection: a probe up to RCPT TO. Nothing is ever submitted.
Set-StrictMode -Version 3.0

Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'shared/ErrorRecord.psm1')
Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'shared/EvidencePath.psm1')
Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'shared/Evidence.psm1')

function Test-EopRelayConnection {
    <#
    .SYNOPSIS
    Asks Exchange Online now whether it accepts this server's mail, so that you see at once whether a remedy helped. Nothing is ever submitted.

    .DESCRIPTION
    Test-EopRelayConnection submits nothing: it connects as the send connector would, with the certificate that Exchange would use, names one sender and one recipient (EHLO, STARTTLS, EHLO, MAIL FROM, RCPT TO), and takes its leave (RSET, QUIT). It never says DATA. One connection, one recipient, no retry; lists of recipients are refused. What Exchange Online refuses only after DATA it cannot see.

    Its dialogue is a send log of Exchange's own form: the session in the result is of the type that Get-SendConnectorTlsSession returns, and the report on it is made by the same rules as that of Test-EopRelayCertificate, with the same evidence parameters.

    Give a recipient outside Microsoft 365: only there relay is needed. A recipient in another tenant is accepted without it.

    Without -Thumbprint, -Path and -NoCertificate the certificate is the one of this computer that Exchange would choose for the send connector; its key is used where it lies, through Windows, and never exported (not seen on Windows yet: the tests sign in its place). The key is used by whoever runs this, and Exchange runs as NETWORK SERVICE: where the access list of the key does not say that NETWORK SERVICE may read it, and for a key of a file, the verdict is never Accepted.

    A change of a connector reaches all front ends of Exchange Online in minutes to an hour. -UntilAccepted asks again until three different front ends accept. It ends at the first 4.7.x, so that the address of the server comes into no disrepute, and after 20 connections.

    -Inbound looks at the other direction: it connects to the server's own receive connector as Exchange Online would, and shows STARTTLS, the certificate, its names and its chain. No address is named.

    .PARAMETER From
    MAIL FROM: one address; '<>' is the null sender of non-delivery reports and automatic replies.

    .PARAMETER To
    RCPT TO: one address, outside Microsoft 365.

    .PARAMETER SendConnector
    The send connector whose place it takes: an object of Get-SendConnector, a file that it was exported to, or its name, where this session has Get-SendConnector. Smart host, the name in EHLO, TLS and the certificate are those of the connector.

    .PARAMETER SmartHost
    The host to connect to, where no send connector tells it. No MX record is looked up.

    .PARAMETER Thumbprint
    The certificate to show: this one of LocalMachine\My.

    .PARAMETER Path
    The certificate to show: a PFX file, or a PEM file with its private key.

    .PARAMETER Password
    The password of the PFX file. It is in the memory of this process while the probe runs.

    .PARAMETER NoCertificate
    Shows no certificate, as a server does that goes by its address.

    .PARAMETER Fqdn
    The name in EHLO; without it that of the send connector, else the name of this computer.

    .PARAMETER TlsDomain
    The name that the certificate of the other side must have; without it that of the send connector, else the host.

    .PARAMETER SourceAddress
    Connects from this address of the server.

    .PARAMETER Port
    The port; 25 unless given.

    .PARAMETER TimeoutSec
    Seconds that one answer may take; 30 unless given.

    .PARAMETER OutLog
    Keeps the dialogue in this file, which must not be there yet. With -UntilAccepted each connection has a file of its own, numbered.

    .PARAMETER UntilAccepted
    Asks until three different front ends accept.

    .PARAMETER IntervalSec
    Seconds between two connections, at least 60.

    .PARAMETER TimeLimitSec
    Seconds in all; an hour unless given.

    .PARAMETER Inbound
    Looks at the receive connector of -Server.

    .PARAMETER Server
    With -Inbound the server to connect to; else the name of this server in the report.

    .PARAMETER InboundConnector
    The inbound connectors of the tenant, as of Test-EopRelayCertificate.

    .PARAMETER AcceptedDomain
    The accepted domains of the tenant, as of Test-EopRelayCertificate.

    .PARAMETER InstalledCertificate
    The certificates installed on the server, as of Test-EopRelayCertificate; without it those of LocalMachine\My.

    .PARAMETER IntermediatePath
    Files with the intermediates that the server has; without it those of LocalMachine\CA, else what the certificate's file holds.

    .PARAMETER RootPath
    Files with roots of the server.

    .PARAMETER HybridLogPath
    Logs of the Hybrid Configuration Wizard, in place of -InboundConnector.

    .OUTPUTS
    EopRelay.ProbeResult. Its members: StartTime, Host, MailFrom, Recipient, Verdict, Summary, Limits, Fault, Steps, CertificateRequested, SentChain, Key, RemoteChain, RemoteTrust, Log, LogText, Report, ExitCode, Attempt, Text, Session.

    .EXAMPLE
    $send = Get-SendConnector -Identity 'Outbound to Microsoft 365'
    Test-EopRelayConnection -From anna@contoso.com -To bob@fabrikam.com -SendConnector $send

    Asks with the certificate that Exchange would choose. Run it elevated, on the server that sends.

    .EXAMPLE
    Test-EopRelayConnection -From anna@contoso.com -To bob@fabrikam.com -SmartHost contoso-com.mail.protection.outlook.com -Path D:\new.pfx -Password (Read-Host -AsSecureString)

    Asks with a certificate before it is installed.

    .EXAMPLE
    Test-EopRelayConnection -From anna@contoso.com -To bob@fabrikam.com -SendConnector $send -UntilAccepted -Verbose

    Waits until a changed inbound connector has reached three front ends, and says after each connection how it stands.

    .EXAMPLE
    Test-EopRelayConnection -Inbound -Server ex01.contoso.com -TlsDomain mail.contoso.com

    Shows the certificate that Exchange Online gets to see when it hands mail over.

    .LINK
    Test-EopRelayCertificate

    .LINK
    about_EopRelay
    #>
    [CmdletBinding(DefaultParameterSetName = 'AsExchange', PositionalBinding = $false)]
    [OutputType('EopRelay.ProbeResult')]
    param(
        [Parameter(ParameterSetName = 'AsExchange', Mandatory = $true)]
        [Parameter(ParameterSetName = 'Thumbprint', Mandatory = $true)]
        [Parameter(ParameterSetName = 'Path', Mandatory = $true)]
        [Parameter(ParameterSetName = 'NoCertificate', Mandatory = $true)]
        [ValidateNotNullOrEmpty()]
        [string]
        $From,

        [Parameter(ParameterSetName = 'AsExchange', Mandatory = $true)]
        [Parameter(ParameterSetName = 'Thumbprint', Mandatory = $true)]
        [Parameter(ParameterSetName = 'Path', Mandatory = $true)]
        [Parameter(ParameterSetName = 'NoCertificate', Mandatory = $true)]
        [ValidateNotNullOrEmpty()]
        [string]
        $To,

        [Parameter(ParameterSetName = 'Thumbprint', Mandatory = $true)]
        [ValidateNotNullOrEmpty()]
        [string]
        $Thumbprint,

        [Parameter(ParameterSetName = 'Path', Mandatory = $true)]
        [ValidateNotNullOrEmpty()]
        [string]
        $Path,

        [Parameter(ParameterSetName = 'Path')]
        [ValidateNotNull()]
        [securestring]
        $Password,

        [Parameter(ParameterSetName = 'NoCertificate', Mandatory = $true)]
        [switch]
        $NoCertificate,

        [Parameter(ParameterSetName = 'Inbound', Mandatory = $true)]
        [switch]
        $Inbound,

        [Parameter(ParameterSetName = 'AsExchange')]
        [Parameter(ParameterSetName = 'Thumbprint')]
        [Parameter(ParameterSetName = 'Path')]
        [Parameter(ParameterSetName = 'NoCertificate')]
        [ValidateNotNull()]
        [psobject]
        $SendConnector,

        [Parameter()]
        [ValidateNotNullOrEmpty()]
        [string]
        $SmartHost,

        [Parameter()]
        [ValidateNotNullOrEmpty()]
        [string]
        $Fqdn,

        [Parameter()]
        [ValidateNotNullOrEmpty()]
        [string]
        $TlsDomain,

        [Parameter()]
        [ValidateNotNullOrEmpty()]
        [string]
        $SourceAddress,

        [Parameter()]
        [ValidateRange(1, 65535)]
        [int]
        $Port = 25,

        [Parameter()]
        [ValidateRange(1, 600)]
        [int]
        $TimeoutSec = 30,

        [Parameter()]
        [ValidateNotNullOrEmpty()]
        [string]
        $OutLog,

        [Parameter(ParameterSetName = 'AsExchange')]
        [Parameter(ParameterSetName = 'Thumbprint')]
        [Parameter(ParameterSetName = 'Path')]
        [Parameter(ParameterSetName = 'NoCertificate')]
        [switch]
        $UntilAccepted,

        [Parameter()]
        [ValidateRange(60, 86400)]
        [int]
        $IntervalSec = 60,

        [Parameter()]
        [ValidateRange(1, 86400)]
        [int]
        $TimeLimitSec = 3600,

        [Parameter()]
        [ValidateNotNullOrEmpty()]
        [string]
        $Server,

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
        $InstalledCertificate,

        [Parameter()]
        [ValidateNotNullOrEmpty()]
        [string[]]
        $IntermediatePath,

        [Parameter()]
        [ValidateNotNullOrEmpty()]
        [string[]]
        $RootPath,

        [Parameter()]
        [ValidateNotNullOrEmpty()]
        [string[]]
        $HybridLogPath
    )

    begin {
        $request = [EopRelay.Interop]::NewRequest()
        $question = [EopRelay.Interop]::NewRequest()
        foreach ($name in 'From', 'To', 'Thumbprint', 'SmartHost', 'Fqdn', 'TlsDomain') {
            $question.Set($name, $PSBoundParameters[$name])
        }
        $question.Set('Port', $Port)
        $question.Set('TimeoutSec', $TimeoutSec)
        $question.Set('NoCertificate', $NoCertificate.IsPresent)
        $question.Set('Inbound', $Inbound.IsPresent)
        $question.Set('Computer', [System.Environment]::MachineName)
        if ($Inbound -and $Server -ne '' -and $SmartHost -eq '') {
            $question.Set('SmartHost', $Server)
        }
        $bound = @{}
        foreach ($name in $PSBoundParameters.Keys) {
            $bound[$name] = $PSBoundParameters[$name]
        }
        if (-not $bound.ContainsKey('Server')) {
            $bound['Server'] = [System.Environment]::MachineName
        }
        $problems = @(
            if ($bound.ContainsKey('SendConnector')) {
                $connector = Get-NamedSendConnector -Cmdlet $PSCmdlet -Value $SendConnector
                $bound['SendConnector'] = @($connector | Where-Object -FilterScript { $_ -isnot [EopRelay.EopRelayException] })
                $connector | Where-Object -FilterScript { $_ -is [EopRelay.EopRelayException] }
            }
            Add-Evidence -Request $request -Cmdlet $PSCmdlet -BoundParameters $bound
            if ($bound.ContainsKey('Path')) {
                Add-ProbeCertificate -Question $question -Cmdlet $PSCmdlet -Path $Path
            }
        )
        # Whatever certificate is shown, its issuers come from the store of this computer, as Exchange's do;
        # other systems than Windows have none.
        $hasStores = [System.Environment]::OSVersion.Platform -eq 'Win32NT'
        $request.Set('UseMachineStores', ($PSCmdlet.ParameterSetName -in 'AsExchange', 'Thumbprint' -or ($hasStores -and -not $Inbound)))
        if ($bound.ContainsKey('Password')) {
            $question.SetSecret('Password', $Password)
        }
        foreach ($problem in $problems) {
            if ($null -ne $problem) {
                # What is missing would change the question or the judgement: nothing is asked then.
                $PSCmdlet.ThrowTerminatingError((ConvertTo-ErrorRecord -Problem $problem))
            }
        }
    }

    end {
        $results = @()
        $begun = [datetime]::UtcNow
        $isDone = $false
        while (-not $isDone) {
            if ($OutLog -ne '') {
                $question.Set('OutLog', (Get-ProbeLogPath -Cmdlet $PSCmdlet -Path $OutLog -Number ($results.Count + 1)))
            }
            $probe = [EopRelay.Interop]::OpenProbe($question, $request, $SourceAddress)
            if ($probe -is [EopRelay.EopRelayException]) {
                $asked = @($From, $To, $SmartHost, $Server | Where-Object -FilterScript { $_ -ne '' }) -join ', '
                $PSCmdlet.ThrowTerminatingError((ConvertTo-ErrorRecord -Problem $probe -TargetObject $asked))
            }
            try {
                if ($null -ne $probe.Reason) {
                    $PSCmdlet.WriteVerbose($probe.Reason)
                }
                while ($probe.TryAdvance()) {
                    # Between two statements Ctrl+C is heard.
                    continue
                }
                $result = $probe.Error
                if ($null -eq $result) {
                    $result = $probe.Result()
                }
            }
            finally {
                $probe.Dispose()
            }
            if ($result -is [EopRelay.EopRelayException]) {
                $PSCmdlet.ThrowTerminatingError((ConvertTo-ErrorRecord -Problem $result))
            }
            $result
            $isDone = -not $UntilAccepted
            if ($UntilAccepted) {
                $results += $result
                $standing = [EopRelay.Interop]::StandingOf($results, $IntervalSec, [int]([datetime]::UtcNow - $begun).TotalSeconds, $TimeLimitSec)
                if ($standing -is [EopRelay.EopRelayException]) {
                    $PSCmdlet.ThrowTerminatingError((ConvertTo-ErrorRecord -Problem $standing))
                }
                $isDone = $standing.Next -ne 'Again'
                if ($isDone -and $standing.Next -ne 'Done') {
                    $PSCmdlet.WriteWarning($standing.Summary)
                }
                else {
                    $PSCmdlet.WriteVerbose($standing.Summary)
                }
                if (-not $isDone) {
                    Write-Progress -Activity 'Test-EopRelayConnection' -Status $standing.Summary
                    Start-Sleep -Seconds $IntervalSec
                }
            }
        }
        Write-Progress -Activity 'Test-EopRelayConnection' -Completed
    }
}

# The send connector that a value stands for: an object or a file as it is; a name by Get-SendConnector,
# where this session has it.
function Get-NamedSendConnector {
    [CmdletBinding()]
    param($Cmdlet, $Value)

    if ($Value -isnot [string] -or (Test-FileName -Cmdlet $Cmdlet -Text $Value)) {
        return $Value
    }
    $command = Get-Command -Name 'Get-SendConnector' -ErrorAction Ignore
    if ($null -eq $command) {
        $message = "'$Value' is no file, and this session has no Get-SendConnector to ask for a send connector of that name. Give its object or an export, or -SmartHost."
        return New-InputProblem -ErrorId 'SendConnectorNotFound' -Category 'ObjectNotFound' -Message $message -TargetObject $Value
    }
    $connectors = @(& $command -Identity $Value -ErrorAction SilentlyContinue)
    if ($connectors.Count -ne 1) {
        $message = "Get-SendConnector knows $($connectors.Count) send connectors of the name '$Value'. Give the object of the one that is meant."
        return New-InputProblem -ErrorId 'SendConnectorNotFound' -Category 'ObjectNotFound' -Message $message -TargetObject $Value
    }
    $connectors[0]
}

# Gives the question the file with certificate and key.
function Add-ProbeCertificate {
    [CmdletBinding()]
    param($Question, $Cmdlet, [string]$Path)

    $files = @(Get-EvidenceFile -Cmdlet $Cmdlet -Path $Path -Kind 'CertificateFile')
    if ($files[0] -is [EopRelay.EopRelayException]) {
        return $files[0]
    }
    if ($files.Count -ne 1) {
        $message = "$($files.Count) files fit '$Path'. Give the one with the certificate and its key."
        return New-InputProblem -ErrorId 'CertificateFileNotFound' -Category 'InvalidArgument' -Message $message -TargetObject $Path
    }
    $Question.SetFile('CertificateFile', $files[0])
}

# The full path of the log of a connection: from the second on it is numbered.
function Get-ProbeLogPath {
    [CmdletBinding()]
    param($Cmdlet, [string]$Path, [int]$Number)

    $full = $Cmdlet.GetUnresolvedProviderPathFromPSPath($Path)
    if ($Number -eq 1) {
        return $full
    }
    $name = [System.IO.Path]::GetFileNameWithoutExtension($full) + "-$Number" + [System.IO.Path]::GetExtension($full)
    Join-Path -Path ([System.IO.Path]::GetDirectoryName($full)) -ChildPath $name
}

Export-ModuleMember -Function Test-EopRelayConnection
