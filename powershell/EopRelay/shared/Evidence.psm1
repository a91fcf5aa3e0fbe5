# How the evidence parameters of all cmdlets become members of a request: objects in any shape, or files
# by path, pattern or FileInfo, which the library reads. Not bound is not given; $null and an empty list
# are given, and there is none. What cannot be read is returned as a problem, and reported to the library.
Set-StrictMode -Version 3.0

Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'ErrorRecord.psm1')
Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'EvidencePath.psm1')
Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'EvidenceObject.psm1')
Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'ServerName.psm1')

# The parameters in the order in which they are read, and how each is added:
#   Server   a name of a server, which is no pattern
#   Value    one value, as it is, to the member of its name
#   Mail     an address or a domain, of which IsDomain keeps the domain alone
#   Objects  Exchange's objects to List, files to Files; of an object the members of Kind are read
#   Paths    full paths of files and folders to List, which the library reads
#   Tenants  what each tenant has: Name, InboundConnector, AcceptedDomain
#   Files    content of files to List; without what IsVital can be read, the judgement would be another
#   others   the function of that name, which takes an input of the parameter
$parameters = [ordered]@{
    Server               = @{ As = 'Server' }
    SourceIPAddress      = @{ As = 'Value' }
    At                   = @{ As = 'Value' }
    WarningDays          = @{ As = 'Value' }
    MailFrom             = @{ As = 'Mail'; IsDomain = $false }
    RecipientDomain      = @{ As = 'Mail'; IsDomain = $true }
    AcceptedDomain       = @{ As = 'Objects'; List = 'AcceptedDomains'; Files = 'AcceptedDomainFiles'; Kind = 'Object' }
    InboundConnector     = @{ As = 'Objects'; List = 'InboundConnectors'; Files = 'InboundConnectorFiles'; Kind = 'Object' }
    InstalledCertificate = @{ As = 'Objects'; List = 'InstalledCertificates'; Files = 'InstalledCertificateFiles'; Kind = 'Certificate' }
    ReceiveConnector     = @{ As = 'Objects'; List = 'ReceiveConnectors'; Files = 'ReceiveConnectorFiles'; Kind = 'Object' }
    SendConnector        = @{ As = 'Objects'; List = 'SendConnectors'; Files = 'SendConnectorFiles'; Kind = 'Object' }
    EvidencePath         = @{ As = 'Paths'; List = 'EvidencePaths' }
    Tenant               = @{ As = 'Tenants'; List = 'Tenants' }
    ChainEvent           = @{ As = 'ChainEvents'; List = 'ChainEvents'; Files = 'ChainEventFiles' }
    HybridLogPath        = @{ As = 'HybridLogs'; List = 'HybridLogFiles' }
    QueueError           = @{ As = 'QueueErrors'; List = 'QueueErrors'; Files = 'QueueErrorFiles' }
    LogPath              = @{ As = 'Logs'; List = 'Logs' }
    Recurse              = @{ As = 'Switch' }
    IntermediatePath     = @{ As = 'Files'; List = 'IntermediateFiles'; Kind = 'CertificateFile'; IsVital = $true }
    RootPath             = @{ As = 'Files'; List = 'RootFiles'; Kind = 'CertificateFile'; IsVital = $true }
}

# Adds what was given to evidence parameters, as far as they are bound. Returns what is wrong: with a
# problem that IsFatal nothing can be judged.
function Add-Evidence {
    [CmdletBinding()]
    param($Request, $Cmdlet, $BoundParameters)

    foreach ($parameter in $parameters.Keys) {
        if (-not $BoundParameters.ContainsKey($parameter)) {
            continue
        }
        $how = $parameters[$parameter]
        $given = $BoundParameters[$parameter]
        switch ($how.As) {
            'Server' {
                $problem = Get-ServerNameProblem -Server $given
                if ($null -ne $problem) {
                    $problem.IsFatal = $true
                    $problem
                }
                $Request.Set($parameter, $given)
            }
            'Value' {
                $Request.Set($parameter, $given)
            }
            'Switch' {
                $Request.Set($parameter, [bool]$given)
            }
            'Mail' {
                Add-MailAddress -Request $Request -Parameter $parameter -Text $given -IsDomain:$how.IsDomain
            }
            default {
                $problems = @(Add-EvidenceList -Request $Request -Cmdlet $Cmdlet -Parameter $parameter -Value $given -Server ([string]$BoundParameters['Server']))
                foreach ($problem in $problems) {
                    if ($how.ContainsKey('IsVital')) {
                        $problem.IsFatal = $true
                    }
                    $problem
                }
            }
        }
    }
}

