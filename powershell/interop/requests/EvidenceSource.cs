using System;
using System.Collections.Generic;

namespace EopRelay
{
    /// <summary>Where evidence in the form of records is read from, and which records are wanted.</summary>
    public sealed class EvidenceSource
    {
        private readonly List<KeyValuePair<string, bool>> paths = new List<KeyValuePair<string, bool>>();

        internal EvidenceSource()
        {
        }

        /// <summary>Whether the folders below the given ones are read too.</summary>
        public bool Recurse { get; set; }

        /// <summary>The thumbprint of a certificate that records must name, as pasted, or empty.</summary>
        public string Thumbprint { get; set; }

        /// <summary>Records of that time or later; a time without a zone is local time.</summary>
        public DateTime? Start { get; set; }

        /// <summary>Records before that time; a time without a zone is local time.</summary>
        public DateTime? End { get; set; }

        /// <summary>Whether text follows, by AddText of the reader.</summary>
        public bool TextFollows { get; set; }

        /// <summary>How many paths were added.</summary>
        public int InputCount
        {
            get { return paths.Count; }
        }

        internal IList<KeyValuePair<string, bool>> Paths
        {
            get { return paths; }
        }

        /// <summary>Adds a file, a folder or a pattern.</summary>
        /// <param name="path">Its full path.</param>
        /// <param name="wildcards">Whether it may hold wildcards.</param>
        public void AddPath(string path, bool wildcards)
        {
            paths.Add(new KeyValuePair<string, bool>(path, wildcards));
        }
    }
}
