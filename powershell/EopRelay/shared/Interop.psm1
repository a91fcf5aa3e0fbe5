# Loads the C# assembly and, through it, the native library, both by full path.
Set-StrictMode -Version 3.0

# Constrained Language Mode permits neither the assembly nor its types; Windows would say so in words
# that name neither the module nor the way out.
if ($ExecutionContext.SessionState.LanguageMode -ne 'FullLanguage') {
    throw "EopRelay cannot run in the language mode $($ExecutionContext.SessionState.LanguageMode), to which an application control policy (AppLocker, App Control for Business) confines this console. Have the module's files allowed by the policy (signed, or by path), or read copies of the logs on another computer."
}
if ([IntPtr]::Size -ne 8) {
    throw "EopRelay needs a 64-bit process, and this one has 32 bits. Open the 64-bit PowerShell (the Exchange Management Shell is one), not 'Windows PowerShell (x86)'."
}

# The same as in the manifest, in Cargo.toml and in the assembly; a test compares them.
$interopName = 'EopRelay.Interop.0.2.0'
$moduleFolder = Split-Path -Path $PSScriptRoot -Parent
$binFolder = Join-Path -Path $moduleFolder -ChildPath 'bin'
$assemblyPath = Join-Path -Path $binFolder -ChildPath ($interopName + '.dll')

# Two versions in one process would share the names of their types, and the first would win.
foreach ($loaded in [System.AppDomain]::CurrentDomain.GetAssemblies()) {
    $loadedName = $loaded.GetName().Name
    if ($loadedName -like 'EopRelay.Interop.*' -and $loadedName -ne $interopName) {
        throw "This console has already loaded another version of EopRelay ($loadedName). Open a new console to use $interopName."
    }
}

if (-not [System.IO.File]::Exists($assemblyPath)) {
    throw "The file '$assemblyPath' is missing. Install the complete module again; from the sources, run powershell/build/build.ps1 (Windows) or powershell/build/build.sh first."
}
try {
    $null = [System.Reflection.Assembly]::LoadFrom($assemblyPath)
}
catch {
    $reason = $_.Exception.GetBaseException().Message
    throw "The file '$assemblyPath' cannot be loaded: $reason If the module was downloaded, Windows blocks its files: run Get-ChildItem -LiteralPath '$moduleFolder' -Recurse | Unblock-File, then open a new console."
}
$problem = [EopRelay.Interop]::Load($binFolder)
if ($null -ne $problem) {
    throw $problem
}

# How deep an object is kept by Export-Clixml and Invoke-Command; the default of 1 or 2 makes text of what
# lies deeper. A session: messages, recipients; a report: findings, remedies, and its chain; a chain event:
# records, certificates, their status. Not in a types file: that would be read before the second copy of the
# module is refused above, and complain about each type.
$depths = @{
    'EopRelay.Session'              = 3
    'EopRelay.HybridChange'         = 2
    'EopRelay.Report'               = 6
    'EopRelay.Chain'                = 5
    'EopRelay.CheckResult'          = 7
    'EopRelay.ConnectorCertificate' = 3
    'EopRelay.ChainEvent'           = 4
    'EopRelay.DeliveryError'        = 2
}
foreach ($type in $depths.Keys) {
    Update-TypeData -TypeName $type -SerializationDepth $depths[$type] -Force
}
$ExecutionContext.SessionState.Module.OnRemove = {
    foreach ($type in $depths.Keys) {
        Remove-TypeData -TypeName $type -ErrorAction Ignore
    }
}

Export-ModuleMember -Function @()
