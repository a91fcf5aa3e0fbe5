namespace EopRelay
{
    /// <summary>The texts of one session, its mails and their recipients: parts of one string.</summary>
    internal struct OwnTexts
    {
        /// <summary>All of them.</summary>
        internal readonly string Whole;

        private readonly uint offset;

        /// <param name="whole">The session's piece of the text block.</param>
        /// <param name="offset">Where that piece lies in the block.</param>
        internal OwnTexts(string whole, uint offset)
        {
            Whole = whole;
            this.offset = offset;
        }

        /// <summary>Checks that a place in the block, if it is one, is of this session.</summary>
        /// <exception cref="EopRelayException">It is not.</exception>
        internal void Require(TextSpan span)
        {
            // A place before the piece wraps round to far behind it.
            uint start = span.Offset - offset;
            uint length = (uint)Whole.Length;
            if ((start > length || span.Length > length - start) && !span.IsAbsent)
            {
                throw BatchReader.Contradiction();
            }
        }

        /// <summary>Where in <see cref="Whole"/> a place lies that was checked.</summary>
        internal int StartOf(TextSpan span)
        {
            return (int)(span.Offset - offset);
        }

        /// <summary>The text at a place that was checked; <c>null</c> if it is absent.</summary>
        internal string TextAt(TextSpan span)
        {
            return span.IsAbsent ? null : Whole.Substring(StartOf(span), (int)span.Length);
        }
    }
}
