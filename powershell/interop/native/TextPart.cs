namespace EopRelay
{
    /// <summary>A text that is part of a longer one: made when it is first read, and then kept.</summary>
    /// <remarks>
    /// A field of this type must not be readonly, or a copy of it would keep the text. Two threads may
    /// make the text at once; it is the same text.
    /// </remarks>
    internal struct TextPart
    {
        private const int Absent = -1;

        private int start;
        private int length;
        private string made;

        /// <summary>Takes its place among the texts of a session.</summary>
        /// <exception cref="EopRelayException">It is not one of them.</exception>
        internal void Place(TextSpan span, OwnTexts texts)
        {
            if (span.IsAbsent)
            {
                start = Absent;
                return;
            }
            texts.Require(span);
            start = texts.StartOf(span);
            length = (int)span.Length;
        }

        /// <summary>The part of the text that holds it; <c>null</c> if it is absent.</summary>
        internal string Of(string whole)
        {
            string text = made;
            if (text == null && start != Absent)
            {
                text = whole.Substring(start, length);
                made = text;
            }
            return text;
        }
    }
}
