using System;
using System.Globalization;

namespace EopRelay
{
    /// <summary>How a certificate is renewed without a gap.</summary>
    /// <remarks>Names of kinds are text, not enums, as in <see cref="Session"/>.</remarks>
    public sealed class RenewalPlan
    {
        /// <summary>PowerShell's formatter breaks what is longer at 80 columns.</summary>
        private const int TextWidth = 78;

        internal RenewalPlan()
        {
        }

        /// <summary>The number of the shape of the plan.</summary>
        public long SchemaVersion { get; internal set; }

        /// <summary>The version that judged.</summary>
        public string ProductVersion { get; internal set; }

        /// <summary>The time as of which it is judged, UTC.</summary>
        public DateTime? JudgedAt { get; internal set; }

        /// <summary>NothingToSet, StepsNeeded, Refused or Uncertain.</summary>
        public string Verdict { get; internal set; }

        /// <summary>The same in one line.</summary>
        public string Summary { get; internal set; }

        /// <summary>The new certificates, and what they take the place of.</summary>
        public NewCertificate[] Certificates { get; internal set; }

        /// <summary>Every connector on every server that is concerned, before and after.</summary>
        public RenewalPlace[] Places { get; internal set; }

        /// <summary>The steps, in the order in which they are done.</summary>
        public RenewalStep[] Steps { get; internal set; }

        /// <summary>Why mail would be refused, or what is not known.</summary>
        public string[] Reasons { get; internal set; }

        /// <summary>What is good to know.</summary>
        public RenewalNote[] Notes { get; internal set; }

        /// <summary>What could not be read.</summary>
        public RenewalProblem[] Problems { get; internal set; }

        /// <summary>
        /// 0 nothing to set, 10 steps are needed, 20 mail would be refused, 30 the evidence does not decide, 40
        /// an input cannot be read.
        /// </summary>
        public int ExitCode { get; internal set; }

        /// <summary>The plan as text of 78 columns, as the command prints it; what it shows of itself by default.</summary>
        [ViewText]
        public string Text
        {
            get { return Interop.FormatRenewalPlan(this, TextWidth) as string; }
        }

        /// <summary>The time as of which it is judged, UTC.</summary>
        [ViewText]
        public string JudgedText
        {
            get { return ViewText.Time(JudgedAt); }
        }

        /// <summary>The new certificates in words.</summary>
        [ViewText]
        public string CertificatesText
        {
            get { return ViewText.Lines(Certificates); }
        }

        /// <summary>The places in words.</summary>
        [ViewText]
        public string PlacesText
        {
            get { return ViewText.Lines(Places); }
        }

        /// <summary>The steps in words.</summary>
        [ViewText]
        public string StepsText
        {
            get { return ViewText.Lines(Steps); }
        }

        /// <summary>The notes in words.</summary>
        [ViewText]
        public string NotesText
        {
            get { return ViewText.Lines(Notes); }
        }

        /// <summary>The problems in words.</summary>
        [ViewText]
        public string ProblemsText
        {
            get { return ViewText.Lines(Problems); }
        }

        /// <summary>The plan as the native library gave it; <c>null</c> where it was not.</summary>
        internal string Json { get; set; }

        /// <summary>Verdict and summary.</summary>
        public override string ToString()
        {
            return Verdict + ": " + Summary;
        }
    }

    /// <summary>A new certificate.</summary>
    public sealed class NewCertificate
    {
        internal NewCertificate()
        {
        }

        /// <summary>The SHA-1 thumbprint.</summary>
        public string Thumbprint { get; internal set; }

        /// <summary>The subject, a Windows X.500 string.</summary>
        public string Subject { get; internal set; }

        /// <summary>The issuer, a Windows X.500 string.</summary>
        public string Issuer { get; internal set; }

        /// <summary>The beginning of its validity, UTC.</summary>
        public DateTime? NotBefore { get; internal set; }

        /// <summary>The end of its validity, UTC.</summary>
        public DateTime? NotAfter { get; internal set; }

        /// <summary>Its names, the common name first.</summary>
        public string[] DnsNames { get; internal set; }

        /// <summary>Type and size of its key, such as RSA 2048.</summary>
        public string PublicKey { get; internal set; }

        /// <summary>The file, or what else it came from.</summary>
        public string Path { get; internal set; }

        /// <summary>What it takes the place of.</summary>
        public ReplacedCertificate[] Replaces { get; internal set; }

        /// <summary>In what it differs from that: Issuer, Subject, Names, KeyType, ExtendedKeyUsage.</summary>
        public string[] Differences { get; internal set; }

        /// <summary>Thumbprint, subject and end.</summary>
        public override string ToString()
        {
            return Thumbprint + " " + Subject + " (until " + CertificateText.Date(NotAfter) + ")";
        }
    }

    /// <summary>A certificate that a new one takes the place of.</summary>
    public sealed class ReplacedCertificate
    {
        internal ReplacedCertificate()
        {
        }

        /// <summary>The SHA-1 thumbprint; <c>null</c> where connectors name one that no server has.</summary>
        public string Thumbprint { get; internal set; }

        /// <summary>The subject, a Windows X.500 string.</summary>
        public string Subject { get; internal set; }

        /// <summary>The end of its validity, UTC.</summary>
        public DateTime? NotAfter { get; internal set; }

        /// <summary>Thumbprint, subject and end.</summary>
        public override string ToString()
        {
            return (Thumbprint ?? "(not installed)") + " " + Subject + " (until " + CertificateText.Date(NotAfter) + ")";
        }
    }

    /// <summary>A connector on a server, before and after.</summary>
    public sealed class RenewalPlace
    {
        internal RenewalPlace()
        {
        }

