using System;
using System.Collections.Generic;
using System.Globalization;

namespace EopRelay
{
    /// <summary>
    /// One SMTP session, assembled from its rows. <c>null</c> means that the log does not say.
    /// </summary>
    /// <remarks>
    /// Names of kinds (LogType, TlsStatus, Outcome, Rejection) are text, not enums: a deserialised
    /// enum no longer equals its name, and ConvertTo-Json prints its number.
    /// <para>
    /// Its own texts and mails came as one piece and become strings and objects when they are first
    /// read, on any thread: most sessions are only filtered by one or two of thirty.
    /// </para>
    /// </remarks>
    public sealed class Session
    {
        private static readonly Message[] NoMessages = new Message[0];

        private readonly string ownTexts;
        private TextPart connector;
        private TextPart sessionId;
        private TextPart proxySessionId;
        private TextPart localEndpoint;
        private TextPart remoteEndpoint;
        private TextPart remoteHost;
        private TextPart ehloName;
        private TextPart publicIPAddress;
        private TextPart tlsProtocol;
        private TextPart tlsCipher;
        private TextPart tlsError;
        private TextPart reply;

        /// <summary>
        /// MessageRecords until somebody reads the mails, then Message[]: in one field, so that a thread
        /// sees the one or the other.
        /// </summary>
        private object messages;

