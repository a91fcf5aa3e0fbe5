using System;

namespace EopRelay
{
    /// <summary>Where logs lie, and whose they are.</summary>
    public sealed class LogLocation
    {
        private LogLocation(string path, string server)
        {
            Path = path;
            Server = server;
        }

        /// <summary>The path to read: a file, a folder, or a pattern.</summary>
        public string Path { get; private set; }

        /// <summary>The server whose logs they are, or <c>null</c>.</summary>
        public string Server { get; private set; }

        /// <summary>Whether Path may hold wildcards.</summary>
        public bool Wildcards { get; private set; }

        /// <summary>
        /// The other computer over whose administrative share Path leads, or <c>null</c>.
        /// </summary>
        public string Owner { get; private set; }

        /// <summary>
        /// The path on that computer which Path stands for, or <c>null</c> where Path is the path given.
        /// </summary>
        public string PathOnServer { get; private set; }

        /// <summary>A path that somebody gave by hand.</summary>
        /// <param name="path">A file, a folder, or a pattern.</param>
        /// <param name="wildcards">Whether it may hold wildcards.</param>
        /// <param name="server">The server as the caller named it, or empty.</param>
        internal static LogLocation OfPath(string path, bool wildcards, string server)
        {
            return new LogLocation(path, Named(server) ?? WindowsPath.UncHost(path)) { Wildcards = wildcards };
        }

        /// <summary>
        /// A path that an object of another computer's gave: a transport service, or a file seen there.
        /// </summary>
        /// <param name="owner">The computer on which the path was true, or empty.</param>
        /// <param name="path">The path as that computer says it.</param>
        /// <param name="server">The server as the caller named it, or empty.</param>
        /// <param name="logsAreLocal">Whether copies of the logs lie at that path here.</param>
        /// <param name="thisComputer">The names of this computer.</param>
        /// <exception cref="EopRelayException">
        /// The path is not a full path, or there is no way to it from here.
        /// </exception>
        internal static LogLocation OfOwner(
            string owner, string path, string server, bool logsAreLocal, ComputerNames thisComputer)
        {
            string ownerName = Named(owner);
            bool isUnc = WindowsPath.IsUnc(path);
            bool isOnDrive = WindowsPath.IsOnDrive(path);
            if (!isUnc && !isOnDrive && !path.StartsWith("/", StringComparison.Ordinal))
            {
                throw new EopRelayException(
                    "LogPathNotRooted",
                    "InvalidData",
                    "The log path '" + path + "'" + (ownerName == null ? "" : " of " + ownerName)
                        + " is not a full path. Give the folder with -LiteralPath.");
            }
            string label = Named(server) ?? ownerName ?? WindowsPath.UncHost(path);
            if (isUnc || logsAreLocal || ownerName == null || thisComputer.Include(ownerName))
            {
                return new LogLocation(path, label);
            }
            if (!isOnDrive || !IsHostName(ownerName))
            {
                throw new EopRelayException(
                    "RemoteLogUnreachable",
                    "ResourceUnavailable",
                    "The logs in '" + path + "' lie on " + ownerName + ", and that path cannot be reached from here. "
                        + "Run the command on " + ownerName
                        + ", or copy the logs and give their folder with -LiteralPath and -Server.");
            }
            return new LogLocation(WindowsPath.ToAdministrativeShare(ownerName, path), label) 
            {
                Owner = ownerName,
                PathOnServer = path,
            };
        }

        /// <summary>Whether <paramref name="path"/> is this location or lies in it.</summary>
        internal bool Holds(string path)
        {
            string folder = Path.TrimEnd('\\', '/');
            return path != null
                && path.StartsWith(folder, StringComparison.OrdinalIgnoreCase)
                && (path.Length == folder.Length || path[folder.Length] == '\\' || path[folder.Length] == '/');
        }

        private static string Named(string text)
        {
            return string.IsNullOrWhiteSpace(text) ? null : text.Trim();
        }

        private static bool IsHostName(string name)
        {
            foreach (char character in name)
            {
                if (!char.IsLetterOrDigit(character) && character != '-' && character != '.' && character != '_')
                {
                    return false;
                }
            }
            return true;
        }
    }
}
