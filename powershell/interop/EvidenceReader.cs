using System;
using System.Collections.Generic;
using System.Threading;

namespace EopRelay
{
    /// <summary>
    /// Reads evidence in the form of records, of one kind, batch by batch. Dispose it to release the files.
    /// </summary>
    public abstract class EvidenceReader : IDisposable
    {
        private readonly object gate = new object();
        private readonly NativeFunctions native;
        private readonly ulong handle;
        private int disposed;

        internal EvidenceReader(NativeFunctions native, uint kind, EvidenceSource source)
        {
            this.native = native;
            Notices = new Notice[0];
            using (var query = new NativeEvidenceQuery(kind, source))
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

        /// <summary>The trouble met while the last batch was read.</summary>
        public Notice[] Notices { get; private set; }

        /// <summary>
        /// Reads the next batch of records and <see cref="Notices"/>; it can be empty before the end.
        /// </summary>
        /// <returns><c>false</c> at the end, or after <see cref="Cancel"/>.</returns>
        /// <exception cref="ObjectDisposedException">The reader is disposed.</exception>
        /// <exception cref="EopRelayException">Another thread reads (ReaderBusy), or the library failed.</exception>
        public bool ReadBatch()
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
                Read(json ?? "{\"Records\":[],\"Notices\":[]}");
                return json != null;
            }
            finally
            {
                Monitor.Exit(gate);
                GC.KeepAlive(this);
            }
        }

        /// <summary>Ends the reading, from any thread: ReadBatch then answers <c>false</c>.</summary>
        public void Cancel()
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

        /// <summary>Takes the records of a batch, as JSON has them.</summary>
        /// <exception cref="FormatException">They are not those of this kind.</exception>
        protected abstract void Take(IList<object> records);

        private void Read(string json)
        {
            try
            {
                IDictionary<string, object> batch = AnswerReader.Members(JsonReader.Read(json));
                Take(AnswerReader.List(batch, "Records"));
                Notices = AnswerReader.All(batch, "Notices", NoticeOf);
            }
            catch (FormatException exception)
            {
                throw new EopRelayException("NativeLibraryDefect", "InvalidResult", exception.Message, 0, exception);
            }
        }

        private static Notice NoticeOf(IDictionary<string, object> members)
        {
            long? osError = AnswerReader.OptionalNumber(members, "OsError");
            return new Notice(
                AnswerReader.Text(members, "Code"),
                AnswerReader.Text(members, "Severity"),
                AnswerReader.Text(members, "Message"),
                AnswerReader.Text(members, "Path"),
                AnswerReader.OptionalNumber(members, "Line"),
                AnswerReader.OptionalNumber(members, "Offset"),
                osError == null ? (int?)null : (int)osError.Value,
                AnswerReader.Number(members, "Count"),
                new LogLocation[0]);
        }

        private void RequireOpen()
        {
            if (Thread.VolatileRead(ref disposed) != 0)
            {
                throw new ObjectDisposedException(GetType().Name);
            }
        }
    }
}
