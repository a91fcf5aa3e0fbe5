using System;
using System.Globalization;

namespace EopRelay
{
    /// <summary>
    /// The certificates of one send connector on one server: which one would be sent, which ones were,
    /// and when they expire. <c>null</c> means that it is not known.
    /// </summary>
    /// <remarks>Names of kinds are text, not enums, as in <see cref="Session"/>.</remarks>
    public sealed class ConnectorCertificate
    {
        internal ConnectorCertificate()
        {
        }

        /// <summary>The name of the send connector.</summary>
        public string Connector { get; internal set; }

        /// <summary>The server.</summary>
        public string Server { get; internal set; }

        /// <summary>Whether the connector sends to Exchange Online Protection.</summary>
        public bool? IsEop { get; internal set; }

        /// <summary>
        /// Valid, ExpiresSoon, Expired, NotYetValid, Different, NotFound, NotEnabled, NotNeeded or
        /// Unknown: the most urgent of what is to be said.
        /// </summary>
        public string Status { get; internal set; }

        /// <summary>The end of the certificate in use (sent last, else to be sent), UTC.</summary>
        public DateTime? NotAfter { get; internal set; }

        /// <summary>Whole days until then, 0 on the last day, negative afterwards.</summary>
        public int? DaysLeft { get; internal set; }

        /// <summary>The thumbprint of the certificate that would be sent.</summary>
        public string SelectedThumbprint { get; internal set; }

        /// <summary>The thumbprint of the certificate that was sent last.</summary>
        public string SentThumbprint { get; internal set; }

        /// <summary>The beginning of the last session that sent a certificate, UTC.</summary>
        public DateTime? LastSession { get; internal set; }

        /// <summary>
        /// How the one that was sent last relates to the one that would be: Same, Twin, Different,
        /// NotInstalled or Unknown.
        /// </summary>
        public string Comparison { get; internal set; }

        /// <summary>By what Exchange chooses: TlsCertificateName, ConnectorFqdn or ServerFqdn.</summary>
        public string SelectedBy { get; internal set; }

        /// <summary>Why the selected certificate would be sent, or why none can be named.</summary>
        public string Reason { get; internal set; }

        /// <summary>What else must be known: expiry, differences, missing evidence.</summary>
        public string Note { get; internal set; }

        /// <summary>The installed certificate that would be sent.</summary>
        public InstalledCertificate SelectedCertificate { get; internal set; }

        /// <summary>Installed certificates with its issuer and subject and another thumbprint.</summary>
        public InstalledCertificate[] Twins { get; internal set; }

        /// <summary>The installed certificate that takes over from the one in use, whatever its issuer.</summary>
        public CertificateSuccessor Successor { get; internal set; }

        /// <summary>How far the renewal is, over all servers of the connector; <c>null</c>: none is under way.</summary>
        public string Renewal { get; internal set; }

        /// <summary>The certificates that were sent, the last one first.</summary>
        public SentCertificate[] SentCertificates { get; internal set; }

        /// <summary>How many sessions there are, with a certificate or without.</summary>
        public long Sessions { get; internal set; }

        /// <summary>NotAfter as a text for tables, such as 2026-12-01.</summary>
        public string Expires
        {
            get { return CertificateText.Date(NotAfter); }
        }

        /// <summary>LastSession as a text for tables, such as 2026-11-15 01:02.</summary>
        public string LastSent
        {
            get
            {
                return LastSession == null
                    ? null
                    : LastSession.Value.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
            }
        }

        /// <summary>SentCertificates as a text for lists, a line for each.</summary>
        public string Sent
        {
            get { return ViewText.Lines(SentCertificates); }
        }

        /// <summary>Twins as a text for lists, a line for each.</summary>
        public string Twin
        {
            get { return ViewText.Lines(Twins); }
        }

        /// <summary>Server and connector, as far as they are known.</summary>
        [ViewText]
        public string PlaceText
        {
            get { return ViewText.Join(": ", Server, Connector); }
        }

        /// <summary>DaysLeft as a text: some cultures write the minus with another sign.</summary>
        [ViewText]
        public string DaysText
        {
            get { return DaysLeft == null ? null : DaysLeft.Value.ToString(CultureInfo.InvariantCulture); }
        }

        /// <summary>The first digits of the thumbprint that would be sent.</summary>
        [ViewText]
        public string SelectedText
        {
            get { return CertificateText.Short(SelectedThumbprint); }
        }

        /// <summary>The first digits of the thumbprint that was sent last.</summary>
        [ViewText]
        public string SentText
        {
            get { return CertificateText.Short(SentThumbprint); }
        }

        /// <summary>Status, connector and server.</summary>
        public override string ToString()
        {
            return Status + ": " + (Connector ?? "(connector not known)") + " on " + (Server ?? "(server not known)");
        }
    }

    /// <summary>A certificate that is installed on a server.</summary>
    public sealed class InstalledCertificate
    {
        internal InstalledCertificate()
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