# Adds each input of a parameter. The report names what cannot be read, too: nothing is concluded from it.
function Add-EvidenceList {
    [CmdletBinding()]
    param($Request, $Cmdlet, [string]$Parameter, $Value, [string]$Server)

    $how = $parameters[$Parameter]
    $isEmpty = $true
    $number = 0
    foreach ($given in $Value) {
        $number++
        if ($null -eq $given) {
            continue
        }
        $isEmpty = $false
        $problems = @(
            switch ($how.As) {
                'Objects' { Add-ExchangeObject -Request $Request -Cmdlet $Cmdlet -Parameter $Parameter -Number $number -InputObject $given }
                'Files' { Add-EvidenceFile -Request $Request -List $how.List -Cmdlet $Cmdlet -Path $given -Kind $how.Kind }
                'Paths' { Add-EvidencePlace -Request $Request -List $how.List -Cmdlet $Cmdlet -Path $given }
                'Tenants' { Add-Tenant -Request $Request -Cmdlet $Cmdlet -Number $number -InputObject $given }
                'ChainEvents' { Add-ChainEvent -Request $Request -Cmdlet $Cmdlet -InputObject $given }
                'HybridLogs' { Add-HybridLog -Request $Request -Cmdlet $Cmdlet -Path $given }
                'QueueErrors' { Add-QueueError -Request $Request -Cmdlet $Cmdlet -InputObject $given }
                'Logs' { Add-Log -Request $Request -Cmdlet $Cmdlet -Path $given -Server $Server }
            }
        )
        foreach ($problem in $problems) {
            if ($null -ne $problem) {
                $Request.AddUnreadable("-$Parameter [$number]", $problem.Message)
                $problem
            }
        }
    }
    if ($isEmpty) {
        # Given, and there is none.
        $Request.Expect($how.List)
    }
}

# Sets an address, or the domain of one.
function Add-MailAddress {
    [CmdletBinding()]
    param($Request, [string]$Parameter, [string]$Text, [switch]$IsDomain)

    $domain = [EopRelay.Interop]::DomainOf($Text)
    if ($null -ne $domain -and $IsDomain) {
        $Request.Set($Parameter, $domain)
    }
    elseif ($null -ne $domain -or (-not $IsDomain -and $Text.Trim() -eq '<>')) {
        $Request.Set($Parameter, $Text)
    }
    else {
        $message = "-$Parameter '$Text' is neither an address nor a domain. Give one such as anna@contoso.com or contoso.com."
        $problem = New-InputProblem -ErrorId 'InvalidMailAddress' -Category 'InvalidArgument' -Message $message -TargetObject $Text
        $problem.IsFatal = $true
        $problem
    }
}

# Adds an object of Exchange, or a file of such objects.
function Add-ExchangeObject {
    [CmdletBinding()]
    param($Request, $Cmdlet, [string]$Parameter, [int]$Number, $InputObject)

    $how = $parameters[$Parameter]
    if ($InputObject -is [string]) {
        if ($Parameter -eq 'AcceptedDomain' -and [EopRelay.Interop]::IsDomain($InputObject)) {
            $Request.Add($how.List, @{ DomainName = $InputObject.Trim() })
        }
        elseif ($Parameter -eq 'AcceptedDomain' -and $InputObject -notmatch '[\\/:*?.]') {
            $message = "-AcceptedDomain [$Number], '$InputObject', is neither a domain such as contoso.com nor a file."
            New-InputProblem -ErrorId 'InvalidDomain' -Category 'InvalidArgument' -Message $message -TargetObject $InputObject
        }
        else {
            Add-EvidenceFile -Request $Request -List $how.Files -Cmdlet $Cmdlet -Path $InputObject -Kind 'EvidenceFile'
        }
    }
    elseif ($InputObject -is [System.IO.FileInfo]) {
        $Request.AddFile($how.Files, 'EvidenceFile', $InputObject.FullName)
    }
    elseif ($InputObject -is [valuetype]) {
        $message = "-$Parameter [$Number], '$InputObject', is neither an object of Exchange nor a file. Give the output of its cmdlet, or the path of a file that it was exported to (Export-Clixml)."
        New-InputProblem -ErrorId 'InputNotRecognized' -Category 'InvalidType' -Message $message -TargetObject $InputObject
    }
    else {
        Add-EvidenceObject -Request $Request -List $how.List -Kind $how.Kind -InputObject $InputObject
    }
}

