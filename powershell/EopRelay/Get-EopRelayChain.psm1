# Get-EopRelayChain.
Set-StrictMode -Version 3.0

Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'shared/ErrorRecord.psm1')
Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'shared/EvidencePath.psm1')
Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'shared/Reading.psm1')

function Get-EopRelayChain {
    <#
    .SYNOPSIS
    Returns the chain of a certificate: what is wrong with it, whether the server can send it, and what to do.

    .DESCRIPTION
    Get-EopRelayChain builds the chain of each certificate and judges it as Exchange Online would: signatures, validity, names, purposes, path lengths, and the public roots that are built in. With the intermediates of the server it also says whether the server can send the chain. It downloads nothing and changes nothing.

    Without -IntermediatePath the certificates that follow in the file are all that the server is known to have, and Completeness may be Unknown.

    .PARAMETER InputObject
    What the pipeline brings: certificates of the certificate drive, objects of Get-ExchangeCertificate with RawData, files of Get-ChildItem, or paths as text.

    .PARAMETER Path
    Certificate files (cer, pem, p7b, pfx), or patterns (*, ?, [...]). Of several certificates in a file that one is judged that issued none of the others and is no authority; of a pfx that of the private key.

    .PARAMETER LiteralPath
    Certificate files, taken as they are: no character is a wildcard.

    .PARAMETER Password
    The password of a pfx. It opens the file here and goes nowhere else; nothing is imported.

    .PARAMETER IntermediatePath
    Files or folders with the intermediates that the server has in LocalMachine\CA, all of them.

    .PARAMETER RootPath
    Files or folders with the roots of the server (LocalMachine\Root). They end a chain; whether Exchange Online trusts them, only the built-in lists say.

    .PARAMETER ProgrammeRootPath
    Files or folders with roots that receivers trust beside the built-in lists, such as the roots.sst of certutil -generateSSTFromWU roots.sst.

    .PARAMETER CrlPath
    Files or folders with revocation lists.

    .PARAMETER OnlyGivenRoot
    Trusts only the roots of -RootPath.

    .PARAMETER UseMachineStore
    Uses the certificate stores of this computer too (LocalMachine\CA and Root), and asks Windows for its own verdict. On Windows only.

    .PARAMETER Name
    A host, address or mailbox that the certificate must hold.

    .PARAMETER At
    The time of the judgement. Without a zone it is local time. The default is now.

    .PARAMETER Strict
    Judges by RFC 5280 and the CA/Browser Forum's requirements, in place of what Windows and Exchange Online refuse.

    .INPUTS
    System.Security.Cryptography.X509Certificates.X509Certificate2, System.IO.FileInfo, System.String, objects of Get-ExchangeCertificate.

    .OUTPUTS
    EopRelay.Chain. Its members: IsAccepted, Completeness, Trust, Summary, Fault, Profile, At, Certificates, Findings, WouldSend, MissingIssuers, Remedies, Alternatives, PathCount, IsCutShort, EmbeddedRoots, MicrosoftProgramme, Unread, Windows.

    .EXAMPLE
    Get-EopRelayChain -Path C:\Certificates\renewed.pfx -Password (Read-Host -AsSecureString) | Format-List

    The chain of a renewal before it is installed.

    .EXAMPLE
    Get-ChildItem -Path Cert:\LocalMachine\My | Get-EopRelayChain -UseMachineStore

    The chains of all certificates of this server, with its own intermediates, beside the verdict of Windows.

    .EXAMPLE
    (Get-EopRelayChain -Path mail.cer -IntermediatePath C:\Certificates\ca).Remedies

    What to do about an intermediate that the server lacks.

    .LINK
    Test-EopRelayCertificate

    .LINK
    about_EopRelay
    #>
    [CmdletBinding(DefaultParameterSetName = 'Path', PositionalBinding = $false)]
    [OutputType('EopRelay.Chain')]
    param(
        [Parameter(ParameterSetName = 'InputObject', Mandatory = $true, ValueFromPipeline = $true)]
        [AllowNull()]
        [psobject]
        $InputObject,

        [Parameter(ParameterSetName = 'Path', Mandatory = $true, Position = 0)]
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
        [securestring]
        $Password,

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
        $ProgrammeRootPath,

        [Parameter()]
        [ValidateNotNullOrEmpty()]
        [string[]]
        $CrlPath,

        [Parameter()]
        [switch]
        $OnlyGivenRoot,

        [Parameter()]
        [switch]
        $UseMachineStore,

        [Parameter()]
        [ValidateNotNullOrEmpty()]
        [string]
        $Name,

        [Parameter()]
        [datetime]
        $At,

        [Parameter()]
        [switch]
        $Strict
    )

    begin {
        $chainRequest = [EopRelay.Interop]::NewChainRequest()
        $chainRequest.OnlyGivenRoots = $OnlyGivenRoot.IsPresent
        $chainRequest.UseMachineStores = $UseMachineStore.IsPresent
        $chainRequest.IsStrict = $Strict.IsPresent
        $chainRequest.Name = $Name
        if ($PSBoundParameters.ContainsKey('At')) {
            $chainRequest.At = $At
        }
        # An issuer, a root or a list that cannot be read would change the judgement: no chain then.
        $problems = @(
            foreach ($role in 'Intermediate', 'Root', 'ProgrammeRoot', 'Crl') {
                foreach ($given in $PSBoundParameters[$role + 'Path']) {
                    Add-ChainFile -ChainRequest $chainRequest -Cmdlet $PSCmdlet -Path $given -Role $role
                }
            }
        )
        foreach ($problem in $problems) {
            if ($null -ne $problem) {
                $PSCmdlet.ThrowTerminatingError((ConvertTo-ErrorRecord -Problem $problem))
            }
        }
    }

    process {
        $results = @(
            Add-GivenInput -Path $Path -LiteralPath $LiteralPath -InputObject $InputObject -AddPath {
                param($Given, $IsLiteral)
                Get-ChainOfFile -ChainRequest $chainRequest -Cmdlet $PSCmdlet -Path $Given -Literal:$IsLiteral -Password $Password
            } -AddObject {
                param($Given)
                Get-ChainOfObject -ChainRequest $chainRequest -Cmdlet $PSCmdlet -InputObject $Given -Password $Password
            }
        )
        foreach ($result in $results) {
            if ($result -is [EopRelay.EopRelayException]) {
                $PSCmdlet.WriteError((ConvertTo-ErrorRecord -Problem $result))
            }
            else {
                $result
            }
        }
    }
}

