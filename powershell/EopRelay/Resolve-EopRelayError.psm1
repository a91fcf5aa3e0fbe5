# Resolve-EopRelayError, and how its inputs become errors to explain.
Set-StrictMode -Version 3.0

Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'shared/ErrorRecord.psm1')
Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'shared/EvidenceObject.psm1')
Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'shared/EvidencePath.psm1')
Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'shared/Session.psm1')

function Resolve-EopRelayError {
    <#
    .SYNOPSIS
    Says what an error of a queue, of the message tracking log or of a non-delivery report means, what the log says of it, and what is to be done.

    .DESCRIPTION
    Resolve-EopRelayError takes whatever an administrator has at hand when mail does not arrive: the LastError of Get-Queue and Get-Message, the RecipientStatus of Get-MessageTrackingLog, a non-delivery report as a mail (.eml), as HTML or as text in any language, or a reply alone. It takes the wrappers off ('451 4.4.0 Primary target IP address responded with: "..."', '[{LED=...}]'), names the class of the reply inside, and says what it means, who has to act and what to do.

    Many errors are cover texts: '421 4.4.1 Connection timed out' in the queue, where the send log says UnknownCredentials. With -Session each error is joined to the session of the log that it reports: by the other server's session id in the reply, by the Message-ID, else by time and host. How certain that is, is said: Certain, Likely or Possible. Where a cover text is lifted with certainty or likelihood, the remedy is that of the error in the log.

    Queues, messages and events without an error give nothing. One file or object that cannot be read is one error, and the rest goes on. It needs no cloud login, asks no server, and changes nothing.

    .PARAMETER InputObject
    What the pipeline brings: texts; objects of Get-Queue, Get-Message and Get-MessageTrackingLog, live, from remoting or imported; files of Get-ChildItem.

    .PARAMETER Path
    Files, or patterns (*, ?, [...]): non-delivery reports (.eml, .html, text), or exported queues, messages and events (Export-Clixml, ConvertTo-Json, Export-Csv, Format-List text).

    .PARAMETER LiteralPath
    Such files, taken as they are: no character is a wildcard.

    .PARAMETER Session
    Sessions to join: the output of Get-SendConnectorTlsSession, also after Export-Clixml or Invoke-Command. Give those of all servers, FrontEnd and Hub, around the time of the errors.

    .INPUTS
    System.String, System.IO.FileInfo, objects of Get-Queue, Get-Message and Get-MessageTrackingLog; any of them deserialized.

    .OUTPUTS
    EopRelay.DeliveryError. Its members: Source, Identity, ReportingServer, Time, Reply, Rejection, Code, EnhancedStatus, TlsError, Meaning, Session, Remedy, Side, Cover, Local, Recognised, Sender, Recipients, InternetMessageId, NextHop, RemoteServer, SendConnector, MessageCount, Wrappers, Uncertain, Reference, Confidence, Path, Line, Text.

    .EXAMPLE
    Resolve-EopRelayError '550 5.7.64 TenantAttribution; Relay Access Denied SMTP' | Format-List

    Explains a reply as pasted.

    .EXAMPLE
    $services = Get-TransportService
    $sessions = $services | Get-SendConnectorTlsSession -Failed
    $queues = Get-Queue -Filter "Status -eq 'Retry'"
    $queues | Resolve-EopRelayError -Session $sessions | Format-List

    What the queues say, and what the logs say of it. The output of Exchange's cmdlets is assigned first: two of them in one pipeline over remoting fail with 'Pipelines cannot be executed concurrently'.

    .EXAMPLE
    $messages = Get-Message -Queue 'EX1\27' -IncludeRecipientInfo
    $messages | Resolve-EopRelayError -Session $sessions | Where-Object { $_.Session } | Select-Object InternetMessageId, Rejection, { $_.Session.Message }

    The messages of a queue, each by its Message-ID.

    .EXAMPLE
    $events = Get-MessageTrackingLog -EventId FAIL -Start (Get-Date).AddDays(-1) -ResultSize Unlimited
    $events | Resolve-EopRelayError | Group-Object -Property Rejection -NoElement

    Which refusals there were since yesterday, and how many.

    .EXAMPLE
    Get-ChildItem -Path 'C:\Reports' -Filter *.eml | Resolve-EopRelayError -Session (Import-Clixml -Path sessions.xml)

    Non-delivery reports that users forwarded as attachments, saved as files, with sessions that were exported on the server.

    .EXAMPLE
    Get-Queue | Export-Clixml -Path queues.xml

    Run on the server, and where the module is then:

        Resolve-EopRelayError -Path queues.xml -Session (Get-SendConnectorTlsSession -Path 'D:\Logs\SmtpSend')

    .EXAMPLE
    Get-Clipboard -Raw | Resolve-EopRelayError | ForEach-Object { $_.Remedy } | Select-Object Where, Command, Verify, Undo

    The steps for a report that was copied out of Outlook, in any language.

    .EXAMPLE
    Resolve-EopRelayError -LiteralPath 'D:\Case [4711]\ndr.html' -ErrorVariable unreadable -ErrorAction SilentlyContinue

    A name with brackets is taken as it is; what cannot be read is in $unreadable.

    .LINK
    Get-SendConnectorTlsSession

    .LINK
    Test-EopRelayCertificate

    .LINK
    about_EopRelay
    #>
    [CmdletBinding(DefaultParameterSetName = 'InputObject', PositionalBinding = $false)]
    [OutputType('EopRelay.DeliveryError')]
    param(
        # The only one that takes the pipeline; what it is, is reported by its members.
        [Parameter(ParameterSetName = 'InputObject', Mandatory = $true, Position = 0, ValueFromPipeline = $true)]
        [AllowNull()]
        [AllowEmptyString()]
        [psobject]
        $InputObject,

        [Parameter(ParameterSetName = 'Path', Mandatory = $true)]
        [ValidateNotNullOrEmpty()]
        [SupportsWildcards()]
        [string[]]
        $Path,

        [Parameter(ParameterSetName = 'LiteralPath', Mandatory = $true)]
        [ValidateNotNullOrEmpty()]
        [Alias('PSPath', 'LP')]
        [string[]]
        $LiteralPath,

        [Parameter()]
        [ValidateNotNull()]
        [AllowEmptyCollection()]
        [psobject[]]
        $Session
    )

    begin {
        $request = [EopRelay.Interop]::NewRequest()
        $lines = [System.Collections.Generic.List[string]]::new()
        foreach ($given in $Session) {
            $problem = Add-ErrorSession -Request $request -InputObject $given
            if ($null -ne $problem) {
                $PSCmdlet.ThrowTerminatingError((ConvertTo-ErrorRecord -Problem $problem -TargetObject $given))
            }
        }
    }

    process {
        $problems = @(
            foreach ($given in $Path) {
                Add-EvidenceFile -Request $request -List 'Files' -Cmdlet $PSCmdlet -Path $given -Kind 'ErrorFile'
            }
            foreach ($given in $LiteralPath) {
                Add-EvidenceFile -Request $request -List 'Files' -Cmdlet $PSCmdlet -Path $given -Literal -Kind 'ErrorFile'
            }
            foreach ($given in $InputObject) {
                if ($given -is [string] -and $null -ne $given.PSObject.Properties['ReadCount']) {
                    # A line of Get-Content: the lines of a file are one text.
                    $lines.Add($given)
                    continue
                }
                Add-ErrorInput -Request $request -Cmdlet $PSCmdlet -InputObject $given
            }
        )
        foreach ($problem in $problems) {
            if ($null -ne $problem) {
                $PSCmdlet.WriteError((ConvertTo-ErrorRecord -Problem $problem))
            }
        }
    }

    end {
        if ($lines.Count -gt 0) {
            $null = $request.Add('Texts', [string]::Join("`n", $lines))
        }
        if ($request.CountOf('Texts', 'Files', 'Objects') -eq 0) {
            return
        }
        $found = [EopRelay.Interop]::ResolveErrors($request)
        if ($found -is [EopRelay.EopRelayException]) {
            $PSCmdlet.ThrowTerminatingError((ConvertTo-ErrorRecord -Problem $found))
        }
        foreach ($unread in $found.Problems) {
            if ($unread.IsError) {
                $problem = New-InputProblem -ErrorId 'NoErrorFound' -Category 'InvalidData' -Message ([string]$unread) -TargetObject $unread.Path
                $PSCmdlet.WriteError((ConvertTo-ErrorRecord -Problem $problem))
            }
            else {
                $PSCmdlet.WriteWarning([string]$unread)
            }
        }
        if ($found.WithoutError -gt 0) {
            $PSCmdlet.WriteVerbose("$($found.WithoutError) queues, messages or events have no error.")
        }
        $found.Errors
    }
}

