using System;
using System.Collections.Generic;
using System.Globalization;

namespace EopRelay
{
    /// <summary>Reads sessions out of logs, batch by batch. Dispose it to release the files.</summary>
    public sealed unsafe class SessionReader : NativeHandle
    {
        private readonly IList<LogLocation> locations;
        private readonly SessionFilter filter;
        private Progress state;

        internal SessionReader(NativeFunctions native, SessionQuery query)
            : base(native)
        {
            locations = new List<LogLocation>(query.Locations);
            filter = new SessionFilter(query);
            Progress = new ReadingProgress();
            Sessions = new Session[0];
            Notices = new Notice[0];
            using (var nativeQuery = new NativeQuery(query, native.Names))
            {
                Handle = nativeQuery.Open(native);
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

        /// <summary>How far it is.</summary>
        public ReadingProgress Progress { get; private set; }

        /// <summary>
        /// How many sessions each condition left out, in words; a session counts for the first one that it
        /// does not meet. Empty where none was left out.
        /// </summary>
        public string LeftOutText
        {
            get
            {
                var parts = new List<string>();
                Append(parts, state.LeftOutByTime, "-Start or -End");
                Append(parts, state.LeftOutByOutcome, "-Outcome or -Failed");
                Append(parts, (long)state.LeftOutByThumbprint + filter.LeftOutByThumbprint, "-Thumbprint");
                Append(parts, state.LeftOutByEopOnly, "-EopOnly");
                Append(parts, (long)state.LeftOutByConnector + filter.LeftOutByConnector, "-Connector");
                Append(parts, (long)state.LeftOutByRemoteHost + filter.LeftOutByRemoteHost, "-RemoteHost");
                return string.Join(", ", parts);
            }
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
        /// <returns><c>false</c> at the end, or after a cancellation.</returns>
        /// <exception cref="ObjectDisposedException">The reader is disposed.</exception>
        /// <exception cref="EopRelayException">Another thread reads (ReaderBusy), or the library failed.</exception>
        internal bool ReadBatch()
        {
            Enter();
            try
            {
                Sessions = new Session[0];
                Notices = new Notice[0];
                var batch = new Batch();
                bool isMore = Native.NextBatch(Handle, &batch);
                if (isMore)
                {
                    // The view is valid until the next call on the reader.
                    var reader = new BatchReader(batch, Native.Names);
                    Sessions = filter.Choose(reader.Sessions());
                    SessionCount += Sessions.Length;
                    Notices = reader.Notices(locations);
                }
                var progress = new Progress();
                Native.ReadProgress(Handle, &progress);
                state = progress;
                Progress.Set(&progress);
                return isMore;
            }
            finally
            {
                Leave();
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
                Native.SaveState(Handle);
            }
            finally
            {
                Leave();
            }
        }

        internal override void FreeHandle()
        {
            Native.FreeReader(Handle);
        }

        internal override void CancelHandle()
        {
            Native.CancelReader(Handle);
        }

        private static void Append(List<string> parts, ulong count, string condition)
        {
            Append(parts, (long)count, condition);
        }

        private static void Append(List<string> parts, long count, string condition)
        {
            if (count > 0)
            {
                parts.Add(string.Format(CultureInfo.InvariantCulture, "{0} by {1}", count, condition));
            }
        }
    }
}