# Adds the files or folders that a path or pattern stands for, in a role. Returns what is wrong.
function Add-ChainFile {
    [CmdletBinding()]
    param($ChainRequest, $Cmdlet, [string]$Path, [string]$Role)

    foreach ($file in Get-EvidenceFile -Cmdlet $Cmdlet -Path $Path -Kind 'CertificateFile') {
        if ($file -is [EopRelay.EopRelayException]) {
            $file
            continue
        }
        switch ($Role) {
            'Intermediate' { $problem = $ChainRequest.AddIntermediates($file) }
            'Root' { $problem = $ChainRequest.AddRoots($file) }
            'ProgrammeRoot' { $problem = $ChainRequest.AddProgrammeRoots($file) }
            'Crl' { $problem = $ChainRequest.AddRevocationLists($file) }
        }
        if ($null -ne $problem) {
            $problem.TargetObject = $Path
            $problem
        }
    }
}

# The chain of each certificate file that a path or pattern stands for, or what is wrong.
function Get-ChainOfFile {
    [CmdletBinding()]
    param($ChainRequest, $Cmdlet, [string]$Path, [switch]$Literal, [securestring]$Password)

    foreach ($file in Get-EvidenceFile -Cmdlet $Cmdlet -Path $Path -Literal:$Literal -Kind 'CertificateFile') {
        $result = $file
        if ($file -isnot [EopRelay.EopRelayException]) {
            $result = $ChainRequest.SetCertificateFile($file, $Password)
            if ($null -eq $result) {
                $result = Wait-Answer -PendingAnswer ([EopRelay.Interop]::StartChain($ChainRequest))
            }
        }
        if ($result -is [EopRelay.EopRelayException]) {
            $problem = $result
            $problem.TargetObject = $Path
        }
        $result
    }
}

# The chain of what the pipeline brought, or what is wrong.
function Get-ChainOfObject {
    [CmdletBinding()]
    param($ChainRequest, $Cmdlet, $InputObject, [securestring]$Password)

    $property = $InputObject.PSObject.Properties['RawData']
    if ($null -ne $property) {
        $der = [EopRelay.Interop]::BytesOf([EopRelay.Interop]::ValueOf($property))
        if ($null -ne $der) {
            $ChainRequest.SetCertificate('the certificate of the pipeline', $der)
            $result = Wait-Answer -PendingAnswer ([EopRelay.Interop]::StartChain($ChainRequest))
            if ($result -is [EopRelay.EopRelayException]) {
                $problem = $result
                $problem.TargetObject = $InputObject
            }
            $result
            return
        }
    }
    $path = ''
    if ($InputObject -is [System.IO.FileInfo]) {
        $path = $InputObject.FullName
    }
    if ($path -ne '') {
        Get-ChainOfFile -ChainRequest $ChainRequest -Cmdlet $Cmdlet -Path $path -Literal -Password $Password
        return
    }
    $message = "'$InputObject' is no certificate. Give certificates of the certificate drive, objects of Get-ExchangeCertificate with RawData, or certificate files."
    New-InputProblem -ErrorId 'InputNotRecognized' -Category 'InvalidType' -Message $message -TargetObject $InputObject
}

Export-ModuleMember -Function Get-EopRelayChain
