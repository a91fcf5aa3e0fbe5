using System;
using System.Globalization;

namespace EopRelay
{
    /// <summary>One identity that sends from a server over a send connector, and what its sessions met.</summary>
    public sealed class Scope
    {
        internal Scope()
        {
        }

        /// <summary>The server, or the label of its folder; <c>null</c> where it is not known.</summary>
        public string Server { get; internal set; }

        /// <summary>The send connector; empty where it is not known.</summary>
        public string Connector { get; internal set; }

        /// <summary>What Exchange Online can see of it.</summary>
        public SenderIdentity Identity { get; internal set; }

        /// <summary>Sessions that were refused.</summary>
        public long Refused { get; internal set; }

        /// <summary>Sessions that compare with them; where none was refused, all.</summary>
        public long Total { get; internal set; }

        /// <summary>Whether they are refused today.</summary>
        public bool IsRefused { get; internal set; }

        /// <summary>The end of the first session that was refused, UTC.</summary>
        public DateTime? Since { get; internal set; }

        /// <summary>The end of the last session that was refused; where none was, of the last session. UTC.</summary>
        public DateTime? Last { get; internal set; }

        /// <summary>The end of the last session that delivered, UTC.</summary>
        public DateTime? LastDelivery { get; internal set; }

        /// <summary>Errors of queues and NDRs that belong to no session and hold today.</summary>
        [JsonMember(IsOptional = true)]
        public long Errors { get; internal set; }

        /// <summary>The time of the last of them, UTC.</summary>
        [JsonMember(IsOptional = true)]
        public DateTime? LastError { get; internal set; }

        /// <summary>Why they are refused: the Id of a finding.</summary>
        public string Cause { get; internal set; }

        /// <summary>How the sessions ended in the course of time; parts of it without a session are left out.</summary>
        [JsonMember(IsOptional = true)]
        public TimelinePart[] Timeline { get; internal set; }

        /// <summary>Server and connector.</summary>
        [ViewText]
        public string PlaceText
        {
            get { return ViewText.Join(", ", Server, Connector); }
        }

        /// <summary>How many of the sessions are refused.</summary>
        [ViewText]
        public string RefusedText
        {
            get { return string.Format(CultureInfo.InvariantCulture, "{0} of {1}", Refused, Total); }
        }

        /// <summary>Since when, for tables.</summary>
        [ViewText]
        public string SinceText
        {
            get { return ViewText.Time(Since); }
        }

        /// <summary>Certificate and public address.</summary>
        [ViewText]
        public string IdentityText
        {
            get { return ViewText.Join(" from ", Identity.Certificate, Identity.PublicAddress); }
        }

        /// <summary>The last of the sessions that count, for lists.</summary>
        [ViewText]
        public string LastText
        {
            get { return ViewText.Time(Last); }
        }

        /// <summary>The last delivery, for lists.</summary>
        [ViewText]
        public string LastDeliveryText
        {
            get { return ViewText.Time(LastDelivery); }
        }

        /// <summary>Place, counts and cause.</summary>
        public override string ToString()
        {
            return ViewText.Join(", ", PlaceText, Identity.ToString(), RefusedText + " refused", Cause);
        }
    }

    /// <summary>What Exchange Online can see of a sender.</summary>
    public sealed class SenderIdentity
    {
        internal SenderIdentity()
        {
        }

        /// <summary>The thumbprint of the certificate; none where none was offered; <c>null</c> where it is not known.</summary>
        public string Certificate { get; internal set; }

        /// <summary>The public address.</summary>
        public string PublicAddress { get; internal set; }

        /// <summary>Certificate and address.</summary>
        public override string ToString()
        {
            return ViewText.Join(" from ", CertificateText.Short(Certificate), PublicAddress);
        }
    }

    /// <summary>How the sessions of one part of the time ended; each counts once, by the gravest of its ends.</summary>
    public sealed class TimelinePart
    {
        internal TimelinePart()
        {
        }

        /// <summary>The beginning of the part, UTC.</summary>
        public DateTime Start { get; internal set; }

        /// <summary>Its end, which belongs to the next one.</summary>
        public DateTime End { get; internal set; }

        /// <summary>Sessions that delivered everything.</summary>
        public long Delivered { get; internal set; }

        /// <summary>Sessions that were refused.</summary>
        public long Refused { get; internal set; }

        /// <summary>Sessions in which TLS failed.</summary>
        public long TlsFailed { get; internal set; }

        /// <summary>Connections that did not come about.</summary>
        public long ConnectFailed { get; internal set; }

        /// <summary>Sessions without mail, or with trouble of one recipient or message.</summary>
        public long Other { get; internal set; }

        /// <summary>Time and counts.</summary>
        public override string ToString()
        {
            return string.Format(CultureInfo.InvariantCulture, "{0}: {1} delivered, {2} refused", ViewText.Time(Start), Delivered, Refused);
        }
    }

    /// <summary>A change that explains what follows it.</summary>
    public sealed class ReportChange
    {
        internal ReportChange()
        {
        }

        /// <summary>When it took effect, UTC.</summary>
        public DateTime Time { get; internal set; }

        /// <summary>How it is known.</summary>
        public string Source { get; internal set; }

        /// <summary>What was changed, in words.</summary>
        public string Text { get; internal set; }

        /// <summary>The file that shows it.</summary>
        public string Path { get; internal set; }

        /// <summary>The line, counted from 1.</summary>
        public long Line { get; internal set; }

        /// <summary>Time and text.</summary>
        public override string ToString()
        {
            return ViewText.Time(Time) + ": " + Text;
        }
    }
}
