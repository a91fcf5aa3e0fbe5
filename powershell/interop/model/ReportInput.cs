using System.Globalization;

namespace EopRelay
{
    /// <summary>A file that a report rests on, or what was handed over as one.</summary>
    public sealed class ReportInput
    {
        internal ReportInput()
        {
        }

        /// <summary>Its path as it was given, or the name of what was handed over.</summary>
        public string Path { get; internal set; }

        /// <summary>ProtocolLog, Export, DeliveryErrors, Certificates, ChainEvents or WizardLog.</summary>
        public string Kind { get; internal set; }

        /// <summary>Its size in bytes, unpacked where it is compressed.</summary>
        public long Size { get; internal set; }

        /// <summary>SHA-256 of its first HashedBytes bytes, in hexadecimal digits.</summary>
        public string Sha256 { get; internal set; }

        /// <summary>All of Size, but for logs at most 64 KiB.</summary>
        public long HashedBytes { get; internal set; }

        /// <summary>Sessions of a log, objects of an export, errors; <c>null</c>: not counted.</summary>
        public long? Objects { get; internal set; }

        /// <summary>Path, kind and size.</summary>
        public override string ToString()
        {
            return Path + " (" + Kind + ", " + Size.ToString(CultureInfo.InvariantCulture) + " bytes)";
        }
    }
}
