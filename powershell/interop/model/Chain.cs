using System;
using System.Globalization;

namespace EopRelay
{
    /// <summary>What is known of the chain of a certificate.</summary>
    public sealed class Chain
    {
        internal Chain()
        {
        }

        /// <summary>Whether Windows accepts it.</summary>
        public bool IsAccepted { get; internal set; }

        /// <summary>Whether the server can send it: Complete, Incomplete or Unknown.</summary>
        public string Completeness { get; internal set; }

        /// <summary>
        /// Whether it ends in a root that receivers trust: Trusted, MicrosoftProgramme, Blocked, Untrusted,
        /// PrivateAuthority or UnknownRoot.
        /// </summary>
        public string Trust { get; internal set; }

        /// <summary>One sentence with the most significant finding.</summary>
        public string Summary { get; internal set; }

        /// <summary>Which of the certificates has the gravest error, the judged one being 0; <c>null</c>: none.</summary>
        [JsonMember(IsOptional = true)]
        public long? Fault { get; internal set; }

        /// <summary>The model by which it is judged: Windows or Strict.</summary>
        [JsonMember(IsOptional = true)]
        public string Profile { get; internal set; }

        /// <summary>The time of the judgement, UTC.</summary>
        [JsonMember(IsOptional = true)]
        public DateTime? At { get; internal set; }

        /// <summary>The certificates of the best path, the judged one first.</summary>
        public ChainCertificate[] Certificates { get; internal set; }

        /// <summary>What is wrong, the most significant first.</summary>
        [JsonMember(IsOptional = true)]
        public ChainFinding[] Findings { get; internal set; }

        /// <summary>What the server would send, as far as is known: thumbprints, the judged one first.</summary>
        [JsonMember(IsOptional = true)]
        public string[] WouldSend { get; internal set; }

        /// <summary>The issuers that are missing.</summary>
        [JsonMember(IsOptional = true)]
        public MissingIssuer[] MissingIssuers { get; internal set; }

        /// <summary>What to do.</summary>
        [JsonMember(IsOptional = true)]
        public ChainStep[] Remedies { get; internal set; }

        /// <summary>The other paths, the better first.</summary>
        [JsonMember(IsOptional = true)]
        public AlternativePath[] Alternatives { get; internal set; }

        /// <summary>How many paths were looked at.</summary>
        [JsonMember(IsOptional = true)]
        public long? PathCount { get; internal set; }

        /// <summary>Whether paths may have been missed because the search reached its limits.</summary>
        [JsonMember(IsOptional = true)]
        public bool? IsCutShort { get; internal set; }

        /// <summary>The embedded roots, where they were used.</summary>
        [JsonMember(IsOptional = true)]
        public object EmbeddedRoots { get; internal set; }

        /// <summary>Of which day the list of Microsoft's programme is, where it was used.</summary>
        [JsonMember(IsOptional = true)]
        public string MicrosoftProgramme { get; internal set; }

        /// <summary>Parts of the files that were not used.</summary>
        [JsonMember(IsOptional = true)]
        public UnreadPart[] Unread { get; internal set; }

        /// <summary>What Windows says of the same chain; <c>null</c> where it was not asked.</summary>
        [JsonMember(IsOptional = true)]
        public WindowsComparison Windows { get; internal set; }

        /// <summary>
        /// What Windows says of the same chain, a line for each way of building it (StoresOnly, Download,
        /// CachedRevocation); empty where Windows was not asked.
        /// </summary>
        [ViewText]
        public string[] WindowsVerdict
        {
            get
            {
                return Windows == null
                    ? new string[0]
                    : Array.ConvertAll(Windows.Runs, run => run.ToString());
            }
        }

        /// <summary>The certificates in words, a line for each.</summary>
        [ViewText]
        public string CertificatesText
        {
            get { return ViewText.Lines(Certificates); }
        }

        /// <summary>The findings in words, a line for each.</summary>
        [ViewText]
        public string FindingsText
        {
            get { return Findings == null ? null : ViewText.Lines(Findings); }
        }

        /// <summary>The thumbprints of what the server would send, in one line.</summary>
        [ViewText]
        public string WouldSendText
        {
            get { return WouldSend == null ? null : string.Join(", ", WouldSend); }
        }

        /// <summary>The name of the judged certificate.</summary>
        [ViewText]
        public string NameText
        {
            get { return Certificates.Length == 0 ? null : Certificates[0].Subject; }
        }

        /// <summary>Its summary.</summary>
        public override string ToString()
        {
            return Summary;
        }
    }

    /// <summary>What Windows says of a chain.</summary>
    public sealed class WindowsComparison
    {
        internal WindowsComparison()
        {
        }

        /// <summary>Whether Windows says the same with the stores alone.</summary>
        [JsonMember(IsOptional = true)]
        public bool? Agrees { get; internal set; }

        /// <summary>On what they differ.</summary>
        [JsonMember(IsOptional = true)]
        public object Differences { get; internal set; }

        /// <summary>Whether Windows finds the issuers only where it may download them.</summary>
        [JsonMember(IsOptional = true)]
        public bool? IsCompleteOnlyThroughDownload { get; internal set; }

        /// <summary>One for each way of building the chain.</summary>
        public WindowsRun[] Runs { get; internal set; }
    }

