using System;
using System.Globalization;

namespace EopRelay
{
    /// <summary>An error of delivery: what was said, by whom and when, what it means, and what is to be done.</summary>
    /// <remarks>Names of kinds are text, not enums, as in <see cref="Session"/>.</remarks>
    public sealed class DeliveryError
    {
        internal DeliveryError()
        {
        }

        /// <summary>Where it was found: Text, Queue, QueuedMessage, TrackingLog, NonDeliveryReport, MessageTrace, EventLog or DeliveredMessage.</summary>
        public string Source { get; internal set; }

        /// <summary>The identity of the queue or of the message, such as EX1\3.</summary>
        public string Identity { get; internal set; }

        /// <summary>The server that reports it: whose queue it is, or which wrote the NDR.</summary>
        public string ReportingServer { get; internal set; }

        /// <summary>When the delivery failed, UTC; absent also where the time comes without a zone.</summary>
        public DateTime? Time { get; internal set; }

        /// <summary>The innermost reply, its wrappers taken off.</summary>
        public string Reply { get; internal set; }

        /// <summary>The class of the reply, such as RelayDenied.</summary>
        public string Rejection { get; internal set; }

        /// <summary>The reply code.</summary>
        public int? Code { get; internal set; }

        /// <summary>The enhanced status code (RFC 3463).</summary>
        public string EnhancedStatus { get; internal set; }

        /// <summary>The name of the TLS or connection error, of the text or of the session.</summary>
        [JsonMember(Part = "Name")]
        public string TlsError { get; internal set; }

        /// <summary>What it means, in plain words.</summary>
        public string Meaning { get; internal set; }

        /// <summary>The session of the log that it reports, where sessions were given.</summary>
        public ErrorSession Session { get; internal set; }

        /// <summary>What to do, the smallest change first.</summary>
        public Remedy[] Remedy { get; internal set; }

        /// <summary>Who has to act, the likeliest first.</summary>
        public string[] Side { get; internal set; }

        /// <summary>Whether the reply only covers what happened: the session's TLS row says.</summary>
        public bool Cover { get; internal set; }

        /// <summary>Whether the sending server itself wrote the reply.</summary>
        public bool Local { get; internal set; }

        /// <summary>Whether the class of the reply, or the TLS error, is known.</summary>
        public bool Recognised { get; internal set; }

        /// <summary>The envelope sender, or the author of the mail in an NDR.</summary>
        public string Sender { get; internal set; }

        /// <summary>For whom the mail was.</summary>
        public string[] Recipients { get; internal set; }

        /// <summary>The Message-ID of the mail.</summary>
        public string InternetMessageId { get; internal set; }

        /// <summary>The domain or smart host to which the queue leads.</summary>
        public string NextHop { get; internal set; }

        /// <summary>The server on the other side.</summary>
        public string RemoteServer { get; internal set; }

        /// <summary>The send connector that the text or the event names.</summary>
        public string SendConnector { get; internal set; }

        /// <summary>How many messages the queue holds.</summary>
        public long? MessageCount { get; internal set; }

        /// <summary>The words of the wrappers around the reply, the outermost first.</summary>
        public string[] Wrappers { get; internal set; }

        /// <summary>What is not certain.</summary>
        public string[] Uncertain { get; internal set; }

        /// <summary>Where it is documented.</summary>
        public string Reference { get; internal set; }

        /// <summary>How well the meaning is founded: Documented, Observed or Inferred.</summary>
        public string Confidence { get; internal set; }

        /// <summary>The file, or what else it came from.</summary>
        public string Path { get; internal set; }

        /// <summary>The line, or which object of the pipeline.</summary>
        public long Line { get; internal set; }

        /// <summary>The error as it was found.</summary>
        public string Text { get; internal set; }

        /// <summary>Time as a text in UTC.</summary>
        [ViewText]
        public string TimeText
        {
            get { return ViewText.Time(Time); }
        }

        /// <summary>The class of the reply, else the TLS error.</summary>
        [ViewText]
        public string ClassText
        {
            get { return Rejection ?? TlsError ?? "not recognised"; }
        }

        /// <summary>The reply, else the text as it was found.</summary>
        [ViewText]
        public string ReplyText
        {
            get { return Reply ?? Text; }
        }

        /// <summary>Where it was found.</summary>
        [ViewText]
        public string FromText
        {
            get { return Source + " " + (Identity ?? Path); }
        }

