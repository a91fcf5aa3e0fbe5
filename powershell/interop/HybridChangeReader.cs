using System.Collections.Generic;

namespace EopRelay
{
    /// <summary>
    /// Reads changes out of logs of the Hybrid Configuration Wizard, batch by batch; without a path those
    /// of every profile of this computer. Dispose it to release the files.
    /// </summary>
    public sealed class HybridChangeReader : EvidenceReader
    {
        private const uint HybridChanges = 2;

        internal HybridChangeReader(NativeFunctions native, EvidenceSource source)
            : base(native, HybridChanges, source)
        {
            Changes = new HybridChange[0];
        }

        /// <summary>The changes of the last batch, the oldest of all files first.</summary>
        public HybridChange[] Changes { get; private set; }

        /// <inheritdoc/>
        protected override void Take(IList<object> records)
        {
            var changes = new List<HybridChange>();
            foreach (object record in records)
            {
                changes.Add(ChangeOf(AnswerReader.Members(record)));
            }
            Changes = changes.ToArray();
        }

        private static HybridChange ChangeOf(IDictionary<string, object> members)
        {
            return new HybridChange
            {
                StartTime = AnswerReader.Time(members, "StartTime"),
                EndTime = AnswerReader.Time(members, "EndTime"),
                IsTimeZoneKnown = AnswerReader.Flag(members, "IsTimeZoneKnown"),
                DurationMilliseconds = AnswerReader.OptionalNumber(members, "DurationMilliseconds"),
                Side = AnswerReader.Text(members, "Side"),
                Cmdlet = AnswerReader.Text(members, "Cmdlet"),
                ObjectType = AnswerReader.Text(members, "ObjectType"),
                Identity = AnswerReader.Text(members, "Identity"),
                Outcome = AnswerReader.Text(members, "Outcome"),
                Error = AnswerReader.Text(members, "Error"),
                Properties = AnswerReader.All(members, "Properties", PropertyOf),
                TlsSenderCertificateNameBefore = AnswerReader.Text(members, "TlsSenderCertificateNameBefore"),
                TlsSenderCertificateNameAfter = AnswerReader.Text(members, "TlsSenderCertificateNameAfter"),
                TlsCertificateNameBefore = AnswerReader.Text(members, "TlsCertificateNameBefore"),
                TlsCertificateNameAfter = AnswerReader.Text(members, "TlsCertificateNameAfter"),
                UndoesManualChange = AnswerReader.Flag(members, "UndoesManualChange"),
                Task = AnswerReader.Text(members, "Task"),
                Phase = AnswerReader.Text(members, "Phase"),
                LogPath = AnswerReader.Text(members, "LogPath"),
                Line = AnswerReader.Number(members, "Line"),
            };
        }

        private static HybridPropertyChange PropertyOf(IDictionary<string, object> members)
        {
            return new HybridPropertyChange
            {
                Name = AnswerReader.Text(members, "Name"),
                IsBeforeKnown = AnswerReader.Flag(members, "IsBeforeKnown"),
                Before = AnswerReader.Text(members, "Before"),
                After = AnswerReader.Text(members, "After"),
            };
        }
    }
}