# Adds what the pipeline brought: recognised by its members, never by its type, which is another one
# after serialisation.
function Add-ErrorInput {
    [CmdletBinding()]
    param($Request, $Cmdlet, $InputObject)

    if ($null -eq $InputObject -or ($InputObject -is [string] -and $InputObject -eq '')) {
        return
    }
    $members = $InputObject.PSObject.Properties
    if ($InputObject -is [string]) {
        if (Test-FileName -Cmdlet $Cmdlet -Text $InputObject) {
            Add-EvidenceFile -Request $Request -List 'Files' -Cmdlet $Cmdlet -Path $InputObject -Literal -Kind 'ErrorFile'
        }
        else {
            $Request.Add('Texts', [string]$InputObject)
        }
    }
    elseif ($InputObject -is [System.IO.FileInfo]) {
        $Request.AddFile('Files', 'ErrorFile', $InputObject.FullName)
    }
    elseif ($null -ne $members['LastError'] -or $null -ne $members['RecipientStatus']) {
        Add-EvidenceObject -Request $Request -List 'Objects' -Kind 'QueueError' -InputObject $InputObject
    }
    else {
        $message = "'$InputObject' is neither a text nor a queue, a message or an event of the tracking log. Give the output of Get-Queue, Get-Message or Get-MessageTrackingLog, a text, or files with -Path; sessions go to -Session."
        New-InputProblem -ErrorId 'InputNotRecognized' -Category 'InvalidType' -Message $message -TargetObject $InputObject
    }
}

function Add-ErrorSession {
    [CmdletBinding()]
    param($Request, $InputObject)

    if ($null -eq $InputObject) {
        return
    }
    if (Test-Session -InputObject $InputObject) {
        Add-Session -Request $Request -InputObject $InputObject
    }
    else {
        $message = "'$InputObject' is no session. Give the output of Get-SendConnectorTlsSession to -Session."
        New-InputProblem -ErrorId 'InputNotRecognized' -Category 'InvalidType' -Message $message -TargetObject $InputObject
    }
}

Export-ModuleMember -Function Resolve-EopRelayError
