using System;
using System.Globalization;

namespace EopRelay
{
    /// <summary>
    /// One SMTP session, assembled from its rows. <c>null</c> means that the log does not tell.
    /// </summary>
    /// <remarks>
    /// Names of kinds (LogType, TlsStatus, Outcome, Rejection) are text, not enums: a deserialised
    /// enum no longer equals its name, and ConvertTo-Json prints its number.
    /// </remarks>
    public sealed class Session
    {
        internal Session()
        {
        }

        /// <summary>The log it stands in: Send, Receive or IisSmtp.</summary>
        public string LogType { get; internal set; }

        /// <summary>The server whose log it is, where known.</summary>
        public string Server { get; internal set; }

        /// <summary>The file that holds its first row.</summary>
        public string LogPath { get; internal set; }

        /// <summary>The line of its first row in that file, counted from 1.</summary>
        public long Line { get; internal set; }

        /// <summary>The stamp of its first row, UTC.</summary>
        public DateTime StartTime { get; internal set; }

        /// <summary>The stamp of its last row, UTC.</summary>
        public DateTime EndTime { get; internal set; }

        /// <summary>Send logs: the send connector. Receive logs: SERVER\Connector.</summary>
        public string Connector { get; internal set; }

        /// <summary>16 hexadecimal digits, unique per server process.</summary>
        public string SessionId { get; internal set; }

        /// <summary>The id of the other half of a session proxied through the front end.</summary>
        public string ProxySessionId { get; internal set; }

        /// <summary>This server's end, address:port, as logged (may be masked).</summary>
        public string LocalEndpoint { get; internal set; }

        /// <summary>The other server's end, address:port, as logged (may be masked).</summary>
        public string RemoteEndpoint { get; internal set; }

        /// <summary>The host name in the other server's 220 banner.</summary>
        public string RemoteHost { get; internal set; }

        /// <summary>The name given in EHLO or HELO.</summary>
        public string EhloName { get; internal set; }

        /// <summary>The client's address as the server side saw it.</summary>
        public string PublicIPAddress { get; internal set; }

        /// <summary>Whether the other side is Exchange Online Protection.</summary>
        public bool? IsEop { get; internal set; }

        /// <summary>Whether the first EHLO reply offered STARTTLS.</summary>
        public bool? StartTlsOffered { get; internal set; }

        /// <summary>How far TLS came: NotOffered, NotStarted, Succeeded or Failed.</summary>
        public string TlsStatus { get; internal set; }

        /// <summary>The negotiated protocol, such as <c>TLS 1.2</c>.</summary>
        public string TlsProtocol { get; internal set; }

        /// <summary>The negotiated algorithms as logged.</summary>
        public string TlsCipher { get; internal set; }

        /// <summary>The name of the TLS error as logged, or of a logged number.</summary>
        public string TlsError { get; internal set; }

        /// <summary>The number of that error: an SSPI status or a Winsock error.</summary>
        public int? TlsErrorCode { get; internal set; }

        /// <summary>The certificate that this side chose to send.</summary>
        public LoggedCertificate SentCertificate { get; internal set; }

        /// <summary>The certificate that the other side sent.</summary>
        public LoggedCertificate RemoteCertificate { get; internal set; }

        /// <summary>The thumbprint of the sent certificate.</summary>
        public string SentThumbprint
        {
            get { return SentCertificate == null ? null : SentCertificate.Thumbprint; }
        }

        /// <summary>The subject of the sent certificate.</summary>
        public string SentSubject
        {
            get { return SentCertificate == null ? null : SentCertificate.Subject; }
        }

        /// <summary>The mails of the session, in the order of their MAIL commands.</summary>
        public Message[] Messages { get; internal set; }

        /// <summary>The first refusal, else the last reply, as logged.</summary>
        public string Reply { get; internal set; }

        /// <summary>The class of Reply where it is a refusal, such as RelayDenied.</summary>
        public string Rejection { get; internal set; }

        /// <summary>
        /// How it ended: Delivered, PartlyRefused, Refused, TlsFailed, ConnectFailed, Incomplete or
        /// NoMail.
        /// </summary>
        public string Outcome { get; internal set; }

        /// <summary>Whether both its beginning and its end are in the logs read.</summary>
        public bool Complete { get; internal set; }

        /// <summary>How many rows it has.</summary>
        public long RowCount { get; internal set; }

        /// <summary>What a reader of the other members must know, in words.</summary>
        public string[] Notes { get; internal set; }

        /// <summary>Its start, connector and outcome.</summary>
        public override string ToString()
        {
            return string.Format(
                CultureInfo.InvariantCulture,
                "{0:yyyy-MM-ddTHH:mm:ss.fff}Z {1}: {2}",
                StartTime,
                Connector,
                Outcome);
        }
    }

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

        /// <summary>Its subject and thumbprint.</summary>
        public override string ToString()
        {
            return (Subject ?? "(no subject logged)") + " [" + (Thumbprint ?? "no thumbprint logged") + "]";
        }
    }

    /// <summary>One mail of a session.</summary>
    public sealed class Message
    {
        internal Message()
        {
        }

        /// <summary>The address of MAIL FROM; <c>&lt;&gt;</c> is the null sender.</summary>
        public string MailFrom { get; internal set; }

        /// <summary>Exchange's record id.</summary>
        public string RecordId { get; internal set; }

        /// <summary>The Message-ID with its angle brackets.</summary>
        public string InternetMessageId { get; internal set; }

        /// <summary>The reply that decided about the mail.</summary>
        public string Reply { get; internal set; }

        /// <summary>How it ended: Delivered, PartlyRefused, Refused or Incomplete.</summary>
        public string Outcome { get; internal set; }

        /// <summary>One per RCPT TO.</summary>
        public Recipient[] Recipients { get; internal set; }

        /// <summary>Its sender, recipients and outcome.</summary>
        public override string ToString()
        {
            string[] addresses = Array.ConvertAll(Recipients, recipient => recipient.Address);
            return (MailFrom ?? "(no sender logged)") + " to "
                + (addresses.Length == 0 ? "(no recipient logged)" : string.Join(", ", addresses))
                + ": " + Outcome;
        }
    }

    /// <summary>One RCPT TO of a mail.</summary>
    public sealed class Recipient
    {
        internal Recipient()
        {
        }

        /// <summary>The address.</summary>
        public string Address { get; internal set; }

        /// <summary>The reply to its RCPT TO.</summary>
        public string Reply { get; internal set; }

        /// <summary>The class of that reply where it is a refusal.</summary>
        public string Rejection { get; internal set; }

        /// <summary>The address and the reply.</summary>
        public override string ToString()
        {
            return Reply == null ? Address : Address + ": " + Reply;
        }
    }
}
