using System;

namespace EopRelay
{
    /// <summary>A refusal, with what an ErrorRecord needs beside its message.</summary>
    public sealed class EopRelayException : Exception
    {
        internal EopRelayException(string errorId, string category, string message)
            : this(errorId, category, message, 0, null)
        {
        }

        internal EopRelayException(
            string errorId, string category, string message, int status, Exception innerException)
            : base(message, innerException)
        {
            ErrorId = errorId;
            Category = category;
            Status = status;
        }

        /// <summary>What went wrong, in one word, such as InvalidThumbprint.</summary>
        public string ErrorId { get; private set; }

        /// <summary>The name of a System.Management.Automation.ErrorCategory.</summary>
        public string Category { get; private set; }

        /// <summary>The input that is refused, for the ErrorRecord; <c>null</c> where the caller knows it.</summary>
        public object TargetObject { get; set; }

        /// <summary>Whether nothing can be done without the input that is refused.</summary>
        public bool IsFatal { get; set; }

        /// <summary>The status of the native library's answer; 0 where it was not asked.</summary>
        public int Status { get; private set; }
    }
}