        /// <param name="record">Its record in a batch, of which its own texts are taken.</param>
        /// <param name="texts">Its own texts.</param>
        /// <param name="messages">Its mails, or <c>null</c>.</param>
        internal unsafe Session(SessionRecord* record, OwnTexts texts, MessageRecords messages)
        {
            ownTexts = texts.Whole;
            connector.Place(record->Connector, texts);
            sessionId.Place(record->SessionId, texts);
            proxySessionId.Place(record->ProxySessionId, texts);
            localEndpoint.Place(record->LocalEndpoint, texts);
            remoteEndpoint.Place(record->RemoteEndpoint, texts);
            remoteHost.Place(record->RemoteHost, texts);
            ehloName.Place(record->EhloName, texts);
            publicIPAddress.Place(record->PublicIpAddress, texts);
            tlsProtocol.Place(record->TlsProtocol, texts);
            tlsCipher.Place(record->TlsCipher, texts);
            tlsError.Place(record->TlsError, texts);
            reply.Place(record->Reply, texts);
            this.messages = (object)messages ?? NoMessages;
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
        public string Connector
        {
            get { return connector.Of(ownTexts); }
        }

        /// <summary>16 hexadecimal digits, unique per server process.</summary>
        public string SessionId
        {
            get { return sessionId.Of(ownTexts); }
        }

        /// <summary>The id of the other half of a session proxied through the front end.</summary>
        public string ProxySessionId
        {
            get { return proxySessionId.Of(ownTexts); }
        }

        /// <summary>This server's end, address:port, as logged (may be masked).</summary>
        public string LocalEndpoint
        {
            get { return localEndpoint.Of(ownTexts); }
        }

        /// <summary>The other server's end, address:port, as logged (may be masked).</summary>
        public string RemoteEndpoint
        {
            get { return remoteEndpoint.Of(ownTexts); }
        }

        /// <summary>The host name in the other server's 220 banner.</summary>
        public string RemoteHost
        {
            get { return remoteHost.Of(ownTexts); }
        }

        /// <summary>The name given in EHLO or HELO.</summary>
        public string EhloName
        {
            get { return ehloName.Of(ownTexts); }
        }

        /// <summary>The client's address as the server side saw it.</summary>
        public string PublicIPAddress
        {
            get { return publicIPAddress.Of(ownTexts); }
        }

        /// <summary>Whether the other side is Exchange Online Protection.</summary>
        public bool? IsEop { get; internal set; }

        /// <summary>Whether the first EHLO reply offered STARTTLS.</summary>
        public bool? StartTlsOffered { get; internal set; }

        /// <summary>How far TLS came: NotOffered, NotStarted, Succeeded or Failed.</summary>
        public string TlsStatus { get; internal set; }

        /// <summary>The negotiated protocol, such as <c>TLS 1.2</c>.</summary>
        public string TlsProtocol
        {
            get { return tlsProtocol.Of(ownTexts); }
        }

        /// <summary>The negotiated algorithms as logged.</summary>
        public string TlsCipher
        {
            get { return tlsCipher.Of(ownTexts); }
        }

        /// <summary>The name of the TLS error as logged, or of a logged number.</summary>
        public string TlsError
        {
            get { return tlsError.Of(ownTexts); }
        }

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
        public Message[] Messages
        {
            get
            {
                object current = messages;
                var made = current as Message[];
                if (made == null)
                {
                    made = ((MessageRecords)current).ToMessages();
                    messages = made;
                }
                return made;
            }
        }

        /// <summary>The first refusal, else the last reply, as logged.</summary>
        public string Reply
        {
            get { return reply.Of(ownTexts); }
        }

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

        /// <summary>The envelope senders of its mails, each once, separated by semicolons.</summary>
        [ViewText]
        public string MailFrom
        {
            get { return Distinct(Array.ConvertAll(Messages, message => message.MailFrom)); }
        }

        /// <summary>The recipients of its mails, each once, separated by semicolons.</summary>
        [ViewText]
        public string Recipients
        {
            get
            {
                var addresses = new List<string>();
                foreach (Message message in Messages)
                {
                    addresses.AddRange(Array.ConvertAll(message.Recipients, recipient => recipient.Address));
                }
                return Distinct(addresses.ToArray());
            }
        }

        /// <summary>How many mails it has.</summary>
        [ViewText]
        public int MessageCount
        {
            get { return Messages.Length; }
        }

        /// <summary>StartTime in the local time of this computer.</summary>
        [ViewText]
        public DateTime LocalStartTime
        {
            get { return StartTime.ToLocalTime(); }
        }

        /// <summary>StartTime as a text in UTC.</summary>
        [ViewText]
        public string StartText
        {
            get { return ViewText.Time(StartTime); }
        }

        /// <summary>Beginning and end as a text in UTC.</summary>
        [ViewText]
        public string TimeText
        {
            get { return ViewText.Exact(StartTime) + " to " + ViewText.Exact(EndTime); }
        }

        /// <summary>Server and connector, as far as they are known.</summary>
        [ViewText]
        public string PlaceText
        {
            get { return ViewText.Join(": ", Server, Connector); }
        }

        /// <summary>The first digits of the thumbprint that was sent.</summary>
        [ViewText]
        public string SentText
        {
            get { return CertificateText.Short(SentThumbprint); }
        }

        /// <summary>What was answered last or first refused, else what became of TLS or of the connection.</summary>
        [ViewText]
        public string AnswerText
        {
            get { return TlsStatus == "Failed" || Reply == null ? ViewText.Join(": ", TlsErrorText, Reply) : Reply; }
        }

        /// <summary>How TLS came out, with protocol and algorithms.</summary>
        [ViewText]
        public string TlsText
        {
            get { return ViewText.Join(", ", TlsStatus, TlsProtocol, TlsCipher); }
        }

        /// <summary>The TLS error with its number.</summary>
        [ViewText]
        public string TlsErrorText
        {
            get
            {
                return TlsErrorCode == null
                    ? TlsError
                    : string.Format(CultureInfo.InvariantCulture, "{0} ({1}, 0x{1:X8})", TlsError, TlsErrorCode);
            }
        }

        /// <summary>This server's end and name.</summary>
        [ViewText]
        public string FromText
        {
            get { return ViewText.Join(", EHLO ", LocalEndpoint, EhloName); }
        }

        /// <summary>The other server's end and name.</summary>
        [ViewText]
        public string ToText
        {
            get { return ViewText.Join(", ", RemoteEndpoint, RemoteHost); }
        }

        /// <summary>Its place in the log.</summary>
        [ViewText]
        public string LogText
        {
            get
            {
                return string.Format(
                    CultureInfo.InvariantCulture, "{0} ({1}, {2} rows)", ViewText.Place(LogPath, Line), LogType, RowCount);
            }
        }

        /// <summary>Its ids.</summary>
        [ViewText]
        public string SessionText
        {
            get { return ProxySessionId == null ? SessionId : SessionId + " (proxied: " + ProxySessionId + ")"; }
        }

        /// <summary>The sent certificate in words.</summary>
        [ViewText]
        public string CertificateSentText
        {
            get { return SentCertificate == null ? "none logged" : SentCertificate.ToString(); }
        }

        /// <summary>The issuer of the sent certificate.</summary>
        [ViewText]
        public string SentIssuerText
        {
            get { return SentCertificate == null ? null : SentCertificate.Issuer; }
        }

        /// <summary>The names of the sent certificate.</summary>
        [ViewText]
        public string SentNamesText
        {
            get { return SentCertificate == null ? null : SentCertificate.NamesText; }
        }

        /// <summary>Whether the other side is Exchange Online Protection; <c>null</c> if that is not known.</summary>
        [ViewText]
        public string IsEopText
        {
            get { return IsEop == null ? null : IsEop.Value ? "yes" : "no"; }
        }

        /// <summary>Its mails in words, a line for each.</summary>
        [ViewText]
        public string MessagesText
        {
            get { return ViewText.Lines(Messages); }
        }

        /// <summary>Its notes, a line for each.</summary>
        [ViewText]
        public string NotesText
        {
            get { return ViewText.Lines(Notes); }
        }

        private static string Distinct(string[] texts)
        {
            var kept = new List<string>();
            foreach (string text in texts)
            {
                if (text != null && !kept.Exists(known => known.Equals(text, StringComparison.OrdinalIgnoreCase)))
                {
                    kept.Add(text);
                }
            }
            return string.Join("; ", kept.ToArray());
        }

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
}
