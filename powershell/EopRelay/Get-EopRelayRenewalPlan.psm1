# Get-EopRelayRenewalPlan.
Set-StrictMode -Version 3.0

Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'shared/ErrorRecord.psm1')
Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'shared/Evidence.psm1')
Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'shared/EvidenceObject.psm1')
Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'shared/EvidencePath.psm1')
Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'shared/Reading.psm1')
Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'shared/Session.psm1')

function Get-EopRelayRenewalPlan {
    <#
    .SYNOPSIS
    Says in which steps a new certificate takes the place of the one in use, so that no mail is refused in between.

    .DESCRIPTION
    Get-EopRelayRenewalPlan takes the new certificate and what is configured, and gives one object: the steps in the order in which they are done. The tenant's connector is widened first, where the new certificate has another name; then the intermediates and the certificate come to every source server, enabled for SMTP; then the send and receive connectors name it; and the certificate before stays until every place sends the new one. Each step has its command, how to see that it worked, and its way back.

    Every step is made on a model of what is given, and what each connector on each server sends then is judged before the next step. Where a step costs mail, it says where and for how long. It changes nothing, and asks no server: that is what -WhatIf would do.

    With the same issuer and subject as before nothing is to be set on any connector, and the plan says so.

    Verdict is NothingToSet, StepsNeeded, Refused (mail with the new certificate would be refused; then there are no steps) or Uncertain. ExitCode is 0, 10, 20 or 30 accordingly, and 40 where an input cannot be read.

    Everything but the certificate is optional. What is not given is said: without installed certificates the steps on servers are to be done where they are not done yet, without the tenant's connectors whether these match is not known.

    .PARAMETER NewCertificate
    The new certificates: files (DER, PEM, P7B, PFX), by path, pattern or Get-Item, or objects with RawData: of Get-ExchangeCertificate, or of the certificate drive. What follows in a file may be its intermediates.

    .PARAMETER InputObject
    New certificates in place of -NewCertificate, in the same shapes; or sessions of Get-SendConnectorTlsSession: they show which certificate is sent today, and the public address.

    .PARAMETER SendConnector
    The send connectors: objects of Get-SendConnector, live, imported, selected or hashtables; or files that they were exported to, by path, pattern or Get-Item.

    .PARAMETER ReceiveConnector
    The receive connectors: objects of Get-ReceiveConnector, or such files.

    .PARAMETER InstalledCertificate
    The installed certificates of all source servers: objects of Get-ExchangeCertificate, or such files. Those of several servers need a property Server, as an example shows.

    .PARAMETER InboundConnector
    The inbound connectors of the tenant: objects of Get-InboundConnector in Exchange Online, or such files.

    .PARAMETER AcceptedDomain
    The accepted domains of the tenant: objects of Get-AcceptedDomain in Exchange Online, such files, or the domains as text.

    .PARAMETER Tenant
    Where there are several tenants, one hashtable for each: @{ Name = 'contoso'; InboundConnector = 'inbound.xml'; AcceptedDomain = 'domains.xml' }.

    .PARAMETER LogPath
    Send logs in place of sessions: files, folders or patterns; NAME=PATH names their server.

    .PARAMETER Recurse
    Reads the folders below those of -LogPath too.

    .PARAMETER IntermediatePath
    Files with the intermediates that the servers have in LocalMachine\CA, all of them.

    .PARAMETER Password
    The password of PFX files.

    .PARAMETER Server
    The server of certificates that have no property Server, and of sessions that do not show theirs.

    .PARAMETER At
    The time as of which the plan is made. Without a zone it is local time. The default is now.

    .INPUTS
    System.IO.FileInfo, certificates with RawData, paths as text; or EopRelay.Session, also deserialized.

    .OUTPUTS
    EopRelay.RenewalPlan. Its members: SchemaVersion, ProductVersion, JudgedAt, Verdict, Summary, Certificates, Places, Steps, Reasons, Notes, Problems, ExitCode.

    .EXAMPLE
    $send = Get-SendConnector
    $receive = Get-ReceiveConnector
    $installed = foreach ($name in 'EX01', 'EX02') {
        $ofServer = Get-ExchangeCertificate -Server $name
        $ofServer | Select-Object -Property *, @{ Name = 'Server'; Expression = { $name } }
    }
    Get-EopRelayRenewalPlan -NewCertificate new.pem -SendConnector $send -ReceiveConnector $receive -InstalledCertificate $installed -InboundConnector inbound.xml -AcceptedDomain domains.xml

    The plan for two servers, printed as the command prints it. Exchange's output is assigned first: two of its cmdlets in one pipeline over remoting fail.

    .EXAMPLE
    $plan = Get-EopRelayRenewalPlan -NewCertificate new.pem -SendConnector send.xml -InstalledCertificate installed.xml
    $plan.Places | Format-Table -Property Server, Connector, Now, HasNew, Afterwards
    $plan.Steps | Format-Table -Property Need, Where, Action -Wrap

    Connectors on servers side by side, and the steps one below the other.

    .EXAMPLE
    $plan = Get-EopRelayRenewalPlan -NewCertificate new.pem -SendConnector send.xml -InstalledCertificate installed.xml
    $plan | Select-Object -Property ExitCode, Summary

    After an automatic renewal: an exit code and one line. The page renewal of the book has scripts for the tools that renew.

    .EXAMPLE
    $new = Get-ExchangeCertificate -Thumbprint '8F21D6B4E07C953A1B6E8D0F2A4C69708192B3D5'
    Get-EopRelayRenewalPlan -NewCertificate $new -SendConnector send.xml -LogPath D:\Logs\SmtpSend

    A certificate that is installed already; the logs show what is sent today.

    .EXAMPLE
    Get-Item -Path new.pem | Get-EopRelayRenewalPlan -SendConnector send.xml -InstalledCertificate installed.xml

    The new certificate comes by pipeline, as of the certificate drive too.

    .LINK
    Get-EopRelayCertificate

    .LINK
    Test-EopRelayConnection

    .LINK
    about_EopRelay
    #>
    [CmdletBinding(PositionalBinding = $false)]
    [OutputType('EopRelay.RenewalPlan')]
    param(
        [Parameter()]
        [ValidateNotNullOrEmpty()]
        [psobject[]]
        $NewCertificate,

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
        $InstalledCertificate,

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
        [ValidateNotNullOrEmpty()]
        [psobject[]]
        $Tenant,

        [Parameter()]
        [ValidateNotNullOrEmpty()]
        [string[]]
        $LogPath,

        [Parameter()]
        [switch]
        $Recurse,

        [Parameter()]
        [ValidateNotNullOrEmpty()]
        [string[]]
        $IntermediatePath,

        [Parameter()]
        [ValidateNotNull()]
        [securestring]
        $Password,

        [Parameter()]
        [ValidateNotNullOrEmpty()]
        [string]
        $Server,

        [Parameter()]
        [datetime]
        $At
    )

    begin {
        $request = [EopRelay.Interop]::NewRequest()
        $problems = @(
            Add-Evidence -Request $request -Cmdlet $PSCmdlet -BoundParameters $PSBoundParameters
            foreach ($given in $NewCertificate) {
                Add-NewCertificate -Request $request -Cmdlet $PSCmdlet -InputObject $given -Password $Password
            }
        )
        foreach ($problem in $problems) {
            if ($null -eq $problem) {
                continue
            }
            if ($problem.IsFatal) {
                $PSCmdlet.ThrowTerminatingError((ConvertTo-ErrorRecord -Problem $problem))
            }
            $PSCmdlet.WriteError((ConvertTo-ErrorRecord -Problem $problem))
        }
        $isCertificateGiven = $PSBoundParameters.ContainsKey('NewCertificate')
        $diagnosis = $null
    }

    process {
        foreach ($given in $InputObject) {
            if ($null -eq $given) {
                continue
            }
            if (Test-Session -InputObject $given) {
                if ($null -eq $diagnosis) {
                    # Sessions are counted as they come, and not kept. A pipeline that stops leaves it to the finalizer.
                    $diagnosis = Wait-Answer -PendingAnswer ([EopRelay.Interop]::StartDiagnosis($request))
                    if ($diagnosis -is [EopRelay.EopRelayException]) {
                        $PSCmdlet.ThrowTerminatingError((ConvertTo-ErrorRecord -Problem $diagnosis))
                    }
                }
                $problems = @(Add-Session -Request $diagnosis -InputObject $given)
            }
            elseif ($null -eq $diagnosis) {
                $isCertificateGiven = $true
                $problems = @(Add-NewCertificate -Request $request -Cmdlet $PSCmdlet -InputObject $given -Password $Password)
            }
            else {
                $message = "'$given' is no session. After sessions the pipeline takes sessions alone: give the new certificate with -NewCertificate."
                $problems = @(New-InputProblem -ErrorId 'InputNotRecognized' -Category 'InvalidType' -Message $message -TargetObject $given)
            }
            foreach ($problem in $problems) {
                if ($null -ne $problem) {
                    $PSCmdlet.WriteError((ConvertTo-ErrorRecord -Problem $problem -TargetObject $given))
                }
            }
        }
    }

    end {
        if (-not $isCertificateGiven) {
            $message = 'No new certificate was given. Give its file with -NewCertificate, or a certificate by pipeline.'
            $PSCmdlet.ThrowTerminatingError((ConvertTo-ErrorRecord -Problem (New-InputProblem -ErrorId 'CertificateMissing' -Category 'InvalidArgument' -Message $message)))
        }
        if ($null -eq $diagnosis) {
            $diagnosis = Wait-Answer -PendingAnswer ([EopRelay.Interop]::StartDiagnosis($request))
            if ($diagnosis -is [EopRelay.EopRelayException]) {
                $PSCmdlet.ThrowTerminatingError((ConvertTo-ErrorRecord -Problem $diagnosis))
            }
        }
        try {
            $activity = 'Reading SMTP protocol logs'
            while ($diagnosis.TryRead()) {
                Write-ReadingProgress -Activity $activity -Progress $diagnosis.Progress
            }
            if ($null -ne $diagnosis.Error) {
                $PSCmdlet.ThrowTerminatingError((ConvertTo-ErrorRecord -Problem $diagnosis.Error))
            }
            if ($diagnosis.Progress.FilesTotal -gt 0) {
                Write-Progress -Activity $activity -Completed
            }
            $plan = Wait-Answer -PendingAnswer ([EopRelay.Interop]::StartRenewalPlan($diagnosis))
            if ($plan -is [EopRelay.EopRelayException]) {
                $PSCmdlet.ThrowTerminatingError((ConvertTo-ErrorRecord -Problem $plan))
            }
            foreach ($unread in $plan.Problems) {
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
            $plan
        }
        finally {
            $diagnosis.Dispose()
        }
    }
}

# Adds a new certificate: an object with RawData, or the files that a path, pattern or FileInfo stands for.
function Add-NewCertificate {
    [CmdletBinding()]
    param($Request, $Cmdlet, $InputObject, [securestring]$Password)

    if ($InputObject -is [string] -or $InputObject -is [System.IO.FileInfo]) {
        $path = [string]$InputObject
        $isLiteral = $InputObject -isnot [string]
        if ($isLiteral) {
            $path = $InputObject.FullName
        }
        foreach ($file in Get-EvidenceFile -Cmdlet $Cmdlet -Path $path -Literal:$isLiteral -Kind 'CertificateFile') {
            $problem = $file
            if ($file -isnot [EopRelay.EopRelayException]) {
                $problem = $Request.AddCertificateFile('CertificateFiles', $file, $Password)
            }
            if ($null -ne $problem) {
                if ($null -eq $problem.TargetObject) {
                    $problem.TargetObject = $InputObject
                }
                $Request.AddUnreadable($path, $problem.Message)
                $problem
            }
        }
    }
    elseif ($null -ne $InputObject.PSObject.Properties['RawData']) {
        Add-EvidenceObject -Request $Request -List 'Certificates' -Kind 'Certificate' -InputObject $InputObject
    }
    else {
        $message = "The new certificate '$InputObject' is neither a file nor a certificate with RawData. Give a PEM, P7B, PFX or DER file, or the output of Get-ExchangeCertificate; by pipeline also sessions."
        $problem = New-InputProblem -ErrorId 'InputNotRecognized' -Category 'InvalidType' -Message $message -TargetObject $InputObject
        $problem.IsFatal = $true
        $problem
    }
}

Export-ModuleMember -Function Get-EopRelayRenewalPlan
