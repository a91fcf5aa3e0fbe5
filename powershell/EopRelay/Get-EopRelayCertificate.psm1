# Get-EopRelayCertificate.
Set-StrictMode -Version 3.0

Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'shared/ErrorRecord.psm1')
Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'shared/Evidence.psm1')
Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'shared/Reading.psm1')
Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'shared/Session.psm1')

function Get-EopRelayCertificate {
    <#
    .SYNOPSIS
    Says, send connector by send connector and server by server, which certificate Exchange would send, which one it has sent, and when it expires.

    .DESCRIPTION
    Get-EopRelayCertificate joins three things that stand apart on an Exchange server: what the send connector asks for (TlsCertificateName, else the names by which Exchange chooses), which installed certificates fit that, and which certificate the send log says was sent. It gives one object for each connector and server, asks no server, and changes nothing.

    Certificates with the same issuer and subject, as a renewal leaves them, cannot be distinguished by TlsCertificateName: the object names the thumbprint that would be sent, why, its twins, and the thumbprint that was sent last, with the number of sessions, the first and the last of them.

    Successor is the installed certificate that takes over from the one in use: of the same subject or name, ending later, usable, whatever its issuer. It says in what it differs and what has to be set for it, among send connectors and, where they are given, receive connectors and the inbound connectors of the tenant; Get-EopRelayRenewalPlan has the steps in order. Renewal says how far a renewal is, over all servers of the connector: ready on EX01, missing on EX02.

    Everything is optional. What is not given is $null, and Reason and Note say what is missing: without sessions it says what would be sent, without connectors or installed certificates what was sent. Connectors that only sessions name have objects too.

    Status is the most urgent of what is to be said: Valid; ExpiresSoon (within -WarningDays); Expired; NotYetValid; Different (the log shows another certificate than the one that would be sent); NotFound (no usable installed certificate is the one asked for); NotEnabled (not enabled for SMTP, and no session shows that it works); NotTrusted (of a private authority, or self-signed: Exchange Online does not trust it); Revoked; NotNeeded (none fits, and none need); Unknown.

    .PARAMETER InputObject
    Sessions of Get-SendConnectorTlsSession, also after Export-Clixml or Invoke-Command.

    .PARAMETER SendConnector
    The send connectors: objects of Get-SendConnector, live, imported, selected or hashtables; or files that they were exported to, by path, pattern or Get-Item.

    .PARAMETER ReceiveConnector
    The receive connectors: objects of Get-ReceiveConnector, or files that they were exported to. Those that name the certificate in use have to name its successor.

    .PARAMETER InboundConnector
    The inbound connectors of the tenant: objects of Get-InboundConnector in Exchange Online, or files that they were exported to. Those that match the certificate in use and not its successor are named.

    .PARAMETER InstalledCertificate
    The installed certificates: objects of Get-ExchangeCertificate, certificates of the certificate drive, or files that they were exported to. Those of several servers need a property Server, as an example shows: the output of Get-ExchangeCertificate does not show its server, and over remoting names the server that was asked.

    .PARAMETER Server
    The server of certificates that have no property Server, and of sessions that do not show theirs. Give its full name: where a connector has neither TlsCertificateName nor Fqdn, Exchange chooses by it.

    .PARAMETER At
    The time as of which days are counted. Without a zone it is local time. The default is now.

    .PARAMETER WarningDays
    The days before its expiry from which a certificate has the Status ExpiresSoon, 0 to 3650. The default is a third of its validity, at most 30.

    .INPUTS
    EopRelay.Session, also deserialized.

    .OUTPUTS
    EopRelay.ConnectorCertificate. Its members: Connector, Server, IsEop, Status, NotAfter, DaysLeft, SelectedThumbprint, SentThumbprint, LastSession, Comparison, SelectedBy, Reason, Note, SelectedCertificate, Twins, Successor, Renewal, SentCertificates, Sessions, Expires, LastSent, Sent, Twin.

    .EXAMPLE
    $connectors = Get-SendConnector
    $installed = Get-ExchangeCertificate
    Get-EopRelayCertificate -SendConnector $connectors -InstalledCertificate $installed -Server ex01.contoso.com

    What would this server send? The output of Exchange's cmdlets is assigned first: two of them in one pipeline over remoting fail with 'Pipelines cannot be executed concurrently'.

    .EXAMPLE
    $services = Get-TransportService
    $sessions = $services | Get-SendConnectorTlsSession
    $sessions | Get-EopRelayCertificate -SendConnector $connectors -InstalledCertificate $installed | Format-List

    What would be sent, what was sent, and whether the two differ.

    .EXAMPLE
    $sessions | Get-EopRelayCertificate

    What was sent, by the logs only.

    .EXAMPLE
    $installed = foreach ($name in 'EX01', 'EX02') {
        $ofServer = Get-ExchangeCertificate -Server $name
        $ofServer | Select-Object -Property *, @{ Name = 'Server'; Expression = { $name } }
    }
    $sessions | Get-EopRelayCertificate -SendConnector $connectors -InstalledCertificate $installed

    Servers side by side: one of them may lack the renewed certificate. Each certificate gets the name of its server.

    .EXAMPLE
    $rows = Import-Clixml -Path sessions.xml | Get-EopRelayCertificate -SendConnector (Import-Clixml send.xml) -InstalledCertificate (Import-Clixml installed.xml)
    $rows | Where-Object { $_.Comparison -ne 'Same' } | Select-Object Connector, Server, SelectedThumbprint, SentThumbprint, Note

    On a support engineer's machine: where does the log show something else than the configuration?

    .EXAMPLE
    $rows = $sessions | Get-EopRelayCertificate -SendConnector $connectors -InstalledCertificate $installed -WarningDays 14
    $urgent = @($rows | Where-Object { $_.IsEop -and $_.Status -notin 'Valid', 'NotNeeded', 'Unknown' })
    if ($urgent.Count -gt 0) { exit 10 }

    In a scheduled task, after every automatic renewal.

    .EXAMPLE
    Get-EopRelayCertificate -SendConnector $connectors -InstalledCertificate $installed -At (Get-Date).AddDays(60)

    What will have expired in 60 days?

    .LINK
    Get-EopRelayRenewalPlan

    .LINK
    Get-SendConnectorTlsSession

    .LINK
    Test-EopRelayCertificate

    .LINK
    about_EopRelay
    #>
    [CmdletBinding(PositionalBinding = $false)]
    [OutputType('EopRelay.ConnectorCertificate')]
    param(
        # The only one that takes the pipeline; what it is, is reported by its members.
        [Parameter(ValueFromPipeline = $true)]
        [psobject]
        $InputObject,

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
        $InboundConnector,

        [Parameter()]
        [AllowNull()]
        [AllowEmptyCollection()]
        [psobject[]]
        $InstalledCertificate,

        [Parameter()]
        [ValidateNotNullOrEmpty()]
        [string]
        $Server,

        [Parameter()]
        [datetime]
        $At,

        [Parameter()]
        [ValidateRange(0, 3650)]
        [int]
        $WarningDays
    )

    begin {
        $request = [EopRelay.Interop]::NewRequest()
        foreach ($problem in Add-Evidence -Request $request -Cmdlet $PSCmdlet -BoundParameters $PSBoundParameters) {
            $PSCmdlet.WriteError((ConvertTo-ErrorRecord -Problem $problem))
        }
        if ($MyInvocation.ExpectingInput) {
            # That a pipeline brought none says something else than that there was none.
            $request.Expect('Sessions')
        }
        # Sessions are counted as they come, and not kept. A pipeline that stops leaves it to the finalizer.
        $diagnosis = Wait-Answer -PendingAnswer ([EopRelay.Interop]::StartDiagnosis($request))
        if ($diagnosis -is [EopRelay.EopRelayException]) {
            $PSCmdlet.ThrowTerminatingError((ConvertTo-ErrorRecord -Problem $diagnosis))
        }
    }

    process {
        foreach ($given in $InputObject) {
            if ($null -eq $given) {
                continue
            }
            if (Test-Session -InputObject $given) {
                $problem = Add-Session -Request $diagnosis -InputObject $given
            }
            else {
                $message = "'$given' is no session. Pipe the output of Get-SendConnectorTlsSession; give connectors with -SendConnector and certificates with -InstalledCertificate."
                $problem = New-InputProblem -ErrorId 'InputNotRecognized' -Category 'InvalidType' -Message $message -TargetObject $given
            }
            if ($null -ne $problem) {
                $PSCmdlet.WriteError((ConvertTo-ErrorRecord -Problem $problem -TargetObject $given))
            }
        }
    }

    end {
        $overview = Wait-Answer -PendingAnswer ([EopRelay.Interop]::StartCertificates($diagnosis))
        $diagnosis.Dispose()
        if ($overview -is [EopRelay.EopRelayException]) {
            $PSCmdlet.ThrowTerminatingError((ConvertTo-ErrorRecord -Problem $overview))
        }
        foreach ($unread in $overview.Problems) {
            if ($request.IsUnreadable($unread.Path)) {
                continue
            }
            if ($unread.IsError) {
                $problem = New-InputProblem -ErrorId 'InputUnreadable' -Category 'ReadError' -Message ([string]$unread) -TargetObject $unread.Path
                $PSCmdlet.WriteError((ConvertTo-ErrorRecord -Problem $problem))
            }
            else {
                $PSCmdlet.WriteWarning([string]$unread)
            }
        }
        $overview.Certificates
    }
}

Export-ModuleMember -Function Get-EopRelayCertificate
