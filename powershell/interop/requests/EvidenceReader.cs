using System;
using System.Text;

namespace EopRelay
{
    /// <summary>The kinds of evidence that the native library reads, EOP_EVIDENCE_... in include/eop_relay.h.</summary>
    internal enum EvidenceKind : uint
    {
        ChainEvents = 1,
        HybridChanges = 2,
    }

    /// <summary>
    /// Reads evidence in the form of records, of one kind, batch by batch. Dispose it to release the files.
    /// </summary>
    /// <typeparam name="T">The class of the records.</typeparam>
    public sealed class EvidenceReader<T> : NativeHandle
    {
        /// <summary>Characters that are gathered before the library is called.</summary>
        private const int PieceLength = 1 << 20;

        private readonly StringBuilder piece = new StringBuilder();

        internal EvidenceReader(NativeFunctions native, EvidenceKind kind, EvidenceSource source)
            : base(native)
        {
            Records = new T[0];
            Notices = new Notice[0];
            using (var query = new NativeEvidenceQuery((uint)kind, source))
            {
                Handle = query.Open(native);
            }
        }

        /// <summary>The records of the last batch.</summary>
        public T[] Records { get; private set; }

        /// <summary>The trouble met while the last batch was read.</summary>
        public Notice[] Notices { get; private set; }

        /// <summary>What ended the reading before its end, or <c>null</c>.</summary>
        public EopRelayException Error { get; private set; }

        /// <summary>
        /// Adds the text of a record, such as EventLogRecord.ToXml() gives it, where the source says that
        /// text follows.
        /// </summary>
        /// <returns>Whether there is so much that it should be read now, up to an empty batch.</returns>
        public bool AddText(string record)
        {
            piece.Append(record).Append('\n');
            return piece.Length >= PieceLength;
        }

        /// <summary>Hands over what <see cref="AddText"/> gathered.</summary>
        /// <param name="isEnd">Whether no more text comes.</param>
        /// <returns>What went wrong, or <c>null</c>.</returns>
        public EopRelayException HandOver(bool isEnd)
        {
            return Interop.Problem(() =>
            {
                Enter();
                try
                {
                    if (piece.Length > 0)
                    {
                        Native.AddEvidence(Handle, piece.ToString());
                        piece.Length = 0;
                    }
                    if (isEnd)
                    {
                        Native.AddEvidence(Handle, null);
                    }
                }
                finally
                {
                    Leave();
                }
            });
        }

        /// <summary>The same as <see cref="ReadBatch"/>; an error ends the reading and is in <see cref="Error"/>.</summary>
        public bool TryReadBatch()
        {
            object answer = Interop.Attempt(() => ReadBatch());
            Error = answer as EopRelayException;
            return Error == null && (bool)answer;
        }

        /// <summary>
        /// Reads the next batch of <see cref="Records"/> and <see cref="Notices"/>; it can be empty before
        /// the end.
        /// </summary>
        /// <returns><c>false</c> at the end, or after a cancellation.</returns>
        /// <exception cref="ObjectDisposedException">The reader is disposed.</exception>
        /// <exception cref="EopRelayException">Another thread reads (ReaderBusy), or the library failed.</exception>
        internal bool ReadBatch()
        {
            Enter();
            try
            {
                string json = Native.NextEvidence(Handle);
                EvidenceBatch<T> batch = json == null ? new EvidenceBatch<T>() : JsonMapper.Read<EvidenceBatch<T>>(json);
                Records = batch.Records;
                Notices = Array.ConvertAll(batch.Notices, notice => notice.ToNotice());
                return json != null;
            }
            finally
            {
                Leave();
            }
        }

        internal override void FreeHandle()
        {
            Native.FreeEvidence(Handle);
        }

        internal override void CancelHandle()
        {
            Native.CancelEvidence(Handle);
        }
    }

    /// <summary>What eop_evidence_next answers.</summary>
    internal sealed class EvidenceBatch<T>
    {
        internal EvidenceBatch()
        {
            Records = new T[0];
            Notices = new EvidenceNotice[0];
        }

        public T[] Records { get; internal set; }

        public EvidenceNotice[] Notices { get; internal set; }
    }

    /// <summary>A notice as JSON has it.</summary>
    internal sealed class EvidenceNotice
    {
        public string Code { get; internal set; }

        public string Severity { get; internal set; }

        public string Message { get; internal set; }

        public string Path { get; internal set; }

        public long? Line { get; internal set; }

        public long? Offset { get; internal set; }

        public int? OsError { get; internal set; }

        public long Count { get; internal set; }

        internal Notice ToNotice()
        {
            return new Notice(Code, Severity, Message, Path, Line, Offset, OsError, Count, new LogLocation[0]);
        }
    }
}
