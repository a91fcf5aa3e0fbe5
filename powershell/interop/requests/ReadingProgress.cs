using System;
using System.Diagnostics;
using System.Globalization;

namespace EopRelay
{
    /// <summary>How far the reading of logs is.</summary>
    public sealed unsafe class ReadingProgress
    {
        private const double BytesPerMegabyte = 1024 * 1024;
        private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

        private readonly Stopwatch sinceTurn = Stopwatch.StartNew();

        internal ReadingProgress()
        {
            CurrentPath = "";
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
        public string Status
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
        public bool TakeTurn()
        {
            if (sinceTurn.Elapsed < Interval)
            {
                return false;
            }
            sinceTurn.Restart();
            return true;
        }

        internal void Set(Progress* progress)
        {
            BytesRead = (long)progress->BytesRead;
            BytesTotal = (long)progress->BytesTotal;
            FilesRead = (long)progress->FilesRead;
            FilesTotal = (long)progress->FilesTotal;
            CurrentPath = progress->PathLength == 0 ? "" : new string(progress->Path);
        }
    }
}
