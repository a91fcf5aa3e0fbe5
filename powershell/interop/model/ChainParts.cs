namespace EopRelay
{
    /// <summary>An issuer that is not there.</summary>
    public sealed class MissingIssuer
    {
        internal MissingIssuer()
        {
        }

        /// <summary>Its subject, a Windows X.500 string.</summary>
        public string Subject { get; internal set; }

        /// <summary>Its subject key identifier in hexadecimal digits, or <c>null</c>.</summary>
        public string KeyIdentifier { get; internal set; }

        /// <summary>Where its child says that it can be had.</summary>
        public string[] Urls { get; internal set; }

        /// <summary>The thumbprint of the certificate that it issued.</summary>
        public string Issued { get; internal set; }

        /// <summary>Its thumbprint, where it is among the given certificates and in no store; else <c>null</c>.</summary>
        public string Found { get; internal set; }

        /// <summary>Its subject.</summary>
        public override string ToString()
        {
            return Subject;
        }
    }

    /// <summary>A step that mends a chain.</summary>
    public sealed class ChainStep
    {
        internal ChainStep()
        {
        }

        /// <summary>What to do, and when.</summary>
        public string Description { get; internal set; }

        /// <summary>The command, one or more lines, or <c>null</c> where only a person can act.</summary>
        public string Command { get; internal set; }

        /// <summary>Where it is done.</summary>
        public string Where { get; internal set; }

        /// <summary>How to see that it worked, or <c>null</c>.</summary>
        public string Verify { get; internal set; }

        /// <summary>How to take it back, or <c>null</c>.</summary>
        public string Undo { get; internal set; }

        /// <summary>What to do.</summary>
        public override string ToString()
        {
            return Description;
        }
    }

    /// <summary>Another path than the one that is judged.</summary>
    public sealed class AlternativePath
    {
        internal AlternativePath()
        {
        }

        /// <summary>Whether it would be accepted.</summary>
        public bool IsAccepted { get; internal set; }

        /// <summary>The subjects of its certificates, from the judged one upwards.</summary>
        public string[] Subjects { get; internal set; }

        /// <summary>Their thumbprints.</summary>
        public string[] Thumbprints { get; internal set; }

        /// <summary>The ids of what speaks against it.</summary>
        public string[] Errors { get; internal set; }

        /// <summary>Its certificates.</summary>
        public override string ToString()
        {
            return string.Join(" < ", Subjects);
        }
    }

    /// <summary>A part of a file that was not used.</summary>
    public sealed class UnreadPart
    {
        internal UnreadPart()
        {
        }

        /// <summary>The file.</summary>
        public string File { get; internal set; }

        /// <summary>Where the part begins, in bytes.</summary>
        public long Offset { get; internal set; }

        /// <summary>What it says it is, such as PRIVATE KEY.</summary>
        public string Label { get; internal set; }

        /// <summary>Why it was not used.</summary>
        public string Reason { get; internal set; }

        /// <summary>Whether it should have been a certificate or a revocation list.</summary>
        public bool IsDamaged { get; internal set; }

        /// <summary>What was not used, and why.</summary>
        public override string ToString()
        {
            return File + ", " + Label + ": " + Reason;
        }
    }
}
