using System.Collections.Generic;

namespace EopRelay
{
    /// <summary>Reads validations out of the CAPI2 log, batch by batch. Dispose it to release the files.</summary>
    public sealed class ChainEventReader : EvidenceReader
    {
        private const uint ChainEvents = 1;

        internal ChainEventReader(NativeFunctions native, EvidenceSource source)
            : base(native, ChainEvents, source)
        {
            Events = new ChainEvent[0];
        }

        /// <summary>The validations of the last batch.</summary>
        public ChainEvent[] Events { get; private set; }

        /// <inheritdoc/>
        protected override void Take(IList<object> records)
        {
            var events = new List<ChainEvent>();
            foreach (object record in records)
            {
                events.Add(EventOf(ReportReader.Members(record)));
            }
            Events = events.ToArray();
        }

        private static ChainEvent EventOf(IDictionary<string, object> members)
        {
            return new ChainEvent
            {
                Time = ReportReader.Time(members, "Time"),
                Computer = ReportReader.Text(members, "Computer"),
                ProcessName = ReportReader.Text(members, "ProcessName"),
                ProcessId = ReportReader.OptionalNumber(members, "ProcessId"),
                Thumbprint = ReportReader.Text(members, "Thumbprint"),
                Subject = ReportReader.Text(members, "Subject"),
                Policy = ReportReader.Text(members, "Policy"),
                ServerName = ReportReader.Text(members, "ServerName"),
                Failed = ReportReader.Flag(members, "Failed"),
                Fault = ReportReader.Text(members, "Fault"),
                Meaning = ReportReader.Text(members, "Meaning"),
                Failures = ReportReader.All(members, "Failures", FailureOf),
                TaskId = ReportReader.Text(members, "TaskId"),
                ChainRef = ReportReader.Text(members, "ChainRef"),
                Records = ReportReader.All(members, "Records", RecordOf),
                LogPath = ReportReader.Text(members, "LogPath"),
                Line = ReportReader.Number(members, "Line"),
            };
        }

        private static ChainFailure FailureOf(IDictionary<string, object> members)
        {
            return new ChainFailure
            {
                Fault = ReportReader.Text(members, "Fault"),
                IsInferred = ReportReader.Flag(members, "IsInferred"),
                Thumbprint = ReportReader.Text(members, "Thumbprint"),
                Subject = ReportReader.Text(members, "Subject"),
                EventId = ReportReader.Number(members, "EventId"),
                EventName = ReportReader.Text(members, "EventName"),
                EventRecordId = ReportReader.OptionalNumber(members, "EventRecordId"),
                Result = ReportReader.One(members, "Result", ResultOf),
                ErrorStatus = ReportReader.One(members, "ErrorStatus", StatusOf),
                Meaning = ReportReader.Text(members, "Meaning"),
                Line = ReportReader.Number(members, "Line"),
            };
        }

        private static ChainEventRecord RecordOf(IDictionary<string, object> members)
        {
            return new ChainEventRecord
            {
                EventId = ReportReader.Number(members, "EventId"),
                EventName = ReportReader.Text(members, "EventName"),
                EventRecordId = ReportReader.OptionalNumber(members, "EventRecordId"),
                Time = ReportReader.Time(members, "Time"),
                Computer = ReportReader.Text(members, "Computer"),
                ProcessName = ReportReader.Text(members, "ProcessName"),
                ProcessId = ReportReader.OptionalNumber(members, "ProcessId"),
                TaskId = ReportReader.Text(members, "TaskId"),
                SequenceNumber = ReportReader.OptionalNumber(members, "SequenceNumber"),
                ChainRef = ReportReader.Text(members, "ChainRef"),
                Certificate = ReportReader.One(members, "Certificate", CertificateOf),
                Issuer = ReportReader.One(members, "Issuer", CertificateOf),
                Certificates = ReportReader.All(members, "Certificates", CertificateOf),
                Policy = ReportReader.Text(members, "Policy"),
                ServerName = ReportReader.Text(members, "ServerName"),
                AuthenticationType = ReportReader.Text(members, "AuthenticationType"),
                ElementIndex = ReportReader.OptionalNumber(members, "ElementIndex"),
                ErrorStatus = ReportReader.One(members, "ErrorStatus", StatusOf),
                Result = ReportReader.One(members, "Result", ResultOf),
                LogPath = ReportReader.Text(members, "LogPath"),
                Line = ReportReader.Number(members, "Line"),
                Offset = ReportReader.Number(members, "Offset"),
            };
        }

        private static EventCertificate CertificateOf(IDictionary<string, object> members)
        {
            return new EventCertificate
            {
                Thumbprint = ReportReader.Text(members, "Thumbprint"),
                Subject = ReportReader.Text(members, "Subject"),
                ErrorStatus = ReportReader.One(members, "ErrorStatus", StatusOf),
                RevocationResult = ReportReader.One(members, "RevocationResult", ResultOf),
            };
        }

        private static ResultCode ResultOf(IDictionary<string, object> members)
        {
            return new ResultCode
            {
                Code = ReportReader.Number(members, "Code"),
                Hexadecimal = ReportReader.Text(members, "Hexadecimal"),
                Name = ReportReader.Text(members, "Name"),
            };
        }

        private static TrustStatus StatusOf(IDictionary<string, object> members)
        {
            List<object> names = ReportReader.List(members, "Names");
            return new TrustStatus
            {
                Value = ReportReader.Number(members, "Value"),
                Names = names.ConvertAll(name => ReportReader.Value<string>(name, "Names")).ToArray(),
            };
        }
    }
}
