using System;

namespace EopRelay
{
    /// <summary>What a probe came to: nothing was submitted, whatever it says.</summary>
    public sealed class ProbeResult
    {
        private Session session;

        internal ProbeResult()
        {
        }

        /// <summary>When it began, UTC.</summary>
        public DateTime StartTime { get; internal set; }

        /// <summary>The host that was connected to.</summary>
        public string Host { get; internal set; }

        /// <summary>MAIL FROM, with its brackets; <c>null</c> where no mail was asked about.</summary>
        public string MailFrom { get; internal set; }

        /// <summary>RCPT TO.</summary>
        public string Recipient { get; internal set; }

        /// <summary>Accepted, Refused or Uncertain; never Accepted where Exchange may not be able to use the key.</summary>
        public string Verdict { get; internal set; }

        /// <summary>The same in a few sentences.</summary>
        public string Summary { get; internal set; }

        /// <summary>What it cannot show, each in a sentence.</summary>
        public string[] Limits { get; internal set; }

        /// <summary>Why the dialogue ended early; <c>null</c>: it did not.</summary>
        public string Fault { get; internal set; }

        /// <summary>The steps in order.</summary>
        public ProbeStep[] Steps { get; internal set; }

        /// <summary>Whether the other side asked for a certificate.</summary>
        public bool CertificateRequested { get; internal set; }

        /// <summary>The certificates that were sent, the own one first.</summary>
        public CertificateSummary[] SentChain { get; internal set; }

        /// <summary>Whose access to the private key was tried.</summary>
        public ProbeKey Key { get; internal set; }

        /// <summary>The certificates of the other side, its own first.</summary>
        public CertificateSummary[] RemoteChain { get; internal set; }

        /// <summary>What becomes of the chain of the other side.</summary>
        public Chain RemoteTrust { get; internal set; }

        /// <summary>The file in which the dialogue is kept; <c>null</c>: in none.</summary>
        public string Log { get; internal set; }

        /// <summary>The dialogue as a send log of Exchange's own form.</summary>
        public string LogText { get; internal set; }

        /// <summary>The report on the session; <c>null</c> where no mail was asked about.</summary>
        public Report Report { get; internal set; }

        /// <summary>0 accepted, 10 accepted with warnings, 20 refused, 30 uncertain.</summary>
        public int ExitCode { get; internal set; }

        /// <summary>What counts in a series: Host, Accepted, Reply.</summary>
        public object Attempt { get; internal set; }

        /// <summary>The outcome and the report in lines of 78 columns; what it shows of itself by default.</summary>
        public string Text { get; internal set; }

        /// <summary>The session, of the type of Get-SendConnectorTlsSession.</summary>
        public Session Session
        {
            get { return session; }
        }

        /// <summary>Gives it its session.</summary>
        internal void Take(Session own)
        {
            session = own;
        }

        /// <summary>Verdict and summary.</summary>
        public override string ToString()
        {
            return Verdict + ": " + Summary;
        }
    }

    /// <summary>A step of a probe.</summary>
    public sealed class ProbeStep
    {
        internal ProbeStep()
        {
        }

        /// <summary>Its name, such as Recipient.</summary>
        public string Step { get; internal set; }

        /// <summary>How long it took.</summary>
        public long Milliseconds { get; internal set; }

        /// <summary>The reply, where it ends with one.</summary>
        public string Reply { get; internal set; }

        /// <summary>The step, its time and its reply.</summary>
        public override string ToString()
        {
            return Step + " (" + Milliseconds + " ms): " + (Reply ?? "-");
        }
    }

    /// <summary>The private key that a probe used.</summary>
    public sealed class ProbeKey
    {
        internal ProbeKey()
        {
        }

        /// <summary>Where it is.</summary>
        public string Place { get; internal set; }

        /// <summary>Whether NETWORK SERVICE may read it: Granted, Denied or Unknown.</summary>
        public string NetworkService { get; internal set; }

        /// <summary>Its place.</summary>
        public override string ToString()
        {
            return Place;
        }
    }

    /// <summary>How a series of probes stands.</summary>
    public sealed class ProbeStanding
    {
        internal ProbeStanding()
        {
        }

        /// <summary>Again, Done, Throttled, Exhausted or TimeOver.</summary>
        public string Next { get; internal set; }

        /// <summary>Probes that were accepted.</summary>
        public int Accepted { get; internal set; }

        /// <summary>Probes in all.</summary>
        public int Total { get; internal set; }

        /// <summary>Front ends whose newest answer is that they accept.</summary>
        public string[] AcceptingHosts { get; internal set; }

        /// <summary>Front ends whose newest answer is another.</summary>
        public string[] RefusingHosts { get; internal set; }

        /// <summary>The same in one sentence.</summary>
        public string Summary { get; internal set; }

        /// <summary>Its summary.</summary>
        public override string ToString()
        {
            return Summary;
        }
    }
}
