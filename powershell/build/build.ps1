# Builds the module on Windows and packs it: the native library and the C# assembly, into
# powershell\EopRelay\bin, and all of it as EopRelay\<version> with a zip and its checksum, into
# target\module. Needs cargo with an x86_64 Windows target (msvc or gnu); the C# compiler is the one of
# .NET Framework, which every Windows has.
#   powershell -ExecutionPolicy Bypass -File powershell\build\build.ps1 [-Target x86_64-pc-windows-gnu]
[CmdletBinding()]
param(
    # The Rust target triple.
    [Parameter()]
    [ValidateNotNullOrEmpty()]
    [string]
    $Target = 'x86_64-pc-windows-msvc'
)

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'

$powershell = Split-Path -Path $PSScriptRoot -Parent
$root = Split-Path -Path $powershell -Parent
$source = Join-Path -Path $powershell -ChildPath 'EopRelay'
$bin = Join-Path -Path $source -ChildPath 'bin'
$manifest = Import-PowerShellDataFile -Path (Join-Path -Path $source -ChildPath 'EopRelay.psd1')
$version = $manifest.ModuleVersion
$compiler = Join-Path -Path $env:WINDIR -ChildPath 'Microsoft.NET\Framework64\v4.0.30319\csc.exe'

# What an earlier build left there would be packed.
if (Test-Path -LiteralPath $bin) {
    Remove-Item -LiteralPath $bin -Recurse -Force
}
$null = New-Item -Path (Join-Path -Path $bin -ChildPath 'win-x64') -ItemType Directory -Force

$flagsBefore = $env:RUSTFLAGS
Push-Location -Path $root
try {
    # Alone, for cargo leaves link-time optimisation out of a library that is cdylib and rlib at once.
    # The C runtime goes into the DLL, so that nothing else need be installed.
    $env:RUSTFLAGS = '-C target-feature=+crt-static'
    & cargo rustc --locked --release --lib --crate-type cdylib --target $Target
    if ($LASTEXITCODE -ne 0) {
        throw "cargo failed with exit code $LASTEXITCODE."
    }
    $targetFolder = 'target'
    if (Test-Path -Path 'Env:\CARGO_TARGET_DIR') {
        $targetFolder = $env:CARGO_TARGET_DIR
    }
    $library = Join-Path -Path $targetFolder -ChildPath "$Target\release\eop_relay.dll"
    Copy-Item -Path $library -Destination (Join-Path -Path $bin -ChildPath 'win-x64') -Force

    $assembly = Join-Path -Path $bin -ChildPath "EopRelay.Interop.$version.dll"
    & $compiler /nologo /unsafe /optimize /warn:4 /target:library "/out:$assembly" '/recurse:powershell\interop\*.cs'
    if ($LASTEXITCODE -ne 0) {
        throw "csc.exe failed with exit code $LASTEXITCODE."
    }

    $out = Join-Path -Path $root -ChildPath 'target\module'
    $module = Join-Path -Path $out -ChildPath "EopRelay\$version"
    if (Test-Path -Path $module) {
        Remove-Item -Path $module -Recurse -Force
    }
    $null = New-Item -Path $module -ItemType Directory -Force
    foreach ($pattern in 'EopRelay.psd1', '*.psm1', '*.ps1xml', 'en-US', 'shared', 'bin') {
        Copy-Item -Path (Join-Path -Path $source -ChildPath $pattern) -Destination $module -Recurse
    }
    Copy-Item -Path 'LICENSE' -Destination $module
    # What only the delivery knows, as stamp.sh writes it: the release notes, and where EOP_RELAY_PROJECT_URI
    # is given the address of the project, and below it those of the icon and of each cmdlet's help.
    $newest = ([System.IO.File]::ReadAllText((Join-Path -Path $root -ChildPath 'CHANGELOG.md')) -split '(?m)^## \[.*$')[1].Trim().Replace("'", "''")
    $manifestPath = Join-Path -Path $module -ChildPath 'EopRelay.psd1'
    $text = [System.IO.File]::ReadAllText($manifestPath).Replace("'Not packed.'", "'$newest'")
    if (Test-Path -Path 'Env:\EOP_RELAY_PROJECT_URI') {
        $text = $text.Replace('            LicenseUri ', "            ProjectUri   = '$env:EOP_RELAY_PROJECT_URI'`n            IconUri      = '$env:EOP_RELAY_PROJECT_URI/raw/main/docs/icon.png'`n            LicenseUri ")
        foreach ($file in Get-ChildItem -Path $module -Filter '*-*.psm1') {
            # The first function of a file is the cmdlet.
            $head, $rest = [System.IO.File]::ReadAllText($file.FullName) -split '\[CmdletBinding\(', 2
            $help = "[CmdletBinding(HelpUri = '$env:EOP_RELAY_PROJECT_URI/blob/main/powershell/EopRelay/$($file.Name)', "
            [System.IO.File]::WriteAllText($file.FullName, ($head + $help + $rest).Replace("psm1', )]", "psm1')]"))
        }
    }
    [System.IO.File]::WriteAllText($manifestPath, $text)
    $sums = foreach ($file in Get-ChildItem -Path $module -Recurse -File) {
        $name = $file.FullName.Substring($module.Length + 1).Replace('\', '/')
        (Get-FileHash -Path $file.FullName -Algorithm SHA256).Hash.ToLowerInvariant() + '  ' + $name
    }
    # sha256sum reads no carriage returns.
    [System.IO.File]::WriteAllText((Join-Path -Path $module -ChildPath 'SHA256SUMS'), ([string]::Join("`n", [string[]]$sums) + "`n"))
    $zip = Join-Path -Path $out -ChildPath "EopRelay-$version.zip"
    # Compress-Archive of Windows PowerShell separates folders by backslashes, which other systems take for
    # a part of the name.
    if (Test-Path -LiteralPath $zip) {
        Remove-Item -LiteralPath $zip
    }
    $null = [System.Reflection.Assembly]::LoadWithPartialName('System.IO.Compression')
    $null = [System.Reflection.Assembly]::LoadWithPartialName('System.IO.Compression.FileSystem')
    $archive = [System.IO.Compression.ZipFile]::Open($zip, 'Create')
    try {
        foreach ($file in Get-ChildItem -Path $module -Recurse -File | Sort-Object -Property FullName) {
            $name = $file.FullName.Substring($out.Length + 1).Replace('\', '/')
            $null = [System.IO.Compression.ZipFileExtensions]::CreateEntryFromFile($archive, $file.FullName, $name)
        }
    }
    finally {
        $archive.Dispose()
    }
    $hash = (Get-FileHash -Path $zip -Algorithm SHA256).Hash.ToLowerInvariant()
    [System.IO.File]::WriteAllText("$zip.sha256", "$hash  EopRelay-$version.zip`n")
}
finally {
    $env:RUSTFLAGS = $flagsBefore
    Pop-Location
}

"Import-Module '$(Join-Path -Path $source -ChildPath 'EopRelay.psd1')'"
"Packed as '$zip'"
