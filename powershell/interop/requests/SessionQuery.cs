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

        /// <summary>A pattern for the connector, or empty.</summary>
        public string Connector { get; set; }

        /// <summary>A pattern for the remote host or endpoint, or empty.</summary>
        public string RemoteHost { get; set; }

        /// <summary>The thumbprint of the sent or remote certificate, as pasted, or empty.</summary>
        public string Thumbprint { get; set; }

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
