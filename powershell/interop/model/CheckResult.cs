using System;

namespace EopRelay
{
    /// <summary>What a check found.</summary>
    public sealed class CheckResult
    {
        internal CheckResult()
        {
            Notices = new string[0];
        }

        /// <summary>When the check began, UTC.</summary>
        public DateTime Time { get; internal set; }

        /// <summary>The computer on which it ran.</summary>
        public string Computer { get; internal set; }

        /// <summary>
        /// 0 fine, 10 warning, 20 refused, 30 uncertain or no evidence, 40 an input cannot be read.
        /// </summary>
        public int ExitCode { get; internal set; }

        /// <summary>Accepted, Refused or Uncertain; that of the graver report.</summary>
        public string Verdict { get; internal set; }

        /// <summary>Why; <c>null</c> where the check could not be made.</summary>
        public string Cause { get; internal set; }

        /// <summary>Verdict and cause in a few sentences, or why the check could not be made.</summary>
        public string Summary { get; internal set; }

        /// <summary>How many sessions the logs had since the last run.</summary>
        public long SessionsRead { get; internal set; }

        /// <summary>How many of them failed.</summary>
        public long SessionsFailed { get; internal set; }

        /// <summary>How many were judged: those that may have gone to Exchange Online Protection.</summary>
        public long SessionsJudged { get; internal set; }

        /// <summary>The report on the sessions; <c>null</c> where there was none to judge.</summary>
        public Report InUse { get; internal set; }

        /// <summary>
        /// The report on the certificate that Exchange would send now; <c>null</c> without send connectors
        /// and installed certificates.
        /// </summary>
        public Report Installed { get; internal set; }

        /// <summary>What was met beside it, such as damaged rows.</summary>
        public string[] Notices { get; internal set; }

        /// <summary>Exit code and summary.</summary>
        public override string ToString()
        {
            return ExitCode + ": " + Summary;
        }
    }
}
