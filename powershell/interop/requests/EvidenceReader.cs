using System;
using System.Threading;

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
    public sealed class EvidenceReader<T> : IDisposable
    {
        private readonly object gate = new object();
        private readonly NativeFunctions native;
        private readonly ulong handle;
        private int disposed;

        internal EvidenceReader(NativeFunctions native, EvidenceKind kind, EvidenceSource source)
        {
            this.native = native;
            Records = new T[0];
            Notices = new Notice[0];
            using (var query = new NativeEvidenceQuery((uint)kind, source))
            {
                handle = query.Open(native);
            }
        }

        /// <summary>Gives the handle back if nobody disposed the reader.</summary>
        ~EvidenceReader()
        {
            // 0 if the constructor threw; then there is no handle.
            if (handle != 0)
            {
                native.FreeEvidence(handle);
            }
        }

        /// <summary>The records of the last batch.</summary>
        public T[] Records { get; private set; }

        /// <summary>The trouble met while the last batch was read.</summary>
        public Notice[] Notices { get; private set; }

        /// <summary>What ended the reading before its end, or <c>null</c>.</summary>
        public EopRelayException Error { get; private set; }

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
        /// <returns><c>false</c> at the end, or after <see cref="Cancel"/>.</returns>
        /// <exception cref="ObjectDisposedException">The reader is disposed.</exception>
        /// <exception cref="EopRelayException">Another thread reads (ReaderBusy), or the library failed.</exception>
        internal bool ReadBatch()
        {
            if (!Monitor.TryEnter(gate))
            {
                // Disposing holds the gate too.
                RequireOpen();
                throw new EopRelayException(
                    "ReaderBusy", "ResourceBusy", "Another thread reads with this reader. Give each its own.");
            }
            try
            {
                RequireOpen();
                string json = native.NextEvidence(handle);
                EvidenceBatch<T> batch = json == null ? new EvidenceBatch<T>() : JsonMapper.Read<EvidenceBatch<T>>(json);
                Records = batch.Records;
                Notices = Array.ConvertAll(batch.Notices, notice => notice.ToNotice());
                return json != null;
            }
            finally
            {
                Monitor.Exit(gate);
                GC.KeepAlive(this);
            }
        }

        /// <summary>Ends the reading, from any thread: ReadBatch then answers <c>false</c>.</summary>
        internal void Cancel()
        {
            native.CancelEvidence(handle);
            GC.KeepAlive(this);
        }

        /// <summary>
        /// Releases the files and the memory. May be called twice, and while another thread reads: that
        /// one is cancelled first.
        /// </summary>
        public void Dispose()
        {
            if (Interlocked.Exchange(ref disposed, 1) != 0)
            {
                return;
            }
            if (!Monitor.TryEnter(gate))
            {
                native.CancelEvidence(handle);
                Monitor.Enter(gate);
            }
            try
            {
                native.FreeEvidence(handle);
                GC.SuppressFinalize(this);
            }
            finally
            {
                Monitor.Exit(gate);
            }
        }

        private void RequireOpen()
        {
            if (Thread.VolatileRead(ref disposed) != 0)
            {
                throw new ObjectDisposedException(GetType().Name);
            }
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