        /// <summary>Whole days until then, 0 on the last day, negative afterwards.</summary>
        public int? DaysLeft { get; internal set; }

        /// <summary>Its names, the common name first.</summary>
        public string[] DnsNames { get; internal set; }

        /// <summary>The services to which it is bound.</summary>
        public string Services { get; internal set; }

        /// <summary>Valid, DateInvalid, Untrusted and so on, as Exchange says.</summary>
        public string Status { get; internal set; }

        /// <summary>Whether the server has the private key.</summary>
        public bool? HasPrivateKey { get; internal set; }

        /// <summary>Its thumbprint, subject and end.</summary>
        public override string ToString()
        {
            return CertificateText.Of(Thumbprint, Subject, NotAfter, DaysLeft);
        }
    }

    /// <summary>The installed certificate that takes over from the one in use.</summary>
    public sealed class CertificateSuccessor
    {
        internal CertificateSuccessor()
        {
        }

        /// <summary>The certificate.</summary>
        public InstalledCertificate Certificate { get; internal set; }

        /// <summary>In what it differs: Issuer, Subject, Names, KeyType, ExtendedKeyUsage.</summary>
        public string[] Differences { get; internal set; }

        /// <summary>Whether it is enabled for SMTP.</summary>
        public bool? IsEnabledForSmtp { get; internal set; }

        /// <summary>What has to be set so that it takes over; empty: nothing.</summary>
        public AffectedObject[] Affected { get; internal set; }

        /// <summary>Its thumbprint, subject and end, and in what it differs.</summary>
        public override string ToString()
        {
            return Certificate + (Differences.Length == 0 ? "" : "; another " + string.Join(", ", Differences));
        }
    }

    /// <summary>An object that still names the certificate in use.</summary>
    public sealed class AffectedObject
    {
        internal AffectedObject()
        {
        }

        /// <summary>SendConnector, ReceiveConnector, InboundConnector or EdgeServer.</summary>
        public string Kind { get; internal set; }

        /// <summary>Its name; of an Edge server that of the send connector.</summary>
        public string Name { get; internal set; }

        /// <summary>Kind and name.</summary>
        public override string ToString()
        {
            return Kind + " " + Name;
        }
    }

    /// <summary>A certificate that sessions of one connector and server sent, and those sessions.</summary>
    public sealed class SentCertificate
    {
        internal SentCertificate()
        {
        }

        /// <summary>The SHA-1 thumbprint, as logged.</summary>
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

        /// <summary>Whole days until then, 0 on the last day, negative afterwards.</summary>
        public int? DaysLeft { get; internal set; }

        /// <summary>How many sessions sent it.</summary>
        public long Sessions { get; internal set; }

        /// <summary>How many of them are known to be with Exchange Online Protection.</summary>
        public long EopSessions { get; internal set; }

        /// <summary>How many of them failed.</summary>
        public long FailedSessions { get; internal set; }

        /// <summary>The beginning of the first of them, UTC.</summary>
        public DateTime? FirstSession { get; internal set; }

        /// <summary>The beginning of the last of them, UTC.</summary>
        public DateTime? LastSession { get; internal set; }

        /// <summary>How the last of them ended, as the Outcome of a session.</summary>
        public string LastOutcome { get; internal set; }

        /// <summary>The file that holds the last of them.</summary>
        public string LogPath { get; internal set; }

        /// <summary>The line where it begins, from 1.</summary>
        public long Line { get; internal set; }

        /// <summary>Its thumbprint, subject and end, and its sessions.</summary>
        public override string ToString()
        {
            return string.Format(
                CultureInfo.InvariantCulture,
                "{0}; {1} session{2} from {3:yyyy-MM-dd HH:mm} to {4:yyyy-MM-dd HH:mm} UTC, {5} with Exchange Online, "
                    + "{6} failed, the last: {7}",
                CertificateText.Of(Thumbprint, Subject, NotAfter, DaysLeft),
                Sessions,
                Sessions == 1 ? "" : "s",
                FirstSession,
                LastSession,
                EopSessions,
                FailedSessions,
                LastOutcome);
        }
    }

    /// <summary>Certificates in words.</summary>
    internal static class CertificateText
    {
        internal static string Date(DateTime? time)
        {
            return time == null ? null : time.Value.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        }

        /// <summary>The first eight digits of a thumbprint, which distinguish the certificates of one server.</summary>
        internal static string Short(string thumbprint)
        {
            return thumbprint != null && thumbprint.Length > 8 ? thumbprint.Substring(0, 8) : thumbprint;
        }

        internal static string Of(string thumbprint, string subject, DateTime? end, int? days)
        {
            string validity = end == null || days == null
                ? "end not known"
                : string.Format(
                    CultureInfo.InvariantCulture,
                    days < 0 ? "expired on {0}" : days == 1 ? "until {0}, 1 day left" : "until {0}, {1} days left",
                    Date(end),
                    days);
            return (thumbprint ?? "(thumbprint not known)") + " " + (subject ?? "(subject not known)") + " (" + validity + ")";
        }

    }
}
