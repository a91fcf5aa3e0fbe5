using System;
using System.Globalization;

namespace EopRelay
{
    /// <summary>One validation of a certificate chain: its events of the CAPI2 log, and what failed.</summary>
    /// <remarks>Names of kinds are text, not enums, as in <see cref="Session"/>.</remarks>
    public sealed class ChainEvent
    {
        internal ChainEvent()
        {
        }

        /// <summary>The time of its first event, UTC; <c>null</c> where the event's header is missing.</summary>
        public DateTime? Time { get; internal set; }

        /// <summary>The computer.</summary>
        public string Computer { get; internal set; }

        /// <summary>The program that asked for it, such as lsass.exe, in which Schannel runs.</summary>
        public string ProcessName { get; internal set; }

        /// <summary>The number of the process.</summary>
        public long? ProcessId { get; internal set; }

        /// <summary>The thumbprint of the certificate that was judged.</summary>
        public string Thumbprint { get; internal set; }

        /// <summary>Its simple name.</summary>
        public string Subject { get; internal set; }

        /// <summary>The policy, such as CERT_CHAIN_POLICY_SSL.</summary>
        public string Policy { get; internal set; }

        /// <summary>The name that the policy asked for.</summary>
        public string ServerName { get; internal set; }

        /// <summary>Whether anything failed.</summary>
        public bool Failed { get; internal set; }

        /// <summary>The most significant of what failed, such as PartialChain.</summary>
        public string Fault { get; internal set; }

        /// <summary>What it means, in plain words.</summary>
        public string Meaning { get; internal set; }

        /// <summary>Everything that failed, the most significant first.</summary>
        public ChainFailure[] Failures { get; internal set; }

        /// <summary>What joins its events.</summary>
        public string TaskId { get; internal set; }

        /// <summary>The chain that was built.</summary>
        public string ChainRef { get; internal set; }

        /// <summary>Its events, in their order.</summary>
        public ChainEventRecord[] Records { get; internal set; }

        /// <summary>The file of its first event.</summary>
        public string LogPath { get; internal set; }

        /// <summary>The line of that event, counted from 1; 0 in an .evtx file.</summary>
        public long Line { get; internal set; }

        /// <summary>Time as a text in UTC.</summary>
        [ViewText]
        public string TimeText
        {
            get { return ViewText.Time(Time); }
        }

        /// <summary>The fault, or that there is none.</summary>
        [ViewText]
        public string FaultText
        {
            get { return Fault ?? "none"; }
        }

        /// <summary>The certificate in words.</summary>
        [ViewText]
        public string CertificateText
        {
            get { return ViewText.Join(" ", EopRelay.CertificateText.Short(Thumbprint), Subject); }
        }

        /// <summary>What failed, a line for each.</summary>
        [ViewText]
        public string FailuresText
        {
            get { return ViewText.Lines(Failures); }
        }

        /// <summary>Its events, a line for each.</summary>
        [ViewText]
        public string EventsText
        {
            get { return ViewText.Lines(Records); }
        }

        /// <summary>Its place in the log.</summary>
        [ViewText]
        public string LogText
        {
            get { return ViewText.Place(LogPath, Line); }
        }

        /// <summary>Fault and certificate.</summary>
        public override string ToString()
        {
            return (Fault ?? "No fault") + " of " + (Subject ?? "(name not known)") + " ["
                + (Thumbprint ?? "thumbprint not known") + "]";
        }
    }

    /// <summary>One thing that failed, and the event that says so.</summary>
    public sealed class ChainFailure
    {
        internal ChainFailure()
        {
        }

        /// <summary>What is wrong, such as PartialChain.</summary>
        public string Fault { get; internal set; }

        /// <summary>Whether the fault is concluded and not logged: a partial chain under a policy.</summary>
        public bool IsInferred { get; internal set; }

        /// <summary>The certificate that is wrong, or at which the validation began.</summary>
        public string Thumbprint { get; internal set; }

        /// <summary>Its simple name.</summary>
        public string Subject { get; internal set; }

        /// <summary>The event: 11, 30, 41, 42 or 70.</summary>
        public long EventId { get; internal set; }

        /// <summary>Its name.</summary>
        public string EventName { get; internal set; }

        /// <summary>Its number in the log.</summary>
        public long? EventRecordId { get; internal set; }

        /// <summary>The result that says so.</summary>
        public ResultCode Result { get; internal set; }

        /// <summary>The trust status that says so.</summary>
        public TrustStatus ErrorStatus { get; internal set; }

        /// <summary>What it means, in plain words.</summary>
        public string Meaning { get; internal set; }

        /// <summary>The line of the event, counted from 1; 0 in an .evtx file.</summary>
        public long Line { get; internal set; }

        /// <summary>Event, result and meaning.</summary>
        public override string ToString()
        {
            string what = string.Format(CultureInfo.InvariantCulture, "event {0}", EventId);
            if (EventRecordId != null)
            {
                what += string.Format(CultureInfo.InvariantCulture, " (record {0})", EventRecordId);
            }
            if (Result != null)
            {
                what += ": " + Result;
            }
            if (ErrorStatus != null)
            {
                what += ": " + ErrorStatus;
            }
            return what + ": " + Meaning;
        }
    }

