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
                events.Add(EventOf(AnswerReader.Members(record)));
            }
            Events = events.ToArray();
        }

        private static ChainEvent EventOf(IDictionary<string, object> members)
        {
            return new ChainEvent
            {
                Time = AnswerReader.Time(members, "Time"),
                Computer = AnswerReader.Text(members, "Computer"),
                ProcessName = AnswerReader.Text(members, "ProcessName"),
                ProcessId = AnswerReader.OptionalNumber(members, "ProcessId"),
                Thumbprint = AnswerReader.Text(members, "Thumbprint"),
                Subject = AnswerReader.Text(members, "Subject"),
                Policy = AnswerReader.Text(members, "Policy"),
                ServerName = AnswerReader.Text(members, "ServerName"),
                Failed = AnswerReader.Flag(members, "Failed"),
                Fault = AnswerReader.Text(members, "Fault"),
                Meaning = AnswerReader.Text(members, "Meaning"),
                Failures = AnswerReader.All(members, "Failures", FailureOf),
                TaskId = AnswerReader.Text(members, "TaskId"),
                ChainRef = AnswerReader.Text(members, "ChainRef"),
                Records = AnswerReader.All(members, "Records", RecordOf),
                LogPath = AnswerReader.Text(members, "LogPath"),
                Line = AnswerReader.Number(members, "Line"),
            };
        }

        private static ChainFailure FailureOf(IDictionary<string, object> members)
        {
            return new ChainFailure
            {
                Fault = AnswerReader.Text(members, "Fault"),
                IsInferred = AnswerReader.Flag(members, "IsInferred"),
                Thumbprint = AnswerReader.Text(members, "Thumbprint"),
                Subject = AnswerReader.Text(members, "Subject"),
                EventId = AnswerReader.Number(members, "EventId"),
                EventName = AnswerReader.Text(members, "EventName"),
                EventRecordId = AnswerReader.OptionalNumber(members, "EventRecordId"),
                Result = AnswerReader.One(members, "Result", ResultOf),
                ErrorStatus = AnswerReader.One(members, "ErrorStatus", StatusOf),
                Meaning = AnswerReader.Text(members, "Meaning"),
                Line = AnswerReader.Number(members, "Line"),
            };
        }

        private static ChainEventRecord RecordOf(IDictionary<string, object> members)
        {
            return new ChainEventRecord
            {
                EventId = AnswerReader.Number(members, "EventId"),
                EventName = AnswerReader.Text(members, "EventName"),
                EventRecordId = AnswerReader.OptionalNumber(members, "EventRecordId"),
                Time = AnswerReader.Time(members, "Time"),
                Computer = AnswerReader.Text(members, "Computer"),
                ProcessName = AnswerReader.Text(members, "ProcessName"),
                ProcessId = AnswerReader.OptionalNumber(members, "ProcessId"),
                TaskId = AnswerReader.Text(members, "TaskId"),
                SequenceNumber = AnswerReader.OptionalNumber(members, "SequenceNumber"),
                ChainRef = AnswerReader.Text(members, "ChainRef"),
                Certificate = AnswerReader.One(members, "Certificate", CertificateOf),
                Issuer = AnswerReader.One(members, "Issuer", CertificateOf),
                Certificates = AnswerReader.All(members, "Certificates", CertificateOf),
                Policy = AnswerReader.Text(members, "Policy"),
                ServerName = AnswerReader.Text(members, "ServerName"),
                AuthenticationType = AnswerReader.Text(members, "AuthenticationType"),
                ElementIndex = AnswerReader.OptionalNumber(members, "ElementIndex"),
                ErrorStatus = AnswerReader.One(members, "ErrorStatus", StatusOf),
                Result = AnswerReader.One(members, "Result", ResultOf),
                LogPath = AnswerReader.Text(members, "LogPath"),
                Line = AnswerReader.Number(members, "Line"),
                Offset = AnswerReader.Number(members, "Offset"),
            };
        }

        private static EventCertificate CertificateOf(IDictionary<string, object> members)
        {
            return new EventCertificate
            {
                Thumbprint = AnswerReader.Text(members, "Thumbprint"),
                Subject = AnswerReader.Text(members, "Subject"),
                ErrorStatus = AnswerReader.One(members, "ErrorStatus", StatusOf),
                RevocationResult = AnswerReader.One(members, "RevocationResult", ResultOf),
            };
        }

        private static ResultCode ResultOf(IDictionary<string, object> members)
        {
            return new ResultCode
            {
                Code = AnswerReader.Number(members, "Code"),
                Hexadecimal = AnswerReader.Text(members, "Hexadecimal"),
                Name = AnswerReader.Text(members, "Name"),
            };
        }

        private static TrustStatus StatusOf(IDictionary<string, object> members)
        {
            List<object> names = AnswerReader.List(members, "Names");
            return new TrustStatus
            {
                Value = AnswerReader.Number(members, "Value"),
                Names = names.ConvertAll(name => AnswerReader.Value<string>(name, "Names")).ToArray(),
            };
        }
    }
}
