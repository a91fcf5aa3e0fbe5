using System;
using System.IO;
using System.Runtime.InteropServices;

namespace EopRelay
{
    /// <summary>What is called like a file, and may never end or wait for ever: pipes and devices of Linux.</summary>
    internal static class EndlessFile
    {
        // fcntl.h, unistd.h
        private const int ReadOnlyWithoutWaiting = 0x800;
        private const int FromEnd = 2;

        /// <summary>Whether the path is of a pipe or a device; .NET has no word for either.</summary>
        internal static bool IsAt(string path)
        {
            if (Environment.OSVersion.Platform == PlatformID.Win32NT || !File.Exists(path) || new FileInfo(path).Length > 0)
            {
                return false;
            }
            int file = Open(path, ReadOnlyWithoutWaiting);
            if (file < 0)
            {
                // Why it cannot be opened, who reads it says.
                return false;
            }
            // A pipe has no end to go to; devices have one, and no file lies among them.
            bool isPipe = Seek(file, IntPtr.Zero, FromEnd) == new IntPtr(-1);
            Close(file);
            return isPipe || path.StartsWith("/dev/", StringComparison.Ordinal);
        }

        [DllImport("libc.so.6", EntryPoint = "open", CharSet = CharSet.Ansi)]
        private static extern int Open(string path, int flags);

        [DllImport("libc.so.6", EntryPoint = "lseek")]
        private static extern IntPtr Seek(int file, IntPtr offset, int origin);

        [DllImport("libc.so.6", EntryPoint = "close")]
        private static extern int Close(int file);
    }
}