        /// <summary>SendConnector or ReceiveConnector.</summary>
        public string Kind { get; internal set; }

        /// <summary>The connector.</summary>
        public string Connector { get; internal set; }

        /// <summary>The server.</summary>
        public string Server { get; internal set; }

        /// <summary>Whether it sends to Exchange Online; <c>null</c> of a receive connector.</summary>
        public bool? IsEop { get; internal set; }

        /// <summary>The thumbprint that is sent today.</summary>
        public string Now { get; internal set; }

        /// <summary>Whether the server has the new certificate.</summary>
        public bool? HasNew { get; internal set; }

        /// <summary>Whether it has its private key there.</summary>
        public bool? HasPrivateKey { get; internal set; }

        /// <summary>Whether it is enabled for SMTP there.</summary>
        public bool? IsEnabled { get; internal set; }

        /// <summary>The thumbprint that is sent after all steps.</summary>
        public string Afterwards { get; internal set; }

        /// <summary>The beginning of what is sent today.</summary>
        [ViewText]
        public string NowText
        {
            get { return CertificateText.Short(Now); }
        }

        /// <summary>The beginning of what is sent after all steps.</summary>
        [ViewText]
        public string AfterwardsText
        {
            get { return CertificateText.Short(Afterwards); }
        }

        /// <summary>Connector and server.</summary>
        public override string ToString()
        {
            return Connector + " on " + (Server ?? "(server not known)");
        }
    }

    /// <summary>A step, and the state that it leads to.</summary>
    public sealed class RenewalStep
    {
        internal RenewalStep()
        {
        }

        /// <summary>What to do, and when.</summary>
        public string Action { get; internal set; }

        /// <summary>The command, one or more lines.</summary>
        public string Command { get; internal set; }

        /// <summary>Who has to act.</summary>
        public string Side { get; internal set; }

        /// <summary>Where it is done.</summary>
        public string Where { get; internal set; }

        /// <summary>How to see that it worked.</summary>
        public string Verify { get; internal set; }

        /// <summary>How to take it back.</summary>
        public string Undo { get; internal set; }

        /// <summary>Required, IfMissing (where it is not done yet), Check (changes nothing) or Optional.</summary>
        public string Need { get; internal set; }

        /// <summary>The time before which it must not be done, UTC.</summary>
        public DateTime? NotBefore { get; internal set; }

        /// <summary>What mail it costs, where and for how long; <c>null</c>: none.</summary>
        public string Interruption { get; internal set; }

        /// <summary>Every place afterwards.</summary>
        public PlaceState[] State { get; internal set; }

        /// <summary>Whether it costs mail: yes or no.</summary>
        [ViewText]
        public string CostsMail
        {
            get { return Interruption == null ? "no" : "yes"; }
        }

        /// <summary>What mail it costs, or no.</summary>
        [ViewText]
        public string CostsText
        {
            get { return Interruption ?? "no"; }
        }

        /// <summary>The time before which it must not be done, UTC.</summary>
        [ViewText]
        public string NotBeforeText
        {
            get { return ViewText.Time(NotBefore); }
        }

        /// <summary>Every place afterwards, in words.</summary>
        [ViewText]
        public string StateText
        {
            get { return ViewText.Lines(State); }
        }

        /// <summary>The step in words.</summary>
        public override string ToString()
        {
            return Action;
        }
    }

    /// <summary>What a place does in a state between two steps.</summary>
    public sealed class PlaceState
    {
        internal PlaceState()
        {
        }

        /// <summary>SendConnector or ReceiveConnector.</summary>
        public string Kind { get; internal set; }

        /// <summary>The connector.</summary>
        public string Connector { get; internal set; }

        /// <summary>The server.</summary>
        public string Server { get; internal set; }

        /// <summary>The thumbprint that is sent.</summary>
        public string Sends { get; internal set; }

        /// <summary>Whether mail passes: Yes, No or Unknown.</summary>
        public string Passes { get; internal set; }

        /// <summary>Why it does not, or why that is not known.</summary>
        public string Reason { get; internal set; }

        /// <summary>Place, certificate and whether mail passes.</summary>
        public override string ToString()
        {
            return string.Format(
                CultureInfo.InvariantCulture,
                "{0} on {1} sends {2}: {3}",
                Connector,
                Server ?? "(server not known)",
                CertificateText.Short(Sends) ?? "(not known)",
                Passes);
        }
    }

    /// <summary>What is good to know of a certificate.</summary>
    public sealed class RenewalNote
    {
        internal RenewalNote()
        {
        }

        /// <summary>What it is.</summary>
        public string Text { get; internal set; }

        /// <summary>How well it is founded: Documented, Observed, Inferred or Uncertain.</summary>
        public string Confidence { get; internal set; }

        /// <summary>Where it is written.</summary>
        public string Reference { get; internal set; }

        /// <summary>The text, and how well it is founded.</summary>
        public override string ToString()
        {
            return Text + " (" + Reference + "; " + Confidence + ")";
        }
    }

    /// <summary>An input that was not read, or in part.</summary>
    public sealed class RenewalProblem
    {
        internal RenewalProblem()
        {
        }

        /// <summary>Error: nothing of it was read; Warning: a part.</summary>
        public string Severity { get; internal set; }

        /// <summary>The input.</summary>
        public string Path { get; internal set; }

        /// <summary>What is wrong.</summary>
        public string Message { get; internal set; }

        /// <summary>Whether nothing of it was read; else a part.</summary>
        public bool IsError
        {
            get { return Severity == "Error"; }
        }

        /// <summary>Input and message.</summary>
        public override string ToString()
        {
            return Path + ": " + Message;
        }
    }
}
