# Builds what is published for Windows, on Windows, into a folder:
#   powershell -ExecutionPolicy Bypass -File build\release.ps1 [-OutputPath target\publish] [-Target TRIPLE]
#   EopRelay-VERSION.zip                     the module
#   EopRelay.VERSION.nupkg                   the module for the PowerShell Gallery, where PSResourceGet is
#   eop-relay-VERSION-x86_64-windows.zip     the command
#   SHA256SUMS
# Needs what powershell\build\build.ps1 needs. build/release.sh makes these and the files for Linux on Linux.
[CmdletBinding()]
param(
    # The folder.
    [Parameter()]
    [ValidateNotNullOrEmpty()]
    [string]
    $OutputPath = (Join-Path -Path (Split-Path -Path $PSScriptRoot -Parent) -ChildPath 'target\publish'),

    # The Rust target triple.
    [Parameter()]
    [ValidateNotNullOrEmpty()]
    [string]
    $Target = 'x86_64-pc-windows-msvc'
)

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'

$root = Split-Path -Path $PSScriptRoot -Parent
$module = Join-Path -Path $root -ChildPath 'powershell\EopRelay'
$version = (Import-PowerShellDataFile -Path (Join-Path -Path $module -ChildPath 'EopRelay.psd1')).ModuleVersion
$work = Join-Path -Path ([System.IO.Path]::GetTempPath()) -ChildPath ([System.Guid]::NewGuid().ToString('N'))

# Fails where a program did.
function Assert-ExitCode {
    param([string]$Name)
    if ($LASTEXITCODE -ne 0) {
        throw "$Name failed with exit code $LASTEXITCODE."
    }
}

# Packs a folder with its name; paths have slashes, which other systems take for no part of a name.
function New-Zip {
    param([string]$Path, [string]$Folder)
    if (Test-Path -LiteralPath $Path) {
        Remove-Item -LiteralPath $Path
    }
    Add-Type -AssemblyName System.IO.Compression, System.IO.Compression.FileSystem
    $archive = [System.IO.Compression.ZipFile]::Open($Path, 'Create')
    try {
        $parent = (Split-Path -Path $Folder -Parent).Length + 1
        foreach ($file in Get-ChildItem -LiteralPath $Folder -Recurse -File | Sort-Object -Property FullName) {
            $name = $file.FullName.Substring($parent).Replace('\', '/')
            $null = [System.IO.Compression.ZipFileExtensions]::CreateEntryFromFile($archive, $file.FullName, $name)
        }
    }
    finally {
        $archive.Dispose()
    }
}

# A repository in a folder makes the package that the gallery takes.
function Publish-ToFolder {
    param([string]$Module, [string]$Folder)
    if (-not (Get-Command -Name Publish-PSResource -ErrorAction SilentlyContinue)) {
        Write-Warning "Left out: EopRelay.$version.nupkg (no Publish-PSResource: Install-Module Microsoft.PowerShell.PSResourceGet)."
        return
    }
    $name = 'EopRelay' + [System.Guid]::NewGuid().ToString('N')
    Register-PSResourceRepository -Name $name -Uri $Folder -Trusted
    try {
        Publish-PSResource -Path $Module -Repository $name
    }
    finally {
        Unregister-PSResourceRepository -Name $name
    }
}

$flagsBefore = $env:RUSTFLAGS
$null = New-Item -Path $OutputPath, $work -ItemType Directory -Force
$OutputPath = (Resolve-Path -LiteralPath $OutputPath).ProviderPath
Push-Location -Path $root
try {
    & (Join-Path -Path $root -ChildPath 'powershell\build\build.ps1') -Target $Target
    Copy-Item -Path "target\module\EopRelay-$version.zip" -Destination $OutputPath -Force
    Publish-ToFolder -Module (Join-Path -Path $root -ChildPath "target\module\EopRelay\$version") -Folder $OutputPath

    # The C runtime goes into the command, so that nothing else need be installed.
    $env:RUSTFLAGS = '-C target-feature=+crt-static'
    & cargo build --quiet --locked --release --features cli --bin eop-relay --target $Target
    Assert-ExitCode -Name 'cargo build'
    $env:RUSTFLAGS = $flagsBefore
    $notices = & cargo run --quiet --locked --profile quick --all-features --example third_party_notices -- $Target cli
    Assert-ExitCode -Name 'third_party_notices'
    $folder = Join-Path -Path $work -ChildPath "eop-relay-$version-x86_64-windows"
    $null = New-Item -Path $folder -ItemType Directory
    $targetFolder = 'target'
    if (Test-Path -Path 'Env:\CARGO_TARGET_DIR') {
        $targetFolder = $env:CARGO_TARGET_DIR
    }
    $command = Join-Path -Path $targetFolder -ChildPath "$Target\release\eop-relay.exe"
    Copy-Item -Path $command, 'LICENSE', 'README.md' -Destination $folder
    [System.IO.File]::WriteAllLines((Join-Path -Path $folder -ChildPath 'THIRD-PARTY-NOTICES.txt'), [string[]]$notices)
    New-Zip -Path (Join-Path -Path $OutputPath -ChildPath "eop-relay-$version-x86_64-windows.zip") -Folder $folder

    $sums = foreach ($file in Get-ChildItem -LiteralPath $OutputPath -File -Filter "*$version*" | Sort-Object -Property Name) {
        (Get-FileHash -LiteralPath $file.FullName -Algorithm SHA256).Hash.ToLowerInvariant() + '  ' + $file.Name
    }
    # sha256sum reads no carriage returns.
    [System.IO.File]::WriteAllText((Join-Path -Path $OutputPath -ChildPath 'SHA256SUMS'), ([string]::Join("`n", [string[]]$sums) + "`n"))
    $sums
}
finally {
    $env:RUSTFLAGS = $flagsBefore
    Pop-Location
    Remove-Item -LiteralPath $work -Recurse -Force
}
