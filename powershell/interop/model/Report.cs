using System;
using System.Globalization;

namespace EopRelay
{
    /// <summary>What the server's mail met at Exchange Online Protection, and what is to be done.</summary>
    /// <remarks>Names of kinds are text, not enums, as in <see cref="Session"/>.</remarks>
    public sealed class Report
    {
        internal Report()
        {
        }

        /// <summary>Accepted, Refused or Uncertain.</summary>
        public string Verdict { get; internal set; }

        /// <summary>Why: the Id of the deciding finding.</summary>
        public string Cause { get; internal set; }

        /// <summary>Verdict and cause in a few sentences.</summary>
        public string Summary { get; internal set; }

        /// <summary>Everything that was found: the cause first, then by weight.</summary>
        public Finding[] Findings { get; internal set; }

        /// <summary>The certificate of the cause.</summary>
        public CertificateSummary Certificate { get; internal set; }

        /// <summary>Its chain, where the certificate itself was given.</summary>
        public Chain Chain { get; internal set; }

        /// <summary>The inbound connector of the cause.</summary>
        public ConnectorAssessment Connector { get; internal set; }

        /// <summary>
        /// 0 fine, 10 warning, 20 refused, 30 uncertain or no evidence, 40 an input cannot be read.
        /// </summary>
        public int ExitCode { get; internal set; }

        /// <summary>The thumbprint of Certificate, for tables and files of flat columns.</summary>
        public string Thumbprint
        {
            get { return Certificate == null ? null : Certificate.Thumbprint; }
        }

        /// <summary>The end of Certificate's validity as a text for tables, such as 2026-12-01.</summary>
        public string Expires
        {
            get { return Certificate == null ? null : CertificateText.Date(Certificate.NotAfter); }
        }

        /// <summary>All findings as a text for lists: what shows them, and what is to be done.</summary>
        public string Explanation
        {
            get
            {
                return string.Join("\n\n", Array.ConvertAll(Findings, finding => finding.ToString()));
            }
        }

        /// <summary>Verdict, cause and summary.</summary>
        public override string ToString()
        {
            return Verdict + " (" + Cause + "): " + Summary;
        }
    }

    /// <summary>One thing that was found.</summary>
    public sealed class Finding
    {
        internal Finding()
        {
        }

        /// <summary>What it is, such as NameMismatch.</summary>
        public string Id { get; internal set; }

        /// <summary>Information, Warning or Error.</summary>
        public string Severity { get; internal set; }

        /// <summary>Cause, Present, Possible or Past.</summary>
        public string Status { get; internal set; }

        /// <summary>What was found, in plain words.</summary>
        public string Message { get; internal set; }

        /// <summary>What shows it.</summary>
        public Evidence[] Evidence { get; internal set; }

        /// <summary>What to do, the smallest change first.</summary>
        public Remedy[] Remedy { get; internal set; }

        /// <summary>Where it is documented.</summary>
        public string Reference { get; internal set; }

        /// <summary>How well it is founded: Documented, Observed, Inferred or Uncertain.</summary>
        public string Confidence { get; internal set; }

        /// <summary>How many sessions show it; 0 where it is about something else than sessions.</summary>
        public long Sessions { get; internal set; }

        /// <summary>The beginning of the first of them, UTC.</summary>
        public DateTime? FirstSession { get; internal set; }

        /// <summary>The end of the last of them, UTC.</summary>
        public DateTime? LastSession { get; internal set; }

        /// <summary>The servers of these sessions, at most 32.</summary>
        public string[] Servers { get; internal set; }

        /// <summary>The domains of their recipients, at most 32.</summary>
        public string[] RecipientDomains { get; internal set; }

        /// <summary>The whole finding as an explanation of several lines.</summary>
        public override string ToString()
        {
            return Explanation.Of(this);
        }
    }

    /// <summary>A row of a log, or an object of an export, that shows what a finding says.</summary>
    public sealed class Evidence
    {
        internal Evidence()
        {
        }

        /// <summary>The file, or the parameter that gave the object.</summary>
        public string Path { get; internal set; }

        /// <summary>The line, counted from 1, or which object of the parameter; 0 where the whole is meant.</summary>
        public long Line { get; internal set; }

        /// <summary>What stands there.</summary>
        public string Text { get; internal set; }

        /// <summary>Place and text.</summary>
        public override string ToString()
        {
            string place = Line == 0 ? Path : string.Format(CultureInfo.InvariantCulture, "{0}:{1}", Path, Line);
            return string.IsNullOrEmpty(Text) ? place : place + ": " + Text;
        }
    }

