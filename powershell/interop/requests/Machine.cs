using System;
using System.Collections.Generic;
using System.IO;
using System.Security.Cryptography.X509Certificates;

namespace EopRelay
{
    /// <summary>What this computer has beside Exchange's cmdlets.</summary>
    internal static class Machine
    {
        /// <summary>The certificates of a store of LocalMachine as PKCS #7, without any key.</summary>
        /// <exception cref="EopRelayException">The store is empty, or there is none.</exception>
        internal static byte[] StoreContent(string name)
        {
            var store = new X509Store(name, StoreLocation.LocalMachine);
            try
            {
                store.Open(OpenFlags.ReadOnly | OpenFlags.OpenExistingOnly);
                if (store.Certificates.Count == 0)
                {
                    throw new EopRelayException("StoreEmpty", "ObjectNotFound", "The store LocalMachine\\" + name + " is empty.");
                }
                return store.Certificates.Export(X509ContentType.Pkcs7);
            }
            finally
            {
                store.Close();
            }
        }

        /// <summary>The certificates of LocalMachine\My as DER, without any key.</summary>
        internal static byte[][] OwnCertificates()
        {
            var store = new X509Store(StoreName.My, StoreLocation.LocalMachine);
            try
            {
                store.Open(OpenFlags.ReadOnly | OpenFlags.OpenExistingOnly);
                var found = new List<byte[]>();
                foreach (X509Certificate2 certificate in store.Certificates)
                {
                    found.Add(certificate.RawData);
                }
                return found.ToArray();
            }
            finally
            {
                store.Close();
            }
        }

        /// <summary>The logs that the Hybrid Configuration Wizard left in the profiles of this computer.</summary>
        /// <exception cref="EopRelayException">There is none, or the profiles cannot be read.</exception>
        internal static string[] HybridLogs()
        {
            string own = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
            string profiles = Path.GetDirectoryName(own.TrimEnd(Path.DirectorySeparatorChar));
            return new List<string>(
                HybridLogFolder.FilesOf(profiles, new List<string>())).ToArray();
        }

        /// <summary>The bytes that are free where a path lies; <c>null</c> where that is not known, as on a share.</summary>
        internal static long? FreeSpace(string path)
        {
            try
            {
                return new DriveInfo(Path.GetPathRoot(path)).AvailableFreeSpace;
            }
            catch (ArgumentException)
            {
                return null;
            }
        }
    }
}
