using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;

namespace EopRelay
{
    /// <summary>What Tab offers. Nothing here takes long or throws: a completer has nobody to report to.</summary>
    internal static class Completion
    {
        private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

        /// <summary>The connectors of logs, as far as a second shows them, in their order.</summary>
        internal static string[] ConnectorsOf(IEnumerable<string> paths)
        {
            var query = new SessionQuery();
            foreach (string path in paths)
            {
                query.Add(LogLocation.OfPath(System.IO.Path.GetFullPath(path), true, null));
            }
            var names = new List<string>();
            var time = Stopwatch.StartNew();
            using (SessionReader reader = Library.OpenSessions(query))
            {
                while (time.Elapsed < Longest && reader.ReadBatch())
                {
                    foreach (Session session in reader.Sessions)
                    {
                        if (session.Connector != null && !names.Contains(session.Connector))
                        {
                            names.Add(session.Connector);
                        }
                    }
                }
            }
            return names.ToArray();
        }

        /// <summary>The certificates of LocalMachine\My.</summary>
        internal static InstalledCertificate[] Stored()
        {
            var store = new X509Store(StoreName.My, StoreLocation.LocalMachine);
            try
            {
                store.Open(OpenFlags.ReadOnly | OpenFlags.OpenExistingOnly);
                var found = new List<InstalledCertificate>();
                foreach (X509Certificate2 certificate in store.Certificates)
                {
                    DateTime end = certificate.NotAfter.ToUniversalTime();
                    found.Add(new InstalledCertificate
                    {
                        Thumbprint = certificate.Thumbprint,
                        Subject = certificate.Subject,
                        NotAfter = end,
                        DaysLeft = (int)Math.Floor((end - DateTime.UtcNow).TotalDays),
                    });
                }
                return found.ToArray();
            }
            finally
            {
                store.Close();
            }
        }
    }
}
