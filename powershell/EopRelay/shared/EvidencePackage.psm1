# What goes into a package of evidence, and where it comes from. Of Exchange's cmdlets, Get- alone are called,
# by name, one at a time; each that is not there or fails is a gap of the package.
Set-StrictMode -Version 3.0

Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'ErrorRecord.psm1')
Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'EvidencePath.psm1')
Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'EvidenceObject.psm1')
Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'ServerName.psm1')

# The cmdlets of the organisation, and of each server; the file that has their output.
$queries = @(
    @{ Name = 'Get-SendConnector'; File = 'send-connectors.xml'; IsOfServer = $false }
    @{ Name = 'Get-ReceiveConnector'; File = 'receive-connectors.xml'; IsOfServer = $false }
    @{ Name = 'Get-ExchangeServer'; File = 'exchange-servers.xml'; IsOfServer = $false }
    @{ Name = 'Get-TransportService'; File = 'transport-services.xml'; IsOfServer = $false }
    @{ Name = 'Get-FrontendTransportService'; File = 'frontend-transport-services.xml'; IsOfServer = $false }
    @{ Name = 'Get-ExchangeCertificate'; File = 'installed-certificates.xml'; IsOfServer = $true }
    @{ Name = 'Get-Queue'; File = 'queues.xml'; IsOfServer = $true }
)

# Those of Exchange Online, whose names may have a prefix.
$cloudQueries = @(
    @{ Noun = 'InboundConnector'; File = 'inbound-connectors.xml' }
    @{ Noun = 'AcceptedDomain'; File = 'accepted-domains.xml' }
)

# The names of all cmdlets that are called.
function Get-PackageQuery {
    [CmdletBinding()]
    param()

    foreach ($export in $queries) {
        $export.Name
    }
    foreach ($export in $cloudQueries) {
        'Get-' + $export.Noun
    }
}

# Adds what Exchange's cmdlets give. Returns the transport services, which know where the logs lie.
function Add-ExchangeExport {
    [CmdletBinding()]
    param($Package, [string]$Folder, [string[]]$Server)

    $services = @()
    foreach ($export in $queries) {
        if ($export.IsOfServer) {
            $names = @($services | ForEach-Object { [string]$_.Name } | Sort-Object -Unique | Where-Object { Test-ServerName -Name $_ -Given $Server })
            # Names of servers that no transport service shows are asked for as they are; a pattern cannot be.
            $asked = @($Server | Where-Object { $null -ne $_ -and $_ -notmatch '[*?\[\]]' })
            $names += @($asked | Where-Object { $one = $_; @($names | Where-Object { Test-ServerName -Name $_ -Given $one }).Count -eq 0 })
            if ($names.Count -eq 0 -and $null -ne $Server -and $Server.Count -gt 0) {
                $Package.Miss($export.Name, ($Server -join ', '), 'no transport service fits -Server')
                continue
            }
            foreach ($name in $names) {
                $null = Add-CmdletOutput -Package $Package -Folder $Folder -Name $export.Name -Server $name -File ($name + '/' + $export.File)
            }
            if ($names.Count -eq 0) {
                $null = Add-CmdletOutput -Package $Package -Folder $Folder -Name $export.Name -Server '' -File $export.File
            }
            continue
        }
        $output = @(Add-CmdletOutput -Package $Package -Folder $Folder -Name $export.Name -Server '' -File $export.File)
        if ($export.Name -like '*TransportService') {
            $services += $output
        }
    }
    # The tenant's: only Exchange Online has inbound connectors, and its accepted domains have the same prefix.
    $prefix = $null
    foreach ($command in Get-Command -Name 'Get-*InboundConnector' -ErrorAction Ignore) {
        $prefix = $command.Name.Substring(4, $command.Name.Length - 4 - 'InboundConnector'.Length)
    }
    foreach ($export in $cloudQueries) {
        if ($null -eq $prefix) {
            $Package.Miss("Get-$($export.Noun) of Exchange Online", '', 'its cmdlets are not loaded: run Connect-ExchangeOnline -Prefix Cloud before')
        }
        else {
            $null = Add-CmdletOutput -Package $Package -Folder $Folder -Name ('Get-' + $prefix + $export.Noun) -Server '' -File ('tenant/' + $export.File)
        }
    }
    $services
}

