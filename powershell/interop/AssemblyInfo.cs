using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

[assembly: AssemblyTitle("EopRelay")]
[assembly: AssemblyDescription("The typed objects of the PowerShell module EopRelay, over its native library.")]
[assembly: AssemblyCopyright("MIT OR Apache-2.0")]
[assembly: ComVisible(false)]

// The file is named after the same version (EopRelay.Interop.0.2.0.dll): .NET Framework keeps the
// first assembly of a name that a process loads.
[assembly: AssemblyVersion("0.2.0.0")]

[assembly: InternalsVisibleTo("EopRelay.Interop.Tests")]