        /// <summary>For whom the mail was, in one line.</summary>
        [ViewText]
        public string RecipientsText
        {
            get { return string.Join(", ", Recipients); }
        }

        /// <summary>What the log says of it.</summary>
        [ViewText]
        public string LogText
        {
            get { return Session == null ? null : Session.ToString(); }
        }

        /// <summary>Who has to act, the likeliest first.</summary>
        [ViewText]
        public string SideText
        {
            get { return string.Join(", then ", Side); }
        }

        /// <summary>The steps.</summary>
        [ViewText]
        public string RemedyText
        {
            get { return string.Join("\n\n", Array.ConvertAll(Remedy, step => step.ToString())); }
        }

        /// <summary>What is not certain, a line for each.</summary>
        [ViewText]
        public string UncertainText
        {
            get { return ViewText.Lines(Uncertain); }
        }

        /// <summary>Class and reply.</summary>
        public override string ToString()
        {
            string text = Reply ?? Text;
            return (Rejection ?? "Not recognised") + ": " + text;
        }
    }

    /// <summary>A session of the log that an error reports.</summary>
    public sealed class ErrorSession
    {
        internal ErrorSession()
        {
        }

        /// <summary>How certain it is that both report the same: Possible, Likely or Certain.</summary>
        public string Certainty { get; internal set; }

        /// <summary>
        /// By what it was found: SameFailure, Host, Time, TimeAndHost, InternetMessageId or ServerSessionId.
        /// </summary>
        public string Basis { get; internal set; }

        /// <summary>Both sides in one sentence, and how certain it is.</summary>
        public string Message { get; internal set; }

        /// <summary>The log that holds its first row.</summary>
        public string LogPath { get; internal set; }

        /// <summary>The line of that row.</summary>
        public long Line { get; internal set; }

        /// <summary>The stamp of that row, UTC.</summary>
        public DateTime StartTime { get; internal set; }

        /// <summary>The server whose log it is.</summary>
        public string Server { get; internal set; }

        /// <summary>The connector.</summary>
        public string Connector { get; internal set; }

        /// <summary>The session's id.</summary>
        public string SessionId { get; internal set; }

        /// <summary>The name in the other side's banner.</summary>
        public string RemoteHost { get; internal set; }

        /// <summary>How it ended.</summary>
        public string Outcome { get; internal set; }

        /// <summary>The error of its TLS negotiation.</summary>
        public string TlsError { get; internal set; }

        /// <summary>The thumbprint of the certificate that was chosen to be sent.</summary>
        public string SentThumbprint { get; internal set; }

        /// <summary>The subject of that certificate.</summary>
        public string SentSubject { get; internal set; }

        /// <summary>Its first refusal, else its last reply.</summary>
        public string Reply { get; internal set; }

        /// <summary>The class of that refusal.</summary>
        public string Rejection { get; internal set; }

        /// <summary>Place, and what both sides say.</summary>
        public override string ToString()
        {
            return string.Format(CultureInfo.InvariantCulture, "{0}:{1}: {2}", LogPath, Line, Message);
        }
    }

    /// <summary>What came of a request of Resolve-EopRelayError.</summary>
    public sealed class ResolvedErrors
    {
        internal ResolvedErrors()
        {
        }

        /// <summary>The errors, in the order of texts, files and objects.</summary>
        public DeliveryError[] Errors { get; internal set; }

        /// <summary>How many queues, messages and events had none.</summary>
        public long WithoutError { get; internal set; }

        /// <summary>What was not read, or not as it stands.</summary>
        public InputProblem[] Problems { get; internal set; }
    }

    /// <summary>An input that was not read, or in part.</summary>
    public sealed class InputProblem
    {
        internal InputProblem()
        {
        }

        /// <summary>Whether nothing of it was read; else a part.</summary>
        public bool IsError { get; internal set; }

        /// <summary>The input.</summary>
        public string Path { get; internal set; }

        /// <summary>The line, counted from 1, or which object of the parameter; 0 where the whole is meant.</summary>
        public long Line { get; internal set; }

        /// <summary>What is wrong.</summary>
        public string Message { get; internal set; }

        /// <summary>Place and message.</summary>
        public override string ToString()
        {
            string place = Line == 0 ? Path : string.Format(CultureInfo.InvariantCulture, "{0}:{1}", Path, Line);
            return place + ": " + Message;
        }
    }
}