    /// <summary>One event of the log.</summary>
    public sealed class ChainEventRecord
    {
        internal ChainEventRecord()
        {
        }

        /// <summary>11, 30, 41, 42, 70 or 90.</summary>
        public long EventId { get; internal set; }

        /// <summary>Its name, such as CertVerifyCertificateChainPolicy.</summary>
        public string EventName { get; internal set; }

        /// <summary>Its number in the log.</summary>
        public long? EventRecordId { get; internal set; }

        /// <summary>When it was written, UTC.</summary>
        public DateTime? Time { get; internal set; }

        /// <summary>The computer.</summary>
        public string Computer { get; internal set; }

        /// <summary>The program.</summary>
        public string ProcessName { get; internal set; }

        /// <summary>The number of the process.</summary>
        public long? ProcessId { get; internal set; }

        /// <summary>What joins the events of one validation.</summary>
        public string TaskId { get; internal set; }

        /// <summary>The place in the validation.</summary>
        public long? SequenceNumber { get; internal set; }

        /// <summary>The chain that was built or judged.</summary>
        public string ChainRef { get; internal set; }

        /// <summary>The certificate that the event is about.</summary>
        public EventCertificate Certificate { get; internal set; }

        /// <summary>Its issuer, of events about revocation.</summary>
        public EventCertificate Issuer { get; internal set; }

        /// <summary>The chain from the certificate up (event 11), or all objects (event 90).</summary>
        public EventCertificate[] Certificates { get; internal set; }

        /// <summary>The policy.</summary>
        public string Policy { get; internal set; }

        /// <summary>The name that the policy asked for.</summary>
        public string ServerName { get; internal set; }

        /// <summary>server or client: whose certificate was judged.</summary>
        public string AuthenticationType { get; internal set; }

        /// <summary>Where in the chain the policy failed; -1 = at no single certificate.</summary>
        public long? ElementIndex { get; internal set; }

        /// <summary>What is wrong with the chain as a whole.</summary>
        public TrustStatus ErrorStatus { get; internal set; }

        /// <summary>What came of it.</summary>
        public ResultCode Result { get; internal set; }

        /// <summary>The file, or what else the event came from.</summary>
        public string LogPath { get; internal set; }

        /// <summary>The line where it begins, counted from 1; 0 in an .evtx file.</summary>
        public long Line { get; internal set; }

        /// <summary>The offset in bytes where it begins; in an .evtx file that of its chunk.</summary>
        public long Offset { get; internal set; }

        /// <summary>Number, name and result.</summary>
        public override string ToString()
        {
            string text = string.Format(CultureInfo.InvariantCulture, "{0} {1}", EventId, EventName);
            return Result == null ? text : text + ": " + Result;
        }
    }

    /// <summary>A certificate that an event names.</summary>
    public sealed class EventCertificate
    {
        internal EventCertificate()
        {
        }

        /// <summary>The SHA-1 thumbprint.</summary>
        public string Thumbprint { get; internal set; }

        /// <summary>The simple name of the subject, as Windows shows it.</summary>
        public string Subject { get; internal set; }

        /// <summary>What is wrong with it, in a chain.</summary>
        public TrustStatus ErrorStatus { get; internal set; }

        /// <summary>Whether it is revoked, in a chain.</summary>
        public ResultCode RevocationResult { get; internal set; }

        /// <summary>Name and thumbprint.</summary>
        public override string ToString()
        {
            return (Subject ?? "(name not known)") + " [" + (Thumbprint ?? "thumbprint not known") + "]";
        }
    }

    /// <summary>A result: an HRESULT, or 0.</summary>
    public sealed class ResultCode
    {
        internal ResultCode()
        {
        }

        /// <summary>The number as .NET shows it: signed.</summary>
        public long Code { get; internal set; }

        /// <summary>Its 32 bits, such as 0x800B0109.</summary>
        public string Hexadecimal { get; internal set; }

        /// <summary>Its name in winerror.h, or <c>null</c>.</summary>
        public string Name { get; internal set; }

        /// <summary>Name and number.</summary>
        public override string ToString()
        {
            return Name == null ? Hexadecimal : Name + " (" + Hexadecimal + ")";
        }
    }

    /// <summary>Why a certificate or a chain is not trusted (CERT_TRUST_STATUS, wincrypt.h).</summary>
    public sealed class TrustStatus
    {
        internal TrustStatus()
        {
        }

        /// <summary>The bits; 0 = nothing is wrong.</summary>
        public long Value { get; internal set; }

        /// <summary>The names of the bits, such as CERT_TRUST_IS_PARTIAL_CHAIN.</summary>
        public string[] Names { get; internal set; }

        /// <summary>The names.</summary>
        public override string ToString()
        {
            return string.Join(", ", Names);
        }
    }
}
