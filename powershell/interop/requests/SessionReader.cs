using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.Threading;

namespace EopRelay
{
    /// <summary>Reads sessions out of logs, batch by batch. Dispose it to release the files.</summary>
    public sealed unsafe class SessionReader : IDisposable
    {
        private const double BytesPerMegabyte = 1024 * 1024;
        private static readonly TimeSpan ProgressInterval = TimeSpan.FromMilliseconds(250);

        private readonly object gate = new object();
        private readonly NativeFunctions native;
        private readonly IList<LogLocation> locations;
        private readonly SessionFilter filter;
        private readonly Stopwatch sinceProgress = Stopwatch.StartNew();
        private readonly ulong handle;
        private int disposed;

        internal SessionReader(NativeFunctions native, SessionQuery query)
        {
            this.native = native;
            locations = new List<LogLocation>(query.Locations);
            filter = new SessionFilter(query);
            Sessions = new Session[0];
            Notices = new Notice[0];
            CurrentPath = "";
            using (var nativeQuery = new NativeQuery(query, native.Names))
            {
                handle = nativeQuery.Open(native);
            }
        }

        /// <summary>Gives the handle back if nobody disposed the reader.</summary>
        ~SessionReader()
        {
            // 0 if the constructor threw; then there is no handle.
            if (handle != 0)
            {
                native.FreeReader(handle);
            }
        }

        /// <summary>The sessions of the last batch.</summary>
        public Session[] Sessions { get; private set; }

        /// <summary>The trouble met while the last batch was read.</summary>
        public Notice[] Notices { get; private set; }

        /// <summary>What ended the reading before its end, or <c>null</c>.</summary>
        public EopRelayException Error { get; private set; }

        /// <summary>Sessions returned so far.</summary>
        public long SessionCount { get; private set; }

        /// <summary>Sessions left out because several connectors, hosts or thumbprints were wanted, and none fits.</summary>
        public long LeftOut
        {
            get { return filter.LeftOut; }
        }

        /// <summary>Bytes read so far.</summary>
        public long BytesRead { get; private set; }

        /// <summary>Bytes in all files found, as of the start.</summary>
        public long BytesTotal { get; private set; }

        /// <summary>Files read to their end.</summary>
        public long FilesRead { get; private set; }

        /// <summary>Files found.</summary>
        public long FilesTotal { get; private set; }

        /// <summary>The file being read, or empty.</summary>
        public string CurrentPath { get; private set; }

        /// <summary>How much is read, 0 to 100.</summary>
        public int PercentComplete
        {
            get { return BytesTotal <= 0 ? 0 : (int)Math.Min(100, BytesRead * 100.0 / BytesTotal); }
        }

        /// <summary>How much is read, in words.</summary>
        public string ProgressStatus
        {
            get
            {
                return string.Format(
                    CultureInfo.InvariantCulture,
                    "{0:N1} of {1:N1} MB, {2} of {3} files",
                    BytesRead / BytesPerMegabyte,
                    BytesTotal / BytesPerMegabyte,
                    FilesRead,
                    FilesTotal);
            }
        }

        /// <summary>
        /// Whether a quarter of a second has passed since it last answered yes: Windows PowerShell
        /// spends milliseconds on a progress record.
        /// </summary>
        public bool TakeProgressTurn()
        {
            if (sinceProgress.Elapsed < ProgressInterval)
            {
                return false;
            }
            sinceProgress.Restart();
            return true;
        }

        /// <summary>The same as <see cref="ReadBatch"/>; an error ends the reading and is in <see cref="Error"/>.</summary>
        public bool TryReadBatch()
        {
            object answer = Interop.Attempt(() => ReadBatch());
            Error = answer as EopRelayException;
            return Error == null && (bool)answer;
        }

        /// <summary>The same as <see cref="SaveState"/>; why the state is not saved, or <c>null</c>.</summary>
        public EopRelayException TrySaveState()
        {
            return Interop.Problem(SaveState);
        }

        /// <summary>
        /// Reads the next batch into <see cref="Sessions"/> and <see cref="Notices"/>; it can be empty
        /// before the end.
        /// </summary>
        /// <returns><c>false</c> at the end, or after <see cref="Cancel"/>.</returns>
        /// <exception cref="ObjectDisposedException">The reader is disposed.</exception>
        /// <exception cref="EopRelayException">Another thread reads (ReaderBusy), or the library failed.</exception>
        internal bool ReadBatch()
        {
            Enter();
            try
            {
                RequireOpen();
                Sessions = new Session[0];
                Notices = new Notice[0];
                var batch = new Batch();
                if (!native.NextBatch(handle, &batch))
                {
                    return false;
                }
                var reader = new BatchReader(batch, native.Names);
                Sessions = filter.Choose(reader.Sessions());
                SessionCount += Sessions.Length;
                Notices = reader.Notices(locations);
                ReadProgress();
                return true;
            }
            finally
            {
                Monitor.Exit(gate);
                GC.KeepAlive(this);
            }
        }

        /// <summary>
        /// Saves the state of a query with a StatePath, once <see cref="ReadBatch"/> has answered
        /// <c>false</c> and what it gave is in safe hands. Until then the state file is as it was.
        /// </summary>
        /// <exception cref="ObjectDisposedException">The reader is disposed.</exception>
        /// <exception cref="EopRelayException">
        /// The end is not reached (StateNotAtEnd), or the file cannot be written (StateUnusable).
        /// </exception>
        internal void SaveState()
        {
            Enter();
            try
            {
                RequireOpen();
                native.SaveState(handle);
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
            native.CancelReader(handle);
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
                native.CancelReader(handle);
                Monitor.Enter(gate);
            }
            try
            {
                native.FreeReader(handle);
                GC.SuppressFinalize(this);
            }
            finally
            {
                Monitor.Exit(gate);
            }
        }

        /// <summary>
        /// Takes the gate: a batch is a view into memory that the next call replaces, so one thread at a
        /// time.
        /// </summary>
        private void Enter()
        {
            if (!Monitor.TryEnter(gate))
            {
                // Disposing holds the gate too.
                RequireOpen();
                throw new EopRelayException(
                    "ReaderBusy", "ResourceBusy", "Another thread reads with this SessionReader. Give each its own.");
            }
        }

        private void RequireOpen()
        {
            if (Thread.VolatileRead(ref disposed) != 0)
            {
                throw new ObjectDisposedException("SessionReader");
            }
        }

        private void ReadProgress()
        {
            var progress = new Progress();
            native.ReadProgress(handle, &progress);
            BytesRead = (long)progress.BytesRead;
            BytesTotal = (long)progress.BytesTotal;
            FilesRead = (long)progress.FilesRead;
            FilesTotal = (long)progress.FilesTotal;
            CurrentPath = progress.PathLength == 0 ? "" : new string(progress.Path);
        }
    }
}
