using System;
using System.Collections.Generic;
using System.IO;
using System.Security;

namespace EopRelay
{
    /// <summary>What Get-EopRelayChain is to examine.</summary>
    public sealed class ChainRequest
    {
        // EOP_CHAIN_ROLE_... in include/eop_relay.h
        private const uint Certificate = 1;
        private const uint Intermediate = 2;
        private const uint Root = 3;
        private const uint RevocationList = 4;
        private const uint ProgrammeRoot = 5;

        private static readonly string[] Extensions = { ".cer", ".crt", ".der", ".pem", ".p7b", ".p7c", ".sst", ".crl" };

        private readonly List<ChainInput> inputs = new List<ChainInput>();

        internal ChainRequest()
        {
        }

        /// <summary>Whether the intermediates are all that the server has, be it none.</summary>
        public bool StoresKnown { get; set; }

        /// <summary>Whether the given roots alone are trusted.</summary>
        public bool OnlyGivenRoots { get; set; }

        /// <summary>Whether this computer's stores are used too, and Windows is asked.</summary>
        public bool UseMachineStores { get; set; }

        /// <summary>Whether RFC 5280 and the Baseline Requirements are the measure, in place of Windows.</summary>
        public bool IsStrict { get; set; }

        /// <summary>A host, address or mailbox that the certificate must hold, or empty.</summary>
        public string Name { get; set; }

        /// <summary>The time of the judgement; without a zone it is local time. Default: now.</summary>
        public DateTime? At { get; set; }

        internal IList<ChainInput> Inputs
        {
            get { return inputs; }
        }

        /// <summary>Gives the certificate that is judged, as a file (cer, pem, p7b or pfx).</summary>
        /// <returns>Why it cannot be read, or <c>null</c>.</returns>
        public EopRelayException SetCertificateFile(string path, SecureString password)
        {
            return Interop.Problem(() => SetCertificate(path, Request.ReadCertificate(path, password)));
        }

        /// <summary>Gives the certificate that is judged, as its DER.</summary>
        public void SetCertificate(string name, byte[] der)
        {
            inputs.RemoveAll(input => input.Role == Certificate);
            inputs.Add(new ChainInput { Role = Certificate, Name = name, Bytes = der });
        }

        /// <summary>Adds a file with intermediates that the server has, or a folder of such files.</summary>
        /// <returns>Why it cannot be read, or <c>null</c>.</returns>
        public EopRelayException AddIntermediates(string path)
        {
            StoresKnown = true;
            return Add(Intermediate, path);
        }

        /// <summary>Adds a file with roots of the server, or a folder of such files.</summary>
        /// <returns>Why it cannot be read, or <c>null</c>.</returns>
        public EopRelayException AddRoots(string path)
        {
            return Add(Root, path);
        }

        /// <summary>Adds a file with roots that receivers trust, such as Microsoft's newest list, or a folder of such files.</summary>
        /// <returns>Why it cannot be read, or <c>null</c>.</returns>
        public EopRelayException AddProgrammeRoots(string path)
        {
            return Add(ProgrammeRoot, path);
        }

        /// <summary>Adds a file with a revocation list, or a folder of such files.</summary>
        /// <returns>Why it cannot be read, or <c>null</c>.</returns>
        public EopRelayException AddRevocationLists(string path)
        {
            return Add(RevocationList, path);
        }

        private EopRelayException Add(uint role, string path)
        {
            return Interop.Problem(() =>
            {
                foreach (string file in FilesOf(path))
                {
                    inputs.Add(new ChainInput { Role = role, Name = file, Bytes = Request.ReadFile("CertificateFile", file) });
                }
            });
        }

        private static IEnumerable<string> FilesOf(string path)
        {
            if (!Directory.Exists(path))
            {
                return new[] { path };
            }
            string[] files = Array.FindAll(
                Directory.GetFiles(path),
                file => Array.IndexOf(Extensions, Path.GetExtension(file).ToLowerInvariant()) >= 0);
            if (files.Length == 0)
            {
                throw new EopRelayException(
                    "CertificateFileNotFound",
                    "ObjectNotFound",
                    "The folder '" + path + "' holds no file with certificates (" + string.Join(", ", Extensions) + ").");
            }
            Array.Sort(files, StringComparer.Ordinal);
            return files;
        }
    }

    /// <summary>A file of a chain request.</summary>
    internal sealed class ChainInput
    {
        internal uint Role { get; set; }

        internal string Name { get; set; }

        internal byte[] Bytes { get; set; }
    }
}
