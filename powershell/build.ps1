# Lays out the module on Windows: the native library and the C# assembly, into
# powershell\EopRelay\bin. Needs cargo with an x86_64 Windows target (msvc or gnu); the C# compiler is
# the one of .NET Framework, which every Windows has.
#   powershell -ExecutionPolicy Bypass -File powershell\build.ps1 [-Target x86_64-pc-windows-gnu]
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

$root = Split-Path -Path $PSScriptRoot -Parent
$bin = Join-Path -Path $PSScriptRoot -ChildPath 'EopRelay\bin'
$manifest = Import-PowerShellDataFile -Path (Join-Path -Path $PSScriptRoot -ChildPath 'EopRelay\EopRelay.psd1')
$compiler = Join-Path -Path $env:WINDIR -ChildPath 'Microsoft.NET\Framework64\v4.0.30319\csc.exe'

$null = New-Item -Path (Join-Path -Path $bin -ChildPath 'win-x64') -ItemType Directory -Force

Push-Location -Path $root
try {
    # Alone, for cargo leaves link-time optimisation out of a library that is cdylib and rlib at once.
    # The C runtime goes into the DLL, so that nothing else need be installed.
    $env:RUSTFLAGS = '-C target-feature=+crt-static'
    & cargo rustc --release --lib --crate-type cdylib --target $Target
    if ($LASTEXITCODE -ne 0) {
        throw "cargo failed with exit code $LASTEXITCODE."
    }
    $targetFolder = 'target'
    if (Test-Path -Path 'Env:\CARGO_TARGET_DIR') {
        $targetFolder = $env:CARGO_TARGET_DIR
    }
    $library = Join-Path -Path $targetFolder -ChildPath "$Target\release\eop_relay.dll"
    Copy-Item -Path $library -Destination (Join-Path -Path $bin -ChildPath 'win-x64') -Force

    $assembly = Join-Path -Path $bin -ChildPath "EopRelay.Interop.$($manifest.ModuleVersion).dll"
    & $compiler /nologo /unsafe /optimize /warn:4 /target:library "/out:$assembly" 'powershell\interop\*.cs'
    if ($LASTEXITCODE -ne 0) {
        throw "csc.exe failed with exit code $LASTEXITCODE."
    }
}
finally {
    Pop-Location
}

"Import-Module '$(Join-Path -Path $PSScriptRoot -ChildPath 'EopRelay\EopRelay.psd1')'"
