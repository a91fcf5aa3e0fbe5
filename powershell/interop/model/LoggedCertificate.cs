using System;

namespace EopRelay
{
    /// <summary>A certificate as the certificate rows of a log describe it.</summary>
    public sealed class LoggedCertificate
    {
        internal LoggedCertificate()
        {
        }

        /// <summary>The subject, a Windows X.500 string.</summary>
        public string Subject { get; internal set; }

        /// <summary>The issuer, a Windows X.500 string.</summary>
        public string Issuer { get; internal set; }

        /// <summary>The serial number in hexadecimal digits.</summary>
        public string SerialNumber { get; internal set; }

        /// <summary>The SHA-1 thumbprint: 40 hexadecimal digits; masked text as logged.</summary>
        public string Thumbprint { get; internal set; }

        /// <summary>The beginning of its validity, UTC; older builds do not log it.</summary>
        public DateTime? NotBefore { get; internal set; }

        /// <summary>The end of its validity, UTC; older builds do not log it.</summary>
        public DateTime? NotAfter { get; internal set; }

        /// <summary>The subject alternate names as logged, each once.</summary>
        public string[] DnsNames { get; internal set; }

        /// <summary>Its names, in one line.</summary>
        [ViewText]
        public string NamesText
        {
            get { return string.Join(", ", DnsNames); }
        }

        /// <summary>Its validity as a text in UTC; <c>null</c> where it is not logged.</summary>
        [ViewText]
        public string ValidText
        {
            get { return NotAfter == null ? null : ViewText.Join(" to ", ViewText.Time(NotBefore), ViewText.Time(NotAfter)); }
        }

        /// <summary>Its subject and thumbprint.</summary>
        public override string ToString()
        {
            return (Subject ?? "(no subject logged)") + " [" + (Thumbprint ?? "no thumbprint logged") + "]";
        }
    }
}
