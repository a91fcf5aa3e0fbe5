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
        /// <param name="path">A full path.</param>
        /// <param name="warnings">Takes what is said of profiles that cannot be read.</param>
        /// <exception cref="EopRelayException">There is none, or the folder cannot be read.</exception>
        internal static IList<string> FilesOf(string path, ICollection<string> warnings)
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
                    files.AddRange(LogsOfProfile(path, warnings));
                    foreach (string profile in Directory.GetDirectories(path))
                    {
                        files.AddRange(LogsOfProfile(profile, warnings));
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

        private static IEnumerable<string> LogsOfProfile(string profile, ICollection<string> warnings)
        {
            string folder = OfProfile(profile);
            try
            {
                return LogsIn(folder);
            }
            catch (DirectoryNotFoundException)
            {
                // Most users never ran the wizard.
            }
            catch (UnauthorizedAccessException exception)
            {
                warnings.Add(
                    "The folder '" + folder + "' cannot be read, so that its logs, if there are any, are left out: "
                        + exception.Message + " Run the command elevated.");
            }
            return new string[0];
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

        private static IList<string> LogsIn(string folder)
        {
            var logs = new List<string>();
            foreach (string file in Directory.GetFiles(folder))
            {
                string extension = Path.GetExtension(file);
                if (string.Equals(extension, ".log", StringComparison.OrdinalIgnoreCase)
                    || string.Equals(extension, ".xhcw", StringComparison.OrdinalIgnoreCase))
                {
                    logs.Add(file);
                }
            }
            return logs;
        }
    }
}