    /// <summary>
    /// One step of a remedy. Commands hold literal values; what is not known stands in
    /// <c>&lt;...&gt;</c>, which PowerShell refuses.
    /// </summary>
    public sealed class Remedy
    {
        internal Remedy()
        {
        }

        /// <summary>What to do, and when.</summary>
        public string Action { get; internal set; }

        /// <summary>The command, one or more lines.</summary>
        public string Command { get; internal set; }

        /// <summary>Who has to act; absent where the step is the same for whoever does.</summary>
        [JsonMember(IsOptional = true)]
        public string Side { get; internal set; }

        /// <summary>Where the command runs.</summary>
        public string Where { get; internal set; }

        /// <summary>How to see that it worked.</summary>
        public string Verify { get; internal set; }

        /// <summary>How to take it back.</summary>
        public string Undo { get; internal set; }

        /// <summary>The whole step, of several lines.</summary>
        public override string ToString()
        {
            return Explanation.Of(this);
        }
    }

    /// <summary>The certificate that a report is about.</summary>
    public sealed class CertificateSummary
    {
        internal CertificateSummary()
        {
        }

        /// <summary>The SHA-1 thumbprint.</summary>
        public string Thumbprint { get; internal set; }

        /// <summary>The subject, a Windows X.500 string.</summary>
        public string Subject { get; internal set; }

        /// <summary>The issuer, a Windows X.500 string.</summary>
        public string Issuer { get; internal set; }

        /// <summary>The serial number in hexadecimal digits.</summary>
        public string SerialNumber { get; internal set; }

        /// <summary>The beginning of its validity, UTC.</summary>
        public DateTime? NotBefore { get; internal set; }

        /// <summary>The end of its validity, UTC.</summary>
        public DateTime? NotAfter { get; internal set; }

        /// <summary>Its names, the common name first.</summary>
        public string[] DnsNames { get; internal set; }

        /// <summary>Its subject, thumbprint and expiry.</summary>
        public override string ToString()
        {
            return (Subject ?? "(subject not known)") + " [" + (Thumbprint ?? "thumbprint not known") + "]"
                + (NotAfter == null
                    ? ""
                    : string.Format(CultureInfo.InvariantCulture, ", expires {0:yyyy-MM-dd HH:mm} UTC", NotAfter));
        }
    }

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

        /// <summary>Whether it ends in a root that receivers trust: Trusted, MicrosoftProgramme, Blocked,
        /// Untrusted, PrivateAuthority or UnknownRoot.</summary>
        public string Trust { get; internal set; }

        /// <summary>One sentence with the most telling finding.</summary>
        public string Summary { get; internal set; }

        /// <summary>The certificates of the chain, the judged one first.</summary>
        public CertificateSummary[] Certificates { get; internal set; }

        /// <summary>What Windows says of the same chain; <c>null</c> where it was not asked.</summary>
        [JsonMember(IsOptional = true)]
        public WindowsComparison Windows { get; internal set; }

        /// <summary>
        /// What Windows says of the same chain, a line for each way of building it (StoresOnly, Download,
        /// CachedRevocation); empty where Windows was not asked.
        /// </summary>
        public string[] WindowsVerdict
        {
            get
            {
                return Windows == null
                    ? new string[0]
                    : Array.ConvertAll(Windows.Runs, run => run.ToString());
            }
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

    /// <summary>What one inbound connector makes of the server.</summary>
    /// <remarks>
    /// A kind with a value is an object of one member, as in JSON: <c>{"Listed":"203.0.113.0/24"}</c>; one
    /// without is its name.
    /// </remarks>
    public sealed class ConnectorAssessment
    {
        internal ConnectorAssessment()
        {
        }

        /// <summary>The connector's name.</summary>
        public string Name { get; internal set; }

        /// <summary>Whether it can grant relay at all.</summary>
        public object Eligibility { get; internal set; }

        /// <summary>Its TlsSenderCertificateName.</summary>
        public string Value { get; internal set; }

        /// <summary>What it makes of the certificate: Relation, and the Name that it is held against.</summary>
        public object NameMatch { get; internal set; }

        /// <summary>Whether accepted domains cover its value.</summary>
        public object Coverage { get; internal set; }

        /// <summary>What it makes of the connecting address.</summary>
        public object Address { get; internal set; }

        /// <summary>Entries of SenderIPAddresses that take no part, each with the reason.</summary>
        [JsonMember(IsOptional = true)]
        public object IgnoredAddresses { get; internal set; }

        /// <summary>Whether it is confined to other domains than the sender's.</summary>
        public object Association { get; internal set; }

        /// <summary>Its name and value.</summary>
        public override string ToString()
        {
            return Value == null ? Name : Name + " (TlsSenderCertificateName " + Value + ")";
        }
    }
}
