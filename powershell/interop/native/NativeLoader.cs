using System;
using System.ComponentModel;
using System.Globalization;
using System.IO;
using System.Runtime.InteropServices;

namespace EopRelay
{
    /// <summary>
    /// Loads the native library by its full path and finds its functions. It is never unloaded.
    /// </summary>
    /// <remarks>
    /// DllImport would search for the library by name, and could bind one that was planted, or an
    /// older one that is already in the process.
    /// </remarks>
    internal static class NativeLoader
    {
        // LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR | LOAD_LIBRARY_SEARCH_DEFAULT_DIRS (libloaderapi.h)
        private const uint SearchBesideLibraryAndInSystem = 0x00000100 | 0x00001000;
        private const uint InvalidFileAttributes = 0xFFFFFFFF;
        private const int RtldNow = 2;
        private const int FirstSupportedMajorVersion = 10;

        private static bool IsWindows
        {
            get { return Environment.OSVersion.Platform == PlatformID.Win32NT; }
        }

        /// <summary>Loads the library that lies in <paramref name="binFolder"/> for this system.</summary>
        /// <returns>The handle for <see cref="Find"/>.</returns>
        /// <exception cref="EopRelayException">It cannot be loaded; the message says what to do.</exception>
        internal static IntPtr Load(string binFolder)
        {
            if (IntPtr.Size != 8)
            {
                throw Refusal(
                    "ProcessNot64Bit",
                    "EopRelay needs a 64-bit process, and this one has 32 bits. Open the 64-bit PowerShell "
                        + "(the Exchange Management Shell is one), not 'Windows PowerShell (x86)'.");
            }
            if (IsWindows)
            {
                CheckWindowsVersion();
            }
            string path = Path.Combine(
                Path.GetFullPath(binFolder),
                IsWindows ? @"win-x64\eop_relay.dll" : "linux-x64/libeop_relay.so");
            if (!File.Exists(path))
            {
                throw Refusal(
                    "NativeLibraryMissing",
                    "The native library '" + path + "' is missing. Install the complete module again; an antivirus "
                        + "product may have removed the file.");
            }
            return IsWindows ? LoadOnWindows(path) : LoadOnUnix(path);
        }

        /// <summary>The address of an exported function.</summary>
        /// <exception cref="EopRelayException">The library has no such function.</exception>
        internal static IntPtr Find(IntPtr library, string function)
        {
            IntPtr address = IsWindows ? GetProcAddress(library, function) : UnixFind(library, function);
            if (address == IntPtr.Zero)
            {
                throw Refusal(
                    "NativeLibraryMismatch",
                    "The native library has no function '" + function + "': it belongs to another version of the "
                        + "module. Install the complete module again and open a new console.");
            }
            return address;
        }

        private static IntPtr LoadOnWindows(string path)
        {
            IntPtr library = LoadLibraryExW(path, IntPtr.Zero, SearchBesideLibraryAndInSystem);
            if (library != IntPtr.Zero)
            {
                return library;
            }
            var error = new Win32Exception(Marshal.GetLastWin32Error());
            // File.Exists refuses the colon of a stream's name on .NET Framework.
            bool isBlocked = GetFileAttributesW(path + ":Zone.Identifier") != InvalidFileAttributes;
            throw Refusal(
                "NativeLibraryNotLoaded",
                string.Format(
                    CultureInfo.InvariantCulture,
                    "The native library '{0}' cannot be loaded: {1} (error {2}). {3}",
                    path,
                    error.Message.TrimEnd('.'),
                    error.NativeErrorCode,
                    isBlocked
                        ? "Windows marks the file as downloaded. Unblock the module's files (Get-ChildItem -Recurse "
                            + "-LiteralPath <module folder> | Unblock-File) and open a new console."
                        : "An application control policy or an antivirus product may refuse it."));
        }

        private static IntPtr LoadOnUnix(string path)
        {
            IntPtr library;
            try
            {
                library = Libdl.Open(path, RtldNow);
            }
            catch (DllNotFoundException)
            {
                // A C library of its own without the old libdl.so.2 has them itself.
                library = Libc.Open(path, RtldNow);
                unixFind = Libc.Find;
            }
            if (library == IntPtr.Zero)
            {
                throw Refusal(
                    "NativeLibraryNotLoaded",
                    "The native library '" + path + "' cannot be loaded. It is made for 64-bit x86 Linux with glibc.");
            }
            return library;
        }

        private static void CheckWindowsVersion()
        {
            var version = new OsVersionInfo();
            version.Size = (uint)Marshal.SizeOf(typeof(OsVersionInfo));
            // Environment.OSVersion answers 6.2 in a process without a manifest for Windows 10.
            if (RtlGetVersion(ref version) == 0 && version.Major < FirstSupportedMajorVersion)
            {
                throw Refusal(
                    "WindowsTooOld",
                    string.Format(
                        CultureInfo.InvariantCulture,
                        "EopRelay runs on Windows Server 2016 and later; this is Windows {0}.{1}. Copy the protocol "
                            + "logs to a newer machine and read them there (-LiteralPath and -Server).",
                        version.Major,
                        version.Minor));
            }
        }

        private static EopRelayException Refusal(string errorId, string message)
        {
            return new EopRelayException(errorId, "ResourceUnavailable", message);
        }

        private delegate IntPtr FindFunction(IntPtr library, string function);

        private static FindFunction unixFind = Libdl.Find;

        private static IntPtr UnixFind(IntPtr library, string function)
        {
            return unixFind(library, function);
        }

        [StructLayout(LayoutKind.Sequential, CharSet = CharSet.Unicode)]
        private struct OsVersionInfo
        {
            public uint Size;
            public uint Major;
            public uint Minor;
            public uint Build;
            public uint Platform;
            [MarshalAs(UnmanagedType.ByValTStr, SizeConst = 128)]
            public string ServicePack;
        }

        [DllImport("ntdll.dll")]
        private static extern int RtlGetVersion(ref OsVersionInfo version);

        [DllImport("kernel32.dll", CharSet = CharSet.Unicode, ExactSpelling = true, SetLastError = true)]
        private static extern IntPtr LoadLibraryExW(string path, IntPtr reserved, uint flags);

        [DllImport("kernel32.dll", CharSet = CharSet.Ansi, ExactSpelling = true, SetLastError = true)]
        private static extern IntPtr GetProcAddress(IntPtr library, string function);

        [DllImport("kernel32.dll", CharSet = CharSet.Unicode, ExactSpelling = true, SetLastError = true)]
        private static extern uint GetFileAttributesW(string path);

        private static class Libdl
        {
            [DllImport("libdl.so.2", EntryPoint = "dlopen", CharSet = CharSet.Ansi)]
            internal static extern IntPtr Open(string path, int flags);

            [DllImport("libdl.so.2", EntryPoint = "dlsym", CharSet = CharSet.Ansi)]
            internal static extern IntPtr Find(IntPtr library, string function);
        }

        private static class Libc
        {
            [DllImport("libc.so.6", EntryPoint = "dlopen", CharSet = CharSet.Ansi)]
            internal static extern IntPtr Open(string path, int flags);

            [DllImport("libc.so.6", EntryPoint = "dlsym", CharSet = CharSet.Ansi)]
            internal static extern IntPtr Find(IntPtr library, string function);
        }
    }
}
