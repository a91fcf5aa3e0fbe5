using System;
using System.Globalization;
using System.IO;

namespace EopRelay
{
    /// <summary>
    /// When the last session went to Exchange Online Protection, kept beside the state file: a night
    /// without mail is no fault, a week is.
    /// </summary>
    internal sealed class QuietTime
    {
        private const string Reported = "reported";

        private readonly string path;
        private readonly DateTime? last;

        internal QuietTime(string statePath)
        {
            path = statePath + ".last";
            try
            {
                string[] words = File.Exists(path) ? File.ReadAllText(path).Split(' ', '\n', '\r') : new string[0];
                DateTime time;
                const DateTimeStyles Utc = DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal;
                if (words.Length > 0 && DateTime.TryParse(words[0], CultureInfo.InvariantCulture, Utc, out time))
                {
                    last = time;
                }
                IsReported = Array.IndexOf(words, Reported) >= 0;
            }
            catch (SystemException)
            {
                // Then it is as in the first run: nothing is known of the time before.
                last = null;
            }
        }

        /// <summary>Whether it was reported already that there is no session.</summary>
        internal bool IsReported { get; private set; }

        /// <summary>The time since the last session; <c>null</c> if none is known.</summary>
        internal TimeSpan? Since(DateTime now)
        {
            return last == null ? (TimeSpan?)null : now - last.Value;
        }

        /// <summary>Keeps the end of the newest session, and whether its absence is reported now.</summary>
        internal void Write(DateTime? newest, bool isReported)
        {
            DateTime? kept = newest ?? last;
            try
            {
                string time = kept == null ? "-" : kept.Value.ToString("o", CultureInfo.InvariantCulture);
                File.WriteAllText(path, time + (isReported ? " " + Reported : ""));
            }
            catch (SystemException exception)
            {
                throw new EopRelayException(
                    "StateUnusable",
                    "WriteError",
                    "The file '" + path + "' cannot be written: " + exception.Message + " Check the permissions.",
                    0,
                    exception);
            }
        }
    }
}
