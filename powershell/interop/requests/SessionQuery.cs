using System;
using System.Collections.Generic;

namespace EopRelay
{
    /// <summary>What to read and which sessions to return.</summary>
    public sealed class SessionQuery
    {
        private readonly List<LogLocation> locations = new List<LogLocation>();

        internal SessionQuery()
        {
        }

        /// <summary>Whether folders below the given ones are read too.</summary>
        public bool Recurse { get; set; }

        /// <summary>Patterns for the connector, of which one fits; empty for all.</summary>
        public string[] Connectors { get; set; }

        /// <summary>Patterns for the remote host or endpoint, of which one fits; empty for all.</summary>
        public string[] RemoteHosts { get; set; }

        /// <summary>Thumbprints of the sent or remote certificate, as pasted, or patterns; empty for all.</summary>
        public string[] Thumbprints { get; set; }

        /// <summary>Sessions that start then or later; a time without a zone is local time.</summary>
        public DateTime? Start { get; set; }

        /// <summary>Sessions that start before; a time without a zone is local time.</summary>
        public DateTime? End { get; set; }

        /// <summary>The outcomes wanted; <c>null</c> or empty for all.</summary>
        public string[] Outcomes { get; set; }

        /// <summary>Only sessions that failed.</summary>
        public bool Failed { get; set; }

        /// <summary>Only sessions known to go to Exchange Online Protection.</summary>
        public bool EopOnly { get; set; }

        /// <summary>How many threads read; 0 for the default.</summary>
        public int ThreadCount { get; set; }

        /// <summary>
        /// The full path of the state file, to read on where the run before stopped; empty to read all.
        /// </summary>
        public string StatePath { get; set; }

        /// <summary>How many locations were added.</summary>
        public int LocationCount
        {
            get { return locations.Count; }
        }

        /// <summary>The one pattern that the native library takes, else empty.</summary>
        internal static string Only(string[] texts)
        {
            return texts != null && texts.Length == 1 ? texts[0] : null;
        }

        internal static bool HasWildcards(string text)
        {
            return text.IndexOfAny(new[] { '*', '?', '[' }) >= 0;
        }

        internal IList<LogLocation> Locations
        {
            get { return locations; }
        }

        /// <summary>Adds a place to read.</summary>
        public void Add(LogLocation location)
        {
            if (location == null)
            {
                throw new ArgumentNullException("location");
            }
            locations.Add(location);
        }
    }
}
