using System;

namespace EopRelay
{
    /// <summary>
    /// What the text of a Windows path says, on any operating system and without touching a disk.
    /// </summary>
    internal static class WindowsPath
    {
        private const string ExtendedPrefix = @"\\?\";
        private const string DevicePrefix = @"\\.\";
        private const string ExtendedUncPrefix = @"\\?\UNC\";

        /// <summary>Whether it begins with a drive: <c>C:\logs</c>, <c>\\?\C:\logs</c>.</summary>
        internal static bool IsOnDrive(string path)
        {
            string inner = WithoutExtendedPrefix(path);
            return inner.Length >= 3 && IsAsciiLetter(inner[0]) && inner[1] == ':' && IsSeparator(inner[2]);
        }

        /// <summary>
        /// Whether it names a share: <c>\\EX1\logs</c>, <c>\\?\UNC\EX1\logs</c>.
        /// </summary>
        internal static bool IsUnc(string path)
        {
            return UncHost(path) != null;
        }

        /// <summary>The host of a path to a share, or <c>null</c> for any other path.</summary>
        internal static string UncHost(string path)
        {
            int start;
            if (path.StartsWith(ExtendedUncPrefix, StringComparison.OrdinalIgnoreCase))
            {
                start = ExtendedUncPrefix.Length;
            }
            else if (path.StartsWith(ExtendedPrefix, StringComparison.Ordinal)
                || path.StartsWith(DevicePrefix, StringComparison.Ordinal)
                || !path.StartsWith(@"\\", StringComparison.Ordinal))
            {
                return null;
            }
            else
            {
                start = 2;
            }
            int end = start;
            while (end < path.Length && !IsSeparator(path[end]))
            {
                end++;
            }
            return end > start ? path.Substring(start, end - start) : null;
        }

        /// <summary>
        /// The same path as <paramref name="server"/>'s administrative share gives it:
        /// <c>D:\logs</c> becomes <c>\\EX2\D$\logs</c>.
        /// </summary>
        internal static string ToAdministrativeShare(string server, string pathOnDrive)
        {
            string inner = WithoutExtendedPrefix(pathOnDrive);
            // Only the extended form may be longer than 260 characters on .NET Framework.
            string root = inner.Length == pathOnDrive.Length ? @"\\" : ExtendedUncPrefix;
            return root + server + @"\" + inner[0] + "$" + inner.Substring(2).Replace('/', '\\');
        }

        private static string WithoutExtendedPrefix(string path)
        {
            bool isExtended = path.StartsWith(ExtendedPrefix, StringComparison.Ordinal)
                && !path.StartsWith(ExtendedUncPrefix, StringComparison.OrdinalIgnoreCase);
            return isExtended ? path.Substring(ExtendedPrefix.Length) : path;
        }

        private static bool IsSeparator(char character)
        {
            return character == '\\' || character == '/';
        }

        private static bool IsAsciiLetter(char character)
        {
            return (character >= 'A' && character <= 'Z') || (character >= 'a' && character <= 'z');
        }
    }
}