# Adds the output of a cmdlet as CliXml, and returns it.
function Add-CmdletOutput {
    [CmdletBinding()]
    param($Package, [string]$Folder, [string]$Name, [string]$Server, [string]$File)

    if ($null -eq (Get-Command -Name $Name -ErrorAction Ignore)) {
        $Package.Miss($Name, $Server, 'this session has no such cmdlet: run it in the Exchange Management Shell')
        return
    }
    $of = @{}
    if ($Server -ne '') {
        $of['Server'] = $Server
    }
    $trouble = $null
    try {
        # Assigned first: two remoting cmdlets in one pipeline fail.
        $output = @(& $Name @of -ErrorAction SilentlyContinue -ErrorVariable trouble)
    }
    catch {
        $output = @()
        $trouble = $_
    }
    if ($null -ne $trouble -and @($trouble).Count -gt 0) {
        $Package.Miss($Name, $Server, [string]@($trouble)[0])
        if ($output.Count -eq 0) {
            return
        }
    }
    $path = Join-Path -Path $Folder -ChildPath 'output.xml'
    $kept = $output
    if ($Name -eq 'Get-ExchangeCertificate') {
        # Public parts alone: nothing of a private key is even looked at.
        $kept = @($output | Select-Object -Property (Get-CertificateMember))
    }
    Export-Clixml -LiteralPath $path -InputObject $kept -Depth 3 -Force
    $problem = $Package.AddFile($File, $path, $Server)
    if ($null -ne $problem) {
        $Package.Miss($Name, $Server, $problem.Message)
    }
    $output
}

# Adds what this computer has: stores, logs of the wizard, events. Another system than Windows has none.
function Add-MachineEvidence {
    [CmdletBinding()]
    param($Package, [string]$Folder, [datetime]$Start)

    $computer = [System.Environment]::MachineName
    foreach ($store in 'CA', 'Root', 'AuthRoot') {
        $content = [EopRelay.Interop]::StoreContent($store)
        if ($content -is [EopRelay.EopRelayException]) {
            $Package.Miss("LocalMachine\$store", $computer, $content.Message)
            continue
        }
        $problem = $Package.AddBytes("$computer/LocalMachine-${store}.p7b", $content, "LocalMachine\$store", $computer)
        if ($null -ne $problem) {
            $Package.Miss("LocalMachine\$store", $computer, $problem.Message)
        }
    }
    $keys = [EopRelay.Interop]::KeyAccessText()
    if ($keys -isnot [EopRelay.EopRelayException]) {
        $keys = $Package.AddBytes("$computer/private-keys.txt", $keys, 'the access lists of the private keys of LocalMachine\My', $computer)
    }
    if ($null -ne $keys) {
        $Package.Miss('who may read the private keys', $computer, $keys.Message)
    }
    if ($null -eq (Get-Command -Name 'Get-ExchangeCertificate' -ErrorAction Ignore)) {
        # In its place, with less: which are enabled for SMTP, only Exchange tells.
        $stored = @(foreach ($bytes in [EopRelay.Interop]::OwnCertificates()) { [pscustomobject]@{ RawData = $bytes } })
        if ($stored.Count -gt 0) {
            $path = Join-Path -Path $Folder -ChildPath 'output.xml'
            Export-Clixml -LiteralPath $path -InputObject $stored -Depth 2 -Force
            $problem = $Package.AddFile("$computer/installed-certificates.xml", $path, $computer)
            if ($null -ne $problem) {
                $Package.Miss('LocalMachine\My', $computer, $problem.Message)
            }
        }
    }
    $wizard = [EopRelay.Interop]::HybridLogFiles()
    if ($wizard -is [EopRelay.EopRelayException]) {
        $Package.Miss('the logs of the Hybrid Configuration Wizard', $computer, $wizard.Message)
        $wizard = @()
    }
    foreach ($log in $wizard) {
        $problem = $Package.AddFile("$computer/wizard/" + [System.IO.Path]::GetFileName($log), $log, $computer)
        if ($null -ne $problem) {
            $Package.Miss($log, $computer, $problem.Message)
        }
    }
    $since = $Start.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", [cultureinfo]::InvariantCulture)
    $time = "TimeCreated[@SystemTime>='$since']"
    Add-EventLog -Package $Package -Folder $Folder -Log 'Microsoft-Windows-CAPI2/Operational' -Query "*[System[$time]]" -File "$computer/capi2.evtx"
    Add-EventLog -Package $Package -Folder $Folder -Log 'Application' -Query "*[System[(EventID=12014 or EventID=12016 or EventID=12018 or EventID=2004) and $time]]" -File "$computer/application.evtx"
}

# Adds the events of a log that fit a query.
function Add-EventLog {
    [CmdletBinding()]
    param($Package, [string]$Folder, [string]$Log, [string]$Query, [string]$File)

    $computer = [System.Environment]::MachineName
    if ($null -eq (Get-Command -Name 'wevtutil.exe' -ErrorAction Ignore)) {
        $Package.Miss("the log $Log", $computer, 'only Windows has it')
        return
    }
    $path = Join-Path -Path $Folder -ChildPath 'log.evtx'
    $said = & wevtutil.exe epl $Log $path "/q:$Query" /ow:true 2>&1
    if ($LASTEXITCODE -ne 0) {
        $Package.Miss("the log $Log", $computer, [string]@($said)[0])
        return
    }
    $problem = $Package.AddFile($File, $path, $computer)
    if ($null -ne $problem) {
        $Package.Miss("the log $Log", $computer, $problem.Message)
    }
}

