using System;
using System.Runtime.InteropServices;
using System.Text;

namespace EopRelay.Tests
{
    /// <summary>Where a symbolic link leads (readlink(2)).</summary>
    internal static class LinkTarget
    {
        internal static string Of(string path)
        {
            var buffer = new byte[4096];
            IntPtr length = ReadLink(path, buffer, (IntPtr)buffer.Length);
            return (long)length < 0 ? "" : Encoding.UTF8.GetString(buffer, 0, (int)length);
        }

        [DllImport("libc", EntryPoint = "readlink", CharSet = CharSet.Ansi)]
        private static extern IntPtr ReadLink(string path, byte[] buffer, IntPtr size);
    }
}
