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
                changes.Add(ChangeOf(ReportReader.Members(record)));
            }
            Changes = changes.ToArray();
        }

        private static HybridChange ChangeOf(IDictionary<string, object> members)
        {
            return new HybridChange
            {
                StartTime = ReportReader.Time(members, "StartTime"),
                EndTime = ReportReader.Time(members, "EndTime"),
                IsTimeZoneKnown = ReportReader.Flag(members, "IsTimeZoneKnown"),
                DurationMilliseconds = ReportReader.OptionalNumber(members, "DurationMilliseconds"),
                Side = ReportReader.Text(members, "Side"),
                Cmdlet = ReportReader.Text(members, "Cmdlet"),
                ObjectType = ReportReader.Text(members, "ObjectType"),
                Identity = ReportReader.Text(members, "Identity"),
                Outcome = ReportReader.Text(members, "Outcome"),
                Error = ReportReader.Text(members, "Error"),
                Properties = ReportReader.All(members, "Properties", PropertyOf),
                TlsSenderCertificateNameBefore = ReportReader.Text(members, "TlsSenderCertificateNameBefore"),
                TlsSenderCertificateNameAfter = ReportReader.Text(members, "TlsSenderCertificateNameAfter"),
                TlsCertificateNameBefore = ReportReader.Text(members, "TlsCertificateNameBefore"),
                TlsCertificateNameAfter = ReportReader.Text(members, "TlsCertificateNameAfter"),
                UndoesManualChange = ReportReader.Flag(members, "UndoesManualChange"),
                Task = ReportReader.Text(members, "Task"),
                Phase = ReportReader.Text(members, "Phase"),
                LogPath = ReportReader.Text(members, "LogPath"),
                Line = ReportReader.Number(members, "Line"),
            };
        }

        private static HybridPropertyChange PropertyOf(IDictionary<string, object> members)
        {
            return new HybridPropertyChange
            {
                Name = ReportReader.Text(members, "Name"),
                IsBeforeKnown = ReportReader.Flag(members, "IsBeforeKnown"),
                Before = ReportReader.Text(members, "Before"),
                After = ReportReader.Text(members, "After"),
            };
        }
    }
}
