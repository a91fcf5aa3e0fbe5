namespace EopRelay
{
    /// <summary>What became of evidence whose private values were replaced.</summary>
    public sealed class Redaction
    {
        internal Redaction()
        {
        }

        /// <summary>Every file, by name.</summary>
        public RedactedFile[] Files { get; internal set; }

        /// <summary>The key, which turns an answer back.</summary>
        public string Key { get; internal set; }

        /// <summary>How many values were replaced.</summary>
        public long Replaced { get; internal set; }

        /// <summary>How many contents in base64 that are no certificates were left out.</summary>
        public long ContentsLeftOut { get; internal set; }
    }

    /// <summary>A file of evidence, and what became of it.</summary>
    public sealed class RedactedFile
    {
        internal RedactedFile()
        {
        }

        /// <summary>Its path below the folder or archive.</summary>
        public string Path { get; internal set; }

        /// <summary>Its path in what was written, or <c>null</c>.</summary>
        public string RedactedAs { get; internal set; }

        /// <summary>Why it is left out, or <c>null</c>.</summary>
        public string LeftOut { get; internal set; }
    }

    /// <summary>A text that was turned back.</summary>
    internal sealed class RestoredText
    {
        internal RestoredText()
        {
        }

        /// <summary>The text.</summary>
        public string Text { get; internal set; }
    }
}