# Adds the files and folders that a path or pattern stands for.
function Add-EvidencePlace {
    [CmdletBinding()]
    param($Request, [string]$List, $Cmdlet, [string]$Path)

    foreach ($place in Get-EvidenceFile -Cmdlet $Cmdlet -Path $Path -Kind 'EvidenceFile') {
        if ($place -is [EopRelay.EopRelayException]) {
            $place
        }
        elseif (-not [System.IO.File]::Exists($place) -and -not [System.IO.Directory]::Exists($place)) {
            New-InputProblem -ErrorId 'EvidenceFileNotFound' -Category 'ObjectNotFound' -Message "'$place' is not there. Give a folder or a zip file of evidence." -TargetObject $Path
        }
        else {
            $Request.Add($List, $place)
        }
    }
}

# Adds a tenant: a hashtable or an object whose InboundConnector and AcceptedDomain are evidence in any shape.
function Add-Tenant {
    [CmdletBinding()]
    param($Request, $Cmdlet, [int]$Number, $InputObject)

    $bound = @{}
    $name = ''
    $isTable = $InputObject -is [System.Collections.IDictionary]
    foreach ($member in 'Name', 'InboundConnector', 'AcceptedDomain') {
        if ($isTable) {
            $isThere = $InputObject.Contains($member)
            $value = $InputObject[$member]
        }
        else {
            $property = $InputObject.PSObject.Properties[$member]
            $isThere = $null -ne $property
            $value = $null
            if ($isThere) {
                $value = $property.Value
            }
        }
        if (-not $isThere) {
            continue
        }
        if ($member -eq 'Name') {
            $name = [string]$value
        }
        else {
            $bound[$member] = $value
        }
    }
    if ($bound.Count -eq 0) {
        $message = "-Tenant [$Number] has neither InboundConnector nor AcceptedDomain. Give a hashtable such as @{ Name = 'contoso'; InboundConnector = 'inbound.xml'; AcceptedDomain = 'domains.xml' }."
        New-InputProblem -ErrorId 'InputNotRecognized' -Category 'InvalidType' -Message $message -TargetObject $InputObject
        return
    }
    $tenant = [EopRelay.Interop]::NewRequest()
    $tenant.Set('Name', $name)
    Add-Evidence -Request $tenant -Cmdlet $Cmdlet -BoundParameters $bound
    $Request.AddRequest('Tenants', $tenant)
}

# Adds protocol logs, which the library reads and judges itself; NAME=PATH names their server.
function Add-Log {
    [CmdletBinding()]
    param($Request, $Cmdlet, [string]$Path, [string]$Server)

    if ($Path -match '^([^\\/:=*?\[]+)=(.+)$' -and -not (Test-FileName -Cmdlet $Cmdlet -Text $Path)) {
        $Server = $Matches[1]
        $Path = $Matches[2]
    }
    $resolved = Resolve-EvidencePath -Cmdlet $Cmdlet -Path $Path -Kind 'Log'
    if ($resolved -is [EopRelay.EopRelayException]) {
        return $resolved
    }
    $files = $resolved.Found
    if ($files.Length -eq 0) {
        # The library says what is wrong with a pattern that leads nowhere.
        $files = @($resolved.Plain)
    }
    foreach ($file in $files) {
        $location = [EopRelay.Interop]::LocatePath($file, $false, $Server)
        $Request.Add('Logs', @{ Path = $location.Path; Server = $location.Server })
    }
}

# Adds the logs of the Hybrid Configuration Wizard that a path or pattern stands for.
function Add-HybridLog {
    [CmdletBinding()]
    param($Request, $Cmdlet, [string]$Path)

    foreach ($file in Get-EvidenceFile -Cmdlet $Cmdlet -Path $Path -Kind 'HybridLog') {
        $problem = $file
        if ($file -isnot [EopRelay.EopRelayException]) {
            $problem = $Request.AddHybridLogs('HybridLogFiles', $file)
        }
        if ($null -ne $problem) {
            $problem.TargetObject = $Path
            $problem
        }
    }
}

Export-ModuleMember -Function Add-Evidence