# The protocol logs to take, the newest first: file, server, and name in the package.
function Get-PackageLog {
    [CmdletBinding()]
    param($Package, $Cmdlet, $Service, [string[]]$Server, [string[]]$LogPath, [datetime]$Start, [switch]$ReceiveLog)

    $members = @('SendProtocolLogPath')
    if ($ReceiveLog) {
        $members += 'ReceiveProtocolLogPath'
    }
    $folders = @(
        foreach ($one in $Service) {
            $name = [string]$one.Name
            if (-not (Test-ServerName -Name $name -Given $Server)) {
                continue
            }
            foreach ($member in $members) {
                $property = $one.PSObject.Properties[$member]
                if ($null -eq $property -or [string]$property.Value -eq '') {
                    $Package.Miss("$member of $name", $name, 'it is empty: that service keeps no protocol log')
                    continue
                }
                @{ Server = $name; Location = [EopRelay.Interop]::LocateOnServer($name, [string]$property.Value, '', $false) }
            }
        }
        foreach ($given in $LogPath) {
            $resolved = Resolve-EvidencePath -Cmdlet $Cmdlet -Path $given -Kind 'Log'
            if ($resolved -is [EopRelay.EopRelayException]) {
                @{ Server = ''; Location = $resolved }
                continue
            }
            foreach ($folder in $resolved.Found) {
                @{ Server = ''; Location = [EopRelay.Interop]::LocatePath($folder, $false, '') }
            }
        }
    )
    if ($folders.Count -eq 0 -and $null -ne $env:ExchangeInstallPath) {
        # A plain PowerShell on the server: the folders that Exchange has by default.
        $computer = [System.Environment]::MachineName
        foreach ($role in 'Hub', 'FrontEnd', 'Edge') {
            $folder = [System.IO.Path]::Combine($env:ExchangeInstallPath, 'TransportRoles', 'Logs', $role, 'ProtocolLog', 'SmtpSend')
            if ([System.IO.Directory]::Exists($folder)) {
                $folders += @{ Server = $computer; Location = [EopRelay.Interop]::LocatePath($folder, $false, $computer) }
            }
        }
    }
    if ($folders.Count -eq 0) {
        $Package.Miss('the send logs', '', 'no transport service and no ExchangeInstallPath says where they lie: give their folders with -LogPath')
    }
    $number = 0
    $taken = @{}
    foreach ($folder in $folders) {
        $number++
        $logs = $folder.Location
        if ($logs -isnot [EopRelay.EopRelayException]) {
            $logs = [EopRelay.Interop]::LogsSince($folder.Location.Path, $Start)
        }
        if ($logs -is [EopRelay.EopRelayException]) {
            $Package.Miss('logs', $folder.Server, $logs.Message)
            continue
        }
        $prefix = "logs/$number"
        if ($folder.Server -ne '') {
            # Named as Exchange does: so the folder above is known for that of a server.
            $kind = 'SmtpSend'
            if ($folder.Location.Path -like '*SmtpReceive*') {
                $kind = 'SmtpReceive'
            }
            $roles = @('Hub', 'FrontEnd', 'Edge', 'Mailbox')
            $fitting = @($roles | Where-Object { $folder.Location.Path -like "*$_*" }) + $roles
            $free = @($fitting | ForEach-Object { "$($folder.Server)/$_/ProtocolLog/$kind" } | Where-Object { -not $taken.ContainsKey($_) })
            if ($free.Count -gt 0) {
                $prefix = $free[0]
                $taken[$prefix] = $true
            }
        }
        foreach ($log in $logs) {
            @{ File = $log; Server = $folder.Server; Name = "$prefix/$($log.Name)" }
        }
    }
}

# Why the package would not fit where it goes, or nothing. Logs shrink to less than a third.
function Test-PackageSpace {
    [CmdletBinding()]
    param([string]$Path, $Log, [int]$MaximumSize)

    $size = 0
    foreach ($one in $Log) {
        $size += $one.File.Length
    }
    if ($size -gt 1MB * $MaximumSize) {
        $size = 1MB * $MaximumSize
    }
    $free = [EopRelay.Interop]::FreeSpace($Path)
    if ($free -ge 0 -and $free -lt $size / 3) {
        $message = "There is too little room for '$Path': $([int]($free / 1MB)) MB are free, and up to $([int]($size / 3 / 1MB)) MB are needed. Give another drive, or fewer -Hours or a smaller -MaximumSize."
        New-InputProblem -ErrorId 'TooLittleSpace' -Category 'ResourceUnavailable' -Message $message -TargetObject $Path
    }
}

Export-ModuleMember -Function Get-PackageQuery, Add-ExchangeExport, Add-MachineEvidence, Get-PackageLog, Test-PackageSpace
