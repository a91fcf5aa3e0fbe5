using System;
using System.Collections.Generic;
using System.IO;

namespace EopRelay
{
    /// <summary>Where the Hybrid Configuration Wizard leaves its logs.</summary>
    internal static class HybridLogFolder
    {
        private static readonly string[] BelowProfile =
            { "AppData", "Roaming", "Microsoft", "Exchange Hybrid Configuration" };

        /// <summary>
        /// A file as it is; of a folder its .log and .xhcw files; of a profile, or a folder of profiles,
        /// those of the profiles.
        /// </summary>
        /// <exception cref="EopRelayException">There is none, or the folder cannot be read.</exception>
        internal static IList<string> FilesOf(string path)
        {
            if (!Directory.Exists(path))
            {
                return new[] { path };
            }
            try
            {
                var files = new List<string>(LogsIn(path));
                if (files.Count == 0)
                {
                    files.AddRange(LogsIn(OfProfile(path)));
                    foreach (string profile in Directory.GetDirectories(path))
                    {
                        files.AddRange(LogsIn(OfProfile(profile)));
                    }
                }
                if (files.Count > 0)
                {
                    return files;
                }
            }
            catch (SystemException exception)
            {
                throw new EopRelayException(
                    "HybridLogUnreadable",
                    "ReadError",
                    "The folder '" + path + "' cannot be read: " + exception.Message + " Check the path and the permissions.",
                    0,
                    exception);
            }
            throw new EopRelayException(
                "HybridLogNotFound",
                "ObjectNotFound",
                "The folder '" + path + "' holds no log of the Hybrid Configuration Wizard. It writes "
                    + "yyyyMMdd_HHmmss.log to %AppData%\\Microsoft\\Exchange Hybrid Configuration of whoever runs it.");
        }

        private static string OfProfile(string profile)
        {
            string folder = profile;
            foreach (string name in BelowProfile)
            {
                folder = Path.Combine(folder, name);
            }
            return folder;
        }

        private static IEnumerable<string> LogsIn(string folder)
        {
            if (!Directory.Exists(folder))
            {
                yield break;
            }
            foreach (string file in Directory.GetFiles(folder))
            {
                string extension = Path.GetExtension(file);
                if (string.Equals(extension, ".log", StringComparison.OrdinalIgnoreCase)
                    || string.Equals(extension, ".xhcw", StringComparison.OrdinalIgnoreCase))
                {
                    yield return file;
                }
            }
        }
    }
}