    /// <summary>A chain that Windows built in one way, and its verdict.</summary>
    public sealed class WindowsRun
    {
        internal WindowsRun()
        {
        }

        /// <summary>StoresOnly, Download or CachedRevocation.</summary>
        public string Mode { get; internal set; }

        /// <summary>The names of the status bits that are set (wincrypt.h).</summary>
        public string[] ErrorStatus { get; internal set; }

        /// <summary>The certificates, the judged one first.</summary>
        [JsonMember(IsOptional = true)]
        public object Elements { get; internal set; }

        /// <summary>The verdicts of the policies.</summary>
        public WindowsPolicy[] Policies { get; internal set; }

        /// <summary>Mode, status and policies.</summary>
        public override string ToString()
        {
            string status = ErrorStatus.Length == 0 ? "no error" : string.Join(", ", ErrorStatus);
            return Mode + ": " + status + "; "
                + string.Join("; ", Array.ConvertAll(Policies, policy => policy.ToString()));
        }
    }

    /// <summary>The verdict of one policy.</summary>
    public sealed class WindowsPolicy
    {
        internal WindowsPolicy()
        {
        }

        /// <summary>The policy: Base or Ssl.</summary>
        public string Policy { get; internal set; }

        /// <summary>Name and number of the result, such as CERT_E_CHAINING (0x800B010A).</summary>
        public string Result { get; internal set; }

        /// <summary>The certificate at which it failed, 0 for the judged one; -1 for none.</summary>
        public long? ElementIndex { get; internal set; }

        /// <summary>Policy, result and place.</summary>
        public override string ToString()
        {
            return string.Format(CultureInfo.InvariantCulture, "{0}: {1} at element {2}", Policy, Result, ElementIndex);
        }
    }

    /// <summary>A certificate of a chain.</summary>
    public sealed class ChainCertificate
    {
        internal ChainCertificate()
        {
        }

        /// <summary>The subject, a Windows X.500 string.</summary>
        public string Subject { get; internal set; }

        /// <summary>The issuer, a Windows X.500 string.</summary>
        public string Issuer { get; internal set; }

        /// <summary>The serial number in hexadecimal digits.</summary>
        public string SerialNumber { get; internal set; }

        /// <summary>The SHA-1 thumbprint.</summary>
        public string Thumbprint { get; internal set; }

        /// <summary>The beginning of its validity, UTC.</summary>
        public DateTime? NotBefore { get; internal set; }

        /// <summary>The end of its validity, UTC.</summary>
        public DateTime? NotAfter { get; internal set; }

        /// <summary>Its host names, the common name first.</summary>
        public string[] DnsNames { get; internal set; }

        /// <summary>All subject alternative names.</summary>
        [JsonMember(IsOptional = true)]
        public string[] SubjectAltNames { get; internal set; }

        /// <summary>Type and size of the key, such as RSA 2048.</summary>
        [JsonMember(IsOptional = true)]
        public string PublicKey { get; internal set; }

        /// <summary>The OID of the signature algorithm.</summary>
        [JsonMember(IsOptional = true)]
        public string SignatureAlgorithm { get; internal set; }

        /// <summary>Whether it may issue certificates.</summary>
        [JsonMember(IsOptional = true)]
        public bool? IsAuthority { get; internal set; }

        /// <summary>Key usage, by the names of RFC 5280.</summary>
        [JsonMember(IsOptional = true)]
        public object KeyUsage { get; internal set; }

        /// <summary>Extended key usage, dotted OIDs.</summary>
        [JsonMember(IsOptional = true)]
        public object ExtendedKeyUsage { get; internal set; }

        /// <summary>Where its issuer can be had.</summary>
        [JsonMember(IsOptional = true)]
        public string[] IssuerUrls { get; internal set; }

        /// <summary>Where it was found, such as Judged, IntermediateStore or EmbeddedRoot.</summary>
        [JsonMember(IsOptional = true)]
        public string Origin { get; internal set; }

        /// <summary>Subject, thumbprint, expiry and origin.</summary>
        public override string ToString()
        {
            return string.Format(
                CultureInfo.InvariantCulture,
                "{0} [{1}], expires {2:yyyy-MM-dd}{3}",
                Subject,
                Thumbprint,
                NotAfter,
                Origin == null ? "" : ", " + Origin);
        }
    }

    /// <summary>Something that is wrong with a chain.</summary>
    public sealed class ChainFinding
    {
        internal ChainFinding()
        {
        }

        /// <summary>The rule.</summary>
        public string Id { get; internal set; }

        /// <summary>Information, Warning or Error.</summary>
        public string Severity { get; internal set; }

        /// <summary>The position of the certificate in the path, 0 for the judged one.</summary>
        [JsonMember(IsOptional = true)]
        public long? Certificate { get; internal set; }

        /// <summary>What is wrong.</summary>
        public string Message { get; internal set; }

        /// <summary>Where the rule is written.</summary>
        [JsonMember(IsOptional = true)]
        public string Reference { get; internal set; }

        /// <summary>The HRESULT of Windows for it.</summary>
        [JsonMember(IsOptional = true)]
        public string HResult { get; internal set; }

        /// <summary>Severity, rule and message.</summary>
        public override string ToString()
        {
            return Severity + " " + Id + ": " + Message;
        }
    }
}
