using System;
using System.Globalization;

namespace EopRelay
{
    /// <summary>What the server's mail met at Exchange Online Protection, and what is to be done.</summary>
    /// <remarks>Names of kinds are text, not enums, as in <see cref="Session"/>.</remarks>
    public sealed class Report
    {
        /// <summary>PowerShell's formatter breaks what is longer at 80 columns.</summary>
        private const int TextWidth = 78;

        internal Report()
        {
        }

        /// <summary>The number of the shape of the report.</summary>
        [JsonMember(IsOptional = true)]
        public long? SchemaVersion { get; internal set; }

        /// <summary>The version that judged.</summary>
        [JsonMember(IsOptional = true)]
        public string ProductVersion { get; internal set; }

        /// <summary>The time as of which it is judged, UTC.</summary>
        [JsonMember(IsOptional = true)]
        public DateTime? JudgedAt { get; internal set; }

        /// <summary>The files that it rests on, with size and hash.</summary>
        [JsonMember(IsOptional = true)]
        public ReportInput[] Inputs { get; internal set; }

        /// <summary>Accepted, Refused or Uncertain.</summary>
        public string Verdict { get; internal set; }

        /// <summary>Why: the Id of the deciding finding.</summary>
        public string Cause { get; internal set; }

        /// <summary>
        /// Each server, connector and identity that sends: how many of its sessions are refused, since when and
        /// why; the gravest first.
        /// </summary>
        [JsonMember(IsOptional = true)]
        public Scope[] Scopes { get; internal set; }

        /// <summary>What the wizard or anybody else changed; the oldest first.</summary>
        [JsonMember(IsOptional = true)]
        public ReportChange[] Changes { get; internal set; }

        /// <summary>The verdict in a sentence.</summary>
        [JsonMember(IsOptional = true)]
        public string Headline { get; internal set; }

        /// <summary>The cause in a few sentences, with the sessions.</summary>
        [JsonMember(IsOptional = true)]
        public string Reason { get; internal set; }

        /// <summary>Headline and reason, then server, connector, certificate and row of the log.</summary>
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

        /// <summary>
        /// The report as text of 78 columns, as the command prints it; what it shows of itself by default.
        /// </summary>
        [ViewText]
        public string Text
        {
            get
            {
                var text = Interop.FormatReport(this, TextWidth) as string;
                return IsOneOfSeveral && text != null ? ViewText.HeadAndSteps(text) : text;
            }
        }

        /// <summary>Whether it came with others, and shows headline, block and steps alone.</summary>
        internal bool IsOneOfSeveral { get; set; }

        /// <summary>The report as the native library gave it; <c>null</c> where it was not.</summary>
        internal string Json { get; set; }

        /// <summary>The first digits of the thumbprint.</summary>
        [ViewText]
        public string SentText
        {
            get { return CertificateText.Short(Thumbprint); }
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

        /// <summary>What shows it, a line for each.</summary>
        [ViewText]
        public string EvidenceText
        {
            get { return ViewText.Lines(Evidence); }
        }

        /// <summary>What to do, step by step.</summary>
        [ViewText]
        public string RemedyText
        {
            get { return ViewText.Lines(Remedy); }
        }

        /// <summary>The complete finding as an explanation of several lines.</summary>
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
